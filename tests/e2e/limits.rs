//! What a container may use: in a cgroup where the machine gives one, by stand-ins
//! where it gives none. Each test says what holds in either case.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use plimsoll_api::client::{Client, Endpoint};
use plimsoll_testkit::{World, eventually, everyone};
use serde_json::Value;

const LAB: &str = "hello-world";

/// What a `docker` command did.
struct Done {
    code: Option<i32>,
    out: String,
    err: String,
}

fn docker(world: &World, arguments: &str) -> Done {
    run(world, &arguments.split_whitespace().collect::<Vec<_>>())
}

fn run(world: &World, arguments: &[&str]) -> Done {
    let done = world.docker(LAB, arguments).output().expect("it ran");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Done {
        code: done.status.code(),
        out: text(done.stdout),
        err: text(done.stderr),
    }
}

/// Standard output of a command that succeeds.
fn out(world: &World, arguments: &str) -> String {
    let done = docker(world, arguments);
    assert_eq!(done.code, Some(0), "docker {arguments}: {}", done.err);
    done.out.trim().to_owned()
}

/// What the lab is held by.
fn mode(world: &World) -> String {
    out(world, "pull -q base");
    client(world).lab().expect("a lab").cgroup
}

fn client(world: &World) -> Client {
    let socket = world.start(LAB);
    let endpoint = Endpoint::parse(&format!("unix://{}", socket.display())).expect("an endpoint");
    Client::new(endpoint)
}

/// A file of a container's cgroup, as the machine has it.
fn file(world: &World, container: &str, controller: &str, name: &str) -> String {
    let path = path(world, container, controller).join(name);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    text.trim().to_owned()
}

fn path(world: &World, container: &str, controller: &str) -> PathBuf {
    let id = out(world, &format!("inspect -f {{{{.Id}}}} {container}"));
    let record = fs::read(world.path(format!("data/labs/{LAB}/engine.json"))).expect("a record");
    let record: Value = serde_json::from_slice(&record).expect("JSON");
    let branches = record["cgroup"]["branches"].as_array().expect("branches");
    let has = |branch: &&Value| {
        let controllers = branch["controllers"].as_array().expect("controllers");
        controllers.iter().any(|one| one == controller)
    };
    let branch = branches.iter().find(has).expect("that controller");
    PathBuf::from(branch["path"].as_str().expect("a path")).join(id)
}

fn state(world: &World, container: &str) -> Value {
    let done = run(world, &["inspect", "-f", "{{json .State}}", container]);
    serde_json::from_str(&done.out).unwrap_or_else(|error| panic!("{error}: {}", done.err))
}

everyone!(memory_is_held_for_the_container_as_a_whole, |world| {
    let mode = mode(world);
    // As much again in a second process: neither by itself is beyond the limit.
    let hog = "dd if=/dev/zero of=/dev/null bs=30M count=1 & dd if=/dev/zero of=/dev/null bs=100M count=1; wait";
    let words = [
        "run",
        "--name",
        "hog",
        "--memory",
        "48m",
        "--memory-swap",
        "48m",
    ];
    let one = "dd if=/dev/zero of=/dev/null bs=100M count=1";
    let done = run(
        world,
        &[
            words.as_slice(),
            &["base", "sh", "-c", &format!("exec {one}")],
        ]
        .concat(),
    );
    let ended = state(world, "hog");
    if mode == "none" {
        assert_ne!(done.code, Some(0), "{}", done.err);
        assert!(
            done.err.contains("No cgroup is available here"),
            "{}",
            done.err
        );
        assert_eq!(ended["OOMKilled"], false);
        return;
    }
    assert_eq!(done.code, Some(137), "{}", done.err);
    assert!(!done.err.contains("cgroup"), "{}", done.err);
    assert_eq!(ended["OOMKilled"], true, "{ended}");
    assert_eq!(ended["ExitCode"], 137);
    let told = out(
        world,
        "events --since 1h --until 0s --filter event=oom --format {{.Action}}",
    );
    assert_eq!(told, "oom");
    // A process of it is ended, and the container goes on.
    let with = [
        "run",
        "--name",
        "two",
        "--memory",
        "48m",
        "--memory-swap",
        "48m",
        "base",
    ];
    let done = run(
        world,
        &[with.as_slice(), &["sh", "-c", &format!("{hog}; exit 3")]].concat(),
    );
    assert_eq!(done.code, Some(3), "{}", done.err);
    assert_eq!(state(world, "two")["OOMKilled"], true);
    // The next run begins anew.
    out(world, "run --name calm --memory 48m base true");
    assert_eq!(state(world, "calm")["OOMKilled"], false);
});

everyone!(the_number_of_processes_is_held, |world| {
    let mode = mode(world);
    let bomb = "i=0; while [ $i -lt 30 ]; do sleep 1000 & i=$((i+1)); done; wait";
    run(
        world,
        &[
            "run",
            "-d",
            "--name",
            "bomb",
            "--pids-limit",
            "8",
            "base",
            "sh",
            "-c",
            bomb,
        ],
    );
    let stats = || {
        let client = client(world);
        let mut samples = client.container_stats("bomb", false).expect("stats");
        samples.next().expect("a sample").expect("one")
    };
    if mode != "none" {
        assert_eq!(stats().pids_stats.limit, 8);
        assert_eq!(file(world, "bomb", "pids", "pids.max"), "8");
    }
    // It ends where it can make no more, or stays below.
    assert!(stats().pids_stats.current <= 8);
    out(world, "rm -f bomb");
});

everyone!(processor_time_is_held, |world| {
    let mode = mode(world);
    let done = docker(
        world,
        "run -d --name slow --cpus 0.5 --cpu-shares 512 base sleep 1000",
    );
    assert_eq!(done.code, Some(0), "{}", done.err);
    match mode.as_str() {
        "none" => {
            assert!(
                done.err.contains("the CPU limit is discarded"),
                "{}",
                done.err
            );
            assert!(done.err.contains("Shares discarded."), "{}", done.err);
            assert_eq!(out(world, "inspect -f {{.HostConfig.CpuShares}} slow"), "0");
        }
        "v1" => {
            assert_eq!(file(world, "slow", "cpu", "cpu.cfs_quota_us"), "50000");
            assert_eq!(file(world, "slow", "cpu", "cpu.shares"), "512");
        }
        _ => {
            assert_eq!(file(world, "slow", "cpu", "cpu.max"), "50000 100000");
            assert_eq!(file(world, "slow", "cpu", "cpu.weight"), "20");
        }
    }
    out(world, "rm -f slow");
});

everyone!(limits_change_while_a_container_runs, |world| {
    let mode = mode(world);
    // Without a limit at first: with cgroup v1 it has no cgroup then.
    out(world, "run -d --name live base sleep 1000");
    let done = docker(
        world,
        "update --memory 64m --memory-swap 64m --pids-limit 20 live",
    );
    assert_eq!(done.code, Some(0), "{}", done.err);
    if mode == "none" {
        assert!(
            done.out.contains("take effect at its next start"),
            "{}",
            done.out
        );
        return;
    }
    assert_eq!((done.out.trim(), done.err.as_str()), ("live", ""));
    let limit = match mode.as_str() {
        "v1" => "memory.limit_in_bytes",
        _ => "memory.max",
    };
    assert_eq!(file(world, "live", "memory", limit), "67108864");
    assert_eq!(file(world, "live", "pids", "pids.max"), "20");
    // Above what memory and swap together were: in the order that the kernel takes.
    out(world, "update --memory 128m --memory-swap 128m live");
    assert_eq!(file(world, "live", "memory", limit), "134217728");
    let init = out(world, "inspect -f {{.State.Pid}} live");
    assert_ne!(init, "0");
    // Who is added is counted too.
    out(world, "exec -d live sleep 1000");
    eventually(
        "both are counted",
        std::time::Duration::from_secs(10),
        || (file(world, "live", "pids", "pids.current") == "2").then_some(()),
    );
    let stats = out(world, "stats --no-stream --format {{.MemUsage}} live");
    assert!(stats.ends_with("/ 128MiB"), "{stats}");
    let refused = docker(world, "update --memory 200m live");
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.err.contains("already set memoryswap limit"),
        "{}",
        refused.err
    );
    let before = path(world, "live", "memory");
    out(world, "rm -f live");
    assert!(!before.exists(), "its cgroup goes with it");
});

everyone!(a_pause_does_not_keep_a_stop_from_its_end, |world| {
    let stubborn = "trap 'echo got' TERM; echo up; while :; do sleep 0.1; done";
    run(
        world,
        &["run", "-d", "--name", "dd", "base", "sh", "-c", stubborn],
    );
    let prints = |word: &str| {
        let said = || out(world, "logs dd").contains(word).then_some(());
        eventually(word, Duration::from_secs(60), said);
    };
    prints("up");
    std::thread::scope(|scope| {
        let stop = scope.spawn(|| docker(world, "stop -t 1 dd"));
        prints("got");
        // It may be too late for it.
        let _ = docker(world, "pause dd");
        let stopped = stop.join().expect("it ended");
        assert_eq!(stopped.code, Some(0), "{}", stopped.err);
    });
    assert_eq!(state(world, "dd")["ExitCode"], 137);
    out(world, "rm dd");
    // The same while processes are slow to stand still.
    let busy = "for i in 1 2 3 4; do while :; do :; done & done; wait";
    for _ in 0..3 {
        let slow = [
            "run", "-d", "--name", "slow", "--cpus", "0.01", "base", "sh", "-c", busy,
        ];
        run(world, &slow);
        std::thread::scope(|scope| {
            let pause = scope.spawn(|| docker(world, "pause slow"));
            out(world, "kill slow");
            out(world, "wait slow");
            pause.join().expect("it ended");
        });
        out(world, "rm slow");
    }
});

everyone!(a_paused_container_stands_still_and_can_be_ended, |world| {
    let mode = mode(world);
    let busy = [
        "run",
        "-d",
        "--name",
        "busy",
        "base",
        "sh",
        "-c",
        "trap 'exit 7' TERM; while :; do :; done",
    ];
    let start = || {
        let done = run(world, &busy);
        assert_eq!(done.code, Some(0), "{}", done.err);
        out(world, "pause busy");
        assert_eq!(state(world, "busy")["Status"], "paused");
    };
    start();
    match mode.as_str() {
        "v1" => assert_eq!(file(world, "busy", "freezer", "freezer.state"), "FROZEN"),
        "v2" => assert!(file(world, "busy", "freezer", "cgroup.events").contains("frozen 1")),
        _ => {
            let top = out(world, "inspect -f {{.State.Pid}} busy");
            let script = format!("cut -d' ' -f3 /proc/{top}/stat");
            let stat = world.shell(LAB, &script).output().expect("it ran").stdout;
            assert_eq!(String::from_utf8_lossy(&stat).trim(), "T");
        }
    }
    let refused = docker(world, "exec busy true");
    assert!(
        refused.err.contains("unpause the container"),
        "{}",
        refused.err
    );
    out(world, "unpause busy");
    out(world, "exec busy true");
    out(world, "pause busy");
    // What stands still takes the signal when it goes on.
    out(world, "stop busy");
    assert_eq!(state(world, "busy")["ExitCode"], 7);
    out(world, "start busy");
    out(world, "pause busy");
    out(world, "restart -t 5 busy");
    assert_eq!(state(world, "busy")["Status"], "running");
    out(world, "pause busy");
    out(world, "kill busy");
    out(world, "wait busy");
    assert_eq!(state(world, "busy")["ExitCode"], 137);
    out(world, "rm busy");
    start();
    out(world, "rm -f busy");
});

everyone!(
    what_a_container_leaves_in_the_labs_own_namespace_ends,
    |world| {
        if mode(world) == "none" {
            return;
        }
        // Its processes are none of a PID namespace that ends with the first.
        let two = "sleep 4711 & exec sleep 4712";
        let words = [
            "run", "-d", "--name", "two", "--pid", "host", "--memory", "64m",
        ];
        let done = run(world, &[&words[..], &["base", "sh", "-c", two]].concat());
        assert_eq!(done.code, Some(0), "{}", done.err);
        let all = "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '";
        let there = |world: &World| {
            let seen = world.shell(LAB, all).output().expect("it ran").stdout;
            String::from_utf8_lossy(&seen).contains("sleep 4711")
        };
        eventually("both run", std::time::Duration::from_secs(10), || {
            there(world).then_some(())
        });
        let top = out(world, "top two -o args");
        assert!(
            top.contains("sleep 4711") && top.contains("sleep 4712"),
            "{top}"
        );
        out(world, "rm -f two");
        assert!(!there(world));
    }
);

everyone!(a_killed_engine_leaves_no_frozen_process, |world| {
    mode(world);
    out(world, "run -d --name held --memory 64m base sleep 1000");
    out(world, "pause held");
    let kill = || {
        let pid = client(world).lab().expect("a lab").pid;
        let killed = world
            .command("kill")
            .args(["-9", &pid.to_string()])
            .status();
        assert!(killed.expect("it ran").success());
    };
    kill();
    // The next engine waits for its end, and removes what is left.
    assert_eq!(out(world, "inspect -f {{.State.ExitCode}} held"), "137");
    out(world, "start held");
    out(world, "pause held");
    kill();
    world.plimsoll(["stop", LAB]).assert().success();
});

everyone!(a_container_cannot_change_its_cgroup, |world| {
    let mode = mode(world);
    let try_all = "
        cat /proc/self/cgroup
        for file in /sys/fs/cgroup/cgroup.procs /sys/fs/cgroup/*/cgroup.procs \\
                    /sys/fs/cgroup/memory.max /sys/fs/cgroup/release_agent \\
                    /sys/fs/cgroup/*/release_agent; do
            [ -e $file ] && echo 1 2>/dev/null >$file && echo WRITTEN $file
        done
        mkdir /sys/fs/cgroup/mine 2>/dev/null && echo MADE
        true";
    let done = run(
        world,
        &[
            "run", "--rm", "--memory", "64m", "base", "sh", "-c", try_all,
        ],
    );
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert!(
        !done.out.contains("WRITTEN") && !done.out.contains("MADE"),
        "{}",
        done.out
    );
    if mode != "none" {
        // Its own cgroup is where its view begins.
        let memory = done
            .out
            .lines()
            .find(|line| line.contains(":memory:") || line.starts_with("0::"));
        assert!(
            memory.is_some_and(|line| line.ends_with(":/")),
            "{}",
            done.out
        );
    }
    // CVE-2022-0492, CVE-2023-25809: nor the host's tree, with all capabilities.
    let script = "for file in /cg/release_agent /cg/*/release_agent; do
            [ -e $file ] && echo /x 2>/dev/null >$file && echo WRITTEN $file
        done
        true";
    let host = [
        "run",
        "--rm",
        "--privileged",
        "--volume",
        "/sys/fs/cgroup:/cg",
        "base",
    ];
    let done = run(world, &[host.as_slice(), &["sh", "-c", script]].concat());
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert_eq!(done.out, "");
});

everyone!(the_engine_says_what_it_can_hold, |world| {
    let mode = mode(world);
    let info = out(
        world,
        "info --format {{.CgroupDriver}},{{.CgroupVersion}},{{.MemoryLimit}}",
    );
    let warned = docker(world, "info")
        .err
        .contains("No memory limit support");
    match mode.as_str() {
        "none" => assert!(info.starts_with("none,") && info.ends_with(",false") && warned),
        "v1" => assert_eq!((info.as_str(), warned), ("cgroupfs,1,true", false)),
        _ => assert!(info.starts_with("cgroupfs,2,"), "{info}"),
    }
    // The plan says it before anything is done.
    let plan = out(
        world,
        "run --explain --memory 64m --memory-swap 64m base true",
    );
    let by_process = plan.contains("limit the address space");
    match mode.as_str() {
        "none" => assert!(!plan.contains("make cgroup"), "{plan}"),
        "v1" => assert!(
            plan.contains(": memory.limit_in_bytes 67108864") && !by_process,
            "{plan}"
        ),
        _ => assert!(plan.contains("; in cgroup /") && !by_process, "{plan}"),
    }
});

everyone!(a_lab_may_be_told_to_have_no_cgroup, |world| {
    let mut command = world.plimsoll(["env", LAB]);
    command.env("PLIMSOLL_CGROUP", "none").assert().success();
    assert_eq!(client(world).lab().expect("a lab").cgroup, "none");
    let done = docker(world, "run --rm --memory 64m base true");
    assert_eq!(done.code, Some(0));
    assert!(
        done.err.contains("No cgroup is available here"),
        "{}",
        done.err
    );
    let held = docker(world, "run -d --name held base sleep 1000");
    assert_eq!(held.code, Some(0));
    out(world, "pause held");
    out(world, "rm -f held");
});
