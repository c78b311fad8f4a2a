//! The error gallery of grader and lab files: each mistake with what its author
//! is told. The gallery is a snapshot, so a reviewer sees every text change.

use plimsoll_lab::schema::{json_schema, read_grader, read_lab};
use plimsoll_lab::text::Language;

/// A grader that is right; each case replaces one line of it.
const RIGHT: &str = r#"schema: plimsoll/grader/v1
lab: demo
subjects:
  - id: web
    container: {name: webserver, image: nginx}
goals:
  - id: runs
    points: 2
    title: {en: "It runs", fr: "Il tourne"}
    check:
      container: {subject: web, state: [running]}
    misses:
      - id: stopped
        when:
          container: {subject: web, state: [exited]}
        hint: {en: "Start it.", fr: "Démarrez-le."}
  - id: port
    points: 1
    needs: [runs]
    title: {en: "Port 80", fr: "Port 80"}
    check:
      port: {container: web, host: 80, target: 80}
"#;

fn case(gallery: &mut String, name: &str, from: &str, to: &str) {
    assert!(
        RIGHT.contains(from),
        "{name}: `{from}` is not in the grader"
    );
    let text = RIGHT.replacen(from, to, 1);
    let told = match read_grader("graders/demo.yaml", &text) {
        Ok(_) => panic!("{name}: accepted"),
        Err(error) => format!("{error}\n{}", error.say(Language::French)),
    };
    gallery.push_str(&format!("# {name}\n{told}\n\n"));
}

#[test]
fn the_right_grader_is_read() {
    let grader = read_grader("graders/demo.yaml", RIGHT).expect("right");
    assert_eq!(grader.goals.len(), 2);
    assert_eq!(grader.max_score(), 3);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of mistakes")]
fn every_mistake_is_told_with_its_place_and_the_nearest_word() {
    let mut gallery = String::new();
    let g = &mut gallery;
    case(
        g,
        "a check that does not exist",
        "      container: {subject: web, state: [running]}",
        "      contaner: {subject: web}",
    );
    case(
        g,
        "a check far from any word",
        "      port: {container",
        "      goat: {container",
    );
    case(
        g,
        "a field that does not exist",
        "subject: web, state: [running]",
        "subject: web, stat: [running]",
    );
    case(g, "a field of a goal", "    points: 2", "    pionts: 2");
    case(g, "a state that does not exist", "[running]", "[runing]");
    case(g, "a list is wanted", "state: [running]", "state: running");
    case(g, "text instead of points", "points: 2", "points: two");
    case(g, "negative points", "points: 2", "points: -1");
    case(
        g,
        "no French",
        "{en: \"It runs\", fr: \"Il tourne\"}",
        "{en: \"It runs\"}",
    );
    case(
        g,
        "one language only",
        "{en: \"It runs\", fr: \"Il tourne\"}",
        "It runs",
    );
    case(g, "no points", "    points: 2\n", "");
    case(
        g,
        "no check",
        "    check:\n      port: {container: web, host: 80, target: 80}\n",
        "",
    );
    case(
        g,
        "two checks in one",
        "      container: {subject: web, state: [running]}\n",
        "      container: {subject: web}\n      image: {name: nginx}\n",
    );
    case(
        g,
        "a matcher that does not exist",
        "name: webserver",
        "name: {equal: webserver}",
    );
    case(g, "an empty matcher", "name: webserver", "name: {}");
    case(
        g,
        "a regex that does not parse",
        "name: webserver",
        "name: {regex: \"(\"}",
    );
    case(g, "a port that is no number", "host: 80", "host: eighty");
    case(
        g,
        "another schema",
        "plimsoll/grader/v1",
        "plimsoll/grader/v9",
    );
    case(
        g,
        "a field twice",
        "    points: 2\n",
        "    points: 2\n    points: 3\n",
    );
    case(
        g,
        "two documents",
        "goals:\n",
        "goals: []\n---\na: 1\n---\nb:\n",
    );
    insta::assert_snapshot!(gallery);
}

#[test]
fn what_is_not_yaml_is_told_in_an_author_s_words() {
    let mut gallery = String::new();
    let g = &mut gallery;
    case(g, "not YAML", "goals:\n", "goals: [\n");
    case(g, "a tab", "    points: 2", "\tpoints: 2");
    case(g, "a tab before a value", "goals:\n", "goals:\n\t- id: x\n");
    case(g, "a tab behind spaces", "    points: 2", "  \t points: 2");
    case(g, "a key too far right", "    points: 2", "     points: 2");
    case(g, "a key too far left", "    points: 2", "   points: 2");
    case(
        g,
        "a key at the item's hyphen",
        "    points: 2",
        "  points: 2",
    );
    case(g, "a key at the margin", "    points: 2", "points: 2");
    case(g, "a first key too far right", "lab: demo", " lab: demo");
    case(
        g,
        "a value of a key that is not indented",
        "    check:\n      container:",
        "    check:\n    container:",
    );
    case(g, "an item too far left", "  - id: port", " - id: port");
    case(g, "an item too far right", "  - id: port", "   - id: port");
    case(g, "an item at a key", "  - id: port", "    - id: port");
    case(g, "no space behind the colon", "points: 2", "points:2");
    case(
        g,
        "a colon in a text",
        "{en: \"It runs\", fr: \"Il tourne\"}",
        "\n      en: It: runs\n      fr: Il tourne",
    );
    case(g, "a quote that does not end", "\"It runs\"", "\"It runs");
    case(
        g,
        "a brace that does not end",
        "fr: \"Il tourne\"}",
        "fr: \"Il tourne\"",
    );
    insta::assert_snapshot!(gallery);
}

#[test]
fn a_lab_file_tells_its_mistakes_too() {
    let text = "schema: plimsoll/lab/v1\norder: 1\ntitle: {en: a, fr: b}\nsumary: {en: a, fr: b}\n";
    let told = read_lab("labs/demo/lab.yaml", text)
        .expect_err("wrong")
        .to_string();
    insta::assert_snapshot!(told, @r"
    labs/demo/lab.yaml:4:1: unknown word `sumary`
      help: did you mean `summary`?
    ");
}

#[test]
fn hostile_yaml_is_refused_quickly() {
    let mut gallery = String::new();
    let mut refuse = |name: &str, text: String| {
        let error = read_grader("graders/demo.yaml", &text).expect_err(name);
        gallery.push_str(&format!("# {name}\n{error}\n\n"));
    };
    refuse("too large", " ".repeat(600 * 1024));
    refuse("deep", format!("goals: {}", "[".repeat(5000)));
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..20 {
        let before = level - 1;
        bomb.push_str(&format!(
            "a{level}: &a{level} [{}]\n",
            vec![format!("*a{before}"); 10].join(", ")
        ));
    }
    bomb.push_str("lab: *a19\n");
    refuse("alias bomb", bomb);
    let inner = RIGHT.replacen(
        "subject: web, state: [running]",
        "subject: web, state: &s [*s, *s]",
        1,
    );
    refuse("an alias to itself", inner);
    refuse("empty", String::new());
    refuse("binary", "\u{0}\u{1}".to_string());
    insta::assert_snapshot!(gallery);
}

/// The words after `valid here:` when a check is misspelt beyond recognition.
fn words_of_a_check() -> Vec<String> {
    let text = RIGHT.replacen("      port: {container", "      goat: {container", 1);
    let error = read_grader("graders/demo.yaml", &text).expect_err("wrong");
    let help = error.help.expect("the valid words");
    let words = help.en.strip_prefix("valid here: ").expect("a list");
    words.split(", ").map(str::to_string).collect()
}

#[test]
fn the_json_schema_knows_every_check_that_is_read() {
    let schema = json_schema("grader").expect("the grader's schema");
    let branches = schema["$defs"]["Check"]["oneOf"]
        .as_array()
        .expect("kinds of checks");
    let described: Vec<String> = branches
        .iter()
        .filter_map(|branch| branch["required"][0].as_str().map(str::to_string))
        .collect();
    assert_eq!(described, words_of_a_check());
    for name in ["lab", "course"] {
        assert!(json_schema(name).is_some(), "{name}");
    }
    assert!(json_schema("other").is_none());
}

#[test]
fn the_json_schema_of_matchers_says_what_is_read() {
    let schema = json_schema("grader").expect("the grader's schema");
    for (name, wrong) in [
        ("TextMatch", "name: {goat: 1}"),
        ("NumberMatch", "host: {goat: 1}"),
    ] {
        let from = if name == "TextMatch" {
            "name: webserver"
        } else {
            "host: 80"
        };
        let error = read_grader("g.yaml", &RIGHT.replacen(from, wrong, 1)).expect_err("wrong");
        let help = error.help.expect("the valid words");
        let mut read: Vec<&str> = help
            .en
            .trim_start_matches("valid here: ")
            .split(", ")
            .collect();
        let properties = schema["$defs"][name]["properties"]
            .as_object()
            .expect("properties");
        let mut described: Vec<&str> = properties.keys().map(String::as_str).collect();
        read.sort_unstable();
        described.sort_unstable();
        assert_eq!(described, read, "{name}");
    }
}
