//! A scope of the lab's own, asked for from systemd by its program `busctl`:
//! the user's manager, or for root the system's.
//!
//! `StartTransientUnit` (org.freedesktop.systemd1(5)) with `PIDs` moves this
//! process into the scope, and `Delegate` makes what is below it ours. When the
//! scope is empty systemd removes it.
//!
//! A user's manager ends with their last session, and every scope with it: a lost
//! ssh would end the lab. So only a manager that lingers (loginctl(1)) is asked; a
//! lab that lives on is worth more than its limits.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{CgroupRecord, Hierarchy, found, unified};

/// How long systemd may take. Usually it is some milliseconds.
const PATIENCE: Duration = Duration::from_secs(3);

/// How often it is looked whether we have been moved.
const BETWEEN: Duration = Duration::from_millis(2);

/// A scope for the lab with this process in it.
pub(super) fn scope(own: &Hierarchy, name: &str) -> Option<CgroupRecord> {
    if !unified::has_systemd() || !unified::is_used(own) {
        return None;
    }
    let uid = rustix::process::getuid().as_raw();
    if uid != 0 && !lingers(crate::users::name_of(uid).as_deref()) {
        return None;
    }
    let runtime = format!("/run/user/{uid}");
    if uid != 0 && !Path::new(&runtime).join("bus").exists() {
        return None;
    }
    let pid = std::process::id();
    // Names of units are used once: one that ended may still be known.
    let unit = format!("{name}-{pid}.scope");
    let asked = Command::new(crate::search::on_path("busctl")?)
        .args(request(uid, &unit, pid))
        .env("XDG_RUNTIME_DIR", &runtime)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if !asked.is_ok_and(|status| status.success()) {
        return None;
    }
    let scope = wait_to_be_in(&unit)?;
    unified::settle(&scope.own).ok()
}

/// Whether the manager of this user (else of the one that the session names: a network's
/// users stand in no local file) goes on without a session.
pub(crate) fn lingers(user: Option<&str>) -> bool {
    let session = std::env::var("USER").ok();
    let user = user.or(session.as_deref());
    let is_name = |user: &&str| !user.is_empty() && !user.contains('/') && *user != "..";
    user.filter(is_name)
        .is_some_and(|user| Path::new("/var/lib/systemd/linger").join(user).exists())
}

fn wait_to_be_in(unit: &str) -> Option<Hierarchy> {
    let begun = Instant::now();
    loop {
        let hierarchies = found::hierarchies();
        let own = hierarchies.into_iter().find(Hierarchy::is_unified)?;
        if own.own.file_name().is_some_and(|name| name == unit) {
            return Some(own);
        }
        if begun.elapsed() > PATIENCE {
            return None;
        }
        std::thread::sleep(BETWEEN);
    }
}

/// What `busctl` is told: after the signature each value, arrays with their
/// length and variants with their type before them (busctl(1)).
fn request(uid: u32, unit: &str, pid: u32) -> Vec<String> {
    let manager = if uid == 0 { "--system" } else { "--user" };
    let pid = pid.to_string();
    let words: [&[&str]; 9] = [
        &[manager, "--timeout=3", "call"],
        &["org.freedesktop.systemd1", "/org/freedesktop/systemd1"],
        &["org.freedesktop.systemd1.Manager", "StartTransientUnit"],
        &["ssa(sv)a(sa(sv))", unit, "fail", "4"],
        &["Description", "s", "A lab of Plimsoll"],
        &["Delegate", "b", "true"],
        &["CollectMode", "s", "inactive-or-failed"],
        &["PIDs", "au", "1", &pid],
        // No auxiliary units.
        &["0"],
    ];
    words.concat().into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_says_how_many_there_are_of_what() {
        let words = request(1000, "plimsoll-x-7.scope", 7).join(" ");
        assert_eq!(
            words,
            "--user --timeout=3 call org.freedesktop.systemd1 /org/freedesktop/systemd1 \
             org.freedesktop.systemd1.Manager StartTransientUnit ssa(sv)a(sa(sv)) \
             plimsoll-x-7.scope fail 4 Description s A lab of Plimsoll Delegate b true \
             CollectMode s inactive-or-failed PIDs au 1 7 0"
        );
        assert_eq!(request(0, "x", 7)[0], "--system");
    }
}
