//! Colours and marks. Meaning is never in a colour alone.

use ratatui::style::{Color, Modifier, Style};

use crate::terminal::Background;

/// What the learner's terminal is like and asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub enum Palette {
    #[default]
    Dark,
    Light,
    /// `NO_COLOR` (no-color.org), or a terminal without colours.
    None,
}

/// Marks and lines of the terminal's character set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub enum Symbols {
    #[default]
    Unicode,
    Ascii,
}

/// How everything is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Theme {
    pub palette: Palette,
    pub symbols: Symbols,
}

impl Theme {
    /// What programs in the terminal are told of it, where they ask.
    #[must_use]
    pub fn background(self) -> Background {
        match self.palette {
            Palette::Dark => Background::Dark,
            Palette::Light => Background::Light,
            Palette::None => Background::Unknown,
        }
    }

    /// The one accent: titles, keys, what is chosen.
    pub fn accent(self) -> Style {
        self.coloured(Color::Cyan, Color::Blue)
            .add_modifier(Modifier::BOLD)
    }

    /// Met goals.
    pub fn good(self) -> Style {
        self.coloured(Color::Green, Color::Green)
    }

    /// Missed goals and failures.
    pub fn bad(self) -> Style {
        self.coloured_or_bold(Color::LightRed, Color::Red)
    }

    /// Notes and warnings.
    pub fn warn(self) -> Style {
        self.coloured(Color::Yellow, Color::Magenta)
    }

    /// Code and commands.
    pub fn code(self) -> Style {
        self.coloured_or_bold(Color::LightYellow, Color::Blue)
    }

    /// What is less important: times, sizes, frames.
    pub fn faint(self) -> Style {
        match self.palette {
            // Dim is drawn by terminals without colours too, and often not readable.
            Palette::None => Style::new(),
            Palette::Dark => Style::new().fg(Color::Gray),
            Palette::Light => Style::new().fg(Color::DarkGray),
        }
    }

    /// What the keys act on.
    pub fn chosen(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    pub fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    fn coloured(self, dark: Color, light: Color) -> Style {
        match self.palette {
            Palette::Dark => Style::new().fg(dark),
            Palette::Light => Style::new().fg(light),
            Palette::None => Style::new(),
        }
    }

    fn coloured_or_bold(self, dark: Color, light: Color) -> Style {
        match self.palette {
            Palette::None => self.strong(),
            _ => self.coloured(dark, light),
        }
    }

    /// `unicode` where the terminal shows it, else `ascii`.
    pub fn symbol(self, unicode: &'static str, ascii: &'static str) -> &'static str {
        match self.symbols {
            Symbols::Unicode => unicode,
            Symbols::Ascii => ascii,
        }
    }
}
