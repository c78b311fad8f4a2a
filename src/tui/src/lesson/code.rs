//! Code blocks: prompts, commands, output.

use std::ops::Range;

use ratatui::style::Style;
use ratatui::text::Span;

use super::block::Code;
use super::command::{Command, MORE, prompt};
use super::layout::PlacedCommand;
use super::wrap::{Kind, Piece, piece};
use super::writer::{Medium, Writer};

impl Writer<'_> {
    pub fn code(&mut self, code: &Code) {
        let indent = match self.look.medium {
            Medium::Screen => "  ",
            Medium::Linear => "    ",
        };
        self.rows.indent(None, Span::raw(indent));
        let mut at = 0;
        for command in &code.commands {
            self.output(code, at..command.lines.start);
            self.command(code, command);
            at = command.lines.end;
        }
        self.output(code, at..code.lines.len());
        self.rows.outdent();
    }

    /// Lines that are no command.
    fn output(&mut self, code: &Code, lines: Range<usize>) {
        let style = match code.language.as_str() {
            "console" => Style::new(),
            _ => self.look.theme.code(),
        };
        for line in &code.lines[lines] {
            self.code_line(vec![piece(line, style, Kind::Line)]);
        }
    }

    fn command(&mut self, code: &Code, command: &Command) {
        let theme = self.look.theme;
        let begin = self.rows.lines.len();
        let mut shown: Option<Range<usize>> = None;
        for line in &code.lines[command.lines.clone()] {
            let prompt = match (code.language.as_str(), prompt(line)) {
                ("console", Some((_, prompt))) => prompt,
                ("console", None) if line.starts_with(MORE) => MORE,
                _ => "",
            };
            let text = piece(&line[prompt.len()..], theme.code(), Kind::Line);
            let lines = self.code_line(vec![piece(prompt, theme.faint(), Kind::Line), text]);
            shown.get_or_insert(lines.clone()).end = lines.end;
        }
        self.commands.push(PlacedCommand {
            lines: shown.unwrap_or(begin..begin),
            text: command.text.clone(),
            place: command.place,
            step: command.step,
        });
    }

    fn code_line(&mut self, pieces: Vec<Piece>) -> Range<usize> {
        match self.look.medium {
            Medium::Screen => self.rows.code(&pieces),
            // What is copied from here must be whole.
            Medium::Linear => {
                let line = self.rows.put(pieces);
                line..line + 1
            }
        }
    }
}
