//! What may be typed after `plimsoll`. Pure: nothing here looks at the machine.
//!
//! The definition is here; `help` puts it into the reader's language, `refusal`
//! says what is wrong with what was typed.

mod help;
mod refusal;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use plimsoll_host::LabName;
use plimsoll_text::Language;

/// Learn containers by running them.
#[derive(Debug, Parser)]
#[command(name = "plimsoll", version, about, disable_help_subcommand = true)]
pub struct Arguments {
    #[command(flatten)]
    pub shared: Shared,
    #[command(flatten)]
    pub interface: Interface,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Options of the terminal interface.
#[derive(Debug, Clone, Default, Args)]
pub struct Interface {
    /// Write everything that happens in the interface into this file
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Lines instead of a full screen, for screen readers
    #[arg(long, env = "PLIMSOLL_PLAIN", value_parser = yes_or_no)]
    pub plain: bool,
}

/// Options of every command.
#[derive(Debug, Clone, Default, Args)]
pub struct Shared {
    /// Keep blobs and layers in this folder, on a local disk
    #[arg(long, global = true, value_name = "DIR")]
    pub store: Option<PathBuf>,
    /// A course in a folder, in place of the one that the binary carries
    #[arg(long, global = true, value_name = "DIR")]
    pub course: Option<PathBuf>,
    /// Language of Plimsoll's own texts: en or fr
    #[arg(long, global = true, value_name = "LANG", env = Language::VARIABLE,
        value_parser = asked)]
    pub lang: Option<Asked>,
}

/// A language that was asked for; an empty variable asks for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked(pub Option<Language>);

/// `plimsoll LAB` with options behind the lab's name, which a command of its own
/// would keep for itself.
#[derive(Debug, Parser)]
#[command(name = "plimsoll", version)]
struct AtLab {
    #[command(flatten)]
    shared: Shared,
    #[command(flatten)]
    interface: Interface,
    #[arg(value_name = "LAB")]
    words: Vec<OsString>,
}

/// One variant for each command; its work is in the file of its name.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The labs, how far you are, and what to type next
    Labs(LabsArguments),
    /// A shell, or one command, in a lab
    Shell(ShellArguments),
    /// Look at a lab's state and say which goals are met
    Check(CheckArguments),
    /// Draw a lab: its containers, networks, ports, folders and volumes
    Map(MapArguments),
    /// Answer a question of a lab
    Answer(AnswerArguments),
    /// Help with the next open goal, a step at a time
    Hint(HintArguments),
    /// Begin a lab, or one of its steps, anew: what was made since is removed
    Reset(ResetArguments),
    /// Play the reference solutions on real containers and grade them
    Demo(DemoArguments),
    /// Grade a stranger's script in a private lab
    Grade(GradeArguments),
    /// Pack your work for your teacher (comes with a later version)
    Submit(SubmitArguments),
    /// For authors: make, check and play labs
    Course(CourseArguments),
    /// The book: in a browser on this machine, or as files
    Book(BookArguments),
    /// End a lab; its containers, images and volumes are kept
    Stop(StopArguments),
    /// Print the variables that lead any Docker client to a lab
    Env(EnvArguments),
    /// Find out what this machine allows, and what mends it
    Doctor(DoctorArguments),
    /// The `docker` command: `plimsoll docker run hello-world`
    Docker(DockerArguments),
    /// A lab's name alone: its lesson
    #[command(external_subcommand)]
    Lab(Vec<OsString>),
}

#[derive(Debug, Args)]
pub struct ShellArguments {
    /// The lab, for example hello-world
    pub lab: LabName,
    /// Do not offer published ports on this machine's own loopback
    #[arg(long)]
    pub no_publish: bool,
    /// No greeting: the interface says it all
    #[arg(long, hide = true)]
    pub quiet: bool,
    /// A command and its arguments, after `--`
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

#[derive(Debug, Args)]
pub struct LabsArguments {
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct CheckArguments {
    /// The lab; inside a lab's shell that one is meant
    pub lab: Option<LabName>,
    /// The result record as JSON
    #[arg(long)]
    pub json: bool,
    /// Look at another engine: unix:///var/run/docker.sock
    #[arg(long, value_name = "ENDPOINT")]
    pub engine: Option<String>,
}

#[derive(Debug, Args)]
pub struct MapArguments {
    /// The lab
    pub lab: LabName,
    /// As JSON
    #[arg(long)]
    pub json: bool,
    /// Look at another engine: unix:///var/run/docker.sock
    #[arg(long, value_name = "ENDPOINT")]
    pub engine: Option<String>,
}

#[derive(Debug, Args)]
pub struct AnswerArguments {
    /// The lab; inside a lab's shell it can be left out
    pub lab: Option<String>,
    /// The question's name, as the lesson prints it; none lists the questions
    pub question: Option<String>,
    /// Your answer
    pub value: Option<String>,
}

#[derive(Debug, Args)]
pub struct HintArguments {
    /// The lab; inside a lab's shell that one is meant
    pub lab: Option<LabName>,
}

#[derive(Debug, Args)]
pub struct ResetArguments {
    /// The lab
    pub lab: LabName,
    /// Go back to the start of this step of the lesson, counted from 1
    #[arg(long, value_name = "N", value_parser = |text: &str| number(text, 1, 999_usize))]
    pub step: Option<usize>,
    /// Put start files that you changed back too; yours stay as NAME.old
    #[arg(long)]
    pub files: bool,
    /// Do not ask
    #[arg(long, short = 'y')]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub struct DemoArguments {
    /// Labs to play; all of them where none is named
    pub labs: Vec<LabName>,
}

#[derive(Debug, Args)]
pub struct GradeArguments {
    /// The lab
    pub lab: String,
    /// The script to run
    #[arg(long, value_name = "FILE")]
    pub script: Option<PathBuf>,
    /// Files that belong to it: they lie in the folder it runs in
    #[arg(long, value_name = "DIR")]
    pub files: Option<PathBuf>,
    /// Seconds that the script may take
    #[arg(long, default_value_t = 120, value_name = "SECONDS",
        value_parser = |text: &str| number(text, 1, 86_400_u64))]
    pub timeout: u64,
    /// How to print the result: for people, or as the record plimsoll/result/v1
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    Text,
    Json,
}

#[derive(Debug, Args)]
pub struct SubmitArguments {
    /// The lab
    pub lab: LabName,
    /// Where to write what you hand in
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct CourseArguments {
    #[command(subcommand)]
    pub action: CourseAction,
}

#[derive(Debug, Subcommand)]
pub enum CourseAction {
    /// Write a small lab that works, to begin from
    New {
        /// The course's folder
        folder: PathBuf,
        /// The new lab's name
        #[arg(default_value = "first-lab")]
        lab: LabName,
    },
    /// Check a course's files, then play every attempt and grade it
    Check {
        /// The course's folder
        folder: PathBuf,
        /// One lab only
        lab: Option<LabName>,
        /// Only read the files: play nothing
        #[arg(long)]
        no_play: bool,
    },
    /// Play one lab's attempts, or the one named, and show every verdict
    Play {
        /// The course's folder
        folder: PathBuf,
        /// The lab
        lab: Option<LabName>,
        /// One attempt, by its file's name without .sh
        attempt: Option<String>,
    },
    /// Print the JSON Schema of lab, grader or course files, for editors
    Schema {
        /// lab, grader or course
        file: Option<String>,
    },
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct BookArguments {
    /// A page, for example course/keeping-data, or a lab; else the beginning
    pub page: Option<String>,
    /// Write the book, in both languages, into this folder
    #[arg(long, value_name = "DIR", conflicts_with_all = ["page", "port"])]
    pub out: Option<PathBuf>,
    /// The port of 127.0.0.1 to serve it at; else a free one
    #[arg(long, value_parser = |text: &str| number(text, 0, u16::MAX))]
    pub port: Option<u16>,
    /// For those who write it: its folder, in place of what the binary carries
    #[arg(long, value_name = "DIR")]
    pub sources: Option<PathBuf>,
    #[command(subcommand)]
    pub protocol: Option<BookProtocol>,
}

#[derive(Debug, Subcommand)]
pub enum BookProtocol {
    /// mdBook calls this
    #[command(hide = true)]
    Preprocessor {
        /// `supports RENDERER`, or nothing
        words: Vec<String>,
    },
    /// The interface calls this: it serves on the socket that standard input is,
    /// for as long as somebody reads standard output
    #[command(hide = true)]
    Aside,
}

#[derive(Debug, Args)]
pub struct StopArguments {
    /// The lab
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    pub lab: Option<LabName>,
    /// Every lab of yours
    #[arg(long)]
    pub all: bool,
}

#[derive(Debug, Args)]
pub struct EnvArguments {
    /// The lab
    pub lab: LabName,
}

#[derive(Debug, Args)]
pub struct DoctorArguments {
    /// The findings as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct DockerArguments {
    /// What `docker` takes
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub words: Vec<OsString>,
}

/// The names of the commands, for those who mistype one.
pub fn command_names() -> Vec<String> {
    let definition = Arguments::command();
    let names = definition.get_subcommands().map(clap::Command::get_name);
    names.map(str::to_owned).collect()
}

/// The language to speak, known before the words are read: what is wrong with
/// them is said in it too.
pub fn language(
    words: &[OsString],
    remembered: impl FnOnce() -> Option<Language>,
    variable: impl Fn(&str) -> Option<String>,
) -> Language {
    let mut ours = words.iter().take_while(|word| *word != "--");
    let mut asked = None;
    while let Some(word) = ours.next() {
        let word = word.to_str().unwrap_or_default();
        if word == "--lang" {
            asked = ours.next().and_then(|given| given.to_str());
        } else if let Some(given) = word.strip_prefix("--lang=") {
            asked = Some(given);
        }
    }
    Language::choose(asked.and_then(Language::named), remembered, variable)
}

/// Reads the words after the program's name.
///
/// # Errors
/// clap's, which also carries help and version.
pub fn parse(words: Vec<OsString>, language: Language) -> Result<Arguments, clap::Error> {
    let arguments: Arguments = read(&words, language)?;
    match &arguments.command {
        Some(Command::Lab(given)) if given.len() > 1 => at_lab(arguments, &words, language),
        _ => Ok(arguments),
    }
}

fn read<T: CommandFactory + FromArgMatches>(
    words: &[OsString],
    language: Language,
) -> Result<T, clap::Error> {
    let mut definition = help::in_language(T::command(), language);
    let name = OsString::from("plimsoll");
    let mut matches = definition.try_get_matches_from_mut(std::iter::once(&name).chain(words))?;
    T::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut definition))
}

/// Options may stand on either side of a lab's name.
fn at_lab(
    as_words: Arguments,
    words: &[OsString],
    language: Language,
) -> Result<Arguments, clap::Error> {
    match read::<AtLab>(words, language) {
        Ok(found) => Ok(Arguments {
            shared: found.shared,
            interface: found.interface,
            command: Some(Command::Lab(found.words)),
        }),
        // Whether the first word is a lab is not known here: who knows tells.
        Err(error) if error.kind() == ErrorKind::UnknownArgument => Ok(as_words),
        Err(error) if error.kind() == ErrorKind::DisplayHelp => read(&["--help".into()], language),
        Err(error) => Err(error),
    }
}

/// Prints help, version, or what is wrong: code 0 or 2.
pub fn refuse(error: &clap::Error, language: Language) -> ExitCode {
    let is_help = matches!(
        error.kind(),
        ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    );
    if !is_help {
        return refusal::failure(error, language).show();
    }
    // A closed pipe is the reader's choice.
    let _ = error.print();
    if error.use_stderr() {
        ExitCode::from(2)
    } else {
        ExitCode::SUCCESS
    }
}

/// What a value should have been; said by `refusal`.
#[derive(Debug, thiserror::Error)]
pub enum ValueError {
    #[error("not from {least} to {most}")]
    Number { least: String, most: String },
    #[error("neither yes nor no")]
    YesOrNo,
    #[error("no language that is spoken here")]
    Language,
}

fn asked(word: &str) -> Result<Asked, ValueError> {
    match (word, Language::named(word)) {
        ("", _) => Ok(Asked(None)),
        (_, None) => Err(ValueError::Language),
        (_, known) => Ok(Asked(known)),
    }
}

/// As clap's own parser of ranges, whose errors are English words only.
fn number<T>(text: &str, least: T, most: T) -> Result<T, ValueError>
where
    T: std::str::FromStr + PartialOrd + std::fmt::Display,
{
    match text.parse() {
        Ok(number) if number >= least && number <= most => Ok(number),
        _ => Err(ValueError::Number {
            least: least.to_string(),
            most: most.to_string(),
        }),
    }
}

/// For a variable that switches something on.
fn yes_or_no(text: &str) -> Result<bool, ValueError> {
    match text.to_lowercase().as_str() {
        "1" | "y" | "yes" | "t" | "true" | "on" => Ok(true),
        "0" | "n" | "no" | "f" | "false" | "off" | "" => Ok(false),
        _ => Err(ValueError::YesOrNo),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_holds_together() {
        Arguments::command().debug_assert();
        help::in_language(Arguments::command(), Language::French).debug_assert();
    }

    #[test]
    fn a_command_follows_two_hyphens() {
        let words = ["shell", "hello-world", "--", "ls", "-la"].map(OsString::from);
        let arguments = parse(words.to_vec(), Language::English).expect("parsed");
        let Some(Command::Shell(shell)) = arguments.command else {
            panic!("another command");
        };
        assert_eq!(shell.command, ["ls", "-la"]);
    }

    #[test]
    fn what_is_no_command_may_be_a_lab() {
        let arguments =
            parse(vec![OsString::from("hello-world")], Language::English).expect("parsed");
        let Some(Command::Lab(words)) = arguments.command else {
            panic!("another command");
        };
        assert_eq!(words, ["hello-world"]);
    }

    #[test]
    fn options_stand_on_either_side_of_a_lab() {
        let read = |typed: &str| {
            let words = typed.split(' ').map(OsString::from).collect();
            parse(words, Language::English)
        };
        for typed in [
            "hello-world --record f --lang fr",
            "--record f hello-world --lang=fr",
            "--lang fr --record f hello-world",
        ] {
            let arguments = read(typed).expect(typed);
            assert_eq!(arguments.interface.record, Some("f".into()), "{typed}");
            let asked = Some(Asked(Some(Language::French)));
            assert_eq!(arguments.shared.lang, asked, "{typed}");
            let Some(Command::Lab(words)) = arguments.command else {
                panic!("{typed}: another command");
            };
            assert_eq!(words, ["hello-world"], "{typed}");
        }
        // Neither lab nor option: who knows the labs says what is wrong.
        let Some(Command::Lab(words)) = read("lbs --json").expect("words").command else {
            panic!("another command");
        };
        assert_eq!(words, ["lbs", "--json"]);
        let help = read("hello-world --help").expect_err("help").to_string();
        assert_eq!(help, read("--help").expect_err("help").to_string());
    }

    #[test]
    fn the_language_is_known_before_the_words_are_read() {
        let of = |words: &[&str]| {
            let words: Vec<OsString> = words.iter().map(OsString::from).collect();
            let variable = |name: &str| (name == "LANG").then(|| "en_US".to_owned());
            language(&words, || None, variable)
        };
        assert_eq!(of(&["labs"]), Language::English);
        assert_eq!(of(&["labs", "--lang", "fr"]), Language::French);
        assert_eq!(of(&["--lang=fr", "--wrong"]), Language::French);
        // A command's own words are its own.
        let command = ["shell", "hello-world", "--", "sort", "--lang", "fr"];
        assert_eq!(of(&command), Language::English);
        assert_eq!(of(&["labs", "--lang"]), Language::English);
        // What is wrong with this one is said in the reader's own.
        assert_eq!(of(&["labs", "--lang", "de"]), Language::English);
    }

    #[test]
    fn courses_need_no_lab() {
        for words in [
            ["course", "new", "d"].as_slice(),
            &["course", "play", "d"],
            &["course", "check", "d"],
            &["course", "schema"],
        ] {
            let words = words.iter().map(OsString::from).collect();
            assert!(parse(words, Language::English).is_ok());
        }
    }

    #[test]
    fn a_bad_lab_name_is_told() {
        let words = ["env", "../etc"].map(OsString::from);
        let error = parse(words.to_vec(), Language::English).expect_err("refused");
        let error = refusal::failure(&error, Language::English);
        assert!(
            error.to_string().contains("`../etc` is not a lab's name"),
            "{error}"
        );
    }
}
