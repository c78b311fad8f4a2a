//! System call filters: profiles as data, and their compilation to BPF.
//!
//! [`Profile::docker`] is Docker's default; profiles of the OCI specification
//! and in Docker's JSON form are read into the same type. [`compile`] decides
//! the conditions on capabilities and produces a program that finds a call's
//! rule by binary search, in microseconds, so that nothing has to be cached on
//! disk.
//!
//! Only the machine's own calling convention is served. Programs for i386 are
//! killed and x32 calls do not exist: with them the filter on socket families
//! could be passed by `socketcall`.

mod compile;
mod numbers;
mod profile;
mod read;

pub(crate) use compile::ownership;
pub use compile::{CompileError, compile};
pub(crate) use numbers::number;
pub use read::ReadError;

use crate::request::CapabilitySet;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What happens to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// It is made.
    Allow,
    /// It fails with this errno(3); 0 pretends success.
    Errno(u16),
    /// The thread ends.
    KillThread,
    /// The process ends.
    KillProcess,
    /// SIGSYS.
    Trap,
    /// A tracer is told; without one it fails with ENOSYS.
    Trace(u16),
    /// It is made and logged.
    Log,
    /// It waits for the answer of a supervisor (seccomp_unotify(2)).
    Notify,
}

impl Action {
    /// As seccomp(2) encodes it.
    fn encode(self) -> u32 {
        match self {
            Self::Allow => 0x7fff_0000,
            Self::Errno(errno) => 0x0005_0000 | u32::from(errno),
            Self::KillThread => 0,
            Self::KillProcess => 0x8000_0000,
            Self::Trap => 0x0003_0000,
            Self::Trace(value) => 0x7ff0_0000 | u32::from(value),
            Self::Log => 0x7ffc_0000,
            Self::Notify => 0x7fc0_0000,
        }
    }
}

/// How an argument is compared with a value, both as unsigned 64-bit numbers.
#[expect(missing_docs, reason = "the names say it")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Comparison {
    NotEqual,
    Less,
    LessOrEqual,
    Equal,
    GreaterOrEqual,
    Greater,
    /// Equal in the bits of this mask.
    Masked(u64),
}

/// A condition on one argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// Which argument, 0..=5.
    pub argument: u8,
    /// How it is compared.
    pub comparison: Comparison,
    /// With what.
    pub value: u64,
}

/// What happens to some calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Names; those that this machine does not have are skipped.
    pub names: Vec<String>,
    /// What happens.
    pub action: Action,
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// The rule exists only for containers with all of these.
    pub needs: CapabilitySet,
    /// The rule exists only for containers with none of these.
    pub unless: CapabilitySet,
}

impl Rule {
    fn new(names: &[&str], action: Action) -> Self {
        Self {
            names: names.iter().map(ToString::to_string).collect(),
            action,
            conditions: Vec::new(),
            needs: CapabilitySet::EMPTY,
            unless: CapabilitySet::EMPTY,
        }
    }

    fn applies(&self, capabilities: CapabilitySet) -> bool {
        self.needs.intersection(capabilities) == self.needs
            && self.unless.intersection(capabilities) == CapabilitySet::EMPTY
    }
}

/// A filter before it is compiled. Rules with conditions come before those
/// without; the first that fits decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// What happens to calls without a rule.
    pub default: Action,
    /// Rules.
    pub rules: Vec<Rule>,
}

impl Profile {
    /// Docker's default profile.
    pub fn docker() -> Self {
        profile::default()
    }

    /// A profile that allows everything.
    pub fn unconfined() -> Self {
        Self {
            default: Action::Allow,
            rules: Vec::new(),
        }
    }

    /// How many of this machine's calls a container with these (bounding)
    /// capabilities may make, some of them under conditions; and how many
    /// calls the machine has.
    pub fn allowed(&self, capabilities: CapabilitySet) -> (usize, usize) {
        let lets = |action| matches!(action, Action::Allow | Action::Log);
        let rules = || self.rules.iter().filter(|rule| rule.applies(capabilities));
        let named = |yes: fn(&Rule) -> bool| -> BTreeSet<&str> {
            let chosen = rules().filter(|rule| yes(rule));
            chosen
                .flat_map(|rule| rule.names.iter().map(String::as_str))
                .collect()
        };
        let allowed = named(|rule| matches!(rule.action, Action::Allow | Action::Log));
        let settled = named(|rule| rule.conditions.is_empty());
        let may =
            |name: &&str| allowed.contains(name) || (lets(self.default) && !settled.contains(name));
        (
            numbers::names().filter(may).count(),
            numbers::names().count(),
        )
    }
}

#[cfg(test)]
mod tests;
