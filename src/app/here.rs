//! Which lab is meant where none is named: the one whose shell this is.

use plimsoll_host::LabName;
use plimsoll_host::start::LAB_VARIABLE;
use plimsoll_text::spoken;

use crate::failure::{Failure, Kind};
use crate::words;

/// The lab whose shell this is, by its environment.
///
/// # Errors
/// The variable is set, and to no lab's name.
pub fn lab() -> Result<Option<LabName>, Failure> {
    let Some(name) = std::env::var_os(LAB_VARIABLE).filter(|name| !name.is_empty()) else {
        return Ok(None);
    };
    let name = LabName::new(name.to_string_lossy());
    name.map(Some).map_err(|error| {
        let language = spoken();
        let why = error.say(language);
        let said = words::lab_variable_wrong(language, LAB_VARIABLE, why);
        Failure::new(Kind::Usage, said).hint(words::lab_variable_hint(language, LAB_VARIABLE))
    })
}

/// The lab that was named, else this one.
///
/// # Errors
/// None was named, and this is no lab's shell.
pub fn lab_or(named: Option<&LabName>, command: &str) -> Result<LabName, Failure> {
    match named {
        Some(name) => Ok(name.clone()),
        None => lab()?.ok_or_else(|| nowhere(command)),
    }
}

fn nowhere(command: &str) -> Failure {
    let language = spoken();
    Failure::new(Kind::Usage, words::needs_lab(language, command))
        .hint(words::needs_lab_hint(language, command))
}

/// What `answer` was given: a lab, a question, a value.
#[derive(Debug, PartialEq, Eq)]
pub struct Asked {
    pub lab: LabName,
    pub question: Option<String>,
    pub value: Option<String>,
}

/// Tells `answer LAB QUESTION VALUE` from `answer QUESTION VALUE`, which a
/// lab's shell allows: a first word that names a lab is one.
///
/// # Errors
/// As [`lab_or`]; the first word has to be a lab's name and is none.
pub fn asked(
    words: &[String],
    here: Option<LabName>,
    is_lab: impl Fn(&str) -> bool,
) -> Result<Asked, Failure> {
    let (lab, rest) = match (words, here) {
        ([], Some(here)) => (here, words),
        ([], None) => return Err(nowhere("answer")),
        ([first, ..], Some(here)) if words.len() < 3 && !is_lab(first) => (here, words),
        ([first, rest @ ..], _) => {
            let lab = LabName::new(first.as_str());
            let lab = lab.map_err(|error| Failure::from_error(Kind::Usage, &error))?;
            (lab, rest)
        }
    };
    Ok(Asked {
        lab,
        question: rest.first().cloned(),
        value: rest.get(1).cloned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(words: &[&str], here: Option<&str>) -> String {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let here = here.map(|name| LabName::new(name).expect("a name"));
        match asked(&words, here, |word| word == "hello-world" || word == "web") {
            Ok(asked) => format!("{} {:?} {:?}", asked.lab, asked.question, asked.value),
            Err(failure) => failure.to_string(),
        }
    }

    #[test]
    fn a_labs_shell_leaves_its_name_out() {
        let here = Some("web");
        assert_eq!(told(&[], here), "web None None");
        assert_eq!(told(&["ps-a"], here), r#"web Some("ps-a") None"#);
        assert_eq!(
            told(&["ps-a", "all"], here),
            r#"web Some("ps-a") Some("all")"#
        );
        assert_eq!(told(&["hello-world"], here), "hello-world None None");
        assert_eq!(
            told(&["hello-world", "ps-a"], here),
            r#"hello-world Some("ps-a") None"#
        );
        assert_eq!(
            told(&["other", "ps-a", "all"], here),
            r#"other Some("ps-a") Some("all")"#
        );
    }

    #[test]
    fn elsewhere_the_lab_is_named() {
        assert_eq!(
            told(&["hello-world", "ps-a"], None),
            r#"hello-world Some("ps-a") None"#
        );
        assert!(told(&[], None).starts_with("plimsoll: `plimsoll answer` needs a lab's name"));
        assert!(told(&["../x", "ps-a"], None).contains("`../x` is not a lab's name"));
    }
}
