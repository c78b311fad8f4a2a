//! One check on one world: dispatch by kind, and the ways to join checks.

use super::finding::{Blocked, Judged, Step};
use super::subject;
use crate::probe::{Observation, Request};
use crate::schema::{Check, GraderFile};
use crate::text::Text;
use crate::world::{Container, World};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

pub(super) struct Judge<'a> {
    pub grader: &'a GraderFile,
    pub world: &'a World,
    subjects: BTreeMap<&'a str, Option<&'a Container>>,
    wanted: RefCell<BTreeSet<Request>>,
}

impl<'a> Judge<'a> {
    pub fn new(grader: &'a GraderFile, world: &'a World) -> Judge<'a> {
        let mut judge = Judge {
            grader,
            world,
            subjects: BTreeMap::new(),
            wanted: RefCell::new(BTreeSet::new()),
        };
        let resolved = grader
            .subjects
            .iter()
            .map(|one| (one.id.as_str(), subject::resolve(&judge, &one.container)))
            .collect();
        judge.subjects = resolved;
        judge
    }

    pub fn into_wanted(self) -> BTreeSet<Request> {
        self.wanted.into_inner()
    }

    /// The container that a subject's id, or else a name, means.
    pub fn container(&self, word: &str) -> Option<&'a Container> {
        match self.subjects.get(word) {
            Some(resolved) => *resolved,
            None => self.world.containers.iter().find(|one| one.name == word),
        }
    }

    /// How a subject or container is called in texts: the found container's
    /// name, else the wanted one.
    pub fn calling_name(&self, word: &str) -> String {
        if let Some(container) = self.container(word) {
            return container.name.clone();
        }
        self.grader
            .subject(word)
            .and_then(|one| one.container.name.as_ref()?.equals.clone())
            .unwrap_or_else(|| word.to_string())
    }

    /// A look that was taken; else it is wanted, and the check waits.
    pub fn look(&self, request: Request) -> Step<&'a Observation> {
        match self.world.seen.get(&request) {
            Some(Observation::Failed(why)) => Err(Blocked::Failed(Text::same(why.clone()))),
            Some(Observation::Unsupported(why)) => {
                Err(Blocked::Unsupported(Text::same(why.clone())))
            }
            Some(seen) => Ok(seen),
            None => {
                self.wanted.borrow_mut().insert(request);
                Err(Blocked::Pending)
            }
        }
    }

    pub fn check(&self, check: &Check) -> Step<Judged> {
        match check {
            Check::Container(wanted) => self.container_check(wanted),
            Check::Image(wanted) => self.image_check(wanted),
            Check::Volume(wanted) => self.volume_check(wanted),
            Check::Network(wanted) => self.network_check(wanted),
            Check::Count(wanted) => self.count_check(wanted),
            Check::Port(wanted) => self.port_check(wanted),
            Check::Mount(wanted) => self.mount_check(wanted),
            Check::Process(wanted) => self.process_check(wanted),
            Check::Http(wanted) => self.http_check(wanted),
            Check::Reach(wanted) => self.reach_check(wanted),
            Check::Exec(wanted) => self.exec_check(wanted),
            Check::File(wanted) => self.file_check(wanted),
            Check::Probe(wanted) => self.probe_check(wanted),
            Check::Journal(wanted) => self.journal_check(wanted),
            Check::Answer(wanted) => self.answer_check(wanted),
            Check::Lineage(wanted) => self.lineage_check(wanted),
            Check::All(checks) => self.all(checks),
            Check::Any(checks) => self.any(checks),
            Check::Not(check) => self.not(check),
        }
    }

    /// The first that is not met is told. One that is blocked counts only if no
    /// other one decides.
    fn all(&self, checks: &[Check]) -> Step<Judged> {
        let mut blocked = None;
        let mut met: Option<Judged> = None;
        for check in checks {
            match self.check(check) {
                Ok(judged) if !judged.met => return Ok(judged),
                Ok(judged) => met = Some(join(met, judged)),
                Err(why) => blocked = blocked.or(Some(why)),
            }
        }
        match blocked {
            Some(why) => Err(why),
            None => Ok(met.unwrap_or_else(|| Judged::new(true, Text::default(), Text::default()))),
        }
    }

    fn any(&self, checks: &[Check]) -> Step<Judged> {
        let mut blocked = None;
        let mut unmet: Option<Judged> = None;
        for check in checks {
            match self.check(check) {
                Ok(judged) if judged.met => return Ok(judged),
                Ok(judged) => unmet = Some(join_or(unmet, judged)),
                Err(why) => blocked = blocked.or(Some(why)),
            }
        }
        match blocked {
            Some(why) => Err(why),
            None => {
                Ok(unmet.unwrap_or_else(|| Judged::new(false, Text::default(), Text::default())))
            }
        }
    }

    fn not(&self, check: &Check) -> Step<Judged> {
        let mut judged = self.check(check)?;
        judged.met = !judged.met;
        let expected = &judged.finding.expected;
        judged.finding.expected = Text::new(
            format!("not: {}", expected.en),
            format!("pas : {}", expected.fr),
        );
        Ok(judged)
    }
}

/// Joins two met checks into one finding.
fn join(first: Option<Judged>, second: Judged) -> Judged {
    let Some(mut joined) = first else {
        return second;
    };
    let comma = Text::new("; ", " ; ");
    joined.finding.expected =
        Text::join([&joined.finding.expected, &second.finding.expected], &comma);
    joined.finding.actual = Text::join([&joined.finding.actual, &second.finding.actual], &comma);
    joined.finding.look_at = joined.finding.look_at.or(second.finding.look_at);
    joined.with_all(second.finding.found)
}

/// Joins two alternatives that are both unmet: what the first found is told.
fn join_or(first: Option<Judged>, second: Judged) -> Judged {
    let Some(mut joined) = first else {
        return second;
    };
    let or = Text::new(", or ", ", ou ");
    joined.finding.expected = Text::join([&joined.finding.expected, &second.finding.expected], &or);
    joined
}
