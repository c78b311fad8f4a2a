//! Where things are on a screen of a given size. Pure, and the same for drawing
//! as for telling the shell how large its terminal is.

use ratatui::layout::Rect;
use serde::{Deserialize, Serialize};

use crate::model::{Focus, Side};

/// Columns and rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    pub columns: u16,
    pub rows: u16,
}

/// A terminal that says it is smaller, or huge, lies or cannot be used.
const LEAST: Size = Size {
    columns: 20,
    rows: 6,
};
const MOST: Size = Size {
    columns: 500,
    rows: 300,
};

/// From here on the lesson stands beside the terminal.
const BESIDE: u16 = 100;
/// From here on a view has room beside the terminal too.
const WIDE: u16 = 160;

impl Size {
    /// What a terminal says of itself, made usable.
    #[must_use]
    pub fn told(columns: u16, rows: u16) -> Size {
        // 0 x 0: a line that does not know, such as a serial console.
        let or = |told: u16, usual: u16| if told == 0 { usual } else { told };
        Size {
            columns: or(columns, 80).min(MOST.columns),
            rows: or(rows, 24).min(MOST.rows),
        }
    }

    #[must_use]
    pub fn is_too_small(self) -> bool {
        self.columns < LEAST.columns || self.rows < LEAST.rows
    }

    #[must_use]
    pub fn area(self) -> Rect {
        Rect::new(0, 0, self.columns, self.rows)
    }
}

/// What decides about the places of a lab's screen.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    pub side: Side,
    pub focus: Focus,
    pub zoomed: bool,
    pub goals: usize,
    /// Rows that the key bar needs.
    pub bar: u16,
}

/// The places of a lab's screen. What has no room is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places {
    pub title: Rect,
    pub side: Option<Rect>,
    pub terminal: Option<Rect>,
    pub goals: Rect,
    pub bar: Rect,
    /// Frames around side and terminal.
    pub framed: bool,
}

/// Lays a lab's screen out.
#[must_use]
pub fn lab(size: Size, wanted: Wanted) -> Places {
    let area = size.area();
    let bar_rows = wanted.bar.min(area.height / 3);
    let goal_rows = goal_rows(size, wanted);
    let title = Rect { height: 1, ..area };
    let bar = Rect {
        y: area.height.saturating_sub(bar_rows),
        height: bar_rows,
        ..area
    };
    let goals = Rect {
        y: bar.y.saturating_sub(goal_rows),
        height: goal_rows,
        ..area
    };
    let main = Rect {
        y: 1,
        height: goals.y.saturating_sub(1),
        ..area
    };
    let (side, terminal) = split(main, wanted);
    Places {
        title,
        side,
        terminal,
        goals,
        bar,
        framed: side.is_some() && terminal.is_some(),
    }
}

/// One line where there is little room, else a line for each goal and some
/// for what is wrong.
fn goal_rows(size: Size, wanted: Wanted) -> u16 {
    if size.rows < 30 || size.columns < BESIDE || wanted.zoomed {
        return 1;
    }
    let goals = u16::try_from(wanted.goals).unwrap_or(u16::MAX);
    goals.saturating_add(2).clamp(3, size.rows / 3)
}

fn split(main: Rect, wanted: Wanted) -> (Option<Rect>, Option<Rect>) {
    if wanted.zoomed {
        return (None, Some(main));
    }
    if main.width < BESIDE {
        return match (wanted.focus, wanted.side) {
            (Focus::Terminal, _) => (None, Some(main)),
            (Focus::Side, _) => (Some(main), None),
        };
    }
    if wanted.side != Side::Lesson && main.width < WIDE {
        // A view needs the width: it stands above the terminal.
        let height = main.height / 2;
        let above = Rect { height, ..main };
        let below = Rect {
            y: main.y + height,
            height: main.height - height,
            ..main
        };
        return (Some(above), Some(below));
    }
    let width = if main.width < WIDE {
        main.width * 3 / 10 + 1
    } else {
        main.width * 2 / 5
    };
    let left = Rect { width, ..main };
    let right = Rect {
        x: main.x + width,
        width: main.width - width,
        ..main
    };
    (Some(left), Some(right))
}

/// What is left of a pane inside its frame.
#[must_use]
pub fn inside(pane: Rect, framed: bool) -> Rect {
    if !framed {
        return pane;
    }
    Rect {
        x: pane.x + 1,
        y: pane.y + 1,
        width: pane.width.saturating_sub(2),
        height: pane.height.saturating_sub(2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(focus: Focus, side: Side) -> Wanted {
        Wanted {
            side,
            focus,
            zoomed: false,
            goals: 6,
            bar: 1,
        }
    }

    #[test]
    fn at_80_columns_the_terminal_keeps_the_full_width() {
        let size = Size::told(80, 24);
        let places = lab(size, wanted(Focus::Terminal, Side::Lesson));
        assert_eq!(places.terminal, Some(Rect::new(0, 1, 80, 21)));
        assert_eq!((places.goals.height, places.framed), (1, false));
        let reading = lab(size, wanted(Focus::Side, Side::Lesson));
        assert_eq!((reading.side, reading.terminal), (places.terminal, None));
    }

    #[test]
    fn at_120_columns_the_lesson_is_beside_and_a_view_above() {
        let size = Size::told(120, 36);
        let lesson = lab(size, wanted(Focus::Terminal, Side::Lesson));
        let (left, right) = (
            lesson.side.expect("side"),
            lesson.terminal.expect("terminal"),
        );
        assert!(right.width > 80 && left.width > 34 && left.y == right.y);
        let map = lab(size, wanted(Focus::Terminal, Side::Map));
        assert_eq!(map.side.expect("side").width, 120);
        assert_eq!(map.terminal.expect("terminal").width, 120);
    }

    #[test]
    fn no_size_is_laid_out_beyond_the_screen() {
        for columns in 1..=210 {
            for rows in 1..=70 {
                let size = Size::told(columns, rows);
                for side in [Side::Lesson, Side::Map] {
                    for focus in [Focus::Terminal, Focus::Side] {
                        if size.is_too_small() {
                            continue;
                        }
                        let places = lab(size, wanted(focus, side));
                        let all = [Some(places.title), places.side, places.terminal]
                            .into_iter()
                            .flatten()
                            .chain([places.goals, places.bar]);
                        for place in all {
                            assert_eq!(place.intersection(size.area()), place, "{size:?}");
                            assert!(place.height > 0 && place.width > 0, "{size:?} {places:?}");
                        }
                    }
                }
            }
        }
    }
}
