//! Users and their ranges of ids, read from the machine's own files.
//!
//! The binary is static: there is no NSS, so `/etc/passwd`, `/etc/subuid` and
//! `/etc/subgid` are parsed here (passwd(5), subuid(5)).

use std::path::{Path, PathBuf};

use crate::id_map::IdRange;

/// The name `/etc/passwd` has for `uid`.
#[must_use]
pub fn name_of(uid: u32) -> Option<String> {
    let passwd = std::fs::read_to_string("/etc/passwd").ok()?;
    passwd_field(&passwd, uid, 0).map(str::to_owned)
}

/// The home folder `/etc/passwd` has for `uid`.
#[must_use]
pub fn home_of(uid: u32) -> Option<PathBuf> {
    let passwd = std::fs::read_to_string("/etc/passwd").ok()?;
    passwd_field(&passwd, uid, 5).map(PathBuf::from)
}

/// The shell `/etc/passwd` has for `uid`.
#[must_use]
pub fn shell_of(uid: u32) -> Option<PathBuf> {
    let passwd = std::fs::read_to_string("/etc/passwd").ok()?;
    passwd_field(&passwd, uid, 6).map(PathBuf::from)
}

fn passwd_field(passwd: &str, uid: u32, field: usize) -> Option<&str> {
    passwd.lines().find_map(|line| {
        let fields: Vec<&str> = line.split(':').collect();
        if fields.len() < 7 || fields[2].parse() != Ok(uid) {
            return None;
        }
        Some(fields[field]).filter(|value| !value.is_empty())
    })
}

/// The largest range of `file` (`/etc/subuid` or `/etc/subgid`) for this user.
#[must_use]
pub fn range_of(file: &Path, uid: u32, name: Option<&str>) -> Option<IdRange> {
    let text = std::fs::read_to_string(file).ok()?;
    all_ranges(&text)
        .filter(|(owner, _)| Some(*owner) == name || owner.parse() == Ok(uid))
        .map(|(_, range)| range)
        .max_by_key(|range| range.length)
}

/// All ranges of a text in the form of subuid(5): `owner:first:length`.
pub(crate) fn all_ranges(text: &str) -> impl Iterator<Item = (&str, IdRange)> {
    text.lines().filter_map(|line| {
        let mut fields = line.trim().split(':');
        let owner = fields.next()?;
        let first = fields.next()?.parse().ok()?;
        let length = fields.next()?.parse().ok().filter(|length| *length > 0)?;
        Some((owner, IdRange { first, length }))
    })
}

/// Where the next user's 65536 ids would begin: behind all that are given, from
/// 100000 on, as `useradd` counts (login.defs(5), `SUB_UID_MIN`).
#[must_use]
pub(crate) fn free_start() -> u32 {
    let read = |file| std::fs::read_to_string(file).unwrap_or_default();
    let both = read("/etc/subuid") + "\n" + &read("/etc/subgid");
    behind(&both)
}

fn behind(ranges: &str) -> u32 {
    const SUB_UID_MIN: u32 = 100_000;
    let ends = all_ranges(ranges).map(|(_, range)| range.first.saturating_add(range.length));
    ends.fold(SUB_UID_MIN, u32::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str = "root:x:0:0:root:/root:/bin/bash\n\
                          broken\n\
                          learner:x:1001:1001::/home/learner:\n";

    #[test]
    fn a_new_range_begins_behind_all_others() {
        assert_eq!(behind(""), 100_000);
        assert_eq!(behind("ada:100000:65536\nbob:300000:65536\n"), 365_536);
    }

    #[test]
    fn fields_are_found_by_uid() {
        assert_eq!(passwd_field(PASSWD, 1001, 5), Some("/home/learner"));
        assert_eq!(passwd_field(PASSWD, 1001, 6), None);
        assert_eq!(passwd_field(PASSWD, 7, 0), None);
    }

    #[test]
    fn the_largest_range_of_name_or_uid_wins() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let text = "other:1:65536\nlearner:100000:10\n1001:200000:65536\nlearner:x:y\n";
        std::fs::write(file.path(), text).expect("ranges");
        let range = range_of(file.path(), 1001, Some("learner"));
        assert_eq!(
            range,
            Some(IdRange {
                first: 200_000,
                length: 65_536
            })
        );
        assert_eq!(range_of(file.path(), 1002, Some("bare")), None);
    }
}
