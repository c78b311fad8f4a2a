//! Plays the interface without a terminal: events go in, and what was asked for
//! outside and what is on the screen comes out.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use plimsoll_lab::course::Course;
use plimsoll_lab::progress::Progress;
use plimsoll_lab::result::ResultRecord;
use plimsoll_text::Language;
use plimsoll_tui::effect::Effect;
use plimsoll_tui::event::{Event, Input, LabEvent, Moment, ShellEvent, What};
use plimsoll_tui::geometry::Size;
use plimsoll_tui::model::{LabScreen, Model, Setting};
use plimsoll_tui::theme::Theme;
use plimsoll_tui::update::update;
use plimsoll_tui::view::view;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};

/// When every test begins: 2026-03-01T12:00:00Z.
pub const BEGIN: Moment = 1_772_366_400_000;

pub const HELLO: &str = "hello-world";
pub const WEB: &str = "nginx-volumes";

/// Somebody at the interface.
pub struct Player {
    pub model: Model,
    now: Moment,
}

impl Player {
    pub fn new(size: (u16, u16), language: Language, theme: Theme, progress: Progress) -> Player {
        let model = Model::new(Setting {
            course: Arc::new(Course::embedded()),
            language,
            theme,
            size: Size::told(size.0, size.1),
            progress,
            now: BEGIN,
        });
        Player { model, now: BEGIN }
    }

    /// At the list of labs, in English, for the first time.
    pub fn at_home(size: (u16, u16)) -> Player {
        let theme = Theme::default();
        Player::new(size, Language::English, theme, Progress::default())
    }

    /// In a lab that answers, with its shell; nothing was done there yet.
    pub fn in_lab(lab: &str, size: (u16, u16)) -> Player {
        let mut player = Player::at_home(size);
        player.enter(lab);
        player
    }

    /// Opens a lab from the list and lets it answer.
    pub fn enter(&mut self, lab: &str) {
        self.open(lab);
        self.hear(lab, LabEvent::Entered(Box::default()));
        self.print(lab, "lab$ ");
        let fresh = super::states::fresh(lab);
        self.judged(fresh);
    }

    /// Opens a lab from the list; it does not answer yet.
    pub fn open(&mut self, lab: &str) -> Vec<Effect> {
        let place = self.model.found().iter().position(|one| one.name == lab);
        self.press("Home");
        for _ in 0..place.expect("the lab is in the list") {
            self.press("Down");
        }
        self.press("Enter")
    }

    /// Time goes by; nothing happens.
    pub fn wait(&mut self, milliseconds: u64) {
        self.now += milliseconds;
    }

    /// Something happens, and the screen is drawn.
    pub fn happens(&mut self, what: What) -> Vec<Effect> {
        let at = self.now;
        let effects = update(&mut self.model, Event { at, what });
        self.draw();
        effects
    }

    /// Keys by their names, with blanks between: `^G h Esc`. Gives what all of
    /// them asked for.
    pub fn press(&mut self, keys: &str) -> Vec<Effect> {
        let keys = keys.split(' ').map(key);
        keys.flat_map(|key| self.happens(What::Input(Input::Key(key))))
            .collect()
    }

    /// A text, a key for each of its characters.
    pub fn type_in(&mut self, text: &str) -> Vec<Effect> {
        let keys = text.chars().map(KeyCode::Char).map(KeyEvent::from);
        keys.flat_map(|key| self.happens(What::Input(Input::Key(key))))
            .collect()
    }

    pub fn paste(&mut self, text: &str) -> Vec<Effect> {
        self.happens(What::Input(Input::Paste(text.to_owned())))
    }

    pub fn resize(&mut self, columns: u16, rows: u16) -> Vec<Effect> {
        self.happens(What::Input(Input::Resize(columns, rows)))
    }

    /// Something is heard of a lab.
    pub fn hear(&mut self, lab: &str, what: LabEvent) -> Vec<Effect> {
        let lab = lab.to_owned();
        self.happens(What::Lab { lab, what })
    }

    /// The lab was judged.
    pub fn judged(&mut self, result: ResultRecord) -> Vec<Effect> {
        let lab = result.lab.clone();
        self.hear(&lab, LabEvent::Judged(Box::new(result)))
    }

    pub fn shell(&mut self, lab: &str, what: ShellEvent) -> Vec<Effect> {
        let lab = lab.to_owned();
        self.happens(What::Shell { lab, what })
    }

    /// The shell's program prints something.
    pub fn print(&mut self, lab: &str, output: &str) -> Vec<Effect> {
        let output = output.as_bytes().to_vec().into();
        self.shell(lab, ShellEvent::Output(output))
    }

    /// The lab's part of the model.
    pub fn lab(&self, lab: &str) -> &LabScreen {
        self.model.labs.get(lab).expect("the lab was opened")
    }

    /// The screen as it is drawn now.
    pub fn draw(&self) -> Buffer {
        let size = self.model.size;
        let backend = TestBackend::new(size.columns, size.rows);
        let mut terminal = Terminal::new(backend).expect("a terminal");
        let drawn = terminal.draw(|frame| view(&self.model, frame));
        drawn.expect("drawn");
        terminal.backend().buffer().clone()
    }

    /// The screen as text, without the blanks at line ends.
    pub fn screen(&self) -> String {
        text_of(&self.draw())
    }

    /// Says which part of the screen does not show what it should.
    #[track_caller]
    pub fn sees(&self, wanted: &str) {
        let screen = self.screen();
        // A line that was folded is one text.
        let joined = screen.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            screen.contains(wanted) || joined.contains(wanted),
            "no `{wanted}` in\n{screen}"
        );
    }

    #[track_caller]
    pub fn sees_no(&self, unwanted: &str) {
        let screen = self.screen();
        assert!(!screen.contains(unwanted), "`{unwanted}` in\n{screen}");
    }
}

/// A screen as text, without the blanks at line ends.
pub fn text_of(buffer: &Buffer) -> String {
    let rows = buffer.content().chunks(usize::from(buffer.area.width));
    let text = |row: &[Cell]| {
        let text: String = row.iter().map(Cell::symbol).collect();
        text.trim_end().to_owned()
    };
    rows.map(text).collect::<Vec<_>>().join("\n")
}

/// `x`, `Enter`, `^G`.
fn key(name: &str) -> KeyEvent {
    let mut signs = name.chars();
    let (first, second, rest) = (signs.next(), signs.next(), signs.next());
    let code = match (first, second, rest) {
        (Some('^'), Some(letter), None) => {
            let code = KeyCode::Char(letter.to_ascii_lowercase());
            return KeyEvent::new(code, KeyModifiers::CONTROL);
        }
        (Some(sign), None, None) => KeyCode::Char(sign),
        _ => match name {
            "Enter" => KeyCode::Enter,
            "Esc" => KeyCode::Esc,
            "Tab" => KeyCode::Tab,
            "BackTab" => KeyCode::BackTab,
            "Backspace" => KeyCode::Backspace,
            "Up" => KeyCode::Up,
            "Down" => KeyCode::Down,
            "Home" => KeyCode::Home,
            "End" => KeyCode::End,
            "PageUp" => KeyCode::PageUp,
            "PageDown" => KeyCode::PageDown,
            "Left" => KeyCode::Left,
            "Right" => KeyCode::Right,
            "S-PageUp" => return KeyEvent::new(KeyCode::PageUp, KeyModifiers::SHIFT),
            "S-PageDown" => return KeyEvent::new(KeyCode::PageDown, KeyModifiers::SHIFT),
            "Space" => KeyCode::Char(' '),
            "F1" => KeyCode::F(1),
            other => panic!("no key is called {other}"),
        },
    };
    KeyEvent::from(code)
}
