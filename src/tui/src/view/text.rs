//! Small things that several parts draw with: folding, marks, durations.

use plimsoll_lab::result::{CheckRecord, Status};
use ratatui::style::Style;
use ratatui::symbols::merge::MergeStrategy;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::theme::{Symbols, Theme};

/// Display columns.
#[must_use]
pub fn width(text: &str) -> usize {
    text.width()
}

/// Folds words at display width. A word that is longer than a line is cut.
/// Spaces that must not break (U+00A0, U+202F) do not, nor does one beside a French
/// mark, which authors write as an ordinary one; short `code` stays whole, and each
/// line of a longer piece has backticks of its own.
#[must_use]
pub fn folded(text: &str, width: usize) -> Vec<String> {
    let kept = keep_code(text, width / 2);
    let lines = folded_at_spaces(&kept, width.max(1)).into_iter();
    lines
        .map(|line| line.replace(KEPT_SPACE, " ").replace("` `", " "))
        .collect()
}

/// Stands for a space where no line may end: of the private use area.
const KEPT_SPACE: char = '\u{e000}';

fn keep_code(text: &str, longest: usize) -> String {
    // A backtick without its other half is text.
    let is_paired = text.matches('`').count().is_multiple_of(2);
    let parts = text.split('`').enumerate();
    let kept = parts.map(|(index, part)| {
        if index % 2 == 0 || !is_paired {
            return keep_marks(part);
        }
        match width(part) <= longest {
            true => part.replace(' ', &KEPT_SPACE.to_string()),
            false => part.replace(' ', "` `"),
        }
    });
    kept.collect::<Vec<_>>().join("`")
}

/// French has a space before these marks and inside « ».
fn keep_marks(text: &str) -> String {
    let before = [" :", " ;", " ?", " !", " »"];
    let kept = before.iter().fold(text.to_owned(), |text, mark| {
        text.replace(mark, &format!("{KEPT_SPACE}{}", &mark[1..]))
    });
    kept.replace("« ", &format!("«{KEPT_SPACE}"))
}

fn folded_at_spaces(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split([' ', '\n']).filter(|word| !word.is_empty()) {
        let needed = self::width(word);
        if !line.is_empty() && self::width(&line) + 1 + needed > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        if needed <= width {
            line.push_str(word);
            continue;
        }
        for sign in word.chars() {
            if self::width(&line) + sign.width().unwrap_or(0) > width {
                lines.push(std::mem::take(&mut line));
            }
            line.push(sign);
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// Cuts at display width, with a mark where something is missing.
#[must_use]
pub fn cut(text: &str, width: usize, theme: Theme) -> String {
    if self::width(text) <= width {
        return text.to_owned();
    }
    let mark = theme.symbol("…", "~");
    let room = width.saturating_sub(1);
    let mut out = String::new();
    for sign in text.chars() {
        if self::width(&out) + sign.width().unwrap_or(0) > room {
            break;
        }
        out.push(sign);
    }
    if width > 0 {
        out.push_str(mark);
    }
    out
}

/// As much of a text's end as fits: where it is being typed.
#[must_use]
pub fn tail(text: &str, width: usize) -> &str {
    let mut rest = text;
    while self::width(rest) > width {
        let mut signs = rest.chars();
        signs.next();
        rest = signs.as_str();
    }
    rest
}

/// A text of ours with its `code` in another style.
#[must_use]
pub fn with_code(text: &str, plain: Style, theme: Theme) -> Line<'static> {
    let parts = text.split('`').enumerate();
    let spans = parts
        .filter(|(_, part)| !part.is_empty())
        .map(|(index, part)| {
            let style = match index % 2 {
                0 => plain,
                _ => plain.patch(theme.code()),
            };
            Span::styled(part.to_owned(), style)
        });
    spans.collect::<Vec<_>>().into()
}

/// The mark of a goal, readable without colour, and its style.
#[must_use]
pub fn mark(check: &CheckRecord, theme: Theme) -> Span<'static> {
    let mark = plimsoll_lab::report::mark(check, theme.symbols == Symbols::Unicode);
    let style = match (check.status, &check.miss) {
        (Status::Pass, _) => theme.good(),
        (Status::Fail, Some(_)) | (Status::Error, _) => theme.bad(),
        _ => theme.faint(),
    };
    Span::styled(mark, style)
}

/// A line with something at its right end; the left gives way.
#[must_use]
pub fn both_ends(
    left: Vec<Span<'static>>,
    right: Vec<Span<'static>>,
    columns: u16,
) -> Line<'static> {
    let of = |spans: &[Span<'_>]| spans.iter().map(Span::width).sum::<usize>();
    let room = usize::from(columns).saturating_sub(of(&left) + of(&right));
    let mut line = left;
    line.push(Span::raw(" ".repeat(room)));
    line.extend(right);
    line.into()
}

/// A frame of lines that the terminal shows; it joins one that it meets.
#[must_use]
pub fn bordered(theme: Theme) -> Block<'static> {
    match theme.symbols {
        Symbols::Unicode => Block::bordered()
            .border_type(BorderType::Plain)
            .merge_borders(MergeStrategy::Exact),
        Symbols::Ascii => Block::bordered().border_set(ASCII_FRAME),
    }
}

const ASCII_FRAME: ratatui::symbols::border::Set<'_> = ratatui::symbols::border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

/// Milliseconds since 1970 as the views want them.
#[must_use]
pub fn timestamp(moment: u64) -> jiff::Timestamp {
    let milliseconds = i64::try_from(moment).unwrap_or(i64::MAX);
    jiff::Timestamp::from_millisecond(milliseconds).unwrap_or(jiff::Timestamp::MAX)
}

/// Seconds as `4 min` or `1 h 05`.
#[must_use]
pub fn duration(seconds: u64) -> String {
    let minutes = seconds.div_ceil(60);
    match minutes {
        0..60 => format!("{minutes} min"),
        _ => format!("{} h {:02}", minutes / 60, minutes % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_fold_and_long_ones_are_cut() {
        assert_eq!(folded("one two three", 7), ["one two", "three"]);
        assert_eq!(folded("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(folded("le port\u{a0}: 80", 8), ["le", "port\u{a0}:", "80"]);
        assert_eq!(folded("", 5), [""]);
        // As authors write it.
        assert_eq!(folded("le port : 80", 8), ["le", "port :", "80"]);
        assert_eq!(
            folded("dit « oui » ou non ?", 8),
            ["dit", "« oui »", "ou non ?"]
        );
    }

    #[test]
    fn code_stays_whole_or_is_code_on_each_line() {
        assert_eq!(
            folded("first, then `-p 80:80` here", 18),
            ["first, then", "`-p 80:80` here"]
        );
        assert_eq!(
            folded("`docker run nginx` and more", 12),
            ["`docker`", "`run`", "`nginx` and", "more"]
        );
        assert_eq!(folded("it's a ` alone", 8), ["it's a `", "alone"]);
    }

    #[test]
    fn what_is_cut_says_so() {
        let theme = Theme::default();
        assert_eq!(cut("webserver", 9, theme), "webserver");
        assert_eq!(cut("webserver", 5, theme), "webs…");
        assert_eq!(cut("日本語", 4, theme), "日…");
    }
}
