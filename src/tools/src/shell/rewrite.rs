//! Prepares a parsed program for [`super::background`] and [`super::signals`].
//! Pure.
//!
//! * `LIST &` becomes a call of a builtin that starts a real child process.
//! * `$!` becomes a variable that this builtin sets.
//! * `select NAME in WORDS` becomes a loop around a builtin that asks.
//! * In loops every command is followed by a look at pending signals, and so it
//!   is in every list of a text that sets traps. The look is written
//!   `BUILTIN && :`, which keeps `$?` and is exempt from `set -e`.

use brush_core::parser::ast::{
    AndOr, AndOrList, Command, CommandPrefixOrSuffixItem, CommandSuffix, CompoundCommand,
    CompoundList, CompoundListItem, Pipeline, Program, SeparatorOperator, SimpleCommand, Word,
};

/// The builtin that starts a background list from its text.
pub const START: &str = "__plimsoll_start";
/// The builtin that looks at pending signals.
pub const LOOK: &str = "__plimsoll_look";
/// The builtin that asks for one of some words.
pub const CHOOSE: &str = "__plimsoll_choose";
/// What `$!` stands for.
pub const LAST_BACKGROUND: &str = "BASH_LAST_BACKGROUND_PID";

pub fn program(program: Program, text: &str) -> Program {
    let mut program = if text.contains("$!") || text.contains("${!}") {
        name_last_background(program)
    } else {
        program
    };
    let look = if text.contains("trap") {
        Look::AtEveryCommand
    } else {
        Look::AtLoops
    };
    for list in &mut program.complete_commands {
        rewrite_list(list, look, false);
    }
    program
}

/// `select NAME in WORDS; do` is no syntax of brush: as text it becomes
/// `while CHOOSE NAME WORDS; do`. Called only for what does not parse as it is.
pub fn select_loops(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("select ") {
        let (before, found) = rest.split_at(at);
        out.push_str(before);
        let begins_command = {
            let before = out.trim_end_matches([' ', '\t']);
            before.is_empty()
                || before.ends_with(['\n', ';', '{', '(', '|', '&'])
                || before.ends_with("do")
        };
        let mut words = found["select ".len()..].splitn(3, ' ');
        match (begins_command, words.next(), words.next(), words.next()) {
            (true, Some(name), Some("in"), Some(after)) => {
                out.push_str(&format!("while {CHOOSE} {name} "));
                rest = after;
            }
            _ => {
                out.push_str("select ");
                rest = &found["select ".len()..];
            }
        }
    }
    out.push_str(rest);
    out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    AtLoops,
    AtEveryCommand,
}

fn rewrite_list(list: &mut CompoundList, look: Look, inner: bool) {
    let mut items = Vec::with_capacity(list.0.len());
    for CompoundListItem(mut commands, separator) in std::mem::take(&mut list.0) {
        let reads_pipe_status = commands.to_string().contains("PIPESTATUS");
        if inner && look == Look::AtEveryCommand && !items.is_empty() && !reads_pipe_status {
            items.push(look_item());
        }
        if matches!(separator, SeparatorOperator::Async) {
            let text = commands.to_string();
            commands = single(simple(START, &[&quote(&text)]));
        } else {
            rewrite_commands(&mut commands, look);
        }
        items.push(CompoundListItem(commands, SeparatorOperator::Sequence));
    }
    list.0 = items;
}

fn rewrite_commands(commands: &mut AndOrList, look: Look) {
    rewrite_pipeline(&mut commands.first, look);
    for next in &mut commands.additional {
        let (AndOr::And(pipeline) | AndOr::Or(pipeline)) = next;
        rewrite_pipeline(pipeline, look);
    }
}

fn rewrite_pipeline(pipeline: &mut Pipeline, look: Look) {
    for command in &mut pipeline.seq {
        match command {
            Command::Compound(compound, _) => rewrite_compound(compound, look),
            Command::Function(function) => rewrite_compound(&mut function.body.0, look),
            Command::Simple(_) | Command::ExtendedTest(..) => {}
        }
    }
}

fn rewrite_compound(compound: &mut CompoundCommand, look: Look) {
    match compound {
        CompoundCommand::BraceGroup(group) => rewrite_list(&mut group.list, look, true),
        CompoundCommand::Subshell(subshell) => rewrite_list(&mut subshell.list, look, true),
        CompoundCommand::ForClause(clause) => rewrite_loop(&mut clause.body.list, look),
        CompoundCommand::ArithmeticForClause(clause) => rewrite_loop(&mut clause.body.list, look),
        CompoundCommand::WhileClause(clause) | CompoundCommand::UntilClause(clause) => {
            rewrite_list(&mut clause.0, look, true);
            rewrite_loop(&mut clause.1.list, look);
        }
        CompoundCommand::IfClause(clause) => {
            rewrite_list(&mut clause.condition, look, true);
            rewrite_list(&mut clause.then, look, true);
            for branch in clause.elses.iter_mut().flatten() {
                if let Some(condition) = &mut branch.condition {
                    rewrite_list(condition, look, true);
                }
                rewrite_list(&mut branch.body, look, true);
            }
        }
        CompoundCommand::CaseClause(clause) => {
            for case in &mut clause.cases {
                if let Some(list) = &mut case.cmd {
                    rewrite_list(list, look, true);
                }
            }
        }
        CompoundCommand::Arithmetic(_) | CompoundCommand::Coprocess(_) => {}
    }
}

/// A look before the first command and after each: Ctrl-C ends the program
/// that runs in the foreground, and the loop must see that it did.
fn rewrite_loop(body: &mut CompoundList, look: Look) {
    rewrite_list(body, look, false);
    let mut items = vec![look_item()];
    for item in std::mem::take(&mut body.0) {
        items.push(item);
        items.push(look_item());
    }
    body.0 = items;
}

fn look_item() -> CompoundListItem {
    let mut commands = single(simple(LOOK, &[]));
    let nothing = single(simple(":", &[]));
    commands.additional.push(AndOr::And(nothing.first));
    CompoundListItem(commands, SeparatorOperator::Sequence)
}

fn single(command: SimpleCommand) -> AndOrList {
    AndOrList {
        first: Pipeline {
            timed: None,
            bang: false,
            seq: vec![Command::Simple(command)],
        },
        additional: Vec::new(),
    }
}

fn simple(name: &str, words: &[&str]) -> SimpleCommand {
    let words = words.iter();
    let suffix: Vec<_> = words
        .map(|word| CommandPrefixOrSuffixItem::Word(Word::new(word)))
        .collect();
    SimpleCommand {
        prefix: None,
        word_or_name: Some(Word::new(name)),
        suffix: (!suffix.is_empty()).then_some(CommandSuffix(suffix)),
    }
}

/// A word that expands to exactly `text`.
pub fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn name_last_background(program: Program) -> Program {
    let variable = format!("${{{LAST_BACKGROUND}}}");
    rename_all(program, &[("$!", &variable), ("${!}", &variable)])
}

/// `$$` is the first shell's number, in its background lists too.
pub fn with_shell_number(program: Program, pid: u32) -> Program {
    let pid = pid.to_string();
    rename_all(program, &[("$$", &pid), ("${$}", &pid)])
}

/// Words are kept as written in the tree; in its serialised form each is a
/// field called `value`, wherever it hangs.
fn rename_all(program: Program, names: &[(&str, &str)]) -> Program {
    let Ok(mut tree) = serde_json::to_value(&program) else {
        return program;
    };
    rename_in(&mut tree, names);
    serde_json::from_value(tree).unwrap_or(program)
}

fn rename_in(tree: &mut serde_json::Value, names: &[(&str, &str)]) {
    match tree {
        serde_json::Value::Object(fields) => {
            for (name, field) in fields {
                match field {
                    serde_json::Value::String(word) if name == "value" => {
                        *word = rename(word, names);
                    }
                    _ => rename_in(field, names),
                }
            }
        }
        serde_json::Value::Array(items) => {
            items.iter_mut().for_each(|item| rename_in(item, names));
        }
        _ => {}
    }
}

/// Replaces names outside single quotes and backslashes.
fn rename(word: &str, names: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(word.len());
    let mut rest = word;
    let (mut single, mut double) = (false, false);
    while let Some(letter) = rest.chars().next() {
        let found = names
            .iter()
            .find(|(old, _)| !single && rest.starts_with(old));
        if let Some((old, new)) = found {
            out.push_str(new);
            rest = &rest[old.len()..];
            continue;
        }
        let taken = match letter {
            '\\' if !single => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            _ => letter.len_utf8(),
        };
        match letter {
            '\'' if !double => single = !single,
            '"' if !single => double = !double,
            _ => {}
        }
        out.push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
    out
}
