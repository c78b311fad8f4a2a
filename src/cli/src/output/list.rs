//! Lists of rows: the default table, `table TEMPLATE`, `json`, or a template
//! for each row.

use crate::error::Failure;
use crate::output::table;
use crate::template::{Datum, Purpose, Template};

/// How a kind of list is shown when nothing else is asked for.
pub struct Layout {
    /// Template of the default table's lines.
    pub table: &'static str,
    /// Template of the old `raw` format; empty where there is none.
    pub raw: &'static str,
    /// What stands above each field.
    pub headers: &'static [(&'static str, &'static str)],
}

/// A `--format` that was read.
#[derive(Debug)]
pub struct Format {
    template: Template,
    is_table: bool,
}

impl Format {
    /// Reads `format`; empty is the default table.
    pub fn parse(format: &str, layout: &Layout) -> Result<Self, Failure> {
        let (is_table, source) = match format {
            "" | "table" => (true, layout.table),
            "json" => (false, "{{json .}}"),
            "raw" if !layout.raw.is_empty() => (false, layout.raw),
            other => match other.strip_prefix("table") {
                Some(template) => (true, template),
                None => (false, other),
            },
        };
        // On a command line a tab is hard to type.
        let source = source
            .trim_matches(' ')
            .replace("\\t", "\t")
            .replace("\\n", "\n");
        let template = Template::parse(&source)
            .map_err(|error| Failure::with_code(format!("template parsing error: {error}"), 1))?;
        Ok(Self { template, is_table })
    }

    /// The lines of all rows, aligned under their headers where it is a table.
    pub fn render(&self, layout: &Layout, rows: &[Datum]) -> Result<String, Failure> {
        let mut text = String::new();
        if self.is_table {
            let headers = layout.headers.iter();
            let header = Datum::Map(
                headers
                    .map(|(field, header)| ((*field).to_owned(), Datum::text(*header)))
                    .collect(),
            );
            // A header that cannot be made does not hide the rows.
            text = self
                .template
                .render(&header, Purpose::Header)
                .unwrap_or_default();
            text.push('\n');
        }
        for row in rows {
            let line = self
                .template
                .render(row, Purpose::Values)
                .map_err(|error| Failure::new(format!("template parsing error: {error}")))?;
            text.push_str(&line);
            text.push('\n');
        }
        Ok(if self.is_table {
            table::align(&text)
        } else {
            text
        })
    }
}

/// Cuts a text to `length` characters, the last of them an ellipsis.
pub fn ellipsis(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    text.chars().take(length - 1).chain(['…']).collect()
}

/// Labels as `key=value`, with commas.
pub fn labels<'a>(labels: impl IntoIterator<Item = (&'a String, &'a String)>) -> String {
    labels
        .into_iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect::<Vec<_>>()
        .join(",")
}

/// Orders names as people do: `web2` before `web10`.
pub fn natural_order(a: &str, b: &str) -> std::cmp::Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        let digits = |text: &str| {
            text.find(|c: char| !c.is_ascii_digit())
                .unwrap_or(text.len())
        };
        match (digits(a), digits(b)) {
            (0, _) | (_, 0) => match (a.chars().next(), b.chars().next()) {
                (Some(x), Some(y)) if x == y => {
                    a = &a[x.len_utf8()..];
                    b = &b[y.len_utf8()..];
                }
                (x, y) => return x.cmp(&y),
            },
            (x, y) => {
                let value = |digits: &str| {
                    let trimmed = digits.trim_start_matches('0');
                    (trimmed.len(), trimmed.to_owned())
                };
                let order = value(&a[..x]).cmp(&value(&b[..y])).then(x.cmp(&y));
                if order.is_ne() {
                    return order;
                }
                a = &a[x..];
                b = &b[y..];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAYOUT: Layout = Layout {
        table: "{{.ID}}\t{{.Name}}",
        raw: "",
        headers: &[("ID", "THE ID"), ("Name", "NAME")],
    };

    fn shown(format: &str) -> String {
        let row = Datum::row(
            "*row",
            vec![("ID", "1".to_owned()), ("Name", "Web".to_owned())],
        );
        Format::parse(format, &LAYOUT)
            .and_then(|format| format.render(&LAYOUT, &[row]))
            .unwrap_or_else(|failure| failure.message)
    }

    #[test]
    fn formats_are_dockers() {
        assert_eq!(shown(""), "THE ID    NAME\n1         Web\n");
        assert_eq!(
            shown("table {{.Name}}\\t{{lower .ID}}"),
            "NAME      THE ID\nWeb       1\n"
        );
        assert_eq!(shown("{{.ID}}\\t{{upper .Name}}"), "1\tWEB\n");
        assert_eq!(shown("json"), "{\"ID\":\"1\",\"Name\":\"Web\"}\n");
        assert_eq!(
            shown("{{.Foo}}"),
            "template parsing error: template: :1:2: executing \"\" at <.Foo>: can't evaluate field Foo in type *row"
        );
    }

    #[test]
    fn names_are_ordered_as_people_do() {
        let mut names = ["web10", "web2", "app", "web02", "web"];
        names.sort_by(|a, b| natural_order(a, b));
        assert_eq!(names, ["app", "web", "web2", "web02", "web10"]);
    }

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(ellipsis("nginx -g daemon off;", 20), "nginx -g daemon off;");
        assert_eq!(
            ellipsis("/docker-entrypoint.sh nginx", 20),
            "/docker-entrypoint.…"
        );
    }
}
