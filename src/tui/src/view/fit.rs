//! Text in a given number of columns.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::theme::Theme;

/// `text` in at most `width` columns; what is cut off the end is marked.
pub fn end(text: &str, width: usize, theme: Theme) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mark = theme.symbol("…", "~");
    let Some(room) = width.checked_sub(mark.width()) else {
        return String::new();
    };
    let mut kept = first(text, room);
    kept.push_str(mark);
    kept
}

/// As [`end`], but a path's last part is what tells: the middle is cut.
pub fn path(text: &str, width: usize, theme: Theme) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mark = theme.symbol("…", "~");
    let Some(room) = width.checked_sub(mark.width()) else {
        return String::new();
    };
    let head = room / 3;
    let backwards: String = text.chars().rev().collect();
    let tail: String = first(&backwards, room - head).chars().rev().collect();
    format!("{}{mark}{tail}", first(text, head))
}

/// `text` and blanks, `width` columns in all.
pub fn pad(text: &str, width: usize, theme: Theme) -> String {
    let mut padded = end(text, width, theme);
    let missing = width.saturating_sub(padded.width());
    padded.push_str(&" ".repeat(missing));
    padded
}

fn first(text: &str, width: usize) -> String {
    let mut used = 0;
    let fits = |character: &char| {
        used += character.width().unwrap_or(0);
        used <= width
    };
    text.chars().take_while(fits).collect()
}

/// Words in lines of at most `width` columns; a word that is longer is cut.
pub fn wrap(text: &str, width: usize, theme: Theme) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(end(word, width, theme)),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_wider_than_it_may_be() {
        let theme = Theme::default();
        for text in [
            "",
            "a",
            "/usr/share/nginx/html",
            "文文文文文文",
            "e\u{301}e\u{301}e\u{301}",
        ] {
            for width in 0..30 {
                assert!(end(text, width, theme).width() <= width, "{text} {width}");
                assert!(path(text, width, theme).width() <= width, "{text} {width}");
                assert_eq!(pad(text, width, theme).width(), width, "{text} {width}");
                let lines = wrap(text, width, theme);
                assert!(lines.iter().all(|line| line.width() <= width));
            }
        }
    }

    #[test]
    fn a_cut_is_marked_and_keeps_what_tells() {
        let theme = Theme::default();
        assert_eq!(end("webserver", 6, theme), "webse…");
        assert_eq!(path("/usr/share/nginx/html", 12, theme), "/us…inx/html");
        let plain = Theme {
            symbols: crate::theme::Symbols::Ascii,
            ..theme
        };
        assert_eq!(end("webserver", 6, plain), "webse~");
    }
}
