//! What may be written as `{{#...}}` on a line of a page.

use plimsoll_lab::course::{Course, Lab};
use plimsoll_lab::schema::nearest;
use plimsoll_text::Text;

use crate::page;
use crate::shelf::LABS;
use crate::words;

/// As they are written.
const ONE: &str = "{{#lab NAME}}";
const ALL: &str = "{{#labs}}";

/// A directive that can be carried out.
pub(crate) enum Meaning<'a> {
    /// A box that leads to a lab: `{{#lab hello-world}}`.
    Lab(&'a Lab),
    /// The list of labs, and a page for each beneath it: `{{#labs}}`.
    Labs,
}

/// Why not: what is wrong, and the fix.
pub(crate) struct Refusal {
    pub message: Text,
    pub fix: Text,
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
            message: Text::said(|language| words::directive_place(language, ALL, LABS)),
            fix: Text::said(|language| words::directive_one_lab(language, ONE)),
        }),
        "labs" if !argument.is_empty() => Err(Refusal {
            message: Text::said(|language| words::directive_takes_nothing(language, ALL)),
            fix: Text::said(|language| {
                words::directive_one_lab(language, format!("{{{{#lab {argument}}}}}"))
            }),
        }),
        "labs" => Ok(Meaning::Labs),
        _ => Err(Refusal {
            message: Text::said(|language| words::directive_none(language, name.as_str())),
            fix: match nearest(name, ["lab", "labs"]) {
                Some(meant) => Text::said(|language| words::did_you_mean(language, meant)),
                None => Text::said(|language| words::directive_there_are(language, ONE, ALL)),
            },
        }),
    }
}

fn no_lab(asked: &str, course: &Course) -> Refusal {
    let names = || course.labs.iter().map(|lab| lab.name.as_str());
    Refusal {
        message: Text::said(|language| words::directive_no_lab(language, asked)),
        fix: match nearest(asked, names()) {
            Some(meant) => Text::said(|language| words::did_you_mean(language, meant)),
            None => {
                let labs = names().collect::<Vec<_>>().join(", ");
                Text::said(|language| words::directive_labs_are(language, labs.as_str()))
            }
        },
    }
}
