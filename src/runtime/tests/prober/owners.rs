//! Changes of owners and devices, tried in every way that a path can be said.

use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, open};
use nix::sys::stat::{Mode, SFlag, makedev, mknod, mknodat};
use nix::unistd::{Gid, Uid, chdir, chown, fchown, fchownat};
use serde_json::{Map, Value, json};
use std::fs;
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::fs::{PermissionsExt, lchown, symlink};

type Attempts = Map<String, Value>;

pub fn print() {
    prepare();
    let mut all = Attempts::new();
    by_path(&mut all);
    by_descriptor(&mut all);
    through_proc(&mut all);
    devices(&mut all);
    by_a_thread(&mut all);
    // The last: there is no way back.
    in_another_root(&mut all);
    println!("{}", Value::Object(all));
}

fn prepare() {
    fs::create_dir_all("/tmp/d").expect("a directory");
    for file in ["/tmp/d/f", "/tmp/d/s"] {
        fs::write(file, "x").expect("a file");
    }
    fs::set_permissions("/tmp/d/s", fs::Permissions::from_mode(0o6755)).expect("a mode");
    for (link, target) in [
        ("/tmp/l", "d/f"),
        ("/tmp/abs", "/etc/passwd"),
        ("/tmp/up", "../../../etc/group"),
        ("/tmp/loop", "loop"),
        ("/tmp/dangling", "nowhere"),
        ("/tmp/slash", "d/f/"),
        ("/tmp/dir", "d"),
    ] {
        symlink(target, link).expect("a link");
    }
    // As many links as are followed, and one more.
    for number in 1..=41 {
        let target = match number {
            1 => "d/f".to_owned(),
            _ => format!("chain{}", number - 1),
        };
        symlink(target, format!("/tmp/chain{number}")).expect("a link");
    }
    chdir("/tmp").expect("it is there");
}

fn ids(uid: u32, gid: u32) -> (Option<Uid>, Option<Gid>) {
    (Some(Uid::from_raw(uid)), Some(Gid::from_raw(gid)))
}

fn word(result: nix::Result<()>) -> Value {
    json!(match result {
        Ok(()) => "done".to_owned(),
        Err(errno) => format!("{errno:?}"),
    })
}

fn io(result: std::io::Result<()>) -> Value {
    word(result.map_err(|error| error.raw_os_error().map_or(Errno::EIO, Errno::from_raw)))
}

fn by_path(all: &mut Attempts) {
    let (uid, gid) = ids(33, 34);
    let long = "n".repeat(256);
    let longer = "d/".repeat(2100);
    for path in [
        "/tmp/d/f",
        "/tmp/d/s",
        "/tmp/l",
        "/tmp/abs",
        "/tmp/up",
        "/tmp/loop",
        "/tmp/dangling",
        "/tmp/slash",
        "/tmp/dir/",
        "/tmp/chain40",
        "/tmp/chain41",
        "/tmp/d/f/",
        "/tmp/d/f/x",
        "/tmp/d/f/.",
        "/tmp/d/f/..",
        "",
        "/",
        "d/f",
        "./d/../d/./f",
        "../../../../etc/passwd",
        "/nowhere/f",
        "/read-only/f",
        "/shared/f",
        &long,
        &longer,
    ] {
        let name = &path[..path.len().min(30)];
        all.insert(format!("chown {name}"), word(chown(path, uid, gid)));
    }
    for path in [
        "/tmp/l",
        "/tmp/loop",
        "/tmp/dir/",
        "/tmp/l/",
        "/tmp/dangling",
    ] {
        let done = lchown(path, Some(1), Some(2));
        all.insert(format!("lchown {path}"), io(done));
    }
    all.insert("owner alone".into(), word(chown("/tmp/d/f", uid, None)));
    all.insert("neither".into(), word(chown("/tmp/d/f", None, None)));
}

fn by_descriptor(all: &mut Attempts) {
    let (uid, gid) = ids(35, 36);
    let opened = |path: &str, flags| open(path, flags, Mode::empty()).expect(path);
    let (directory, file) = (
        opened("/tmp/d", OFlag::O_RDONLY),
        opened("/tmp/d/f", OFlag::O_RDWR),
    );
    let reference = opened("/tmp/d/f", OFlag::O_PATH);
    let link = opened("/tmp/l", OFlag::O_PATH | OFlag::O_NOFOLLOW);
    let (_, pipe) = nix::unistd::pipe().expect("a pipe");
    let mut note = |name: &str, done| all.insert(name.to_owned(), word(done));
    note("fchown", fchown(&file, uid, gid));
    note("fchown of a reference", fchown(&reference, uid, gid));
    note("fchown of a pipe", fchown(&pipe, uid, gid));
    let (none, keep) = (AtFlags::empty(), AtFlags::AT_SYMLINK_NOFOLLOW);
    let empty = AtFlags::AT_EMPTY_PATH;
    note("at f", fchownat(&directory, "f", uid, gid, none));
    note("at ../l", fchownat(&directory, "../l", uid, gid, keep));
    note(
        "at ../l followed",
        fchownat(&directory, "../l", uid, gid, none),
    );
    note("at a file", fchownat(&file, "f", uid, gid, none));
    note(
        "at an absolute path",
        fchownat(&file, "/tmp/d/f", uid, gid, none),
    );
    note("at nothing", fchownat(&directory, "", uid, gid, none));
    note("at itself", fchownat(&reference, "", uid, gid, empty));
    note("at a link itself", fchownat(&link, "", uid, gid, empty));
    note(
        "with a flag",
        fchownat(&directory, "f", uid, gid, AtFlags::AT_REMOVEDIR),
    );
    // A file without a name is still somebody's.
    let gone = opened("/tmp/d/s", OFlag::O_RDWR);
    fs::remove_file("/tmp/d/s").expect("removed");
    note("without a name", fchown(&gone, uid, gid));
}

fn through_proc(all: &mut Attempts) {
    let (uid, gid) = ids(37, 38);
    let file = open("/tmp/d/f", OFlag::O_RDONLY, Mode::empty()).expect("a file");
    let number = file.as_fd().as_raw_fd();
    for path in [
        &format!("/proc/self/fd/{number}"),
        &format!("/proc/1/fd/{number}"),
        "/proc/self/fd/99",
        "/proc/self/root/etc/passwd",
        "/proc/self/root/../../etc/passwd",
        "/proc/self/../../etc/passwd",
        "/proc/self/cwd/d/f",
        "/proc/self/cwd/../etc/passwd",
        "/proc/1/root/tmp/d/f",
        "/proc/4711/root/tmp/d/f",
    ] {
        let name = path.replace(&format!("/{number}"), "/N");
        all.insert(format!("chown {name}"), word(chown(path, uid, gid)));
    }
    let itself = lchown("/proc/self/root", Some(1), Some(1));
    // The kernel has words of its own for files of /proc; nothing is written.
    assert!(itself.is_ok() || itself.is_err());
}

/// A thread has a number of its own.
fn by_a_thread(all: &mut Attempts) {
    let (uid, gid) = ids(39, 40);
    let file = open("/tmp/d/f", OFlag::O_RDONLY, Mode::empty()).expect("a file");
    let thread = std::thread::spawn(move || {
        [
            word(chown("d/f", uid, gid)),
            word(fchown(&file, uid, gid)),
            word(chown("/proc/self/cwd/d/f", uid, gid)),
        ]
    });
    let done = thread.join().expect("it ends");
    all.insert("by a thread".into(), json!(done));
}

/// The working directory, /tmp, is outside of it.
fn in_another_root(all: &mut Attempts) {
    let (uid, gid) = ids(41, 42);
    symlink("/f", "/tmp/d/inside").expect("a link");
    nix::unistd::chroot("/tmp/d").expect("a root");
    for path in [
        "/f",
        "/inside",
        "/../../../f",
        "/tmp/d/f",
        "/etc/passwd",
        "d/f",
        "abs",
        "../etc/passwd",
        "d/inside",
        "d/../../etc/passwd",
    ] {
        all.insert(format!("rooted {path}"), word(chown(path, uid, gid)));
    }
}

fn devices(all: &mut Attempts) {
    let mode = Mode::from_bits_truncate(0o666);
    let make = |path: &str| mknod(path, SFlag::S_IFCHR, mode, makedev(1, 3));
    for path in [
        "/tmp/d/f",
        "/tmp/dangling",
        "/tmp/d/",
        "/tmp/d/.",
        "/tmp/d/..",
        "/tmp/new/",
        "/tmp/d/f/x",
        "/nowhere/x",
        "/read-only/x",
        "/",
        "",
        &"n".repeat(256),
    ] {
        let name = &path[..path.len().min(30)];
        all.insert(format!("mknod {name}"), word(make(path)));
    }
    // These succeed for one user alone.
    let directory = open("/tmp/d", OFlag::O_RDONLY, Mode::empty()).expect("a directory");
    nix::sys::stat::umask(Mode::from_bits_truncate(0o027));
    let _ = make("/tmp/char");
    let _ = mknodat(
        &directory,
        "block",
        SFlag::S_IFBLK,
        mode,
        makedev(259, 70_000),
    );
    let fifo = mknod("/tmp/fifo", SFlag::S_IFIFO, mode, 0);
    all.insert("a fifo".into(), word(fifo));
}
