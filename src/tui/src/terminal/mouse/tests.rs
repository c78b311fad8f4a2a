//! Reports against "XTerm Control Sequences", "Mouse Tracking".

use super::*;

const AREA: Rect = Rect::new(10, 5, 80, 24);
const LEFT: MouseButton = MouseButton::Left;

fn event(kind: MouseEventKind, column: u16, row: u16) -> MouseEvent {
    MouseEvent {
        kind,
        column: AREA.x + column,
        row: AREA.y + row,
        modifiers: KeyModifiers::NONE,
    }
}

struct Seat {
    terminal: Terminal,
    now: u64,
}

impl Seat {
    fn showing(bytes: &str) -> Seat {
        let mut terminal = Terminal::new(AREA.height, AREA.width);
        assert_eq!(terminal.feed(bytes.as_bytes()), b"");
        Seat { terminal, now: 0 }
    }

    fn does(&mut self, kind: MouseEventKind, column: u16, row: u16) -> MouseOutcome {
        self.now += 50;
        let event = event(kind, column, row);
        self.terminal.mouse(&event, AREA, self.now)
    }

    fn reports(&mut self, kind: MouseEventKind, column: u16, row: u16) -> String {
        match self.does(kind, column, row) {
            MouseOutcome::ToProgram(bytes) => bytes.escape_ascii().to_string(),
            MouseOutcome::Nothing => String::new(),
            other => panic!("{other:?}"),
        }
    }

    fn copies(&mut self, kind: MouseEventKind, column: u16, row: u16) -> String {
        match self.does(kind, column, row) {
            MouseOutcome::Copied(text) => text,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn sgr_reports() {
    let mut seat = Seat::showing("\x1b[?1003h\x1b[?1006h");
    for (kind, report) in [
        (MouseEventKind::Down(LEFT), r"\x1b[<0;3;2M"),
        (MouseEventKind::Drag(LEFT), r"\x1b[<32;3;2M"),
        (MouseEventKind::Up(LEFT), r"\x1b[<0;3;2m"),
        (MouseEventKind::Down(MouseButton::Middle), r"\x1b[<1;3;2M"),
        (MouseEventKind::Up(MouseButton::Middle), r"\x1b[<1;3;2m"),
        (MouseEventKind::Down(MouseButton::Right), r"\x1b[<2;3;2M"),
        (MouseEventKind::Up(MouseButton::Right), r"\x1b[<2;3;2m"),
        (MouseEventKind::Moved, r"\x1b[<35;3;2M"),
        (MouseEventKind::ScrollUp, r"\x1b[<64;3;2M"),
        (MouseEventKind::ScrollDown, r"\x1b[<65;3;2M"),
        (MouseEventKind::ScrollLeft, r"\x1b[<66;3;2M"),
        (MouseEventKind::ScrollRight, r"\x1b[<67;3;2M"),
    ] {
        assert_eq!(seat.reports(kind, 2, 1), report, "{kind:?}");
    }
    let modified = MouseEvent {
        modifiers: KeyModifiers::ALT | KeyModifiers::CONTROL,
        ..event(MouseEventKind::Down(LEFT), 0, 0)
    };
    let outcome = seat.terminal.mouse(&modified, AREA, 10_000);
    assert_eq!(outcome, MouseOutcome::ToProgram(b"\x1b[<24;1;1M".to_vec()));
}

#[test]
fn old_reports() {
    let mut seat = Seat::showing("\x1b[?1000h");
    assert_eq!(seat.reports(MouseEventKind::Down(LEFT), 0, 0), r"\x1b[M !!");
    assert_eq!(seat.reports(MouseEventKind::Up(LEFT), 0, 0), r"\x1b[M#!!");
    assert_eq!(seat.reports(MouseEventKind::ScrollUp, 79, 23), r"\x1b[M`p8");
}

#[test]
fn old_reports_of_places_far_out() {
    let area = Rect::new(0, 0, 500, 50);
    let far = |column| MouseEvent {
        kind: MouseEventKind::Down(LEFT),
        column,
        row: 0,
        modifiers: KeyModifiers::NONE,
    };
    let mut terminal = Terminal::new(50, 500);
    assert_eq!(terminal.feed(b"\x1b[?1000h"), b"");
    let last = MouseOutcome::ToProgram(b"\x1b[M \xff!".to_vec());
    assert_eq!(terminal.mouse(&far(222), area, 0), last);
    assert_eq!(terminal.mouse(&far(223), area, 0), MouseOutcome::Nothing);
    assert_eq!(terminal.feed(b"\x1b[?1005h"), b"");
    let utf8 = MouseOutcome::ToProgram("\x1b[M \u{100}!".as_bytes().to_vec());
    assert_eq!(terminal.mouse(&far(223), area, 0), utf8);
}

#[test]
fn a_program_gets_only_the_kinds_it_asked_for() {
    let (down, up) = (MouseEventKind::Down(LEFT), MouseEventKind::Up(LEFT));
    let drag = MouseEventKind::Drag(LEFT);
    for (mode, drags, moves) in [
        ("1000", false, false),
        ("1002", true, false),
        ("1003", true, true),
    ] {
        let mut seat = Seat::showing(&format!("\x1b[?{mode}h\x1b[?1006h"));
        assert!(!seat.reports(down, 1, 1).is_empty());
        assert_eq!(!seat.reports(drag, 2, 1).is_empty(), drags, "{mode}");
        assert!(!seat.reports(up, 2, 1).is_empty());
        assert_eq!(
            !seat.reports(MouseEventKind::Moved, 1, 1).is_empty(),
            moves,
            "{mode}"
        );
        assert_eq!(seat.terminal.feed(format!("\x1b[?{mode}l").as_bytes()), b"");
        assert_eq!(seat.reports(MouseEventKind::Moved, 1, 1), "");
    }
}

#[test]
fn a_drag_that_leaves_the_pane_stays_with_the_program() {
    let mut seat = Seat::showing("\x1b[?1002h\x1b[?1006h");
    let outside = |kind| MouseEvent {
        kind,
        column: 0,
        row: 200,
        modifiers: KeyModifiers::NONE,
    };
    let moved = outside(MouseEventKind::Drag(LEFT));
    assert_eq!(seat.terminal.mouse(&moved, AREA, 0), MouseOutcome::Nothing);
    seat.reports(MouseEventKind::Down(LEFT), 5, 5);
    assert!(seat.terminal.holds_mouse());
    let at_edge = MouseOutcome::ToProgram(b"\x1b[<32;1;24M".to_vec());
    assert_eq!(seat.terminal.mouse(&moved, AREA, 0), at_edge);
    let up = outside(MouseEventKind::Up(LEFT));
    let at_edge = MouseOutcome::ToProgram(b"\x1b[<0;1;24m".to_vec());
    assert_eq!(seat.terminal.mouse(&up, AREA, 0), at_edge);
    assert!(!seat.terminal.holds_mouse());
}

#[test]
fn the_wheel_scrolls_or_is_arrows_for_a_full_screen_program() {
    let lines: String = (0..100).map(|line| format!("line {line}\r\n")).collect();
    let mut seat = Seat::showing(&lines);
    assert_eq!(
        seat.does(MouseEventKind::ScrollUp, 1, 1),
        MouseOutcome::Redraw
    );
    assert_eq!(seat.terminal.scrolled(), 3);
    assert_eq!(
        seat.does(MouseEventKind::ScrollDown, 1, 1),
        MouseOutcome::Redraw
    );
    assert!(!seat.terminal.is_scrolled());

    let mut seat = Seat::showing("\x1b[?1049h");
    assert_eq!(
        seat.reports(MouseEventKind::ScrollUp, 1, 1),
        r"\x1b[A".repeat(3)
    );
    assert_eq!(seat.terminal.feed(b"\x1b[?1h"), b"");
    assert_eq!(
        seat.reports(MouseEventKind::ScrollDown, 1, 1),
        r"\x1bOB".repeat(3)
    );
    assert_eq!(seat.terminal.feed(b"\x1b[?1007l"), b"");
    assert_eq!(seat.reports(MouseEventKind::ScrollDown, 1, 1), "");
}

#[test]
fn dragging_selects_and_letting_go_copies() {
    let mut seat = Seat::showing("docker ps -a\r\nCONTAINER ID");
    seat.does(MouseEventKind::Down(LEFT), 7, 0);
    assert_eq!(
        seat.does(MouseEventKind::Drag(LEFT), 8, 0),
        MouseOutcome::Redraw
    );
    assert_eq!(seat.copies(MouseEventKind::Up(LEFT), 8, 0), "ps");
    // Backwards, over two lines.
    seat.now += 1_000;
    seat.does(MouseEventKind::Down(LEFT), 8, 1);
    seat.does(MouseEventKind::Drag(LEFT), 7, 0);
    assert_eq!(
        seat.copies(MouseEventKind::Up(LEFT), 7, 0),
        "ps -a\nCONTAINER"
    );
}

#[test]
fn a_folded_line_is_copied_whole_and_without_a_newline() {
    let long = "x".repeat(100);
    let mut seat = Seat::showing(&format!("{long}\r\nnext"));
    seat.does(MouseEventKind::Down(LEFT), 0, 0);
    seat.does(MouseEventKind::Drag(LEFT), 79, 1);
    assert_eq!(seat.copies(MouseEventKind::Up(LEFT), 79, 1), long);
}

#[test]
fn two_clicks_select_a_word_and_three_a_line() {
    let mut seat = Seat::showing("docker run --name=web nginx");
    let click = |seat: &mut Seat, column| {
        seat.does(MouseEventKind::Down(LEFT), column, 0);
        seat.does(MouseEventKind::Up(LEFT), column, 0)
    };
    assert_eq!(click(&mut seat, 8), MouseOutcome::Nothing);
    assert_eq!(click(&mut seat, 8), MouseOutcome::Copied("run".to_owned()));
    let line = "docker run --name=web nginx".to_owned();
    assert_eq!(click(&mut seat, 8), MouseOutcome::Copied(line));
    // Slow clicks, and clicks elsewhere, are single.
    seat.now += 1_000;
    assert_eq!(click(&mut seat, 8), MouseOutcome::Nothing);
    assert_eq!(click(&mut seat, 20), MouseOutcome::Nothing);
    assert_eq!(seat.terminal.text_selection(), None);
}

#[test]
fn shift_takes_the_mouse_back_from_a_program() {
    let mut seat = Seat::showing("\x1b[?1003h\x1b[?1006hword");
    for kind in [
        MouseEventKind::Down(LEFT),
        MouseEventKind::Drag(LEFT),
        MouseEventKind::Up(LEFT),
    ] {
        let column = if kind == MouseEventKind::Down(LEFT) {
            0
        } else {
            3
        };
        let shifted = MouseEvent {
            modifiers: KeyModifiers::SHIFT,
            ..event(kind, column, 0)
        };
        let outcome = seat.terminal.mouse(&shifted, AREA, 0);
        assert!(!matches!(outcome, MouseOutcome::ToProgram(_)));
    }
    assert_eq!(seat.terminal.text_selection().as_deref(), Some("word"));
}

#[test]
fn dragging_beyond_the_edge_scrolls() {
    let lines: String = (0..100).map(|line| format!("line {line}\r\n")).collect();
    let mut seat = Seat::showing(&lines);
    seat.does(MouseEventKind::Down(LEFT), 3, 0);
    let above = MouseEvent {
        kind: MouseEventKind::Drag(LEFT),
        column: AREA.x,
        row: 0,
        modifiers: KeyModifiers::NONE,
    };
    seat.terminal.mouse(&above, AREA, 0);
    seat.terminal.mouse(&above, AREA, 0);
    assert_eq!(seat.terminal.scrolled(), 2);
    assert_eq!(
        seat.copies(MouseEventKind::Up(LEFT), 0, 0),
        "line 75\nline 76\nline"
    );
}
