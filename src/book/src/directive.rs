//! What may be written as `{{#...}}` on a line of a page.

use plimsoll_lab::course::{Course, Lab};
use plimsoll_lab::schema::nearest;

use crate::page;
use crate::shelf::LABS;

/// A directive that can be carried out.
pub(crate) enum Meaning<'a> {
    /// A box that leads to a lab: `{{#lab hello-world}}`.
    Lab(&'a Lab),
    /// The list of labs, and a page for each beneath it: `{{#labs}}`.
    Labs,
}

/// Why not: what is wrong, and the fix.
pub(crate) struct Refusal {
    pub message: String,
    pub fix: String,
}

/// What a directive on a page means.
pub(crate) fn understand<'a>(
    directive: &page::Directive,
    page: &str,
    course: &'a Course,
) -> Result<Meaning<'a>, Refusal> {
    let page::Directive { name, argument, .. } = directive;
    match name.as_str() {
        "lab" => course
            .lab(argument)
            .map(Meaning::Lab)
            .ok_or_else(|| no_lab(argument, course)),
        "labs" if page != LABS => Err(Refusal {
            message: format!("`{{{{#labs}}}}` belongs on the page `{LABS}`"),
            fix: "for one lab write `{{#lab NAME}}`".to_owned(),
        }),
        "labs" if !argument.is_empty() => Err(Refusal {
            message: "`{{#labs}}` takes nothing".to_owned(),
            fix: format!("for one lab write `{{{{#lab {argument}}}}}`"),
        }),
        "labs" => Ok(Meaning::Labs),
        _ => Err(Refusal {
            message: format!("there is no directive `{name}`"),
            fix: match nearest(name, ["lab", "labs"]) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "there are `{{#lab NAME}}` and `{{#labs}}`; what only looks like one goes into `code`".to_owned(),
            },
        }),
    }
}

fn no_lab(asked: &str, course: &Course) -> Refusal {
    let names = || course.labs.iter().map(|lab| lab.name.as_str());
    Refusal {
        message: format!("there is no lab `{asked}`"),
        fix: match nearest(asked, names()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("the labs are: {}", names().collect::<Vec<_>>().join(", ")),
        },
    }
}
