//! From blocks to lines of a width.

use std::ops::Range;

use plimsoll_text::Language;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::block::{Block, Code, Face, Item, Lesson, Part, Run, Spacing, Target};
use super::command::{Command, MORE, Place, prompt};
use super::rows::Rows;
use super::wrap::{Kind, Piece, columns, piece};
use crate::theme::Theme;
use crate::words;

/// A part of a lesson as lines, and where in them is what keys act on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    pub lines: Vec<Line<'static>>,
    pub commands: Vec<PlacedCommand>,
    pub links: Vec<PlacedLink>,
    /// Steps that are laid out, from 0, and the lines of their titles.
    pub headings: Vec<(usize, usize)>,
}

/// A command, and the lines that show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedCommand {
    pub lines: Range<usize>,
    /// As [`Command::text`]: may have several lines.
    pub text: String,
    pub place: Place,
    pub step: Option<usize>,
}

/// A link, and the lines of its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedLink {
    pub lines: Range<usize>,
    pub text: String,
    pub target: Target,
    /// The number behind its text and before its address at the end; none where
    /// the text says it.
    pub number: Option<usize>,
}

impl Layout {
    /// Lays out `part` of a lesson in `width` columns: no line is wider.
    #[must_use]
    pub fn new(
        lesson: &Lesson,
        part: Part,
        width: u16,
        theme: Theme,
        language: Language,
    ) -> Layout {
        let look = Look {
            theme,
            language,
            medium: Medium::Screen,
        };
        let mut writer = Writer::new(lesson, look, usize::from(width));
        writer.part(part);
        writer.finish()
    }
}

/// For whom it is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Medium {
    /// For the eye.
    Screen,
    /// For the ear, and for terminals that can do nothing: every sense in words.
    Linear,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub theme: Theme,
    pub language: Language,
    pub medium: Medium,
}

pub(super) struct Writer<'a> {
    lesson: &'a Lesson,
    pub look: Look,
    pub rows: Rows,
    commands: Vec<PlacedCommand>,
    headings: Vec<(usize, usize)>,
    /// The links that have a number, in the order of the numbers.
    numbered: Vec<usize>,
}

impl<'a> Writer<'a> {
    pub fn new(lesson: &'a Lesson, look: Look, width: usize) -> Writer<'a> {
        let mark = Span::styled(look.theme.symbol("↪", ">"), look.theme.faint());
        Writer {
            lesson,
            look,
            rows: Rows::new(width, mark),
            commands: Vec::new(),
            headings: Vec::new(),
            numbered: Vec::new(),
        }
    }

    pub fn part(&mut self, part: Part) {
        let lesson = self.lesson;
        let steps = match part {
            Part::Whole => 0..lesson.steps.len(),
            Part::Step(step) => step..(step + 1).min(lesson.steps.len()),
        };
        if steps.start == 0 {
            let title = piece(&lesson.title, self.look.theme.accent(), Kind::Prose);
            self.rows.prose(&[title]);
            self.rows.gap();
            self.blocks(&lesson.intro, Spacing::Loose);
        }
        for step in steps.clone() {
            self.step(step);
        }
        if lesson.cut && steps.end == lesson.steps.len() {
            self.rows.gap();
            let text = words::lesson_cut(self.look.language);
            self.rows
                .prose(&[piece(text, self.look.theme.warn(), Kind::Prose)]);
        }
        self.addresses();
    }

    pub fn finish(self) -> Layout {
        let number = |link| self.numbered.iter().position(|numbered| *numbered == link);
        let links = self.rows.links.into_iter().map(|seen| PlacedLink {
            number: number(seen.link).map(|at| at + 1),
            target: self.lesson.links[seen.link].clone(),
            lines: seen.lines,
            text: seen.text,
        });
        Layout {
            links: links.collect(),
            lines: self.rows.lines,
            commands: self.commands,
            headings: self.headings,
        }
    }

    fn step(&mut self, number: usize) {
        let step = &self.lesson.steps[number];
        let (theme, language) = (self.look.theme, self.look.language);
        let title = match self.look.medium {
            Medium::Screen => step.title.clone(),
            Medium::Linear => words::lesson_step(language, number + 1, step.title.as_str()),
        };
        self.rows.gap();
        let lines = self
            .rows
            .prose(&[piece(title, theme.accent(), Kind::Prose)]);
        self.headings.push((number, lines.start));
        self.rows.gap();
        self.blocks(&step.blocks, Spacing::Loose);
    }

    fn blocks(&mut self, blocks: &[Block], spacing: Spacing) {
        for (at, block) in blocks.iter().enumerate() {
            if at > 0 && spacing == Spacing::Loose {
                self.rows.gap();
            }
            self.block(block);
        }
    }

    fn block(&mut self, block: &Block) {
        let theme = self.look.theme;
        match block {
            Block::Heading { text, .. } => {
                let pieces = self.pieces(text, theme.strong());
                self.rows.prose(&pieces);
            }
            Block::Paragraph(text) => {
                let pieces = self.pieces(text, Style::new());
                self.rows.prose(&pieces);
            }
            Block::List {
                first,
                spacing,
                items,
            } => self.list(*first, *spacing, items),
            Block::Code(code) => self.code(code),
            Block::Table(table) => self.table(table),
            Block::Note(blocks) => self.note(blocks),
            Block::Rule => self.rule(),
        }
    }

    fn rule(&mut self) {
        match self.look.medium {
            Medium::Screen => {
                let line = self.look.theme.symbol("─", "-").repeat(self.rows.room());
                let line = piece(line, self.look.theme.faint(), Kind::Line);
                self.rows.put(vec![line]);
            }
            Medium::Linear => self.rows.gap(),
        }
    }

    fn note(&mut self, blocks: &[Block]) {
        let (theme, language) = (self.look.theme, self.look.language);
        if self.look.medium == Medium::Linear {
            let mut blocks = blocks.to_vec();
            if let Some(Block::Paragraph(runs)) = blocks.first_mut() {
                let face = Face::default();
                let text = format!("{} ", words::lesson_note(language));
                runs.insert(
                    0,
                    Run {
                        text,
                        face,
                        link: None,
                    },
                );
            }
            return self.blocks(&blocks, Spacing::Loose);
        }
        let bar = Span::styled(theme.symbol("▎ ", "| "), theme.warn());
        self.rows.indent(None, bar);
        self.blocks(blocks, Spacing::Loose);
        self.rows.outdent();
    }

    fn list(&mut self, first: Option<u64>, spacing: Spacing, items: &[Item]) {
        let bullet = match self.look.medium {
            Medium::Screen => self.look.theme.symbol("• ", "- "),
            Medium::Linear => "- ",
        };
        let label = |at: usize| match first {
            Some(first) => format!("{}. ", first.saturating_add(at as u64)),
            None => bullet.to_owned(),
        };
        let last = items.len().saturating_sub(1);
        let width = columns(&label(0)).max(columns(&label(last)));
        for (at, item) in items.iter().enumerate() {
            if at > 0 && spacing == Spacing::Loose {
                self.rows.gap();
            }
            let label = format!("{:<width$}", label(at));
            let label = Span::styled(label, self.look.theme.faint());
            self.rows.indent(Some(label), Span::raw(" ".repeat(width)));
            match item.is_empty() {
                true => drop(self.rows.put(Vec::new())),
                false => self.blocks(item, spacing),
            }
            self.rows.outdent();
        }
    }

    fn code(&mut self, code: &Code) {
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

    /// Runs as pieces in their looks, on top of `base`.
    pub fn pieces(&mut self, runs: &[Run], base: Style) -> Vec<Piece> {
        let mut pieces = Vec::with_capacity(runs.len());
        for (at, run) in runs.iter().enumerate() {
            let linear_code = run.face.code && self.look.medium == Medium::Linear;
            pieces.push(Piece {
                text: match linear_code {
                    true => format!("`{}`", run.text),
                    false => run.text.clone(),
                },
                style: self.style(run, base),
                kind: match run.face.code {
                    true => Kind::Word,
                    false => Kind::Prose,
                },
                link: run.link,
            });
            let next = runs.get(at + 1).and_then(|next| next.link);
            if let Some(link) = run.link.filter(|link| next != Some(*link)) {
                let text = linked_text(runs, link);
                pieces.extend(self.reference(link, &text));
            }
        }
        pieces
    }

    fn style(&self, run: &Run, base: Style) -> Style {
        let theme = self.look.theme;
        let Face {
            strong,
            emphasis,
            code,
            struck,
        } = run.face;
        let mut style = base;
        if code {
            // Bold as well: not by colour alone.
            style = style.patch(theme.code()).add_modifier(Modifier::BOLD);
        }
        if strong {
            style = style.patch(theme.strong());
        }
        let marks = [
            (emphasis, Modifier::ITALIC),
            (struck, Modifier::CROSSED_OUT),
            (run.link.is_some(), Modifier::UNDERLINED),
        ];
        for (_, modifier) in marks.into_iter().filter(|(is, _)| *is) {
            style = style.add_modifier(modifier);
        }
        style
    }

    /// What stands behind a link's text: its number, or its address.
    fn reference(&mut self, link: usize, text: &str) -> Option<Piece> {
        let target = &self.lesson.links[link];
        let address = self.address(target).filter(|address| address != text)?;
        let text = match self.look.medium {
            Medium::Linear => format!(" ({address})"),
            Medium::Screen => {
                self.numbered.push(link);
                format!("[{}]", self.numbered.len())
            }
        };
        Some(piece(text, self.look.theme.faint(), Kind::Prose))
    }

    /// A target in words; none for a step, which its link's text names.
    fn address(&self, target: &Target) -> Option<String> {
        let language = self.look.language;
        match target {
            Target::Web(address) | Target::Other(address) => Some(address.clone()),
            Target::Book { page, .. } => Some(words::lesson_book_page(language, page.as_str())),
            Target::Step(_) => None,
        }
        .filter(|address| !address.is_empty())
    }

    /// The numbered links' addresses, at the end.
    fn addresses(&mut self) {
        self.rows.gap();
        for (at, link) in self.numbered.clone().into_iter().enumerate() {
            let Some(address) = self.address(&self.lesson.links[link]) else {
                continue;
            };
            let faint = self.look.theme.faint();
            let label = format!("[{}] ", at + 1);
            let rest = Span::raw(" ".repeat(columns(&label)));
            self.rows.indent(Some(Span::styled(label, faint)), rest);
            self.rows.prose(&[piece(address, faint, Kind::Word)]);
            self.rows.outdent();
        }
    }
}

fn linked_text(runs: &[Run], link: usize) -> String {
    let linked = runs.iter().filter(|run| run.link == Some(link));
    linked.map(|run| run.text.as_str()).collect()
}
