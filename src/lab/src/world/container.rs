//! A container of the lab, alive, stopped, or remembered after its removal.

use super::image::short_id;
use super::{flag, number, pairs, text, texts};
use crate::schema::ContainerState;
use serde_json::Value;

#[derive(Debug, Clone, PartialEq)]
pub struct Container {
    pub id: String,
    /// Without the leading slash.
    pub name: String,
    /// RFC 3339, as the engine gives it: sorts by time.
    pub created: String,
    pub state: ContainerState,
    /// It was started at least once.
    pub ran: bool,
    /// How its last run ended; none while it runs or before it ran.
    pub exit_code: Option<i64>,
    /// The image's id.
    pub image_id: String,
    /// The image as the learner named it.
    pub image_asked: String,
    /// Layers of its image where history recorded them (the image may be gone).
    pub layers: Vec<String>,
    /// The whole command line.
    pub command: Vec<String>,
    /// Whether that was the image's own, where history recorded it.
    pub own_command: Option<bool>,
    pub env: Vec<String>,
    pub labels: Vec<String>,
    pub user: String,
    pub network_mode: String,
    /// Bytes; 0 is no limit.
    pub memory: i64,
    pub read_only: bool,
    pub privileged: bool,
    pub restart_policy: String,
    pub ports: Vec<PortBinding>,
    pub mounts: Vec<Mount>,
    /// Networks it is connected to, with its address there (may be empty).
    pub networks: Vec<(String, String)>,
    /// Removed since; known from history only.
    pub removed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortBinding {
    pub container_port: u16,
    /// `tcp`, `udp` or `sctp`.
    pub protocol: String,
    pub host_ip: String,
    pub host_port: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mount {
    /// `bind`, `volume` or `tmpfs`.
    pub kind: String,
    /// A bind mount's path, or a volume's name.
    pub source: String,
    pub target: String,
    pub rw: bool,
    /// A tmpfs's limit in bytes, where one is set.
    pub size: Option<i64>,
}

impl Container {
    /// From `GET /containers/ID/json`.
    pub fn from_inspect(value: &Value) -> Container {
        let state = state(&text(value, "/State/Status"));
        let started = text(value, "/State/StartedAt");
        let ran = !started.is_empty() && !started.starts_with("0001-01-01");
        let alive = matches!(state, ContainerState::Running | ContainerState::Paused);
        let mut command = vec![text(value, "/Path")];
        command.extend(texts(value, "/Args"));
        Container {
            id: text(value, "/Id"),
            name: text(value, "/Name").trim_start_matches('/').to_string(),
            created: text(value, "/Created"),
            state,
            ran,
            exit_code: (ran && !alive).then(|| number(value, "/State/ExitCode")),
            image_id: text(value, "/Image"),
            image_asked: text(value, "/Config/Image"),
            layers: Vec::new(),
            command,
            own_command: None,
            env: texts(value, "/Config/Env"),
            labels: pairs(value, "/Config/Labels"),
            user: text(value, "/Config/User"),
            network_mode: network_mode(value),
            memory: number(value, "/HostConfig/Memory"),
            read_only: flag(value, "/HostConfig/ReadonlyRootfs"),
            privileged: flag(value, "/HostConfig/Privileged"),
            restart_policy: text(value, "/HostConfig/RestartPolicy/Name"),
            ports: ports(value),
            mounts: mounts(value),
            networks: networks(value),
            removed: false,
        }
    }

    /// Whether a process of it runs or may run again by itself.
    pub fn is_alive(&self) -> bool {
        !self.removed
            && matches!(
                self.state,
                ContainerState::Running | ContainerState::Restarting | ContainerState::Removing
            )
    }

    /// The address at which the lab reaches it: its own, or localhost where it
    /// shares the lab's network.
    pub fn address(&self) -> Option<&str> {
        if self.network_mode == "host" {
            return Some("127.0.0.1");
        }
        self.networks
            .iter()
            .map(|(_, address)| address.as_str())
            .find(|address| !address.is_empty())
    }

    /// Whether it publishes a TCP port on an IPv4 address of the lab.
    pub fn publishes(&self, address: &str, port: u16) -> bool {
        self.is_alive()
            && self.ports.iter().any(|binding| {
                binding.protocol == "tcp"
                    && binding.host_port == port
                    && (matches!(binding.host_ip.as_str(), "" | "0.0.0.0")
                        || binding.host_ip == address)
            })
    }

    pub fn short_id(&self) -> &str {
        short_id(&self.id)
    }

    /// Whether the learner means this container: its name, or the first digits
    /// of its id: two at least, since one could be a lucky guess.
    pub fn is_called(&self, word: &str) -> bool {
        let word = word.trim().trim_start_matches('/');
        let is_id = word.len() >= 2
            && word.len() <= self.id.len()
            && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        word == self.name || (is_id && self.id.starts_with(&word.to_ascii_lowercase()))
    }
}

pub(super) fn state(word: &str) -> ContainerState {
    match word {
        "running" => ContainerState::Running,
        "paused" => ContainerState::Paused,
        "restarting" => ContainerState::Restarting,
        "removing" => ContainerState::Removing,
        "created" | "configured" | "initialized" => ContainerState::Created,
        "dead" => ContainerState::Dead,
        _ => ContainerState::Exited,
    }
}

/// `default` is what old clients send for the bridge.
fn network_mode(value: &Value) -> String {
    match text(value, "/HostConfig/NetworkMode").as_str() {
        "default" | "" => "bridge".to_string(),
        mode => mode.to_string(),
    }
}

/// The ports as bound; before the first start, as asked for.
fn ports(value: &Value) -> Vec<PortBinding> {
    let bound = port_map(value.pointer("/NetworkSettings/Ports"));
    if bound.is_empty() {
        port_map(value.pointer("/HostConfig/PortBindings"))
    } else {
        bound
    }
}

fn port_map(map: Option<&Value>) -> Vec<PortBinding> {
    let Some(map) = map.and_then(Value::as_object) else {
        return Vec::new();
    };
    let mut ports = Vec::new();
    for (key, bindings) in map {
        let (port, protocol) = key.split_once('/').unwrap_or((key, "tcp"));
        let Ok(container_port) = port.parse() else {
            continue;
        };
        for binding in bindings.as_array().into_iter().flatten() {
            let Ok(host_port) = text(binding, "/HostPort").parse() else {
                continue;
            };
            ports.push(PortBinding {
                container_port,
                protocol: protocol.to_string(),
                host_ip: text(binding, "/HostIp"),
                host_port,
            });
        }
    }
    ports
}

fn mounts(value: &Value) -> Vec<Mount> {
    let mut mounts: Vec<Mount> = value
        .pointer("/Mounts")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|mount| Mount {
            kind: text(mount, "/Type"),
            source: match text(mount, "/Name") {
                name if name.is_empty() => text(mount, "/Source"),
                name => name,
            },
            target: text(mount, "/Destination"),
            rw: flag(mount, "/RW"),
            size: None,
        })
        .collect();
    // `--tmpfs` appears only in the host configuration.
    let tmpfs = value
        .pointer("/HostConfig/Tmpfs")
        .and_then(Value::as_object);
    for (target, options) in tmpfs.into_iter().flatten() {
        mounts.retain(|mount| mount.target != *target);
        mounts.push(tmpfs_mount(target, options.as_str().unwrap_or_default()));
    }
    for mount in &mut mounts {
        if mount.kind == "tmpfs" && mount.size.is_none() {
            mount.size = tmpfs_size(value, &mount.target);
        }
    }
    mounts
}

fn tmpfs_mount(target: &str, options: &str) -> Mount {
    Mount {
        kind: "tmpfs".to_string(),
        source: String::new(),
        target: target.to_string(),
        rw: !options.split(',').any(|option| option == "ro"),
        size: options
            .split(',')
            .find_map(|option| bytes(option.strip_prefix("size=")?)),
    }
}

/// The size given with `--mount type=tmpfs,tmpfs-size=`.
fn tmpfs_size(value: &Value, target: &str) -> Option<i64> {
    value
        .pointer("/HostConfig/Mounts")?
        .as_array()?
        .iter()
        .find(|mount| text(mount, "/Target") == target)?
        .pointer("/TmpfsOptions/SizeBytes")?
        .as_i64()
}

/// `64m` in bytes, as tmpfs(5) reads it.
fn bytes(size: &str) -> Option<i64> {
    let (digits, factor) = match size.chars().last()? {
        'k' | 'K' => (&size[..size.len() - 1], 1 << 10),
        'm' | 'M' => (&size[..size.len() - 1], 1 << 20),
        'g' | 'G' => (&size[..size.len() - 1], 1 << 30),
        _ => (size, 1),
    };
    digits.parse::<i64>().ok()?.checked_mul(factor)
}

fn networks(value: &Value) -> Vec<(String, String)> {
    value
        .pointer("/NetworkSettings/Networks")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(name, network)| (name.clone(), text(network, "/IPAddress")))
        .collect()
}
