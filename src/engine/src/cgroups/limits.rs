//! What a container may use, and how it is written: Docker's settings in the
//! kernel's files. Pure.

use plimsoll_api::HostConfig;
use plimsoll_host::{CgroupVersion, Controller};

use super::{Layout, has_pids};

/// The period of `--cpus` and of a quota by itself (microseconds), as in dockerd.
pub const PERIOD: u64 = 100_000;

/// Limits of one container. What is `None` or empty is not written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of memory.
    pub memory: Option<i64>,
    /// Bytes of memory and swap together; -1 is no limit.
    pub memory_and_swap: Option<i64>,
    /// Bytes that are kept for it while memory is short.
    pub reservation: Option<i64>,
    /// Microseconds of processor time in a period of so many; -1 is no limit.
    pub cpu: Option<(i64, u64)>,
    /// Its weight, of which 1024 is the usual one.
    pub shares: Option<u64>,
    /// Processes and threads; -1 is no limit.
    pub pids: Option<i64>,
    /// Processors, `0-1,3`.
    pub cpus: String,
    /// Memory nodes.
    pub mems: String,
}

impl Limits {
    /// Those that a container was given.
    pub fn of(host: &HostConfig) -> Self {
        let positive = |value: i64| Some(value).filter(|value| *value > 0);
        let memory = positive(host.memory);
        Self {
            memory,
            memory_and_swap: memory.and(Some(host.memory_swap).filter(|swap| *swap != 0)),
            reservation: positive(host.memory_reservation),
            cpu: quota(host),
            shares: u64::try_from(host.cpu_shares)
                .ok()
                .filter(|shares| *shares > 0),
            pids: has_pids(host).and_then(|limit| i64::try_from(limit).ok()),
            cpus: host.cpuset_cpus.clone(),
            mems: host.cpuset_mems.clone(),
        }
    }

    /// Whether processors or memory nodes are chosen.
    pub fn has_cpuset(&self) -> bool {
        !self.cpus.is_empty() || !self.mems.is_empty()
    }

    /// What is written in a directory with these controllers: file, content, in
    /// this order.
    pub fn settings(
        &self,
        version: CgroupVersion,
        controllers: &[Controller],
        swap: bool,
    ) -> Vec<(String, String)> {
        let mut settings = Vec::new();
        for controller in controllers {
            let more = match (version, controller) {
                (CgroupVersion::V2, Controller::Memory) => self.memory_v2(swap),
                (CgroupVersion::V1, Controller::Memory) => self.memory_v1(swap),
                (CgroupVersion::V2, Controller::Cpu) => self.cpu_v2(),
                (CgroupVersion::V1, Controller::Cpu) => self.cpu_v1(),
                (_, Controller::Pids) => vec![("pids.max", self.pids.map(or_max))],
                (_, Controller::Cpuset) => vec![
                    ("cpuset.cpus", filled(&self.cpus)),
                    ("cpuset.mems", filled(&self.mems)),
                ],
                (_, Controller::Cpuacct | Controller::Freezer) => Vec::new(),
            };
            settings.extend(more.into_iter().filter_map(|(file, value)| {
                let value = value?;
                Some((file.to_owned(), value))
            }));
        }
        settings
    }

    /// v2 counts swap by itself.
    fn memory_v2(&self, swap: bool) -> Vec<(&'static str, Option<String>)> {
        let swapped = self.memory_and_swap.map(|both| match (both, self.memory) {
            (..0, _) | (_, None) => -1,
            (both, Some(memory)) => (both - memory).max(0),
        });
        vec![
            ("memory.max", self.memory.map(or_max)),
            ("memory.swap.max", swapped.filter(|_| swap).map(or_max)),
            ("memory.low", self.reservation.map(or_max)),
        ]
    }

    fn memory_v1(&self, swap: bool) -> Vec<(&'static str, Option<String>)> {
        let text = |value: i64| value.to_string();
        let both = self.memory_and_swap.filter(|_| swap);
        vec![
            ("memory.limit_in_bytes", self.memory.map(text)),
            ("memory.memsw.limit_in_bytes", both.map(text)),
            ("memory.soft_limit_in_bytes", self.reservation.map(text)),
        ]
    }

    fn cpu_v2(&self) -> Vec<(&'static str, Option<String>)> {
        let quota = |(quota, period): (i64, u64)| format!("{} {period}", or_max(quota));
        vec![
            ("cpu.max", self.cpu.map(quota)),
            ("cpu.weight", self.shares.map(|one| weight(one).to_string())),
        ]
    }

    fn cpu_v1(&self) -> Vec<(&'static str, Option<String>)> {
        vec![
            (
                "cpu.cfs_period_us",
                self.cpu.map(|(_, period)| period.to_string()),
            ),
            (
                "cpu.cfs_quota_us",
                self.cpu.map(|(quota, _)| quota.max(-1).to_string()),
            ),
            ("cpu.shares", self.shares.map(|shares| shares.to_string())),
        ]
    }
}

fn or_max(value: i64) -> String {
    match value {
        ..0 => "max".to_owned(),
        _ => value.to_string(),
    }
}

fn filled(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

/// `--cpus`, or `--cpu-quota` and `--cpu-period`.
pub fn quota(host: &HostConfig) -> Option<(i64, u64)> {
    if host.nano_cpus > 0 {
        let quota = i128::from(host.nano_cpus) * i128::from(PERIOD) / 1_000_000_000;
        return Some((i64::try_from(quota).unwrap_or(i64::MAX), PERIOD));
    }
    let period = u64::try_from(host.cpu_period)
        .ok()
        .filter(|period| *period > 0);
    match host.cpu_quota {
        0 => period.map(|period| (-1, period)),
        quota => Some((quota.max(-1), period.unwrap_or(PERIOD))),
    }
}

/// v1's shares (2 to 262144) as v2's weight (1 to 10000), by the line that runc
/// draws between them (opencontainers/cgroups, `ConvertCPUSharesToCgroupV2Value`).
pub fn weight(shares: u64) -> u64 {
    let shares = shares.clamp(2, 262_144);
    1 + (shares - 2) * 9_999 / 262_142
}

/// Takes back what cannot be held here and has no stand-in, and says so in
/// dockerd's words.
pub fn discard(host: &mut HostConfig, layout: &Layout) -> Vec<String> {
    let mut warnings = Vec::new();
    let mut missing = |given: bool, held: bool, words: &str| {
        let discarded = given && !held;
        if discarded {
            warnings.push(words.to_owned());
        }
        discarded
    };
    let memory = layout.has(Controller::Memory);
    let swap = host.memory > 0 && host.memory_swap != -1 && memory;
    if missing(swap, layout.swap, WITHOUT_SWAP) {
        host.memory_swap = -1;
    }
    if missing(host.memory_reservation != 0, memory, NO_RESERVATION) {
        host.memory_reservation = 0;
    }
    let swappiness = host.memory_swappiness.is_some_and(|value| value != -1);
    if missing(swappiness, false, NO_SWAPPINESS) {
        host.memory_swappiness = None;
    }
    if missing(host.oom_kill_disable == Some(true), false, NO_OOM_DISABLE) {
        host.oom_kill_disable = None;
    }
    let cpu = layout.has(Controller::Cpu);
    if missing(host.cpu_shares != 0, cpu, NO_SHARES) {
        host.cpu_shares = 0;
    }
    let cpuset = !host.cpuset_cpus.is_empty() || !host.cpuset_mems.is_empty();
    if missing(cpuset, layout.has(Controller::Cpuset), NO_CPUSET) {
        host.cpuset_cpus.clear();
        host.cpuset_mems.clear();
    }
    if missing(host.blkio_weight != 0, false, NO_BLKIO) {
        host.blkio_weight = 0;
    }
    warnings
}

/// moby's words (`daemon/daemon_unix.go`).
const WITHOUT_SWAP: &str = "Your kernel does not support swap limit capabilities or the cgroup is \
                            not mounted. Memory limited without swap.";
const NO_RESERVATION: &str = "Your kernel does not support memory soft limit capabilities or the \
                              cgroup is not mounted. Limitation discarded.";
const NO_SWAPPINESS: &str = "Your kernel does not support memory swappiness capabilities or the \
                             cgroup is not mounted. Memory swappiness discarded.";
const NO_OOM_DISABLE: &str =
    "Your kernel does not support OomKillDisable. OomKillDisable discarded.";
const NO_SHARES: &str =
    "Your kernel does not support CPU shares or the cgroup is not mounted. Shares discarded.";
const NO_CPUSET: &str =
    "Your kernel does not support cpuset or the cgroup is not mounted. Cpuset discarded.";
const NO_BLKIO: &str =
    "Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight discarded.";

#[cfg(test)]
mod tests {
    use super::*;
    use CgroupVersion::{V1, V2};
    use Controller::{Cpu, Cpuset, Memory, Pids};

    fn told(limits: &Limits, version: CgroupVersion, controllers: &[Controller]) -> String {
        let settings = limits.settings(version, controllers, true);
        let lines = settings
            .iter()
            .map(|(file, value)| format!("{file} {value}"));
        lines.collect::<Vec<_>>().join("; ")
    }

    fn host(change: impl FnOnce(&mut HostConfig)) -> HostConfig {
        let mut host = HostConfig::default();
        change(&mut host);
        host
    }

    #[test]
    fn memory_and_swap_are_counted_apart_by_v2_and_together_by_v1() {
        let limits = Limits::of(&host(|host| {
            host.memory = 64 << 20;
            host.memory_swap = 96 << 20;
            host.memory_reservation = 32 << 20;
        }));
        assert_eq!(
            told(&limits, V2, &[Memory]),
            "memory.max 67108864; memory.swap.max 33554432; memory.low 33554432"
        );
        assert_eq!(
            told(&limits, V1, &[Memory]),
            "memory.limit_in_bytes 67108864; memory.memsw.limit_in_bytes 100663296; \
             memory.soft_limit_in_bytes 33554432"
        );
    }

    #[test]
    fn swap_can_be_none_or_without_limit() {
        let with = |swap| {
            Limits::of(&host(|host| {
                host.memory = 8 << 20;
                host.memory_swap = swap;
            }))
        };
        assert_eq!(
            told(&with(8 << 20), V2, &[Memory]),
            "memory.max 8388608; memory.swap.max 0"
        );
        assert_eq!(
            told(&with(-1), V2, &[Memory]),
            "memory.max 8388608; memory.swap.max max"
        );
        assert_eq!(
            told(&with(-1), V1, &[Memory]),
            "memory.limit_in_bytes 8388608; memory.memsw.limit_in_bytes -1"
        );
        let files = with(8 << 20).settings(V2, &[Memory], false);
        assert_eq!(files.len(), 1, "a kernel that does not count swap");
    }

    #[test]
    fn processors_by_number_by_quota_and_by_weight() {
        let limits = Limits::of(&host(|host| host.nano_cpus = 1_500_000_000));
        assert_eq!(told(&limits, V2, &[Cpu]), "cpu.max 150000 100000");
        assert_eq!(
            told(&limits, V1, &[Cpu]),
            "cpu.cfs_period_us 100000; cpu.cfs_quota_us 150000"
        );
        let limits = Limits::of(&host(|host| {
            host.cpu_quota = -1;
            host.cpu_period = 50_000;
            host.cpu_shares = 1024;
        }));
        assert_eq!(
            told(&limits, V2, &[Cpu]),
            "cpu.max max 50000; cpu.weight 39"
        );
        assert_eq!(
            told(&limits, V1, &[Cpu]),
            "cpu.cfs_period_us 50000; cpu.cfs_quota_us -1; cpu.shares 1024"
        );
        assert_eq!([weight(0), weight(2), weight(262_144)], [1, 1, 10_000]);
    }

    #[test]
    fn what_was_not_asked_for_is_not_written() {
        let all = [Cpu, Cpuset, Memory, Pids];
        for version in [V1, V2] {
            let none = Limits::of(&host(|host| host.pids_limit = Some(-1)));
            assert_eq!(told(&none, version, &all), "");
            let some = Limits::of(&host(|host| {
                host.pids_limit = Some(20);
                host.cpuset_cpus = "0-1".into();
            }));
            assert_eq!(told(&some, version, &all), "cpuset.cpus 0-1; pids.max 20");
        }
    }

    #[test]
    fn what_cannot_be_held_is_discarded_aloud() {
        let mut all = host(|host| {
            host.memory = 64 << 20;
            host.memory_swap = 128 << 20;
            host.memory_reservation = 1;
            host.cpu_shares = 5;
            host.cpuset_cpus = "0".into();
            host.blkio_weight = 10;
            host.oom_kill_disable = Some(true);
            host.memory_swappiness = Some(10);
        });
        let said = discard(&mut all, &Layout::default());
        insta::assert_snapshot!(said.join("\n"));
        assert_eq!(discard(&mut all, &Layout::default()), Vec::<String>::new());
        // Its stand-in is a limit for each process.
        assert_eq!(all.memory, 64 << 20);
    }

    #[test]
    fn memory_is_limited_without_swap_where_nobody_counts_it() {
        let layout = Layout {
            version: Some(V2),
            branches: vec![plimsoll_host::cgroup::Branch {
                controllers: vec![Memory],
                path: "/cg".into(),
            }],
            swap: false,
        };
        let mut limited = host(|host| {
            host.memory = 64 << 20;
            host.memory_swap = 128 << 20;
        });
        assert_eq!(discard(&mut limited, &layout), [WITHOUT_SWAP]);
        assert_eq!(limited.memory_swap, -1);
    }
}
