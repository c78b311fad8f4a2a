//! Why a line is done, for who sees it for the first time, and where the book
//! says more.

use plimsoll_api::operation::Facts;
use plimsoll_text::Language;

use super::{Line, Operation, Told};
use crate::words;

/// In a sentence or two; nothing for a kind that this version does not know.
#[must_use]
pub fn explanation(operation: &Operation, line: &Line, language: Language) -> Option<String> {
    let Told::Known(facts) = &line.told else {
        return None;
    };
    let say = match facts {
        Facts::Image { .. } => words::xray_why_image,
        Facts::Missing { .. } => words::xray_why_missing,
        Facts::Fetch { .. } => words::xray_why_fetch,
        Facts::Unpack { .. } => words::xray_why_unpack,
        Facts::Name { .. } => words::xray_why_name,
        Facts::Container { .. } => words::xray_why_container,
        Facts::Volume { .. } => words::xray_why_volume,
        Facts::Fill { .. } => words::xray_why_fill,
        Facts::Overlay { .. } => words::xray_why_overlay,
        Facts::Clone { .. } => words::xray_why_clone,
        Facts::Join { .. } => words::xray_why_join,
        Facts::Network { mode, cables } => match (mode.as_str(), cables.is_empty()) {
            ("own", false) => words::xray_why_cable,
            ("own", true) => words::xray_why_no_cable,
            _ => words::xray_why_shared_network,
        },
        Facts::Mounts { .. } => words::xray_why_mounts,
        Facts::Limits { .. } => words::xray_why_limits,
        Facts::Exec { .. } if operation.kind == "exec.start" => words::xray_why_exec_added,
        Facts::Exec { .. } => words::xray_why_exec,
        Facts::Port { .. } => words::xray_why_port,
        Facts::Signal { .. } => words::xray_why_signal,
        Facts::Patience {} => words::xray_why_wait,
        Facts::End { .. } => words::xray_why_end,
        Facts::Remove { what, .. } => match what.as_str() {
            "container" => words::xray_why_container_gone,
            "volume" => words::xray_why_volume_gone,
            "name" => words::xray_why_name_gone,
            _ => words::xray_why_image_gone,
        },
        Facts::Copy { .. } => words::xray_why_copy,
        Facts::Change { action, .. } => match action.as_str() {
            "pause" | "unpause" => words::xray_why_pause,
            _ => words::xray_why_change,
        },
    };
    Some(say(language))
}

/// The page of the book, with its heading, that says more.
#[must_use]
pub fn page(line: &Line) -> Option<&'static str> {
    let Told::Known(facts) = &line.told else {
        return None;
    };
    Some(match facts {
        Facts::Image { .. }
        | Facts::Missing { .. }
        | Facts::Fetch { .. }
        | Facts::Unpack { .. }
        | Facts::Name { .. } => "reference/under-the-hood#image",
        Facts::Container { .. } | Facts::Overlay { .. } | Facts::Copy { .. } => {
            "reference/under-the-hood#overlay"
        }
        Facts::Volume { .. } | Facts::Fill { .. } => "course/keeping-data#volumes",
        Facts::Clone { .. } | Facts::Join { .. } => "reference/under-the-hood#clone",
        Facts::Network { .. } => "reference/under-the-hood#network",
        Facts::Mounts { .. } => "reference/under-the-hood#mounts",
        Facts::Limits { .. } => "reference/under-the-hood#limits",
        Facts::Exec { .. } | Facts::Signal { .. } | Facts::Patience {} | Facts::End { .. } => {
            "reference/under-the-hood#exec"
        }
        Facts::Port { .. } => "reference/under-the-hood#port",
        Facts::Remove { what, .. } => match what.as_str() {
            "container" => "course/keeping-data#ephemeral",
            "volume" => "course/keeping-data#volumes",
            _ => "reference/under-the-hood#image",
        },
        Facts::Change { .. } => "course/what-a-container-is#life",
    })
}
