//! One process, as /proc/PID has it (man 5 proc).

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;

/// What turns ticks and pages into seconds and bytes.
pub struct System {
    /// Seconds since 1970 when the machine started.
    pub boot: u64,
    pub uptime: f64,
    pub ticks: u64,
    pub page_kib: u64,
    pub memory_kib: u64,
}

pub struct Process {
    pub pid: i32,
    pub parent: i32,
    pub group: i32,
    pub session: i32,
    pub user: u32,
    /// The terminal's device number, 0 for none.
    pub terminal: i32,
    pub foreground: i32,
    pub state: char,
    pub nice: i64,
    pub threads: u64,
    /// User and system time, in ticks.
    pub ticks: u64,
    /// Ticks from the machine's start to the process' own.
    pub started: u64,
    pub size_kib: u64,
    pub resident_kib: u64,
    pub name: String,
    pub arguments: Vec<String>,
}

impl System {
    pub fn read() -> io::Result<System> {
        let stat = fs::read_to_string("/proc/stat")?;
        let uptime = fs::read_to_string("/proc/uptime")?;
        let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let boot = stat.lines().find_map(|line| line.strip_prefix("btime "));
        let memory = memory
            .lines()
            .find_map(|line| line.strip_prefix("MemTotal:"));
        let configured = |name| nix::unistd::sysconf(name).ok().flatten();
        let ticks = configured(nix::unistd::SysconfVar::CLK_TCK).unwrap_or(100);
        let page = configured(nix::unistd::SysconfVar::PAGE_SIZE).unwrap_or(4096);
        Ok(System {
            boot: boot.and_then(|text| text.trim().parse().ok()).unwrap_or(0),
            uptime: uptime
                .split_whitespace()
                .next()
                .and_then(|text| text.parse().ok())
                .unwrap_or(0.0),
            ticks: u64::try_from(ticks).unwrap_or(100),
            page_kib: u64::try_from(page).unwrap_or(4096) / 1024,
            memory_kib: memory
                .and_then(|text| text.split_whitespace().next()?.parse().ok())
                .unwrap_or(0),
        })
    }
}

/// Every process, by number. One that ends meanwhile is left out.
pub fn all(system: &System) -> Vec<Process> {
    let mut found: Vec<Process> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(|pid| read(pid, system))
        .collect();
    found.sort_by_key(|process| process.pid);
    found
}

fn read(pid: i32, system: &System) -> Option<Process> {
    let directory = format!("/proc/{pid}");
    let user = fs::metadata(&directory).ok()?.uid();
    let stat = fs::read_to_string(format!("{directory}/stat")).ok()?;
    // The name is in parentheses and may itself hold parentheses and spaces.
    let (head, tail) = stat.rsplit_once(')')?;
    let name = head.split_once('(')?.1.to_owned();
    let fields: Vec<&str> = tail.split_whitespace().collect();
    let number = |index: usize| {
        fields
            .get(index)
            .and_then(|text| text.parse::<i64>().ok())
            .unwrap_or(0)
    };
    let natural = |index: usize| u64::try_from(number(index)).unwrap_or(0);
    let small = |index: usize| i32::try_from(number(index)).unwrap_or(0);
    let arguments = fs::read(format!("{directory}/cmdline")).unwrap_or_default();
    let arguments = arguments
        .split(|byte| *byte == 0)
        .filter(|word| !word.is_empty());
    Some(Process {
        pid,
        user,
        state: fields.first()?.chars().next()?,
        parent: small(1),
        group: small(2),
        session: small(3),
        terminal: small(4),
        foreground: small(5),
        ticks: natural(11) + natural(12),
        nice: number(16),
        threads: natural(17),
        started: natural(19),
        size_kib: natural(20) / 1024,
        resident_kib: natural(21) * system.page_kib,
        name,
        arguments: arguments
            .map(|word| String::from_utf8_lossy(word).into_owned())
            .collect(),
    })
}

impl Process {
    pub fn command(&self) -> String {
        if self.arguments.is_empty() {
            format!("[{}]", self.name)
        } else {
            self.arguments.join(" ")
        }
    }

    /// The state letter with BSD's marks.
    pub fn state(&self) -> String {
        let mut state = self.state.to_string();
        match self.nice {
            1.. => state.push('N'),
            ..0 => state.push('<'),
            0 => {}
        }
        if self.session == self.pid {
            state.push('s');
        }
        if self.threads > 1 {
            state.push('l');
        }
        if self.foreground == self.group && self.terminal != 0 {
            state.push('+');
        }
        state
    }

    pub fn terminal_name(&self) -> String {
        let major = (self.terminal >> 8) & 0xfff;
        let minor = (self.terminal & 0xff) | ((self.terminal >> 12) & 0xfff00);
        match (self.terminal, major) {
            (0, _) => "?".to_owned(),
            (_, 136..=143) => format!("pts/{}", minor + (major - 136) * 256),
            (_, 4) if minor < 64 => format!("tty{minor}"),
            (_, 4) => format!("ttyS{}", minor - 64),
            (_, 5) if minor == 1 => "console".to_owned(),
            _ => format!("{major}:{minor}"),
        }
    }
}
