//! The lines of a map.
//!
//! Two layouts. With [`WIDE`] columns or more the host is on the left of each
//! network's line and the containers on the right, and doors cross the line;
//! below that the map is a tree at the left edge.

use plimsoll_text::Language;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::super::blocks::Page;
use super::super::container::{self, Door};
use super::super::fit;
use super::groups::Where;
use crate::scene::{Attachment, Container, Network};
use crate::words;

/// Columns from which host and containers stand side by side.
const WIDE: usize = 72;
/// Columns left of a network's line, at least.
const LEAST: usize = 34;

/// Where a row meets its network's line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joint {
    /// The line goes on below.
    Middle,
    /// The last container.
    Last,
}

#[derive(Debug, Clone, Copy)]
pub struct Rows {
    pub page: Page,
    /// Columns left of a network's line.
    left: usize,
}

impl Rows {
    /// `host` columns make what is on the host whole, `inside` the titles of
    /// containers; there may be fewer.
    pub fn new(page: Page, host: usize, inside: usize) -> Rows {
        let usual = (page.width * 2 / 5).clamp(LEAST, 56);
        // What one side does not need, the other one gets.
        let least = page.width.saturating_sub(inside + 2).clamp(LEAST, usual);
        let left = match page.width >= WIDE {
            true => host.clamp(least, usual.max(page.width / 2)),
            false => 1,
        };
        Rows { page, left }
    }

    /// The columns that a door needs on the host's side, in a line of its own.
    pub fn needed(door: &Door) -> usize {
        match (door.host.width(), door.tag.width()) {
            (0, _) => 0,
            (host, 0) => host + 3,
            (host, tag) => host + 3 + tag + 4,
        }
    }

    fn is_wide(&self) -> bool {
        self.page.width >= WIDE
    }

    fn left(&self) -> usize {
        self.left
    }

    /// Columns right of a network's line and its corner.
    fn right(&self) -> usize {
        self.page.width.saturating_sub(self.left() + 2)
    }

    fn corner(&self, joint: Joint) -> &'static str {
        match joint {
            Joint::Middle => self.page.theme.symbol("├─", "+-"),
            Joint::Last => self.page.theme.symbol("└─", "`-"),
        }
    }

    /// The network's line beside a container's further lines.
    fn trunk(&self, joint: Joint) -> &'static str {
        match joint {
            Joint::Middle => self.page.theme.symbol("│ ", "| "),
            Joint::Last => "  ",
        }
    }

    pub fn faint(&self, text: &str) -> Line<'static> {
        let Page { theme, width, .. } = self.page;
        Line::from(Span::styled(fit::end(text, width, theme), theme.faint()))
    }

    /// The host's leg into a network, and what that is called.
    pub fn heading(&self, place: &Where<'_>) -> Line<'static> {
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
        let has_leg = matches!(place, Where::Network(network) if network.driver == "bridge");
        let dash = theme.symbol("─", "-");
        let host = match has_leg {
            true => format!(" {} ", words::map_host(language)),
            false => String::new(),
        };
        let reach = self.left().saturating_sub(host.width());
        let leg = match (has_leg, self.is_wide()) {
            (true, true) => format!("{}{} ", dash.repeat(reach), theme.symbol("┬", "+")),
            (true, false) => format!("{} ", dash.repeat(2)),
            (false, true) => format!("{}{} ", " ".repeat(reach), theme.symbol("╷", ".")),
            (false, false) => " ".to_owned(),
        };
        let used = host.width() + leg.width();
        let title = fit::end(&title, self.page.width.saturating_sub(used), theme);
        Line::from(vec![
            Span::styled(host, theme.strong()),
            Span::styled(leg, theme.faint()),
            Span::styled(title, theme.accent()),
        ])
    }

    pub fn nobody(&self) -> Line<'static> {
        let indent = " ".repeat(self.left());
        let corner = self.corner(Joint::Last);
        let nobody = words::map_nobody(self.page.language);
        self.faint(&format!("{indent}{corner} {nobody}"))
    }

    /// A container that is drawn in full elsewhere.
    pub fn guest(&self, one: &Container, at: &Attachment, joint: Joint) -> Line<'static> {
        let Page {
            language, theme, ..
        } = self.page;
        let before = format!("{}{}", " ".repeat(self.left()), self.corner(joint));
        let elsewhere = words::map_guest(language);
        let about = format!("{}  {}  {elsewhere}", one.name, at.address);
        let about = fit::end(&about, self.right().saturating_sub(2), theme);
        Line::from(vec![
            Span::styled(before, theme.faint()),
            Span::raw(format!("{} {about}", container::mark(one, theme))),
        ])
    }

    /// The title of a container that is drawn in full: two lines where one is
    /// too short.
    pub fn open(&self, one: &Container, joint: Joint) -> Vec<Line<'static>> {
        let indent = " ".repeat(self.left());
        let titles = container::titles(one, self.right(), self.page);
        let mut lines = Vec::new();
        for (index, title) in titles.into_iter().enumerate() {
            let before = match index {
                0 => self.corner(joint),
                _ => self.trunk(joint),
            };
            let before = format!("{indent}{before}");
            let mut line = Line::from(Span::styled(before, self.page.theme.faint()));
            line.extend(title);
            lines.push(line);
        }
        lines
    }

    /// A container in one line, with what its doors are on the host.
    pub fn closed(&self, one: &Container, doors: &[Door], joint: Joint) -> Line<'static> {
        let theme = self.page.theme;
        let hosts: Vec<&str> = doors.iter().map(|door| door.brief.as_str()).collect();
        let hosts: Vec<&str> = hosts.into_iter().filter(|host| !host.is_empty()).collect();
        let hosts = hosts.join("  ");
        let mut line = match self.is_wide() && !hosts.is_empty() {
            true => {
                let hosts = fit::end(&hosts, self.left().saturating_sub(4), theme);
                let host = format!(" {hosts} ");
                let corner = match joint {
                    Joint::Middle => theme.symbol("┼─", "+-"),
                    Joint::Last => theme.symbol("┴─", "+-"),
                };
                let fill = theme.symbol("─", "-").repeat(self.left() - host.width());
                Line::from(vec![
                    Span::raw(host),
                    Span::styled(format!("{fill}{corner}"), theme.faint()),
                ])
            }
            false => {
                let before = format!("{}{}", " ".repeat(self.left()), self.corner(joint));
                Line::from(Span::styled(before, theme.faint()))
            }
        };
        line.extend(container::title(one, self.right(), self.page));
        line
    }

    /// A container without processes.
    pub fn down(&self, one: &Container) -> Line<'static> {
        let mut line = Line::from("   ");
        let room = self.page.width.saturating_sub(3);
        line.extend(container::title(one, room, self.page));
        line
    }

    /// One door: what it is on the host, how it leads in, what it is inside.
    pub fn door(&self, door: &Door, joint: Joint) -> Line<'static> {
        match self.is_wide() {
            true => self.crossing_door(door, joint),
            false => self.tree_door(door, joint),
        }
    }

    fn crossing_door(&self, door: &Door, joint: Joint) -> Line<'static> {
        let Page { theme, width, .. } = self.page;
        let left = self.left();
        let dash = theme.symbol("─", "-");
        let arrow = theme.symbol("─▶ ", "-> ");
        let room = width.saturating_sub(left + 1 + arrow.width());
        let inside = fit::path(&door.inside, room, theme);
        if door.host.is_empty() {
            let before = format!("{}{}  ", " ".repeat(left), self.trunk(joint));
            let told = format!("{before}{inside}");
            return self.faint(&told);
        }
        let tag = match door.tag.is_empty() {
            true => String::new(),
            false => format!(" {} {dash}{dash}", door.tag),
        };
        let room = left.saturating_sub(tag.width() + 3);
        let host = format!(" {} ", fit::path(&door.host, room, theme));
        let fill = dash.repeat(left.saturating_sub(host.width() + tag.width()));
        let through = match joint {
            Joint::Middle => theme.symbol("┼", "+"),
            Joint::Last => dash,
        };
        Line::from(vec![
            Span::raw(host),
            Span::styled(format!("{fill}{tag}{through}{arrow}"), theme.faint()),
            Span::raw(inside),
        ])
    }

    /// A door below its container.
    pub fn tree_door(&self, door: &Door, joint: Joint) -> Line<'static> {
        let Page { theme, width, .. } = self.page;
        let before = format!(" {}  ", self.trunk(joint));
        let tag = match door.tag.as_str() {
            "" => String::new(),
            tag => format!("  {tag}"),
        };
        if door.host.is_empty() {
            return self.faint(&format!("{before}{}{tag}", door.inside));
        }
        let arrow = theme.symbol(" ▶ ", " > ");
        let room = width.saturating_sub(before.width() + arrow.width() + tag.width());
        let need = door.inside.width().min(room * 6 / 10);
        let host = fit::path(&door.host, room - need, theme);
        let inside = fit::path(&door.inside, room - host.width(), theme);
        Line::from(vec![
            Span::styled(before, theme.faint()),
            Span::raw(host),
            Span::styled(arrow, theme.faint()),
            Span::raw(inside),
            Span::styled(tag, theme.faint()),
        ])
    }
}

/// `bridge  docker0 172.17.0.1/16`: the host's own address there is the
/// gateway's. Elsewhere the gateway is another machine.
fn network_title(network: &Network, language: Language) -> String {
    let subnet = network.subnet.as_deref();
    let prefix = subnet.and_then(|subnet| subnet.split_once('/'));
    let (device, address) = match network.driver.as_str() {
        "bridge" => {
            let own = match (&network.gateway, prefix) {
                (Some(gateway), Some((_, prefix))) => Some(format!("{gateway}/{prefix}")),
                _ => network.subnet.clone(),
            };
            (network.device.clone(), own)
        }
        driver => {
            let device = match &network.device {
                Some(device) => words::map_parent(language, device.as_str(), driver),
                None => driver.to_owned(),
            };
            let gateway = network.gateway.as_deref();
            let gateway = gateway.map(|address| words::map_gateway(language, address));
            let told = [network.subnet.clone(), gateway];
            let told: Vec<String> = told.into_iter().flatten().collect();
            (Some(device), Some(told.join("  ")))
        }
    };
    let internal = network.internal.then(|| words::map_internal(language));
    let more: Vec<String> = [device, address, internal].into_iter().flatten().collect();
    format!("{}  {}", network.name, more.join("  "))
}
