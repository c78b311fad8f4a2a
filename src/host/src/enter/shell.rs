//! Which program a visit to the lab runs, where, and with what prompt.
//!
//! The prompt is `lab$ `, so that a learner sees where they are and the book's
//! lines read like theirs. The learner's own start-up files are read, not
//! touched: the shell is pointed at one of ours that reads theirs first.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::{EnterOptions, environment};
use crate::paths::LabPaths;

/// What the child becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CommandPlan {
    pub program: OsString,
    /// argv[0].
    pub name: OsString,
    pub arguments: Vec<OsString>,
    pub environment: BTreeMap<OsString, OsString>,
    pub folder: PathBuf,
}

/// Plans from this process's own environment.
pub(super) fn plan(paths: &LabPaths, options: &EnterOptions) -> CommandPlan {
    let mut environment = environment::in_lab(paths, std::env::vars_os());
    environment.extend(options.variables.iter().cloned());
    let folder = folder(std::env::current_dir().ok().as_deref(), &paths.work());
    match options.command.split_first() {
        Some((program, arguments)) => CommandPlan {
            program: program.clone(),
            name: program.clone(),
            arguments: arguments.to_vec(),
            environment,
            folder,
        },
        None => shell(&learners_shell(&environment), paths, environment, folder),
    }
}

/// Where the learner stands if that is among the lab's files, else their top.
fn folder(current: Option<&Path>, work: &Path) -> PathBuf {
    match current {
        Some(current) if current.starts_with(work) => current.to_path_buf(),
        _ => work.to_path_buf(),
    }
}

fn learners_shell(environment: &BTreeMap<OsString, OsString>) -> PathBuf {
    let uid = rustix::process::getuid().as_raw();
    environment
        .get(OsStr::new("SHELL"))
        .map(PathBuf::from)
        .into_iter()
        .chain(crate::users::shell_of(uid))
        .find(|shell| {
            shell.is_absolute()
                && rustix::fs::access(shell, rustix::fs::Access::EXEC_OK).is_ok()
                && !never_interactive(shell)
        })
        .unwrap_or_else(|| PathBuf::from("/bin/sh"))
}

/// Accounts that may not log in have one of these; a lab is no login.
fn never_interactive(shell: &Path) -> bool {
    let name = shell.file_name().unwrap_or_default();
    ["nologin", "false"].iter().any(|never| name == *never)
}

fn shell(
    shell: &Path,
    paths: &LabPaths,
    mut environment: BTreeMap<OsString, OsString>,
    folder: PathBuf,
) -> CommandPlan {
    let commands = paths.commands();
    let mut arguments: Vec<OsString> = Vec::new();
    let name = shell.file_name().unwrap_or_default();
    match name.to_str() {
        Some("bash") => {
            arguments.extend(["--rcfile".into(), commands.join(BASH_FILE).into_os_string()]);
        }
        Some("sh" | "dash" | "ash" | "ksh" | "mksh") => {
            if let Some(own) = environment.insert("ENV".into(), commands.join(SH_FILE).into()) {
                environment.insert("PLIMSOLL_ENV".into(), own);
            }
        }
        Some("zsh") => {
            let ours = environment.insert("ZDOTDIR".into(), commands.clone().into());
            if let Some(own) = ours.filter(|own| *own != commands) {
                environment.insert("PLIMSOLL_ZDOTDIR".into(), own);
            }
        }
        Some("fish") => arguments.extend(["--init-command".into(), FISH.into()]),
        _ => {}
    }
    environment.insert("SHELL".into(), shell.into());
    CommandPlan {
        program: shell.into(),
        name: name.to_owned(),
        arguments,
        environment,
        folder,
    }
}

/// Start-up files of ours, beside the lab's commands: name and text.
pub(super) const START_FILES: [(&str, &str); 4] = [
    (BASH_FILE, BASH),
    (SH_FILE, SH),
    (".zshenv", ZSHENV),
    (".zshrc", ZSHRC),
];

const BASH_FILE: &str = ".bashrc";
const SH_FILE: &str = ".shrc";

/// A learner's file may set PATH anew: the lab's commands go first again.
const BASH: &str = r#"# The lab's prompt and PATH, after your own ~/.bashrc.
plimsoll_commands=${BASH_SOURCE[0]%/*}
if [ -f ~/.bashrc ]; then . ~/.bashrc; fi
case $PATH in "$plimsoll_commands":*) ;; *) PATH=$plimsoll_commands:$PATH ;; esac
unset plimsoll_commands
unalias docker sudo 2>/dev/null
PS1='lab\$ '
"#;

const SH: &str = r#"# The lab's prompt, after your own $ENV.
if [ -n "$PLIMSOLL_ENV" ] && [ -f "$PLIMSOLL_ENV" ]; then . "$PLIMSOLL_ENV"; fi
PS1='lab$ '
"#;

/// Zsh(1), STARTUP/SHUTDOWN FILES: both are looked for in `ZDOTDIR`. It is the
/// learner's own whenever a file of theirs is read, and afterwards.
const ZSHENV: &str = r#"# The learner's own .zshenv, then .zshrc beside this file.
plimsoll_commands=${${(%):-%x}:A:h}
if [[ -n $PLIMSOLL_ZDOTDIR ]]; then ZDOTDIR=$PLIMSOLL_ZDOTDIR; else unset ZDOTDIR; fi
if [[ -f ${ZDOTDIR:-$HOME}/.zshenv ]]; then . "${ZDOTDIR:-$HOME}/.zshenv"; fi
plimsoll_zdotdir=$ZDOTDIR
ZDOTDIR=$plimsoll_commands
"#;

/// Themes write the prompt anew before each command: so does this, after them.
const ZSHRC: &str = r#"# The lab's prompt and PATH, after your own ~/.zshrc.
if [[ -n $plimsoll_zdotdir ]]; then ZDOTDIR=$plimsoll_zdotdir; else unset ZDOTDIR; fi
if [[ $HISTFILE == $plimsoll_commands/* ]]; then HISTFILE=${ZDOTDIR:-$HOME}/${HISTFILE:t}; fi
if [[ -f ${ZDOTDIR:-$HOME}/.zshrc ]]; then . "${ZDOTDIR:-$HOME}/.zshrc"; fi
path=($plimsoll_commands ${path:#$plimsoll_commands})
unset plimsoll_commands plimsoll_zdotdir PLIMSOLL_ZDOTDIR
unalias docker sudo 2>/dev/null
plimsoll_prompt() { PROMPT='lab$ ' RPROMPT= }
precmd_functions+=(plimsoll_prompt)
"#;

const FISH: &str = "function fish_prompt; echo -n 'lab$ '; end";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Environment, LabName, Places};

    fn paths() -> LabPaths {
        Places::choose(&Environment {
            home: Some("/home/learner".into()),
            ..Environment::default()
        })
        .expect("places")
        .lab(&LabName::new("hello-world").expect("a name"))
        .expect("paths")
    }

    #[test]
    fn the_learner_stays_where_they_are_among_their_files() {
        let work = Path::new("/home/learner/plimsoll/hello-world");
        let below = work.join("html");
        assert_eq!(folder(Some(&below), work), below);
        assert_eq!(folder(Some(Path::new("/etc")), work), work);
        assert_eq!(folder(None, work), work);
    }

    #[test]
    fn bash_reads_our_file() {
        let plan = shell(
            Path::new("/bin/bash"),
            &paths(),
            BTreeMap::new(),
            "/".into(),
        );
        assert_eq!(plan.name, "bash");
        assert_eq!(plan.arguments[0], "--rcfile");
        assert!(Path::new(&plan.arguments[1]).ends_with("bin/.bashrc"));
    }

    #[test]
    fn a_shells_own_env_file_is_kept() {
        let own = BTreeMap::from([("ENV".into(), "/home/learner/.shinit".into())]);
        let plan = shell(Path::new("/bin/dash"), &paths(), own, "/".into());
        assert_eq!(
            plan.environment[OsStr::new("PLIMSOLL_ENV")],
            "/home/learner/.shinit"
        );
        assert!(Path::new(&plan.environment[OsStr::new("ENV")]).ends_with("bin/.shrc"));
    }

    #[test]
    fn an_unknown_shell_is_run_as_it_is() {
        let plan = shell(
            Path::new("/bin/tcsh"),
            &paths(),
            BTreeMap::new(),
            "/".into(),
        );
        assert!(plan.arguments.is_empty());
        assert_eq!(plan.environment[OsStr::new("SHELL")], "/bin/tcsh");
    }

    #[test]
    fn zsh_keeps_its_own_folder() {
        let own = BTreeMap::from([("ZDOTDIR".into(), "/home/learner/.zsh".into())]);
        let plan = shell(Path::new("/bin/zsh"), &paths(), own, "/".into());
        let commands = paths().commands();
        assert_eq!(plan.environment[OsStr::new("ZDOTDIR")], commands);
        assert_eq!(
            plan.environment[OsStr::new("PLIMSOLL_ZDOTDIR")],
            "/home/learner/.zsh"
        );
        // A shell within the lab's shell finds ours there already.
        let plan = shell(
            Path::new("/bin/zsh"),
            &paths(),
            plan.environment,
            "/".into(),
        );
        assert_eq!(
            plan.environment[OsStr::new("PLIMSOLL_ZDOTDIR")],
            "/home/learner/.zsh"
        );
    }
}
