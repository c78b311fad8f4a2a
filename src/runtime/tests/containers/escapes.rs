//! The ways out of a container that others have found, tried.
//!
//! Each test names the publication that describes its attack.

use crate::setting::{Setting, for_each_account};
use plimsoll_runtime::{Bind, Mount, MountFlags, Request};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

#[test]
fn what_must_not_work_does_not() {
    for_each_account(|setting| {
        let seen = setting.run(&setting.request(&["attempt"])).seen();
        let is = |name: &str, answers: &[&str]| {
            let found = seen[name].as_str().unwrap_or("nothing");
            assert!(answers.contains(&found), "{name}: {found}");
        };
        // CVE-2022-0185, CVE-2022-0492, CVE-2024-1086 begin with these.
        for name in ["mount", "remount /proc/sys", "unshare user", "unshare net"] {
            is(name, &["EPERM"]);
        }
        // CVE-2026-31431.
        is("socket alg", &["EPERM"]);
        is("socket vsock", &["EPERM"]);
        is("socket inet", &["done"]);
        is("write sysrq", &["EROFS", "ENOENT", "EACCES"]);
        is("write core_pattern", &["EROFS"]);
        is("write sysfs", &["EROFS", "ENOENT"]);
        is("write firmware", &["EROFS"]);
        is("write own program", &["ETXTBSY", "EROFS"]);
        is(
            "mknod",
            if setting.account.single() {
                &["done"]
            } else {
                &["EPERM"]
            },
        );
        // Read as empty: the null device lies over them.
        is("read keys", &["done", "ENOENT"]);
        is("read kcore", &["done", "ENOENT"]);
        assert_eq!(seen["hosts root"], Value::Bool(false));
    });
}

fn directory(setting: &Setting, path: &str) {
    fs::create_dir_all(setting.path("lower").join(path)).expect("a directory");
}

fn link(setting: &Setting, path: &str, target: &str) {
    symlink(target, setting.path("lower").join(path)).expect("a link");
    setting.own();
}

fn bind(setting: &Setting, request: &mut Request, destination: &str) {
    request.mounts.push(Mount::Bind(Bind {
        source: setting.path("shared"),
        subpath: Default::default(),
        destination: destination.into(),
        recursive: true,
        flags: MountFlags::default(),
        propagation: None,
    }));
}

/// CVE-2019-19921, CVE-2023-27561, CVE-2023-28642: /proc as a link.
#[test]
fn an_image_with_proc_as_a_link_is_refused() {
    for_each_account(|setting| {
        directory(setting, "elsewhere");
        link(setting, "proc", "elsewhere");
        let outcome = setting.run(&setting.request(&["look"]));
        assert!(
            outcome
                .fault()
                .contains("must be mounted on ordinary directory"),
            "{}",
            outcome.fault()
        );
    });
}

/// CVE-2026-41579, CVE-2026-47766: /dev as a link that leads out.
#[test]
fn an_image_with_dev_as_a_link_makes_nothing_outside() {
    for_each_account(|setting| {
        let before = names(&setting.path("shared"));
        link(setting, "dev", "../../../../../../../../tmp");
        let outcome = setting.run(&setting.request(&["look"]));
        assert!(
            outcome
                .fault()
                .contains("must be mounted on ordinary directory"),
            "{}",
            outcome.fault()
        );
        assert_eq!(names(&setting.path("shared")), before);
        assert!(!Path::new("/tmp/shm").exists() && !Path::new("/tmp/pts").exists());
    });
}

fn names(path: &Path) -> Vec<std::ffi::OsString> {
    fs::read_dir(path)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name())
        .collect()
}

/// CVE-2021-30465, CVE-2024-45310: a destination whose links lead out.
#[test]
fn a_mount_destination_stays_in_the_container() {
    for_each_account(|setting| {
        let host = setting.path("host");
        fs::create_dir(&host).expect("a directory");
        link(
            setting,
            "out",
            &format!("../../../../../../../..{}", host.display()),
        );
        let mut request = setting.request(&["write", "/out/made/file", "text"]);
        bind(setting, &mut request, "/out/made");
        let outcome = setting.run(&request);
        assert_eq!(names(&host), Vec::<std::ffi::OsString>::new());
        // The link means the same path in the container, which is made there.
        let inside = setting
            .path("upper")
            .join(host.strip_prefix("/").expect("absolute"));
        if outcome.0["fault"].is_null() {
            assert_eq!(outcome.exit(), 0, "{}", outcome.output());
            assert!(inside.join("made").is_dir());
            assert_eq!(
                fs::read_to_string(setting.path("shared/file")).expect("a file"),
                "text"
            );
        }
    });
}

/// CVE-2019-16884: a destination that a link of the image bends into /proc.
#[test]
fn a_mount_destination_is_not_bent_into_proc() {
    for_each_account(|setting| {
        link(setting, "trap", "/proc/self/attr");
        let mut request = setting.request(&["look"]);
        bind(setting, &mut request, "/trap");
        assert!(setting.run(&request).fault().contains("/trap"));
    });
}

/// CVE-2024-21626: a working directory through a descriptor of the runtime.
#[test]
fn a_working_directory_through_a_descriptor_is_refused() {
    for_each_account(|setting| {
        let mut request = setting.request(&["look"]);
        for number in 0..20 {
            request.process.cwd = format!("/proc/self/fd/{number}").into();
            let outcome = setting.run(&request);
            assert!(
                outcome.fault().starts_with("chdir to cwd"),
                "{}",
                outcome.fault()
            );
        }
        link(setting, "way", "/proc/self/fd/7");
        request.process.cwd = "/way/../..".into();
        assert!(setting.run(&request).fault().starts_with("chdir to cwd"));
        let mut execs = Vec::new();
        for number in 3..20 {
            let mut exec = setting.exec(&["look"]);
            exec.process.cwd = format!("/proc/self/fd/{number}").into();
            execs.push(exec);
        }
        let outcome = setting.run_with(&setting.request(&["wait"]), &execs);
        for index in 0..execs.len() {
            assert!(outcome.exec(index).fault().starts_with("chdir to cwd"));
        }
    });
}

/// CVE-2025-31133: the image's own /dev/null is a link.
#[test]
fn a_mask_is_the_hosts_null_device() {
    for_each_account(|setting| {
        directory(setting, "dev");
        link(setting, "dev/null", "/etc/passwd");
        let mut request = setting.request(&["look"]);
        request.masked_paths.push("/etc/group".into());
        let seen = setting.run(&request).seen();
        assert_eq!(seen["devices"]["null"], "1:3");
        assert!(
            seen["mounts"]["/etc/group"]
                .as_str()
                .expect("a mount")
                .starts_with("devtmpfs")
        );
    });
}

/// CVE-2026-46680, CVE-2024-40635, CVE-2026-47262.
#[test]
fn the_images_user_files_cannot_lie() {
    for_each_account(|setting| {
        let passwd = setting.path("lower/etc/passwd");
        fs::write(&passwd, "1000:x:0:0::/:/x\nroot:x:0:0::/root:/x\n").expect("a file");
        let mut request = setting.request(&["look"]);
        let mut run = |user: &str| {
            crate::setting::named(&mut request.process, user);
            setting.run(&request)
        };
        let outcome = run("1000");
        match setting.account.single() {
            true => assert!(outcome.fault().starts_with("user 1000:0 is not available")),
            false => assert_eq!(outcome.seen()["uid"], 1000),
        }
        for user in ["4294967296", "2147483648", "-1"] {
            assert_eq!(
                run(user).fault(),
                "uids and gids must be in range 0-2147483647"
            );
        }
        fs::remove_file(&passwd).expect("removed");
        nix::unistd::mkfifo(&passwd, nix::sys::stat::Mode::S_IRWXU).expect("a pipe");
        setting.own();
        let fault = "/etc/passwd of the image cannot be read: it is not a regular file";
        assert_eq!(run("root").fault(), fault);
        fs::remove_file(&passwd).expect("removed");
        fs::File::create(&passwd)
            .and_then(|file| file.set_len(2 << 30))
            .expect("a giant");
        setting.own();
        let fault = "/etc/passwd of the image cannot be read: it is longer than 4 MiB";
        assert_eq!(run("root").fault(), fault);
    });
}

/// CVE-2019-5736: the command is the runtime itself.
#[test]
fn the_runtime_as_command_is_not_writable() {
    for_each_account(|setting| {
        let script = setting.path("lower/script");
        fs::write(&script, "#!/proc/self/exe attempt\n").expect("a script");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(&script, mode).expect("its mode");
        setting.own();
        let before = fs::read(setting.path("lower/prober")).expect("the program");
        let mut request = setting.request(&[]);
        request.process.args = vec!["/script".into()];
        setting.run(&request);
        assert!(fs::read(setting.path("lower/prober")).expect("the program") == before);
    });
}

/// A mount source that is missing is named, and nothing is made on the host.
#[test]
fn a_missing_source_is_not_made() {
    for_each_account(|setting| {
        let mut request = setting.request(&["look"]);
        bind(setting, &mut request, "/data");
        fs::remove_dir(setting.path("shared")).expect("removed");
        let fault = format!(
            "bind source path does not exist: {}",
            setting.path("shared").display()
        );
        assert_eq!(setting.run(&request).fault(), fault);
        assert!(!setting.path("shared").exists());
    });
}
