//! Looking around from inside a real container: what Docker promises there.

use plimsoll_testkit::{World, everyone};

const LAB: &str = "hello-world";

/// Standard output of a script in a fresh container of `base`.
fn inside(world: &World, options: &[&str], script: &str) -> String {
    let arguments = [&["run", "--rm"], options, &["base", "sh", "-c", script]].concat();
    let done = world.docker(LAB, arguments).output().expect("it ran");
    assert!(
        done.status.success(),
        "{script}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
    String::from_utf8_lossy(&done.stdout).into_owned()
}

everyone!(capabilities_and_filters_are_dockers, |world| {
    let status = inside(world, &[], "cat /proc/self/status");
    let field = |name: &str| {
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .expect("the field is there");
        line.trim().to_owned()
    };
    // The 14 of Docker's default profile; CVE-2022-24769: nothing inheritable.
    assert_eq!(field("CapEff:"), "00000000a80425fb");
    assert_eq!(field("CapPrm:"), "00000000a80425fb");
    assert_eq!(field("CapBnd:"), "00000000a80425fb");
    assert_eq!(field("CapInh:"), "0000000000000000");
    assert_eq!(field("CapAmb:"), "0000000000000000");
    assert_eq!(field("Seccomp:"), "2");
});

everyone!(processes_are_shared_with_one_container_alone, |world| {
    inside(world, &[], "true");
    for name in ["one", "other"] {
        let run = ["run", "-d", "--name", name, "base", "sleep", "1000"];
        world.docker(LAB, run).assert().success();
    }
    let seen = inside(
        world,
        &["--pid", "container:one"],
        "ls -d /proc/[0-9]*; cat /proc/1/comm; readlink /proc/self | wc -l; ps -o args; \
         cat /proc/1/root/etc/hostname 2>/dev/null; (echo 1 > /proc/sys/kernel/panic) 2>&1; \
         cat /proc/keys 2>&1 | wc -c",
    );
    assert_eq!(seen.matches("sleep 1000").count(), 1, "{seen}");
    let processes = seen.lines().filter(|line| line.starts_with("/proc/"));
    assert!(processes.count() <= 3, "{seen}");
    assert!(seen.contains("Read-only file system"), "{seen}");
    assert!(seen.ends_with("\n0\n"), "{seen}");
    // The lab's own are all there for --pid host, which the course shows.
    let all = inside(world, &["--pid", "host"], "ps -e -o args");
    assert_eq!(all.matches("sleep 1000").count(), 2, "{all}");
});

everyone!(an_ordinary_user_in_a_container_has_no_capability, |world| {
    if world.person() == plimsoll_testkit::Person::Single {
        plimsoll_testkit::skipped("a single-uid container has one user");
        return;
    }
    let said = inside(
        world,
        &["-u", "1000:1000"],
        "id -u; id -g; grep CapEff /proc/self/status",
    );
    assert_eq!(said, "1000\n1000\nCapEff:\t0000000000000000\n");
});

everyone!(the_container_is_alone, |world| {
    assert_eq!(
        inside(world, &[], "echo $$; hostname | wc -c")
            .lines()
            .next(),
        Some("1")
    );
    assert_eq!(
        inside(world, &["--hostname", "box"], "hostname; cat /etc/hostname"),
        "box\nbox\n"
    );
    // `ls` itself holds the directory it reads: 3.
    let listing = ["run", "--rm", "base", "ls", "/proc/self/fd"];
    let descriptors = world.docker(LAB, listing).output().expect("it ran");
    assert_eq!(String::from_utf8_lossy(&descriptors.stdout), "0\n1\n2\n3\n");
    assert_eq!(
        inside(world, &["--network", "none"], "ls /sys/class/net"),
        "lo\n"
    );
    let names = inside(world, &[], "ls /sys/class/net; cat /etc/hosts");
    assert!(names.starts_with("eth0\nlo\n"), "{names}");
    assert!(
        names.contains("127.0.0.1\tlocalhost") && names.contains("172.17.0."),
        "{names}"
    );
});

everyone!(kernel_files_are_masked_or_read_only, |world| {
    for path in [
        "/proc/kcore",
        "/proc/keys",
        "/proc/timer_list",
        "/proc/interrupts",
    ] {
        let script = format!("test ! -e {path} || wc -c < {path}");
        let said = inside(world, &[], &script);
        assert!(matches!(said.trim(), "" | "0"), "{path} shows {said}");
    }
    for path in ["/sys/firmware", "/proc/acpi", "/proc/scsi"] {
        assert_eq!(
            inside(world, &[], &format!("test ! -e {path} || ls {path}")),
            "",
            "{path}"
        );
    }
    for path in [
        "/proc/sys/kernel/hostname",
        "/proc/sysrq-trigger",
        "/proc/irq/default_smp_affinity",
        "/sys/kernel/uevent_seqnum",
    ] {
        let script = format!(
            "test -e {path} || exit 0; (echo x > {path}) 2>/dev/null && echo written || true"
        );
        assert_eq!(inside(world, &[], &script), "", "{path}");
    }
});

everyone!(no_new_namespace_from_inside, |world| {
    // CVE-2022-0492, CVE-2022-0185, CVE-2024-1086: their door is a user namespace.
    // Doctor tries one, and is the only program that is at hand in both places.
    let tried = |said: &str| {
        let line = said.lines().find(|line| line.contains("user namespaces"));
        line.unwrap_or_else(|| panic!("{said}")).to_owned()
    };
    let outside = world.plimsoll(["doctor"]).output().expect("it ran").stdout;
    let outside = tried(&String::from_utf8_lossy(&outside));
    assert!(outside.contains("allowed"), "{outside}");
    let binary = format!("{}:/plimsoll:ro", world.binary().display());
    let said = inside(world, &["-v", &binary], "LC_ALL=C /plimsoll doctor; true");
    let within = tried(&said);
    assert!(
        within.contains("denied: Operation not permitted"),
        "{within}"
    );
});

everyone!(a_working_directory_cannot_be_a_descriptor, |world| {
    // CVE-2024-21626.
    for number in 3..12 {
        let path = format!("/proc/self/fd/{number}");
        let done = world
            .docker(
                LAB,
                [
                    "run",
                    "--rm",
                    "-w",
                    path.as_str(),
                    "base",
                    "ls",
                    "../../../..",
                ],
            )
            .output()
            .expect("it ran");
        assert!(
            !done.status.success(),
            "{path}: {}",
            String::from_utf8_lossy(&done.stdout)
        );
    }
});

everyone!(the_engine_cannot_be_overwritten, |world| {
    // CVE-2019-5736: a program whose interpreter is the runtime itself.
    let script = "printf '#!/proc/self/exe\\n' > /trap && chmod +x /trap; \
        /trap >/dev/null 2>&1; for p in /proc/[0-9]*; do (echo x >> $p/exe) 2>/dev/null && echo written $p; done; true";
    let before = std::fs::read(world.binary()).expect("the binary");
    assert_eq!(inside(world, &[], script), "");
    assert!(
        std::fs::read(world.binary()).expect("the binary") == before,
        "the binary has changed"
    );
});

everyone!(even_privileged_stays_in_the_lab, |world| {
    let script = "cat /proc/1/comm; ls /proc/1/root/ >/dev/null 2>&1 && echo root; cat /proc/1/mem 2>/dev/null | head -c 1; true";
    let said = inside(world, &["--privileged", "--pid", "host"], script);
    assert_eq!(
        said.lines().count(),
        1,
        "the engine can be looked into: {said}"
    );
});

everyone!(the_shell_cannot_touch_the_engine, |world| {
    let script = "ls /proc/1/root/ >/dev/null 2>&1 && echo root; head -c 1 /proc/1/mem 2>/dev/null; \
        grep CapEff /proc/self/status; kill -9 1 2>/dev/null; true";
    let done = world.shell(LAB, script).output().expect("it ran");
    assert_eq!(
        String::from_utf8_lossy(&done.stdout),
        "CapEff:\t0000000000000000\n"
    );
    world.shell(LAB, "docker version").assert().success();
});

everyone!(an_init_collects_orphans_and_passes_signals_on, |world| {
    inside(world, &[], "true");
    let said = inside(
        world,
        &["--init"],
        "cat /proc/1/comm; test $$ != 1 && echo second; sh -c 'sleep 0.1 & true'; \
         while ps -e -o args | grep -v grep | grep -q 'sleep 0.1\\|defunct'; do :; done; echo gone; \
         (echo x > /sbin/docker-init) 2>&1 | grep -c 'Read-only\\|busy'",
    );
    assert_eq!(said, "docker-init\nsecond\ngone\n1\n");
    let code = |script: &str| {
        let run = ["run", "--rm", "--init", "base", "sh", "-c", script];
        world
            .docker(LAB, run)
            .output()
            .expect("it ran")
            .status
            .code()
    };
    assert_eq!(code("exit 7"), Some(7));
    assert_eq!(code("kill -KILL $$"), Some(137));
    let run = ["run", "--rm", "--init", "base", "no-such-command"];
    let done = world.docker(LAB, run).output().expect("it ran");
    assert_eq!(done.status.code(), Some(127));
    // Without an init sleep would not hear it, and be killed after ten seconds.
    let run = [
        "run", "-d", "--init", "--name", "deaf", "base", "sleep", "1000",
    ];
    world.docker(LAB, run).assert().success();
    world.docker(LAB, ["stop", "deaf"]).assert().success();
    let ask = [
        "inspect",
        "-f",
        "{{.State.ExitCode}} {{.Path}} {{.HostConfig.Init}}",
        "deaf",
    ];
    let told = world.docker(LAB, ask).output().expect("it ran").stdout;
    assert_eq!(String::from_utf8_lossy(&told), "143 sleep true\n");
});

everyone!(a_host_name_with_its_domain, |world| {
    inside(world, &[], "true");
    let names = ["-h", "bar", "--domainname", "foo"];
    let script = "hostname -f; hostname -d; hostname -s; hostname";
    assert_eq!(inside(world, &names, script), "bar.foo\nfoo\nbar\nbar\n");
});
