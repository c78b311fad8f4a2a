//! Items made into a tree.

use super::TemplateError;
use super::datum::Datum;
use super::functions;
use super::lexer::{Item, Token, lex, line_of};

#[derive(Debug, Clone)]
pub enum Node {
    Text(String),
    Action(Pipeline),
    If {
        condition: Pipeline,
        then: Vec<Node>,
        otherwise: Vec<Node>,
    },
    With {
        value: Pipeline,
        then: Vec<Node>,
        otherwise: Vec<Node>,
    },
    Range {
        over: Pipeline,
        body: Vec<Node>,
        otherwise: Vec<Node>,
    },
    Break,
    Continue,
}

/// Commands joined by bars, with the variables that take the result.
#[derive(Debug, Clone)]
pub struct Pipeline {
    pub variables: Vec<String>,
    pub declares: bool,
    pub commands: Vec<Command>,
}

#[derive(Debug, Clone)]
pub struct Command {
    pub operands: Vec<Operand>,
    /// As written, for errors.
    pub text: String,
}

#[derive(Debug, Clone)]
pub struct Operand {
    pub kind: OperandKind,
    /// Fields behind it.
    pub fields: Vec<String>,
    /// Where its last part begins.
    pub at: usize,
    pub text: String,
}

#[derive(Debug, Clone)]
pub enum OperandKind {
    Dot,
    /// `.A.B`: the fields are in the operand.
    Fields,
    Variable(String),
    Function(String),
    Literal(Datum),
    Nil,
    Pipeline(Box<Pipeline>),
}

struct Parser<'a> {
    source: &'a str,
    items: Vec<Item>,
    next: usize,
    variables: Vec<String>,
    ranges: usize,
}

/// What ended a list of nodes.
#[derive(Debug, PartialEq)]
enum Ended {
    Source,
    End,
    Else,
}

pub fn parse(source: &str) -> Result<Vec<Node>, TemplateError> {
    let mut parser = Parser {
        source,
        items: lex(source)?,
        next: 0,
        variables: vec!["$".to_owned()],
        ranges: 0,
    };
    let (nodes, ended) = parser.nodes()?;
    match ended {
        Ended::Source => Ok(nodes),
        Ended::End => parser.error("unexpected {{end}}"),
        Ended::Else => parser.error("unexpected {{else}}"),
    }
}

impl Parser<'_> {
    fn error<T>(&self, message: impl std::fmt::Display) -> Result<T, TemplateError> {
        let at = self
            .items
            .get(self.next.saturating_sub(1))
            .map_or(0, |item| item.at);
        Err(TemplateError(format!(
            "{}: {message}",
            line_of(self.source, at)
        )))
    }

    fn peek(&self) -> Option<&Token> {
        self.items.get(self.next).map(|item| &item.token)
    }

    fn skip_space(&mut self) {
        while self.peek() == Some(&Token::Space) {
            self.next += 1;
        }
    }

    fn at(&self) -> usize {
        self.items
            .get(self.next)
            .map_or(self.source.len(), |item| item.at)
    }

    fn nodes(&mut self) -> Result<(Vec<Node>, Ended), TemplateError> {
        let mut nodes = Vec::new();
        while let Some(token) = self.peek() {
            if let Token::Text(text) = token {
                nodes.push(Node::Text(text.clone()));
                self.next += 1;
                continue;
            }
            self.next += 1;
            self.skip_space();
            let word = match self.peek() {
                Some(Token::Word(word)) => word.clone(),
                _ => String::new(),
            };
            match word.as_str() {
                "end" => {
                    self.keyword_end("end")?;
                    return Ok((nodes, Ended::End));
                }
                "else" => {
                    self.next += 1;
                    return Ok((nodes, Ended::Else));
                }
                "if" | "with" | "range" => nodes.push(self.control(&word)?),
                "break" | "continue" => {
                    self.keyword_end(&word)?;
                    if self.ranges == 0 {
                        return self.error(format!("{{{{{word}}}}} outside {{{{range}}}}"));
                    }
                    nodes.push(if word == "break" {
                        Node::Break
                    } else {
                        Node::Continue
                    });
                }
                "define" | "block" | "template" => {
                    return self.error(format!("{{{{{word}}}}} is not supported"));
                }
                _ => nodes.push(Node::Action(self.pipeline("command", &Token::Close)?)),
            }
        }
        Ok((nodes, Ended::Source))
    }

    fn keyword_end(&mut self, word: &str) -> Result<(), TemplateError> {
        self.next += 1;
        self.skip_space();
        if self.peek() != Some(&Token::Close) {
            return self.error(format!("unexpected item in {word}"));
        }
        self.next += 1;
        Ok(())
    }

    fn control(&mut self, word: &str) -> Result<Node, TemplateError> {
        self.next += 1;
        let scope = self.variables.len();
        let value = self.pipeline(word, &Token::Close)?;
        self.ranges += usize::from(word == "range");
        let (body, ended) = self.nodes()?;
        self.ranges -= usize::from(word == "range");
        let otherwise = match ended {
            Ended::End => Vec::new(),
            Ended::Source => return self.error("unexpected EOF"),
            Ended::Else => self.otherwise(word)?,
        };
        self.variables.truncate(scope);
        Ok(match word {
            "if" => Node::If {
                condition: value,
                then: body,
                otherwise,
            },
            "with" => Node::With {
                value,
                then: body,
                otherwise,
            },
            _ => Node::Range {
                over: value,
                body,
                otherwise,
            },
        })
    }

    /// Behind `else`: another condition, or the last branch.
    fn otherwise(&mut self, word: &str) -> Result<Vec<Node>, TemplateError> {
        self.skip_space();
        if self.peek() == Some(&Token::Word(word.to_owned())) && word != "range" {
            return Ok(vec![self.control(word)?]);
        }
        if self.peek() != Some(&Token::Close) {
            return self.error("unexpected item in else");
        }
        self.next += 1;
        match self.nodes()? {
            (nodes, Ended::End) => Ok(nodes),
            (_, Ended::Else) => self.error("expected end; found {{else}}"),
            (_, Ended::Source) => self.error("unexpected EOF"),
        }
    }

    fn pipeline(&mut self, context: &str, close: &Token) -> Result<Pipeline, TemplateError> {
        let (variables, declares) = self.declaration(context)?;
        let mut commands = Vec::new();
        loop {
            self.skip_space();
            match self.peek() {
                None => return self.error("unclosed action"),
                Some(token) if token == close => {
                    if commands.is_empty() {
                        return self.error(format!("missing value for {context}"));
                    }
                    self.next += 1;
                    if declares {
                        self.variables.extend(variables.iter().cloned());
                    }
                    return Ok(Pipeline {
                        variables,
                        declares,
                        commands,
                    });
                }
                Some(_) => commands.push(self.command()?),
            }
        }
    }

    /// `$x :=`, `$i, $x :=` or `$x =` at the beginning of a pipeline.
    fn declaration(&mut self, context: &str) -> Result<(Vec<String>, bool), TemplateError> {
        let start = self.next;
        let mut names = Vec::new();
        loop {
            self.skip_space();
            let Some(Token::Variable(name)) = self.peek().cloned() else {
                break;
            };
            self.next += 1;
            self.skip_space();
            names.push(name);
            match self.peek() {
                Some(Token::Declare) => {
                    self.next += 1;
                    return Ok((names, true));
                }
                Some(Token::Assign) => {
                    self.next += 1;
                    for name in &names {
                        self.check_variable(name)?;
                    }
                    return Ok((names, false));
                }
                Some(Token::Comma) if context == "range" && names.len() == 1 => self.next += 1,
                _ => break,
            }
        }
        self.next = start;
        Ok((Vec::new(), false))
    }

    fn check_variable(&self, name: &str) -> Result<(), TemplateError> {
        if self.variables.iter().any(|known| known == name) {
            Ok(())
        } else {
            self.error(format!("undefined variable \"{name}\""))
        }
    }

    fn command(&mut self) -> Result<Command, TemplateError> {
        let start = self.at();
        let mut operands = Vec::new();
        let mut end;
        loop {
            self.skip_space();
            if let Some(operand) = self.operand()? {
                operands.push(operand);
            }
            end = self.at();
            match self.peek() {
                Some(Token::Space) => {}
                Some(Token::Pipe) => {
                    if operands.is_empty() {
                        self.next += 1;
                        return self.error("unexpected \"|\" in command");
                    }
                    self.next += 1;
                    break;
                }
                Some(Token::Close | Token::RightParen) => break,
                None => return self.error("unclosed action"),
                Some(token) => {
                    let message = format!("unexpected {} in operand", shown(token));
                    self.next += 1;
                    return self.error(message);
                }
            }
        }
        if operands.is_empty() {
            return self.error("empty command");
        }
        Ok(Command {
            operands,
            text: self.source[start..end].trim().to_owned(),
        })
    }

    fn operand(&mut self) -> Result<Option<Operand>, TemplateError> {
        let start = self.at();
        let mut fields = Vec::new();
        let kind = match self.peek().cloned() {
            Some(Token::Dot) => OperandKind::Dot,
            Some(Token::Field(name)) => {
                fields.push(name);
                OperandKind::Fields
            }
            Some(Token::Variable(name)) => {
                self.next += 1;
                self.check_variable(&name)?;
                self.next -= 1;
                OperandKind::Variable(name)
            }
            Some(Token::Word(word)) => self.word(word)?,
            Some(Token::Quoted(text)) => OperandKind::Literal(Datum::Text(self.unquote(&text)?)),
            Some(Token::Char(text)) => OperandKind::Literal(self.char_constant(&text)?),
            Some(Token::Number(text)) => OperandKind::Literal(self.number(&text)?),
            Some(Token::LeftParen) => {
                self.next += 1;
                let scope = self.variables.len();
                let inner = self.pipeline("parenthesized pipeline", &Token::RightParen)?;
                self.variables.truncate(scope);
                self.next -= 1;
                OperandKind::Pipeline(Box::new(inner))
            }
            _ => return Ok(None),
        };
        self.next += 1;
        let mut at = start;
        while let Some(Token::Field(name)) = self.peek().cloned() {
            if matches!(
                kind,
                OperandKind::Literal(_) | OperandKind::Nil | OperandKind::Dot
            ) {
                let term = &self.source[start..self.at()];
                return self.error(format!(
                    "unexpected . after term {}",
                    crate::quote::quoted(term)
                ));
            }
            at = self.at();
            fields.push(name);
            self.next += 1;
        }
        Ok(Some(Operand {
            text: self.source[start..self.at()].to_owned(),
            kind,
            fields,
            at,
        }))
    }

    fn word(&self, word: String) -> Result<OperandKind, TemplateError> {
        Ok(match word.as_str() {
            "true" => OperandKind::Literal(Datum::Bool(true)),
            "false" => OperandKind::Literal(Datum::Bool(false)),
            "nil" => OperandKind::Nil,
            name if functions::exists(name) => OperandKind::Function(word),
            _ => return self.error(format!("function \"{word}\" not defined")),
        })
    }

    fn unquote(&self, text: &str) -> Result<String, TemplateError> {
        let inner = &text[1..text.len() - 1];
        if text.starts_with('`') {
            return Ok(inner.to_owned());
        }
        match unescape(inner) {
            Some(text) => Ok(text),
            None => self.error(format!("invalid syntax: {text}")),
        }
    }

    fn char_constant(&self, text: &str) -> Result<Datum, TemplateError> {
        let inner = unescape(&text[1..text.len() - 1]).unwrap_or_default();
        let mut chars = inner.chars();
        match (chars.next(), chars.next()) {
            (Some(c), None) => Ok(Datum::Int(i64::from(u32::from(c)))),
            _ => self.error(format!("malformed character constant: {text}")),
        }
    }

    fn number(&self, text: &str) -> Result<Datum, TemplateError> {
        let plain = text.replace('_', "");
        if let Ok(number) = crate::quantity::parse_int(&plain) {
            return Ok(Datum::Int(number));
        }
        match plain.parse() {
            Ok(number) => Ok(Datum::Float(number)),
            Err(_) => self.error(format!("bad number syntax: {}", crate::quote::quoted(text))),
        }
    }
}

fn shown(token: &Token) -> String {
    match token {
        Token::Dot => "<.>".to_owned(),
        Token::Field(name) => format!("<.{name}>"),
        Token::Variable(name) | Token::Word(name) => format!("<{name}>"),
        Token::Quoted(text) | Token::Char(text) | Token::Number(text) => crate::quote::quoted(text),
        Token::Declare => "\":=\"".to_owned(),
        Token::Assign => "\"=\"".to_owned(),
        Token::Comma => "\",\"".to_owned(),
        Token::LeftParen => "\"(\"".to_owned(),
        other => format!("{other:?}"),
    }
}

/// Resolves backslashes; `None` where one means nothing.
fn unescape(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        out.push(match chars.next()? {
            'x' => hex_char(&mut chars, 2)?,
            'u' => hex_char(&mut chars, 4)?,
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'a' => '\x07',
            'b' => '\x08',
            'f' => '\x0c',
            'v' => '\x0b',
            plain @ ('\\' | '"' | '\'') => plain,
            _ => return None,
        });
    }
    Some(out)
}

fn hex_char(chars: &mut std::str::Chars<'_>, digits: usize) -> Option<char> {
    let hex: String = chars.take(digits).collect();
    u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32)
}
