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
            controllers: ["cpu", "memory", "pids"].map(str::to_owned).to_vec(),
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
fn complaints(facts: &Facts) -> String {
    let mut findings = findings(facts);
    findings.retain(|finding| finding.status != Status::Fine);
    render(&findings, true)
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
    let findings = findings(&all_fine());
    assert_eq!(worst(&findings), Status::Fine);
    insta::assert_snapshot!(render(&findings, true));
}

#[test]
fn a_terminal_without_utf8() {
    let mut facts = denied(Restriction::Unknown);
    facts.cgroup = Cgroup::None;
    insta::assert_snapshot!(render(&findings(&facts), false));
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
    let text: Vec<String> = reasons.iter().map(|by| complaints(&denied(*by))).collect();
    assert_eq!(
        worst(&findings(&denied(Restriction::AppArmor))),
        Status::Broken
    );
    insta::assert_snapshot!(text.join("\n"));
}

#[test]
fn a_place_for_labs_that_takes_no_files() {
    let with = |tried| {
        complaints(&Facts {
            overlay: Some(Overlay {
                store: place("ext4", tried),
                instead: Some("/var/tmp".into()),
            }),
            ..all_fine()
        })
    };
    let said = |text: &str| text.to_owned();
    let told = [
        with(LayersTrial::NotYours {
            said: said("Permission denied (os error 13)"),
        }),
        with(LayersTrial::ReadOnly {
            said: said("Read-only file system (os error 30)"),
        }),
        with(LayersTrial::Full {
            said: said("Disk quota exceeded (os error 122)"),
        }),
    ]
    .join("\n");
    insta::assert_snapshot!(told);
}

#[test]
fn users_in_containers() {
    let with = |id_ranges| {
        complaints(&Facts {
            id_ranges,
            ..all_fine()
        })
    };
    let said = "`newuidmap` failed: newuidmap: write to uid_map failed".to_owned();
    insta::assert_snapshot!(
        [
            with(IdRanges::NoHelper),
            with(IdRanges::NoRange { free: 165_536 }),
            with(IdRanges::HelperFails { said })
        ]
        .join("\n")
    );
}

#[test]
fn mounts_and_layers() {
    let mounts = |mounts| {
        complaints(&Facts {
            mounts: Some(mounts),
            ..all_fine()
        })
    };
    let layers = |instead: Option<PathBuf>| {
        let said = "Invalid argument (os error 22)".to_owned();
        let store = place("nfs4", LayersTrial::NoOverlay { said });
        complaints(&Facts {
            overlay: Some(Overlay { store, instead }),
            ..all_fine()
        })
    };
    let said = "Operation not permitted (os error 1)".to_owned();
    insta::assert_snapshot!(
        [
            mounts(Mounts::NoMounts { said: said.clone() }),
            mounts(Mounts::NoProc { said }),
            layers(Some("/var/tmp".into())),
            layers(None)
        ]
        .join("\n")
    );
}

#[test]
fn network_and_ports() {
    let said = "Operation not supported (os error 95)".to_owned();
    insta::assert_snapshot!(complaints(&Facts {
        network: Some(Network {
            bridge: Some(said.clone()),
            nf_tables: Some(said.clone()),
        }),
        loopback_ports: LoopbackPorts::None { said },
        ..all_fine()
    }));
}

#[test]
fn limits() {
    let with = |cgroup| {
        complaints(&Facts {
            cgroup,
            ..all_fine()
        })
    };
    insta::assert_snapshot!(
        [
            with(Cgroup::V2 {
                controllers: vec!["memory".to_owned(), "pids".to_owned()]
            }),
            with(Cgroup::V2NotDelegated { systemd: true }),
            with(Cgroup::V2NotDelegated { systemd: false }),
            with(Cgroup::V1NotAllowed),
            with(Cgroup::None),
        ]
        .join("\n")
    );
}

#[test]
fn disk_socket_logout_and_lab() {
    let disk = |free_mib, free_files| {
        complaints(&Facts {
            disk: Disk {
                free_mib,
                free_files,
                ..all_fine().disk
            },
            ..all_fine()
        })
    };
    let rest = complaints(&Facts {
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
    });
    insta::assert_snapshot!(
        [disk(300, None), disk(10, None), disk(9_000, Some(12)), rest].join("\n")
    );
}

#[test]
fn an_old_kernel_is_told() {
    let facts = Facts {
        kernel: "5.4.0-190-generic".to_owned(),
        ..all_fine()
    };
    insta::assert_snapshot!(complaints(&facts));
}
