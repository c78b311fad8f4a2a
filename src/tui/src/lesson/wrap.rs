//! Breaks text into rows of a width, measured in columns of the terminal.
//!
//! Own code, since what must not be parted is a matter of ours: French puts a
//! space before `: ; ? !` and inside « », where no row may end, and an option
//! stays with its value as long as there is room.

use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

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

/// Columns of a text.
pub(super) fn columns(text: &str) -> usize {
    text.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// Breaks `pieces` into rows of `width` columns. A torn row is `mark` columns
/// narrower; where that leaves nothing, no row is called torn.
pub(super) fn wrap(pieces: &[Piece], width: usize, mark: usize) -> Vec<Row> {
    let width = width.max(1);
    let atoms = atoms(pieces, width);
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
        torn = mark < width && atoms.get(begin).is_some_and(|atom| is_torn(atom.kind, how));
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
            return seen.best(room).unwrap_or((at.max(1), Break::Never));
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

    /// A good place, unless it left the row rather empty.
    fn best(&self, room: usize) -> Option<(usize, Break)> {
        let sixths = |ending: &Ending| ending.filled * 6 / room;
        let last = |one: Option<Ending>, two: Option<Ending>| {
            one.into_iter()
                .chain(two)
                .max_by_key(|ending| ending.length)
        };
        let space = last(self.good, self.fair);
        self.good
            .filter(|ending| sixths(ending) >= 4)
            .or(space.filter(|ending| sixths(ending) >= 2))
            .or(self.poor.filter(|ending| sixths(ending) >= 3))
            .or(space)
            .or(self.poor)
            .map(|ending| (ending.length, ending.how))
    }
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

/// The text's characters, with what may be done after each.
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
            let columns = text.width();
            // What no row can hold, a narrow row shows as unknown.
            let (text, columns) = if columns > width {
                ("?", 1)
            } else {
                (text, columns)
            };
            atoms.push(Atom {
                text,
                width: columns,
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
