//! Several engines at one store, and engines that are killed. The other engine
//! is this test's own executable, started again with a variable set.

mod tarball;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use plimsoll_store::{DiffId, Digest, Keep, Ownership, Store, StoreError};
use tarball::Tarball;

const TAR: &str = "application/vnd.oci.image.layer.v1.tar";
const ROOT: &str = "STORE_TEST_ROOT";

fn layer() -> Vec<u8> {
    let mut tar = Tarball::new();
    for n in 0..400 {
        tar.dir(&format!("d{n}"), 0o755)
            .file(&format!("d{n}/f"), 0o644, &[n as u8; 3000]);
    }
    tar.end()
}

/// Starts another engine that runs the test `role`.
fn engine(role: &str, root: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", role, "--nocapture", "--test-threads=1"])
        .env(ROOT, root)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The store that a role works on; `None` when it runs as a test of its own.
fn role_root() -> Option<PathBuf> {
    std::env::var_os(ROOT).map(PathBuf::from)
}

fn wait_for(child: &mut Child, line: &str) {
    let mut lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
    assert!(
        lines.any(|read| read.unwrap().contains(line)),
        "the engine ended early"
    );
}

fn go_on(child: &mut Child) {
    child.stdin.as_mut().unwrap().write_all(b"x").unwrap();
}

fn wait_to_go_on() {
    std::io::stdin().read_exact(&mut [0]).unwrap();
}

fn writers(root: &Path) -> usize {
    fs::read_dir(root.join("writers")).unwrap().count()
}

#[test]
fn role_unpacks() {
    let Some(root) = role_root() else { return };
    let store = Store::open(&root, Ownership::Single).unwrap();
    let layer = layer();
    let blob = store.write_blob(&layer[..], None, u64::MAX).unwrap();
    println!("ready");
    wait_to_go_on();
    let path = store
        .ensure_layer(&DiffId(Digest::of(&layer)), &blob, TAR)
        .unwrap();
    assert_eq!(fs::read_dir(path).unwrap().count(), 400);
    println!("unpacked");
}

#[test]
fn engines_unpack_the_same_layer_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let mut engines: Vec<_> = (0..3).map(|_| engine("role_unpacks", dir.path())).collect();
    for engine in &mut engines {
        wait_for(engine, "ready");
    }
    engines.iter_mut().for_each(go_on);
    for engine in &mut engines {
        wait_for(engine, "unpacked");
        assert!(engine.wait().unwrap().success());
    }
    let store = Store::open(dir.path(), Ownership::Single).unwrap();
    let path = store
        .find_layer(&DiffId(Digest::of(&layer())))
        .unwrap()
        .unwrap();
    for n in 0..400 {
        assert_eq!(
            fs::read(path.join(format!("d{n}/f"))).unwrap(),
            [n as u8; 3000]
        );
    }
    // A test's process ends without dropping; the next writer clears up.
    drop(store.lease().unwrap());
    assert_eq!(writers(dir.path()), 1);
}

/// Unpacks a layer whose bytes come slowly: half of it, then it waits.
#[test]
fn role_is_killed_in_the_middle() {
    let Some(root) = role_root() else { return };
    let store = Store::open(&root, Ownership::Single).unwrap();
    let _lease = store.lease().unwrap();
    store.write_blob(Halting(0), None, u64::MAX).unwrap();
}

struct Halting(usize);

impl std::io::Read for Halting {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.0 > 3 {
            println!("halfway");
            wait_to_go_on();
        }
        self.0 += 1;
        buffer.fill(1);
        Ok(buffer.len())
    }
}

#[test]
fn a_kill_while_writing_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut engine = engine("role_is_killed_in_the_middle", dir.path());
    wait_for(&mut engine, "halfway");
    engine.kill().unwrap();
    engine.wait().unwrap();
    assert_eq!(writers(dir.path()), 1);
    let store = Store::open(dir.path(), Ownership::Single).unwrap();
    store.write_blob(&b"next"[..], None, 100).unwrap();
    assert_eq!(writers(dir.path()), 1, "only the living one");
    assert_eq!(
        fs::read_dir(dir.path().join("blobs/sha256"))
            .unwrap()
            .count(),
        1
    );
}

#[test]
fn role_unpacks_again_and_again() {
    let Some(root) = role_root() else { return };
    let store = Store::open(&root, Ownership::Single).unwrap();
    let layer = layer();
    let blob = store.write_blob(&layer[..], None, u64::MAX).unwrap();
    println!("ready");
    store
        .ensure_layer(&DiffId(Digest::of(&layer)), &blob, TAR)
        .unwrap();
    println!("done");
    wait_to_go_on();
}

#[test]
fn a_kill_while_unpacking_is_made_good() {
    let layer = layer();
    let diff_id = DiffId(Digest::of(&layer));
    let mut cut = 0;
    for _ in 0..10 {
        let dir = tempfile::tempdir().unwrap();
        let mut engine = engine("role_unpacks_again_and_again", dir.path());
        wait_for(&mut engine, "ready");
        // The first directory that shows says that it is at it.
        while !unpacking(dir.path()) && engine.try_wait().unwrap().is_none() {
            if dir.path().join("layers/single").exists() {
                break;
            }
            std::thread::yield_now();
        }
        engine.kill().unwrap();
        engine.wait().unwrap();
        let store = Store::open(dir.path(), Ownership::Single).unwrap();
        if store.find_layer(&diff_id).unwrap().is_none() {
            cut += 1;
        }
        let path = store
            .ensure_layer(&diff_id, &Digest::of(&layer), TAR)
            .unwrap();
        assert_eq!(fs::read_dir(path).unwrap().count(), 400);
        assert_eq!(writers(dir.path()), 1);
    }
    assert!(cut > 0, "no kill came in the middle");
}

/// Whether some writer has begun a layer's tree.
fn unpacking(root: &Path) -> bool {
    let Ok(writers) = fs::read_dir(root.join("writers")) else {
        return false;
    };
    writers
        .flatten()
        .any(|writer| writer.path().join("layer-2/fs/d3").exists())
}

#[test]
fn role_holds_a_lease() {
    let Some(root) = role_root() else { return };
    let store = Store::open(&root, Ownership::Single).unwrap();
    let lease = store.lease().unwrap();
    store.write_blob(&b"pulled"[..], None, 100).unwrap();
    let layer = Tarball::new().file("f", 0o644, b"f").end();
    let blob = store.write_blob(&layer[..], None, u64::MAX).unwrap();
    store
        .ensure_layer(&DiffId(Digest::of(&layer)), &blob, TAR)
        .unwrap();
    println!("leased");
    wait_to_go_on();
    drop(lease);
    println!("released");
    wait_to_go_on();
}

#[test]
fn a_prune_leaves_what_another_engine_is_pulling() {
    let dir = tempfile::tempdir().unwrap();
    let mut other = engine("role_holds_a_lease", dir.path());
    wait_for(&mut other, "leased");
    let store = Store::open(dir.path(), Ownership::Single).unwrap();
    let collect = || {
        store
            .collect(|| Ok::<_, StoreError>(Keep::default()))
            .unwrap()
    };
    assert_eq!(collect(), plimsoll_store::Collected::default());
    go_on(&mut other);
    wait_for(&mut other, "released");
    let collected = collect();
    assert_eq!((collected.blobs.len(), collected.layers.len()), (2, 1));
    assert!(collected.bytes > 1000);
    other.kill().unwrap();
    other.wait().unwrap();
}

#[test]
fn a_newer_store_is_refused_in_one_sentence() {
    let dir = tempfile::tempdir().unwrap();
    drop(Store::open(dir.path(), Ownership::Single).unwrap());
    fs::write(dir.path().join("store.json"), r#"{"version":99}"#).unwrap();
    let error = Store::open(dir.path(), Ownership::Single)
        .err()
        .unwrap()
        .to_string();
    assert!(
        error.contains("format 99") && error.contains("newer Plimsoll"),
        "{error}"
    );
}
