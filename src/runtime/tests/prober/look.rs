//! What a process in a container sees, as JSON.

use serde_json::{Map, Value, json};
use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt};

pub fn print() {
    println!("{}", look());
}

fn look() -> Value {
    let namespaces: Map<String, Value> = ["user", "mnt", "pid", "net", "uts", "ipc", "cgroup"]
        .into_iter()
        .map(|name| {
            let link = fs::read_link(format!("/proc/self/ns/{name}"));
            (
                name.to_owned(),
                link.map(|link| json!(link)).unwrap_or_default(),
            )
        })
        .collect();
    json!({
        "namespaces": namespaces,
        "status": status(),
        "uid_map": read("/proc/self/uid_map"),
        "mounts": mounts(),
        "descriptors": names("/proc/self/fd"),
        "init_descriptors": names("/proc/1/fd"),
        "devices": devices(),
        "cwd": std::env::current_dir().ok(),
        "env": std::env::vars().map(|(name, value)| (name, json!(value))).collect::<Map<_, _>>(),
        "hostname": read("/proc/sys/kernel/hostname"),
        "pid": std::process::id(),
        "uid": nix::unistd::geteuid().as_raw(),
        "gid": nix::unistd::getegid().as_raw(),
        "groups": nix::unistd::getgroups().unwrap_or_default().iter()
            .map(|gid| gid.as_raw()).collect::<Vec<_>>(),
        "session": nix::unistd::getsid(None).map(nix::unistd::Pid::as_raw).ok(),
        "network": read("/proc/net/dev"),
        "routes": read("/proc/net/route"),
        "port_start": read("/proc/sys/net/ipv4/ip_unprivileged_port_start"),
        "limits": read("/proc/self/limits"),
        "root": names("/"),
        "dev": names("/dev"),
        "terminal": terminal(),
    })
}

fn read(path: &str) -> Option<String> {
    fs::read_to_string(path).ok()
}

fn names(path: &str) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(path)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn status() -> Map<String, Value> {
    read("/proc/self/status")
        .unwrap_or_default()
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), json!(value.trim())))
        .collect()
}

/// Destination to file system type and options.
fn mounts() -> Map<String, Value> {
    read("/proc/self/mountinfo")
        .unwrap_or_default()
        .lines()
        .filter_map(|line| {
            let (left, right) = line.split_once(" - ")?;
            let fields: Vec<&str> = left.split(' ').collect();
            let kind = right.split(' ').next()?;
            Some((
                (*fields.get(4)?).to_owned(),
                json!(format!("{kind} {}", fields.get(5)?)),
            ))
        })
        .collect()
}

fn devices() -> Map<String, Value> {
    names("/dev")
        .into_iter()
        .filter_map(|name| {
            let status = fs::metadata(format!("/dev/{name}")).ok()?;
            let number = status.rdev();
            let (major, minor) = (nix::sys::stat::major(number), nix::sys::stat::minor(number));
            let device = status.file_type().is_char_device();
            device.then(|| (name, json!(format!("{major}:{minor}"))))
        })
        .collect()
}

/// Name and size of the controlling terminal, where it is the standard input.
fn terminal() -> Value {
    let stdin = std::io::stdin();
    let Ok((rows, columns)) = plimsoll_runtime::console::size(&stdin) else {
        return Value::Null;
    };
    let name = fs::read_link("/proc/self/fd/0").ok();
    let controlling = fs::File::open("/dev/tty").is_ok();
    if !controlling {
        return json!("not the controlling one");
    }
    json!({ "name": name, "rows": rows, "columns": columns })
}
