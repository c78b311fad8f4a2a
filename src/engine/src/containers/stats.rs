//! `GET /containers/{id}/stats`: summed over the container's processes, since a
//! lab has no cgroup of its own to ask.

use std::collections::BTreeMap;
use std::fs;
use std::rc::Rc;

use plimsoll_api::ContainerStats;
use plimsoll_api::stats::{CpuStats, CpuUsage, MemoryStats, NetworkStats, PidsStats};

use super::container::Container;
use super::processes::{self, Stat, proc_file};
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
    let mut used = Used::default();
    for pid in processes::of_container(init) {
        used.add(pid);
    }
    stats.pids_stats = PidsStats {
        current: used.threads,
        limit: 0,
    };
    stats.cpu_stats = cpu(&used);
    let limit = container.record().host_config.memory;
    stats.memory_stats = MemoryStats {
        usage: used.memory,
        limit: u64::try_from(limit)
            .ok()
            .filter(|limit| *limit > 0)
            .unwrap_or_else(total_memory),
        ..MemoryStats::default()
    };
    stats.networks = networks(init);
    stats
}

#[derive(Default)]
struct Used {
    user: u64,
    system: u64,
    threads: u64,
    memory: u64,
}

impl Used {
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

fn cpu(used: &Used) -> CpuStats {
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
            total_usage: used.user + used.system,
            usage_in_kernelmode: used.system,
            usage_in_usermode: used.user,
            ..CpuUsage::default()
        },
        system_cpu_usage: all * TICK,
        online_cpus: u32::try_from(online).unwrap_or(1),
        ..CpuStats::default()
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
