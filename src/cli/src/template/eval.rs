//! A tree and a value made into text.

use super::datum::{Datum, left_out};
use super::functions;
use super::lexer::line_of;
use super::parser::{Command, Node, Operand, OperandKind, Pipeline};
use super::print::print;
use super::{Purpose, TemplateError};

struct Evaluation<'a> {
    source: &'a str,
    purpose: Purpose,
    variables: Vec<(String, Datum)>,
    out: String,
}

#[derive(PartialEq)]
enum Flow {
    On,
    Break,
    Continue,
}

pub fn render(
    nodes: &[Node],
    source: &str,
    dot: &Datum,
    purpose: Purpose,
) -> Result<String, TemplateError> {
    let mut evaluation = Evaluation {
        source,
        purpose,
        variables: vec![("$".to_owned(), dot.clone())],
        out: String::new(),
    };
    evaluation.nodes(nodes, dot)?;
    Ok(evaluation.out)
}

impl Evaluation<'_> {
    fn error<T>(&self, at: usize, text: &str, message: &str) -> Result<T, TemplateError> {
        let line = line_of(self.source, at);
        let start = self.source[..at]
            .rfind('\n')
            .map_or(0, |newline| newline + 1);
        Err(TemplateError(format!(
            "{line}:{}: executing \"\" at <{text}>: {message}",
            at - start
        )))
    }

    fn nodes(&mut self, nodes: &[Node], dot: &Datum) -> Result<Flow, TemplateError> {
        for node in nodes {
            let flow = self.node(node, dot)?;
            if flow != Flow::On {
                return Ok(flow);
            }
        }
        Ok(Flow::On)
    }

    /// A body with variables of its own.
    fn scoped(&mut self, nodes: &[Node], dot: &Datum) -> Result<Flow, TemplateError> {
        let scope = self.variables.len();
        let flow = self.nodes(nodes, dot);
        self.variables.truncate(scope);
        flow
    }

    fn node(&mut self, node: &Node, dot: &Datum) -> Result<Flow, TemplateError> {
        let scope = self.variables.len();
        let flow = match node {
            Node::Text(text) => {
                self.out.push_str(text);
                return Ok(Flow::On);
            }
            Node::Action(pipeline) => {
                let value = self.pipeline(pipeline, dot)?;
                if pipeline.variables.is_empty() {
                    self.out.push_str(&print(&value));
                }
                // The variable lives on behind its action.
                return Ok(Flow::On);
            }
            Node::If {
                condition,
                then,
                otherwise,
            } => {
                let value = self.pipeline(condition, dot)?;
                self.scoped(if value.is_true() { then } else { otherwise }, dot)
            }
            Node::With {
                value,
                then,
                otherwise,
            } => {
                let value = self.pipeline(value, dot)?;
                if value.is_true() {
                    self.scoped(then, &value)
                } else {
                    self.scoped(otherwise, dot)
                }
            }
            Node::Range {
                over,
                body,
                otherwise,
            } => self.range(over, body, otherwise, dot),
            Node::Break => Ok(Flow::Break),
            Node::Continue => Ok(Flow::Continue),
        };
        self.variables.truncate(scope);
        flow
    }

    fn range(
        &mut self,
        over: &Pipeline,
        body: &[Node],
        otherwise: &[Node],
        dot: &Datum,
    ) -> Result<Flow, TemplateError> {
        let value = self.value(over, dot)?;
        let pairs: Vec<(Datum, Datum)> = match value {
            Datum::List(items) => items
                .into_iter()
                .enumerate()
                .map(|(index, item)| (Datum::Int(i64::try_from(index).unwrap_or(0)), item))
                .collect(),
            Datum::Map(map) => map
                .into_iter()
                .map(|(key, value)| (Datum::Text(key), value))
                .collect(),
            Datum::Record { kind: "", fields } => fields
                .into_iter()
                .map(|(key, value)| (Datum::Text(key), value))
                .collect(),
            Datum::Int(count) => (0..count).map(|n| (Datum::Int(n), Datum::Int(n))).collect(),
            Datum::Missing | Datum::Nil(_) => Vec::new(),
            other => {
                let (at, text) = place(over);
                let message = format!("range can't iterate over {}", print(&other));
                return self.error(at, text, &message);
            }
        };
        if pairs.is_empty() {
            return self.scoped(otherwise, dot);
        }
        let scope = self.variables.len();
        for (key, item) in pairs {
            match over.variables.as_slice() {
                [one] => self.set(one, item.clone(), over.declares),
                [first, second] => {
                    self.set(first, key, over.declares);
                    self.set(second, item.clone(), over.declares);
                }
                _ => {}
            }
            let flow = self.nodes(body, &item);
            self.variables.truncate(scope);
            if flow? == Flow::Break {
                break;
            }
        }
        Ok(Flow::On)
    }

    fn set(&mut self, name: &str, value: Datum, declares: bool) {
        if !declares
            && let Some(slot) = self
                .variables
                .iter_mut()
                .rev()
                .find(|(known, _)| known == name)
        {
            slot.1 = value;
            return;
        }
        self.variables.push((name.to_owned(), value));
    }

    fn pipeline(&mut self, pipeline: &Pipeline, dot: &Datum) -> Result<Datum, TemplateError> {
        let value = self.value(pipeline, dot)?;
        for name in &pipeline.variables {
            self.set(name, value.clone(), pipeline.declares);
        }
        Ok(value)
    }

    fn value(&mut self, pipeline: &Pipeline, dot: &Datum) -> Result<Datum, TemplateError> {
        let mut last = None;
        for command in &pipeline.commands {
            last = Some(self.command(command, dot, last.take())?);
        }
        Ok(last.unwrap_or(Datum::Missing))
    }

    /// `last` is the result of the command before the bar: the final argument.
    fn command(
        &mut self,
        command: &Command,
        dot: &Datum,
        last: Option<Datum>,
    ) -> Result<Datum, TemplateError> {
        let (first, rest) = command
            .operands
            .split_first()
            .expect("commands are not empty");
        if let OperandKind::Function(name) = &first.kind {
            return self.call(name, first, rest, command, dot, last);
        }
        if let OperandKind::Nil = first.kind {
            return self.error(first.at, &first.text, "nil is not a command");
        }
        let mut arguments = rest.len() + usize::from(last.is_some());
        if self.purpose == Purpose::Header && first.fields == ["Label"] {
            return self.label_header(rest, dot);
        }
        let value = self.operand(first, dot)?;
        if let Datum::Lookup(map) = value {
            if arguments != 1 {
                let name = first.fields.last().map_or("", String::as_str);
                let message = format!("wrong number of args for {name}: want 1 got {arguments}");
                return self.error(first.at, &first.text, &message);
            }
            let key = match (rest.first(), last) {
                (Some(operand), _) => self.operand(operand, dot)?,
                (None, last) => last.unwrap_or(Datum::Missing),
            };
            let found = match key {
                Datum::Text(key) => map.get(&key).cloned(),
                _ => None,
            };
            return Ok(Datum::Text(found.unwrap_or_default()));
        }
        // Only what can be called takes arguments.
        arguments = arguments.min(1);
        if arguments > 0 {
            let message = match first.fields.last() {
                Some(name) => format!("{name} has arguments but cannot be invoked as function"),
                None => format!("can't give argument to non-function {}", first.text),
            };
            return self.error(first.at, &first.text, &message);
        }
        Ok(value)
    }

    /// What stands above `.Label "com.example.some-name"`: `some name`.
    fn label_header(&mut self, rest: &[Operand], dot: &Datum) -> Result<Datum, TemplateError> {
        let name = match rest.first() {
            Some(operand) => print(&self.operand(operand, dot)?),
            None => String::new(),
        };
        let last = name.rsplit('.').next().unwrap_or_default();
        Ok(Datum::Text(last.replace(['-', '_'], " ")))
    }

    fn call(
        &mut self,
        name: &str,
        first: &Operand,
        rest: &[Operand],
        command: &Command,
        dot: &Datum,
        last: Option<Datum>,
    ) -> Result<Datum, TemplateError> {
        let count = rest.len() + usize::from(last.is_some());
        if let Some(message) = functions::count_error(name, count) {
            return self.error(first.at, name, &message);
        }
        let mut values = Vec::with_capacity(count);
        for operand in rest {
            let value = match operand.kind {
                OperandKind::Nil => Datum::Missing,
                _ => self.operand(operand, dot)?,
            };
            if let Some(message) = functions::kind_error(name, values.len(), &value, &operand.text)
            {
                return self.error(operand.at, &operand.text, &message);
            }
            // `and` and `or` stop at the first value that decides.
            let decided = match name {
                "and" => !value.is_true(),
                "or" => value.is_true(),
                _ => false,
            };
            if decided {
                return Ok(value);
            }
            values.push(value);
        }
        if let Some(value) = last {
            if let Some(message) = functions::kind_error(name, values.len(), &value, &print(&value))
            {
                return self.error(first.at, &command.text, &message);
            }
            values.push(value);
        }
        functions::call(name, values, self.purpose).or_else(|message| {
            let message = format!("error calling {name}: {message}");
            self.error(first.at, &command.text, &message)
        })
    }

    fn operand(&mut self, operand: &Operand, dot: &Datum) -> Result<Datum, TemplateError> {
        let mut value = match &operand.kind {
            OperandKind::Dot | OperandKind::Fields => dot.clone(),
            OperandKind::Variable(name) => self
                .variables
                .iter()
                .rev()
                .find(|(known, _)| known == name)
                .map_or(Datum::Missing, |(_, value)| value.clone()),
            OperandKind::Literal(value) => value.clone(),
            OperandKind::Nil => Datum::Missing,
            OperandKind::Function(name) => {
                if let Some(message) = functions::count_error(name, 0) {
                    return self.error(operand.at, name, &message);
                }
                functions::call(name, Vec::new(), self.purpose)
                    .or_else(|message| self.error(operand.at, name, &message))?
            }
            OperandKind::Pipeline(inner) => {
                let scope = self.variables.len();
                let value = self.pipeline(inner, dot);
                self.variables.truncate(scope);
                value?
            }
        };
        for name in &operand.fields {
            value = self.field(value, name, operand)?;
        }
        Ok(value)
    }

    fn field(&self, value: Datum, name: &str, operand: &Operand) -> Result<Datum, TemplateError> {
        let message = match value {
            Datum::Record { kind, fields } | Datum::Wire { kind, fields, .. } => {
                let found = fields.into_iter().find(|(field, _)| field == name);
                match found {
                    Some((_, value)) => return Ok(value),
                    None if !kind.is_empty() => {
                        format!("can't evaluate field {name} in type {kind}")
                    }
                    None => match left_out(name) {
                        Some(value) => return Ok(value),
                        None => format!("map has no entry for key \"{name}\""),
                    },
                }
            }
            // Of a map any key may be asked for.
            Datum::Map(map) => return Ok(map.get(name).cloned().unwrap_or(Datum::Missing)),
            Datum::Missing | Datum::Nil(_) => {
                let text = &operand.text;
                return self.error(
                    operand.at,
                    text,
                    &format!("nil data; no entry for key \"{name}\""),
                );
            }
            other => format!("can't evaluate field {name} in type {}", other.type_name()),
        };
        self.error(operand.at, &operand.text, &message)
    }
}

fn place(pipeline: &Pipeline) -> (usize, &str) {
    pipeline
        .commands
        .first()
        .and_then(|command| command.operands.first())
        .map_or((0, ""), |operand| (operand.at, operand.text.as_str()))
}

#[cfg(test)]
mod tests {
    use super::super::{Datum, Purpose, Template, from_json};

    fn shown(source: &str, json: &str) -> String {
        let dot = from_json(json.as_bytes()).unwrap();
        shown_for(source, &dot)
    }

    fn shown_for(source: &str, dot: &Datum) -> String {
        match Template::parse(source).and_then(|t| t.render(dot, Purpose::Values)) {
            Ok(text) => text,
            Err(error) => error.to_string(),
        }
    }

    const STATE: &str = r#"{"Id":"abc","State":{"Status":"running","Pid":7,"Running":true},
        "NetworkSettings":{"Ports":{"80/tcp":[{"HostIp":"0.0.0.0","HostPort":"8080"}],"443/tcp":null}},
        "Mounts":[{"Type":"bind","Source":"/a","Destination":"/b","Mode":"","RW":true,"Propagation":"rprivate"}],
        "HostConfig":{"Binds":null,"PidsLimit":null},"Config":{"Labels":{"b":"2","a":"1"},"Env":["A=1","B=2"]}}"#;

    #[test]
    fn fields_maps_and_lists() {
        for (template, text) in [
            ("{{.State.Status}} {{.State.Pid}}", "running 7"),
            (
                "{{json .State}}",
                r#"{"Status":"running","Pid":7,"Running":true}"#,
            ),
            ("{{.Config.Labels}}", "map[a:1 b:2]"),
            ("{{index .Config.Labels \"a\"}}", "1"),
            ("{{.Config.Env}}", "[A=1 B=2]"),
            ("{{index .Config.Env 1}}", "B=2"),
            (
                "{{.HostConfig.Binds}} {{.HostConfig.PidsLimit}}",
                "[] <nil>",
            ),
            ("{{.Mounts}}", "[{bind  /a /b   true rprivate}]"),
            ("{{.State.Health}}", "<nil>"),
            (
                "{{(index (index .NetworkSettings.Ports \"80/tcp\") 0).HostPort}}",
                "8080",
            ),
            (
                "{{range $p, $b := .NetworkSettings.Ports}}{{$p}}={{if $b}}{{(index $b 0).HostPort}}{{else}}-{{end}} {{end}}",
                "443/tcp=- 80/tcp=8080 ",
            ),
            (
                "{{.NetworkSettings.Ports}}",
                "map[443/tcp:[] 80/tcp:[{0.0.0.0 8080}]]",
            ),
            ("{{len .Config.Env}}", "2"),
        ] {
            assert_eq!(shown(template, STATE), text, "{template}");
        }
    }

    #[test]
    fn control_and_functions() {
        for (template, text) in [
            ("{{if eq .a 1 2}}x{{else if .b}}y{{else}}z{{end}}", "y"),
            ("{{range .l}}{{.}},{{end}}", "p,q,"),
            ("{{range $i, $x := .l}}{{$i}}{{$x}}{{end}}", "0p1q"),
            (
                "{{range .l}}{{if eq . \"q\"}}{{break}}{{end}}{{.}}{{end}}",
                "p",
            ),
            ("{{range .none}}x{{else}}empty{{end}}", "empty"),
            (
                "{{with .l}}{{len .}}{{end}}{{with .e}}x{{else}}n{{end}}",
                "2n",
            ),
            ("{{join .l \"-\" | upper}}", "P-Q"),
            ("{{$x := 1}}{{$x = 2}}{{$x}}", "2"),
            ("{{split \"a,b\" \",\"}} {{title \"word\"}}", "[a b] Word"),
            ("{{pad \"a\" 1 2}}|{{truncate \"abcdef\" 3}}", " a  |abc"),
            (
                "{{printf \"%s=%05d %q %.1f|%-4s|%4s|\" \"a\" 42 \"b\" 1.25 \"c\" \"d\"}}",
                "a=00042 \"b\" 1.2|c   |   d|",
            ),
            ("{{println 1 \"a\"}}{{print 1 2 \"a\" 3}}", "1 a\n1 2a3"),
            ("a {{- 1 -}} b", "a1b"),
            ("{{/* note */ -}} x", "x"),
            ("{{and 1 0}} {{or 0 \"x\"}} {{not 1}}", "0 x false"),
            (
                "{{lt 1 2}} {{ge 2 2}} {{ne \"a\" \"b\"}} {{gt 1.5 1.0}}",
                "true true true true",
            ),
            (
                "{{slice \"abcdef\" 1 3}} {{\"q\" | printf \"%s!\"}}",
                "bc q!",
            ),
            (
                "{{(len .l) | printf \"%d\"}} {{$.a}} {{`raw\\n`}} {{'a'}}",
                "2 5 raw\\n 97",
            ),
            (
                "{{.missing}}",
                "template: :1:2: executing \"\" at <.missing>: map has no entry for key \"missing\"",
            ),
        ] {
            let json = r#"{"a":5,"b":true,"l":["p","q"],"e":"","none":[]}"#;
            assert_eq!(shown(template, json), text, "{template}");
        }
    }

    #[test]
    fn errors_are_gos() {
        let row = Datum::Record {
            kind: "*formatter.ContainerContext",
            fields: vec![
                ("ID".to_owned(), Datum::text("")),
                (
                    "Label".to_owned(),
                    Datum::Lookup([("a".to_owned(), "1".to_owned())].into()),
                ),
            ],
        };
        let at = |rest: &str| format!("template: :1{rest}");
        for (template, error) in [
            (
                "{{.Foo}}",
                ":2: executing \"\" at <.Foo>: can't evaluate field Foo in type *formatter.ContainerContext",
            ),
            (
                "{{.ID.Foo}}",
                ":5: executing \"\" at <.ID.Foo>: can't evaluate field Foo in type string",
            ),
            ("{{foo}}", ": function \"foo\" not defined"),
            ("{{if .ID}}", ": unexpected EOF"),
            ("{{end}}", ": unexpected {{end}}"),
            ("{{else}}", ": unexpected {{else}}"),
            ("{{range}}", ": missing value for range"),
            ("{{\"abc}}", ": unterminated quoted string"),
            ("{{.ID", ": unclosed action"),
            (
                "{{json}}",
                ":2: executing \"\" at <json>: wrong number of args for json: want 1 got 0",
            ),
            (
                "{{join .ID}}",
                ":2: executing \"\" at <join>: wrong number of args for join: want 2 got 1",
            ),
            (
                "{{upper 3}}",
                ":8: executing \"\" at <3>: expected string; found 3",
            ),
            (
                "{{len 3}}",
                ":2: executing \"\" at <len 3>: error calling len: len of type int",
            ),
            ("{{$x}}", ": undefined variable \"$x\""),
            ("{{|}}", ": unexpected \"|\" in command"),
            (
                "{{1 2}}",
                ":2: executing \"\" at <1>: can't give argument to non-function 1",
            ),
            ("{{}}", ": missing value for command"),
            ("{{ .ID }", ": unexpected \"}\" in operand"),
            ("{{ (.ID }}", ": unclosed left paren"),
            ("{{/* x }}", ": unclosed comment"),
            (
                "{{nil}}",
                ":2: executing \"\" at <nil>: nil is not a command",
            ),
            (
                "{{ .Label }}",
                ":3: executing \"\" at <.Label>: wrong number of args for Label: want 1 got 0",
            ),
            ("{{'ab'}}", ": malformed character constant: 'ab'"),
            ("{{1.2.3}}", ": unexpected \".3\" in operand"),
            (
                "{{ truncate .ID }}",
                ":3: executing \"\" at <truncate>: wrong number of args for truncate: want 2 got 1",
            ),
            (
                "{{ eq .ID 3 }}",
                ":3: executing \"\" at <eq .ID 3>: error calling eq: incompatible types for comparison",
            ),
            (
                "{{ index .ID 100 }}",
                ":3: executing \"\" at <index .ID 100>: error calling index: index out of range: 100",
            ),
            ("{{break}}", ": {{break}} outside {{range}}"),
            ("{{.ID.}}", ": unexpected <.> in operand"),
            ("{{true.x}}", ": unexpected . after term \"true\""),
            ("{{ .ID:=3 }}", ": unexpected \":=\" in operand"),
            ("{{ @ }}", ": unexpected \"@\" in command"),
            (
                "{{slice .ID 0 99}}",
                ":2: executing \"\" at <slice .ID 0 99>: error calling slice: index out of range: 99",
            ),
            (
                "{{range .ID}}x{{end}}",
                ":8: executing \"\" at <.ID>: range can't iterate over ",
            ),
        ] {
            assert_eq!(shown_for(template, &row), at(error), "{template}");
        }
        assert_eq!(
            shown_for("a\n{{\n.Foo}}", &row),
            "template: :3:0: executing \"\" at <.Foo>: can't evaluate field Foo in type *formatter.ContainerContext"
        );
        assert_eq!(shown_for("{{.Label \"a\"}}{{.Label \"b\"}}", &row), "1");
    }
}
