//! The reduced view in which a stranger's submission is graded.
//!
//! PID 1 builds a root of its own and pivots into it: the system's programs
//! read-only, an `/etc` with what programs need and nobody's names, devices, and
//! one sized tmpfs for everything that may be written. Nothing else of the
//! machine exists there, so nothing else can be read or filled.
//!
//! Everything is placed by descriptor (Linux 5.12: `mount_setattr`), since after
//! the change of user the paths that lead to it may be closed.

use std::ffi::CString;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use nix::libc;
use plimsoll_runtime::sys::{self, MountChange};
use plimsoll_text::Language;
use rustix::fs::{CWD, Mode, OFlags, mkdirat, openat, symlinkat};
use rustix::mount::{MountFlags, UnmountFlags};
use serde::{Deserialize, Serialize};

use super::Limits;
use crate::enter::Offered;
use crate::id_map::Starter;
use crate::lab_host;
use crate::launch::LaunchError;
use crate::name::LabName;
use crate::paths::{LabPaths, Places};
use crate::words;

/// Says to programs of ours that this is a submission's place: commands that
/// give answers away are refused where it exists. Nobody in there can remove it.
pub const MARKER: &str = "/opt/plimsoll/submission";
/// Where `docker`, `sudo` and `plimsoll` are in there.
pub const COMMANDS: &str = "/opt/plimsoll/bin";
/// The one home folder in there.
pub const HOME: &str = "/home/learner";
/// State and layers of the engine: no script sees it.
pub(crate) const STATE: &str = "/var/lib/plimsoll";
const BINARY: &str = "/opt/plimsoll/bin/plimsoll";
const RUNTIME: &str = "/run/plimsoll";

/// What PID 1 needs to build it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct View {
    pub limits: Limits,
    /// An empty folder outside, to mount the new root on.
    pub mountpoint: PathBuf,
    /// Programs for submissions on a machine that lacks them.
    pub offered: Vec<Offered>,
}

/// The lab's paths as seen from within.
pub(crate) fn inner_paths(lab: &LabName) -> LabPaths {
    Places::within(STATE, &format!("{HOME}/plimsoll"), RUNTIME)
        .lab(lab)
        .expect("the longest name fits beneath /run/plimsoll")
}

/// The program's path from within.
pub(crate) fn binary() -> &'static Path {
    Path::new(BINARY)
}

type Result<T> = std::result::Result<T, LaunchError>;

fn step(doing: fn(Language) -> String) -> impl Fn(rustix::io::Errno) -> LaunchError {
    move |errno| LaunchError::step(doing)(errno.into())
}

fn sys_step(doing: fn(Language) -> String) -> impl Fn(nix::errno::Errno) -> LaunchError {
    move |errno| LaunchError::step(doing)(errno.into())
}

/// Builds the view and moves into it. `program` is this program's own file.
///
/// # Errors
/// [`LaunchError`] names what could not be done.
pub(crate) fn enter(outer: &LabPaths, view: &View, starter: Starter, program: &Path) -> Result<()> {
    let outside = Outside {
        program: open_path(program).map_err(step(words::step_find_program))?,
        runtime: open_path(outer.places().runtime())
            .map_err(step(words::view_find_socket_folder))?,
        mountpoint: open_path(&view.mountpoint).map_err(step(words::view_find_folder))?,
        offered: offered(&view.offered),
    };
    become_starter(starter)?;
    let whole = new_file_system(&view.limits).map_err(sys_step(words::view_make_file_system))?;
    sys::move_mount(whole.as_fd(), outside.mountpoint.as_fd())
        .map_err(sys_step(words::view_mount_file_system))?;
    let (root, state) = halves(&whole)?;
    let build = Build { root: &root };
    build.folders(outer.lab())?;
    build.programs()?;
    build.etc(outer.lab(), starter)?;
    build.devices()?;
    build.kernel()?;
    build.ours(&outside)?;
    build.shut_state(&state, outer.lab())?;
    build.close()?;
    rustix::process::fchdir(&root).map_err(step(words::view_go_to_root))?;
    // pivot_root(2): with both the same, the old root lies on top of the new.
    rustix::process::pivot_root(".", ".").map_err(step(words::view_change_root))?;
    rustix::mount::unmount(".", UnmountFlags::DETACH).map_err(step(words::view_leave_files))?;
    rustix::process::chdir("/").map_err(step(words::view_go_to_root))
}

/// What is needed of the outside, opened while it can still be reached.
struct Outside {
    program: OwnedFd,
    runtime: OwnedFd,
    mountpoint: OwnedFd,
    offered: Vec<(String, OwnedFd)>,
}

/// Those that the system's own programs, which the view has, do not cover.
fn offered(all: &[Offered]) -> Vec<(String, OwnedFd)> {
    let system = ["/usr", "/bin", "/sbin"];
    all.iter()
        .filter(|one| !system.iter().any(|folder| one.program.starts_with(folder)))
        .filter_map(|one| Some((one.name.clone(), open_path(&one.program).ok()?)))
        .collect()
}

fn open_path(path: &Path) -> rustix::io::Result<OwnedFd> {
    openat(CWD, path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())
}

/// Root outside is nobody in here until it takes the starter's ids; they are not
/// root's, so that what is root's own in `/proc` and `/sys` stays closed.
fn become_starter(starter: Starter) -> Result<()> {
    if nix::unistd::getuid().as_raw() == starter.uid {
        return Ok(());
    }
    let (uid, gid) = (starter.uid.into(), starter.gid.into());
    nix::unistd::setgroups(&[]).map_err(sys_step(words::view_give_up_groups))?;
    nix::unistd::setresgid(gid, gid, gid).map_err(sys_step(words::view_take_group))?;
    nix::unistd::setresuid(uid, uid, uid).map_err(sys_step(words::view_take_user))
}

/// One tmpfs, whose size is the limit of everything written in there.
fn new_file_system(limits: &Limits) -> sys::Result<OwnedFd> {
    let context = sys::fsopen(c"tmpfs")?;
    let text = |number: u64| CString::new(number.to_string()).expect("digits");
    sys::fsconfig_string(&context, c"size", &text(limits.disk_bytes))?;
    sys::fsconfig_string(&context, c"nr_inodes", &text(limits.files))?;
    sys::fsconfig_string(&context, c"mode", c"0755")?;
    sys::fsconfig_create(&context)?;
    sys::fsmount(&context, libc::MOUNT_ATTR_NOSUID)
}

/// Its two folders as mounts of their own: the new root, attached where it is,
/// and the engine's state, which is nowhere below that root.
fn halves(whole: &OwnedFd) -> Result<(OwnedFd, OwnedFd)> {
    let build = Build { root: whole };
    build.make("root", 0o755)?;
    build.make("state", 0o700)?;
    let flags = libc::MOUNT_ATTR_NOSUID | libc::MOUNT_ATTR_NODEV;
    let state = build.copy(build.at("state")?.as_fd(), flags, false)?;
    let root = build.copy(build.at("root")?.as_fd(), 0, false)?;
    build.attach(&root, "root")?;
    Ok((root, state))
}

struct Build<'a> {
    root: &'a OwnedFd,
}

/// Folders that may be written: binds of the one tmpfs, over a root that may not.
const WRITABLE: [(&str, u32); 5] = [
    ("home", 0o755),
    ("tmp", 0o1777),
    ("run", 0o755),
    ("var/tmp", 0o1777),
    ("dev/shm", 0o1777),
];

/// Of the engine's state, what containers get a part of: layers, volumes, and
/// their own `hosts`, `hostname` and `resolv.conf`.
fn parts_of_state(lab: &LabName) -> [PathBuf; 3] {
    let inner = inner_paths(lab);
    let state = inner.lab_dir();
    [
        inner.store().to_path_buf(),
        state.join("containers"),
        state.join("volumes"),
    ]
}

/// Programs and libraries, by distribution: folders, or links into /usr.
const PROGRAMS: [&str; 9] = [
    "usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "nix", "gnu",
];

/// Files of /etc that programs read and that name nobody.
const ETC: [&str; 12] = [
    "alternatives",
    "bash.bashrc",
    "debian_version",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "localtime",
    "os-release",
    "profile",
    "protocols",
    "services",
    "terminfo",
];

const DEVICES: [&str; 6] = ["null", "zero", "full", "random", "urandom", "tty"];

impl Build<'_> {
    fn make(&self, path: &str, mode: u32) -> Result<()> {
        let mut sofar = PathBuf::new();
        for part in Path::new(path) {
            sofar.push(part);
            match mkdirat(self.root, &sofar, Mode::from_raw_mode(0o755)) {
                Ok(()) | Err(rustix::io::Errno::EXIST) => {}
                Err(errno) => return Err(step(words::view_make_folders)(errno)),
            }
        }
        // Apart from mkdir, which the umask narrows.
        let place = self.at(path)?;
        let by_descriptor = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&place));
        rustix::fs::chmod(by_descriptor, Mode::from_raw_mode(mode))
            .map_err(step(words::view_make_folders))
    }

    fn at(&self, path: &str) -> Result<OwnedFd> {
        openat(
            self.root,
            path,
            OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC,
            Mode::empty(),
        )
        .map_err(step(words::view_find_place))
    }

    fn file(&self, path: &str, content: &[u8]) -> Result<()> {
        let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::CLOEXEC;
        let file = openat(self.root, path, flags, Mode::from_raw_mode(0o644))
            .map_err(step(words::view_write_files))?;
        io::Write::write_all(&mut std::fs::File::from(file), content)
            .map_err(LaunchError::step(words::view_write_files))
    }

    fn link(&self, path: &str, target: impl AsRef<Path>) -> Result<()> {
        symlinkat(target.as_ref(), self.root, path).map_err(step(words::view_link_files))
    }

    fn folders(&self, lab: &LabName) -> Result<()> {
        for folder in [
            "etc",
            "var/lib/plimsoll",
            "opt/plimsoll/bin",
            "proc",
            "sys",
            "dev/pts",
            "root",
            "mnt",
            "srv",
        ] {
            self.make(folder, 0o755)?;
        }
        for (folder, mode) in WRITABLE {
            self.make(folder, mode)?;
        }
        self.make(beneath(Path::new(RUNTIME)), 0o700)?;
        self.make(beneath(&inner_paths(lab).work()), 0o755)?;
        self.file(beneath(Path::new(MARKER)), b"")?;
        for name in crate::enter::SHIMS {
            self.link(
                &format!("{}/{name}", beneath(Path::new(COMMANDS))),
                "plimsoll",
            )?;
        }
        Ok(())
    }

    fn programs(&self) -> Result<()> {
        for name in PROGRAMS {
            let host = Path::new("/").join(name);
            if let Ok(target) = std::fs::read_link(&host) {
                self.link(name, target)?;
            } else if host.is_dir() {
                self.make(name, 0o755)?;
                self.bind_read_only(&host, name)?;
            }
        }
        Ok(())
    }

    fn etc(&self, lab: &LabName, starter: Starter) -> Result<()> {
        for name in ETC {
            let host = Path::new("/etc").join(name);
            let inner = format!("etc/{name}");
            if let Ok(target) = std::fs::read_link(&host) {
                self.link(&inner, target)?;
            } else if host.is_dir() {
                self.make(&inner, 0o755)?;
                self.bind_read_only(&host, &inner)?;
            } else if let Ok(content) = std::fs::read(&host) {
                self.file(&inner, &content)?;
            }
        }
        let Starter { uid, gid } = starter;
        let passwd = format!(
            "root:x:0:0:root:/root:/bin/sh\n\
             learner:x:{uid}:{gid}:learner:{HOME}:/bin/sh\n\
             nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
        );
        let group = format!("root:x:0:\nlearner:x:{gid}:\nnogroup:x:65534:\n");
        self.file("etc/passwd", passwd.as_bytes())?;
        self.file("etc/group", group.as_bytes())?;
        self.file(
            "etc/nsswitch.conf",
            b"passwd: files\ngroup: files\nhosts: files\n",
        )?;
        self.file("etc/hosts", lab_host::hosts(lab).as_bytes())?;
        self.file("etc/resolv.conf", lab_host::RESOLVER.as_bytes())
    }

    fn devices(&self) -> Result<()> {
        for name in DEVICES {
            let inner = format!("dev/{name}");
            self.file(&inner, b"")?;
            self.bind(&Path::new("/dev").join(name), &inner, false, 0)?;
        }
        let context = sys::fsopen(c"devpts").map_err(sys_step(words::view_make_terminals))?;
        let pts = (|| {
            sys::fsconfig_string(&context, c"ptmxmode", c"0666")?;
            sys::fsconfig_string(&context, c"mode", c"0620")?;
            sys::fsconfig_create(&context)?;
            sys::fsmount(&context, libc::MOUNT_ATTR_NOSUID | libc::MOUNT_ATTR_NOEXEC)
        })()
        .map_err(sys_step(words::view_make_terminals))?;
        self.attach(&pts, "dev/pts")?;
        self.link("dev/ptmx", "pts/ptmx")?;
        let streams = [
            ("fd", ""),
            ("stdin", "/0"),
            ("stdout", "/1"),
            ("stderr", "/2"),
        ];
        for (name, number) in streams {
            self.link(&format!("dev/{name}"), format!("/proc/self/fd{number}"))?;
        }
        Ok(())
    }

    /// While the machine's own /proc and /sys can be seen: the kernel gives
    /// nobody more of them than that.
    fn kernel(&self) -> Result<()> {
        let proc = sys::fsopen(c"proc")
            .and_then(|context| {
                sys::fsconfig_create(&context)?;
                let flags = libc::MOUNT_ATTR_NOSUID | libc::MOUNT_ATTR_NODEV;
                sys::fsmount(&context, flags | libc::MOUNT_ATTR_NOEXEC)
            })
            .map_err(sys_step(words::step_mount_proc))?;
        self.attach(&proc, "proc")?;
        self.bind_read_only(Path::new("/sys"), "sys")
    }

    /// This program, and the folder that the client outside sees the socket in.
    fn ours(&self, outside: &Outside) -> Result<()> {
        let binary = beneath(Path::new(BINARY));
        self.file(binary, b"")?;
        let tree = self.copy(outside.program.as_fd(), libc::MOUNT_ATTR_RDONLY, false)?;
        self.attach(&tree, binary)?;
        for (name, program) in &outside.offered {
            let place = format!("{}/{name}", beneath(Path::new(COMMANDS)));
            self.file(&place, b"")?;
            let tree = self.copy(program.as_fd(), libc::MOUNT_ATTR_RDONLY, false)?;
            self.attach(&tree, &place)?;
        }
        let runtime = self.copy(outside.runtime.as_fd(), 0, false)?;
        // Beneath the writable /run, which is bound over itself below: so it is
        // attached when that stands.
        self.writable()?;
        self.attach(&runtime, beneath(Path::new(RUNTIME)))
    }

    fn writable(&self) -> Result<()> {
        for (folder, _) in WRITABLE {
            let flags = libc::MOUNT_ATTR_NOSUID | libc::MOUNT_ATTR_NODEV;
            let place = self.at(folder)?;
            let copy = self.copy(place.as_fd(), flags, false)?;
            self.attach(&copy, folder)?;
        }
        Ok(())
    }

    /// Makes the engine's state no source of bind mounts, by any name or link and
    /// below any folder (MS_UNBINDABLE, mount_namespaces(7)): a container that got
    /// at it could write the journal. Only what the engine itself binds or stacks
    /// from there is excepted, and of that the zygote refuses the store.
    fn shut_state(&self, state: &OwnedFd, lab: &LabName) -> Result<()> {
        self.attach(state, beneath(Path::new(STATE)))?;
        for part in parts_of_state(lab) {
            let part = beneath(&part);
            self.make(part, 0o700)?;
            let copy = self.copy(self.at(part)?.as_fd(), 0, false)?;
            self.attach(&copy, part)?;
        }
        let change = MountChange {
            propagation: libc::MS_UNBINDABLE,
            ..MountChange::default()
        };
        sys::mount_setattr(state.as_fd(), change).map_err(sys_step(words::view_shut_state))
    }

    /// The root itself is read-only from here on.
    fn close(&self) -> Result<()> {
        let change = MountChange {
            set: libc::MOUNT_ATTR_RDONLY,
            ..MountChange::default()
        };
        sys::mount_setattr(self.root.as_fd(), change).map_err(sys_step(words::view_close_root))
    }

    fn bind_read_only(&self, host: &Path, inner: &str) -> Result<()> {
        self.bind(
            host,
            inner,
            true,
            libc::MOUNT_ATTR_RDONLY | libc::MOUNT_ATTR_NOSUID,
        )
    }

    fn bind(&self, host: &Path, inner: &str, recursive: bool, flags: u64) -> Result<()> {
        let source = open_path(host).map_err(step(words::view_find_programs))?;
        let tree = self.copy(source.as_fd(), flags, recursive)?;
        self.attach(&tree, inner)
    }

    fn copy(&self, source: BorrowedFd<'_>, set: u64, recursive: bool) -> Result<OwnedFd> {
        // A mount with locked children may only be copied together with them.
        let tree = match sys::clone_tree(source, c"", recursive) {
            Err(nix::errno::Errno::EINVAL) if !recursive => sys::clone_tree(source, c"", true),
            other => other,
        }
        .map_err(sys_step(words::view_copy_mount))?;
        let change = MountChange {
            set,
            recursive: true,
            ..MountChange::default()
        };
        if set != 0 {
            sys::mount_setattr(tree.as_fd(), change).map_err(sys_step(words::view_close_mount))?;
        }
        Ok(tree)
    }

    fn attach(&self, tree: &OwnedFd, inner: &str) -> Result<()> {
        let place = self.at(inner)?;
        sys::move_mount(tree.as_fd(), place.as_fd()).map_err(sys_step(words::view_attach_mount))
    }
}

/// As a path relative to the new root.
fn beneath(path: &Path) -> &str {
    std::str::from_utf8(path.as_os_str().as_bytes())
        .expect("paths within the view are ours")
        .trim_start_matches('/')
}

/// Closes the folder of the socket once it is there: a script may connect, and
/// not fill the machine's disk through it.
pub(crate) fn close_runtime_folder() -> io::Result<()> {
    let flags = MountFlags::BIND | MountFlags::RDONLY | MountFlags::NOSUID | MountFlags::NODEV;
    Ok(rustix::mount::mount_remount(RUNTIME, flags, "")?)
}
