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
