//! `hostname`: with its domain (`-f`) and the domain alone (`-d`) by `/etc/hosts`,
//! which a static program can read without a name service; all else is uutils'.

use std::ffi::OsString;
use std::fs;

pub fn main(arguments: Vec<OsString>, others: crate::applets::Program) -> i32 {
    let asked = match arguments.as_slice() {
        [_, option] => option.to_str(),
        _ => None,
    };
    let wants_domain = match asked {
        Some("-f" | "--fqdn" | "--long") => false,
        Some("-d" | "--domain") => true,
        _ => return others(arguments),
    };
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let (host, hosts) = (read("/proc/sys/kernel/hostname"), read("/etc/hosts"));
    let full = in_full(host.trim(), &hosts);
    if !wants_domain {
        println!("{full}");
    } else if let Some((_, domain)) = full.split_once('.') {
        println!("{domain}");
    }
    0
}

/// The first name of the first line that has the host's (hosts(5)): its canonical
/// one.
fn in_full<'a>(host: &'a str, hosts: &'a str) -> &'a str {
    hosts
        .lines()
        .find_map(|line| {
            let line = line.split('#').next().unwrap_or_default();
            let mut names = line.split_whitespace().skip(1);
            let first = names.next()?;
            (first == host || names.any(|name| name == host)).then_some(first)
        })
        .unwrap_or(host)
}
