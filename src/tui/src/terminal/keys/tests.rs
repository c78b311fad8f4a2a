//! Against "XTerm Control Sequences": "PC-Style Function Keys", "VT220-Style
//! Function Keys", "Alt and Meta Keys", and terminfo's `xterm-256color`.

use super::*;

const PLAIN: TermMode = TermMode::NONE;
const NONE: KeyModifiers = KeyModifiers::NONE;
const SHIFT: KeyModifiers = KeyModifiers::SHIFT;
const ALT: KeyModifiers = KeyModifiers::ALT;
const CONTROL: KeyModifiers = KeyModifiers::CONTROL;

fn sent(code: KeyCode, modifiers: KeyModifiers, mode: TermMode) -> String {
    let bytes = encode(&KeyEvent::new(code, modifiers), mode).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn characters_are_themselves() {
    for character in ['a', 'A', ' ', 'é', '€', '界', '🦀'] {
        let text = character.to_string();
        assert_eq!(sent(KeyCode::Char(character), NONE, PLAIN), text);
        assert_eq!(
            sent(KeyCode::Char(character), ALT, PLAIN),
            format!("\x1b{text}")
        );
    }
    assert_eq!(sent(KeyCode::Char('A'), SHIFT, PLAIN), "A");
    assert_eq!(sent(KeyCode::Char('a'), SHIFT, PLAIN), "A");
}

#[test]
fn ctrl_makes_control_characters() {
    for (character, byte) in [
        ('a', 0x01),
        ('c', 0x03),
        ('C', 0x03),
        ('z', 0x1a),
        (' ', 0x00),
        ('@', 0x00),
        ('[', 0x1b),
        ('\\', 0x1c),
        (']', 0x1d),
        ('^', 0x1e),
        ('_', 0x1f),
        ('?', 0x7f),
        // What crossterm makes of ^\ ^] ^^ ^_ in a terminal.
        ('4', 0x1c),
        ('5', 0x1d),
        ('6', 0x1e),
        ('7', 0x1f),
    ] {
        let text = char::from(byte).to_string();
        assert_eq!(
            sent(KeyCode::Char(character), CONTROL, PLAIN),
            text,
            "{character}"
        );
        let with_alt = sent(KeyCode::Char(character), CONTROL | ALT, PLAIN);
        assert_eq!(with_alt, format!("\x1b{text}"));
    }
    assert_eq!(sent(KeyCode::Char('é'), CONTROL, PLAIN), "é");
}

#[test]
fn editing_keys() {
    for (code, modifiers, bytes) in [
        (KeyCode::Enter, NONE, "\r"),
        (KeyCode::Enter, ALT, "\x1b\r"),
        (KeyCode::Tab, NONE, "\t"),
        (KeyCode::BackTab, SHIFT, "\x1b[Z"),
        (KeyCode::Esc, NONE, "\x1b"),
        (KeyCode::Esc, ALT, "\x1b\x1b"),
        (KeyCode::Backspace, NONE, "\x7f"),
        (KeyCode::Backspace, ALT, "\x1b\x7f"),
        (KeyCode::Backspace, CONTROL, "\x08"),
        (KeyCode::Null, NONE, "\0"),
        (KeyCode::Insert, NONE, "\x1b[2~"),
        (KeyCode::Delete, NONE, "\x1b[3~"),
        (KeyCode::PageUp, NONE, "\x1b[5~"),
        (KeyCode::PageDown, NONE, "\x1b[6~"),
        (KeyCode::Delete, CONTROL, "\x1b[3;5~"),
        (KeyCode::PageUp, SHIFT, "\x1b[5;2~"),
    ] {
        assert_eq!(
            sent(code, modifiers, PLAIN),
            bytes,
            "{code:?} {modifiers:?}"
        );
    }
    assert_eq!(
        sent(KeyCode::Enter, NONE, TermMode::LINE_FEED_NEW_LINE),
        "\r\n"
    );
}

#[test]
fn cursor_keys_follow_the_application_mode_unless_modified() {
    for (code, letter) in [
        (KeyCode::Up, 'A'),
        (KeyCode::Down, 'B'),
        (KeyCode::Right, 'C'),
        (KeyCode::Left, 'D'),
        (KeyCode::End, 'F'),
        (KeyCode::Home, 'H'),
    ] {
        assert_eq!(sent(code, NONE, PLAIN), format!("\x1b[{letter}"));
        assert_eq!(
            sent(code, NONE, TermMode::APP_CURSOR),
            format!("\x1bO{letter}")
        );
        for mode in [PLAIN, TermMode::APP_CURSOR] {
            assert_eq!(sent(code, SHIFT, mode), format!("\x1b[1;2{letter}"));
            assert_eq!(sent(code, ALT, mode), format!("\x1b[1;3{letter}"));
            assert_eq!(sent(code, SHIFT | ALT, mode), format!("\x1b[1;4{letter}"));
            assert_eq!(sent(code, CONTROL, mode), format!("\x1b[1;5{letter}"));
            let all = SHIFT | ALT | CONTROL;
            assert_eq!(sent(code, all, mode), format!("\x1b[1;8{letter}"));
        }
    }
}

#[test]
fn function_keys() {
    let plain = [
        "\x1bOP", "\x1bOQ", "\x1bOR", "\x1bOS", "\x1b[15~", "\x1b[17~", "\x1b[18~", "\x1b[19~",
        "\x1b[20~", "\x1b[21~", "\x1b[23~", "\x1b[24~",
    ];
    // kf13 to kf24 of terminfo.
    let shifted = [
        "\x1b[1;2P",
        "\x1b[1;2Q",
        "\x1b[1;2R",
        "\x1b[1;2S",
        "\x1b[15;2~",
        "\x1b[17;2~",
        "\x1b[18;2~",
        "\x1b[19;2~",
        "\x1b[20;2~",
        "\x1b[21;2~",
        "\x1b[23;2~",
        "\x1b[24;2~",
    ];
    for number in 1..=12_u8 {
        let at = usize::from(number) - 1;
        assert_eq!(sent(KeyCode::F(number), NONE, PLAIN), plain[at]);
        assert_eq!(sent(KeyCode::F(number), SHIFT, PLAIN), shifted[at]);
        assert_eq!(sent(KeyCode::F(number + 12), NONE, PLAIN), shifted[at]);
    }
    assert_eq!(sent(KeyCode::F(4), ALT, PLAIN), "\x1b[1;3S");
    assert_eq!(sent(KeyCode::F(5), CONTROL, PLAIN), "\x1b[15;5~");
}

#[test]
fn the_keypad_has_its_own_codes_when_asked() {
    let key = |code| KeyEvent {
        state: KeyEventState::KEYPAD,
        ..KeyEvent::new(code, NONE)
    };
    let five = key(KeyCode::Char('5'));
    assert_eq!(encode(&five, TermMode::APP_KEYPAD).unwrap(), b"\x1bOu");
    assert_eq!(encode(&five, PLAIN).unwrap(), b"5");
    assert_eq!(
        encode(&key(KeyCode::Enter), TermMode::APP_KEYPAD).unwrap(),
        b"\x1bOM"
    );
    // Without the protocol that tells it apart, it is a digit.
    assert_eq!(sent(KeyCode::Char('5'), NONE, TermMode::APP_KEYPAD), "5");
}

#[test]
fn releases_and_lone_modifiers_are_nothing() {
    let release = KeyEvent {
        kind: KeyEventKind::Release,
        ..KeyEvent::new(KeyCode::Char('a'), NONE)
    };
    assert_eq!(encode(&release, PLAIN), None);
    let caps = KeyEvent::new(KeyCode::CapsLock, NONE);
    assert_eq!(encode(&caps, PLAIN), None);
}
