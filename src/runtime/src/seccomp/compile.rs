//! From a profile to a BPF program.
//!
//! The program checks the calling convention, then finds the call's number by
//! binary search over ranges of numbers that share their fate, and only then
//! looks at arguments.

use super::numbers::{ARCHITECTURE, largest, number};
use super::{Action, Comparison, Condition, Profile, Rule};
use crate::request::CapabilitySet;
use crate::sys::Instruction;
use nix::libc;
use std::collections::BTreeMap;

/// A profile that does not fit into a program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CompileError {
    /// The kernel takes at most 4096 instructions.
    #[error("the profile is too long: {0} instructions")]
    TooLong(usize),
    /// One call has more conditions than a jump can pass.
    #[error("too many conditions on one system call")]
    TooManyConditions,
}

/// Offsets in `struct seccomp_data`.
const NUMBER: u32 = 0;
const ARCH: u32 = 4;
const ARGUMENTS: u32 = 16;

const LOAD: u16 = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
const AND: u16 = (libc::BPF_ALU | libc::BPF_AND | libc::BPF_K) as u16;
const JUMP: u16 = (libc::BPF_JMP | libc::BPF_JA) as u16;
const EQUAL: u16 = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
const GREATER: u16 = (libc::BPF_JMP | libc::BPF_JGT | libc::BPF_K) as u16;
const AT_LEAST: u16 = (libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K) as u16;
const RETURN: u16 = (libc::BPF_RET | libc::BPF_K) as u16;

const ENOSYS: u16 = 38;
/// Bit of x32 calls in a number (asm/unistd_x32.h).
const X32: u32 = 0x4000_0000;
/// The kernel's `BPF_MAXINSNS`.
const MAX_INSTRUCTIONS: usize = 4096;

fn plain(code: u16, operand: u32) -> Instruction {
    Instruction {
        code,
        jump_true: 0,
        jump_false: 0,
        operand,
    }
}

fn jump(code: u16, operand: u32, jump_true: u8, jump_false: u8) -> Instruction {
    Instruction {
        code,
        jump_true,
        jump_false,
        operand,
    }
}

/// Compiles a profile for a container with these (bounding) capabilities.
/// With `fake_ownership`, calls that change the process' users, groups and
/// capabilities are answered with success instead: in a user namespace with a
/// single user they cannot be carried out. Those that change files are the
/// filter's of [`ownership`].
///
/// # Errors
/// Profiles that are too long for the kernel.
pub fn compile(
    profile: &Profile,
    capabilities: CapabilitySet,
    fake_ownership: bool,
) -> Result<Vec<Instruction>, CompileError> {
    let mut fates: BTreeMap<u32, Vec<&Rule>> = BTreeMap::new();
    let faked = if fake_ownership {
        fake_rules()
    } else {
        Vec::new()
    };
    let rules = profile
        .rules
        .iter()
        .filter(|rule| rule.applies(capabilities));
    for rule in faked.iter().chain(rules) {
        for number in rule.names.iter().filter_map(|name| number(name)) {
            fates.entry(number).or_default().push(rule);
        }
    }
    let mut leaves: Vec<(u32, Vec<Instruction>)> = vec![(0, fate(&[], profile.default)?)];
    let mut next = 0;
    for (number, rules) in &fates {
        // Numbers between two known ones have no rule.
        if *number > next {
            add_leaf(&mut leaves, next, fate(&[], profile.default)?);
        }
        add_leaf(&mut leaves, *number, fate(rules, profile.default)?);
        next = number + 1;
    }
    // A call that is younger than our table does not exist, rather than being
    // forbidden: libraries then fall back to older calls.
    add_leaf(&mut leaves, next, fate(&[], profile.default)?);
    if matches!(profile.default, Action::Errno(_)) {
        add_leaf(
            &mut leaves,
            largest() + 1,
            fate(&[], Action::Errno(ENOSYS))?,
        );
    } else if cfg!(target_arch = "x86_64") {
        add_leaf(&mut leaves, X32, fate(&[], Action::Errno(ENOSYS))?);
    }
    let mut program = vec![
        plain(LOAD, ARCH),
        jump(EQUAL, ARCHITECTURE, 1, 0),
        plain(RETURN, Action::KillProcess.encode()),
        plain(LOAD, NUMBER),
    ];
    search(&leaves, &mut program);
    if program.len() > MAX_INSTRUCTIONS {
        return Err(CompileError::TooLong(program.len()));
    }
    Ok(program)
}

fn add_leaf(leaves: &mut Vec<(u32, Vec<Instruction>)>, first: u32, code: Vec<Instruction>) {
    match leaves.last_mut() {
        Some((start, last)) if *start == first => *last = code,
        Some((_, last)) if *last == code => {}
        _ => leaves.push((first, code)),
    }
}

/// Binary search over the first numbers of the ranges.
fn search(leaves: &[(u32, Vec<Instruction>)], program: &mut Vec<Instruction>) {
    if let [(_, code)] = leaves {
        program.extend_from_slice(code);
        return;
    }
    let (low, high) = leaves.split_at(leaves.len() / 2);
    let pivot = high[0].0;
    let mut below = Vec::new();
    search(low, &mut below);
    match u8::try_from(below.len()) {
        Ok(distance) => program.push(jump(AT_LEAST, pivot, distance, 0)),
        // A conditional jump reaches 255 instructions; further needs another.
        Err(_) => {
            program.push(jump(AT_LEAST, pivot, 0, 1));
            program.push(plain(JUMP, below.len() as u32));
        }
    }
    program.append(&mut below);
    search(high, program);
}

/// What happens to one call: its rules in turn, those with conditions first.
fn fate(rules: &[&Rule], default: Action) -> Result<Vec<Instruction>, CompileError> {
    let mut code = Vec::new();
    for rule in rules.iter().filter(|rule| !rule.conditions.is_empty()) {
        code.extend(conditional(&rule.conditions, rule.action)?);
    }
    let plain_rule = rules.iter().find(|rule| rule.conditions.is_empty());
    let action = plain_rule.map_or(default, |rule| rule.action);
    code.push(plain(RETURN, action.encode()));
    Ok(code)
}

/// Where a jump leads, before distances are known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    Next,
    /// This condition holds.
    Holds,
    /// The rule does not fit.
    Fails,
}

type Draft = Vec<(u16, u32, Target, Target)>;

fn conditional(conditions: &[Condition], action: Action) -> Result<Vec<Instruction>, CompileError> {
    let drafts: Vec<Draft> = conditions.iter().map(draft).collect();
    let length: usize = drafts.iter().map(Vec::len).sum::<usize>() + 1;
    let mut code = Vec::with_capacity(length);
    for draft in &drafts {
        let end = code.len() + draft.len();
        for (operation, operand, on_true, on_false) in draft {
            let here = code.len() + 1;
            let distance = |target: Target| {
                let to = match target {
                    Target::Next => here,
                    Target::Holds => end,
                    Target::Fails => length,
                };
                u8::try_from(to - here).map_err(|_| CompileError::TooManyConditions)
            };
            code.push(jump(
                *operation,
                *operand,
                distance(*on_true)?,
                distance(*on_false)?,
            ));
        }
    }
    code.push(plain(RETURN, action.encode()));
    Ok(code)
}

/// One comparison of 64 bits, in two halves: BPF has 32-bit registers.
fn draft(condition: &Condition) -> Draft {
    use Target::{Fails, Holds, Next};
    let base = ARGUMENTS + 8 * u32::from(condition.argument);
    // Little endian: the low half comes first.
    let load_low = (LOAD, base, Next, Next);
    let load_high = (LOAD, base + 4, Next, Next);
    let (low, high) = (condition.value as u32, (condition.value >> 32) as u32);
    match condition.comparison {
        Comparison::Equal => {
            vec![
                load_high,
                (EQUAL, high, Next, Fails),
                load_low,
                (EQUAL, low, Next, Fails),
            ]
        }
        Comparison::NotEqual => {
            vec![
                load_high,
                (EQUAL, high, Next, Holds),
                load_low,
                (EQUAL, low, Fails, Next),
            ]
        }
        Comparison::Masked(mask) => vec![
            load_high,
            (AND, (mask >> 32) as u32, Next, Next),
            (EQUAL, high, Next, Fails),
            load_low,
            (AND, mask as u32, Next, Next),
            (EQUAL, low, Next, Fails),
        ],
        Comparison::Less | Comparison::LessOrEqual => {
            let last = match condition.comparison {
                Comparison::Less => (AT_LEAST, low, Fails, Next),
                _ => (GREATER, low, Fails, Next),
            };
            let above = (GREATER, high, Fails, Next);
            vec![load_high, above, (EQUAL, high, Next, Holds), load_low, last]
        }
        Comparison::Greater | Comparison::GreaterOrEqual => {
            let last = match condition.comparison {
                Comparison::Greater => (GREATER, low, Next, Fails),
                _ => (AT_LEAST, low, Next, Fails),
            };
            let above = (GREATER, high, Holds, Next);
            vec![load_high, above, (EQUAL, high, Next, Fails), load_low, last]
        }
    }
}

/// A filter that is loaded beside a profile's and concerns only calls that
/// change a file's owner or make a device: they get `answer`, unless the
/// profile forbids them (seccomp(2): the stricter of two filters counts).
///
/// # Errors
/// None in fact: it is short.
pub(crate) fn ownership(answer: Action) -> Result<Vec<Instruction>, CompileError> {
    // mknod(2) of devices; pipes, sockets and files are made as usual. The
    // type is in the mode, which is the second argument, with mknodat the third.
    let device = |name: &str, argument: u8, kind: libc::mode_t| Rule {
        conditions: vec![Condition {
            argument,
            comparison: Comparison::Masked(libc::S_IFMT.into()),
            value: kind.into(),
        }],
        ..Rule::new(&[name], answer)
    };
    let profile = Profile {
        default: Action::Allow,
        rules: vec![
            Rule::new(&["chown", "fchown", "fchownat", "lchown"], answer),
            device("mknod", 1, libc::S_IFCHR),
            device("mknod", 1, libc::S_IFBLK),
            device("mknodat", 2, libc::S_IFCHR),
            device("mknodat", 2, libc::S_IFBLK),
        ],
    };
    compile(&profile, CapabilitySet::EMPTY, false)
}

/// Calls that a single user cannot carry out and that are answered with
/// success.
fn fake_rules() -> Vec<Rule> {
    vec![Rule::new(
        &[
            "capset",
            "setfsgid",
            "setfsuid",
            "setgid",
            "setgroups",
            "setregid",
            "setresgid",
            "setresuid",
            "setreuid",
            "setuid",
        ],
        Action::Errno(0),
    )]
}
