//! The commands in a lesson's code blocks.
//!
//! A `console` block is a record of a terminal: a line with a prompt is a
//! command, and goes on where the shell would go on reading (a backslash at the
//! line's end, an open quote, a here-document). Other lines are output. A block
//! of `sh` or `bash` is one command, whole.

use std::ops::Range;

/// A command that can be put into the terminal's line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// What the shell gets, without prompt. Lines ended by a backslash are
    /// joined; a here-document and a script have several lines, so this is to be
    /// inserted as a bracketed paste, or refused.
    pub text: String,
    /// Its lines in the code block.
    pub lines: Range<usize>,
    pub place: Place,
    /// The step it belongs to, from 0; none in the introduction.
    pub step: Option<usize>,
}

/// Where a command is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The lab's shell: `lab$`, or a script.
    Lab,
    /// A shell of the learner's machine: `$`.
    Machine,
}

/// The prompt at a line's beginning, with its space.
pub(super) fn prompt(line: &str) -> Option<(Place, &str)> {
    [("lab$ ", Place::Lab), ("$ ", Place::Machine)]
        .into_iter()
        .find(|(prompt, _)| line.starts_with(prompt))
        .map(|(prompt, place)| (place, &line[..prompt.len()]))
}

/// Lines that one command may have.
const LONGEST: usize = 200;

/// What a shell prints before a line that goes on.
pub(super) const MORE: &str = "> ";

/// The commands of a code block of `language`.
pub(super) fn commands(language: &str, lines: &[String], step: Option<usize>) -> Vec<Command> {
    match language {
        "console" => of_record(lines, step),
        "sh" | "bash" => of_script(lines, step).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn of_script(lines: &[String], step: Option<usize>) -> Option<Command> {
    let text = lines.join("\n");
    let text = text.trim_end();
    (!text.trim_start().is_empty()).then(|| Command {
        text: text.to_owned(),
        lines: 0..lines.len(),
        place: Place::Lab,
        step,
    })
}

fn of_record(lines: &[String], step: Option<usize>) -> Vec<Command> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let Some((place, prompt)) = prompt(line) else {
            at += 1;
            continue;
        };
        let (text, count) = read(&line[prompt.len()..], &lines[at + 1..]);
        let text = text.trim().to_owned();
        if !text.is_empty() {
            let lines = at..at + 1 + count;
            found.push(Command {
                text,
                lines,
                place,
                step,
            });
        }
        at += 1 + count;
    }
    found
}

/// A command that begins with `first`, and how many of the lines behind it are
/// its own. One that the block does not finish has none of them.
fn read(first: &str, rest: &[String]) -> (String, usize) {
    let mut text = first.to_owned();
    let mut reader = Reader::default();
    let mut state = reader.line(first);
    for (count, line) in rest.iter().take(LONGEST).enumerate() {
        let more = line.strip_prefix(MORE).unwrap_or(line);
        match state {
            State::Complete => return (text, count),
            State::Backslash => {
                text.pop();
                join(&mut text, more);
            }
            State::Open => {
                text.push('\n');
                text.push_str(more);
            }
        }
        state = reader.line(more);
    }
    match state {
        State::Complete => (text, rest.len().min(LONGEST)),
        State::Backslash | State::Open => (first.trim_end_matches('\\').to_owned(), 0),
    }
}

/// Puts two lines together as the shell does, less the indentation.
fn join(text: &mut String, more: &str) {
    let indented = more.starts_with(' ');
    if indented {
        text.truncate(text.trim_end().len());
        text.push(' ');
    }
    text.push_str(more.trim_start());
}

/// Whether a shell that has read a line goes on reading.
#[derive(Clone, Copy)]
enum State {
    Complete,
    Backslash,
    Open,
}

/// Follows a command's lines as far as to know where it ends.
#[derive(Default)]
struct Reader {
    quote: Option<char>,
    /// The words that end the here-documents which are open.
    documents: Vec<String>,
}

impl Reader {
    fn line(&mut self, line: &str) -> State {
        if let Some(end) = self.documents.first().cloned() {
            if line.trim_start_matches('\t') == end {
                self.documents.remove(0);
            }
            return self.state();
        }
        let mut characters = line.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            match (character, self.quote) {
                ('\\', None | Some('"')) => match characters.next() {
                    Some(_) => {}
                    None => return State::Backslash,
                },
                (quote, Some(open)) if quote == open => self.quote = None,
                ('"' | '\'', None) => self.quote = Some(character),
                ('#', None) if at == 0 || line[..at].ends_with(' ') => break,
                ('<', None) if line[at..].starts_with("<<<") => {
                    characters.nth(1);
                }
                ('<', None) if line[at..].starts_with("<<") => {
                    characters.next();
                    self.documents.extend(end_word(&line[at + 2..]));
                }
                _ => {}
            }
        }
        self.state()
    }

    fn state(&self) -> State {
        if self.quote.is_some() || !self.documents.is_empty() {
            State::Open
        } else {
            State::Complete
        }
    }
}

/// The word behind `<<` that ends a here-document.
fn end_word(behind: &str) -> Option<String> {
    let behind = behind.strip_prefix('-').unwrap_or(behind).trim_start();
    let end = behind
        .find(|character: char| " ;|&<>()".contains(character))
        .unwrap_or(behind.len());
    let word = behind[..end].replace(['\'', '"', '\\'], "");
    (!word.is_empty()).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(record: &str) -> Vec<String> {
        let lines: Vec<String> = record.lines().map(str::to_owned).collect();
        let found = commands("console", &lines, None);
        found.into_iter().map(|command| command.text).collect()
    }

    #[test]
    fn lines_are_joined_as_the_shell_joins_them() {
        assert_eq!(texts("$ a \\\n    b"), ["a b"]);
        assert_eq!(texts("$ a\\\nb"), ["ab"], "no space of its own");
        assert_eq!(texts("lab$ a \\\\\nb"), ["a \\\\"], "an escaped backslash");
        assert_eq!(texts("lab$ a '\\'\nb"), ["a '\\'"], "a quoted one");
        assert_eq!(texts("lab$ a \\"), ["a"], "nothing behind it");
    }

    #[test]
    fn quotes_and_here_documents_go_on_to_their_ends() {
        assert_eq!(texts("lab$ a \"b\n> c\" d\nout"), ["a \"b\nc\" d"]);
        assert_eq!(
            texts("lab$ a <<-'E' | b\n\tc\n\tE\nout"),
            ["a <<-'E' | b\n\tc\n\tE"]
        );
        assert_eq!(
            texts("lab$ a <<A <<B\nA\nb\nB\nout"),
            ["a <<A <<B\nA\nb\nB"]
        );
        assert_eq!(texts("lab$ a <<< b\nout"), ["a <<< b"]);
        assert_eq!(texts("lab$ a # don't\nout"), ["a # don't"]);
    }

    #[test]
    fn what_the_block_does_not_finish_is_one_line() {
        assert_eq!(texts("lab$ a 'b\nc\nlab$ d"), ["a 'b", "d"]);
        assert_eq!(texts("lab$ a <<E\nb"), ["a <<E"]);
    }

    #[test]
    fn output_and_bare_prompts_are_no_commands() {
        assert_eq!(texts("out\n> out\n# out\n$out\nlab$ \n lab$ a"), [""; 0]);
    }
}
