//! What real programs print (`programs/`: less, vim and tmux at 80x24 with
//! TERM=xterm-256color), drawn.

use ratatui::Terminal as Drawing;
use ratatui::backend::TestBackend;

use super::*;
use crate::theme::Symbols;

const LESS: &[u8] = include_bytes!("programs/less.bytes");
const VIM: &[u8] = include_bytes!("programs/vim.bytes");
const TMUX: &[u8] = include_bytes!("programs/tmux.bytes");

fn showing(bytes: &[u8]) -> Terminal {
    let mut terminal = Terminal::new(24, 80);
    let _ = terminal.feed(bytes);
    terminal
}

fn drawn(terminal: &Terminal, theme: Theme, area: Rect) -> Drawing<TestBackend> {
    let mut drawing = Drawing::new(TestBackend::new(80, 24)).unwrap();
    let result = drawing.draw(|frame| draw(frame, area, terminal, theme, Focus::Here));
    result.unwrap();
    drawing
}

fn whole(terminal: &Terminal) -> Drawing<TestBackend> {
    drawn(terminal, Theme::default(), Rect::new(0, 0, 80, 24))
}

fn style_at(drawing: &Drawing<TestBackend>, row: u16, column: u16) -> Style {
    drawing.backend().buffer()[Position::new(column, row)].style()
}

#[test]
fn less() {
    insta::assert_snapshot!(whole(&showing(LESS)).backend());
}

#[test]
fn vim() {
    let mut drawing = whole(&showing(VIM));
    insta::assert_snapshot!(drawing.backend());
    let keyword = style_at(&drawing, 1, 4);
    assert_eq!(keyword.fg, Some(Color::Indexed(130)));
    drawing.backend_mut().assert_cursor_position((13, 2));
}

#[test]
fn tmux_with_three_panes() {
    insta::assert_snapshot!(whole(&showing(TMUX)).backend());
}

#[test]
fn nothing_is_drawn_outside_the_area() {
    let terminal = showing(&b"x".repeat(80 * 24));
    let drawing = drawn(&terminal, Theme::default(), Rect::new(2, 3, 5, 2));
    let shown = drawing.backend().to_string();
    assert_eq!(shown.matches('x').count(), 10, "{shown}");
    assert!(shown.lines().nth(3).unwrap().starts_with("\"  xxxxx "));
    // Larger than the terminal, and beyond the frame.
    drawn(&terminal, Theme::default(), Rect::new(70, 20, 200, 200));
}

#[test]
fn colours_and_attributes() {
    let terminal = showing(
        b"\x1b[31mr\x1b[0;1mb\x1b[0;3;4;9mi\x1b[0;7mn\x1b[0;38;5;200;48;2;1;2;3mc\x1b[0;2md\x1b[0;2;32mg\x1b[0;8mh\x1b[0;92mB",
    );
    let colour = whole(&terminal);
    let plain = Style::new()
        .fg(Color::Reset)
        .bg(Color::Reset)
        .underline_color(Color::Reset);
    let styles: Vec<Style> = (0..9).map(|column| style_at(&colour, 0, column)).collect();
    assert_eq!(styles[0], plain.fg(Color::Indexed(1)));
    assert_eq!(styles[1], plain.bold());
    assert_eq!(styles[2], plain.italic().underlined().crossed_out());
    assert_eq!(styles[3], plain.reversed());
    assert_eq!(
        styles[4],
        plain.fg(Color::Indexed(200)).bg(Color::Rgb(1, 2, 3))
    );
    assert_eq!(styles[5], plain.fg(Color::Gray));
    assert_eq!(styles[6], plain.fg(Color::Indexed(2)).dim());
    assert_eq!(styles[8], plain.fg(Color::Indexed(10)));
    assert!(colour.backend().to_string().starts_with("\"rbincdg B"));

    let none = Theme {
        palette: Palette::None,
        ..Theme::default()
    };
    let none = drawn(&terminal, none, Rect::new(0, 0, 80, 24));
    let cells = none.backend().buffer().content().iter();
    assert!(
        cells
            .clone()
            .all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset)
    );
    let kept = [Modifier::BOLD, Modifier::REVERSED];
    assert_eq!(
        [1, 3].map(|column| style_at(&none, 0, column).add_modifier),
        kept
    );
}

#[test]
fn wide_characters_and_marks() {
    let terminal = showing("界e\u{301}❤\u{fe0f}x\r\n\x1b[79C界".as_bytes());
    let drawing = whole(&terminal);
    let buffer = drawing.backend().buffer();
    let symbols: Vec<&str> = (0..5).map(|column| buffer[(column, 0)].symbol()).collect();
    assert_eq!(symbols, ["界", " ", "e\u{301}", "❤", "x"]);
    // It did not fit at the end of the line.
    assert_eq!(
        (buffer[(79, 1)].symbol(), buffer[(0, 2)].symbol()),
        (" ", "界")
    );
    // Cut in two by a narrower area.
    let cut = drawn(&terminal, Theme::default(), Rect::new(0, 0, 1, 1));
    assert_eq!(cut.backend().buffer()[(0, 0)].symbol(), " ");
}

#[test]
fn the_cursor_is_shown_where_the_program_has_it_and_the_pane_has_the_keys() {
    let area = Rect::new(10, 5, 40, 10);
    let cursor = |bytes: &[u8], focus| {
        let terminal = showing(bytes);
        let mut drawing = Drawing::new(TestBackend::new(80, 24)).unwrap();
        let result = drawing.draw(|frame| draw(frame, area, &terminal, Theme::default(), focus));
        result.unwrap();
        drawing
            .backend()
            .cursor_visible()
            .then(|| drawing.backend().cursor_position())
    };
    assert_eq!(cursor(b"ab", Focus::Here), Some(Position::new(12, 5)));
    assert_eq!(cursor(b"ab", Focus::Elsewhere), None);
    assert_eq!(cursor(b"ab\x1b[?25l", Focus::Here), None);
    assert_eq!(cursor(b"\x1b[20;1H", Focus::Here), None);
}

#[test]
fn the_view_says_how_far_back_it_is() {
    let mut terminal = showing(&b"line\r\n".repeat(100));
    terminal.scroll(crate::terminal::Scroll::Lines(12));
    let shown = whole(&terminal).backend().to_string();
    assert!(
        shown.lines().next().unwrap().ends_with(" ↑ 12/77 \""),
        "{shown}"
    );
    let ascii = Theme {
        symbols: Symbols::Ascii,
        ..Theme::default()
    };
    let shown = drawn(&terminal, ascii, Rect::new(0, 0, 80, 24))
        .backend()
        .to_string();
    assert!(shown.is_ascii() && shown.contains(" ^ 12/77 "));
}

#[test]
fn what_is_selected_is_reversed() {
    use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
    let mut terminal = showing(b"ab\x1b[7mc\x1b[0md");
    let event = |kind, column| MouseEvent {
        kind,
        column,
        row: 0,
        modifiers: KeyModifiers::NONE,
    };
    let area = Rect::new(0, 0, 80, 24);
    terminal.mouse(&event(MouseEventKind::Down(MouseButton::Left), 1), area, 0);
    terminal.mouse(&event(MouseEventKind::Drag(MouseButton::Left), 2), area, 0);
    let drawing = whole(&terminal);
    let reversed: Vec<bool> = (0..4)
        .map(|column| {
            style_at(&drawing, 0, column)
                .add_modifier
                .contains(Modifier::REVERSED)
        })
        .collect();
    assert_eq!(reversed, [false, true, false, false]);
}
