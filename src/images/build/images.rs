//! What is in each carried image, layer by layer, and where it comes from.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;

use crate::Context;
use crate::layer::{self, Layer};
use crate::nginx::Nginx;
use crate::oci::{self, Config, Descriptor, Execution, History, Manifest, RootFs};
use crate::rootfs;
use crate::tree::Tree;

/// The compiled programs that the layers hold.
pub struct Programs {
    pub hello: PathBuf,
    pub tools: PathBuf,
    pub nginx: Nginx,
}

pub struct Image {
    pub repository: &'static str,
    pub tags: Vec<String>,
    pub description: &'static str,
    pub layers: Vec<Rc<Layer>>,
    pub manifest: Vec<u8>,
    pub config: Vec<u8>,
}

/// A layer and the line of `docker history` that says where it comes from.
#[derive(Clone)]
struct Step {
    layer: Option<Rc<Layer>>,
    created_by: String,
    comment: String,
}

struct Recipe {
    repository: &'static str,
    version: String,
    tags: Vec<String>,
    description: &'static str,
    licenses: &'static str,
    steps: Vec<Step>,
    execution: Execution,
}

/// Every carried image, sorted by repository.
pub fn all(context: &Context, programs: &Programs) -> Result<Vec<Image>, String> {
    let base_layer = base_layer(context, programs)?;
    let recipes = [
        base(&base_layer),
        hello_world(context, programs)?,
        nginx(context, programs, base_layer)?,
    ];
    recipes
        .into_iter()
        .map(|recipe| recipe.bake(context))
        .collect()
}

/// Layer 1 of every image that has a shell.
fn base_layer(context: &Context, programs: &Programs) -> Result<Step, String> {
    let mut tree = rootfs::base(&read(&programs.tools)?);
    rootfs::add(&mut tree, "base")?;
    Step::layer(
        context,
        &tree,
        "COPY shell and tools / # Plimsoll",
        "brush (MIT), uutils coreutils, findutils, sed and grep (MIT), \
         Plimsoll's own ps, ip, ping, curl, vi (MIT OR Apache-2.0), crates they use \
         (MIT, Apache-2.0, BSD, Unicode-3.0 and the like), glibc (LGPL-2.1)",
    )
}

fn base(layer: &Step) -> Recipe {
    let version = env!("CARGO_PKG_VERSION").to_owned();
    Recipe {
        repository: "library/base",
        tags: vec!["latest".to_owned(), version.clone()],
        version,
        description: "A shell and core tools, and nothing else",
        licenses: "MIT AND (MIT OR Apache-2.0) AND LGPL-2.1-only",
        steps: vec![layer.clone(), Step::setting("CMD [\"bash\"]")],
        execution: Execution {
            env: vec![PATH.to_owned()],
            cmd: vec!["bash".to_owned()],
            ..Execution::default()
        },
    }
}

fn nginx(context: &Context, programs: &Programs, base: Step) -> Result<Recipe, String> {
    let version = programs.nginx.version.clone();
    let mut server = Tree::default();
    server.file("usr/sbin/nginx", 0o755, read(&programs.nginx.program)?);
    let mut site = rootfs::nginx(&programs.nginx.source)?;
    rootfs::add(&mut site, "nginx")?;
    let minor = version
        .rsplit_once('.')
        .map_or(version.as_str(), |(minor, _)| minor);
    Ok(Recipe {
        repository: "library/nginx",
        tags: vec!["latest".to_owned(), minor.to_owned(), version.clone()],
        description: "The nginx web server",
        licenses: "BSD-2-Clause AND MIT AND (MIT OR Apache-2.0) AND LGPL-2.1-only",
        steps: vec![
            base,
            Step::layer(
                context,
                &server,
                &format!("COPY nginx {version} /usr/sbin/ # Plimsoll"),
                "built from nginx's own source (BSD-2-Clause) without PCRE, zlib and OpenSSL",
            )?,
            Step::layer(
                context,
                &site,
                "COPY page and configuration / # Plimsoll",
                "written for Plimsoll (MIT OR Apache-2.0); mime.types is nginx's own",
            )?,
            Step::setting(&format!("ENV NGINX_VERSION={version}")),
            Step::setting("EXPOSE 80"),
            Step::setting("STOPSIGNAL SIGQUIT"),
            Step::setting("CMD [\"nginx\" \"-g\" \"daemon off;\"]"),
        ],
        execution: Execution {
            exposed_ports: BTreeMap::from([("80/tcp".to_owned(), BTreeMap::new())]),
            env: vec![PATH.to_owned(), format!("NGINX_VERSION={version}")],
            cmd: ["nginx", "-g", "daemon off;"].map(str::to_owned).to_vec(),
            stop_signal: Some("SIGQUIT"),
            ..Execution::default()
        },
        version,
    })
}

fn hello_world(context: &Context, programs: &Programs) -> Result<Recipe, String> {
    let version = env!("CARGO_PKG_VERSION").to_owned();
    let program = read(&programs.hello)?;
    let mut tree = Tree::default();
    tree.file("hello", 0o755, program);
    Ok(Recipe {
        repository: "library/hello-world",
        tags: vec!["latest".to_owned(), version.clone()],
        version,
        description: "Says hello and tells what just happened",
        licenses: "MIT OR Apache-2.0",
        steps: vec![
            Step::layer(
                context,
                &tree,
                "COPY hello / # Plimsoll",
                "Plimsoll's own hello.c, MIT OR Apache-2.0",
            )?,
            Step::setting("CMD [\"/hello\"]"),
        ],
        execution: Execution {
            env: vec![PATH.to_owned()],
            cmd: vec!["/hello".to_owned()],
            working_dir: "/",
            ..Execution::default()
        },
    })
}

const PATH: &str = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

fn read(path: &std::path::Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

impl Step {
    fn layer(
        context: &Context,
        tree: &Tree,
        created_by: &str,
        comment: &str,
    ) -> Result<Step, String> {
        let layer = layer::build(tree, context.epoch, &context.shared.join("images"))
            .map_err(|error| format!("a layer could not be written: {error}"))?;
        Ok(Step {
            layer: Some(Rc::new(layer)),
            created_by: created_by.to_owned(),
            comment: comment.to_owned(),
        })
    }

    fn setting(instruction: &str) -> Step {
        Step {
            layer: None,
            created_by: instruction.to_owned(),
            comment: String::new(),
        }
    }
}

impl Recipe {
    fn bake(mut self, context: &Context) -> Result<Image, String> {
        let created = timestamp(context.epoch);
        let layers: Vec<Rc<Layer>> = self
            .steps
            .iter()
            .filter_map(|step| step.layer.clone())
            .collect();
        let labels = self.labels(&created);
        self.execution.labels = labels.clone();
        let config = Config {
            created: created.clone(),
            architecture: architecture(&context.target)?,
            os: "linux",
            config: self.execution,
            rootfs: RootFs {
                kind: "layers",
                diff_ids: layers.iter().map(|layer| layer.diff_id.clone()).collect(),
            },
            history: self
                .steps
                .into_iter()
                .map(|step| History {
                    created: created.clone(),
                    created_by: step.created_by,
                    comment: step.comment,
                    empty_layer: step.layer.is_none(),
                })
                .collect(),
        };
        let config = json(&config)?;
        let manifest = json(&Manifest {
            schema_version: 2,
            media_type: oci::MANIFEST,
            config: descriptor(oci::CONFIG, &config),
            layers: layers
                .iter()
                .map(|layer| descriptor(oci::LAYER_ZSTD, &layer.bytes))
                .collect(),
            annotations: labels,
        })?;
        Ok(Image {
            repository: self.repository,
            tags: self.tags,
            description: self.description,
            layers,
            manifest,
            config,
        })
    }

    fn labels(&self, created: &str) -> BTreeMap<String, String> {
        let title = self.repository.trim_start_matches("library/");
        [
            ("created", created),
            ("description", self.description),
            ("licenses", self.licenses),
            ("title", title),
            ("vendor", "Plimsoll"),
            ("version", &self.version),
        ]
        .into_iter()
        .map(|(name, value)| {
            let key = format!("org.opencontainers.image.{name}");
            (key, value.to_owned())
        })
        .collect()
    }
}

fn descriptor(media_type: &'static str, bytes: &[u8]) -> Descriptor {
    Descriptor {
        media_type,
        digest: oci::digest(bytes),
        size: bytes.len(),
    }
}

fn json(value: &impl serde::Serialize) -> Result<Vec<u8>, String> {
    serde_json::to_vec_pretty(value).map_err(|error| error.to_string())
}

/// The name that OCI gives to the processor of a Rust target.
fn architecture(target: &str) -> Result<&'static str, String> {
    match target.split('-').next() {
        Some("x86_64") => Ok("amd64"),
        Some("aarch64") => Ok("arm64"),
        Some("riscv64gc") => Ok("riscv64"),
        _ => Err(format!("no OCI architecture is known for {target}")),
    }
}

/// Seconds since 1970 as RFC 3339 in UTC (days to date as in Howard Hinnant's
/// `civil_from_days`).
fn timestamp(epoch: u64) -> String {
    let days = epoch / 86_400 + 719_468;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let second = epoch % 86_400;
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}
