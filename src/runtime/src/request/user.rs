//! Users and groups as the image itself names them.
//!
//! A number is a number, never a name (CVE-2026-46680); what exceeds
//! 2147483647 is refused (CVE-2024-40635). The files are read by the caller,
//! with bounds; this module only understands their text.

use super::from_spec::MAX_ID;
use serde::{Deserialize, Serialize};

/// A user or group that is not to be had. In Docker's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum UserFault {
    /// A name that `/etc/passwd` lacks.
    #[error("unable to find user {0}: no matching entries in passwd file")]
    NoUser(String),
    /// A name that `/etc/group` lacks.
    #[error("unable to find group {0}: no matching entries in group file")]
    NoGroup(String),
    /// A number out of range.
    #[error("uids and gids must be in range 0-2147483647")]
    Range,
    /// An id that the container's user namespace does not have.
    #[error(
        "user {uid}:{gid} is not available: this container has {available} only \
         (`plimsoll doctor` says how to have more)"
    )]
    NotMapped {
        /// User.
        uid: u32,
        /// Group.
        gid: u32,
        /// What it has, in words.
        available: String,
    },
    /// The image's passwd or group file is not a regular file, or longer than
    /// what we are ready to read (CVE-2026-47262).
    #[error("{0} of the image cannot be read: {1}")]
    File(String, String),
}

/// Whose ids a process has, and where they live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundUser {
    /// User.
    pub uid: u32,
    /// Primary group.
    pub gid: u32,
    /// Supplementary groups, the primary one among them where a name was
    /// looked up.
    pub groups: Vec<u32>,
    /// Home directory; `/` where the passwd file has none.
    pub home: String,
}

struct PasswdEntry<'a> {
    name: &'a str,
    uid: u32,
    gid: u32,
    home: &'a str,
}

struct GroupEntry<'a> {
    name: &'a str,
    gid: u32,
    members: &'a str,
}

fn passwd_entry(line: &str) -> Option<PasswdEntry<'_>> {
    let mut fields = line.split(':');
    let name = fields.next()?;
    let (uid, gid) = (fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?);
    Some(PasswdEntry {
        name,
        uid,
        gid,
        home: fields.nth(1).unwrap_or(""),
    })
}

fn group_entry(line: &str) -> Option<GroupEntry<'_>> {
    let mut fields = line.split(':');
    let name = fields.next()?;
    let gid = fields.nth(1)?.parse().ok()?;
    Some(GroupEntry {
        name,
        gid,
        members: fields.next().unwrap_or(""),
    })
}

/// `Some` for a decimal number, an error for one out of range. `-1` is a
/// number too: a name cannot start with a hyphen.
fn number(text: &str) -> Result<Option<u32>, UserFault> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    match text.parse::<u32>() {
        Ok(id) if id <= MAX_ID => Ok(Some(id)),
        _ => Err(UserFault::Range),
    }
}

/// Resolves `user[:group]` and additional groups against the texts of passwd
/// and group files, as Docker does: an empty user is root; a number without a
/// passwd entry is taken as it is, with group 0; without `:group` the groups
/// that list the user come along.
///
/// # Errors
/// Names that are not there, numbers out of range.
pub fn find_user(
    spec: &str,
    add_groups: &[String],
    passwd: &str,
    group: &str,
) -> Result<FoundUser, UserFault> {
    let (user, wanted_group) = match spec.split_once(':') {
        Some((user, group)) => (user, Some(group).filter(|group| !group.is_empty())),
        None => (spec, None),
    };
    let user = if user.is_empty() { "0" } else { user };
    let id = number(user)?;
    let entry = passwd
        .lines()
        .filter_map(passwd_entry)
        .find(|entry| match id {
            Some(id) => entry.uid == id,
            None => entry.name == user,
        });
    let mut found = match (&entry, id) {
        (Some(entry), _) => FoundUser {
            uid: entry.uid,
            gid: entry.gid,
            groups: Vec::new(),
            home: entry.home.to_owned(),
        },
        (None, Some(uid)) => FoundUser {
            uid,
            gid: 0,
            groups: Vec::new(),
            home: String::new(),
        },
        (None, None) => return Err(UserFault::NoUser(user.to_owned())),
    };
    if found.uid > MAX_ID || found.gid > MAX_ID {
        return Err(UserFault::Range);
    }
    if found.home.is_empty() {
        found.home.push('/');
    }
    match wanted_group {
        Some(name) => found.gid = group_id(name, group)?,
        None => {
            let name = entry.map_or("", |entry| entry.name);
            let member = |entry: &GroupEntry<'_>| entry.members.split(',').any(|one| one == name);
            let groups = group.lines().filter_map(group_entry).filter(member);
            found
                .groups
                .extend(groups.map(|entry| entry.gid).filter(|_| !name.is_empty()));
        }
    }
    for name in add_groups {
        found.groups.push(group_id(name, group)?);
    }
    // A member of its own group in every respect: else a file that denies the
    // group could be read by dropping it (CVE-2022-36109).
    found.groups.push(found.gid);
    found.groups.sort_unstable();
    found.groups.dedup();
    Ok(found)
}

fn group_id(name: &str, group: &str) -> Result<u32, UserFault> {
    if let Some(id) = number(name)? {
        return Ok(id);
    }
    let id = group
        .lines()
        .filter_map(group_entry)
        .find(|entry| entry.name == name)
        .ok_or_else(|| UserFault::NoGroup(name.to_owned()))?
        .gid;
    if id > MAX_ID {
        Err(UserFault::Range)
    } else {
        Ok(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str = "root:x:0:0:root:/root:/bin/sh\n\
                          # a comment\n\
                          daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n\
                          app:x:1000:1001::/home/app:/bin/sh\n\
                          1000:x:0:0:a name that looks like a number:/:/bin/sh\n\
                          huge:x:4294967295:0::/:/bin/sh\n";
    const GROUP: &str = "root:x:0:\nstaff:x:50:app,daemon\nwww:x:33:app\nhuge:x:2147483648:\n";

    fn find(spec: &str) -> Result<FoundUser, UserFault> {
        find_user(spec, &[], PASSWD, GROUP)
    }

    fn ids(spec: &str) -> (u32, u32, Vec<u32>) {
        let found = find(spec).expect("a user");
        (found.uid, found.gid, found.groups)
    }

    #[test]
    fn nobody_named_is_root() {
        assert_eq!(ids(""), (0, 0, vec![0]));
        assert_eq!(find("").expect("root").home, "/root");
        assert_eq!(ids(":5"), (0, 5, vec![5]));
    }

    #[test]
    fn a_name_brings_its_groups() {
        assert_eq!(ids("app"), (1000, 1001, vec![33, 50, 1001]));
        assert_eq!(find("app").expect("app").home, "/home/app");
    }

    #[test]
    fn a_given_group_replaces_the_listed_ones() {
        assert_eq!(ids("app:www"), (1000, 33, vec![33]));
        assert_eq!(ids("1000:"), (1000, 1001, vec![33, 50, 1001]));
    }

    /// CVE-2026-46680: a passwd line whose name is `1000` and whose id is 0.
    #[test]
    fn a_number_is_never_a_name() {
        assert_eq!(ids("1000").0, 1000);
    }

    #[test]
    fn a_number_needs_no_entry() {
        assert_eq!(ids("4711"), (4711, 0, vec![0]));
        assert_eq!(find("4711").expect("4711").home, "/");
    }

    /// CVE-2024-40635.
    #[test]
    fn ids_that_would_wrap_are_refused() {
        for spec in [
            "4294967296",
            "2147483648",
            "-1",
            "0:4294967295",
            "huge",
            "app:huge",
            "99999999999999999999",
        ] {
            assert_eq!(find(spec), Err(UserFault::Range), "{spec}");
        }
    }

    #[test]
    fn what_is_not_there_is_named() {
        assert_eq!(
            find("nosuch").expect_err("no such user").to_string(),
            "unable to find user nosuch: no matching entries in passwd file"
        );
        assert_eq!(
            find("app:nosuch").expect_err("no such group").to_string(),
            "unable to find group nosuch: no matching entries in group file"
        );
    }

    #[test]
    fn groups_are_added_by_name_and_number() {
        let found = find_user("0", &["www".into(), "7".into()], PASSWD, GROUP).expect("root");
        assert_eq!(found.groups, vec![0, 7, 33]);
    }
}
