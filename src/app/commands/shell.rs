//! `plimsoll shell LAB [-- COMMAND...]`: the learner's shell in the lab.

use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::Duration;

use plimsoll_api::client::{Client, Endpoint};
use plimsoll_api::lab::PublishedPort;
use plimsoll_host::LabPaths;
use plimsoll_host::enter::{self, EnterOptions, Left};
use plimsoll_lab::text::Language;
use plimsoll_text::spoken;
use plimsoll_tui::view::text::folded;

use super::Outcome;
use crate::afar::AFAR_VARIABLE;
use crate::arguments::{Shared, ShellArguments};
use crate::classroom::{Arrival, COURSE_VARIABLE, Classroom, arrive};
use crate::failure::{Failure, Kind};
use crate::output::reading_width;
use crate::undo;
use crate::words;

/// Who has been in a lab has begun it. That it cannot be written down keeps nobody out.
fn begin(room: &Classroom, lab: &str) {
    let begun = room.progress().map(|all| all.lab(lab).is_begun());
    if matches!(begun, Ok(false)) {
        let _ = room.change(lab, |progress| progress.step = progress.step.max(1));
    }
}

/// Starts the lab where needed, joins it, and returns the command's code.
pub fn run(shared: &Shared, arguments: &ShellArguments) -> Outcome {
    let Arrival { paths, room } = arrive(shared, &arguments.lab)?;
    let mut options = super::start_options()?;
    options.publish_on_host &= !arguments.no_publish;
    let running = super::ensure_running(&paths, &options)?;
    // Nobody knows yet of a goal that is met: only what begins with the lab.
    undo::keep_up(room.lab(&arguments.lab)?, &paths, &BTreeSet::new());
    begin(&room, arguments.lab.as_str());
    let interactive = arguments.command.is_empty() && std::io::stdin().is_terminal();
    if interactive && !arguments.quiet {
        greet(&paths, spoken());
    }
    let asked = shared.lang.and_then(|asked| asked.0);
    let visit = EnterOptions {
        command: arguments.command.clone(),
        offered: crate::borrowed::tools(paths.places()),
        // So that `plimsoll check` in there means the same course and speaks the
        // language that was asked for, and that `docker run` can tell the way from
        // the learner's own computer.
        variables: room
            .folder
            .into_iter()
            .map(|folder| (COURSE_VARIABLE.into(), folder.into()))
            .chain(crate::afar::ssh_target().map(|to| (AFAR_VARIABLE.into(), to.into())))
            .chain(asked.map(|language| (Language::VARIABLE.into(), language.code().into())))
            .collect(),
    };
    match enter::enter(&paths, &running, &visit) {
        Ok(Left::Exited(code)) => Ok(ExitCode::from(u8::try_from(code).unwrap_or(125))),
        Ok(Left::LabEnded) => Err(lab_ended(&paths)),
        Err(error) => {
            let hint = error.hint();
            Err(Failure::from_error(Kind::Environment, &error).hint(hint))
        }
    }
}

fn greet(paths: &LabPaths, language: Language) {
    let (lab, work) = (paths.lab().as_str(), paths.work());
    let work = work.display().to_string();
    let told = [
        words::shell_welcome(language, lab, work),
        words::shell_how(language, lab),
    ];
    for line in told
        .iter()
        .flat_map(|text| folded(text, usize::from(reading_width())))
    {
        say!("{line}");
    }
    let endpoint = Endpoint::Unix(paths.socket());
    let client = Client::new(endpoint).with_timeout(Duration::from_secs(2));
    // Only a convenience: an engine that cannot say is no reason not to enter.
    let ports = client.published_ports().unwrap_or_default();
    for line in ways_in(&ports, language) {
        say!("{line}");
    }
}

fn lab_ended(paths: &LabPaths) -> Failure {
    let (lab, language) = (paths.lab().as_str(), spoken());
    let work = paths.work().display().to_string();
    Failure::new(Kind::Environment, words::shell_lab_ended(language, lab))
        .hint(words::shell_nothing_lost(language, work))
        .hint(words::shell_go_on(language, lab))
}

/// Where published ports are to be found outside, also from afar.
pub fn ways_in(ports: &[PublishedPort], language: Language) -> Vec<String> {
    port_lines(ports, crate::afar::ssh_target().as_deref(), language)
}

/// Where published ports are to be found outside, a line for each.
fn port_lines(ports: &[PublishedPort], ssh: Option<&str>, language: Language) -> Vec<String> {
    let mut lines = Vec::new();
    for port in ports {
        let Some(address) = &port.host_address else {
            continue;
        };
        let PublishedPort {
            container,
            lab_port,
            ..
        } = port;
        let (container, lab_port) = (container.as_str(), lab_port.to_string());
        lines.push(words::port_here(
            language,
            address.as_str(),
            container,
            lab_port,
        ));
        if let (Some(target), Some((_, number))) = (ssh, address.rsplit_once(':')) {
            let afar = words::port_afar(language, address.as_str(), number, target);
            lines.push(format!("  {afar}"));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(host_address: Option<&str>) -> PublishedPort {
        PublishedPort {
            container: "webserver".to_owned(),
            lab_port: 80,
            host_address: host_address.map(str::to_owned),
            ..PublishedPort::default()
        }
    }

    #[test]
    fn a_port_is_shown_with_its_way_in() {
        let ports = [port(Some("127.0.0.1:8080")), port(None)];
        assert_eq!(
            port_lines(&ports, None, Language::English),
            [
                "webserver: localhost:80 in the lab, http://127.0.0.1:8080 in a browser on this machine"
            ]
        );
        assert_eq!(
            port_lines(&ports, Some("ada@10.0.0.5"), Language::English)[1],
            "  from your own computer: ssh -L 8080:127.0.0.1:8080 ada@10.0.0.5, then http://localhost:8080"
        );
    }
}
