//! One page read: its links, headings, directives and raw HTML, with places.
//!
//! Markdown is read as mdBook reads it, so that what stands in code is code to
//! both. Limits: nothing is resolved here.

use std::ops::Range;

use plimsoll_lab::schema::SchemaError;
use plimsoll_text::Text;
use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd};

/// How a directive of ours begins, outside code.
const OPENING: &str = "{{#";

/// What matters to the book in a page's Markdown.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub links: Vec<Link>,
    pub images: Vec<Link>,
    /// Explicit ids of headings, and where.
    pub anchors: Vec<(String, usize)>,
    pub directives: Vec<Directive>,
    /// Where something like a directive stands among other words.
    pub strays: Vec<usize>,
    /// Where HTML is.
    pub html: Vec<usize>,
    /// The words between all that, where they stand: no code, no links' ends.
    pub prose: Vec<Range<usize>>,
}

/// A link, and where it stands.
#[derive(Debug)]
pub(crate) struct Link {
    pub destination: String,
    /// Its words.
    pub text: String,
    /// The whole of it, `[text](destination)`.
    pub range: Range<usize>,
    /// Whether the destination stands in the link itself.
    pub form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Inline,
    /// `[text][name]`, `<https://...>` and the like.
    Elsewhere,
}

/// A line `{{#NAME ARGUMENT}}`.
#[derive(Debug)]
pub(crate) struct Directive {
    pub name: String,
    pub argument: String,
    /// The line, without its end.
    pub range: Range<usize>,
}

impl Page {
    pub(crate) fn read(text: &str) -> Page {
        let mut page = Page::default();
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_HEADING_ATTRIBUTES;
        let mut in_code = false;
        let mut open = None;
        for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
            match event {
                Event::Start(Tag::CodeBlock(_)) => in_code = true,
                Event::End(TagEnd::CodeBlock) => in_code = false,
                Event::Start(Tag::Heading { id: Some(id), .. }) => {
                    page.anchors.push((id.to_string(), range.start));
                }
                Event::Start(Tag::Link {
                    link_type,
                    dest_url,
                    ..
                }) => open = Some(link(link_type, &dest_url, range)),
                Event::End(TagEnd::Link) => page.links.extend(open.take()),
                Event::Start(Tag::Image {
                    link_type,
                    dest_url,
                    ..
                }) => page.images.push(link(link_type, &dest_url, range)),
                Event::Html(html) | Event::InlineHtml(html) if !is_comment(&html) => {
                    page.html.push(range.start);
                }
                Event::Text(words) if !in_code => {
                    if let Some(link) = &mut open {
                        link.text.push_str(&words);
                    }
                    page.directive(text, range.clone());
                    page.prose.push(range);
                }
                Event::Code(words) => {
                    if let Some(link) = &mut open {
                        link.text.push_str(&words);
                    }
                }
                _ => {}
            }
        }
        page
    }

    /// A directive is the only thing on its line.
    fn directive(&mut self, text: &str, range: Range<usize>) {
        let Some(found) = text[range.clone()].find(OPENING) else {
            return;
        };
        let line = line_around(text, range.start + found);
        let inside = text[line.clone()]
            .strip_prefix(OPENING)
            .and_then(|rest| rest.trim_end().strip_suffix("}}"));
        let Some(inside) = inside else {
            self.strays.push(range.start + found);
            return;
        };
        let (name, argument) = inside.split_once(' ').unwrap_or((inside, ""));
        self.directives.push(Directive {
            name: name.trim().to_owned(),
            argument: argument.trim().to_owned(),
            range: line,
        });
    }
}

fn link(form: LinkType, destination: &str, range: Range<usize>) -> Link {
    Link {
        destination: destination.to_owned(),
        text: String::new(),
        range,
        form: match form {
            LinkType::Inline => Form::Inline,
            _ => Form::Elsewhere,
        },
    }
}

fn is_comment(html: &str) -> bool {
    html.trim_start().starts_with("<!--")
}

fn line_around(text: &str, offset: usize) -> Range<usize> {
    let start = text[..offset].rfind('\n').map_or(0, |end| end + 1);
    let end = text[offset..]
        .find('\n')
        .map_or(text.len(), |end| offset + end);
    start..end
}

/// A mistake at a place of a page.
pub(crate) fn mistake(
    file: &str,
    text: &str,
    offset: usize,
    message: Text,
    fix: Text,
) -> SchemaError {
    let before = &text[..offset.min(text.len())];
    let line = before.rfind('\n').map_or(0, |end| end + 1);
    SchemaError {
        file: file.to_owned(),
        line: before.matches('\n').count() + 1,
        column: before[line..].chars().count() + 1,
        message,
        help: Some(Box::new(fix)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_code_is_code() {
        let text =
            "# T\n\n`{{#lab x}}` and `[a](b.md)`\n\n```text\n{{#lab y}}\n<b>\n```\n\n{{#lab z}}\n";
        let page = Page::read(text);
        assert!(page.links.is_empty() && page.html.is_empty() && page.strays.is_empty());
        let found: Vec<_> = page
            .directives
            .iter()
            .map(|one| (one.name.as_str(), one.argument.as_str()))
            .collect();
        assert_eq!(found, [("lab", "z")]);
        assert_eq!(&text[page.directives[0].range.clone()], "{{#lab z}}");
    }

    #[test]
    fn links_anchors_and_html_are_found_where_they_stand() {
        let text = "# T {#top}\n\nSee [the `x` page](b.md#c), <https://e.org>, <b>bold</b>,\nand {{#lab x}}.\n";
        let page = Page::read(text);
        assert_eq!(page.anchors, [("top".to_owned(), 0)]);
        assert_eq!(page.links[0].text, "the x page");
        assert_eq!(page.links[0].form, Form::Inline);
        assert_eq!(page.links[1].form, Form::Elsewhere);
        assert_eq!(page.html.len(), 2);
        assert_eq!(page.strays.len(), 1);
        let (message, fix) = (Text::same("m"), Text::same("f"));
        let told = mistake("p.md", text, page.strays[0], message, fix);
        assert_eq!(told.to_string(), "p.md:4:5: m\n  help: f");
    }
}
