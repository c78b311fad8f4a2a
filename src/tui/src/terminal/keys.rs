//! What a program gets for a key, as xterm sends it ("XTerm Control Sequences",
//! tables of PC-style function keys, and VT100 keypad), which is what
//! `TERM=xterm-256color` promises.
//!
//! Limits: a terminal tells us keypad keys apart only with a protocol that we do
//! not ask it for, so most arrive as plain digits.

use alacritty_terminal::term::TermMode;
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyEventState, KeyModifiers};

/// `None` for keys that mean nothing to a program: releases, lone modifiers.
pub(super) fn encode(key: &KeyEvent, mode: TermMode) -> Option<Vec<u8>> {
    if key.kind == KeyEventKind::Release {
        return None;
    }
    if key.state.contains(KeyEventState::KEYPAD)
        && mode.contains(TermMode::APP_KEYPAD)
        && let Some(letter) = keypad(key.code)
    {
        return Some(format!("\x1bO{letter}").into_bytes());
    }
    match key.code {
        KeyCode::Char(character) => Some(character_bytes(character, key.modifiers)),
        KeyCode::Enter if mode.contains(TermMode::LINE_FEED_NEW_LINE) => {
            Some(with_alt(b"\r\n", key.modifiers))
        }
        KeyCode::Enter => Some(with_alt(b"\r", key.modifiers)),
        KeyCode::Tab => Some(with_alt(b"\t", key.modifiers)),
        KeyCode::BackTab => Some(with_alt(b"\x1b[Z", key.modifiers)),
        KeyCode::Esc => Some(with_alt(b"\x1b", key.modifiers)),
        KeyCode::Backspace if key.modifiers.contains(KeyModifiers::CONTROL) => {
            Some(with_alt(b"\x08", key.modifiers))
        }
        KeyCode::Backspace => Some(with_alt(b"\x7f", key.modifiers)),
        KeyCode::Null => Some(with_alt(b"\0", key.modifiers)),
        code => function_key(code, key.modifiers, mode).map(String::into_bytes),
    }
}

fn with_alt(bytes: &[u8], modifiers: KeyModifiers) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 1);
    if modifiers.contains(KeyModifiers::ALT) {
        out.push(0x1b);
    }
    out.extend_from_slice(bytes);
    out
}

fn character_bytes(character: char, modifiers: KeyModifiers) -> Vec<u8> {
    if modifiers.contains(KeyModifiers::CONTROL)
        && let Some(control) = control(character)
    {
        return with_alt(&[control], modifiers);
    }
    let character = if modifiers.contains(KeyModifiers::SHIFT) && character.is_ascii_lowercase() {
        character.to_ascii_uppercase()
    } else {
        character
    };
    with_alt(character.encode_utf8(&mut [0; 4]).as_bytes(), modifiers)
}

/// The control character of a key held with Ctrl; digits as on a VT220.
fn control(character: char) -> Option<u8> {
    Some(match character {
        'a'..='z' | 'A'..='Z' => character as u8 & 0x1f,
        ' ' | '@' | '2' | '`' => 0x00,
        '[' | '{' | '3' => 0x1b,
        '\\' | '|' | '4' => 0x1c,
        ']' | '}' | '5' => 0x1d,
        '^' | '~' | '6' => 0x1e,
        '_' | '/' | '7' => 0x1f,
        '?' | '8' => 0x7f,
        _ => return None,
    })
}

/// The parameter that says which modifiers are held, if any is.
fn modifier(modifiers: KeyModifiers) -> Option<u8> {
    let bits = [
        (KeyModifiers::SHIFT, 1),
        (KeyModifiers::ALT, 2),
        (KeyModifiers::CONTROL, 4),
        (KeyModifiers::META, 8),
    ];
    let held = bits.iter().filter(|(flag, _)| modifiers.contains(*flag));
    let sum: u8 = held.map(|(_, bit)| bit).sum();
    (sum > 0).then_some(1 + sum)
}

fn function_key(code: KeyCode, modifiers: KeyModifiers, mode: TermMode) -> Option<String> {
    let (code, modifiers) = match code {
        // terminfo's kf13 to kf24 are the first twelve with Shift.
        KeyCode::F(number @ 13..=24) => (KeyCode::F(number - 12), modifiers | KeyModifiers::SHIFT),
        other => (other, modifiers),
    };
    if let Some(letter) = cursor_key(code) {
        return Some(match modifier(modifiers) {
            Some(held) => format!("\x1b[1;{held}{letter}"),
            None if mode.contains(TermMode::APP_CURSOR) => format!("\x1bO{letter}"),
            None => format!("\x1b[{letter}"),
        });
    }
    if let KeyCode::F(number @ 1..=4) = code {
        let letter = char::from(b'P' + number - 1);
        return Some(match modifier(modifiers) {
            Some(held) => format!("\x1b[1;{held}{letter}"),
            None => format!("\x1bO{letter}"),
        });
    }
    let number = numbered_key(code)?;
    Some(match modifier(modifiers) {
        Some(held) => format!("\x1b[{number};{held}~"),
        None => format!("\x1b[{number}~"),
    })
}

fn cursor_key(code: KeyCode) -> Option<char> {
    Some(match code {
        KeyCode::Up => 'A',
        KeyCode::Down => 'B',
        KeyCode::Right => 'C',
        KeyCode::Left => 'D',
        KeyCode::KeypadBegin => 'E',
        KeyCode::End => 'F',
        KeyCode::Home => 'H',
        _ => return None,
    })
}

fn numbered_key(code: KeyCode) -> Option<u8> {
    Some(match code {
        KeyCode::Insert => 2,
        KeyCode::Delete => 3,
        KeyCode::PageUp => 5,
        KeyCode::PageDown => 6,
        KeyCode::F(5) => 15,
        KeyCode::F(number @ 6..=10) => 17 + number - 6,
        KeyCode::F(number @ 11..=12) => 23 + number - 11,
        _ => return None,
    })
}

/// The letter after `ESC O` of a keypad key in application mode.
fn keypad(code: KeyCode) -> Option<char> {
    Some(match code {
        KeyCode::Char(digit @ '0'..='9') => char::from(b'p' + (digit as u8 - b'0')),
        KeyCode::Char('*') => 'j',
        KeyCode::Char('+') => 'k',
        KeyCode::Char(',') => 'l',
        KeyCode::Char('-') => 'm',
        KeyCode::Char('.') => 'n',
        KeyCode::Char('/') => 'o',
        KeyCode::Char('=') => 'X',
        KeyCode::Enter => 'M',
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
