//! Owners and devices that a container makes are kept, also where its one user
//! can make neither: they are in what comes out of it.

use std::collections::BTreeMap;
use std::io::Cursor;

use plimsoll_api::client::{Client, Endpoint, Request};
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
        touch /t/a/b; mkfifo /p; chown 5:6 /p; cp -r /t /u; \
        touch /r; chmod 0 /r; chown 9:9 /r";
    let wanted = [
        ("f", "33:34 644 -"),
        ("l", "1:2 777 l"),
        ("p", "5:6 644 p"),
        ("r", "9:9 0 -"),
        ("t", "0:0 755 d"),
        ("t/a/b", "0:0 644 -"),
    ];
    docker(world, ["run", "--name", "one", "base", "sh", "-c", script]);
    has(&exported(world, "one"), &wanted);
    // The calls of an added process are heard too.
    docker(
        world,
        ["run", "-d", "--name", "box", "base", "sleep", "1000"],
    );
    docker(world, ["exec", "box", "sh", "-c", script]);
    docker(world, ["exec", "box", "chown", "-R", "7:8", "/t"]);
    let added = [
        ("t", "7:8 755 d"),
        ("t/a", "7:8 755 d"),
        ("t/a/b", "7:8 644 -"),
        ("u/a/b", "0:0 644 -"),
    ];
    let all = [&wanted[..4], &added[..]].concat();
    has(&exported(world, "box"), &all);
    let copied = listed(&docker(world, ["cp", "box:/t", "-"]));
    has(&copied, &[("t/a/b", "7:8 644 -"), ("t", "7:8 755 d")]);
    // A start anew and the lab's own end change nothing of it.
    docker(world, ["restart", "-t", "0", "box"]);
    has(&exported(world, "box"), &all);
    world.plimsoll(["stop", LAB]).assert().success();
    has(&exported(world, "box"), &all);
});

everyone!(a_lab_that_is_as_it_was_has_the_owners_it_had, |world| {
    let socket = world.start(LAB);
    let endpoint = Endpoint::parse(&format!("unix://{}", socket.display())).expect("an endpoint");
    let client = Client::new(endpoint);
    let keeping = if single(world) { "recorded" } else { "kept" };
    assert_eq!(client.lab().expect("a lab").owners, keeping);
    let post = |path: &str| {
        let reply = client.request(Request::post(path)).expect("a reply");
        reply.finish().expect("it ends");
    };
    docker(
        world,
        ["run", "-d", "--name", "box", "base", "sleep", "1000"],
    );
    let script = "touch /f; chown 33:34 /f; ln -s f /l; chown -h 1:2 /l";
    docker(world, ["exec", "box", "sh", "-c", script]);
    post("/plimsoll/v1/snapshots?name=before");
    docker(world, ["exec", "box", "chown", "-h", "3:4", "/f", "/l"]);
    has(
        &exported(world, "box"),
        &[("f", "3:4 644 -"), ("l", "3:4 777 l")],
    );
    post("/plimsoll/v1/snapshots/before/restore");
    has(
        &exported(world, "box"),
        &[("f", "33:34 644 -"), ("l", "1:2 777 l")],
    );
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

everyone!(
    volumes_keep_owners_and_the_learners_folder_does_not,
    |world| {
        let file = world.write("home/mine", "mine");
        let folder = file.parent().expect("a folder").display().to_string();
        let before = std::fs::metadata(&file).expect("it is there");
        let script = "touch /v/f /here/made; chown 33:34 /v/f /v; ln -s f /v/l; \
        chown -h 1:2 /v/l; chmod 6755 /v/f";
        let (volume, bind) = ("vol:/v", format!("{folder}:/here"));
        let run = [
            "run", "--name", "box", "-v", volume, "-v", &bind, "base", "sh", "-c", script,
        ];
        docker(world, run);
        let files = listed(&docker(world, ["cp", "box:/v", "-"]));
        has(&files, &[("v", "33:34 755 d"), ("v/f", "33:34 6755 -")]);
        // The next container that has it goes on from there; set-id bits go with
        // the owner.
        let script = "chown 35 /v/f; stat -c %a /v/f";
        let told = docker(
            world,
            ["run", "--rm", "-v", volume, "base", "sh", "-c", script],
        );
        assert_eq!(String::from_utf8_lossy(&told), "755\n");
        let files = listed(&docker(world, ["cp", "box:/v", "-"]));
        let group = if single(world) { "0" } else { "34" };
        let line = files["v/f"].clone();
        // The images' chown says the group that it sees.
        assert_eq!(line, format!("35:{group} 755 -"));
        if single(world) {
            docker(
                world,
                [
                    "run",
                    "--rm",
                    "-v",
                    &bind,
                    "base",
                    "sh",
                    "-c",
                    "chown 33:34 /here/*",
                ],
            );
            let after = std::fs::metadata(&file).expect("it is there");
            // Not even its inode was touched.
            assert_eq!(changed(&before), changed(&after));
            for name in ["mine", "made"] {
                let names = attributes(&file.with_file_name(name));
                assert_eq!(names, Vec::<String>::new(), "{name}");
            }
        }
    }
);

/// What chown(2) would change.
fn changed(status: &std::fs::Metadata) -> (u32, u32, u32, i64, i64) {
    use std::os::unix::fs::MetadataExt;
    (
        status.uid(),
        status.gid(),
        status.mode(),
        status.ctime(),
        status.ctime_nsec(),
    )
}

/// Names of extended attributes.
fn attributes(path: &std::path::Path) -> Vec<String> {
    let mut names = [0; 4096];
    let length = rustix::fs::listxattr(path, &mut names[..]).expect("a list");
    let names = names[..length].split(|byte| *byte == 0);
    let names = names.filter(|name| name.starts_with(b"user."));
    names
        .map(|name| String::from_utf8_lossy(name).into_owned())
        .collect()
}

// A folder that is in turn the container's own and a link to the learner's: the
// file that was found is the one that is recorded, and only if it is the
// container's.
everyone!(
    a_swapped_folder_gives_away_nothing_of_the_learners,
    |world| {
        if !single(world) {
            return skipped("with many users the kernel changes owners itself");
        }
        let file = world.write("home/mine", "mine");
        let folder = file.parent().expect("a folder").display().to_string();
        let before = std::fs::metadata(&file).expect("it is there");
        let script = "mkdir /own; touch /own/mine; ln -s /own /a; ln -s /here /b; \
        (while [ ! -e /stop ]; do mv -T /a /c && mv -T /b /a && mv -T /c /b && \
        echo >> /swaps; done) & \
        while [ ! -s /swaps ]; do :; done; \
        i=0; while [ $i -lt 300 ]; do chown 33:34 /a/mine 2>/dev/null; i=$((i+1)); done; \
        touch /stop; wait";
        let bind = format!("{folder}:/here");
        docker(
            world,
            [
                "run", "--name", "box", "-v", &bind, "base", "sh", "-c", script,
            ],
        );
        has(&exported(world, "box"), &[("own/mine", "33:34 644 -")]);
        let after = std::fs::metadata(&file).expect("it is there");
        assert_eq!(changed(&before), changed(&after));
        assert_eq!(attributes(&file), Vec::<String>::new());
    }
);

everyone!(
    whoever_changes_owners_all_the_time_keeps_nobody_waiting,
    |world| {
        let script = "touch /f; ln -s f /l; for i in 1 2 3 4; do \
        (while :; do chown $i:$i /f; chown -h $i:1 /l; done) & done; wait";
        docker(
            world,
            ["run", "-d", "--name", "flood", "base", "sh", "-c", script],
        );
        let script = "touch /f; chown 33:34 /f";
        docker(world, ["run", "--name", "calm", "base", "sh", "-c", script]);
        has(&exported(world, "calm"), &[("f", "33:34 644 -")]);
        docker(world, ["ps"]);
        // Its processes die in the middle of a call.
        docker(world, ["rm", "-f", "flood"]);
        docker(world, ["start", "-a", "calm"]);
    }
);

everyone!(what_is_copied_in_with_owners_has_them, |world| {
    docker(
        world,
        [
            "run",
            "--name",
            "from",
            "base",
            "sh",
            "-c",
            "touch /f; chown 33:34 /f",
        ],
    );
    docker(world, ["create", "--name", "into", "base", "true"]);
    let archive = docker(world, ["cp", "-a", "from:/f", "-"]);
    let mut copying = world.docker(LAB, ["cp", "-a", "-", "into:/"]);
    copying.write_stdin(archive).assert().success();
    has(&exported(world, "into"), &[("f", "33:34 644 -")]);
});

everyone!(without_the_capability_an_owner_cannot_be_changed, |world| {
    let script = "touch /f; chown 33:34 /f";
    let run = [
        "run",
        "--cap-drop",
        "CHOWN",
        "--name",
        "box",
        "base",
        "sh",
        "-c",
        script,
    ];
    let output = world.docker(LAB, run).output().expect("it ran");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{said}");
    assert!(said.contains("Operation not permitted"), "{said}");
    has(&exported(world, "box"), &[("f", "0:0 644 -")]);
});
