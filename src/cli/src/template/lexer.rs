//! A template's text cut into items.

use super::TemplateError;

#[derive(Debug, Clone, PartialEq)]
pub enum Token {
    /// Text outside of actions, trimmed as the markers say.
    Text(String),
    /// `{{`
    Open,
    /// `}}`
    Close,
    /// `.Name`
    Field(String),
    /// `.` alone
    Dot,
    /// `$name`, with the dollar sign
    Variable(String),
    /// A function or keyword
    Word(String),
    /// A literal in quotes, as written
    Quoted(String),
    /// `'x'`, as written
    Char(String),
    Number(String),
    Pipe,
    Declare,
    Assign,
    Comma,
    LeftParen,
    RightParen,
    Space,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub token: Token,
    /// Bytes from the beginning of the source.
    pub at: usize,
}

const TRIM_OPEN: &str = "- ";
const TRIM_CLOSE: &str = " -";

pub fn line_of(source: &str, at: usize) -> usize {
    1 + source[..at.min(source.len())].matches('\n').count()
}

struct Lexer<'a> {
    source: &'a str,
    at: usize,
    items: Vec<Item>,
    parens: usize,
}

pub fn lex(source: &str) -> Result<Vec<Item>, TemplateError> {
    let mut lexer = Lexer {
        source,
        at: 0,
        items: Vec::new(),
        parens: 0,
    };
    while lexer.at < source.len() {
        lexer.text()?;
    }
    Ok(lexer.items)
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.source[self.at..]
    }

    fn error<T>(&self, message: impl std::fmt::Display) -> Result<T, TemplateError> {
        let line = line_of(self.source, self.at);
        Err(TemplateError(format!("{line}: {message}")))
    }

    fn push(&mut self, token: Token, length: usize) {
        self.items.push(Item { token, at: self.at });
        self.at += length;
    }

    /// Text up to the next action, and the action.
    fn text(&mut self) -> Result<(), TemplateError> {
        let Some(length) = self.rest().find("{{") else {
            let text = self.rest().to_owned();
            let length = text.len();
            self.push(Token::Text(text), length);
            return Ok(());
        };
        let mut text = &self.rest()[..length];
        let trims = self.rest()[length + 2..].starts_with(TRIM_OPEN);
        if trims {
            text = text.trim_end();
        }
        if !text.is_empty() {
            let text = text.to_owned();
            self.items.push(Item {
                token: Token::Text(text),
                at: self.at,
            });
        }
        self.at += length;
        let marker = if trims { 3 } else { 2 };
        if self.rest()[marker..]
            .trim_start_matches(' ')
            .starts_with("/*")
        {
            return self.comment(marker);
        }
        self.push(Token::Open, marker);
        self.action()
    }

    fn comment(&mut self, marker: usize) -> Result<(), TemplateError> {
        let Some(end) = self.rest().find("*/") else {
            self.at += marker;
            return self.error("unclosed comment");
        };
        let behind = &self.rest()[end + 2..];
        let (trims, length) = if behind.starts_with(" -}}") {
            (true, 4)
        } else if behind.starts_with("}}") {
            (false, 2)
        } else {
            return self.error("comment ends before closing delimiter");
        };
        self.at += end + 2 + length;
        if trims {
            self.skip_spaces();
        }
        Ok(())
    }

    fn skip_spaces(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn action(&mut self) -> Result<(), TemplateError> {
        loop {
            let trims = self.rest().starts_with(TRIM_CLOSE) && self.rest()[2..].starts_with("}}");
            if trims || self.rest().starts_with("}}") {
                if self.parens > 0 {
                    return self.error("unclosed left paren");
                }
                self.push(Token::Close, if trims { 4 } else { 2 });
                if trims {
                    self.skip_spaces();
                }
                return Ok(());
            }
            self.item()?;
        }
    }

    fn item(&mut self) -> Result<(), TemplateError> {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return self.error("unclosed action");
        };
        match first {
            c if c.is_whitespace() => {
                let length = rest.len() - rest.trim_start().len();
                // The space of a trimming end mark belongs to the mark.
                let length = if rest[..length].ends_with(' ') && rest[length..].starts_with("-}}") {
                    length - 1
                } else {
                    length
                };
                self.push(Token::Space, length.max(1));
            }
            '"' => self.quoted()?,
            '`' => self.raw_quoted()?,
            '\'' => self.char()?,
            '.' if !rest[1..].starts_with(|c: char| c.is_ascii_digit()) => {
                let name = word(&rest[1..]).to_owned();
                let length = 1 + name.len();
                self.push(
                    if name.is_empty() {
                        Token::Dot
                    } else {
                        Token::Field(name)
                    },
                    length,
                );
            }
            '$' => {
                let name = format!("${}", word(&rest[1..]));
                let length = name.len();
                self.push(Token::Variable(name), length);
            }
            '|' => self.push(Token::Pipe, 1),
            ':' if rest.starts_with(":=") => self.push(Token::Declare, 2),
            ':' => return self.error("expected :="),
            '=' => self.push(Token::Assign, 1),
            ',' => self.push(Token::Comma, 1),
            '(' => {
                self.parens += 1;
                self.push(Token::LeftParen, 1);
            }
            ')' => {
                if self.parens == 0 {
                    return self.error("unexpected right paren");
                }
                self.parens -= 1;
                self.push(Token::RightParen, 1);
            }
            '0'..='9' | '.' | '+' | '-' => self.number(),
            c if c.is_alphanumeric() || c == '_' => {
                let name = word(rest).to_owned();
                let length = name.len();
                self.push(Token::Word(name), length);
            }
            other => {
                let context = if self.starts_operand() {
                    "command"
                } else {
                    "operand"
                };
                return self.error(format!("unexpected {:?} in {context}", other.to_string()));
            }
        }
        Ok(())
    }

    /// True where the next item would begin an operand.
    fn starts_operand(&self) -> bool {
        self.items.last().is_none_or(|item| match item.token {
            Token::Open | Token::Pipe | Token::LeftParen => true,
            Token::Space => self
                .items
                .iter()
                .rev()
                .find(|item| item.token != Token::Space)
                .is_none_or(|item| {
                    matches!(item.token, Token::Open | Token::Pipe | Token::LeftParen)
                }),
            _ => false,
        })
    }

    fn quoted(&mut self) -> Result<(), TemplateError> {
        let rest = self.rest();
        let mut escaped = false;
        for (at, c) in rest.char_indices().skip(1) {
            match c {
                '\n' => break,
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => {
                    let text = rest[..=at].to_owned();
                    self.push(Token::Quoted(text), at + 1);
                    return Ok(());
                }
                _ => {}
            }
        }
        self.error("unterminated quoted string")
    }

    fn raw_quoted(&mut self) -> Result<(), TemplateError> {
        match self.rest()[1..].find('`') {
            Some(length) => {
                let text = self.rest()[..length + 2].to_owned();
                self.push(Token::Quoted(text), length + 2);
                Ok(())
            }
            None => self.error("unterminated raw quoted string"),
        }
    }

    fn char(&mut self) -> Result<(), TemplateError> {
        match self.rest()[1..].find('\'') {
            Some(length) => {
                let text = self.rest()[..length + 2].to_owned();
                self.push(Token::Char(text), length + 2);
                Ok(())
            }
            None => self.error("unterminated character constant"),
        }
    }

    fn number(&mut self) {
        let rest = self.rest();
        let sign = usize::from(rest.starts_with(['+', '-']));
        let mut dots = 0;
        let digit = |c: char| {
            dots += usize::from(c == '.');
            c.is_ascii_hexdigit() || matches!(c, 'x' | 'o' | '_') || (c == '.' && dots == 1)
        };
        let digits = &rest[sign..];
        let length = sign + (digits.len() - digits.trim_start_matches(digit).len());
        let text = rest[..length].to_owned();
        self.push(Token::Number(text), length.max(1));
    }
}

fn word(text: &str) -> &str {
    let end = text
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    &text[..end]
}
