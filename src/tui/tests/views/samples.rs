//! Labs that nobody ran: everything that a view can meet, in one scene each.

use jiff::{SignedDuration, Timestamp};
use plimsoll_api::ContainerStatus as State;
use plimsoll_api::lab::JournalEntry;
use plimsoll_tui::scene::journal::Entry;
use plimsoll_tui::scene::{
    Access, Attachment, Change, ChangeKind, Container, Contents, Count, Health, Image, Layer,
    LeftOut, Mount, MountKind, Network, Place, Port, Published, Scene, Step, Volume, Writable,
};
use serde_json::json;

pub fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().expect("a moment")
}

fn ago(seconds: i64) -> Option<Timestamp> {
    Some(now() - SignedDuration::from_secs(seconds))
}

fn bridge() -> Network {
    Network {
        name: "bridge".into(),
        driver: "bridge".into(),
        subnet: Some("172.17.0.0/16".into()),
        gateway: Some("172.17.0.1".into()),
        device: Some("docker0".into()),
        internal: false,
    }
}

fn plain(name: &str, driver: &str) -> Network {
    Network {
        name: name.into(),
        driver: driver.into(),
        ..Network::default()
    }
}

/// A lab in which nothing was done yet.
pub fn empty() -> Scene {
    Scene {
        lab: "hello-world".into(),
        networks: vec![bridge(), plain("host", "host"), plain("none", "null")],
        ..Scene::default()
    }
}

pub fn running(name: &str, image: &str, address: &str, seconds: i64) -> Container {
    Container {
        id: format!("{name:_<12}").chars().take(12).collect(),
        name: name.into(),
        image: image.into(),
        image_id: format!("sha256:{image}"),
        command: "nginx -g daemon off;".into(),
        state: State::Running,
        created_at: ago(seconds + 1),
        started_at: ago(seconds),
        place: Place::Networks(vec![Attachment {
            network: "bridge".into(),
            address: address.into(),
        }]),
        ..Container::default()
    }
}

fn ended(name: &str, image: &str, code: i32, seconds: i64) -> Container {
    Container {
        state: State::Exited,
        exit_code: code,
        finished_at: ago(seconds),
        ..running(name, image, "", seconds)
    }
}

fn published(number: u16, port: u16, outside: Option<&str>) -> Port {
    Port {
        number,
        protocol: "tcp".into(),
        published: Some(Published {
            address: String::new(),
            port,
            outside: outside.map(str::to_owned),
        }),
    }
}

fn mount(kind: MountKind, source: &str, destination: &str, access: Access) -> Mount {
    Mount {
        kind,
        source: source.into(),
        destination: destination.into(),
        access,
    }
}

fn webserver() -> Container {
    Container {
        health: Some(Health::Healthy),
        ports: vec![
            published(80, 80, Some("127.0.0.1:8080")),
            Port {
                number: 443,
                protocol: "tcp".into(),
                published: None,
            },
        ],
        mounts: vec![mount(
            MountKind::Bind,
            "/home/ada/plimsoll/nginx-volumes/html",
            "/usr/share/nginx/html",
            Access::ReadOnly,
        )],
        writable: Some(Writable {
            size: Some(12_300),
            changes: vec![
                change(ChangeKind::Changed, "/run/"),
                change(ChangeKind::Added, "/run/nginx.pid"),
                change(ChangeKind::Changed, "/var/cache/nginx/"),
                change(ChangeKind::Added, "/var/cache/nginx/client_temp/"),
                change(ChangeKind::Deleted, "/etc/motd"),
            ],
            count: Count::Exactly(7),
            folders: 3,
        }),
        ..running("webserver", "nginx", "172.17.0.2", 130)
    }
}

fn db() -> Container {
    let mut db = Container {
        mounts: vec![
            mount(MountKind::Volume, "data", "/data", Access::ReadWrite),
            mount(
                MountKind::Volume,
                &"5f".repeat(32),
                "/var/lib/with/a/long/path/to/its/files",
                Access::ReadWrite,
            ),
            mount(MountKind::Tmpfs, "", "/tmp", Access::ReadWrite),
        ],
        writable: Some(Writable {
            size: Some(0),
            ..Writable::default()
        }),
        ..running("db", "base", "172.17.0.3", 10)
    };
    if let Place::Networks(all) = &mut db.place {
        all.push(Attachment {
            network: "shop".into(),
            address: "172.18.0.2".into(),
        });
    }
    db
}

/// A path that ends in `/` is a folder's.
fn change(kind: ChangeKind, path: &str) -> Change {
    Change {
        kind,
        path: path.trim_end_matches('/').into(),
        is_folder: path.ends_with('/'),
    }
}

/// One of everything.
#[expect(clippy::too_many_lines, reason = "one of everything")]
pub fn rich() -> Scene {
    let shop = Network {
        name: "shop".into(),
        driver: "bridge".into(),
        subnet: Some("172.18.0.0/16".into()),
        gateway: Some("172.18.0.1".into()),
        device: None,
        internal: true,
    };
    let lan = Network {
        name: "lan".into(),
        driver: "ipvlan".into(),
        subnet: Some("10.23.12.0/24".into()),
        gateway: Some("10.23.12.254".into()),
        device: Some("ens160".into()),
        internal: false,
    };
    let paused = Container {
        state: State::Paused,
        place: Place::Networks(vec![Attachment {
            network: "lan".into(),
            address: "10.23.12.100".into(),
        }]),
        ports: vec![published(53, 5353, None)],
        writable: Some(Writable {
            size: None,
            count: Count::AtLeast(20_000),
            folders: 1,
            changes: vec![change(
                ChangeKind::Added,
                "/var/log/a-log-that-goes-on-and-on.txt",
            )],
        }),
        ..running("resolver", "base", "", 4000)
    };
    let in_host = Container {
        place: Place::Host,
        ..running("watcher", "base", "", 90_000)
    };
    let beside = Container {
        place: Place::Container("webserver".into()),
        health: Some(Health::Unhealthy),
        ..running("sidecar", "base", "", 200_000)
    };
    let alone = Container {
        place: Place::Nowhere,
        ..running("hermit", "base", "", 61)
    };
    let fresh = Container {
        state: State::Created,
        started_at: None,
        ..running("fresh", "nginx", "", 5)
    };
    let volume = |name: &str, users: &[&str]| Volume {
        name: name.into(),
        users: users.iter().map(|user| (*user).to_owned()).collect(),
    };
    Scene {
        lab: "nginx-volumes".into(),
        folder: Some("/home/ada/plimsoll/nginx-volumes".into()),
        networks: vec![
            bridge(),
            plain("host", "host"),
            lan,
            plain("none", "null"),
            shop,
        ],
        containers: vec![
            webserver(),
            db(),
            paused,
            in_host,
            beside,
            alone,
            fresh,
            ended("hopeful_hopper", "hello-world", 0, 240),
            ended("broken", "nginx", 137, 90),
        ],
        volumes: vec![
            volume(&"5f".repeat(32), &["db"]),
            volume("data", &["db"]),
            volume("forgotten", &[]),
        ],
        images: images(),
        left_out: LeftOut::default(),
    }
}

fn contents(digest: &str) -> Option<Contents> {
    let (files, largest, deleted): (_, &[&str], &[&str]) = match digest {
        "n1" => (Count::Exactly(1), &["/usr/sbin/nginx"], &[]),
        "n2" => (
            Count::Exactly(14),
            &[
                "/etc/nginx/mime.types",
                "/usr/share/nginx/html/index.html",
                "/etc/nginx/nginx.conf",
            ],
            &["/etc/motd"],
        ),
        "b1" => (Count::AtLeast(50_000), &["/bin/tools"], &[]),
        _ => return None,
    };
    let owned = |paths: &[&str]| paths.iter().map(|path| (*path).to_owned()).collect();
    Some(Contents {
        files,
        largest: owned(largest),
        deleted: deleted.len(),
        first_deleted: owned(deleted),
    })
}

fn images() -> Vec<Image> {
    let layer = |words: &str, digest: &str, size: u64, shared: &[&str]| Step {
        words: words.into(),
        layer: Some(Layer {
            digest: format!("sha256:{digest}"),
            size,
            shared_with: shared.iter().map(|name| (*name).to_owned()).collect(),
            contents: contents(digest),
        }),
    };
    let setting = |words: &str| Step {
        words: words.into(),
        layer: None,
    };
    vec![
        Image {
            id: "sha256:base".into(),
            tags: vec!["base:latest".into()],
            size: 12_400_000,
            steps: vec![
                setting("CMD [\"bash\"]"),
                layer(
                    "COPY shell and tools /",
                    "b1",
                    12_400_000,
                    &["nginx:latest"],
                ),
            ],
            more_steps: 0,
        },
        Image {
            id: "sha256:hello-world".into(),
            tags: vec!["hello-world:latest".into()],
            size: 9_800,
            steps: vec![
                setting("CMD [\"/hello\"]"),
                layer("COPY hello /", "h1", 9_800, &[]),
            ],
            more_steps: 0,
        },
        Image {
            id: "sha256:nginx".into(),
            tags: vec!["nginx:latest".into(), "nginx:1.28".into()],
            size: 14_209_000,
            steps: vec![
                setting("CMD [\"nginx\" \"-g\" \"daemon off;\"]"),
                setting("EXPOSE 80"),
                setting("ENV NGINX_VERSION=1.28.0"),
                layer("COPY page and configuration /", "n2", 9_000, &[]),
                layer("COPY nginx 1.28.0 /usr/sbin/", "n1", 1_800_000, &[]),
                layer("COPY shell and tools /", "b1", 12_400_000, &["base:latest"]),
            ],
            more_steps: 0,
        },
        Image {
            id: "sha256:0123456789abcdef".into(),
            size: 77,
            ..Image::default()
        },
    ]
}

/// More than any pane holds.
pub fn crowd() -> Scene {
    let mut scene = empty();
    scene.containers = (0..60)
        .map(|index| Container {
            ports: vec![published(80, 8000 + index, None)],
            mounts: vec![mount(
                MountKind::Volume,
                "shared",
                "/data",
                Access::ReadOnly,
            )],
            ..running(
                &format!("worker-{index}"),
                "nginx",
                &format!("172.17.0.{}", index + 2),
                40,
            )
        })
        .chain((0..30).map(|index| {
            ended(
                &format!("job-{index}"),
                "base",
                i32::from(index % 3 == 0),
                500,
            )
        }))
        .collect();
    scene.left_out.containers = 23;
    scene
}

#[expect(clippy::too_many_lines, reason = "one of everything")]
pub fn journal() -> Vec<Entry> {
    let web = json!({"name": "webserver", "reference": "nginx"});
    let with = |more: serde_json::Value| {
        let mut data = web.clone();
        for (name, value) in more.as_object().expect("an object") {
            data[name] = value.clone();
        }
        data
    };
    let hello = |code: i64| json!({"name": "hopeful_hopper", "exit_code": code});
    let acts = [
        ("lab.start", "nginx-volumes", json!({"boot": "x"})),
        (
            "image.pull",
            "sha256:ab",
            json!({"reference": "docker.io/library/nginx:latest"}),
        ),
        ("container.create", "c1", web.clone()),
        ("container.start", "c1", web.clone()),
        (
            "container.create",
            "c2",
            json!({"name": "hopeful_hopper", "reference": "hello-world"}),
        ),
        ("container.start", "c2", hello(0)),
        ("container.die", "c2", hello(0)),
        ("volume.create", "data", json!({})),
        (
            "container.health_status",
            "c1",
            with(json!({"command": "unhealthy"})),
        ),
        (
            "container.exec_start",
            "c1",
            with(json!({"command": "ls -l /usr/share/nginx/html"})),
        ),
        ("container.exec_die", "c1", with(json!({"exit_code": 2}))),
        (
            "container.extract-to-dir",
            "c1",
            with(json!({"path": "/tmp"})),
        ),
        ("container.pause", "c1", web.clone()),
        ("container.unpause", "c1", web.clone()),
        (
            "container.rename",
            "c1",
            json!({"name": "webserver", "oldName": "/web"}),
        ),
        ("container.kill", "c1", with(json!({"signal": "15"}))),
        ("container.die", "c1", with(json!({"exit_code": 143}))),
        ("container.stop", "c1", web.clone()),
        ("container.destroy", "c1", web.clone()),
        (
            "image.tag",
            "sha256:ab",
            json!({"reference": "docker.io/library/mine:1"}),
        ),
        (
            "image.untag",
            "sha256:ab",
            json!({"reference": "docker.io/library/mine:1"}),
        ),
        ("image.delete", "sha256:0123456789abcdef", json!({})),
        ("volume.destroy", "data", json!({})),
        ("planet.align", "mars", json!({})),
    ];
    let entry = |(index, (kind, subject, data)): (usize, (&str, &str, serde_json::Value))| {
        let seq = u64::try_from(index + 1).expect("a small number");
        let seconds = 5 * (24 - i64::try_from(seq).expect("a small number")).pow(2);
        Entry::of(&JournalEntry {
            seq,
            time: ago(seconds).expect("a moment").to_string(),
            kind: kind.to_owned(),
            subject: subject.to_owned(),
            data,
            prev: String::new(),
        })
    };
    acts.into_iter().enumerate().map(entry).collect()
}
