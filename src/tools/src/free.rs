//! `free`: memory of the machine, as /proc/meminfo has it.

use std::ffi::OsString;

const USAGE: &str = "Usage: free [-b | -k | -m | -g | -h]";

pub fn main(arguments: Vec<OsString>) -> i32 {
    let mut unit = Unit::Divisor(1);
    for argument in arguments.iter().skip(1) {
        unit = match argument.to_str() {
            Some("-b") => Unit::Bytes,
            Some("-k") => Unit::Divisor(1),
            Some("-m") => Unit::Divisor(1 << 10),
            Some("-g") => Unit::Divisor(1 << 20),
            Some("-h") => Unit::Human,
            _ => {
                eprintln!("{USAGE}");
                return 1;
            }
        };
    }
    let text = match std::fs::read_to_string("/proc/meminfo") {
        Ok(text) => text,
        Err(error) => {
            eprintln!("free: /proc/meminfo: {error}");
            return 1;
        }
    };
    let kib = |name: &str| {
        let mut lines = text.lines().filter_map(|line| line.strip_prefix(name));
        let value = lines.find_map(|rest| rest.strip_prefix(':'));
        value
            .and_then(|value| value.split_whitespace().next()?.parse::<u64>().ok())
            .unwrap_or(0)
    };
    let (total, available) = (kib("MemTotal"), kib("MemAvailable"));
    let cache = kib("Buffers") + kib("Cached") + kib("SReclaimable");
    let swap = kib("SwapTotal");
    let row = |name: &str, values: &[u64]| {
        let cells: Vec<String> = values
            .iter()
            .map(|value| format!("{:>12}", unit.show(*value)))
            .collect();
        println!("{name:<8}{}", cells.concat());
    };
    let titles = ["total", "used", "free", "shared", "buff/cache", "available"];
    println!(
        "{:8}{}",
        "",
        titles.map(|title| format!("{title:>12}")).concat()
    );
    let used = total.saturating_sub(available);
    row(
        "Mem:",
        &[total, used, kib("MemFree"), kib("Shmem"), cache, available],
    );
    row(
        "Swap:",
        &[swap, swap.saturating_sub(kib("SwapFree")), kib("SwapFree")],
    );
    0
}

enum Unit {
    Bytes,
    /// Of kibibytes.
    Divisor(u64),
    Human,
}

impl Unit {
    fn show(&self, kib: u64) -> String {
        match self {
            Unit::Bytes => (kib << 10).to_string(),
            Unit::Divisor(divisor) => (kib / divisor).to_string(),
            Unit::Human if kib >= 1 << 20 => {
                format!("{}.{}Gi", kib >> 20, ((kib % (1 << 20)) * 10) >> 20)
            }
            Unit::Human if kib >= 1 << 10 => format!("{}Mi", kib >> 10),
            Unit::Human => format!("{kib}Ki"),
        }
    }
}
