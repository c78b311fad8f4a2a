//! kill -9 of the engine: nothing is lost, names and ports of the dead are free.

use std::time::Duration;

use plimsoll_testkit::{World, everyone};

/// The engine's pid as the real machine counts, from its own record.
pub fn engine_pid(world: &World, lab: &str) -> i32 {
    let record = std::fs::read_to_string(world.path(format!("data/labs/{lab}/engine.json")))
        .expect("engine.json");
    let digits = record.split("\"pid\":").nth(1).expect("a pid").trim_start();
    digits
        .chars()
        .take_while(char::is_ascii_digit)
        .collect::<String>()
        .parse()
        .expect("a number")
}

/// Returns at once: the next client has to cope with an engine that dies.
pub fn kill(pid: i32) {
    nix::sys::signal::kill(
        nix::unistd::Pid::from_raw(pid),
        nix::sys::signal::Signal::SIGKILL,
    )
    .expect("the engine lives");
}

fn out(world: &World, arguments: &[&str]) -> String {
    let done = world
        .docker("nginx-volumes", arguments)
        .output()
        .expect("it ran");
    assert!(
        done.status.success(),
        "docker {arguments:?}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
    String::from_utf8_lossy(&done.stdout).into_owned()
}

everyone!(a_killed_engine_loses_nothing, |world| {
    out(world, &["volume", "create", "data"]);
    out(
        world,
        &[
            "run",
            "-d",
            "--name",
            "web",
            "-p",
            "80:80",
            "-v",
            "data:/data",
            "nginx",
        ],
    );
    out(
        world,
        &[
            "exec",
            "web",
            "sh",
            "-c",
            "echo kept > /data/file; echo upper > /root/file",
        ],
    );
    kill(engine_pid(world, "nginx-volumes"));

    assert_eq!(
        out(
            world,
            &[
                "inspect",
                "-f",
                "{{.State.Status}} {{.State.ExitCode}}",
                "web"
            ]
        ),
        "exited 137\n"
    );
    assert!(out(world, &["images"]).contains("nginx"));
    out(world, &["start", "web"]);
    assert_eq!(
        out(world, &["exec", "web", "cat", "/data/file", "/root/file"]),
        "kept\nupper\n"
    );
    out(world, &["rm", "-f", "web"]);
    out(
        world,
        &["run", "-d", "--name", "web", "-p", "80:80", "nginx"],
    );
});

everyone!(a_kill_at_any_moment_leaves_a_lab_that_starts, |world| {
    world
        .docker("nginx-volumes", ["pull", "nginx"])
        .assert()
        .success();
    for round in 0..8 {
        let name = format!("c{round}");
        let pid = engine_pid(world, "nginx-volumes");
        let mut run = world.docker(
            "nginx-volumes",
            ["run", "-d", "--name", &name, "-p", "80", "nginx"],
        );
        let client = std::thread::spawn(move || run.output().expect("it ran"));
        // Spread the kills over the life of a `run`; which state is hit differs
        // from run to run, and every one has to be survived.
        std::thread::park_timeout(Duration::from_micros(1500 * round));
        kill(pid);
        let _ = client.join();
        let all = out(world, &["ps", "-a", "--format", "{{.Names}} {{.State}}"]);
        assert!(
            all.lines().all(|line| line.ends_with("exited")
                || line.ends_with("created")
                || line.ends_with("running")),
            "{all}"
        );
        out(world, &["run", "--rm", "base", "true"]);
        assert!(
            world
                .docker("nginx-volumes", ["rm", "-f", &name])
                .output()
                .is_ok()
        );
    }
});

everyone!(a_probe_whose_grader_was_killed_is_gone, |world| {
    out(world, &["pull", "-q", "base"]);
    let label = [
        "create",
        "--name",
        "copy",
        "--label",
        "plimsoll.probe=1",
        "base",
    ];
    out(world, &label);
    out(world, &["create", "--name", "own", "base"]);
    kill(engine_pid(world, "nginx-volumes"));
    assert_eq!(out(world, &["ps", "-a", "--format", "{{.Names}}"]), "own\n");
});

everyone!(a_pulled_image_reaches_the_disk, |world| {
    out(world, &["pull", "-q", "base"]);
    // Before it can have had the time: the next engine does it.
    kill(engine_pid(world, "nginx-volumes"));
    out(world, &["images"]);
    let unsynced = world.path("data/store/unsynced");
    plimsoll_testkit::eventually("it is on the disk", Duration::from_secs(60), || {
        let boots = std::fs::read_dir(&unsynced).expect("the store's notes");
        let notes = boots.map(|boot| std::fs::read_dir(boot.expect("an entry").path()));
        let count: usize = notes.map(|notes| notes.expect("a folder").count()).sum();
        (count == 0).then_some(())
    });
});

everyone!(another_store_than_the_running_one_is_refused, |world| {
    const LAB: &str = "hello-world";
    world.start(LAB);
    let other = world.path("other-store");
    let other = other.to_str().expect("a plain path");
    let done = world
        .plimsoll(["--store", other, "env", LAB])
        .output()
        .expect("it ran");
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(!done.status.success(), "{said}");
    assert!(said.contains("is running with the store"), "{said}");
    assert!(said.contains("plimsoll stop hello-world"), "{said}");
    world.plimsoll(["env", LAB]).assert().success();
});
