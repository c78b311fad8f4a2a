use alacritty_terminal::term::cell::Flags;
use crossterm::event::{KeyCode, KeyModifiers};

use super::*;

fn showing(bytes: &str) -> Terminal {
    let mut terminal = Terminal::new(6, 20);
    assert_eq!(terminal.feed(bytes.as_bytes()), b"");
    terminal
}

fn screen(terminal: &Terminal) -> String {
    let (rows, columns) = terminal.drawn_size();
    let shown = |row, column| match terminal.cell(row, column).c {
        '\t' => ' ',
        other => other,
    };
    let row = |row| -> String { (0..columns).map(|column| shown(row, column)).collect() };
    let lines: Vec<String> = (0..rows)
        .map(|line| row(line).trim_end().to_owned())
        .collect();
    lines.join("\n").trim_end().to_owned()
}

fn answer(bytes: &str) -> String {
    let mut terminal = Terminal::new(6, 20);
    String::from_utf8(terminal.feed(bytes.as_bytes())).unwrap()
}

#[test]
fn output_cut_anywhere_is_the_same() {
    let output = "a\x1b[31mré\x1b]2;title\x07d\x1b[0m 界\x1b(0lqk\x1b(B\r\n\x1b[3;5Hx".as_bytes();
    for cut in 0..output.len() {
        let mut terminal = Terminal::new(6, 20);
        let (left, right) = output.split_at(cut);
        let _ = terminal.feed(left);
        let _ = terminal.feed(right);
        assert_eq!(screen(&terminal), "aréd 界 ┌─┐\n\n    x", "cut at {cut}");
        assert_eq!(terminal.title(), Some("title"));
    }
}

#[test]
fn what_curses_programs_send_is_understood() {
    // Tab stops, back tab, insert mode, no wrap, repeat, erase, index.
    let terminal = showing("\x1b[3g\x1b[1;5H\x1bH\x1b[1;1H\ta\x1b[Zb\r\n\x1b[4hxy\x1b[1Gz\x1b[4l");
    assert_eq!(screen(&terminal), "    b\nzxy");
    let terminal = showing("\x1b[?7l0123456789012345678901234\x1b[?7h");
    assert_eq!(screen(&terminal), "0123456789012345678\u{34}");
    assert_eq!(screen(&showing("ab\x1b[5b\x1b[3G\x1b[2X")), "ab  bbb");
    assert_eq!(screen(&showing("a\x1bDb\x1bEc\x1bMd")), "a\n d\nc");
}

#[test]
fn questions_are_answered() {
    assert_eq!(answer("\x1b[c"), "\x1b[?6c");
    assert_eq!(answer("\x1b[0c"), "\x1b[?6c");
    assert_eq!(answer("\x1b[>c"), "\x1b[>0;0;0c");
    assert_eq!(answer("\x1b[5n"), "\x1b[0n");
    assert_eq!(answer("\x1b[3;4H\x1b[6n"), "\x1b[3;4R");
    assert_eq!(answer("\x1b[18t"), "\x1b[8;6;20t");
    assert_eq!(
        answer("\x1b[?2004$p\x1b[?2004h\x1b[?2004$p"),
        "\x1b[?2004;2$y\x1b[?2004;1$y"
    );
    assert_eq!(answer("\x1b[4$p"), "\x1b[4;2$y");
    // Not claimed, because not done: synchronised updates.
    assert_eq!(answer("\x1b[?2026$p"), "\x1b[?2026;0$y");
}

#[test]
fn colours_are_told_once_they_are_known() {
    let ask = b"\x1b]10;?\x07\x1b]11;?\x1b\\";
    let mut terminal = Terminal::new(6, 20);
    assert_eq!(terminal.feed(ask), b"");
    terminal.set_background(Background::Light);
    let told = b"\x1b]10;rgb:0000/0000/0000\x07\x1b]11;rgb:ffff/ffff/ffff\x1b\\";
    assert_eq!(terminal.feed(ask), told);
}

#[test]
fn no_answer_repeats_what_the_program_sent() {
    // Title report, DECRQSS, answerback, clipboard, palette, keyboard modes.
    let bytes = "\x1b]2;rm -rf\x07\x1b[21t\x1bP$q;rm\x1b\\\x05\x1b]52;c;?\x07\x1b]4;1;?\x07\x1b[?u";
    assert_eq!(answer(bytes), "");
}

#[test]
fn answers_are_bounded() {
    let mut terminal = Terminal::new(6, 20);
    assert!(terminal.feed(&b"\x1b[6n".repeat(100_000)).len() <= 4096);
    assert_eq!(terminal.feed(b"\x1b[5n"), b"\x1b[0n");
}

#[test]
fn the_clipboard_is_out_of_reach() {
    let mut terminal = showing("\x1b]52;c;cm0gLXJm\x07text");
    assert_eq!(terminal.text_selection(), None);
    assert_eq!(terminal.paste(""), b"");
}

#[test]
fn bells_and_titles() {
    let mut terminal = showing("\x07a\x07\x1b]0;one\x07\x1b]2;t\u{202e}w\u{1}o\x07");
    assert_eq!(terminal.take_bells(), 2);
    assert_eq!(terminal.take_bells(), 0);
    assert_eq!(terminal.title(), Some("two"));
    assert_eq!(terminal.feed(b"\x1b]2;\x07"), b"");
    assert_eq!(terminal.title(), None);
}

#[test]
fn marks_over_a_letter_are_bounded() {
    let many = format!(
        "e{}\x1b[2G{}x",
        "\u{301}".repeat(1000),
        "\u{301}".repeat(1000)
    );
    let terminal = showing(&many);
    assert_eq!(terminal.cell(0, 0).zerowidth().unwrap().len(), 4);
    assert_eq!(terminal.cell(0, 1).c, 'x');
    let marks = "\u{301}".repeat(9);
    let terminal = showing(&format!("a{marks}b{marks}界{marks}"));
    let counts = [0, 1, 2, 3].map(|column| terminal.cell(0, column).zerowidth().map(<[char]>::len));
    assert_eq!(counts, [Some(4), Some(4), Some(4), None]);
}

#[test]
fn marks_over_all_letters_are_bounded_and_old_ones_make_room() {
    let marks = |terminal: &Terminal| {
        let term = &terminal.emulator.term;
        let (start, end) = (term.topmost_line(), term.bottommost_line());
        let start = Point::new(start, Column(0));
        let text = screen_text::text_between(term.grid(), start, Point::new(end, Column(79)));
        text.matches('\u{301}').count()
    };
    let mut terminal = Terminal::new(24, 80);
    let line = format!("{}\r\n", "e\u{301}".repeat(79));
    let _ = terminal.feed(line.repeat(1_000).as_bytes());
    assert_eq!(marks(&terminal), 20_000);
    let _ = terminal.feed("\n".repeat(6_000).as_bytes());
    assert_eq!(marks(&terminal), 0);
    let _ = terminal.feed(line.repeat(1_000).as_bytes());
    assert_eq!(marks(&terminal), 20_000);
}

#[test]
fn a_letter_repeated_without_end_costs_a_screen() {
    let mut terminal = Terminal::new(6, 20);
    // Eight bytes for 65535 letters, a hundred times.
    let _ = terminal.feed("a\x1b[65535b".repeat(100).as_bytes());
    assert_eq!(screen(&terminal).len(), 6 * 20 + 5);
    let _ = terminal.feed(b"\r\nb");
    assert!(screen(&terminal).ends_with("\nb"));
}

#[test]
fn history_is_bounded_and_seen_by_scrolling() {
    let mut terminal = showing("");
    for line in 0..20_000 {
        let _ = terminal.feed(format!("{line}\r\n").as_bytes());
    }
    assert_eq!(terminal.history(), 5_000);
    terminal.scroll(Scroll::Lines(2));
    assert_eq!((terminal.scrolled(), terminal.cursor()), (2, None));
    assert_eq!(
        screen(&terminal),
        "19993\n19994\n19995\n19996\n19997\n19998"
    );
    terminal.scroll(Scroll::Page(1));
    assert_eq!(terminal.scrolled(), 8);
    // What is looked at stays, while more comes.
    let _ = terminal.feed(b"more\r\n");
    assert_eq!(
        screen(&terminal),
        "19987\n19988\n19989\n19990\n19991\n19992"
    );
    terminal.scroll(Scroll::Top);
    assert_eq!(screen(&terminal).lines().next(), Some("14996"));
    terminal.scroll(Scroll::Bottom);
    assert!(!terminal.is_scrolled());
}

#[test]
fn a_key_goes_back_to_the_newest_lines() {
    let mut terminal = showing(&"line\r\n".repeat(30));
    terminal.scroll(Scroll::Top);
    let key = |code| KeyEvent::new(code, KeyModifiers::NONE);
    assert_eq!(terminal.key(&key(KeyCode::CapsLock)), None);
    assert!(terminal.is_scrolled());
    assert_eq!(terminal.key(&key(KeyCode::Char('x'))).unwrap(), b"x");
    assert!(!terminal.is_scrolled());
}

#[test]
fn lines_fold_anew_when_the_width_changes() {
    let mut terminal = showing("0123456789abcdefghijklmnop");
    assert_eq!(screen(&terminal), "0123456789abcdefghij\nklmnop");
    terminal.resize(6, 30);
    assert_eq!(screen(&terminal), "0123456789abcdefghijklmnop");
    assert_eq!(terminal.cursor(), Some((0, 26)));
    terminal.resize(6, 9);
    terminal.scroll(Scroll::Top);
    assert_eq!(screen(&terminal), "012345678\n9abcdefgh\nijklmnop");
}

#[test]
fn sizes_that_no_terminal_has() {
    for (rows, columns) in [(0, 0), (1, 1), (u16::MAX, u16::MAX), (0, u16::MAX)] {
        let mut terminal = Terminal::new(rows, columns);
        let _ = terminal.feed("界x\r\n\x1b[6n".as_bytes());
        terminal.resize(columns, rows);
        let _ = terminal.feed("界x".as_bytes());
        assert_eq!(terminal.size(), (columns, rows));
        let (rows, columns) = terminal.drawn_size();
        assert!((1..=300).contains(&rows) && (2..=600).contains(&columns));
    }
}

#[test]
fn pasting() {
    let mut terminal = showing("");
    assert_eq!(terminal.paste("a\nb\r\nc\td"), b"a\rb\rc\td");
    assert_eq!(terminal.paste("x\x1b[201~rm\x03\u{9b}\x00y"), b"x[201~rmy");
    let _ = terminal.feed(b"\x1b[?2004h");
    assert_eq!(terminal.paste("é\nb"), "\x1b[200~é\rb\x1b[201~".as_bytes());
    let escape = "x\x1b[201~\nrm -rf ~\n";
    assert_eq!(
        terminal.paste(escape),
        b"\x1b[200~x[201~\rrm -rf ~\r\x1b[201~"
    );
    assert_eq!(terminal.paste("\x1b\x07"), b"");
}

#[test]
fn a_command_put_at_the_prompt_is_never_run() {
    let mut terminal = showing("");
    let mut insert = |command: &str| {
        let bytes = terminal.insert(command)?;
        Some(String::from_utf8(bytes).expect("text"))
    };
    assert_eq!(insert("docker ps\n").as_deref(), Some("docker ps"));
    assert_eq!(insert("a\tc\x03\x04d").as_deref(), Some("a cd"));
    assert_eq!(insert("a\nb"), None);
    assert_eq!(insert("a\rb"), None);
    let _ = terminal.feed(b"\x1b[?2004h");
    let mut insert = |command: &str| {
        let bytes = terminal.insert(command)?;
        Some(String::from_utf8(bytes).expect("text"))
    };
    assert_eq!(insert(" docker ps\n\n").as_deref(), Some("docker ps"));
    // As one text, with its lines; and it cannot end its own brackets.
    assert_eq!(
        insert("cat <<EOF\nFROM base\x1b[201~\nEOF\n").as_deref(),
        Some("\x1b[200~cat <<EOF\rFROM base[201~\rEOF\x1b[201~")
    );
}

#[test]
fn focus_is_told_to_programs_that_asked() {
    let mut terminal = showing("");
    assert_eq!(terminal.focus(Focus::Here), None);
    let _ = terminal.feed(b"\x1b[?1004h");
    assert_eq!(terminal.focus(Focus::Here), Some(&b"\x1b[I"[..]));
    assert_eq!(terminal.focus(Focus::Elsewhere), Some(&b"\x1b[O"[..]));
}

#[test]
fn the_last_screen_comes_back_above_a_rule() {
    let terminal = showing("\x1b[31mred\x1b[0m\r\n\r\na line longer than the screen is\r\nlab$ ");
    let saved = terminal.last_screen();
    let text = String::from_utf8(saved.clone()).unwrap();
    assert_eq!(text, "red\n\na line longer than the screen is\nlab$");

    let mut again = Terminal::new(10, 40);
    again.restore(&saved, Language::French);
    assert_eq!(
        screen(&again),
        "red\n\na line longer than the screen is\nlab$\n--- ci-dessus : dernière visite ---"
    );
    assert_eq!(again.cursor(), Some((5, 0)));
    assert_eq!(
        again.last_screen(),
        [
            &saved[..],
            "\n--- ci-dessus : dernière visite ---".as_bytes()
        ]
        .concat()
    );
}

#[test]
fn a_saved_screen_can_do_nothing() {
    let mut terminal = Terminal::new(6, 40);
    terminal.restore(
        b"\x1b[?1049h\x1b]2;x\x07\xff\x9b6n\rabc\x1b[6n",
        Language::English,
    );
    assert!(!terminal.is_alternate());
    assert_eq!(terminal.title(), None);
    assert!(
        screen(&terminal).ends_with("abc[6n\n--- above: last visit ---"),
        "{}",
        screen(&terminal)
    );
    let mut fresh = Terminal::new(6, 40);
    fresh.restore(b"  \n\n", Language::English);
    assert_eq!(screen(&fresh), "");
}

#[test]
fn while_a_full_screen_program_runs_what_was_before_it_is_kept() {
    let mut terminal = showing("lab$ vi file\r\n");
    let _ = terminal.feed(b"\x1b[?1049h\x1b[2J\x1b[Htext of the file");
    assert!(terminal.is_alternate());
    assert_eq!(terminal.last_screen(), b"lab$ vi file");
    let _ = terminal.feed(b"\x1b[?1049llab$ ");
    assert_eq!(terminal.last_screen(), b"lab$ vi file\nlab$");
}

#[test]
fn a_last_screen_is_bounded() {
    let mut terminal = Terminal::new(24, 600);
    let _ = terminal.feed(format!("{}\r\n", "é".repeat(599)).repeat(400).as_bytes());
    let saved = terminal.last_screen();
    assert!((60_000..=65_536).contains(&saved.len()), "{}", saved.len());
    let text = String::from_utf8(saved).unwrap();
    assert!(text.lines().all(|line| line == "é".repeat(599)));
}

#[test]
fn a_repainted_screen_is_the_same_screen() {
    let shown = |terminal: &Terminal| -> Vec<(char, Option<Vec<char>>, String)> {
        let (rows, columns) = terminal.drawn_size();
        let places = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
        let cells = places.map(|(row, column)| terminal.cell(row, column));
        cells
            .map(|cell| {
                // A line that was folded is painted as two.
                let flags = cell.flags - Flags::WRAPLINE - Flags::LEADING_WIDE_CHAR_SPACER;
                let marks = cell.zerowidth().map(<[char]>::to_vec);
                (
                    cell.c,
                    marks,
                    format!("{:?}{:?}{flags:?}", cell.fg, cell.bg),
                )
            })
            .collect()
    };
    let attributes: String = (0..110)
        .map(|code| format!("\x1b[{code}mx\x1b[0m"))
        .collect();
    for output in [
        "lab$ ls\r\n\x1b[1;34mbin\x1b[0m\r\nlab$ ",
        "\x1b[?1049h\x1b[44m\x1b[2J\x1b[H e\u{301} \x1b[7;38;5;200;48;2;1;2;3m 界界界界界界界界界界 \x1b[?25l",
        "0123456789012345678界\x1b[3;20Hz",
        attributes.as_str(),
    ] {
        let terminal = showing(output);
        let mut again = Terminal::new(6, 20);
        assert_eq!(again.feed(&terminal.repaint()), b"");
        assert_eq!(shown(&again), shown(&terminal), "{output:?}");
        assert_eq!(again.cursor(), terminal.cursor(), "{output:?}");
        assert_eq!(again.is_alternate(), terminal.is_alternate());
        // What is printed next looks as it would have.
        let (mut terminal, next) = (terminal, b"next\r\n");
        let _ = (terminal.feed(next), again.feed(next));
        assert_eq!(shown(&again), shown(&terminal), "{output:?}");
    }
}
