//! Protection of this program against the containers it starts.
//!
//! A container whose command is `#!/proc/self/exe` makes the runtime execute
//! itself in the container, and could then open it for writing by way of
//! `/proc/PID/exe` (CVE-2019-5736). So before anything of a container comes
//! near, the program executes itself anew from a read-only mount of its own
//! file that is attached nowhere: through that, writing fails with EROFS.
//! Nothing is copied; it costs about a millisecond.

use super::failure::Failure;
use nix::errno::Errno;
use nix::fcntl::{OFlag, open};
use nix::libc;
use nix::sched::CloneFlags;
use nix::sys::stat::{Mode, fstat};
use nix::sys::statvfs::{FsFlags, fstatvfs};
use plimsoll_runtime::sys::{self, CloneOptions, Forked, MountChange};
use plimsoll_runtime::{Capability, reap};
use std::ffi::{CStr, CString};
use std::io::Write;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;

/// Tells the new execution that sealing was tried, lest it try for ever.
const MARKER: &str = "PLIMSOLL_OCI_SEALED";

/// Returns in a program that cannot be written through `/proc/self/exe`.
///
/// # Errors
/// Where neither rights over mounts nor a user namespace can be had.
pub fn ensure() -> Result<(), Failure> {
    let fail = |error: Errno| Failure::new(format!("protect the runtime's own file: {error}"));
    let program = open(
        "/proc/self/exe",
        OFlag::O_PATH | OFlag::O_CLOEXEC,
        Mode::empty(),
    )
    .map_err(fail)?;
    let flags = fstatvfs(&program).map_err(fail)?.flags();
    if flags.contains(FsFlags::ST_RDONLY) {
        return Ok(());
    }
    if std::env::var_os(MARKER).is_some() {
        return Err(Failure::new(
            "protect the runtime's own file: it stays writable",
        ));
    }
    let admin = 1 << Capability::SYS_ADMIN.number();
    let sealed = match sys::capget() {
        Ok((effective, ..)) if effective & admin != 0 => read_only(&program),
        _ => read_only_by_helper(&program),
    }
    .map_err(fail)?;
    Err(fail(execute(&sealed)))
}

/// A read-only mount of the file, attached nowhere.
fn read_only(program: &OwnedFd) -> nix::Result<OwnedFd> {
    let mount = sys::clone_tree(program.as_fd(), c"", false)?;
    let set = libc::MOUNT_ATTR_RDONLY;
    sys::mount_setattr(
        mount.as_fd(),
        MountChange {
            set,
            ..MountChange::default()
        },
    )?;
    Ok(mount)
}

/// The same for a user without rights over mounts: a helper makes it in a user
/// namespace of its own, and its descriptor is taken from there.
fn read_only_by_helper(program: &OwnedFd) -> nix::Result<OwnedFd> {
    let namespaces = CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNS;
    let options = CloneOptions {
        namespaces: namespaces.bits() as u32 as u64,
        ..CloneOptions::default()
    };
    let io = |error: std::io::Error| error.raw_os_error().map_or(Errno::EIO, Errno::from_raw);
    let (ready, mut tell) = std::io::pipe().map_err(io)?;
    let (stay, leave) = std::io::pipe().map_err(io)?;
    match sys::clone3(&options)? {
        Forked::Child => {
            drop((ready, leave));
            let found = find_again(program);
            let made = found
                .and_then(|program| read_only(&program))
                .and_then(|mount| {
                    // At a number that the other side knows.
                    sys::duplicate_to(&mount, HANDOVER)
                });
            if made.is_ok() && tell.write_all(b"r").is_ok() {
                // Until the other side has taken it, or is gone.
                let _ = std::io::copy(&mut &stay, &mut std::io::sink());
            }
            sys::exit(0)
        }
        Forked::Parent { pid, pidfd } => {
            drop((tell, stay));
            let said = std::io::Read::read(&mut &ready, &mut [0]).map_err(io);
            let taken = match said {
                Ok(1) => sys::pidfd_getfd(pidfd.as_fd(), HANDOVER),
                Ok(_) => Err(Errno::EPERM),
                Err(errno) => Err(errno),
            };
            drop(leave);
            reap::wait_for(pid)?;
            taken
        }
    }
}

/// The program's file as the helper's mount namespace has it: mounts of another
/// one cannot be copied.
fn find_again(program: &OwnedFd) -> nix::Result<OwnedFd> {
    let path = nix::fcntl::readlink("/proc/self/exe")?;
    let found = open(
        path.as_os_str(),
        OFlag::O_PATH | OFlag::O_CLOEXEC,
        Mode::empty(),
    )?;
    let (wanted, have) = (fstat(program)?, fstat(&found)?);
    if (wanted.st_dev, wanted.st_ino) == (have.st_dev, have.st_ino) {
        Ok(found)
    } else {
        Err(Errno::ESTALE)
    }
}

/// Where the helper puts the descriptor.
const HANDOVER: i32 = 100;

fn execute(program: &OwnedFd) -> Errno {
    let string = |text: std::ffi::OsString| CString::new(text.into_vec()).ok();
    let args: Vec<CString> = std::env::args_os().filter_map(string).collect();
    let mut env: Vec<CString> = std::env::vars_os()
        .filter_map(|(mut name, value)| {
            name.push("=");
            name.push(value);
            string(name)
        })
        .collect();
    env.extend(CString::new(format!("{MARKER}=1")));
    let args: Vec<&CStr> = args.iter().map(CString::as_c_str).collect();
    let env: Vec<&CStr> = env.iter().map(CString::as_c_str).collect();
    sys::execute_descriptor(program.as_fd(), &args, &env)
}
