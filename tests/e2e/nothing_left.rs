//! After `stop` nothing of ours is left on the machine.

use plimsoll_testkit::everyone;

everyone!(stop_leaves_nothing, |world| {
    world
        .docker(
            "nginx-volumes",
            ["run", "-d", "--name", "web", "-p", "80:80", "nginx"],
        )
        .assert()
        .success();
    world
        .docker(
            "nginx-volumes",
            ["run", "-d", "--network", "none", "base", "sleep", "1000"],
        )
        .assert()
        .success();
    world
        .docker("hello-world", ["run", "hello-world"])
        .assert()
        .success();
    world.plimsoll(["stop", "nginx-volumes"]).assert().success();
    world.plimsoll(["stop", "nginx-volumes"]).assert().success();
    // The world itself stops the rest and looks for leftovers when it closes.
});

everyone!(doctor_leaves_nothing, |world| {
    // 3 where labs cannot run: it has looked all the same.
    world.plimsoll(["doctor"]).output().expect("it ran");
    for entry in walk(&world.path("")) {
        assert!(!entry.contains("plimsoll-doctor"), "{entry} was left");
    }
});

/// The paths of everything below a folder that this process may see.
fn walk(folder: &std::path::Path) -> Vec<String> {
    let mut open = vec![folder.to_path_buf()];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            found.push(entry.path().display().to_string());
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                open.push(entry.path());
            }
        }
    }
    found
}

everyone!(two_clients_start_one_engine, |world| {
    let engines: Vec<_> = (0..6)
        .map(|_| {
            let mut command = world.plimsoll([
                "shell",
                "hello-world",
                "--",
                "readlink",
                "/proc/self/ns/pid",
            ]);
            std::thread::spawn(move || command.output().expect("it ran"))
        })
        .map(|thread| thread.join().expect("the client did not panic"))
        .collect();
    for engine in &engines {
        assert!(
            engine.status.success(),
            "{}",
            String::from_utf8_lossy(&engine.stderr)
        );
        assert_eq!(engine.stdout, engines[0].stdout, "all see the same lab");
    }
});

everyone!(a_terminal_opened_another_way_finds_the_engine, |world| {
    let look = [
        "shell",
        "hello-world",
        "--",
        "readlink",
        "/proc/self/ns/pid",
    ];
    let first = world.plimsoll(look).output().expect("it ran");
    assert!(first.status.success());
    // `su` and cron give no XDG_RUNTIME_DIR.
    let other = world
        .plimsoll(look)
        .env_remove("XDG_RUNTIME_DIR")
        .output()
        .expect("it ran");
    let said = String::from_utf8_lossy(&other.stderr);
    assert_eq!(other.stdout, first.stdout, "{said}");
    let stopped = world
        .plimsoll(["stop", "hello-world"])
        .env_remove("XDG_RUNTIME_DIR")
        .output()
        .expect("it ran");
    assert_eq!(
        String::from_utf8_lossy(&stopped.stdout),
        "hello-world: stopped\n"
    );
});
