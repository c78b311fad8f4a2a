//! `docker update`.

use plimsoll_api::host_config::{ContainerUpdateRequest, RestartPolicy};

use crate::command::{Arity, Command, Context};
use crate::create::request::restart_policy;
use crate::error::{Failure, describe};
use crate::flags::{Flag, Given, Order};
use crate::output::say;
use crate::quantity::{
    check_cpus, check_int, check_size, check_swap, check_weight, parse_cpus, parse_int, parse_size,
    parse_swap,
};

const FLAGS: &[Flag] = &[
    Flag::value(
        "blkio-weight",
        "uint16",
        check_weight,
        "Share of block I/O, 10 to 1000, 0 for none",
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
        "pids-limit",
        "int",
        check_int,
        "Limit of processes; -1 for none",
    ),
    Flag::text(
        "restart",
        "When to start it again: no, always, on-failure[:N], unless-stopped",
    ),
];

pub const COMMAND: Command = Command {
    name: "update",
    usage: &["[OPTIONS] CONTAINER [CONTAINER...]"],
    about: "Update configuration of one or more containers",
    aliases: "docker container update, docker update",
    flags: &[FLAGS],
    arity: Arity::AtLeast(1),
    order: Order::Free,
    run,
};

fn run(context: &Context, given: &Given) -> Result<(), Failure> {
    if !FLAGS.iter().any(|flag| given.has(flag.long)) {
        return Err(Failure::new(
            "you must provide one or more flags when using this command",
        ));
    }
    let int = |flag: &str| given.last(flag).map_or(Ok(0), parse_int);
    let size = |flag: &str| given.last(flag).map_or(Ok(0), parse_size);
    let pids = int("pids-limit")?;
    let body = ContainerUpdateRequest {
        cpu_shares: int("cpu-shares")?,
        memory: size("memory")?,
        nano_cpus: given.last("cpus").map_or(Ok(0), parse_cpus)?,
        blkio_weight: u16::try_from(int("blkio-weight")?).unwrap_or_default(),
        cpu_period: int("cpu-period")?,
        cpu_quota: int("cpu-quota")?,
        cpu_realtime_period: int("cpu-rt-period")?,
        cpu_realtime_runtime: int("cpu-rt-runtime")?,
        cpuset_cpus: given.text("cpuset-cpus").to_owned(),
        cpuset_mems: given.text("cpuset-mems").to_owned(),
        memory_reservation: size("memory-reservation")?,
        memory_swap: given.last("memory-swap").map_or(Ok(0), parse_swap)?,
        pids_limit: (pids != 0).then_some(pids),
        restart_policy: match given.text("restart") {
            "" => RestartPolicy::default(),
            text => restart_policy(text)?,
        },
    };
    let (mut warnings, mut messages) = (Vec::new(), Vec::new());
    for name in &given.operands {
        match context.client.container_update(name, &body) {
            Ok(answer) => {
                say!("{name}");
                warnings.extend(answer.warnings.unwrap_or_default());
            }
            Err(error) => messages.push(describe(&error)),
        }
    }
    if !warnings.is_empty() {
        say!("{}", warnings.join("\n"));
    }
    if messages.is_empty() {
        Ok(())
    } else {
        Err(Failure::new(messages.join("\n")))
    }
}
