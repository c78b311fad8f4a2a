//! Layers to go through the store, and a namespace to do it in.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use crate::tarball::Tarball;
use plimsoll_store::{DiffId, Digest, Ownership, Store, diff};
use tar::EntryType;

pub const TAR: &str = "application/vnd.oci.image.layer.v1.tar";
pub const INSIDE: &str = "STORE_TEST_INSIDE";

pub fn add(store: &Store, layer: &[u8]) -> PathBuf {
    let blob = store.write_blob(layer, None, u64::MAX).unwrap();
    store
        .ensure_layer(&DiffId(Digest::of(layer)), &blob, TAR)
        .unwrap()
}

/// What a layer says, by name: kind, link, mode, owner, time, content, attributes.
pub fn read(tar: &[u8]) -> BTreeMap<String, String> {
    let mut archive = tar::Archive::new(tar);
    let mut entries = BTreeMap::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let mut content = String::new();
        std::io::Read::read_to_string(&mut entry, &mut content).unwrap();
        let name = String::from_utf8(entry.path_bytes().into_owned()).unwrap();
        let link = entry
            .link_name_bytes()
            .map(|link| String::from_utf8_lossy(&link).into_owned());
        let mut pax = Vec::new();
        if let Some(records) = entry.pax_extensions().unwrap() {
            for record in records {
                let record = record.unwrap();
                pax.push(format!(
                    "{}={}",
                    record.key().unwrap(),
                    String::from_utf8_lossy(record.value_bytes())
                ));
            }
        }
        let header = entry.header();
        let text = format!(
            "{:?} {link:?} {:o} {}:{} {} {:?}:{:?} {content:?} {pax:?}",
            header.entry_type(),
            header.mode().unwrap(),
            header.uid().unwrap(),
            header.gid().unwrap(),
            header.mtime().unwrap(),
            header.device_major().unwrap().unwrap_or(0),
            header.device_minor().unwrap().unwrap_or(0),
        );
        entries.insert(name, text);
    }
    entries
}

/// Everything that a layer can hold, in the form in which `diff` writes it.
pub fn rich_layer() -> Vec<u8> {
    let mut tar = Tarball::new();
    tar.owner(0, 0)
        .dir("a/", 0o755)
        .owner(33, 44)
        .dir("a/www/", 0o2750);
    tar.pax(&[
        ("mtime", "1600000000.25"),
        ("SCHILY.xattr.user.note", "kept"),
    ])
    .file("a/www/page", 0o640, b"page");
    tar.link("a/www/same", "a/www/page")
        .owner(7, 8)
        .symlink("a/www/way", "../page");
    tar.owner(0, 6)
        .device(EntryType::Block, "disk", (8, 1))
        .device(EntryType::Char, "null", (1, 3));
    tar.owner(5, 5).fifo("pipe", 0o620);
    tar.owner(0, 0)
        .file("suid", 0o4755, b"s")
        .dir("tmp/", 0o1777);
    tar.end()
}

pub fn round_trip(ownership: &Ownership) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("store"), ownership.clone()).unwrap();
    let layer = rich_layer();
    let path = add(&store, &layer);
    let mut again = Vec::new();
    let diff_id = diff(&[], &path, ownership, &mut again).unwrap();
    assert_eq!(diff_id, DiffId(Digest::of(&again)));
    let (mut before, mut after) = (read(&layer), read(&again));
    // Hard links carry the attributes of their file, in one form or another.
    let same = (
        before.remove("a/www/same").unwrap(),
        after.remove("a/www/same").unwrap(),
    );
    assert!(
        same.0.contains("Link Some(\"a/www/page\")")
            && same.1.contains("Link Some(\"a/www/page\")")
    );
    // PAX records are written in our order.
    let sorted = |text: &mut String| {
        *text = text.replace(
            r#"["mtime=1600000000.25", "SCHILY.xattr.user.note=kept"]"#,
            r#"["pax"]"#,
        );
    };
    before.values_mut().for_each(sorted);
    after.values_mut().for_each(sorted);
    let page = before.get_mut("a/www/page").unwrap();
    *page = page.replace(" 1700000000 ", " 1600000000 ");
    assert_eq!(before, after);
    let mut twice = Vec::new();
    diff(&[], &path, ownership, &mut twice).unwrap();
    assert!(again == twice, "the same tree gives the same bytes");
}

/// Runs the test `name` again in namespaces of its own, as a user without any
/// rights outside. `false` there; `true` where the caller is outside.
pub fn outside(name: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return false;
    }
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "--"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(INSIDE, "1")
        .output();
    match output {
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stderr).into_owned();
            if text.contains("unshare: ") {
                eprintln!("skipped: no user namespace here: {text}");
                return true;
            }
            let said = String::from_utf8_lossy(&output.stdout).into_owned() + &text;
            assert!(output.status.success(), "{said}");
            if let Some(skipped) = text.lines().find(|line| line.starts_with("skipped")) {
                eprintln!("{skipped}");
            }
        }
        Err(error) => eprintln!("skipped: no unshare(1) here: {error}"),
    }
    true
}
