//! Grading a stranger's script: right and wrong work, and scripts that mean harm.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use plimsoll_testkit::{Leftovers, World, everyone};
use serde_json::Value;

const HELLO: &str = "hello-world";
const NGINX: &str = "nginx-volumes";

/// What `plimsoll grade` said.
struct Graded {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Graded {
    fn record(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("{error}\n{}\n{}", self.out, self.err))
    }

    /// The script came to its end, and nothing that it tried was possible.
    fn held(&self) {
        assert_eq!(self.code, Some(1), "{}\n{}", self.out, self.err);
        assert!(!self.out.contains("BREACH"), "{}", self.out);
        assert!(self.out.contains("  | end\n"), "{}", self.out);
    }
}

fn run(world: &World, words: &[&str]) -> Graded {
    let child = world
        .command(world.binary())
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let place = PathBuf::from(format!("/tmp/plimsoll-grading-{}-0", child.id()));
    let output = child.wait_with_output().expect("it ends");
    assert!(!place.exists(), "{} is left", place.display());
    let left = Leftovers::of(&place);
    assert!(left.is_empty(), "{left:?}");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Graded {
        code: output.status.code(),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

fn grade(world: &World, lab: &str, script: &str, more: &[&str]) -> Graded {
    let path = world.write("home/solution.sh", script);
    let path = path.to_str().expect("a plain path");
    let words = [&["grade", lab, "--script", path], more].concat();
    run(world, &words)
}

/// An attempt of the course as a stranger would hand it in: the answers that its
/// header gives are given by commands.
fn attempt(lab: &str, name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("labs/{lab}/attempts/{name}"));
    let script = std::fs::read_to_string(path).expect("an attempt");
    let answers: String = script
        .lines()
        .filter_map(|line| line.strip_prefix("# answer: ")?.split_once('='))
        .map(|(question, value)| format!("plimsoll answer {lab} {question} '{value}'\n"))
        .collect();
    answers + &script
}

everyone!(reference_solutions_pass, |world| {
    for (lab, name) in [
        (HELLO, "right/01-as-the-course-prints-it.sh"),
        (NGINX, "right/01-as-the-course-prints-it.sh"),
    ] {
        let graded = grade(world, lab, &attempt(lab, name), &["--format", "json"]);
        assert_eq!(graded.code, Some(0), "{}\n{}", graded.out, graded.err);
        let record = graded.record();
        assert_eq!(record["schema"], "plimsoll/result/v1");
        assert_eq!(record["verdict"], "pass");
        assert_eq!(record["score"], record["max_score"]);
        assert_eq!(record["cause"], Value::Null);
        let head = record["journal_head"].as_str().expect("a journal's head");
        assert_eq!(head.len(), 64, "{head}");
    }
});

everyone!(wrong_work_fails_and_is_told, |world| {
    let graded = grade(world, NGINX, &attempt(NGINX, "wrong/no-port.sh"), &[]);
    assert_eq!(graded.code, Some(1), "{}\n{}", graded.out, graded.err);
    assert!(
        graded.out.contains("hint: ") && graded.out.contains("ended with code"),
        "{}",
        graded.out
    );
    let nothing = grade(world, HELLO, "true\n", &["--lang", "fr"]);
    assert_eq!(nothing.code, Some(1));
    assert!(
        nothing
            .out
            .ends_with("Le script s'est terminé avec le code 0 sans rien afficher.\n"),
        "{}",
        nothing.out
    );
});

everyone!(what_cannot_be_graded_is_usage, |world| {
    let script = world.write("home/ok.sh", "true\n");
    let script = script.to_str().expect("a plain path");
    let absent = world.path("home/absent");
    let absent = absent.to_str().expect("a plain path");
    let folder = world.path("home");
    let folder = folder.to_str().expect("a plain path");
    let cases: &[(&[&str], &str)] = &[
        (&["grade", HELLO, "--script", absent], "No such file"),
        (&["grade", HELLO, "--script", folder], "not a plain file"),
        (
            &["grade", HELLO, "--script", "/dev/zero"],
            "not a plain file",
        ),
        (
            &["grade", "hello-wold", "--script", script],
            "did you mean `hello-world`?",
        ),
        (
            &["grade", HELLO, "--script", script, "--files", absent],
            "is not a folder",
        ),
        (
            &["grade", HELLO, "--script", script, "--timeout", "0"],
            "from 1 to 86400",
        ),
        (&["grade", HELLO], "--script"),
    ];
    for (words, told) in cases {
        let graded = run(world, words);
        assert_eq!(graded.code, Some(2), "{words:?}: {}", graded.err);
        assert!(graded.err.contains(told), "{words:?}: {}", graded.err);
        assert_eq!(graded.out, "", "{words:?}");
    }
});

everyone!(files_come_along_and_links_do_not, |world| {
    let canary = world.write("home/canary", "the canary sings\n");
    world.write("home/handed/site/page.html", "handed in\n");
    world.write("home/handed/index.txt", "plain\n");
    let links = [("link", canary.as_path()), ("folder", Path::new("/etc"))];
    for (name, target) in links {
        let link = world.path("home/handed").join(name);
        std::os::unix::fs::symlink(target, link).expect("a link");
    }
    let script = "cat site/page.html index.txt; ls\n\
                  test -e link -o -L link -o -e folder -o -L folder && echo BREACH\n\
                  echo end\n";
    let files = world.path("home/handed");
    let files = files.to_str().expect("a plain path");
    let graded = grade(world, NGINX, script, &["--files", files]);
    graded.held();
    for line in ["handed in", "plain", "html", "solution.sh"] {
        assert!(
            graded.out.contains(&format!("  | {line}\n")),
            "{}",
            graded.out
        );
    }
});

everyone!(a_limit_scores_nothing, |world| {
    let reference = attempt(HELLO, "right/01-as-the-course-prints-it.sh");
    let hogs = "for i in 1 2 3 4; do tail /dev/zero & done; wait";
    // Processes of their own: one alone ends at its address space's limit, which
    // is a program's failure and not yet the submission's.
    let contained = "docker run --rm base sh -c 'for i in 1 2 3 4 5 6 7 8; do sh -c \"x=\\$(yes)\" & done; wait'";
    let cases = [
        ("sleep 1000", "The script did not end within 2 s."),
        ("yes", "The script printed more than 8 MB."),
        (hogs, "The submission used more than 2048 MB of memory."),
        (
            contained,
            "The submission used more than 2048 MB of memory.",
        ),
        (
            "cat /dev/zero >/tmp/a; cat /dev/zero >/var/tmp/b",
            "The submission wrote more than 1024 MB or 200000 files.",
        ),
    ];
    for (end, told) in cases {
        // 2 s are for the one that waits; filling memory or disk takes its time.
        let timeout = if end.starts_with("sleep") { "2" } else { "60" };
        let script = format!("{reference}{end}\n");
        let more = ["--timeout", timeout, "--format", "json"];
        let graded = grade(world, HELLO, &script, &more);
        assert_eq!(
            graded.code,
            Some(1),
            "{end}: {}\n{}",
            graded.out,
            graded.err
        );
        let record = graded.record();
        assert_eq!(record["score"], 0, "{end}");
        assert_eq!(record["verdict"], "fail", "{end}");
        assert_eq!(record["cause"]["side"], "submission", "{end}");
        let message = record["cause"]["message"]["en"].as_str().expect("a cause");
        assert_eq!(
            message,
            format!("{told} It scores 0 and is marked for review.")
        );
    }
});

everyone!(a_fork_bomb_ends, |world| {
    for bomb in [
        ":(){ :|:& };:",
        "b(){ b|b; }; b 2>/dev/null",
        ":(){ :|:& };:\nwait",
        "docker run -d base sh -c 'b() { b & b; }; b'",
    ] {
        let graded = grade(world, HELLO, &format!("{bomb}\n"), &["--timeout", "3"]);
        assert_eq!(
            graded.code,
            Some(1),
            "{bomb}: {}\n{}",
            graded.out,
            graded.err
        );
    }
});

everyone!(a_bomb_that_waits_is_the_submission_s_doing, |world| {
    // Longer than the engine waits with its first work in a thread of its own.
    for bomb in [
        ":(){ :|:& };:; sleep 30",
        "for i in $(seq 3000); do sleep 30 & done; wait",
        "docker run base sh -c 'for i in $(seq 3000); do sleep 30 & done; wait'",
    ] {
        let more = ["--timeout", "60", "--format", "json"];
        let graded = grade(world, HELLO, &format!("{bomb}\n"), &more);
        assert_eq!(graded.code, Some(1), "{bomb}: {}", graded.err);
        let record = graded.record();
        assert_eq!(record["score"], 0, "{bomb}");
        assert_eq!(
            record["cause"]["message"]["en"],
            "The submission ran more than 512 processes. It scores 0 and is marked for review.",
            "{bomb}"
        );
    }
});

everyone!(a_daemon_does_not_outlive_its_script, |world| {
    let mark = format!("daemon-of-{}", world.path("home").display());
    let script = format!(
        "export MARK={mark}\n\
         setsid sleep infinity </dev/null >/dev/null 2>&1 &\n\
         (trap '' HUP TERM INT; setsid sh -c 'trap \"\" HUP TERM; while :; do sleep 60; done' &)\n\
         docker run -d --name web nginx >/dev/null\n\
         echo end\n"
    );
    let graded = grade(world, HELLO, &script, &[]);
    graded.held();
    let left = Leftovers::of(Path::new(&mark));
    assert!(left.is_empty(), "{left:?}");
});

/// Prints BREACH when `command` works.
fn must_fail(commands: &[&str]) -> String {
    let try_one =
        |command: &&str| format!("( {command} ) >/dev/null 2>&1 && echo 'BREACH: {command}'\n");
    commands.iter().map(try_one).collect::<String>() + "echo end\n"
}

everyone!(nothing_of_the_machine_is_read_or_written, |world| {
    let canary = world.write("home/canary", "the canary sings\n");
    let canary = canary.to_str().expect("a plain path");
    let home = world.path("home");
    let home = home.to_str().expect("a plain path");
    let read = [
        format!("cat {canary}"),
        format!("ls {home}"),
        format!("docker run --rm -v {home}:/x base cat /x/canary"),
        format!("docker run --rm -v /:/x base cat /x{canary}"),
        format!("docker run --rm -v {canary}:/x base grep canary /x"),
        format!("cat /proc/1/root{canary}"),
    ];
    let read: Vec<&str> = read.iter().map(String::as_str).collect();
    let fixed = [
        "cat /etc/shadow",
        "cat /etc/machine-id",
        "ls /root/.[a-z]*",
        "ls /var/log",
        "ls /mnt/* /srv/* /media /boot",
        "touch /usr/x",
        "touch /etc/x",
        "touch /x",
        "touch /opt/plimsoll/bin/x",
        "rm /opt/plimsoll/submission",
        "echo x >/opt/plimsoll/bin/plimsoll",
        "echo x >/proc/sys/kernel/core_pattern",
        "touch /run/plimsoll/x",
        "unshare -r true",
        "unshare -m true",
        "mount -t tmpfs none /tmp",
        "sudo mount -t tmpfs none /mnt",
        "test $(ls /home | wc -l) -ne 1",
        "test $(ls -d /proc/[0-9]* | wc -l) -gt 20",
    ];
    grade(
        world,
        HELLO,
        &must_fail(&[&read[..], &fixed[..]].concat()),
        &[],
    )
    .held();
});

everyone!(no_way_into_the_engine, |world| {
    let commands = [
        "head -c 1 /proc/1/mem",
        "cat /proc/1/environ | grep .",
        "ls /proc/1/root/",
        "ls /proc/1/fd/",
        "kill -0 $PPID && kill -9 $PPID && false",
        "ls /var/lib/plimsoll/labs",
        "docker run --rm -v /var/lib/plimsoll:/x base sh -c 'ls /x/labs'",
        "docker run --rm -v /var/lib:/x base sh -c 'ls /x/plimsoll/labs'",
        "docker run --rm -v /:/x base sh -c 'ls /x/var/lib/plimsoll/labs'",
        "ln -s /var/lib/plimsoll here; docker run --rm -v $PWD/here:/x base ls /x/labs",
        "docker run --rm -v /proc:/x base ls /x/1/root/",
        "docker run --rm --privileged base true",
        "docker run --rm --pid host base true",
        "docker run --rm --ipc host base true",
        "docker run --rm --userns host base true",
        "docker run --rm --cap-add SYS_ADMIN base true",
        "docker run --rm --cap-add ALL base true",
        "docker run --rm --security-opt seccomp=unconfined base true",
        "docker run --rm --device /dev/null:/dev/x base true",
        "docker run -d --name c base sleep 100; docker exec --privileged c true",
        "curl -sf --unix-socket ${DOCKER_HOST#unix://} -X POST http://lab/plimsoll/v1/shutdown",
    ];
    grade(world, HELLO, &must_fail(&commands), &[]).held();
});

everyone!(the_raw_api_refuses_as_well, |world| {
    let script = r#"
        api() {
            curl -sS -o /dev/null -w '%{http_code}\n' --unix-socket "${DOCKER_HOST#unix://}" \
                -H 'Content-Type: application/json' -X POST "http://lab$1" -d "$2"
        }
        create() { api /containers/create "{\"Image\": \"base\", \"HostConfig\": $1}"; }
        docker pull -q base >/dev/null
        create '{"Privileged": true}'
        create '{"PidMode": "host"}'
        create '{"CapAdd": ["SYS_PTRACE"]}'
        api /plimsoll/v1/shutdown ''
        api '/plimsoll/v1/snapshots?name=a' ''
        api /plimsoll/v1/snapshots/a/restore ''
        create '{}'
        echo end
    "#;
    let graded = grade(world, HELLO, script, &[]);
    graded.held();
    let codes = ["403", "403", "403", "403", "403", "403", "201", "end"]
        .map(|code| format!("  | {code}\n"));
    assert!(graded.out.ends_with(&codes.concat()), "{}", graded.out);
});

everyone!(no_verdict_can_be_forged, |world| {
    let forged = r#"
        goals='"reached": ["pulled", "ran", "container", "ps-a"], "best_score": 10, "max_score": 10, "last_score": 10'
        mkdir -p ~/.local/share/plimsoll
        echo "{\"version\": 1, \"labs\": {\"hello-world\": {$goals, \"open\": []}}}" >~/.local/share/plimsoll/progress.json
        cp ~/.local/share/plimsoll/progress.json ~/plimsoll/
        find / -xdev -writable -type f 2>/dev/null | grep -v -e '^/proc' -e progress.json |
            while read -r file; do echo '{"kind": "forged"}' >>"$file"; done 2>/dev/null
        for name in journal.jsonl verdict.json result.json progress.json; do
            find / -name "$name" 2>/dev/null | grep -v /home/ | sed 's/^/BREACH: /'
        done
        for command in check hint demo grade; do
            env -u PLIMSOLL_SUBMISSION plimsoll $command hello-world --script x 2>/dev/null && echo BREACH
        done
        env -u PLIMSOLL_SUBMISSION plimsoll check hello-world 2>&1 | grep -q 'not available inside a submission' || echo BREACH
        echo end
    "#;
    let graded = grade(world, HELLO, forged, &[]);
    graded.held();
    assert!(graded.out.contains(" 0/10\n"), "{}", graded.out);
});

everyone!(answers_are_read_through_no_link, |world| {
    // A file that would be a right answer, reached by a link, and by a FIFO.
    for trick in [
        "ln -s /tmp/mine",
        "mkfifo",
        "mkdir",
        "ln -s /proc/self/environ",
    ] {
        let script = format!(
            "plimsoll answer hello-world ps-a all\n\
             cd ~/.local/share/plimsoll && mv progress.json /tmp/mine && {trick} progress.json\n\
             echo end\n"
        );
        let graded = grade(world, HELLO, &script, &[]);
        graded.held();
        assert!(graded.out.contains(" 0/10\n"), "{trick}: {}", graded.out);
    }
});

everyone!(output_cannot_command_the_terminal, |world| {
    let graded = grade(
        world,
        HELLO,
        "printf '\\033]0;x\\007\\233\\n'; echo end\n",
        &[],
    );
    graded.held();
    assert!(
        !graded.out.contains(['\u{1b}', '\u{7}']),
        "{:?}",
        graded.out
    );
});
