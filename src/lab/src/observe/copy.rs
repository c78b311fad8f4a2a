//! Copies of containers: made from the same request, looked at, removed.
//!
//! The learner's container stays as it is. The copy has a name and label of its
//! own, no published ports, no fixed address; folders and named volumes are
//! mounted read-only; anonymous volumes are new, as for a real re-creation.

use super::Observer;
use crate::probe::{Act, ExecReply, Glance, Observation, SIZE_LIMIT, TIME_LIMIT};
use crate::words;
use crate::world::{Container, PROBE_LABEL, PROBE_NAME};
use plimsoll_api::client::{Client, Demux, Query, Request, Stream, UnknownStream};
use plimsoll_text::spoken;
use serde_json::{Value, json};
use std::io::Read;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How long a copy may take until its server answers.
const START_LIMIT: Duration = Duration::from_secs(4);
const RETRY_EVERY: Duration = Duration::from_millis(25);

/// A container of the grader, removed when dropped.
pub(super) struct Temporary<'a> {
    client: &'a Client,
    id: String,
}

impl<'a> Temporary<'a> {
    /// Creates it under a name that nobody chose, with our label.
    pub fn create(client: &'a Client, mut body: Value) -> Result<Temporary<'a>, String> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "{PROBE_NAME}{}-{}-{:x}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed),
            jiff::Timestamp::now().as_nanosecond() & 0xff_ffff
        );
        if !body["Labels"].is_object() {
            body["Labels"] = json!({});
        }
        body["Labels"][PROBE_LABEL] = json!("1");
        let query = Query::new().text("name", &name);
        let created: Value = client
            .request(Request::post("/containers/create").query(query).json(&body))
            .and_then(plimsoll_api::client::Reply::json)
            .map_err(|error| error.to_string())?;
        match created.get("Id").and_then(Value::as_str) {
            Some(id) => Ok(Temporary {
                client,
                id: id.to_string(),
            }),
            None => Err(words::look_no_id(spoken())),
        }
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    fn post(&self, action: &str) -> Result<(), String> {
        self.client
            .request(Request::post(format!("/containers/{}/{action}", self.id)))
            .and_then(plimsoll_api::client::Reply::finish)
            .map_err(|error| error.to_string())
    }
}

impl Drop for Temporary<'_> {
    fn drop(&mut self) {
        let query = Query::new().flag("force", true).flag("v", true);
        let path = format!("/containers/{}", self.id);
        // The engine is gone, or the lab is: then so is the copy.
        let _ = self
            .client
            .request(Request::delete(path).query(query))
            .and_then(plimsoll_api::client::Reply::finish);
    }
}

impl Observer {
    pub(super) fn copy(&self, container: &str, act: &Act, look: &Glance) -> Observation {
        let inspect = match self
            .client
            .get_value(&format!("/containers/{container}/json"))
        {
            Ok(inspect) => inspect,
            Err(error) => return Observation::Failed(error.to_string()),
        };
        let before = match look {
            // A command may write: it runs in copies only.
            Glance::Exec { .. } => Observation::Unsupported(String::new()),
            _ => self.glance(container, look, TIME_LIMIT),
        };
        let after = self.after(&inspect, act, look);
        Observation::Copy {
            before: Box::new(before),
            after: Box::new(after),
        }
    }

    /// What goes wrong with the copy itself is a finding: the learner's
    /// container cannot be made again.
    fn after(&self, inspect: &Value, act: &Act, look: &Glance) -> Observation {
        let copy = match Temporary::create(&self.client, same_request(inspect)) {
            Ok(copy) => copy,
            Err(why) => return Observation::NoAnswer(why),
        };
        let started = copy.post("start").and_then(|()| match act {
            Act::Recreate => Ok(()),
            Act::Restart => copy.post("restart?t=1"),
        });
        match started {
            Ok(()) => self.glance(copy.id(), look, START_LIMIT),
            Err(why) => Observation::NoAnswer(why),
        }
    }

    fn glance(&self, container: &str, look: &Glance, limit: Duration) -> Observation {
        match look {
            Glance::File { path } => self.container_file(container, path),
            Glance::Exec { command } => self.exec(container, command),
            Glance::Http { port, path } => self.http_of(container, *port, path, limit),
        }
    }

    /// Asks a container's own address, until it answers or time is up: its
    /// server may still be starting.
    fn http_of(&self, container: &str, port: u16, path: &str, limit: Duration) -> Observation {
        let deadline = Instant::now() + limit;
        loop {
            let inspect = match self
                .client
                .get_value(&format!("/containers/{container}/json"))
            {
                Ok(inspect) => Container::from_inspect(&inspect),
                Err(error) => return Observation::Failed(error.to_string()),
            };
            if !inspect.is_alive() {
                return Observation::NoAnswer(words::look_not_running(spoken()));
            }
            let Some(address) = inspect.address() else {
                return Observation::NoAnswer(words::look_no_address(spoken()));
            };
            let seen = self.http(&format!("{address}:{port}"), "localhost", path, TIME_LIMIT);
            if !matches!(seen, Observation::NoAnswer(_)) || Instant::now() >= deadline {
                return seen;
            }
            std::thread::sleep(RETRY_EVERY);
        }
    }

    fn exec(&self, container: &str, command: &[String]) -> Observation {
        match self.try_exec(container, command) {
            Ok(reply) => Observation::Exec(reply),
            Err(why) => Observation::NoAnswer(why),
        }
    }

    fn try_exec(&self, container: &str, command: &[String]) -> Result<ExecReply, String> {
        let words = |error: plimsoll_api::error::ClientError| error.to_string();
        let body = json!({"AttachStdout": true, "AttachStderr": true, "Cmd": command});
        let created: Value = self
            .client
            .request(Request::post(format!("/containers/{container}/exec")).json(&body))
            .and_then(plimsoll_api::client::Reply::json)
            .map_err(words)?;
        let id = created
            .get("Id")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let start = Request::post(format!("/exec/{id}/start"))
            .json(&json!({"Detach": false, "Tty": false}));
        let stream = self.client.upgrade(start).map_err(words)?;
        let output = read_output(stream).map_err(|error| error.to_string())?;
        let about = self
            .client
            .get_value(&format!("/exec/{id}/json"))
            .map_err(words)?;
        Ok(ExecReply {
            exit_code: about.get("ExitCode").and_then(Value::as_i64).unwrap_or(-1),
            output,
        })
    }
}

fn read_output(stream: plimsoll_api::client::Upgraded) -> std::io::Result<Vec<u8>> {
    let plimsoll_api::client::Upgraded {
        mut socket, early, ..
    } = stream;
    let deadline = Instant::now() + START_LIMIT;
    let mut demux = Demux::new();
    let mut output = Vec::new();
    let mut take = |bytes: &[u8], output: &mut Vec<u8>| {
        demux
            .push(bytes, |_: Stream, part: &[u8]| {
                output.extend_from_slice(part);
                Ok::<(), UnknownStream>(())
            })
            .map_err(|_| std::io::Error::other("the stream has unknown frames"))
    };
    take(&early, &mut output)?;
    let mut buffer = [0; 16 * 1024];
    while output.len() < SIZE_LIMIT {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(std::io::ErrorKind::TimedOut.into());
        }
        socket.set_read_timeout(Some(left))?;
        match socket.read(&mut buffer)? {
            0 => break,
            count => take(&buffer[..count], &mut output)?,
        }
    }
    output.truncate(SIZE_LIMIT);
    Ok(output)
}

/// The create request that a container came from, for a copy beside it.
fn same_request(inspect: &Value) -> Value {
    let mut body = inspect.get("Config").cloned().unwrap_or_else(|| json!({}));
    let mut host = inspect
        .get("HostConfig")
        .cloned()
        .unwrap_or_else(|| json!({}));
    // The image itself, whatever its name means by now.
    body["Image"] = inspect.get("Image").cloned().unwrap_or_default();
    for name in [
        "Hostname",
        "Domainname",
        "MacAddress",
        "AttachStdin",
        "OpenStdin",
        "StdinOnce",
    ] {
        if let Some(body) = body.as_object_mut() {
            body.remove(name);
        }
    }
    host["PortBindings"] = json!({});
    host["PublishAllPorts"] = json!(false);
    host["AutoRemove"] = json!(false);
    host["RestartPolicy"] = json!({"Name": "no"});
    host["ContainerIDFile"] = json!("");
    let network = host["NetworkMode"].as_str().unwrap_or_default();
    if network == "host" || network.starts_with("container:") {
        host["NetworkMode"] = json!("bridge");
    }
    make_read_only(&mut host);
    body["HostConfig"] = host;
    body
}

fn make_read_only(host: &mut Value) {
    for bind in host["Binds"].as_array_mut().into_iter().flatten() {
        *bind = json!(read_only_bind(bind.as_str().unwrap_or_default()));
    }
    for from in host["VolumesFrom"].as_array_mut().into_iter().flatten() {
        let name = from.as_str().unwrap_or_default();
        let name = name.split(':').next().unwrap_or_default();
        *from = json!(format!("{name}:ro"));
    }
    for mount in host["Mounts"].as_array_mut().into_iter().flatten() {
        let named = mount["Source"]
            .as_str()
            .is_some_and(|source| !source.is_empty());
        if named {
            mount["ReadOnly"] = json!(true);
        }
    }
}

/// `SOURCE:TARGET[:OPTIONS]` with `ro` in place of `rw`.
fn read_only_bind(bind: &str) -> String {
    let mut parts = bind.splitn(3, ':');
    let (source, target) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    let kept: Vec<&str> = parts
        .next()
        .unwrap_or_default()
        .split(',')
        .filter(|option| !option.is_empty() && !matches!(*option, "rw" | "ro"))
        .chain(["ro"])
        .collect();
    format!("{source}:{target}:{}", kept.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_no_ports_and_writes_nothing_of_the_learners() {
        let inspect = json!({
            "Image": "sha256:aa",
            "Config": {"Image": "nginx", "Hostname": "0123", "Cmd": ["nginx"], "Volumes": {"/cache": {}}},
            "HostConfig": {
                "Binds": ["/home/me/html:/usr/share/nginx/html", "data:/data:rw,nocopy"],
                "Mounts": [{"Type": "volume", "Source": "named", "Target": "/n"}, {"Type": "volume", "Target": "/anonymous"}],
                "VolumesFrom": ["other:rw"],
                "PortBindings": {"80/tcp": [{"HostPort": "80"}]},
                "NetworkMode": "host",
                "AutoRemove": true,
            },
        });
        let body = same_request(&inspect);
        assert_eq!(body["Image"], "sha256:aa");
        assert_eq!(body["Hostname"], Value::Null);
        assert_eq!(body["Volumes"], json!({"/cache": {}}));
        let host = &body["HostConfig"];
        assert_eq!(
            host["Binds"],
            json!([
                "/home/me/html:/usr/share/nginx/html:ro",
                "data:/data:nocopy,ro"
            ])
        );
        assert_eq!(host["Mounts"][0]["ReadOnly"], true);
        assert_eq!(host["Mounts"][1]["ReadOnly"], Value::Null);
        assert_eq!(host["VolumesFrom"], json!(["other:ro"]));
        assert_eq!(host["PortBindings"], json!({}));
        assert_eq!(host["NetworkMode"], "bridge");
        assert_eq!(host["AutoRemove"], false);
    }
}
