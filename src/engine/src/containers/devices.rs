//! `--device`: looked up on the lab's host, bound by the runtime.

use std::os::unix::fs::{FileTypeExt, MetadataExt};

use nix::sys::stat::{major, minor};
use oci_spec::runtime::{LinuxDevice, LinuxDeviceBuilder, LinuxDeviceType};
use plimsoll_api::host_config::DeviceMapping;

use crate::failure::{ApiFailure, ApiResult};

/// The devices by number.
///
/// # Errors
/// 500 `error gathering device information while adding custom device "x": ...`.
pub fn look_up(mappings: &[DeviceMapping]) -> ApiResult<Vec<LinuxDevice>> {
    mappings.iter().map(look_up_one).collect()
}

fn look_up_one(mapping: &DeviceMapping) -> ApiResult<LinuxDevice> {
    let host = &mapping.path_on_host;
    let refused = |why: &str| {
        ApiFailure::internal(format!(
            "error gathering device information while adding custom device \"{host}\": {why}"
        ))
    };
    let found =
        std::fs::metadata(host).map_err(|error| refused(&crate::failure::reason(&error)))?;
    let kind = found.file_type();
    let kind = if kind.is_char_device() {
        LinuxDeviceType::C
    } else if kind.is_block_device() {
        LinuxDeviceType::B
    } else {
        return Err(refused("not a device node"));
    };
    let inside = match mapping.path_in_container.as_str() {
        "" => host,
        given => given,
    };
    let number = |value: u64| i64::try_from(value).unwrap_or(-1);
    LinuxDeviceBuilder::default()
        .path(inside)
        .typ(kind)
        .major(number(major(found.rdev())))
        .minor(number(minor(found.rdev())))
        .file_mode(found.mode() & 0o7777)
        .build()
        .map_err(|error| refused(&error.to_string()))
}
