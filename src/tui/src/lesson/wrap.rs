//! Breaks text into rows of a width, measured in columns of the terminal.
//!
//! Own code, since what must not be parted is a matter of ours: French puts a
//! space before `: ; ? !` and inside « », where no row may end, and an option
//! stays with its value as long as there is room.

use ratatui::buffer::CellWidth;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;

/// Bytes of a character that is shown; what joins more has no picture.
const LARGEST: usize = 64;

/// Text of one look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub text: String,
    pub style: Style,
    pub kind: Kind,
    /// Index into the lesson's links.
    pub link: Option<usize>,
}

/// What a text is, for breaking it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Prose,
    /// Code within a sentence.
    Word,
    /// A line of a code block: every space counts.
    Line,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Row {
    pub pieces: Vec<Piece>,
    /// The text was torn before this row where nobody would expect it: a reader
    /// who types it must not end the line there. Has room for the mark.
    pub torn: bool,
}

/// How good a place to end a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Break {
    Never,
    /// Within a word.
    Poor,
    /// Between words that would rather stay together.
    Fair,
    Good,
    /// The text's own.
    Must,
}

/// A character as a reader sees it.
struct Atom<'a> {
    text: &'a str,
    width: usize,
    piece: usize,
    kind: Kind,
    after: Break,
}

/// Columns of a text without line's end, as it is drawn.
pub(super) fn columns(text: &str) -> usize {
    let widths = text.graphemes(true).map(|text| text.cell_width());
    widths.map(usize::from).sum()
}

/// Breaks `pieces` into rows of `width` columns. A torn row is `mark` columns
/// narrower; where that leaves too little, no row is called torn.
pub(super) fn wrap(pieces: &[Piece], width: usize, mark: usize) -> Vec<Row> {
    let width = width.max(1);
    let atoms = atoms(pieces, width);
    let widest = atoms.iter().map(|atom| atom.width).max().unwrap_or(0);
    let has_room = widest.max(1) + mark <= width;
    let mut rows = Vec::new();
    let (mut begin, mut torn) = (0, false);
    while begin < atoms.len() {
        let room = if torn { width - mark } else { width };
        let (length, how) = row(&atoms[begin..], room);
        let end = begin + length;
        rows.push(Row {
            pieces: gather(pieces, &atoms[begin..end]),
            torn,
        });
        begin = end;
        if how != Break::Must {
            let spaces = |atom: &&Atom<'_>| atom.kind != Kind::Line && atom.text == " ";
            begin += atoms[end..].iter().take_while(spaces).count();
        }
        torn = has_room && atoms.get(begin).is_some_and(|atom| is_torn(atom.kind, how));
    }
    rows
}

fn is_torn(kind: Kind, how: Break) -> bool {
    match kind {
        Kind::Prose => false,
        Kind::Word => matches!(how, Break::Never | Break::Poor),
        Kind::Line => how != Break::Must,
    }
}

/// How many atoms make the next row, and how it ends.
fn row(atoms: &[Atom<'_>], room: usize) -> (usize, Break) {
    let mut filled = 0;
    let mut seen = Seen::default();
    for (at, atom) in atoms.iter().enumerate() {
        if atom.after == Break::Must {
            return (at + 1, Break::Must);
        }
        // A space may hang over the edge: it is not drawn.
        let hangs = atom.text == " " && atom.after != Break::Never && filled <= room;
        if filled + atom.width > room && !hangs {
            return match seen.best(atoms, room) {
                Some(ending) => (ending.length, ending.how),
                None => (torn(atoms, at), Break::Never),
            };
        }
        filled += atom.width;
        seen.note(Ending {
            length: at + 1,
            filled: filled.min(room),
            how: atom.after,
        });
    }
    (atoms.len(), Break::Must)
}

/// Where to tear what has no place to break before `end`: not before a mark
/// that belongs to what it follows, unless there is nothing else.
fn torn(atoms: &[Atom<'_>], end: usize) -> usize {
    let begins = |at: &usize| {
        let mark = matches!(
            atoms[*at].text,
            " " | "." | "," | ":" | ";" | "?" | "!" | "»" | ")" | "\u{a0}" | "\u{202f}"
        );
        !mark
    };
    (1..=end).rev().take(4).find(begins).unwrap_or(end.max(1))
}

/// A place where a row could end.
#[derive(Clone, Copy)]
struct Ending {
    length: usize,
    filled: usize,
    how: Break,
}

/// The last such place of each kind.
#[derive(Default)]
struct Seen {
    good: Option<Ending>,
    fair: Option<Ending>,
    poor: Option<Ending>,
}

impl Seen {
    fn note(&mut self, ending: Ending) {
        match ending.how {
            Break::Good => self.good = Some(ending),
            Break::Fair => self.fair = Some(ending),
            Break::Poor => self.poor = Some(ending),
            Break::Never | Break::Must => {}
        }
    }

    /// A good place, unless it left the row rather empty; within a word only
    /// if that is longer than a row.
    fn best(&self, atoms: &[Atom<'_>], room: usize) -> Option<Ending> {
        let sixths = |ending: &Ending| ending.filled * 6 / room;
        let spaces = self.good.into_iter().chain(self.fair);
        let space = spaces.max_by_key(|ending| ending.length);
        let fits = space.is_some_and(|space| word_fits(&atoms[space.length..], room));
        let least = match atoms[0].kind {
            Kind::Prose | Kind::Word => 4,
            Kind::Line => 2,
        };
        self.good
            .filter(|ending| sixths(ending) >= least)
            .or(space.filter(|ending| fits || sixths(ending) >= 2))
            .or(self.poor.filter(|ending| sixths(ending) >= 3))
            .or(space)
            .or(self.poor.filter(|ending| sixths(ending) >= 2))
    }
}

/// Whether a row has room for the word that `atoms` begin with.
fn word_fits(atoms: &[Atom<'_>], room: usize) -> bool {
    let word = atoms.iter().take_while(|atom| atom.text != " ");
    word.take(room + 1).map(|atom| atom.width).sum::<usize>() <= room
}

/// The row's text again in pieces, without the spaces at its end.
fn gather(pieces: &[Piece], atoms: &[Atom<'_>]) -> Vec<Piece> {
    let blank = |atom: &Atom<'_>| atom.text == " " || atom.text == "\n";
    let end = atoms
        .iter()
        .rposition(|atom| !blank(atom))
        .map_or(0, |at| at + 1);
    let mut row: Vec<Piece> = Vec::new();
    let mut source = usize::MAX;
    for atom in &atoms[..end] {
        match row.last_mut() {
            Some(last) if source == atom.piece => last.text.push_str(atom.text),
            _ => row.push(Piece {
                text: atom.text.to_owned(),
                ..pieces[atom.piece].like()
            }),
        }
        source = atom.piece;
    }
    row
}

impl Piece {
    /// The same look, without the text.
    fn like(&self) -> Piece {
        Piece {
            text: String::new(),
            style: self.style,
            kind: self.kind,
            link: self.link,
        }
    }
}

/// The text's characters, with what may be done after each. What no row can
/// hold is shown as unknown.
fn atoms(pieces: &[Piece], width: usize) -> Vec<Atom<'_>> {
    let mut atoms: Vec<Atom<'_>> = Vec::new();
    for (piece, Piece { text, kind, .. }) in pieces.iter().enumerate() {
        for text in text.graphemes(true) {
            let after_space = atoms
                .last()
                .is_none_or(|last| matches!(last.text, " " | "\n"));
            if *kind == Kind::Prose && text == " " && after_space {
                continue;
            }
            let (text, width) = match text {
                "\n" => (text, 0),
                _ if text.len() > LARGEST || columns(text) > width => ("?", 1),
                _ => (text, columns(text)),
            };
            atoms.push(Atom {
                text,
                width,
                piece,
                kind: *kind,
                after: Break::Never,
            });
        }
    }
    for at in 0..atoms.len() {
        let before = at.checked_sub(1).and_then(|before| atoms.get(before));
        atoms[at].after = after(before, &atoms[at], atoms.get(at + 1));
    }
    atoms
}

fn after(before: Option<&Atom<'_>>, this: &Atom<'_>, next: Option<&Atom<'_>>) -> Break {
    let Some(next) = next else {
        return Break::Never;
    };
    match (this.text, this.kind) {
        ("\n", _) => Break::Must,
        (" ", Kind::Prose) => between_words(before, next),
        (" ", Kind::Word) => Break::Fair,
        (" ", Kind::Line) => match next.text {
            " " => Break::Never,
            "-" | "|" | "&" | ">" | "<" => Break::Good,
            _ => Break::Fair,
        },
        _ if next.text == " " => Break::Never,
        _ => within_word(before, this, next),
    }
}

/// After a space of a sentence.
fn between_words(before: Option<&Atom<'_>>, next: &Atom<'_>) -> Break {
    let opens = before.is_some_and(|before| before.text == "«");
    let closes =
        next.kind == Kind::Prose && matches!(next.text, ":" | ";" | "?" | "!" | "»" | "%" | "€");
    if opens || closes {
        Break::Never
    } else {
        Break::Good
    }
}

fn within_word(before: Option<&Atom<'_>>, this: &Atom<'_>, next: &Atom<'_>) -> Break {
    let letter = |atom: &Atom<'_>| atom.text.chars().all(char::is_alphabetic);
    let hyphen = matches!(this.text, "-" | "‐") && before.is_some_and(letter) && letter(next);
    let wide = |atom: &Atom<'_>| atom.width == 2 && atom.text.chars().any(char::is_alphanumeric);
    if this.kind == Kind::Prose && next.kind == Kind::Prose {
        if hyphen {
            return Break::Fair;
        }
        // Scripts without spaces; marks like 。 stay with what they end.
        if wide(next) && (wide(this) || matches!(this.text, "、" | "。" | "」" | "）")) {
            return Break::Fair;
        }
    }
    match this.text {
        "/" | "=" | "," | ":" | ";" | "_" | "&" | "?" | "." if this.kind == next.kind => {
            Break::Poor
        }
        _ => Break::Never,
    }
}

/// A text of one look.
pub(super) fn piece(text: impl Into<String>, style: Style, kind: Kind) -> Piece {
    Piece {
        text: text.into(),
        style,
        kind,
        link: None,
    }
}

/// The longest row's columns, if nothing had to be broken.
pub(super) fn natural_width(pieces: &[Piece]) -> usize {
    let mut widest = 0;
    let mut current = 0;
    for part in pieces {
        for (at, text) in part.text.split('\n').enumerate() {
            if at > 0 {
                current = 0;
            }
            current += columns(text);
            widest = widest.max(current);
        }
    }
    widest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, kind: Kind, width: usize) -> Vec<String> {
        let rows = wrap(&[piece(text, Style::new(), kind)], width, 1);
        let row = |row: Row| {
            let text: String = row.pieces.into_iter().map(|part| part.text).collect();
            format!("{}{text}", if row.torn { "↪" } else { "" })
        };
        rows.into_iter().map(row).collect()
    }

    #[test]
    fn words_go_to_the_next_row_whole() {
        assert_eq!(rows("one two  three", Kind::Prose, 8), ["one two", "three"]);
        assert_eq!(rows("one two", Kind::Prose, 7), ["one two"]);
        assert_eq!(rows("", Kind::Prose, 7), [""; 0]);
    }

    #[test]
    fn french_marks_stay_with_their_words() {
        assert_eq!(rows("le port : 80", Kind::Prose, 7), ["le", "port :", "80"]);
        assert_eq!(rows("dit « oui » ?", Kind::Prose, 11), ["dit", "« oui » ?"]);
        assert_eq!(
            rows("un\u{a0}mot ici", Kind::Prose, 6),
            ["un\u{a0}mot", "ici"]
        );
    }

    #[test]
    fn hyphens_end_a_row_between_letters_only() {
        let text = "en arrière-plan";
        assert_eq!(rows(text, Kind::Prose, 12), ["en arrière-", "plan"]);
        assert_eq!(rows("with --name", Kind::Prose, 8), ["with", "--name"]);
    }

    #[test]
    fn scripts_without_spaces_wrap_anywhere_but_before_their_full_stop() {
        assert_eq!(rows("日本語です。", Kind::Prose, 10), ["日本語で", "す。"]);
    }

    #[test]
    fn an_option_stays_with_its_value() {
        let text = "docker run -d --name web";
        let expected = ["docker run -d", "↪--name web"];
        assert_eq!(rows(text, Kind::Line, 20), expected);
    }

    #[test]
    fn only_a_word_that_fits_no_row_is_torn_and_says_so() {
        let text = "in /usr/share/nginx";
        assert_eq!(rows(text, Kind::Word, 16), ["in", "/usr/share/nginx"]);
        assert_eq!(rows(text, Kind::Word, 12), ["in /usr/", "↪share/nginx"]);
        assert_eq!(rows("abcdefgh", Kind::Prose, 3), ["abc", "def", "gh"]);
    }

    #[test]
    fn what_no_row_can_hold_is_shown_as_unknown() {
        assert_eq!(rows("日", Kind::Prose, 1), ["?"]);
        let joined = "👩\u{200d}".repeat(50);
        assert_eq!(rows(&joined, Kind::Prose, 9), ["?"]);
    }
}
