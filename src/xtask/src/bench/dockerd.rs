//! A Docker daemon of the benchmark's own, where root can start one.
//!
//! It runs in a network namespace of its own with private roots, so that
//! nothing of the machine's network or of another daemon is touched.

use std::fs::File;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// A running daemon; ended when dropped.
pub struct Daemon {
    child: Child,
    socket: PathBuf,
}

impl Daemon {
    /// Start one below `directory`, or say why there is none.
    pub fn start(directory: &Path) -> Result<Daemon, String> {
        if !nix::unistd::Uid::effective().is_root() {
            return Err("a Docker daemon needs root".into());
        }
        std::fs::create_dir_all(directory).map_err(|error| error.to_string())?;
        let socket = directory.join("s");
        let log = File::create(directory.join("log")).map_err(|error| error.to_string())?;
        let child = Command::new("unshare")
            .args(["--net", "dockerd", "--host"])
            .arg(format!("unix://{}", socket.display()))
            .arg("--data-root")
            .arg(directory.join("data"))
            .arg("--exec-root")
            .arg(directory.join("exec"))
            .arg("--pidfile")
            .arg(directory.join("pid"))
            .stdout(log.try_clone().map_err(|error| error.to_string())?)
            .stderr(log)
            .spawn()
            .map_err(|error| format!("unshare dockerd: {error}"))?;
        let mut daemon = Daemon { child, socket };
        daemon.wait_until_it_answers()?;
        Ok(daemon)
    }

    /// The real client, pointed at it.
    pub fn docker(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("docker");
        command
            .arg("--host")
            .arg(format!("unix://{}", self.socket.display()))
            .args(arguments);
        command
    }

    fn wait_until_it_answers(&mut self) -> Result<(), String> {
        let start = Instant::now();
        while UnixStream::connect(&self.socket).is_err() {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(format!("dockerd ended: {status}"));
            }
            if start.elapsed() > Duration::from_secs(30) {
                return Err("dockerd does not answer within 30 s".into());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let pid = nix::unistd::Pid::from_raw(self.child.id() as i32);
        let _ = nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM);
        let _ = self.child.wait();
    }
}
