//! Layers in and out of the store.

mod tarball;

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use plimsoll_store::{DiffId, Digest, Limits, Ownership, Store, StoreError, UnpackError};
use tarball::Tarball;

const TAR: &str = "application/vnd.oci.image.layer.v1.tar";

fn add(store: &Store, layer: &[u8]) -> (DiffId, Digest) {
    (
        DiffId(Digest::of(layer)),
        store.write_blob(layer, None, u64::MAX).unwrap(),
    )
}

#[test]
fn a_layer_is_unpacked_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), Ownership::Single).unwrap();
    let mut tar = Tarball::new();
    tar.dir("etc/", 0o755)
        .file("etc/motd", 0o640, b"hello")
        .symlink("etc/link", "/etc/motd");
    let (diff_id, blob) = add(&store, &tar.end());
    let path = store.ensure_layer(&diff_id, &blob, TAR).unwrap();
    assert_eq!(fs::read(path.join("etc/motd")).unwrap(), b"hello");
    assert_eq!(
        fs::metadata(path.join("etc/motd")).unwrap().mode() & 0o7777,
        0o640
    );
    assert_eq!(
        fs::read_link(path.join("etc/link")).unwrap(),
        Path::new("/etc/motd")
    );
    fs::write(path.join("marker"), "still here").unwrap();
    assert_eq!(store.ensure_layer(&diff_id, &blob, TAR).unwrap(), path);
    assert!(path.join("marker").exists());
}

#[test]
fn every_compression_gives_the_same_layer() {
    let tar = Tarball::new().file("a", 0o644, &[7; 100_000]).end();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&tar).unwrap();
    let zstd = zstd::encode_all(&tar[..], 3).unwrap();
    for blob in [tar.clone(), gzip.finish().unwrap(), zstd] {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), Ownership::Single).unwrap();
        let digest = store.write_blob(&blob[..], None, u64::MAX).unwrap();
        let path = store
            .ensure_layer(&DiffId(Digest::of(&tar)), &digest, TAR)
            .unwrap();
        assert_eq!(fs::read(path.join("a")).unwrap(), [7; 100_000]);
    }
}

#[test]
fn what_is_not_the_layer_asked_for_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), Ownership::Single).unwrap();
    let (_, blob) = add(&store, &Tarball::new().file("a", 0o644, b"a").end());
    let wanted = DiffId(Digest::of(b"another"));
    let error = store.ensure_layer(&wanted, &blob, TAR).unwrap_err();
    assert!(
        matches!(
            error,
            StoreError::Layer {
                source: UnpackError::WrongDiffId { .. },
                ..
            }
        ),
        "{error}"
    );
    let error = store
        .ensure_layer(&wanted, &blob, "application/vnd.oci.empty.v1+json")
        .unwrap_err();
    assert!(
        matches!(
            error,
            StoreError::Layer {
                source: UnpackError::MediaType(_),
                ..
            }
        ),
        "{error}"
    );
    let error = store
        .ensure_layer(&wanted, &Digest::of(b"nothing"), TAR)
        .unwrap_err();
    assert!(matches!(error, StoreError::NoSuchBlob(_)), "{error}");
    assert!(!store.layer_path(&wanted).exists());
    for writer in fs::read_dir(dir.path().join("writers")).unwrap() {
        assert_eq!(
            fs::read_dir(writer.unwrap().path()).unwrap().count(),
            1,
            "only the lock"
        );
    }
}

#[test]
fn bombs_are_stopped() {
    let dir = tempfile::tempdir().unwrap();
    let limits = Limits {
        entries: 50,
        bytes: 1 << 20,
        ..Limits::default()
    };
    let store = Store::open_with(dir.path(), Ownership::Single, limits).unwrap();
    let mut many = Tarball::new();
    for n in 0..51 {
        many.file(&format!("f{n}"), 0o644, b"");
    }
    let large = Tarball::new().file("zeros", 0o644, &vec![0; 2 << 20]).end();
    for (blob, tar) in [
        (many.end(), None),
        (zstd::encode_all(&large[..], 3).unwrap(), Some(&large)),
    ] {
        let digest = store.write_blob(&blob[..], None, u64::MAX).unwrap();
        let diff_id = DiffId(Digest::of(tar.unwrap_or(&blob)));
        let error = store.ensure_layer(&diff_id, &digest, TAR).unwrap_err();
        assert!(
            matches!(
                error,
                StoreError::Layer {
                    source: UnpackError::Limit { .. },
                    ..
                }
            ),
            "{error}"
        );
    }
}

#[test]
fn an_expansion_beyond_the_ratio_is_stopped_early() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), Ownership::Single).unwrap();
    // 4 GiB of zeros in one zstd frame of about 130 KiB.
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    let mut tar = Tarball::new();
    encoder
        .write_all(&tar.header_only("zeros", 4 << 30))
        .unwrap();
    let zeros = vec![0; 1 << 20];
    for _ in 0..1024 {
        encoder.write_all(&zeros).unwrap();
    }
    let blob = encoder.finish().unwrap();
    let digest = store.write_blob(&blob[..], None, u64::MAX).unwrap();
    let error = store
        .ensure_layer(&DiffId(Digest::of(b"x")), &digest, TAR)
        .unwrap_err();
    assert!(
        error.to_string().contains("for each compressed one"),
        "{error}"
    );
}

#[test]
fn modes_times_and_attributes_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), Ownership::Single).unwrap();
    let mut tar = Tarball::new();
    tar.pax(&[("mtime", "1234567890.123456789")])
        .dir("closed", 0o555);
    tar.file("closed/in", 0o4711, b"x");
    tar.pax(&[("SCHILY.xattr.user.note", "two\nlines"), ("mtime", "-1.5")])
        .file("noted", 0o444, b"n");
    tar.fifo("pipe", 0o622);
    let (diff_id, blob) = add(&store, &tar.end());
    let path = store.ensure_layer(&diff_id, &blob, TAR).unwrap();
    let closed = fs::metadata(path.join("closed")).unwrap();
    assert_eq!(
        (closed.mode() & 0o7777, closed.mtime(), closed.mtime_nsec()),
        (0o555, 1_234_567_890, 123_456_789)
    );
    assert_eq!(
        fs::metadata(path.join("closed/in")).unwrap().mode() & 0o7777,
        0o4711
    );
    let noted = fs::metadata(path.join("noted")).unwrap();
    assert_eq!((noted.mtime(), noted.mtime_nsec()), (-2, 500_000_000));
    let mut value = [0; 20];
    let length = rustix::fs::getxattr(path.join("noted"), "user.note", &mut value[..]).unwrap();
    assert_eq!(&value[..length], b"two\nlines");
    let pipe = fs::symlink_metadata(path.join("pipe")).unwrap();
    assert_eq!(pipe.permissions().mode() & 0o170_777, 0o010_622);
    // So that the test's own directory can be removed by a plain user.
    fs::set_permissions(path.join("closed"), fs::Permissions::from_mode(0o755)).unwrap();
}
