//! From Markdown to blocks.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::block::{Block, Code, Face, Item, Lesson, Run, Spacing, Step, Table, Target};
use super::{clean, command};

/// Bytes that are read of a lesson: about fifty times what one has.
const LONGEST: usize = 256 * 1024;

/// How deep lists and notes may stand in each other; what is deeper stands
/// where this depth ends.
const DEEPEST: usize = 8;

/// Columns of a table that are kept.
const COLUMNS: usize = 16;

impl Lesson {
    /// Reads a lesson. Every text is one: what is not understood is text.
    #[must_use]
    pub fn parse(markdown: &str) -> Lesson {
        let end = markdown.floor_char_boundary(LONGEST);
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_HEADING_ATTRIBUTES;
        let mut reader = Reader::default();
        for event in Parser::new_ext(&markdown[..end], options) {
            reader.event(event);
        }
        reader.flush();
        reader.lesson.cut = end < markdown.len();
        reader.lesson
    }
}

/// What is open around the text that is being read.
enum Open {
    Note(Vec<Block>),
    List {
        first: Option<u64>,
        spacing: Spacing,
        items: Vec<Item>,
    },
    Item(Item),
}

#[derive(Default)]
struct Reader {
    lesson: Lesson,
    open: Vec<Open>,
    /// Lists, items and notes that are open beyond [`DEEPEST`].
    deeper: usize,
    runs: Vec<Run>,
    strong: usize,
    emphasis: usize,
    struck: usize,
    link: Option<usize>,
    heading: Option<String>,
    code: Option<(String, String)>,
    table: Option<Table>,
    row: Vec<Vec<Run>>,
}

impl Reader {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match &mut self.code {
                Some((_, code)) => code.push_str(&text),
                None => self.text(&clean::prose(&text), false),
            },
            Event::Code(text) => self.text(&clean::prose(&text), true),
            Event::SoftBreak => self.text(" ", false),
            Event::HardBreak => self.text("\n", false),
            Event::InlineHtml(html) if html.starts_with("<br") => self.text("\n", false),
            Event::Rule => {
                self.flush();
                self.put(Block::Rule);
            }
            Event::Html(_)
            | Event::InlineHtml(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::FootnoteReference(_)
            | Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Strong => self.strong += 1,
            Tag::Emphasis => self.emphasis += 1,
            Tag::Strikethrough => self.struck += 1,
            Tag::Link { dest_url, .. } => self.begin_link(&dest_url),
            Tag::Heading { id, .. } => {
                self.flush();
                self.heading = Some(id.map(|id| clean::prose(&id)).unwrap_or_default());
            }
            Tag::CodeBlock(kind) => {
                self.flush();
                let language = match &kind {
                    CodeBlockKind::Fenced(words) => {
                        words.split([' ', ',', '{']).next().unwrap_or_default()
                    }
                    CodeBlockKind::Indented => "",
                };
                self.code = Some((clean::prose(language), String::new()));
            }
            Tag::BlockQuote(_) => self.enter(Open::Note(Vec::new())),
            Tag::List(first) => self.enter(Open::List {
                first,
                spacing: Spacing::Tight,
                items: Vec::new(),
            }),
            Tag::Item => self.enter(Open::Item(Vec::new())),
            Tag::Paragraph => {
                self.flush();
                self.loosen();
            }
            Tag::Table(_) => {
                self.flush();
                self.table = Some(Table::default());
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Strong => self.strong = self.strong.saturating_sub(1),
            TagEnd::Emphasis => self.emphasis = self.emphasis.saturating_sub(1),
            TagEnd::Strikethrough => self.struck = self.struck.saturating_sub(1),
            TagEnd::Link => self.link = None,
            TagEnd::Paragraph | TagEnd::HtmlBlock => self.flush(),
            TagEnd::Heading(level) => self.end_heading(level),
            TagEnd::CodeBlock => self.end_code(),
            TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item => self.leave(),
            TagEnd::TableCell => {
                let cell = self.take_runs();
                if self.row.len() < COLUMNS {
                    self.row.push(cell);
                }
            }
            TagEnd::TableHead => {
                let row = std::mem::take(&mut self.row);
                if let Some(table) = &mut self.table {
                    table.head = row;
                }
            }
            TagEnd::TableRow => {
                let row = std::mem::take(&mut self.row);
                if let Some(table) = &mut self.table {
                    table.rows.push(row);
                }
            }
            TagEnd::Table => {
                if let Some(table) = self.table.take() {
                    self.put(Block::Table(table));
                }
            }
            _ => {}
        }
    }

    fn begin_link(&mut self, address: &str) {
        self.link = Some(self.lesson.links.len());
        self.lesson
            .links
            .push(Target::parse(&clean::prose(address)));
    }

    fn text(&mut self, text: &str, code: bool) {
        let face = Face {
            strong: self.strong > 0,
            emphasis: self.emphasis > 0,
            struck: self.struck > 0,
            code,
        };
        match self.runs.last_mut() {
            Some(last) if last.face == face && last.link == self.link => last.text.push_str(text),
            _ => self.runs.push(Run {
                text: text.to_owned(),
                face,
                link: self.link,
            }),
        }
    }

    fn take_runs(&mut self) -> Vec<Run> {
        std::mem::take(&mut self.runs)
    }

    /// Text that stands in no paragraph of its own: an item of a tight list.
    fn flush(&mut self) {
        let runs = self.take_runs();
        if runs.iter().any(|run| !run.text.trim().is_empty()) {
            self.put(Block::Paragraph(runs));
        }
    }

    /// A list that has a paragraph in an item is a loose one.
    fn loosen(&mut self) {
        if self.deeper > 0 {
            return;
        }
        if let [.., Open::List { spacing, .. }, Open::Item(_)] = self.open.as_mut_slice() {
            *spacing = Spacing::Loose;
        }
    }

    fn put(&mut self, block: Block) {
        let blocks = match self.open.last_mut() {
            Some(Open::Note(blocks) | Open::Item(blocks)) => blocks,
            Some(Open::List { items, .. }) => {
                // Beyond the deepest list, its items are no longer told apart.
                items.push(vec![block]);
                return;
            }
            None => match self.lesson.steps.last_mut() {
                Some(step) => &mut step.blocks,
                None => &mut self.lesson.intro,
            },
        };
        blocks.push(block);
    }

    fn enter(&mut self, open: Open) {
        self.flush();
        if self.deeper > 0 || self.open.len() >= 2 * DEEPEST {
            self.deeper += 1;
        } else {
            self.open.push(open);
        }
    }

    fn leave(&mut self) {
        self.flush();
        if self.deeper > 0 {
            self.deeper -= 1;
            return;
        }
        match self.open.pop() {
            Some(Open::Note(blocks)) => self.put(Block::Note(blocks)),
            Some(Open::List {
                first,
                spacing,
                items,
            }) => self.put(Block::List {
                first,
                spacing,
                items,
            }),
            Some(Open::Item(item)) => match self.open.last_mut() {
                Some(Open::List { items, .. }) => items.push(item),
                _ => item.into_iter().for_each(|block| self.put(block)),
            },
            None => {}
        }
    }

    fn end_heading(&mut self, level: HeadingLevel) {
        let text = self.take_runs();
        let id = self.heading.take().unwrap_or_default();
        let words: String = text.iter().map(|run| run.text.as_str()).collect();
        let lesson = &mut self.lesson;
        let untitled =
            lesson.title.is_empty() && lesson.intro.is_empty() && lesson.steps.is_empty();
        if !self.open.is_empty() {
            self.put_heading(level, text);
        } else if level == HeadingLevel::H1 && untitled {
            lesson.title = words.trim().to_owned();
        } else if level == HeadingLevel::H2 && !id.is_empty() {
            lesson.steps.push(Step {
                id,
                title: words.trim().to_owned(),
                blocks: Vec::new(),
            });
        } else {
            self.put_heading(level, text);
        }
    }

    fn put_heading(&mut self, level: HeadingLevel, text: Vec<Run>) {
        self.put(Block::Heading {
            level: level as u8,
            text,
        });
    }

    fn end_code(&mut self) {
        let Some((language, text)) = self.code.take() else {
            return;
        };
        let lines: Vec<String> = text.lines().map(clean::code).collect();
        let step = self.lesson.steps.len().checked_sub(1);
        let commands = command::commands(&language, &lines, step);
        self.put(Block::Code(Code {
            language,
            lines,
            commands,
        }));
    }
}
