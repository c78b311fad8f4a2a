//! The map: the lab's host, its networks, the containers on them, and every
//! door between host and container (ports, folders, volumes).
//!
//! Duty: from a scene to lines, pure. [`groups`] says which container stands
//! where, [`rows`] draws a line of it, [`fold`] chooses what to leave out where
//! a pane is too low for everything.

mod fold;
mod groups;
mod rows;

use jiff::Timestamp;
use plimsoll_text::Language;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use serde::{Deserialize, Serialize};
use unicode_width::UnicodeWidthStr;

use self::fold::{Folding, Gaps};
use self::groups::groups;
use self::rows::{Joint, Rows};
use super::blocks::{self, Block, Page};
use super::{container, fit};
use crate::keys::Action;
use crate::scene::{Container, Image, Scene, say};
use crate::theme::Theme;
use crate::words;

/// What the learner chose on the map.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MapState {
    /// A container's id.
    pub chosen: Option<String>,
    /// Everything in full, however high that is.
    pub unfolded: bool,
}

impl MapState {
    /// Does what a key asks for; false: nothing here.
    pub fn act(&mut self, action: Action, scene: &Scene) -> bool {
        match action {
            Action::Fold => {
                self.unfolded = !self.unfolded;
                true
            }
            _ => {
                let order: Vec<String> = order(scene).map(|one| one.id.clone()).collect();
                blocks::choose(&order, &mut self.chosen, action)
            }
        }
    }
}

/// Draws the map.
pub fn draw(
    frame: &mut Frame,
    area: Rect,
    scene: &Scene,
    state: &MapState,
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
    let map = Map::new(scene, page, chosen);
    let height = usize::from(area.height);
    let mut blocks = map.blocks(&Folding::default());
    if blocks::height(&blocks) > height && !state.unfolded {
        blocks = map.blocks(&map.folded_to(height));
    }
    blocks::show(frame, area, blocks, chosen, page);
}

/// The whole map in full, as plain text.
#[must_use]
pub fn text(scene: &Scene, page: Page) -> String {
    let map = Map::new(scene, page, None);
    let blocks = map.blocks(&Folding::default());
    let lines = blocks.iter().flat_map(|block| &block.lines);
    let mut text = String::new();
    for line in lines {
        text.push_str(line.to_string().trim_end());
        text.push('\n');
    }
    text
}

/// The containers from top to bottom.
fn order(scene: &Scene) -> impl Iterator<Item = &Container> {
    let up = groups(scene).into_iter().flat_map(|group| group.containers);
    up.chain(scene.containers.iter().filter(|one| !one.is_up()))
}

#[derive(Clone, Copy)]
struct Map<'a> {
    scene: &'a Scene,
    rows: Rows,
    chosen: Option<&'a str>,
}

impl<'a> Map<'a> {
    fn new(scene: &'a Scene, page: Page, chosen: Option<&'a str>) -> Map<'a> {
        let (mut host, mut inside) = (0, 0);
        for one in scene.containers.iter().filter(|one| one.is_up()) {
            let doors = container::doors(one, scene.folder.as_deref(), page);
            let brief: usize = doors.iter().map(|door| door.brief.width() + 2).sum();
            let alone = doors.iter().map(Rows::needed).max().unwrap_or(0);
            host = host.max(alone).max(brief + 2);
            let title = container::title(one, usize::MAX, page);
            inside = inside.max(title.iter().map(Span::width).sum());
        }
        Map {
            scene,
            rows: Rows::new(page, host, inside),
            chosen,
        }
    }

    fn blocks(&self, folding: &Folding) -> Vec<Block> {
        let mut blocks = Vec::new();
        let gap = || (folding.gaps == Gaps::Blank).then(|| Block::of(vec![Line::default()]));
        for group in groups(self.scene) {
            let heading = self.rows.heading(&group.place);
            blocks.push(Block::of(vec![heading]));
            let count = group.containers.len() + group.guests.len();
            let joint = |index| match index + 1 == count {
                true => Joint::Last,
                false => Joint::Middle,
            };
            for (index, one) in group.containers.iter().enumerate() {
                let lines = self.running(one, joint(index), folding);
                blocks.push(Block::keyed(&one.id, lines));
            }
            for (index, (guest, at)) in group.guests.iter().enumerate() {
                let joint = joint(group.containers.len() + index);
                blocks.push(Block::of(vec![self.rows.guest(guest, at, joint)]));
            }
            if count == 0 {
                blocks.push(Block::of(vec![self.rows.nobody()]));
            }
            blocks.extend(gap());
        }
        let down = self.not_running(folding);
        if !down.is_empty() {
            blocks.extend(down);
            blocks.extend(gap());
        }
        blocks.push(Block::of(self.rest()));
        blocks
    }

    fn running(&self, one: &Container, joint: Joint, folding: &Folding) -> Vec<Line<'static>> {
        let doors = container::doors(one, self.scene.folder.as_deref(), self.rows.page);
        if folding.closed.contains(&one.id) {
            return vec![self.rows.closed(one, &doors, joint)];
        }
        let mut lines = self.rows.open(one, joint);
        lines.extend(doors.iter().map(|door| self.rows.door(door, joint)));
        lines
    }

    fn down(&self) -> impl Iterator<Item = &'a Container> {
        self.scene.containers.iter().filter(|one| !one.is_up())
    }

    /// Containers without processes: they are on no network.
    fn not_running(&self, folding: &Folding) -> Vec<Block> {
        let page = self.rows.page;
        if self.down().next().is_none() {
            return Vec::new();
        }
        let title = format!(" {}", words::map_not_running(page.language));
        let title = Line::from(Span::styled(title, page.theme.accent()));
        let mut blocks = vec![Block::of(vec![title])];
        let mut together = Vec::new();
        for one in self.down() {
            if folding.together.contains(&one.id) {
                together.push(one.name.as_str());
                continue;
            }
            let mut lines = vec![self.rows.down(one)];
            if self.chosen == Some(&one.id) {
                let doors = container::doors(one, self.scene.folder.as_deref(), page);
                lines.extend(
                    doors
                        .iter()
                        .map(|door| self.rows.tree_door(door, Joint::Last)),
                );
            }
            blocks.push(Block::keyed(&one.id, lines));
        }
        if !together.is_empty() {
            let names = together.join(", ");
            let text = words::map_together(page.language, together.len(), names);
            blocks.push(Block::of(vec![self.rows.faint(&format!("   {text}"))]));
        }
        blocks
    }

    /// What is there without a container.
    fn rest(&self) -> Vec<Line<'static>> {
        let Page {
            language,
            theme,
            width,
            ..
        } = self.rows.page;
        let scene = self.scene;
        let mut lines = Vec::new();
        if scene.containers.is_empty() {
            let told = words::map_empty(language);
            let told = fit::wrap(&told, width.saturating_sub(2), theme);
            lines.extend(told.into_iter().map(|line| Line::from(format!(" {line}"))));
            let command = Span::styled("docker run IMAGE", theme.code());
            lines.push(Line::from(vec![Span::raw("   "), command]));
            lines.push(Line::default());
        }
        let mut told = |text: String| {
            let wrapped = fit::wrap(&text, width.saturating_sub(2), theme).into_iter();
            let wrapped = wrapped
                .take(3)
                .map(|line| self.rows.faint(&format!(" {line}")));
            lines.extend(wrapped);
        };
        if scene.left_out.containers > 0 {
            told(words::map_left_out(language, scene.left_out.containers));
        }
        let unused = scene
            .volumes
            .iter()
            .filter(|volume| volume.users.is_empty());
        let unused: Vec<String> = unused
            .map(|volume| say::volume_name(&volume.name))
            .collect();
        if !unused.is_empty() {
            told(words::map_unused_volumes(language, unused.join(", ")));
        }
        let images: Vec<String> = scene.images.iter().map(Image::name).collect();
        if !images.is_empty() {
            told(words::map_images(language, images.join(", ")));
        }
        lines
    }
}
