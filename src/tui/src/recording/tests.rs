use serde_json::{Value, json};

use super::*;

const START: u64 = 1_700_000_000_500;

struct Desk {
    _directory: tempfile::TempDir,
    path: PathBuf,
    recorder: Recorder,
}

fn desk() -> Desk {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("session.cast");
    let about = About {
        rows: 24,
        columns: 80,
        started: START,
        title: "Un \"titre\"".to_owned(),
        language: Language::French,
    };
    Desk {
        recorder: Recorder::create(&path, &about).unwrap(),
        _directory: directory,
        path,
    }
}

impl Desk {
    /// The file as a player reads it: a JSON value a line.
    fn lines(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(&self.path).unwrap();
        assert!(text.ends_with('\n'));
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    fn events(&self) -> Vec<Value> {
        self.lines().split_off(1)
    }
}

#[test]
fn a_session_reads_back_as_asciicast_v3() {
    let mut desk = desk();
    let recorder = &mut desk.recorder;
    recorder
        .output(START + 248, b"\x1b[1;31mlab$\x1b[0m \"\r\n")
        .unwrap();
    recorder.resize(START + 1_249, 30, 100).unwrap();
    recorder
        .marker(START + 1_249, "goal met: runs-nginx")
        .unwrap();
    recorder.exit(START + 4_000, 130).unwrap();
    assert_eq!(
        desk.lines(),
        [
            json!({
                "version": 3,
                "term": {"cols": 80, "rows": 24, "type": "xterm-256color"},
                "timestamp": START / 1000,
                "title": "Un \"titre\"",
            }),
            json!([0.248, "o", "\u{1b}[1;31mlab$\u{1b}[0m \"\r\n"]),
            json!([1.001, "r", "100x30"]),
            json!([0.0, "m", "goal met: runs-nginx"]),
            json!([2.751, "x", "130"]),
        ]
    );
}

#[test]
fn intervals_do_not_drift_and_never_go_back() {
    let mut desk = desk();
    for step in 1..=1_000 {
        desk.recorder.output(START + step * 7, b"x").unwrap();
    }
    desk.recorder
        .marker(START, "the clock was set back")
        .unwrap();
    let events = desk.events();
    let sum: f64 = events.iter().map(|event| event[0].as_f64().unwrap()).sum();
    assert!((sum - 7.0).abs() < 1e-6, "{sum}");
    assert_eq!(events.last().unwrap()[0], json!(0.0));
}

#[test]
fn characters_cut_by_a_read_are_whole_and_garbage_is_marked() {
    for cut in 0..="é€🦀".len() {
        let mut desk = desk();
        let (left, right) = "é€🦀".as_bytes().split_at(cut);
        desk.recorder.output(START, left).unwrap();
        desk.recorder.output(START, right).unwrap();
        let text: String = desk
            .events()
            .iter()
            .map(|event| event[2].as_str().unwrap())
            .collect();
        assert_eq!(text, "é€🦀", "cut at {cut}");
    }
    let mut desk = desk();
    desk.recorder.output(START, b"a\xff\xe2\x82b\xf0").unwrap();
    desk.recorder.output(START, b"c").unwrap();
    let text: String = desk
        .events()
        .iter()
        .map(|event| event[2].as_str().unwrap())
        .collect();
    assert_eq!(text, "a\u{fffd}\u{fffd}b\u{fffd}c");
}

#[test]
fn every_event_is_in_the_file_before_the_next() {
    let mut desk = desk();
    for count in 1..5 {
        desk.recorder.output(START, b"x").unwrap();
        assert_eq!(desk.events().len(), count);
    }
}

#[test]
fn a_full_recording_says_so_and_goes_on_with_goals() {
    let mut desk = desk();
    desk.recorder.largest = 100_000;
    for second in 0..200 {
        desk.recorder.output(START + second, &[b'x'; 1000]).unwrap();
    }
    desk.recorder.marker(START + 200, "goal met: a").unwrap();
    desk.recorder.exit(START + 201, 0).unwrap();
    let events = desk.events();
    let kinds: String = events
        .iter()
        .map(|event| event[1].as_str().unwrap())
        .collect();
    assert_eq!(kinds.trim_start_matches('o'), "mmx");
    let said = events[kinds.len() - 3][2].as_str().unwrap();
    assert!(
        said.starts_with("L'enregistrement a atteint sa taille maximale"),
        "{said}"
    );
    assert!(std::fs::metadata(&desk.path).unwrap().len() < 101_000);

    for _ in 0..100 {
        desk.recorder
            .marker(START + 300, &"x".repeat(100_000))
            .unwrap();
    }
    let size = std::fs::metadata(&desk.path).unwrap().len();
    assert!(size < 100_000 + ROOM_FOR_MARKERS + 110_000, "{size}");
}

#[test]
fn a_write_that_fails_is_named_and_leaves_whole_lines() {
    let full = std::path::Path::new("/dev/full");
    let mut desk = desk();
    desk.recorder.file = OpenOptions::new().write(true).open(full).unwrap();
    let error = desk.recorder.output(START, b"x").unwrap_err().to_string();
    assert!(
        error.starts_with("cannot write to the recording /"),
        "{error}"
    );
    assert_eq!(desk.lines().len(), 1);
}

#[test]
fn a_file_that_is_there_is_not_written_over_and_is_the_users_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = desk();
    let mode = std::fs::metadata(&desk.path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let about = About {
        rows: 1,
        columns: 1,
        started: 0,
        title: String::new(),
        language: Language::English,
    };
    let error = Recorder::create(&desk.path, &about)
        .err()
        .unwrap()
        .to_string();
    assert!(error.starts_with("cannot make the recording /"), "{error}");
    assert_eq!(desk.lines().len(), 1);
}
