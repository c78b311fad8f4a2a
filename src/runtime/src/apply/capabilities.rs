//! Capability sets.

use crate::fault::{During, Fault};
use crate::request::{Capabilities, CapabilitySet};
use crate::sys;
use nix::errno::Errno;

/// Drops from the bounding set whatever is not in `keep`.
pub(super) fn drop_bounding(keep: CapabilitySet) -> Result<(), Fault> {
    for number in 0..64 {
        if keep.bits() & (1 << number) != 0 {
            continue;
        }
        match sys::drop_bounding(number) {
            // Past the last one that the kernel knows.
            Err(Errno::EINVAL) => return Ok(()),
            result => result.during(|| "drop capabilities".to_owned())?,
        }
    }
    Ok(())
}

/// Sets the others. What the caller does not have itself cannot be given: the
/// machine's own limits hold.
pub(super) fn set(wanted: Capabilities) -> Result<(), Fault> {
    let action = || "set capabilities".to_owned();
    let (_, have, _) = sys::capget().during(action)?;
    let permitted = wanted.permitted.bits() & have;
    let effective = wanted.effective.bits() & permitted;
    let inheritable = wanted.inheritable.bits() & have;
    sys::capset(effective, permitted, inheritable).during(action)?;
    sys::clear_ambient().during(action)?;
    for capability in wanted.ambient.iter() {
        let bit = 1 << capability.number();
        if permitted & inheritable & bit != 0 {
            sys::raise_ambient(capability.number()).during(action)?;
        }
    }
    Ok(())
}
