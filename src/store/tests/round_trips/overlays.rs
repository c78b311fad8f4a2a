//! What a container does over layers, and what overlay refuses.

use std::fs::{self, File};
use std::os::fd::AsFd as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::tarball::Tarball;
use plimsoll_store::{
    Change, ChangeKind, DiffId, Digest, Ownership, Store, Tree, changes, diff, disk_usage,
};

use crate::layers::*;

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

/// What lies below the container, bottom first.
fn two_layers(store: &Store) -> [PathBuf; 2] {
    let bottom = add(
        store,
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
        store,
        &Tarball::new()
            .file("etc/.wh.hidden", 0, b"")
            .file("etc/more", 0o644, b"more")
            .end(),
    );
    [bottom, top]
}

#[test]
fn a_containers_changes_become_a_layer() {
    if outside("overlays::a_containers_changes_become_a_layer") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("store"), Ownership::Single).unwrap();
    let lower = two_layers(&store);
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

    shows_the_same(&store, dir.path(), &lower, &layer, &overlay);
}

/// Stacked on the others, the new layer shows what the container showed.
fn shows_the_same(store: &Store, dir: &Path, lower: &[PathBuf], layer: &[u8], overlay: &Overlay) {
    let again = dir.join("again");
    fs::create_dir(&again).unwrap();
    let mut stack = lower.to_vec();
    stack.push(add(store, layer));
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
    if outside("overlays::overlays_leftovers_are_removed") {
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
    if outside("overlays::a_full_disk_leaves_the_store_as_it_was") {
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
    if outside("overlays::a_place_that_overlay_refuses_is_refused_with_a_way_out") {
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
    if outside("overlays::a_store_that_is_only_read_can_be_read") {
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
    if outside("overlays::what_is_mounted_is_neither_exported_nor_removed") {
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
