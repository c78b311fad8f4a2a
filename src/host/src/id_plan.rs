//! Which ids the machine lets a lab have, and writing the maps.
//!
//! Deciding reads the machine's files; writing acts on a process that waits.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use plimsoll_text::Language;

use crate::id_map::{IdMap, IdMapChoice, IdRange, Starter};
use crate::users::{all_ranges, name_of, range_of};
use crate::words;

/// Where root's labs take their range: systemd leaves 0x70000000 and up to
/// 0x7ffdffff unused (systemd.io/UIDS-GIDS).
const ROOT_RANGE: u32 = 0x7000_0000;
const FULL: u32 = 65_536;

/// Why the maps could not be written.
#[derive(Debug, thiserror::Error)]
pub enum MapError {
    Write {
        file: String,
        #[source]
        source: io::Error,
    },
    Program {
        program: &'static str,
        said: String,
    },
}

plimsoll_text::speaks!(MapError);

impl MapError {
    /// What went wrong, in the reader's language.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        match self {
            Self::Write { file, .. } => words::map_write(language, file.as_str()),
            Self::Program { program, said } => {
                words::map_program(language, *program, said.as_str())
            }
        }
    }
}

/// The best map this user can have here.
///
/// A lab that grades is never root's: started by root, its user is the first of
/// the range, so that nothing of root's own is theirs.
#[must_use]
pub fn choose(choice: IdMapChoice, grading: bool) -> IdMap {
    let caller = Starter {
        uid: rustix::process::getuid().as_raw(),
        gid: rustix::process::getgid().as_raw(),
    };
    let best = choice == IdMapChoice::BestAvailable;
    if !caller.is_root() {
        let ranges = best.then(|| delegated_ranges(caller.uid)).flatten();
        return map_of(caller, ranges);
    }
    let Some(range) = root_range() else {
        return map_of(caller, None);
    };
    if grading {
        let starter = Starter {
            uid: range.first,
            gid: range.first,
        };
        let rest = IdRange {
            first: range.first + 1,
            length: range.length - 1,
        };
        return map_of(starter, best.then_some((rest, rest)));
    }
    map_of(caller, best.then_some((range, range)))
}

fn map_of(starter: Starter, ranges: Option<(IdRange, IdRange)>) -> IdMap {
    match ranges {
        Some((uids, gids)) => IdMap::Mapped {
            starter,
            uids,
            gids,
        },
        None => IdMap::Single { starter },
    }
}

/// The ranges newuidmap and newgidmap will accept.
fn delegated_ranges(uid: u32) -> Option<(IdRange, IdRange)> {
    let name = name_of(uid);
    let uids = range_of(Path::new("/etc/subuid"), uid, name.as_deref())?;
    let gids = range_of(Path::new("/etc/subgid"), uid, name.as_deref())?;
    let helpers = ["newuidmap", "newgidmap"];
    helpers
        .iter()
        .all(|program| crate::search::on_path(program).is_some())
        .then_some((uids, gids))
}

/// A range of root's that nobody else has.
fn root_range() -> Option<IdRange> {
    let own = std::fs::read_to_string("/proc/self/uid_map").ok()?;
    let taken: String = ["/etc/subuid", "/etc/subgid"]
        .iter()
        .filter_map(|file| std::fs::read_to_string(file).ok())
        .collect();
    free_range(&extents(&own), &taken)
}

/// `uid_map` lines as (first id in this namespace, length).
fn extents(map: &str) -> Vec<IdRange> {
    map.lines()
        .filter_map(|line| {
            let mut fields = line.split_whitespace().map(str::parse::<u32>);
            let first = fields.next()?.ok()?;
            let length = fields.nth(1)?.ok()?;
            Some(IdRange { first, length })
        })
        .collect()
}

/// The first free full range; in a namespace that is too small for one, the
/// upper half of its largest extent.
fn free_range(extents: &[IdRange], taken: &str) -> Option<IdRange> {
    let within = |range: &IdRange| {
        extents.iter().any(|extent| {
            range.first >= extent.first
                && u64::from(range.first) + u64::from(range.length)
                    <= u64::from(extent.first) + u64::from(extent.length)
        })
    };
    let overlaps = |range: &IdRange| {
        all_ranges(taken).any(|(_, other)| {
            u64::from(range.first) < u64::from(other.first) + u64::from(other.length)
                && u64::from(other.first) < u64::from(range.first) + u64::from(range.length)
        })
    };
    let full = (0..16).map(|step| IdRange {
        first: ROOT_RANGE + step * FULL,
        length: FULL,
    });
    full.into_iter()
        .find(|range| within(range) && !overlaps(range))
        .or_else(|| {
            let largest = extents.iter().max_by_key(|extent| extent.length)?;
            let half = largest.length / 2;
            (half > 0).then(|| IdRange {
                first: largest.first + half,
                length: half.min(FULL),
            })
        })
}

/// Writes the lab's maps for the process `pid`, which waits in its new user namespace.
///
/// # Errors
/// [`MapError`]: with the helper's own words where one was used.
pub fn write(map: &IdMap, pid: i32) -> Result<(), MapError> {
    let Starter { uid, gid } = map.starter();
    let by_root = rustix::process::geteuid().is_root();
    match map {
        IdMap::Mapped { uids, gids, .. } if by_root => {
            put(pid, "uid_map", &(line(one(uid)) + &line(*uids)))?;
            put(pid, "gid_map", &(line(one(gid)) + &line(*gids)))
        }
        IdMap::Mapped { uids, gids, .. } => {
            run("newuidmap", pid, uid, *uids)?;
            run("newgidmap", pid, gid, *gids)
        }
        IdMap::Single { .. } => {
            if !by_root {
                // user_namespaces(7): without CAP_SETGID outside, setgroups goes first.
                put(pid, "setgroups", "deny")?;
            }
            put(pid, "uid_map", &line(one(uid)))?;
            put(pid, "gid_map", &line(one(gid)))
        }
    }
}

fn one(id: u32) -> IdRange {
    IdRange {
        first: id,
        length: 1,
    }
}

fn line(range: IdRange) -> String {
    format!("{0} {0} {1}\n", range.first, range.length)
}

fn put(pid: i32, file: &str, text: &str) -> Result<(), MapError> {
    let file = format!("/proc/{pid}/{file}");
    std::fs::write(&file, text).map_err(|source| MapError::Write { file, source })
}

fn run(program: &'static str, pid: i32, own: u32, range: IdRange) -> Result<(), MapError> {
    let numbers = [own, own, 1, range.first, range.first, range.length];
    let output = Command::new(crate::search::on_path(program).unwrap_or_else(|| program.into()))
        .arg(pid.to_string())
        .args(numbers.map(|number| number.to_string()))
        .stdin(Stdio::null())
        .output();
    let said = match output {
        Ok(output) if output.status.success() => return Ok(()),
        Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        Err(error) => error.to_string(),
    };
    Err(MapError::Program { program, said })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = "         0          0 4294967295\n";

    #[test]
    fn root_takes_a_range_that_nobody_has() {
        assert_eq!(
            free_range(&extents(WHOLE), "learner:100000:65536\n"),
            Some(IdRange {
                first: ROOT_RANGE,
                length: FULL
            })
        );
        let taken = format!("other:{}:10\n", ROOT_RANGE + 5);
        assert_eq!(
            free_range(&extents(WHOLE), &taken),
            Some(IdRange {
                first: ROOT_RANGE + FULL,
                length: FULL
            })
        );
    }

    #[test]
    fn root_of_a_small_namespace_takes_its_upper_half() {
        let small = "0 1000 1\n1 100000 65536\n";
        assert_eq!(
            free_range(&extents(small), ""),
            Some(IdRange {
                first: 32_769,
                length: 32_768
            })
        );
        assert_eq!(free_range(&extents("0 1000 1\n"), ""), None);
    }
}
