//! The map: the lab's host, its networks, the containers on them, and every
//! door between host and container (ports, folders, volumes).
//!
//! Duty: from a scene to lines, pure. Two layouts: with [`WIDE`] columns or
//! more the host is on the left and containers on the right of each network's
//! line, and doors cross it; below that it is a tree. A map that is higher than
//! its pane folds every container but the chosen one to one line.

use crossterm::event::{KeyCode, KeyEvent};
use jiff::Timestamp;
use plimsoll_text::Language;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use serde::{Deserialize, Serialize};
use unicode_width::UnicodeWidthStr;

use super::blocks::{self, Block, Page};
use super::{container, fit};
use crate::scene::{Attachment, Container, Network, Place, Scene};
use crate::theme::Theme;
use crate::words;

/// Columns from which host and containers stand side by side.
pub const WIDE: usize = 72;

/// What the learner chose on the map.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MapState {
    /// A container's id.
    pub chosen: Option<String>,
    /// Everything in full, however high that is.
    pub unfolded: bool,
}

impl MapState {
    /// Takes a key; false where it means nothing here.
    pub fn key(&mut self, event: &KeyEvent, scene: &Scene) -> bool {
        match event.code {
            KeyCode::Enter | KeyCode::Char(' ') => {
                self.unfolded = !self.unfolded;
                true
            }
            _ => blocks::choose(&order(scene), &mut self.chosen, event),
        }
    }
}

/// The keys of this view and what they do.
#[must_use]
pub fn keys(language: Language) -> [(&'static str, String); 2] {
    [
        ("↑↓", words::map_key_choose(language)),
        ("⏎", words::map_key_fold(language)),
    ]
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
    let full = Map {
        scene,
        page,
        folding: Folding::Unfolded,
        chosen,
    };
    let mut blocks = full.blocks();
    if blocks::height(&blocks) > usize::from(area.height) && !state.unfolded {
        let folding = Folding::Folded;
        blocks = Map { folding, ..full }.blocks();
    }
    blocks::show(frame, area, blocks, chosen, page);
}

/// The whole map in full, as lines.
#[must_use]
pub fn lines(scene: &Scene, page: Page) -> Vec<Line<'static>> {
    let folding = Folding::Unfolded;
    let map = Map {
        scene,
        page,
        folding,
        chosen: None,
    };
    map.blocks()
        .into_iter()
        .flat_map(|block| block.lines)
        .collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Folding {
    Folded,
    Unfolded,
}

/// The containers' ids from top to bottom.
fn order(scene: &Scene) -> Vec<String> {
    let groups = groups(scene);
    let up = groups.iter().flat_map(|group| &group.containers);
    let down = scene.containers.iter().filter(|one| !one.is_up());
    up.copied().chain(down).map(|one| one.id.clone()).collect()
}

/// Containers that run, by where their network is.
struct Group<'a> {
    place: Where<'a>,
    containers: Vec<&'a Container>,
}

enum Where<'a> {
    Network(&'a Network),
    /// A network that the scene does not hold.
    Unlisted(&'a str),
    Host,
    Container(&'a str),
    Nowhere,
}

fn groups(scene: &Scene) -> Vec<Group<'_>> {
    let up = || scene.containers.iter().filter(|one| one.is_up());
    let first_network = |one: &&Container| match &one.place {
        Place::Networks(all) => all.first().map(|attached| attached.network.clone()),
        _ => None,
    };
    let mut groups: Vec<Group<'_>> = scene
        .networks
        .iter()
        .filter(|network| !matches!(network.driver.as_str(), "host" | "null"))
        .map(|network| Group {
            place: Where::Network(network),
            containers: up()
                .filter(|one| first_network(one).as_deref() == Some(&network.name))
                .collect(),
        })
        .collect();
    for one in up() {
        let place = match &one.place {
            Place::Networks(all) => match all.first() {
                Some(attached) if is_listed(scene, attached) => continue,
                Some(attached) => Where::Unlisted(&attached.network),
                None => Where::Nowhere,
            },
            Place::Host => Where::Host,
            Place::Container(name) => Where::Container(name),
            Place::Nowhere => Where::Nowhere,
        };
        match groups.iter_mut().find(|group| group.place.is(&place)) {
            Some(group) => group.containers.push(one),
            None => groups.push(Group {
                place,
                containers: vec![one],
            }),
        }
    }
    groups
}

fn is_listed(scene: &Scene, attached: &Attachment) -> bool {
    scene.networks.iter().any(|network| {
        network.name == attached.network && !matches!(network.driver.as_str(), "host" | "null")
    })
}

impl Where<'_> {
    fn is(&self, other: &Where<'_>) -> bool {
        match (self, other) {
            (Where::Network(a), Where::Network(b)) => a.name == b.name,
            (Where::Unlisted(a), Where::Unlisted(b)) => a == b,
            (Where::Container(a), Where::Container(b)) => a == b,
            (Where::Host, Where::Host) | (Where::Nowhere, Where::Nowhere) => true,
            _ => false,
        }
    }
}

/// Where a row meets its network's line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Joint {
    /// The line goes on below.
    Middle,
    /// The last container.
    Last,
}

#[derive(Clone, Copy)]
struct Map<'a> {
    scene: &'a Scene,
    page: Page,
    folding: Folding,
    chosen: Option<&'a str>,
}

impl Map<'_> {
    fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        for group in groups(self.scene) {
            blocks.push(Block::of(vec![self.heading(&group.place)]));
            let last = group.containers.len().saturating_sub(1);
            for (index, one) in group.containers.iter().enumerate() {
                let joint = if index == last {
                    Joint::Last
                } else {
                    Joint::Middle
                };
                blocks.push(Block::keyed(&one.id, self.running(one, joint)));
            }
            if group.containers.is_empty() {
                blocks.push(Block::of(vec![self.nobody()]));
            }
            blocks.push(Block::of(vec![Line::default()]));
        }
        blocks.extend(self.not_running());
        blocks.push(Block::of(self.rest()));
        blocks
    }

    /// Columns left of a network's line.
    fn left(&self) -> usize {
        match self.page.width {
            width if width >= WIDE => (width * 2 / 5).min(80),
            _ => 1,
        }
    }

    fn is_wide(&self) -> bool {
        self.page.width >= WIDE
    }

    /// The host's leg into a network, and what that is called.
    fn heading(&self, place: &Where<'_>) -> Line<'static> {
        let Page {
            language, theme, ..
        } = self.page;
        let title = match place {
            Where::Network(network) => network_title(network, language),
            Where::Unlisted(name) => (*name).to_owned(),
            Where::Host => words::map_on_host(language),
            Where::Container(name) => words::map_on_container(language, *name),
            Where::Nowhere => words::map_on_nothing(language),
        };
        let has_leg = match place {
            Where::Network(network) => network.driver == "bridge" && !network.internal,
            _ => false,
        };
        let left = self.left();
        let (line, corner) = match (has_leg, self.is_wide()) {
            (true, true) => (theme.symbol("─", "-"), theme.symbol("┬ ", "+ ")),
            (false, true) => (" ", theme.symbol("╷ ", "  ")),
            (true, false) => (theme.symbol("─", "-"), theme.symbol("─ ", "- ")),
            (false, false) => (" ", ""),
        };
        let host = match has_leg {
            true => format!(" {} ", words::map_host(language)),
            false => " ".to_owned(),
        };
        let leg = match self.is_wide() {
            true => line.repeat(left.saturating_sub(host.width())),
            false if has_leg => line.to_owned(),
            false => String::new(),
        };
        let room = self
            .page
            .width
            .saturating_sub(host.width() + leg.width() + corner.width());
        Line::from(vec![
            Span::styled(host, theme.strong()),
            Span::styled(format!("{leg}{corner}"), theme.faint()),
            Span::styled(fit::end(&title, room, theme), theme.accent()),
        ])
    }

    fn nobody(&self) -> Line<'static> {
        let Page {
            language, theme, ..
        } = self.page;
        let indent = " ".repeat(self.left());
        let corner = theme.symbol("└─ ", "+- ");
        Line::from(Span::styled(
            format!("{indent}{corner}{}", words::map_nobody(language)),
            theme.faint(),
        ))
    }

    fn running(&self, one: &Container, joint: Joint) -> Vec<Line<'static>> {
        let Page { theme, .. } = self.page;
        let folded = self.folding == Folding::Folded && self.chosen != Some(&one.id);
        let indent = " ".repeat(self.left());
        let corner = match joint {
            Joint::Middle => theme.symbol("├─", "+-"),
            Joint::Last => theme.symbol("└─", "+-"),
        };
        let room = self.page.width.saturating_sub(self.left() + 2);
        let doors = container::doors(one, self.scene.folder.as_deref(), self.page);
        let folded_doors = if folded { doors.len() } else { 0 };
        let titles = container::titles(one, room, folded_doors, self.page);
        let mut lines = Vec::new();
        for (index, spans) in titles.into_iter().enumerate() {
            let before = match index {
                0 => corner,
                _ => self.trunk(joint),
            };
            let mut line = Line::from(Span::styled(format!("{indent}{before}"), theme.faint()));
            line.extend(spans);
            lines.push(line);
            if folded {
                return lines;
            }
        }
        lines.extend(doors.iter().map(|door| self.door(door, joint)));
        lines
    }

    /// The network's line beside a container's further lines.
    fn trunk(&self, joint: Joint) -> &'static str {
        match joint {
            Joint::Middle => self.page.theme.symbol("│ ", "| "),
            Joint::Last => "  ",
        }
    }

    /// One door: what it is on the host, how it leads in, what it is inside.
    fn door(&self, door: &container::Door, joint: Joint) -> Line<'static> {
        match self.is_wide() {
            true => self.wide_door(door, joint),
            false => self.narrow_door(door, joint),
        }
    }

    fn wide_door(&self, door: &container::Door, joint: Joint) -> Line<'static> {
        let Page { theme, width, .. } = self.page;
        let left = self.left();
        let dash = theme.symbol("─", "-");
        let through = match joint {
            Joint::Middle => theme.symbol("┼", "+"),
            Joint::Last => dash,
        };
        let arrow = theme.symbol("─▶ ", "-> ");
        let inside_room = width.saturating_sub(left + 1 + arrow.width());
        let inside = fit::path(&door.inside, inside_room, theme);
        let tag = match door.tag.is_empty() {
            true => String::new(),
            false => format!(" {} {}", door.tag, dash.repeat(2)),
        };
        if door.host.is_empty() && tag.is_empty() {
            // Leads nowhere: only told.
            let blank = " ".repeat(left);
            let before = Span::styled(format!("{blank}{}  ", self.trunk(joint)), theme.faint());
            return Line::from(vec![before, Span::styled(inside, theme.faint())]);
        }
        let room = left.saturating_sub(tag.width() + 4);
        let host = match door.host.is_empty() {
            true => " ".to_owned(),
            false => format!(" {} ", fit::path(&door.host, room, theme)),
        };
        let fill = dash.repeat(left.saturating_sub(host.width() + tag.width()));
        Line::from(vec![
            Span::raw(host),
            Span::styled(format!("{fill}{tag}{through}{arrow}"), theme.faint()),
            Span::raw(inside),
        ])
    }

    fn narrow_door(&self, door: &container::Door, joint: Joint) -> Line<'static> {
        let Page { theme, width, .. } = self.page;
        let before = format!(" {}  ", self.trunk(joint));
        let arrow = theme.symbol(" ▶ ", " > ");
        let tag = match door.tag.as_str() {
            "" => String::new(),
            tag => format!("  {tag}"),
        };
        let room = width.saturating_sub(before.width() + arrow.width() + tag.width());
        let (host, inside, arrow) = match door.host.is_empty() {
            true => (String::new(), fit::path(&door.inside, room, theme), ""),
            false => {
                let need = door.inside.width().min(room * 6 / 10);
                let host = fit::path(&door.host, room - need, theme);
                let inside = fit::path(&door.inside, room - host.width(), theme);
                (host, inside, arrow)
            }
        };
        Line::from(vec![
            Span::styled(before, theme.faint()),
            Span::raw(host),
            Span::styled(arrow, theme.faint()),
            Span::raw(inside),
            Span::styled(tag, theme.faint()),
        ])
    }

    /// Containers without processes: they are on no network.
    fn not_running(&self) -> Vec<Block> {
        let Page {
            language,
            theme,
            width,
            ..
        } = self.page;
        let down: Vec<&Container> = self
            .scene
            .containers
            .iter()
            .filter(|one| !one.is_up())
            .collect();
        if down.is_empty() {
            return Vec::new();
        }
        let title = Line::from(Span::styled(
            format!(" {}", words::map_not_running(language)),
            theme.accent(),
        ));
        let mut blocks = vec![Block::of(vec![title])];
        let room = width.saturating_sub(3);
        let mut folded = Vec::new();
        for one in down {
            let is_chosen = self.chosen == Some(&one.id);
            if self.folding == Folding::Folded && !is_chosen && blocks.len() > 2 {
                folded.push(one.name.as_str());
                continue;
            }
            let mut line = Line::from("   ");
            line.extend(container::title(one, room, self.page));
            let mut lines = vec![line];
            if is_chosen {
                let doors = container::doors(one, self.scene.folder.as_deref(), self.page);
                let narrow = Map {
                    page: Page {
                        width: width.min(WIDE - 1),
                        ..self.page
                    },
                    ..*self
                };
                lines.extend(doors.iter().map(|door| narrow.door(door, Joint::Last)));
            }
            blocks.push(Block::keyed(&one.id, lines));
        }
        if !folded.is_empty() {
            let more = words::map_more(language, folded.len());
            let text = fit::end(&format!("   {more}: {}", folded.join(", ")), width, theme);
            blocks.push(Block::of(vec![Line::from(Span::styled(
                text,
                theme.faint(),
            ))]));
        }
        blocks.push(Block::of(vec![Line::default()]));
        blocks
    }

    /// What is there without a container.
    fn rest(&self) -> Vec<Line<'static>> {
        let Page {
            language,
            theme,
            width,
            ..
        } = self.page;
        let scene = self.scene;
        let mut lines = Vec::new();
        if scene.containers.is_empty() {
            lines.push(Line::from(format!(" {}", words::map_empty(language))));
            lines.push(Line::from(Span::styled(
                "   docker run hello-world",
                theme.code(),
            )));
            lines.push(Line::default());
        }
        let mut told = |text: String| {
            let wrapped = fit::wrap(&text, width.saturating_sub(2), theme).into_iter();
            lines.extend(
                wrapped
                    .take(3)
                    .map(|line| Line::from(Span::styled(format!(" {line}"), theme.faint()))),
            );
        };
        if scene.left_out.containers > 0 {
            told(words::map_more(language, scene.left_out.containers));
        }
        let unused = scene
            .volumes
            .iter()
            .filter(|volume| volume.users.is_empty());
        let unused: Vec<String> = unused
            .map(|volume| container::volume_name(&volume.name))
            .collect();
        if !unused.is_empty() {
            told(words::map_unused_volumes(language, unused.join(", ")));
        }
        let images: Vec<String> = scene.images.iter().map(crate::scene::Image::name).collect();
        if !images.is_empty() {
            told(words::map_images(language, images.join(", ")));
        }
        lines
    }
}

/// `bridge · docker0 172.17.0.1/16`: the host's own address is the gateway's.
fn network_title(network: &Network, language: Language) -> String {
    let prefix = network
        .subnet
        .as_deref()
        .and_then(|subnet| subnet.split_once('/'));
    let address = match (&network.gateway, prefix) {
        (Some(gateway), Some((_, prefix))) => Some(format!("{gateway}/{prefix}")),
        _ => network.subnet.clone(),
    };
    let device = match (network.driver.as_str(), &network.device) {
        ("bridge", device) => device.clone(),
        (driver, Some(device)) => Some(words::map_parent(language, device.as_str(), driver)),
        (driver, None) => Some(driver.to_owned()),
    };
    let internal = network.internal.then(|| words::map_internal(language));
    let more = [device, address, internal];
    let more: Vec<String> = more.into_iter().flatten().collect();
    format!("{}  {}", network.name, more.join(" "))
}
