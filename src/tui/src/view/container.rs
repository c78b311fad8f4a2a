//! How one container is told on a map: its title, and its doors.

use plimsoll_api::ContainerStatus;
use ratatui::style::Style;
use ratatui::text::Span;
use unicode_width::UnicodeWidthStr;

use super::blocks::Page;
use super::fit;
use crate::scene::say::{beneath, localhost, port_number, volume_name};
use crate::scene::{Access, Container, Health, Mount, MountKind, Place, Port};
use crate::theme::Theme;
use crate::words;

/// A way between the host and a container.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Door {
    /// What it is on the host; empty where it leads nowhere.
    pub host: String,
    /// The same in a few characters; empty also for a tmpfs.
    pub brief: String,
    /// `bind rw`.
    pub tag: String,
    /// What it is in the container.
    pub inside: String,
}

/// `▲` runs, `○` does not: with words beside it, always.
pub fn mark(one: &Container, theme: Theme) -> &'static str {
    match one.state {
        ContainerStatus::Running => theme.symbol("▲", "*"),
        ContainerStatus::Paused => theme.symbol("‖", "="),
        ContainerStatus::Restarting => theme.symbol("↻", "~"),
        _ => theme.symbol("○", "o"),
    }
}

fn mark_style(one: &Container, theme: Theme) -> Style {
    match (one.state, one.health) {
        (_, Some(Health::Unhealthy)) if one.is_up() => theme.bad(),
        (ContainerStatus::Running, _) => theme.good(),
        (ContainerStatus::Paused | ContainerStatus::Restarting, _) => theme.warn(),
        (ContainerStatus::Exited | ContainerStatus::Dead, _) if one.exit_code != 0 => theme.bad(),
        _ => theme.faint(),
    }
}

/// One line: mark, name, address, image, state; the end is cut where it is too
/// long.
pub fn title(one: &Container, room: usize, page: Page) -> Vec<Span<'static>> {
    let theme = page.theme;
    let mut spans = name(one, room, page);
    let used: usize = spans.iter().map(Span::width).sum();
    let about = format!(
        "  {}  {}",
        one.image,
        one.state_words(page.language, page.now)
    );
    let about = fit::end(&about, room.saturating_sub(used), theme);
    spans.push(Span::styled(about, theme.faint()));
    spans
}

/// As [`title`], but in two lines where one is too short.
pub fn titles(one: &Container, room: usize, page: Page) -> Vec<Vec<Span<'static>>> {
    let Page {
        theme, language, ..
    } = page;
    let first = name(one, room, page);
    let used: usize = first.iter().map(Span::width).sum();
    let about = format!(
        "  {}  {}",
        one.image,
        one.state_words(page.language, page.now)
    );
    let mut lines = match used + about.width() <= room {
        true => vec![title(one, room, page)],
        false => {
            let about = fit::end(&about, room, theme);
            vec![first, vec![Span::styled(about, theme.faint())]]
        }
    };
    if let Place::Networks(all) = &one.place {
        for other in all.iter().skip(1) {
            let told = words::map_also_in(language, other.address.as_str(), other.network.as_str());
            let told = fit::end(&format!("  {told}"), room, theme);
            lines.push(vec![Span::styled(told, theme.faint())]);
        }
    }
    lines
}

/// Mark, name and address.
fn name(one: &Container, room: usize, page: Page) -> Vec<Span<'static>> {
    let theme = page.theme;
    let room = room.saturating_sub(2);
    let address = match &one.place {
        Place::Networks(all) => all.first().map_or("", |attached| attached.address.as_str()),
        _ => "",
    };
    let address = match address {
        "" => String::new(),
        address => format!("  {address}"),
    };
    let name = fit::end(&one.name, room.saturating_sub(address.width()), theme);
    let address = fit::end(&address, room.saturating_sub(name.width()), theme);
    vec![
        Span::styled(format!("{} ", mark(one, theme)), mark_style(one, theme)),
        Span::styled(name, theme.strong()),
        Span::raw(address),
    ]
}

/// Its ports and mounts; mounts from within `folder` begin with `./`.
pub fn doors(one: &Container, folder: Option<&str>, page: Page) -> Vec<Door> {
    let language = page.language;
    let mut doors: Vec<Door> = Vec::new();
    doors.extend(one.ports.iter().map(|port| port_door(port, page)));
    if one.more_ports > 0 {
        doors.push(told(words::map_more(language, one.more_ports)));
    }
    doors.extend(one.mounts.iter().map(|mount| mount_door(mount, folder)));
    if one.more_mounts > 0 {
        doors.push(told(words::map_more(language, one.more_mounts)));
    }
    doors
}

fn told(inside: String) -> Door {
    Door {
        inside,
        ..Door::default()
    }
}

fn port_door(port: &Port, page: Page) -> Door {
    let Page {
        theme, language, ..
    } = page;
    let inside = port_number(port.number, &port.protocol);
    let Some(published) = &port.published else {
        return told(format!("{inside}  {}", words::map_not_published(language)));
    };
    let lab = format!(
        "{}{}",
        published.address,
        port_number(published.port, &port.protocol)
    );
    let host = match &published.outside {
        Some(outside) => {
            let outside = words::map_outside(language, localhost(outside));
            format!("{outside} {} {lab}", theme.symbol("─▶", "->"))
        }
        None => lab.clone(),
    };
    Door {
        host,
        brief: lab,
        inside,
        ..Door::default()
    }
}

fn mount_door(mount: &Mount, folder: Option<&str>) -> Door {
    let access = match mount.access {
        Access::ReadWrite => "rw",
        Access::ReadOnly => "ro",
    };
    let (host, brief, tag) = match mount.kind {
        MountKind::Bind => {
            let path = beneath(&mount.source, folder);
            (path.clone(), path, format!("bind {access}"))
        }
        MountKind::Volume => {
            let name = volume_name(&mount.source);
            (format!("volume {name}"), name, access.to_owned())
        }
        // In memory: nothing of the host's files leads there.
        MountKind::Tmpfs => return told(format!("{}  tmpfs {access}", mount.destination)),
        MountKind::Other => (
            mount.source.clone(),
            mount.source.clone(),
            access.to_owned(),
        ),
    };
    Door {
        host,
        brief,
        tag,
        inside: mount.destination.clone(),
    }
}
