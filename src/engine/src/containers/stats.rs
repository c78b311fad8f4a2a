//! `GET /containers/{id}/stats`: from the container's cgroup, and what that does not
//! count summed over the container's processes.

use std::cell::LazyCell;
use std::collections::BTreeMap;
use std::fs;
use std::rc::Rc;

use plimsoll_api::ContainerStats;
use plimsoll_api::stats::{
    CpuStats, CpuUsage, MemoryStats, NetworkStats, PidsStats, ThrottlingData,
};

use super::container::Container;
use super::processes::{self, Stat, proc_file};
use crate::cgroups::{CpuTime, Group, MemoryUse};
use crate::timestamp;

/// Nanoseconds of a clock tick.
const TICK: u64 = 10_000_000;

/// Makes samples, each with the one before it.
#[derive(Debug, Default)]
pub struct Sampler {
    before: Option<(String, CpuStats)>,
}

impl Sampler {
    /// The next sample.
    pub fn next(&mut self, container: &Rc<Container>) -> ContainerStats {
        let mut stats = sample(container);
        if let Some((read, cpu)) = self.before.take() {
            stats.preread = read;
            stats.precpu_stats = cpu;
        }
        self.before = Some((stats.read.clone(), stats.cpu_stats.clone()));
        stats
    }
}

/// One sample by itself.
pub fn sample(container: &Rc<Container>) -> ContainerStats {
    let mut stats = ContainerStats {
        name: format!("/{}", container.name()),
        id: container.id.clone(),
        read: timestamp::now(),
        preread: timestamp::ZERO.to_owned(),
        ..ContainerStats::default()
    };
    let Some(init) = container.pid() else {
        return stats;
    };
    let group = container.group();
    let group = group.as_deref();
    let summed = LazyCell::new(|| Used::of(container, init));
    stats.pids_stats = match group.and_then(Group::pids) {
        Some((current, limit)) => PidsStats { current, limit },
        None => PidsStats {
            current: summed.threads,
            limit: 0,
        },
    };
    stats.cpu_stats = cpu(group.and_then(Group::cpu).unwrap_or_else(|| CpuTime {
        total: summed.user + summed.system,
        user: summed.user,
        system: summed.system,
        ..CpuTime::default()
    }));
    stats.memory_stats = match group.and_then(Group::memory) {
        Some(used) => of_cgroup(used),
        None => MemoryStats {
            usage: summed.memory,
            limit: u64::try_from(container.record().host_config.memory)
                .ok()
                .filter(|limit| *limit > 0)
                .unwrap_or_else(total_memory),
            ..MemoryStats::default()
        },
    };
    stats.networks = networks(init);
    stats
}

fn of_cgroup(used: MemoryUse) -> MemoryStats {
    MemoryStats {
        usage: used.usage,
        max_usage: used.most,
        stats: used.stats,
        failcnt: used.failures,
        // dockerd too says what the machine has where there is no limit.
        limit: used.limit.unwrap_or(u64::MAX).min(total_memory()),
    }
}

#[derive(Default)]
struct Used {
    user: u64,
    system: u64,
    threads: u64,
    memory: u64,
}

impl Used {
    fn of(container: &Container, init: i32) -> Self {
        let mut used = Self::default();
        for pid in processes::of_container(container, init) {
            used.add(pid);
        }
        used
    }

    fn add(&mut self, pid: i32) {
        let Some(stat) = Stat::read(pid) else { return };
        self.user += stat.user_ticks * TICK;
        self.system += stat.system_ticks * TICK;
        self.threads += stat.threads;
        // Anonymous memory: what a cgroup would charge to it alone.
        let status = fs::read_to_string(proc_file(pid, "status")).unwrap_or_default();
        let anonymous = status
            .lines()
            .find_map(|line| line.strip_prefix("RssAnon:"))
            .and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
        self.memory += anonymous.unwrap_or(0) * 1024;
    }
}

fn cpu(used: CpuTime) -> CpuStats {
    let text = fs::read_to_string("/proc/stat").unwrap_or_default();
    let online = text
        .lines()
        .filter(|line| line.starts_with("cpu") && !line.starts_with("cpu "))
        .count();
    let all: u64 = text
        .lines()
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .skip(1)
        .take(8)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    CpuStats {
        cpu_usage: CpuUsage {
            total_usage: used.total,
            usage_in_kernelmode: used.system,
            usage_in_usermode: used.user,
            ..CpuUsage::default()
        },
        system_cpu_usage: all * TICK,
        online_cpus: u32::try_from(online).unwrap_or(1),
        throttling_data: ThrottlingData {
            periods: used.periods,
            throttled_periods: used.throttled_periods,
            throttled_time: used.throttled,
        },
    }
}

fn total_memory() -> u64 {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let total = text.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    total
        .and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok())
        .unwrap_or(0)
        * 1024
}

/// Interfaces of its network besides loopback (`/proc/PID/net/dev`).
fn networks(init: i32) -> BTreeMap<String, NetworkStats> {
    let text = fs::read_to_string(proc_file(init, "net/dev")).unwrap_or_default();
    parse_net_dev(&text)
}

fn parse_net_dev(text: &str) -> BTreeMap<String, NetworkStats> {
    let mut networks = BTreeMap::new();
    for line in text.lines().skip(2) {
        let Some((name, rest)) = line.split_once(':') else {
            continue;
        };
        let numbers: Vec<u64> = rest
            .split_whitespace()
            .filter_map(|field| field.parse().ok())
            .collect();
        if name.trim() == "lo" || numbers.len() < 12 {
            continue;
        }
        networks.insert(
            name.trim().to_owned(),
            NetworkStats {
                rx_bytes: numbers[0],
                rx_packets: numbers[1],
                rx_errors: numbers[2],
                rx_dropped: numbers[3],
                tx_bytes: numbers[8],
                tx_packets: numbers[9],
                tx_errors: numbers[10],
                tx_dropped: numbers[11],
            },
        );
    }
    networks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interfaces_are_read_and_loopback_is_left_out() {
        let text = "Inter-|   Receive\n face |bytes\n    lo: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0\n  eth0: \
                    100 2 0 1 0 0 0 0 200 3 0 0 0 0 0 0\n";
        let networks = parse_net_dev(text);
        assert_eq!(networks.len(), 1);
        let eth0 = &networks["eth0"];
        assert_eq!(
            (eth0.rx_bytes, eth0.rx_dropped, eth0.tx_bytes),
            (100, 1, 200)
        );
    }
}
