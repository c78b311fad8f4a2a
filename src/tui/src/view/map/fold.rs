//! What a map leaves out in a pane that is too low for all of it: first the
//! blank lines, then the doors of containers, the last ones first, then the
//! lines of containers that do not run. The chosen container is never folded.

use std::collections::BTreeSet;

use super::super::blocks;
use super::{Map, order};
use crate::scene::Container;

#[derive(Debug, Clone, Default)]
pub struct Folding {
    /// Ids of containers that run and are told in one line.
    pub closed: BTreeSet<String>,
    /// Ids of containers that do not run and are told together.
    pub together: BTreeSet<String>,
    pub gaps: Gaps,
}

/// Between networks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Gaps {
    #[default]
    Blank,
    None,
}

impl Map<'_> {
    /// The mildest folding with which the map has at most `height` lines; the
    /// strongest where there is none.
    pub fn folded_to(&self, height: usize) -> Folding {
        let mut folding = Folding {
            gaps: Gaps::None,
            ..Folding::default()
        };
        let high = |folding: &Folding| blocks::height(&self.blocks(folding));
        let others = |one: &&Container| self.chosen != Some(&one.id);
        let id = |one: &Container| one.id.clone();
        if high(&folding) <= height {
            return folding;
        }
        let (up, down): (Vec<&Container>, Vec<&Container>) = order(self.scene)
            .filter(others)
            .partition(|one| one.is_up());
        folding.closed = up.iter().map(|one| id(one)).collect();
        folding.together = down.iter().map(|one| id(one)).collect();
        let mut room = height.saturating_sub(high(&folding));
        for one in up {
            let doors = super::container::doors(one, None, self.rows.page).len();
            let titles = self.rows.open(one, super::Joint::Last).len();
            let more = doors + titles - 1;
            if more > room {
                break;
            }
            room -= more;
            folding.closed.remove(&one.id);
        }
        // The line that tells them together goes away with the last of them.
        let all = if down.len() <= room + 1 {
            down.len()
        } else {
            room
        };
        for one in down.iter().take(all) {
            folding.together.remove(&one.id);
        }
        folding
    }
}
