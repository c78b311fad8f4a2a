use super::*;
use std::io::Read;
use std::os::unix::net::UnixStream;

const LIGHT: &[u8] = b"\x1b]11;rgb:ffff/fafa/f0f0\x1b\\";
const FENCE: &[u8] = b"\x1b[?62;22c";

/// A terminal that answers so at once.
fn asked(answers: &[u8]) -> Heard {
    let (ours, mut theirs) = UnixStream::pair().expect("a pair");
    theirs.write_all(answers).expect("it is written");
    let heard = ask(&ours, &ours, Duration::from_millis(20)).expect("it can be asked");
    drop(ours);
    let mut question = Vec::new();
    theirs.read_to_end(&mut question).expect("it is read");
    assert_eq!(question, b"\x1b]11;?\x1b\\\x1b[c");
    heard
}

/// Bytes as keys, as they come when nobody waits for an answer any more.
fn keys(text: &str) -> Vec<Event> {
    let mut held = KeyModifiers::NONE;
    let mut keys = Vec::new();
    for sign in text.chars() {
        let (code, modifiers) = match sign {
            '\x1b' => {
                held = KeyModifiers::ALT;
                continue;
            }
            '\x07' => (KeyCode::Char('g'), KeyModifiers::CONTROL),
            sign => (KeyCode::Char(sign), held),
        };
        held = KeyModifiers::NONE;
        keys.push(Event::Key(KeyEvent::new(code, modifiers)));
    }
    keys
}

fn passed(late: &mut Late, events: Vec<Event>) -> Passed {
    let mut all = Passed::default();
    for event in events {
        let one = late.pass(event);
        all.events.extend(one.events);
        all.palette = one.palette.or(all.palette);
    }
    all
}

#[test]
fn colours_are_light_or_dark_however_they_are_written() {
    for (answer, wanted) in [
        ("11;rgb:ffff/ffff/ffff", Some(Palette::Light)),
        ("11;rgb:0000/0000/0000", Some(Palette::Dark)),
        ("11;rgb:fd/f6/e3", Some(Palette::Light)),
        ("11;rgba:1e1e/1e1e/2e2e/ffff", Some(Palette::Dark)),
        ("11;#fdf6e3", Some(Palette::Light)),
        ("11;rgb:0/0/f", Some(Palette::Dark)),
        ("11;rgb:ffff/ffff", None),
        ("11;rgb:ffff/zz/ffff", None),
        ("11;rgb:fffff/0/0", None),
        ("11;cyan", None),
        ("11;#é", None),
        ("10;rgb:ffff/ffff/ffff", None),
        ("", None),
    ] {
        assert_eq!(palette(answer), wanted, "{answer}");
    }
}

#[test]
fn an_answer_is_heard_and_nothing_more_is_waited_for() {
    let heard = asked(&[LIGHT, FENCE].concat());
    assert_eq!(heard.palette, Some(Palette::Light));
    assert!(heard.typed.is_empty());
    assert!(!heard.late.owed);
}

#[test]
fn a_terminal_that_knows_no_colours_says_so_by_the_second_answer() {
    let heard = asked(FENCE);
    assert_eq!(heard.palette, None);
    assert!(!heard.late.owed);
    assert!(asked(b"").late.owed, "one that is silent may speak yet");
}

#[test]
fn what_is_typed_meanwhile_is_kept() {
    let heard = asked(&[b"q\xc3\xa9".as_slice(), LIGHT, b"\r\x1b[A\x03", FENCE, b"x"].concat());
    let keys: Vec<KeyCode> = heard.typed.iter().map(|key| key.code).collect();
    let char = KeyCode::Char;
    assert_eq!(
        keys,
        [char('q'), char('é'), KeyCode::Enter, char('c'), char('x')]
    );
    assert_eq!(heard.typed[3].modifiers, KeyModifiers::CONTROL);
    assert_eq!(heard.palette, Some(Palette::Light));
}

#[test]
fn a_late_answer_reaches_nobody() {
    for end in ["\x1b\\", "\x07"] {
        let mut late = asked(b"").late;
        let answer = format!("a\x1b]11;rgb:ffff/FAFA/f0f0{end}b");
        let all = passed(&mut late, keys(&answer));
        assert_eq!(all.events, keys("ab"), "{end:?}");
        assert_eq!(all.palette, Some(Palette::Light));
        assert!(!late.owed, "no other comes");
    }
}

#[test]
fn an_answer_whose_bytes_come_one_by_one_is_one() {
    let escape = || Event::Key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE));
    let mut late = asked(b"").late;
    let mut events = vec![escape()];
    events.extend(keys("]11;rgb:0000/0000/0000"));
    events.push(escape());
    events.extend(keys("\\"));
    let all = passed(&mut late, events);
    assert_eq!(all.events, []);
    assert_eq!(all.palette, Some(Palette::Dark));
}

#[test]
fn an_answer_that_is_cut_by_the_end_of_the_wait_is_put_together() {
    let whole = [LIGHT, FENCE].concat();
    for cut in 1..whole.len() {
        let heard = asked(&whole[..cut]);
        let mut late = heard.late;
        let rest = String::from_utf8_lossy(&whole[cut..]).into_owned();
        // The second answer is nobody's key once it comes whole.
        let rest = rest.strip_suffix("\x1b[?62;22c").unwrap_or(&rest);
        let all = passed(&mut late, keys(rest));
        assert_eq!(all.events, [], "cut at {cut}");
        assert_eq!(
            all.palette.or(heard.palette),
            Some(Palette::Light),
            "cut at {cut}"
        );
    }
}

#[test]
fn what_is_no_answer_is_the_learners() {
    for typed in ["\x1b]12;rgb", "\x1b]x", "\x1b\\", "]11;", "\x1b]11;rgb:zz"] {
        let mut late = asked(b"").late;
        let mut all = passed(&mut late, keys(typed)).events;
        assert_eq!(late.holds(), all.len() < keys(typed).len());
        all.extend(late.release().events);
        assert_eq!(all, keys(typed), "{typed:?}");
    }
    let mut done = asked(FENCE).late;
    let typed = keys("\x1b]11;rgb:0/0/0\x1b\\");
    assert_eq!(passed(&mut done, typed.clone()).events, typed);
}
