//! Devices, their limits, resource limits and kernel settings.

use std::collections::BTreeMap;

use plimsoll_api::host_config::{
    DeviceMapping, DeviceRequest, ThrottleDevice, Ulimit, WeightDevice,
};

use super::mount::split_csv;
use crate::error::Invalid;
use crate::quantity::{parse_int, parse_size};

const ULIMITS: &[&str] = &[
    "core",
    "cpu",
    "data",
    "fsize",
    "locks",
    "memlock",
    "msgqueue",
    "nice",
    "nofile",
    "nproc",
    "rss",
    "rtprio",
    "rttime",
    "sigpending",
    "stack",
];

/// Reads `--device source[:target][:permissions]`.
pub fn parse(text: &str) -> Result<DeviceMapping, Invalid> {
    let bad = || Invalid(format!("bad format for path: {text}"));
    let parts: Vec<&str> = text.split(':').collect();
    let (source, target, permissions) = match parts.as_slice() {
        ["", ..] => return Err(bad()),
        [source] => (*source, *source, "rwm"),
        [source, mode] if is_mode(mode) => (*source, *source, *mode),
        [source, target] => (*source, *target, "rwm"),
        [source, target, mode] if is_mode(mode) => (*source, *target, *mode),
        [_, _, mode] => return Err(Invalid(format!("bad mode specified: {mode}"))),
        _ => return Err(bad()),
    };
    if !target.starts_with('/') {
        return Err(Invalid(format!("{target} is not an absolute path")));
    }
    Ok(DeviceMapping {
        path_on_host: source.to_owned(),
        path_in_container: target.to_owned(),
        cgroup_permissions: permissions.to_owned(),
    })
}

/// A name of the container device interface: `vendor.com/class=device`.
pub fn is_cdi_name(text: &str) -> bool {
    text.split_once('=').is_some_and(|(kind, device)| {
        !device.is_empty()
            && !kind.starts_with('/')
            && kind
                .split_once('/')
                .is_some_and(|(vendor, class)| !vendor.is_empty() && !class.is_empty())
    })
}

fn is_mode(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|c| "rwm".contains(c))
        && "rwm".chars().all(|c| text.matches(c).count() <= 1)
}

/// `type major:minor mode`, such as `c 1:3 rwm`.
pub fn check_rule(text: &str) -> Result<(), Invalid> {
    let number = |part: &str| {
        part == "*"
            || (!part.is_empty() && part.len() <= 5 && part.bytes().all(|b| b.is_ascii_digit()))
    };
    let parts: Vec<&str> = text.split(' ').collect();
    let valid = match parts.as_slice() {
        [kind, numbers, mode] => {
            matches!(*kind, "a" | "b" | "c")
                && numbers
                    .split_once(':')
                    .is_some_and(|(a, b)| number(a) && number(b))
                && !mode.is_empty()
                && mode.len() <= 3
                && mode.chars().all(|c| "rwm".contains(c))
        }
        _ => false,
    };
    if valid {
        Ok(())
    } else {
        Err(Invalid(format!("invalid device cgroup format '{text}'")))
    }
}

pub fn check_bps(text: &str) -> Result<(), Invalid> {
    bps(text).map(drop)
}

pub fn check_iops(text: &str) -> Result<(), Invalid> {
    iops(text).map(drop)
}

pub fn check_weight(text: &str) -> Result<(), Invalid> {
    weight(text).map(drop)
}

/// `device:bytes`, per second.
pub fn bps(text: &str) -> Result<ThrottleDevice, Invalid> {
    let (path, rate) = split_device(text)?;
    let rate = parse_size(rate).map_err(|_| {
        Invalid(format!(
            "invalid rate for device: {text}. The correct format is <device-path>:<number>[<unit>]. Number must be a positive integer. Unit is optional and can be kb, mb, or gb"
        ))
    })?;
    Ok(ThrottleDevice {
        path: path.to_owned(),
        rate: rate.unsigned_abs(),
    })
}

/// `device:operations`, per second.
pub fn iops(text: &str) -> Result<ThrottleDevice, Invalid> {
    let (path, rate) = split_device(text)?;
    let rate = rate.parse().map_err(|_| {
        Invalid(format!(
            "invalid rate for device: {text}. The correct format is <device-path>:<number>. Number must be a positive integer"
        ))
    })?;
    Ok(ThrottleDevice {
        path: path.to_owned(),
        rate,
    })
}

/// `device:weight`, 10 to 1000, or 0.
pub fn weight(text: &str) -> Result<WeightDevice, Invalid> {
    let (path, weight) = split_device(text)?;
    match weight.parse() {
        Ok(weight @ (0 | 10..=1000)) => Ok(WeightDevice {
            path: path.to_owned(),
            weight,
        }),
        _ => Err(Invalid(format!("invalid weight for device: {text}"))),
    }
}

fn split_device(text: &str) -> Result<(&str, &str), Invalid> {
    let (path, value) = text
        .split_once(':')
        .filter(|(path, _)| !path.is_empty())
        .ok_or_else(|| Invalid(format!("bad format: {text}")))?;
    if !path.starts_with("/dev/") {
        return Err(Invalid(format!("bad format for device path: {text}")));
    }
    Ok((path, value))
}

pub fn check_ulimit(text: &str) -> Result<(), Invalid> {
    ulimit(text).map(drop)
}

/// `name=soft[:hard]`; -1 is unlimited.
pub fn ulimit(text: &str) -> Result<Ulimit, Invalid> {
    let (name, limits) = text
        .split_once('=')
        .ok_or_else(|| Invalid(format!("invalid ulimit argument: {text}")))?;
    if !ULIMITS.contains(&name) {
        return Err(Invalid(format!("invalid ulimit type: {name}")));
    }
    let parts: Vec<&str> = limits.split(':').collect();
    let (soft, hard) = match parts.as_slice() {
        [soft] => (parse_int(soft)?, parse_int(soft)?),
        [soft, hard] => {
            let hard = parse_int(hard)?;
            (parse_int(soft)?, hard)
        }
        _ => {
            return Err(Invalid(format!(
                "too many limit value arguments - {limits}, can only have up to two, `soft[:hard]`"
            )));
        }
    };
    let rule = "ulimit soft limit must be less than or equal to hard limit";
    if hard != -1 && soft == -1 {
        return Err(Invalid(format!(
            "{rule}: soft: -1 (unlimited), hard: {hard}"
        )));
    }
    if hard != -1 && soft > hard {
        return Err(Invalid(format!("{rule}: {soft} > {hard}")));
    }
    Ok(Ulimit {
        name: name.to_owned(),
        hard,
        soft,
    })
}

/// Only settings that have a namespace of their own.
pub fn check_sysctl(text: &str) -> Result<(), Invalid> {
    const NAMES: &[&str] = &[
        "kernel.msgmax",
        "kernel.msgmnb",
        "kernel.msgmni",
        "kernel.sem",
        "kernel.shmall",
        "kernel.shmmax",
        "kernel.shmmni",
        "kernel.shm_rmid_forced",
    ];
    let allowed = text.split_once('=').is_some_and(|(name, _)| {
        NAMES.contains(&name) || name.starts_with("net.") || name.starts_with("fs.mqueue.")
    });
    if allowed {
        Ok(())
    } else {
        Err(Invalid(format!("sysctl '{text}' is not allowed")))
    }
}

pub fn check_gpus(text: &str) -> Result<(), Invalid> {
    gpus(text).map(drop)
}

/// `all`, a number, or `count=...,driver=...,device=...,capabilities=...`.
pub fn gpus(text: &str) -> Result<DeviceRequest, Invalid> {
    let mut request = DeviceRequest {
        device_ids: None,
        capabilities: Some(vec![vec!["gpu".to_owned()]]),
        options: Some(BTreeMap::new()),
        ..DeviceRequest::default()
    };
    let mut counted = false;
    for field in split_csv(text)? {
        let (key, value) = match field.split_once('=') {
            Some(pair) => pair,
            None => ("count", field.as_str()),
        };
        match key {
            "count" => {
                counted = true;
                request.count = match value {
                    "all" => -1,
                    number => number.parse().map_err(|_| {
                        Invalid(format!(
                            "invalid count ({number}): value must be either \"all\" or an integer: invalid syntax"
                        ))
                    })?,
                };
            }
            "driver" => value.clone_into(&mut request.driver),
            "device" => {
                request.device_ids = Some(value.split(',').map(str::to_owned).collect());
            }
            "capabilities" => {
                let mut list: Vec<String> = value.split(',').map(str::to_owned).collect();
                list.push("gpu".to_owned());
                request.capabilities = Some(vec![list]);
            }
            _ => return Err(Invalid(format!("unexpected key '{key}' in '{field}'"))),
        }
    }
    if !counted && request.device_ids.is_none() {
        request.count = 1;
    }
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_read() {
        let shown = |text: &str| match parse(text) {
            Ok(d) => format!(
                "{} {} {}",
                d.path_on_host, d.path_in_container, d.cgroup_permissions
            ),
            Err(error) => error.0,
        };
        assert_eq!(shown("/dev/null"), "/dev/null /dev/null rwm");
        assert_eq!(shown("/dev/null:r"), "/dev/null /dev/null r");
        assert_eq!(shown("/dev/null:/dev/x"), "/dev/null /dev/x rwm");
        assert_eq!(shown("/dev/null:/dev/x:rw"), "/dev/null /dev/x rw");
        assert_eq!(shown("/a:/b:zz"), "bad mode specified: zz");
        assert_eq!(shown("a:b"), "b is not an absolute path");
        assert!(is_cdi_name("vendor.com/class=x"));
        assert!(!is_cdi_name("/dev/x=y"));
    }

    #[test]
    fn limits_are_read() {
        assert_eq!(ulimit("nofile=3:5").unwrap().hard, 5);
        assert_eq!(ulimit("nofile=3").unwrap().hard, 3);
        for (text, message) in [
            ("foo", "invalid ulimit argument: foo"),
            ("foo=1", "invalid ulimit type: foo"),
            (
                "nofile=5:3",
                "ulimit soft limit must be less than or equal to hard limit: 5 > 3",
            ),
            (
                "nofile=a",
                "strconv.ParseInt: parsing \"a\": invalid syntax",
            ),
        ] {
            assert_eq!(ulimit(text).unwrap_err().0, message);
        }
        assert_eq!(bps("/dev/sda:1mb").unwrap().rate, 1 << 20);
        assert!(weight("/dev/sda:5").is_err());
        assert!(check_rule("c 1:3 rwm").is_ok());
        assert!(check_rule("c 1:*").is_err());
        assert!(check_sysctl("net.core.somaxconn=1").is_ok());
        assert_eq!(
            check_sysctl("x").unwrap_err().0,
            "sysctl 'x' is not allowed"
        );
    }
}
