//! Builds the carried images: the tools and nginx are compiled, laid out as
//! layers, and described by OCI manifests and configurations.
//!
//! Start reading at [`images::all`], which says what is in each image.

mod catalog;
mod hello;
mod images;
mod layer;
mod nginx;
mod oci;
mod rootfs;
mod tools;
mod tree;

use std::path::{Path, PathBuf};

/// What all steps of the build need to know.
pub struct Context {
    /// The root of the checkout.
    workspace: PathBuf,
    /// Shared by every kind of outer build.
    shared: PathBuf,
    out: PathBuf,
    target: String,
    epoch: u64,
}

fn main() {
    if let Err(message) = run() {
        eprintln!("error: {message}");
        std::process::exit(1);
    }
}

fn run() -> Result<(), String> {
    let context = Context::from_environment()?;
    announce_inputs(&context);
    let programs = programs(&context)?;
    let images = images::all(&context, &programs)?;
    catalog::write(&context.out, &images)
        .map_err(|error| format!("the carried images could not be written: {error}"))
}

/// nginx is compiled beside the tools; cargo's jobserver bounds both.
fn programs(context: &Context) -> Result<images::Programs, String> {
    let hello = hello::build(context)?;
    std::thread::scope(|scope| {
        let nginx = scope.spawn(|| nginx::build(context));
        let tools = tools::build(&context.workspace, &context.shared, &context.target);
        let nginx = nginx
            .join()
            .unwrap_or_else(|_| Err("the build of nginx panicked".into()));
        Ok(images::Programs {
            hello,
            tools: tools?,
            nginx: nginx?,
        })
    })
}

impl Context {
    fn is_x86(&self) -> bool {
        self.target.starts_with("x86_64")
    }

    fn from_environment() -> Result<Context, String> {
        let variable = |name: &str| {
            std::env::var(name).map_err(|_| format!("cargo did not set {name} for this build"))
        };
        let manifest = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
        let workspace = manifest
            .ancestors()
            .nth(2)
            .ok_or("src/images lies outside a checkout")?
            .to_owned();
        let out = PathBuf::from(variable("OUT_DIR")?);
        let target = variable("TARGET")?;
        let shared = shared_directory(&out, &target);
        std::fs::create_dir_all(shared.join("images"))
            .map_err(|error| format!("{}: {error}", shared.display()))?;
        let epoch = match std::env::var("SOURCE_DATE_EPOCH") {
            Ok(text) => text
                .parse()
                .map_err(|_| format!("SOURCE_DATE_EPOCH is not a number of seconds: {text}"))?,
            Err(_) => tree::DEFAULT_EPOCH,
        };
        Ok(Context {
            workspace,
            shared,
            out,
            target,
            epoch,
        })
    }
}

/// `tools` in the workspace's target directory. `OUT_DIR` is
/// `TARGET_DIR[/TRIPLE]/PROFILE/build/PACKAGE/out`.
fn shared_directory(out: &Path, target: &str) -> PathBuf {
    let profile = out
        .ancestors()
        .find(|directory| directory.ends_with("build"))
        .and_then(Path::parent);
    let parent = profile.and_then(Path::parent).unwrap_or(out);
    let target_dir = match parent.parent() {
        Some(above) if parent.ends_with(target) => above,
        _ => parent,
    };
    target_dir.join("tools")
}

/// `Cargo.lock` is not named: it changes with every dependency of any crate,
/// and the inner cargo is asked whenever the tools' own manifest changes.
fn announce_inputs(context: &Context) {
    let workspace = context.workspace.display();
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=hello");
    println!("cargo::rerun-if-changed=rootfs");
    println!("cargo::rerun-if-changed={workspace}/src/tools");
    println!("cargo::rerun-if-env-changed=CC");
    println!("cargo::rerun-if-env-changed=SOURCE_DATE_EPOCH");
}
