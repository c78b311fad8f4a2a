//! The trials: each does the thing itself, small, in a place of its own.

mod files;
mod namespaces;
mod session;

use std::path::{Path, PathBuf};

use super::facts::{Facts, IdRanges, LabTrial, LayersTrial, Overlay, UserNamespaces};
use crate::cgroup::CgroupRecord;
use crate::id_map::IdMap;
use crate::identity::EngineRecord;
use crate::paths::{Environment, Places};
use crate::start::StartOptions;
use crate::{LabName, folders, id_plan, stop};

/// Tries everything. The process must have one thread.
#[must_use]
pub fn examine(environment: &Environment, places: &Places, options: &StartOptions) -> Facts {
    let map = id_plan::choose(options.id_map, false);
    let single = IdMap::Single {
        starter: map.starter(),
    };
    let user_namespaces = namespaces::user(&single);
    let works = user_namespaces == UserNamespaces::Work;
    let id_ranges = match works {
        true => namespaces::id_ranges(&map),
        false => IdRanges::NotTried,
    };
    let map = match id_ranges {
        IdRanges::Range { .. } => map,
        _ => single,
    };
    let tried = works.then(|| lab(environment, places, options));
    let (lab, cgroup) = tried.map_or((None, None), |(lab, cgroup)| (Some(lab), cgroup));
    let user = crate::users::name_of(environment.uid);
    Facts {
        binary: std::fs::read_link("/proc/self/exe").unwrap_or_default(),
        logout: session::logout(user.as_deref(), session::is_in_scope(cgroup.as_ref())),
        user: user.unwrap_or_else(|| environment.uid.to_string()),
        kernel: rustix::system::uname()
            .release()
            .to_string_lossy()
            .into_owned(),
        in_container: namespaces::in_container(),
        mounts: works.then(|| namespaces::mounts(&map)),
        overlay: works.then(|| overlay(environment, places, &map)),
        network: works.then(|| namespaces::network(&map)),
        cgroup: session::cgroup(cgroup),
        disk: files::disk(&nearest(places.store())),
        sockets: files::sockets(places.runtime()),
        loopback_ports: session::loopback_ports(),
        lab,
        user_namespaces,
        id_ranges,
    }
}

/// What the system said, for a [`Facts`]: these are for this process's reader.
fn in_words(error: &std::io::Error) -> String {
    plimsoll_text::system_error(plimsoll_text::spoken(), error)
}

/// The folder itself, or the nearest one above it that exists.
fn nearest(folder: &Path) -> PathBuf {
    folder
        .ancestors()
        .find(|above| above.is_dir())
        .unwrap_or(Path::new("/"))
        .to_path_buf()
}

fn overlay(environment: &Environment, places: &Places, map: &IdMap) -> Overlay {
    let store = files::overlay(&nearest(places.store()), map);
    let others = ["/var/tmp", "/tmp", "/dev/shm"].iter().map(PathBuf::from);
    let instead = match store.tried {
        LayersTrial::Work => None,
        _ => others
            .chain(environment.xdg_runtime_dir.clone())
            .find(|place| files::overlay(place, map).tried == LayersTrial::Work),
    };
    Overlay { store, instead }
}

/// A whole lab in a folder of its own: its engine starts, answers, ends. With the
/// cgroup that it was given.
fn lab(
    environment: &Environment,
    places: &Places,
    options: &StartOptions,
) -> (LabTrial, Option<CgroupRecord>) {
    let home = nearest(places.data()).join(format!(".plimsoll-doctor-{}", std::process::id()));
    let failed = |said: String| LabTrial::Failed { said };
    let mut cgroup = None;
    let mut trial = || -> Result<LabTrial, String> {
        let spelled = |error: &dyn std::error::Error| error.to_string();
        folders::private_folder(&home).map_err(|error| spelled(&error))?;
        let environment = Environment {
            plimsoll_home: Some(home.clone()),
            plimsoll_work: Some(home.join("work")),
            xdg_runtime_dir: Some(home.join("run")),
            store: None,
            ..environment.clone()
        };
        folders::private_folder(&home.join("run")).map_err(|error| spelled(&error))?;
        let name = LabName::new("doctor").expect("a lab's name");
        let paths = Places::choose(&environment)
            .and_then(|places| places.lab(&name))
            .map_err(|error| spelled(&error))?;
        let begun = std::time::Instant::now();
        let started = crate::ensure_running(&paths, options).map(drop);
        let milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let record = EngineRecord::read(&paths.engine_record());
        cgroup = record.ok().flatten().and_then(|record| record.cgroup);
        let stopped = stop::stop(&paths);
        started.map_err(|error| spelled(&error))?;
        stopped.map_err(|error| spelled(&error))?;
        Ok(LabTrial::Ready { milliseconds })
    };
    let result = trial().unwrap_or_else(failed);
    // What is left of it is this trial's own.
    let _ = std::fs::remove_dir_all(&home);
    (result, cgroup)
}
