//! Every `plimsoll` command speaks French to who asks for it: a failure of each.

use plimsoll_testkit::{World, everyone};

everyone!(each_command_fails_in_french, |world| {
    let script = world.write("home/script.sh", "true\n");
    let script = script.to_str().expect("a plain path");
    let broken = world.write("home/broken/labs/one/lab.yaml", "ordr: 1\n");
    let broken = broken.ancestors().nth(3).expect("the course's folder");
    let broken = broken.to_str().expect("a plain path");
    for (words, code, told) in [
        (&["--lang", "de", "labs"][..], 2, "Plimsoll parle en, fr"),
        (&["nulle-part"], 2, "n'est ni une commande ni un lab"),
        (&["hello-world", "extra"], 2, "ne prend pas `extra`"),
        (&["labs", "--nope"], 2, "argument inattendu"),
        (
            &["shell", "hello-wrld"],
            2,
            "vouliez-vous dire `hello-world`",
        ),
        (&["check"], 2, "il faut un nom de lab à `plimsoll check`"),
        (
            &["check", "hello-world", "--engine", "unix:///nowhere.sock"],
            3,
            "aucun moteur ne répond à unix:///nowhere.sock",
        ),
        (
            &["map", "hello-world", "--engine", "ftp://x"],
            2,
            "`ftp://x` n'est pas l'adresse d'un moteur",
        ),
        (
            &["answer", "hello-world", "ps-b"],
            2,
            "n'a pas de question `ps-b`",
        ),
        (
            &["answer", "hello-world", "ps-a", "x"],
            2,
            "n'est pas un des choix",
        ),
        (&["hint"], 2, "il faut un nom de lab à `plimsoll hint`"),
        (&["reset", "hello-world"], 2, "demande d'abord"),
        (&["demo", "nowhere"], 2, "il n'y a pas de lab `nowhere`"),
        (&["grade", "hello-world"], 2, "quel script faut-il noter ?"),
        (
            &["grade", "hello-world", "--script", "/"],
            2,
            "ce n'est pas un fichier ordinaire",
        ),
        (
            &[
                "grade",
                "hello-world",
                "--script",
                script,
                "--files",
                script,
            ],
            2,
            "n'est pas un dossier",
        ),
        (
            &["submit", "hello-world"],
            2,
            "viendra dans une version suivante",
        ),
        (
            &["course", "schema", "labs"],
            2,
            "il n'y a pas de schéma `labs`",
        ),
        (
            &["course", "check", "/nowhere"],
            2,
            "ce n'est pas le dossier d'un cours",
        ),
        (&["course", "check", broken], 2, "mot inconnu `ordr`"),
        (
            &["course", "play", broken, "one"],
            2,
            "vouliez-vous dire `order`",
        ),
        (
            &["book", "nowhere"],
            2,
            "le livre n'a pas de page `nowhere`",
        ),
        (&["book", "--out", "/"], 2, "donnez un nouveau dossier"),
        (&["stop", "nowhere"], 2, "il n'y a pas de lab `nowhere`"),
        (&["env", "../x"], 2, "n'est pas un nom de lab"),
    ] {
        fails(world, words, code, told);
    }
});

fn fails(world: &World, words: &[&str], code: i32, told: &str) {
    let mut command = world.plimsoll(words);
    let done = command.env("PLIMSOLL_LANG", "fr").output().expect("it ran");
    let said = String::from_utf8_lossy(&done.stderr).replace('\u{a0}', " ");
    assert_eq!(done.status.code(), Some(code), "{words:?}: {said}");
    assert!(said.contains(told), "{words:?}: {said}");
}
