//! `docker cp` against containers that mean harm: nothing outside the
//! container is read or written (CVE-2018-15664, CVE-2019-14271,
//! CVE-2026-41567).

use std::io::{Cursor, Read};
use std::time::Duration;

use plimsoll_api::client::{Client, Endpoint, Request};
use plimsoll_testkit::{World, eventually, everyone};
use serde_json::json;

const LAB: &str = "hello-world";

fn client(world: &World) -> Client {
    let socket = world.start(LAB);
    let endpoint = Endpoint::parse(&format!("unix://{}", socket.display())).expect("an endpoint");
    let client = Client::new(endpoint);
    let pulling = Request::post("/images/create?fromImage=base&tag=latest");
    client
        .request(pulling)
        .expect("a pull")
        .finish()
        .expect("it ends");
    client
}

fn run(client: &Client, name: &str, script: &str) {
    let container = json!({"Image": "base", "Cmd": ["bash", "-c", script]});
    let create = Request::post(format!("/containers/create?name={name}")).json(&container);
    client
        .request(create)
        .expect("it is made")
        .finish()
        .expect("it ends");
    client.container_start(name, "").expect("it starts");
}

/// What lies at `path`, if it is a regular file there at this moment.
fn read(client: &Client, name: &str, path: &str) -> Option<String> {
    let mut archive = client.archive_get(name, path).ok()?;
    let bytes = archive.read_all().ok()?;
    let mut archive = tar::Archive::new(Cursor::new(bytes));
    let mut entry = archive.entries().ok()?.next()?.ok()?;
    let mut text = String::new();
    entry.read_to_string(&mut text).ok()?;
    Some(text)
}

fn put(client: &Client, name: &str, path: &str, archive: &[u8]) -> Result<(), String> {
    client
        .archive_put(name, path, false, &mut Cursor::new(archive))
        .map_err(|error| error.to_string())
}

/// A tar of regular files.
fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        // Names that a builder would refuse are what this is about.
        header.as_gnu_mut().expect("a GNU header").name[..name.len()]
            .copy_from_slice(name.as_bytes());
        header.set_cksum();
        builder
            .append(&header, content.as_bytes())
            .expect("to memory");
    }
    builder.into_inner().expect("to memory")
}

everyone!(a_swapped_directory_leads_nowhere_else, |world| {
    let client = client(world);
    let outside = world.write("home/secret", "outside");
    let place = world.path("home");
    let place = place.to_str().expect("a text");
    // /a/t is in turn a directory of the container's and a link to /.
    let script = format!(
        "mkdir -p /a/real{place} {place}; echo dir > /a/real{place}/secret; \
         echo root > {place}/secret; ln -s / /a/link; cd /a; echo > /ready; \
         while true; do mv real t; mv t real; mv -T link t; mv -T t link; done"
    );
    run(&client, "race", &script);
    eventually("the race is on", Duration::from_secs(20), || {
        read(&client, "race", "/ready").map(drop)
    });
    let canary = archive(&[("canary", "copied")]);
    let mut seen = 0;
    for _ in 0..150 {
        if let Some(text) = read(&client, "race", &format!("/a/t{place}/secret")) {
            assert_ne!(text, "outside");
            seen += 1;
        }
        let _ = put(&client, "race", &format!("/a/t{place}"), &canary);
    }
    assert!(seen > 0, "the file was never there: nothing was tried");
    assert!(!world.path("home/canary").exists());
    assert_eq!(
        std::fs::read_to_string(outside).expect("it is there"),
        "outside"
    );
    client
        .container_remove("race", true, true)
        .expect("it is removed");
});

everyone!(
    an_archive_is_unpacked_in_the_container_or_not_at_all,
    |world| {
        let client = client(world);
        let home = world.path("home");
        let home = home.to_str().expect("a text");
        let script = format!("mkdir -p {home}; ln -s {home} /out; echo > /ready; sleep 1000");
        run(&client, "box", &script);
        eventually("the links are made", Duration::from_secs(20), || {
            read(&client, "box", "/ready").map(drop)
        });
        let long = format!("{home}/absolute");
        for name in [
            "../../../../../../tmp/plimsoll-escaped",
            "/tmp/plimsoll-escaped",
            "a/../../../../tmp/plimsoll-escaped",
            "out/through-a-link",
            long.as_str(),
        ] {
            // Refused or inside: both are well.
            let _ = put(&client, "box", "/", &archive(&[(name, "x")]));
        }
        assert!(!std::path::Path::new("/tmp/plimsoll-escaped").exists());
        for name in ["through-a-link", "absolute"] {
            assert!(!world.path("home").join(name).exists(), "{name}");
        }
        client
            .container_remove("box", true, true)
            .expect("it is removed");
    }
);

everyone!(no_program_of_the_container_is_run_to_unpack, |world| {
    let client = client(world);
    let script = "for x in xz unpigz gzip bzip2 zstd; do \
         printf '#!/bin/sh\\necho ran > /ran\\n' > /usr/bin/$x; chmod +x /usr/bin/$x; done; \
         echo > /ready; sleep 1000";
    run(&client, "box", script);
    eventually("the programs are there", Duration::from_secs(20), || {
        read(&client, "box", "/ready").map(drop)
    });
    for magic in [
        &b"\xfd7zXZ\x00"[..],
        b"\x1f\x8b\x08",
        b"BZh91AY",
        b"\x28\xb5\x2f\xfd",
    ] {
        let mut body = magic.to_vec();
        body.resize(2048, 0);
        let refused = put(&client, "box", "/tmp", &body);
        assert!(refused.is_err(), "{magic:?}");
    }
    assert_eq!(read(&client, "box", "/ran"), None);
    client
        .container_remove("box", true, true)
        .expect("it is removed");
});

everyone!(a_stopped_container_is_copied_with_its_volumes, |world| {
    let client = client(world);
    let container = json!({
        "Image": "base",
        "Cmd": ["true"],
        "HostConfig": {"Binds": ["pages:/srv/pages", "fixed:/srv/fixed:ro"]},
    });
    let create = Request::post("/containers/create?name=box").json(&container);
    client
        .request(create)
        .expect("it is made")
        .finish()
        .expect("it ends");
    let page = archive(&[("page", "hello")]);
    put(&client, "box", "/srv/pages", &page).expect("into a volume");
    put(&client, "box", "/etc", &page).expect("into the container");
    let refused = put(&client, "box", "/srv/fixed", &page).expect_err("it is read-only");
    assert!(
        refused.contains("mounted volume is marked read-only"),
        "{refused}"
    );
    let missing = put(&client, "box", "/nowhere", &page).expect_err("it is not there");
    assert!(
        missing.contains("Could not find the file /nowhere in container box"),
        "{missing}"
    );
    for path in ["/srv/pages/page", "/etc/page"] {
        assert_eq!(
            read(&client, "box", path).as_deref(),
            Some("hello"),
            "{path}"
        );
    }
    client
        .container_remove("box", true, true)
        .expect("it is removed");
    run(&client, "other", "sleep 1000");
    assert_eq!(read(&client, "other", "/etc/page"), None);
    client
        .container_remove("other", true, true)
        .expect("it is removed");
});
