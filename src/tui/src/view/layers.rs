//! The layers: every image as a stack, newest layer on top, and over it what
//! each container wrote.
//!
//! Pure: from a scene that was looked at with [`Detail::Layers`] to lines. A
//! list that is higher than its pane folds every stack but the chosen one.
//!
//! [`Detail::Layers`]: crate::scene::Detail::Layers

use std::cmp::Reverse;
use std::collections::BTreeSet;

use jiff::Timestamp;
use plimsoll_text::Language;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use serde::{Deserialize, Serialize};
use unicode_width::UnicodeWidthStr;

use super::blocks::{self, Block, Page};
use super::{container, fit};
use crate::keys::Action;
use crate::scene::amount;
use crate::scene::{ChangeKind, Container, Contents, Count, Image, Layer, Scene, Writable};
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
    /// Does what a key asks for; false: nothing here.
    pub fn act(&mut self, action: Action, scene: &Scene) -> bool {
        match action {
            Action::Fold => {
                self.unfolded = !self.unfolded;
                true
            }
            _ => {
                let keys: Vec<String> = stacks(scene).iter().flat_map(Stack::keys).collect();
                blocks::choose(&keys, &mut self.chosen, action)
            }
        }
    }
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
    let layers = Layers {
        scene,
        page,
        chosen: state.chosen.as_deref(),
    };
    let height = usize::from(area.height);
    let mut blocks = layers.blocks(&BTreeSet::new());
    if blocks::height(&blocks) > height && !state.unfolded {
        blocks = layers.blocks(&layers.closed_to(height));
    }
    blocks::show(frame, area, blocks, layers.chosen, page);
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
    stacks.sort_by_key(|stack| {
        let newest = stack
            .containers
            .iter()
            .filter_map(|one| one.created_at)
            .max();
        Reverse(newest)
    });
    stacks
}

#[derive(Clone, Copy)]
struct Layers<'a> {
    scene: &'a Scene,
    page: Page,
    chosen: Option<&'a str>,
}

impl Layers<'_> {
    /// `closed` are those of which only the title is told.
    fn blocks(&self, closed: &BTreeSet<String>) -> Vec<Block> {
        let mut blocks = Vec::new();
        blocks.extend(self.letters());
        let told = |key: &String, mut lines: Vec<Line<'static>>| {
            if closed.contains(key) {
                lines.truncate(1);
            }
            Block::keyed(key, lines)
        };
        for stack in stacks(self.scene) {
            for one in &stack.containers {
                blocks.push(told(&one.id, self.container(one)));
            }
            if let Some(image) = stack.image {
                blocks.push(told(&image.id, self.image(image, closed)));
            }
            blocks.push(Block::of(vec![Line::default()]));
        }
        if self.scene.images.is_empty() && self.scene.containers.is_empty() {
            let Page {
                language, theme, ..
            } = self.page;
            let command = Span::styled("docker pull IMAGE", theme.code());
            blocks.push(Block::of(vec![
                Line::from(format!(" {}", words::layers_empty(language))),
                Line::from(vec![Span::raw("   "), command]),
            ]));
        }
        blocks
    }

    /// What the letters before changes mean, where there are some.
    fn letters(&self) -> Option<Block> {
        let Page {
            language,
            theme,
            width,
            ..
        } = self.page;
        let wrote = |one: &Container| {
            one.writable
                .as_ref()
                .is_some_and(|it| !it.changes.is_empty())
        };
        self.scene.containers.iter().any(wrote).then(|| {
            let said = words::layers_letters(language);
            let said = fit::wrap(&said, width.saturating_sub(2), theme);
            Block::of(
                said.iter()
                    .map(|line| self.faint(&format!(" {line}")))
                    .collect(),
            )
        })
    }

    /// What to close so that the rest fits: as little as it takes, the chosen
    /// one never.
    fn closed_to(&self, height: usize) -> BTreeSet<String> {
        let open = self.blocks(&BTreeSet::new());
        let others = open
            .iter()
            .filter(|block| block.key.as_deref() != self.chosen);
        let others: Vec<(&String, usize)> = others
            .filter_map(|block| Some((block.key.as_ref()?, block.lines.len() - 1)))
            .collect();
        let mut closed: BTreeSet<String> = others.iter().map(|(key, _)| (*key).clone()).collect();
        let mut room = height.saturating_sub(blocks::height(&self.blocks(&closed)));
        for (key, more) in others {
            if more <= room {
                room -= more;
                closed.remove(key);
            }
        }
        closed
    }

    fn container(&self, one: &Container) -> Vec<Line<'static>> {
        let Page {
            language,
            theme,
            width,
            ..
        } = self.page;
        let title = vec![
            Span::raw(format!(" {} ", container::mark(one, theme))),
            Span::styled(fit::end(&one.name, width / 3, theme), theme.strong()),
        ];
        let Some(writable) = &one.writable else {
            return vec![self.row(title, &words::layers_not_looked(language), "")];
        };
        let size = writable.size.map(|size| amount::size(language, size));
        let about = format!(
            "{}  {}",
            words::layers_writable(language),
            changed(writable, language)
        );
        let mut lines = vec![self.row(title, &about, &size.unwrap_or_default())];
        lines.extend(self.changes(writable, self.chosen == Some(&one.id)));
        lines
    }

    fn changes(&self, writable: &Writable, all: bool) -> Vec<Line<'static>> {
        let Page {
            language,
            theme,
            width,
            ..
        } = self.page;
        let most = if all { usize::MAX } else { FEW_CHANGES };
        let mut lines = Vec::new();
        for change in writable.changes.iter().take(most) {
            let (letter, style) = match change.kind {
                ChangeKind::Added => ("A", theme.good()),
                ChangeKind::Changed => ("C", theme.warn()),
                ChangeKind::Deleted => ("D", theme.bad()),
            };
            let end = match change.is_folder {
                true => "/",
                false => "",
            };
            let path = format!("{}{end}", change.path);
            let path = fit::path(&path, width.saturating_sub(7), theme);
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
            lines.push(self.faint(&told));
        }
        lines
    }

    fn image(&self, image: &Image, closed: &BTreeSet<String>) -> Vec<Line<'static>> {
        let Page {
            language,
            theme,
            width,
            ..
        } = self.page;
        let name = match image.tags.as_slice() {
            [] => image.name(),
            tags => tags.join(", "),
        };
        let mark = match closed.contains(&image.id) {
            true => theme.symbol("▸", ">"),
            false => theme.symbol("▾", "v"),
        };
        let title = vec![
            Span::raw(format!("   {mark} ")),
            Span::styled(fit::end(&name, width / 2, theme), theme.accent()),
        ];
        let layers = image
            .steps
            .iter()
            .filter(|step| step.layer.is_some())
            .count();
        let about = words::layers_count(language, layers);
        let mut lines = vec![self.row(title, &about, &amount::size(language, image.size))];
        let mut number = layers;
        for step in &image.steps {
            match &step.layer {
                Some(layer) => {
                    lines.extend(self.layer(&step.words, layer, number));
                    number -= 1;
                }
                None => {
                    let mark = theme.symbol("·", ".");
                    lines.push(self.faint(&format!("     {mark}     {}", step.words)));
                }
            }
        }
        if image.more_steps > 0 {
            let more = words::map_more(language, image.more_steps);
            lines.push(self.faint(&format!("     {more}")));
        }
        lines
    }

    /// A layer: what made it, how large it is, and what is in it.
    fn layer(&self, made_by: &str, layer: &Layer, number: usize) -> Vec<Line<'static>> {
        let Page {
            language, theme, ..
        } = self.page;
        let block = theme.symbol("▒▒", "##");
        let size = amount::size(language, layer.size);
        let title = vec![Span::raw(format!("     {block} {number:>2}"))];
        let shared = match layer.shared_with.as_slice() {
            [] => String::new(),
            names => words::layers_shared(language, names.join(", ")),
        };
        let about = match made_by {
            "" => shared,
            _ if shared.is_empty() => made_by.to_owned(),
            _ => format!("{made_by}  ({shared})"),
        };
        let mut lines = vec![self.row(title, &about, &size)];
        let Some(contents) = &layer.contents else {
            return lines;
        };
        let before = "            ";
        let added = self.added(contents);
        lines.push(self.faint(&format!("{before}{added}")));
        if contents.deleted > 0 {
            let paths = contents.first_deleted.join("  ");
            let deleted = words::layers_deleted(language, paths);
            lines.push(self.faint(&format!("{before}{deleted}")));
        }
        lines
    }

    fn added(&self, contents: &Contents) -> String {
        let language = self.page.language;
        let paths = contents.largest.join("  ");
        match contents.files {
            Count::Exactly(0) => words::layers_no_files(language),
            Count::Exactly(count) => words::layers_added(language, count, paths),
            Count::AtLeast(count) => words::layers_added_at_least(language, count, paths),
        }
    }

    fn faint(&self, text: &str) -> Line<'static> {
        let Page { theme, width, .. } = self.page;
        Line::from(Span::styled(fit::end(text, width, theme), theme.faint()))
    }

    /// Title, words, and a size at the right end.
    fn row(&self, title: Vec<Span<'static>>, about: &str, size: &str) -> Line<'static> {
        let Page { theme, width, .. } = self.page;
        let mut line = Line::from(title);
        let used = line.width() + 2;
        let room = width.saturating_sub(used + size.width() + 2);
        let about = fit::pad(about, room, theme);
        line.push_span(Span::raw(format!("  {about}")));
        line.push_span(Span::raw(format!(" {size} ")));
        line
    }
}

fn changed(writable: &Writable, language: Language) -> String {
    match writable.count {
        Count::Exactly(0) => words::layers_unchanged(language),
        Count::Exactly(count) => {
            let files = count.saturating_sub(writable.folders);
            words::layers_changed(language, files, writable.folders)
        }
        Count::AtLeast(count) => words::layers_changed_at_least(language, count),
    }
}
