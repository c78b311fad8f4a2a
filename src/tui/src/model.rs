//! Everything the screen is drawn from. Changed in `update` alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use plimsoll_lab::course::{Course, Lab};
use plimsoll_lab::progress::{LabProgress, Progress};
use plimsoll_lab::result::{CheckRecord, ResultRecord, Status};
use plimsoll_text::{Language, Text};

use crate::event::{BackTo, Fault, Finding, Health, Moment};
use crate::geometry::Size;
use crate::keys::Scope;
use crate::lesson::{Layout, Lesson};
use crate::scene::Scene;
use crate::scene::journal::Entry;
use crate::terminal::Terminal;
use crate::terminal::shell::Ending;
use crate::theme::Theme;
use crate::view::journal::JournalState;
use crate::view::layers::LayersState;
use crate::view::map::MapState;
use crate::view::xray::XrayState;
use crate::xray::Xray;

/// The whole interface.
pub struct Model {
    pub course: Arc<Course>,
    pub language: Language,
    pub theme: Theme,
    pub size: Size,
    pub now: Moment,
    /// Milliseconds by which the wall clock is ahead of `now`.
    pub clock_ahead: i64,
    pub progress: Progress,
    pub health: Option<Health>,
    /// All that `plimsoll doctor` found; `None`: it is looking.
    pub findings: Option<Vec<Finding>>,
    /// Containers that run, by lab, when home was last shown.
    pub running: BTreeMap<String, usize>,
    pub home: Home,
    pub place: Place,
    /// The labs that were opened since the start, by name.
    pub labs: BTreeMap<String, LabScreen>,
    pub overlay: Option<Overlay>,
    /// Lines of the dialog above those in sight, where the learner scrolled one
    /// that has no place of its own; `None`: what is chosen in it is in sight.
    pub scrolled: Option<usize>,
    pub notice: Option<Notice>,
    /// The leader key was pressed: the next key is a command.
    pub leading: bool,
}

/// Where the learner is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Home,
    Lab(String),
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Home {
    /// Index among the labs that the search leaves.
    pub chosen: usize,
    /// What is being searched for.
    pub search: Option<String>,
}

/// One lab, as it is on the screen.
pub struct LabScreen {
    pub state: LabState,
    pub terminal: Terminal,
    /// When the terminal first showed something that is not kept yet.
    pub unkept_since: Option<Moment>,
    pub shell: ShellState,
    /// The shell is of an engine that is gone: that it ended will be heard.
    pub is_dying: bool,
    pub focus: Focus,
    /// When the keys last went from a pane back to the terminal.
    pub left_pane_at: Moment,
    /// What stands beside, above or in place of the terminal.
    pub side: Side,
    /// The terminal alone.
    pub zoomed: bool,
    /// From 0.
    pub step: usize,
    /// The step at which the last visit ended, counted from 1; 0: the first visit.
    pub came_from: usize,
    pub lesson: LessonPane,
    pub goals: Goals,
    pub scene: Scene,
    pub map: MapState,
    pub layers: LayersState,
    pub journal: (Vec<Entry>, JournalState),
    pub xray: (Xray, XrayState),
    pub judging: Turn,
    pub recheck: Recheck,
    pub looking: Turn,
    pub recording: Option<String>,
    pub clock: Clock,
    /// What tells this lab from one that was begun anew; empty: not known.
    pub born: String,
    /// The lab ended, and comes back without having been asked to: what is said then.
    pub comes_back: Option<Return>,
}

/// Where the lesson leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    Step,
    /// The lab is done: the next that is not.
    Lab(String),
    /// Every lab is done.
    Home,
    /// It is the last step, and goals are open.
    Nothing,
}

/// How a lab that ended came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Return {
    /// As it was.
    Restarted,
    /// As new.
    Reset,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LabState {
    Starting,
    Ready,
    /// It could not be started, or it ended.
    Gone(Fault),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShellState {
    None,
    Running,
    Ended(Ending),
    Failed(Fault),
}

/// Who gets the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    Terminal,
    Side,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Lesson,
    Map,
    Layers,
    Journal,
    Xray,
}

/// The lesson, laid out for the pane as it is now.
pub struct LessonPane {
    pub lesson: Lesson,
    pub layout: Layout,
    /// What the layout was made for.
    pub laid_out: Option<LaidOut>,
    pub scroll: usize,
    /// Index among the step's commands.
    pub command: Option<usize>,
}

/// Step, width, theme and language of a layout.
pub type LaidOut = (usize, u16, Theme, Language);

/// The goals, and how they came to be as they are.
#[derive(Debug, Default)]
pub struct Goals {
    pub result: Option<ResultRecord>,
    /// Why there is no verdict now.
    pub fault: Option<Fault>,
    /// Met before, not now: what is to be seen in their place.
    pub turned_back: BTreeSet<String>,
    /// Since when a recognised mistake has been there: goal and mistake.
    pub missed_since: BTreeMap<(String, String), Moment>,
    /// Recognised mistakes whose hint the learner asked for: goal and mistake.
    pub asked: BTreeSet<(String, String)>,
}

/// Work that is under way at most once, and is begun again where something
/// happened meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Turn {
    #[default]
    Idle,
    Under,
    /// Under way, and to be done again.
    Again,
    /// Under way, and no longer true whatever comes: to be done again.
    Outdated,
}

/// Looks that follow something that happened: a server that takes its time to
/// listen tells nobody when it does. Soon, then less and less often, then no more.
#[derive(Debug, Clone, Copy, Default)]
pub struct Recheck {
    pub next: Option<Moment>,
    tries: u32,
}

impl Recheck {
    const FIRST_MS: u64 = 250;
    const LONGEST_MS: u64 = 8_000;
    /// A minute and a half in all.
    const TRIES: u32 = 16;

    /// Something happened; the moment of the next look.
    pub fn begin(&mut self, now: Moment) -> Moment {
        let next = now + Self::FIRST_MS;
        (self.tries, self.next) = (0, Some(next));
        next
    }

    /// Whether a look is due.
    #[must_use]
    pub fn is_due(&self, now: Moment) -> bool {
        self.next.is_some_and(|next| next <= now)
    }

    /// It was looked in vain; the moment of the next look, if there is one.
    pub fn go_on(&mut self, now: Moment) -> Option<Moment> {
        self.tries += 1;
        let pause = (Self::FIRST_MS << self.tries.min(10)).min(Self::LONGEST_MS);
        self.next = (self.tries < Self::TRIES).then_some(now + pause);
        self.next
    }
}

/// Time spent on a lab, told in portions.
#[derive(Debug, Clone, Copy, Default)]
pub struct Clock {
    pub last_input: Moment,
    /// From here on it was not told yet.
    pub since: Moment,
}

/// What covers the screen until it is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Overlay {
    Help {
        scroll: usize,
    },
    /// What `plimsoll doctor` found.
    Doctor {
        scroll: usize,
    },
    Question(Asking),
    /// Hints for the goal to work on, where the goals have no room for them.
    Hints,
    Solution {
        scroll: usize,
    },
    /// The learner asked for the solution of a lab that is not done.
    ConfirmSolution,
    /// Back to the beginning of which step?
    ChooseReset {
        lab: String,
        chosen: usize,
    },
    /// Waiting for what a reset would take away.
    AskingLosses {
        lab: String,
        back_to: BackTo,
    },
    ConfirmReset {
        lab: String,
        back_to: BackTo,
        loss: Text,
    },
    Resetting {
        lab: String,
    },
    /// Where a page of the book is served.
    Book {
        lines: Vec<String>,
    },
    Fault(Fault),
}

/// A question that is being answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asking {
    /// Index among the lab's questions.
    pub question: usize,
    pub choice: usize,
    pub typed: String,
}

/// A line that goes away by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub text: String,
    pub tone: Tone,
    pub until: Moment,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Good,
    Bad,
    Plain,
}

/// What a start knows.
pub struct Setting {
    pub course: Arc<Course>,
    pub language: Language,
    pub theme: Theme,
    pub size: Size,
    pub progress: Progress,
    pub now: Moment,
}

impl Turn {
    /// Something happened; `true`: begin now.
    #[must_use]
    pub fn begin(&mut self) -> bool {
        let now = *self == Turn::Idle;
        *self = match *self {
            Turn::Idle => Turn::Under,
            Turn::Under | Turn::Again => Turn::Again,
            Turn::Outdated => Turn::Outdated,
        };
        now
    }

    /// What is under way saw what is no more.
    pub fn outdate(&mut self) {
        if *self != Turn::Idle {
            *self = Turn::Outdated;
        }
    }

    /// It is done; `true`: begin again.
    #[must_use]
    pub fn end(&mut self) -> bool {
        let again = matches!(*self, Turn::Again | Turn::Outdated);
        *self = if again { Turn::Under } else { Turn::Idle };
        again
    }
}

impl Model {
    #[must_use]
    pub fn new(setting: Setting) -> Model {
        let mut model = Model {
            course: setting.course,
            language: setting.language,
            theme: setting.theme,
            size: setting.size,
            now: setting.now,
            clock_ahead: 0,
            progress: setting.progress,
            health: None,
            findings: None,
            running: BTreeMap::new(),
            home: Home::default(),
            place: Place::Home,
            labs: BTreeMap::new(),
            overlay: None,
            scrolled: None,
            notice: None,
            leading: false,
        };
        model.home.chosen = model.next_lab();
        model
    }

    /// What the wall clock shows, in milliseconds since 1970: ages are told by it.
    #[must_use]
    pub fn wall_clock(&self) -> u64 {
        self.now.saturating_add_signed(self.clock_ahead)
    }

    /// The first lab that is not done.
    #[must_use]
    pub fn next_lab(&self) -> usize {
        let open = |lab: &Lab| !self.progress.lab(&lab.name).is_done();
        self.course.labs.iter().position(open).unwrap_or(0)
    }

    /// The labs that the search leaves, in the course's order.
    #[must_use]
    pub fn found(&self) -> Vec<&Lab> {
        let wanted = self.home.search.as_deref().unwrap_or("").to_lowercase();
        let fits = |lab: &&Lab| {
            let title = lab.title(self.language).to_lowercase();
            let summary = lab.file.summary.get(self.language).to_lowercase();
            lab.name.contains(&wanted) || title.contains(&wanted) || summary.contains(&wanted)
        };
        self.course.labs.iter().filter(fits).collect()
    }

    #[must_use]
    pub fn chosen_lab(&self) -> Option<&Lab> {
        let found = self.found();
        found
            .get(self.home.chosen.min(found.len().checked_sub(1)?))
            .copied()
    }

    /// The lab that is open, with its files and its screen.
    #[must_use]
    pub fn open(&self) -> Option<(&Lab, &LabScreen)> {
        let Place::Lab(name) = &self.place else {
            return None;
        };
        Some((self.course.lab(name)?, self.labs.get(name)?))
    }

    /// What comes after the step of the lesson that is being read.
    #[must_use]
    pub fn next(&self) -> Next {
        let Some((lab, screen)) = self.open() else {
            return Next::Nothing;
        };
        if screen.step + 1 < lab.file.steps.len() {
            return Next::Step;
        }
        if !screen.goals.is_done() {
            return Next::Nothing;
        }
        let labs = &self.course.labs;
        let here = labs.iter().position(|one| one.name == lab.name);
        let (before, after) = labs.split_at(here.unwrap_or(0));
        let open = |one: &&Lab| one.name != lab.name && !self.progress.lab(&one.name).is_done();
        match after.iter().chain(before).find(open) {
            Some(next) => Next::Lab(next.name.clone()),
            None => Next::Home,
        }
    }

    #[must_use]
    pub fn lab_progress(&self, lab: &str) -> LabProgress {
        self.progress.lab(lab)
    }
}

impl LabScreen {
    #[must_use]
    pub fn new(lab: &Lab, language: Language, now: Moment) -> LabScreen {
        let lesson = Lesson::parse(lab.lesson.get(language));
        LabScreen {
            state: LabState::Starting,
            terminal: Terminal::new(24, 80),
            unkept_since: None,
            shell: ShellState::None,
            is_dying: false,
            focus: Focus::Terminal,
            left_pane_at: 0,
            side: Side::Lesson,
            zoomed: false,
            step: 0,
            came_from: 0,
            lesson: LessonPane {
                lesson,
                layout: Layout::default(),
                laid_out: None,
                scroll: 0,
                command: None,
            },
            goals: Goals::default(),
            scene: Scene::default(),
            map: MapState::default(),
            layers: LayersState::default(),
            journal: (Vec::new(), JournalState::default()),
            xray: (Xray::default(), XrayState::default()),
            judging: Turn::Idle,
            recheck: Recheck::default(),
            looking: Turn::Idle,
            recording: None,
            clock: Clock {
                last_input: now,
                since: now,
            },
            born: String::new(),
            comes_back: None,
        }
    }

    /// Whose keys those of the pane beside the terminal are.
    #[must_use]
    pub fn side_scope(&self) -> Scope {
        match self.side {
            Side::Lesson => Scope::Lesson,
            Side::Map | Side::Layers => Scope::Map,
            Side::Journal => Scope::Journal,
            Side::Xray => self.xray.1.scope(),
        }
    }

    /// All that was done in the lab is gone: what comes is told of another.
    pub fn begin_anew(&mut self) {
        self.terminal = self.terminal.anew();
        self.scene = Scene::default();
        self.journal.0.clear();
        self.xray = Default::default();
        self.goals = Goals::default();
        self.judging.outdate();
        (self.step, self.came_from) = (0, 0);
        self.lesson.scroll = 0;
        self.lesson.command = None;
        self.born.clear();
    }
}

impl Goals {
    /// The goals in the grader's order, as they were judged last.
    #[must_use]
    pub fn checks(&self) -> &[CheckRecord] {
        self.result.as_ref().map_or(&[], |result| &result.checks)
    }

    /// The goal to speak about: the first with a recognised mistake, else the
    /// first that is open and waits for nothing.
    #[must_use]
    pub fn next(&self) -> Option<&CheckRecord> {
        let failed = || {
            self.checks()
                .iter()
                .filter(|check| check.status == Status::Fail)
        };
        let missed = failed().find(|check| check.miss.is_some());
        missed.or_else(|| failed().next())
    }

    #[must_use]
    pub fn is_done(&self) -> bool {
        let checks = self.checks();
        !checks.is_empty() && checks.iter().all(|check| check.status == Status::Pass)
    }
}
