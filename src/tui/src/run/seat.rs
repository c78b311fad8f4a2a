//! One lab's threads: engine and files watched, a shell, a recording.

use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::thread;

use nix::sys::eventfd::EventFd;
use plimsoll_api::client::Client;
use plimsoll_text::Language;

use super::watch::Watched;
use super::{Outside, now, watch};
use crate::event::{Event, LabEvent, ShellEvent, What};
use crate::recording::Recorder;
use crate::terminal::shell::{self, Shell};
use crate::xray;

/// What a lab that was entered has running.
#[derive(Default)]
pub struct Seat {
    pub shell: Option<Shell>,
    pub recorder: Option<Recorder>,
    files: Option<Arc<EventFd>>,
    watching: bool,
}

impl Seat {
    /// Watches engine and files, once for each life of an engine.
    pub fn watch(&mut self, lab: &str, outside: &Arc<dyn Outside>, events: &Sender<Event>) {
        if self.files.is_none()
            && let Ok(end) = EventFd::new()
        {
            let end = Arc::new(end);
            let (stop, root) = (end.clone(), outside.work(lab));
            let tell = teller(lab, events);
            thread::spawn(move || {
                watch::files(Watched::Tree(&root), &stop, || tell(LabEvent::Changed));
            });
            // `plimsoll answer`, typed in the lab or elsewhere.
            let (stop, file) = (end.clone(), outside.progress_file());
            let tell = teller(lab, events);
            thread::spawn(move || {
                watch::files(Watched::File(&file), &stop, || tell(LabEvent::Progressed));
            });
            self.files = Some(end);
        }
        if self.watching {
            return;
        }
        let Ok(endpoint) = outside.endpoint(lab) else {
            return;
        };
        self.watching = true;
        let tell = teller(lab, events);
        let told = endpoint.clone();
        thread::spawn(move || {
            let client = Client::new(told);
            let heard = xray::read::follow(&client, 0, |command| {
                tell(LabEvent::Operations(Box::new(command)));
            });
            if heard.is_err_and(|error| error.is_not_found()) {
                tell(LabEvent::NotTold);
            }
        });
        let tell = teller(lab, events);
        thread::spawn(move || {
            watch::engine(endpoint, || tell(LabEvent::Changed));
            tell(LabEvent::Lost);
        });
    }

    /// The engine is gone; the next one is watched anew.
    pub fn lost(&mut self) {
        self.watching = false;
    }

    /// Starts the learner's shell.
    pub fn start_shell(
        &mut self,
        lab: &str,
        size: (u16, u16),
        language: Language,
        outside: &Arc<dyn Outside>,
        events: &Sender<Event>,
    ) {
        let tell = {
            let (lab, events) = (lab.to_owned(), events.clone());
            move |what: ShellEvent| {
                let what = What::Shell {
                    lab: lab.clone(),
                    what,
                };
                // Nobody listens any more: the interface has ended.
                let _ = events.send(Event { at: now(), what });
            }
        };
        let told = tell.clone();
        let started = Shell::start(&outside.shell(lab), size, move |event| {
            told(match event {
                shell::ShellEvent::Output(output) => ShellEvent::Output(output),
                shell::ShellEvent::Ended(ending) => ShellEvent::Ended(ending),
            });
        });
        match started {
            Ok(shell) => self.shell = Some(shell),
            Err(error) => tell(ShellEvent::Failed(super::said(error.say(language)))),
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if let Some(end) = &self.files {
            // The thread ends; where that fails it ends with the process.
            let _ = end.write(1);
        }
    }
}

/// Tells what was heard of a lab.
pub fn teller(lab: &str, events: &Sender<Event>) -> impl Fn(LabEvent) + Send + 'static {
    let (lab, events) = (lab.to_owned(), events.clone());
    move |what| {
        let what = What::Lab {
            lab: lab.clone(),
            what,
        };
        // Nobody listens any more: the interface has ended.
        let _ = events.send(Event { at: now(), what });
    }
}
