//! The layers: every image as a stack, newest layer on top, and over it what
//! each container wrote.
//!
//! Pure: from a scene that was looked at with [`Detail::Layers`] to lines. A
//! list that is higher than its pane folds every stack but the chosen one.
//!
//! [`Detail::Layers`]: crate::scene::Detail::Layers

use crossterm::event::{KeyCode, KeyEvent};
use jiff::Timestamp;
use plimsoll_text::Language;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use serde::{Deserialize, Serialize};
use unicode_width::UnicodeWidthStr;

use super::blocks::{self, Block, Page};
use super::{amount, container, fit};
use crate::scene::{ChangeKind, Container, Count, Image, Layer, Scene, Step, Writable};
use crate::theme::Theme;
use crate::words;

/// Changed files that are listed for a container that is not chosen.
const FEW_CHANGES: usize = 4;

/// What the learner chose among the layers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayersState {
    /// A container's or an image's id.
    pub chosen: Option<String>,
    /// Everything in full, however high that is.
    pub unfolded: bool,
}

impl LayersState {
    /// Takes a key; false where it means nothing here.
    pub fn key(&mut self, event: &KeyEvent, scene: &Scene) -> bool {
        match event.code {
            KeyCode::Enter | KeyCode::Char(' ') => {
                self.unfolded = !self.unfolded;
                true
            }
            _ => {
                let keys: Vec<String> = stacks(scene).iter().flat_map(Stack::keys).collect();
                blocks::choose(&keys, &mut self.chosen, event)
            }
        }
    }
}

/// The keys of this view and what they do.
#[must_use]
pub fn keys(language: Language) -> [(&'static str, String); 2] {
    super::map::keys(language)
}

/// Draws the layers.
pub fn draw(
    frame: &mut Frame,
    area: Rect,
    scene: &Scene,
    state: &LayersState,
    theme: Theme,
    language: Language,
    now: Timestamp,
) {
    let page = Page {
        width: usize::from(area.width),
        theme,
        language,
        now,
    };
    let chosen = state.chosen.as_deref();
    let folded = |folded| {
        Layers {
            scene,
            page,
            folded,
            chosen,
        }
        .blocks()
    };
    let mut blocks = folded(false);
    if blocks::height(&blocks) > usize::from(area.height) && !state.unfolded {
        blocks = folded(true);
    }
    blocks::show(frame, area, blocks, chosen, page);
}

/// An image and the containers over it.
struct Stack<'a> {
    image: Option<&'a Image>,
    containers: Vec<&'a Container>,
}

impl Stack<'_> {
    fn keys(&self) -> Vec<String> {
        let containers = self.containers.iter().map(|one| one.id.clone());
        containers
            .chain(self.image.map(|image| image.id.clone()))
            .collect()
    }
}

fn stacks(scene: &Scene) -> Vec<Stack<'_>> {
    let has = |image: &Image, one: &Container| one.image_id == image.id;
    let mut stacks: Vec<Stack<'_>> = scene
        .images
        .iter()
        .map(|image| Stack {
            image: Some(image),
            containers: scene
                .containers
                .iter()
                .filter(|one| has(image, one))
                .collect(),
        })
        .collect();
    // Of images that were removed, or that the scene does not hold.
    let other = |one: &&Container| !scene.images.iter().any(|image| has(image, one));
    let containers: Vec<&Container> = scene.containers.iter().filter(other).collect();
    if !containers.is_empty() {
        stacks.push(Stack {
            image: None,
            containers,
        });
    }
    // What the learner works on comes first.
    stacks.sort_by_key(|stack| stack.containers.is_empty());
    stacks
}

#[derive(Clone, Copy)]
struct Layers<'a> {
    scene: &'a Scene,
    page: Page,
    folded: bool,
    chosen: Option<&'a str>,
}

impl Layers<'_> {
    fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        for stack in stacks(self.scene) {
            for one in &stack.containers {
                blocks.push(Block::keyed(&one.id, self.container(one)));
            }
            if let Some(image) = stack.image {
                blocks.push(Block::keyed(&image.id, self.image(image)));
            }
            blocks.push(Block::of(vec![Line::default()]));
        }
        if self.scene.images.is_empty() && self.scene.containers.is_empty() {
            let Page {
                language, theme, ..
            } = self.page;
            blocks.push(Block::of(vec![
                Line::from(format!(" {}", words::layers_empty(language))),
                Line::from(Span::styled("   docker pull nginx", theme.code())),
            ]));
        }
        blocks
    }

    fn is_folded(&self, key: &str) -> bool {
        self.folded && self.chosen != Some(key)
    }

    fn container(&self, one: &Container) -> Vec<Line<'static>> {
        let Page {
            language,
            theme,
            width,
            ..
        } = self.page;
        let Some(writable) = &one.writable else {
            let told = words::layers_not_looked(language);
            return vec![self.row(
                vec![
                    Span::raw(format!(" {} ", container::mark(one, theme))),
                    Span::styled(one.name.clone(), theme.strong()),
                ],
                &told,
                "",
            )];
        };
        let count = changed(writable.count, language);
        let size = writable
            .size
            .map(|size| amount::size(language, size))
            .unwrap_or_default();
        let title = vec![
            Span::raw(format!(" {} ", container::mark(one, theme))),
            Span::styled(fit::end(&one.name, width / 3, theme), theme.strong()),
        ];
        let mut lines = vec![self.row(
            title,
            &format!("{}  {count}", words::layers_writable(language)),
            &size,
        )];
        if !self.is_folded(&one.id) {
            lines.extend(self.changes(writable, self.chosen == Some(&one.id)));
        }
        lines
    }

    fn changes(&self, writable: &Writable, all: bool) -> Vec<Line<'static>> {
        let Page {
            language,
            theme,
            width,
            ..
        } = self.page;
        let most = if all {
            writable.changes.len()
        } else {
            FEW_CHANGES
        };
        let mut lines = Vec::new();
        for change in writable.changes.iter().take(most) {
            let (letter, style) = match change.kind {
                ChangeKind::Added => ("A", theme.good()),
                ChangeKind::Changed => ("C", theme.warn()),
                ChangeKind::Deleted => ("D", theme.bad()),
            };
            let path = fit::path(&change.path, width.saturating_sub(7), theme);
            lines.push(Line::from(vec![
                Span::raw("     "),
                Span::styled(letter, style),
                Span::raw(format!(" {path}")),
            ]));
        }
        let total = match writable.count {
            Count::Exactly(count) | Count::AtLeast(count) => count,
        };
        let more = total.saturating_sub(lines.len());
        if more > 0 {
            let told = format!("     {}", words::map_more(language, more));
            lines.push(Line::from(Span::styled(
                fit::end(&told, width, theme),
                theme.faint(),
            )));
        }
        lines
    }

    fn image(&self, image: &Image) -> Vec<Line<'static>> {
        let Page {
            language,
            theme,
            width,
            ..
        } = self.page;
        let title = vec![
            Span::raw("   "),
            Span::styled(fit::end(&image.name(), width / 2, theme), theme.accent()),
        ];
        let layers = image
            .steps
            .iter()
            .filter(|step| step.layer.is_some())
            .count();
        let about = words::layers_count(language, layers);
        let mut lines = vec![self.row(title, &about, &amount::size(language, image.size))];
        if self.is_folded(&image.id) {
            return lines;
        }
        let mut number = layers;
        for step in &image.steps {
            lines.push(self.step(step, number));
            number -= usize::from(step.layer.is_some());
        }
        lines
    }

    fn step(&self, step: &Step, number: usize) -> Line<'static> {
        let Page {
            language, theme, ..
        } = self.page;
        let Some(layer) = &step.layer else {
            let words = vec![Span::styled("          ", theme.faint())];
            return self.row(words, &step.words, "");
        };
        let block = theme.symbol("▒", "#");
        let size = amount::size(language, layer.size);
        let title = vec![Span::raw(format!("     {block} {number:>2} "))];
        self.row(title, &self.told(step, layer), &size)
    }

    fn told(&self, step: &Step, layer: &Layer) -> String {
        match layer.shared_with.as_slice() {
            [] => step.words.clone(),
            names => {
                let shared = words::layers_shared(self.page.language, names.join(", "));
                format!("{}  ({shared})", step.words)
            }
        }
    }

    /// Title, words, and a size at the right end.
    fn row(&self, title: Vec<Span<'static>>, about: &str, size: &str) -> Line<'static> {
        let Page { theme, width, .. } = self.page;
        let mut line = Line::from(title);
        let used = line.width() + 2;
        let room = width.saturating_sub(used + size.width() + 2);
        let about = fit::pad(about, room, theme);
        line.push_span(Span::styled(format!("  {about}"), theme.faint()));
        line.push_span(Span::raw(format!(" {size} ")));
        line
    }
}

fn changed(count: Count, language: Language) -> String {
    match count {
        Count::Exactly(count) => words::layers_changed(language, count),
        Count::AtLeast(count) => words::layers_changed_at_least(language, count),
    }
}
