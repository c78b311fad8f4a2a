//! Labs that nobody ran, judged by their own graders: what the interface hears
//! when a learner has come so far.

use std::collections::BTreeSet;

use plimsoll_api::operation;
use plimsoll_lab::course::Course;
use plimsoll_lab::evaluate::evaluate;
use plimsoll_lab::probe::{
    Act, FileFound, Glance, HttpReply, Listener, Observation, Request, fingerprint,
};
use plimsoll_lab::result::ResultRecord;
use plimsoll_lab::world::{Container, History, Image, Record, Source, World};
use plimsoll_tui::xray::Command;
use serde_json::{Value, json};

use super::player::{HELLO, WEB};

const PAGE: &str = "/usr/share/nginx/html/index.html";
const GREETER: &str = "feedbeef01234567";
const WEBSERVER: &str = "c0ffee0123456789";

/// A lab in which nothing was done.
pub fn fresh(lab: &str) -> ResultRecord {
    judged(lab, &World::default())
}

/// `docker run hello-world` was typed, and these questions answered.
pub fn hello(answers: &[(&str, &str)]) -> ResultRecord {
    let mut world = World {
        containers: vec![Container::from_inspect(&json!({
            "Id": GREETER,
            "Name": "/brave_turing",
            "Created": "2026-03-01T11:58:00Z",
            "Path": "/hello",
            "State": {"Status": "exited", "StartedAt": "2026-03-01T11:58:00Z", "ExitCode": 0},
            "Image": "sha256:aaaa",
            "Config": {"Image": "hello-world"},
        }))],
        images: vec![image("sha256:aaaa", "hello-world:latest", "/hello")],
        history: pulled(&[("sha256:aaaa", "docker.io/library/hello-world:latest")]),
        ..World::default()
    };
    for (question, value) in answers {
        let answer = ((*question).to_owned(), (*value).to_owned());
        world.answers.extend([answer]);
    }
    judged(HELLO, &world)
}

/// All goals of the first lab are met.
pub fn hello_done() -> ResultRecord {
    hello(&[("ps-a", "all"), ("container", "brave_turing")])
}

/// The first lab, where somebody typed the name of another program behind the
/// image's.
pub fn hello_other_command() -> ResultRecord {
    let world = World {
        containers: vec![Container::from_inspect(&json!({
            "Id": GREETER,
            "Name": "/brave_turing",
            "Created": "2026-03-01T11:58:00Z",
            "Path": "ls",
            "State": {"Status": "created", "ExitCode": 127},
            "Image": "sha256:aaaa",
            "Config": {"Image": "hello-world"},
        }))],
        images: vec![image("sha256:aaaa", "hello-world:latest", "/hello")],
        history: pulled(&[("sha256:aaaa", "docker.io/library/hello-world:latest")]),
        ..World::default()
    };
    judged(HELLO, &world)
}

/// What the learner made of the web server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Web {
    /// As the course prints it: all goals are met.
    Served,
    /// `-p 80:8080`.
    Swapped,
    /// Without `-v`.
    NothingMounted,
    Stopped,
}

/// The second lab.
pub fn web(state: Web) -> ResultRecord {
    let mount = json!([{"Type": "bind", "Source": "/home/me/html", "RW": true,
        "Destination": "/usr/share/nginx/html"}]);
    let target = match state {
        Web::Swapped => "8080/tcp",
        _ => "80/tcp",
    };
    let container = json!({
        "Id": WEBSERVER,
        "Name": "/webserver",
        "Created": "2026-03-01T11:58:00Z",
        "Path": "nginx",
        "State": {
            "Status": if state == Web::Stopped { "exited" } else { "running" },
            "StartedAt": "2026-03-01T11:58:01Z",
            "ExitCode": 0,
        },
        "Image": "sha256:bbbb",
        "Config": {"Image": "nginx"},
        "HostConfig": {"NetworkMode": "bridge"},
        "NetworkSettings": {
            "Ports": {target: [{"HostIp": "0.0.0.0", "HostPort": "80"}]},
            "Networks": {"bridge": {"IPAddress": "172.17.0.2"}},
        },
        "Mounts": if state == Web::NothingMounted { json!([]) } else { mount },
    });
    let mut world = World {
        containers: vec![Container::from_inspect(&container)],
        images: vec![image("sha256:bbbb", "nginx:latest", "nginx")],
        history: pulled(&[("sha256:bbbb", "docker.io/library/nginx:latest")]),
        ..World::default()
    };
    world.seen.extend(looks());
    judged(WEB, &world)
}

fn looks() -> Vec<(Request, Observation)> {
    let page = |body: &str| {
        Observation::Http(HttpReply {
            status: 200,
            headers: vec!["Server: nginx".to_owned()],
            body: body.into(),
        })
    };
    let file = |content: &str| Observation::File(FileFound::Content(content.into()));
    let localhost = Request::Http {
        address: "localhost:80".to_owned(),
        host: "localhost".to_owned(),
        path: "/".to_owned(),
    };
    let own = Request::Http {
        address: "172.17.0.2:80".to_owned(),
        host: "localhost".to_owned(),
        path: "/".to_owned(),
    };
    let held = |place: &str, found: Option<&str>| {
        let request = Request::Holding {
            container: WEBSERVER.to_owned(),
            place: place.to_owned(),
            content: fingerprint(b"mine"),
        };
        (request, Observation::Holding(found.map(str::to_owned)))
    };
    let listener = Observation::Listener(Listener::Container(WEBSERVER.to_owned()));
    let inside = Request::ContainerFile {
        container: WEBSERVER.to_owned(),
        path: PAGE.to_owned(),
    };
    let original = Request::ImageFile {
        image: "sha256:bbbb".to_owned(),
        path: PAGE.to_owned(),
    };
    let copy = Request::Copy {
        container: WEBSERVER.to_owned(),
        act: Act::Recreate,
        look: Glance::Http {
            port: 80,
            path: "/".to_owned(),
        },
    };
    let kept = Observation::Copy {
        before: Box::new(page("mine")),
        after: Box::new(page("mine")),
    };
    vec![
        (localhost, page("mine")),
        (own, page("mine")),
        held("/usr/share/nginx/html", Some(PAGE)),
        (Request::Listener { port: 80 }, listener),
        (inside, file("mine")),
        (original, file("Welcome to nginx!")),
        (copy, kept),
    ]
}

fn image(id: &str, tag: &str, command: &str) -> Image {
    Image::from_inspect(&json!({
        "Id": id,
        "RepoTags": [tag],
        "RootFS": {"Layers": [format!("layer of {tag}")]},
        "Config": {"Cmd": [command]},
    }))
}

fn pulled(images: &[(&str, &str)]) -> History {
    let line = |(id, reference): &(&str, &str)| json!({"kind": "image.pull", "subject": id, "data": {"reference": reference}});
    let record = |image: &(&str, &str)| Record::from_journal(&line(image));
    History {
        source: Source::Journal,
        records: images.iter().map(record).collect(),
    }
}

fn judged(lab: &str, world: &World) -> ResultRecord {
    let course = Course::embedded();
    let grader = &course.lab(lab).expect("the lab").grader;
    let evaluation = evaluate(grader, world, &BTreeSet::new());
    assert!(
        evaluation.wanted.is_empty(),
        "this world lacks {:?}",
        evaluation.wanted
    );
    let checks = evaluation.checks;
    ResultRecord {
        schema: ResultRecord::SCHEMA.to_owned(),
        lab: lab.to_owned(),
        verdict: ResultRecord::verdict_of(&checks),
        score: ResultRecord::score_of(&checks),
        max_score: grader.max_score(),
        checks,
        cause: None,
        engine: "plimsoll 0.1.0".to_owned(),
        started_at: "2026-03-01T12:00:00Z".to_owned(),
        duration_ms: 3,
        journal_head: None,
    }
}

/// What the engine told of commands that were typed.
pub fn commands() -> Vec<Command> {
    let line = |kind: &str, took: Option<u64>, facts: Value| json!({"kind": kind, "facts": facts, "duration_us": took, "ops": []});
    let command = |id: u64, title: &str, operations: Value| {
        let told = json!({
            "id": id, "seq": id, "typed": true, "title": title, "duration_us": 3_400,
            "operations": operations,
        });
        let told: operation::Command = serde_json::from_value(told).expect("a command");
        Command::from(told)
    };
    let reference = json!({"reference": "nginx", "layers": 3});
    let named = json!({"name": "webserver", "id": "3f1c0d2e4b5a69788796a5b4c3d2e1f0"});
    let created = json!([{"kind": "container.create", "subject": "webserver", "duration_us": 900,
        "lines": [line("image", Some(30), reference), line("container", None, named)]}]);
    let data = json!({"name": "data", "anonymous": false});
    let volume = json!([{"kind": "volume.create", "subject": "data", "duration_us": 400,
        "lines": [line("volume", None, data)]}]);
    vec![
        command(10, "docker volume create data", volume),
        command(20, "docker create --name webserver nginx", created),
    ]
}
