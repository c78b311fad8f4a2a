//! Known ways out of a container and to a dead engine, tried through the API as
//! a learner would: images that lie, links that move, users that are no users,
//! floods, clients that come and go. What a program inside can do is tried in
//! `inside`, copying in `copying`, the runtime's own part beside the runtime.

use std::io::{Cursor, Read};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use plimsoll_api::client::{Client, Endpoint, Request};
use plimsoll_testkit::{Person, World, eventually, everyone, skipped};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const LAB: &str = "hello-world";

/// What a `docker` command did.
struct Done {
    code: Option<i32>,
    out: String,
    err: String,
}

fn docker(world: &World, arguments: &[&str]) -> Done {
    let done = world.docker(LAB, arguments).output().expect("it ran");
    Done {
        code: done.status.code(),
        out: String::from_utf8_lossy(&done.stdout).into_owned(),
        err: String::from_utf8_lossy(&done.stderr).into_owned(),
    }
}

/// Standard output of a command that succeeds.
fn out(world: &World, arguments: &[&str]) -> String {
    let done = docker(world, arguments);
    assert_eq!(done.code, Some(0), "docker {arguments:?}: {}", done.err);
    done.out
}

/// A client of a lab that has the image `base`.
fn client(world: &World) -> Client {
    out(world, &["pull", "-q", "base"]);
    let socket = world.start(LAB);
    let endpoint = Endpoint::parse(&format!("unix://{}", socket.display())).expect("an endpoint");
    Client::new(endpoint)
}

fn create(client: &Client, name: &str, body: &Value) {
    client
        .request(Request::post(format!("/containers/create?name={name}")).json(body))
        .expect("it is made")
        .finish()
        .expect("it ends");
}

/// A tar of links (`Err(target)`) and files (`Ok(content)`).
fn archive(entries: &[(&str, Result<&str, &str>)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, what) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o644);
        header.set_size(0);
        match what {
            Ok(content) => {
                header.set_size(content.len() as u64);
                builder
                    .append_data(&mut header, name, content.as_bytes())
                    .expect("to memory");
            }
            Err(target) => {
                header.set_entry_type(tar::EntryType::Symlink);
                builder
                    .append_link(&mut header, name, target)
                    .expect("to memory");
            }
        }
    }
    builder.into_inner().expect("to memory")
}

fn put(client: &Client, name: &str, path: &str, archive: &[u8]) {
    client
        .archive_put(name, path, false, &mut Cursor::new(archive))
        .expect("it is unpacked");
}

/// The engine's pid as the real machine counts, from its own record.
fn engine_pid(world: &World) -> i64 {
    let text = std::fs::read_to_string(world.path(format!("data/labs/{LAB}/engine.json")))
        .expect("engine.json");
    let record: Value = serde_json::from_str(&text).expect("JSON");
    record["pid"].as_i64().expect("a pid")
}

/// Memory of the engine's own (KiB): what a flood would fill.
fn engine_memory(world: &World) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", engine_pid(world)))
        .expect("the engine lives");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"))
        .expect("the kernel tells");
    line.trim()
        .trim_end_matches("kB")
        .trim()
        .parse()
        .expect("a number")
}

/// How many descriptors the engine has open, where the kernel tells (6.2).
fn engine_descriptors(world: &World) -> Option<u64> {
    let path = format!("/proc/{}/fd", engine_pid(world));
    let count = std::fs::metadata(path).ok()?.len();
    (count > 0).then_some(count)
}

fn outside(world: &World) -> PathBuf {
    let file = world.write("home/outside/canary", "untouched");
    file.parent().expect("its folder").to_owned()
}

fn names(folder: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    entries
        .map(|entry| entry.expect("an entry").file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .collect()
}

// CVE-2026-41579, CVE-2026-47766 (/dev), CVE-2019-19921, CVE-2023-27561,
// CVE-2023-28642 (/proc): an image whose mount points are links.
everyone!(mount_points_that_are_links_are_refused, |world| {
    let client = client(world);
    let outside = outside(world);
    let target = outside.to_str().expect("a text");
    for place in ["dev", "proc", "sys"] {
        for target in ["etc", target] {
            let container = json!({"Image": "base", "Cmd": ["true"]});
            create(&client, "trap", &container);
            let up = format!("../../../../../../../../{target}");
            // Without noOverwriteDirNonDir: the folder gives way to the link.
            let link = archive(&[(place, Err(up.as_str()))]);
            let mut link = Cursor::new(&link);
            let request = Request::put("/containers/trap/archive?path=/")
                .stream(&mut link, "application/x-tar");
            let reply = client.request(request).expect("it is unpacked");
            reply.finish().expect("it ends");
            let refused = client.container_start("trap", "").expect_err(place);
            let words = refused.to_string();
            assert!(
                words.contains("must be mounted on ordinary directory")
                    || words.contains("no such file or directory"),
                "{place} -> {target}: {words}"
            );
            assert_eq!(names(&outside), ["canary"], "{place} -> {target}");
            client
                .container_remove("trap", true, true)
                .expect("it is removed");
        }
    }
});

// CVE-2025-31133: masks must not depend on the image's own /dev/null.
everyone!(masks_do_not_use_the_images_null_device, |world| {
    let client = client(world);
    let script = "for f in /proc/keys /proc/timer_list /proc/interrupts; do \
                  test ! -e $f || cat $f; done; test -c /dev/null && echo device";
    let container = json!({"Image": "base", "Cmd": ["sh", "-c", script]});
    create(&client, "masks", &container);
    let link = archive(&[("null", Err("/proc/sysrq-trigger"))]);
    put(&client, "masks", "/dev", &link);
    assert_eq!(out(world, &["start", "-a", "masks"]), "device\n");
});

// CVE-2021-30465, CVE-2024-45310: a shared volume in which one container swaps
// a folder for a link while others mount below it.
everyone!(a_swapped_mount_point_leads_nowhere_else, |world| {
    let client = client(world);
    let outside = outside(world);
    let link = format!("../../../../../../../..{}", outside.display());
    let script = format!(
        "cd /shared; mkdir -p a; ln -s {link} b; echo; \
         while true; do mv -T a t; mv -T b a; mv -T a b; mv -T t a; done"
    );
    let racer = json!({
        "Image": "base", "Cmd": ["bash", "-c", script],
        "HostConfig": {"Binds": ["shared:/shared"]},
    });
    create(&client, "racer", &racer);
    client.container_start("racer", "").expect("it starts");
    eventually("the race is on", Duration::from_secs(20), || {
        (!out(world, &["logs", "racer"]).is_empty()).then_some(())
    });
    let mut started = 0;
    for _ in 0..25 {
        let victim = json!({
            "Image": "base", "Cmd": ["true"],
            "HostConfig": {
                "Binds": ["shared:/shared", "other:/shared/a/new"],
                "NetworkMode": "none",
            },
        });
        create(&client, "victim", &victim);
        started += usize::from(client.container_start("victim", "").is_ok());
        client
            .container_remove("victim", true, true)
            .expect("it is removed");
        assert_eq!(names(&outside), ["canary"]);
    }
    assert!(started > 0, "no container started: nothing was tried");
    client
        .container_remove("racer", true, true)
        .expect("it is removed");
});

// CVE-2019-16884: nothing of the learner's imitates what runtimes trust.
everyone!(a_part_of_a_volume_stays_in_the_volume, |world| {
    out(world, &["pull", "-q", "base"]);
    let plant = "mkdir /x/sub && echo kept > /x/sub/file && ln -s sub /x/near && ln -s / /x/far";
    out(
        world,
        &["run", "--rm", "-v", "vol:/x", "base", "sh", "-c", plant],
    );
    let part = |subpath: &str| format!("type=volume,src=vol,dst=/y,volume-subpath={subpath}");
    for subpath in ["sub", "near"] {
        let read = [
            "run",
            "--rm",
            "--mount",
            &part(subpath),
            "base",
            "cat",
            "/y/file",
        ];
        assert_eq!(out(world, &read), "kept\n");
    }
    for (subpath, code, why) in [
        ("far", 125, "it leads out of the volume"),
        ("far/etc", 125, "it leads out of the volume"),
        // The code is the client's, for these words.
        ("nosub", 127, "no such file or directory"),
    ] {
        let run = ["run", "--rm", "--mount", &part(subpath), "base", "ls", "/y"];
        let done = docker(world, &run);
        assert_eq!(done.code, Some(code), "{subpath}: {}", done.out);
        assert!(done.err.contains(why), "{subpath}: {}", done.err);
    }
    // A link that is planted later, and copying without a start.
    let made = [
        "create",
        "--name",
        "later",
        "--mount",
        &part("sub"),
        "base",
        "ls",
    ];
    out(world, &made);
    let swap = "rm -r /x/sub && ln -s /etc /x/sub";
    out(
        world,
        &["run", "--rm", "-v", "vol:/x", "base", "sh", "-c", swap],
    );
    let copied = docker(world, &["cp", "later:/y/passwd", "-"]);
    assert_ne!(copied.code, Some(0), "{}", copied.out);
    assert!(!copied.out.contains("root:"), "{}", copied.out);
    assert_ne!(docker(world, &["start", "later"]).code, Some(0));
});

everyone!(nothing_is_mounted_over_proc, |world| {
    let place = world.write("home/fake/file", "fake");
    let folder = place.parent().expect("its folder").display().to_string();
    out(world, &["pull", "-q", "base"]);
    for target in [
        "/proc",
        "/proc/self",
        "/proc/sys",
        "/proc/1/attr",
        "/x/../proc",
    ] {
        let bind = format!("{folder}:{target}");
        let done = docker(world, &["run", "--rm", "-v", &bind, "base", "true"]);
        assert_eq!(done.code, Some(125), "{target}: {}", done.err);
        assert!(
            done.err
                .contains("cannot be mounted because it is inside /proc"),
            "{target}: {}",
            done.err
        );
    }
});

everyone!(a_folder_is_no_file, |world| {
    let file = world.write("home/plain", "one line\n");
    let folder = file.parent().expect("its folder").display().to_string();
    let file = file.display().to_string();
    out(world, &["pull", "-q", "base"]);
    let words = "not a directory: unknown: Are you trying to mount a directory onto a file (or \
                 vice-versa)? Check if the specified host path exists and is the expected type";
    for bind in [format!("{folder}:/etc/passwd"), format!("{file}:/etc")] {
        let done = docker(world, &["run", "--rm", "-v", &bind, "base", "true"]);
        assert_eq!(done.code, Some(125), "{bind}: {}", done.err);
        assert!(done.err.contains(words), "{bind}: {}", done.err);
    }
    let bind = format!("{file}:/made/for/it:ro");
    let script = "cat /made/for/it; (echo x > /made/for/it) 2>&1 | grep -c 'Read-only'";
    let said = out(
        world,
        &["run", "--rm", "-v", &bind, "base", "sh", "-c", script],
    );
    assert_eq!(said, "one line\n1\n");
});

// CVE-2026-30892, CVE-2024-40635: who an exec is.
everyone!(an_exec_is_who_was_asked_for, |world| {
    out(world, &["pull", "-q", "base"]);
    out(
        world,
        &["run", "-d", "--name", "box", "base", "sleep", "1000"],
    );
    let id = |user: &str| docker(world, &["exec", "-u", user, "box", "id"]);
    for (user, words) in [
        ("4294967296", "uids and gids must be in range 0-2147483647"),
        ("2147483648", "uids and gids must be in range 0-2147483647"),
        ("-1", "uids and gids must be in range 0-2147483647"),
        (
            "0:4294967296",
            "uids and gids must be in range 0-2147483647",
        ),
        (
            "nobody-here",
            "unable to find user nobody-here: no matching entries in passwd file",
        ),
        (
            "0:nobodies",
            "unable to find group nobodies: no matching entries in group file",
        ),
    ] {
        let done = id(user);
        assert_eq!(done.code, Some(126), "{user}: {}{}", done.out, done.err);
        assert!(
            format!("{}{}", done.out, done.err).contains(words),
            "{user}: {}{}",
            done.out,
            done.err
        );
    }
    for user in ["root", "0", "0:0", "root:root", ":0"] {
        assert!(
            id(user).out.starts_with("uid=0(root) gid=0(root)"),
            "{user}"
        );
    }
    if world.person() == Person::Single {
        let done = id("1000:");
        assert!(done.code != Some(0), "{}", done.out);
        skipped("a single-uid container has one user");
        return;
    }
    for (user, ids) in [
        ("1000", "uid=1000(1000) gid=0(root) groups=0(root)\n"),
        ("1000:", "uid=1000(1000) gid=0(root) groups=0(root)\n"),
        (":5", "uid=0(root) gid=5(tty) groups=5(tty)\n"),
    ] {
        assert_eq!(id(user).out, ids, "{user}");
    }
});

// CVE-2026-46680: a number is no name. CVE-2023-25173: all groups of a user,
// and no others.
everyone!(users_and_groups_come_from_the_images_files, |world| {
    if world.person() == Person::Single {
        skipped("a single-uid container has one user");
        return;
    }
    let client = client(world);
    let files = archive(&[
        (
            "passwd",
            Ok("root:x:0:0::/:/bin/sh\n1000:x:0:0::/:/bin/sh\napp:x:70:71::/:/bin/sh\n"),
        ),
        (
            "group",
            Ok("root:x:0:\napp:x:71:\naudio:x:72:app\nvideo:x:73:other,app\nother:x:74:other\n"),
        ),
    ]);
    let script = "grep -E '^(Uid|Gid|Groups):' /proc/self/status | tr -s '\\t ' ' '";
    for (user, add, expected) in [
        (
            "1000",
            None,
            "Uid: 1000 1000 1000 1000\nGid: 0 0 0 0\nGroups: 0 \n",
        ),
        (
            "app",
            None,
            "Uid: 70 70 70 70\nGid: 71 71 71 71\nGroups: 71 72 73 \n",
        ),
        (
            "app",
            Some("other"),
            "Uid: 70 70 70 70\nGid: 71 71 71 71\nGroups: 71 72 73 74 \n",
        ),
        (
            "app:74",
            None,
            "Uid: 70 70 70 70\nGid: 74 74 74 74\nGroups: 74 \n",
        ),
    ] {
        let add: Vec<&str> = add.into_iter().collect();
        let container = json!({
            "Image": "base", "Cmd": ["sh", "-c", script], "User": user,
            "HostConfig": {"GroupAdd": add},
        });
        create(&client, "who", &container);
        put(&client, "who", "/etc", &files);
        assert_eq!(
            out(world, &["start", "-a", "who"]),
            expected,
            "{user} {add:?}"
        );
        out(world, &["rm", "who"]);
    }
});

everyone!(volumes_from_another_keep_their_mode, |world| {
    out(world, &["pull", "-q", "base"]);
    let make = [
        "create",
        "--name",
        "owner",
        "-v",
        "data:/data",
        "-v",
        "fixed:/fixed:ro",
        "base",
    ];
    out(world, &make);
    let script = "for d in data fixed; do (echo x > /$d/f) 2>/dev/null && echo $d; done; true";
    let write = |from: &str| {
        out(
            world,
            &[
                "run",
                "--rm",
                "--volumes-from",
                from,
                "base",
                "sh",
                "-c",
                script,
            ],
        )
    };
    assert_eq!(write("owner:ro"), "");
    assert_eq!(write("owner"), "data\n");
    let done = docker(world, &["run", "--volumes-from", "nobody", "base", "true"]);
    assert_eq!(done.code, Some(125));
    assert!(
        done.err.contains("No such container: nobody"),
        "{}",
        done.err
    );
    assert!(
        out(world, &["volume", "ls", "-q"]).contains("data"),
        "it outlives --rm"
    );
});

/// How much more memory a flood may leave the engine with (KiB).
const FLOOD_ROOM: u64 = 12 * 1024;

// CVE-2022-1708: an exec's output is passed on, never kept.
everyone!(floods_do_not_fill_the_engine, |world| {
    out(world, &["pull", "-q", "base"]);
    out(
        world,
        &["run", "-d", "--name", "box", "base", "sleep", "1000"],
    );
    out(world, &["exec", "box", "true"]);
    let before = engine_memory(world);
    let flood = "head -c 200000000 /dev/zero";
    let mut reader = world.command(world.binary());
    reader
        .args(["docker", "exec", "box", "sh", "-c", flood])
        .env(
            "DOCKER_HOST",
            format!("unix://{}", world.start(LAB).display()),
        )
        .stdout(Stdio::piped());
    let mut running = reader.spawn().expect("it starts");
    let mut stream = running.stdout.take().expect("a pipe");
    // A reader that stops reading holds the writer up, not the engine's memory.
    let mut first = vec![0; 1 << 20];
    stream.read_exact(&mut first).expect("a first piece");
    out(world, &["exec", "box", "true"]);
    assert!(engine_memory(world) < before + FLOOD_ROOM, "a slow reader");
    let rest = std::io::copy(&mut stream, &mut std::io::sink()).expect("the rest");
    assert_eq!(rest + (1 << 20), 200_000_000);
    assert!(running.wait().expect("it ends").success());
    // Nobody reads: the log takes it.
    let chatter = "yes a line of a log | head -c 20000000";
    out(
        world,
        &[
            "run", "-d", "--name", "chatter", "base", "sh", "-c", chatter,
        ],
    );
    out(world, &["wait", "chatter"]);
    let after = engine_memory(world);
    assert!(
        after < before + FLOOD_ROOM,
        "{before} KiB before, {after} after"
    );
    out(world, &["rm", "-f", "box", "chatter"]);
});

// CVE-2025-64329: clients that attach and go leave nothing behind.
everyone!(clients_that_go_leave_no_descriptor, |world| {
    let client = client(world);
    out(
        world,
        &["run", "-di", "--name", "box", "base", "sleep", "1000"],
    );
    out(world, &["exec", "box", "true"]);
    let Some(before) = engine_descriptors(world) else {
        skipped("this kernel does not count descriptors");
        return;
    };
    for _ in 0..40 {
        let attach = Request::post("/containers/box/attach?stream=1&stdin=1&stdout=1&stderr=1");
        drop(client.upgrade(attach).expect("it is attached"));
        let follow = Request::get("/containers/box/logs?follow=1&stdout=1");
        drop(client.request(follow).expect("it is followed"));
        drop(client.request(Request::get("/events")).expect("events"));
    }
    eventually(
        "their descriptors are closed",
        Duration::from_secs(20),
        || (engine_descriptors(world)? <= before + 2).then_some(()),
    );
    out(world, &["rm", "-f", "box"]);
});

// The journal is a chain: a line that was changed, left out or put in breaks it.
everyone!(the_journal_is_a_chain, |world| {
    out(world, &["pull", "-q", "base"]);
    out(world, &["run", "--rm", "base", "true"]);
    out(world, &["volume", "create", "data"]);
    let text = std::fs::read_to_string(world.path(format!("data/labs/{LAB}/journal.jsonl")))
        .expect("the journal");
    let mut before: Option<String> = None;
    let mut kinds = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let entry: Value = serde_json::from_str(line).expect("a line is JSON");
        if let Some(before) = &before {
            assert_eq!(
                entry["prev"].as_str(),
                Some(before.as_str()),
                "line {index}"
            );
        }
        before = Some(hex(&Sha256::digest(line)));
        kinds.push(entry["kind"].as_str().expect("a kind").to_owned());
    }
    for kind in [
        "image.pull",
        "container.create",
        "container.die",
        "volume.create",
    ] {
        assert!(
            kinds.iter().any(|one| one == kind),
            "no {kind} in {kinds:?}"
        );
    }
});

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
