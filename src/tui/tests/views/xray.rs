//! The X-ray as it looks, with commands as the engine tells them.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use plimsoll_api::operation as api;
use plimsoll_text::Language;
use plimsoll_tui::keys::{Scope, action};
use plimsoll_tui::theme::{Palette, Symbols, Theme};
use plimsoll_tui::view::xray::{Pressed, XrayState, draw};
use plimsoll_tui::xray::{Command, Xray, explain, say};
use serde_json::{Value, json};

use super::{LANGUAGES, in_all_sizes, screen};

fn line(kind: &str, took: Option<u64>, facts: Value, ops: &[usize]) -> Value {
    json!({"kind": kind, "facts": facts, "duration_us": took, "ops": ops})
}

/// `docker run` of an image that has to be pulled.
fn run() -> Value {
    let missing = json!({"reference": "nginx"});
    let create = |lines: Value| json!({"kind": "container.create", "subject": "webserver", "duration_us": 900, "lines": lines});
    json!({
        "id": 30, "seq": 34, "typed": true, "duration_us": 16_300,
        "title": "docker run -d --name webserver -p 80:80 -v ./html:/usr/share/nginx/html:ro nginx",
        "operations": [
            create(json!([line("missing", None, missing, &[])])),
            {"kind": "image.pull", "subject": "nginx:latest", "duration_us": 9_100, "lines": [
                line("fetch", Some(6_200), json!({
                    "reference": "nginx:latest", "layers": 3, "new_layers": 2, "bytes": 2_345_678,
                }), &[]),
                line("unpack", Some(2_700), json!({"new_layers": 2, "bytes": 7_340_032}), &[]),
                line("name", None, json!({
                    "reference": "nginx:latest",
                    "image": "sha256:5d01e1f5a43e9b5d01e1f5a43e9b5d01e1f5a43e9b5d01e1f5a43e9b5d01e1f5",
                }), &[]),
            ]},
            create(json!([
                line("image", Some(30), json!({"reference": "nginx", "layers": 3}), &[]),
                line("container", None, json!({"name": "webserver", "id": "3f1c0d2e4b5a69788796a5b4c3d2e1f0"}), &[]),
            ])),
            {"kind": "container.start", "subject": "webserver", "duration_us": 3_400,
                "lines": start(), "plan": plan()},
        ],
    })
}

#[expect(clippy::too_many_lines, reason = "one of everything")]
fn start() -> Value {
    let mount = json!({
        "source": "/home/ada/plimsoll/nginx-volumes/html", "volume": null,
        "destination": "/usr/share/nginx/html", "read_only": true,
    });
    let cable = json!({
        "bridge": "docker0", "outer": "veth3f1c0d2", "inner": "eth0", "address": "172.17.0.2",
        "prefix": 16, "gateway": "172.17.0.1",
    });
    let door = |ip: &str, outside: Option<&str>| {
        json!({
            "lab_ip": ip, "lab_port": 80, "address": "172.17.0.2", "port": 80, "protocol": "tcp",
            "outside": outside,
        })
    };
    json!([
        line(
            "overlay",
            Some(310),
            json!({"layers": 3, "upper": "/lab/upper"}),
            &[0, 5]
        ),
        line(
            "clone",
            Some(420),
            json!({
                "namespaces": ["user", "mnt", "pid", "net", "uts", "ipc", "cgroup"], "shared": [],
                "root_is": 100_000, "users": 65536,
            }),
            &[1, 2]
        ),
        line(
            "network",
            Some(830),
            json!({"mode": "own", "cables": [cable]}),
            &[3, 4]
        ),
        line(
            "mounts",
            Some(640),
            json!({
                "file_systems": ["/proc", "/dev", "/dev/pts", "/sys", "/sys/fs/cgroup", "/dev/mqueue", "/dev/shm"],
                "binds": [mount], "more_binds": 0, "name_files": 3, "devices": 6,
            }),
            &[6, 7]
        ),
        line(
            "limits",
            Some(130),
            json!({
                "capabilities": 14, "all_capabilities": 41, "calls": 308, "all_calls": 380,
                "masked": 12, "read_only": 5, "root_read_only": false, "resources": 0,
                "faked_owners": false,
            }),
            &[8, 9]
        ),
        line(
            "exec",
            Some(610),
            json!({
                "words": ["nginx", "-g", "daemon off;"], "more_words": 0, "user": "",
                "directory": "/", "terminal": false,
            }),
            &[10]
        ),
        line(
            "port",
            Some(90),
            json!({
                "ports": [door("0.0.0.0", Some("127.0.0.1:8080")), door("::", None)], "more": 0,
            }),
            &[]
        ),
    ])
}

fn plan() -> Value {
    let words = [
        "lay /lab/upper over 3 read-only layers as root file system",
        "make a process with new namespaces: user, mount, process, network, host name, IPC, cgroup",
        "map users 0-65535 to 100000-165535 and groups 0-65535 to 100000-165535",
        "connect eth0 in the container with bridge docker0 through veth3f1c0d2",
        "give eth0 the address 172.17.0.2/16, default route 172.17.0.1",
        "make that root file system the only one in view",
        "mount a new proc on /proc (nosuid, nodev, noexec)",
        "show the host's /home/ada/plimsoll/nginx-volumes/html on /usr/share/nginx/html (read-only)",
        "hide /proc/kcore",
        "give up for good all capabilities except: CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP NET_BIND_SERVICE NET_RAW SYS_CHROOT MKNOD AUDIT_WRITE SETFCAP",
        "execute nginx -g \"daemon off;\"",
    ];
    let cable = json!({"bridge": "docker0", "host_name": "veth3f1c0d2", "container_name": "eth0", "address": "172.17.0.2", "prefix": 16, "gateway": "172.17.0.1"});
    let flags = |read_only: bool, none: bool| json!({"read_only": read_only, "recursive_read_only": false, "no_suid": none, "no_dev": none, "no_exec": none, "access_time": "Relative"});
    let kept = "CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP NET_BIND_SERVICE NET_RAW SYS_CHROOT MKNOD AUDIT_WRITE SETFCAP";
    let kept: Vec<&str> = kept.split(' ').collect();
    let ops = json!([
        {"OpenRoot": {"Overlay": {"lower": ["/store/c", "/store/b", "/store/a"], "upper": "/lab/upper", "work": "/lab/work"}}},
        {"Clone": {"namespaces": ["User", "Mount", "Pid", "Network", "Uts", "Ipc", "Cgroup"], "cgroup": null}},
        {"MapIds": {"users": [{"inside": 0, "outside": 100_000, "count": 65536}], "groups": [{"inside": 0, "outside": 100_000, "count": 65536}]}},
        {"Connect": cable},
        {"Address": cable},
        "PivotRoot",
        {"Mount": {"kind": "proc", "destination": "/proc", "flags": flags(false, true), "parameters": []}},
        {"Bind": {"source": "/home/ada/plimsoll/nginx-volumes/html", "destination": "/usr/share/nginx/html", "flags": flags(true, false)}},
        {"Mask": "/proc/kcore"},
        {"Bounding": kept},
        {"Execute": {"args": ["nginx", "-g", "daemon off;"], "env": ["PATH=/bin"]}},
    ]);
    json!({"ops": ops, "text": words.join("\n"), "warnings": ["No cgroup is available here: the CPU limit is discarded."]})
}

/// A command that the image does not have.
pub fn wrong() -> Value {
    let error = "failed to create task for container: failed to create shim task: OCI runtime \
        create failed: runc create failed: unable to start container process: exec: \"nosuch\": \
        executable file not found in $PATH: unknown";
    let mut lines = start();
    let lines = lines.as_array_mut().expect("lines");
    lines.truncate(6);
    lines[2] = line(
        "network",
        Some(90),
        json!({"mode": "own", "cables": []}),
        &[3],
    );
    lines[3]["facts"]["binds"] = json!([]);
    lines[4]["facts"]["calls"] = Value::Null;
    lines[5]["facts"]["words"] = json!(["nosuch"]);
    lines[5]["failed"] = json!(true);
    json!({
        "id": 40, "seq": 42, "typed": true, "duration_us": 2_800, "title": "docker run --network none base nosuch",
        "operations": [
            {"kind": "container.create", "duration_us": 700, "lines": [
                line("image", Some(20), json!({"reference": "base", "layers": 1}), &[]),
                line("container", None, json!({"name": "cool_hopper", "id": "aabbccddeeff00112233"}), &[]),
            ]},
            {"kind": "container.start", "subject": "cool_hopper", "duration_us": 2_100, "lines": lines, "error": error},
        ],
    })
}

fn small(id: u64, title: &str, kind: &str, subject: &str, took: u64, lines: Value) -> Value {
    json!({
        "id": id, "seq": id, "typed": !title.is_empty(), "title": title, "duration_us": took,
        "operations": [{"kind": kind, "subject": subject, "duration_us": took, "lines": lines}],
    })
}

pub fn of(all: impl IntoIterator<Item = Value>) -> Xray {
    let mut xray = Xray::default();
    for told in all {
        let told: api::Command = serde_json::from_value(told).expect("a command");
        xray.take(Command::from(told));
    }
    xray
}

pub fn rich() -> Xray {
    let volume = line(
        "volume",
        None,
        json!({"name": "data", "anonymous": false}),
        &[],
    );
    let stop = json!([
        line(
            "signal",
            None,
            json!({"signal": "QUIT", "number": 3, "process": 4711}),
            &[]
        ),
        line("end", Some(12_000), json!({"code": 0}), &[]),
    ]);
    of([
        small(
            10,
            "docker volume create data",
            "volume.create",
            "data",
            400,
            json!([volume]),
        ),
        small(20, "", "container.stop", "old", 12_400, stop),
        run(),
    ])
}

fn shown(
    xray: &Xray,
    state: &XrayState,
    size: (u16, u16),
    theme: Theme,
    language: Language,
) -> String {
    screen(size, |frame| {
        draw(frame, frame.area(), xray, state, theme, language);
    })
}

fn key(code: KeyCode) -> KeyEvent {
    KeyEvent::new(code, KeyModifiers::NONE)
}

fn press(state: &mut XrayState, xray: &Xray, codes: &[KeyCode]) -> Vec<Pressed> {
    let one = |code: &KeyCode| match action(state.scope(), &key(*code)) {
        Some(action) => state.act(action, xray),
        None => Pressed::Unused,
    };
    codes.iter().map(one).collect()
}

#[test]
fn what_a_run_did() {
    let xray = rich();
    in_all_sizes("xray_run", |size, language| {
        shown(
            &xray,
            &XrayState::default(),
            size,
            Theme::default(),
            language,
        )
    });
}

#[test]
fn what_failed_and_why() {
    let xray = of([run(), wrong()]);
    in_all_sizes("xray_wrong", |size, language| {
        shown(
            &xray,
            &XrayState::default(),
            size,
            Theme::default(),
            language,
        )
    });
}

#[test]
fn a_line_is_explained() {
    let xray = rich();
    let mut state = XrayState::default();
    let down = [KeyCode::Down; 9];
    press(&mut state, &xray, &down);
    let pressed = press(&mut state, &xray, &[KeyCode::Enter, KeyCode::Char('b')]);
    assert_eq!(
        pressed,
        [
            Pressed::Used,
            Pressed::Book("reference/under-the-hood#network")
        ]
    );
    in_all_sizes("xray_explained", |size, language| {
        shown(&xray, &state, size, Theme::default(), language)
    });
}

#[test]
fn the_plan_in_words_and_as_data() {
    let xray = rich();
    let mut state = XrayState::default();
    press(&mut state, &xray, &[KeyCode::Down; 9]);
    press(&mut state, &xray, &[KeyCode::Char('p')]);
    for language in LANGUAGES {
        let file = format!("xray_plan_words_{}", language.code());
        let drawn = shown(&xray, &state, (80, 24), Theme::default(), language);
        insta::assert_snapshot!(file, drawn);
    }
    press(&mut state, &xray, &[KeyCode::Char('p'), KeyCode::Down]);
    let drawn = shown(&xray, &state, (80, 24), Theme::default(), Language::English);
    insta::assert_snapshot!("xray_plan_data", drawn);
    assert_eq!(state.scope(), Scope::PlanData);
    press(&mut state, &xray, &[KeyCode::Esc]);
    assert_eq!(press(&mut state, &xray, &[KeyCode::Esc]), [Pressed::Unused]);
    // A volume has no plan.
    press(&mut state, &xray, &[KeyCode::End]);
    assert_eq!(
        press(&mut state, &xray, &[KeyCode::Char('p')]),
        [Pressed::NoPlan]
    );
}

#[test]
fn without_colours_and_unicode() {
    let mut state = XrayState::default();
    let xray = of([run(), wrong()]);
    press(&mut state, &xray, &[KeyCode::Enter]);
    let theme = Theme {
        palette: Palette::None,
        symbols: Symbols::Ascii,
    };
    let drawn = shown(&xray, &state, (80, 24), theme, Language::English);
    insta::assert_snapshot!("xray_ascii", drawn);
}

#[test]
fn nothing_and_nobody() {
    let mut xray = Xray::default();
    let state = XrayState::default();
    let drawn = |xray: &Xray, language| shown(xray, &state, (70, 6), Theme::default(), language);
    insta::assert_snapshot!(drawn(&xray, Language::English), @r"
     Nothing has been done yet. Type in the lab:

       docker run hello-world
    ");
    xray.silence();
    let told = drawn(&xray, Language::French);
    assert!(
        told.contains("celui de Plimsoll") && !told.contains("docker"),
        "{told}"
    );
    let mut state = XrayState::default();
    let all = [
        KeyCode::Down,
        KeyCode::Enter,
        KeyCode::Char('p'),
        KeyCode::End,
    ];
    press(&mut state, &xray, &all);
}

#[test]
fn earlier_commands_are_unfolded_where_the_learner_goes() {
    let xray = rich();
    let mut state = XrayState::default();
    press(&mut state, &xray, &[KeyCode::End, KeyCode::Up]);
    let drawn = shown(&xray, &state, (80, 12), Theme::default(), Language::French);
    insta::assert_snapshot!(drawn);
    // A new command leaves the learner where they are, until they follow again.
    let more = of([
        small(
            50,
            "docker rm old",
            "container.remove",
            "old",
            90,
            json!([]),
        ),
        run(),
    ]);
    let mut grown = rich();
    for command in more.newest_first() {
        grown.take(command.clone());
    }
    let there = shown(&grown, &state, (80, 12), Theme::default(), Language::French);
    assert!(there.contains("QUIT"), "{there}");
    state.follow();
    let newest = shown(&grown, &state, (80, 12), Theme::default(), Language::French);
    assert!(
        newest
            .lines()
            .next()
            .is_some_and(|line| line.contains("docker rm old")),
        "{newest}"
    );
}

/// Every kind of line, in both languages: a name, a sentence, an explanation,
/// and a page and heading that the book has.
#[test]
fn every_kind_is_said_explained_and_in_the_book() {
    let facts = every_kind();
    let book = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../book");
    let mut told = String::new();
    for (kind, facts) in facts {
        let command = of([small(
            1,
            "x",
            "container.start",
            "web",
            1,
            json!([line(kind, None, facts, &[])]),
        )]);
        let command = command.newest_first().next().expect("one").clone();
        let (operation, line) = command.lines().next().expect("a line");
        for language in LANGUAGES {
            let label = say::label(line, language);
            let sentence = say::sentence(line, language);
            let why = explain::explanation(operation, line, language).expect("an explanation");
            assert!(
                !label.is_empty() && !sentence.is_empty() && why.len() > 40,
                "{kind}"
            );
            told.push_str(&format!("{} {label}: {sentence}\n", language.code()));
            let at = explain::page(line).expect("a page");
            let (page, heading) = at.split_once('#').expect("a heading");
            let file = book.join(format!("{}/src/{page}.md", language.code()));
            let text =
                std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file:?}: {error}"));
            assert!(
                text.contains(&format!("{{#{heading}}}")),
                "{file:?} has no {heading}"
            );
        }
    }
    insta::assert_snapshot!("xray_every_kind", told);
}

#[expect(clippy::too_many_lines, reason = "one of everything")]
fn every_kind() -> Vec<(&'static str, Value)> {
    let mut all: Vec<(&'static str, Value)> = vec![
        ("image", json!({"reference": "hello-world", "layers": 1})),
        ("missing", json!({"reference": "nginx"})),
        (
            "fetch",
            json!({"reference": "nginx", "layers": 3, "new_layers": 1, "bytes": 1000}),
        ),
        (
            "fetch",
            json!({"reference": "nginx", "layers": 1, "new_layers": 0, "bytes": 0}),
        ),
        ("unpack", json!({"new_layers": 1, "bytes": 2_000_000})),
        ("unpack", json!({"new_layers": 0, "bytes": 0})),
        (
            "name",
            json!({"reference": "web:1", "image": "sha256:00112233445566778899"}),
        ),
        (
            "container",
            json!({"name": "web", "id": "00112233445566778899"}),
        ),
        ("volume", json!({"name": "data", "anonymous": false})),
        (
            "volume",
            json!({"name": "ab".repeat(32), "anonymous": true}),
        ),
        (
            "fill",
            json!({"name": "data", "destination": "/usr/share/nginx/html"}),
        ),
        ("overlay", json!({"layers": 1, "upper": "/up"})),
        ("overlay", json!({"layers": 0, "upper": "/root"})),
        (
            "clone",
            json!({"namespaces": ["user", "mnt"], "shared": ["net"], "root_is": null, "users": 0}),
        ),
        ("join", json!({"process": 4711})),
        (
            "signal",
            json!({"signal": "", "number": 40, "process": 4711}),
        ),
        ("patience", json!({})),
        ("end", json!({"code": 137})),
        ("copy", json!({"inwards": true, "path": "/srv"})),
        ("copy", json!({"inwards": false, "path": "/etc/hosts"})),
        ("port", json!({"ports": [], "more": 0})),
        (
            "exec",
            json!({"words": ["sh", "-c", "a b"], "more_words": 3, "user": "www", "directory": "/", "terminal": true}),
        ),
        (
            "limits",
            json!({
                "capabilities": 41, "all_capabilities": 41, "calls": 380, "all_calls": 380, "masked": 1,
                "read_only": 0, "root_read_only": true, "resources": 2, "faked_owners": false,
            }),
        ),
        (
            "mounts",
            json!({
                "file_systems": ["/proc"], "name_files": 0, "devices": 0, "more_binds": 4,
                "binds": [{"volume": "data", "source": "/x", "destination": "/data", "read_only": false}],
            }),
        ),
    ];
    for mode in ["own", "host", "shared"] {
        all.push(("network", json!({"mode": mode, "cables": []})));
    }
    for (what, bytes) in [
        ("container", None),
        ("volume", None),
        ("image", Some(5_000)),
        ("name", None),
    ] {
        all.push((
            "remove",
            json!({"what": what, "name": "web", "bytes": bytes}),
        ));
    }
    for action in ["pause", "unpause", "rename", "update"] {
        all.push(("change", json!({"action": action, "detail": "new"})));
    }
    all
}

#[test]
fn no_size_and_no_stranger_makes_it_stumble() {
    let hostile = json!({
        "id": 60, "seq": 60, "typed": true, "title": "文".repeat(500), "duration_us": u64::MAX, "left_out": 9,
        "operations": [{
            "kind": "\u{1b}[2J", "subject": "\u{202e}x", "error": "e ".repeat(3000), "more_lines": 7,
            "lines": [
                line("teleport", Some(u64::MAX), json!({"to": "x".repeat(5000)}), &[999_999]),
                line("port", None, json!({"ports": "none"}), &[]),
            ],
            "plan": {"ops": ["A"], "text": "", "warnings": ["w".repeat(5000)]},
        }],
    });
    let xray = of([run(), wrong(), hostile]);
    let mut state = XrayState::default();
    press(&mut state, &xray, &[KeyCode::Enter]);
    let mut planned = XrayState::default();
    press(&mut planned, &xray, &[KeyCode::Char('p')]);
    for columns in (1..130).step_by(4) {
        for rows in [1, 2, 3, 7, 24] {
            for state in [&state, &planned, &XrayState::default()] {
                let drawn = shown(
                    &xray,
                    state,
                    (columns, rows),
                    Theme::default(),
                    Language::French,
                );
                assert!(!drawn.contains('\u{1b}') && !drawn.contains('\u{202e}'));
            }
        }
    }
}
