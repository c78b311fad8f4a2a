//! Both labs, played from beginning to end with real keys: the binary in a real
//! terminal (tmux), on three sizes of screen, in both languages.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use plimsoll_testkit::{Person, World, eventually, skipped};
use serde_json::Value;

/// What a learner waits for at most; the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// Characters of a paste: several times what is read at once.
const LONG_PASTE: usize = 3_333;

/// What runs in the terminal, around the interface.
const SHELL: [&str; 3] = ["env", "PS1=outside> ", "sh"];

/// Columns and rows.
type Size = (u16, u16);

const SMALL: Size = (80, 24);
const MIDDLE: Size = (120, 36);
const WALL: Size = (200, 60);

/// The words that the test looks for, and the locale that brings them.
struct Tongue {
    locale: &'static str,
    hello: &'static str,
    web: &'static str,
    all_met: &'static str,
    help: &'static str,
    keys: &'static str,
    came_back: &'static str,
}

const ENGLISH: Tongue = Tongue {
    locale: "C.UTF-8",
    hello: "Hello, container",
    web: "A web server that keeps its data",
    all_met: "All goals are met.",
    help: "? help",
    keys: "┌ help",
    came_back: "--- above: last visit ---",
};

const FRENCH: Tongue = Tongue {
    locale: "fr_FR.UTF-8",
    hello: "Bonjour, conteneur",
    web: "Un serveur web qui garde ses données",
    all_met: "Tous les objectifs sont atteints.",
    help: "? aide",
    keys: "┌ aide",
    came_back: "--- ci-dessus : dernière visite ---",
};

#[test]
fn as_root_on_a_wall() {
    World::with(Person::Root, |world| play(world, WALL, &ENGLISH));
}

#[test]
fn as_mapped_user_in_french() {
    World::with(Person::Mapped, |world| play(world, MIDDLE, &FRENCH));
}

#[test]
fn as_single_user_on_a_small_screen() {
    World::with(Person::Single, |world| play(world, SMALL, &ENGLISH));
}

#[test]
fn on_a_small_screen_in_french() {
    World::with(Person::Single, |world| play(world, SMALL, &FRENCH));
}

#[test]
fn in_lines_the_prompt_stands_below_what_is_announced() {
    World::with(Person::Single, |world| {
        let Some(screen) = Screen::open(world, SMALL) else {
            return;
        };
        let last_line = |wanted: &'static str| {
            move |shown: &str| {
                let mut lines = shown.lines().rev().map(str::trim);
                lines.find(|line| !line.is_empty()) == Some(wanted)
            }
        };
        screen.start(&ENGLISH, "--plain hello-world");
        screen.until("the lab's prompt", last_line("lab$"));
        screen.type_line("docker run hello-world");
        screen.shows("[goal met: The image `hello-world` was pulled.");
        screen.until("the prompt again", last_line("lab$"));
        // What is being typed comes again too.
        screen.type_text("echo half");
        screen.until("what is typed", last_line("lab$ echo half"));
        let answer = ["answer", "hello-world", "ps-a", "all"];
        world.plimsoll(answer).assert().success();
        screen.shows("[goal met: Question: what `-a` adds.");
        screen.until("what was typed", last_line("lab$ echo half"));
        screen.type_line("");
        screen.type_line("exit");
        screen.until("the shell outside", last_line("outside>"));
    });
}

#[test]
fn the_language_that_was_chosen_is_remembered() {
    World::with(Person::Single, |world| {
        let Some(screen) = Screen::open(world, SMALL) else {
            return;
        };
        screen.begin(&ENGLISH);
        screen.press(&["l"]);
        screen.shows(FRENCH.hello);
        screen.press(&["q"]);
        screen.shows("outside>");
        let labs = |before: &[&str], variable: Option<&str>| {
            let mut command = world.plimsoll(before.iter().chain(&["labs"]));
            if let Some(language) = variable {
                command.env("PLIMSOLL_LANG", language);
            }
            let said = command.output().expect("it ran").stdout;
            String::from_utf8_lossy(&said).into_owned()
        };
        let (french, english) = ("À suivre", "Next:");
        for (before, variable, wanted) in [
            (&[][..], None, french),
            (&[], Some(""), french),
            (&[], Some("en"), english),
            (&["--lang", "en"], None, english),
            (&["--lang", "fr"], Some("en"), french),
        ] {
            let said = labs(before, variable);
            assert!(said.contains(wanted), "{before:?} {variable:?}: {said}");
        }
        // A lab's shell speaks what was asked for, else what is remembered.
        let inside = |before: &[&str]| {
            let words = ["shell", "hello-world", "--", "plimsoll", "labs"];
            let said = world.plimsoll(before.iter().chain(&words)).output();
            String::from_utf8_lossy(&said.expect("it ran").stdout).into_owned()
        };
        assert!(inside(&[]).contains(french));
        assert!(inside(&["--lang", "en"]).contains(english));
    });
}

#[test]
fn a_recording_is_marked_at_goals() {
    World::with(Person::Mapped, recorded);
}

#[test]
fn the_theme_is_the_terminals() {
    World::with(Person::Single, themed);
}

#[test]
fn what_others_do_with_the_lab_is_noticed() {
    World::with(Person::Single, others);
}

fn play(world: &World, size: Size, tongue: &Tongue) {
    let Some(screen) = Screen::open(world, size) else {
        return;
    };
    screen.begin(tongue);
    screen.press(&["Enter"]);
    hello(&screen, tongue);
    screen.press(&["C-g", "q"]);
    screen.shows(tongue.web);
    screen.shows("10/10");
    screen.press(&["Down", "Enter"]);
    web(&screen, tongue);
    killed_and_back(&screen, tongue);
    screen.leave();
}

/// The first lab, its questions by their dialog.
fn hello(screen: &Screen<'_>, tongue: &Tongue) {
    screen.at_the_shell();
    screen.type_line("docker run hello-world");
    screen.shows("6/10");
    screen.type_line("docker ps -a");
    screen.shows("COMMAND");
    screen.paste(&format!("printf %s {} | wc -c", "x".repeat(LONG_PASTE)));
    screen.press(&["Enter"]);
    screen.until("the length of what was pasted", |shown| {
        let counted = LONG_PASTE.to_string();
        shown
            .lines()
            .any(|line| line.split('│').any(|part| part.trim() == counted))
    });
    screen.type_line("clear");
    screen.press(&["C-g", "a"]);
    screen.shows("▸ 1.");
    screen.press(&["Down"]);
    screen.shows("▸ 2.");
    screen.press(&["Enter"]);
    screen.shows("8/10");
    screen.press(&["C-g", "a"]);
    screen.shows("> ");
    let names = screen
        .world
        .docker("hello-world", ["ps", "-a", "--format", "{{.Names}}"])
        .output()
        .expect("it ran");
    let name = String::from_utf8_lossy(&names.stdout).trim().to_owned();
    screen.type_text(&name);
    screen.shows(&name);
    screen.press(&["Enter"]);
    screen.shows("10/10");
    screen.shows(tongue.all_met);
}

/// The second lab: a mistake and its hint first, views, another size midway.
fn web(screen: &Screen<'_>, tongue: &Tongue) {
    screen.shows(tongue.web);
    screen.shows(" 0/10");
    screen.shows_not(tongue.all_met);
    screen.at_the_shell();
    screen.type_line("docker run -d --name webserver -p 8080:80 nginx");
    screen.shows("3/10");
    screen.press(&["C-g", "m"]);
    screen.until("the map, with the keys", leaves_by_escape);
    screen.shows(":8080 ─");
    screen.escape();
    screen.type_line("clear; docker rm -f webserver");
    screen.shows(" 0/10");
    screen.resize((100, 30));
    screen.type_line("clear; echo '<h1>By hand</h1>' > html/index.html");
    screen.type_line(
        "docker run -d --name webserver -p 80:80 -v \"$PWD/html\":/usr/share/nginx/html nginx",
    );
    screen.shows("10/10");
    screen.shows(tongue.all_met);
    // A server that takes its time: no event tells when it listens.
    screen.type_line("clear; docker rm -f webserver");
    screen.shows(" 0/10");
    screen.type_line(
        "docker run -d --name webserver -p 80:80 -v \"$PWD/html\":/usr/share/nginx/html nginx \\",
    );
    screen.type_line("sh -c 'sleep 1; exec nginx -g \"daemon off;\"'");
    screen.shows("10/10");
    screen.type_line("clear; curl localhost; echo ser''ved");
    screen.shows("served");
    screen.shows("<h1>By hand</h1>");
}

/// The interface is killed and opened again: the lab went on, and the last
/// screen is there.
fn killed_and_back(screen: &Screen<'_>, tongue: &Tongue) {
    screen.press(&["C-g", "?"]);
    screen.shows(tongue.keys);
    screen.press(&["Escape"]);
    screen.shows_not(tongue.keys);
    screen.press(&["C-g", "q"]);
    screen.shows(tongue.help);
    screen.press(&["Enter"]);
    screen.shows("served");
    screen.kill_the_interface();
    screen.begin_at(tongue, "nginx-volumes");
    screen.shows("10/10");
    screen.shows(tongue.came_back);
    screen.type_line("clear; curl -sS localhost");
    screen.shows("<h1>By hand</h1>");
}

/// What a recording holds is told, and the file is what players of the format read:
/// asciicast v3, a header and then `[seconds since the last, code, data]` a line.
fn recorded(world: &World) {
    let Some(screen) = Screen::open(world, MIDDLE) else {
        return;
    };
    screen.begin_at(&ENGLISH, "hello-world");
    screen.press(&["C-g", "r"]);
    screen.shows("Recording what the terminal shows, not what you type.");
    screen.shows("REC");
    screen.type_line("docker run hello-world");
    screen.shows("6/10");
    screen.press(&["C-g", "r"]);
    screen.shows("Recorded: ");
    screen.shows_not("REC");
    let folder = world.path("work/hello-world/recordings");
    let mut files = std::fs::read_dir(folder)
        .expect("where it was told")
        .flatten();
    let file = files.next().expect("the recording").path();
    assert_eq!(file.extension().and_then(|end| end.to_str()), Some("cast"));
    let text = std::fs::read_to_string(&file).expect("text");
    let mut lines = text.lines();
    let header: Value = serde_json::from_str(lines.next().expect("a header")).expect("JSON");
    assert_eq!(header["version"], 3);
    assert_eq!(header["title"], "hello-world");
    for side in ["cols", "rows"] {
        assert!(header["term"][side].as_u64() > Some(20), "{header}");
    }
    let events: Vec<(f64, String, String)> = lines
        .map(|line| serde_json::from_str(line).expect(line))
        .collect();
    let of = |code: &str| -> Vec<&str> {
        let of_code = events.iter().filter(|(_, kind, _)| kind == code);
        of_code.map(|(_, _, data)| data.as_str()).collect()
    };
    let mut marks = of("m");
    marks.sort_unstable();
    assert_eq!(marks, ["met: pulled", "met: ran"]);
    assert!(of("o").concat().contains("Hello from Plimsoll!"));
    assert_eq!(of("i"), [""; 0], "what is typed is not in it");
    assert!(events.iter().all(|(interval, ..)| *interval >= 0.0));
    screen.leave();
}

/// Another terminal stops the lab, starts it, and makes it as new.
fn others(world: &World) {
    let Some(screen) = Screen::open(world, MIDDLE) else {
        return;
    };
    screen.begin_at(&ENGLISH, "hello-world");
    screen.type_line("docker run hello-world");
    screen.shows("6/10");
    world.plimsoll(["stop", "hello-world"]).assert().success();
    screen.shows("The lab hello-world has ended");
    screen.shows("Nothing is lost");
    screen.shows_not("6/10");
    screen.shows_not("✓");
    world.shell("hello-world", "true").assert().success();
    screen.shows("started again from elsewhere");
    screen.shows("6/10");
    screen.type_line("clear; docker ps -aq | wc -l; echo ag''ain");
    screen.shows("again");
    let reset = ["reset", "-y", "hello-world"];
    world.plimsoll(reset).assert().success();
    screen.shows("was reset from elsewhere");
    screen.shows_not("6/10");
    screen.press(&["R"]);
    screen.shows(" 0/10");
    screen.at_the_shell();
    screen.leave();
}

/// The terminal says what its background is like: titles are blue where it is light,
/// cyan where it is dark.
fn themed(world: &World) {
    let Some(screen) = Screen::open(world, SMALL) else {
        return;
    };
    for (background, title) in [("#fdf6e3", 4), ("#101010", 6)] {
        let style = format!("bg={background}");
        screen.ask(&["set-option", "-g", "window-active-style", &style]);
        screen.ask(&["set-option", "-g", "window-style", &style]);
        screen.begin(&ENGLISH);
        let wanted = format!("38;5;{title}m Plimsoll");
        eventually("a title for this background", PATIENCE, || {
            let shown = screen.ask(&["capture-pane", "-e", "-p"]);
            shown.contains(&wanted).then_some(())
        });
        screen.press(&["q"]);
        screen.shows("outside>");
        // Of what it answered nothing was typed.
        screen.shows_not("rgb:");
    }
}

/// A terminal with a shell in it, and somebody at its keys.
struct Screen<'a> {
    world: &'a World,
    socket: PathBuf,
}

impl<'a> Screen<'a> {
    /// `None` where there is no tmux: skipped aloud.
    fn open(world: &'a World, size: Size) -> Option<Screen<'a>> {
        let found = world
            .command("tmux")
            .arg("-V")
            .stdout(Stdio::null())
            .status();
        if !found.is_ok_and(|status| status.success()) {
            skipped("no tmux to play in; .ci/run installs it");
            return None;
        }
        let screen = Screen {
            world,
            socket: world.path("run/tmux"),
        };
        let (columns, rows) = (size.0.to_string(), size.1.to_string());
        let mut open = screen.command(&["-f", "/dev/null", "new-session", "-d"]);
        open.args(["-x", &columns, "-y", &rows]).args(SHELL);
        let opened = open.status().expect("tmux runs");
        assert!(opened.success(), "tmux opens a terminal");
        screen.shows("outside>");
        Some(screen)
    }

    fn begin(&self, tongue: &Tongue) {
        self.start(tongue, "");
        self.shows(tongue.hello);
        self.shows(tongue.help);
    }

    fn begin_at(&self, tongue: &Tongue, lab: &str) {
        self.start(tongue, lab);
        self.at_the_shell();
    }

    fn start(&self, tongue: &Tongue, lab: &str) {
        let binary = self.world.binary().display().to_string();
        // The pid of the interface is the shell's that becomes it.
        let pid = self.world.path("run/interface").display().to_string();
        self.type_line(&format!(
            "clear; sh -c 'echo $$ > {pid}; exec env LC_ALL={} {binary} {lab}'",
            tongue.locale
        ));
    }

    /// Where there is room for one thing only, the lesson is read first.
    fn at_the_shell(&self) {
        self.until("a key bar", |shown| shown.contains("^G"));
        if leaves_by_escape(&self.ask(&["capture-pane", "-p"])) {
            self.escape();
        }
        self.until("a prompt in the terminal", |shown| {
            let prompt = |part: &str| matches!(part.trim(), "lab$" | "lab#");
            let bare = |line: &str| line.split('│').any(prompt);
            shown.lines().any(bare)
        });
    }

    /// What is typed right behind Escape would be one key with it (Alt).
    fn escape(&self) {
        self.press(&["Escape"]);
        self.until("what Escape leaves to be left", |shown| {
            !leaves_by_escape(shown)
        });
    }

    fn kill_the_interface(&self) {
        let pid = std::fs::read_to_string(self.world.path("run/interface")).expect("its pid");
        let pid = pid.trim().parse().expect("a number");
        let pid = nix::unistd::Pid::from_raw(pid);
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).expect("it runs");
        eventually("the interface is gone", PATIENCE, || {
            nix::sys::signal::kill(pid, None).is_err().then_some(())
        });
        // The terminal, raw as it was left, is closed and another opened.
        let mut words = vec!["respawn-pane", "-k"];
        words.extend(SHELL);
        self.ask(&words);
        self.shows("outside>");
    }

    /// Quits, and finds the terminal as it was before.
    fn leave(&self) {
        self.press(&["C-g", "q"]);
        self.until("the list of labs", |shown| !shown.contains("│"));
        self.press(&["q"]);
        self.shows("outside>");
        self.type_line("clear; stty -a");
        self.until("a terminal that is not raw", |shown| {
            shown.contains(" icanon") && shown.contains(" echo ") && !shown.contains("-icanon")
        });
        let modes = self.ask(&[
            "display-message",
            "-p",
            "#{alternate_on}#{mouse_any_flag}#{cursor_flag}",
        ]);
        assert_eq!(modes.trim(), "001", "main screen, no mouse, a cursor");
    }

    /// Keys by tmux's names.
    fn press(&self, keys: &[&str]) {
        let mut words = vec!["send-keys"];
        words.extend(keys);
        self.ask(&words);
    }

    fn type_text(&self, text: &str) {
        self.ask(&["send-keys", "-l", "--", text]);
    }

    /// As a terminal pastes, in brackets where they were asked for.
    fn paste(&self, text: &str) {
        self.ask(&["set-buffer", "--", text]);
        self.ask(&["paste-buffer", "-p"]);
    }

    fn type_line(&self, text: &str) {
        self.type_text(text);
        self.press(&["Enter"]);
    }

    fn resize(&self, (columns, rows): Size) {
        let (columns, rows) = (columns.to_string(), rows.to_string());
        self.ask(&["resize-window", "-x", &columns, "-y", &rows]);
    }

    fn shows(&self, wanted: &str) {
        self.until(wanted, |shown| shown.contains(wanted));
    }

    fn shows_not(&self, unwanted: &str) {
        self.until(&format!("no `{unwanted}`"), |shown| {
            !shown.contains(unwanted)
        });
    }

    /// Looks until it holds; a screen that never does is printed.
    fn until(&self, what: &str, holds: impl Fn(&str) -> bool) {
        let mut last = String::new();
        let seen = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            eventually(what, PATIENCE, || {
                last = self.ask(&["capture-pane", "-p"]);
                holds(&last).then_some(())
            });
        }));
        if let Err(panic) = seen {
            eprintln!("the screen, in vain looked at for {what}:\n{last}");
            std::panic::resume_unwind(panic);
        }
    }

    fn ask(&self, words: &[&str]) -> String {
        let done = self.command(words).output().expect("tmux runs");
        assert!(
            done.status.success(),
            "tmux {words:?}: {}",
            String::from_utf8_lossy(&done.stderr)
        );
        String::from_utf8_lossy(&done.stdout).into_owned()
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = self.world.command("tmux");
        command.arg("-u").arg("-S").arg(&self.socket).args(words);
        command
    }
}

fn leaves_by_escape(shown: &str) -> bool {
    shown.contains("Esc ") || shown.contains("Échap ")
}

impl Drop for Screen<'_> {
    fn drop(&mut self) {
        // Where it failed to start there is nothing to end.
        let _ = self.command(&["kill-server"]).output();
    }
}
