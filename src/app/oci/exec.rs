//! `exec`.

use super::create::write_pid;
use super::failure::Failure;
use super::options::{Exec, Global};
use super::record::Record;
use super::{console, seal, wait};
use oci_spec::runtime::{self as oci, ContainerState};
use plimsoll_runtime::{
    CapabilitySet, CgroupMode, ExecRequest, Process, Seccomp, Stdio, User, launch_exec, plan_exec,
    seccomp,
};
use std::fs;
use std::process::ExitCode;

/// `exec`: a further process in a running container.
///
/// # Errors
/// In runc's words for a container that does not run.
pub fn exec(global: &Global, options: &Exec) -> Result<ExitCode, Failure> {
    // 1 would be an answer of the process itself.
    run(global, options).map_err(|failure| Failure {
        message: format!("exec failed: {}", failure.message),
        code: 255,
    })
}

fn run(global: &Global, options: &Exec) -> Result<ExitCode, Failure> {
    let record = Record::load(global, &options.id)?;
    if record.status(global) == ContainerState::Stopped {
        return Err(Failure::new("cannot exec in a stopped container"));
    }
    if record.is_paused(global) {
        return Err(Failure::new("cannot exec in a paused container"));
    }
    seal::ensure()?;
    let process = process(options, &record)?;
    let terminal = process.terminal;
    if terminal && options.detach && options.console_socket.is_none() {
        return Err(Failure::new(
            "cannot allocate tty if runc will detach without setting console socket",
        ));
    }
    let request = ExecRequest {
        pid: record.pid,
        process,
        seccomp: filter(&record)?,
        fake_ownership: false,
        cgroup: CgroupMode::None,
    };
    let signals = wait::block_signals()?;
    let created = launch_exec(&plan_exec(&request), Stdio::Inherit)?;
    console::deliver(&created, options.console_socket.as_deref())?;
    created.start()?;
    if let Some(path) = &options.pid_file {
        write_pid(path, created.pid)?;
    }
    if options.detach {
        return Ok(ExitCode::SUCCESS);
    }
    wait::until_end(&created, &signals).map(ExitCode::from)
}

fn filter(record: &Record) -> Result<Seccomp, Failure> {
    let section = record
        .spec
        .linux()
        .as_ref()
        .and_then(|linux| linux.seccomp().as_ref());
    match section {
        None => Ok(Seccomp::Unconfined),
        Some(section) => seccomp::Profile::from_spec(section)
            .map(|profile| Seccomp::Profile(Box::new(profile)))
            .map_err(|error| Failure::new(format!("seccomp: {error}"))),
    }
}

/// The process to run: from a file, or the container's own with what was
/// typed in its place.
fn process(options: &Exec, record: &Record) -> Result<Process, Failure> {
    if let Some(path) = &options.process {
        let text = fs::read(path).map_err(|error| Failure::io("open", path, &error))?;
        let section: oci::Process = serde_json::from_slice(&text)
            .map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
        return Ok(Process::from_spec(&section)?);
    }
    let mut section = record
        .spec
        .process()
        .clone()
        .ok_or_else(|| Failure::new("process must be specified"))?;
    section.set_args(Some(options.command.clone()));
    section.set_terminal(Some(options.tty));
    section.set_console_size(None);
    if let Some(cwd) = &options.cwd {
        section.set_cwd(cwd.clone());
    }
    let mut env = section.env().clone().unwrap_or_default();
    env.extend(options.env.iter().cloned());
    section.set_env(Some(env));
    if options.no_new_privs {
        section.set_no_new_privileges(Some(true));
    }
    let mut process = Process::from_spec(&section)?;
    add_capabilities(&mut process, &options.cap)?;
    set_user(&mut process, options)?;
    Ok(process)
}

fn add_capabilities(process: &mut Process, names: &[String]) -> Result<(), Failure> {
    let added = names
        .iter()
        .map(|name| {
            name.parse()
                .map_err(|_| Failure::new(format!("unknown capability {name:?}")))
        })
        .collect::<Result<CapabilitySet, _>>()?;
    let sets = &mut process.capabilities;
    for set in [&mut sets.bounding, &mut sets.effective, &mut sets.permitted] {
        *set = added.iter().fold(*set, CapabilitySet::with);
    }
    Ok(())
}

/// `UID[:GID]`, numbers only: a runtime does not know names (CVE-2026-30892).
fn set_user(process: &mut Process, options: &Exec) -> Result<(), Failure> {
    let User::Ids { uid, gid, groups } = &mut process.user else {
        return Ok(());
    };
    groups.extend(&options.additional_gids);
    let Some(text) = &options.user else {
        return Ok(());
    };
    let number = |text: &str| {
        let id = text
            .parse::<u32>()
            .ok()
            .filter(|id| i32::try_from(*id).is_ok());
        id.ok_or_else(|| Failure::new(format!("parsing {text:?} as int for uid or gid failed")))
    };
    match text.split_once(':') {
        Some((user, group)) => (*uid, *gid) = (number(user)?, number(group)?),
        None => *uid = number(text)?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    fn user(text: &str) -> Result<(u32, u32), String> {
        let user = format!("--user={text}");
        let words = ["x", "exec", &user, "id", "true"];
        let parsed = super::super::options::Options::try_parse_from(words).expect("options");
        let super::super::options::Command::Exec(options) = parsed.command else {
            panic!("not exec");
        };
        let section = serde_json::json!({
            "args": ["true"], "cwd": "/", "user": { "uid": 7, "gid": 8 },
        });
        let section = serde_json::from_value(section).expect("a process");
        let mut process = Process::from_spec(&section).expect("a process");
        set_user(&mut process, &options).map_err(|failure| failure.message)?;
        let User::Ids { uid, gid, .. } = process.user else {
            panic!("no numbers")
        };
        Ok((uid, gid))
    }

    #[test]
    fn users_are_numbers_in_range() {
        assert_eq!(user("5"), Ok((5, 8)));
        assert_eq!(user("5:6"), Ok((5, 6)));
        for text in ["1000:", ":5", "root", "4294967296", "2147483648", "-1", ""] {
            assert!(user(text).is_err(), "{text}");
        }
    }
}
