//! A process whose call waits, read through its directory in `/proc`.
//!
//! That directory is opened once and stands for the process itself: when it
//! has ended, nothing is found there any more, whoever got its number.

use nix::errno::Errno;
use nix::fcntl::{OFlag, open, openat, readlinkat};
use nix::libc;
use nix::sys::stat::Mode;
use nix::sys::uio::pread;
use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::os::fd::{AsFd, OwnedFd, RawFd};

/// Longest path with its zero byte (`PATH_MAX`).
const LONGEST_PATH: usize = 4096;
/// What is read at once never crosses the end of a page.
const PAGE: u64 = 4096;
/// Most that is read of a file in `/proc` (bytes).
const LONGEST_FILE: u64 = 64 << 10;

pub(super) struct Tracee {
    proc: OwnedFd,
}

impl Tracee {
    /// `pid` may be that of any thread.
    pub(super) fn open(pid: i32) -> nix::Result<Self> {
        let flags = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let proc = open(format!("/proc/{pid}").as_str(), flags, Mode::empty())?;
        Ok(Self { proc })
    }

    fn reach(&self, name: &str) -> nix::Result<OwnedFd> {
        let flags = OFlag::O_PATH | OFlag::O_CLOEXEC;
        openat(&self.proc, name, flags, Mode::empty())
    }

    pub(super) fn root(&self) -> nix::Result<OwnedFd> {
        self.reach("root")
    }

    /// A directory argument: a descriptor or `AT_FDCWD`.
    pub(super) fn directory(&self, number: RawFd) -> nix::Result<OwnedFd> {
        if number == libc::AT_FDCWD {
            return self.reach("cwd");
        }
        self.descriptor(number)
    }

    /// What a descriptor of its is open on.
    fn descriptor(&self, number: RawFd) -> nix::Result<OwnedFd> {
        if number < 0 {
            return Err(Errno::EBADF);
        }
        match self.reach(&format!("fd/{number}")) {
            Err(Errno::ENOENT) => Err(Errno::EBADF),
            result => result,
        }
    }

    /// The same where it is open for more than reference, as fchown(2) wants.
    pub(super) fn open_file(&self, number: RawFd) -> nix::Result<OwnedFd> {
        let file = self.descriptor(number)?;
        let info = self.read(&format!("fdinfo/{number}"))?;
        let flags = field(&info, "flags:").and_then(|text| i32::from_str_radix(text, 8).ok());
        match flags {
            Some(flags) if flags & libc::O_PATH == 0 => Ok(file),
            _ => Err(Errno::EBADF),
        }
    }

    pub(super) fn umask(&self) -> nix::Result<u32> {
        let status = self.read("status")?;
        let umask = field(&status, "Umask:").and_then(|text| u32::from_str_radix(text, 8).ok());
        umask.ok_or(Errno::ESRCH)
    }

    /// Its effective capabilities, as a bit mask.
    pub(super) fn capabilities(&self) -> nix::Result<u64> {
        let status = self.read("status")?;
        let set = field(&status, "CapEff:").and_then(|text| u64::from_str_radix(text, 16).ok());
        set.ok_or(Errno::ESRCH)
    }

    fn read(&self, name: &str) -> nix::Result<String> {
        read_at(&self.proc, name)
    }

    /// Whether `directory`, in some proc, is that of the same process: one of
    /// its PID namespace, with its number there.
    pub(super) fn is(&self, directory: &OwnedFd) -> bool {
        let namespace = |proc: &OwnedFd| readlinkat(proc, "ns/pid").ok();
        let number = |proc: &OwnedFd| innermost(&read_at(proc, "status").ok()?);
        namespace(directory).is_some_and(|theirs| namespace(&self.proc) == Some(theirs))
            && number(directory).is_some_and(|theirs| self.number() == Some(theirs))
    }

    /// Its process' number in its own PID namespace.
    pub(super) fn number(&self) -> Option<i32> {
        innermost(&self.read("status").ok()?)
    }

    /// A path in its memory, without the zero byte.
    pub(super) fn text(&self, address: u64) -> nix::Result<Vec<u8>> {
        let flags = OFlag::O_RDONLY | OFlag::O_CLOEXEC;
        let memory = openat(&self.proc, "mem", flags, Mode::empty())?;
        let mut text = Vec::new();
        let mut buffer = [0; PAGE as usize];
        while text.len() < LONGEST_PATH {
            let at = address
                .checked_add(text.len() as u64)
                .and_then(|at| i64::try_from(at).ok())
                .ok_or(Errno::EFAULT)?;
            let to_page_end = (PAGE - at as u64 % PAGE) as usize;
            let wanted = to_page_end.min(LONGEST_PATH - text.len());
            let got = match pread(memory.as_fd(), &mut buffer[..wanted], at) {
                Ok(0) | Err(Errno::EIO) => return Err(Errno::EFAULT),
                result => result?,
            };
            match buffer[..got].iter().position(|byte| *byte == 0) {
                Some(end) => {
                    text.extend_from_slice(&buffer[..end]);
                    return Ok(text);
                }
                None => text.extend_from_slice(&buffer[..got]),
            }
        }
        Err(Errno::ENAMETOOLONG)
    }
}

fn read_at(directory: &OwnedFd, name: &str) -> nix::Result<String> {
    let flags = OFlag::O_RDONLY | OFlag::O_CLOEXEC;
    let file = File::from(openat(directory, name, flags, Mode::empty())?);
    let mut text = String::new();
    file.take(LONGEST_FILE)
        .read_to_string(&mut text)
        .map_err(|error| error.raw_os_error().map_or(Errno::EIO, Errno::from_raw))?;
    Ok(text)
}

fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.trim())
}

/// From proc_pid_status(5): numbers from the reader's PID namespace down.
/// `NStgid` is the process', where `NSpid` is the thread's.
fn innermost(status: &str) -> Option<i32> {
    let numbers = field(status, "NStgid:")?;
    numbers.split_whitespace().last()?.parse().ok()
}

/// For paths that are made of numbers.
pub(super) fn name_of(number: i32) -> OsString {
    number.to_string().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::CString;

    fn own() -> Tracee {
        Tracee::open(std::process::id() as i32).expect("this process")
    }

    fn read(text: &[u8]) -> nix::Result<Vec<u8>> {
        let text = CString::new(text).expect("no zero byte");
        own().text(text.as_ptr() as u64)
    }

    #[test]
    fn a_path_is_as_long_as_the_kernel_lets_it_be() {
        for length in [0, 1, 255, LONGEST_PATH - 1] {
            let path = vec![b'p'; length];
            assert_eq!(read(&path), Ok(path), "{length}");
        }
        let long = vec![b'p'; LONGEST_PATH];
        assert_eq!(read(&long), Err(Errno::ENAMETOOLONG));
    }

    #[test]
    fn an_address_that_is_none_is_a_fault() {
        for address in [
            0,
            1,
            0x0dea_d000,
            1 << 62,
            i64::MAX as u64,
            u64::MAX - 1,
            u64::MAX,
        ] {
            assert_eq!(own().text(address), Err(Errno::EFAULT), "{address:#x}");
        }
    }

    #[test]
    fn a_number_that_is_another_s_does_not_stand_for_the_process() {
        let tracee = own();
        let flags = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let directory = |name: &str| open(name, flags, Mode::empty()).expect("a process");
        assert!(tracee.is(&directory("/proc/self")));
        assert!(!tracee.is(&directory("/proc/1")));
        // Ended: its directory is empty, whoever gets the number.
        let mut child = std::process::Command::new("sleep")
            .arg("1000")
            .spawn()
            .expect("a child");
        let other = Tracee::open(child.id() as i32).expect("it runs");
        assert!(other.root().is_ok());
        child.kill().expect("killed");
        child.wait().expect("collected");
        assert_eq!(other.root().expect_err("gone"), Errno::ESRCH);
        assert_eq!(other.text(0).expect_err("gone"), Errno::ESRCH);
    }
}
