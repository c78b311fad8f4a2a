//! States that nobody had to set up, and what is said of them.

use plimsoll_lab::evaluate::evaluate;
use plimsoll_lab::probe::{
    Act, FileFound, Glance, HttpReply, Listener, Observation, Request, fingerprint,
};
use plimsoll_lab::result::{CheckRecord, Status};
use plimsoll_lab::schema::{GraderFile, read_grader};
use plimsoll_lab::world::{Container, History, Image, Record, Source, World};
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub const PAGE: &str = "/usr/share/nginx/html/index.html";

pub fn image(id: &str, tag: &str, layers: &[&str], command: &[&str]) -> Image {
    Image::from_inspect(&json!({
        "Id": id,
        "RepoTags": [tag],
        "RootFS": {"Layers": layers},
        "Config": {"Cmd": command},
    }))
}

/// nginx as pulled, and base, which shares its lowest layer.
pub fn images() -> Vec<Image> {
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

pub fn record(kind: &str, subject: &str, data: Value) -> Record {
    Record {
        seq: 0,
        kind: kind.to_string(),
        subject: subject.to_string(),
        time: String::new(),
        data: data.as_object().cloned().unwrap_or_default(),
    }
}

pub fn pull(id: &str, reference: &str) -> Record {
    record("image.pull", id, json!({"reference": reference}))
}

pub fn journal(records: Vec<Record>) -> History {
    History {
        source: Source::Journal,
        records,
    }
}

/// A world in which nginx and base were pulled.
pub fn world(containers: Vec<Value>) -> World {
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
pub fn webserver(changes: &[(&str, Value)]) -> Value {
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

pub fn localhost() -> Request {
    Request::Http {
        address: "localhost:80".to_string(),
        host: "localhost".to_string(),
        path: "/".to_string(),
    }
}

pub fn page(status: u16, body: &str) -> Observation {
    Observation::Http(HttpReply {
        status,
        headers: vec!["Server: nginx".to_string()],
        body: body.into(),
    })
}

pub fn file(content: &str) -> Observation {
    Observation::File(FileFound::Content(content.into()))
}

pub fn copy(after: Observation) -> (Request, Observation) {
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
pub fn own_page(address: &str) -> Request {
    Request::Http {
        address: format!("{address}:80"),
        host: "localhost".to_string(),
        path: "/".to_string(),
    }
}

/// What is found in the mounts: the page that is served lies at [`PAGE`].
pub fn holdings(world: &World) -> Vec<(Request, Observation)> {
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
pub fn looks(status: u16, body: &str) -> Vec<(Request, Observation)> {
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

pub fn grader(name: &str) -> GraderFile {
    let course = plimsoll_lab::course::Course::embedded();
    course.lab(name).expect("the lab").grader.clone()
}

/// A grader of one goal, `goal`, worth one point.
pub fn one_goal(check: &str) -> GraderFile {
    let text = format!(
        "schema: plimsoll/grader/v1\nlab: t\nsubjects:\n  - id: web\n    container: {{name: webserver, image: nginx}}\n\
         goals:\n  - id: goal\n    points: 1\n    title: {{en: t, fr: t}}\n    check: {check}\n"
    );
    read_grader("t.yaml", &text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

pub fn judge(grader: &GraderFile, world: &World) -> Vec<CheckRecord> {
    let evaluation = evaluate(grader, world, &BTreeSet::new());
    assert!(
        evaluation.wanted.is_empty(),
        "wanted: {:?}",
        evaluation.wanted
    );
    evaluation.checks
}

pub fn status(check: &str, world: &World) -> Status {
    judge(&one_goal(check), world)[0].status
}

pub fn assert_met(check: &str, world: &World) {
    let found = &judge(&one_goal(check), world)[0];
    assert_eq!(found.status, Status::Pass, "{check}: {}", found.message.en);
}

pub fn assert_unmet(check: &str, world: &World) {
    let found = &judge(&one_goal(check), world)[0];
    assert_eq!(found.status, Status::Fail, "{check}: {}", found.message.en);
}

/// Failed goals with the miss that was recognised, and skipped ones.
pub fn missed(checks: &[CheckRecord]) -> (Vec<String>, Vec<&str>) {
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

pub fn nginx_lab(world: World, seen: Vec<(Request, Observation)>) -> (Vec<String>, Vec<String>) {
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

/// A `hello-world` that was run with `--rm`: only the journal knows.
pub fn removed_since(more: Vec<Record>) -> World {
    let mut records = vec![pull("sha256:eeee", "docker.io/library/hello-world:latest")];
    records.extend(more);
    World {
        history: journal(records),
        ..World::default()
    }
}

pub fn life(id: &str, name: &str, image: &str, own: bool, code: i64) -> Vec<Record> {
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
