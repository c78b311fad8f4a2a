//! From what was noted to what is told. Pure.

use std::collections::BTreeSet;
use std::path::Path;

use plimsoll_api::operation::{BoundPath, Cable, Facts, Line, Operation, plain};
use plimsoll_runtime::{
    CapabilitySet, Cgroup, Namespace, NamespaceSource, Op, Part, Rootfs, Seccomp, User, seccomp,
};
use serde_json::Value;

use super::performance::Carried;
use super::trace::{Ended, Note};

/// The longest string of a line (characters).
const LONGEST: usize = 300;
/// How many binds, words and ports are listed.
pub const LISTED: usize = 16;

/// The files of name resolution, which the engine writes for a container.
const NAME_FILES: [&str; 3] = ["/etc/hosts", "/etc/hostname", "/etc/resolv.conf"];

impl Ended {
    /// The operation as clients get it.
    pub fn told(&self) -> Operation {
        let plan = self.notes.iter().rev().find_map(|note| match note {
            Note::Plan(carried) => Some(carried.plan.explained()),
            Note::Line { .. } | Note::Told(_) => None,
        });
        Operation {
            kind: self.kind.to_owned(),
            subject: plain(&self.subject, LONGEST),
            time: self.began.to_string(),
            duration_us: micros(self.took),
            lines: self.notes.iter().flat_map(lines).collect(),
            more_lines: self.more_notes,
            plan,
            error: self.error.clone(),
        }
    }
}

fn micros(took: std::time::Duration) -> u64 {
    u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
}

fn lines(note: &Note) -> Vec<Line> {
    match note {
        Note::Line {
            facts,
            took,
            failed,
        } => vec![Line {
            duration_us: took.map(micros),
            failed: *failed,
            ..line(facts)
        }],
        Note::Plan(carried) => of_plan(carried),
        Note::Told(lines) => lines.clone(),
    }
}

fn line(facts: &Facts) -> Line {
    let mut line = Line::of(facts);
    bound(&mut line.facts);
    line
}

/// Names and paths come from clients and images.
fn bound(value: &mut Value) {
    match value {
        Value::String(text) => *text = plain(text, LONGEST),
        Value::Array(items) => items.iter_mut().for_each(bound),
        Value::Object(members) => members.values_mut().for_each(bound),
        _ => {}
    }
}

/// A line for each part of a plan; of a plan that failed, those that it came
/// to.
pub fn of_plan(carried: &Carried) -> Vec<Line> {
    let failed = carried.progress.failed;
    let all = carried.plan.ops();
    let failed_part = failed.and_then(|at| all.get(at)).and_then(Op::part);
    let mut lines = Vec::new();
    for part in Part::ALL {
        let took = carried.progress.times.of(part);
        let is_failed = failed_part == Some(part);
        if took.is_none() && !is_failed && !is_always_told(part, carried) {
            continue;
        }
        // What a failed part was to do; of the others what was done.
        let done = |index: usize| is_failed || failed.is_none_or(|at| index < at);
        let ops: Vec<usize> = (0..all.len())
            .filter(|index| all[*index].part() == Some(part) && done(*index))
            .collect();
        let chosen: Vec<&Op> = ops.iter().map(|index| &all[*index]).collect();
        lines.push(Line {
            duration_us: took.map(micros),
            failed: is_failed,
            ops,
            ..line(&facts(part, &chosen, carried))
        });
    }
    lines
}

/// A container in somebody else's network has no operation for it, and that is
/// worth knowing.
fn is_always_told(part: Part, carried: &Carried) -> bool {
    let clones = |op: &Op| matches!(op, Op::Clone { .. });
    part == Part::Network
        && carried.progress.failed.is_none()
        && carried.plan.ops().iter().any(clones)
}

fn facts(part: Part, ops: &[&Op], carried: &Carried) -> Facts {
    match part {
        Part::Overlay => overlay(ops),
        Part::Clone => clone(ops),
        Part::Network => network(ops, carried.plan.ops()),
        Part::Mounts => mounts(ops, &carried.volumes),
        Part::Limits => limits(ops, carried.plan.ops()),
        Part::Exec => exec(ops),
    }
}

fn overlay(ops: &[&Op]) -> Facts {
    let root = ops.iter().find_map(|op| match op {
        Op::OpenRoot(root) => Some(root),
        _ => None,
    });
    let (layers, upper) = match root {
        Some(Rootfs::Overlay { lower, upper, .. }) => (count(lower.len()), text(upper)),
        Some(Rootfs::Directory(path)) => (0, text(path)),
        None => (0, String::new()),
    };
    Facts::Overlay { layers, upper }
}

fn clone(ops: &[&Op]) -> Facts {
    let mut own: Vec<Namespace> = Vec::new();
    let (mut root_is, mut users) = (None, 0);
    for op in ops {
        match op {
            Op::JoinContainer { pid, .. } => return Facts::Join { process: *pid },
            Op::Clone { namespaces, .. } => own.clone_from(namespaces),
            Op::MapIds(maps) => {
                let root = maps.users.iter().find(|map| map.inside == 0);
                root_is = root.map(|map| map.outside);
                users = maps.users.iter().map(|map| u64::from(map.count)).sum();
            }
            _ => {}
        }
    }
    let names = |wanted: fn(&[Namespace], Namespace) -> bool| -> Vec<String> {
        Namespace::ALL
            .into_iter()
            .filter(|kind| wanted(&own, *kind))
            .map(|kind| kind.file_name().to_owned())
            .collect()
    };
    Facts::Clone {
        namespaces: names(|own, kind| own.contains(&kind)),
        shared: names(|own, kind| !own.contains(&kind)),
        root_is,
        users,
    }
}

fn network(ops: &[&Op], all: &[Op]) -> Facts {
    let mode = all.iter().find_map(|op| match op {
        Op::Clone { namespaces, .. } if namespaces.contains(&Namespace::Network) => Some("own"),
        Op::Join {
            kind: Namespace::Network,
            source: NamespaceSource::Process(_) | NamespaceSource::Path(_),
        } => Some("shared"),
        _ => None,
    });
    let cables = ops.iter().filter_map(|op| match op {
        Op::Connect(cable) => Some(Cable {
            bridge: cable.bridge.clone(),
            outer: cable.host_name.clone(),
            inner: cable.container_name.clone(),
            address: cable.address.to_string(),
            prefix: cable.prefix,
            gateway: cable.gateway.map(|gateway| gateway.to_string()),
        }),
        _ => None,
    });
    Facts::Network {
        mode: mode.unwrap_or("host").to_owned(),
        cables: cables.take(LISTED).collect(),
    }
}

fn mounts(ops: &[&Op], volumes: &Path) -> Facts {
    let mut file_systems = Vec::new();
    let mut binds = Vec::new();
    let (mut name_files, mut devices) = (0, 0);
    for op in ops {
        match op {
            Op::Mount(mount) | Op::ProcOf { mount, .. } => {
                file_systems.push(text(&mount.destination))
            }
            Op::CgroupView { destination, .. } => file_systems.push(text(destination)),
            Op::Device { .. } => devices += 1,
            Op::Bind(bind) => {
                let destination = text(&bind.destination);
                if NAME_FILES.contains(&destination.as_str()) {
                    name_files += 1;
                    continue;
                }
                let flags = bind.flags;
                binds.push(BoundPath {
                    volume: volume_name(&bind.source, volumes),
                    source: text(&bind.source),
                    destination,
                    read_only: flags.read_only || flags.recursive_read_only,
                });
            }
            _ => {}
        }
    }
    let more_binds = count(binds.len().saturating_sub(LISTED));
    binds.truncate(LISTED);
    file_systems.truncate(LISTED);
    Facts::Mounts {
        file_systems,
        binds,
        more_binds,
        name_files,
        devices,
    }
}

/// `VOLUMES/NAME/_data` is the volume NAME.
fn volume_name(source: &Path, volumes: &Path) -> Option<String> {
    let name = source.strip_prefix(volumes).ok()?.iter().next()?;
    Some(name.to_string_lossy().into_owned())
}

fn limits(ops: &[&Op], all: &[Op]) -> Facts {
    let mut capabilities = None;
    let (mut masked, mut read_only, mut resources) = (0, 0, 0);
    let (mut root_read_only, mut faked_owners) = (false, false);
    let (_, all_calls) = seccomp::Profile::unconfined().allowed(CapabilitySet::ALL);
    // Without a filter all calls are allowed; one that is not loaded yet is none.
    let filters = |op: &Op| matches!(op, Op::Filter { .. });
    let mut calls = (!all.iter().any(filters)).then_some(all_calls);
    for op in ops {
        match op {
            Op::Bounding(set) => capabilities = Some(count(set.iter().count())),
            Op::Mask(_) => masked += 1,
            Op::ReadOnlyPath(_) => read_only += 1,
            Op::RootReadOnly => root_read_only = true,
            Op::Limit(_) => resources += 1,
            Op::MakeCgroup(cgroup) => resources += limited(cgroup),
            Op::Filter {
                profile,
                capabilities,
                fake_ownership,
            } => {
                calls = Some(allowed(profile, *capabilities));
                faked_owners = *fake_ownership;
            }
            _ => {}
        }
    }
    Facts::Limits {
        capabilities,
        all_capabilities: count(CapabilitySet::ALL.iter().count()),
        calls: calls.map(count),
        all_calls: count(all_calls),
        masked,
        read_only,
        root_read_only,
        resources,
        faked_owners,
    }
}

/// How many resources a cgroup limits: `memory.max` and `memory.low` are about one.
fn limited(cgroup: &Cgroup) -> u64 {
    let files = cgroup.settings.iter().map(|(file, _)| file);
    let resources: BTreeSet<_> = files.filter_map(|file| file.split('.').next()).collect();
    count(resources.len())
}

fn allowed(profile: &Seccomp, capabilities: CapabilitySet) -> usize {
    let (allowed, _) = match profile {
        Seccomp::Unconfined => seccomp::Profile::unconfined().allowed(capabilities),
        Seccomp::Default => seccomp::Profile::docker().allowed(capabilities),
        Seccomp::Profile(profile) => profile.allowed(capabilities),
    };
    allowed
}

fn exec(ops: &[&Op]) -> Facts {
    let (mut words, mut user, mut directory) = (Vec::new(), String::new(), String::new());
    let mut terminal = false;
    for op in ops {
        match op {
            Op::FindCommand(args) | Op::Execute { args, .. } => words.clone_from(args),
            Op::FindUser(User::Named { user: name, .. }) => user.clone_from(name),
            Op::FindUser(User::Ids { uid, gid, .. }) => user = format!("{uid}:{gid}"),
            Op::EnterDirectory(path) => directory = text(path),
            Op::Terminal { .. } => terminal = true,
            _ => {}
        }
    }
    let more_words = count(words.len().saturating_sub(LISTED));
    words.truncate(LISTED);
    Facts::Exec {
        words,
        more_words,
        user,
        directory,
        terminal,
    }
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
