//! Verdicts on made-up worlds: what the graders of the first two labs, and
//! graders written here, say of states that nobody had to set up.

use plimsoll_lab::evaluate::evaluate;
use plimsoll_lab::probe::{
    Act, FileFound, Glance, HttpReply, Listener, Observation, Request, fingerprint,
};
use plimsoll_lab::result::{CheckRecord, Status};
use plimsoll_lab::schema::{GraderFile, read_grader};
use plimsoll_lab::world::{Container, History, Image, Network, Record, Source, Volume, World};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;

const PAGE: &str = "/usr/share/nginx/html/index.html";

fn image(id: &str, tag: &str, layers: &[&str], command: &[&str]) -> Image {
    Image::from_inspect(&json!({
        "Id": id,
        "RepoTags": [tag],
        "RootFS": {"Layers": layers},
        "Config": {"Cmd": command},
    }))
}

/// nginx as pulled, and base, which shares its lowest layer.
fn images() -> Vec<Image> {
    vec![
        image(
            "sha256:aaaa",
            "nginx:latest",
            &["l1", "l2"],
            &["nginx", "-g"],
        ),
        image("sha256:bbbb", "base:latest", &["l1"], &["bash"]),
    ]
}

fn record(kind: &str, subject: &str, data: Value) -> Record {
    Record {
        seq: 0,
        kind: kind.to_string(),
        subject: subject.to_string(),
        time: String::new(),
        data: data.as_object().cloned().unwrap_or_default(),
    }
}

fn pull(id: &str, reference: &str) -> Record {
    record("image.pull", id, json!({"reference": reference}))
}

fn journal(records: Vec<Record>) -> History {
    History {
        source: Source::Journal,
        records,
    }
}

/// A world in which nginx and base were pulled.
fn world(containers: Vec<Value>) -> World {
    World {
        containers: containers.iter().map(Container::from_inspect).collect(),
        images: images(),
        history: journal(vec![
            pull("sha256:aaaa", "docker.io/library/nginx:latest"),
            pull("sha256:bbbb", "docker.io/library/base:latest"),
        ]),
        ..World::default()
    }
}

/// A running `webserver` as the course asks for it, with changes.
fn webserver(changes: &[(&str, Value)]) -> Value {
    let mut inspect = json!({
        "Id": "c0ffee0123456789",
        "Name": "/webserver",
        "Created": "2026-01-01T00:00:00Z",
        "Path": "nginx",
        "Args": ["-g"],
        "State": {"Status": "running", "StartedAt": "2026-01-01T00:00:01Z", "ExitCode": 0},
        "Image": "sha256:aaaa",
        "Config": {"Image": "nginx"},
        "HostConfig": {"NetworkMode": "bridge"},
        "NetworkSettings": {
            "Ports": {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "80"}]},
            "Networks": {"bridge": {"IPAddress": "172.17.0.2"}},
        },
        "Mounts": [{"Type": "bind", "Source": "/home/me/html", "Destination": "/usr/share/nginx/html", "RW": true}],
    });
    for (pointer, value) in changes {
        match inspect.pointer_mut(pointer) {
            Some(place) => *place = value.clone(),
            None => panic!("no {pointer}"),
        }
    }
    inspect
}

fn localhost() -> Request {
    Request::Http {
        address: "localhost:80".to_string(),
        host: "localhost".to_string(),
        path: "/".to_string(),
    }
}

fn page(status: u16, body: &str) -> Observation {
    Observation::Http(HttpReply {
        status,
        headers: vec!["Server: nginx".to_string()],
        body: body.into(),
    })
}

fn file(content: &str) -> Observation {
    Observation::File(FileFound::Content(content.into()))
}

fn copy(after: Observation) -> (Request, Observation) {
    let request = Request::Copy {
        container: "c0ffee0123456789".to_string(),
        act: Act::Recreate,
        look: Glance::Http {
            port: 80,
            path: "/".to_string(),
        },
    };
    let seen = Observation::Copy {
        before: Box::new(page(200, "mine")),
        after: Box::new(after),
    };
    (request, seen)
}

/// The page at a container's own address.
fn own_page(address: &str) -> Request {
    Request::Http {
        address: format!("{address}:80"),
        host: "localhost".to_string(),
        path: "/".to_string(),
    }
}

/// What is found in the mounts: the page that is served lies at [`PAGE`].
fn holdings(world: &World) -> Vec<(Request, Observation)> {
    let Some(Observation::Http(reply)) = world.seen.get(&localhost()) else {
        return Vec::new();
    };
    let mounts = world
        .containers
        .iter()
        .flat_map(|one| one.mounts.iter().map(move |mount| (one, mount)));
    mounts
        .map(|(container, mount)| {
            let request = Request::Holding {
                container: container.id.clone(),
                place: mount.target.clone(),
                content: fingerprint(&reply.body),
            };
            let found = PAGE.starts_with(&mount.target).then(|| PAGE.to_string());
            (request, Observation::Holding(found))
        })
        .collect()
}

/// What looks find where the page `body` is served with `status`.
fn looks(status: u16, body: &str) -> Vec<(Request, Observation)> {
    vec![
        (localhost(), page(status, body)),
        (own_page("172.17.0.2"), page(status, body)),
        (own_page("127.0.0.1"), page(status, body)),
        (
            Request::Listener { port: 80 },
            Observation::Listener(Listener::Container("c0ffee0123456789".to_string())),
        ),
        (
            Request::ContainerFile {
                container: "c0ffee0123456789".to_string(),
                path: PAGE.to_string(),
            },
            file(body),
        ),
        (
            Request::ImageFile {
                image: "sha256:aaaa".to_string(),
                path: PAGE.to_string(),
            },
            file("Welcome to nginx!"),
        ),
        copy(page(200, "mine")),
    ]
}

fn grader(name: &str) -> GraderFile {
    let course = plimsoll_lab::course::Course::embedded();
    course.lab(name).expect("the lab").grader.clone()
}

/// A grader of one goal, `goal`, worth one point.
fn one_goal(check: &str) -> GraderFile {
    let text = format!(
        "schema: plimsoll/grader/v1\nlab: t\nsubjects:\n  - id: web\n    container: {{name: webserver, image: nginx}}\n\
         goals:\n  - id: goal\n    points: 1\n    title: {{en: t, fr: t}}\n    check: {check}\n"
    );
    read_grader("t.yaml", &text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn judge(grader: &GraderFile, world: &World) -> Vec<CheckRecord> {
    let evaluation = evaluate(grader, world, &BTreeSet::new());
    assert!(
        evaluation.wanted.is_empty(),
        "wanted: {:?}",
        evaluation.wanted
    );
    evaluation.checks
}

fn status(check: &str, world: &World) -> Status {
    judge(&one_goal(check), world)[0].status
}

fn assert_met(check: &str, world: &World) {
    let found = &judge(&one_goal(check), world)[0];
    assert_eq!(found.status, Status::Pass, "{check}: {}", found.message.en);
}

fn assert_unmet(check: &str, world: &World) {
    let found = &judge(&one_goal(check), world)[0];
    assert_eq!(found.status, Status::Fail, "{check}: {}", found.message.en);
}

/// Failed goals with the miss that was recognised, and skipped ones.
fn missed(checks: &[CheckRecord]) -> (Vec<String>, Vec<&str>) {
    let failed = checks
        .iter()
        .filter(|check| check.status == Status::Fail)
        .map(|check| format!("{}/{}", check.id, check.miss.as_deref().unwrap_or("open")))
        .collect();
    let skipped = checks
        .iter()
        .filter(|check| check.status == Status::Skip)
        .map(|check| check.id.as_str())
        .collect();
    (failed, skipped)
}

fn nginx_lab(world: World, seen: Vec<(Request, Observation)>) -> (Vec<String>, Vec<String>) {
    let mut world = world;
    world.seen.extend(seen);
    let held = holdings(&world);
    for (request, found) in held {
        world.seen.entry(request).or_insert(found);
    }
    let checks = judge(&grader("nginx-volumes"), &world);
    let (failed, skipped) = missed(&checks);
    (failed, skipped.into_iter().map(str::to_string).collect())
}

#[test]
fn an_image_is_itself_under_any_tag_it_was_pulled_under() {
    let digest = format!("hello-world@sha256:{}", "ab".repeat(32));
    for reference in ["hello-world:0.1.0", &digest] {
        let world = World {
            history: journal(vec![pull(
                "sha256:eeee",
                &format!("docker.io/library/{reference}"),
            )]),
            containers: vec![Container::from_inspect(&webserver(&[
                ("/Image", json!("sha256:eeee")),
                ("/Config/Image", json!(reference)),
            ]))],
            ..World::default()
        };
        assert_met("{image: {name: hello-world, pulled: true}}", &world);
        assert_met("{container: {image: hello-world}}", &world);
        // Who names a tag means that one.
        assert_unmet("{image: {name: \"hello-world:2\", pulled: true}}", &world);
        assert_unmet("{image: {name: world, pulled: true}}", &world);
    }
}

#[test]
fn the_course_s_own_solution_meets_every_goal() {
    let (failed, skipped) = nginx_lab(world(vec![webserver(&[])]), looks(200, "mine"));
    assert!(
        failed.is_empty() && skipped.is_empty(),
        "{failed:?} {skipped:?}"
    );
}

#[test]
fn one_mistake_fails_one_goal_with_its_hint() {
    let named = |name: &str| ("/Name", json!(name));
    let ports = |host_ip: &str, host: &str, target: &str| {
        let key = format!("{target}/tcp");
        let bound = json!({key: [{"HostIp": host_ip, "HostPort": host}]});
        ("/NetworkSettings/Ports", bound)
    };
    let mounts = |kind: &str, name: &str, target: &str| {
        let mount = json!([{"Type": kind, "Name": name, "Source": "/x", "Destination": target, "RW": true}]);
        ("/Mounts", mount)
    };
    let state = |word: &str| ("/State/Status", json!(word));
    let image = |id: &str, asked: &str| [("/Image", json!(id)), ("/Config/Image", json!(asked))];
    let html = "/usr/share/nginx/html";
    let long = "ab".repeat(32);
    type Case<'a> = (&'a str, Vec<(&'a str, Value)>, &'a str);
    let cases: Vec<Case> = vec![
        (
            "another name",
            vec![named("/web")],
            "named-webserver/other-name",
        ),
        ("stopped", vec![state("exited")], "nginx-runs/stopped"),
        ("paused", vec![state("paused")], "nginx-runs/paused"),
        (
            "never started",
            vec![state("created")],
            "nginx-runs/never-started",
        ),
        (
            "another image",
            image("sha256:bbbb", "base").into(),
            "nginx-runs/other-image",
        ),
        (
            "base tagged nginx",
            image("sha256:bbbb", "nginx").into(),
            "nginx-runs/not-nginx",
        ),
        (
            "swapped",
            vec![ports("0.0.0.0", "80", "8080")],
            "port-80/swapped",
        ),
        (
            "another port",
            vec![ports("0.0.0.0", "8080", "80")],
            "port-80/other-port",
        ),
        (
            "no port",
            vec![("/NetworkSettings/Ports", json!({}))],
            "port-80/not-published",
        ),
        (
            "the other protocol",
            vec![(
                "/NetworkSettings/Ports",
                json!({"80/udp": [{"HostIp": "0.0.0.0", "HostPort": "80"}]}),
            )],
            "port-80/udp",
        ),
        (
            "another address",
            vec![ports("127.0.0.2", "80", "80")],
            "port-80/elsewhere",
        ),
        (
            "the lab's network",
            vec![
                ("/NetworkSettings/Ports", json!({})),
                ("/HostConfig/NetworkMode", json!("host")),
            ],
            "port-80/host-network",
        ),
        (
            "mounted elsewhere",
            vec![mounts("bind", "", "/var/www")],
            "page-is-mounted/wrong-place",
        ),
        (
            "in memory",
            vec![mounts("tmpfs", "", html)],
            "page-is-mounted/tmpfs",
        ),
        (
            "nothing mounted",
            vec![("/Mounts", json!([]))],
            "page-is-mounted/inside",
        ),
        ("no name", vec![mounts("volume", &long, html)], ""),
    ];
    for (what, changes, expected) in cases {
        let (failed, _) = nginx_lab(world(vec![webserver(&changes)]), looks(200, "mine"));
        let wanted: Vec<&str> = [expected]
            .into_iter()
            .filter(|one| !one.is_empty())
            .collect();
        assert_eq!(failed, wanted, "{what}");
    }
}

#[test]
fn what_is_served_decides_between_the_hints_for_the_page() {
    for (status, body, expected) in [
        (200, "  \n", "page-is-served/empty"),
        (200, "Welcome to nginx!\n", "page-is-served/images-page"),
        (403, "Forbidden", "page-is-served/forbidden"),
        (500, "oops", "page-is-served/open"),
    ] {
        let (failed, skipped) = nginx_lab(world(vec![webserver(&[])]), looks(status, body));
        assert_eq!(failed, [expected], "{body}");
        assert_eq!(skipped, ["page-survives"], "{body}");
    }
}

#[test]
fn a_page_that_is_gone_from_the_copy_does_not_survive() {
    let long = "ab".repeat(32);
    let mounts = json!([{"Type": "volume", "Name": long, "Destination": "/usr/share/nginx/html"}]);
    let mut seen = looks(200, "mine");
    seen.push(copy(page(200, "Welcome to nginx!")));
    let (failed, _) = nginx_lab(world(vec![webserver(&[("/Mounts", mounts)])]), seen.clone());
    assert_eq!(failed, ["page-survives/anonymous"]);
    let (failed, _) = nginx_lab(world(vec![webserver(&[])]), seen);
    assert_eq!(failed, ["page-survives/open"]);
}

#[test]
fn a_process_on_port_80_is_not_the_container() {
    let mut seen = looks(200, "mine");
    seen.push((
        Request::Listener { port: 80 },
        Observation::Listener(Listener::Process("python3".to_string())),
    ));
    let (failed, _) = nginx_lab(world(vec![webserver(&[])]), seen);
    assert_eq!(failed, ["port-80/elsewhere"]);
}

#[test]
fn where_the_engine_does_not_tell_the_pages_are_compared() {
    let own = |body: &str| {
        let request = Request::Http {
            address: "172.17.0.2:80".to_string(),
            host: "localhost".to_string(),
            path: "/".to_string(),
        };
        (request, page(200, body))
    };
    let unknown = (
        Request::Listener { port: 80 },
        Observation::Listener(Listener::Unknown),
    );
    let mut seen = looks(200, "mine");
    seen.extend([unknown, own("mine")]);
    let (failed, _) = nginx_lab(world(vec![webserver(&[])]), seen.clone());
    assert!(failed.is_empty(), "{failed:?}");
    seen.push(own("another page"));
    let (failed, _) = nginx_lab(world(vec![webserver(&[])]), seen);
    assert_eq!(failed, ["port-80/elsewhere"]);
}

#[test]
fn a_goal_waits_for_its_look_and_tells_no_other_hint_meanwhile() {
    let grader = grader("nginx-volumes");
    let evaluation = evaluate(&grader, &world(vec![webserver(&[])]), &BTreeSet::new());
    assert_eq!(evaluation.wanted, BTreeSet::from([localhost()]));
    assert!(evaluation.checks.iter().all(|check| check.miss.is_none()));
}

#[test]
fn a_look_that_fails_is_an_error_and_nobodys_fault() {
    let seen = vec![(
        localhost(),
        Observation::Failed("the engine is gone".to_string()),
    )];
    let mut world = world(vec![webserver(&[])]);
    world.seen.extend(seen);
    let checks = judge(&grader("nginx-volumes"), &world);
    let port = checks
        .iter()
        .find(|check| check.id == "port-80")
        .expect("goal");
    assert_eq!(port.status, Status::Error);
    assert_eq!(port.actual.en, "the engine is gone");
}

#[test]
fn the_subject_is_the_exact_name_before_the_nearest() {
    let other = webserver(&[
        ("/Id", json!("0000")),
        ("/Name", json!("/web")),
        ("/Created", json!("2027-01-01T00:00:00Z")),
    ]);
    let exact = webserver(&[("/State/Status", json!("exited"))]);
    let (failed, _) = nginx_lab(world(vec![other.clone(), exact]), looks(200, "mine"));
    assert_eq!(failed, ["nginx-runs/stopped"]);
    // A container that meets nothing is never the subject.
    let stranger = webserver(&[("/Name", json!("/x")), ("/Image", json!("sha256:bbbb"))]);
    let (failed, skipped) = nginx_lab(world(vec![stranger]), vec![]);
    assert_eq!(failed, ["nginx-runs/open", "named-webserver/open"]);
    assert_eq!(skipped.len(), 4);
}

/// A `hello-world` that was run with `--rm`: only the journal knows.
fn removed_since(more: Vec<Record>) -> World {
    let mut records = vec![pull("sha256:eeee", "docker.io/library/hello-world:latest")];
    records.extend(more);
    World {
        history: journal(records),
        ..World::default()
    }
}

fn life(id: &str, name: &str, image: &str, own: bool, code: i64) -> Vec<Record> {
    let about = json!({"name": name, "image": image, "reference": "hello-world"});
    let mut created = about.clone();
    created["cmd"] = json!(["/hello"]);
    created["own_command"] = json!(own);
    created["layers"] = json!(["h1"]);
    let mut died = about.clone();
    died["exit_code"] = json!(code);
    vec![
        record("container.create", id, created),
        record("container.start", id, about.clone()),
        record("container.die", id, died),
        record("container.destroy", id, about),
    ]
}

fn hello_lab(world: &World) -> (Vec<String>, Vec<String>) {
    let checks = judge(&grader("hello-world"), world);
    let (failed, skipped) = missed(&checks);
    (failed, skipped.into_iter().map(str::to_string).collect())
}

#[test]
fn a_container_that_was_removed_still_counts() {
    let mut world = removed_since(life("feed0123", "greeter", "sha256:eeee", true, 0));
    for (answer, failed) in [
        ("greeter", vec![]),
        ("feed", vec![]),
        ("FEED0123", vec![]),
        ("fe", vec![]),
        ("f", vec!["container/none-left"]),
        ("fed", vec!["container/none-left"]),
        ("hello-world", vec!["container/image-name"]),
    ] {
        world.answers = [("ps-a".to_string(), "all".to_string())].into();
        world
            .answers
            .insert("container".to_string(), answer.to_string());
        assert_eq!(hello_lab(&world).0, failed, "{answer}");
    }
}

#[test]
fn another_command_another_code_or_another_image_is_not_that_run() {
    let answers = |mut world: World| {
        world.answers = [("ps-a".to_string(), "all".to_string())].into();
        hello_lab(&world).0
    };
    let other_command = life("feed0123", "a", "sha256:eeee", false, 0);
    assert_eq!(answers(removed_since(other_command)), ["ran/other-command"]);
    let other_code = life("feed0123", "a", "sha256:eeee", true, 1);
    assert_eq!(answers(removed_since(other_code)), ["ran/open"]);
    let mut other_image = life("feed0123", "a", "sha256:ffff", true, 0);
    for record in &mut other_image {
        record.data.remove("layers");
    }
    assert_eq!(answers(removed_since(other_image)), ["ran/tagged-over"]);
}

#[test]
fn descent_is_by_layers_and_survives_the_image() {
    // A descendant, under any name.
    let mut world = world(vec![webserver(&[
        ("/Image", json!("sha256:dddd")),
        ("/Config/Image", json!("mine")),
    ])]);
    world.images.push(image(
        "sha256:dddd",
        "mine:latest",
        &["l1", "l2", "l3"],
        &[],
    ));
    assert_met("{container: {image: nginx}}", &world);
    assert_met("{lineage: {image: mine, from: nginx}}", &world);
    assert_unmet("{lineage: {image: base, from: nginx}}", &world);
    assert_unmet("{container: {image: hello-world}}", &world);
    // nginx itself was removed: a container's creation remembers its layers.
    world.images.retain(|image| image.id != "sha256:aaaa");
    let created = json!({"image": "sha256:aaaa", "layers": ["l1", "l2"]});
    world
        .history
        .records
        .push(record("container.create", "x", created));
    assert_met("{container: {image: nginx}}", &world);
}

#[test]
fn on_a_real_docker_a_digest_tells_what_was_pulled() {
    let mut world = world(vec![webserver(&[])]);
    world.history = History {
        source: Source::Events,
        records: Vec::new(),
    };
    assert_unmet("{image: {name: nginx, pulled: true}}", &world);
    world.images[0].digests = vec!["nginx@sha256:99".to_string()];
    assert_met("{image: {name: nginx, pulled: true}}", &world);
    assert_met("{container: {image: nginx}}", &world);
    let check = "{journal: {kind: container.start}}";
    assert_eq!(status(check, &world), Status::Skip);
}

#[test]
fn a_page_counts_from_wherever_it_is_served() {
    let mounts = json!([
        {"Type": "bind", "Source": "/me/conf", "Destination": "/etc/nginx/conf.d", "RW": true},
        {"Type": "bind", "Source": "/me/html", "Destination": "/srv", "RW": true},
        {"Type": "tmpfs", "Destination": "/srv/tmp", "RW": true},
    ]);
    let held = |page: Option<&str>| {
        let mut world = world(vec![webserver(&[("/Mounts", mounts.clone())])]);
        world.seen.extend(looks(200, "mine"));
        for place in ["/etc/nginx/conf.d", "/srv", "/srv/tmp"] {
            let request = Request::Holding {
                container: "c0ffee0123456789".to_string(),
                place: place.to_string(),
                content: fingerprint(b"mine\n"),
            };
            let here = page.filter(|page| page.starts_with(place));
            let found = Observation::Holding(here.map(str::to_string));
            world.seen.insert(request, found);
        }
        world
    };
    let check = "{mount: {container: web, serves: {}, type: [bind, volume]}}";
    assert_met(check, &held(Some("/srv/start.html")));
    // What lies in a mount inside another is that one's.
    assert_unmet(check, &held(Some("/srv/tmp/start.html")));
    assert_unmet(check, &held(None));
    assert!(
        nginx_lab(held(Some("/srv/start.html")), vec![])
            .0
            .is_empty()
    );
    let nowhere = judge(&one_goal(check), &held(None)).remove(0);
    assert_eq!(
        nowhere.actual.en,
        "bind `/me/conf` on `/etc/nginx/conf.d`, bind `/me/html` on `/srv`, tmpfs on `/srv/tmp`"
    );
    let (failed, _) = nginx_lab(held(None), vec![]);
    assert_eq!(failed, ["page-is-mounted/wrong-place"]);
}

#[test]
fn mounts_are_judged_by_the_deepest_that_covers() {
    let mounts = json!([
        {"Type": "bind", "Source": "/a", "Destination": "/usr/share", "RW": true},
        {"Type": "tmpfs", "Destination": "/usr/share/nginx/html", "RW": false},
    ]);
    let world = world(vec![webserver(&[("/Mounts", mounts)])]);
    let covers = |rest: &str| format!("{{mount: {{container: web, covers: {PAGE}, {rest}}}}}");
    assert_met(&covers("type: [tmpfs], rw: false"), &world);
    assert_unmet(&covers("type: [bind]"), &world);
    // A folder whose name merely begins the same covers nothing.
    assert_met(
        "{mount: {container: web, covers: /usr/share/x, type: [bind]}}",
        &world,
    );
    assert_unmet(
        "{mount: {container: web, covers: /usr/shared, type: [bind]}}",
        &world,
    );
}

#[test]
fn a_lab_about_tmpfs_and_read_only_can_be_written() {
    let mut inspect = webserver(&[("/Mounts", json!([]))]);
    inspect["HostConfig"] = json!({
        "NetworkMode": "bridge",
        "ReadonlyRootfs": true,
        "Memory": 67_108_864,
        "Tmpfs": {"/scratch": "ro,size=64m"},
        "RestartPolicy": {"Name": "on-failure"},
    });
    let world = world(vec![inspect]);
    assert_met(
        "{mount: {container: web, target: /scratch, type: [tmpfs], rw: false, size: {at-most: 67108864}}}",
        &world,
    );
    assert_unmet(
        "{mount: {container: web, type: [tmpfs], size: {at-most: 1000}}}",
        &world,
    );
    assert_met(
        "{container: {read-only: true, memory: 67108864, restart-policy: on-failure, privileged: false}}",
        &world,
    );
}

#[test]
fn networks_volumes_and_counts() {
    let mut world = world(vec![webserver(&[])]);
    world.networks = vec![Network::from_json(&json!({
        "Name": "lan", "Driver": "ipvlan", "Internal": false,
        "IPAM": {"Config": [{"Subnet": "10.23.12.0/24", "Gateway": "10.23.12.254"}]},
        "Options": {"ipvlan_mode": "l2", "parent": "ens160"},
    }))];
    world.volumes = vec![Volume::from_json(
        &json!({"Name": "site", "Driver": "local"}),
    )];
    assert_met(
        "{network: {driver: ipvlan, subnet: 10.23.12.0/24, gateway: 10.23.12.254, option: parent=ens160}}",
        &world,
    );
    assert_unmet(
        "{network: {driver: ipvlan, option: ipvlan_mode=l3}}",
        &world,
    );
    assert_unmet("{network: {name: lan, joins: web}}", &world);
    assert_met("{volume: {name: site}}", &world);
    assert_unmet("{volume: {name: site, used-by: web}}", &world);
    assert_met("{count: {volume: {}, is: 1}}", &world);
    assert_met(
        "{count: {container: {state: [running]}, is: {at-least: 1, at-most: 1}}}",
        &world,
    );
    assert_unmet("{count: {image: {from: nginx}, is: 2}}", &world);
}

#[test]
fn matchers_and_their_joins() {
    let world = world(vec![webserver(&[])]);
    for (matcher, holds) in [
        ("webserver", true),
        ("{contains: serv}", true),
        ("{regex: '^web.*r$'}", true),
        ("{one-of: [a, webserver]}", true),
        ("{at-most: 3}", false),
        ("{contains: serv, regex: '^x'}", false),
    ] {
        let check = format!("{{container: {{name: {matcher}}}}}");
        assert_eq!(status(&check, &world) == Status::Pass, holds, "{matcher}");
    }
    assert_met(
        "{all: [{container: {name: webserver}}, {image: {name: nginx}}]}",
        &world,
    );
    assert_met(
        "{any: [{container: {name: nobody}}, {image: {name: nginx}}]}",
        &world,
    );
    assert_met("{not: {container: {name: nobody}}}", &world);
    assert_unmet("{not: {container: {name: webserver}}}", &world);
    assert_unmet(
        "{all: [{image: {name: nginx}}, {image: {name: apache}}]}",
        &world,
    );
}

#[test]
fn files_processes_reach_and_commands_by_what_was_seen() {
    let id = "c0ffee0123456789".to_string();
    let mut world = world(vec![webserver(&[])]);
    world.seen.extend([
        (
            Request::WorkFile {
                path: "notes".to_string(),
            },
            file("hello\n"),
        ),
        (
            Request::WorkFile {
                path: "gone".to_string(),
            },
            Observation::File(FileFound::Missing),
        ),
        (
            Request::Processes {
                container: id.clone(),
            },
            Observation::Processes(vec!["nginx: master process".to_string()]),
        ),
        (
            Request::Reach {
                from: None,
                address: "10.0.0.1:80".to_string(),
            },
            Observation::Reached(false),
        ),
        (
            Request::Copy {
                container: id,
                act: Act::Recreate,
                look: Glance::Exec {
                    command: vec!["cat".to_string(), "/x".to_string()],
                },
            },
            Observation::Copy {
                before: Box::new(Observation::Unsupported(String::new())),
                after: Box::new(Observation::Exec(plimsoll_lab::probe::ExecReply {
                    exit_code: 1,
                    output: b"no such file\n".to_vec(),
                })),
            },
        ),
    ]);
    assert_met("{file: {path: notes, content: hello}}", &world);
    assert_unmet("{file: {path: notes, content: bye}}", &world);
    assert_unmet("{file: {path: gone}}", &world);
    assert_met("{file: {path: gone, exists: false}}", &world);
    assert_met(
        "{process: {container: web, command: {contains: nginx}}}",
        &world,
    );
    assert_unmet("{reach: {to: '10.0.0.1:80'}}", &world);
    assert_met(
        "{exec: {container: web, command: [cat, /x], exit-code: 1, output: {contains: no such}}}",
        &world,
    );
}

#[test]
fn a_goal_that_holds_once_stays_met() {
    let grader = grader("hello-world");
    let reached = BTreeSet::from(["pulled".to_string(), "ran".to_string()]);
    let checks = evaluate(&grader, &World::default(), &reached).checks;
    assert_eq!(checks[0].status, Status::Pass);
    assert_eq!(checks[1].status, Status::Pass);
    assert_eq!(checks[2].status, Status::Fail);
}

#[test]
fn every_word_of_a_verdict_is_there_in_both_languages() {
    let mut gallery = String::new();
    let mut tell = |what: &str, checks: &[CheckRecord]| {
        let _ = writeln!(gallery, "# {what}");
        for check in checks.iter().filter(|check| check.status != Status::Skip) {
            assert!(
                !check.expected.fr.is_empty() && !check.actual.fr.is_empty(),
                "{}",
                check.id
            );
            let _ = writeln!(
                gallery,
                "{}\n  {}\n  {}",
                check.id, check.message.en, check.message.fr
            );
            if let Some(hint) = &check.hint {
                let _ = writeln!(gallery, "  -> {}\n  -> {}", hint.en, hint.fr);
            }
            if let Some(command) = &check.look_at {
                let _ = writeln!(gallery, "  $ {command}");
            }
        }
        gallery.push('\n');
    };
    let nginx = grader("nginx-volumes");
    tell("an empty lab", &judge(&nginx, &World::default()));
    let mut right = world(vec![webserver(&[])]);
    right.seen.extend(looks(200, "<h1>mine</h1>"));
    let held = holdings(&right);
    right.seen.extend(held);
    tell("everything met", &judge(&nginx, &right));
    let mut swapped = world(vec![webserver(&[
        ("/Name", json!("/web")),
        (
            "/NetworkSettings/Ports",
            json!({"8080/tcp": [{"HostIp": "0.0.0.0", "HostPort": "80"}, {"HostIp": "::", "HostPort": "80"}]}),
        ),
        (
            "/Mounts",
            json!([{"Type": "bind", "Source": "/h", "Destination": "/var/www"}]),
        ),
    ])]);
    swapped.seen.extend(looks(200, "mine"));
    let held = holdings(&swapped);
    swapped.seen.extend(held);
    tell("three mistakes", &judge(&nginx, &swapped));
    let hello = grader("hello-world");
    tell("hello, an empty lab", &judge(&hello, &World::default()));
    let mut named = removed_since(life("feed0123", "greeter", "sha256:eeee", true, 0));
    named.answers = [
        ("ps-a".to_string(), "running".to_string()),
        ("container".to_string(), "whale".to_string()),
    ]
    .into();
    tell("hello, wrong answers", &judge(&hello, &named));
    insta::assert_snapshot!(gallery);
}
