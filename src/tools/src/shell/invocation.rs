//! The command line of `bash` and `sh`. Pure.

use brush_core::{ProfileLoadBehavior, RcLoadBehavior};

pub const VERSION: &str = concat!(
    "Plimsoll's shell ",
    env!("CARGO_PKG_VERSION"),
    ", compatible with bash: brush 0.5"
);

/// How a child that continues a background list is told where its state lies.
pub const BACKGROUND: &str = "--plimsoll-background";

/// Where commands come from.
#[derive(Debug, PartialEq, Eq)]
pub enum Commands {
    /// `-c TEXT`
    Text(String),
    /// A file, searched on PATH if it is not here.
    Script(String),
    /// Standard input, or the terminal.
    Input,
    /// A list that the parent shell put into the background; the number is the
    /// descriptor of its state.
    Background(i32),
}

#[derive(Debug)]
pub struct Invocation {
    /// argv[0] without a directory and without a login shell's dash.
    pub name: String,
    pub commands: Commands,
    /// `$0` and `$1...`, if given.
    pub arguments: Vec<String>,
    pub interactive: Option<bool>,
    pub login: bool,
    pub enabled: Vec<String>,
    pub disabled: Vec<String>,
    pub shopts: Vec<String>,
    no_profile: bool,
    no_rc: bool,
    rc_file: Option<String>,
    version: bool,
    help: bool,
}

impl Invocation {
    /// Reads an argument vector; the error is a line for standard error.
    pub fn parse(arguments: &[String]) -> Result<Invocation, String> {
        let first = arguments.first().map_or("bash", String::as_str);
        let base = first.rsplit('/').next().unwrap_or(first);
        let mut invocation = Invocation {
            name: base.trim_start_matches('-').to_owned(),
            commands: Commands::Input,
            arguments: Vec::new(),
            interactive: None,
            login: base.starts_with('-'),
            enabled: Vec::new(),
            disabled: Vec::new(),
            shopts: Vec::new(),
            no_profile: false,
            no_rc: false,
            rc_file: None,
            version: false,
            help: false,
        };
        let mut rest = arguments.iter().skip(1).cloned().peekable();
        let mut takes_text = false;
        let mut from_input = false;
        while let Some(argument) = rest.next_if(|argument| is_option(argument)) {
            match argument.as_str() {
                "-" | "--" => break,
                _ if argument.starts_with("--") => invocation.long(&argument, &mut rest)?,
                _ => {
                    let on = argument.starts_with('-');
                    for letter in argument.chars().skip(1) {
                        match letter {
                            'c' => takes_text = true,
                            's' => from_input = true,
                            _ => invocation.letter(letter, on, &mut rest)?,
                        }
                    }
                }
            }
        }
        if takes_text {
            let text = rest
                .next()
                .ok_or_else(|| format!("{}: -c: option requires an argument", invocation.name))?;
            invocation.commands = Commands::Text(text);
        } else if invocation.commands == Commands::Input
            && !from_input
            && let Some(path) = rest.next()
        {
            invocation.arguments.push(path.clone());
            invocation.commands = Commands::Script(path);
        }
        invocation.arguments.extend(rest);
        Ok(invocation)
    }

    fn letter(
        &mut self,
        letter: char,
        on: bool,
        rest: &mut impl Iterator<Item = String>,
    ) -> Result<(), String> {
        match letter {
            'i' => self.interactive = Some(on),
            'l' => self.login = on,
            'o' | 'O' => {
                let name = rest
                    .next()
                    .ok_or_else(|| format!("{}: -{letter}: option requires a name", self.name))?;
                match (letter, on) {
                    ('O', _) => self.shopts.push(name),
                    (_, true) => self.enabled.push(name),
                    (_, false) => self.disabled.push(name),
                }
            }
            _ => {
                let sign = if on { '-' } else { '+' };
                let name = set_option(letter)
                    .ok_or_else(|| format!("{}: {sign}{letter}: invalid option", self.name))?;
                let list = if on {
                    &mut self.enabled
                } else {
                    &mut self.disabled
                };
                list.push(name.to_owned());
            }
        }
        Ok(())
    }

    fn long(
        &mut self,
        option: &str,
        rest: &mut impl Iterator<Item = String>,
    ) -> Result<(), String> {
        match option {
            "--login" => self.login = true,
            "--norc" => self.no_rc = true,
            "--noprofile" => self.no_profile = true,
            "--rcfile" | "--init-file" => self.rc_file = rest.next(),
            "--posix" => self.enabled.push("posix".to_owned()),
            "--noediting" => {}
            "--version" => self.version = true,
            "--help" => self.help = true,
            BACKGROUND => {
                let number = rest.next().and_then(|text| text.parse().ok());
                self.commands = Commands::Background(number.unwrap_or(-1));
            }
            _ => return Err(format!("{}: {option}: invalid option", self.name)),
        }
        Ok(())
    }

    /// `--version` and `--help` are answered without a shell.
    pub fn answer(&self) -> Option<String> {
        if self.version {
            return Some(VERSION.to_owned());
        }
        self.help.then(|| {
            format!(
                "{VERSION}\nUsage: {0} [option] ... [script [argument ...]]\n       \
                 {0} [option] ... -c 'commands' [name [argument ...]]\n\n\
                 Options: -c -i -l -s -e -u -x -v -n -f, -o and +o NAME, --login, --norc,\n\
                 --noprofile, --rcfile FILE, --posix, --version, --help",
                self.name
            )
        })
    }

    /// Called `sh`: the smaller set of builtins, and POSIX rules.
    pub fn posix_name(&self) -> bool {
        self.name == "sh"
    }

    /// `$0`, and the positional parameters.
    pub fn parameters(&self) -> (String, Vec<String>) {
        match self.commands {
            Commands::Input | Commands::Background(_) => {
                (self.name.clone(), self.arguments.clone())
            }
            Commands::Text(_) | Commands::Script(_) => {
                let mut words = self.arguments.iter().cloned();
                let zero = words.next().unwrap_or_else(|| self.name.clone());
                (zero, words.collect())
            }
        }
    }

    pub fn profile(&self) -> ProfileLoadBehavior {
        if self.no_profile {
            ProfileLoadBehavior::Skip
        } else {
            ProfileLoadBehavior::LoadDefault
        }
    }

    pub fn rc(&self) -> RcLoadBehavior {
        match &self.rc_file {
            _ if self.no_rc => RcLoadBehavior::Skip,
            Some(path) => RcLoadBehavior::LoadCustom(path.into()),
            None => RcLoadBehavior::LoadDefault,
        }
    }
}

fn is_option(argument: &str) -> bool {
    argument.starts_with('-') || (argument.starts_with('+') && argument.len() > 1)
}

/// The long name of an option of `set`.
fn set_option(letter: char) -> Option<&'static str> {
    Some(match letter {
        'a' => "allexport",
        'b' => "notify",
        'e' => "errexit",
        'f' => "noglob",
        'h' => "hashall",
        'm' => "monitor",
        'n' => "noexec",
        'u' => "nounset",
        'v' => "verbose",
        'x' => "xtrace",
        'B' => "braceexpand",
        'C' => "noclobber",
        'E' => "errtrace",
        'T' => "functrace",
        _ => return None,
    })
}
