//! `plimsoll book`: the book in a browser of this machine, or as files.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;

use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use plimsoll_book::{Site, SiteError, Sources, WriteError};
use plimsoll_lab::course::Course;
use plimsoll_lab::text::Language;
use plimsoll_text::spoken;

use super::Outcome;
use crate::afar;
use crate::arguments::{BookArguments, BookProtocol, Shared};
use crate::classroom::Classroom;
use crate::failure::{Failure, Kind, system};
use crate::words;

/// Serves the book until Ctrl-C, writes it, or answers mdBook.
pub fn run(shared: &Shared, arguments: &BookArguments) -> Outcome {
    match &arguments.protocol {
        Some(BookProtocol::Preprocessor { words }) => return preprocess(shared, words),
        Some(BookProtocol::Aside) => return aside(shared),
        None => {}
    }
    let language = spoken();
    let course = Classroom::open(shared)?.course;
    let sources = match &arguments.sources {
        Some(folder) => {
            Sources::folder(folder).map_err(|error| Failure::from_error(Kind::Usage, &error))?
        }
        None => Sources::carried(),
    };
    let page = page(&sources, &course, language, arguments.page.as_deref())?;
    let site = Site::build(&sources, &course).map_err(|error| unbuilt(&error))?;
    match &arguments.out {
        Some(folder) => write(&site, folder, language),
        None => serve(site, arguments.port, &page, language),
    }
}

/// Speaks mdBook's protocol for preprocessors: `supports RENDERER` is answered
/// with the exit code, else a book comes on stdin and goes out on stdout.
fn preprocess(shared: &Shared, words: &[String]) -> Outcome {
    match words {
        [] => {
            let course = Classroom::open(shared)?.course;
            plimsoll_book::answer(course, std::io::stdin().lock(), std::io::stdout().lock())
                .map(|()| ExitCode::SUCCESS)
                .map_err(|error| Failure::from_error(Kind::Usage, &error))
        }
        [supports, renderer] if supports == "supports" => {
            Ok(match plimsoll_book::supports(renderer) {
                true => ExitCode::SUCCESS,
                false => ExitCode::FAILURE,
            })
        }
        _ => {
            let language = spoken();
            Err(Failure::new(Kind::Usage, words::book_for_mdbook(language))
                .hint(words::book_for_mdbook_hint(language)))
        }
    }
}

/// The page's path in the site; without one asked for, the beginning.
///
/// # Errors
/// There is no such page.
pub fn page(
    sources: &Sources,
    course: &Course,
    language: Language,
    asked: Option<&str>,
) -> Result<String, Failure> {
    let asked = asked.unwrap_or("index");
    plimsoll_book::find(sources, course, language, asked).map_err(|error| {
        let near = error.nearest.clone();
        Failure::from_error(Kind::Usage, &error).hint(match near {
            Some(page) => words::typed_did_you_mean(language, format!("plimsoll book {page}")),
            None => words::book_beginning(language),
        })
    })
}

fn unbuilt(error: &SiteError) -> Failure {
    match error {
        SiteError::Folder(_) => {
            Failure::from_error(Kind::Environment, error).hint(words::book_room(spoken()))
        }
        _ => Failure::from_error(Kind::Usage, error),
    }
}

fn write(site: &Site, folder: &Path, language: Language) -> Outcome {
    site.write(folder).map_err(|error| {
        let hint = match &error {
            WriteError::Taken { .. } => words::book_new_folder(language),
            WriteError::Write { .. } => words::book_own_folder(language),
        };
        Failure::from_error(Kind::Usage, &error).hint(hint)
    })?;
    say!("{}", plimsoll_book::written(language, folder));
    Ok(ExitCode::SUCCESS)
}

fn serve(site: Site, port: Option<u16>, page: &str, language: Language) -> Outcome {
    let failed = |error: std::io::Error| Failure::from_error(Kind::Environment, &error);
    // Before any thread is made, so that none takes the signal.
    let end = ending().map_err(|error| failed(error.into()))?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port.unwrap_or(0)))
        .map_err(|error| taken(port, &error))?;
    let port = listener.local_addr().map_err(failed)?.port();
    let ssh = afar::ssh_target();
    for line in plimsoll_book::serving(language, port, page, ssh.as_deref()) {
        say!("{line}");
    }
    say!("{}", plimsoll_book::until(language));
    plimsoll_book::serve(&listener, &Arc::new(site), end.as_fd()).map_err(failed)?;
    Ok(ExitCode::SUCCESS)
}

/// The book as another process of this program serves it: what it takes to build
/// it, and the site, are then no part of the interface's memory.
pub struct Aside {
    server: Child,
    /// Of the loopback.
    pub port: u16,
}

impl Aside {
    /// # Errors
    /// The book cannot be built, or no port be had.
    pub fn begin(shared: &Shared, program: &Path) -> Result<Aside, Failure> {
        let failed = |error: io::Error| Failure::from_error(Kind::Environment, &error);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        let mut command = Command::new(program);
        if let Some(course) = &shared.course {
            command.arg("--course").arg(course);
        }
        command.args(["book", "aside"]);
        let mut server = command
            .stdin(OwnedFd::from(listener))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        // One byte says that it serves; an end without it, that it does not.
        let mut said = [0];
        let told = server.stdout.as_mut().map(|out| out.read(&mut said));
        if let Some(Ok(1)) = told {
            return Ok(Aside { server, port });
        }
        let why = server.wait_with_output().map_err(failed)?.stderr;
        let why = String::from_utf8_lossy(&why);
        let why = why.trim().trim_start_matches("plimsoll: ");
        Err(Failure::new(Kind::Environment, why))
    }

    /// Itself, if it still serves.
    pub fn living(mut self) -> Option<Aside> {
        matches!(self.server.try_wait(), Ok(None)).then_some(self)
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // One that has ended by itself cannot be ended again.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// What [`Aside`] is on its own side.
fn aside(shared: &Shared) -> Outcome {
    let failed = |error: io::Error| Failure::from_error(Kind::Environment, &error);
    let course = Classroom::open(shared)?.course;
    let site = Site::build(&Sources::carried(), &course).map_err(|error| unbuilt(&error))?;
    let listener = io::stdin().as_fd().try_clone_to_owned().map_err(failed)?;
    let mut out = io::stdout();
    out.write_all(b".")
        .and_then(|()| out.flush())
        .map_err(failed)?;
    // That nobody reads it any more makes it ready.
    plimsoll_book::serve(&TcpListener::from(listener), &Arc::new(site), out.as_fd())
        .map_err(failed)?;
    Ok(ExitCode::SUCCESS)
}

/// Becomes readable when somebody wants the server to end.
fn ending() -> nix::Result<SignalFd> {
    let signals: SigSet = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP]
        .into_iter()
        .collect();
    signals.thread_block()?;
    SignalFd::with_flags(&signals, SfdFlags::SFD_CLOEXEC)
}

fn taken(port: Option<u16>, error: &std::io::Error) -> Failure {
    let (language, port) = (spoken(), port.unwrap_or(0).to_string());
    let message = words::book_port_taken(language, port, system(error));
    Failure::new(Kind::Usage, message).hint(words::book_free_port(language))
}
