//! From facts to lines for people: pure, and every text a snapshot.

use std::path::Path;

use serde::Serialize;

use super::facts::{
    Cgroup, Disk, Facts, IdRanges, LabTrial, LayersTrial, Logout, LoopbackPorts, Mounts, Network,
    Overlay, Restriction, Sockets, UserNamespaces,
};

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
    pub subject: &'static str,
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
pub fn findings(facts: &Facts) -> Vec<Finding> {
    let mut all = vec![kernel(&facts.kernel), user_namespaces(facts)];
    all.extend(id_ranges(facts));
    all.extend(facts.mounts.as_ref().map(mounts));
    all.extend(facts.overlay.as_ref().map(overlay));
    all.extend(facts.network.as_ref().map(bridge));
    all.extend(facts.network.as_ref().map(nf_tables));
    all.push(cgroup(&facts.cgroup));
    all.push(disk(&facts.disk));
    all.push(sockets(&facts.sockets));
    all.push(loopback_ports(&facts.loopback_ports));
    all.push(logout(&facts.logout, &facts.user));
    all.extend(facts.lab.as_ref().map(lab));
    all
}

fn finding(id: &'static str, subject: &'static str, status: Status, found: &str) -> Finding {
    Finding {
        id,
        subject,
        status,
        found: found.to_owned(),
        meaning: Vec::new(),
        mend: Vec::new(),
    }
}

impl Finding {
    fn means(mut self, text: &str) -> Self {
        self.meaning.push(text.to_owned());
        self
    }

    fn mend(mut self, lines: &[&str]) -> Self {
        self.mend
            .extend(lines.iter().map(|line| (*line).to_owned()));
        self
    }
}

fn kernel(release: &str) -> Finding {
    let found = format!("Linux {release}");
    if version(release) >= (5, 11) {
        return finding("kernel", "kernel", Status::Fine, &found);
    }
    finding("kernel", "kernel", Status::Broken, &found)
        .means("Labs need Linux 5.11 or newer. Lessons, questions and the book work without.")
}

fn version(release: &str) -> (u32, u32) {
    let mut numbers = release
        .split(|character: char| !character.is_ascii_digit())
        .map(|number| number.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

fn user_namespaces(facts: &Facts) -> Finding {
    let (id, subject) = ("user-namespaces", "user namespaces");
    let (by, said) = match &facts.user_namespaces {
        UserNamespaces::Work => return finding(id, subject, Status::Fine, "allowed"),
        UserNamespaces::Denied { by, said } => (*by, said),
    };
    let denied = finding(id, subject, Status::Broken, &format!("denied: {said}"))
        .means("Labs cannot run without. Lessons, questions, the book and --engine work.");
    match by {
        Restriction::AppArmor => app_armor(denied, &facts.binary),
        Restriction::CloneSwitch => denied.mend(&[
            "sudo sysctl -w kernel.unprivileged_userns_clone=1",
            "echo kernel.unprivileged_userns_clone=1 | sudo tee /etc/sysctl.d/60-plimsoll.conf",
        ]),
        Restriction::Limit => denied.mend(&[
            "sudo sysctl -w user.max_user_namespaces=15000",
            "echo user.max_user_namespaces=15000 | sudo tee /etc/sysctl.d/60-plimsoll.conf",
        ]),
        Restriction::Container => denied
            .means("This is inside a container whose filter forbids it. Start that container with:")
            .mend(&[
                "docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined \\",
                "           --security-opt systempaths=unconfined ...",
            ]),
        Restriction::Unknown => denied.means("Ask your administrator which policy denies them."),
    }
}

/// The profile names this very file: a moved file needs another (AppArmor 4.0,
/// `userns` rule).
fn app_armor(denied: Finding, binary: &Path) -> Finding {
    let path = binary.display();
    denied
        .means("AppArmor reserves them for programs with a profile. This one is for this file:")
        .mend(&[
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

fn id_ranges(facts: &Facts) -> Option<Finding> {
    let (id, subject) = ("id-range", "users in containers");
    let user = &facts.user;
    let single = |found: &str| {
        finding(id, subject, Status::Limited, found).means(
            "Containers have one real user; other owners are emulated. apt and nginx work all the same.",
        )
    };
    Some(match &facts.id_ranges {
        IdRanges::NotTried => return None,
        IdRanges::Range { ids } => {
            finding(id, subject, Status::Fine, &format!("a range of {ids} ids"))
        }
        IdRanges::NoHelper => single("newuidmap and newgidmap are not installed").mend(&[
            "sudo apt install uidmap        (Debian, Ubuntu)",
            "sudo dnf install shadow-utils  (Fedora)",
        ]),
        IdRanges::NoRange { free } => {
            let ids = format!("{free}-{}", free.saturating_add(65_535));
            single(&format!(
                "no range for {user} in /etc/subuid and /etc/subgid"
            ))
            .mend(&[&format!(
                "sudo usermod --add-subuids {ids} --add-subgids {ids} {user}"
            )])
        }
        IdRanges::HelperFails { said } => {
            single(said).mend(&["sudo chmod u+s /usr/bin/newuidmap /usr/bin/newgidmap"])
        }
    })
}

fn mounts(mounts: &Mounts) -> Finding {
    let (id, subject) = ("mounts", "mounts");
    match mounts {
        Mounts::Work => finding(
            id,
            subject,
            Status::Fine,
            "allowed, and a /proc of the lab's own",
        ),
        Mounts::NoMounts { said } => {
            finding(id, subject, Status::Broken, &format!("denied: {said}"))
                .means("Labs cannot run without. Ask your administrator which policy denies them.")
        }
        Mounts::NoProc { said } => finding(
            id,
            subject,
            Status::Broken,
            &format!("no /proc of the lab's own: {said}"),
        )
        .means("This is inside a container that hides parts of /proc. Start it with:")
        .mend(&["docker run --security-opt systempaths=unconfined ..."]),
    }
}

fn overlay(overlay: &Overlay) -> Finding {
    let (id, subject) = ("overlay", "layers");
    let place = &overlay.store;
    let on = format!("{} ({})", place.folder.display(), place.file_system);
    let broken = |what: &str, said: &str, meaning: &str| {
        let found = format!("{what} {on}: {said}");
        finding(id, subject, Status::Broken, &found).means(meaning)
    };
    let broken = match &place.tried {
        LayersTrial::Work => {
            return finding(id, subject, Status::Fine, &format!("overlay works on {on}"));
        }
        LayersTrial::NotYours { said } => broken(
            "you may make nothing in",
            said,
            "Images and labs are kept there. `ls -ld` shows whose it is.",
        ),
        LayersTrial::ReadOnly { said } => broken(
            "nothing can be made on",
            said,
            "It is mounted read-only, or became so after an error of the disk: see `dmesg`.",
        ),
        LayersTrial::Full { said } => broken(
            "no room on",
            said,
            "The disk or your quota is full: `df -h` and `quota` say which.",
        ),
        LayersTrial::NoOverlay { said } => broken(
            "no overlay on",
            said,
            "Images cannot be stacked there: not on NFS, eCryptfs, or an overlay itself.",
        ),
    };
    match &overlay.instead {
        Some(folder) => broken
            .means("It works here; put this into ~/.profile:")
            .mend(&[&format!(
                "export PLIMSOLL_HOME={}",
                folder.join("plimsoll").display()
            )]),
        None => broken
            .means("Give Plimsoll a folder on a local disk:")
            .mend(&["export PLIMSOLL_HOME=/local/disk/plimsoll"]),
    }
}

fn bridge(network: &Network) -> Finding {
    let (id, subject) = ("network", "lab network");
    match &network.bridge {
        None => finding(id, subject, Status::Fine, "bridge and virtual cables work"),
        Some(said) => finding(
            id,
            subject,
            Status::Broken,
            &format!("cannot be made: {said}"),
        )
        .means("Containers could only run with --network none or host.")
        .mend(&["sudo modprobe bridge veth"]),
    }
}

fn nf_tables(network: &Network) -> Finding {
    let (id, subject) = ("nf-tables", "way out");
    match &network.nf_tables {
        None => finding(id, subject, Status::Fine, "nf_tables works in a lab"),
        Some(said) => finding(
            id,
            subject,
            Status::Limited,
            &format!("no nf_tables: {said}"),
        )
        .means("Containers will reach the network outside by http_proxy only.")
        .mend(&["sudo modprobe nf_tables"]),
    }
}

/// Labs use none yet, whatever the machine gives: so there is nothing to mend.
fn cgroup(cgroup: &Cgroup) -> Finding {
    let (status, has) = match cgroup {
        Cgroup::V2 { controllers } => {
            let has = format!("cgroup v2, delegated: {}", controllers.join(", "));
            (Status::Fine, has)
        }
        Cgroup::V1 => (Status::Fine, "cgroup v1, as root".to_owned()),
        Cgroup::V2NotDelegated { .. } => {
            let has = "cgroup v2, but not delegated to you";
            (Status::Limited, has.to_owned())
        }
        Cgroup::V1NotAllowed => {
            let has = "cgroup v1, which ordinary users may not use";
            (Status::Limited, has.to_owned())
        }
        Cgroup::None => (Status::Limited, "no cgroups here".to_owned()),
    };
    finding("cgroup", "limits", status, &has)
        .means("Labs do not use cgroups yet: process counts are held, --memory holds for each")
        .means("process, --cpus is ignored.")
}

fn disk(disk: &Disk) -> Finding {
    let (id, subject) = ("disk", "disk");
    let Disk {
        folder,
        free_mib,
        free_files,
    } = disk;
    let found = format!("{free_mib} MiB free for {}", folder.display());
    let few_files = free_files.is_some_and(|files| files < TOO_FEW_FILES);
    let status = match free_mib {
        0..TOO_LITTLE_MIB => Status::Broken,
        _ if few_files => Status::Broken,
        TOO_LITTLE_MIB..TIGHT_MIB => Status::Limited,
        _ => Status::Fine,
    };
    let finding = finding(id, subject, status, &found);
    match status {
        Status::Fine => finding,
        _ if few_files => finding.means("Hardly any files can be made there (inodes, or a quota)."),
        Status::Limited => finding.means("Enough for the labs, not for large images."),
        Status::Broken => finding
            .means("Too little for the first image. Free some, or take another disk:")
            .mend(&["export PLIMSOLL_HOME=/other/disk/plimsoll"]),
    }
}

fn sockets(sockets: &Sockets) -> Finding {
    let (id, subject) = ("socket", "socket");
    match sockets {
        Sockets::Work { folder } => {
            finding(id, subject, Status::Fine, &folder.display().to_string())
        }
        Sockets::Refused { said, mend } => finding(id, subject, Status::Broken, said)
            .means("Clients could not reach a lab.")
            .mend(&[mend]),
    }
}

fn loopback_ports(ports: &LoopbackPorts) -> Finding {
    let (id, subject) = ("ports", "ports outside");
    match ports {
        LoopbackPorts::From(0..=80) => finding(
            id,
            subject,
            Status::Fine,
            "a port published in a lab is offered at its number",
        ),
        LoopbackPorts::From(first) => finding(
            id,
            subject,
            Status::Fine,
            &format!(
                "ports from {first} keep their number outside; others get a free one, printed"
            ),
        ),
        LoopbackPorts::None { said } => {
            let found = format!("none can be offered: {said}");
            finding(id, subject, Status::Limited, &found).means("In the lab itself they work.")
        }
    }
}

fn logout(logout: &Logout, user: &str) -> Finding {
    let (id, subject) = ("logout", "logout");
    match logout {
        Logout::Stays => finding(id, subject, Status::Fine, "a lab goes on when you log out"),
        Logout::Killed { file } => {
            let found = format!("a lab ends when you log out ({})", file.display());
            finding(id, subject, Status::Limited, &found)
                .means("Nothing is lost: it starts again by itself. To keep it running:")
                .mend(&[&format!("loginctl enable-linger {user}")])
        }
    }
}

fn lab(lab: &LabTrial) -> Finding {
    let (id, subject) = ("lab", "a lab, tried");
    match lab {
        LabTrial::Ready { milliseconds } => {
            let found = format!("ready after {milliseconds} ms, ended, nothing left");
            finding(id, subject, Status::Fine, &found)
        }
        LabTrial::Failed { said } => finding(id, subject, Status::Broken, said)
            .means("If every line above is fine, this is a fault of Plimsoll: please report it."),
    }
}

#[cfg(test)]
mod tests;
