//! The lab's volumes: a directory each, `volumes/NAME`, with the files in
//! `_data` and what is known about it in `volume.json`.
//!
//! Invariant: `volumes/NAME` is there whole or not at all: it is made under
//! another name and renamed, and renamed before it is deleted. What a killed
//! engine left half done begins with a dot and is removed at the next start.
//! Where to start: `name.rs` (rules), `changes.rs` (create, remove, prune with
//! their events), `fill.rs` (an image's content in a new volume).

pub mod changes;
mod fill;
pub mod name;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use plimsoll_store::{Ownership, remove_tree};
use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::failure::{ApiFailure, ApiResult, reason};
use crate::filters::Filters;
use crate::identity::random_id;
use crate::state_file::{self, Durability, StateError};
use crate::timestamp;

/// The version of `volume.json`.
const VERSION: u32 = 1;
/// Where a volume's files are.
const DATA: &str = "_data";
const RECORD: &str = "volume.json";

/// Names that the filters of a list may hold.
pub const LIST_FILTERS: &[&str] = &["dangling", "driver", "label", "name"];

/// Names that the filters of a prune may hold.
pub const PRUNE_FILTERS: &[&str] = &["all", "label", "label!"];

/// All volumes of this lab.
#[derive(Debug)]
pub struct Volumes {
    dir: PathBuf,
    ownership: Ownership,
    /// Who owns a new volume's directory: container root, as the engine sees it.
    root: (u32, u32),
    all: RefCell<BTreeMap<String, Volume>>,
}

/// One volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    /// Its name; 64 digits when anonymous.
    pub name: String,
    /// Its directory in the lab.
    pub mountpoint: PathBuf,
    /// `local`.
    pub driver: String,
    /// Labels; [`name::ANONYMOUS`] tells that nobody named it.
    pub labels: BTreeMap<String, String>,
    /// RFC 3339.
    pub created: String,
}

/// `volume.json`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    version: u32,
    driver: String,
    labels: BTreeMap<String, String>,
    created: String,
}

impl Volume {
    /// Whether nobody named it.
    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        self.labels.contains_key(name::ANONYMOUS)
    }

    /// The reply about it.
    #[must_use]
    pub fn wire(&self) -> plimsoll_api::Volume {
        plimsoll_api::Volume {
            created_at: self.created.clone(),
            driver: self.driver.clone(),
            labels: Some(self.labels.clone()).filter(|labels| !labels.is_empty()),
            mountpoint: self.mountpoint.to_string_lossy().into_owned(),
            name: self.name.clone(),
            options: None,
            scope: "local".to_owned(),
            usage_data: None,
        }
    }
}

fn failed(action: &str, path: &Path) -> impl FnOnce(io::Error) -> ApiFailure {
    let doing = format!("{action} {}", path.display());
    move |error| ApiFailure::internal(format!("{doing}: {}", reason(&error)))
}

impl Volumes {
    /// Opens the lab's volumes and removes what a killed engine left half done.
    ///
    /// # Errors
    /// When the directory cannot be read or a volume is of a newer version.
    pub fn open(config: &Config) -> ApiResult<Self> {
        let first = |map: Vec<oci_spec::runtime::LinuxIdMapping>| {
            map.first()
                .map_or(0, oci_spec::runtime::LinuxIdMapping::host_id)
        };
        let ids = &config.id_map;
        let root = (first(ids.container_uids()), first(ids.container_gids()));
        Self::open_dir(&config.volumes_dir(), config.ownership(), root)
    }

    fn open_dir(dir: &Path, ownership: Ownership, root: (u32, u32)) -> ApiResult<Self> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)
            .map_err(failed("make", dir))?;
        Ok(Self {
            dir: dir.to_owned(),
            ownership,
            root,
            all: RefCell::new(read_all(dir)?),
        })
    }

    /// Reads the volumes again: others were put in their place.
    ///
    /// # Errors
    /// As [`Volumes::open`].
    pub fn reload(&self) -> ApiResult<()> {
        self.all.replace(read_all(&self.dir)?);
        Ok(())
    }

    /// Where everything about a volume is.
    pub fn directory(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// All volumes by name.
    pub fn all(&self) -> Vec<Volume> {
        self.all.borrow().values().cloned().collect()
    }

    /// The volume of this name.
    ///
    /// # Errors
    /// 404 in Docker's words.
    pub fn get(&self, name: &str) -> ApiResult<Volume> {
        let found = self.all.borrow().get(name).cloned();
        found.ok_or_else(|| ApiFailure::not_found(format!("get {name}: no such volume")))
    }

    /// The volume of this name, created when absent; `None` makes an anonymous
    /// one (label `com.docker.volume.anonymous`).
    ///
    /// # Errors
    /// 400 for a bad name or option, 404 for an unknown driver.
    pub fn ensure(
        &self,
        name: Option<&str>,
        driver: &str,
        labels: &BTreeMap<String, String>,
        options: &BTreeMap<String, String>,
    ) -> ApiResult<Volume> {
        let mut labels = labels.clone();
        let name = match name.filter(|name| !name.is_empty()) {
            Some(name) => {
                if let Ok(volume) = self.get(name) {
                    return Ok(volume);
                }
                name::check_name(name)?;
                name.to_owned()
            }
            None => {
                labels.insert(name::ANONYMOUS.to_owned(), String::new());
                random_id()?
            }
        };
        name::check_driver(&name, driver, options)?;
        let volume = Volume {
            mountpoint: self.dir.join(&name).join(DATA),
            driver: "local".to_owned(),
            labels,
            created: timestamp::now(),
            name,
        };
        self.make(&volume).map_err(|error| {
            ApiFailure::internal(format!("create {}: {}", volume.name, reason(&error)))
        })?;
        let mut all = self.all.borrow_mut();
        all.insert(volume.name.clone(), volume.clone());
        Ok(volume)
    }

    fn make(&self, volume: &Volume) -> io::Result<()> {
        let unborn = self.dir.join(format!(".new-{}", random_id()?));
        let made = self.make_at(&unborn, volume).and_then(|()| {
            // An empty directory of that name would be replaced: there is none,
            // or reading the directory would have found it.
            fs::rename(&unborn, self.dir.join(&volume.name))
        });
        if made.is_err() {
            let _ = fs::remove_dir_all(&unborn);
        }
        made
    }

    fn make_at(&self, unborn: &Path, volume: &Volume) -> io::Result<()> {
        DirBuilder::new().mode(0o700).create(unborn)?;
        let data = unborn.join(DATA);
        DirBuilder::new().mode(0o755).create(&data)?;
        // Not what the umask left of it.
        fs::set_permissions(&data, fs::Permissions::from_mode(0o755))?;
        let (uid, gid) = self.root;
        std::os::unix::fs::chown(&data, Some(uid), Some(gid))?;
        let record = Record {
            version: VERSION,
            driver: volume.driver.clone(),
            labels: volume.labels.clone(),
            created: volume.created.clone(),
        };
        let saved = state_file::save(&unborn.join(RECORD), &record, Durability::Process);
        saved.map_err(|error| match error {
            StateError::Io { source, .. } => source,
            other => io::Error::other(other.to_string()),
        })
    }

    /// Copies what the image (its layers, the uppermost first) has at `path`
    /// into the volume if that is empty, as
    /// Docker does for a new container.
    ///
    /// # Errors
    /// 500 when the copy fails.
    pub async fn fill(&self, volume: &Volume, lowers: &[PathBuf], path: &str) -> ApiResult<()> {
        fill::fill(volume, lowers, path, &self.ownership).await
    }

    /// Removes a volume without asking who uses it: see [`changes::remove`].
    /// Its name is free at once; its files go in the background.
    ///
    /// # Errors
    /// 404, and 500 where it cannot be renamed.
    pub fn remove(&self, name: &str) -> ApiResult<()> {
        self.get(name)?;
        let gone = format!(".gone-{}", random_id()?);
        let from = self.dir.join(name);
        fs::rename(&from, self.dir.join(&gone)).map_err(failed("remove", &from))?;
        self.all.borrow_mut().remove(name);
        let dir = self.dir.clone();
        let delete = move || -> io::Result<()> {
            let handle = File::open(&dir)?;
            remove_tree(handle.as_fd(), gone.as_ref())
        };
        match tokio::runtime::Handle::try_current() {
            // What cannot be deleted now is tried again at the next start.
            Ok(runtime) => drop(runtime.spawn_blocking(delete)),
            Err(_) => delete().map_err(failed("remove", &from))?,
        }
        Ok(())
    }

    /// The volumes that a list's filters choose; `used` tells whether a
    /// container has a volume.
    ///
    /// # Errors
    /// 400 for a bad filter.
    pub fn select(&self, filters: &Filters, used: impl Fn(&str) -> bool) -> ApiResult<Vec<Volume>> {
        let dangling = match filters.has("dangling") {
            true => Some(filters.switch("dangling", false)?),
            false => None,
        };
        let mut found = self.all();
        found.retain(|volume| {
            filters.exact("driver", &volume.driver)
                && filters.pattern("name", &volume.name)
                && filters.labels("label", &volume.labels)
                && dangling.is_none_or(|wanted| wanted != used(&volume.name))
        });
        Ok(found)
    }
}

/// Reads all volumes, and removes what a killed engine left half done.
fn read_all(dir: &Path) -> ApiResult<BTreeMap<String, Volume>> {
    let handle = File::open(dir).map_err(failed("open", dir))?;
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(dir).map_err(failed("read", dir))? {
        let entry = entry.map_err(failed("read", dir))?;
        let name = entry.file_name();
        if name.as_encoded_bytes().starts_with(b".") {
            remove_tree(handle.as_fd(), &name).map_err(failed("remove", &entry.path()))?;
            continue;
        }
        let Ok(name) = name.into_string() else {
            continue;
        };
        if let Some(volume) = read(&entry.path(), name)? {
            all.insert(volume.name.clone(), volume);
        }
    }
    Ok(all)
}

/// Reads a volume; a directory without `volume.json` is not one of ours.
fn read(dir: &Path, name: String) -> ApiResult<Option<Volume>> {
    let record: Option<Record> = state_file::load(&dir.join(RECORD), VERSION)?;
    Ok(record.map(|record| Volume {
        name,
        mountpoint: dir.join(DATA),
        driver: record.driver,
        labels: record.labels,
        created: record.created,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Case {
        dir: tempfile::TempDir,
        volumes: Volumes,
    }

    fn own_ids() -> (u32, u32) {
        (
            nix::unistd::getuid().as_raw(),
            nix::unistd::getgid().as_raw(),
        )
    }

    fn open(dir: &Path) -> ApiResult<Volumes> {
        Volumes::open_dir(&dir.join("volumes"), Ownership::Single, own_ids())
    }

    fn case() -> Case {
        let dir = tempfile::tempdir().expect("a directory");
        let volumes = open(dir.path()).expect("it opens");
        Case { dir, volumes }
    }

    fn make(case: &Case, name: Option<&str>, labels: &[(&str, &str)]) -> ApiResult<Volume> {
        let labels = labels
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        case.volumes.ensure(name, "", &labels, &BTreeMap::new())
    }

    #[test]
    fn a_volume_is_made_once_and_survives_a_reopening() {
        let case = case();
        let made = make(&case, Some("web"), &[("tier", "front")]).expect("it is made");
        assert!(made.mountpoint.ends_with("volumes/web/_data"));
        fs::write(made.mountpoint.join("page"), "hello").expect("it writes");
        let again = make(&case, Some("web"), &[("tier", "back")]).expect("it is there");
        assert_eq!(again, made);
        let reopened = open(case.dir.path()).expect("it opens");
        assert_eq!(reopened.get("web"), Ok(made));
        let mode = fs::metadata(&again.mountpoint)
            .expect("it is there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o7777, 0o755);
    }

    #[test]
    fn an_anonymous_volume_has_a_random_name_and_a_label() {
        let case = case();
        let one = make(&case, None, &[]).expect("it is made");
        let two = make(&case, Some(""), &[]).expect("it is made");
        assert_ne!(one.name, two.name);
        assert_eq!(one.name.len(), 64);
        assert!(one.is_anonymous());
        assert!(
            !make(&case, Some("named"), &[])
                .expect("it is made")
                .is_anonymous()
        );
    }

    #[test]
    fn what_a_killed_engine_left_is_cleared_away() {
        let case = case();
        make(&case, Some("kept"), &[]).expect("it is made");
        let dir = case.dir.path().join("volumes");
        for half in [".new-1/_data", ".gone-2/_data/deep"] {
            fs::create_dir_all(dir.join(half)).expect("directories");
            fs::write(dir.join(half).join("file"), "x").expect("it writes");
        }
        fs::create_dir(dir.join("foreign")).expect("a directory");
        let reopened = open(case.dir.path()).expect("it opens");
        let names: Vec<String> = reopened.all().into_iter().map(|v| v.name).collect();
        assert_eq!(names, ["kept"]);
        assert!(!dir.join(".new-1").exists() && !dir.join(".gone-2").exists());
        assert!(dir.join("foreign").exists());
    }

    #[test]
    fn a_removed_volume_is_gone_with_its_files() {
        let case = case();
        let made = make(&case, Some("web"), &[]).expect("it is made");
        fs::write(made.mountpoint.join("page"), "hello").expect("it writes");
        case.volumes.remove("web").expect("it goes");
        assert_eq!(
            fs::read_dir(case.dir.path().join("volumes"))
                .expect("it lists")
                .count(),
            0
        );
        let again = case.volumes.remove("web").expect_err("it is gone");
        assert_eq!(
            (again.status.as_u16(), again.message.as_str()),
            (404, "get web: no such volume")
        );
    }

    #[test]
    fn a_list_is_filtered() {
        let case = case();
        make(&case, Some("web-data"), &[("tier", "front")]).expect("it is made");
        make(&case, Some("db-data"), &[("tier", "back")]).expect("it is made");
        let found = |text: &str| -> String {
            let filters = Filters::parse(Some(text), LIST_FILTERS).expect("good filters");
            let used = |name: &str| name == "web-data";
            match case.volumes.select(&filters, used) {
                Ok(found) => found
                    .into_iter()
                    .map(|v| v.name)
                    .collect::<Vec<_>>()
                    .join(" "),
                Err(error) => error.message,
            }
        };
        assert_eq!(found("{}"), "db-data web-data");
        assert_eq!(found(r#"{"name":["web"]}"#), "web-data");
        assert_eq!(found(r#"{"label":["tier=back"]}"#), "db-data");
        assert_eq!(found(r#"{"dangling":["true"]}"#), "db-data");
        assert_eq!(found(r#"{"dangling":["false"]}"#), "web-data");
        assert_eq!(found(r#"{"driver":["nfs"]}"#), "");
        assert_eq!(
            found(r#"{"dangling":["x"]}"#),
            "invalid filter 'dangling=[x]'"
        );
    }

    #[test]
    fn a_reply_fits_docker_s_description() {
        let Some(spec) = plimsoll_testkit::swagger::Spec::load() else {
            plimsoll_testkit::skipped("no docker-engine-api.yaml");
            return;
        };
        let case = case();
        let volume = make(&case, Some("web"), &[("a", "b")])
            .expect("it is made")
            .wire();
        let body = serde_json::to_value(&volume).expect("it serialises");
        assert_eq!(spec.check("GET", "/volumes/{name}", 200, &body), Ok(()));
    }
}
