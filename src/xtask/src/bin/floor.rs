//! The floor that `cargo xtask bench` compares with: one process that does
//! what the kernel asks for and nothing else to run a program in a container.
//!
//! `floor LOWER SCRATCH PROGRAM [ARGUMENT…]`: clone with every namespace, id
//! maps, an overlay of LOWER, pivot_root, a fresh /proc, exec, wait. No
//! network but the empty one, no seccomp, no capabilities, no engine.

use std::ffi::CString;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sched::CloneFlags;
use nix::unistd::{Gid, Uid, chdir, pipe, pivot_root};
use plimsoll_runtime::sys::{self, CloneOptions, Forked};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [lower, scratch, command @ ..] = words.as_slice() else {
        eprintln!("usage: floor LOWER SCRATCH PROGRAM [ARGUMENT...]");
        return ExitCode::from(2);
    };
    // A volatile overlay's directories cannot be used twice.
    let scratch = Path::new(scratch).join(std::process::id().to_string());
    match contain(lower, &scratch, command) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("floor: {error}");
            ExitCode::from(3)
        }
    }
}

fn contain(lower: &str, scratch: &Path, command: &[String]) -> std::io::Result<u8> {
    let root = scratch.join("root");
    for name in ["root", "upper", "work"] {
        fs::create_dir_all(scratch.join(name))?;
    }
    let (uid, gid) = (Uid::current(), Gid::current());
    let (reader, writer) = pipe()?;
    let all = CloneFlags::CLONE_NEWUSER
        | CloneFlags::CLONE_NEWNS
        | CloneFlags::CLONE_NEWPID
        | CloneFlags::CLONE_NEWNET
        | CloneFlags::CLONE_NEWUTS
        | CloneFlags::CLONE_NEWIPC
        | CloneFlags::CLONE_NEWCGROUP;
    let options = CloneOptions {
        namespaces: all.bits() as u64,
        ..CloneOptions::default()
    };
    match sys::clone3(&options)? {
        Forked::Child => {
            drop(writer);
            let mut go = [0];
            let failed = fs::File::from(reader)
                .read_exact(&mut go)
                .and_then(|()| become_contained(lower, scratch, &root, command));
            eprintln!("floor: in the container: {failed:?}");
            sys::exit(127)
        }
        Forked::Parent { pid, pidfd: _pidfd } => {
            drop(reader);
            fs::write(format!("/proc/{pid}/setgroups"), "deny")?;
            fs::write(format!("/proc/{pid}/uid_map"), format!("0 {uid} 1"))?;
            fs::write(format!("/proc/{pid}/gid_map"), format!("0 {gid} 1"))?;
            fs::File::from(writer).write_all(b"!")?;
            let status = nix::sys::wait::waitpid(nix::unistd::Pid::from_raw(pid), None)?;
            match status {
                nix::sys::wait::WaitStatus::Exited(_, code) => Ok(code as u8),
                _ => Ok(255),
            }
        }
    }
}

fn become_contained(
    lower: &str,
    scratch: &Path,
    root: &Path,
    command: &[String],
) -> std::io::Result<()> {
    let none: Option<&str> = None;
    mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none)?;
    let options = format!(
        "userxattr,volatile,lowerdir={lower},upperdir={},workdir={}",
        scratch.join("upper").display(),
        scratch.join("work").display()
    );
    mount(
        Some("overlay"),
        root,
        Some("overlay"),
        MsFlags::empty(),
        Some(options.as_str()),
    )?;
    chdir(root)?;
    fs::create_dir_all("proc")?;
    mount(Some("proc"), "proc", Some("proc"), MsFlags::empty(), none)?;
    pivot_root(".", ".")?;
    umount2(".", MntFlags::MNT_DETACH)?;
    chdir("/")?;
    let words: Vec<CString> = command
        .iter()
        .map(|word| CString::new(word.as_bytes()))
        .collect::<Result<_, _>>()?;
    let words: Vec<_> = words.iter().map(CString::as_c_str).collect();
    let path = PathBuf::from("/bin").join(&command[0]);
    let program = CString::new(path.into_os_string().into_encoded_bytes())?;
    Err(sys::execve(&program, &words, &[c"PATH=/bin"]).into())
}
