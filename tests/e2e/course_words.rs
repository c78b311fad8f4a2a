//! What the course prints, typed word for word in a lab's shell.

use plimsoll_testkit::everyone;

/// Standard output of a finished command.
pub fn stdout(assert: &assert_cmd::assert::Assert) -> String {
    String::from_utf8_lossy(&assert.get_output().stdout).into_owned()
}

/// Standard error of a finished command.
pub fn stderr(assert: &assert_cmd::assert::Assert) -> String {
    String::from_utf8_lossy(&assert.get_output().stderr).into_owned()
}

everyone!(hello_world, |world| {
    let first = world
        .shell("hello-world", "docker run hello-world")
        .assert()
        .success();
    let said = stderr(&first);
    assert!(
        said.contains("Unable to find image 'hello-world:latest' locally"),
        "{said}"
    );
    assert!(
        said.contains("latest: Pulling from library/hello-world"),
        "{said}"
    );
    assert!(said.contains("Pull complete"), "{said}");
    assert!(
        said.contains("Status: Downloaded newer image for hello-world:latest"),
        "{said}"
    );
    assert!(stdout(&first).contains("Hello from"), "{}", stdout(&first));

    let second = world
        .shell("hello-world", "docker run hello-world")
        .assert()
        .success();
    assert_eq!(stderr(&second), "", "the image is there now");

    let running = world
        .shell("hello-world", "docker ps -q")
        .assert()
        .success();
    assert_eq!(stdout(&running), "");
    let all = world
        .shell(
            "hello-world",
            "docker ps -a --format '{{.Image}} {{.Status}}'",
        )
        .assert()
        .success();
    let lines: Vec<String> = stdout(&all).lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(
        lines
            .iter()
            .all(|line| line.starts_with("hello-world Exited (0)")),
        "{lines:?}"
    );
});

everyone!(web_server_with_its_page_outside, |world| {
    let run = concat!(
        "mkdir -p html && echo '<h1>mine</h1>' > html/index.html && ",
        "docker run -d --name webserver -p 80:80 -v \"$PWD/html\":/usr/share/nginx/html nginx",
    );
    let id = stdout(&world.shell("nginx-volumes", run).assert().success());
    assert_eq!(id.trim().len(), 64, "{id}");
    let page = world
        .shell(
            "nginx-volumes",
            "curl -sS --retry 5 --retry-connrefused localhost",
        )
        .assert()
        .success();
    assert_eq!(stdout(&page), "<h1>mine</h1>\n");

    let again = "docker rm -f webserver && docker run -d --name webserver -p 80:80 \
                 -v \"$PWD/html\":/usr/share/nginx/html nginx && \
                 curl -sS --retry 5 --retry-connrefused localhost";
    let page = world.shell("nginx-volumes", again).assert().success();
    assert!(
        stdout(&page).ends_with("<h1>mine</h1>\n"),
        "{}",
        stdout(&page)
    );
});

everyone!(exit_codes_are_dockers, |world| {
    let exit = |script: &str| {
        let done = world.shell("hello-world", script).output().expect("it ran");
        (
            done.status.code(),
            String::from_utf8_lossy(&done.stderr).into_owned(),
        )
    };
    assert_eq!(exit("docker run --rm base sh -c 'exit 3'").0, Some(3));
    // The kernel does not let process 1 kill itself, so a child does.
    let killed = "docker run --rm base sh -c 'sh -c \"kill -9 \\$\\$\"; exit $?'";
    assert_eq!(exit(killed).0, Some(137));
    let (code, said) = exit("docker run --rm base no-such-command");
    assert_eq!(code, Some(127), "{said}");
    assert!(
        said.contains("exec: \"no-such-command\": executable file not found in $PATH"),
        "{said}"
    );
    let (code, said) = exit("docker run --rm base /etc/passwd");
    assert_eq!(code, Some(126), "{said}");
    assert!(said.contains("permission denied"), "{said}");
    assert_eq!(exit("docker run --no-such-flag base").0, Some(125));
    assert_eq!(exit("docker run --rm no-such-image").0, Some(125));
});

everyone!(volume_outlives_its_container, |world| {
    let script = "docker volume create myvolume && \
        docker run --rm --mount source=myvolume,target=/data base sh -c 'echo kept > /data/file' && \
        docker run --rm -v myvolume:/data base cat /data/file";
    let done = world.shell("nginx-volumes", script).assert().success();
    assert_eq!(stdout(&done), "myvolume\nkept\n");
});

everyone!(the_lesson_is_text_without_a_terminal, |world| {
    let english = stdout(&world.plimsoll(["hello-world"]).assert().success());
    let mut french = world.plimsoll(["--lang", "fr", "nginx-volumes"]);
    let french = stdout(&french.assert().success());
    for expected in [
        "\nStep 1: Run it\n",
        "\n    lab$ docker run hello-world\n",
        "\nNote: In Plimsoll the registry",
        "- `running`: the containers",
    ] {
        assert!(english.contains(expected), "{expected:?} in {english}");
    }
    for expected in [
        "\nÉtape 2 : Démarrez le serveur\n",
        "\n`-p 80:80` : le port 80 du lab",
        "-v \"$PWD/html\":/usr/share/nginx/html nginx\n",
    ] {
        assert!(french.contains(expected), "{expected:?} in {french}");
    }
    let marks = ["**", "{#", "|--", "\u{1b}"];
    assert!(
        !marks
            .iter()
            .any(|mark| (english.clone() + &french).contains(mark))
    );
});
