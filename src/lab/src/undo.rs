//! Undo: the snapshots with which a lab's steps begin, and the way back.
//!
//! Duty: when one is made, which one a step goes back to, what that loses, and
//! which answers it forgets. The engine makes and restores them; this decides.
//!
//! A step *begins* when every goal of the steps before it is met; then its
//! snapshot is made and kept ([`keep_up`]). Steps before which nothing is asked
//! begin with the lab, while it is still empty. Whoever goes on to a step
//! without having met the goals before it gets a snapshot of that visit
//! ([`arrive`]), which serves until the step begins.
//!
//! What was undone counts no more. The journal says what was: whoever judges a lab
//! has its progress forget what restores since the last look have undone
//! ([`catch_up`]), whoever asked for them, and whoever was killed meanwhile.
//!
//! Limits: a step whose goals were met before anybody looked has no snapshot;
//! the one before it has.

use plimsoll_api::client::{Client, ListOptions, Query, Request};
use plimsoll_api::error::ClientError;
use plimsoll_api::filters::Filters;
use plimsoll_api::lab::{Restored, Snapshot, SnapshotContainer};
use std::collections::{BTreeMap, BTreeSet};

use crate::course::Lab;
use crate::progress::{LabProgress, Restored as Mark};
use crate::result::{ResultRecord, Status};
use crate::schema::Step;
use crate::world::{PROBE_LABEL, Record};

/// Why a lab cannot go back to a step.
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    #[error(transparent)]
    Engine(#[from] ClientError),
    /// `step` counts from 1; `before` is the last step before it that has one.
    #[error("there is no snapshot of the start of step {step}")]
    NoSnapshot { step: usize, before: Option<usize> },
    #[error("there is no step {step}; the steps are 1 to {last}")]
    NoSuchStep { step: usize, last: usize },
}

/// How a learner comes to a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coming {
    /// From one before it: what was kept of an earlier visit is of the past.
    Onward,
    /// Again, or from a later one, looking something up.
    Back,
}

/// A restore that the journal tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restore {
    snapshot: String,
    mark: Mark,
}

impl Restore {
    /// What a line of the journal says, if it is about one.
    pub fn of(record: &Record) -> Option<Restore> {
        (record.kind == "lab.restore").then(|| Restore {
            snapshot: record.subject.clone(),
            mark: Mark {
                seq: record.seq,
                time: record.time.clone(),
            },
        })
    }

    fn is_after(&self, seen: &Mark) -> bool {
        let time = |text: &str| text.parse::<jiff::Timestamp>().ok();
        self.mark.seq > seen.seq || time(&self.mark.time) > time(&seen.time)
    }
}

/// What going back loses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Loss {
    /// Names of containers that were made since.
    pub containers: Vec<String>,
    /// Names, or ids, of images that came since.
    pub images: Vec<String>,
    /// Names of volumes that were made since.
    pub volumes: Vec<String>,
    /// Questions whose answers are forgotten.
    pub answers: Vec<String>,
    /// Names of containers that are not there now, or do not run, and will be.
    pub coming_back: Vec<String>,
}

/// The step, counted from 1, whose start a snapshot of that name keeps.
#[must_use]
pub fn step_of(steps: &[Step], snapshot: &str) -> Option<usize> {
    let is_it = |step: &Step| names(step).iter().any(|name| name == snapshot);
    Some(steps.iter().position(is_it)? + 1)
}

/// Snapshots of the start of a step, and of a visit to it. A step's id is in
/// the lab's words, so that other snapshots can have names of their own.
fn names(step: &Step) -> [String; 2] {
    [format!("step.{}", step.id), format!("visit.{}", step.id)]
}

/// The goals that a verdict has met.
pub fn met(result: &ResultRecord) -> BTreeSet<String> {
    let met = |check: &&crate::result::CheckRecord| check.status == Status::Pass;
    let ids = result.checks.iter().filter(met);
    ids.map(|check| check.id.clone()).collect()
}

/// The goals that were met at the last check.
pub fn met_before(lab: &Lab, progress: &LabProgress) -> BTreeSet<String> {
    if progress.checked_at.is_empty() {
        return BTreeSet::new();
    }
    let ids = lab.grader.goals.iter().map(|goal| &goal.id);
    ids.filter(|id| !progress.open.contains(id))
        .cloned()
        .collect()
}

/// A step that begins now: what was asked before it is met, and nothing of what
/// is asked from there on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beginning {
    snapshot: String,
    /// Nothing at all was asked before it.
    with_the_lab: bool,
}

/// The steps that begin now, or have begun and are still as they were.
#[must_use]
pub fn beginnings(lab: &Lab, met: &BTreeSet<String>) -> Vec<Beginning> {
    let steps = &lab.file.steps;
    let is_met = |goal: &String| met.contains(goal);
    let begins = |index: &usize| {
        let (before, from) = steps.split_at(*index);
        let mut asked_before = before.iter().flat_map(|step| &step.goals);
        let mut asked_from = from.iter().flat_map(|step| &step.goals);
        asked_before.all(is_met) && !asked_from.any(is_met)
    };
    let begin = (0..steps.len()).filter(begins);
    begin
        .map(|index| {
            let [snapshot, _] = names(&steps[index]);
            let with_the_lab = begins_with_the_lab(lab, index);
            Beginning {
                snapshot,
                with_the_lab,
            }
        })
        .collect()
}

/// Whether nothing is asked before a step: then it begins with the lab.
fn begins_with_the_lab(lab: &Lab, index: usize) -> bool {
    let before = &lab.file.steps[..index];
    before.iter().all(|step| step.goals.is_empty())
}

/// Makes the snapshots of steps that begin, where there are none; to be called
/// when a lab is entered (nothing is met then that anybody knows of) and with
/// each verdict.
///
/// # Errors
/// The engine cannot be asked, or cannot make them.
pub fn keep_up(client: &Client, begin: &[Beginning]) -> Result<(), ClientError> {
    if begin.is_empty() {
        return Ok(());
    }
    let kept: BTreeSet<String> = client
        .snapshots()?
        .into_iter()
        .map(|one| one.name)
        .collect();
    let mut empty = None;
    for one in begin.iter().filter(|one| !kept.contains(&one.snapshot)) {
        // Somebody may have worked in the lab before it was first looked at.
        if one.with_the_lab {
            let empty = match empty {
                Some(empty) => empty,
                None => *empty.insert(is_empty(client)?),
            };
            if !empty {
                continue;
            }
        }
        client.snapshot_make(&one.snapshot)?;
    }
    Ok(())
}

/// Somebody goes on to step `index` (from 0), whatever is met. Makes a snapshot
/// of the visit unless the step has begun or is under way.
///
/// # Errors
/// The engine cannot be asked, or cannot make it.
pub fn arrive(
    client: &Client,
    lab: &Lab,
    index: usize,
    coming: Coming,
    met: &BTreeSet<String>,
) -> Result<(), ClientError> {
    keep_up(client, &beginnings(lab, met))?;
    let Some(step) = lab.file.steps.get(index) else {
        return Ok(());
    };
    let [begun, visit] = names(step);
    let kept: BTreeSet<String> = client
        .snapshots()?
        .into_iter()
        .map(|one| one.name)
        .collect();
    let under_way = lab.file.steps[index..]
        .iter()
        .flat_map(|step| &step.goals)
        .any(|goal| met.contains(goal));
    let stays = coming == Coming::Back && kept.contains(&visit);
    if kept.contains(&begun) || under_way || stays || begins_with_the_lab(lab, index) {
        return Ok(());
    }
    client.snapshot_make(&visit).map(drop)
}

/// The snapshot that step `step` (from 1) goes back to.
fn snapshot(client: &Client, lab: &Lab, step: usize) -> Result<Snapshot, UndoError> {
    let steps = &lab.file.steps;
    let Some(wanted) = step.checked_sub(1).and_then(|index| steps.get(index)) else {
        let last = steps.len();
        return Err(UndoError::NoSuchStep { step, last });
    };
    let mut kept: BTreeMap<String, Snapshot> = client
        .snapshots()?
        .into_iter()
        .map(|one| (one.name.clone(), one))
        .collect();
    let mut find = |step: &Step| names(step).iter().find_map(|name| kept.remove(name));
    find(wanted).ok_or_else(|| {
        let mut earlier = (1..step).rev();
        let before = earlier.find(|earlier| find(&steps[earlier - 1]).is_some());
        UndoError::NoSnapshot { step, before }
    })
}

/// What going back to the start of step `step` (from 1) loses.
///
/// # Errors
/// [`UndoError`]
pub fn loss(
    client: &Client,
    lab: &Lab,
    step: usize,
    progress: &LabProgress,
) -> Result<Loss, UndoError> {
    let then = snapshot(client, lab, step)?;
    let now = containers(client)?;
    let mut loss = Loss::default();
    compare_containers(&now, &then.containers, &mut loss);
    images_and_volumes(client, Some(&then), &mut loss)?;
    loss.answers = forgotten(lab, step, progress);
    Ok(loss)
}

/// What a lab that is made as new loses: everything.
///
/// # Errors
/// The engine cannot be asked.
pub fn loss_of_all(client: &Client, progress: &LabProgress) -> Result<Loss, ClientError> {
    let mut loss = Loss {
        containers: containers(client)?
            .into_iter()
            .map(|one| one.name)
            .collect(),
        answers: progress.answers.keys().cloned().collect(),
        ..Loss::default()
    };
    images_and_volumes(client, None, &mut loss)?;
    Ok(loss)
}

/// Those that are there now and were not then.
fn images_and_volumes(
    client: &Client,
    then: Option<&Snapshot>,
    loss: &mut Loss,
) -> Result<(), ClientError> {
    for image in client.images(false, &Filters::default())? {
        let mut kept = then.into_iter().flat_map(|then| &then.images);
        if !kept.any(|one| one.id == image.id) {
            loss.images.push(image_name(&image.id, &image.repo_tags));
        }
    }
    for volume in client.volumes(&Filters::default())?.volumes {
        let mut kept = then.into_iter().flat_map(|then| &then.volumes);
        if !kept.any(|one| *one == volume.name) {
            loss.volumes.push(short(&volume.name).to_owned());
        }
    }
    Ok(())
}

fn compare_containers(now: &[Seen], then: &[SnapshotContainer], loss: &mut Loss) {
    for Seen { id, name, .. } in now {
        if !then.iter().any(|one| one.id == *id) {
            // Another of that name may come back: its id tells them apart.
            let name = match then.iter().any(|one| one.name == *name) {
                true => format!("{name} ({})", short(id)),
                false => name.clone(),
            };
            loss.containers.push(name);
        }
    }
    for one in then {
        let there = now.iter().find(|seen| seen.id == one.id);
        if there.is_none_or(|seen| one.running && !seen.runs) {
            let name = match now.iter().any(|s| s.name == one.name && s.id != one.id) {
                true => format!("{} ({})", one.name, short(&one.id)),
                false => one.name.clone(),
            };
            loss.coming_back.push(name);
        }
    }
}

/// Questions of this step and later ones that were answered.
fn forgotten(lab: &Lab, step: usize, progress: &LabProgress) -> Vec<String> {
    let undone = lab.file.steps.iter().skip(step.saturating_sub(1));
    let asked = undone.flat_map(|step| &step.questions);
    asked
        .filter(|question| progress.answers.contains_key(*question))
        .cloned()
        .collect()
}

/// Has the engine go back to the start of step `step` (from 1). Progress follows
/// with [`catch_up`].
///
/// # Errors
/// [`UndoError`]; the lab is then as it was, except where the engine ended
/// meanwhile: its next start decides, and the journal says how.
pub fn go_back(client: &Client, lab: &Lab, step: usize) -> Result<Restored, UndoError> {
    let then = snapshot(client, lab, step)?;
    Ok(client.snapshot_restore(&then.name)?)
}

/// All restores of a lab, as its journal has them.
///
/// # Errors
/// The engine cannot be asked.
pub fn restores(client: &Client) -> Result<Vec<Restore>, ClientError> {
    let query = Query::new().text("since", "0");
    let mut reply = client.request(Request::get("/plimsoll/v1/journal").query(query))?;
    let journal = reply.read_all()?;
    // The file is the learner's: what they wrote into it is passed over.
    let entries = journal
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok());
    let records = entries.map(|entry: serde_json::Value| Record::from_journal(&entry));
    Ok(records.filter_map(|record| Restore::of(&record)).collect())
}

/// Whether there is a restore that progress has not followed yet.
pub fn is_behind(progress: &LabProgress, restores: &[Restore]) -> bool {
    news(progress, restores).next().is_some()
}

fn news<'a>(progress: &LabProgress, restores: &'a [Restore]) -> impl Iterator<Item = &'a Restore> {
    let seen = progress.restored.clone().unwrap_or_default();
    restores
        .iter()
        .filter(move |restore| restore.is_after(&seen))
}

/// Has progress forget what restores have undone that it has not followed yet.
/// Those to other snapshots than steps' are nothing to it.
pub fn catch_up(progress: &mut LabProgress, lab: &Lab, restores: &[Restore]) {
    let new: Vec<&Restore> = news(progress, restores).collect();
    let step = |restore: &&Restore| step_of(&lab.file.steps, &restore.snapshot);
    if let Some(step) = new.iter().filter_map(step).min() {
        forget(progress, lab, step);
    }
    if let Some(last) = new.last() {
        progress.restored = Some(last.mark.clone());
    }
}

/// What a lab's progress forgets when it goes back to the start of step `step`
/// (from 1): answers and reached goals of that step and later ones. The best
/// score stays, and so does how many hints were shown: they have been read.
pub fn forget(progress: &mut LabProgress, lab: &Lab, step: usize) {
    for question in forgotten(lab, step, progress) {
        progress.answers.remove(&question);
    }
    let undone = lab.file.steps.iter().skip(step.saturating_sub(1));
    let goals: BTreeSet<&String> = undone.flat_map(|step| &step.goals).collect();
    progress.reached.retain(|goal| !goals.contains(goal));
    if !progress.checked_at.is_empty() {
        let is_open = |goal: &String| goals.contains(goal) || progress.open.contains(goal);
        let (open, met): (Vec<_>, Vec<_>) =
            lab.grader.goals.iter().partition(|goal| is_open(&goal.id));
        progress.open = open.iter().map(|goal| goal.id.clone()).collect();
        progress.last_score = met.iter().map(|goal| goal.points).sum();
    }
    progress.step = progress.step.min(step);
    progress.undone += 1;
}

fn is_empty(client: &Client) -> Result<bool, ClientError> {
    let nothing = Filters::default();
    Ok(containers(client)?.is_empty()
        && client.images(true, &nothing)?.is_empty()
        && client.volumes(&nothing)?.volumes.is_empty())
}

/// A container as it is now.
struct Seen {
    id: String,
    name: String,
    runs: bool,
}

/// All containers; a grader's copies are nobody's.
fn containers(client: &Client) -> Result<Vec<Seen>, ClientError> {
    let all = ListOptions {
        all: true,
        ..ListOptions::default()
    };
    let listed = client.containers(&all)?.into_iter();
    let own = listed.filter(|one| !one.labels.contains_key(PROBE_LABEL));
    Ok(own
        .map(|one| {
            let name = one.names.first().map_or(one.id.as_str(), String::as_str);
            let name = name.trim_start_matches('/').to_owned();
            let runs = matches!(one.state.as_str(), "running" | "paused" | "restarting");
            let id = one.id;
            Seen { id, name, runs }
        })
        .collect())
}

fn image_name(id: &str, tags: &[String]) -> String {
    let named = tags.first().filter(|tag| !tag.starts_with("<none>"));
    let bare = id.strip_prefix("sha256:").unwrap_or(id);
    named.cloned().unwrap_or_else(|| short(bare).to_owned())
}

/// Twelve digits of an id; a name as it is.
fn short(name: &str) -> &str {
    let is_id = name.len() == 64 && name.bytes().all(|b| b.is_ascii_hexdigit());
    if is_id { &name[..12] } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::Course;

    fn lab(name: &str) -> Lab {
        Course::embedded().lab(name).expect("a lab").clone()
    }

    fn set(words: &[&str]) -> BTreeSet<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn steps_begin_when_all_before_is_met_and_nothing_of_theirs() {
        let lab = lab("nginx-volumes");
        let begin = |met: &[&str]| {
            let all = beginnings(&lab, &set(met)).into_iter();
            let told = all.map(|one| one.snapshot + if one.with_the_lab { "!" } else { "" });
            told.collect::<Vec<_>>().join(" ")
        };
        // `page` asks for nothing, so `serve` begins with the lab too.
        assert_eq!(begin(&[]), "step.page! step.serve!");
        let mut met = vec!["nginx-runs"];
        assert_eq!(begin(&met), "", "`serve` is under way");
        met.extend(["named-webserver", "port-80"]);
        assert_eq!(begin(&met), "step.keep");
        met.push("page-is-mounted");
        assert_eq!(begin(&met), "");
        met.push("page-is-served");
        assert_eq!(begin(&met), "step.prove");
        met.push("page-survives");
        assert_eq!(begin(&met), "step.further");
        // What was met out of turn.
        assert_eq!(begin(&["page-is-mounted"]), "");
    }

    #[test]
    fn what_belongs_to_undone_steps_is_forgotten() {
        let lab = lab("hello-world");
        let steps: Vec<_> = lab.file.steps.iter().map(|step| step.id.as_str()).collect();
        assert_eq!(steps, ["run", "look", "name", "further"]);
        let mut progress = LabProgress {
            best_score: 10,
            max_score: 10,
            last_score: 10,
            checked_at: "now".to_owned(),
            reached: set(&["pulled", "ran", "ps-a", "container"]),
            hints: [("ran".to_owned(), 2)].into(),
            step: 4,
            ..LabProgress::default()
        };
        for question in ["ps-a", "container"] {
            progress.answers.insert(question.to_owned(), "x".to_owned());
        }
        assert_eq!(met_before(&lab, &progress).len(), lab.grader.goals.len());
        forget(&mut progress, &lab, 3);
        assert_eq!(progress.reached, set(&["pulled", "ran", "ps-a"]));
        assert_eq!(progress.answers.keys().collect::<Vec<_>>(), ["ps-a"]);
        assert_eq!(progress.open, ["container"]);
        let lost = lab.grader.goal("container").expect("a goal").points;
        assert_eq!((progress.last_score, progress.best_score), (10 - lost, 10));
        assert_eq!((progress.step, progress.hints["ran"]), (3, 2));
        forget(&mut progress, &lab, 1);
        assert!(progress.reached.is_empty() && progress.answers.is_empty());
        assert!(met_before(&lab, &progress).is_empty());
        assert_eq!(progress.last_score, 0);
    }

    fn restore(snapshot: &str, seq: u64, minute: u64) -> Restore {
        let record = Record {
            seq,
            kind: "lab.restore".to_owned(),
            subject: snapshot.to_owned(),
            time: format!("2026-01-01T00:{minute:02}:00.5Z"),
            ..Record::default()
        };
        Restore::of(&record).expect("a restore")
    }

    #[test]
    fn progress_follows_the_journal_whoever_restored() {
        let lab = lab("hello-world");
        let reached = || LabProgress {
            reached: set(&["pulled", "ran", "ps-a", "container"]),
            answers: [("ps-a".to_owned(), "x".to_owned())].into(),
            ..LabProgress::default()
        };
        let mut progress = reached();
        catch_up(&mut progress, &lab, &[]);
        assert_eq!(progress, reached());
        // One of the learner's own making is none of a step.
        let mut journal = vec![restore("mine", 5, 1)];
        assert!(is_behind(&progress, &journal));
        catch_up(&mut progress, &lab, &journal);
        assert_eq!(progress.reached, reached().reached);
        assert!(!is_behind(&progress, &journal));

        journal.push(restore("step.look", 9, 2));
        journal.push(restore("visit.name", 12, 3));
        catch_up(&mut progress, &lab, &journal);
        assert_eq!(
            progress.reached,
            set(&["pulled", "ran"]),
            "the earliest counts"
        );
        assert!(progress.answers.is_empty());
        assert_eq!(progress.undone, 1);

        // What is reached anew stays, though the journal has not changed.
        progress.reached.insert("ps-a".to_owned());
        let again = progress.clone();
        catch_up(&mut progress, &lab, &journal);
        assert_eq!(progress, again);
        // A lab as new counts from 1 again; its time goes on.
        let anew = [restore("step.run", 3, 4)];
        catch_up(&mut progress, &lab, &anew);
        assert!(progress.reached.is_empty());
        // A power cut took the journal's end: what is older was followed.
        let cut = progress.clone();
        catch_up(&mut progress, &lab, &[restore("step.run", 2, 2)]);
        assert_eq!(progress, cut);
    }

    #[test]
    fn containers_of_one_name_are_told_apart() {
        let [first, second] = ["a", "b"].map(|digit| digit.repeat(64));
        let seen = |id: &str, name: &str, runs| Seen {
            id: id.to_owned(),
            name: name.to_owned(),
            runs,
        };
        let kept = |id: &str, name: &str| SnapshotContainer {
            id: id.to_owned(),
            name: name.to_owned(),
            running: true,
        };
        let mut loss = Loss::default();
        let now = [seen(&second, "web", true), seen("c", "stopped", false)];
        let then = [kept(&first, "web"), kept("c", "stopped"), kept("d", "gone")];
        compare_containers(&now, &then, &mut loss);
        assert_eq!(loss.containers, ["web (bbbbbbbbbbbb)"]);
        assert_eq!(loss.coming_back, ["web (aaaaaaaaaaaa)", "stopped", "gone"]);
    }

    #[test]
    fn images_without_a_name_and_anonymous_volumes_are_shown_short() {
        let id = format!("sha256:{}", "ab".repeat(32));
        assert_eq!(
            image_name(&id, &["nginx:latest".to_owned()]),
            "nginx:latest"
        );
        assert_eq!(image_name(&id, &[]), "abababababab");
        assert_eq!(short(&"cd".repeat(32)), "cdcdcdcdcdcd");
        assert_eq!(short("data"), "data");
    }
}
