//! The lesson pane: the visible lines, the chosen command, how far there is to
//! scroll.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::lesson::Layout;
use crate::theme::Theme;

/// Columns at the left, for the mark of the chosen command.
const MARGIN: u16 = 1;

/// Columns at the right, for the scroll bar and air before it.
const BAR: u16 = 2;

/// How wide a layout for a pane of this width is.
#[must_use]
pub fn text_width(pane: u16) -> u16 {
    pane.saturating_sub(MARGIN + BAR).max(1)
}

/// The last line that a scroll may begin with.
#[must_use]
pub fn last_scroll(layout: &Layout, height: u16) -> usize {
    layout.lines.len().saturating_sub(usize::from(height))
}

/// The scroll nearest to `scroll` that shows a command, whole if it fits, and a
/// line around it.
#[must_use]
pub fn scroll_to_command(layout: &Layout, command: usize, scroll: usize, height: u16) -> usize {
    let Some(command) = layout.commands.get(command) else {
        return scroll.min(last_scroll(layout, height));
    };
    let first = command.lines.start.saturating_sub(1);
    let end = (command.lines.end + 1).saturating_sub(usize::from(height));
    scroll.max(end).min(first).min(last_scroll(layout, height))
}

/// The scroll that begins with a step's title, or as near as there is text.
#[must_use]
pub fn scroll_to_step(layout: &Layout, step: usize, height: u16) -> usize {
    let found = layout.headings.iter().find(|(number, _)| *number == step);
    found
        .map_or(0, |(_, line)| *line)
        .min(last_scroll(layout, height))
}

/// Draws the lines from `scroll` on. The chosen command is reversed and has a
/// mark before it.
pub fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    layout: &Layout,
    scroll: usize,
    chosen: Option<usize>,
    theme: Theme,
) {
    let area = area.intersection(frame.area());
    let scroll = scroll.min(last_scroll(layout, area.height));
    let chosen = chosen.and_then(|chosen| layout.commands.get(chosen));
    let lines = layout.lines.iter().enumerate().skip(scroll);
    for (y, (at, line)) in (area.y..area.bottom()).zip(lines) {
        let row = Rect {
            y,
            height: 1,
            ..area
        };
        let x = row.x + MARGIN.min(row.width);
        frame.buffer_mut().set_line(x, y, line, row.right() - x);
        let Some(chosen) = chosen.filter(|chosen| chosen.lines.contains(&at)) else {
            continue;
        };
        frame
            .buffer_mut()
            .set_style(text_of(line, row), theme.chosen());
        if at == chosen.lines.start {
            let mark = Span::styled(theme.symbol("▸", ">"), theme.accent());
            frame.buffer_mut().set_span(row.x, y, &mark, row.width);
        }
    }
    draw_bar(frame, area, layout, scroll, theme);
}

/// Where in its row a line has text, without its indentation.
fn text_of(line: &Line<'_>, row: Rect) -> Rect {
    let columns = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
    let blank = |span: &&Span<'_>| span.content.trim().is_empty();
    let indent = line.iter().take_while(blank).map(Span::width).sum();
    let text = columns(line.width()).saturating_sub(columns(indent));
    let before = MARGIN.saturating_add(columns(indent)).min(row.width);
    Rect {
        x: row.x + before,
        width: text.min(row.width - before),
        ..row
    }
}

/// A scroll bar, where there is something to scroll.
fn draw_bar(frame: &mut Frame<'_>, area: Rect, layout: &Layout, scroll: usize, theme: Theme) {
    let (all, height) = (layout.lines.len(), usize::from(area.height));
    if all <= height || height == 0 || area.width <= MARGIN {
        return;
    }
    let thumb = (height * height / all).max(1);
    let top = (height - thumb) * scroll / (all - height);
    // Only the thumb: the pane's frame is beside it.
    for row in top..top + thumb {
        let y = area.y + u16::try_from(row).unwrap_or(0);
        let mark = Span::styled(theme.symbol("┃", "#"), theme.faint());
        frame.buffer_mut().set_span(area.right() - 1, y, &mark, 1);
    }
}
