//! Changes of owners that one user cannot make are told to whoever records
//! them, and every error is the kernel's own.

use crate::setting::{Setting, accounts, for_each_account};
use plimsoll_runtime::{Bind, Capabilities, CapabilitySet, Mount, MountFlags, Request, plan};
use serde_json::{Value, json};
use std::fs;

/// A container that tries everything, with folders of the host.
fn request(setting: &Setting) -> Request {
    fs::write(setting.path("shared/f"), "x").expect("a file");
    setting.own();
    let mut request = setting.request(&["owners"]);
    for (destination, read_only) in [("/read-only", true), ("/shared", false)] {
        request.mounts.push(Mount::Bind(Bind {
            source: setting.path("shared"),
            subpath: Default::default(),
            destination: destination.into(),
            flags: MountFlags {
                read_only,
                ..MountFlags::default()
            },
            recursive: true,
            propagation: None,
        }));
    }
    request
}

/// Where there are many users the kernel itself answers: what it says is what
/// one user is told.
#[test]
fn one_user_is_answered_as_many_are() {
    for kept in [CapabilitySet::DOCKER, without_chown()] {
        compare(kept);
    }
}

fn without_chown() -> CapabilitySet {
    let all = CapabilitySet::DOCKER.iter();
    all.filter(|one| !["CHOWN", "MKNOD"].contains(&one.name()))
        .collect()
}

fn compare(kept: CapabilitySet) {
    let answers = accounts().into_iter().map(|account| {
        let setting = Setting::new(account);
        let mut request = request(&setting);
        request.process.capabilities = Capabilities::docker(kept);
        let seen = setting.run(&request).seen();
        let answer = if kept == CapabilitySet::DOCKER {
            "done"
        } else {
            "EPERM"
        };
        assert_eq!(seen["chown /tmp/d/f"], answer);
        (setting.account.name.clone(), seen)
    });
    let answers: Vec<(String, Value)> = answers.collect();
    for pair in answers.windows(2) {
        let ((one, theirs), (other, own)) = (&pair[0], &pair[1]);
        let attempts = theirs.as_object().expect("attempts");
        for (attempt, answer) in attempts {
            assert_eq!(answer, &own[attempt], "{attempt}, as {one} and as {other}");
        }
    }
}

#[test]
fn what_is_told_is_the_file_that_was_meant() {
    for_each_account(|setting| {
        let told = setting.run(&request(setting)).0["owners"].clone();
        if !setting.account.single() {
            assert_eq!(told, json!([]), "the kernel did it");
            return;
        }
        let told: Vec<&str> = told
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(Value::as_str)
            .filter(|line| !line.starts_with("pipe:"))
            .collect();
        insta::assert_snapshot!(told.join("\n"));
    });
}

/// The processes of a container whose recorder is gone are told so at once.
#[test]
fn without_a_recorder_calls_fail_and_do_not_wait() {
    for account in accounts().into_iter().filter(|account| account.single()) {
        let setting = Setting::new(account);
        let mut request = request(&setting);
        request.process.args = vec!["/prober".into(), "chown".into(), "/etc/passwd".into()];
        let outcome = setting.run_recorded(&plan(&request), "leave");
        assert_eq!(outcome.output(), "ENOSYS\n");
        assert_eq!(outcome.exit(), 0);
    }
}

/// A second listener is refused (EBUSY): then it is as if nobody could tell.
#[test]
fn under_another_listener_changes_succeed_and_are_forgotten() {
    for account in accounts().into_iter().filter(|account| account.single()) {
        let setting = Setting::new(account);
        let outcome = setting.run_recorded(&plan(&request(&setting)), "busy");
        let seen = outcome.seen();
        assert_eq!(seen["chown /tmp/d/f"], "done");
        assert_eq!(seen["chown /nowhere/f"], "done");
        assert_eq!(outcome.0["owners"], json!([]));
    }
}

/// Killed while its call waits: nothing is recorded, and the recorder goes on.
#[test]
fn a_container_that_dies_in_a_call_changes_nothing() {
    for account in accounts().into_iter().filter(|account| account.single()) {
        let setting = Setting::new(account);
        let mut request = request(&setting);
        request.process.args = vec!["/prober".into(), "chown".into(), "/etc/passwd".into()];
        let outcome = setting.run_recorded(&plan(&request), "kill");
        assert_eq!(outcome.exit(), 128 + 9);
        assert_eq!(outcome.0["owners"], json!([]));
    }
}
