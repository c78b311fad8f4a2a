//! What was done for a command, as a client sees it.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;

use plimsoll_api::client::{Client, Endpoint};
use plimsoll_api::operation::{Command, Facts, Line, Operation};
use plimsoll_api::{ContainerCreateRequest, ExecStart, HostConfig, PortBinding};

use super::{Lab, offline, request};

fn client(lab: &Lab, words: &[&str]) -> Client {
    Client::new(Endpoint::Unix(lab.socket.clone())).for_command(words.iter().copied())
}

/// The one command that came after `since`.
fn only(lab: &Lab, since: u64) -> Command {
    let mut all = lab.client.operations(since).expect("operations");
    assert_eq!(all.len(), 1, "{all:#?}");
    all.remove(0)
}

fn last_change(lab: &Lab) -> u64 {
    let all = lab.client.operations(0).expect("operations");
    all.iter().map(|command| command.seq).max().unwrap_or(0)
}

fn lines(command: &Command) -> Vec<&Line> {
    command
        .operations
        .iter()
        .flat_map(|one| &one.lines)
        .collect()
}

fn kinds(command: &Command) -> Vec<&str> {
    lines(command)
        .iter()
        .map(|line| line.kind.as_str())
        .collect()
}

fn facts(command: &Command, kind: &str) -> Facts {
    let line = lines(command).into_iter().find(|line| line.kind == kind);
    let line = line.unwrap_or_else(|| panic!("no {kind} in {command:#?}"));
    line.facts().expect("known facts")
}

fn published() -> HostConfig {
    let binding = PortBinding {
        host_ip: String::new(),
        host_port: "8080".to_owned(),
    };
    HostConfig {
        port_bindings: Some([("80/tcp".parse().expect("a port"), Some(vec![binding]))].into()),
        binds: Some(vec!["data:/data".into()]),
        ..HostConfig::default()
    }
}

/// Create, pull where it is missing, create again, start: what `docker run` does.
fn run(client: &Client, name: &str, body: &ContainerCreateRequest) -> Result<String, String> {
    let made = match client.container_create(name, "", body) {
        Err(error) if error.is_not_found() => {
            let image = &body.config.image;
            let progress = client.image_pull(image, "latest", "", "").expect("a pull");
            assert!(progress.flatten().all(|line| line.error.is_empty()));
            client.container_create(name, "", body)
        }
        made => made,
    };
    let id = made.map_err(|error| error.to_string())?.id;
    client
        .container_start(&id, "")
        .map_err(|error| error.to_string())?;
    Ok(id)
}

#[test]
fn a_docker_run_is_one_command_with_the_plan_that_was_carried_out() {
    let Some(lab) = Lab::start() else { return };
    let since = last_change(&lab);
    let typed = ["docker", "run", "-d", "-p", "8080:80", "nginx"];
    let mut body = request(&[], published());
    body.config.image = "nginx".to_owned();
    body.config.cmd = None;
    let id = run(&client(&lab, &typed), "web", &body).expect("it runs");
    let command = only(&lab, since);
    assert_eq!(command.title, "docker run -d -p 8080:80 nginx");
    assert!(command.typed);
    let told: Vec<_> = command
        .operations
        .iter()
        .map(|one| (one.kind.as_str(), one.subject.as_str(), one.error.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("container.create", "web", ""),
            ("image.pull", "nginx:latest", ""),
            ("container.create", "web", ""),
            ("container.start", "web", ""),
        ]
    );
    assert_eq!(
        kinds(&command),
        [
            "missing",
            "fetch",
            "unpack",
            "name",
            "image",
            "volume",
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
    assert!(lines(&command).iter().all(|line| !line.failed));
    what_was_told_is_so(&lab, &command, &id);
    times_add_up(&command);
    lab.client
        .container_remove("web", true, true)
        .expect("gone");
}

fn what_was_told_is_so(lab: &Lab, command: &Command, id: &str) {
    let seen = lab.client.container_inspect(id).expect("an inspect");
    let image = lab.client.image_inspect("nginx").expect("an image");
    let layers = image.root_fs.layers.len() as u64;
    assert!(
        matches!(facts(command, "overlay"), Facts::Overlay { layers: found, .. } if found == layers)
    );
    let Facts::Network { mode, cables } = facts(command, "network") else {
        panic!("no network");
    };
    assert_eq!((mode.as_str(), cables.len()), ("own", 1));
    assert_eq!(cables[0].address, seen.network_settings.ip_address);
    let Facts::Clone {
        namespaces, shared, ..
    } = facts(command, "clone")
    else {
        panic!("no clone");
    };
    assert_eq!(
        namespaces,
        ["user", "mnt", "pid", "net", "uts", "ipc", "cgroup"]
    );
    assert!(shared.is_empty());
    let Facts::Mounts {
        binds, name_files, ..
    } = facts(command, "mounts")
    else {
        panic!("no mounts");
    };
    assert_eq!(name_files, 3);
    assert_eq!(binds[0].volume.as_deref(), Some("data"));
    assert_eq!(
        (binds[0].destination.as_str(), binds[0].read_only),
        ("/data", false)
    );
    let Facts::Limits {
        capabilities,
        calls,
        all_calls,
        masked,
        ..
    } = facts(command, "limits")
    else {
        panic!("no limits");
    };
    assert_eq!(capabilities, Some(14));
    assert!(calls.is_some_and(|calls| calls < all_calls) && masked > 5);
    let Facts::Exec { words, .. } = facts(command, "exec") else {
        panic!("no exec");
    };
    assert_eq!(words[0], seen.path);
    let Facts::Port { ports, more: 0 } = facts(command, "port") else {
        panic!("no port");
    };
    assert_eq!((ports[0].lab_port, ports[0].port), (8080, 80));
    assert_eq!(ports[0].address, seen.network_settings.ip_address);
}

/// The plan is the one that `--explain` shows, every operation that acts
/// belongs to one line, and no line took longer than its operation.
fn times_add_up(command: &Command) {
    let start = command.operations.last().expect("a start");
    let plan = start.plan.as_ref().expect("a plan");
    let mut told: Vec<usize> = start
        .lines
        .iter()
        .flat_map(|line| line.ops.clone())
        .collect();
    told.sort_unstable();
    let waits = |at: &usize| plan.ops[*at] == "AwaitStart";
    let acts: Vec<usize> = (0..plan.ops.len()).filter(|at| !waits(at)).collect();
    assert_eq!(told, acts);
    assert_eq!(plan.text.lines().count(), plan.ops.len());
    for operation in &command.operations {
        let parts = operation.lines.iter().filter_map(|line| line.duration_us);
        assert!(
            parts.sum::<u64>() <= operation.duration_us,
            "{operation:#?}"
        );
    }
    let timed = |kind: &str| {
        let line = start.lines.iter().find(|line| line.kind == kind);
        line.and_then(|line| line.duration_us)
    };
    for kind in [
        "overlay", "clone", "network", "mounts", "limits", "exec", "port",
    ] {
        assert!(timed(kind).is_some(), "{kind} was measured");
    }
    let all = command.operations.iter().map(|one| one.duration_us);
    assert!(all.sum::<u64>() <= command.duration_us);
}

#[test]
fn a_command_that_is_not_there_keeps_what_was_done() {
    let Some(lab) = Lab::start() else { return };
    let since = last_change(&lab);
    let body = request(&["nosuch"], HostConfig::default());
    run(
        &client(&lab, &["docker", "run", "base", "nosuch"]),
        "bad",
        &body,
    )
    .unwrap_err();
    let command = only(&lab, since);
    assert_eq!(
        kinds(&command),
        [
            "image",
            "container",
            "overlay",
            "clone",
            "network",
            "mounts",
            "limits",
            "exec"
        ]
    );
    let failed: Vec<_> = lines(&command).iter().map(|line| line.failed).collect();
    assert_eq!(
        failed,
        [false, false, false, false, false, false, false, true]
    );
    let start = &command.operations[1];
    assert!(
        start.error.contains("nosuch\": executable file not found"),
        "{start:?}"
    );
    // The filter is loaded in the last moment, which did not come.
    assert!(matches!(
        facts(&command, "limits"),
        Facts::Limits {
            capabilities: Some(14),
            calls: None,
            ..
        }
    ));
    lab.client
        .container_remove("bad", false, false)
        .expect("gone");
}

#[test]
fn a_port_that_is_taken_is_what_failed() {
    let Some(lab) = Lab::start() else { return };
    let body = request(&["sleep", "1000"], published());
    run(&lab.client, "one", &body).expect("it runs");
    let since = last_change(&lab);
    run(&client(&lab, &["docker", "run"]), "two", &body).unwrap_err();
    let command = only(&lab, since);
    assert_eq!(kinds(&command), ["image", "container", "port"]);
    assert!(lines(&command)[2].failed);
    assert!(
        command.operations[1]
            .error
            .contains("port is already allocated")
    );
    for name in ["one", "two"] {
        lab.client
            .container_remove(name, true, false)
            .expect("gone");
    }
}

#[test]
fn a_client_that_says_nothing_gets_a_command_for_each_call() {
    let Some(lab) = Lab::start() else { return };
    let since = last_change(&lab);
    let id = lab.create("web", &["sleep", "1000"], offline());
    lab.client.container_start(&id, "").expect("a start");
    lab.client.container_kill("web", "KILL").expect("a kill");
    lab.client.container_wait_stopped("web").expect("an end");
    lab.client
        .container_remove("web", false, false)
        .expect("gone");
    lab.client.container_start("web", "").unwrap_err();
    let all = lab.client.operations(since).expect("operations");
    let told: Vec<_> = all
        .iter()
        .map(|one| (one.title.as_str(), one.typed))
        .collect();
    assert_eq!(
        told,
        [
            ("create the container web", false),
            ("start the container web", false),
            ("send a signal to the container web", false),
            ("remove the container web", false),
            ("start the container web", false),
        ]
    );
    let since = last_change(&lab);
    let nobody = Client::new(Endpoint::Unix(lab.socket.clone())).for_nobody();
    let looked = nobody.container_create("probe", "", &request(&["true"], offline()));
    let id = looked.expect("a copy").id;
    nobody.container_remove(&id, true, true).expect("gone");
    assert!(lab.client.operations(since).expect("none").is_empty());
    assert_eq!(kinds(&all[2]), ["signal"]);
    assert!(matches!(
        facts(&all[2], "signal"),
        Facts::Signal { number: 9, .. }
    ));
    assert_eq!(kinds(&all[3]), ["remove"]);
    assert_eq!(all[4].operations[0].error, "No such container: web");
    let network = facts(&all[1], "network");
    assert!(matches!(network, Facts::Network { cables, .. } if cables.is_empty()));
}

#[test]
fn an_exec_and_a_stop_are_told() {
    let Some(lab) = Lab::start() else { return };
    let id = lab.create("web", &["sleep", "1000"], offline());
    lab.client.container_start(&id, "").expect("a start");
    let since = last_change(&lab);
    let typed = client(&lab, &["docker", "exec", "web", "true"]);
    let words = |word: &str| plimsoll_api::ExecCreate {
        cmd: vec![word.to_owned()].into(),
        ..plimsoll_api::ExecCreate::default()
    };
    let exec = typed.exec_create("web", &words("true")).expect("an exec");
    let detached = ExecStart {
        detach: true,
        ..ExecStart::default()
    };
    typed
        .exec_start_detached(&exec, &detached)
        .expect("a start");
    let command = only(&lab, since);
    assert_eq!(
        kinds(&command),
        ["clone", "limits", "exec"].map(|kind| if kind == "clone" { "join" } else { kind })
    );
    assert_eq!(command.operations[0].subject, "web");
    let since = last_change(&lab);
    let exec = lab
        .client
        .exec_create("web", &words("nosuch"))
        .expect("an exec");
    lab.client
        .exec_start_detached(&exec, &detached)
        .unwrap_err();
    let command = only(&lab, since);
    assert!(lines(&command)[2].failed && command.operations[0].error.contains("nosuch"));
    let since = last_change(&lab);
    // `sleep` as process 1 does not hear TERM.
    lab.client
        .container_stop("web", "", Some(0))
        .expect("a stop");
    assert_eq!(
        kinds(&only(&lab, since)),
        ["signal", "patience", "signal", "end"]
    );
    assert!(matches!(
        facts(&only(&lab, since), "end"),
        Facts::End { code: 137 }
    ));
}

#[test]
fn whoever_follows_is_told_at_once() {
    let Some(lab) = Lab::start() else { return };
    let since = last_change(&lab);
    let follower = Client::new(Endpoint::Unix(lab.socket.clone()));
    let mut told = follower.follow_operations(since).expect("a stream");
    let typed = client(&lab, &["docker", "volume", "create", "va", "vb"]);
    for name in ["va", "vb"] {
        let wanted = plimsoll_api::VolumeCreate {
            name: name.to_owned(),
            ..plimsoll_api::VolumeCreate::default()
        };
        typed.volume_create(&wanted).expect("a volume");
        let command = told.next().expect("a line").expect("a command");
        let subjects: Vec<_> = command
            .operations
            .iter()
            .map(|one| one.subject.as_str())
            .collect();
        assert_eq!(subjects.last(), Some(&name));
        assert_eq!(command.title, "docker volume create va vb");
    }
    assert_eq!(only(&lab, since).operations.len(), 2, "one command");
    assert!(
        lab.client
            .operations(last_change(&lab))
            .expect("none")
            .is_empty()
    );
}

/// Sends one request with a header of its own and reads the status line.
fn with_header(lab: &Lab, name: &str, header: &[u8]) -> String {
    let mut stream = UnixStream::connect(&lab.socket).expect("a connection");
    let mut bytes = b"POST /volumes/create HTTP/1.1\r\nHost: d\r\nConnection: close\r\nContent-Type: application/json\r\n".to_vec();
    bytes.extend_from_slice(b"Plimsoll-Command: ");
    bytes.extend_from_slice(header);
    let body = format!("{{\"Name\":\"{name}\"}}");
    bytes.extend_from_slice(format!("\r\nContent-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    stream.write_all(&bytes).expect("a request");
    let mut line = String::new();
    BufReader::new(stream)
        .read_line(&mut line)
        .expect("a reply");
    line
}

#[test]
fn a_hostile_header_is_bounded_and_harmless() {
    let Some(lab) = Lab::start() else { return };
    let long = [b"1 docker ".as_slice(), &[b'x'; 20_000]].concat();
    let cases: [(&str, &[u8]); 5] = [
        ("va", b"7 docker %1b%5d0%3bevil%07 %E2%80%AEtxt%0Anew"),
        ("vb", b"../../x docker"),
        ("vc", b"7\xff docker"),
        ("vd", &long),
        ("ve", b"7 and the same id with another title"),
    ];
    for (name, header) in cases {
        let since = last_change(&lab);
        let status = with_header(&lab, name, header);
        assert!(status.starts_with("HTTP/1.1 201"), "{name}: {status}");
        let command = only(&lab, since);
        let title = match name {
            "va" | "ve" => "docker ']0;evil' 'txt new'".to_owned(),
            name => format!("create the volume {name}"),
        };
        assert_eq!(command.title, title);
        assert_eq!(command.operations.len(), if name == "ve" { 2 } else { 1 });
    }
}

#[test]
fn what_is_kept_is_bounded() {
    let Some(lab) = Lab::start() else { return };
    let wanted = |name: String| plimsoll_api::VolumeCreate {
        name,
        ..plimsoll_api::VolumeCreate::default()
    };
    for number in 0..70 {
        lab.client
            .volume_create(&wanted(format!("v{number}")))
            .expect("a volume");
    }
    let all = lab.client.operations(0).expect("operations");
    assert_eq!(all.len(), 64);
    assert_eq!(all[63].operations[0].subject, "v69");
    let typed = client(&lab, &["docker", "volume", "create"]);
    let since = last_change(&lab);
    for number in 0..70 {
        typed
            .volume_create(&wanted(format!("w{number}")))
            .expect("a volume");
    }
    let command = only(&lab, since);
    assert_eq!((command.operations.len(), command.left_out), (64, 6));
    // A plan of a megabyte is not kept, its lines are.
    let mut body = request(&["true"], offline());
    let long = "x".repeat(100_000);
    body.config.env = Some((0..10).map(|n| format!("A{n}={long}")).collect());
    let since = last_change(&lab);
    let id = lab
        .client
        .container_create("big", "", &body)
        .expect("a container")
        .id;
    lab.client.container_start(&id, "").expect("a start");
    let all = lab.client.operations(since).expect("operations");
    let start: &Operation = &all[1].operations[0];
    assert!(start.plan.is_none() && start.lines.len() == 6, "{start:?}");
}
