use crate::setting::{attachment, for_each_account, named};
use plimsoll_runtime::{Op, Part, Progress, Rootfs, plan};
use serde_json::{Value, json};

#[test]
fn a_container_has_everything_of_its_own() {
    for_each_account(|setting| {
        let mut request = setting.request(&["look"]);
        request.attachments.push(attachment(2));
        let outcome = setting.run(&request);
        let seen = outcome.seen();
        assert_eq!(outcome.exit(), 0);
        assert_eq!(seen["pid"], 1);
        assert_eq!((&seen["uid"], &seen["gid"]), (&json!(0), &json!(0)));
        assert_eq!(seen["session"], 1);
        assert_eq!(seen["hostname"], "box\n");
        assert_eq!(
            seen["root"],
            json!(["dev", "etc", "home", "prober", "proc", "sys", "tmp"])
        );
        for (kind, own) in seen["namespaces"].as_object().expect("namespaces") {
            let host = std::fs::read_link(format!("/proc/self/ns/{kind}")).expect("a link");
            assert_ne!(*own, json!(host), "{kind}");
        }
        let map = setting.account.container_map();
        let lines = seen["uid_map"].as_str().expect("a map").lines().count();
        assert_eq!(lines, map.len());
    });
}

#[test]
fn the_process_has_what_docker_gives_it() {
    for_each_account(|setting| {
        let seen = setting.run(&setting.request(&["look"])).seen();
        let status = &seen["status"];
        let docker = format!("{:016x}", plimsoll_runtime::CapabilitySet::DOCKER.bits());
        for set in ["CapBnd", "CapEff", "CapPrm"] {
            assert_eq!(status[set], docker, "{set}");
        }
        // CVE-2022-24769, CVE-2022-29162.
        assert_eq!(status["CapInh"], "0000000000000000");
        assert_eq!(status["CapAmb"], "0000000000000000");
        assert_eq!(status["Seccomp"], "2");
        assert_eq!(status["NoNewPrivs"], "0");
        // SIGPIPE is ignored by the prober itself; 32 and 33 are libc's own.
        let ignored = u64::from_str_radix(status["SigIgn"].as_str().expect("a mask"), 16);
        assert_eq!(ignored.expect("a number") & !0x1_8000_1000, 0);
        assert_eq!(status["SigBlk"], "0000000000000000");
        assert_eq!(seen["port_start"], "0\n");
        // 0, 1, 2 and the one that lists them (CVE-2024-21626).
        assert_eq!(seen["descriptors"], json!(["0", "1", "2", "3"]));
        assert_eq!(seen["env"]["HOME"], "/root");
    });
}

#[test]
fn mounts_and_devices_are_dockers() {
    for_each_account(|setting| {
        let seen = setting.run(&setting.request(&["look"])).seen();
        let devices = json!({
            "full": "1:7", "null": "1:3", "ptmx": "5:2", "random": "1:8", "stdin": "1:3",
            "tty": "5:0", "urandom": "1:9", "zero": "1:5",
        });
        assert_eq!(seen["devices"], devices);
        let mounts = &seen["mounts"];
        let starts = |place: &str, words: &str| {
            let found = mounts[place].as_str().unwrap_or("nothing");
            assert!(found.starts_with(words), "{place}: {found}");
        };
        starts("/", "overlay rw");
        starts("/proc", "proc rw,nosuid,nodev,noexec");
        starts("/sys", "sysfs ro");
        starts("/dev", "tmpfs rw,nosuid");
        starts("/dev/pts", "devpts rw,nosuid,noexec");
        starts("/dev/mqueue", "mqueue");
        starts("/dev/shm", "tmpfs rw,nosuid,nodev,noexec");
        starts("/proc/sys", "proc ro");
        starts("/proc/keys", "devtmpfs");
        starts("/sys/firmware", "tmpfs ro");
        // CVE-2023-25809: where there is a cgroup mount it is read-only.
        if let Some(found) = mounts["/sys/fs/cgroup"].as_str() {
            assert!(found.starts_with("cgroup2 ro"), "{found}");
        }
    });
}

#[test]
fn the_network_is_on_the_bridge() {
    for_each_account(|setting| {
        let mut request = setting.request(&["look"]);
        let without = setting.run(&request).seen();
        assert!(
            !without["network"]
                .as_str()
                .expect("a table")
                .contains("eth0")
        );
        request.attachments.push(attachment(2));
        let with = setting.run(&request).seen();
        assert!(with["network"].as_str().expect("a table").contains("eth0"));
        // The default route to 172.17.0.1, as the kernel writes it.
        assert!(
            with["routes"]
                .as_str()
                .expect("a table")
                .contains("eth0\t00000000\t010011AC")
        );
    });
}

#[test]
fn exit_codes_come_back() {
    for_each_account(|setting| {
        assert_eq!(setting.run(&setting.request(&["exit", "42"])).exit(), 42);
    });
}

#[test]
fn users_come_from_the_image() {
    for_each_account(|setting| {
        let mut request = setting.request(&["look"]);
        named(&mut request.process, "www");
        let outcome = setting.run(&request);
        if setting.account.single() {
            assert_eq!(
                outcome.fault(),
                "user 33:33 is not available: this container has user 0 only \
                 (`plimsoll doctor` says how to have more)"
            );
            return;
        }
        let seen = outcome.seen();
        assert_eq!((&seen["uid"], &seen["gid"]), (&33.into(), &33.into()));
        assert_eq!(seen["groups"], json!([33, 50]));
        assert_eq!(seen["env"]["HOME"], "/srv");
        assert_eq!(seen["status"]["CapEff"], "0000000000000000");
        named(&mut request.process, "nosuch");
        assert_eq!(
            setting.run(&request).fault(),
            "unable to find user nosuch: no matching entries in passwd file"
        );
    });
}

#[test]
fn commands_that_cannot_run_are_explained() {
    for_each_account(|setting| {
        let mut request = setting.request(&[]);
        let mut fault = |command: &str| {
            request.process.args = vec![command.to_owned()];
            let outcome = setting.run(&request);
            (
                outcome.fault().to_owned(),
                outcome.0["fault_code"].as_u64().expect("a code"),
            )
        };
        let missing = "exec: \"foo\": executable file not found in $PATH".to_owned();
        assert_eq!(fault("foo"), (missing, 127));
        let denied = "exec: \"/etc/passwd\": permission denied".to_owned();
        assert_eq!(fault("/etc/passwd"), (denied, 126));
        std::fs::write(setting.path("lower/text"), "no program").expect("a file");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(setting.path("lower/text"), mode).expect("its mode");
        assert_eq!(
            fault("/text"),
            ("exec: \"/text\": exec format error".to_owned(), 126)
        );
    });
}

#[test]
fn an_added_process_is_in_the_same_world() {
    for_each_account(|setting| {
        let mut request = setting.request(&["wait"]);
        request.attachments.push(attachment(2));
        let mut look = setting.exec(&["look"]);
        look.process.cwd = "/etc".into();
        let mut missing = setting.exec(&[]);
        missing.process.args = vec!["foo".into()];
        let outcome = setting.run_with(&request, &[look, missing, setting.exec(&["exit", "7"])]);
        assert_eq!(outcome.exit(), 137);
        let seen = outcome.exec(0).seen();
        assert_eq!(seen["hostname"], "box\n");
        assert_eq!(seen["cwd"], "/etc");
        assert_ne!(seen["pid"], 1);
        assert_eq!(seen["uid"], 0);
        assert_eq!(seen["status"]["Seccomp"], "2");
        assert_eq!(seen["status"]["CapInh"], "0000000000000000");
        assert_eq!(seen["descriptors"], json!(["0", "1", "2", "3"]));
        assert!(seen["network"].as_str().expect("a table").contains("eth0"));
        let fault = "exec: \"foo\": executable file not found in $PATH";
        assert_eq!(outcome.exec(1).fault(), fault);
        assert_eq!(outcome.exec(2).exit(), 7);
    });
}

#[test]
fn a_terminal_is_a_terminal() {
    for_each_account(|setting| {
        let mut request = setting.request(&["look"]);
        request.process.terminal = true;
        request.process.console_size = Some((40, 120));
        let outcome = setting.run(&request);
        let seen: Value = serde_json::from_str(outcome.output().trim()).expect("JSON");
        assert_eq!(
            seen["terminal"],
            json!({ "name": "/dev/pts/0", "rows": 40, "columns": 120 })
        );
        assert_eq!(seen["devices"]["console"], "136:0");
        let mut wait = setting.request(&["wait"]);
        wait.process.terminal = true;
        let mut look = setting.exec(&["look"]);
        look.process.terminal = true;
        let added = setting.run_with(&wait, &[look]).exec(0);
        let seen: Value = serde_json::from_str(added.output().trim()).expect("JSON");
        assert_eq!(seen["terminal"]["name"], "/dev/pts/1");
    });
}

/// More layers than their names fit into one value of fsconfig(2).
#[test]
fn an_image_may_have_many_layers() {
    for_each_account(|setting| {
        let mut request = setting.request(&["look"]);
        let Rootfs::Overlay { lower, .. } = &mut request.rootfs else {
            panic!("an overlay");
        };
        for number in 0..60 {
            let layer = setting.path(&format!("layer-{number}"));
            std::fs::create_dir_all(layer.join(format!("from-{number}"))).expect("a layer");
            lower.insert(0, layer);
        }
        setting.own();
        let outcome = setting.run(&request);
        assert_eq!(outcome.exit(), 0, "{}", outcome.output());
        let names = outcome.seen()["root"].clone();
        let names = names.as_array().expect("names");
        let from = names
            .iter()
            .filter_map(Value::as_str)
            .filter(|name| name.starts_with("from-"));
        assert_eq!(from.count(), 60);
    });
}

#[test]
fn read_only_is_read_only() {
    for_each_account(|setting| {
        let mut request = setting.request(&["write", "/tmp/x", "text"]);
        assert_eq!(setting.run(&request).exit(), 0);
        assert_eq!(
            std::fs::read_to_string(setting.path("upper/tmp/x")).expect("written through"),
            "text"
        );
        request.read_only = true;
        let outcome = setting.run(&request);
        assert!(
            outcome.output().contains("Read-only file system"),
            "{}",
            outcome.output()
        );
    });
}

#[test]
fn a_missing_working_directory_is_made_or_refused() {
    for_each_account(|setting| {
        let mut request = setting.request(&["look"]);
        request.process.cwd = "/srv/app".into();
        let words = "chdir to cwd (\"/srv/app\") set in config.json failed";
        assert!(setting.run(&request).fault().starts_with(words));
        request.process.create_cwd = true;
        assert_eq!(setting.run(&request).seen()["cwd"], "/srv/app");
    });
}

#[test]
fn the_hosts_namespaces_can_be_shared() {
    use plimsoll_runtime::{Namespace, NamespaceSource};
    for_each_account(|setting| {
        let mut request = setting.request(&["look"]);
        for kind in [Namespace::Pid, Namespace::Ipc, Namespace::Uts] {
            request.namespaces.insert(kind, NamespaceSource::Host);
        }
        request.hostname = None;
        let seen = setting.run(&request).seen();
        assert_ne!(seen["pid"], 1);
        assert_eq!(seen["port_start"], "0\n");
        let mut request = setting.request(&["look"]);
        request
            .namespaces
            .insert(Namespace::Network, NamespaceSource::Host);
        request.sysctls.clear();
        let seen = setting.run(&request).seen();
        assert!(
            seen["network"]
                .as_str()
                .expect("a table")
                .contains("docker0")
        );
        assert!(
            seen["mounts"]["/sys"]
                .as_str()
                .expect("a mount")
                .starts_with("sysfs ro")
        );
    });
}

/// What was begun, by parts.
fn begun(progress: &Progress) -> Vec<Part> {
    let begun = |part: &Part| progress.times.of(*part).is_some();
    Part::ALL.into_iter().filter(begun).collect()
}

#[test]
fn every_part_of_a_plan_is_timed() {
    for_each_account(|setting| {
        let mut request = setting.request(&["wait"]);
        request.attachments.push(attachment(2));
        let outcome = setting.run_with(&request, &[setting.exec(&["exit", "0"])]);
        let progress = outcome.progress();
        assert_eq!(begun(&progress), Part::ALL);
        let sum: u128 = Part::ALL
            .into_iter()
            .filter_map(|part| progress.times.of(part))
            .map(|took| took.as_micros())
            .sum();
        let all = outcome.0["micros"].as_u64().expect("a measurement");
        assert!(sum <= all.into(), "{sum} of {all}");
        let added = outcome.exec(0).progress();
        assert_eq!(begun(&added), [Part::Clone, Part::Limits, Part::Exec]);
    });
}

#[test]
fn a_plan_that_fails_says_where() {
    for_each_account(|setting| {
        let failed = |request: &plimsoll_runtime::Request| {
            let progress = setting.run(request).progress();
            let op = plan(request).ops[progress.failed.expect("an operation")].clone();
            (begun(&progress), op)
        };
        let mut request = setting.request(&[]);
        request.process.args = vec!["foo".into()];
        let (parts, op) = failed(&request);
        assert_eq!(parts, Part::ALL, "all was there but the program");
        assert!(matches!(op, Op::FindCommand(_)), "{op}");
        let mut request = setting.request(&["look"]);
        request.attachments.push(plimsoll_runtime::Attachment {
            bridge: "nosuch".into(),
            ..attachment(2)
        });
        let (parts, op) = failed(&request);
        assert!(!parts.contains(&Part::Exec), "{parts:?}");
        assert!(matches!(op, Op::Connect(_)), "{op}");
        std::fs::write(setting.path("lower/text"), "no program").expect("a file");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(setting.path("lower/text"), mode).expect("its mode");
        let mut request = setting.request(&[]);
        request.process.args = vec!["/text".into()];
        let (_, op) = failed(&request);
        assert!(matches!(op, Op::Execute { .. }), "{op}");
    });
}
