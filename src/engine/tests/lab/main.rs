//! An engine in a lab of its own, spoken to over its socket.
//!
//! Runs as whoever runs the tests. The end-to-end tests at the root of the
//! workspace play the same as root and as ordinary users with the real binary.

mod operations;

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use plimsoll_api::client::{
    Client, Demux, Endpoint, ListOptions, LogOptions, UnknownStream, WaitCondition,
};
use plimsoll_api::{
    ContainerConfig, ContainerCreateRequest, ContainerStatus, ExecCreate, ExecStart, HostConfig,
    PortBinding, Words,
};
use plimsoll_testkit::{eventually, skipped, swagger};

/// A started lab with the image `base`; dropped, it is stopped.
struct Lab {
    directory: tempfile::TempDir,
    socket: PathBuf,
    client: Client,
}

impl Lab {
    /// `None`, aloud, where the machine gives no namespaces.
    fn start() -> Option<Self> {
        let directory = tempfile::Builder::new()
            .prefix("plimsoll-engine-")
            .tempdir_in("/tmp")
            .expect("a temporary directory");
        let mut lab = Self {
            client: Client::new(Endpoint::Unix(PathBuf::new())),
            socket: PathBuf::new(),
            directory,
        };
        if !lab.begin() {
            return None;
        }
        let lines = lab.client.image_pull("base", "latest", "", "");
        for line in lines.expect("a pull") {
            assert_eq!(line.expect("a line of progress").error, "");
        }
        Some(lab)
    }

    fn begin(&mut self) -> bool {
        let output = self.command(["start", "try"]).output();
        let output = output.expect("the example `lab` is built with the tests");
        if !output.status.success() {
            skipped(&String::from_utf8_lossy(&output.stderr));
            return false;
        }
        let text = String::from_utf8(output.stdout).expect("an address");
        let path = text.trim().strip_prefix("DOCKER_HOST=unix://");
        self.socket = PathBuf::from(path.expect("an address"));
        self.client = Client::new(Endpoint::Unix(self.socket.clone()));
        true
    }

    fn command<const N: usize>(&self, words: [&str; N]) -> Command {
        let test = std::env::current_exe().expect("a path");
        let target = test
            .parent()
            .and_then(|deps| deps.parent())
            .expect("target");
        let mut command = Command::new(target.join("examples/lab"));
        command
            .args(words)
            .env("PLIMSOLL_HOME", self.directory.path().join("data"))
            .env("PLIMSOLL_WORK", self.directory.path().join("work"))
            .env("XDG_RUNTIME_DIR", self.directory.path());
        command
    }

    fn create(&self, name: &str, words: &[&str], host: HostConfig) -> String {
        let made = self
            .client
            .container_create(name, "", &request(words, host));
        made.expect("a container").id
    }

    /// Runs to the end: exit code and what it printed.
    fn run(&self, words: &[&str], host: HostConfig) -> (i64, String) {
        let id = self.create("", words, host);
        self.client.container_start(&id, "").expect("a start");
        let waited = self.client.container_wait_stopped(&id).expect("an end");
        let logs = self.logs(&id);
        self.client
            .container_remove(&id, false, true)
            .expect("a removal");
        (waited.status_code, logs)
    }

    fn logs(&self, id: &str) -> String {
        let options = LogOptions {
            stdout: true,
            stderr: true,
            ..LogOptions::default()
        };
        let mut reply = self.client.container_logs(id, &options).expect("logs");
        demultiplexed(&reply.read_all().expect("logs"))
    }

    fn status(&self, id: &str) -> ContainerStatus {
        let found = self.client.container_inspect(id).expect("an inspect");
        found.state.status
    }

    /// Sends a request by hand and returns all that comes back.
    fn raw(&self, request: &str) -> String {
        let mut stream = UnixStream::connect(&self.socket).expect("a connection");
        stream.write_all(request.as_bytes()).expect("a request");
        let mut text = Vec::new();
        stream.read_to_end(&mut text).expect("a reply");
        String::from_utf8_lossy(&text).into_owned()
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let stopped = self.command(["stop", "try"]).status();
        assert!(
            stopped.is_ok_and(|status| status.success()),
            "the lab stops"
        );
    }
}

fn request(words: &[&str], host: HostConfig) -> ContainerCreateRequest {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    ContainerCreateRequest {
        config: ContainerConfig {
            image: "base".to_owned(),
            cmd: Some(Words::from(words)),
            ..ContainerConfig::default()
        },
        host_config: host,
        ..ContainerCreateRequest::default()
    }
}

fn offline() -> HostConfig {
    HostConfig {
        network_mode: "none".to_owned(),
        ..HostConfig::default()
    }
}

fn demultiplexed(bytes: &[u8]) -> String {
    let mut all = Vec::new();
    let split = Demux::new().push::<UnknownStream>(bytes, |_, part| {
        all.extend_from_slice(part);
        Ok(())
    });
    split.expect("frames");
    String::from_utf8(all).expect("text")
}

#[test]
fn a_container_lives_from_create_to_remove() {
    let Some(lab) = Lab::start() else { return };
    let id = lab.create("web", &["sleep", "1000"], HostConfig::default());
    assert_eq!(lab.status(&id), ContainerStatus::Created);
    lab.client.container_start("web", "").unwrap();
    lab.client
        .container_start("web", "")
        .expect("a second start is no error");
    let running = lab.client.container_inspect(&id[..5]).unwrap();
    assert!(running.state.running && running.state.pid > 1);
    assert_eq!(running.network_settings.ip_address, "172.17.0.2");
    lab.client.container_pause("web").unwrap();
    assert_eq!(lab.status("web"), ContainerStatus::Paused);
    lab.client.container_unpause("web").unwrap();
    let refused = lab
        .client
        .container_remove("web", false, false)
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "Error response from daemon: cannot remove container \"/web\": container is running: stop \
         the container before removing or force remove"
    );
    lab.client.container_kill("web", "KILL").unwrap();
    let waited = lab.client.container_wait_stopped("web").unwrap();
    assert_eq!(waited.status_code, 137);
    lab.client.container_rename("web", "old").unwrap();
    lab.client.container_remove("old", false, false).unwrap();
    assert!(
        lab.client
            .container_inspect(&id)
            .unwrap_err()
            .is_not_found()
    );
}

#[test]
fn output_and_exit_codes_come_back() {
    let Some(lab) = Lab::start() else { return };
    let script = "echo out; echo err >&2; exit 7";
    let (code, text) = lab.run(&["sh", "-c", script], offline());
    assert_eq!(code, 7);
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["err", "out"]);
    let id = lab.create("bad", &["nosuch"], offline());
    let refused = lab.client.container_start(&id, "").unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("executable file not found in $PATH"),
        "{refused}"
    );
    let state = lab.client.container_inspect(&id).unwrap().state;
    assert_eq!(
        (state.status, state.exit_code),
        (ContainerStatus::Created, 127)
    );
    assert!(state.error.contains("nosuch"));
}

#[test]
fn exec_runs_beside_and_reports_its_end() {
    let Some(lab) = Lab::start() else { return };
    let id = lab.create("", &["sleep", "1000"], offline());
    lab.client.container_start(&id, "").unwrap();
    let create = |words: &[&str]| ExecCreate {
        attach_stdin: true,
        attach_stdout: true,
        attach_stderr: true,
        cmd: words
            .iter()
            .map(|w| (*w).to_owned())
            .collect::<Vec<_>>()
            .into(),
        ..ExecCreate::default()
    };
    let exec = lab.client.exec_create(&id, &create(&["cat"])).unwrap();
    let upgraded = lab.client.exec_start(&exec, &ExecStart::default()).unwrap();
    let mut socket = upgraded.socket;
    socket.write_all(b"over the socket\n").unwrap();
    socket.close_write().unwrap();
    let mut bytes = upgraded.early;
    socket.read_to_end(&mut bytes).unwrap();
    assert_eq!(demultiplexed(&bytes), "over the socket\n");
    assert_eq!(lab.client.exec_inspect(&exec).unwrap().exit_code, Some(0));
    let missing = lab.client.exec_create(&id, &create(&["nosuch"])).unwrap();
    lab.client
        .exec_start_detached(
            &missing,
            &ExecStart {
                detach: true,
                ..ExecStart::default()
            },
        )
        .unwrap_err();
    assert_eq!(
        lab.client.exec_inspect(&missing).unwrap().exit_code,
        Some(127)
    );
}

#[test]
fn a_removed_container_is_waited_for_and_leaves_nothing() {
    let Some(lab) = Lab::start() else { return };
    let host = HostConfig {
        auto_remove: true,
        ..offline()
    };
    let id = lab.create("", &["sh", "-c", "exit 3"], host);
    let waiting = lab
        .client
        .container_wait(&id, WaitCondition::Removed)
        .unwrap();
    let starter = Client::new(Endpoint::Unix(lab.socket.clone()));
    starter.container_start(&id, "").unwrap();
    let waited: plimsoll_api::WaitResponse = waiting.json().unwrap();
    assert_eq!(waited.status_code, 3);
    let all = ListOptions {
        all: true,
        ..ListOptions::default()
    };
    assert!(starter.containers(&all).unwrap().is_empty());
    let containers = lab.directory.path().join("data/labs/try/containers");
    eventually("its files are gone", Duration::from_secs(5), || {
        let mut left = std::fs::read_dir(&containers).ok()?;
        left.next().is_none().then_some(())
    });
}

#[test]
fn what_a_killed_engine_ran_is_exited_and_can_be_started() {
    let Some(mut lab) = Lab::start() else { return };
    let id = lab.create("web", &["sleep", "1000"], HostConfig::default());
    lab.client.container_start(&id, "").unwrap();
    let engine = lab.client.lab().unwrap().pid;
    let pid = nix::unistd::Pid::from_raw(engine);
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).unwrap();
    eventually("the engine is gone", Duration::from_secs(10), || {
        nix::sys::signal::kill(pid, None).is_err().then_some(())
    });
    assert!(lab.begin(), "the lab starts again");
    let state = lab.client.container_inspect("web").unwrap().state;
    assert_eq!(
        (state.status, state.exit_code),
        (ContainerStatus::Exited, 137)
    );
    assert_ne!(state.finished_at, "0001-01-01T00:00:00Z");
    lab.client.container_start("web", "").unwrap();
    assert_eq!(lab.status("web"), ContainerStatus::Running);
    lab.client.container_remove("web", true, false).unwrap();
}

#[test]
fn a_flood_is_bounded_and_others_are_served() {
    let Some(lab) = Lab::start() else { return };
    let id = lab.create("", &["yes"], offline());
    lab.client.container_start(&id, "").unwrap();
    let directory = lab
        .directory
        .path()
        .join("data/labs/try/containers")
        .join(&id);
    let size = || -> u64 {
        let files = std::fs::read_dir(&directory).unwrap().flatten();
        let logs = files.filter(|file| file.file_name().to_string_lossy().contains("json.log"));
        logs.map(|file| file.metadata().unwrap().len()).sum()
    };
    eventually("the log has grown", Duration::from_secs(60), || {
        (size() > 20 << 20).then_some(())
    });
    lab.client.ping().expect("others are served");
    assert!(size() <= 32 << 20);
    lab.client.container_remove(&id, true, false).unwrap();
}

#[test]
fn bad_requests_are_refused_in_dockers_words() {
    let Some(lab) = Lab::start() else { return };
    let refused = |name: &str, host: HostConfig| {
        let made = lab
            .client
            .container_create(name, "", &request(&["true"], host));
        made.unwrap_err().to_string()
    };
    assert_eq!(
        refused("a b", offline()),
        "Error response from daemon: Invalid container name (a b), only [a-zA-Z0-9][a-zA-Z0-9_.-] \
         are allowed"
    );
    let id = lab.create("taken", &["true"], offline());
    assert_eq!(
        refused("taken", offline()),
        format!(
            "Error response from daemon: Conflict. The container name \"/taken\" is already in use \
             by container \"{id}\". You have to remove (or rename) that container to be able to \
             reuse that name."
        )
    );
    let missing = HostConfig {
        mounts: vec![plimsoll_api::Mount {
            kind: "bind".into(),
            source: "/nosuch".into(),
            target: "/x".into(),
            ..plimsoll_api::Mount::default()
        }],
        ..offline()
    };
    assert_eq!(
        refused("", missing),
        "Error response from daemon: invalid mount config for type \"bind\": bind source path does \
         not exist: /nosuch"
    );
    let unknown = lab.raw("GET /nosuch HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n");
    assert!(
        unknown.starts_with("HTTP/1.1 404") && unknown.contains("page not found"),
        "{unknown}"
    );
    let new = lab.raw("GET /v1.99/info HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n");
    assert!(new.contains("is too new"), "{new}");
}

#[test]
fn replies_fit_dockers_description() {
    let Some(spec) = swagger::Spec::load() else {
        skipped("Docker's API description is not here");
        return;
    };
    let Some(lab) = Lab::start() else { return };
    let id = lab.create("web", &["sleep", "1000"], HostConfig::default());
    lab.client.container_start(&id, "").unwrap();
    for (template, path) in [
        ("/containers/json", "/containers/json?all=1&size=1"),
        ("/containers/{id}/json", "/containers/web/json?size=1"),
        ("/containers/{id}/top", "/containers/web/top"),
        ("/networks", "/networks"),
        ("/networks/{id}", "/networks/bridge"),
    ] {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let reply = lab.raw(&format!(
            "GET {path}?{query} HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n"
        ));
        let body = reply.split_once("\r\n\r\n").expect("a body").1;
        let body = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {reply}"));
        let fits = spec.check("GET", template, 200, &body);
        assert_eq!(fits, Ok(()), "{template}");
    }
    lab.client.container_remove(&id, true, false).unwrap();
}

#[test]
fn explain_does_nothing() {
    let Some(lab) = Lab::start() else { return };
    let binding = PortBinding {
        host_ip: "127.0.0.1".into(),
        host_port: "8080".into(),
    };
    let host = HostConfig {
        binds: Some(vec!["/tmp/not-made-by-explain:/x".into(), "vol:/y".into()]),
        port_bindings: Some([("80/tcp".parse().expect("a port"), Some(vec![binding]))].into()),
        ..HostConfig::default()
    };
    let plan = lab.client.explain(&request(&["true"], host)).unwrap();
    assert!(!plan.ops.is_empty());
    for line in [
        "make the host's folder /tmp/not-made-by-explain",
        "make the volume vol",
        "copy what the image has in /y into it",
        "172.17.0.2",
        "publish port 80/tcp as port 8080 of the lab at 127.0.0.1",
    ] {
        assert!(plan.text.contains(line), "{line}: {}", plan.text);
    }
    let all = ListOptions {
        all: true,
        ..ListOptions::default()
    };
    assert!(lab.client.containers(&all).unwrap().is_empty());
    assert!(!std::path::Path::new("/tmp/not-made-by-explain").exists());
    let volumes = lab
        .client
        .volumes(&plimsoll_api::Filters::default())
        .unwrap();
    assert!(volumes.volumes.is_empty());
}

#[test]
fn an_image_for_another_machine_is_not_run() {
    let Some(lab) = Lab::start() else { return };
    let other = match std::env::consts::ARCH {
        "aarch64" => "linux/amd64",
        _ => "linux/arm64",
    };
    let body = request(&["true"], offline());
    let refused = lab.client.container_create("web", other, &body);
    let refused = refused.expect_err("it is for this machine");
    assert!(refused.is_not_found(), "{refused}");
    assert_eq!(
        refused.to_string(),
        format!(
            "Error response from daemon: image with reference base was found but does not provide \
             the specified platform ({other})"
        )
    );
    lab.client
        .container_create("web", "linux", &body)
        .expect("it is");
}

/// docker-py reads the head through a buffer and the rest from the socket.
#[test]
fn output_does_not_come_with_the_head() {
    let Some(lab) = Lab::start() else { return };
    let id = lab.create("", &["sleep", "1000"], offline());
    lab.client.container_start(&id, "").expect("a start");
    for _ in 0..5 {
        let command = ExecCreate {
            cmd: vec!["echo".to_owned(), "q".to_owned()].into(),
            attach_stdout: true,
            ..ExecCreate::default()
        };
        let exec = lab.client.exec_create(&id, &command).expect("it is made");
        let mut stream = UnixStream::connect(&lab.socket).expect("a connection");
        let body = "{}";
        let head = format!(
            "POST /exec/{exec}/start HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(head.as_bytes()).expect("a request");
        let mut bytes = [0; 4096];
        let first = stream.read(&mut bytes).expect("a head");
        let head = String::from_utf8_lossy(&bytes[..first]);
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        assert!(head.ends_with("\r\n\r\n"), "{head}");
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).expect("the output");
        assert!(rest.ends_with(b"q\n"), "{rest:?}");
    }
}

#[test]
fn a_refusal_comes_after_the_body() {
    let Some(lab) = Lab::start() else { return };
    let body = vec![b'x'; 8 << 20];
    for path in ["/images/load", "/swarm/init", "/nowhere"] {
        let mut stream = UnixStream::connect(&lab.socket).expect("a connection");
        let length = body.len();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).expect("a head");
        stream
            .write_all(&body)
            .unwrap_or_else(|error| panic!("{path}: {error}"));
        let mut reply = String::new();
        stream.read_to_string(&mut reply).expect("a reply");
        assert!(reply.contains("\"message\""), "{path}: {reply}");
    }
}

/// Takes what a folder of the store has out of it.
fn lose(lab: &Lab, folder: &str) {
    let away = lab.directory.path().join("away");
    std::fs::create_dir_all(&away).expect("a folder");
    let folder = lab.directory.path().join("data/store").join(folder);
    for entry in std::fs::read_dir(&folder).expect("it lists") {
        let entry = entry.expect("an entry");
        let target = away.join(entry.file_name());
        std::fs::rename(entry.path(), target).expect("it moves");
    }
}

#[test]
fn what_the_store_lost_is_listed_and_fetched_again() {
    let Some(lab) = Lab::start() else { return };
    let all = plimsoll_api::Filters::default();
    let before = lab.client.images(false, &all).expect("a list");
    lose(&lab, "blobs/sha256");
    lose(&lab, "layers");
    let after = lab.client.images(false, &all).expect("a list");
    let names = |list: &[plimsoll_api::ImageSummary]| -> Vec<_> {
        list.iter().flat_map(|one| one.repo_tags.clone()).collect()
    };
    assert_eq!(names(&after), names(&before));
    let body = request(&["true"], offline());
    let refused = lab.client.container_create("web", "", &body);
    let refused = refused.expect_err("nothing to run").to_string();
    assert!(
        refused.ends_with("`docker pull base:latest` fetches what is missing"),
        "{refused}"
    );
    let told: Vec<String> = lab
        .client
        .image_pull("base", "latest", "", "")
        .expect("a pull")
        .map(|line| line.expect("a line").status)
        .collect();
    let last = told.last().map(String::as_str);
    assert_eq!(last, Some("Status: Downloaded newer image for base:latest"));
    assert_eq!(lab.run(&["true"], offline()).0, 0);
}
