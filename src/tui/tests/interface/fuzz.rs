//! Anything in any order: nothing panics, and every moment can be drawn, also on
//! a terminal that has another size than it said.

use crossterm::event::{
    KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use plimsoll_lab::progress::Progress;
use plimsoll_lab::result::ResultRecord;
use plimsoll_text::{Language, Text};
use plimsoll_tui::event::{
    BackTo, Fault, Finding, Grade, Health, Input, LabEvent, ShellEvent, Visit, What, Whereabouts,
};
use plimsoll_tui::keys::{BINDINGS, Scope};
use plimsoll_tui::terminal::shell::Ending;
use plimsoll_tui::theme::{Palette, Symbols, Theme};
use plimsoll_tui::view::view;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::player::{HELLO, Player, WEB};
use crate::samples;
use crate::states::{self, Web};

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers in every run.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Below `end`.
    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn size(&mut self) -> (u16, u16) {
        match self.below(8) {
            0 => (self.below(30) as u16, self.below(12) as u16),
            1 => (80, 24),
            2 => (120, 36),
            _ => (1 + self.below(200) as u16, 1 + self.below(60) as u16),
        }
    }

    fn pick<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize].clone()
    }
}

const CODES: &[KeyCode] = &[
    KeyCode::Enter,
    KeyCode::Esc,
    KeyCode::Tab,
    KeyCode::BackTab,
    KeyCode::Backspace,
    KeyCode::Delete,
    KeyCode::Up,
    KeyCode::Down,
    KeyCode::Left,
    KeyCode::Right,
    KeyCode::Home,
    KeyCode::End,
    KeyCode::PageUp,
    KeyCode::PageDown,
    KeyCode::F(1),
    KeyCode::F(12),
    KeyCode::Null,
];
const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz0123456789?/ yoGN文\u{301}é";

fn key(dice: &mut Dice) -> KeyEvent {
    let letters: Vec<char> = LETTERS.chars().collect();
    let code = match dice.below(3) {
        0 => dice.pick(CODES),
        _ => KeyCode::Char(dice.pick(&letters)),
    };
    let modifiers = match dice.below(12) {
        0 => KeyModifiers::CONTROL,
        1 => KeyModifiers::ALT,
        2 => KeyModifiers::SHIFT,
        _ => KeyModifiers::NONE,
    };
    let mut key = KeyEvent::new(code, modifiers);
    if dice.below(40) == 0 {
        key.kind = KeyEventKind::Release;
    }
    key
}

/// A key that means something after the leader.
fn after_leader(dice: &mut Dice) -> KeyEvent {
    let bindings = BINDINGS.iter().filter(|one| one.scope == Scope::Leader);
    let codes: Vec<KeyCode> = bindings.map(|binding| binding.code).collect();
    KeyEvent::from(dice.pick(&codes))
}

fn mouse(dice: &mut Dice) -> MouseEvent {
    let button = dice.pick(&[MouseButton::Left, MouseButton::Right, MouseButton::Middle]);
    let kind = match dice.below(6) {
        0 => MouseEventKind::Down(button),
        1 => MouseEventKind::Up(button),
        2 => MouseEventKind::Drag(button),
        3 => MouseEventKind::Moved,
        4 => MouseEventKind::ScrollUp,
        _ => MouseEventKind::ScrollDown,
    };
    MouseEvent {
        kind,
        column: dice.below(220) as u16,
        row: dice.below(70) as u16,
        modifiers: KeyModifiers::NONE,
    }
}

const OUTPUT: &[&str] = &[
    "lab$ ",
    "\r\n",
    "a long line that goes on and on and on and on and on and on and on and on and on\r\n",
    "\x1b[?1049h\x1b[2J\x1b[H",
    "\x1b[?1049l",
    "\x1b[?1000h\x1b[?1006h",
    "\x1b[?1000l",
    "\x1b[?2004h",
    "\x1b[999;999H#",
    "\x1b[1;3r\x1b[S\x1b[T",
    "\x1b[6n\x1b[c\x1b]11;?\x07",
    "\x1b[31m文字\x1b[0m e\u{301}\u{200d}👩\u{200d}🚀",
    "\x1b[?25l",
    "\x1b[?25h",
    "\x1b(0lqk\x1b(B",
    "\x1b[",
    "\x1bP1;2",
    "\x1bc",
    "\t\x08\x08\x7f\x00",
];

fn shell(dice: &mut Dice) -> ShellEvent {
    match dice.below(16) {
        0 => ShellEvent::Ended(Ending::Code(dice.below(256) as i32)),
        1 => ShellEvent::Failed(fault(dice)),
        2 => {
            let bytes: Vec<u8> = (0..dice.below(300)).map(|_| dice.next() as u8).collect();
            ShellEvent::Output(bytes.into())
        }
        _ => {
            let times = 1 + dice.below(20) as usize;
            let text = dice.pick(OUTPUT).repeat(times);
            ShellEvent::Output(text.into_bytes().into())
        }
    }
}

fn fault(dice: &mut Dice) -> Fault {
    Fault {
        message: "it did not work ".repeat(dice.below(40) as usize),
        hints: vec!["try `again`".to_owned(); dice.below(3) as usize],
    }
}

fn verdict(dice: &mut Dice, lab: &str) -> ResultRecord {
    match (lab, dice.below(4)) {
        (_, 0) => states::fresh(lab),
        (HELLO, 1) => states::hello_done(),
        (HELLO, 2) => states::hello(&[("ps-a", "images")]),
        (HELLO, _) => states::hello_other_command(),
        (_, 1) => states::web(Web::Served),
        (_, 2) => states::web(Web::Swapped),
        _ => states::web(Web::Stopped),
    }
}

fn back_to(dice: &mut Dice) -> BackTo {
    match dice.below(3) {
        0 => BackTo::Beginning,
        _ => BackTo::Step(dice.below(9) as usize),
    }
}

fn lab_event(dice: &mut Dice, lab: &str) -> LabEvent {
    match dice.below(23) {
        22 => LabEvent::Elsewhere(Whereabouts {
            reset: dice.below(2) == 0,
            alive: dice.below(2) == 0,
        }),
        20 => LabEvent::Operations(Box::new(dice.pick(&states::commands()))),
        21 => LabEvent::NotTold,
        0..6 => LabEvent::Judged(Box::new(verdict(dice, lab))),
        6 | 7 => LabEvent::Scene(Box::new(dice.pick(&[samples::rich(), samples::empty()]))),
        8 => LabEvent::Journal(samples::journal()),
        9 => LabEvent::Changed,
        10 => LabEvent::Progressed,
        11 => LabEvent::NotJudged(fault(dice)),
        12 => LabEvent::NotSeen(fault(dice)),
        13 => LabEvent::Lost,
        14 => LabEvent::Unavailable(fault(dice)),
        15 => {
            let back_to = back_to(dice);
            let loss = Text::new("all of it. ".repeat(20), "tout. ".repeat(20));
            LabEvent::Losses { back_to, loss }
        }
        16 => LabEvent::WasReset {
            back_to: back_to(dice),
            left: Vec::new(),
        },
        17 => LabEvent::Recording {
            file: "/home/me/a.cast".to_owned(),
        },
        18 => LabEvent::RecordingEnded,
        _ => LabEvent::Entered(Box::new(Visit {
            last_screen: b"lab$ docker ps\n".repeat(dice.below(50) as usize),
            ports: vec!["port 80 is at http://localhost:8080".to_owned()],
            work: "/home/me/plimsoll".to_owned(),
            born: dice.pick(&["", "one", "another"]).to_owned(),
        })),
    }
}

fn findings(dice: &mut Dice) -> Vec<Finding> {
    let one = Finding {
        status: dice.pick(&[Grade::Fine, Grade::Limited, Grade::Broken]),
        subject: "subject".repeat(dice.below(20) as usize),
        found: "found `it` ".repeat(dice.below(20) as usize),
        meaning: vec!["it means much ".repeat(9); dice.below(3) as usize],
        mend: vec!["one\ntwo".to_owned(); dice.below(3) as usize],
    };
    vec![one; dice.below(30) as usize]
}

fn anything(dice: &mut Dice) -> What {
    let lab = dice
        .pick(&[HELLO, WEB, "a-lab-that-is-not-there"])
        .to_owned();
    match dice.below(100) {
        0..45 => What::Input(Input::Key(key(dice))),
        45..53 => What::Input(Input::Key(KeyEvent::new(
            KeyCode::Char('g'),
            KeyModifiers::CONTROL,
        ))),
        53..61 => What::Input(Input::Mouse(mouse(dice))),
        61..67 => {
            let (columns, rows) = dice.size();
            What::Input(Input::Resize(columns, rows))
        }
        67..69 => What::Input(Input::Paste(dice.pick(OUTPUT).to_owned())),
        69..79 => {
            let what = shell(dice);
            What::Shell { lab, what }
        }
        79..93 if lab.starts_with("a-lab") => What::Wake,
        79..93 => {
            let what = lab_event(dice, &lab);
            What::Lab { lab, what }
        }
        93 => What::Progress(Box::default()),
        94 => What::Doctor(dice.pick(&[
            Health::Fine,
            Health::Limited("cgroups".repeat(30)),
            Health::Blocked("user namespaces".to_owned()),
        ])),
        95 if dice.below(2) == 0 => What::Findings(findings(dice)),
        95 => What::Book {
            lines: vec!["http://127.0.0.1:8000/".repeat(dice.below(9) as usize)],
        },
        99 => What::ClockSet {
            ahead: dice.pick(&[0, 90_000, -3_600_000, i64::MAX, i64::MIN]),
        },
        98 => What::Background(dice.pick(&[Palette::Dark, Palette::Light])),
        96 => What::Failed(fault(dice)),
        97 => What::Running([(lab, dice.below(30) as usize)].into()),
        _ => What::Wake,
    }
}

/// The terminal was made larger or smaller, and has not said so yet.
fn draw_elsewhere(player: &Player, (columns, rows): (u16, u16)) {
    let backend = TestBackend::new(columns, rows);
    let mut terminal = Terminal::new(backend).expect("a terminal");
    let drawn = terminal.draw(|frame| view(&player.model, frame));
    drawn.expect("drawn");
}

fn play(seed: u64, events: usize) {
    let mut dice = Dice(seed);
    let theme = Theme {
        palette: dice.pick(&[Palette::Dark, Palette::Light, Palette::None]),
        symbols: dice.pick(&[Symbols::Unicode, Symbols::Ascii]),
    };
    let language = dice.pick(&[Language::English, Language::French]);
    let mut player = Player::new((80, 24), language, theme, Progress::default());
    for number in 0..events {
        player.wait(dice.below(3_000));
        let what = match player.model.leading && dice.below(4) > 0 {
            true => What::Input(Input::Key(after_leader(&mut dice))),
            false => anything(&mut dice),
        };
        let told = format!("{what:?}");
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            player.happens(what);
            if dice.below(8) == 0 {
                draw_elsewhere(&player, dice.size());
            }
        }));
        if outcome.is_err() {
            let told: String = told.chars().take(300).collect();
            let size = player.model.size;
            panic!("seed {seed}, event {number}: {told} at {size:?}");
        }
    }
    assert_eq!(player.model.labs.len(), 2, "both labs were opened");
}

/// Each seed is a test, so that they run beside each other.
macro_rules! seeds {
    ($($name:ident: $seed:literal),*) => {
        $(#[test]
        fn $name() {
            play($seed, 10_000);
        })*
    };
}

seeds!(anything_one: 1, anything_two: 22, anything_three: 333, anything_four: 4444, anything_five: 55555);
