//! A lab seen as data and drawn: what `plimsoll map` and the views show is what
//! the engine has, whatever names the learner gave.

use plimsoll_api::ContainerStatus;
use plimsoll_api::client::{Client, Endpoint};
use plimsoll_api::error::ClientError;
use plimsoll_testkit::{World, everyone};
use plimsoll_tui::scene::journal::{self, Act};
use plimsoll_tui::scene::{
    Access, ChangeKind, Container, Count, Detail, MountKind, Place, Scene, look,
};

const LAB: &str = "nginx-volumes";

fn client(world: &World) -> Client {
    let socket = world.start(LAB);
    let endpoint = Endpoint::parse(&format!("unix://{}", socket.display())).expect("an endpoint");
    Client::new(endpoint)
}

fn named<'a>(scene: &'a Scene, name: &str) -> &'a Container {
    let found = scene.containers.iter().find(|one| one.name == name);
    found.unwrap_or_else(|| panic!("no container {name} in {scene:?}"))
}

fn printed(world: &World, arguments: &[&str]) -> String {
    let output = world.plimsoll(arguments).assert().success();
    String::from_utf8(output.get_output().stdout.clone()).expect("UTF-8")
}

everyone!(what_is_there_is_on_the_map, |world| {
    let empty = printed(world, &["map", LAB]);
    assert!(empty.starts_with("No container yet."), "{empty}");
    world
        .shell(
            LAB,
            "mkdir -p html && docker run -d --name webserver -p 8000:80 \
               -v $PWD/html:/usr/share/nginx/html:ro -v data:/data --tmpfs /scratch nginx && \
             docker run --name failed base sh -c 'exit 7'; \
             docker run -d --name beside --network container:webserver base sleep 1000 && \
             docker create --name waiting --network none base && \
             docker volume create unused",
        )
        .assert()
        .success();
    let scene = look(&client(world), Detail::Map).expect("a scene");
    assert_eq!(scene.lab, LAB);
    let names: Vec<&str> = scene
        .containers
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    assert_eq!(names, ["webserver", "failed", "beside", "waiting"]);

    let web = named(&scene, "webserver");
    assert!(web.is_up() && web.started_at.is_some());
    let Place::Networks(networks) = &web.place else {
        panic!("{:?}", web.place)
    };
    assert_eq!(networks[0].network, "bridge");
    assert_eq!(networks[0].address, "172.17.0.2");
    let door = web.ports.first().expect("a port");
    let published = door.published.as_ref().expect("published");
    assert_eq!((door.number, published.port), (80, 8000));
    let outside = published.outside.as_ref().expect("offered outside");
    assert!(outside.starts_with("127.0.0.1:"), "{outside}");
    let kinds: Vec<_> = web
        .mounts
        .iter()
        .map(|mount| (mount.kind, mount.access))
        .collect();
    for kind in [
        (MountKind::Bind, Access::ReadOnly),
        (MountKind::Volume, Access::ReadWrite),
        (MountKind::Tmpfs, Access::ReadWrite),
    ] {
        assert!(kinds.contains(&kind), "{kind:?} in {kinds:?}");
    }
    assert_eq!(kinds.len(), 3);

    let failed = named(&scene, "failed");
    assert_eq!(
        (failed.state, failed.exit_code),
        (ContainerStatus::Exited, 7)
    );
    assert!(failed.finished_at.is_some());
    assert_eq!(
        named(&scene, "beside").place,
        Place::Container("webserver".into())
    );
    assert_eq!(named(&scene, "waiting").place, Place::Nowhere);
    assert_eq!(named(&scene, "waiting").started_at, None);
    let users: Vec<_> = scene
        .volumes
        .iter()
        .map(|one| (one.name.as_str(), one.users.len()))
        .collect();
    assert_eq!(users, [("data", 1), ("unused", 0)]);
    assert_eq!(scene.networks[0].device.as_deref(), Some("docker0"));

    let told = printed(world, &["map", LAB]);
    assert!(
        told.contains("The folder ./html is mounted at /usr/share/nginx/html, read-only."),
        "{told}"
    );
    let french = printed(world, &["--lang", "fr", "map", LAB]);
    assert!(
        french.contains("Conteneur failed, de l'image base : terminé (7)"),
        "{french}"
    );
    // A recorded session is read again from the same JSON.
    let json = printed(world, &["map", LAB, "--json"]);
    let mut again: Scene = serde_json::from_str(&json).expect("a scene");
    again.folder = None;
    assert_eq!(again, scene);
});

everyone!(what_a_container_wrote_and_what_layers_added, |world| {
    world
        .shell(
            LAB,
            "docker pull nginx && docker run --name writer base sh -c \
               'echo hello > /new; rm /etc/profile || rm /etc/passwd; echo more >> /etc/group'",
        )
        .assert()
        .success();
    let scene = look(&client(world), Detail::Layers).expect("a scene");
    let writable = named(&scene, "writer")
        .writable
        .as_ref()
        .expect("looked at");
    assert!(writable.size.is_some_and(|size| size >= 6), "{writable:?}");
    let kind = |path: &str| {
        let found = writable.changes.iter().find(|change| change.path == path);
        found.map(|change| change.kind)
    };
    assert_eq!(kind("/new"), Some(ChangeKind::Added), "{writable:?}");
    assert_eq!(
        kind("/etc/group"),
        Some(ChangeKind::Changed),
        "{writable:?}"
    );
    assert!(
        writable
            .changes
            .iter()
            .any(|change| change.kind == ChangeKind::Deleted)
    );
    assert_eq!(writable.count, Count::Exactly(writable.changes.len()));

    let image = |name: &str| {
        let found = scene.images.iter().find(|image| image.name() == name);
        found.unwrap_or_else(|| panic!("no image {name}"))
    };
    let layers = |name: &str| -> Vec<_> {
        let steps = image(name).steps.iter();
        steps
            .filter_map(|step| Some((step.words.clone(), step.layer.clone()?)))
            .collect()
    };
    let nginx = layers("nginx:latest");
    assert_eq!(nginx.len(), 3);
    let (words, server) = &nginx[1];
    assert!(words.starts_with("COPY nginx "), "{words}");
    let contents = server.contents.as_ref().expect("our engine says");
    assert_eq!(contents.largest, ["/usr/sbin/nginx"]);
    assert_eq!(contents.files, Count::Exactly(1));
    assert_eq!(nginx[2].1.shared_with, ["base:latest"]);
    assert_eq!(layers("base:latest")[0].1.digest, nginx[2].1.digest);
    assert!(
        image("nginx:latest")
            .steps
            .iter()
            .any(|step| step.layer.is_none())
    );
});

everyone!(a_layer_that_is_not_there_is_refused, |world| {
    let client = client(world);
    let missing = format!("sha256:{}", "0".repeat(64));
    for (digest, status) in [
        (missing.as_str(), 404),
        ("sha256:x", 400),
        ("../../etc", 404),
    ] {
        let answer = client.layer_contents(digest);
        let status_of = |error: &ClientError| error.status();
        assert_eq!(
            answer.as_ref().err().and_then(status_of),
            Some(status),
            "{digest}: {answer:?}"
        );
    }
});

everyone!(hostile_words_do_not_reach_the_terminal, |world| {
    world
        .shell(
            LAB,
            r#"evil="$(printf 'a\033[2Jb\rc\342\200\256d')"
               mkdir "$evil" && docker run -d --name web --label "$evil=$evil" -e "X=$evil" \
                 -v "$PWD/$evil:/in$evil" base sh -c "sleep 1000 # $evil" && \
               docker exec web sh -c "echo > '/$evil'""#,
        )
        .assert()
        .success();
    let clean = |text: &str| {
        !text
            .chars()
            .any(|one| (one.is_control() && one != '\n') || one == '\u{202e}')
    };
    let client = client(world);
    let scene = look(&client, Detail::Layers).expect("a scene");
    let web = named(&scene, "web");
    assert!(
        web.mounts[0].source.ends_with("/a?[2Jb?c?d"),
        "{:?}",
        web.mounts
    );
    assert_eq!(web.mounts[0].destination, "/ina?[2Jb?c?d");
    assert!(clean(&web.command), "{}", web.command);
    let written = web.writable.as_ref().expect("looked at");
    assert!(
        written
            .changes
            .iter()
            .any(|change| change.path == "/a?[2Jb?c?d"),
        "{written:?}"
    );
    let told = printed(world, &["map", LAB]);
    assert!(told.contains("a?[2Jb?c?d") && clean(&told), "{told:?}");
    for entry in journal::read(&client, 0).expect("a journal") {
        let words = entry.words(plimsoll_text::Language::English);
        assert!(clean(&words), "{words:?}");
    }
});

everyone!(the_journal_says_what_happened, |world| {
    world
        .shell(
            LAB,
            "docker run --name hello hello-world && docker rm hello && docker volume create data",
        )
        .assert()
        .success();
    let client = client(world);
    let entries = journal::read(&client, 0).expect("a journal");
    let words = |entry: &journal::Entry| entry.words(plimsoll_text::Language::English);
    let told: Vec<String> = entries.iter().map(words).collect();
    for sentence in [
        "the lab nginx-volumes was started",
        "the lab was kept as it is, to go back to: step.page",
        "image hello-world:latest pulled",
        "container hello created from hello-world",
        "container hello started",
        "container hello ended, exit code 0",
        "container hello removed",
        "volume data created",
    ] {
        assert!(
            told.iter().any(|one| one == sentence),
            "{sentence}: {told:?}"
        );
    }
    assert!(
        entries.iter().all(|entry| entry.act != Act::Other),
        "{entries:?}"
    );
    let last = entries.last().expect("entries").seq;
    assert_eq!(
        journal::read(&client, last - 1).expect("a journal").len(),
        1
    );
    assert!(journal::read(&client, last).expect("a journal").is_empty());
});
