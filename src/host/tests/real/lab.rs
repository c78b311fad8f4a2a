//! Labs of the fixture's engine: born, shared, entered, killed, ended.

use std::fs;
use std::os::unix::net::UnixStream;
use std::process::Stdio;

use crate::stage::{Person, eventually, everyone};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

#[test]
fn a_lab_starts_and_is_found_again() {
    everyone(|stage| {
        let pid = stage.start();
        assert_eq!(stage.start(), pid);
        let map = fs::read_to_string(format!("/proc/{pid}/uid_map")).expect("alive");
        let lines = match stage.person() {
            Person::Root | Person::Mapped => 2,
            Person::Single => 1,
        };
        assert_eq!(map.lines().count(), lines, "{map}");
        assert_eq!(stage.out(&["stop", "hello-world"]), "InGoodOrder\n");
        assert_eq!(stage.out(&["stop", "hello-world"]), "NotRunning\n");
    });
}

#[test]
fn many_clients_get_one_engine() {
    everyone(|stage| {
        let clients: Vec<_> = (0..8)
            .map(|_| {
                stage
                    .fixture(&["start", "hello-world"])
                    .stdout(Stdio::piped())
                    .stderr(Stdio::piped())
                    .spawn()
                    .expect("a client")
            })
            .collect();
        let pids: Vec<String> = clients
            .into_iter()
            .map(|client| {
                let output = client.wait_with_output().expect("it ended");
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                assert!(output.status.success(), "{said}");
                String::from_utf8_lossy(&output.stdout).into_owned()
            })
            .collect();
        assert!(pids.iter().all(|pid| *pid == pids[0]), "{pids:?}");
    });
}

#[test]
fn a_killed_engine_is_followed_by_another_at_once() {
    everyone(|stage| {
        let first = stage.start();
        kill(Pid::from_raw(first), Signal::SIGKILL).expect("killed");
        // From here on it answers nobody, though its end may not be complete.
        let socket = stage.lab().socket();
        eventually("it refuses", || UnixStream::connect(&socket).is_err());
        let second = stage.start();
        assert_ne!(first, second);
        assert!(stage.in_lab("true").status.success());
    });
}

/// Whatever the moment, the next start gives a lab.
#[test]
fn a_start_that_is_killed_midway_is_started_over() {
    everyone(|stage| {
        let lab = stage.lab();
        let moments = [
            lab.start_lock(),
            lab.lock(),
            lab.engine_record(),
            lab.socket(),
        ];
        for moment in moments {
            stage.out(&["stop", "hello-world"]);
            for file in [lab.start_lock(), lab.lock()] {
                let _ = fs::remove_file(file);
            }
            let mut client = stage
                .fixture(&["start", "hello-world"])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("a client");
            eventually("the moment", || moment.exists());
            // Again and again: one of them may be forking just now.
            eventually("all of it is killed", || {
                let processes = stage.processes();
                for pid in &processes {
                    let _ = kill(Pid::from_raw(*pid), Signal::SIGKILL);
                }
                let _ = client.try_wait();
                // A dying process loses its environment before its sockets.
                processes.is_empty() && UnixStream::connect(lab.socket()).is_err()
            });
            let pid = stage.start();
            assert!(
                stage.in_lab("true").status.success(),
                "{}",
                moment.display()
            );
            assert!(stage.processes().contains(&pid), "{}", moment.display());
        }
    });
}

#[test]
fn a_lab_whose_socket_was_removed_is_told_and_can_be_stopped() {
    everyone(|stage| {
        stage.start();
        fs::remove_file(stage.lab().socket()).expect("removed");
        assert_eq!(stage.out(&["stop", "hello-world"]), "Killed\n");
    });
}

#[test]
fn the_shell_has_no_way_into_the_engine() {
    everyone(|stage| {
        let inside = stage.out(&[
            "enter",
            "hello-world",
            &stage.program().to_string_lossy(),
            "probe",
            "hello-world",
        ]);
        // To the machine's root that file is its own; it says nothing of memory.
        let of_root =
            |line: &str| stage.person() == Person::Root && line.starts_with("write oom_score_adj");
        for line in inside.lines().filter(|line| !of_root(line)) {
            assert!(line.ends_with(": denied"), "{:?}: {line}", stage.person());
        }
        assert!(inside.lines().count() > 10, "{inside}");
        let status = stage.in_lab("grep ^Cap /proc/self/status; ls /proc/self/fd");
        let status = String::from_utf8_lossy(&status.stdout).into_owned();
        let sets = status.matches("0000000000000000").count();
        assert_eq!(sets, 5, "{status}");
        // The fourth is ls's own, of the folder.
        assert!(status.ends_with("0\n1\n2\n3\n"), "{status}");
    });
}

#[test]
fn codes_are_a_shells() {
    everyone(|stage| {
        let code = |words: &[&str]| {
            let words: Vec<&str> = ["enter", "hello-world"]
                .iter()
                .chain(words)
                .copied()
                .collect();
            stage.run(&words).status.code()
        };
        assert_eq!(code(&["/bin/sh", "-c", "exit 7"]), Some(7));
        assert_eq!(code(&["/bin/sh", "-c", "kill -TERM $$"]), Some(143));
        assert_eq!(code(&["no-such-program"]), Some(127));
        assert_eq!(code(&["/etc/passwd"]), Some(126));
    });
}

#[test]
fn the_lab_is_a_host_of_its_own() {
    everyone(|stage| {
        let script = "hostname; pwd; echo $PLIMSOLL_LAB; echo $DOCKER_HOST; command -v docker; \
                      tail -n +3 /proc/net/dev | grep -c :; cat /etc/hosts; ls -d /proc/[0-9]* | wc -l";
        let output = stage.in_lab(script);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let lab = stage.lab();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "hello-world");
        assert_eq!(lines[1], lab.work().to_string_lossy());
        assert_eq!(lines[2], "hello-world");
        assert_eq!(lines[3], lab.docker_host());
        assert_eq!(lines[4], lab.commands().join("docker").to_string_lossy());
        assert_eq!(lines[5], "1", "lo alone: {text}");
        assert!(text.contains("127.0.1.1\thello-world"), "{text}");
        let processes: u32 = lines
            .last()
            .and_then(|count| count.parse().ok())
            .expect("a count");
        assert!(processes < 8, "the host's processes are seen: {text}");
    });
}

#[test]
fn another_lab_is_not_started_from_within() {
    everyone(|stage| {
        let program = stage.program();
        let output = stage.in_lab(&format!("{} start other", program.display()));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(said.contains("this is the lab hello-world"), "{said}");
        // The lab itself is found from within, and its shell needs no joining.
        let output = stage.in_lab(&format!("{} enter hello-world id -u", program.display()));
        let uid = format!("{}\n", stage.uid());
        assert_eq!(String::from_utf8_lossy(&output.stdout), uid);
    });
}

#[test]
fn a_visit_ends_with_its_lab() {
    everyone(|stage| {
        stage.start();
        let mut visit = stage
            .fixture(&[
                "enter",
                "hello-world",
                "/bin/sh",
                "-c",
                "echo in; exec sleep 1000",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a visit");
        let mut first = [0; 3];
        let stdout = visit.stdout.as_mut().expect("piped");
        std::io::Read::read_exact(stdout, &mut first).expect("it is in");
        stage.out(&["stop", "hello-world"]);
        let output = visit.wait_with_output().expect("it ended");
        assert_eq!(output.status.code(), Some(3));
        assert_eq!(String::from_utf8_lossy(&output.stderr), "the lab ended\n");
    });
}

#[test]
fn a_terminal_of_the_labs_own() {
    everyone(|stage| {
        let line = format!("{} enter hello-world tty", stage.program().display());
        let mut script = stage.command("script", &["-qec", &line, "/dev/null"]);
        let Ok(output) = script.stdin(Stdio::null()).output() else {
            eprintln!("skipped: script(1) is not installed");
            return;
        };
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(text.contains("/dev/pts/"), "{text}");
        assert_eq!(output.status.code(), Some(0), "{text}");
    });
}

/// The learner's own start files count, wherever they lie; the prompt is ours.
#[test]
fn a_zsh_is_the_learners_own_with_the_labs_prompt() {
    if !std::path::Path::new("/usr/bin/zsh").exists() {
        eprintln!("skipped: zsh is not installed");
        return;
    }
    everyone(|stage| {
        stage.start();
        let file = |name: &str, text: &str| {
            let path = stage.at(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(&path, text).expect("written");
        };
        file("home/.zshenv", "ZDOTDIR=$HOME/zsh\n");
        file(
            "home/zsh/.zshrc",
            "PATH=/usr/bin:/bin; mine=yes\nprecmd() { PROMPT='theme> ' }\n",
        );
        let (master, terminal) = stage.terminal();
        let stream = || Stdio::from(terminal.try_clone().expect("a descriptor"));
        let mut visit = stage
            .fixture(&["enter", "hello-world"])
            .env("SHELL", "/usr/bin/zsh")
            .env("TERM", "dumb")
            .stdin(stream())
            .stdout(stream())
            .stderr(stream())
            .spawn()
            .expect("a visit");
        drop(terminal);
        let mut screen = fs::File::from(master);
        let mut seen = String::new();
        until(&mut screen, &mut seen, "lab$ ");
        let line = b"echo $mine $ZDOTDIR; whence -p docker; exit\n";
        std::io::Write::write_all(&mut screen, line).expect("typed");
        let docker = stage.lab().commands().join("docker");
        until(&mut screen, &mut seen, &docker.to_string_lossy());
        let own = format!("yes {}", stage.at("home/zsh").display());
        assert!(seen.contains(&own), "{seen}");
        assert!(!seen.contains("theme> "), "{seen}");
        assert_eq!(visit.wait().expect("it ends").code(), Some(0));
    });
}

fn until(screen: &mut fs::File, seen: &mut String, text: &str) {
    let mut bytes = [0; 1024];
    while !seen.contains(text) {
        let length = std::io::Read::read(screen, &mut bytes).unwrap_or(0);
        assert!(length > 0, "it ended before {text:?}: {seen}");
        seen.push_str(&String::from_utf8_lossy(&bytes[..length]));
    }
}

/// A visit from the terminal's session would get SIGHUP; this one has to see
/// that its terminal has gone.
#[test]
fn a_visit_ends_with_its_terminal() {
    everyone(|stage| {
        stage.start();
        let before = stage.processes().len();
        for script in ["echo in; exec cat", "echo in; while echo; do :; done"] {
            let (master, terminal) = stage.terminal();
            let stream = || Stdio::from(terminal.try_clone().expect("a descriptor"));
            let mut visit = stage
                .fixture(&["enter", "hello-world", "/bin/sh", "-c", script])
                .stdin(stream())
                .stdout(stream())
                .stderr(Stdio::null())
                .spawn()
                .expect("a visit");
            drop(terminal);
            let mut first = [0; 2];
            let mut screen = fs::File::from(master);
            std::io::Read::read_exact(&mut screen, &mut first).expect("it is in");
            assert_eq!(&first, b"in");
            drop(screen);
            let status = visit.wait().expect("it ends");
            assert_eq!(status.code(), Some(129), "{script}");
            eventually("the command ends too", || stage.processes().len() == before);
        }
    });
}

#[test]
fn a_planted_runtime_folder_is_refused() {
    everyone(|stage| {
        let environment = plimsoll_host::Environment {
            xdg_runtime_dir: None,
            ..stage.environment()
        };
        let places = plimsoll_host::Places::choose(&environment).expect("places");
        let elsewhere = stage.at("elsewhere");
        fs::create_dir(&elsewhere).expect("a folder");
        std::os::unix::fs::symlink(&elsewhere, places.runtime()).expect("planted");
        let output = stage
            .fixture(&["start", "hello-world"])
            .env_remove("XDG_RUNTIME_DIR")
            .output()
            .expect("it ran");
        fs::remove_file(places.runtime()).expect("removed");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(said.contains("it is a symbolic link"), "{said}");
    });
}

#[test]
fn a_clients_pipe_is_not_kept_open() {
    everyone(|stage| {
        // Would never come to its end if the engine held the pipe.
        let line = format!("{} start hello-world 9>&1 | cat", stage.program().display());
        let output = stage
            .command("/bin/sh", &["-c", &line])
            .output()
            .expect("it ran");
        assert!(output.status.success());
    });
}
