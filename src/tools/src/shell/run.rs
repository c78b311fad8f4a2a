//! Runs text as commands, one after the other, with traps in between.

use brush_core::parser::ast::{CompoundList, Program};
use brush_core::traps::TrapSignal;
use brush_core::{ExecutionControlFlow, ExecutionParameters, ExecutionResult, SourceInfo};

use super::{Shell, rewrite, signals};

/// Exit code of a command that Ctrl-C ended: 128 and SIGINT.
const INTERRUPTED: u8 = 130;

/// Runs text that is all the shell has to do; returns the shell's exit code.
pub async fn to_the_end(shell: &mut Shell, text: &str, source: &str) -> i32 {
    let parameters = shell.default_exec_params();
    text_in(shell, text, source, &parameters).await;
    exit_trap(shell).await;
    i32::from(shell.last_exit_status())
}

/// Parses and runs `text`; a syntax error is reported and counts as status 2.
pub async fn text_in(
    shell: &mut Shell,
    text: &str,
    source: &str,
    parameters: &ExecutionParameters,
) -> ExecutionResult {
    let parsed = match shell.parse_string(text) {
        Err(error) if text.contains("select ") => {
            let loops = rewrite::select_loops(text);
            shell.parse_string(loops).map_err(|_| error)
        }
        parsed => parsed,
    };
    match parsed {
        Ok(program) => {
            let program = rewrite::program(program, text);
            program_in(shell, program, parameters).await
        }
        Err(_) => {
            // The interpreter words the error with its position in the text.
            let source = SourceInfo::from(source);
            let outcome = shell.run_string(text, &source, parameters).await;
            outcome.unwrap_or_else(|_| ExecutionResult::new(2))
        }
    }
}

async fn program_in(
    shell: &mut Shell,
    program: Program,
    parameters: &ExecutionParameters,
) -> ExecutionResult {
    let lists = program.complete_commands.into_iter();
    let mut result = ExecutionResult::success();
    for item in lists.flat_map(|CompoundList(items)| items) {
        let single = Program {
            complete_commands: vec![CompoundList(vec![item])],
        };
        result = match shell.run_program(single, parameters).await {
            Ok(result) => result,
            Err(error) => {
                let _ = shell.display_error(&mut parameters.stderr(shell), &error);
                error.into_result(shell)
            }
        };
        shell.set_last_exit_status(result.exit_code.into());
        if let Some(stop) = pending_traps(shell, parameters).await {
            result = stop;
        }
        if !result.is_normal_flow() {
            break;
        }
    }
    result
}

/// Runs the traps of the signals that came. Returns what stops the list that
/// is being run: an `exit` in a trap, or Ctrl-C at an interactive shell.
pub async fn pending_traps(
    shell: &mut Shell,
    parameters: &ExecutionParameters,
) -> Option<ExecutionResult> {
    while let Some(signal) = signals::take_trapped() {
        let Ok(signal) = TrapSignal::try_from(signal) else {
            continue;
        };
        let Some(handler) = shell.traps().get_handler(signal).cloned() else {
            continue;
        };
        let status = shell.last_exit_status();
        let result = Box::pin(text_in(shell, &handler.command, "trap", parameters)).await;
        if !result.is_normal_flow() {
            return Some(result);
        }
        shell.set_last_exit_status(status);
    }
    signals::take_interrupt().then(|| ExecutionResult {
        next_control_flow: ExecutionControlFlow::ExitShell,
        ..ExecutionResult::new(INTERRUPTED)
    })
}

/// Runs the EXIT trap once; an `exit` in it changes the exit code.
pub async fn exit_trap(shell: &mut Shell) {
    let Some(handler) = shell.traps().get_handler(TrapSignal::Exit).cloned() else {
        return;
    };
    shell.traps_mut().remove_handlers(TrapSignal::Exit);
    let status = shell.last_exit_status();
    let parameters = shell.default_exec_params();
    let result = text_in(shell, &handler.command, "trap", &parameters).await;
    let exited = matches!(result.next_control_flow, ExecutionControlFlow::ExitShell);
    if !exited {
        shell.set_last_exit_status(status);
    }
}
