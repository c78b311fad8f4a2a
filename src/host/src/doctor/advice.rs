//! From facts to lines for people: pure, and every text a snapshot.
//!
//! The one place where facts become words; the words are in `texts/`. Commands
//! and file contents that mend something are the same in every language.

use std::path::Path;

use plimsoll_text::Language;
use serde::Serialize;

use super::facts::{
    Cgroup, Disk, Facts, IdRanges, LabTrial, LayersTrial, Logout, LoopbackPorts, Mounts, Network,
    Overlay, Restriction, Sockets, UserNamespaces,
};
use crate::cgroup::Controller;
use crate::words;

/// How bad a finding is; the worst counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Fine,
    /// Works differently; said how.
    Limited,
    /// Labs cannot run.
    Broken,
}

impl Status {
    /// A mark that needs no colour.
    #[must_use]
    pub fn mark(self, utf8: bool) -> &'static str {
        match (self, utf8) {
            (Self::Fine, true) => "✓",
            (Self::Fine, false) => "[x]",
            (Self::Limited, true) => "!",
            (Self::Limited, false) => "[!]",
            (Self::Broken, true) => "✗",
            (Self::Broken, false) => "[-]",
        }
    }
}

/// One line of the report and what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stable, for `--json`.
    pub id: &'static str,
    pub subject: String,
    pub status: Status,
    pub found: String,
    /// What it means for labs.
    pub meaning: Vec<String>,
    /// Exact commands or file contents that mend it.
    pub mend: Vec<String>,
}

/// Free space below which a first pull may fail, and below which it will.
const TIGHT_MIB: u64 = 1024;
const TOO_LITTLE_MIB: u64 = 128;
const TOO_FEW_FILES: u64 = 5_000;

/// All findings, in the order in which they should be mended.
#[must_use]
pub fn findings(facts: &Facts, language: Language) -> Vec<Finding> {
    let with = Advice { language };
    let mut all = vec![with.kernel(&facts.kernel), with.user_namespaces(facts)];
    all.extend(with.id_ranges(facts));
    all.extend(facts.mounts.as_ref().map(|mounts| with.mounts(mounts)));
    all.extend(facts.overlay.as_ref().map(|overlay| with.overlay(overlay)));
    all.extend(facts.network.as_ref().map(|network| with.bridge(network)));
    all.extend(
        facts
            .network
            .as_ref()
            .map(|network| with.nf_tables(network)),
    );
    all.push(with.cgroup(&facts.cgroup, &facts.user));
    all.push(with.disk(&facts.disk));
    all.push(with.sockets(&facts.sockets));
    all.push(with.loopback_ports(&facts.loopback_ports));
    all.push(with.logout(&facts.logout, &facts.user));
    all.extend(facts.lab.as_ref().map(|lab| with.lab(lab)));
    all
}

impl Finding {
    fn means(mut self, text: &str) -> Self {
        self.meaning.extend(text.lines().map(str::to_owned));
        self
    }

    fn mend(mut self, lines: &[&str]) -> Self {
        self.mend
            .extend(lines.iter().map(|line| (*line).to_owned()));
        self
    }
}

fn version(release: &str) -> (u32, u32) {
    let mut numbers = release
        .split(|character: char| !character.is_ascii_digit())
        .map(|number| number.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

/// The profile names this very file: a moved file needs another (AppArmor 4.0,
/// `userns` rule).
fn app_armor(denied: Finding, binary: &Path) -> Finding {
    let path = binary.display();
    denied.mend(&[
        "sudo tee /etc/apparmor.d/plimsoll <<'EOF'",
        "abi <abi/4.0>,",
        "include <tunables/global>",
        &format!("profile plimsoll \"{path}\" flags=(unconfined) {{"),
        "  userns,",
        "}",
        "EOF",
        "sudo apparmor_parser -r /etc/apparmor.d/plimsoll",
    ])
}

fn listed(controllers: &[Controller]) -> String {
    let names: Vec<&str> = controllers.iter().map(|one| one.name()).collect();
    names.join(", ")
}

/// What turns facts into findings of one language.
#[derive(Clone, Copy)]
struct Advice {
    language: Language,
}

/// A finding of one subject, before it is known how bad it is.
struct Of {
    id: &'static str,
    subject: String,
}

fn of(id: &'static str, subject: String) -> Of {
    Of { id, subject }
}

impl Of {
    fn is(self, status: Status, found: String) -> Finding {
        Finding {
            id: self.id,
            subject: self.subject,
            status,
            found,
            meaning: Vec::new(),
            mend: Vec::new(),
        }
    }

    fn fine(self, found: String) -> Finding {
        self.is(Status::Fine, found)
    }

    fn limited(self, found: String) -> Finding {
        self.is(Status::Limited, found)
    }

    fn broken(self, found: String) -> Finding {
        self.is(Status::Broken, found)
    }
}

impl Advice {
    fn kernel(self, release: &str) -> Finding {
        let of = of("kernel", words::doctor_kernel(self.language));
        let found = format!("Linux {release}");
        if version(release) >= (5, 11) {
            return of.fine(found);
        }
        of.broken(found).means(&words::kernel_old(self.language))
    }

    fn user_namespaces(self, facts: &Facts) -> Finding {
        let language = self.language;
        let of = of("user-namespaces", words::doctor_user_namespaces(language));
        let (by, said) = match &facts.user_namespaces {
            UserNamespaces::Work => return of.fine(words::user_namespaces_allowed(language)),
            UserNamespaces::Denied { by, said } => (*by, said.as_str()),
        };
        let denied = of
            .broken(words::user_namespaces_denied(language, said))
            .means(&words::user_namespaces_needed(language));
        match by {
            Restriction::AppArmor => app_armor(
                denied.means(&words::user_namespaces_app_armor(language)),
                &facts.binary,
            ),
            Restriction::CloneSwitch => denied.mend(&[
                "sudo sysctl -w kernel.unprivileged_userns_clone=1",
                "echo kernel.unprivileged_userns_clone=1 | sudo tee /etc/sysctl.d/60-plimsoll.conf",
            ]),
            Restriction::Limit => denied.mend(&[
                "sudo sysctl -w user.max_user_namespaces=15000",
                "echo user.max_user_namespaces=15000 | sudo tee /etc/sysctl.d/60-plimsoll.conf",
            ]),
            Restriction::Container => denied
                .means(&words::user_namespaces_container(language))
                .mend(&[
                    "docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined \\",
                    "           --security-opt systempaths=unconfined ...",
                ]),
            Restriction::Unknown => denied.means(&words::user_namespaces_unknown(language)),
        }
    }

    fn id_ranges(self, facts: &Facts) -> Option<Finding> {
        let language = self.language;
        let of = of("id-range", words::doctor_id_range(language));
        let user = facts.user.as_str();
        let single =
            |of: Of, found: String| of.limited(found).means(&words::id_range_single(language));
        Some(match &facts.id_ranges {
            IdRanges::NotTried => return None,
            IdRanges::Range { ids } => of.fine(words::id_range_found(language, ids.to_string())),
            IdRanges::NoHelper => single(of, words::id_range_no_helper(language)).mend(&[
                "sudo apt install uidmap        (Debian, Ubuntu)",
                "sudo dnf install shadow-utils  (Fedora)",
            ]),
            IdRanges::NoRange { free } => {
                let ids = format!("{free}-{}", free.saturating_add(65_535));
                single(of, words::id_range_none(language, user)).mend(&[&format!(
                    "sudo usermod --add-subuids {ids} --add-subgids {ids} {user}"
                )])
            }
            IdRanges::HelperFails { said } => single(of, said.clone())
                .mend(&["sudo chmod u+s /usr/bin/newuidmap /usr/bin/newgidmap"]),
        })
    }

    fn mounts(self, mounts: &Mounts) -> Finding {
        let language = self.language;
        let of = of("mounts", words::doctor_mounts(language));
        match mounts {
            Mounts::Work => of.fine(words::mounts_allowed(language)),
            Mounts::NoMounts { said } => of
                .broken(words::mounts_denied(language, said.as_str()))
                .means(&words::mounts_needed(language)),
            Mounts::NoProc { said } => of
                .broken(words::mounts_no_proc(language, said.as_str()))
                .means(&words::mounts_hidden_proc(language))
                .mend(&["docker run --security-opt systempaths=unconfined ..."]),
        }
    }

    fn overlay(self, overlay: &Overlay) -> Finding {
        let language = self.language;
        let of = of("overlay", words::doctor_overlay(language));
        let place = &overlay.store;
        let on = format!("{} ({})", place.folder.display(), place.file_system);
        let (found, meaning) = match &place.tried {
            LayersTrial::Work => return of.fine(words::overlay_works(language, on)),
            LayersTrial::NotYours { said } => (
                words::overlay_not_yours(language, on, said.as_str()),
                words::overlay_not_yours_means(language),
            ),
            LayersTrial::ReadOnly { said } => (
                words::overlay_read_only(language, on, said.as_str()),
                words::overlay_read_only_means(language),
            ),
            LayersTrial::Full { said } => (
                words::overlay_full(language, on, said.as_str()),
                words::overlay_full_means(language),
            ),
            LayersTrial::NoOverlay { said } => (
                words::overlay_none(language, on, said.as_str()),
                words::overlay_none_means(language),
            ),
        };
        let broken = of.broken(found).means(&meaning);
        match &overlay.instead {
            Some(folder) => broken
                .means(&words::overlay_instead(language))
                .mend(&[&format!(
                    "export PLIMSOLL_HOME={}",
                    folder.join("plimsoll").display()
                )]),
            None => broken
                .means(&words::overlay_local(language))
                .mend(&["export PLIMSOLL_HOME=/local/disk/plimsoll"]),
        }
    }

    fn bridge(self, network: &Network) -> Finding {
        let language = self.language;
        let of = of("network", words::doctor_network(language));
        match &network.bridge {
            None => of.fine(words::network_works(language)),
            Some(said) => of
                .broken(words::network_fails(language, said.as_str()))
                .means(&words::network_fails_means(language))
                .mend(&["sudo modprobe bridge veth"]),
        }
    }

    fn nf_tables(self, network: &Network) -> Finding {
        let language = self.language;
        let of = of("nf-tables", words::doctor_nf_tables(language));
        match &network.nf_tables {
            None => of.fine(words::nf_tables_work(language)),
            Some(said) => of
                .limited(words::nf_tables_fail(language, said.as_str()))
                .means(&words::nf_tables_fail_means(language))
                .mend(&["sudo modprobe nf_tables"]),
        }
    }

    fn cgroup(self, cgroup: &Cgroup, user: &str) -> Finding {
        let language = self.language;
        let of = of("cgroup", words::doctor_cgroup(language));
        match cgroup {
            Cgroup::V2 {
                controllers,
                systemd,
            } => {
                let found = words::cgroup_v2(language, listed(controllers));
                let finding = self.held(of, found, controllers);
                match *systemd && finding.status != Status::Fine {
                    true => self.delegate(finding),
                    false => finding,
                }
            }
            Cgroup::V1 { controllers } => {
                let found = words::cgroup_v1(language, listed(controllers));
                self.held(of, found, controllers)
            }
            Cgroup::V2NotDelegated { systemd: true } => of
                .limited(words::cgroup_v2_not_delegated(language))
                .means(&words::cgroup_means(language))
                .means(&words::cgroup_manager(language))
                .mend(&[
                    &format!("loginctl enable-linger {user}"),
                    "sudo apt install dbus-user-session   (Debian, Ubuntu)",
                ]),
            Cgroup::V2NotDelegated { systemd: false } => of
                .limited(words::cgroup_v2_not_delegated(language))
                .means(&words::cgroup_means(language)),
            Cgroup::V1NotAllowed => of
                .limited(words::cgroup_v1_not_allowed(language))
                .means(&words::cgroup_means(language))
                .means(&words::cgroup_v1_to_v2(language)),
            Cgroup::None => of
                .limited(words::cgroup_none(language))
                .means(&words::cgroup_means(language)),
        }
    }

    /// What the missing controllers mean.
    fn held(self, of: Of, found: String, controllers: &[Controller]) -> Finding {
        let language = self.language;
        let has = |controller| controllers.contains(&controller);
        let (memory, cpu) = (has(Controller::Memory), has(Controller::Cpu));
        let mut finding = match memory && cpu {
            true => of.fine(found),
            false => of.limited(found),
        };
        if !memory {
            finding = finding.means(&words::cgroup_no_memory(language));
        }
        if !cpu {
            finding = finding.means(&words::cgroup_no_cpu(language));
        }
        finding
    }

    /// How an administrator hands controllers to the managers of users
    /// (systemd.resource-control(5), `Delegate=`).
    fn delegate(self, finding: Finding) -> Finding {
        let folder = "/etc/systemd/system/user@.service.d";
        finding
            .means(&words::cgroup_delegate(self.language))
            .mend(&[
                &format!("sudo mkdir -p {folder}"),
                &format!("sudo tee {folder}/delegate.conf <<'EOF'"),
                "[Service]",
                "Delegate=cpu cpuset io memory pids",
                "EOF",
                "sudo systemctl daemon-reload",
            ])
    }

    fn disk(self, disk: &Disk) -> Finding {
        let language = self.language;
        let Disk {
            folder,
            free_mib,
            free_files,
        } = disk;
        let few_files = free_files.is_some_and(|files| files < TOO_FEW_FILES);
        let status = match free_mib {
            0..TOO_LITTLE_MIB => Status::Broken,
            _ if few_files => Status::Broken,
            TOO_LITTLE_MIB..TIGHT_MIB => Status::Limited,
            _ => Status::Fine,
        };
        let folder = folder.display().to_string();
        let found = words::disk_free(language, folder, free_mib.to_string());
        let finding = of("disk", words::doctor_disk(language)).is(status, found);
        match status {
            Status::Fine => finding,
            _ if few_files => finding.means(&words::disk_few_files(language)),
            Status::Limited => finding.means(&words::disk_tight(language)),
            Status::Broken => finding
                .means(&words::disk_too_little(language))
                .mend(&["export PLIMSOLL_HOME=/other/disk/plimsoll"]),
        }
    }

    fn sockets(self, sockets: &Sockets) -> Finding {
        let of = of("socket", words::doctor_socket(self.language));
        match sockets {
            Sockets::Work { folder } => of.fine(folder.display().to_string()),
            Sockets::Refused { said, mend } => of
                .broken(said.clone())
                .means(&words::socket_needed(self.language))
                .mend(&[mend]),
        }
    }

    fn loopback_ports(self, ports: &LoopbackPorts) -> Finding {
        let language = self.language;
        let of = of("ports", words::doctor_ports(language));
        match ports {
            LoopbackPorts::From(0..=80) => of.fine(words::ports_as_published(language)),
            LoopbackPorts::From(first) => of.fine(words::ports_from(language, first.to_string())),
            LoopbackPorts::None { said } => of
                .limited(words::ports_none(language, said.as_str()))
                .means(&words::ports_none_means(language)),
        }
    }

    fn logout(self, logout: &Logout, user: &str) -> Finding {
        let language = self.language;
        let of = of("logout", words::doctor_logout(language));
        match logout {
            Logout::Stays => of.fine(words::logout_stays(language)),
            Logout::Killed { file } => of
                .limited(words::logout_ends(language, file.display().to_string()))
                .means(&words::logout_ends_means(language))
                .mend(&[&format!("loginctl enable-linger {user}")]),
            Logout::EndsWithManager => of
                .limited(words::logout_ends_with_manager(language))
                .means(&words::logout_ends_means(language))
                .mend(&[&format!("loginctl enable-linger {user}")]),
        }
    }

    fn lab(self, lab: &LabTrial) -> Finding {
        let language = self.language;
        let of = of("lab", words::doctor_lab(language));
        match lab {
            LabTrial::Ready { milliseconds } => {
                of.fine(words::lab_ready(language, milliseconds.to_string()))
            }
            LabTrial::Failed { said } => of
                .broken(said.clone())
                .means(&words::lab_failed_means(language)),
        }
    }
}

#[cfg(test)]
mod tests;
