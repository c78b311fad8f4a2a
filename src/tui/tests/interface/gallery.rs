//! Every screen and dialog as it looks, in three sizes and both languages.

use plimsoll_lab::course::Course;
use plimsoll_lab::progress::Progress;
use plimsoll_text::{Language, Text};
use plimsoll_tui::event::{BackTo, Fault, Finding, Grade, Health, LabEvent, ShellEvent, What};
use plimsoll_tui::terminal::shell::Ending;
use plimsoll_tui::theme::{Palette, Symbols, Theme};
use ratatui::buffer::{Buffer, Cell};

use crate::player::{HELLO, Player, WEB};
use crate::samples;
use crate::states::{self, Web};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 60)];
const LANGUAGES: [Language; 2] = [Language::English, Language::French];

/// Somebody who has done the first lab and begun the second.
fn experienced() -> Progress {
    let course = Course::embedded();
    let mut progress = Progress::default();
    let mut take = |lab: &str, result, step, seconds| {
        let grader = &course.lab(lab).expect("the lab").grader;
        let progress = progress.lab_mut(lab);
        progress.take_in(&result, grader);
        (progress.step, progress.seconds) = (step, seconds);
    };
    take(HELLO, states::hello_done(), 4, 240);
    take(WEB, states::web(Web::NothingMounted), 3, 4_020);
    progress
}

fn picture(name: &str, progress: &Progress, play: impl Fn(&mut Player)) {
    for size in SIZES {
        for language in LANGUAGES {
            let theme = Theme::default();
            let mut player = Player::new(size, language, theme, progress.clone());
            play(&mut player);
            let file = format!("{name}_{}x{}_{}", size.0, size.1, language.code());
            insta::assert_snapshot!(file, player.screen());
        }
    }
}

fn fault(player: &Player) -> Fault {
    let french = player.model.language == Language::French;
    let (message, hint) = match french {
        true => (
            "Le disque qui porte `/home/me/.local/share/plimsoll` est plein.",
            "Libérez de la place, ou donnez un autre dossier avec `--store`.",
        ),
        false => (
            "The disk that holds `/home/me/.local/share/plimsoll` is full.",
            "Free some space, or name another folder with `--store`.",
        ),
    };
    Fault {
        message: message.to_owned(),
        hints: vec![hint.to_owned()],
    }
}

const TYPED: &str = "\
echo '<h1>Written by me</h1>' > html/index.html\r
lab$ docker run -d --name webserver -p 80:8080 -v \"$PWD/html\":/usr/share/nginx/html nginx\r
3f1c0d2e4b5a69788796a5b4c3d2e1f03f1c0d2e4b5a69788796a5b4c3d2e1f0\r
lab$ curl localhost\r
curl: (56) Recv failure: Connection reset by peer\r
lab$ ";

/// In the second lab, its port swapped.
fn at_work(player: &mut Player) {
    player.enter(WEB);
    player.print(WEB, TYPED);
    player.judged(states::web(Web::Swapped));
    if player.model.size.columns < 100 {
        player.press("Esc");
    }
    player.wait(9_000);
    player.happens(What::Wake);
}

fn rich(player: &mut Player) {
    at_work(player);
    player.hear(WEB, LabEvent::Scene(Box::new(samples::rich())));
    player.hear(WEB, LabEvent::Journal(samples::journal()));
    for command in states::commands() {
        player.hear(WEB, LabEvent::Operations(Box::new(command)));
    }
}

#[test]
fn home() {
    let nothing = Progress::default();
    let fine = |player: &mut Player| drop(player.happens(What::Doctor(Health::Fine)));
    picture("home_fresh", &nothing, fine);
    picture("home_looking", &nothing, |_| {});
    picture("home_progress", &experienced(), |player| {
        let what = "cgroups: no limits can be set; memory and CPU limits are accepted and ignored";
        player.happens(What::Doctor(Health::Limited(what.to_owned())));
        player.happens(What::Running([(WEB.to_owned(), 2)].into()));
    });
    picture("home_search", &experienced(), |player| {
        player.happens(What::Doctor(Health::Fine));
        player.press("/");
        player.type_in("cont");
    });
    picture("home_nothing_found", &nothing, |player| {
        player.press("/");
        player.type_in("kubernetes");
    });
    picture("home_blocked", &nothing, |player| {
        let what = "user namespaces: AppArmor forbids them to unconfined programs";
        player.happens(What::Doctor(Health::Blocked(what.to_owned())));
    });
}

#[test]
fn what_doctor_found() {
    picture("dialog_doctor", &experienced(), |player| {
        player.press("d");
        let finding = |status, subject: &str, found: &str| Finding {
            status,
            subject: subject.to_owned(),
            found: found.to_owned(),
            meaning: Vec::new(),
            mend: Vec::new(),
        };
        let blocked = Finding {
            meaning: vec!["No lab can run here.".to_owned()],
            mend: vec!["sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0".to_owned()],
            ..finding(Grade::Broken, "user namespaces", "AppArmor forbids them")
        };
        let all = vec![
            finding(Grade::Fine, "kernel", "Linux 6.1"),
            blocked,
            finding(Grade::Limited, "limits", "cgroup v1"),
        ];
        player.happens(What::Doctor(Health::Blocked("user namespaces".to_owned())));
        player.happens(What::Findings(all));
    });
}

#[test]
fn lab() {
    let nothing = Progress::default();
    picture("lab_starting", &nothing, |player| drop(player.open(WEB)));
    picture("lab_first_seen", &nothing, |player| player.enter(HELLO));
    picture("lab_reading", &experienced(), |player| {
        at_work(player);
        player.press("^G p ^G l");
        if player.lab(WEB).focus == plimsoll_tui::model::Focus::Terminal {
            player.press("^G l");
        }
        player.press("Tab");
    });
    picture("lab_terminal", &nothing, at_work);
    picture("lab_leader", &nothing, |player| {
        at_work(player);
        player.press("^G");
    });
    picture("lab_zoomed", &nothing, |player| {
        at_work(player);
        player.press("^G z");
    });
    picture("lab_recording", &nothing, |player| {
        at_work(player);
        let file = "/home/me/plimsoll/nginx-volumes/recordings/a.cast".to_owned();
        player.hear(WEB, LabEvent::Recording { file });
    });
    picture("lab_still", &nothing, |player| {
        at_work(player);
        player.press("^G v /");
        player.type_in("docker");
        player.press("Enter v Down");
        player.print(WEB, "not seen yet\r\n");
    });
    picture("lab_back_again", &experienced(), |player| {
        player.open(WEB);
        let visit = plimsoll_tui::event::Visit {
            last_screen: TYPED.replace('\r', "").into_bytes(),
            ports: vec!["webserver: port 80 is http://localhost:8080".to_owned()],
            work: String::new(),
            ..Default::default()
        };
        player.hear(WEB, LabEvent::Entered(Box::new(visit)));
        player.print(WEB, "lab$ ");
        if player.model.size.columns < 100 {
            player.press("Esc");
        }
        player.judged(states::web(Web::NothingMounted));
    });
}

#[test]
fn views() {
    let nothing = Progress::default();
    for (name, key) in [
        ("map", "m"),
        ("layers", "y"),
        ("journal", "j"),
        ("xray", "x"),
    ] {
        picture(&format!("view_{name}"), &nothing, |player| {
            rich(player);
            player.press(&format!("^G {key}"));
        });
        picture(&format!("view_{name}_nothing"), &nothing, |player| {
            player.enter(HELLO);
            player.press(&format!("^G {key}"));
        });
    }
}

#[test]
fn goals() {
    let nothing = Progress::default();
    picture("goals_met_one", &nothing, |player| {
        player.enter(HELLO);
        player.judged(states::hello(&[]));
    });
    picture("goals_turned_back", &nothing, |player| {
        at_work(player);
        player.judged(states::web(Web::Served));
        player.judged(states::web(Web::Stopped));
    });
    picture("goals_turned_back_later", &nothing, |player| {
        at_work(player);
        player.judged(states::web(Web::Served));
        player.judged(states::web(Web::Stopped));
        player.wait(20_000);
        player.happens(What::Wake);
    });
    picture("goals_all_met", &nothing, |player| {
        at_work(player);
        player.judged(states::web(Web::Served));
    });
    picture("goals_all_met_later", &nothing, |player| {
        at_work(player);
        player.judged(states::web(Web::Served));
        player.wait(20_000);
        player.happens(What::Wake);
    });
    picture("goals_not_judged", &nothing, |player| {
        player.open(WEB);
        player.hear(WEB, LabEvent::Entered(Box::default()));
        let fault = fault(player);
        player.hear(WEB, LabEvent::NotJudged(fault));
        player.press("Esc");
    });
    picture("hint_of_a_mistake", &nothing, |player| {
        at_work(player);
        player.press("^G h");
    });
    picture("hint_by_itself", &nothing, |player| {
        at_work(player);
        player.wait(60_000);
        player.happens(What::Wake);
    });
    picture("hints_all", &nothing, |player| {
        at_work(player);
        for _ in 0..4 {
            player.press("^G h");
            if player.model.overlay.is_some() {
                player.press("Esc");
            }
        }
        player.press("^G h");
    });
    picture("hint_of_a_goal", &nothing, |player| {
        player.enter(HELLO);
        player.press("^G h");
    });
}

#[test]
fn ends() {
    let nothing = Progress::default();
    picture("lab_shell_ended", &nothing, |player| {
        at_work(player);
        player.print(WEB, "exit\r\n");
        player.shell(WEB, ShellEvent::Ended(Ending::Code(0)));
    });
    picture("lab_gone", &nothing, |player| {
        at_work(player);
        player.shell(WEB, ShellEvent::Ended(Ending::Signal(9)));
        player.hear(WEB, LabEvent::Lost);
        player.hear(WEB, LabEvent::Elsewhere(Default::default()));
    });
    picture("lab_unavailable", &nothing, |player| {
        player.open(WEB);
        let fault = fault(player);
        player.hear(WEB, LabEvent::Unavailable(fault));
        player.press("Esc");
    });
    picture("fault", &nothing, |player| {
        at_work(player);
        let fault = fault(player);
        player.happens(What::Failed(fault));
    });
}

#[test]
#[expect(clippy::too_many_lines, reason = "a list of pictures")]
fn dialogs() {
    let nothing = Progress::default();
    picture("help_home", &nothing, |player| drop(player.press("?")));
    picture("help_lab", &nothing, |player| {
        at_work(player);
        player.press("^G ?");
    });
    picture("help_lab_end", &nothing, |player| {
        at_work(player);
        player.press("^G ? PageDown PageDown PageDown PageDown");
    });
    picture("help_map", &nothing, |player| {
        rich(player);
        player.press("^G m ?");
    });
    picture("question_choice", &nothing, |player| {
        player.enter(HELLO);
        player.press("^G a Down");
    });
    picture("question_text", &nothing, |player| {
        player.enter(HELLO);
        player.press("^G a Tab");
        player.type_in("hello-world");
        player.press("Enter");
        player.judged(states::hello(&[("container", "hello-world")]));
        player.press("^G a Tab");
    });
    picture("solution_asks", &nothing, |player| {
        at_work(player);
        player.press("^G s");
    });
    picture("solution", &nothing, |player| {
        at_work(player);
        player.press("^G s y");
    });
    picture("reset_choice", &experienced(), |player| {
        at_work(player);
        player.press("^G u");
    });
    picture("reset_from_home", &experienced(), |player| {
        drop(player.press("r"))
    });
    let losses = |player: &mut Player| {
        at_work(player);
        player.press("^G u Enter");
        let back_to = BackTo::Step(3);
        let loss = Text::new(
            "Container `webserver` is removed. Volume `site` is emptied.",
            "Le conteneur `webserver` sera supprimé. Le volume `site` sera vidé.",
        );
        player.hear(WEB, LabEvent::Losses { back_to, loss });
    };
    picture("reset_looking", &experienced(), |player| {
        at_work(player);
        player.press("^G u Enter");
    });
    picture("reset_losses", &experienced(), losses);
    picture("reset_under_way", &experienced(), |player| {
        losses(player);
        player.press("y");
    });
    picture("reset_done", &experienced(), |player| {
        losses(player);
        player.press("y");
        let back_to = BackTo::Step(3);
        player.hear(
            WEB,
            LabEvent::WasReset {
                back_to,
                left: Vec::new(),
            },
        );
        // The first look was under way before.
        player.judged(states::fresh(WEB));
        player.judged(states::fresh(WEB));
    });
    picture("book", &nothing, |player| {
        at_work(player);
        let french = player.model.language == Language::French;
        let address = match french {
            true => "http://127.0.0.1:3000/fr/labs/nginx-volumes.html",
            false => "http://127.0.0.1:3000/en/labs/nginx-volumes.html",
        };
        let lines = vec![address.to_owned()];
        player.happens(What::Book { lines });
    });
}

/// What has a style, line by line: `3..8 Cyan bold`.
fn styles(buffer: &Buffer) -> String {
    let width = usize::from(buffer.area.width);
    let look = |cell: &Cell| (cell.fg, cell.bg, cell.modifier);
    let mut told = String::new();
    for (row, cells) in buffer.content().chunks(width).enumerate() {
        let mut start = 0;
        while start < width {
            let same = cells[start..]
                .iter()
                .take_while(|cell| look(cell) == look(&cells[start]));
            let end = start + same.count();
            let (fg, bg, modifier) = look(&cells[start]);
            let text: String = cells[start..end].iter().map(Cell::symbol).collect();
            if look(&cells[start]) != look(&Cell::default())
                && !text.trim_matches([' ', '│', '┃']).is_empty()
            {
                let said = format!(
                    "{row:2} {start:2} {fg} on {bg} {modifier:?}: {}\n",
                    text.trim()
                );
                told += &said.replace(" on Reset", "").replace(" NONE", "");
            }
            start = end;
        }
    }
    told
}

#[test]
fn colours() {
    for palette in [Palette::Dark, Palette::Light, Palette::None] {
        let theme = Theme {
            palette,
            symbols: Symbols::Unicode,
        };
        let at =
            |progress: &Progress| Player::new((80, 24), Language::English, theme, progress.clone());
        let mut home = at(&experienced());
        home.happens(What::Doctor(Health::Limited("cgroups".to_owned())));
        let mut lab = at(&Progress::default());
        lab.model.size = plimsoll_tui::geometry::Size::told(120, 36);
        at_work(&mut lab);
        lab.press("^G h ^G l Tab");
        let mut asked = at(&Progress::default());
        asked.enter(HELLO);
        asked.press("^G a");
        let all = [home, lab, asked].map(|player| styles(&player.draw()));
        let name = format!("styles_{palette:?}").to_lowercase();
        insta::assert_snapshot!(name, all.join("--------\n"));
    }
}

#[test]
fn without_unicode() {
    let theme = Theme {
        palette: Palette::None,
        symbols: Symbols::Ascii,
    };
    let mut home = Player::new((80, 24), Language::English, theme, experienced());
    home.happens(What::Doctor(Health::Fine));
    let mut lab = Player::new((120, 36), Language::English, theme, Progress::default());
    at_work(&mut lab);
    lab.press("^G l Tab");
    let mut help = Player::new((120, 36), Language::English, theme, Progress::default());
    at_work(&mut help);
    help.press("^G ?");
    let mut asked = Player::new((80, 24), Language::English, theme, Progress::default());
    asked.enter(HELLO);
    asked.press("^G a");
    let screens = [home, lab, help, asked].map(|player| player.screen());
    for screen in &screens {
        assert!(screen.is_ascii(), "{screen}");
    }
    insta::assert_snapshot!("without_unicode", screens.join("\n--------\n"));
}

#[test]
fn french_without_unicode() {
    let theme = Theme {
        palette: Palette::None,
        symbols: Symbols::Ascii,
    };
    let mut screens = Vec::new();
    for keys in [
        "",
        "^G l Tab",
        "^G m",
        "^G y",
        "^G j",
        "^G x Down Enter",
        "^G ?",
        "^G h",
    ] {
        let mut player = Player::new((120, 36), Language::French, theme, Progress::default());
        rich(&mut player);
        player.print(WEB, "é 文 …\r\n");
        if !keys.is_empty() {
            player.press(keys);
        }
        screens.push(player.screen());
    }
    for screen in &screens {
        assert!(screen.is_ascii(), "{screen}");
    }
    insta::assert_snapshot!("french_without_unicode", screens.join("\n--------\n"));
}

/// Sizes that people have beside those of the other pictures: all that matters is
/// there, or a key away.
#[test]
fn other_sizes() {
    for size in [(99, 40), (100, 30), (60, 15), (40, 10), (20, 5)] {
        for language in LANGUAGES {
            let theme = Theme::default();
            let played = |play: &dyn Fn(&mut Player)| {
                let mut player = Player::new(size, language, theme, experienced());
                play(&mut player);
                player.screen()
            };
            let pressed = |keys: &'static str| {
                move |player: &mut Player| {
                    rich(player);
                    player.press(keys);
                }
            };
            let screens = [
                played(&|player| drop(player.happens(What::Doctor(Health::Fine)))),
                played(&at_work),
                played(&pressed("^G l ^G l ^G l Tab")),
                played(&pressed("^G m")),
                played(&pressed("^G x")),
                played(&pressed("^G")),
                played(&pressed("^G ?")),
                played(&pressed("^G h")),
                played(&|player| {
                    player.enter(HELLO);
                    player.press("^G a");
                }),
                played(&|player| {
                    at_work(player);
                    let fault = fault(player);
                    player.happens(What::Failed(fault));
                }),
            ];
            let file = format!("other_{}x{}_{}", size.0, size.1, language.code());
            insta::assert_snapshot!(file, screens.join("\n--------\n"));
        }
    }
}
