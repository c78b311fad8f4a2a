use super::*;
use crate::terminal::Terminal;

/// A terminal of 4 rows and 10 columns that has shown these lines.
fn still(lines: &str) -> Terminal {
    let mut terminal = Terminal::new(4, 10);
    let _ = terminal.feed(lines.replace('\n', "\r\n").as_bytes());
    terminal.hold_still();
    terminal
}

fn held(terminal: &mut Terminal) -> &mut Still {
    terminal.still_mut().expect("held still")
}

fn shown(terminal: &Terminal, row: u16) -> String {
    let (_, columns) = terminal.drawn_size();
    let signs = (0..columns).map(|column| terminal.cell(row, column).c);
    signs.collect::<String>().trim_end().to_owned()
}

#[test]
fn what_comes_meanwhile_moves_nothing_and_is_there_afterwards() {
    let mut terminal = still("1\n2\n3\n4\n5\n6");
    let before: Vec<String> = (0..4).map(|row| shown(&terminal, row)).collect();
    let answer = terminal.feed(b"\r\nnew\r\nnewer\x1b[2J\x1b[3J\x1b[?1049h\x1b[6n");
    assert!(answer.ends_with(b"R"), "programs are answered all the same");
    let after: Vec<String> = (0..4).map(|row| shown(&terminal, row)).collect();
    assert_eq!(before, after);
    assert_eq!(before, ["3", "4", "5", "6"]);
    terminal.let_go();
    assert!(terminal.is_alternate());
}

#[test]
fn the_cursor_goes_everywhere_and_the_view_with_it() {
    let mut terminal = still("1\n2\n3\n4\n5\n6\n7\n8\n9");
    assert_eq!(terminal.cursor(), Some((3, 1)));
    for _ in 0..4 {
        held(&mut terminal).go(Move::Up);
    }
    assert_eq!(
        (terminal.cursor(), shown(&terminal, 0)),
        (Some((0, 1)), "5".to_owned())
    );
    held(&mut terminal).go(Move::PageUp);
    assert_eq!(
        (terminal.cursor(), shown(&terminal, 0)),
        (Some((0, 1)), "1".to_owned())
    );
    held(&mut terminal).go(Move::PageUp);
    held(&mut terminal).go(Move::Up);
    assert_eq!((terminal.cursor(), terminal.scrolled()), (Some((0, 1)), 5));
    held(&mut terminal).go(Move::Bottom);
    assert_eq!((terminal.cursor(), terminal.scrolled()), (Some((3, 0)), 0));
    held(&mut terminal).go(Move::Top);
    held(&mut terminal).go(Move::LineEnd);
    held(&mut terminal).go(Move::Right);
    held(&mut terminal).go(Move::Right);
    assert_eq!(terminal.cursor(), Some((0, 2)));
    held(&mut terminal).scroll(Scroll::Bottom);
    assert_eq!(terminal.cursor(), Some((0, 2)), "it stays in sight");
}

#[test]
fn a_selection_a_line_and_a_folded_line_are_copied() {
    let mut terminal = still("one two\nabcdefghijklmn\nend");
    let still = held(&mut terminal);
    assert_eq!(still.text().as_deref(), Some("end"));
    still.go(Move::Up);
    assert_eq!(still.text().as_deref(), Some("abcdefghijklmn"), "whole");
    still.go(Move::Top);
    for _ in 0..4 {
        still.go(Move::Right);
    }
    still.mark();
    still.go(Move::Down);
    assert_eq!(still.text().as_deref(), Some("two\nabcde"));
    still.mark();
    assert!(still.selected().is_none(), "the mark is taken back");
}

#[test]
fn half_of_a_wide_letter_is_copied_whole() {
    let mut terminal = still("文字x");
    let still = held(&mut terminal);
    still.go(Move::LineStart);
    still.go(Move::Right);
    still.mark();
    still.go(Move::LineEnd);
    assert_eq!(still.text().as_deref(), Some("文字x"));
}

#[test]
fn it_is_found_upwards_around_and_across_a_fold() {
    let mut terminal = still("Error a\n12345678error\nerror\nx");
    let still = held(&mut terminal);
    still.begin_search();
    still.type_search("err\nor");
    assert_eq!(still.typed(), Some("error"));
    assert!(still.search());
    assert_eq!(still.text().as_deref(), Some("error"));
    assert!(still.find(Towards::Past));
    assert_eq!(still.text().as_deref(), Some("12345678error"));
    let range = still.selected().expect("it is shown");
    assert_ne!(range.start.line, range.end.line);
    assert!(still.find(Towards::Past));
    assert_eq!(still.text().as_deref(), Some("Error a"), "in any case");
    assert!(still.find(Towards::Past));
    assert_eq!(still.text().as_deref(), Some("error"), "and around");
    assert!(still.find(Towards::Present));
    assert_eq!(still.text().as_deref(), Some("Error a"));
    still.begin_search();
    still.type_search("ERROR");
    assert!(!still.search(), "capitals are meant");
    still.begin_search();
    assert!(!still.search(), "nothing new: what was looked for before");
}

#[test]
fn letters_are_taken_away_and_then_the_search() {
    let mut terminal = still("x");
    let still = held(&mut terminal);
    still.begin_search();
    still.type_search("ab");
    for _ in 0..2 {
        still.erase_search();
    }
    assert_eq!(still.typed(), Some(""));
    still.erase_search();
    assert_eq!(still.typed(), None);
}

#[test]
fn any_size_and_any_bytes_can_be_gone_through() {
    for size in [(1, 2), (3, 7), (24, 80), (300, 600)] {
        let mut terminal =
            still("文字 e\u{301}\n\t\x1b[5;5Hx\x1b[1;3r\x1b[S\x1b[T\nlong long long long");
        terminal.resize(size.0, size.1);
        let still = held(&mut terminal);
        for to in [
            Move::Top,
            Move::PageDown,
            Move::LineEnd,
            Move::PageUp,
            Move::Down,
            Move::Left,
        ] {
            still.go(to);
        }
        still.mark();
        still.go(Move::Bottom);
        still.begin_search();
        still.type_search("long");
        still.search();
        let _ = still.text();
        let (row, column) = terminal.cursor().expect("in sight");
        assert!(row < size.0 && column < size.1.max(2), "{size:?}");
    }
}
