//! Rules across the files of a lab, checked without running anything.

use super::Lab;
use super::attempt::Expected;
use super::files::Files;
use super::mistakes::{Mistakes, Severity};
use crate::probe::http_request;
use crate::schema::{
    AnswerCheck, Check, CommandWanted, ContentSource, Goal, Holds, Kind, SchemaError, TextMatch,
    nearest,
};
use crate::text::Text;
use crate::words;
use std::collections::BTreeSet;

/// Words that a hint may take from a finding: `{found.name}`.
const FOUND: [&str; 18] = [
    "address",
    "answer",
    "command",
    "count",
    "exit-code",
    "host",
    "id",
    "image",
    "mounted-on",
    "name",
    "source",
    "state",
    "status",
    "subject",
    "target",
    "type",
    "url",
    "kind",
];

pub(super) fn lint(lab: &Lab, files: &Files, mistakes: &mut Mistakes) {
    let mut lint = Lint {
        lab,
        files,
        mistakes,
    };
    lint.names();
    lint.goals();
    lint.steps();
    lint.questions();
    lint.lessons();
    lint.attempts();
}

pub(super) fn lint_order(labs: &[Lab], mistakes: &mut Mistakes) {
    for pair in labs.windows(2) {
        if pair[0].file.order == pair[1].file.order {
            let file = format!("labs/{}/lab.yaml", pair[1].name);
            let (order, first) = (pair[1].file.order.to_string(), pair[0].name.as_str());
            let message = Text::said(|language| words::same_order(language, first, order.as_str()));
            let error = SchemaError::whole(file, message);
            mistakes.add(Severity::Unfinished, error);
        }
    }
}

struct Lint<'a> {
    lab: &'a Lab,
    files: &'a Files,
    mistakes: &'a mut Mistakes,
}

impl Lint<'_> {
    fn lab_file(&self) -> String {
        format!("labs/{}/lab.yaml", self.lab.name)
    }

    fn grader_file(&self) -> String {
        format!("graders/{}.yaml", self.lab.name)
    }

    /// What makes the lab unusable, at the first place where `word` stands in
    /// `file`.
    fn tell(&mut self, file: String, word: &str, message: Text, help: Option<Text>) {
        let error = self.at(file, word, message, help);
        self.mistakes.add(Severity::Broken, error);
    }

    /// The same, where the lab can be tried already.
    fn remind(&mut self, file: String, word: &str, message: Text, help: Option<Text>) {
        let error = self.at(file, word, message, help);
        self.mistakes.add(Severity::Unfinished, error);
    }

    fn at(&self, file: String, word: &str, message: Text, help: Option<Text>) -> SchemaError {
        let source = match self.files.text(&file) {
            Some(Ok(text)) => text,
            _ => "",
        };
        let mut error = SchemaError::whole(file, message).at(source, word);
        error.help = help.map(Box::new);
        error
    }

    fn tell_unknown(&mut self, file: String, what: &str, word: &str, valid: Vec<String>) {
        let error = self.unknown(file, what, word, valid);
        self.mistakes.add(Severity::Broken, error);
    }

    fn remind_unknown(&mut self, file: String, what: &str, word: &str, valid: Vec<String>) {
        let error = self.unknown(file, what, word, valid);
        self.mistakes.add(Severity::Unfinished, error);
    }

    fn unknown(&self, file: String, what: &str, word: &str, valid: Vec<String>) -> SchemaError {
        let help = match nearest(word, valid.iter().map(String::as_str)) {
            Some(meant) => Text::said(|language| words::did_you_mean(language, meant)),
            None if valid.is_empty() => Text::said(words::none_here),
            None => Text::said(|language| words::there_are(language, valid.join(", "))),
        };
        self.at(
            file,
            word,
            Text::said(|language| words::no_such(language, what, word)),
            Some(help),
        )
    }

    fn names(&mut self) {
        let name = &self.lab.name;
        let fits = !name.is_empty()
            && name.len() <= 40
            && name.starts_with(|c: char| c.is_ascii_lowercase())
            && name
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !fits {
            let message = Text::said(words::lab_name);
            self.tell(format!("labs/{name}/"), "", message, None);
        }
        if self.lab.grader.lab != *name {
            let found = self.lab.grader.lab.as_str();
            let message =
                Text::said(|language| words::lab_not_its_file(language, found, name.as_str()));
            self.tell(self.grader_file(), "lab:", message, None);
        }
    }

    fn goals(&mut self) {
        let mut earlier: Vec<String> = Vec::new();
        let mut misses: BTreeSet<String> = BTreeSet::new();
        if self.lab.grader.goals.is_empty() {
            self.tell(
                self.grader_file(),
                "goals",
                Text::said(words::goals_none),
                None,
            );
        }
        for goal in &self.lab.grader.goals {
            if earlier.contains(&goal.id) {
                let message = Text::said(|language| words::goal_twice(language, goal.id.as_str()));
                self.tell(self.grader_file(), &goal.id, message, None);
            }
            for need in &goal.needs {
                if !earlier.contains(need) {
                    self.tell_unknown(self.grader_file(), "earlier-goal", need, earlier.clone());
                }
            }
            if goal.points == 0 {
                let message =
                    Text::said(|language| words::goal_no_point(language, goal.id.as_str()));
                self.remind(self.grader_file(), &goal.id, message, None);
            }
            if goal.holds == Holds::Once && !goal.check.has_memory() {
                let message =
                    Text::said(|language| words::goal_forgets(language, goal.id.as_str()));
                let (image, container) = ("image: {pulled: true}", "container: {ever: true}");
                let help =
                    Text::said(|language| words::goal_forgets_help(language, container, image));
                self.tell(self.grader_file(), &goal.id, message, Some(help));
            }
            for miss in &goal.misses {
                if !misses.insert(format!("{}/{}", goal.id, miss.id)) {
                    let message = Text::said(|language| {
                        words::miss_twice(language, goal.id.as_str(), miss.id.as_str())
                    });
                    self.tell(self.grader_file(), &miss.id, message, None);
                }
            }
            self.checks_of(goal);
            earlier.push(goal.id.clone());
        }
    }

    fn checks_of(&mut self, goal: &Goal) {
        let checks = std::iter::once(&goal.check).chain(goal.misses.iter().map(|miss| &miss.when));
        let mut all = Vec::new();
        for check in checks {
            check.walk(&mut |one| all.push(one));
        }
        for check in all {
            self.check(check);
        }
        for miss in &goal.misses {
            for text in [&miss.hint.en, &miss.hint.fr] {
                self.placeholders(text);
            }
        }
    }

    fn check(&mut self, check: &Check) {
        match check {
            Check::Container(container) => {
                if let Some(subject) = &container.subject
                    && self.lab.grader.subject(subject).is_none()
                {
                    let valid = self.lab.grader.subjects.iter().map(|one| one.id.clone());
                    self.tell_unknown(self.grader_file(), "subject", subject, valid.collect());
                }
                if let Some(CommandWanted::Line(matcher)) = &container.command {
                    self.matcher(matcher);
                }
            }
            Check::Http(http) if http_request(&http.url).is_none() => {
                let message = Text::said(|language| words::url_wrong(language, http.url.as_str()));
                self.tell(self.grader_file(), &http.url, message, None);
            }
            Check::Answer(answer) => self.answer(answer),
            Check::File(file) => file
                .content
                .iter()
                .for_each(|matcher| self.matcher(matcher)),
            Check::Count(count) => {
                let given = [
                    count.container.is_some(),
                    count.image.is_some(),
                    count.volume.is_some(),
                    count.network.is_some(),
                ];
                if given.iter().filter(|one| **one).count() != 1 {
                    let message = Text::said(words::count_one);
                    self.tell(self.grader_file(), "count", message, None);
                }
            }
            Check::Image(image) if image.pulled.is_some() && image.name.is_none() => {
                let message = Text::said(words::pulled_name);
                self.tell(self.grader_file(), "pulled", message, None);
            }
            _ => {}
        }
    }

    /// `before` has a meaning only after a probe.
    fn matcher(&mut self, matcher: &TextMatch) {
        if matcher
            .sources()
            .any(|source| *source == ContentSource::Before)
        {
            let message = Text::said(words::before_in_probe);
            self.tell(self.grader_file(), "before", message, None);
        }
    }

    fn answer(&mut self, answer: &AnswerCheck) {
        let Some(question) = self.lab.file.question(&answer.question) else {
            let valid = self.lab.file.questions.iter().map(|one| one.id.clone());
            self.tell_unknown(
                self.grader_file(),
                "question",
                &answer.question,
                valid.collect(),
            );
            return;
        };
        if let (Kind::Choice(choices), Some(wanted)) = (
            &question.kind,
            answer
                .is
                .as_ref()
                .and_then(|matcher| matcher.equals.clone()),
        ) && !choices.iter().any(|choice| choice.id == wanted)
        {
            let valid = choices.iter().map(|choice| choice.id.clone()).collect();
            self.tell_unknown(self.grader_file(), "choice", &wanted, valid);
        }
    }

    fn placeholders(&mut self, text: &str) {
        for part in text.split("{found.").skip(1) {
            let word = part.split('}').next().unwrap_or_default();
            if !FOUND.contains(&word) {
                let valid = FOUND.iter().map(|one| one.to_string()).collect();
                self.remind_unknown(self.grader_file(), "finding", word, valid);
            }
        }
    }

    fn steps(&mut self) {
        let goals: Vec<String> = self
            .lab
            .grader
            .goals
            .iter()
            .map(|goal| goal.id.clone())
            .collect();
        for step in &self.lab.file.steps {
            for goal in &step.goals {
                if !goals.contains(goal) {
                    self.tell_unknown(self.lab_file(), "goal", goal, goals.clone());
                }
            }
            for question in &step.questions {
                if self.lab.file.question(question).is_none() {
                    let valid = self.lab.file.questions.iter().map(|one| one.id.clone());
                    self.tell_unknown(self.lab_file(), "question", question, valid.collect());
                }
            }
        }
        for goal in &goals {
            if !self
                .lab
                .file
                .steps
                .iter()
                .any(|step| step.goals.contains(goal))
            {
                let message =
                    Text::said(|language| words::goal_in_no_step(language, goal.as_str()));
                self.remind(self.lab_file(), "steps:", message, None);
            }
        }
    }

    fn questions(&mut self) {
        for question in &self.lab.file.questions {
            let asked = self
                .lab
                .file
                .steps
                .iter()
                .any(|step| step.questions.contains(&question.id));
            if !asked {
                let message = Text::said(|language| {
                    words::question_in_no_step(language, question.id.as_str())
                });
                self.remind(self.lab_file(), &question.id, message, None);
            }
            let mut judged = false;
            for goal in &self.lab.grader.goals {
                goal.check.walk(&mut |check| {
                    judged |= matches!(check, Check::Answer(answer) if answer.question == question.id);
                });
            }
            if !judged {
                let message =
                    Text::said(|language| words::question_unjudged(language, question.id.as_str()));
                self.remind(self.lab_file(), &question.id, message, None);
            }
        }
    }

    /// Both lessons have the steps' headings, in the steps' order.
    fn lessons(&mut self) {
        let steps: Vec<&str> = self
            .lab
            .file
            .steps
            .iter()
            .map(|step| step.id.as_str())
            .collect();
        let lesson = &self.lab.lesson;
        for (language, text) in [("en", &lesson.en), ("fr", &lesson.fr)] {
            let file = format!("labs/{}/{language}.md", self.lab.name);
            if !text.starts_with("# ") {
                let message = Text::said(words::lesson_title);
                self.remind(file.clone(), "", message, None);
            }
            let anchors: Vec<&str> = text
                .lines()
                .filter(|line| line.starts_with("## "))
                .map(|line| {
                    let anchor = line
                        .rsplit_once("{#")
                        .and_then(|(_, end)| end.strip_suffix('}'));
                    anchor.unwrap_or("")
                })
                .collect();
            if anchors != steps {
                let (found, steps) = (anchors.join(", "), steps.join(", "));
                let message = Text::said(|language| {
                    words::lesson_headings(
                        language,
                        "## TITLE {#STEP}",
                        found.as_str(),
                        steps.as_str(),
                    )
                });
                self.remind(file, "## ", message, None);
            }
        }
    }

    fn attempts(&mut self) {
        let folder = format!("labs/{}/attempts/", self.lab.name);
        if self.lab.reference().is_none() {
            let help = Text::said(words::attempt_none_help);
            self.remind(
                format!("{folder}right/"),
                "",
                Text::said(words::attempt_none),
                Some(help),
            );
        }
        let mut shown: BTreeSet<(String, String)> = BTreeSet::new();
        let mut failed: BTreeSet<String> = BTreeSet::new();
        let goals: Vec<String> = self
            .lab
            .grader
            .goals
            .iter()
            .map(|goal| goal.id.clone())
            .collect();
        for attempt in &self.lab.attempts {
            for (question, _) in &attempt.answers {
                if self.lab.file.question(question).is_none() {
                    let valid = self.lab.file.questions.iter().map(|one| one.id.clone());
                    self.remind_unknown(
                        attempt.path.clone(),
                        "question",
                        question,
                        valid.collect(),
                    );
                }
            }
            let Expected::Wrong { fails, hint } = &attempt.expected else {
                continue;
            };
            let Some(goal) = self.lab.grader.goal(fails) else {
                self.remind_unknown(attempt.path.clone(), "goal", fails, goals.clone());
                continue;
            };
            failed.insert(fails.clone());
            if let Some(hint) = hint {
                shown.insert((fails.clone(), hint.clone()));
                if !goal.misses.iter().any(|miss| miss.id == *hint) {
                    let valid = goal.misses.iter().map(|miss| miss.id.clone()).collect();
                    self.remind_unknown(attempt.path.clone(), "miss", hint, valid);
                }
            }
        }
        self.unproven(&folder, &shown, &failed);
    }

    /// A goal or a hint that no wrong attempt shows may never be told.
    fn unproven(
        &mut self,
        folder: &str,
        shown: &BTreeSet<(String, String)>,
        failed: &BTreeSet<String>,
    ) {
        for goal in &self.lab.grader.goals {
            if !failed.contains(&goal.id) {
                let message =
                    Text::said(|language| words::goal_unproven(language, goal.id.as_str()));
                self.remind(format!("{folder}wrong/"), "", message, None);
            }
            for miss in &goal.misses {
                if !shown.contains(&(goal.id.clone(), miss.id.clone())) {
                    let (goal, miss) = (goal.id.as_str(), miss.id.as_str());
                    let message = Text::said(|language| words::hint_unproven(language, goal, miss));
                    self.remind(format!("{folder}wrong/"), "", message, None);
                }
            }
        }
    }
}
