//! Sentences: the looks of their runs, and what stands behind a link.

use ratatui::style::{Modifier, Style};
use ratatui::text::Span;

use super::block::{Face, Run, Target};
use super::wrap::{Kind, Piece, columns, piece};
use super::writer::{Medium, Writer};

impl Writer<'_> {
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
                let text = linked_text(&runs[..=at], link);
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

    /// What stands behind a link's text: the number of its address.
    fn reference(&mut self, link: usize, text: &str) -> Option<Piece> {
        let target = &self.lesson.links[link];
        address(target).filter(|address| address != text)?;
        self.numbered.push(link);
        let text = format!("[{}]", self.numbered.len());
        Some(piece(text, self.look.theme.faint(), Kind::Prose))
    }

    /// The numbered links' addresses, as far as they were not told yet.
    pub fn addresses(&mut self) {
        self.rows.gap();
        let told = self.addressed;
        self.addressed = self.numbered.len();
        for (at, link) in self.numbered.clone().into_iter().enumerate().skip(told) {
            let Some(address) = address(&self.lesson.links[link]) else {
                continue;
            };
            let faint = self.look.theme.faint();
            let label = format!("[{}] ", at + 1);
            let rest = Span::raw(" ".repeat(columns(&label)));
            self.rows.indent(Some(Span::styled(label, faint)), rest);
            let address = vec![piece(address, faint, Kind::Word)];
            match self.look.medium {
                Medium::Screen => drop(self.rows.prose(&address)),
                // What is copied from here must be whole.
                Medium::Linear => drop(self.rows.put(address)),
            }
            self.rows.outdent();
        }
    }
}

/// What to open or to type; none for a step, which its link's text names.
fn address(target: &Target) -> Option<String> {
    match target {
        Target::Web(address) | Target::Other(address) => Some(address.clone()),
        Target::Book(link) => Some(link.command()),
        Target::Step(_) => None,
    }
    .filter(|address| !address.is_empty())
}

/// The text of the link that `runs` end with.
fn linked_text(runs: &[Run], link: usize) -> String {
    let linked = runs.iter().rev().take_while(|run| run.link == Some(link));
    let mut texts: Vec<&str> = linked.map(|run| run.text.as_str()).collect();
    texts.reverse();
    texts.concat()
}
