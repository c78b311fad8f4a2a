//! What the kernel's files say. Pure: `read` gives the content of a file by its
//! name, or nothing.

use std::collections::BTreeMap;

use plimsoll_host::CgroupVersion;

/// Nanoseconds of a clock tick (USER_HZ), in which v1 counts.
const TICK: u64 = 10_000_000;

/// What a container uses of memory, in bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemoryUse {
    /// The page cache included; clients subtract what of it is inactive.
    pub usage: u64,
    /// The most there was; 0 where the kernel does not say.
    pub most: u64,
    /// `None`: no limit.
    pub limit: Option<u64>,
    /// How often it met the limit.
    pub failures: u64,
    /// `memory.stat`.
    pub stats: BTreeMap<String, u64>,
}

/// Processor time in nanoseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CpuTime {
    pub total: u64,
    pub user: u64,
    pub system: u64,
    /// Periods of its quota, in how many of them it had to wait, and how long.
    pub periods: u64,
    pub throttled_periods: u64,
    pub throttled: u64,
}

pub fn memory(version: CgroupVersion, read: &dyn Fn(&str) -> String) -> MemoryUse {
    let number = |name: &str| read(name).trim().parse::<u64>();
    let stats = pairs(&read("memory.stat"));
    match version {
        CgroupVersion::V2 => MemoryUse {
            usage: number("memory.current").unwrap_or(0),
            most: number("memory.peak").unwrap_or(0),
            limit: number("memory.max").ok(),
            failures: field(&read("memory.events"), "max"),
            stats,
        },
        CgroupVersion::V1 => MemoryUse {
            usage: number("memory.usage_in_bytes").unwrap_or(0),
            most: number("memory.max_usage_in_bytes").unwrap_or(0),
            // No limit is the largest number of pages.
            limit: number("memory.limit_in_bytes")
                .ok()
                .filter(|limit| *limit < 1 << 62),
            failures: number("memory.failcnt").unwrap_or(0),
            stats,
        },
    }
}

pub fn cpu(
    version: CgroupVersion,
    of_time: &dyn Fn(&str) -> String,
    of_limit: &dyn Fn(&str) -> String,
) -> CpuTime {
    let limit = of_limit("cpu.stat");
    let periods = (field(&limit, "nr_periods"), field(&limit, "nr_throttled"));
    let (total, user, system, throttled) = match version {
        CgroupVersion::V2 => {
            let time = of_time("cpu.stat");
            let nanoseconds = |name: &str| field(&time, name) * 1_000;
            (
                nanoseconds("usage_usec"),
                nanoseconds("user_usec"),
                nanoseconds("system_usec"),
                nanoseconds("throttled_usec"),
            )
        }
        CgroupVersion::V1 => {
            let time = of_time("cpuacct.stat");
            (
                of_time("cpuacct.usage").trim().parse().unwrap_or(0),
                field(&time, "user") * TICK,
                field(&time, "system") * TICK,
                field(&limit, "throttled_time"),
            )
        }
    };
    CpuTime {
        total,
        user,
        system,
        periods: periods.0,
        throttled_periods: periods.1,
        throttled,
    }
}

fn pairs(text: &str) -> BTreeMap<String, u64> {
    text.lines()
        .filter_map(|line| {
            let (name, value) = line.split_once(' ')?;
            Some((name.to_owned(), value.trim().parse().ok()?))
        })
        .collect()
}

/// The number in a line `NAME NUMBER`; 0 where there is none.
pub fn field(text: &str, name: &str) -> u64 {
    text.lines()
        .find_map(|line| {
            let (found, value) = line.split_once(' ')?;
            (found == name).then(|| value.trim().parse().ok())?
        })
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use CgroupVersion::{V1, V2};

    fn files(all: &'static [(&str, &str)]) -> impl Fn(&str) -> String {
        move |name| {
            let found = all.iter().find(|(file, _)| *file == name);
            found
                .map(|(_, text)| (*text).to_owned())
                .unwrap_or_default()
        }
    }

    #[test]
    fn memory_of_v2() {
        let read = files(&[
            ("memory.current", "7000000\n"),
            ("memory.max", "67108864\n"),
            ("memory.peak", "8000000\n"),
            ("memory.stat", "anon 4096\ninactive_file 100\n"),
            ("memory.events", "low 0\nhigh 0\nmax 3\noom 1\noom_kill 1\n"),
        ]);
        let used = memory(V2, &read);
        assert_eq!((used.usage, used.most), (7_000_000, 8_000_000));
        assert_eq!((used.limit, used.failures), (Some(67_108_864), 3));
        assert_eq!(used.stats["inactive_file"], 100);
        let unlimited = memory(V2, &files(&[("memory.max", "max\n")]));
        assert_eq!(unlimited.limit, None);
    }

    #[test]
    fn memory_of_v1() {
        let read = files(&[
            ("memory.usage_in_bytes", "5000\n"),
            ("memory.limit_in_bytes", "9223372036854771712\n"),
            ("memory.failcnt", "2\n"),
            ("memory.stat", "cache 1\ntotal_inactive_file 64\n"),
        ]);
        let used = memory(V1, &read);
        assert_eq!((used.usage, used.limit, used.failures), (5000, None, 2));
        assert_eq!(used.stats["total_inactive_file"], 64);
    }

    #[test]
    fn processor_time_of_both() {
        let time = files(&[(
            "cpu.stat",
            "usage_usec 5\nuser_usec 3\nsystem_usec 2\nnr_periods 9\nnr_throttled 4\nthrottled_usec 7\n",
        )]);
        let v2 = cpu(V2, &time, &time);
        assert_eq!((v2.total, v2.user, v2.system), (5_000, 3_000, 2_000));
        assert_eq!(
            (v2.periods, v2.throttled_periods, v2.throttled),
            (9, 4, 7_000)
        );
        let time = files(&[
            ("cpuacct.usage", "55\n"),
            ("cpuacct.stat", "user 2\nsystem 1\n"),
        ]);
        let limit = files(&[(
            "cpu.stat",
            "nr_periods 9\nnr_throttled 4\nthrottled_time 7\n",
        )]);
        let v1 = cpu(V1, &time, &limit);
        assert_eq!((v1.total, v1.user, v1.system), (55, 2 * TICK, TICK));
        assert_eq!((v1.periods, v1.throttled_periods, v1.throttled), (9, 4, 7));
    }

    #[test]
    fn a_field_is_a_whole_word() {
        let text = "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n";
        assert_eq!(field(text, "oom_kill"), 3);
        assert_eq!(field(text, "oom"), 0);
    }
}
