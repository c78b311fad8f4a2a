//! What the engine tells of a command that was typed.

use plimsoll_api::client::{Client, Endpoint};
use plimsoll_api::operation::Command;
use plimsoll_testkit::{World, everyone};

const LAB: &str = "nginx-volumes";

/// Types a command; the commands that the engine tells after it.
fn typed(world: &World, words: &[&str]) -> Vec<Command> {
    let client = Client::new(Endpoint::Unix(world.start(LAB)));
    let before = client.operations(0).expect("operations");
    let since = before.iter().map(|one| one.seq).max().unwrap_or(0);
    world.docker(LAB, words).output().expect("it ran");
    client.operations(since).expect("operations")
}

fn kinds(command: &Command) -> Vec<&str> {
    let lines = command.operations.iter().flat_map(|one| &one.lines);
    lines.map(|line| line.kind.as_str()).collect()
}

everyone!(what_was_typed_is_one_command, |world| {
    let told = typed(
        world,
        &["run", "-d", "--name", "web", "-p", "80:80", "nginx"],
    );
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].title, "docker run -d --name web -p 80:80 nginx");
    assert_eq!(
        kinds(&told[0]),
        [
            "missing",
            "fetch",
            "unpack",
            "name",
            "image",
            "container",
            "overlay",
            "clone",
            "network",
            "mounts",
            "limits",
            "exec",
            "port"
        ]
    );
    assert!(told[0].operations.iter().all(|one| one.error.is_empty()));
    let told = typed(
        world,
        &["run", "--rm", "--network", "host", "base", "nosuch"],
    );
    assert_eq!(told.len(), 1);
    let start = &told[0].operations[3];
    assert!(
        start.error.contains("executable file not found"),
        "{told:#?}"
    );
    assert!(
        start
            .lines
            .iter()
            .any(|line| line.kind == "exec" && line.failed)
    );
    assert_eq!(
        start.lines.last().map(|line| line.kind.as_str()),
        Some("remove")
    );
    let told = typed(world, &["exec", "web", "ls", "/"]);
    assert_eq!(kinds(&told[0]), ["join", "limits", "exec"]);
    // Through the shell, where the learner types.
    let client = Client::new(Endpoint::Unix(world.start(LAB)));
    world
        .shell(LAB, "docker rm -f web 'no such'")
        .output()
        .expect("it ran");
    let last = client
        .operations(0)
        .expect("operations")
        .pop()
        .expect("some");
    assert_eq!(last.title, "docker rm -f web 'no such'");
    assert_eq!(kinds(&last), ["signal", "remove"]);
    assert!(typed(world, &["ps"]).is_empty(), "looking changes nothing");
    assert!(typed(world, &["run", "--explain", "nginx"]).is_empty());
});

everyone!(a_plan_in_english_says_what_explain_prints, |world| {
    typed(world, &["pull", "-q", "nginx"]);
    let rich = "run -dt --init -m 64m --cap-add NET_ADMIN --sysctl net.ipv4.ip_forward=1 \
        --read-only --security-opt no-new-privileges --ulimit nofile=100:200 -w /tmp \
        -v vol:/data:ro --tmpfs /run:size=1m --group-add 0 --name rich nginx";
    let plain = "run -d --network none --name plain nginx";
    for words in [rich, plain, "exec plain true"] {
        let words: Vec<&str> = words.split_whitespace().collect();
        let told = typed(world, &words);
        let mut plans = 0;
        for operation in told.iter().flat_map(|command| &command.operations) {
            let Some(plan) = operation.plan.clone() else {
                continue;
            };
            plans += 1;
            let engines: Vec<String> = plan.text.lines().map(str::to_owned).collect();
            let read = plimsoll_tui::xray::Plan::from(plan);
            for (ours, theirs) in read.words.iter().zip(&engines) {
                assert_eq!(&ours.en, theirs);
                assert_ne!(ours.fr, ours.en, "no French for this operation");
            }
            assert!(!read.words.is_empty());
        }
        assert_eq!(plans, 1, "{words:?}");
    }
});
