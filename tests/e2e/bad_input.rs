//! Each mistake gives one clear error in Docker's words and changes nothing.

use plimsoll_testkit::everyone;

everyone!(mistakes_are_told_and_change_nothing, |world| {
    world
        .docker("hello-world", ["pull", "base"])
        .assert()
        .success();
    let before = state(world);
    let cases: &[(&[&str], i32, &str)] = &[
        (
            &["run", "Base"],
            125,
            "invalid reference format: repository name (library/Base) must be lowercase",
        ),
        (
            &["run", "--name", "-x", "base"],
            125,
            "Invalid container name (-x), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed",
        ),
        (&["run", "-p", "99999:80", "base"], 125, "99999"),
        (
            &["run", "-v", "data:relative", "base"],
            125,
            "mount path must be absolute",
        ),
        (
            &[
                "run",
                "--mount",
                "type=bind,source=/no/such,target=/x",
                "base",
            ],
            125,
            "bind source path does not exist: /no/such",
        ),
        (&["start", "nobody"], 1, "No such container: nobody"),
        (&["rm", "nobody"], 1, "No such container: nobody"),
        (&["rmi", "nothing"], 1, "No such image: nothing"),
        (&["volume", "rm", "nothing"], 1, "no such volume"),
        (&["inspect", "nothing"], 1, "No such object: nothing"),
        (&["logs", "nobody"], 1, "No such container: nobody"),
        (&["pull", "mysql"], 1, "pull access denied for mysql"),
        (&["pull", "nginx:9"], 1, "not found"),
        (&["frobnicate"], 1, "frobnicate"),
        (&["build", "."], 1, "build"),
    ];
    for (arguments, code, words) in cases {
        let done = world
            .docker("hello-world", arguments.iter())
            .output()
            .expect("it ran");
        let said = String::from_utf8_lossy(&done.stderr);
        assert_eq!(
            done.status.code(),
            Some(*code),
            "docker {arguments:?}: {said}"
        );
        assert!(
            said.to_lowercase().contains(&words.to_lowercase()),
            "docker {arguments:?} said {said}"
        );
    }
    assert_eq!(
        state(world),
        before,
        "a mistake leaves the engine as it was"
    );
});

everyone!(an_unknown_user_is_told, |world| {
    let done = world
        .docker(
            "hello-world",
            ["run", "--rm", "-u", "nobody-here", "base", "true"],
        )
        .output()
        .expect("it ran");
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(125), "{said}");
    assert!(
        said.contains("unable to find user nobody-here: no matching entries in passwd file"),
        "{said}"
    );
});

everyone!(a_port_in_use_is_told, |world| {
    world
        .docker(
            "nginx-volumes",
            ["run", "-d", "--name", "first", "-p", "80:80", "nginx"],
        )
        .assert()
        .success();
    let done = world
        .docker(
            "nginx-volumes",
            ["run", "-d", "--name", "second", "-p", "80:80", "nginx"],
        )
        .output()
        .expect("it ran");
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(125), "{said}");
    assert!(
        said.contains("Bind for 0.0.0.0:80 failed: port is already allocated"),
        "{said}"
    );
    // As with Docker, the container is there, created and not started.
    let status = world
        .docker(
            "nginx-volumes",
            ["inspect", "-f", "{{.State.Status}}", "second"],
        )
        .output()
        .expect("it ran");
    assert_eq!(String::from_utf8_lossy(&status.stdout), "created\n");
});

everyone!(a_lab_that_is_not_there, |world| {
    let done = world
        .plimsoll(["shell", "nginx-volume", "--", "true"])
        .output()
        .expect("it ran");
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(2), "{said}");
    assert!(
        said.contains("nginx-volume") && said.contains("nginx-volumes"),
        "names the nearest lab: {said}"
    );
});

fn state(world: &plimsoll_testkit::World) -> Vec<String> {
    [["ps", "-aq"], ["images", "-q"], ["volume", "ls"]]
        .iter()
        .map(|arguments| {
            let done = world
                .docker("hello-world", arguments)
                .output()
                .expect("it ran");
            String::from_utf8_lossy(&done.stdout).into_owned()
        })
        .collect()
}
