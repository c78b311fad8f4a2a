//! A course in a folder: an author's unfinished lab, a learner's commands in the
//! lab's own shell, a submission's answers.

use plimsoll_testkit::{World, everyone};

/// What a `plimsoll` command did: code, standard output, standard error.
fn plimsoll(world: &World, words: &[&str]) -> (Option<i32>, String, String) {
    let done = world.plimsoll(words).output().expect("it ran");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (done.status.code(), text(&done.stdout), text(&done.stderr))
}

/// A new course that nobody has finished: a question, one language, no attempts.
fn begun(world: &World) {
    let (code, _, told) = plimsoll(world, &["course", "new", "begun", "my-lab"]);
    assert_eq!(code, Some(0), "{told}");
    for gone in ["fr.md", "attempts/wrong/another-name.sh"] {
        std::fs::remove_file(world.path("home/begun/labs/my-lab").join(gone)).expect(gone);
    }
    append(
        world,
        "labs/my-lab/lab.yaml",
        "questions:\n  - id: colour\n    text: {en: Which?, fr: Laquelle ?}\n    kind:\n      choice:\n        - id: blue\n          text: {en: Blue, fr: Bleu}\n",
    );
    append(
        world,
        "graders/my-lab.yaml",
        "  - id: chosen\n    points: 1\n    title: {en: Chosen, fr: Choisi}\n    check:\n      answer: {question: colour, is: blue}\n",
    );
}

fn append(world: &World, file: &str, more: &str) {
    let path = format!("home/begun/{file}");
    let text = std::fs::read_to_string(world.path(&path)).expect("it is new");
    world.write(&path, text + more);
}

everyone!(an_unfinished_lab_can_be_tried, |world| {
    begun(world);
    let (code, told, _) = plimsoll(world, &["--course", "begun", "labs"]);
    assert_eq!(code, Some(0));
    assert!(told.contains("my-lab"), "{told}");
    let (code, told, reminded) = plimsoll(world, &["course", "play", "begun", "my-lab"]);
    // The reference of the template answers no question.
    assert_eq!(code, Some(1), "{told}{reminded}");
    assert!(told.contains("Not all goals are met."), "{told}");
    assert!(!told.contains("plimsoll hint"), "{told}");
    assert!(reminded.contains("no wrong attempt fails at the goal `sleeps`"));
    let (code, _, told) = plimsoll(world, &["course", "check", "begun"]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("fr.md: this file is missing"), "{told}");
});

everyone!(a_labs_shell_knows_its_lab_and_its_course, |world| {
    begun(world);
    let script = "cd /; plimsoll answer; plimsoll answer colour blue; plimsoll check; \
                  plimsoll hint; plimsoll check hello-world";
    let shell = ["--course", "begun", "shell", "my-lab", "--"];
    let words = [&shell[..], &["sh", "-c", script]].concat();
    let (_, told, failed) = plimsoll(world, &words);
    assert!(
        told.contains("plimsoll answer my-lab colour CHOICE"),
        "{told}"
    );
    assert!(told.contains("Noted: colour = blue"), "{told}");
    assert!(told.contains("1/2"), "{told}");
    assert!(
        told.contains("`docker run -d` starts a container"),
        "{told}"
    );
    assert!(failed.contains("there is no lab `hello-world`"), "{failed}");
    for command in ["check", "hint", "answer"] {
        let (code, _, told) = plimsoll(world, &[command]);
        assert_eq!(code, Some(2), "{told}");
        assert!(told.contains(&format!("plimsoll {command} LAB")), "{told}");
    }
});

everyone!(a_submission_answers_what_its_course_asks, |world| {
    begun(world);
    let script = "docker run -d --name sleeper base sleep 600\n\
                  plimsoll answer colour green && exit 3\n\
                  env -i PATH=\"$PATH\" HOME=\"$HOME\" plimsoll answer my-lab colour blue\n";
    world.write("home/solution.sh", script);
    let grade = [
        "--course",
        "begun",
        "grade",
        "my-lab",
        "--script",
        "solution.sh",
    ];
    let (code, told, failed) = plimsoll(world, &grade);
    assert_eq!(code, Some(0), "{told}{failed}");
    // A reader that leaves is no reason to fail.
    let line = format!("{} {} | true", world.binary().display(), grade.join(" "));
    let mut command = world.command("/bin/bash");
    let done = command.args(["-o", "pipefail", "-c", &line]).output();
    let done = done.expect("it ran");
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(0), "{told}");
});

everyone!(a_lab_that_runs_is_stopped_by_name_and_no_other, |world| {
    begun(world);
    let shell = ["--course", "begun", "shell", "my-lab", "--", "true"];
    assert_eq!(plimsoll(world, &shell).0, Some(0));
    // Its course is not named: it runs, and that is enough.
    let (code, told, failed) = plimsoll(world, &["stop", "my-lab"]);
    assert_eq!(
        (code, told.as_str()),
        (Some(0), "my-lab: stopped\n"),
        "{failed}"
    );
    let (code, _, failed) = plimsoll(world, &["stop", "my-lob"]);
    assert_eq!(code, Some(2));
    assert_eq!(
        failed,
        "plimsoll: there is no lab `my-lob`\nhint: did you mean `my-lab`?\n"
    );
    let (code, told, _) = plimsoll(world, &["stop", "hello-world"]);
    assert_eq!(
        (code, told.as_str()),
        (Some(0), "hello-world: was not running\n")
    );
});

everyone!(words_that_are_left_out_or_come_later, |world| {
    let (code, told, failed) = plimsoll(world, &["course", "new", "mine"]);
    assert_eq!(code, Some(0), "{failed}");
    assert!(told.contains("mine/labs/first-lab/lab.yaml"), "{told}");
    let (code, told, failed) = plimsoll(world, &["course", "play", "mine"]);
    assert_eq!(code, Some(0), "{told}{failed}");
    assert!(told.contains("right/01-reference.sh"), "{told}");
    assert!(told.contains("wrong/another-name.sh"), "{told}");
    let (code, told, _) = plimsoll(world, &["course", "schema"]);
    assert_eq!(code, Some(0));
    assert!(told.contains("plimsoll course schema grader"), "{told}");
    let (code, _, failed) = plimsoll(world, &["grade", "./mine"]);
    assert_eq!(code, Some(2));
    assert!(failed.contains("comes with a later version"), "{failed}");
    let (code, _, failed) = plimsoll(world, &["grade", "hello-world"]);
    assert_eq!(code, Some(2));
    assert!(
        failed.contains("hint: plimsoll grade hello-world --script FILE"),
        "{failed}"
    );
});
