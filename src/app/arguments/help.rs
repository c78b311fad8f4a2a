//! `--help` in the reader's language: the definition's words, put in when it is
//! known which language that is.
//!
//! The words are those of `texts/`; the comments of the definition say the same
//! in English, and a test holds the two together. What clap adds by itself
//! (headings, defaults, `--help`) is replaced, since clap speaks English only.

use clap::builder::Styles;
use clap::{Arg, ArgAction, Command};
use plimsoll_text::Language;

use crate::words;

/// Options of every command come after a command's own.
const SHARED: usize = 500;

type Say = fn(Language) -> String;

/// The definition, for a reader of `language`.
pub fn in_language(definition: Command, language: Language) -> Command {
    let help = Arg::new("help")
        .short('h')
        .long("help")
        .action(ArgAction::Help)
        .global(true);
    let version = Arg::new("version")
        .short('V')
        .long("version")
        .action(ArgAction::Version);
    let definition = definition
        .disable_help_flag(true)
        .disable_version_flag(true)
        .args([help, version])
        .after_help(words::help_after(language));
    translated(definition, "plimsoll", language)
}

fn translated(command: Command, path: &str, language: Language) -> Command {
    let usage = Styles::styled();
    let usage = usage.get_usage();
    let heading = words::help_usage(language);
    let mut command = command
        .help_template(format!(
            "{{about-with-newline}}\n{usage}{heading}{usage:#} {{usage}}\n\n{{all-args}}{{after-help}}"
        ))
        .subcommand_help_heading(words::help_commands(language))
        .subcommand_value_name(words::value_command(language));
    if let Some(say) = of_command(path) {
        command = command.about(say(language));
    }
    // Under a heading of their own clap would sort them by name.
    let mut place = 0;
    command
        .mut_args(|argument| {
            place += 1;
            let last = argument.is_global_set() || argument.get_id() == "version";
            let place = place + if last { SHARED } else { 0 };
            one_argument(argument, path, language).display_order(place)
        })
        .mut_subcommands(|below| {
            let path = format!("{path} {}", below.get_name());
            translated(below, &path, language)
        })
}

fn one_argument(argument: Arg, path: &str, language: Language) -> Arg {
    let said = of_argument(path, argument.get_id().as_str()).map(|say| say(language));
    let added = in_brackets(&argument, language);
    let help: Vec<String> = said.into_iter().chain(added).collect();
    let heading = match argument.is_positional() {
        true => words::help_arguments(language),
        false => words::help_options(language),
    };
    let names = argument.get_value_names().unwrap_or_default();
    let names: Vec<String> = names.iter().map(|name| value(name, language)).collect();
    let takes_values = argument.get_action().takes_values();
    let has_variable = argument.get_env().is_some();
    let argument = argument
        .help(help.join(" "))
        .help_heading(heading)
        .hide_env(has_variable);
    match takes_values {
        true => argument
            .value_names(names)
            .hide_default_value(true)
            .hide_possible_values(true),
        false => argument,
    }
}

/// What clap would add in English.
fn in_brackets(argument: &Arg, language: Language) -> Vec<String> {
    let mut added = Vec::new();
    if let Some(variable) = argument.get_env() {
        added.push(words::help_environment(
            language,
            variable.to_string_lossy(),
        ));
    }
    if argument.get_action().takes_values() {
        let possible = argument.get_possible_values();
        let names: Vec<&str> = possible.iter().map(|value| value.get_name()).collect();
        if !names.is_empty() {
            added.push(words::help_possible(language, names.join(", ")));
        }
        if let Some(default) = argument.get_default_values().first() {
            added.push(words::help_default(language, default.to_string_lossy()));
        }
    }
    added
}

/// What stands for a value; a name that is the same in both languages stays.
fn value(name: &str, language: Language) -> String {
    let say: Say = match name {
        "ATTEMPT" => words::value_attempt,
        "COMMAND" => words::value_command,
        "DIR" => words::value_dir,
        "ENDPOINT" => words::value_endpoint,
        "FILE" => words::value_file,
        "FOLDER" => words::value_folder,
        "FORMAT" => words::value_format,
        "LANG" => words::value_lang,
        "SECONDS" => words::value_seconds,
        "VALUE" => words::value_value,
        "WORDS" => words::value_words,
        _ => return name.to_owned(),
    };
    say(language)
}

fn of_command(path: &str) -> Option<Say> {
    Some(match path {
        "plimsoll" => words::help_plimsoll,
        "plimsoll labs" => words::help_labs,
        "plimsoll shell" => words::help_shell,
        "plimsoll check" => words::help_check,
        "plimsoll map" => words::help_map,
        "plimsoll answer" => words::help_answer,
        "plimsoll hint" => words::help_hint,
        "plimsoll reset" => words::help_reset,
        "plimsoll demo" => words::help_demo,
        "plimsoll grade" => words::help_grade,
        "plimsoll submit" => words::help_submit,
        "plimsoll course" => words::help_course,
        "plimsoll course new" => words::help_course_new,
        "plimsoll course check" => words::help_course_check,
        "plimsoll course play" => words::help_course_play,
        "plimsoll course schema" => words::help_course_schema,
        "plimsoll book" => words::help_book,
        "plimsoll stop" => words::help_stop,
        "plimsoll env" => words::help_env,
        "plimsoll doctor" => words::help_doctor,
        "plimsoll docker" => words::help_docker,
        _ => return None,
    })
}

/// By the command and the field of its arguments.
fn of_argument(path: &str, id: &str) -> Option<Say> {
    let command = path.strip_prefix("plimsoll").unwrap_or(path).trim_start();
    Some(match (command, id) {
        ("", "store") => words::arg_store,
        ("", "course") => words::arg_course,
        ("", "lang") => words::arg_lang,
        ("", "record") => words::arg_record,
        ("", "plain") => words::arg_plain,
        ("", "help") => words::arg_help,
        ("", "version") => words::arg_version,
        ("shell", "lab") => words::arg_lab_example,
        ("shell", "no_publish") => words::arg_no_publish,
        ("shell", "command") => words::arg_command,
        ("labs" | "map", "json") => words::arg_json,
        ("check", "json") => words::arg_result_json,
        ("doctor", "json") => words::arg_findings_json,
        ("check" | "hint", "lab") => words::arg_lab_meant,
        ("check" | "map", "engine") => words::arg_engine,
        ("answer", "lab") => words::arg_lab_left_out,
        ("answer", "question") => words::arg_question,
        ("answer", "value") => words::arg_value,
        ("reset", "step") => words::arg_step,
        ("reset", "files") => words::arg_reset_files,
        ("reset", "yes") => words::arg_yes,
        ("demo", "labs") => words::arg_labs,
        ("grade", "script") => words::arg_script,
        ("grade", "files") => words::arg_script_files,
        ("grade", "timeout") => words::arg_timeout,
        ("grade", "format") => words::arg_format,
        ("submit", "output") => words::arg_output,
        ("course new" | "course check" | "course play", "folder") => words::arg_course_folder,
        ("course new", "lab") => words::arg_new_lab,
        ("course check", "lab") => words::arg_only_lab,
        ("course check", "no_play") => words::arg_no_play,
        ("course play", "attempt") => words::arg_attempt,
        ("course schema", "file") => words::arg_schema_file,
        ("book", "page") => words::arg_page,
        ("book", "out") => words::arg_out,
        ("book", "port") => words::arg_port,
        ("book", "sources") => words::arg_sources,
        ("stop", "all") => words::arg_all,
        ("docker", "words") => words::arg_docker_words,
        ("map" | "reset" | "grade" | "submit" | "course play" | "stop" | "env", "lab") => {
            words::arg_lab
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::arguments::Arguments;

    /// Every command that is shown, with its path.
    fn shown(command: &Command, path: &str, all: &mut Vec<(String, Command)>) {
        all.push((path.to_owned(), command.clone()));
        for below in command
            .get_subcommands()
            .filter(|below| !below.is_hide_set())
        {
            shown(below, &format!("{path} {}", below.get_name()), all);
        }
    }

    #[test]
    fn every_command_and_argument_has_words_in_both_languages() {
        let mut all = Vec::new();
        shown(&Arguments::command(), "plimsoll", &mut all);
        let check = |what: String, comment: Option<String>, say: Option<Say>| {
            let say = say.unwrap_or_else(|| panic!("{what}: no words in help.rs"));
            assert_eq!(
                comment,
                Some(say(Language::English)),
                "{what}: the comment beside the definition, and texts/en.ftl"
            );
            assert_ne!(say(Language::English), say(Language::French), "{what}");
        };
        for (path, command) in &all {
            let about = command.get_about().map(ToString::to_string);
            check(path.clone(), about, of_command(path));
            for argument in command.get_arguments().filter(|one| !one.is_hide_set()) {
                let id = argument.get_id().as_str();
                let comment = argument.get_help().map(ToString::to_string);
                check(format!("{path} {id}"), comment, of_argument(path, id));
            }
        }
        assert!(all.len() > 20, "{} commands", all.len());
    }

    #[test]
    fn help_as_it_is_read() {
        for language in [Language::English, Language::French] {
            let mut all = Vec::new();
            shown(&Arguments::command(), "plimsoll", &mut all);
            let told: Vec<String> = all.iter().map(|(path, _)| help(path, language)).collect();
            let name = format!("help_{}", language.code());
            insta::assert_snapshot!(name, told.join("\n"));
        }
    }

    fn help(path: &str, language: Language) -> String {
        let words = path.split(' ').chain(["--help"]);
        let definition = in_language(Arguments::command(), language).term_width(100);
        let shown = definition.try_get_matches_from(words).expect_err("help");
        format!("$ {path} --help\n{shown}")
    }

    #[test]
    fn no_line_of_clap_itself_is_left_in_french() {
        let mut all = Vec::new();
        shown(&Arguments::command(), "plimsoll", &mut all);
        let english = [
            "Usage: ",
            "Commands:",
            "Arguments:",
            "Options:",
            "[default",
            "[possible",
            "[env",
            "Print",
        ];
        for (path, _) in all {
            let said = help(&path, Language::French);
            for word in english {
                assert!(!said.contains(word), "{path} --help: `{word}` in\n{said}");
            }
        }
    }
}
