//! Who listens on a TCP port of the lab: a container or a process.

use std::fs;
use std::rc::Rc;

use plimsoll_api::Protocol;
use plimsoll_api::lab::Listener;

use crate::engine::Engine;

/// The state of a listening socket in `/proc/net/tcp` (proc_pid_net(5)).
const LISTEN: &str = "0A";

/// Looks first at what containers publish, then at the lab's processes.
pub fn who_listens(engine: &Rc<Engine>, port: u16) -> Listener {
    let mut listener = Listener {
        port,
        kind: "none".to_owned(),
        ..Listener::default()
    };
    for container in engine.containers.all() {
        let published = container.published.borrow();
        let ports = published.iter().flat_map(|published| &published.ports);
        let mut tcp = ports.filter(|one| one.port.protocol == Protocol::Tcp);
        if let Some(one) = tcp.find(|one| one.host_port == port) {
            listener.kind = "container".to_owned();
            listener.container = Some(container.name());
            listener.container_id = Some(container.id.clone());
            listener.container_port = Some(one.port.number);
            return listener;
        }
    }
    if let Some(inode) = listening_inode(port) {
        listener.kind = "process".to_owned();
        if let Some((pid, name)) = owner(inode) {
            listener.pid = Some(pid);
            listener.process = Some(name);
            container_of(engine, pid, &mut listener);
        }
    }
    listener
}

/// A container in the lab's own network (`--network host`) listens by itself.
fn container_of(engine: &Rc<Engine>, pid: i32, listener: &mut Listener) {
    let namespace = |pid: i32| fs::read_link(format!("/proc/{pid}/ns/pid")).ok();
    let own = namespace(pid);
    let found = engine.containers.all().into_iter().find(|container| {
        container
            .pid()
            .is_some_and(|init| init == pid || namespace(init) == own)
    });
    let lab = fs::read_link("/proc/self/ns/pid").ok();
    if let Some(container) = found.filter(|_| own.is_some() && own != lab) {
        listener.kind = "container".to_owned();
        listener.container = Some(container.name());
        listener.container_id = Some(container.id.clone());
        listener.container_port = Some(listener.port);
    }
}

fn listening_inode(port: u16) -> Option<u64> {
    ["/proc/net/tcp", "/proc/net/tcp6"].iter().find_map(|file| {
        let text = fs::read_to_string(file).ok()?;
        text.lines().skip(1).find_map(|line| parse(line, port))
    })
}

fn parse(line: &str, port: u16) -> Option<u64> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let number = fields.get(1)?.rsplit(':').next()?;
    let listens = *fields.get(3)? == LISTEN && u16::from_str_radix(number, 16) == Ok(port);
    listens.then(|| fields.get(9)?.parse().ok()).flatten()
}

/// The process that has the socket open, found through `/proc/PID/fd`.
fn owner(inode: u64) -> Option<(i32, String)> {
    let wanted = format!("socket:[{inode}]");
    for entry in fs::read_dir("/proc").ok()?.flatten() {
        let Some(pid) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        let Ok(descriptors) = fs::read_dir(entry.path().join("fd")) else {
            continue;
        };
        let holds = descriptors.flatten().any(|descriptor| {
            fs::read_link(descriptor.path())
                .is_ok_and(|target| target.as_os_str() == wanted.as_str())
        });
        if holds {
            let name = fs::read_to_string(entry.path().join("comm")).unwrap_or_default();
            return Some((pid, name.trim_end().to_owned()));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listening_line_is_found() {
        let line = "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1";
        assert_eq!(parse(line, 8080), Some(4711));
        assert_eq!(parse(line, 80), None);
        assert_eq!(parse(&line.replace(" 0A ", " 01 "), 8080), None);
    }
}
