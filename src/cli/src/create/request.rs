//! Flags and operands in, the body of the create call out. Pure but for the
//! files that flags name.

use std::collections::BTreeMap;
use std::path::Path;

use plimsoll_api::container::HealthConfig;
use plimsoll_api::host_config::{DeviceRequest, LogConfig, RestartPolicy};
use plimsoll_api::network::NetworkingConfig;
use plimsoll_api::port::{parse_expose, parse_publish};
use plimsoll_api::{
    ContainerConfig, ContainerCreateRequest, Empty, HostConfig, Port, PortMap, Words,
};

use super::{device, environment, mount, network, volume};
use crate::error::Invalid;
use crate::flags::Given;
use crate::quantity::{parse_cpus, parse_duration, parse_int, parse_size, parse_swap};
use crate::quote::quoted;

/// Builds the request; relative sources are taken from `here`.
pub fn build(given: &Given, here: &Path) -> Result<ContainerCreateRequest, Invalid> {
    if given.has("mac-address") {
        network::check_mac(given.text("mac-address"))?;
    }
    let (ports, bindings) = ports(given)?;
    let (binds, volumes) = volumes(given, here)?;
    let mut config = config(given)?;
    config.exposed_ports = ports;
    config.volumes = Some(volumes);
    let mut host = host_config(given, here)?;
    host.binds = binds;
    host.port_bindings = Some(bindings);
    let (mode, endpoints) = network::endpoints(given)?;
    if let Some(endpoint) = endpoints.get(&mode) {
        config.mac_address.clone_from(&endpoint.mac_address);
    }
    host.network_mode = mode;
    if host.auto_remove && !matches!(host.restart_policy.name.as_str(), "" | "no") {
        return Err(Invalid::new(
            "conflicting options: cannot specify both --restart and --rm",
        ));
    }
    Ok(ContainerCreateRequest {
        config,
        host_config: host,
        networking_config: NetworkingConfig {
            endpoints_config: endpoints,
        },
    })
}

type Exposed = BTreeMap<Port, Empty>;

fn ports(given: &Given) -> Result<(Exposed, PortMap), Invalid> {
    let mut exposed = Exposed::new();
    let mut bindings = PortMap::new();
    for spec in given.all("publish") {
        let spec = plain_publish(spec)?;
        for (port, binding) in parse_publish(&spec).map_err(|e| Invalid(e.to_string()))? {
            exposed.insert(port, Empty {});
            let list = bindings.entry(port).or_insert_with(|| Some(Vec::new()));
            list.get_or_insert_default().push(binding);
        }
    }
    for spec in given.all("expose") {
        if spec.contains(':') {
            return Err(Invalid(format!("invalid port format for --expose: {spec}")));
        }
        for port in parse_expose(spec).map_err(|e| Invalid(e.to_string()))? {
            exposed.insert(port, Empty {});
        }
    }
    Ok((exposed, bindings))
}

/// `-p published=8080,target=80` in the usual form.
fn plain_publish(spec: &str) -> Result<String, Invalid> {
    if !spec.contains('=') {
        return Ok(spec.to_owned());
    }
    let mut fields = BTreeMap::from([("protocol", "tcp")]);
    for field in spec.split(',') {
        let (key, value) = field
            .split_once('=')
            .filter(|(key, _)| !key.is_empty())
            .ok_or_else(|| {
                Invalid(format!(
                    "invalid publish opts format (should be name=value but got '{field}')"
                ))
            })?;
        fields.insert(key, value);
    }
    let field = |name: &str| fields.get(name).copied().unwrap_or_default();
    Ok(format!(
        "{}:{}/{}",
        field("published"),
        field("target"),
        field("protocol")
    ))
}

type Volumes = (Option<Vec<String>>, BTreeMap<String, Empty>);

fn volumes(given: &Given, here: &Path) -> Result<Volumes, Invalid> {
    let mut binds = Vec::new();
    let mut anonymous = BTreeMap::new();
    for spec in given.all("volume") {
        match volume::parse(spec, here)? {
            volume::VolumeFlag::Anonymous(path) => {
                anonymous.insert(path, Empty {});
            }
            volume::VolumeFlag::Bind(bind) if binds.contains(&bind) => {}
            volume::VolumeFlag::Bind(bind) => binds.push(bind),
        }
    }
    Ok(((!binds.is_empty()).then_some(binds), anonymous))
}

fn config(given: &Given) -> Result<ContainerConfig, Invalid> {
    let attached = |stream: &str| given.all("attach").any(|s| s.eq_ignore_ascii_case(stream));
    let all_output = !given.has("attach");
    let open_stdin = given.is_on("interactive");
    let attach_stdin = open_stdin || attached("stdin");
    let mut operands = given.operands.iter();
    let image = operands.next().cloned().unwrap_or_default();
    let command: Vec<String> = operands.cloned().collect();
    Ok(ContainerConfig {
        hostname: given.text("hostname").to_owned(),
        domainname: given.text("domainname").to_owned(),
        user: given.text("user").to_owned(),
        attach_stdin,
        attach_stdout: all_output || attached("stdout"),
        attach_stderr: all_output || attached("stderr"),
        tty: given.is_on("tty"),
        open_stdin,
        stdin_once: open_stdin && attach_stdin,
        env: list(variables(given)?),
        cmd: (!command.is_empty()).then_some(Words(command)),
        healthcheck: healthcheck(given)?,
        image,
        working_dir: given.text("workdir").to_owned(),
        // `--entrypoint=` takes the image's away.
        entrypoint: given
            .last("entrypoint")
            .map(|program| Words(vec![program.to_owned()])),
        mac_address: given.text("mac-address").to_owned(),
        labels: Some(labels(given)?),
        stop_signal: given.text("stop-signal").to_owned(),
        stop_timeout: given.last("stop-timeout").map(parse_int).transpose()?,
        ..ContainerConfig::default()
    })
}

fn variables(given: &Given) -> Result<Vec<String>, Invalid> {
    let mut variables = Vec::new();
    for file in given.all("env-file") {
        variables.extend(environment::read_file(file, environment::from_process)?);
    }
    let ours = |text| environment::variable(text, environment::from_process);
    variables.extend(given.all("env").map(ours));
    Ok(variables)
}

fn labels(given: &Given) -> Result<BTreeMap<String, String>, Invalid> {
    let mut lines = Vec::new();
    for file in given.all("label-file") {
        lines.extend(environment::read_file(file, |_| Some(String::new()))?);
    }
    lines.extend(given.list("label"));
    Ok(pairs(lines.iter().map(String::as_str)))
}

fn pairs<'a>(texts: impl Iterator<Item = &'a str>) -> BTreeMap<String, String> {
    texts
        .map(|text| text.split_once('=').unwrap_or((text, "")))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

fn healthcheck(given: &Given) -> Result<Option<HealthConfig>, Invalid> {
    let number = |flag: &str, parse: fn(&str) -> Result<i64, Invalid>| {
        let value = given.last(flag).map(parse).transpose()?.unwrap_or(0);
        if value < 0 {
            return Err(Invalid(format!("--{flag} cannot be negative")));
        }
        Ok(value)
    };
    let command = given.text("health-cmd");
    let config = HealthConfig {
        test: if command.is_empty() {
            Vec::new()
        } else {
            vec!["CMD-SHELL".to_owned(), command.to_owned()]
        },
        interval: number("health-interval", parse_duration)?,
        timeout: number("health-timeout", parse_duration)?,
        start_period: number("health-start-period", parse_duration)?,
        start_interval: number("health-start-interval", parse_duration)?,
        retries: number("health-retries", parse_int)?,
    };
    let wished = config != HealthConfig::default();
    if given.is_on("no-healthcheck") {
        if wished {
            return Err(Invalid::new(
                "--no-healthcheck conflicts with --health-* options",
            ));
        }
        return Ok(Some(HealthConfig {
            test: vec!["NONE".to_owned()],
            ..HealthConfig::default()
        }));
    }
    Ok(wished.then_some(config))
}

fn host_config(given: &Given, here: &Path) -> Result<HostConfig, Invalid> {
    let (security, unconfined_paths) = security_options(given)?;
    let no_paths = || unconfined_paths.then(Vec::new);
    let mut host = HostConfig {
        container_id_file: given.text("cidfile").to_owned(),
        log_config: log_config(given)?,
        restart_policy: restart_policy(given.text("restart"))?,
        auto_remove: given.is_on("rm"),
        volume_driver: given.text("volume-driver").to_owned(),
        volumes_from: list(given.list("volumes-from")),
        annotations: pairs(given.all("annotation")),
        cap_add: list(given.list("cap-add")),
        cap_drop: list(given.list("cap-drop")),
        cgroupns_mode: mode(given, "cgroupns", "CGROUP", &["private", "host"])?,
        dns: Some(given.list("dns")),
        dns_options: Some(given.list("dns-option")),
        dns_search: Some(given.list("dns-search")),
        extra_hosts: list(
            given
                .all("add-host")
                .map(network::extra_host)
                .collect::<Result<_, _>>()?,
        ),
        group_add: list(given.list("group-add")),
        ipc_mode: given.text("ipc").to_owned(),
        links: list(given.list("link")),
        pid_mode: pid_mode(given)?,
        privileged: given.is_on("privileged"),
        publish_all_ports: given.is_on("publish-all"),
        readonly_rootfs: given.is_on("read-only"),
        security_opt: list(security),
        storage_opt: storage_options(given)?,
        tmpfs: given
            .all("tmpfs")
            .map(|spec| spec.split_once(':').unwrap_or((spec, "")))
            .map(|(target, options)| (target.to_owned(), options.to_owned()))
            .collect(),
        uts_mode: mode(given, "uts", "UTS", &["host"])?,
        userns_mode: mode(given, "userns", "USER", &["host"])?,
        sysctls: pairs(given.all("sysctl")),
        runtime: given.text("runtime").to_owned(),
        isolation: given.text("isolation").to_owned(),
        mounts: given
            .all("mount")
            .map(|spec| mount::parse(spec, here))
            .collect::<Result<_, _>>()?,
        masked_paths: no_paths(),
        readonly_paths: no_paths(),
        init: given.has("init").then(|| given.is_on("init")),
        ..HostConfig::default()
    };
    limits(given, &mut host)?;
    devices(given, &mut host)?;
    Ok(host)
}

fn limits(given: &Given, host: &mut HostConfig) -> Result<(), Invalid> {
    let int = |flag: &str| given.last(flag).map_or(Ok(0), parse_int);
    let size = |flag: &str| given.last(flag).map_or(Ok(0), parse_size);
    let swappiness = given.last("memory-swappiness").map_or(Ok(-1), parse_int)?;
    if swappiness != -1 && !(0..=100).contains(&swappiness) {
        return Err(Invalid(format!(
            "invalid value: {swappiness}. Valid memory swappiness range is 0-100"
        )));
    }
    host.oom_score_adj = i32::try_from(int("oom-score-adj")?).unwrap_or(i32::MAX);
    host.shm_size = size("shm-size")?;
    host.cpu_shares = int("cpu-shares")?;
    host.memory = size("memory")?;
    host.nano_cpus = given.last("cpus").map_or(Ok(0), parse_cpus)?;
    given
        .text("cgroup-parent")
        .clone_into(&mut host.cgroup_parent);
    host.blkio_weight = u16::try_from(int("blkio-weight")?).unwrap_or_default();
    host.cpu_period = int("cpu-period")?;
    host.cpu_quota = int("cpu-quota")?;
    host.cpu_realtime_period = int("cpu-rt-period")?;
    host.cpu_realtime_runtime = int("cpu-rt-runtime")?;
    given.text("cpuset-cpus").clone_into(&mut host.cpuset_cpus);
    given.text("cpuset-mems").clone_into(&mut host.cpuset_mems);
    host.kernel_memory = size("kernel-memory")?;
    host.memory_reservation = size("memory-reservation")?;
    host.memory_swap = given.last("memory-swap").map_or(Ok(0), parse_swap)?;
    host.memory_swappiness = Some(swappiness);
    host.oom_kill_disable = Some(given.is_on("oom-kill-disable"));
    host.pids_limit = Some(int("pids-limit")?);
    host.cpu_count = int("cpu-count")?;
    host.cpu_percent = int("cpu-percent")?;
    host.io_maximum_iops = u64::try_from(int("io-maxiops")?).unwrap_or_default();
    host.io_maximum_bandwidth = u64::try_from(size("io-maxbandwidth")?).unwrap_or_default();
    // The last limit of one name holds; they are sent in the names' order.
    let ulimits: BTreeMap<String, _> = given
        .all("ulimit")
        .map(|text| device::ulimit(text).map(|limit| (limit.name.clone(), limit)))
        .collect::<Result<_, _>>()?;
    host.ulimits = Some(ulimits.into_values().collect());
    Ok(())
}

fn devices(given: &Given, host: &mut HostConfig) -> Result<(), Invalid> {
    let (cdi, plain): (Vec<&str>, Vec<&str>) = given
        .all("device")
        .partition(|text| device::is_cdi_name(text));
    host.devices = Some(
        plain
            .into_iter()
            .map(device::parse)
            .collect::<Result<_, _>>()?,
    );
    let mut requests: Vec<DeviceRequest> = given
        .all("gpus")
        .map(device::gpus)
        .collect::<Result<_, _>>()?;
    if !cdi.is_empty() {
        requests.push(DeviceRequest {
            driver: "cdi".to_owned(),
            device_ids: Some(cdi.into_iter().map(str::to_owned).collect()),
            ..DeviceRequest::default()
        });
    }
    host.device_requests = (!requests.is_empty()).then_some(requests);
    host.device_cgroup_rules = list(given.list("device-cgroup-rule"));
    let weights = given.all("blkio-weight-device").map(device::weight);
    host.blkio_weight_device = Some(weights.collect::<Result<_, _>>()?);
    for (flag, target, read) in [
        (
            "device-read-bps",
            &mut host.blkio_device_read_bps,
            device::bps as fn(&str) -> _,
        ),
        (
            "device-write-bps",
            &mut host.blkio_device_write_bps,
            device::bps,
        ),
        (
            "device-read-iops",
            &mut host.blkio_device_read_iops,
            device::iops,
        ),
        (
            "device-write-iops",
            &mut host.blkio_device_write_iops,
            device::iops,
        ),
    ] {
        *target = Some(given.all(flag).map(read).collect::<Result<_, _>>()?);
    }
    Ok(())
}

/// A namespace mode with few words.
fn mode(given: &Given, flag: &str, name: &str, words: &[&str]) -> Result<String, Invalid> {
    let value = given.text(flag);
    if value.is_empty() || words.contains(&value) {
        Ok(value.to_owned())
    } else {
        Err(Invalid(format!("--{flag}: invalid {name} mode")))
    }
}

fn pid_mode(given: &Given) -> Result<String, Invalid> {
    let value = given.text("pid");
    let container = value
        .strip_prefix("container:")
        .is_some_and(|name| !name.is_empty());
    if container {
        return Ok(value.to_owned());
    }
    mode(given, "pid", "PID", &["host"])
}

pub fn restart_policy(text: &str) -> Result<RestartPolicy, Invalid> {
    let (name, count) = text.split_once(':').unwrap_or((text, ""));
    if name.is_empty() && text.contains(':') {
        return Err(Invalid::new(
            "invalid restart policy format: no policy provided before colon",
        ));
    }
    let maximum_retry_count = if count.is_empty() {
        0
    } else {
        count.parse().map_err(|_| {
            Invalid::new("invalid restart policy format: maximum retry count must be an integer")
        })?
    };
    Ok(RestartPolicy {
        name: if text.is_empty() { "no" } else { name }.to_owned(),
        maximum_retry_count,
    })
}

fn log_config(given: &Given) -> Result<LogConfig, Invalid> {
    let kind = given.text("log-driver");
    if kind == "none" && given.has("log-opt") {
        return Err(Invalid(format!("invalid logging opts for driver {kind}")));
    }
    Ok(LogConfig {
        kind: kind.to_owned(),
        config: Some(pairs(given.all("log-opt"))),
    })
}

fn storage_options(given: &Given) -> Result<BTreeMap<String, String>, Invalid> {
    given
        .all("storage-opt")
        .map(|text| {
            text.split_once('=')
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .ok_or_else(|| Invalid::new("invalid storage option"))
        })
        .collect()
}

/// The options, a seccomp profile's file replaced by its content; and whether
/// the masked system paths are to be open.
fn security_options(given: &Given) -> Result<(Vec<String>, bool), Invalid> {
    let mut options = Vec::new();
    let mut unconfined_paths = false;
    for option in given.all("security-opt") {
        if option == "systempaths=unconfined" {
            unconfined_paths = true;
            continue;
        }
        let (key, value) = option
            .split_once('=')
            .or_else(|| option.split_once(':'))
            .unwrap_or((option, ""));
        if value.is_empty() && key != "no-new-privileges" {
            return Err(Invalid(format!(
                "Invalid --security-opt: {}",
                quoted(option)
            )));
        }
        options.push(
            if key == "seccomp" && !matches!(value, "unconfined" | "builtin") {
                format!("seccomp={}", seccomp_profile(value)?)
            } else {
                option.to_owned()
            },
        );
    }
    Ok((options, unconfined_paths))
}

fn seccomp_profile(path: &str) -> Result<String, Invalid> {
    let text = std::fs::read(path).map_err(|error| {
        Invalid(format!(
            "opening seccomp profile ({path}) failed: open {path}: {}",
            crate::error::describe_io(&error)
        ))
    })?;
    let profile: serde_json::Value = serde_json::from_slice(&text).map_err(|error| {
        Invalid(format!(
            "compacting json for seccomp profile ({path}) failed: {error}"
        ))
    })?;
    Ok(profile.to_string())
}

/// Docker sends `null` for a list that was not given.
fn list(values: Vec<String>) -> Option<Vec<String>> {
    (!values.is_empty()).then_some(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::create::flags::{CONTAINER, IMAGE};
    use crate::flags::Order;

    fn read(words: &str) -> Result<ContainerCreateRequest, String> {
        let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
        let given = Given::parse(&[CONTAINER, IMAGE], Order::FlagsFirst, &words)
            .map_err(|error| error.0)?;
        build(&given, Path::new("/home/me")).map_err(|error| error.0)
    }

    #[test]
    fn the_lessons_command_becomes_a_request() {
        let request =
            read("--name webserver -p 80:80 -v ./html:/usr/share/nginx/html nginx").unwrap();
        assert_eq!(request.config.image, "nginx");
        assert_eq!(request.config.cmd, None);
        assert!(request.config.exposed_ports.contains_key(&Port::tcp(80)));
        let host = &request.host_config;
        assert_eq!(
            host.binds.as_deref(),
            Some(&["/home/me/html:/usr/share/nginx/html".to_owned()][..])
        );
        assert_eq!(host.network_mode, "default");
        assert_eq!(host.restart_policy.name, "no");
    }

    #[test]
    fn streams_follow_the_flags() {
        let config = read("-it nginx sh -c x").unwrap().config;
        assert!(config.tty && config.open_stdin && config.stdin_once && config.attach_stdout);
        assert_eq!(config.cmd.unwrap().0, ["sh", "-c", "x"]);
        let config = read("-a stderr nginx").unwrap().config;
        assert!(config.attach_stderr && !config.attach_stdout && !config.attach_stdin);
    }

    #[test]
    fn contradictions_are_told_in_dockers_words() {
        for (words, message) in [
            (
                "--rm --restart always x",
                "conflicting options: cannot specify both --restart and --rm",
            ),
            ("--pid foo x", "--pid: invalid PID mode"),
            ("--cgroupns foo x", "--cgroupns: invalid CGROUP mode"),
            ("--security-opt foo x", "Invalid --security-opt: \"foo\""),
            (
                "--restart :x x",
                "invalid restart policy format: no policy provided before colon",
            ),
            ("-p abc:80 x", "invalid hostPort: abc"),
            ("--expose a:b x", "invalid port format for --expose: a:b"),
            (
                "--memory-swappiness 200 x",
                "invalid value: 200. Valid memory swappiness range is 0-100",
            ),
            (
                "--env-file /nonexistent x",
                "open /nonexistent: no such file or directory",
            ),
            (
                "--no-healthcheck --health-cmd x x",
                "--no-healthcheck conflicts with --health-* options",
            ),
            (
                "--log-driver none --log-opt a=b x",
                "invalid logging opts for driver none",
            ),
        ] {
            assert_eq!(read(words).unwrap_err(), message);
        }
    }
}
