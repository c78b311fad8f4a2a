//! The prompt: reads a command, runs it, and again.

use std::io::{BufRead, Write};

use super::Shell;
use super::run::{exit_trap, text_in};

pub fn set_prompts(_shell: &mut Shell) {}

pub async fn run(mut shell: Shell) -> i32 {
    let mut line = String::new();
    loop {
        let prompt = shell.compose_prompt().await.unwrap_or_default();
        print!("{prompt}");
        let _ = std::io::stdout().flush();
        line.clear();
        if std::io::stdin().lock().read_line(&mut line).unwrap_or(0) == 0 {
            break;
        }
        let parameters = shell.default_exec_params();
        let result = text_in(&mut shell, &line, "main", &parameters).await;
        if result.is_return_or_exit() {
            break;
        }
    }
    exit_trap(&mut shell).await;
    i32::from(shell.last_exit_status())
}
