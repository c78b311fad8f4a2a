//! The book: written as files, served to a browser of this machine, and built
//! by mdBook with our binary as its preprocessor.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};

use mdbook_driver::MDBook;
use mdbook_driver::config::Config;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use plimsoll_testkit::everyone;

everyone!(the_book_is_written_as_files, |world| {
    let folder = world.path("home/site");
    let out = || {
        let mut command = world.plimsoll(["--lang", "fr", "book", "--out"]);
        command.arg(&folder);
        command
    };
    let told = format!(
        "Le livre, en français et en anglais : ouvrez {}/index.html\n",
        folder.display()
    );
    out().assert().success().stdout(told.clone());
    for page in ["index.html", "en/index.html", "fr/labs/nginx-volumes.html"] {
        assert!(folder.join(page).is_file(), "{page}");
    }
    // Written again, it is the same book and nothing else.
    fs::write(folder.join("fr/old.html"), "old").expect("written");
    out().assert().success().stdout(told);
    assert!(!folder.join("fr/old.html").exists());
    // What is somebody else's stays.
    let other = world.write("home/other/mine.txt", "mine");
    let done = world
        .plimsoll(["book", "--out", "other"])
        .assert()
        .code(2)
        .stdout("");
    let said = String::from_utf8_lossy(&done.get_output().stderr).into_owned();
    assert_eq!(
        said,
        "plimsoll: `other` holds other files\nhint: give a new folder, or an empty one\n"
    );
    assert_eq!(fs::read_to_string(other).expect("still there"), "mine");
});

everyone!(the_book_is_served_on_loopback_until_ctrl_c, |world| {
    let temporary = world.path("home/tmp");
    world.write("home/tmp/.keep", "");
    let mut command = world.command(world.binary());
    command
        .args(["--lang", "fr", "book", "keeping-data#volumes"])
        .env("SSH_CONNECTION", "192.0.2.7 51000 192.0.2.1 22")
        .env("TMPDIR", &temporary)
        .stdout(Stdio::piped());
    let mut server = Server(command.spawn().expect("it starts"));
    let mut lines = BufReader::new(server.0.stdout.take().expect("its output")).lines();
    let mut line = || lines.next().expect("a line").expect("text");
    let (here, afar, until) = (line(), line(), line());
    let address = here
        .strip_prefix("Le livre : http://127.0.0.1:")
        .and_then(|rest| rest.strip_suffix("/fr/course/keeping-data.html#volumes"))
        .unwrap_or_else(|| panic!("{here}"));
    let port: u16 = address.parse().expect("a port");
    assert!(
        afar.contains(&format!("ssh -L {port}:127.0.0.1:{port} "))
            && afar.contains("@192.0.2.1, puis http://localhost:"),
        "{afar}"
    );
    assert_eq!(until, "Ctrl-C pour arrêter.");
    let page = get(port, "/fr/course/keeping-data.html");
    assert!(page.starts_with("HTTP/1.1 200 OK\r\n"), "{page}");
    assert!(page.contains("Garder ses données"), "{page}");
    let outside = get(port, "/fr/../../../../../../../../etc/passwd");
    assert!(outside.starts_with("HTTP/1.1 404 "), "{outside}");
    // What mdBook needed a folder for is in memory now.
    let left: Vec<_> = fs::read_dir(&temporary)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(left, [".keep"]);
    assert_eq!(interrupted(&mut server), Some(0));
});

everyone!(a_page_or_port_that_cannot_be_had_is_told, |world| {
    let cases: &[(&[&str], &str)] = &[
        (
            &["book", "keping-data"],
            "plimsoll: the book has no page `keping-data`\n\
             hint: did you mean `plimsoll book keeping-data`?\n",
        ),
        (
            &["book", "--sources", "."],
            "plimsoll: `.` has no `en/book.toml` and `fr/book.toml`: this is not the book's folder\n",
        ),
        (
            &["book", "preprocessor", "render"],
            "plimsoll: `plimsoll book preprocessor` is for mdBook to call\n\
             hint: in book.toml: command = \"plimsoll book preprocessor\"\n",
        ),
    ];
    for (words, told) in cases {
        let done = world.plimsoll(words.iter()).assert().code(2).stdout("");
        let said = String::from_utf8_lossy(&done.get_output().stderr).into_owned();
        assert_eq!(said, *told, "{words:?}");
    }
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let done = world.plimsoll(["book", "--port", &port]).assert().code(2);
    let said = String::from_utf8_lossy(&done.get_output().stderr).into_owned();
    assert!(
        said.contains("cannot be had: Address already in use"),
        "{said}"
    );
});

// Stock mdBook is a thin command over the library that is used here: it reads
// `book.toml` and calls the program that is named there.
everyone!(a_stock_mdbook_builds_the_same_pages, |world| {
    let tree = Path::new(env!("CARGO_MANIFEST_DIR"));
    let ours = world.path("home/ours");
    let mut command = world.plimsoll(["book", "--out"]);
    command.arg(&ours).assert().success();
    let stock = world.path("home/stock");
    let root = tree.join("book/en");
    let mut config = Config::from_disk(root.join("book.toml")).expect("book.toml");
    config.build.build_dir.clone_from(&stock);
    let program = format!("{} book preprocessor", world.binary().display());
    config
        .set("preprocessor.plimsoll.command", program)
        .expect("a command");
    let book = MDBook::load_with_config(root, config).expect("the book");
    book.build().expect("built");
    for page in ["index", "labs/index", "labs/hello-world", "teaching"] {
        let read = |folder: &Path| {
            let path = folder.join(format!("{page}.html"));
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"))
        };
        assert_eq!(read(&stock), read(&ours.join("en")), "{page}");
    }
});

fn get(port: u16, path: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("connected");
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("sent");
    let mut reply = String::new();
    stream.read_to_string(&mut reply).expect("answered");
    reply
}

/// As Ctrl-C does; the exit code.
/// Ends with the test, also where that fails.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended already where all went well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn interrupted(server: &mut Server) -> Option<i32> {
    let pid = i32::try_from(server.0.id()).expect("a pid");
    kill(Pid::from_raw(pid), Signal::SIGINT).expect("told");
    server.0.wait().expect("it ends").code()
}

everyone!(
    a_lesson_that_links_to_no_page_is_told_to_its_author,
    |world| {
        let new = ["course", "new", "mine", "first-lab"];
        world.plimsoll(new).assert().success();
        let check = || world.plimsoll(["course", "check", "mine", "--no-play"]);
        let lesson = world.path("home/mine/labs/first-lab/fr.md");
        let mut text = fs::read_to_string(&lesson).expect("the lesson");
        text.push_str("\n[les volumes](book:course/keeping-data#volumes)\n");
        fs::write(&lesson, &text).expect("written");
        check().assert().success();
        text.push_str("[plus](book:course/keeping-data#volume)\n");
        fs::write(&lesson, &text).expect("written");
        let done = check().assert().code(2);
        let said = String::from_utf8_lossy(&done.get_output().stderr).into_owned();
        let line = text.lines().count();
        assert!(
        said.contains(&format!(
            "labs/first-lab/fr.md:{line}:1: `course/keeping-data.md` has no heading with the id \
             `volume`\n  help: did you mean `#volumes`?"
        )),
        "{said}"
    );
    }
);
