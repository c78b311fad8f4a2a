//! Checks that need a look: web pages, connections, files, copies.

use super::attached::no_container;
use super::finding::{Blocked, Condition, Judged, Step, all_hold};
use super::judge::Judge;
use super::matching::{any_text_holds, number_in_words, text_in_words};
use crate::probe::{
    Act, FileFound, Glance, HttpReply, Listener, Observation, Request, http_request, port_of,
};
use crate::say;
use crate::schema::{
    ExecCheck, FileCheck, HttpCheck, Look, NumberMatch, OnCopy, ProbeCheck, ReachCheck, TextMatch,
};
use crate::text::Text;
use crate::world::Container;

impl Judge<'_> {
    pub(super) fn http_check(&self, wanted: &HttpCheck) -> Step<Judged> {
        let Some(request) = http_request(&wanted.url) else {
            let why = say!(
                "`{}` is not an http:// address",
                "`{}` n'est pas une adresse http://",
                wanted.url
            );
            return Err(Blocked::Failed(why));
        };
        let look_at = format!("curl -i {}", wanted.url);
        let answers = say!("{} answers", "{} répond", wanted.url);
        let reply = match self.look(request.clone())? {
            Observation::Http(reply) => reply,
            Observation::NoAnswer(why) => {
                let actual = say!("no answer: {}", "pas de réponse : {}", why);
                return Ok(Judged::new(false, answers, actual).look_at(look_at));
            }
            _ => return Ok(Judged::new(false, answers.clone(), answers).look_at(look_at)),
        };
        let mut conditions = Vec::new();
        if let Some(by) = &wanted.answered_by {
            conditions.push(self.answered_by(by, &request, reply)?);
        }
        self.reply_conditions(&wanted.status, &wanted.body, reply, None, &mut conditions)?;
        if let Some(header) = &wanted.header {
            let words = text_in_words(header);
            let expected = Text::new(
                format!("header {}", words.en),
                format!("en-tête {}", words.fr),
            );
            let holds = any_text_holds(header, &reply.headers);
            conditions.push(Condition::new(
                holds,
                expected,
                Text::same(reply.headers.join("; ")),
            ));
        }
        let what = match conditions.is_empty() {
            true => answers,
            false => Text::same(&wanted.url),
        };
        Ok(told(conditions, what)
            .look_at(look_at)
            .with("status", reply.status)
            .with("url", &wanted.url))
    }

    fn reply_conditions(
        &self,
        status: &Option<NumberMatch>,
        body: &Option<TextMatch>,
        reply: &HttpReply,
        before: Option<&[u8]>,
        conditions: &mut Vec<Condition>,
    ) -> Step<()> {
        if let Some(status) = status {
            let words = number_in_words(status);
            conditions.push(Condition::new(
                status.holds(i64::from(reply.status)),
                Text::new(
                    format!("status {}", words.en),
                    format!("statut {}", words.fr),
                ),
                say!("status {}", "statut {}", reply.status),
            ));
            if !all_hold(conditions) {
                return Ok(());
            }
        }
        if let Some(body) = body {
            let mut condition = self.content_condition(body, &reply.body, before)?;
            condition.expected = Text::new(
                format!("page {}", condition.expected.en),
                format!("page {}", condition.expected.fr),
            );
            conditions.push(condition);
        }
        Ok(())
    }

    /// Who answers: the container that publishes the port on that very address;
    /// a process of the lab in its place is asked of the engine. Where nothing is
    /// told, the page has to be the one at the container's own address.
    fn answered_by(&self, by: &str, request: &Request, reply: &HttpReply) -> Step<Condition> {
        let name = self.calling_name(by);
        let expected = say!("answered by `{}`", "répondu par `{}`", name);
        let (
            Some(container),
            Request::Http {
                address,
                host,
                path,
            },
        ) = (self.container(by), request)
        else {
            let actual = say!("no such container", "aucun conteneur de ce genre");
            return Ok(Condition::new(false, expected, actual));
        };
        let port = port_of(address).unwrap_or(80);
        let place = match address.rsplit_once(':') {
            Some(("localhost", _)) | None => "127.0.0.1",
            Some((place, _)) => place,
        };
        let is_shared = container.network_mode == "host";
        if !is_shared && !container.publishes(place, port) {
            let other = self
                .world
                .containers
                .iter()
                .find(|one| one.publishes(place, port));
            let actual = match other {
                Some(other) => say!("`{}` answers", "`{}` répond", other.name),
                None => say!("something else answers", "autre chose répond"),
            };
            return Ok(Condition::new(false, expected, actual));
        }
        match self.look(Request::Listener { port })? {
            // Another container may have the port on another address.
            Observation::Listener(Listener::Container(id)) if !is_shared || *id == container.id => {
                Ok(Condition::new(true, expected.clone(), expected))
            }
            Observation::Listener(Listener::Container(id)) => {
                let actual = say!("`{}` answers", "`{}` répond", self.name_of(id));
                Ok(Condition::new(false, expected, actual))
            }
            Observation::Listener(Listener::Process(process)) => {
                let actual = say!(
                    "the process `{}` answers, not a container",
                    "le processus `{}` répond, pas un conteneur",
                    process
                );
                Ok(Condition::new(false, expected, actual))
            }
            Observation::Listener(Listener::Nobody) => {
                let actual = say!("nothing listens there", "rien n'écoute à cet endroit");
                Ok(Condition::new(false, expected, actual))
            }
            _ => self.answers_alike(container, port, host, path, reply, expected),
        }
    }

    fn answers_alike(
        &self,
        container: &Container,
        port: u16,
        host: &str,
        path: &str,
        reply: &HttpReply,
        expected: Text,
    ) -> Step<Condition> {
        let elsewhere = say!("something else answers", "autre chose répond");
        let inside = container
            .ports
            .iter()
            .find(|binding| binding.host_port == port)
            .map_or(port, |binding| binding.container_port);
        let Some(address) = container.address() else {
            return Ok(Condition::new(false, expected, elsewhere));
        };
        let own = Request::Http {
            address: format!("{address}:{inside}"),
            host: host.to_string(),
            path: path.to_string(),
        };
        let same = matches!(self.look(own)?, Observation::Http(own) if own.body == reply.body);
        let actual = if same { expected.clone() } else { elsewhere };
        Ok(Condition::new(same, expected, actual))
    }

    fn name_of(&self, id: &str) -> String {
        self.world
            .containers
            .iter()
            .find(|one| one.id == id)
            .map_or_else(|| id.chars().take(12).collect(), |one| one.name.clone())
    }

    pub(super) fn reach_check(&self, wanted: &ReachCheck) -> Step<Judged> {
        let place = match &wanted.from {
            Some(from) => Text::same(format!("`{}`", self.calling_name(from))),
            None => say!("the lab", "le lab"),
        };
        let expected = Text::new(
            format!("{} can be reached from {}", wanted.to, place.en),
            format!("{} est joignable depuis {}", wanted.to, place.fr),
        );
        let from = match &wanted.from {
            Some(from) => match self.container(from) {
                Some(container) => Some(container.id.clone()),
                None => return Ok(no_container(expected)),
            },
            None => None,
        };
        let request = Request::Reach {
            from,
            address: wanted.to.clone(),
        };
        let met = *self.look(request)? == Observation::Reached(true);
        let actual = match met {
            true => expected.clone(),
            false => say!("it cannot be reached", "elle n'est pas joignable"),
        };
        Ok(Judged::new(met, expected, actual))
    }

    pub(super) fn file_check(&self, wanted: &FileCheck) -> Step<Judged> {
        let path = &wanted.path;
        let (request, expected, look_at) = match &wanted.container {
            Some(word) => {
                let name = self.calling_name(word);
                let expected = say!("`{}` in `{}`", "`{}` dans `{}`", path, name);
                let Some(container) = self.container(word) else {
                    return Ok(no_container(expected));
                };
                let request = Request::ContainerFile {
                    container: container.id.clone(),
                    path: path.clone(),
                };
                (request, expected, format!("docker exec {name} cat {path}"))
            }
            None => {
                let request = Request::WorkFile { path: path.clone() };
                let expected = say!("your file `{}`", "votre fichier `{}`", path);
                (request, expected, format!("cat {path}"))
            }
        };
        let wants_it = wanted.exists != Some(false);
        let content = match self.look(request)? {
            Observation::File(FileFound::Content(content)) => content,
            Observation::File(FileFound::NotAFile) => {
                let actual = say!(
                    "`{}` is not a plain file",
                    "`{}` n'est pas un simple fichier",
                    path
                );
                let met = wants_it && wanted.content.is_none();
                return Ok(Judged::new(met, expected, actual).look_at(look_at));
            }
            _ => {
                let actual = say!("there is no such file", "ce fichier n'existe pas");
                return Ok(Judged::new(!wants_it, expected, actual).look_at(look_at));
            }
        };
        if !wants_it {
            let actual = say!("the file is there", "le fichier est là");
            return Ok(Judged::new(false, expected, actual).look_at(look_at));
        }
        let Some(matcher) = &wanted.content else {
            let actual = say!("it is there", "il est là");
            return Ok(Judged::new(true, expected, actual).look_at(look_at));
        };
        let condition = self.content_condition(matcher, content, None)?;
        Ok(told(vec![condition], expected).look_at(look_at))
    }

    pub(super) fn exec_check(&self, wanted: &ExecCheck) -> Step<Judged> {
        let name = self.calling_name(&wanted.container);
        let line = wanted.command.join(" ");
        let expected = say!(
            "`{}` in a copy of `{}`",
            "`{}` dans une copie de `{}`",
            line,
            name
        );
        let Some(container) = self.container(&wanted.container) else {
            return Ok(no_container(expected));
        };
        let request = Request::Copy {
            container: container.id.clone(),
            act: Act::Recreate,
            look: Glance::Exec {
                command: wanted.command.clone(),
            },
        };
        let Observation::Copy { after, .. } = self.look(request)? else {
            return Ok(Judged::new(false, expected.clone(), expected));
        };
        let Observation::Exec(reply) = after.as_ref() else {
            return Ok(Judged::new(false, expected, not_seen(after)));
        };
        let mut conditions = Vec::new();
        if let Some(code) = &wanted.exit_code {
            let words = number_in_words(code);
            conditions.push(Condition::new(
                code.holds(reply.exit_code),
                Text::new(
                    format!("exit code {}", words.en),
                    format!("code de sortie {}", words.fr),
                ),
                say!("exit code {}", "code de sortie {}", reply.exit_code),
            ));
        }
        if let Some(output) = &wanted.output {
            conditions.push(self.content_condition(output, &reply.output, None)?);
        }
        Ok(told(conditions, expected).with("exit-code", reply.exit_code))
    }

    pub(super) fn probe_check(&self, wanted: &ProbeCheck) -> Step<Judged> {
        match wanted {
            ProbeCheck::Exec(exec) => self.exec_check(exec),
            ProbeCheck::Recreate(on) => self.on_copy(on, Act::Recreate),
            ProbeCheck::Restart(on) => self.on_copy(on, Act::Restart),
        }
    }

    fn on_copy(&self, wanted: &OnCopy, act: Act) -> Step<Judged> {
        let name = self.calling_name(&wanted.container);
        let expected = match act {
            Act::Recreate => say!(
                "a new container made like `{}`",
                "un nouveau conteneur fait comme `{}`",
                name
            ),
            Act::Restart => say!(
                "a copy of `{}`, restarted",
                "une copie de `{}`, redémarrée",
                name
            ),
        };
        let Some(container) = self.container(&wanted.container) else {
            return Ok(no_container(expected));
        };
        let request = Request::Copy {
            container: container.id.clone(),
            act,
            look: glance(&wanted.then),
        };
        let Observation::Copy { before, after } = self.look(request)? else {
            return Ok(Judged::new(false, expected.clone(), expected));
        };
        let mut conditions = Vec::new();
        match (&wanted.then, after.as_ref()) {
            (Look::Http { status, body, .. }, Observation::Http(reply)) => {
                let was = match before.as_ref() {
                    Observation::Http(reply) => Some(reply.body.as_slice()),
                    _ => None,
                };
                self.reply_conditions(status, body, reply, was, &mut conditions)?;
            }
            (Look::File { content, .. }, Observation::File(FileFound::Content(found))) => {
                let was = match before.as_ref() {
                    Observation::File(FileFound::Content(content)) => Some(content.as_slice()),
                    _ => None,
                };
                conditions.push(self.content_condition(content, found, was)?);
            }
            (_, other) => return Ok(Judged::new(false, expected, not_seen(other))),
        }
        Ok(told(conditions, expected).with("name", name))
    }
}

fn glance(look: &Look) -> Glance {
    match look {
        Look::Http { port, path, .. } => Glance::Http {
            port: port.unwrap_or(80),
            path: path.clone().unwrap_or_else(|| "/".to_string()),
        },
        Look::File { path, .. } => Glance::File { path: path.clone() },
    }
}

/// A look at a copy that gave something else than what was looked for.
fn not_seen(observation: &Observation) -> Text {
    match observation {
        Observation::NoAnswer(why) | Observation::Failed(why) | Observation::Unsupported(why) => {
            say!(
                "no answer from the copy: {}",
                "pas de réponse de la copie : {}",
                why
            )
        }
        Observation::File(FileFound::Missing) => {
            say!("the file is gone", "le fichier a disparu")
        }
        _ => say!("nothing to compare", "rien à comparer"),
    }
}

/// Conditions on something that is named once, in front.
fn told(conditions: Vec<Condition>, what: Text) -> Judged {
    if conditions.is_empty() {
        return Judged::new(true, what.clone(), what);
    }
    let wanted = super::finding::expected_of(&conditions);
    let expected = Text::new(
        format!("{}: {}", what.en, wanted.en),
        format!("{} : {}", what.fr, wanted.fr),
    );
    let actual = super::finding::actual_of(&conditions);
    Judged::new(all_hold(&conditions), expected, actual)
}
