//! Bytes that no honest program sends, at sizes that no terminal has.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::Terminal as Drawing;
use ratatui::backend::TestBackend;
use ratatui::layout::Rect;

use super::*;
use crate::theme::Theme;

/// A small generator of the xorshift kind: the same numbers for the same seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize]
    }

    fn parameter(&mut self) -> String {
        match self.below(8) {
            0 => String::new(),
            1 => "0".to_owned(),
            2 => self
                .one_of(&["65535", "65536", "4294967296", "99999999999999999999"])
                .to_owned(),
            3 => format!("{}:{}", self.below(60), self.below(300)),
            4 => self
                .one_of(&[
                    "1049", "47", "6", "7", "1000", "1002", "1003", "1005", "1006", "2004", "2026",
                    "3", "25", "1",
                ])
                .to_owned(),
            _ => self.below(130).to_string(),
        }
    }

    #[expect(clippy::too_many_lines, reason = "a table of sequences")]
    fn sequence(&mut self, out: &mut Vec<u8>) {
        match self.below(14) {
            0..=4 => {
                out.extend(b"\x1b[");
                out.extend(self.one_of(&["", "", "", "?", ">", "!", " ", "="]).bytes());
                for index in 0..self.below(5) {
                    if index > 0 {
                        out.push(b';');
                    }
                    out.extend(self.parameter().bytes());
                }
                out.extend(self.one_of(&["", "", "", "", "$", "'", " "]).bytes());
                out.push(0x40 + self.below(0x3f) as u8);
            }
            5 => {
                out.push(0x1b);
                out.extend(self.one_of(&["", "", "(", ")", "#", "%", "*"]).bytes());
                out.push(0x30 + self.below(0x4f) as u8);
            }
            6 => {
                out.extend(b"\x1b]");
                out.extend(
                    self.one_of(&[
                        "0;",
                        "2;",
                        "4;1;?",
                        "8;;http://x/",
                        "10;?",
                        "11;?",
                        "52;c;",
                        "104;",
                        "1337;",
                    ])
                    .bytes(),
                );
                for _ in 0..self.below(40) {
                    out.push(self.below(256) as u8);
                }
                out.extend(self.one_of(&["\x07", "\x1b\\", ""]).bytes());
            }
            7 => out.extend(
                self.one_of(&[
                    "\x1bPq#0;2;0;0;0~-\x1b\\",
                    "\x1b_Ga=T\x1b\\",
                    "\x1bP$qm\x1b\\",
                    "\x1bX",
                    "\x1b^",
                ])
                .bytes(),
            ),
            8 => out.push(self.below(0x20) as u8),
            9 => out.extend(
                self.one_of(&[
                    "界",
                    "👩\u{200d}👩",
                    "e\u{301}\u{301}",
                    "\u{301}",
                    "ｶ\u{3099}",
                    "\u{202e}",
                    "❤\u{fe0f}",
                    "\u{1f1eb}\u{1f1f7}",
                ])
                .bytes(),
            ),
            10 => out.extend((0..self.below(30)).map(|_| b'a')),
            11 => out.extend("界".repeat(self.below(30) as usize).bytes()),
            12 => out.push(self.below(256) as u8),
            _ => out.extend(
                self.one_of(&[
                    "\r\n", "\n", "\t", "\x08", "\x1b[b", "\x1bM", "\x0e", "\x0f",
                ])
                .bytes(),
            ),
        }
    }
}

fn characters(terminal: &Terminal) -> Vec<Shown> {
    let (rows, columns) = terminal.drawn_size();
    let places = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
    places
        .map(|(row, column)| terminal.shown(row, column))
        .collect()
}

fn use_it(terminal: &mut Terminal, random: &mut Random) {
    match random.below(9) {
        0 => {
            let (rows, columns) = (random.below(6), random.below(9));
            terminal.resize(rows as u16, columns as u16);
        }
        1 => terminal.resize(random.below(70) as u16, random.below(230) as u16),
        2 => terminal.scroll(random.one_of(&[
            Scroll::Top,
            Scroll::Bottom,
            Scroll::Lines(3),
            Scroll::Page(-1),
            Scroll::Lines(i32::MAX),
            Scroll::Page(i32::MIN),
        ])),
        3..=6 => {
            let event = MouseEvent {
                kind: random.one_of(&[
                    MouseEventKind::Down(MouseButton::Left),
                    MouseEventKind::Down(MouseButton::Left),
                    MouseEventKind::Drag(MouseButton::Left),
                    MouseEventKind::Drag(MouseButton::Left),
                    MouseEventKind::Up(MouseButton::Left),
                    MouseEventKind::ScrollUp,
                    MouseEventKind::Moved,
                ]),
                column: random.below(90) as u16,
                row: random.below(30) as u16,
                modifiers: random.one_of(&[KeyModifiers::NONE, KeyModifiers::SHIFT]),
            };
            let area = Rect::new(1, 1, random.below(85) as u16, random.below(28) as u16);
            let _ = terminal.mouse(&event, area, random.below(3_000));
        }
        7 => {
            let saved = terminal.last_screen();
            assert!(saved.len() <= 64 * 1024);
            let mut again = Terminal::new(24, 80);
            again.restore(&saved, Language::French);
            let (rows, columns) = terminal.size();
            let mut painted = Terminal::new(rows, columns);
            assert_eq!(painted.feed(&terminal.repaint()), b"");
            terminal.scroll(Scroll::Bottom);
            assert_eq!(characters(&painted), characters(terminal));
        }
        _ => draw(terminal, random),
    }
}

fn draw(terminal: &Terminal, random: &mut Random) {
    let (width, height) = (random.below(90) as u16, random.below(30) as u16);
    let mut drawing = Drawing::new(TestBackend::new(width.max(1), height.max(1))).unwrap();
    let area = Rect::new(
        random.below(4) as u16,
        random.below(4) as u16,
        width,
        height,
    );
    let draw = |frame: &mut ratatui::Frame<'_>| {
        crate::view::terminal::draw(frame, area, terminal, Theme::default(), Focus::Here);
    };
    drawing.draw(draw).unwrap();
}

/// Only what is on the list of answers: no reply can hold what a program sent.
fn assert_ours(replies: &[u8]) {
    let text = std::str::from_utf8(replies).unwrap();
    for reply in text.split_inclusive(['c', 'n', 'R', 'y', 't', '\x07', '\\']) {
        let body = reply.trim_start_matches(['\x1b', '[', ']', '?', '>']);
        let rest = body.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
        assert!(
            ["c", "n", "R", "$y", "t"].contains(&rest)
                || rest.starts_with("rgb:0000/0000/0000")
                || rest.starts_with("rgb:ffff/ffff/ffff")
                || rest.is_empty(),
            "{reply:?}"
        );
    }
}

fn play(seed: u64, rounds: u32) {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut terminal = Terminal::new(random.below(30) as u16, random.below(100) as u16);
    terminal.set_background(Background::Light);
    for _ in 0..rounds {
        let mut bytes = Vec::new();
        for _ in 0..random.below(30) {
            random.sequence(&mut bytes);
        }
        let cut = random.below(bytes.len() as u64 + 1) as usize;
        let (left, right) = bytes.split_at(cut);
        assert_ours(&terminal.feed(left));
        assert_ours(&terminal.feed(right));
        use_it(&mut terminal, &mut random);
        assert!(
            terminal
                .title()
                .is_none_or(|title| title.chars().count() <= 200)
        );
    }
}

#[test]
fn no_bytes_and_no_size_break_the_terminal() {
    let (from, to) = seeds();
    for seed in from..to {
        play(seed, 60);
    }
}

/// More by hand: `PLIMSOLL_SEEDS=100-100000`.
fn seeds() -> (u64, u64) {
    let asked = std::env::var("PLIMSOLL_SEEDS").ok();
    let range = asked.as_deref().and_then(|text| text.split_once('-'));
    range.map_or((0, 60), |(from, to)| {
        (from.parse().unwrap(), to.parse().unwrap())
    })
}
