//! Where this process is in the cgroup trees (cgroups(7)). Pure but for
//! [`hierarchies`], which reads the two files.

use std::path::{Path, PathBuf};

use super::Controller;

/// One tree, and where this process is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hierarchy {
    /// Of v1: what it is for. Empty in v2, where a file says it.
    pub controllers: Vec<Controller>,
    /// Where it is mounted.
    pub mount: PathBuf,
    /// The directory of this process' own cgroup.
    pub own: PathBuf,
    unified: bool,
}

impl Hierarchy {
    /// Whether this is the tree of cgroup v2.
    pub(crate) fn is_unified(&self) -> bool {
        self.unified
    }
}

/// Every tree that is mounted and that this process can be seen in.
pub(crate) fn hierarchies() -> Vec<Hierarchy> {
    let read = |path| std::fs::read_to_string(path).unwrap_or_default();
    parse(&read("/proc/self/cgroup"), &read("/proc/self/mountinfo"))
}

fn parse(groups: &str, mounts: &str) -> Vec<Hierarchy> {
    let mut all: Vec<Hierarchy> = Vec::new();
    for mount in mounts.lines().filter_map(Mount::parse) {
        let Some(group) = groups.lines().find_map(|line| mount.own_group(line)) else {
            continue;
        };
        // Outside our cgroup namespace, or of what is mounted here.
        let Ok(below) = group.strip_prefix(&mount.root) else {
            continue;
        };
        if below.components().any(|part| part.as_os_str() == "..") {
            continue;
        }
        let own: PathBuf = mount.point.components().chain(below.components()).collect();
        if all.iter().all(|known| known.own != own) {
            let controllers = mount
                .options
                .iter()
                .filter_map(|word| Controller::of_name(word));
            all.push(Hierarchy {
                controllers: controllers.collect(),
                unified: mount.unified,
                mount: mount.point,
                own,
            });
        }
    }
    all
}

/// A line of proc_pid_mountinfo(5) that is about cgroups.
struct Mount {
    unified: bool,
    root: PathBuf,
    point: PathBuf,
    options: Vec<String>,
}

impl Mount {
    fn parse(line: &str) -> Option<Self> {
        let (own, of_super) = line.split_once(" - ")?;
        let mut own = own.split(' ').skip(3);
        let (root, point) = (own.next()?, own.next()?);
        let mut of_super = of_super.split(' ');
        let unified = match of_super.next()? {
            "cgroup" => false,
            "cgroup2" => true,
            _ => return None,
        };
        let options = of_super.nth(1).unwrap_or_default();
        Some(Self {
            unified,
            root: unescaped(root),
            point: unescaped(point),
            options: options.split(',').map(str::to_owned).collect(),
        })
    }

    /// The path in a line `ID:CONTROLLERS:PATH`, if it is about this tree.
    fn own_group<'line>(&self, line: &'line str) -> Option<&'line Path> {
        let (id, rest) = line.split_once(':')?;
        let (controllers, path) = rest.split_once(':')?;
        let this = match self.unified {
            true => id == "0" && controllers.is_empty(),
            false => {
                !controllers.is_empty()
                    && controllers
                        .split(',')
                        .all(|one| self.options.iter().any(|option| option == one))
            }
        };
        this.then(|| Path::new(path))
    }
}

/// Space, tab, newline and backslash stand there as `\040` and the like.
fn unescaped(text: &str) -> PathBuf {
    let escapes = [
        ("\\040", " "),
        ("\\011", "\t"),
        ("\\012", "\n"),
        ("\\134", "\\"),
    ];
    let mut plain = text.to_owned();
    for (escape, character) in escapes {
        plain = plain.replace(escape, character);
    }
    PathBuf::from(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hybrid_machine_has_v1_trees_and_an_unused_v2_tree() {
        let groups = "9:name=systemd:/\n4:memory:/jobs/7\n2:cpu,cpuacct:/\n0::/\n";
        let mounts = "\
31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory
40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd
41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate
";
        let found = parse(groups, mounts);
        let told: Vec<_> = found
            .iter()
            .map(|one| (one.own.to_str().expect("text"), one.is_unified()))
            .collect();
        assert_eq!(
            told,
            [
                ("/sys/fs/cgroup/cpu,cpuacct", false),
                ("/sys/fs/cgroup/memory/jobs/7", false),
                ("/sys/fs/cgroup/systemd", false),
                ("/sys/fs/cgroup/unified", true),
            ]
        );
        assert_eq!(found[0].controllers, [Controller::Cpu, Controller::Cpuacct]);
        assert!(found[2].controllers.is_empty());
    }

    #[test]
    fn in_a_container_the_mount_shows_a_part_of_the_tree() {
        let mounts = "9 8 0:1 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw\n";
        let found = parse("0::/docker/abc/leaf\n", mounts);
        assert_eq!(found[0].own, Path::new("/sys/fs/cgroup/leaf"));
        assert_eq!(found[0].mount, Path::new("/sys/fs/cgroup"));
        // A cgroup namespace that does not hold us.
        assert_eq!(parse("0::/../other\n", mounts), []);
        let whole = mounts.replace("/docker/abc", "/");
        assert_eq!(parse("0::/../other\n", &whole), []);
    }

    #[test]
    fn mount_points_are_read_with_their_escapes() {
        let mounts = "9 8 0:1 / /a\\040b rw - cgroup2 cgroup rw\n";
        assert_eq!(parse("0::/\n", mounts)[0].own, Path::new("/a b"));
    }
}
