//! Layers that come back as they went in: unpacked, stacked by overlay,
//! changed, written as a layer and unpacked again.
//!
//! What needs a namespace runs this executable again under `unshare(1)`, and
//! is skipped aloud where that cannot be had.

mod tarball;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::fd::AsFd as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, lchown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use plimsoll_store::record::{self, OwnerTable, Record};
use plimsoll_store::{
    Change, ChangeKind, DiffId, Digest, IdRange, Ownership, Store, Tree, changes, diff, disk_usage,
};
use tar::EntryType;
use tarball::Tarball;

const TAR: &str = "application/vnd.oci.image.layer.v1.tar";
const INSIDE: &str = "STORE_TEST_INSIDE";

fn add(store: &Store, layer: &[u8]) -> PathBuf {
    let blob = store.write_blob(layer, None, u64::MAX).unwrap();
    store
        .ensure_layer(&DiffId(Digest::of(layer)), &blob, TAR)
        .unwrap()
}

/// What a layer says, by name: kind, link, mode, owner, time, content, attributes.
fn read(tar: &[u8]) -> BTreeMap<String, String> {
    let mut archive = tar::Archive::new(tar);
    let mut entries = BTreeMap::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let mut content = String::new();
        std::io::Read::read_to_string(&mut entry, &mut content).unwrap();
        let name = String::from_utf8(entry.path_bytes().into_owned()).unwrap();
        let link = entry
            .link_name_bytes()
            .map(|link| String::from_utf8_lossy(&link).into_owned());
        let mut pax = Vec::new();
        if let Some(records) = entry.pax_extensions().unwrap() {
            for record in records {
                let record = record.unwrap();
                pax.push(format!(
                    "{}={}",
                    record.key().unwrap(),
                    String::from_utf8_lossy(record.value_bytes())
                ));
            }
        }
        let header = entry.header();
        let text = format!(
            "{:?} {link:?} {:o} {}:{} {} {:?}:{:?} {content:?} {pax:?}",
            header.entry_type(),
            header.mode().unwrap(),
            header.uid().unwrap(),
            header.gid().unwrap(),
            header.mtime().unwrap(),
            header.device_major().unwrap().unwrap_or(0),
            header.device_minor().unwrap().unwrap_or(0),
        );
        entries.insert(name, text);
    }
    entries
}

/// Everything that a layer can hold, in the form in which `diff` writes it.
fn rich_layer() -> Vec<u8> {
    let mut tar = Tarball::new();
    tar.owner(0, 0)
        .dir("a/", 0o755)
        .owner(33, 44)
        .dir("a/www/", 0o2750);
    tar.pax(&[
        ("mtime", "1600000000.25"),
        ("SCHILY.xattr.user.note", "kept"),
    ])
    .file("a/www/page", 0o640, b"page");
    tar.link("a/www/same", "a/www/page")
        .owner(7, 8)
        .symlink("a/www/way", "../page");
    tar.owner(0, 6)
        .device(EntryType::Block, "disk", (8, 1))
        .device(EntryType::Char, "null", (1, 3));
    tar.owner(5, 5).fifo("pipe", 0o620);
    tar.owner(0, 0)
        .file("suid", 0o4755, b"s")
        .dir("tmp/", 0o1777);
    tar.end()
}

fn round_trip(ownership: &Ownership) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("store"), ownership.clone()).unwrap();
    let layer = rich_layer();
    let path = add(&store, &layer);
    let mut again = Vec::new();
    let diff_id = diff(&[], &path, ownership, &mut again).unwrap();
    assert_eq!(diff_id, DiffId(Digest::of(&again)));
    let (mut before, mut after) = (read(&layer), read(&again));
    // Hard links carry the attributes of their file, in one form or another.
    let same = (
        before.remove("a/www/same").unwrap(),
        after.remove("a/www/same").unwrap(),
    );
    assert!(
        same.0.contains("Link Some(\"a/www/page\")")
            && same.1.contains("Link Some(\"a/www/page\")")
    );
    // PAX records are written in our order.
    let sorted = |text: &mut String| {
        *text = text.replace(
            r#"["mtime=1600000000.25", "SCHILY.xattr.user.note=kept"]"#,
            r#"["pax"]"#,
        );
    };
    before.values_mut().for_each(sorted);
    after.values_mut().for_each(sorted);
    let page = before.get_mut("a/www/page").unwrap();
    *page = page.replace(" 1700000000 ", " 1600000000 ");
    assert_eq!(before, after);
    let mut twice = Vec::new();
    diff(&[], &path, ownership, &mut twice).unwrap();
    assert!(again == twice, "the same tree gives the same bytes");
}

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

/// Runs the test `name` again in namespaces of its own, as a user without any
/// rights outside. `false` there; `true` where the caller is outside.
fn outside(name: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return false;
    }
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "--"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(INSIDE, "1")
        .output();
    match output {
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stderr).into_owned();
            if text.contains("unshare: ") {
                eprintln!("skipped: no user namespace here: {text}");
                return true;
            }
            let said = String::from_utf8_lossy(&output.stdout).into_owned() + &text;
            assert!(output.status.success(), "{said}");
            if let Some(skipped) = text.lines().find(|line| line.starts_with("skipped")) {
                eprintln!("{skipped}");
            }
        }
        Err(error) => eprintln!("skipped: no unshare(1) here: {error}"),
    }
    true
}

/// A mount that goes before the directory that it is in.
struct Mounted(PathBuf);

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = nix::mount::umount2(&self.0, nix::mount::MntFlags::MNT_DETACH);
    }
}

/// An overlay of `lower` (bottom first) in a namespace.
struct Overlay {
    upper: PathBuf,
    work: PathBuf,
    merged: PathBuf,
    mounted: Mounted,
}

impl Overlay {
    fn new(dir: &Path, lower: &[PathBuf]) -> Option<Self> {
        let [upper, work, merged] = ["upper", "work", "merged"].map(|name| dir.join(name));
        for path in [&upper, &work, &merged] {
            fs::create_dir(path).unwrap();
        }
        let lower: Vec<_> = lower
            .iter()
            .rev()
            .map(|path| path.display().to_string())
            .collect();
        let options = format!(
            "userxattr,lowerdir={},upperdir={},workdir={}",
            lower.join(":"),
            upper.display(),
            work.display()
        );
        let flags = nix::mount::MsFlags::empty();
        match nix::mount::mount(
            Some("overlay"),
            &merged,
            Some("overlay"),
            flags,
            Some(options.as_str()),
        ) {
            Ok(()) => {
                let mounted = Mounted(merged.clone());
                Some(Self {
                    upper,
                    work,
                    merged,
                    mounted,
                })
            }
            Err(errno) => {
                eprintln!("skipped: no overlay in a user namespace here: {errno}");
                None
            }
        }
    }
}

/// A path that ends in `/` is a directory's.
fn change(kind: ChangeKind, path: &str) -> Change {
    let (path, is_dir) = match path.strip_suffix('/') {
        Some(path) => (path, true),
        None => (path, false),
    };
    Change {
        kind,
        path: path.into(),
        is_dir,
    }
}

/// What the container does.
fn change_files(root: &Path) {
    let at = |path: &str| root.join(path);
    assert!(!at("etc/hidden").exists(), "overlay reads our whiteouts");
    fs::write(at("etc/motd"), "changed").unwrap();
    fs::remove_file(at("etc/gone")).unwrap();
    fs::remove_file(at("etc/more")).unwrap();
    fs::write(at("etc/hidden"), "again").unwrap();
    fs::remove_dir_all(at("opt")).unwrap();
    fs::create_dir(at("opt")).unwrap();
    fs::write(at("opt/new"), "new").unwrap();
    fs::remove_file(at("kind")).unwrap();
    fs::create_dir(at("kind")).unwrap();
    fs::create_dir_all(at("new/dir")).unwrap();
    fs::write(at("new/dir/f"), "f").unwrap();
    fs::write(at("short-lived"), "").unwrap();
    fs::remove_file(at("short-lived")).unwrap();
}

#[test]
fn a_containers_changes_become_a_layer() {
    if outside("a_containers_changes_become_a_layer") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("store"), Ownership::Single).unwrap();
    let bottom = add(
        &store,
        &Tarball::new()
            .dir("etc/", 0o755)
            .file("etc/motd", 0o644, b"hello")
            .file("etc/gone", 0o644, b"x")
            .file("etc/hidden", 0o644, b"x")
            .dir("opt/", 0o755)
            .file("opt/old", 0o644, b"old")
            .dir("opt/sub/", 0o755)
            .file("opt/sub/deep", 0o644, b"deep")
            .file("kind", 0o644, b"file")
            .dir("same/", 0o755)
            .file("same/same", 0o644, b"same")
            .end(),
    );
    let top = add(
        &store,
        &Tarball::new()
            .file("etc/.wh.hidden", 0, b"")
            .file("etc/more", 0o644, b"more")
            .end(),
    );
    let lower = [bottom, top];
    let Some(overlay) = Overlay::new(dir.path(), &lower) else {
        return;
    };
    change_files(&overlay.merged);

    let mut layer = Vec::new();
    diff(&lower, &overlay.upper, &Ownership::Single, &mut layer).unwrap();
    let names: Vec<_> = read(&layer).into_keys().collect();
    assert_eq!(
        names,
        [
            "etc/",
            "etc/.wh.gone",
            "etc/.wh.more",
            "etc/hidden",
            "etc/motd",
            "kind/",
            "new/",
            "new/dir/",
            "new/dir/f",
            "opt/",
            "opt/.wh..wh..opq",
            "opt/new",
        ]
    );
    use ChangeKind::{Added, Changed, Deleted};
    assert_eq!(
        changes(&lower, &overlay.upper).unwrap(),
        [
            change(Changed, "/etc/"),
            change(Deleted, "/etc/gone"),
            change(Added, "/etc/hidden"),
            change(Deleted, "/etc/more"),
            change(Changed, "/etc/motd"),
            change(Changed, "/kind/"),
            change(Added, "/new/"),
            change(Added, "/new/dir/"),
            change(Added, "/new/dir/f"),
            change(Changed, "/opt/"),
            change(Added, "/opt/new"),
            change(Deleted, "/opt/old"),
            change(Deleted, "/opt/sub/"),
        ]
    );
    assert_eq!(
        disk_usage(File::open(&overlay.upper).unwrap().as_fd())
            .unwrap()
            .bytes,
        7 + 5 + 3 + 1
    );

    // Stacked on the others, the new layer shows what the container showed.
    let third = add(&store, &layer);
    let again = dir.path().join("again");
    fs::create_dir(&again).unwrap();
    let stack = [lower[0].clone(), lower[1].clone(), third];
    let second = Overlay::new(&again, &stack).unwrap();
    let mut shown = Vec::new();
    let mut expected = Vec::new();
    for (root, out) in [
        (&overlay.merged, &mut expected),
        (&second.merged, &mut shown),
    ] {
        let root = File::open(root).unwrap();
        Tree::new(root.as_fd(), &Ownership::Single)
            .export(out)
            .unwrap();
    }
    assert_eq!(read(&shown), read(&expected));
}

#[test]
fn overlays_leftovers_are_removed() {
    if outside("overlays_leftovers_are_removed") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let lower = dir.path().join("lower");
    fs::create_dir(&lower).unwrap();
    fs::write(lower.join("f"), "f").unwrap();
    let Some(overlay) = Overlay::new(dir.path(), &[lower]) else {
        return;
    };
    fs::remove_file(overlay.merged.join("f")).unwrap();
    drop(overlay.mounted);
    let work = overlay.work.join("work");
    assert_eq!(fs::metadata(&work).unwrap().permissions().mode() & 0o777, 0);
    let root = File::open(dir.path()).unwrap();
    for name in ["upper", "work", "merged"] {
        plimsoll_store::remove_tree(root.as_fd(), name.as_ref()).unwrap();
        assert!(!dir.path().join(name).exists());
    }
}

fn mount(kind: &str, on: &Path, options: &str) -> Mounted {
    let flags = nix::mount::MsFlags::empty();
    nix::mount::mount(Some(kind), on, Some(kind), flags, Some(options)).unwrap();
    Mounted(on.to_owned())
}

#[test]
fn a_full_disk_leaves_the_store_as_it_was() {
    if outside("a_full_disk_leaves_the_store_as_it_was") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let _mounted = mount("tmpfs", dir.path(), "size=2m");
    let store = match Store::open(&dir.path().join("store"), Ownership::Single) {
        Ok(store) => store,
        Err(error) => {
            eprintln!("skipped: this kernel's tmpfs cannot hold a store: {error}");
            return;
        }
    };
    let large = vec![0; 3 << 20];
    let error = store.write_blob(&large[..], None, u64::MAX).unwrap_err();
    assert!(error.is_full(), "{error}");
    let layer = Tarball::new().file("large", 0o644, &large).end();
    let small = zstd::encode_all(&layer[..], 3).unwrap();
    let blob = store.write_blob(&small[..], None, u64::MAX).unwrap();
    let diff_id = DiffId(Digest::of(&layer));
    let error = store.ensure_layer(&diff_id, &blob, TAR).unwrap_err();
    assert!(error.is_full(), "{error}");
    assert!(store.find_layer(&diff_id).unwrap().is_none());
    // Room for what fits, as before.
    store.write_blob(&large[..1 << 20], None, u64::MAX).unwrap();
}

#[test]
fn a_place_that_overlay_refuses_is_refused_with_a_way_out() {
    if outside("a_place_that_overlay_refuses_is_refused_with_a_way_out") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let lower = dir.path().join("lower");
    fs::create_dir(&lower).unwrap();
    let Some(overlay) = Overlay::new(dir.path(), &[lower]) else {
        return;
    };
    let error = Store::open(&overlay.merged.join("store"), Ownership::Single)
        .err()
        .unwrap();
    let text = error.to_string();
    assert!(
        text.contains("overlay file system") && text.contains("--store DIR"),
        "{text}"
    );
}

#[test]
fn a_store_that_is_only_read_can_be_read() {
    if outside("a_store_that_is_only_read_can_be_read") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("store");
    let layer = Tarball::new().file("f", 0o644, b"f").end();
    let path = add(&Store::open(&root, Ownership::Single).unwrap(), &layer);
    let none: Option<&str> = None;
    let bind = nix::mount::MsFlags::MS_BIND;
    nix::mount::mount(Some(&root), &root, none, bind, none).unwrap();
    let _mounted = Mounted(root.clone());
    let read_only = bind | nix::mount::MsFlags::MS_REMOUNT | nix::mount::MsFlags::MS_RDONLY;
    nix::mount::mount(none, &root, none, read_only, none).unwrap();
    // As after another boot, whose notes nobody could clear.
    let store = Store::open(&root, Ownership::Single).unwrap();
    let digest = Digest::of(&layer);
    assert!(store.has_blob(&digest).unwrap());
    assert_eq!(store.find_layer(&DiffId(digest)).unwrap(), Some(path));
    assert!(store.write_blob(&b"x"[..], None, 10).is_err());
}

#[test]
fn what_is_mounted_is_neither_exported_nor_removed() {
    if outside("what_is_mounted_is_neither_exported_nor_removed") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let host = dir.path().join("host");
    let root = dir.path().join("root");
    fs::create_dir_all(root.join("mnt")).unwrap();
    fs::create_dir(&host).unwrap();
    fs::write(host.join("canary"), "alive").unwrap();
    let flags = nix::mount::MsFlags::MS_BIND;
    let none: Option<&str> = None;
    nix::mount::mount(Some(&host), &root.join("mnt"), none, flags, none).unwrap();
    let _mounted = Mounted(root.join("mnt"));
    let open = File::open(&root).unwrap();
    let mut out = Vec::new();
    let tree = Tree::new(open.as_fd(), &Ownership::Single);
    tree.export(&mut out).unwrap();
    assert_eq!(read(&out).into_keys().collect::<Vec<_>>(), ["mnt/"]);
    // docker cp sees volumes.
    let mut out = Vec::new();
    tree.pack("/mnt", &mut out).unwrap();
    assert!(read(&out).contains_key("mnt/canary"));
    assert_eq!(disk_usage(open.as_fd()).unwrap().bytes, 0);
    let parent = File::open(dir.path()).unwrap();
    plimsoll_store::remove_tree(parent.as_fd(), "root".as_ref()).unwrap_err();
    assert_eq!(fs::read_to_string(host.join("canary")).unwrap(), "alive");
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
        let range = range.into_string().unwrap();
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
        return;
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
            "in_a_labs_namespace_everything_comes_back",
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
