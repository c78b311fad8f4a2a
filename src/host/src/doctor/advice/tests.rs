//! Every text that `doctor` prints, as a person sees it.

use std::path::PathBuf;

use super::*;
use crate::doctor::facts::OverlayPlace;
use crate::doctor::{render, worst};

fn all_fine() -> Facts {
    Facts {
        binary: "/home/ada/bin/plimsoll".into(),
        user: "ada".to_owned(),
        kernel: "6.1.0-18-amd64".to_owned(),
        in_container: false,
        user_namespaces: UserNamespaces::Work,
        id_ranges: IdRanges::Range { ids: 65_536 },
        mounts: Some(Mounts::Work),
        overlay: Some(Overlay {
            store: place("ext4", LayersTrial::Work),
            instead: None,
        }),
        network: Some(Network {
            bridge: None,
            nf_tables: None,
        }),
        cgroup: Cgroup::V2 {
            controllers: vec![Controller::Cpu, Controller::Memory, Controller::Pids],
            systemd: true,
        },
        disk: Disk {
            folder: "/home/ada/.local/share".into(),
            free_mib: 20_000,
            free_files: None,
        },
        sockets: Sockets::Work {
            folder: "/run/user/1000/plimsoll".into(),
        },
        loopback_ports: LoopbackPorts::From(1024),
        logout: Logout::Stays,
        lab: Some(LabTrial::Ready { milliseconds: 12 }),
    }
}

fn place(file_system: &str, tried: LayersTrial) -> OverlayPlace {
    OverlayPlace {
        folder: "/home/ada/.local/share".into(),
        file_system: file_system.to_owned(),
        tried,
    }
}

/// What is printed for the findings that are not fine.
fn complaints(facts: &Facts, language: Language) -> String {
    let mut findings = findings(facts, language);
    findings.retain(|finding| finding.status != Status::Fine);
    render(&findings, true)
}

/// A snapshot for each language.
fn told(name: &str, text: impl Fn(Language) -> String) {
    insta::assert_snapshot!(name, text(Language::English));
    insta::assert_snapshot!(format!("{name}_in_french"), text(Language::French));
}

fn denied(by: Restriction) -> Facts {
    Facts {
        user_namespaces: UserNamespaces::Denied {
            by,
            said: "Operation not permitted (os error 1)".to_owned(),
        },
        id_ranges: IdRanges::NotTried,
        mounts: None,
        overlay: None,
        network: None,
        lab: None,
        ..all_fine()
    }
}

#[test]
fn a_fine_machine() {
    told("a_fine_machine", |language| {
        let findings = findings(&all_fine(), language);
        assert_eq!(worst(&findings), Status::Fine);
        render(&findings, true)
    });
}

#[test]
fn a_terminal_without_utf8() {
    let mut facts = denied(Restriction::Unknown);
    facts.cgroup = Cgroup::None;
    told("a_terminal_without_utf8", |language| {
        render(&findings(&facts, language), false)
    });
}

#[test]
fn user_namespaces_denied() {
    let reasons = [
        Restriction::AppArmor,
        Restriction::CloneSwitch,
        Restriction::Limit,
        Restriction::Container,
        Restriction::Unknown,
    ];
    let app_armor = findings(&denied(Restriction::AppArmor), Language::English);
    assert_eq!(worst(&app_armor), Status::Broken);
    told("user_namespaces_denied", |language| {
        reasons
            .map(|by| complaints(&denied(by), language))
            .join("\n")
    });
}

#[test]
fn a_place_for_labs_that_takes_no_files() {
    let with = |tried, language| {
        complaints(
            &Facts {
                overlay: Some(Overlay {
                    store: place("ext4", tried),
                    instead: Some("/var/tmp".into()),
                }),
                ..all_fine()
            },
            language,
        )
    };
    let said = |text: &str| text.to_owned();
    let trials = [
        LayersTrial::NotYours {
            said: said("Permission denied (os error 13)"),
        },
        LayersTrial::ReadOnly {
            said: said("Read-only file system (os error 30)"),
        },
        LayersTrial::Full {
            said: said("Disk quota exceeded (os error 122)"),
        },
    ];
    told("a_place_for_labs_that_takes_no_files", |language| {
        let each = trials.iter().map(|tried| with(tried.clone(), language));
        each.collect::<Vec<_>>().join("\n")
    });
}

#[test]
fn users_in_containers() {
    let with = |id_ranges, language| {
        let facts = Facts {
            id_ranges,
            ..all_fine()
        };
        complaints(&facts, language)
    };
    let said = "`newuidmap` failed: newuidmap: write to uid_map failed".to_owned();
    told("users_in_containers", |language| {
        let said = said.clone();
        [
            with(IdRanges::NoHelper, language),
            with(IdRanges::NoRange { free: 165_536 }, language),
            with(IdRanges::HelperFails { said }, language),
        ]
        .join("\n")
    });
}

#[test]
fn mounts_and_layers() {
    let mounts = |mounts, language| {
        let facts = Facts {
            mounts: Some(mounts),
            ..all_fine()
        };
        complaints(&facts, language)
    };
    let layers = |instead: Option<PathBuf>, language| {
        let said = "Invalid argument (os error 22)".to_owned();
        let store = place("nfs4", LayersTrial::NoOverlay { said });
        let facts = Facts {
            overlay: Some(Overlay { store, instead }),
            ..all_fine()
        };
        complaints(&facts, language)
    };
    let said = "Operation not permitted (os error 1)".to_owned();
    told("mounts_and_layers", |language| {
        let said = || said.clone();
        [
            mounts(Mounts::NoMounts { said: said() }, language),
            mounts(Mounts::NoProc { said: said() }, language),
            layers(Some("/var/tmp".into()), language),
            layers(None, language),
        ]
        .join("\n")
    });
}

#[test]
fn network_and_ports() {
    let said = "Operation not supported (os error 95)".to_owned();
    let facts = Facts {
        network: Some(Network {
            bridge: Some(said.clone()),
            nf_tables: Some(said.clone()),
        }),
        loopback_ports: LoopbackPorts::None { said },
        ..all_fine()
    };
    told("network_and_ports", |language| complaints(&facts, language));
}

#[test]
fn limits() {
    let all = [
        Cgroup::V2 {
            controllers: vec![Controller::Memory, Controller::Pids],
            systemd: true,
        },
        Cgroup::V1 {
            controllers: vec![Controller::Pids],
        },
        Cgroup::V2NotDelegated { systemd: true },
        Cgroup::V2NotDelegated { systemd: false },
        Cgroup::V1NotAllowed,
        Cgroup::None,
    ];
    told("limits", |language| {
        let each = all.iter().map(|cgroup| {
            let facts = Facts {
                cgroup: cgroup.clone(),
                ..all_fine()
            };
            complaints(&facts, language)
        });
        each.collect::<Vec<_>>().join("\n")
    });
}

#[test]
fn disk_socket_logout_and_lab() {
    let disk = |free_mib, free_files, language| {
        let facts = Facts {
            disk: Disk {
                free_mib,
                free_files,
                ..all_fine().disk
            },
            ..all_fine()
        };
        complaints(&facts, language)
    };
    let rest = Facts {
        sockets: Sockets::Refused {
            said: "`/tmp/plimsoll-1000` belongs to uid 1001, not to you".to_owned(),
            mend: "export XDG_RUNTIME_DIR=/a/private/folder/on/a/local/disk".to_owned(),
        },
        logout: Logout::Killed {
            file: "/etc/systemd/logind.conf".into(),
        },
        lab: Some(LabTrial::Failed {
            said: "the lab's engine ended before it was ready".to_owned(),
        }),
        ..all_fine()
    };
    let held = Facts {
        logout: Logout::EndsWithManager,
        ..all_fine()
    };
    told("disk_socket_logout_and_lab", |language| {
        [
            disk(300, None, language),
            disk(10, None, language),
            disk(9_000, Some(12), language),
            complaints(&rest, language),
            complaints(&held, language),
        ]
        .join("\n")
    });
}

#[test]
fn an_old_kernel_is_told() {
    let facts = Facts {
        kernel: "5.4.0-190-generic".to_owned(),
        ..all_fine()
    };
    told("an_old_kernel_is_told", |language| {
        complaints(&facts, language)
    });
}
