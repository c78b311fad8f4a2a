//! Owners, devices and capabilities come back in every way of keeping them.

use std::fs::{self, File};
use std::os::fd::AsFd as _;
use std::os::unix::fs::{MetadataExt as _, lchown, symlink};
use std::path::Path;
use std::process::Command;

use crate::tarball::Tarball;
use plimsoll_store::record::{self, OwnerTable, Record};
use plimsoll_store::{DiffId, Digest, IdRange, Ownership, Store, Tree, diff};

use crate::layers::*;

#[test]
fn with_a_single_id_owners_and_devices_come_back() {
    round_trip(&Ownership::Single);
}

#[test]
fn with_a_range_owners_and_devices_come_back() {
    if !nix::unistd::geteuid().is_root() {
        eprintln!("skipped: only root can give files to other ids");
        return;
    }
    round_trip(&Ownership::identity());
    let ranges = vec![
        IdRange {
            inside: 0,
            outside: 1001,
            count: 1,
        },
        IdRange {
            inside: 1,
            outside: 200_000,
            count: 65_535,
        },
    ];
    let mapped = Ownership::Mapped {
        uids: ranges.clone(),
        gids: ranges,
    };
    round_trip(&mapped);
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), mapped).unwrap();
    let path = add(&store, &rich_layer());
    let owner = |name: &str| {
        let stat = path.join(name).symlink_metadata().unwrap();
        (stat.uid(), stat.gid())
    };
    assert_eq!(owner(""), (1001, 1001));
    assert_eq!(owner("a/www"), (200_032, 200_043));
    assert_eq!(owner("a/www/way"), (200_006, 200_007));
    assert_eq!(owner("pipe"), (200_004, 200_004));
    let far = Tarball::new().owner(70_000, 0).file("f", 0o644, b"").end();
    let blob = store.write_blob(&far[..], None, u64::MAX).unwrap();
    let error = store
        .ensure_layer(&DiffId(Digest::of(&far)), &blob, TAR)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("belongs to user 70000") && error.contains("subuid"),
        "{error}"
    );
}

#[test]
fn what_a_container_records_is_committed() {
    let dir = tempfile::tempdir().unwrap();
    let upper = dir.path().join("upper");
    fs::create_dir(&upper).unwrap();
    fs::write(upper.join("f"), "f").unwrap();
    symlink("f", upper.join("l")).unwrap();
    // As chown 33:33 and mknod do, when they are answered by the engine.
    let file = File::open(upper.join("f")).unwrap();
    record::set(
        &file,
        Record {
            uid: 33,
            gid: 34,
            mode: 0o644,
            device: None,
        },
    )
    .unwrap();
    record::append(&upper, Path::new("l"), 35, 36).unwrap();
    let mut layer = Vec::new();
    diff(&[], &upper, &Ownership::Single, &mut layer).unwrap();
    let layer = read(&layer);
    assert!(
        layer["f"].contains(" 33:34 ") && layer["l"].contains(" 35:36 "),
        "{layer:?}"
    );
    // And seen by `docker cp` and `export`, with the table.
    let table = OwnerTable::load([upper.as_path()]).unwrap();
    let root = File::open(&upper).unwrap();
    let mut out = Vec::new();
    Tree::new(root.as_fd(), &Ownership::Single)
        .with_owners(&table)
        .export(&mut out)
        .unwrap();
    assert_eq!(read(&out), layer);
}

fn capability_round_trip(ownership: &Ownership) {
    // cap_net_raw=ep, as archives hold it (revision 2).
    let mut value = vec![1, 0, 0, 2, 0, 0x20, 0, 0];
    value.resize(20, 0);
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), ownership.clone()).unwrap();
    let mut tar = Tarball::new();
    tar.pax_bytes(&[("SCHILY.xattr.security.capability", &value)]);
    let path = add(&store, &tar.file("ping", 0o755, b"p").end());
    let mut out = Vec::new();
    diff(&[], &path, ownership, &mut out).unwrap();
    assert!(
        out.windows(value.len()).any(|bytes| bytes == value),
        "{ownership:?}"
    );
}

#[test]
fn file_capabilities_come_back_in_every_mode() {
    capability_round_trip(&Ownership::Single);
    if nix::unistd::geteuid().is_root() {
        let range = vec![IdRange {
            inside: 0,
            outside: 300_000,
            count: 65_536,
        }];
        capability_round_trip(&Ownership::identity());
        capability_round_trip(&Ownership::Mapped {
            uids: range.clone(),
            gids: range,
        });
    }
}

#[test]
fn a_tree_of_another_owner_keeps_its_owner() {
    if !nix::unistd::geteuid().is_root() {
        eprintln!("skipped: only root can give files to other ids");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("root");
    let volume = dir.path().join("volume");
    fs::create_dir_all(root.join("data")).unwrap();
    fs::create_dir(&volume).unwrap();
    fs::write(root.join("data/f"), "f").unwrap();
    symlink("f", root.join("data/l")).unwrap();
    for name in ["data", "data/f", "data/l"] {
        lchown(root.join(name), Some(300_033), Some(300_044)).unwrap();
    }
    let range = vec![IdRange {
        inside: 0,
        outside: 300_000,
        count: 65_536,
    }];
    let ownership = Ownership::Mapped {
        uids: range.clone(),
        gids: range,
    };
    let open = File::open(&root).unwrap();
    let target = File::open(&volume).unwrap();
    let tree = Tree::new(open.as_fd(), &ownership);
    tree.copy_up("/data", target.as_fd()).unwrap();
    for name in ["", "f", "l"] {
        let stat = volume.join(name).symlink_metadata().unwrap();
        assert_eq!((stat.uid(), stat.gid()), (300_033, 300_044), "{name}");
    }
    let mut out = Vec::new();
    tree.pack("/data/f", &mut out).unwrap();
    assert!(read(&out)["f"].contains(" 33:44 "));
}

/// A user with a range in `/etc/subuid`, and the range: name, id, first, count.
fn user_with_a_range() -> Option<(u32, u32, u32)> {
    let passwd = fs::read_to_string("/etc/passwd").ok()?;
    let own = nix::unistd::geteuid().as_raw();
    for line in fs::read_to_string("/etc/subuid").ok()?.lines() {
        let mut fields = line.split(':');
        let (name, first) = (fields.next()?, fields.next()?.parse().ok()?);
        let count: u32 = fields.next()?.parse().ok()?;
        let account = passwd
            .lines()
            .find(|line| line.starts_with(&format!("{name}:")))?;
        let uid: u32 = account.split(':').nth(2)?.parse().ok()?;
        if uid != 0 && (own == 0 || own == uid) && count >= 1000 {
            return Some((uid, first, count));
        }
    }
    None
}

/// The lab's own user namespace: the learner is themself, their range is at the
/// same numbers, and the engine has all capabilities over it.
#[test]
fn in_a_labs_namespace_everything_comes_back() {
    if let Some(range) = std::env::var_os(INSIDE) {
        return inside(&range.into_string().unwrap());
    }
    let Some((uid, first, count)) = user_with_a_range() else {
        eprintln!("skipped: no user here has a range in /etc/subuid");
        return;
    };
    let mut command = Command::new("setpriv");
    if nix::unistd::geteuid().is_root() {
        command.args([
            format!("--reuid={uid}"),
            format!("--regid={uid}"),
            "--clear-groups".into(),
        ]);
    }
    command
        .args(["unshare", "--user", "--keep-caps"])
        .args([format!("--map-user={uid}"), format!("--map-group={uid}")])
        .args([format!("--map-users={first},{first},{count}")])
        .args([format!("--map-groups={first},{first},{count}")])
        .arg(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "owners::in_a_labs_namespace_everything_comes_back",
            "--nocapture",
        ])
        .env(INSIDE, format!("{uid}:{first}:{count}"));
    match command.output() {
        Ok(output) if output.status.success() => {}
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(
                said.contains("unshare: ") || said.contains("setpriv: "),
                "{said}"
            );
            eprintln!("skipped: no namespace with a range here: {said}");
        }
        Err(error) => eprintln!("skipped: no setpriv(1) here: {error}"),
    }
}

/// `range` is the user, the first of their range and how many there are.
fn inside(range: &str) {
    let numbers: Vec<u32> = range
        .split(':')
        .map(|number| number.parse().unwrap())
        .collect();
    let ranges = vec![
        IdRange {
            inside: 0,
            outside: numbers[0],
            count: 1,
        },
        IdRange {
            inside: 1,
            outside: numbers[1],
            count: numbers[2],
        },
    ];
    let mapped = Ownership::Mapped {
        uids: ranges.clone(),
        gids: ranges,
    };
    round_trip(&mapped);
    capability_round_trip(&mapped);
    round_trip(&Ownership::Single);
    // What the range owns is removed from inside only.
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), mapped).unwrap();
    let path = add(
        &store,
        &Tarball::new()
            .owner(33, 33)
            .dir("d", 0o700)
            .file("d/f", 0, b"")
            .end(),
    );
    assert_eq!(fs::metadata(path.join("d")).unwrap().uid(), numbers[1] + 32);
    let parent = File::open(path.parent().unwrap()).unwrap();
    plimsoll_store::remove_tree(parent.as_fd(), "fs".as_ref()).unwrap();
}
