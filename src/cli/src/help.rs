//! Help and usage texts, in the layout of Docker's: wrapped to 80 columns, the
//! flags' texts in one column.

use std::fmt::Write;

use crate::command::{Command, Group};
use crate::flags::{Flag, Takes};

/// One less than a terminal's usual width.
const WIDTH: usize = 79;

/// The usage block: `Usage:  docker ps [OPTIONS]`.
pub fn usage(command: &Command, path: &str) -> String {
    let mut text = String::from("Usage:  ");
    for (index, form) in command.usage.iter().enumerate() {
        if index > 0 {
            text.push_str("\n\t");
        }
        text.push_str(path);
        if !form.is_empty() {
            text.push(' ');
            text.push_str(form);
        }
    }
    text
}

/// What `--help` prints.
pub fn of_command(command: &Command, path: &str) -> String {
    let mut text = format!("{}\n\n{}\n", usage(command, path), command.about);
    if !command.aliases.is_empty() {
        let _ = write!(text, "\nAliases:\n  {}\n", command.aliases);
    }
    let mut flags: Vec<&Flag> = command
        .flags
        .iter()
        .flat_map(|table| table.iter())
        .filter(|flag| flag.same_as.is_none())
        .collect();
    if !flags.is_empty() {
        flags.sort_by_key(|flag| flag.long);
        text.push_str("\nOptions:\n");
        text.push_str(&options(&flags));
    }
    text
}

/// What a group prints when it is called without a command.
pub fn of_group(group: &Group) -> String {
    let path = format!("docker {}", group.name);
    let mut text = format!("Usage:  {path} COMMAND\n\n{}\n\nCommands:\n", group.about);
    text.push_str(&listing(group.commands));
    let _ = write!(
        text,
        "\nRun '{path} COMMAND --help' for more information on a command.\n"
    );
    text
}

/// What `docker` alone prints.
pub fn of_docker(
    common: &[&Command],
    groups: &[&Group],
    others: &[&Command],
    globals: &[Flag],
) -> String {
    let mut text = String::from(
        "Usage:  docker [OPTIONS] COMMAND\n\n\
         Containers in your lab, by Docker's commands\n\nCommon Commands:\n",
    );
    text.push_str(&listing(common));
    text.push_str("\nManagement Commands:\n");
    for group in groups {
        let _ = writeln!(text, "  {:<11} {}", group.name, group.about);
    }
    text.push_str("\nCommands:\n");
    text.push_str(&listing(others));
    text.push_str("\nGlobal Options:\n");
    text.push_str(&options(&globals.iter().collect::<Vec<_>>()));
    text.push_str("\nRun 'docker COMMAND --help' for more information on a command.\n");
    text
}

fn listing(commands: &[&Command]) -> String {
    let mut commands = commands.to_vec();
    commands.sort_by_key(|command| command.name);
    commands.iter().fold(String::new(), |mut text, command| {
        let _ = writeln!(text, "  {:<11} {}", command.name, command.about);
        text
    })
}

fn options(flags: &[&Flag]) -> String {
    let names: Vec<String> = flags.iter().map(|flag| spelled(flag)).collect();
    let column = names.iter().map(String::len).max().unwrap_or(0) + 3;
    let mut text = String::new();
    for (flag, name) in flags.iter().zip(names) {
        let mut about = flag.help.to_owned();
        if !flag.default.is_empty() {
            let _ = write!(about, " (default {})", flag.default);
        }
        let mut lines = wrap(&about, WIDTH.saturating_sub(column).max(24)).into_iter();
        let first = lines.next().unwrap_or_default();
        let _ = writeln!(text, "{name:column$}{first}");
        for line in lines {
            let _ = writeln!(text, "{:column$}{line}", "");
        }
    }
    text
}

fn spelled(flag: &Flag) -> String {
    let mut text = match flag.short {
        Some(short) => format!("  -{short}, --{}", flag.long),
        None => format!("      --{}", flag.long),
    };
    if let Takes::Value { kind, .. } | Takes::Values { kind, .. } = flag.takes {
        text.push(' ');
        text.push_str(kind);
    }
    text
}

/// Words in lines of at most `width` bytes; a longer word stands alone.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + word.len() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
