//! What must not work in a container, tried.

use nix::errno::Errno;
use nix::fcntl::{OFlag, open};
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socket};
use nix::sys::stat::{Mode, SFlag, makedev, mknod};
use serde_json::{Map, Value, json};
use std::fs;

pub fn print() {
    println!("{}", Value::Object(attempts()));
}

fn word<T>(result: nix::Result<T>) -> Value {
    json!(match result {
        Ok(_) => "done".to_owned(),
        Err(errno) => format!("{errno:?}"),
    })
}

fn io<T>(result: std::io::Result<T>) -> Value {
    word(result.map_err(|error| error.raw_os_error().map_or(Errno::EIO, Errno::from_raw)))
}

fn attempts() -> Map<String, Value> {
    let mut all = Map::new();
    let mut note = |name: &str, value: Value| {
        all.insert(name.to_owned(), value);
    };
    let nothing: Option<&str> = None;
    let tmpfs = mount(nothing, "/tmp", Some("tmpfs"), MsFlags::empty(), nothing);
    note("mount", word(tmpfs));
    let remount = MsFlags::MS_REMOUNT | MsFlags::MS_BIND;
    note(
        "remount /proc/sys",
        word(mount(nothing, "/proc/sys", nothing, remount, nothing)),
    );
    note("unshare user", word(unshare(CloneFlags::CLONE_NEWUSER)));
    note("unshare net", word(unshare(CloneFlags::CLONE_NEWNET)));
    let flag = SockFlag::empty();
    note(
        "socket alg",
        word(socket(AddressFamily::Alg, SockType::SeqPacket, flag, None)),
    );
    note(
        "socket vsock",
        word(socket(AddressFamily::Vsock, SockType::Stream, flag, None)),
    );
    note(
        "socket inet",
        word(socket(AddressFamily::Inet, SockType::Stream, flag, None)),
    );
    let device = makedev(1, 3);
    note(
        "mknod",
        word(mknod("/tmp/node", SFlag::S_IFCHR, Mode::S_IRWXU, device)),
    );
    note("write kcore", io(fs::write("/proc/kcore", "x")));
    note(
        "read kcore",
        io(fs::read("/proc/kcore").map(|bytes| assert!(bytes.is_empty()))),
    );
    note(
        "read keys",
        io(fs::read("/proc/keys").map(|bytes| assert!(bytes.is_empty()))),
    );
    note("write sysrq", io(fs::write("/proc/sysrq-trigger", "h")));
    note(
        "write core_pattern",
        io(fs::write("/proc/sys/kernel/core_pattern", "|/x")),
    );
    note("write sysfs", io(fs::write("/sys/kernel/mm/ksm/run", "0")));
    note("write firmware", io(fs::write("/sys/firmware/x", "0")));
    let own_program = open("/proc/self/exe", OFlag::O_WRONLY, Mode::empty());
    note("write own program", word(own_program));
    note(
        "init memory",
        word(open("/proc/1/mem", OFlag::O_RDWR, Mode::empty())),
    );
    note(
        "setuid",
        word(nix::unistd::setuid(nix::unistd::Uid::from_raw(33))),
    );
    note(
        "hosts root",
        json!(fs::read_dir("/proc/1/root").is_ok_and(|mut all| {
            all.any(|entry| entry.is_ok_and(|entry| entry.file_name() == "boot"))
        })),
    );
    all
}
