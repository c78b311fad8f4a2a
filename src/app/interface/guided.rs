//! The plain guided mode, for terminals without full screen and for screen
//! readers: the lesson and the goals as lines, then the lab's shell, and a line
//! for every goal that is met or no longer met.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use plimsoll_lab::course::Lab;
use plimsoll_lab::result::{CheckRecord, ResultRecord, Status};
use plimsoll_runtime::console;
use plimsoll_text::{Language, spoken};
use plimsoll_tui::lesson::{Lesson, Part, plain};
use plimsoll_tui::model::Recheck;
use plimsoll_tui::run::{Outside, Watched, now, watch_engine, watch_files};
use plimsoll_tui::view::text::folded;

use super::outside::Binary;
use crate::arguments::Shared;
use crate::classroom::Classroom;
use crate::commands::Outcome;
use crate::failure::{Failure, Kind, system};
use crate::output::{for_terminal, reading_width};
use crate::words;

/// How long the terminal has another size: two changes in a row would be one to a
/// shell that does not run in between.
const TO_BE_NOTICED: Duration = Duration::from_millis(50);

/// Guides through a lab until its shell ends.
///
/// # Errors
/// The lab cannot be started, or this program not be run again as its shell.
pub fn run(shared: &Shared, name: &str) -> Outcome {
    let room = Classroom::open(shared)?;
    let language = spoken();
    let course = room.course.clone();
    let lab = course
        .lab(name)
        .ok_or_else(|| Failure::new(Kind::Usage, words::no_such_lab(language, name)))?;
    let outside = Arc::new(Binary::new(shared.clone(), room)?);
    let failed = |fault: plimsoll_tui::event::Fault| {
        let failure = Failure::new(Kind::Environment, fault.message);
        fault
            .hints
            .into_iter()
            .fold(failure, |failure, hint| failure.hint(hint))
    };
    // It can be read where no lab can be started.
    let lesson = Lesson::parse(lab.lesson.get(language));
    let text = plain(&lesson, Part::Whole, reading_width(), language);
    put!("{text}\n");
    outside.enter(name).map_err(failed)?;
    match outside.judge(name) {
        Ok(result) => {
            put!("{}", goals(lab, &result, language));
            announce(outside.clone(), name, result, language);
        }
        // The shell is as good without.
        Err(fault) => drop(failed(fault).show()),
    }
    shell(&outside, name)
}

fn goals(lab: &Lab, result: &ResultRecord, language: Language) -> String {
    let width = reading_width();
    let mut out = format!("{}\n", words::guided_goals(language));
    for check in &result.checks {
        let mark = match check.status {
            Status::Pass => words::guided_met(language),
            _ => words::guided_open(language),
        };
        let mark = format!("[{mark}]");
        let title = check.title.get(language);
        let line = words::guided_goal(language, mark, check.max_points, title);
        out += &format!("{line}\n");
    }
    let how = words::guided_how(language, lab.name.as_str());
    for line in folded(&how, usize::from(width)) {
        out += &format!("\n{line}");
    }
    out + "\n\n"
}

/// Judges again whenever something happened, and says what became of goals.
fn announce(outside: Arc<Binary>, lab: &str, first: ResultRecord, language: Language) {
    let (tell, told) = mpsc::channel();
    let lab = lab.to_owned();
    if let Ok(endpoint) = outside.endpoint(&lab) {
        let tell = tell.clone();
        thread::spawn(move || watch_engine(endpoint, || tell.send(()).unwrap_or_default()));
    }
    let work = outside.work(&lab);
    let progress = outside.progress_file();
    let also = tell.clone();
    thread::spawn(move || {
        watch_files(Watched::File(&progress), || {
            also.send(()).unwrap_or_default()
        });
    });
    thread::spawn(move || {
        watch_files(Watched::Tree(&work), || tell.send(()).unwrap_or_default());
    });
    thread::spawn(move || {
        let mut met = met(&first);
        let mut recheck = Recheck::default();
        while happened(&told, &mut recheck) {
            let Ok(result) = outside.judge(&lab) else {
                continue;
            };
            let news = news(&met, &result, language);
            if !news.is_empty() {
                let news = across(&news, reading_width());
                let _ = std::io::stderr().write_all(for_terminal(&news).as_bytes());
                draw_anew();
            }
            met = self::met(&result);
        }
    });
}

/// Lines across what the shell has on the screen. It has the terminal in raw
/// mode: a line needs both ends.
fn across(news: &[String], width: u16) -> String {
    let lines = news
        .iter()
        .flat_map(|line| folded(line, usize::from(width)))
        .map(|line| line + "\r\n");
    "\r\n".to_owned() + &lines.collect::<String>()
}

/// Has the shell draw its prompt, and what is being typed, below what was just
/// written. A line editor does so when its terminal gets another size, and only
/// then: for a moment it has one.
fn draw_anew() {
    let terminal = std::io::stdout();
    let Ok((rows, columns)) = console::size(&terminal) else {
        return;
    };
    let narrower = columns.saturating_sub(1);
    if narrower == 0 || console::resize(&terminal, rows, narrower).is_err() {
        return;
    }
    thread::sleep(TO_BE_NOTICED);
    // Who has changed the window meanwhile is right.
    if console::size(&terminal) == Ok((rows, narrower)) {
        let _ = console::resize(&terminal, rows, columns);
    }
}

/// Waits until something happened, or until a look is due that no event brings
/// about ([`Recheck`]); `false`: nothing will happen any more.
fn happened(told: &Receiver<()>, recheck: &mut Recheck) -> bool {
    let left = |at: u64| Duration::from_millis(at.saturating_sub(now()));
    let heard = match recheck.next.map(left) {
        Some(left) => told.recv_timeout(left),
        None => told.recv().map_err(RecvTimeoutError::from),
    };
    match heard {
        Ok(()) => {
            // What came meanwhile is seen by the same look.
            while told.try_recv().is_ok() {}
            recheck.begin(now());
            true
        }
        Err(RecvTimeoutError::Timeout) => {
            recheck.go_on(now());
            true
        }
        Err(RecvTimeoutError::Disconnected) => false,
    }
}

fn met(result: &ResultRecord) -> BTreeSet<String> {
    let passed = |check: &&CheckRecord| check.status == Status::Pass;
    let all = result.checks.iter().filter(passed);
    all.map(|check| check.id.clone()).collect()
}

fn news(before: &BTreeSet<String>, result: &ResultRecord, language: Language) -> Vec<String> {
    let mut lines = Vec::new();
    for check in &result.checks {
        let goal = check.title.get(language);
        let was = before.contains(&check.id);
        match check.status {
            Status::Pass if !was => {
                let (score, most) = (result.score, result.max_score);
                lines.push(words::guided_goal_met(language, goal, most, score));
            }
            Status::Fail | Status::Skip if was => {
                let why = check.message.get(language);
                lines.push(words::guided_turned_back(language, goal, why));
            }
            _ => {}
        }
    }
    if !lines.is_empty() && met(result).len() == result.checks.len() {
        lines.push(words::guided_all_met(language));
    }
    lines
}

/// The lab's shell, in this terminal.
fn shell(outside: &Binary, lab: &str) -> Outcome {
    // The terminal's keys are for the shell: it shares the terminal with us.
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGQUIT] {
        let ignored = Arc::new(AtomicBool::new(false));
        signal_hook::flag::register(signal, ignored).map_err(|error| {
            let said = words::signals_unset(spoken(), system(&error));
            Failure::new(Kind::Environment, said)
        })?;
    }
    let program = outside.shell(lab);
    let status = Command::new(&program.program)
        .args(&program.arguments)
        .status()
        .map_err(|error| {
            let name = program.program.display().to_string();
            let said = words::not_runnable(spoken(), name, system(&error));
            Failure::new(Kind::Environment, said)
        })?;
    let code = status.code().unwrap_or(125);
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(125)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use plimsoll_lab::result::Verdict;
    use plimsoll_text::Text;

    fn judged(status: Status) -> ResultRecord {
        let check = CheckRecord {
            id: "ran".to_owned(),
            title: Text::new("It ran", "Il a tourné"),
            status,
            points: 4,
            max_points: 4,
            expected: Text::default(),
            actual: Text::default(),
            message: Text::new("none ran", "aucun n'a tourné"),
            hint: None,
            miss: None,
            look_at: None,
        };
        ResultRecord {
            schema: ResultRecord::SCHEMA.to_owned(),
            lab: "hello-world".to_owned(),
            verdict: Verdict::Pass,
            score: 4,
            max_score: 4,
            checks: vec![check],
            cause: None,
            engine: String::new(),
            started_at: String::new(),
            duration_ms: 0,
            journal_head: None,
        }
    }

    #[test]
    fn goals_are_announced_when_they_change() {
        let (open, done) = (judged(Status::Fail), judged(Status::Pass));
        let english = Language::English;
        assert_eq!(
            news(&met(&open), &done, english),
            [
                "[goal met: It ran. 4 of 4 points]",
                "[all goals are met: `exit` when you like]"
            ]
        );
        assert_eq!(
            news(&met(&done), &open, english),
            ["[no longer met: It ran. none ran]"]
        );
        assert!(news(&met(&done), &done, english).is_empty());
        let lines = across(&news(&met(&done), &open, english), 20);
        assert_eq!(lines, "\r\n[no longer met: It\r\nran. none ran]\r\n");
    }
}
