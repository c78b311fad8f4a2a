//! After every event: panes are measured, the lesson is laid out for its pane,
//! and the shell is told the size of its terminal.

use crate::effect::Effect;
use crate::geometry::{self, Places, Wanted};
use crate::lesson::{Layout, Part};
use crate::model::{LabScreen, Model, Overlay, Place, Side};
use crate::view;

/// The places of the lab that is open.
#[must_use]
pub fn places(model: &Model, screen: &LabScreen) -> Places {
    let bar = view::keybar::rows(model);
    geometry::lab(
        model.size,
        Wanted {
            side: screen.side,
            focus: screen.focus,
            zoomed: screen.zoomed,
            goals: screen.goals.checks().len(),
            bar,
        },
    )
}

pub(super) fn settle(model: &mut Model, effects: &mut Vec<Effect>) {
    let (_, last) = view::dialog::scroll(model);
    if let Some(
        Overlay::Help { scroll } | Overlay::Solution { scroll } | Overlay::Doctor { scroll },
    ) = &mut model.overlay
    {
        *scroll = (*scroll).min(last);
    }
    let Place::Lab(name) = &model.place else {
        return;
    };
    if model.size.is_too_small() {
        return;
    }
    let name = name.clone();
    let Some(screen) = model.labs.get(&name) else {
        return;
    };
    let places = places(model, screen);
    let (language, theme) = (model.language, model.theme);
    let Some(screen) = model.labs.get_mut(&name) else {
        return;
    };
    if let Some(pane) = places.terminal {
        let inner = geometry::inside(pane, places.framed);
        let size = (inner.height.max(1), inner.width.max(1));
        if screen.terminal.size() != size {
            screen.terminal.resize(size.0, size.1);
            effects.push(Effect::ResizeShell { lab: name, size });
        }
    }
    if let (Some(pane), Side::Lesson) = (places.side, screen.side) {
        let inner = geometry::inside(pane, places.framed);
        let width = view::lesson::text_width(inner.width);
        let wanted = (screen.step, width, theme, language);
        let pane = &mut screen.lesson;
        if pane.laid_out != Some(wanted) {
            let part = Part::Step(wanted.0);
            pane.layout = Layout::new(&pane.lesson, part, width, theme, language);
            pane.laid_out = Some(wanted);
        }
        pane.scroll = pane
            .scroll
            .min(view::lesson::last_scroll(&pane.layout, inner.height));
    }
}
