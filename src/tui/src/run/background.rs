//! What the terminal's background is like: it is asked (OSC 11, "XTerm Control
//! Sequences"), and after it what kind of terminal it is (DA1), which every terminal
//! answers, in the order of the questions: then no other answer will come.
//!
//! An answer that comes after the wait is taken out of what the learner types
//! ([`Late`]): nothing of it reaches a shell.
//!
//! Limits: of what is typed during the wait, sequences (arrows, Alt) are lost.

use std::io::{self, Write};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::theme::Palette;

/// A terminal beside us answers within a few milliseconds; one that is far away is
/// heard later.
pub const PATIENCE: Duration = Duration::from_millis(25);
/// A sequence whose bytes come one by one is waited for so long.
pub const PAUSE: Duration = Duration::from_millis(50);
/// No answer is longer, in bytes or characters.
const LONGEST: usize = 64;

/// What came while it was waited for an answer.
#[derive(Debug, Default)]
pub struct Heard {
    pub palette: Option<Palette>,
    /// Keys of the learner's.
    pub typed: Vec<KeyEvent>,
    /// What may come yet.
    pub late: Late,
}

/// Asks, and waits for at most `patience`. The terminal has to be raw.
///
/// # Errors
/// The terminal cannot be written to or read from.
pub fn ask(input: impl AsFd, mut output: impl Write, patience: Duration) -> io::Result<Heard> {
    // Ended by ST, not BEL: who answers ends as the question does.
    output.write_all(b"\x1b]11;?\x1b\\\x1b[c")?;
    output.flush()?;
    let begun = Instant::now();
    let mut bytes = Vec::new();
    while !sort(&bytes).answered {
        let left = patience.saturating_sub(begun.elapsed());
        let left = PollTimeout::try_from(left).unwrap_or(PollTimeout::ZERO);
        let mut ends = [PollFd::new(input.as_fd(), PollFlags::POLLIN)];
        match poll(&mut ends, left) {
            Ok(0) => break,
            Ok(_) => {}
            // A signal: the wait goes on.
            Err(Errno::EINTR) => continue,
            Err(error) => return Err(error.into()),
        }
        let mut piece = [0; 1024];
        match nix::unistd::read(input.as_fd(), &mut piece) {
            Ok(0) => break,
            Ok(length) => bytes.extend_from_slice(&piece[..length]),
            Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(sort(&bytes).heard())
}

/// Bytes of the terminal, told apart.
#[derive(Debug, Default)]
struct Sorted {
    palette: Option<Palette>,
    typed: Vec<KeyEvent>,
    /// The last question is answered.
    answered: bool,
    /// A sequence that has begun: what there is of it, without its introducer.
    begun: Option<(Kind, String)>,
    /// The last byte was ESC: of a sequence, or the key.
    escape: bool,
}

impl Sorted {
    fn heard(mut self) -> Heard {
        let escape = self
            .escape
            .then(|| KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE));
        let late = match self.answered {
            true => {
                self.typed.extend(escape);
                Late::default()
            }
            false => Late {
                owed: true,
                within: self.begun,
                held: escape.map(Event::Key).into_iter().collect(),
            },
        };
        Heard {
            palette: self.palette,
            typed: self.typed,
            late,
        }
    }
}

/// Sequences that a terminal answers with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `ESC ] ... ESC \` or `... BEL`
    Colour,
    /// `ESC [ ... c`
    Terminal,
}

fn sort(bytes: &[u8]) -> Sorted {
    let mut sorted = Sorted::default();
    let mut rest = bytes;
    while let Some((&first, after)) = rest.split_first() {
        rest = match (first, after.first()) {
            (0x1b, Some(b']')) => {
                let text = &after[1..];
                let end = text.iter().position(|byte| matches!(byte, 0x07 | 0x1b));
                let complete = end.filter(|end| text[*end] == 0x07 || *end + 1 < text.len());
                let Some(end) = complete else {
                    sorted.begun = Some((Kind::Colour, lossy(&text[..end.unwrap_or(text.len())])));
                    sorted.escape = end.is_some();
                    break;
                };
                sorted.palette = palette(&lossy(&text[..end])).or(sorted.palette);
                &text[end + if text[end] == 0x07 { 1 } else { 2 }..]
            }
            (0x1b, Some(b'[')) => {
                let text = &after[1..];
                let Some(end) = text.iter().position(|byte| (0x40..=0x7e).contains(byte)) else {
                    sorted.begun = Some((Kind::Terminal, lossy(text)));
                    break;
                };
                sorted.answered |= text[0] == b'?' && text[end] == b'c';
                &text[end + 1..]
            }
            (0x1b, Some(_)) => &after[1..],
            (0x1b, None) => {
                sorted.escape = true;
                break;
            }
            _ => plain(rest, &mut sorted.typed),
        };
    }
    sorted
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(LONGEST)]).into_owned()
}

/// Takes one key that is no sequence; the bytes after it.
fn plain<'bytes>(bytes: &'bytes [u8], typed: &mut Vec<KeyEvent>) -> &'bytes [u8] {
    let key = |code| KeyEvent::new(code, KeyModifiers::NONE);
    let (event, length) = match bytes[0] {
        b'\r' => (Some(key(KeyCode::Enter)), 1),
        b'\t' => (Some(key(KeyCode::Tab)), 1),
        0x7f => (Some(key(KeyCode::Backspace)), 1),
        control @ 0x01..=0x1a => {
            let letter = KeyCode::Char(char::from(control + 0x60));
            (Some(KeyEvent::new(letter, KeyModifiers::CONTROL)), 1)
        }
        _ => {
            let longest = &bytes[..bytes.len().min(4)];
            let valid = match std::str::from_utf8(longest) {
                Ok(text) => text,
                Err(error) => {
                    std::str::from_utf8(&longest[..error.valid_up_to()]).unwrap_or_default()
                }
            };
            let sign = valid.chars().next().filter(|sign| !sign.is_control());
            let length = sign.map_or(1, char::len_utf8);
            (sign.map(KeyCode::Char).map(key), length)
        }
    };
    typed.extend(event);
    &bytes[length..]
}

/// The palette that goes with a background: `11;rgb:RRRR/GGGG/BBBB`, of one to four
/// digits each; `rgba:` has one part more, and `#RRGGBB` is written too.
fn palette(answer: &str) -> Option<Palette> {
    let colour = answer.strip_prefix("11;")?;
    let parts: Vec<&str> = match colour.split_once(':') {
        Some(("rgb" | "rgba", parts)) => parts.split('/').collect(),
        Some(_) => return None,
        None => {
            let digits = colour.strip_prefix('#')?;
            let each = digits.len() / 3;
            (0..3)
                .map(|part| digits.get(part * each..(part + 1) * each))
                .collect::<Option<_>>()?
        }
    };
    let part = |index: usize| -> Option<f64> {
        let digits = parts
            .get(index)
            .filter(|part| (1..=4).contains(&part.len()))?;
        let value = u32::from_str_radix(digits, 16).ok()?;
        let most = 16_u32.pow(u32::try_from(digits.len()).ok()?) - 1;
        Some(f64::from(value) / f64::from(most))
    };
    // How bright the parts are to the eye: Rec. ITU-R BT.709.
    let bright = 0.2126 * part(0)? + 0.7152 * part(1)? + 0.0722 * part(2)?;
    Some(match bright > 0.5 {
        true => Palette::Light,
        false => Palette::Dark,
    })
}

/// Finds an answer that comes late among the keys.
#[derive(Debug, Default)]
pub struct Late {
    /// An answer may come.
    owed: bool,
    within: Option<(Kind, String)>,
    /// Keys that may be the beginning of one.
    held: Vec<Event>,
}

/// What a key turned out to be.
#[derive(Debug, Default, PartialEq)]
pub struct Passed {
    /// The learner's keys.
    pub events: Vec<Event>,
    pub palette: Option<Palette>,
}

impl Late {
    /// Whether a key is held back: another has to come within [`PAUSE`].
    pub fn holds(&self) -> bool {
        !self.held.is_empty()
    }

    /// No other key came: those that were held back are the learner's.
    pub fn release(&mut self) -> Passed {
        self.within = None;
        Passed {
            events: std::mem::take(&mut self.held),
            palette: None,
        }
    }

    /// Takes a key.
    pub fn pass(&mut self, event: Event) -> Passed {
        let Event::Key(key) = event else {
            return self.is_none(event);
        };
        if !self.owed {
            return self.is_none(event);
        }
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        // Where bytes come one by one, ESC and what follows are two keys.
        let after_escape = matches!(
            self.held.last(),
            Some(Event::Key(KeyEvent {
                code: KeyCode::Esc,
                ..
            }))
        );
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let is_end = match (key.code, &self.within) {
            (KeyCode::Char('\\'), Some((Kind::Colour, _))) => alt || after_escape,
            (KeyCode::Char('g'), Some((Kind::Colour, _))) => control,
            (KeyCode::Char('c'), Some((Kind::Terminal, _))) => true,
            _ => false,
        };
        if is_end {
            let (_, text) = self.within.take().unwrap_or((Kind::Colour, String::new()));
            *self = Late::default();
            let events = Vec::new();
            let palette = palette(&text);
            return Passed { events, palette };
        }
        match (key.code, &mut self.within) {
            (KeyCode::Esc, _) => {}
            (KeyCode::Char(']'), None) if alt || after_escape => {
                self.within = Some((Kind::Colour, String::new()));
            }
            (KeyCode::Char('['), None) if after_escape => {
                self.within = Some((Kind::Terminal, String::new()));
            }
            (KeyCode::Char(sign), Some((kind, text)))
                if !alt && !control && is_of(*kind, text, sign) =>
            {
                text.push(sign);
            }
            _ => return self.is_none(event),
        }
        self.held.push(event);
        Passed::default()
    }

    /// It is no answer, and so is none of what was held.
    fn is_none(&mut self, event: Event) -> Passed {
        let mut passed = self.release();
        passed.events.push(event);
        passed
    }
}

/// Whether a sequence of this kind goes on so.
fn is_of(kind: Kind, text: &str, sign: char) -> bool {
    let fits = match (kind, text.len()) {
        (Kind::Colour, at @ 0..3) => "11;".chars().nth(at) == Some(sign),
        (Kind::Colour, _) => sign.is_ascii_hexdigit() || "rgba:/#".contains(sign),
        (Kind::Terminal, 0) => sign == '?',
        (Kind::Terminal, _) => sign.is_ascii_digit() || "?;".contains(sign),
    };
    fits && text.len() < LONGEST
}

#[cfg(test)]
mod tests;
