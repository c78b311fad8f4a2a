//! `bash` and `sh`: brush's interpreter with our own edges.
//!
//! brush runs subshells and background lists as tasks of one process. What
//! learners expect of processes is added around it, never inside it:
//! [`rewrite`] turns `&` into a real child and puts a look at pending signals
//! into loops, [`background`] keeps the children, [`signals`] delivers traps,
//! [`interactive`] is the prompt. Start reading at [`main`].

mod background;
mod builtins;
mod errors;
mod interactive;
mod invocation;
mod line_editor;
mod rewrite;
mod run;
mod signals;

use std::ffi::OsString;
use std::io::{IsTerminal, Read};
use std::path::Path;

use brush_core::{ProfileLoadBehavior, RcLoadBehavior};

use invocation::{Commands, Invocation};

/// The interpreter with our wording of errors.
pub type Extensions = brush_core::extensions::ShellExtensionsImpl<errors::Wording>;
pub type Shell = brush_core::Shell<Extensions>;

/// A shell that could not even begin, as bash says it.
const CANNOT_EXECUTE: i32 = 126;
const NOT_FOUND: i32 = 127;

pub fn main(arguments: Vec<OsString>) -> i32 {
    let arguments: Vec<String> = arguments
        .into_iter()
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect();
    let invocation = match Invocation::parse(&arguments) {
        Ok(invocation) => invocation,
        Err(message) => {
            eprintln!("{message}");
            return 2;
        }
    };
    if let Some(text) = invocation.answer() {
        println!("{text}");
        return 0;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("{}: no thread could be started: {error}", invocation.name);
            return 1;
        }
    };
    let code = runtime.block_on(run(invocation));
    // A task that is still blocked in a read must not hold the shell back.
    runtime.shutdown_background();
    code
}

async fn run(invocation: Invocation) -> i32 {
    let mut shell = match create(&invocation).await {
        Ok(shell) => shell,
        Err(error) => {
            eprintln!("{}: {error}", invocation.name);
            return 1;
        }
    };
    signals::begin(shell.options().interactive);
    match invocation.commands {
        Commands::Text(text) => {
            shell.start_command_string_mode();
            run::to_the_end(&mut shell, &text, "-c").await
        }
        Commands::Script(path) => run_script(&mut shell, &path).await,
        Commands::Background(descriptor) => background::continue_as_child(descriptor).await,
        Commands::Input if shell.options().interactive => interactive::run(shell).await,
        Commands::Input => {
            let mut text = String::new();
            if let Err(error) = std::io::stdin().read_to_string(&mut text) {
                eprintln!("{}: standard input: {error}", invocation.name);
                return 1;
            }
            run::to_the_end(&mut shell, &text, "main").await
        }
    }
}

async fn run_script(shell: &mut Shell, path: &str) -> i32 {
    let found = if path.contains('/') || Path::new(path).exists() {
        Path::new(path).to_owned()
    } else {
        let known = shell.find_first_executable_in_path(path);
        known.unwrap_or_else(|| path.into())
    };
    match std::fs::read(&found) {
        Ok(bytes) => {
            let text = String::from_utf8_lossy(&bytes);
            run::to_the_end(shell, &text, path).await
        }
        Err(error) => {
            let name = shell.current_shell_name().unwrap_or_default().into_owned();
            let reason = errors::reason(&error);
            eprintln!("{name}: {path}: {reason}");
            if error.kind() == std::io::ErrorKind::NotFound {
                NOT_FOUND
            } else {
                CANNOT_EXECUTE
            }
        }
    }
}

async fn create(invocation: &Invocation) -> Result<Shell, brush_core::Error> {
    let interactive = invocation.interactive.unwrap_or_else(|| {
        matches!(invocation.commands, Commands::Input)
            && std::io::stdin().is_terminal()
            && std::io::stderr().is_terminal()
    });
    let (name, positional) = invocation.parameters();
    let mut shell = brush_core::Shell::builder_with_extensions::<Extensions>()
        .builtins(builtins::of_brush(invocation.posix_name()))
        .enable_options(invocation.enabled.clone())
        .disable_options(invocation.disabled.clone())
        .enable_shopt_options(invocation.shopts.clone())
        .interactive(interactive)
        .login(invocation.login)
        .command_string_mode(matches!(invocation.commands, Commands::Text(_)))
        .read_commands_from_stdin(matches!(invocation.commands, Commands::Input))
        .sh_mode(invocation.posix_name())
        .posix(invocation.posix_name())
        .profile(ProfileLoadBehavior::Skip)
        .rc(RcLoadBehavior::Skip)
        .shell_name(name)
        .shell_args(positional)
        .shell_product_display_str(invocation::VERSION.to_owned())
        .build()
        .await?;
    builtins::register(&mut shell);
    if interactive {
        interactive::set_prompts(&mut shell);
    }
    if !matches!(invocation.commands, Commands::Background(_)) {
        shell
            .load_config(&invocation.profile(), &invocation.rc())
            .await?;
    }
    Ok(shell)
}
