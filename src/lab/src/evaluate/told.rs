//! What was told: answers to questions, the journal, where an image comes from.

use super::finding::{
    Blocked, Condition, Judged, Step, actual_of, all_hold, expected_of, met_count,
};
use super::judge::Judge;
use super::matching::{any_text_holds, text_holds, text_in_words};
use super::objects::container_words;
use crate::say;
use crate::schema::{AnswerCheck, ContainerCheck, JournalCheck, Kind, LineageCheck, MadeBy};
use crate::text::Text;
use crate::world::{Image, Source};

impl Judge<'_> {
    pub(super) fn answer_check(&self, wanted: &AnswerCheck) -> Step<Judged> {
        let question = &wanted.question;
        let command = format!("plimsoll answer {} {question} …", self.grader.lab);
        let Some(answer) = self.world.answers.get(question).map(|one| one.trim()) else {
            let asked = self.asked(question);
            let expected = Text::new(
                format!("an answer to {}", asked.en),
                format!("une réponse à {}", asked.fr),
            );
            let actual = say!("not answered yet", "pas encore de réponse");
            let met = wanted.given == Some(false);
            return Ok(Judged::new(met, expected, actual).look_at(command));
        };
        let answered = self.answered(question, answer);
        if wanted.given == Some(false) {
            let asked = self.asked(question);
            let expected = Text::new(
                format!("no answer to {}", asked.en),
                format!("pas de réponse à {}", asked.fr),
            );
            return Ok(Judged::new(false, expected, answered).with("answer", answer));
        }
        if let Some(matcher) = &wanted.is {
            // The right answer is not told: only that this one is not it.
            let asked = self.asked(question);
            let expected = Text::new(
                format!("the right answer to {}", asked.en),
                format!("la bonne réponse à {}", asked.fr),
            );
            return Ok(Judged::new(text_holds(matcher, answer), expected, answered)
                .look_at(command)
                .with("answer", answer));
        }
        if let Some(container) = &wanted.names_container {
            let judged = self.names_container(container, answer);
            return Ok(judged.with("answer", answer));
        }
        Ok(Judged::new(true, answered.clone(), answered).with("answer", answer))
    }

    /// The question as the lesson asks it; where the lab has none of that id, the id.
    fn asked(&self, id: &str) -> Text {
        match self.world.questions.iter().find(|one| one.id == id) {
            None => Text::same(format!("`{id}`")),
            Some(question) => quoted(&question.text),
        }
    }

    /// What was answered; of a choice also what it stands for.
    fn answered(&self, id: &str, answer: &str) -> Text {
        let question = self.world.questions.iter().find(|one| one.id == id);
        let choice = match question.map(|one| &one.kind) {
            Some(Kind::Choice(choices)) => choices.iter().find(|one| one.id == answer),
            _ => None,
        };
        match choice {
            None => say!("you answered `{}`", "vous avez répondu `{}`", answer),
            Some(choice) => {
                let means = quoted(&choice.text);
                Text::new(
                    format!("you answered `{answer}`, {}", means.en),
                    format!("vous avez répondu `{answer}`, {}", means.fr),
                )
            }
        }
    }

    fn names_container(&self, wanted: &ContainerCheck, answer: &str) -> Judged {
        let all = if wanted.ever {
            self.world.containers_ever()
        } else {
            self.world.containers.clone()
        };
        let nobody = crate::world::PastContainer::default().into_container();
        let told = expected_of(&self.container_conditions(wanted, &nobody));
        let expected = Text::new(
            format!("the name or ID of a container {}", told.en),
            format!("le nom ou l'ID d'un conteneur {}", told.fr),
        );
        let called = all
            .iter()
            .filter(|one| one.is_called(answer))
            .map(|one| (self.container_conditions(wanted, one), one))
            .rev()
            .max_by_key(|(conditions, _)| (all_hold(conditions), met_count(conditions)));
        let Some((conditions, container)) = called else {
            let actual = say!(
                "no container here was ever called `{}`",
                "aucun conteneur ici ne s'est jamais appelé `{}`",
                answer
            );
            return Judged::new(false, expected, actual).look_at("docker ps -a");
        };
        let told = actual_of(&conditions);
        let actual = Text::new(
            format!("`{answer}`: {}", told.en),
            format!("`{answer}` : {}", told.fr),
        );
        Judged::new(all_hold(&conditions), expected, actual)
            .look_at("docker ps -a")
            .with_all(container_words(container))
    }

    pub(super) fn journal_check(&self, wanted: &JournalCheck) -> Step<Judged> {
        let words = text_in_words(&wanted.kind);
        let expected = Text::new(
            format!("the engine's journal has {}", words.en),
            format!("le journal du moteur contient {}", words.fr),
        );
        let found = self.world.history.records.iter().find(|record| {
            text_holds(&wanted.kind, &record.kind)
                && wanted.subject.as_ref().is_none_or(|subject| {
                    text_holds(subject, &record.subject)
                        || record
                            .text("name")
                            .is_some_and(|name| text_holds(subject, name))
                })
                && wanted
                    .data
                    .as_ref()
                    .is_none_or(|data| any_text_holds(data, &record.pairs().collect::<Vec<_>>()))
        });
        match found {
            Some(record) => {
                let actual = Text::same(format!("{} {}", record.kind, record.subject));
                Ok(Judged::new(true, expected, actual).with("subject", &record.subject))
            }
            None if self.world.history.source == Source::Journal => {
                let actual = say!("no such record", "aucune trace de ce genre");
                Ok(Judged::new(false, expected, actual))
            }
            None => Err(Blocked::Unsupported(no_journal())),
        }
    }

    pub(super) fn lineage_check(&self, wanted: &LineageCheck) -> Step<Judged> {
        let name = &wanted.image;
        let Some(image) = self.world.image(name) else {
            let expected = say!("the image `{}`", "l'image `{}`", name);
            let actual = say!("no such image", "aucune image de ce nom");
            return Ok(Judged::new(false, expected, actual).look_at("docker images"));
        };
        let mut conditions = Vec::new();
        if let Some(base) = &wanted.from {
            let holds = self.world.pulled_as(base).is_base_of(&image.layers);
            let expected = say!("built on `{}`", "construite sur `{}`", base);
            let actual = match holds {
                true => expected.clone(),
                false => say!("not built on `{}`", "pas construite sur `{}`", base),
            };
            conditions.push(Condition::new(holds, expected, actual));
        }
        if let Some(ways) = &wanted.made_by {
            let found = self
                .made_by(image)
                .ok_or_else(|| Blocked::Unsupported(no_journal()))?;
            let words: Vec<Text> = ways.iter().map(|way| way.in_words()).collect();
            let expected = Text::join(&words, &Text::new(" or ", " ou "));
            conditions.push(Condition::new(
                ways.contains(&found),
                expected,
                found.in_words(),
            ));
        }
        let told = expected_of(&conditions);
        let expected = Text::new(
            format!("the image `{name}`, {}", told.en),
            format!("l'image `{name}`, {}", told.fr),
        );
        Ok(
            Judged::new(all_hold(&conditions), expected, actual_of(&conditions))
                .look_at(format!("docker history {name}")),
        )
    }

    /// How an image came to be: the journal's last word on it; on a real
    /// Docker, what its configuration shows.
    fn made_by(&self, image: &Image) -> Option<MadeBy> {
        let told = self.world.history.records.iter().rev().find_map(|record| {
            let about = record.subject == image.id || record.text("image") == Some(&image.id);
            let way = match record.kind.strip_prefix("image.")? {
                "pull" => MadeBy::Pull,
                "commit" => MadeBy::Commit,
                "build" => MadeBy::Build,
                "import" => MadeBy::Import,
                "load" => MadeBy::Load,
                _ => return None,
            };
            about.then_some(way)
        });
        let only_registry_gives = (!image.digests.is_empty()).then_some(MadeBy::Pull);
        let only_commit_writes = (!image.comment.is_empty()
            && !image.comment.starts_with("buildkit"))
        .then_some(MadeBy::Commit);
        let only_buildkit_writes = image
            .comment
            .starts_with("buildkit")
            .then_some(MadeBy::Build);
        told.or(only_registry_gives)
            .or(only_buildkit_writes)
            .or(only_commit_writes)
    }
}

fn quoted(text: &Text) -> Text {
    Text::new(
        format!("\"{}\"", text.en),
        format!("«\u{a0}{}\u{a0}»", text.fr),
    )
}

fn no_journal() -> Text {
    say!(
        "this engine keeps no journal, so it cannot be told here",
        "ce moteur ne tient pas de journal : impossible à dire ici"
    )
}

impl MadeBy {
    fn in_words(self) -> Text {
        match self {
            MadeBy::Pull => say!("pulled", "téléchargée"),
            MadeBy::Commit => say!("committed from a container", "créée depuis un conteneur"),
            MadeBy::Build => say!("built from a Dockerfile", "construite depuis un Dockerfile"),
            MadeBy::Import => say!("imported", "importée"),
            MadeBy::Load => say!("loaded from an archive", "chargée depuis une archive"),
        }
    }
}
