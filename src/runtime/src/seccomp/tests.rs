use super::numbers::{ARCHITECTURE, largest, number};
use super::*;
use crate::sys::Instruction;
use std::collections::BTreeSet;

/// Carries a program out as the kernel does (seccomp(2), classic BPF).
fn interpret(program: &[Instruction], architecture: u32, call: u32, args: [u64; 6]) -> u32 {
    let mut data = Vec::new();
    data.extend_from_slice(&call.to_le_bytes());
    data.extend_from_slice(&architecture.to_le_bytes());
    data.extend_from_slice(&[0; 8]);
    args.iter()
        .for_each(|arg| data.extend_from_slice(&arg.to_le_bytes()));
    let (mut at, mut accumulator) = (0, 0u32);
    loop {
        let one = program[at];
        at += 1;
        let branch = |holds: bool| usize::from(if holds { one.jump_true } else { one.jump_false });
        match one.code {
            0x20 => {
                let offset = one.operand as usize;
                let word = data[offset..offset + 4].try_into().expect("four bytes");
                accumulator = u32::from_le_bytes(word);
            }
            0x54 => accumulator &= one.operand,
            0x05 => at += one.operand as usize,
            0x15 => at += branch(accumulator == one.operand),
            0x25 => at += branch(accumulator > one.operand),
            0x35 => at += branch(accumulator >= one.operand),
            0x06 => return one.operand,
            other => panic!("unknown instruction {other:#x}"),
        }
    }
}

const ALLOW: u32 = 0x7fff_0000;
const EPERM: u32 = 0x0005_0001;
const ENOSYS: u32 = 0x0005_0026;

struct Filter(Vec<Instruction>);

impl Filter {
    fn docker(capabilities: &[&str], fake_ownership: bool) -> Self {
        let more = capabilities
            .iter()
            .map(|name| name.parse().expect("a capability"));
        let set = CapabilitySet::DOCKER.iter().chain(more).collect();
        Self(compile(&Profile::docker(), set, fake_ownership).expect("a program"))
    }

    fn call(&self, name: &str, args: &[u64]) -> u32 {
        let mut all = [0; 6];
        all[..args.len()].copy_from_slice(args);
        interpret(&self.0, ARCHITECTURE, number(name).expect(name), all)
    }
}

#[test]
fn what_a_container_may_call_is_counted() {
    let docker = Profile::docker();
    let (some, all) = docker.allowed(CapabilitySet::DOCKER);
    assert!(300 < some && some < all, "{some} of {all}");
    let (more, _) = docker.allowed(CapabilitySet::ALL);
    assert!(some < more && more < all, "{more} of {all}");
    assert_eq!(
        Profile::unconfined().allowed(CapabilitySet::DOCKER),
        (all, all)
    );
    // The conditions of Docker's profile let zeroes through.
    let filter = Filter::docker(&[], false);
    let passes = |name: &&str| filter.call(name, &[]) == ALLOW;
    assert_eq!(super::numbers::names().filter(passes).count(), some);
    let one = Profile {
        default: Action::Allow,
        rules: vec![Rule::new(&["mount"], Action::Errno(1))],
    };
    assert_eq!(one.allowed(CapabilitySet::ALL), (all - 1, all));
}

#[test]
fn the_default_profile_allows_and_denies_as_docker_does() {
    let filter = Filter::docker(&[], false);
    for name in [
        "read",
        "execve",
        "ptrace",
        "chroot",
        "clone",
        "arch_prctl",
        "statmount",
    ] {
        assert_eq!(filter.call(name, &[]), ALLOW, "{name}");
    }
    for name in [
        "mount",
        "unshare",
        "setns",
        "keyctl",
        "add_key",
        "bpf",
        "io_uring_setup",
        "userfaultfd",
        "kexec_load",
        "reboot",
        "init_module",
        "open_by_handle_at",
        "syslog",
    ] {
        assert_eq!(filter.call(name, &[]), EPERM, "{name}");
    }
    assert_eq!(filter.call("clone3", &[]), ENOSYS);
}

#[test]
fn arguments_are_compared_as_64_bit_numbers() {
    let filter = Filter::docker(&[], false);
    for (family, answer) in [
        (2, ALLOW),
        (37, ALLOW),
        (38, EPERM),
        (39, ALLOW),
        (40, EPERM),
        (41, ALLOW),
        (u64::MAX, ALLOW),
        (38 | 1 << 32, ALLOW),
    ] {
        assert_eq!(filter.call("socket", &[family]), answer, "family {family}");
    }
    for (persona, answer) in [
        (0, ALLOW),
        (8, ALLOW),
        (0x20000, ALLOW),
        (0xffff_ffff, ALLOW),
        (1, EPERM),
        (0x0004_0000, EPERM),
        (1 << 32, EPERM),
    ] {
        assert_eq!(
            filter.call("personality", &[persona]),
            answer,
            "persona {persona:#x}"
        );
    }
    // CLONE_NEWUSER, CLONE_NEWNS; and the flags of a thread.
    for (flags, answer) in [
        (0x1000_0000, EPERM),
        (0x0002_0000, EPERM),
        (0x003d_0f00, ALLOW),
    ] {
        assert_eq!(filter.call("clone", &[flags]), answer, "flags {flags:#x}");
    }
}

#[test]
fn capabilities_open_what_docker_opens_for_them() {
    let filter = Filter::docker(&["SYS_ADMIN"], false);
    for name in ["mount", "unshare", "clone3", "bpf", "setns", "fsopen"] {
        assert_eq!(filter.call(name, &[]), ALLOW, "{name}");
    }
    assert_eq!(filter.call("clone", &[0x1000_0000]), ALLOW);
    for (capability, name) in [
        ("SYS_BOOT", "reboot"),
        ("SYSLOG", "syslog"),
        ("BPF", "bpf"),
        ("SYS_TIME", "settimeofday"),
        ("DAC_READ_SEARCH", "open_by_handle_at"),
    ] {
        assert_eq!(
            Filter::docker(&[capability], false).call(name, &[]),
            ALLOW,
            "{name}"
        );
    }
    let none = compile(&Profile::docker(), CapabilitySet::EMPTY, false).expect("a program");
    assert_eq!(Filter(none).call("chroot", &[]), EPERM);
}

#[test]
fn other_calling_conventions_are_closed() {
    let filter = Filter::docker(&["SYS_ADMIN"], false);
    // AUDIT_ARCH_I386: kill the process.
    assert_eq!(interpret(&filter.0, 0x4000_0003, 3, [0; 6]), 0x8000_0000);
    // x32, and numbers that no kernel has yet.
    for call in [0x4000_0000, 0x4000_0001, largest() + 1, u32::MAX] {
        assert_eq!(
            interpret(&filter.0, ARCHITECTURE, call, [0; 6]),
            ENOSYS,
            "{call:#x}"
        );
    }
}

#[test]
fn ownership_is_faked_where_it_cannot_be_changed() {
    let filter = Filter::docker(&[], true);
    let success = 0x0005_0000;
    for name in ["setgroups", "setuid", "capset"] {
        assert_eq!(filter.call(name, &[]), success, "{name}");
    }
    // Those that change files are another filter's.
    for name in ["chown", "fchownat", "mknod"] {
        assert_eq!(filter.call(name, &[]), ALLOW, "{name}");
    }
    assert_eq!(filter.call("mount", &[]), EPERM);
}

#[test]
fn changes_of_files_wait_for_a_supervisor_and_nothing_else_does() {
    let filter = Filter(ownership(Action::Notify).expect("a program"));
    let waits = 0x7fc0_0000;
    let those = ["chown", "fchown", "fchownat", "lchown"];
    for name in super::numbers::names() {
        let answer = if those.contains(&name) { waits } else { ALLOW };
        assert_eq!(filter.call(name, &[]), answer, "{name}");
    }
    // S_IFCHR, S_IFBLK; then S_IFIFO and a plain file.
    for (kind, answer) in [
        (0o20000, waits),
        (0o60000, waits),
        (0o10000, ALLOW),
        (0, ALLOW),
    ] {
        assert_eq!(filter.call("mknod", &[0, kind | 0o644]), answer, "{kind:o}");
        assert_eq!(
            filter.call("mknodat", &[0, 0, kind | 0o644]),
            answer,
            "{kind:o}"
        );
    }
}

#[test]
fn every_comparison_does_what_its_name_says() {
    let limit = (1u64 << 32) + 5;
    let values = [0, 5, limit - 1, limit, limit + 1, 1 << 33, u64::MAX];
    type Check = fn(u64, u64) -> bool;
    let all: [(Comparison, Check); 7] = [
        (Comparison::Equal, |a, b| a == b),
        (Comparison::NotEqual, |a, b| a != b),
        (Comparison::Less, |a, b| a < b),
        (Comparison::LessOrEqual, |a, b| a <= b),
        (Comparison::Greater, |a, b| a > b),
        (Comparison::GreaterOrEqual, |a, b| a >= b),
        (Comparison::Masked(0xff_0000_00ff), |a, b| {
            a & 0xff_0000_00ff == b
        }),
    ];
    for (comparison, check) in all {
        let condition = |argument| Condition {
            argument,
            comparison,
            value: limit,
        };
        let rule = Rule {
            conditions: vec![condition(1), condition(4)],
            ..Rule::new(&["read"], Action::Allow)
        };
        let profile = Profile {
            default: Action::Errno(1),
            rules: vec![rule],
        };
        let filter = Filter(compile(&profile, CapabilitySet::EMPTY, false).expect("a program"));
        for first in values {
            for second in values {
                let expected = check(first, limit) && check(second, limit);
                let found = filter.call("read", &[0, first, 0, 0, second, 0]);
                assert_eq!(
                    found == ALLOW,
                    expected,
                    "{comparison:?} {first:#x} {second:#x}"
                );
            }
        }
    }
}

/// The copy of Docker's published profile, where this machine has one.
fn published() -> Option<String> {
    let shared = std::env::var_os("PLIMSOLL_SHARED").map_or_else(
        || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        std::path::PathBuf::from,
    );
    let text = std::fs::read_to_string(shared.join("data/seccomp-default.json")).ok();
    if text.is_none() {
        eprintln!(
            "skipped: no copy of the published profile in {}",
            shared.display()
        );
    }
    text
}

/// Every call, with arguments at the edges of the conditions, with several
/// sets of capabilities: the same answer from both.
#[test]
fn our_default_profile_is_the_published_one() {
    let Some(text) = published() else { return };
    let theirs = Profile::from_docker_json(&text).expect("the published profile");
    let docker = Profile::docker();
    let rules = theirs.rules.iter().chain(&docker.rules);
    let names: BTreeSet<&str> = rules
        .flat_map(|rule| &rule.names)
        .map(String::as_str)
        .collect();
    let unknown: Vec<_> = names.iter().filter(|name| number(name).is_none()).collect();
    eprintln!("not on this machine: {unknown:?}");
    let arguments = [
        0,
        8,
        37,
        38,
        39,
        40,
        41,
        0x20000,
        0x20008,
        0xffff_ffff,
        0x1000_0000,
        1 << 32,
    ];
    let mut sets = vec![
        CapabilitySet::EMPTY,
        CapabilitySet::DOCKER,
        CapabilitySet::ALL,
    ];
    sets.extend(
        CapabilitySet::ALL
            .iter()
            .map(|one| CapabilitySet::EMPTY.with(one)),
    );
    for set in sets {
        let ours = Filter(compile(&Profile::docker(), set, false).expect("ours"));
        let published = Filter(compile(&theirs, set, false).expect("theirs"));
        for name in names.iter().filter(|name| number(name).is_some()) {
            for argument in arguments {
                let (left, right) = (
                    ours.call(name, &[argument]),
                    published.call(name, &[argument]),
                );
                assert_eq!(left, right, "{name}({argument:#x}) with {set}");
            }
        }
    }
}

#[test]
fn what_is_not_understood_in_a_profile_is_named() {
    let read = |text: &str| {
        Profile::from_docker_json(text)
            .expect_err("refused")
            .to_string()
    };
    assert_eq!(
        read(r#"{"defaultAction": "SCMP_ACT_DENY"}"#),
        "unknown seccomp action \"SCMP_ACT_DENY\""
    );
    let text = r#"{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["read"],
        "action": "SCMP_ACT_ERRNO", "args": [{"index": 6, "value": 0, "op": "SCMP_CMP_EQ"}]}]}"#;
    assert_eq!(read(text), "argument index 6 is out of range");
    assert!(read("{").starts_with("decoding seccomp profile failed"));
}
