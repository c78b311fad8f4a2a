//! The progress of a pull: a line per layer that changes in place on a
//! terminal, a line per change elsewhere.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use plimsoll_api::Progress;
use plimsoll_api::progress::ProgressDetail;

use crate::error::Failure;
use crate::quantity::size_of_disk;

/// Terminals narrower than this show counts without a bar.
const BAR_NEEDS: u16 = 110;
const BAR: usize = 50;

/// Shows a stream until it ends. An error in it is the failure. `columns` is
/// the terminal's width, `None` where `out` is none.
pub fn show(
    lines: impl Iterator<Item = io::Result<Progress>>,
    out: &mut dyn Write,
    columns: Option<u16>,
) -> Result<(), Failure> {
    let mut display = Display {
        out,
        columns,
        rows: HashMap::new(),
    };
    for line in lines {
        let line = line.map_err(|error| Failure::new(error.to_string()))?;
        if let Some(error) = &line.error_detail {
            return Err(Failure::new(error.message.clone()));
        }
        if !line.error.is_empty() {
            return Err(Failure::new(line.error));
        }
        if line.aux.is_none() {
            display.line(&line)?;
        }
    }
    Ok(())
}

struct Display<'a> {
    out: &'a mut dyn Write,
    columns: Option<u16>,
    /// Which line, counted from the first, shows which layer.
    rows: HashMap<String, usize>,
}

impl Display<'_> {
    fn line(&mut self, line: &Progress) -> io::Result<()> {
        let mut up = 0;
        if !line.id.is_empty() && line.progress_detail.is_some() {
            let next = self.rows.len();
            let row = *self.rows.entry(line.id.clone()).or_insert_with(|| next);
            if self.columns.is_some() && row == next {
                self.out.write_all(b"\n")?;
            }
            up = self.rows.len() - row;
        } else {
            self.rows.clear();
        }
        match self.columns {
            Some(columns) => self.on_terminal(line, columns, up),
            None => self.plain(line),
        }
    }

    fn plain(&mut self, line: &Progress) -> io::Result<()> {
        // How far it is would be a line for every few kilobytes.
        let moving = line
            .progress_detail
            .as_ref()
            .is_some_and(|detail| detail.current > 0 || detail.total > 0);
        if moving {
            return Ok(());
        }
        self.out.write_all(text(line).as_bytes())?;
        if line.stream.is_empty() {
            self.out.write_all(b"\n")?;
        }
        self.out.flush()
    }

    fn on_terminal(&mut self, line: &Progress, columns: u16, up: usize) -> io::Result<()> {
        let mut text = text(line);
        if let Some(detail) = &line.progress_detail {
            // Clear the line, and stay in it.
            let _ = write!(text, " {}\r", bar(detail, columns));
            let move_up = if up > 0 {
                format!("\x1b[{up}A")
            } else {
                String::new()
            };
            write!(self.out, "{move_up}\x1b[2K\r{text}")?;
        } else {
            let end = if line.stream.is_empty() { "\n" } else { "" };
            write!(self.out, "{text}{end}")?;
        }
        if up > 0 {
            write!(self.out, "\x1b[{up}B")?;
        }
        self.out.flush()
    }
}

fn text(line: &Progress) -> String {
    let mut text = String::new();
    if !line.id.is_empty() {
        let _ = write!(text, "{}: ", line.id);
    }
    text.push_str(if line.stream.is_empty() {
        &line.status
    } else {
        &line.stream
    });
    text
}

fn bar(detail: &ProgressDetail, columns: u16) -> String {
    if detail.current <= 0 && detail.total <= 0 {
        return String::new();
    }
    let current = size_of_disk(detail.current);
    if detail.total <= 0 {
        return format!("{current:>8}");
    }
    let total = size_of_disk(detail.total);
    let mut text = String::new();
    if columns > BAR_NEEDS {
        let part = i128::from(detail.current) * 50 / i128::from(detail.total);
        let done = usize::try_from(part).unwrap_or(0).min(BAR);
        let _ = write!(text, "[{}>{}] ", "=".repeat(done), " ".repeat(BAR - done));
    }
    if detail.current > detail.total {
        let _ = write!(text, "{current:>8}");
    } else {
        let _ = write!(text, "{current:>8}/{total}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(lines: &[Progress], columns: Option<u16>) -> (String, Result<(), Failure>) {
        let mut out = Vec::new();
        let result = show(lines.iter().cloned().map(Ok), &mut out, columns);
        (String::from_utf8(out).unwrap(), result)
    }

    fn layer(id: &str, status: &str, current: i64, total: i64) -> Progress {
        Progress {
            progress_detail: Some(ProgressDetail { current, total }),
            ..Progress::about(id, status)
        }
    }

    #[test]
    fn elsewhere_each_change_is_a_line() {
        let lines = [
            Progress::about("latest", "Pulling from library/nginx"),
            layer("abc", "Pulling fs layer", 0, 0),
            layer("abc", "Downloading", 10, 100),
            layer("abc", "Pull complete", 0, 0),
            Progress::status("Digest: sha256:0"),
        ];
        assert_eq!(
            shown(&lines, None).0,
            "latest: Pulling from library/nginx\nabc: Pulling fs layer\nabc: Pull complete\nDigest: sha256:0\n"
        );
    }

    #[test]
    fn on_a_terminal_a_layer_keeps_its_line() {
        let lines = [
            layer("a", "Waiting", 0, 0),
            layer("b", "Waiting", 0, 0),
            layer("a", "Downloading", 1000, 2000),
        ];
        let (text, _) = shown(&lines, Some(120));
        assert_eq!(
            text,
            format!(
                "\n\x1b[1A\x1b[2K\ra: Waiting \r\x1b[1B\n\x1b[1A\x1b[2K\rb: Waiting \r\x1b[1B\x1b[2A\x1b[2K\ra: Downloading [{}>{}]      1kB/2kB\r\x1b[2B",
                "=".repeat(25),
                " ".repeat(25)
            )
        );
    }

    #[test]
    fn an_error_in_the_stream_is_the_failure() {
        let (_, result) = shown(&[Progress::failed("no space left")], None);
        assert_eq!(result.unwrap_err().message, "no space left");
    }
}
