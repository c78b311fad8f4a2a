//! Text that comes to the program from elsewhere than the keys.

use alacritty_terminal::term::TermMode;

/// Whether the program asked to be told what is pasted (mode 2004).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Brackets {
    Wanted,
    Unknown,
}

impl Brackets {
    pub(super) fn of(mode: TermMode) -> Brackets {
        if mode.contains(TermMode::BRACKETED_PASTE) {
            Brackets::Wanted
        } else {
            Brackets::Unknown
        }
    }

    fn around(self, text: String) -> Vec<u8> {
        match self {
            Brackets::Wanted if !text.is_empty() => format!("\x1b[200~{text}\x1b[201~"),
            _ => text,
        }
        .into_bytes()
    }
}

/// Pasted text: control characters other than tab and newline are taken out, so
/// that no text can end its own brackets or press keys; newlines are Return.
pub(super) fn pasted(text: &str, brackets: Brackets) -> Vec<u8> {
    let text = text.replace("\r\n", "\r").replace('\n', "\r");
    let kept = text
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\t' | '\r'));
    brackets.around(kept.collect())
}

/// A command for the prompt, never with a Return at its end. One line is typed:
/// an Escape that came before would spoil brackets. Several go in brackets, where
/// the program takes them as one text; `None` where it asked for none, since each
/// line would be run. Tabs are spaces: they would complete.
pub(super) fn inserted(command: &str, brackets: Brackets) -> Option<Vec<u8>> {
    let command = command.trim().replace("\r\n", "\n").replace('\r', "\n");
    if command.contains('\n') && brackets == Brackets::Unknown {
        return None;
    }
    let brackets = match command.contains('\n') {
        true => brackets,
        false => Brackets::Unknown,
    };
    let words = command.chars().map(|character| match character {
        '\n' => '\r',
        '\t' => ' ',
        other => other,
    });
    let kept = words.filter(|c| !c.is_control() || *c == '\r');
    Some(brackets.around(kept.collect()))
}
