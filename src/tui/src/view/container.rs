//! How one container is told on a map: its title, and its doors.

use plimsoll_api::ContainerStatus;
use plimsoll_text::Language;
use ratatui::style::Style;
use ratatui::text::Span;
use unicode_width::UnicodeWidthStr;

use super::blocks::Page;
use super::{amount, fit};
use crate::scene::{Access, Container, Health, Mount, MountKind, Place, Port};
use crate::theme::Theme;
use crate::words;

/// A way between the host and a container.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Door {
    /// What it is on the host; empty where it leads nowhere.
    pub host: String,
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

/// What it does now, in words.
pub fn state(one: &Container, page: Page) -> String {
    let Page { language, now, .. } = page;
    let told = match (one.state, one.started_at, one.finished_at) {
        (ContainerStatus::Running, Some(start), _) => {
            words::state_running(language, amount::age(language, start, now))
        }
        (ContainerStatus::Running, None, _) => words::state_running_unknown(language),
        (ContainerStatus::Paused, ..) => words::state_paused(language),
        (ContainerStatus::Created, ..) => words::state_created(language),
        (ContainerStatus::Exited, _, Some(end)) => {
            words::state_ended(language, amount::age(language, end, now), one.exit_code)
        }
        (ContainerStatus::Exited, _, None) => words::state_ended_unknown(language, one.exit_code),
        (ContainerStatus::Restarting, ..) => words::state_restarting(language, one.exit_code),
        (ContainerStatus::Removing, ..) => words::state_removing(language),
        (ContainerStatus::Dead, ..) => words::state_dead(language),
        (ContainerStatus::Unknown, ..) => words::state_unknown(language),
    };
    match one.health.filter(|_| one.is_up()) {
        Some(health) => format!("{told}, {}", health_words(health, language)),
        None => told,
    }
}

fn health_words(health: Health, language: Language) -> String {
    match health {
        Health::Starting => words::health_starting(language),
        Health::Healthy => words::health_healthy(language),
        Health::Unhealthy => words::health_unhealthy(language),
    }
}

/// A line of its own: mark, name, image, state.
pub fn title(one: &Container, room: usize, page: Page) -> Vec<Span<'static>> {
    let theme = page.theme;
    let about = format!("{}  {}", one.image, state(one, page));
    let name = fit::end(&one.name, (room / 2).max(12).min(room), theme);
    let used = 2 + name.width() + 2;
    vec![
        Span::styled(format!("{} ", mark(one, theme)), mark_style(one, theme)),
        Span::styled(name, theme.strong()),
        Span::raw("  "),
        Span::styled(
            fit::end(&about, room.saturating_sub(used), theme),
            theme.faint(),
        ),
    ]
}

/// The title of a container that runs: one line where there is room for it or
/// the container is folded (then with how many doors it has), else two.
pub fn titles(
    one: &Container,
    room: usize,
    folded_doors: usize,
    page: Page,
) -> Vec<Vec<Span<'static>>> {
    let Page {
        theme, language, ..
    } = page;
    let addresses = addresses(one);
    let name = fit::end(&one.name, room.saturating_sub(2), theme);
    let mut about = format!("{}  {}", one.image, state(one, page));
    if folded_doors > 0 {
        about = format!("{about}  {}", words::map_folded(language, folded_doors));
    }
    let mut first = vec![
        Span::styled(format!("{} ", mark(one, theme)), mark_style(one, theme)),
        Span::styled(name.clone(), theme.strong()),
    ];
    let mut used = 2 + name.width();
    if let Some(address) = addresses.first().filter(|address| !address.is_empty()) {
        let address = fit::end(&format!("  {address}"), room.saturating_sub(used), theme);
        used += address.width();
        first.push(Span::raw(address));
    }
    let mut lines = Vec::new();
    let rest = room.saturating_sub(used + 2);
    if about.width() <= rest || folded_doors > 0 {
        let about = fit::end(&about, rest, theme);
        first.push(Span::styled(format!("  {about}"), theme.faint()));
        lines.push(first);
    } else {
        lines.push(first);
        let about = fit::end(&about, room.saturating_sub(2), theme);
        lines.push(vec![Span::styled(format!("  {about}"), theme.faint())]);
    }
    if let Place::Networks(all) = &one.place {
        for other in all.iter().skip(1) {
            let told = words::map_also_in(language, other.address.as_str(), other.network.as_str());
            let told = fit::end(&format!("  {told}"), room, theme);
            lines.push(vec![Span::styled(told, theme.faint())]);
        }
    }
    lines
}

fn addresses(one: &Container) -> Vec<&str> {
    match &one.place {
        Place::Networks(all) => all
            .iter()
            .map(|attached| attached.address.as_str())
            .collect(),
        _ => Vec::new(),
    }
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
        None => lab,
    };
    Door {
        host,
        tag: String::new(),
        inside,
    }
}

/// `:80`, `:53/udp`.
pub fn port_number(number: u16, protocol: &str) -> String {
    match protocol {
        "tcp" | "" => format!(":{number}"),
        _ => format!(":{number}/{protocol}"),
    }
}

/// As a browser is told.
pub fn localhost(address: &str) -> String {
    match address.strip_prefix("127.0.0.1:") {
        Some(port) => format!("localhost:{port}"),
        None => address.to_owned(),
    }
}

fn mount_door(mount: &Mount, folder: Option<&str>) -> Door {
    let access = match mount.access {
        Access::ReadWrite => "rw",
        Access::ReadOnly => "ro",
    };
    let (host, tag) = match mount.kind {
        MountKind::Bind => (beneath(&mount.source, folder), format!("bind {access}")),
        MountKind::Volume => (
            format!("volume {}", volume_name(&mount.source)),
            access.to_owned(),
        ),
        MountKind::Tmpfs => ("tmpfs".to_owned(), access.to_owned()),
        MountKind::Other => (mount.source.clone(), access.to_owned()),
    };
    Door {
        host,
        tag,
        inside: mount.destination.clone(),
    }
}

/// A path as the learner types it in their folder of the lab.
pub fn beneath(path: &str, folder: Option<&str>) -> String {
    let within = folder.and_then(|folder| path.strip_prefix(folder.trim_end_matches('/')));
    match within {
        Some("") => ".".to_owned(),
        Some(rest) if rest.starts_with('/') => format!(".{rest}"),
        _ => path.to_owned(),
    }
}

/// A name; of one that nobody gave (64 hexadecimal digits) the beginning.
pub fn volume_name(name: &str) -> String {
    let is_anonymous = name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    match is_anonymous {
        true => name.chars().take(12).collect(),
        false => name.to_owned(),
    }
}
