//! Owners and devices that a container makes are kept, also where its one user
//! can make neither: they are in what comes out of it.

use std::collections::BTreeMap;
use std::io::Cursor;

use plimsoll_testkit::{Person, World, everyone, skipped};

const LAB: &str = "hello-world";

fn docker<const N: usize>(world: &World, args: [&str; N]) -> Vec<u8> {
    let output = world.docker(LAB, args).output().expect("it ran");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}: {said}");
    output.stdout
}

/// `UID:GID MODE KIND` of everything in an archive, by path.
fn listed(archive: &[u8]) -> BTreeMap<String, String> {
    let mut archive = tar::Archive::new(Cursor::new(archive));
    let entries = archive.entries().expect("an archive");
    let line = |entry: tar::Entry<'_, Cursor<&[u8]>>| {
        let header = entry.header();
        let (uid, gid) = (header.uid().expect("a uid"), header.gid().expect("a gid"));
        let mode = header.mode().expect("a mode") & 0o7777;
        let kind = match header.entry_type() {
            tar::EntryType::Char => format!("c{}", numbers(header)),
            tar::EntryType::Block => format!("b{}", numbers(header)),
            tar::EntryType::Symlink => "l".to_owned(),
            tar::EntryType::Directory => "d".to_owned(),
            tar::EntryType::Fifo => "p".to_owned(),
            _ => "-".to_owned(),
        };
        let path = entry.path().expect("a path").display().to_string();
        let path = path.trim_end_matches('/').to_owned();
        (path, format!("{uid}:{gid} {mode:o} {kind}"))
    };
    entries
        .map(|entry| line(entry.expect("an entry")))
        .collect()
}

fn numbers(header: &tar::Header) -> String {
    let number = |found: std::io::Result<Option<u32>>| found.ok().flatten().unwrap_or(0);
    let (major, minor) = (number(header.device_major()), number(header.device_minor()));
    format!("{major}:{minor}")
}

fn exported(world: &World, name: &str) -> BTreeMap<String, String> {
    listed(&docker(world, ["export", name]))
}

#[track_caller]
fn has(files: &BTreeMap<String, String>, wanted: &[(&str, &str)]) {
    for (path, line) in wanted {
        assert_eq!(files.get(*path).map(String::as_str), Some(*line), "{path}");
    }
}

fn single(world: &World) -> bool {
    world.person() == Person::Single
}

everyone!(what_a_container_gives_away_is_in_its_export, |world| {
    let script = "touch /f; chown 33:34 /f; ln -s f /l; chown -h 1:2 /l; mkdir -p /t/a; \
        touch /t/a/b; mkfifo /p; chown 5:6 /p; exec sleep 1000";
    docker(
        world,
        ["run", "-d", "--name", "box", "base", "sh", "-c", script],
    );
    // The exec's own calls are heard too.
    docker(world, ["exec", "box", "chown", "-R", "7:8", "/t"]);
    docker(
        world,
        [
            "exec",
            "box",
            "sh",
            "-c",
            "while ! [ -p /p ]; do sleep 0.05; done",
        ],
    );
    let wanted = [
        ("f", "33:34 644 -"),
        ("t", "7:8 755 d"),
        ("t/a", "7:8 755 d"),
        ("t/a/b", "7:8 644 -"),
        ("l", "1:2 777 l"),
        ("p", "5:6 644 p"),
    ];
    docker(world, ["exec", "box", "sh", "-c", "chown 5:6 /p"]);
    has(&exported(world, "box"), &wanted);
    let copied = listed(&docker(world, ["cp", "box:/t", "-"]));
    has(&copied, &[("t/a/b", "7:8 644 -"), ("t", "7:8 755 d")]);
    // A stop, a start and the lab's own end change nothing of it.
    docker(world, ["restart", "-t", "0", "box"]);
    has(&exported(world, "box"), &wanted[1..]);
    world.plimsoll(["stop", LAB]).assert().success();
    has(&exported(world, "box"), &wanted[1..]);
});

everyone!(devices_are_kept_by_one_user, |world| {
    if !single(world) {
        return skipped("the kernel refuses devices to a container with many users");
    }
    let script = "umask 027; mknod /d c 1 3 && mknod -m 600 /b b 8 1 && chown 0:6 /b && \
        ! mknod /d c 1 3 && ! mknod /nowhere/d c 1 3 && ! mknod /z c 0 0";
    docker(world, ["run", "--name", "box", "base", "sh", "-c", script]);
    let wanted = [("d", "0:0 640 c1:3"), ("b", "0:6 600 b8:1")];
    let files = exported(world, "box");
    has(&files, &wanted);
    assert!(!files.contains_key("z"));
});
