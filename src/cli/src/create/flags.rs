//! The flags that `run` and `create` share.

use crate::create::{device, environment, mount, network};
use crate::error::Invalid;
use crate::flags::Flag;
use crate::quantity::{
    check_cpus, check_duration, check_int, check_size, check_swap, check_weight,
};

pub const CONTAINER: &[Flag] = &[
    Flag::values(
        "add-host",
        "list",
        network::check_extra_host,
        "Add a line to /etc/hosts (name:address)",
    ),
    Flag::values(
        "annotation",
        "map",
        crate::flags::anything,
        "Attach a note for the runtime (key=value)",
    ),
    Flag::values(
        "attach",
        "list",
        check_stream,
        "Connect to stdin, stdout or stderr only",
    )
    .short('a'),
    Flag::value(
        "blkio-weight",
        "uint16",
        check_weight,
        "Share of block I/O, 10 to 1000, 0 for none",
    ),
    Flag::values(
        "blkio-weight-device",
        "list",
        device::check_weight,
        "Share of a device's I/O (device:weight)",
    ),
    Flag::list("cap-add", "Give a Linux capability"),
    Flag::list("cap-drop", "Take a Linux capability away"),
    Flag::text("cgroup-parent", "Cgroup to put the container's own into"),
    Flag::text("cgroupns", "Cgroup namespace: host or private"),
    Flag::text("cidfile", "Write the container's ID to a file"),
    Flag::value("cpu-count", "int", check_int, "Number of CPUs (Windows)"),
    Flag::value(
        "cpu-percent",
        "int",
        check_int,
        "Part of the CPUs (Windows)",
    ),
    Flag::value(
        "cpu-period",
        "int",
        check_int,
        "Length of a scheduling period, in microseconds",
    ),
    Flag::value(
        "cpu-quota",
        "int",
        check_int,
        "CPU time in a period, in microseconds",
    ),
    Flag::value(
        "cpu-rt-period",
        "int",
        check_int,
        "Real-time period, in microseconds",
    ),
    Flag::value(
        "cpu-rt-runtime",
        "int",
        check_int,
        "Real-time share of a period, in microseconds",
    ),
    Flag::value(
        "cpu-shares",
        "int",
        check_int,
        "Weight against other containers",
    )
    .short('c'),
    Flag::value("cpus", "decimal", check_cpus, "Number of CPUs, such as 1.5"),
    Flag::text("cpuset-cpus", "CPUs to run on (0-3, 0,1)"),
    Flag::text("cpuset-mems", "Memory nodes to use (0-3, 0,1)"),
    Flag::list(
        "device",
        "Give a device of the host (source[:target][:rwm])",
    ),
    Flag::values(
        "device-cgroup-rule",
        "list",
        device::check_rule,
        "Allow a class of devices ('c 1:3 rwm')",
    ),
    Flag::values(
        "device-read-bps",
        "list",
        device::check_bps,
        "Limit reading from a device (device:bytes)",
    ),
    Flag::values(
        "device-read-iops",
        "list",
        device::check_iops,
        "Limit reads of a device per second (device:number)",
    ),
    Flag::values(
        "device-write-bps",
        "list",
        device::check_bps,
        "Limit writing to a device (device:bytes)",
    ),
    Flag::values(
        "device-write-iops",
        "list",
        device::check_iops,
        "Limit writes of a device per second (device:number)",
    ),
    Flag::values("dns", "list", network::check_address, "Name server to use"),
    Flag::list("dns-option", "Option of the name resolver"),
    Flag::list("dns-opt", "").alias_of("dns-option"),
    Flag::values(
        "dns-search",
        "list",
        network::check_domain,
        "Domain to look names up in",
    ),
    Flag::text("domainname", "Domain of the container's host name"),
    Flag::text("entrypoint", "Program to run instead of the image's"),
    Flag::values(
        "env",
        "list",
        environment::check_variable,
        "Set an environment variable (name=value)",
    )
    .short('e'),
    Flag::list("env-file", "Read environment variables from a file"),
    Flag::list(
        "expose",
        "Note a port or a range as used (80, 8000-8010/udp)",
    ),
    Flag::values("gpus", "gpu-request", device::check_gpus, "GPUs to give"),
    Flag::list("group-add", "Further group of the process"),
    Flag::text(
        "health-cmd",
        "Command that tells whether the container is well",
    ),
    Flag::value(
        "health-interval",
        "duration",
        check_duration,
        "Time between two checks (ms|s|m|h)",
    )
    .default("0s"),
    Flag::value(
        "health-retries",
        "int",
        check_int,
        "Failures in a row until it counts as unwell",
    ),
    Flag::value(
        "health-start-interval",
        "duration",
        check_duration,
        "Time between checks while it starts (ms|s|m|h)",
    )
    .default("0s"),
    Flag::value(
        "health-start-period",
        "duration",
        check_duration,
        "Time to start before failures count (ms|s|m|h)",
    )
    .default("0s"),
    Flag::value(
        "health-timeout",
        "duration",
        check_duration,
        "Longest time of one check (ms|s|m|h)",
    )
    .default("0s"),
    Flag::text("hostname", "Host name of the container").short('h'),
    Flag::switch(
        "init",
        "Run a small init that passes signals on and reaps processes",
    ),
    Flag::switch("interactive", "Keep stdin open").short('i'),
    Flag::value(
        "io-maxbandwidth",
        "bytes",
        check_size,
        "Limit of I/O bandwidth (Windows)",
    ),
    Flag::value(
        "io-maxiops",
        "uint",
        check_int,
        "Limit of I/O operations (Windows)",
    ),
    Flag::text("ip", "IPv4 address of the container"),
    Flag::text("ip6", "IPv6 address of the container"),
    Flag::text(
        "ipc",
        "IPC namespace: private, shareable, host, none, container:NAME",
    ),
    Flag::text("isolation", "Kind of isolation (Windows)"),
    Flag::value(
        "kernel-memory",
        "bytes",
        check_size,
        "Limit of kernel memory",
    ),
    Flag::values(
        "label",
        "list",
        environment::check_label,
        "Set a label (key=value)",
    )
    .short('l'),
    Flag::list("label-file", "Read labels from a file"),
    Flag::values(
        "link",
        "list",
        network::check_link,
        "Reach another container by a name (container:alias)",
    ),
    Flag::list("link-local-ip", "Link-local address of the container"),
    Flag::text("log-driver", "Where the logs go"),
    Flag::list("log-opt", "Option of the log driver"),
    Flag::text("mac-address", "MAC address of the container"),
    Flag::value("memory", "bytes", check_size, "Limit of memory (b|k|m|g)").short('m'),
    Flag::value(
        "memory-reservation",
        "bytes",
        check_size,
        "Memory to fall back to when it gets scarce",
    ),
    Flag::value(
        "memory-swap",
        "bytes",
        check_swap,
        "Limit of memory and swap together; -1 for no limit of swap",
    ),
    Flag::value(
        "memory-swappiness",
        "int",
        check_int,
        "How readily memory is swapped, 0 to 100",
    )
    .default("-1"),
    Flag::values(
        "mount",
        "mount",
        mount::check,
        "Mount something (type=bind|volume|tmpfs,source=...,target=...)",
    ),
    Flag::values(
        "network",
        "network",
        network::check_attachment,
        "Network to connect to: bridge, host, none, container:NAME, a name",
    ),
    Flag::values("net", "network", network::check_attachment, "").alias_of("network"),
    Flag::list("network-alias", "Further name in the network"),
    Flag::list("net-alias", "").alias_of("network-alias"),
    Flag::switch("no-healthcheck", "Do not check the container's health"),
    Flag::switch("oom-kill-disable", "Do not kill it when memory runs out"),
    Flag::value(
        "oom-score-adj",
        "int",
        check_int,
        "How readily it is killed when memory runs out (-1000 to 1000)",
    ),
    Flag::text("pid", "PID namespace: host, container:NAME"),
    Flag::value(
        "pids-limit",
        "int",
        check_int,
        "Limit of processes; -1 for none",
    ),
    Flag::switch("privileged", "Give every privilege that the lab has"),
    Flag::list(
        "publish",
        "Reach a port from the host ([[address:]port:]port[/protocol])",
    )
    .short('p'),
    Flag::switch(
        "publish-all",
        "Reach every exposed port from the host, at free ports",
    )
    .short('P'),
    Flag::switch("read-only", "Make the container's root read-only"),
    Flag::text(
        "restart",
        "When to start it again: no, always, on-failure[:N], unless-stopped",
    )
    .default("\"no\""),
    Flag::switch(
        "rm",
        "Remove the container and its anonymous volumes when it ends",
    ),
    Flag::text("runtime", "Runtime to use"),
    Flag::list(
        "security-opt",
        "Security option (seccomp=..., no-new-privileges, ...)",
    ),
    Flag::value("shm-size", "bytes", check_size, "Size of /dev/shm"),
    Flag::text("stop-signal", "Signal that stops the container"),
    Flag::value(
        "stop-timeout",
        "int",
        check_int,
        "Seconds to wait before it is killed",
    ),
    Flag::list("storage-opt", "Option of the storage driver"),
    Flag::values(
        "sysctl",
        "map",
        device::check_sysctl,
        "Kernel setting of the container (name=value)",
    ),
    Flag::list(
        "tmpfs",
        "Mount an empty file system in memory (target[:options])",
    ),
    Flag::switch("tty", "Give the container a terminal").short('t'),
    Flag::values(
        "ulimit",
        "ulimit",
        device::check_ulimit,
        "Resource limit (name=soft[:hard])",
    ),
    Flag::text("user", "User to run as (name|uid[:group|gid])").short('u'),
    Flag::text("userns", "User namespace: host"),
    Flag::text("uts", "UTS namespace: host"),
    Flag::list(
        "volume",
        "Mount a directory, a file or a volume (source:target[:options])",
    )
    .short('v'),
    Flag::text("volume-driver", "Driver of the volumes"),
    Flag::list("volumes-from", "Mount the volumes of another container too"),
    Flag::text("workdir", "Directory to start in").short('w'),
];

/// Flags of both commands that concern the image and the name.
pub const IMAGE: &[Flag] = &[
    Flag::switch("disable-content-trust", "Take images without signature").default("true"),
    Flag::text("name", "Name of the container"),
    Flag::text("platform", "Platform of the image, where there are several"),
    Flag::text("pull", "When to pull the image: always, missing, never").default("\"missing\""),
    Flag::switch("quiet", "Do not show how the pull goes").short('q'),
];

fn check_stream(text: &str) -> Result<(), Invalid> {
    match text.to_lowercase().as_str() {
        "stdin" | "stdout" | "stderr" => Ok(()),
        _ => Err(Invalid::new("valid streams are STDIN, STDOUT and STDERR")),
    }
}
