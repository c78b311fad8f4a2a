//! Archives in and out of a tree, as `docker cp`, `export` and new volumes do.

mod tarball;

use std::fs::{self, File};
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use plimsoll_store::{ArchiveError, ArchiveOwner, Ownership, Tree, UnpackError, UnpackOptions};
use tarball::Tarball;

/// A container's root, and beside it what nothing may touch.
struct World {
    dir: tempfile::TempDir,
    root: PathBuf,
}

impl World {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("root");
        fs::create_dir_all(root.join("etc/sub")).unwrap();
        fs::write(root.join("etc/motd"), "hello").unwrap();
        fs::write(root.join("etc/sub/deep"), "deep").unwrap();
        symlink("motd", root.join("etc/link")).unwrap();
        symlink("/etc", root.join("to-etc")).unwrap();
        symlink("/nowhere/at/../all", root.join("dangling")).unwrap();
        fs::create_dir(dir.path().join("outside")).unwrap();
        fs::write(dir.path().join("outside/canary"), "alive").unwrap();
        Self { dir, root }
    }

    fn open(&self) -> OwnedFd {
        File::open(&self.root).unwrap().into()
    }

    fn outside(&self) -> PathBuf {
        self.dir.path().join("outside")
    }

    fn assert_untouched(&self) {
        assert_eq!(
            fs::read_to_string(self.outside().join("canary")).unwrap(),
            "alive"
        );
        assert_eq!(fs::read_dir(self.outside()).unwrap().count(), 1);
    }

    fn packed(&self, path: &str) -> Vec<String> {
        let root = self.open();
        let mut out = Vec::new();
        Tree::new(root.as_fd(), &Ownership::Single)
            .pack(path, &mut out)
            .unwrap();
        names(&out)
    }

    fn unpack(
        &self,
        dir: &str,
        tar: &mut Tarball,
        options: UnpackOptions,
    ) -> Result<(), ArchiveError> {
        let root = self.open();
        let archive = tar.end();
        let done = Tree::new(root.as_fd(), &Ownership::Single).unpack(dir, &archive[..], options);
        self.assert_untouched();
        done.map(drop)
    }
}

fn names(tar: &[u8]) -> Vec<String> {
    let mut archive = tar::Archive::new(tar);
    let entries = archive.entries().unwrap();
    let name = |entry: io::Result<tar::Entry<'_, _>>| {
        let entry = entry.unwrap();
        let path = String::from_utf8(entry.path_bytes().into_owned()).unwrap();
        match entry.link_name_bytes() {
            Some(link) => format!("{path} -> {}", String::from_utf8_lossy(&link)),
            None => path,
        }
    };
    entries.map(name).collect()
}

#[test]
fn archives_are_named_as_docker_names_them() {
    let world = World::new();
    let etc = [
        "etc/",
        "etc/link -> motd",
        "etc/motd",
        "etc/sub/",
        "etc/sub/deep",
    ];
    assert_eq!(world.packed("/etc"), etc);
    assert_eq!(world.packed("etc"), etc);
    assert_eq!(world.packed("/etc/"), etc);
    assert_eq!(world.packed("/x/../etc"), etc);
    assert_eq!(world.packed("/etc/./"), world.packed("/etc/."));
    assert_eq!(
        world.packed(".")[..2],
        ["./", "./dangling -> /nowhere/at/../all"]
    );
    assert_eq!(
        world.packed("/etc/."),
        ["./", "./link -> motd", "./motd", "./sub/", "./sub/deep"]
    );
    assert_eq!(world.packed("/etc/motd"), ["motd"]);
    assert_eq!(world.packed("/etc/link"), ["link -> motd"]);
    assert_eq!(world.packed("/to-etc"), ["to-etc -> /etc"]);
    assert_eq!(world.packed("/to-etc/motd"), ["motd"]);
    assert_eq!(world.packed("/to-etc/sub/"), ["sub/", "sub/deep"]);
    assert_eq!(
        world.packed("/to-etc/")[..2],
        ["to-etc/", "to-etc/link -> motd"]
    );
    assert_eq!(
        world.packed("/")[..3],
        ["/", "/dangling -> /nowhere/at/../all", "/etc/"]
    );
    assert_eq!(world.packed("../../etc/motd"), ["motd"]);
}

#[test]
fn what_is_not_there_is_said() {
    let world = World::new();
    let root = world.open();
    let tree = Tree::new(root.as_fd(), &Ownership::Single);
    for missing in ["/none", "/none/at/all", "/dangling/"] {
        let error = tree.pack(missing, io::sink()).unwrap_err();
        assert!(
            matches!(error, ArchiveError::NotFound(_)),
            "{missing}: {error}"
        );
    }
    for file in ["/etc/motd/", "/etc/motd/.", "/etc/motd/x"] {
        let error = tree.stat_path(file).unwrap_err();
        assert!(
            matches!(error, ArchiveError::NotADirectory(_)),
            "{file}: {error}"
        );
    }
    let archive = Tarball::new().file("x", 0o644, b"").end();
    let to = |dir| {
        tree.unpack(dir, &archive[..], UnpackOptions::default())
            .unwrap_err()
    };
    assert!(matches!(to("/none"), ArchiveError::NotFound(_)));
    assert_eq!(
        to("/etc/motd").to_string(),
        "extraction point is not a directory"
    );
}

#[test]
fn a_stat_is_in_gos_numbers() {
    let world = World::new();
    let root = world.open();
    let tree = Tree::new(root.as_fd(), &Ownership::Single);
    let motd = File::open(world.root.join("etc/motd")).unwrap();
    motd.set_permissions(fs::Permissions::from_mode(0o4751))
        .unwrap();
    let time = SystemTime::UNIX_EPOCH + Duration::new(1_234_567_890, 5);
    motd.set_modified(time).unwrap();
    let stat = tree.stat_path("/etc/motd").unwrap();
    assert_eq!(
        (stat.name.as_str(), stat.size, stat.mode, stat.mtime),
        ("motd", 5, 1 << 23 | 0o751, time)
    );
    assert_eq!(tree.stat_path("/etc").unwrap().mode & (1 << 31), 1 << 31);
    assert_eq!(tree.stat_path("/etc/.").unwrap().name, ".");
    assert_eq!(tree.stat_path("/").unwrap().name, "/");
    let leads = |path| {
        let stat = tree.stat_path(path).unwrap();
        assert_eq!(stat.mode & (1 << 27), 1 << 27);
        stat.link_target
    };
    assert_eq!(leads("/etc/link"), "/etc/motd");
    assert_eq!(leads("/to-etc"), "/etc");
    assert_eq!(leads("/dangling"), "/nowhere/all");
    symlink("/to-etc/link", world.root.join("twice")).unwrap();
    assert_eq!(leads("/twice"), "/etc/motd");
    symlink("../../../../../etc/../etc", world.root.join("up")).unwrap();
    assert_eq!(leads("/up"), "/etc");
    symlink("loop", world.root.join("loop")).unwrap();
    assert_eq!(leads("/loop"), "/loop");
}

#[test]
fn files_are_copied_in_through_links_of_the_container() {
    let world = World::new();
    let options = UnpackOptions::default();
    world
        .unpack(
            "/to-etc",
            Tarball::new().file("new", 0o600, b"new"),
            options,
        )
        .unwrap();
    assert_eq!(fs::read(world.root.join("etc/new")).unwrap(), b"new");
    // A link inside of the destination leads inside of the root.
    symlink(world.outside(), world.root.join("etc/out")).unwrap();
    let error = world
        .unpack(
            "/etc",
            Tarball::new().file("out/canary", 0o644, b"dead"),
            options,
        )
        .unwrap_err();
    assert!(error.to_string().contains("leads nowhere"), "{error}");
    symlink("/etc/sub", world.root.join("etc/in")).unwrap();
    world
        .unpack(
            "/etc",
            Tarball::new().file("in/deep", 0o644, b"changed"),
            options,
        )
        .unwrap();
    assert_eq!(
        fs::read(world.root.join("etc/sub/deep")).unwrap(),
        b"changed"
    );
    // A whiteout's name is only a name here.
    world
        .unpack("/etc", Tarball::new().file(".wh.motd", 0o644, b""), options)
        .unwrap();
    assert!(world.root.join("etc/motd").exists() && world.root.join("etc/.wh.motd").exists());
}

#[test]
fn directories_and_files_replace_each_other_unless_that_is_refused() {
    let world = World::new();
    let strict = UnpackOptions {
        no_overwrite_dir_non_dir: true,
        ..UnpackOptions::default()
    };
    let error = world
        .unpack("/etc", Tarball::new().file("sub", 0o644, b""), strict)
        .unwrap_err();
    assert!(matches!(
        error,
        ArchiveError::Unpack(UnpackError::DirectoryByFile { .. })
    ));
    assert_eq!(
        error.to_string(),
        r#"cannot overwrite directory "/etc/sub" with non-directory "/etc""#
    );
    let error = world
        .unpack("/etc", Tarball::new().dir("motd", 0o755), strict)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"cannot overwrite non-directory "/etc/motd" with directory "/etc""#
    );
    assert!(world.root.join("etc/sub/deep").exists());

    let free = UnpackOptions::default();
    world
        .unpack(
            "/etc",
            Tarball::new()
                .file("sub", 0o644, b"file")
                .dir("motd", 0o755),
            free,
        )
        .unwrap();
    assert!(world.root.join("etc/sub").is_file() && world.root.join("etc/motd").is_dir());
    // The destination itself keeps its mode.
    fs::set_permissions(world.root.join("etc"), fs::Permissions::from_mode(0o711)).unwrap();
    world
        .unpack(
            "/etc",
            Tarball::new().dir("./", 0o700).file("x", 0o644, b""),
            free,
        )
        .unwrap();
    assert_eq!(
        fs::metadata(world.root.join("etc")).unwrap().mode() & 0o777,
        0o711
    );
}

#[test]
fn links_in_an_archive_do_not_lead_out_of_the_container() {
    let world = World::new();
    let outside = world.outside().display().to_string();
    let canary = format!("{outside}/canary");
    for tar in [
        Tarball::new()
            .symlink("l", &outside)
            .file("l/canary", 0o644, b"dead"),
        Tarball::new().link("h", &canary),
        Tarball::new().link("h", "../../outside/canary"),
        Tarball::new().file("../outside/canary", 0o644, b"dead"),
        Tarball::new()
            .symlink(".", &outside)
            .file("canary", 0o644, b"dead"),
    ] {
        world
            .unpack("/etc", tar, UnpackOptions::default())
            .unwrap_err();
    }
    world
        .unpack(
            "/etc",
            Tarball::new()
                .symlink("s", &canary)
                .file("s", 0o644, b"mine"),
            UnpackOptions::default(),
        )
        .unwrap();
    assert_eq!(fs::read(world.root.join("etc/s")).unwrap(), b"mine");
}

#[test]
fn owners_of_copied_files_are_the_archives_or_as_asked() {
    let world = World::new();
    let owner = |name: &str| {
        let mut value = [0; 100];
        let path = world.root.join("etc").join(name);
        let length = rustix::fs::lgetxattr(path, "user.containers.override_stat", &mut value[..]);
        length
            .map(|length| String::from_utf8_lossy(&value[..length]).into_owned())
            .ok()
    };
    let options = UnpackOptions::default();
    world
        .unpack(
            "/etc",
            Tarball::new().owner(33, 44).file("a", 0o644, b""),
            options,
        )
        .unwrap();
    assert_eq!(owner("a").as_deref(), Some("33:44:0644:file"));
    let asked = UnpackOptions {
        owner: ArchiveOwner::All { uid: 5, gid: 6 },
        ..options
    };
    world
        .unpack("/etc", Tarball::new().owner(33, 44).dir("b", 0o755), asked)
        .unwrap();
    assert_eq!(owner("b").as_deref(), Some("5:6:0755:file"));
    world
        .unpack(
            "/etc",
            Tarball::new().owner(1 << 33, 0).file("c", 0o644, b""),
            options,
        )
        .unwrap();
    assert_eq!(
        owner("c"),
        None,
        "an owner that no container has becomes root"
    );
}

#[test]
fn an_export_is_the_whole_tree_and_round_trips() {
    let world = World::new();
    fs::hard_link(world.root.join("etc/motd"), world.root.join("etc/same")).unwrap();
    fs::set_permissions(
        world.root.join("etc/sub"),
        fs::Permissions::from_mode(0o2750),
    )
    .unwrap();
    let long = format!("{}/{}", "long".repeat(20), "name".repeat(40));
    fs::create_dir(world.root.join("long".repeat(20))).unwrap();
    fs::write(world.root.join(&long), "long").unwrap();
    nix::unistd::mkfifo(&world.root.join("pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(world.root.join("socket")).unwrap();
    let root = world.open();
    let mut first = Vec::new();
    Tree::new(root.as_fd(), &Ownership::Single)
        .export(&mut first)
        .unwrap();
    let names = names(&first);
    assert!(
        names.contains(&"etc/same -> etc/motd".to_owned()),
        "{names:?}"
    );
    assert!(names.contains(&long) && names.contains(&"pipe".to_owned()));
    assert!(!names.contains(&"socket".to_owned()));

    let copy = world.dir.path().join("copy");
    fs::create_dir(&copy).unwrap();
    let copied: OwnedFd = File::open(&copy).unwrap().into();
    let tree = Tree::new(copied.as_fd(), &Ownership::Single);
    tree.unpack("/", &first[..], UnpackOptions::default())
        .unwrap();
    let mut second = Vec::new();
    tree.export(&mut second).unwrap();
    assert!(first == second, "the copy is archived to the same bytes");
}

#[test]
fn a_new_volume_gets_content_owner_and_mode() {
    let world = World::new();
    fs::set_permissions(world.root.join("etc"), fs::Permissions::from_mode(0o1777)).unwrap();
    fs::hard_link(world.root.join("etc/motd"), world.root.join("etc/same")).unwrap();
    let volume = world.dir.path().join("volume");
    fs::create_dir(&volume).unwrap();
    let target: OwnedFd = File::open(&volume).unwrap().into();
    let root = world.open();
    let tree = Tree::new(root.as_fd(), &Ownership::Single);
    tree.copy_up("/to-etc", target.as_fd()).unwrap();
    assert_eq!(fs::read(volume.join("sub/deep")).unwrap(), b"deep");
    assert_eq!(
        fs::read_link(volume.join("link")).unwrap(),
        Path::new("motd")
    );
    assert_eq!(fs::metadata(volume.join("same")).unwrap().nlink(), 2);
    let original = fs::metadata(world.root.join("etc")).unwrap();
    let copied = fs::metadata(&volume).unwrap();
    assert_eq!(
        (copied.mode(), copied.mtime(), copied.mtime_nsec()),
        (original.mode(), original.mtime(), original.mtime_nsec())
    );
    // A volume that is in use is left alone.
    fs::write(volume.join("link2"), "").unwrap();
    fs::remove_file(volume.join("sub/deep")).unwrap();
    tree.copy_up("/etc", target.as_fd()).unwrap();
    assert!(!volume.join("sub/deep").exists());
    assert!(matches!(
        tree.copy_up("/none", target.as_fd()),
        Err(ArchiveError::NotFound(_))
    ));
}

/// Ends the other thread also when an assertion fails.
struct StopOnDrop<'a>(&'a AtomicBool);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Swaps `name` between a directory and a link out of the root until told to stop.
fn swap_in_a_loop(world: &World, name: &str, stop: &AtomicBool) {
    let path = world.root.join(name);
    let (dir, link) = (world.root.join("aside-dir"), world.root.join("aside-link"));
    symlink(world.outside(), &link).unwrap();
    while !stop.load(Ordering::Relaxed) {
        // What is being unpacked may itself be in the way for a moment.
        let _ = fs::rename(&path, &dir);
        let _ = fs::rename(&link, &path);
        let _ = fs::rename(&path, &link);
        let _ = fs::rename(&dir, &path);
    }
}

/// CVE-2018-15664 and its successors: a container that swaps a directory and a
/// link while `docker cp` is at it.
fn race(name: &str, rounds: usize, act: impl Fn(&Tree<'_>, usize)) {
    let world = World::new();
    fs::create_dir_all(world.root.join("a/b/c")).unwrap();
    fs::write(world.root.join("a/b/c/canary"), "inside").unwrap();
    fs::write(world.root.join("a/b/canary"), "inside").unwrap();
    fs::write(world.root.join("a/canary"), "inside").unwrap();
    let root = world.open();
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| swap_in_a_loop(&world, name, &stop));
        let _stop = StopOnDrop(&stop);
        for round in 0..rounds {
            act(&Tree::new(root.as_fd(), &Ownership::Single), round);
            assert_eq!(
                fs::read_to_string(world.outside().join("canary")).unwrap(),
                "alive"
            );
        }
    });
    world.assert_untouched();
}

const ROUNDS: usize = 400;

#[test]
fn a_swapped_link_shows_nothing_from_outside() {
    for name in ["a", "a/b", "a/b/c"] {
        race(name, ROUNDS, |tree, round| {
            let mut out = Vec::new();
            let path = ["/a/b/c/canary", "/a/b", "/a/b/c/.", "/a", "/a/b/c/"][round % 5];
            let _ = tree.pack(path, &mut out);
            let leaked = out.windows(5).any(|bytes| bytes == b"alive");
            assert!(!leaked, "{path}");
        });
    }
}

#[test]
fn a_swapped_link_takes_no_write_outside() {
    for name in ["a", "a/b", "a/b/c"] {
        race(name, ROUNDS, |tree, round| {
            let archive = Tarball::new()
                .dir("c", 0o777)
                .file("c/canary", 0o666, b"dead")
                .file("canary", 0o666, b"dead")
                .file("c/new/file", 0o666, b"dead")
                .end();
            let dir = ["/a/b", "/a/b/c", "/a"][round % 3];
            let _ = tree.unpack(dir, &archive[..], UnpackOptions::default());
        });
    }
}

#[test]
fn a_swapped_link_is_not_removed_through() {
    race("a/b", ROUNDS, |tree, _| {
        // The file takes the directory's place, which removes what is in it.
        let archive = Tarball::new()
            .file("b/c", 0o644, b"")
            .dir("b/c", 0o755)
            .file("b/c/canary", 0o644, b"")
            .end();
        let _ = tree.unpack("/a", &archive[..], UnpackOptions::default());
    });
}

#[test]
fn a_swapped_link_fills_no_volume_from_outside() {
    race("a/b", ROUNDS / 4, |tree, _| {
        let volume = tempfile::tempdir().unwrap();
        let target: OwnedFd = File::open(volume.path()).unwrap().into();
        let _ = tree.copy_up("/a", target.as_fd());
        // The link itself may have been copied: that is no content.
        if volume.path().join("b").is_symlink() {
            return;
        }
        for path in ["b/canary", "canary", "b/c/canary"] {
            let content = fs::read_to_string(volume.path().join(path)).unwrap_or_default();
            assert_ne!(content, "alive", "{path}");
        }
    });
}

#[test]
fn a_fifo_put_in_a_files_place_is_not_waited_for() {
    let world = World::new();
    fs::remove_file(world.root.join("etc/motd")).unwrap();
    nix::unistd::mkfifo(&world.root.join("etc/motd"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    assert!(
        fs::symlink_metadata(world.root.join("etc/motd"))
            .unwrap()
            .file_type()
            .is_fifo()
    );
    assert_eq!(world.packed("/etc/motd"), ["motd"]);
}
