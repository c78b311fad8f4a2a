//! Submissions that mean harm, against the fixture's engine in a real arena.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::stage::{Stage, eventually, everyone};

/// What the submission printed, and what the grader was told.
fn graded(stage: &Stage, script: &str, limits: &[(&str, &str)]) -> (String, String) {
    let mut grader = stage.fixture(&["grade", "hello-world", script]);
    let output = grader
        .envs(limits.iter().copied())
        .output()
        .expect("it ran");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{:?}: {told}", stage.person());
    eventually("nothing of it runs", || stage.processes().is_empty());
    (String::from_utf8_lossy(&output.stdout).into_owned(), told)
}

#[test]
fn a_submission_runs_and_is_graded() {
    everyone(|stage| {
        let (said, told) = graded(
            stage,
            "echo out; echo err >&2; cat html/index.html; exit 3",
            &[],
        );
        assert_eq!(said, "out\nerr\nmine\n");
        assert!(
            told.contains("code Some(3) limit None printed 13"),
            "{told}"
        );
        assert!(
            told.contains("engine true page Some(\"mine\\n\") limit None"),
            "{told}"
        );
    });
}

#[test]
fn what_a_submission_leaves_running_is_ended() {
    everyone(|stage| {
        // Its output stays open in the daemon: that must not keep the grader.
        let script = "setsid sh -c 'trap \"\" TERM HUP; while :; do sleep 1; done' & echo started";
        let (said, told) = graded(stage, script, &[]);
        assert_eq!(said, "started\n");
        assert!(told.contains("code Some(0) limit None"), "{told}");
    });
}

#[test]
fn nothing_of_the_machine_is_seen() {
    everyone(|stage| {
        let secret = stage.at("home/secret");
        std::fs::write(&secret, "teacher").expect("a secret");
        stage.own(&secret);
        let script = format!(
            "cat {} && echo LEAK; ls /root/.ssh /home/plimsoll-mapped 2>/dev/null && echo LEAK; \
             ls /var/lib/plimsoll && echo LEAK; cat /etc/shadow && echo LEAK; \
             touch /usr/x /etc/x /opt/x /x /run/plimsoll/x /sys/x && echo LEAK; \
             rm -f /opt/plimsoll/submission && echo LEAK; \
             echo 1 > /proc/sys/kernel/core_pattern && echo LEAK; \
             grep -c . /etc/passwd; ls /proc | grep -c '^[0-9]'",
            secret.display()
        );
        let (said, _) = graded(stage, &script, &[]);
        assert!(!said.contains("LEAK"), "{:?}: {said}", stage.person());
        assert!(!said.contains("teacher"), "{said}");
        // Three accounts; the script's own processes alone.
        assert!(said.lines().any(|line| line == "3"), "{said}");
    });
}

#[test]
fn no_way_into_the_engine() {
    everyone(|stage| {
        let (said, told) = graded(stage, "plimsoll probe hello-world", &[]);
        // Its PID 1 is not the engine, and that one is closed too.
        for line in said.lines() {
            let harmless = line.starts_with("write oom_score_adj");
            assert!(
                line.ends_with(": denied") || harmless,
                "{:?}: {line}",
                stage.person()
            );
        }
        assert!(said.lines().count() > 10, "{said}{told}");
        let script = "grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status; \
                      unshare -U true || echo no user namespace; tty";
        let (said, _) = graded(stage, script, &[]);
        assert_eq!(said.matches("0000000000000000").count(), 5, "{said}");
        assert!(said.contains("NoNewPrivs:\t1"), "{said}");
        assert!(said.contains("Seccomp:\t2"), "{said}");
        assert!(said.contains("no user namespace"), "{said}");
        assert!(said.contains("not a tty"), "{said}");
    });
}

#[test]
fn time_output_and_a_fork_bomb() {
    everyone(|stage| {
        let (_, told) = graded(stage, "sleep 1000", &[("TIME_MS", "200")]);
        assert!(told.contains("code None limit Some(Time)"), "{told}");
        assert!(told.contains("engine true"), "{told}");
        let (said, told) = graded(stage, "yes", &[]);
        assert!(told.contains("limit Some(Output) printed 65536"), "{told}");
        assert_eq!(said.len(), 65_536);
        let bomb = "bomb() { bomb | bomb & }; bomb; sleep 0.3; echo survived";
        let (_, told) = graded(stage, bomb, &[("TIME_MS", "3000")]);
        // Whoever sees it first holds it: the kernel, and the script ends by itself, or
        // the watchdog, and the lab ends.
        let held = told.contains("engine true") || told.contains("limit Some(Processes)");
        assert!(held, "{told}");
    });
}

#[test]
fn memory_of_the_whole_lab_is_held() {
    everyone(|stage| {
        // Many small ones: no process's own limit is reached.
        let script = "i=0; while [ $i -lt 40 ]; do i=$((i+1)); \
                      (x=$(head -c 30000000 /dev/zero | tr '\\0' a); sleep 100) & done; wait";
        let (_, told) = graded(stage, script, &[("MEMORY_MB", "300")]);
        assert!(told.contains("code None limit Some(Memory)"), "{told}");
    });
}

#[test]
fn the_disk_has_an_end() {
    everyone(|stage| {
        let (said, told) = graded(
            stage,
            "cat /dev/zero > /tmp/full; echo on",
            &[("DISK_MB", "16")],
        );
        assert_eq!(said, "cat: write error: No space left on device\non\n");
        assert!(told.contains("code Some(0) limit Some(Disk)"), "{told}");
    });
}

#[test]
fn who_ends_the_engine_ends_their_own_grade() {
    everyone(|stage| {
        let script = "curl -s -X POST --unix-socket ${DOCKER_HOST#unix://} \
                      http://lab/plimsoll/v1/shutdown; sleep 100";
        let (_, told) = graded(stage, script, &[]);
        assert!(told.contains("code None limit Some(Engine)"), "{told}");
        assert!(told.contains("engine false"), "{told}");
    });
}

#[test]
fn a_killed_grader_leaves_nothing() {
    everyone(|stage| {
        let mut grader = stage
            .fixture(&["grade", "hello-world", "ls -d /proc/1; sleep 1000"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a grader");
        let pid = grader.id();
        let mut line = String::new();
        let output = grader.stdout.take().expect("piped");
        BufReader::new(output)
            .read_line(&mut line)
            .expect("it runs");
        grader.kill().expect("killed");
        let _ = grader.wait();
        eventually("nothing of it runs", || stage.processes().is_empty());
        let place = format!("/tmp/plimsoll-grading-{pid}-0");
        eventually("its place is gone", || {
            !std::path::Path::new(&place).exists()
        });
    });
}
