//! Loading filters. They are compiled by the caller before the clone, and the
//! default one is kept for the next container with the same capabilities.

use crate::fault::{During, Fault};
use crate::plan::Op;
use crate::progress::Stopwatch;
use crate::request::{CapabilitySet, Seccomp};
use crate::seccomp::{Action, Profile, compile, ownership};
use crate::sys::{self, Instruction};
use nix::libc;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::os::fd::OwnedFd;
use std::rc::Rc;

/// Programs by the index of the operation that loads them.
pub(super) type Filters = BTreeMap<usize, Rc<Vec<Instruction>>>;

type Key = (CapabilitySet, bool);

thread_local! {
    static COMPILED: RefCell<HashMap<Key, Rc<Vec<Instruction>>>> = RefCell::default();
}

/// Compiles what a plan loads.
pub(super) fn compile_all(ops: &[Op], watch: &mut Stopwatch) -> Result<Filters, Fault> {
    let mut filters = Filters::new();
    for (index, op) in ops.iter().enumerate() {
        if let Op::Filter {
            profile,
            capabilities,
            fake_ownership,
        } = op
        {
            watch.begin(index, op);
            filters.insert(index, program(profile, *capabilities, *fake_ownership)?);
        }
    }
    Ok(filters)
}

fn program(
    seccomp: &Seccomp,
    capabilities: CapabilitySet,
    fake_ownership: bool,
) -> Result<Rc<Vec<Instruction>>, Fault> {
    let build = |profile: &Profile| {
        compile(profile, capabilities, fake_ownership)
            .map(Rc::new)
            .map_err(|error| Fault::Seccomp(error.to_string()))
    };
    match seccomp {
        Seccomp::Profile(profile) => build(profile),
        Seccomp::Unconfined => build(&Profile::unconfined()),
        Seccomp::Default => {
            let key = (capabilities, fake_ownership);
            if let Some(known) = COMPILED.with_borrow(|known| known.get(&key).cloned()) {
                return Ok(known);
            }
            let program = build(&Profile::docker())?;
            COMPILED.with_borrow_mut(|known| known.insert(key, Rc::clone(&program)));
            Ok(program)
        }
    }
}

pub(super) fn load(filter: &[Instruction]) -> Result<(), Fault> {
    sys::load_filter(filter, 0)
        .during(|| "load the system call filter".to_owned())
        .map(drop)
}

/// Linux 5.19: once the supervisor has the call, only a fatal signal breaks it
/// off, so that nothing is done twice.
const WAIT_KILLABLE: u64 = 1 << 5;

/// Has calls that change owners wait for whoever gets the descriptor. `None`
/// where the kernel has no such thing, or where this very process is already
/// watched by another supervisor (EBUSY): then they succeed and do nothing.
pub(super) fn load_ownership() -> Result<Option<OwnedFd>, Fault> {
    let build = |answer| ownership(answer).map_err(|error| Fault::Seccomp(error.to_string()));
    if sys::has_notifications() {
        let filter = build(Action::Notify)?;
        for more in [WAIT_KILLABLE, 0] {
            let flags = libc::SECCOMP_FILTER_FLAG_NEW_LISTENER | more;
            if let Ok(listener) = sys::load_filter(&filter, flags) {
                return Ok(listener);
            }
        }
    }
    load(&build(Action::Errno(0))?).map(|()| None)
}
