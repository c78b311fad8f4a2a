//! What a lesson consists of.

use plimsoll_lab::book_link::BookLink;

use super::command::Command;

/// A lesson, parsed. It begins with [`Lesson::parse`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lesson {
    pub title: String,
    /// What stands before the first step.
    pub intro: Vec<Block>,
    pub steps: Vec<Step>,
    /// Where the links lead; runs point into it.
    pub links: Vec<Target>,
    /// The text was longer than a lesson may be, and the rest is left out.
    pub cut: bool,
}

/// A part of a lesson: `## Title {#id}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// As in `lab.yaml`.
    pub id: String,
    pub title: String,
    pub blocks: Vec<Block>,
}

/// What is laid out of a lesson.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Part {
    #[default]
    Whole,
    /// One step, from 0; the first one brings title and introduction along.
    Step(usize),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    Heading {
        level: u8,
        text: Vec<Run>,
    },
    Paragraph(Vec<Run>),
    List {
        /// The first number of a numbered list.
        first: Option<u64>,
        spacing: Spacing,
        items: Vec<Item>,
    },
    Code(Code),
    Table(Table),
    /// A block quote: what is different in Plimsoll, what counts here.
    Note(Vec<Block>),
    Rule,
}

pub type Item = Vec<Block>;

/// Whether a list's items stand apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spacing {
    Tight,
    Loose,
}

/// Text of one look. A line break is `\n`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub text: String,
    pub face: Face,
    /// Index into [`Lesson::links`].
    pub link: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Face {
    pub strong: bool,
    pub emphasis: bool,
    pub code: bool,
    pub struck: bool,
}

/// A code block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// The word behind the fence: `console`, `sh`, `html`, or nothing.
    pub language: String,
    pub lines: Vec<String>,
    /// What can be put into the terminal's line.
    pub commands: Vec<Command>,
}

/// Every row has as many cells as the head.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    pub head: Vec<Vec<Run>>,
    pub rows: Vec<Vec<Vec<Run>>>,
}

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// `http:` or `https:`.
    Web(String),
    /// `book:PAGE#ANCHOR`.
    Book(BookLink),
    /// `#STEP`: a step of this lesson, by its id.
    Step(String),
    /// Nothing that can be opened.
    Other(String),
}

impl Target {
    #[must_use]
    pub fn parse(address: &str) -> Target {
        if let Some(id) = address.strip_prefix('#') {
            Target::Step(id.to_owned())
        } else if let Some(link) = BookLink::of_destination(address) {
            Target::Book(link)
        } else if address.starts_with("https://") || address.starts_with("http://") {
            Target::Web(address.to_owned())
        } else {
            Target::Other(address.to_owned())
        }
    }
}

impl Lesson {
    /// The commands that can be put into the terminal's line, in order.
    #[must_use]
    pub fn commands(&self) -> Vec<&Command> {
        let mut found = Vec::new();
        collect(&self.intro, &mut found);
        for step in &self.steps {
            collect(&step.blocks, &mut found);
        }
        found
    }

    /// The place of the step of this id.
    #[must_use]
    pub fn step(&self, id: &str) -> Option<usize> {
        self.steps.iter().position(|step| step.id == id)
    }
}

fn collect<'a>(blocks: &'a [Block], found: &mut Vec<&'a Command>) {
    for block in blocks {
        match block {
            Block::Code(code) => found.extend(&code.commands),
            Block::Note(inner) => collect(inner, found),
            Block::List { items, .. } => items.iter().for_each(|item| collect(item, found)),
            Block::Heading { .. } | Block::Paragraph(_) | Block::Table(_) | Block::Rule => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_what_its_address_says() {
        let parsed = |address| Target::parse(address);
        assert_eq!(parsed("#serve"), Target::Step("serve".into()));
        assert_eq!(
            parsed("book:volumes#bind"),
            Target::Book(BookLink {
                page: "volumes".into(),
                anchor: Some("bind".into())
            })
        );
        assert_eq!(
            parsed("https://x.example/a#b"),
            Target::Web("https://x.example/a#b".into())
        );
        for other in [
            "javascript:alert(1)",
            "file:///etc/passwd",
            "../a.md",
            "book:../a",
            "",
        ] {
            assert_eq!(parsed(other), Target::Other(other.into()));
        }
    }
}
