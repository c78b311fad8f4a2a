//! From blocks to lines. Sentences, code blocks and tables have files of their
//! own: `inline.rs`, `code.rs`, `table.rs`.

use plimsoll_text::Language;
use ratatui::style::Style;
use ratatui::text::Span;

use super::block::{Block, Face, Item, Lesson, Part, Run, Spacing};
use super::layout::{Layout, PlacedCommand, PlacedLink};
use super::rows::Rows;
use super::wrap::{Kind, columns, piece};
use crate::theme::Theme;
use crate::words;

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
    pub lesson: &'a Lesson,
    pub look: Look,
    pub rows: Rows,
    pub commands: Vec<PlacedCommand>,
    headings: Vec<(usize, usize)>,
    /// The links that have a number, in the order of the numbers.
    pub numbered: Vec<usize>,
    /// How many of them have had their addresses told.
    pub addressed: usize,
}

impl<'a> Writer<'a> {
    pub fn new(lesson: &'a Lesson, look: Look, width: usize) -> Writer<'a> {
        let mark = Span::styled(look.theme.symbol("↪", "+"), look.theme.faint());
        Writer {
            lesson,
            look,
            rows: Rows::new(width, mark),
            commands: Vec::new(),
            headings: Vec::new(),
            numbered: Vec::new(),
            addressed: 0,
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
            self.addresses();
        }
        for step in steps.clone() {
            self.step(step);
            self.addresses();
        }
        if lesson.cut && steps.end == lesson.steps.len() {
            self.rows.gap();
            let text = words::lesson_cut(self.look.language);
            self.rows
                .prose(&[piece(text, self.look.theme.warn(), Kind::Prose)]);
        }
    }

    pub fn finish(self) -> Layout {
        let mut numbers = vec![None; self.lesson.links.len()];
        for (at, link) in self.numbered.iter().enumerate() {
            numbers[*link] = Some(at + 1);
        }
        let links = self.rows.links.into_iter().map(|seen| PlacedLink {
            number: numbers[seen.link],
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
}
