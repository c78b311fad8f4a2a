//! Builtins of ours, in place of brush's where learners meet a gap: signals,
//! jobs, traps, and text that is run as commands.

use std::collections::HashMap;
use std::io::{Read, Write};

use brush_builtins::BuiltinSet;
use brush_core::builtins::{BoxFuture, ContentOptions, ContentType, Registration};
use brush_core::env::{EnvironmentLookup, EnvironmentScope};
use brush_core::traps::TrapSignal;
use brush_core::variables::ShellValueLiteral;
use brush_core::{CommandArg, ExecutionContext, ExecutionExitCode, ExecutionResult};
use nix::sys::signal::Signal;
use nix::unistd::Pid;

use super::{Extensions, Shell, background, rewrite, run, signals};

pub type Context<'a> = ExecutionContext<'a, Extensions>;
type Outcome = Result<ExecutionResult, brush_core::Error>;
type Answer<'a> = BoxFuture<'a, Outcome>;

/// Status of a program that Ctrl-C ended.
const INTERRUPTED: u8 = 130;

/// What any `sh` has built in beside what brush gives one: `dash(1)`, *Builtins*.
const OF_EVERY_SH: [&str; 5] = ["[", "echo", "local", "printf", "test"];

/// brush's builtins for a shell that was called `sh`, or `bash`. A loop that had
/// to start a program for each `[` and `echo` would be a thousand times slower.
pub fn of_brush(sh: bool) -> HashMap<String, Registration<Extensions>> {
    let all = brush_builtins::default_builtins(BuiltinSet::BashMode);
    if !sh {
        return all;
    }
    let more = all
        .into_iter()
        .filter(|(name, _)| OF_EVERY_SH.contains(&name.as_str()));
    let mut few = brush_builtins::default_builtins(BuiltinSet::ShMode);
    few.extend(more);
    few
}

pub fn register(shell: &mut Shell) {
    type Function = fn(Context<'_>, Vec<CommandArg>) -> Answer<'_>;
    let ours: [(&str, Function); 11] = [
        (rewrite::START, |context, words| {
            Box::pin(start(context, words))
        }),
        (rewrite::CHOOSE, |context, words| {
            Box::pin(choose(context, words))
        }),
        (rewrite::LOOK, |context, _| Box::pin(look(context))),
        ("bg", |context, words| {
            Box::pin(resume_behind(context, words))
        }),
        ("disown", |context, words| Box::pin(disown(context, words))),
        ("eval", |context, words| Box::pin(eval(context, words))),
        ("fg", |context, words| {
            Box::pin(resume_in_front(context, words))
        }),
        ("jobs", |context, words| Box::pin(list_jobs(context, words))),
        ("kill", |context, words| Box::pin(kill(context, words))),
        ("trap", |context, words| Box::pin(trap(context, words))),
        ("wait", |context, words| Box::pin(wait(context, words))),
    ];
    for (name, function) in ours {
        shell.register_builtin(name, registration(function));
    }
}

fn registration(
    execute_func: fn(Context<'_>, Vec<CommandArg>) -> Answer<'_>,
) -> Registration<Extensions> {
    Registration {
        execute_func,
        content_func: help,
        disabled: false,
        special_builtin: false,
        declaration_builtin: false,
    }
}

fn help(name: &str, _: ContentType, _: &ContentOptions) -> Result<String, brush_core::Error> {
    Ok(format!("{name}: as in bash\n"))
}

/// The words after the command's own name.
fn words(arguments: Vec<CommandArg>) -> Vec<String> {
    arguments.iter().skip(1).map(ToString::to_string).collect()
}

fn complain(context: &Context<'_>, message: &str) -> ExecutionResult {
    let shell = context.shell.current_shell_name().unwrap_or_default();
    let command = &context.command_name;
    let _ = writeln!(context.stderr(), "{shell}: {command}: {message}");
    ExecutionResult::general_error()
}

async fn start(mut context: Context<'_>, arguments: Vec<CommandArg>) -> Outcome {
    let words = words(arguments);
    let text = words.first().map(String::as_str).unwrap_or_default();
    background::start(&mut context, text).map(ExecutionResult::new)
}

/// Keeps `$?`: it stands between commands that may ask for it.
async fn look(context: Context<'_>) -> Outcome {
    let status = context.shell.last_exit_status();
    if context.shell.options().interactive && status == INTERRUPTED {
        signals::interrupt();
    }
    let stop = run::pending_traps(context.shell, &context.params).await;
    Ok(stop.unwrap_or_else(|| ExecutionResult::new(status)))
}

/// `select`: asks until a line comes; the end of the input ends the loop.
async fn choose(context: Context<'_>, arguments: Vec<CommandArg>) -> Outcome {
    let words = words(arguments);
    let Some((name, choices)) = words.split_first() else {
        return Ok(ExecutionResult::general_error());
    };
    let prompt = context
        .shell
        .env_str("PS3")
        .map(std::borrow::Cow::into_owned);
    let prompt = prompt.unwrap_or_else(|| "#? ".to_owned());
    for (number, choice) in (1..).zip(choices) {
        writeln!(context.stderr(), "{number}) {choice}")?;
    }
    write!(context.stderr(), "{prompt}")?;
    context.stderr().flush()?;
    let Some(reply) = read_line(&context)? else {
        writeln!(context.stdout())?;
        return Ok(ExecutionResult::general_error());
    };
    let number: usize = reply.trim().parse().unwrap_or(0);
    let choice = number.checked_sub(1).and_then(|index| choices.get(index));
    for (variable, value) in [(name.as_str(), choice.cloned()), ("REPLY", Some(reply))] {
        context.shell.env_mut().update_or_add(
            variable,
            ShellValueLiteral::Scalar(value.unwrap_or_default()),
            |_| Ok(()),
            EnvironmentLookup::Anywhere,
            EnvironmentScope::Global,
        )?;
    }
    Ok(ExecutionResult::success())
}

/// One line, byte by byte: what follows belongs to the next command.
fn read_line(context: &Context<'_>) -> std::io::Result<Option<String>> {
    let mut input = context.stdin();
    let mut line = Vec::new();
    let mut byte = [0];
    while input.read(&mut byte)? == 1 {
        if byte[0] == b'\n' {
            return Ok(Some(String::from_utf8_lossy(&line).into_owned()));
        }
        line.push(byte[0]);
    }
    Ok(None)
}

async fn eval(context: Context<'_>, arguments: Vec<CommandArg>) -> Outcome {
    let words = words(arguments);
    let words = words.strip_prefix(&["--".to_owned()]).unwrap_or(&words);
    if words.is_empty() {
        return Ok(ExecutionResult::success());
    }
    let text = words.join(" ");
    Ok(Box::pin(run::text_in(context.shell, &text, "eval", &context.params)).await)
}

/// brush keeps the handlers; the signals themselves are listened for here.
async fn trap(context: Context<'_>, arguments: Vec<CommandArg>) -> Outcome {
    let theirs = of_brush(false);
    let Some(original) = theirs.get("trap") else {
        return Ok(ExecutionResult::general_error());
    };
    let inner = ExecutionContext {
        shell: &mut *context.shell,
        command_name: context.command_name.clone(),
        params: context.params.clone(),
    };
    let result = (original.execute_func)(inner, arguments).await;
    let handlers = context.shell.traps().iter_handlers();
    signals::set_trapped(handlers.filter_map(|(signal, _)| match signal {
        TrapSignal::Signal(signal) => Some(signal as i32),
        _ => None,
    }));
    result
}

async fn wait(context: Context<'_>, arguments: Vec<CommandArg>) -> Outcome {
    let mut names = words(arguments);
    if names.iter().any(|word| word == "-n") {
        return Ok(ExecutionResult::new(wait_for_any().await));
    }
    names.retain(|word| !word.starts_with('-'));
    if names.is_empty() {
        let pids: Vec<i32> = background::jobs().iter().map(|job| job.pid).collect();
        for pid in pids {
            if let Err(interrupted) = wait_for(pid).await {
                return Ok(ExecutionResult::new(interrupted));
            }
        }
        return Ok(ExecutionResult::success());
    }
    let mut code = 0;
    for name in &names {
        let Some(job) = background::find(name) else {
            complain(
                &context,
                &format!("pid {name} is not a child of this shell"),
            );
            code = 127;
            continue;
        };
        code = match wait_for(job.pid).await {
            Ok(code) | Err(code) => code,
        };
    }
    Ok(ExecutionResult::new(code))
}

/// The job's exit code, or 128 and the number of a trapped signal that came.
async fn wait_for(pid: i32) -> Result<u8, u8> {
    loop {
        // Registered before the look, so that no end is missed.
        let ended = background::ENDED.notified();
        let arrived = signals::ARRIVED.notified();
        tokio::pin!(ended, arrived);
        ended.as_mut().enable();
        arrived.as_mut().enable();
        if let Some(code) = background::take_ended(pid) {
            return Ok(code);
        }
        if let Some(signal) = signals::peek_trapped() {
            return Err(128 + u8::try_from(signal).unwrap_or(0));
        }
        if background::find(&pid.to_string()).is_none() {
            return Ok(127);
        }
        tokio::select! {
            () = ended => {}
            () = arrived => {
                if signals::peek_trapped().is_none() {
                    return Err(130);
                }
            }
        }
    }
}

async fn wait_for_any() -> u8 {
    loop {
        let ended = background::ENDED.notified();
        tokio::pin!(ended);
        ended.as_mut().enable();
        let (none, done) = {
            let jobs = background::jobs();
            let done = jobs.iter().find(|job| job.ended.is_some());
            (jobs.is_empty(), done.map(|job| job.pid))
        };
        if let Some(code) = done.and_then(background::take_ended) {
            return code;
        }
        if none {
            return 127;
        }
        tokio::select! {
            () = ended => {}
            () = signals::ARRIVED.notified() => return 130,
        }
    }
}

async fn kill(context: Context<'_>, arguments: Vec<CommandArg>) -> Outcome {
    let words = words(arguments);
    let mut signal = Some(Signal::SIGTERM);
    let mut rest = words.iter().peekable();
    if let Some(first) = rest.next_if(|word| word.starts_with('-') && word.len() > 1) {
        let name = match first.as_str() {
            "--" => "TERM",
            "-l" | "-L" => return list_signals(&context, rest),
            "-s" | "-n" => rest.next().map_or("", String::as_str),
            _ => &first[1..],
        };
        match parse_signal(name) {
            Some(parsed) => signal = parsed,
            None => {
                return Ok(complain(
                    &context,
                    &format!("{name}: invalid signal specification"),
                ));
            }
        }
        rest.next_if(|word| *word == "--");
    }
    if rest.peek().is_none() {
        let usage = "usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ...";
        complain(&context, usage);
        return Ok(ExecutionExitCode::InvalidUsage.into());
    }
    let mut result = ExecutionResult::success();
    for target in rest {
        if let Err(message) = send(target, signal, context.shell) {
            result = complain(&context, &message);
        }
    }
    Ok(result)
}

fn send(target: &str, signal: Option<Signal>, shell: &mut Shell) -> Result<(), String> {
    let sent = if target.starts_with('%') {
        match background::find(target) {
            Some(job) => background::signal_job(&job, signal),
            None => {
                let job = shell.jobs_mut().resolve_job_spec(target);
                let group = job.and_then(|job| job.process_group_id());
                let group = group.ok_or_else(|| format!("{target}: no such job"))?;
                nix::sys::signal::killpg(Pid::from_raw(group), signal)
            }
        }
    } else {
        let pid: i32 = target
            .parse()
            .map_err(|_| format!("{target}: arguments must be process or job IDs"))?;
        nix::sys::signal::kill(Pid::from_raw(pid), signal)
    };
    sent.map_err(|error| format!("({target}) - {}", error.desc()))
}

/// `9`, `KILL`, `SIGKILL` or `0`, which sends nothing and asks only.
fn parse_signal(name: &str) -> Option<Option<Signal>> {
    if name == "0" {
        return Some(None);
    }
    match TrapSignal::try_from(name).or_else(|_| name.parse::<TrapSignal>()) {
        Ok(TrapSignal::Signal(signal)) => Some(Some(signal)),
        _ => None,
    }
}

fn list_signals<'a>(context: &Context<'_>, wanted: impl Iterator<Item = &'a String>) -> Outcome {
    let mut wanted = wanted.peekable();
    if wanted.peek().is_none() {
        let known = TrapSignal::iterator().filter(|one| matches!(one, TrapSignal::Signal(_)));
        brush_core::traps::format_signals(context.stdout(), known)?;
        writeln!(context.stdout())?;
    }
    for word in wanted {
        // An exit code above 128 names the signal that ended a program.
        let number = word.parse::<i32>().map(|number| number & 127);
        let signal = match number {
            Ok(number) => Signal::try_from(number).ok(),
            Err(_) => parse_signal(word).flatten(),
        };
        let Some(signal) = signal else {
            return Ok(complain(
                context,
                &format!("{word}: invalid signal specification"),
            ));
        };
        match number {
            Ok(_) => writeln!(context.stdout(), "{}", &signal.as_str()[3..])?,
            Err(_) => writeln!(context.stdout(), "{}", signal as i32)?,
        }
    }
    Ok(ExecutionResult::success())
}

async fn list_jobs(context: Context<'_>, arguments: Vec<CommandArg>) -> Outcome {
    let words = words(arguments);
    let only_pids = words.iter().any(|word| word == "-p");
    let with_pids = words.iter().any(|word| word == "-l");
    let mut jobs = background::jobs();
    let last = jobs.last().map(|job| job.number);
    for job in jobs.iter() {
        let mark = if Some(job.number) == last { '+' } else { ' ' };
        let state = match job.ended {
            None => "Running".to_owned(),
            Some(0) => "Done".to_owned(),
            Some(code) => format!("Exit {code}"),
        };
        let pid = if with_pids {
            format!("{} ", job.pid)
        } else {
            String::new()
        };
        if only_pids {
            writeln!(context.stdout(), "{}", job.pid)?;
        } else {
            let (number, text) = (job.number, &job.text);
            writeln!(
                context.stdout(),
                "[{number}]{mark}  {pid}{state:<24}{text} &"
            )?;
        }
    }
    jobs.retain(|job| job.ended.is_none());
    for job in &context.shell.jobs().jobs {
        writeln!(context.stdout(), "{job}")?;
    }
    Ok(ExecutionResult::success())
}

async fn disown(_context: Context<'_>, arguments: Vec<CommandArg>) -> Outcome {
    let words = words(arguments);
    let mut jobs = background::jobs();
    match words.first() {
        None => {
            jobs.pop();
        }
        Some(_) => {
            let pids: Vec<i32> = {
                drop(jobs);
                let found = words.iter().filter_map(|word| background::find(word));
                found.map(|job| job.pid).collect()
            };
            background::jobs().retain(|job| !pids.contains(&job.pid));
        }
    }
    Ok(ExecutionResult::success())
}

/// A stopped program is brush's job, a background list is ours.
async fn resume(context: Context<'_>, arguments: Vec<CommandArg>, name: &str) -> Outcome {
    let theirs = of_brush(false);
    match theirs.get(name) {
        Some(original) => (original.execute_func)(context, arguments).await,
        None => Ok(ExecutionResult::general_error()),
    }
}

async fn resume_behind(context: Context<'_>, arguments: Vec<CommandArg>) -> Outcome {
    if context.shell.jobs().current_job().is_some() {
        return resume(context, arguments, "bg").await;
    }
    let words = words(arguments);
    let name = words.first().map_or("%%", String::as_str);
    match background::find(name) {
        Some(job) => {
            let _ = background::signal_job(&job, Some(Signal::SIGCONT));
            writeln!(context.stderr(), "[{}]+ {} &", job.number, job.text)?;
            Ok(ExecutionResult::success())
        }
        None => Ok(complain(&context, &format!("{name}: no such job"))),
    }
}

async fn resume_in_front(context: Context<'_>, arguments: Vec<CommandArg>) -> Outcome {
    if context.shell.jobs().current_job().is_some() {
        return resume(context, arguments, "fg").await;
    }
    let words = words(arguments);
    let name = words.first().map_or("%%", String::as_str);
    let Some(job) = background::find(name) else {
        return Ok(complain(&context, &format!("{name}: no such job")));
    };
    writeln!(context.stdout(), "{}", job.text)?;
    let terminal = std::io::stdin();
    if job.leads_group {
        let _ = nix::unistd::tcsetpgrp(&terminal, Pid::from_raw(job.pid));
    }
    let _ = background::signal_job(&job, Some(Signal::SIGCONT));
    let code = match wait_for(job.pid).await {
        Ok(code) | Err(code) => code,
    };
    if job.leads_group {
        let _ = nix::unistd::tcsetpgrp(&terminal, nix::unistd::getpgrp());
    }
    Ok(ExecutionResult::new(code))
}
