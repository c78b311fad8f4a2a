//! The prompt: reads a command, runs it, and again.

use std::io::{BufRead, IsTerminal, Write};

use brush_core::ExecutionControlFlow;
use brush_core::env::{EnvironmentLookup, EnvironmentScope};
use brush_core::variables::{ShellValueLiteral, ShellVariable};
use brush_parser::ParseError;

use super::line_editor::{self, Completion, Ending};
use super::run::{exit_trap, pending_traps, text_in};
use super::{Shell, background, signals};
use crate::terminal::{self, RawMode};

const INTERRUPTED: u8 = 130;

/// As root of a container: `root@3f1c0a9d2b7e:/# `.
pub fn set_prompts(shell: &mut Shell) {
    let prompt = if shell.options().sh_mode {
        "\\$ "
    } else {
        "\\u@\\h:\\w\\$ "
    };
    for (name, value) in [("PS1", prompt), ("PS2", "> ")] {
        // The interpreter has set its own; what the environment says counts.
        if std::env::var_os(name).is_none() {
            let _ = shell.env_mut().set_global(name, ShellVariable::new(value));
        }
    }
}

/// `LINES` and `COLUMNS`, for the prompt and for every command line. Not in
/// scripts, as in bash.
fn follow_size(shell: &mut Shell, terminal: bool) {
    if !terminal {
        return;
    }
    let (rows, columns) = terminal::size();
    for (name, number) in [("LINES", rows), ("COLUMNS", columns)] {
        // One that is read-only keeps its value.
        let _ = shell.env_mut().update_or_add(
            name,
            ShellValueLiteral::Scalar(number.to_string()),
            |_| Ok(()),
            EnvironmentLookup::OnlyInGlobal,
            EnvironmentScope::Global,
        );
    }
}

pub async fn run(mut shell: Shell) -> i32 {
    let terminal = std::io::stdin().is_terminal();
    // Own process group and the terminal's foreground, so that a Ctrl-C meant
    // for a program reaches that program alone.
    let control = terminal.then(brush_core::terminal::TerminalControl::acquire);
    let _ = shell.start_interactive_session();
    let mut history: Vec<String> = Vec::new();
    loop {
        report_ended();
        let parameters = shell.default_exec_params();
        pending_traps(&mut shell, &parameters).await;
        follow_size(&mut shell, terminal);
        let line = match read_command(&mut shell, &history, terminal).await {
            Ending::Entered(line) => line,
            Ending::Interrupted => {
                shell.set_last_exit_status(INTERRUPTED);
                continue;
            }
            Ending::Closed => {
                eprintln!("exit");
                break;
            }
        };
        if line.trim().is_empty() {
            continue;
        }
        if let Some(line) = on_one_line(&line)
            && history.last() != Some(&line)
        {
            history.push(line);
        }
        let _ = shell.add_to_history(&line);
        signals::forget_interrupt();
        // It may have changed while the line was typed.
        follow_size(&mut shell, terminal);
        let parameters = shell.default_exec_params();
        let result = text_in(&mut shell, &line, "main", &parameters).await;
        let left = matches!(result.next_control_flow, ExecutionControlFlow::ExitShell);
        // Ctrl-C in a loop unwinds to here like `exit`, but the shell stays.
        if signals::take_unwinding() {
            eprintln!();
            continue;
        }
        if left {
            break;
        }
    }
    let _ = shell.end_interactive_session();
    exit_trap(&mut shell).await;
    drop(control);
    i32::from(shell.last_exit_status())
}

/// Reads lines until they are a whole command.
async fn read_command(shell: &mut Shell, history: &[String], terminal: bool) -> Ending {
    let mut prompt = shell
        .compose_prompt()
        .await
        .unwrap_or_else(|_| "$ ".to_owned());
    let mut text = String::new();
    loop {
        let ending = if terminal {
            read_edited(shell, &prompt, history)
        } else {
            read_plain(&prompt)
        };
        match ending {
            Ending::Entered(line) => text.push_str(&line),
            Ending::Closed if !text.is_empty() => return Ending::Entered(text),
            other => return other,
        }
        if !is_incomplete(shell, &text) {
            return Ending::Entered(text);
        }
        text.push('\n');
        prompt = shell
            .compose_continuation_prompt()
            .await
            .unwrap_or_else(|_| "> ".to_owned());
    }
}

/// A command as the history shows it again. Here-documents cannot be joined.
fn on_one_line(text: &str) -> Option<String> {
    if text.contains("<<") && text.contains('\n') {
        return None;
    }
    let mut joined = String::new();
    for line in text
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty())
    {
        let before = joined.clone();
        let open = ["do", "then", "else", "{", "(", "|", "&&", ";", "in"];
        if let Some(continued) = before.strip_suffix('\\') {
            continued.clone_into(&mut joined);
        } else if before.is_empty() || open.iter().any(|end| before.ends_with(end)) {
            joined.push_str(if before.is_empty() { "" } else { " " });
        } else {
            joined.push_str("; ");
        }
        joined.push_str(line);
    }
    Some(joined)
}

fn is_incomplete(shell: &Shell, text: &str) -> bool {
    let continued = text.ends_with('\\') && !text.ends_with("\\\\");
    continued
        || match shell.parse_string(text) {
            Err(ParseError::Tokenizing { inner, .. }) => inner.is_incomplete(),
            Err(ParseError::ParsingAtEndOfInput) => true,
            _ => false,
        }
}

fn read_edited(shell: &mut Shell, prompt: &str, history: &[String]) -> Ending {
    let Some(raw) = terminal::open().and_then(RawMode::enter) else {
        return Ending::Closed;
    };
    let runtime = tokio::runtime::Handle::current();
    line_editor::read_line(&raw, prompt, history, |line, cursor| {
        let completed =
            tokio::task::block_in_place(|| runtime.block_on(shell.complete(line, cursor)));
        let mut completion = match completed {
            Ok(found) => Completion {
                start: found.insertion_index,
                length: found.delete_count,
                candidates: found.candidates,
            },
            Err(_) => Completion {
                start: cursor,
                length: 0,
                candidates: Vec::new(),
            },
        };
        completion.candidates.sort();
        completion.candidates.dedup();
        finish_candidate(shell, &mut completion.candidates);
        completion
    })
}

/// A single candidate is complete: a folder goes on, anything else ends.
fn finish_candidate(shell: &Shell, candidates: &mut [String]) {
    let [only] = candidates else { return };
    if only.ends_with('/') || only.ends_with(' ') {
        return;
    }
    let is_folder = shell.working_dir().join(only.as_str()).is_dir();
    only.push(if is_folder { '/' } else { ' ' });
}

fn read_plain(prompt: &str) -> Ending {
    eprint!("{prompt}");
    let _ = std::io::stderr().flush();
    let mut line = String::new();
    match std::io::stdin().lock().read_line(&mut line) {
        Ok(count) if count > 0 => Ending::Entered(line.trim_end_matches('\n').to_owned()),
        _ => Ending::Closed,
    }
}

/// Tells, before a prompt, which background lists have ended.
fn report_ended() {
    background::jobs().retain(|job| {
        let Some(code) = job.ended else { return true };
        let state = match code {
            0 => "Done".to_owned(),
            _ => format!("Exit {code}"),
        };
        eprintln!("[{}]+  {state:<24}{}", job.number, job.text);
        false
    });
}
