//! Layers that mean harm. Each is refused, or unpacked inside its own
//! directory; what lies outside never changes.

mod tarball;

use std::fs;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use plimsoll_store::{DiffId, Digest, Ownership, Store};
use tar::{EntryType, Header};
use tarball::Tarball;

const TAR: &str = "application/vnd.oci.image.layer.v1.tar";

/// A store, and beside it what no layer may touch.
struct World {
    _dir: tempfile::TempDir,
    outside: PathBuf,
    store: Store,
}

impl World {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let outside = dir.path().join("outside");
        fs::create_dir(&outside).unwrap();
        fs::write(outside.join("canary"), "alive").unwrap();
        let store = Store::open(&dir.path().join("store"), Ownership::Single).unwrap();
        Self {
            outside,
            store,
            _dir: dir,
        }
    }

    fn canary(&self) -> String {
        self.outside.join("canary").display().to_string()
    }

    fn unpack(&self, tar: &mut Tarball) -> Result<PathBuf, String> {
        let bytes = tar.end();
        let blob = self.store.write_blob(&bytes[..], None, u64::MAX).unwrap();
        let unpacked = self
            .store
            .ensure_layer(&DiffId(Digest::of(&bytes)), &blob, TAR);
        self.assert_untouched();
        unpacked.map_err(|error| error.to_string())
    }

    fn accept(&self, tar: &mut Tarball) -> PathBuf {
        self.unpack(tar)
            .unwrap_or_else(|error| panic!("refused: {error}"))
    }

    fn refuse(&self, tar: &mut Tarball, reason: &str) {
        let before = self.layers();
        match self.unpack(tar) {
            Ok(path) => panic!("accepted into {}", path.display()),
            Err(error) => assert!(error.contains(reason), "{error}"),
        }
        // Nothing half done is ever taken for a layer.
        assert_eq!(self.layers(), before);
    }

    fn layers(&self) -> usize {
        let modes = fs::read_dir(self.store.root().join("layers")).unwrap();
        modes
            .map(|mode| fs::read_dir(mode.unwrap().path()).unwrap().count())
            .sum()
    }

    fn assert_untouched(&self) {
        assert_eq!(
            fs::read_to_string(self.outside.join("canary")).unwrap(),
            "alive"
        );
        assert_eq!(fs::read_dir(&self.outside).unwrap().count(), 1);
        assert_eq!(
            fs::metadata(self.outside.join("canary")).unwrap().nlink(),
            1
        );
    }
}

#[test]
fn names_that_lead_out_are_refused() {
    for name in [
        "../x",
        "a/../../outside/x",
        "a/..",
        "/../x",
        "./../../x",
        "..",
    ] {
        World::new().refuse(
            Tarball::new().file(name, 0o644, b"x"),
            "lead out of the root",
        );
        World::new().refuse(Tarball::new().dir(name, 0o755), "lead out of the root");
    }
}

#[test]
fn absolute_names_count_from_the_root() {
    let world = World::new();
    let canary = world.canary();
    let layer = world.accept(
        Tarball::new()
            .file(&canary, 0o644, b"dead")
            .file("//etc//x", 0o644, b"x"),
    );
    assert_eq!(
        fs::read(layer.join(canary.trim_start_matches('/'))).unwrap(),
        b"dead"
    );
    assert!(layer.join("etc/x").exists());
}

#[test]
fn a_file_under_a_link_lands_inside() {
    let world = World::new();
    let outside = world.outside.display().to_string();
    // The link's target does not exist inside: there is no place for the file.
    world.refuse(
        Tarball::new()
            .symlink("link", &outside)
            .file("link/canary", 0o644, b"dead"),
        "leads nowhere",
    );
    world.refuse(
        Tarball::new()
            .symlink("link", "../../../outside")
            .file("link/canary", 0o644, b"dead"),
        "leads nowhere",
    );
    // It exists inside: the file is there, and not outside.
    let layer = world.accept(
        Tarball::new()
            .dir(&outside, 0o755)
            .symlink("link", &outside)
            .file("link/canary", 0o644, b"inside"),
    );
    assert_eq!(
        fs::read(layer.join(outside.trim_start_matches('/')).join("canary")).unwrap(),
        b"inside"
    );
}

#[test]
fn links_in_a_circle_and_through_files_are_refused() {
    let world = World::new();
    world.refuse(
        Tarball::new()
            .symlink("a", "b")
            .symlink("b", "a")
            .file("a/x", 0o644, b""),
        "circle",
    );
    world.refuse(
        Tarball::new().file("f", 0o644, b"").file("f/x", 0o644, b""),
        "not a directory",
    );
    world.refuse(
        Tarball::new().symlink("self", "").dir("d", 0o755),
        "no target",
    );
    world.refuse(
        Tarball::new()
            .symlink("fd", "/proc/self/fd")
            .file("fd/3", 0o644, b""),
        "leads nowhere",
    );
}

#[test]
fn a_link_made_by_one_layer_does_not_lead_the_next() {
    let world = World::new();
    let outside = world.outside.display().to_string();
    world.accept(Tarball::new().symlink("etc", &outside));
    let upper = world.accept(Tarball::new().file("etc/canary", 0o644, b"dead"));
    assert!(upper.join("etc").symlink_metadata().unwrap().is_dir());
}

#[test]
fn the_root_stays_a_directory() {
    // CVE-2021-29136: a symbolic link named as the root.
    let world = World::new();
    let outside = world.outside.display().to_string();
    for name in [".", "/", "./", "//", ""] {
        world.refuse(
            Tarball::new()
                .symlink(name, &outside)
                .file("canary", 0o644, b"dead"),
            "the root can only be a directory",
        );
        world.refuse(
            Tarball::new().file("f", 0o644, b"").link(name, "f"),
            "the root can only",
        );
    }
    world.refuse(Tarball::new().file(".", 0o644, b"x"), "the root can only");
    assert!(world.accept(Tarball::new().dir("./", 0o711)).is_dir());
}

#[test]
fn hard_links_stay_inside() {
    let world = World::new();
    let canary = world.canary();
    world.refuse(Tarball::new().link("x", &canary), "does not have");
    world.refuse(Tarball::new().link("x", "/etc/passwd"), "does not have");
    world.refuse(
        Tarball::new().link("x", "../../outside/canary"),
        "lead out of the root",
    );
    world.refuse(Tarball::new().dir("d", 0o755).link("x", "d"), "directory");
    world.refuse(Tarball::new().link("x", "/"), "directory");
    world.refuse(
        Tarball::new()
            .symlink("s", &world.outside.display().to_string())
            .link("x", "s/canary"),
        "does not have",
    );
    // To a link: to the link itself. Writing there makes a new file.
    let layer = world.accept(
        Tarball::new()
            .symlink("s", &canary)
            .link("h", "s")
            .file("h", 0o644, b"dead"),
    );
    assert_eq!(fs::read(layer.join("h")).unwrap(), b"dead");
    assert_eq!(fs::read_link(layer.join("s")).unwrap(), Path::new(&canary));
    // To itself: nothing happens.
    let layer = world.accept(
        Tarball::new()
            .file("f", 0o644, b"f")
            .link("f", "f")
            .link("g", "./f"),
    );
    assert_eq!(fs::metadata(layer.join("g")).unwrap().nlink(), 2);
}

#[test]
fn writing_over_a_link_replaces_the_link() {
    let world = World::new();
    let canary = world.canary();
    let layer = world.accept(
        Tarball::new()
            .symlink("x", &canary)
            .file("x", 0o644, b"dead"),
    );
    assert!(layer.join("x").symlink_metadata().unwrap().is_file());
    let layer = world.accept(
        Tarball::new()
            .symlink("d", &world.outside.display().to_string())
            .dir("d", 0o777)
            .file("d/canary", 0o644, b"dead"),
    );
    assert_eq!(fs::read(layer.join("d/canary")).unwrap(), b"dead");
}

#[test]
fn entries_that_change_type_replace_each_other() {
    let world = World::new();
    let layer = world.accept(
        Tarball::new()
            .dir("x", 0o755)
            .file("x/deep", 0o644, b"")
            .file("x", 0o644, b"file")
            .symlink("y", "x")
            .fifo("y", 0o644)
            .file("z", 0o644, b"")
            .dir("z", 0o700)
            .file("z/in", 0o644, b"")
            .dir("z", 0o750),
    );
    assert_eq!(fs::read(layer.join("x")).unwrap(), b"file");
    assert!(
        layer
            .join("y")
            .symlink_metadata()
            .unwrap()
            .file_type()
            .is_fifo()
    );
    assert!(layer.join("z/in").exists());
    assert_eq!(
        fs::metadata(layer.join("z")).unwrap().mode() & 0o7777,
        0o750
    );
}

#[test]
fn whiteouts_name_something_inside() {
    let world = World::new();
    for name in [".wh.", ".wh..", ".wh...", "a/.wh.", "a/.wh..", "a/.wh..."] {
        world.refuse(Tarball::new().file(name, 0o644, b""), "names nothing");
    }
    world.refuse(Tarball::new().file(".wh.foo/..", 0o644, b""), "lead out");
    world.refuse(
        Tarball::new().file(".wh.foo/x", 0o644, b""),
        "not a directory",
    );
    let outside = world.outside.display().to_string();
    // Under a link that leads out: CVE-like "whiteout deletes on the host".
    world.refuse(
        Tarball::new()
            .symlink("l", &outside)
            .file("l/.wh.canary", 0o644, b""),
        "leads nowhere",
    );
    world.refuse(
        Tarball::new()
            .symlink("l", &outside)
            .file("l/.wh..wh..opq", 0o644, b""),
        "leads nowhere",
    );
    let layer = world.accept(Tarball::new().file("d/.wh.gone", 0o644, b"").file(
        ".wh.wh..opq",
        0,
        b"",
    ));
    for name in ["d/gone", "wh..opq"] {
        let whiteout = layer.join(name).symlink_metadata().unwrap();
        assert!(whiteout.file_type().is_char_device() && whiteout.rdev() == 0);
    }
    let layer = world.accept(Tarball::new().file(".wh..wh.plnk/1.2", 0o644, b"x").file(
        ".wh..wh.aufs",
        0,
        b"",
    ));
    assert_eq!(fs::read_dir(layer).unwrap().count(), 0);
}

#[test]
fn a_layers_own_files_survive_its_whiteouts() {
    let world = World::new();
    let opaque = |path: PathBuf| {
        let mut value = [0; 8];
        rustix::fs::getxattr(path, "user.overlay.opaque", &mut value[..]).is_ok()
    };
    let before = world.accept(
        Tarball::new()
            .file(".wh.f", 0, b"")
            .file("f", 0o644, b"new")
            .file(".wh.d", 0, b"")
            .file("d/in", 0o644, b"new")
            .file(".wh.e", 0, b"")
            .dir("e", 0o755),
    );
    let after = world.accept(
        Tarball::new()
            .file("f", 0o644, b"new")
            .file(".wh.f", 0, b"")
            .file("d/in", 0o644, b"new")
            .file(".wh.d", 0, b"")
            .dir("e", 0o755)
            .file("e/.wh..wh..opq", 0, b""),
    );
    for layer in [before, after] {
        assert_eq!(fs::read(layer.join("f")).unwrap(), b"new");
        assert_eq!(fs::read(layer.join("d/in")).unwrap(), b"new");
        assert!(
            opaque(layer.join("d")) && opaque(layer.join("e")),
            "what was below is hidden"
        );
    }
}

#[test]
fn devices_are_never_made() {
    let world = World::new();
    let layer = world.accept(
        Tarball::new()
            .device(EntryType::Char, "null", (1, 3))
            .device(EntryType::Block, "disk", (8, 0))
            .device(EntryType::Char, "whiteout", (0, 0)),
    );
    for name in ["null", "disk", "whiteout"] {
        assert!(
            layer.join(name).symlink_metadata().unwrap().is_file(),
            "{name}"
        );
    }
    assert_eq!(
        attribute(&layer.join("null"), "user.containers.override_stat").unwrap(),
        "0:0:0666:char-1-3"
    );
}

#[test]
fn attributes_that_mean_something_to_others_do_not_pass() {
    let world = World::new();
    let names = [
        "trusted.overlay.opaque",
        "user.overlay.opaque",
        "user.overlay.whiteout",
        "user.overlay.redirect",
        "user.overlay.overlay.opaque",
        "user.containers.override_stat",
        "user.plimsoll.capability",
        "security.selinux",
        "system.posix_acl_access",
    ];
    let mut tar = Tarball::new();
    let records: Vec<_> = names
        .iter()
        .map(|name| format!("SCHILY.xattr.{name}"))
        .collect();
    let records: Vec<_> = records.iter().map(|name| (name.as_str(), "y")).collect();
    let layer = world.accept(
        tar.pax(&records)
            .dir("d", 0o755)
            .pax(&records)
            .file("f", 0o644, b"")
            .pax(&[("SCHILY.xattr.user.mine", "1")])
            .file("g", 0o644, b""),
    );
    for name in names {
        assert_eq!(attribute(&layer.join("d"), name), None);
        assert_eq!(attribute(&layer.join("f"), name), None);
    }
    assert_eq!(attribute(&layer.join("g"), "user.mine").unwrap(), "1");
}

#[test]
fn readers_cannot_be_made_to_disagree() {
    let world = World::new();
    // CVE-2025-62518: the PAX size counts, not the header's, so what would be
    // an entry to another reader is data.
    let hidden = Tarball::new().file("smuggled", 0o644, b"").end();
    let mut header = Header::new_ustar();
    header.as_old_mut().name[..5].copy_from_slice(b"outer");
    header.set_entry_type(EntryType::Regular);
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(0);
    let mut tar = Tarball::new();
    let size = hidden.len().to_string();
    tar.pax_bytes(&[
        ("SCHILY.xattr.user.newline", b"a\nb"),
        ("size", size.as_bytes()),
    ]);
    let layer = world.accept(tar.block(header, &hidden));
    assert_eq!(fs::read(layer.join("outer")).unwrap(), hidden);
    assert_eq!(fs::read_dir(&layer).unwrap().count(), 1);
    // An extension header's own size is its header's.
    let long = "n".repeat(150);
    let layer = world.accept(
        Tarball::new()
            .pax(&[("size", "3")])
            .extension(EntryType::GNULongName, long.as_bytes())
            .entry(EntryType::Regular, "short", "", 0o644, (0, 0), b"abc"),
    );
    assert_eq!(fs::read(layer.join(long)).unwrap(), b"abc");
    // Types without data have none, whatever their size says.
    let mut header = Header::new_ustar();
    header.as_old_mut().name[..1].copy_from_slice(b"d");
    header.set_entry_type(EntryType::Directory);
    header.set_size(512);
    header.set_mode(0o755);
    world.refuse(Tarball::new().block(header, &[b'x'; 512]), "malformed");
}

#[test]
fn what_cannot_be_read_right_is_refused() {
    let world = World::new();
    world.refuse(
        Tarball::new().entry(EntryType::GNUSparse, "s", "", 0o644, (0, 0), b""),
        "sparse",
    );
    world.refuse(
        Tarball::new()
            .pax(&[("GNU.sparse.major", "1")])
            .file("s", 0o644, b""),
        "sparse",
    );
    world.refuse(
        Tarball::new().entry(EntryType::new(b'V'), "v", "", 0, (0, 0), b""),
        "type 'V'",
    );
    world.refuse(
        &mut Tarball::new().pax(&[("path", "x")]).clone_open(),
        "last entry",
    );
    world.refuse(
        Tarball::new().extension(EntryType::XHeader, b"12 path=x"),
        "PAX record",
    );
    world.refuse(
        Tarball::new().extension(EntryType::XHeader, &vec![b'1'; 2 << 20]),
        "extension header",
    );
    world.refuse(&mut Tarball::raw(&[b'x'; 1024]), "checksum");
    let cut = Tarball::new().file("f", 0o644, &[1; 5000]).end();
    world.refuse(&mut Tarball::raw(&cut[..2000]), "middle of a file");
    world.refuse(
        &mut Tarball::raw(&[0x1f, 0x8b, 8, 0, 1, 2, 3]),
        "cannot be read",
    );
    world.refuse(&mut Tarball::raw(b"\xfd7zXZ\0abcdef"), "xz");
}

#[test]
fn long_paths_are_kept_and_too_long_ones_refused() {
    let world = World::new();
    let name = format!("{}f", "d/".repeat(2047));
    let layer = world.accept(Tarball::new().file(&name, 0o644, b"deep"));
    assert_eq!(fs::read_dir(&layer).unwrap().count(), 1);
    world.refuse(
        Tarball::new().file(&format!("{name}fff"), 0o644, b""),
        "4095 bytes",
    );
    world.refuse(
        Tarball::new().file(&"n".repeat(256), 0o644, b""),
        "255 bytes",
    );
    let layer = world.accept(
        Tarball::new()
            .pax(&[("path", &"p".repeat(255))])
            .file("x", 0o644, b""),
    );
    assert!(layer.join("p".repeat(255)).exists());
}

#[test]
fn owners_beyond_any_range_are_refused_or_recorded() {
    let world = World::new();
    let layer = world.accept(
        Tarball::new()
            .owner(4_294_967_294, 65_534)
            .file("f", 0o644, b""),
    );
    let owner = attribute(&layer.join("f"), "user.containers.override_stat").unwrap();
    assert_eq!(owner, "4294967294:65534:0644:file");
    // -1 would mean "leave as it is" to chown(2).
    world.store_refuses_owner(u64::from(u32::MAX));
    world.store_refuses_owner(1 << 40);
}

impl World {
    fn store_refuses_owner(&self, uid: u64) {
        let error = self
            .unpack(Tarball::new().owner(uid, 0).file("f", 0o644, b""))
            .unwrap_err();
        assert!(error.contains("belongs to user"), "{error}");
    }
}

#[test]
fn a_hundred_thousand_entries_are_no_matter() {
    let world = World::new();
    let mut tar = Tarball::new();
    tar.file("f", 0o644, b"");
    for n in 0..100_000 {
        tar.link(&format!("l{}", n % 50), "f");
    }
    let layer = world.accept(&mut tar);
    assert_eq!(fs::read_dir(layer).unwrap().count(), 51);
}

fn attribute(path: &Path, name: &str) -> Option<String> {
    let mut value = [0; 256];
    let length = rustix::fs::lgetxattr(path, name, &mut value[..]).ok()?;
    Some(String::from_utf8_lossy(&value[..length]).into_owned())
}
