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

/// Below this, one sentence says how much is needed.
pub const LEAST: Size = Size {
    columns: 32,
    rows: 8,
};
/// A terminal that says it is larger lies.
const MOST: Size = Size {
    columns: 500,
    rows: 300,
};

/// From this many columns on the lesson stands beside the terminal.
const BESIDE: u16 = 100;
/// From here on a view has room beside the terminal too.
const WIDE: u16 = 160;
/// From this many rows on lesson or view stand above a terminal that is narrower.
const TALL: u16 = 36;
/// A view and the terminal share no fewer rows than this: with less, each has
/// all of them while it has the keys.
const SHARED: u16 = 22;
/// Columns that the shell gets before the lesson becomes wider than it must be:
/// programs are written for that many.
const SHELL: u16 = 80;
/// Each goal has a line of its own from this many rows and columns on.
const LISTED: Size = Size {
    columns: 60,
    rows: 30,
};
/// Below this many rows the keys have one line, and the rest of them is behind a
/// key.
const FOLDED: u16 = 18;

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

    /// Whether the lesson stands beside or above the terminal; else one of them
    /// has the whole screen.
    #[must_use]
    pub fn shows_both(self) -> bool {
        self.columns >= BESIDE || self.rows >= TALL
    }

    /// The most lines that a bar of keys has.
    #[must_use]
    pub fn bar_rows(self) -> u16 {
        match self.rows < FOLDED {
            true => 1,
            false => self.rows / 6,
        }
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
    let bar_rows = wanted.bar.min(size.bar_rows());
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
    let (side, terminal) = match size.shows_both() {
        true => split(main, wanted),
        false => alone(main, wanted.focus),
    };
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
    if size.rows < LISTED.rows || size.columns < LISTED.columns || wanted.zoomed {
        return 1;
    }
    let goals = u16::try_from(wanted.goals).unwrap_or(u16::MAX);
    goals.saturating_add(2).clamp(3, size.rows / 3)
}

/// What has the keys has all the room.
fn alone(main: Rect, focus: Focus) -> (Option<Rect>, Option<Rect>) {
    match focus {
        Focus::Terminal => (None, Some(main)),
        Focus::Side => (Some(main), None),
    }
}

fn split(main: Rect, wanted: Wanted) -> (Option<Rect>, Option<Rect>) {
    let is_lesson = wanted.side == Side::Lesson;
    if wanted.zoomed {
        return (None, Some(main));
    }
    if main.width >= WIDE || (is_lesson && main.width >= BESIDE) {
        return beside(main);
    }
    if main.height < SHARED && !is_lesson {
        return alone(main, wanted.focus);
    }
    // A view needs the width, and the lesson has no room beside.
    let height = match is_lesson {
        true => main.height * 2 / 5,
        false => main.height / 2,
    };
    let above = Rect { height, ..main };
    let below = Rect {
        y: main.y + height,
        height: main.height - height,
        ..main
    };
    (Some(above), Some(below))
}

/// Left and right share the line between them.
fn beside(main: Rect) -> (Option<Rect>, Option<Rect>) {
    let (least, most) = (main.width * 3 / 10 + 1, main.width * 2 / 5);
    let width = main.width.saturating_sub(SHELL + 1).clamp(least, most);
    let left = Rect { width, ..main };
    let right = Rect {
        x: main.x + width - 1,
        width: main.width - width + 1,
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
        assert_eq!(inside(right, true).width, SHELL);
        assert!(left.width > 38 && left.y == right.y);
        let map = lab(size, wanted(Focus::Terminal, Side::Map));
        assert_eq!(map.side.expect("side").width, 120);
        assert_eq!(map.terminal.expect("terminal").width, 120);
    }

    #[test]
    fn what_is_high_and_narrow_has_the_lesson_above() {
        let size = Size::told(99, 40);
        let places = lab(size, wanted(Focus::Terminal, Side::Lesson));
        let (above, below) = (
            places.side.expect("side"),
            places.terminal.expect("terminal"),
        );
        assert_eq!((above.width, below.width), (99, 99));
        assert!(above.height >= 10 && below.height >= 16);
        assert_eq!(places.goals.height, 8);
    }

    #[test]
    fn a_view_that_would_have_a_few_rows_has_all_of_them() {
        let size = Size::told(100, 30);
        let map = lab(size, wanted(Focus::Side, Side::Map));
        assert_eq!(map.side, Some(Rect::new(0, 1, 100, 20)));
        assert_eq!((map.terminal, map.framed), (None, false));
        let lesson = lab(size, wanted(Focus::Side, Side::Lesson));
        assert!(lesson.framed);
    }

    #[test]
    fn where_there_is_little_room_goals_and_keys_have_a_line_each() {
        for (columns, rows) in [(60, 15), (40, 10), (32, 8)] {
            let size = Size::told(columns, rows);
            let mut wanted = wanted(Focus::Terminal, Side::Lesson);
            wanted.bar = 4;
            let places = lab(size, wanted);
            assert_eq!((places.goals.height, places.bar.height), (1, 1));
            assert_eq!(places.terminal.expect("terminal").height, rows - 3);
        }
        assert!(Size::told(20, 5).is_too_small());
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
