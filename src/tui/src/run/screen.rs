//! The terminal of this process: taken over, and always given back.

use std::io::{self, IsTerminal, Stdout, Write};
use std::panic;
use std::sync::Once;

use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, SetTitle, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Frame, Terminal, TerminalOptions, Viewport};

/// The screen while the interface has it. Dropped, the terminal is as before.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<Stdout>>,
    area: Rect,
}

impl Screen {
    /// Takes the terminal over. From now on a panic gives it back first, so
    /// that its message can be read.
    ///
    /// # Errors
    /// Standard input and output are no terminal, or it refuses.
    pub fn take(area: Rect) -> io::Result<Screen> {
        if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            return Err(io::Error::other(
                "standard input and output are no terminal",
            ));
        }
        give_back_on_panic();
        let taken = take_over();
        // Drawn on is what the model takes for the screen: what the terminal says
        // of itself may be news that has not been heard yet, or a lie.
        let options = TerminalOptions {
            viewport: Viewport::Fixed(area),
        };
        let backend = CrosstermBackend::new(io::stdout());
        let terminal = taken.and_then(|()| Terminal::with_options(backend, options));
        match terminal {
            Ok(terminal) => Ok(Screen { terminal, area }),
            Err(error) => {
                give_back();
                Err(error)
            }
        }
    }

    /// Takes the terminal over once more, when this process goes on after it was
    /// stopped: a shell has had it meanwhile.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn retake(&mut self) -> io::Result<()> {
        // What was known of its mode is from before.
        disable_raw_mode()?;
        take_over()?;
        self.terminal.clear()
    }

    /// Draws on `area` of the terminal, from its top left corner.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn draw(&mut self, area: Rect, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        if self.area != area {
            self.terminal.resize(area)?;
            self.area = area;
        }
        self.terminal.draw(draw).map(drop)
    }

    /// To the clipboard of the terminal that the learner sits at, also through
    /// ssh (OSC 52).
    pub fn copy(&mut self, text: &str) {
        let copied = crossterm::clipboard::CopyToClipboard::to_clipboard_from(text);
        // A terminal without this sequence ignores it.
        let _ = execute!(io::stdout(), copied);
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

fn take_over() -> io::Result<()> {
    enable_raw_mode()?;
    execute!(
        io::stdout(),
        EnterAlternateScreen,
        EnableBracketedPaste,
        EnableMouseCapture,
        SetTitle("Plimsoll"),
    )
}

/// Nothing is left to do where one of these fails: the terminal is gone.
fn give_back() {
    let _ = execute!(
        io::stdout(),
        DisableMouseCapture,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        cursor::Show,
    );
    let _ = disable_raw_mode();
    let _ = io::stdout().flush();
}

fn give_back_on_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            give_back();
            before(info);
        }));
    });
}
