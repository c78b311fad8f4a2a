//! A lab made as new: whatever state it is in, whoever writes into it meanwhile,
//! and what was undone counts no more.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use plimsoll_api::client::{Client, Endpoint};
use plimsoll_testkit::{World, eventually, everyone};

const LAB: &str = "hello-world";

/// Code, and all that was said.
fn say(world: &World, words: &[&str]) -> (Option<i32>, String) {
    let done = world.plimsoll(words).output().expect("it ran");
    let out = String::from_utf8_lossy(&done.stdout).into_owned();
    let said = out + &String::from_utf8_lossy(&done.stderr);
    (done.status.code(), said)
}

/// The folders of labs, also of those on their way out.
fn labs(world: &World) -> Vec<String> {
    let listed = std::fs::read_dir(world.path("data/labs")).expect("it lists");
    let names = listed.flatten();
    names
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

/// A container whose files are another user's, where there is one.
fn furnish(world: &World) {
    let script = "docker pull -q base && docker run -d --name box -v data:/data base sleep 1000 && \
                  docker exec box sh -c 'mkdir /root/own && echo x > /root/own/file && \
                  chown -R 33:33 /root/own /data; chmod 500 /root/own'";
    world.shell(LAB, script).assert().success();
}

everyone!(a_lab_that_no_engine_can_open_can_be_reset, |world| {
    furnish(world);
    world.plimsoll(["stop", LAB]).assert().success();
    let images = world.path(format!("data/labs/{LAB}/images.json"));
    std::fs::write(images, "{").expect("damaged");
    let (code, said) = say(world, &["check", LAB]);
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains(&format!("`plimsoll reset {LAB}`")), "{said}");

    let (code, said) = say(world, &["reset", LAB]);
    assert_eq!(code, Some(2), "there is nobody to ask: {said}");
    assert_eq!(labs(world), [LAB], "nothing was removed");
    let (code, said) = say(world, &["reset", LAB, "-y"]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(labs(world), [""; 0], "{said}");
    let (code, said) = say(world, &["check", LAB]);
    assert_eq!(code, Some(1), "the lab is there again: {said}");
});

everyone!(a_reset_is_not_hindered_by_who_writes_meanwhile, |world| {
    furnish(world);
    let folder = world.path(format!("data/labs/{LAB}"));
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        // As the interface does, which keeps what its terminal shows.
        scope.spawn(|| {
            let mut number = 0_u32;
            while !done.load(Ordering::Relaxed) {
                number = number.wrapping_add(1);
                let _ = std::fs::write(folder.join(format!("screen.{number}")), "text");
            }
        });
        let (code, said) = say(world, &["reset", LAB, "-y"]);
        done.store(true, Ordering::Relaxed);
        assert_eq!(code, Some(0), "{said}");
    });
    assert!(!folder.exists());
});

everyone!(what_a_killed_reset_left_is_removed_later, |world| {
    furnish(world);
    world.plimsoll(["stop", LAB]).assert().success();
    let set_aside = |name: &str| {
        let labs = world.path("data/labs");
        std::fs::rename(labs.join(LAB), labs.join(name)).expect("set aside");
    };
    set_aside(&format!(".{LAB}.1"));
    world.start(LAB);
    eventually("the next start sweeps", Duration::from_secs(20), || {
        (labs(world) == [LAB]).then_some(())
    });
    furnish(world);
    world.plimsoll(["stop", LAB]).assert().success();
    set_aside(&format!(".{LAB}.2"));
    let (code, said) = say(world, &["reset", LAB, "-y"]);
    assert_eq!(code, Some(0), "{said}");
    eventually("the next reset sweeps", Duration::from_secs(20), || {
        labs(world).is_empty().then_some(())
    });
});

everyone!(what_was_undone_counts_no_more_whoever_was_killed, |world| {
    let met = || {
        let out = world
            .plimsoll(["check", LAB, "--json"])
            .output()
            .expect("it ran")
            .stdout;
        let record: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
        let checks = record["checks"].as_array().expect("checks").clone();
        let passed = checks.iter().filter(|check| check["status"] == "pass");
        passed
            .map(|check| check["id"].as_str().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let first = "docker run --name first hello-world";
    world.shell(LAB, first).assert().success();
    assert_eq!(met(), "pulled ran", "and step 2 begins");
    let second = "docker run --name second hello-world";
    world.shell(LAB, second).assert().success();
    say(world, &["answer", LAB, "ps-a", "all"]);
    assert_eq!(met(), "pulled ran ps-a");

    // What is left where whoever goes back is killed when the engine has done it,
    // or the engine itself, whose next start goes on with it.
    let client = Client::new(Endpoint::Unix(world.start(LAB)));
    client.snapshot_restore("step.look").expect("back");
    assert_eq!(met(), "pulled ran", "its answer is forgotten");
    say(world, &["answer", LAB, "ps-a", "all"]);
    assert_eq!(met(), "pulled ran ps-a", "what is reached anew stays");
    let (_, said) = say(world, &["hint", LAB]);
    assert!(!said.is_empty());
    assert_eq!(met(), "pulled ran ps-a");
});
