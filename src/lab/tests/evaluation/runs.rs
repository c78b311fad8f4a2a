//! Containers that ran and may be gone, and where images come from.

use plimsoll_lab::result::Status;
use plimsoll_lab::world::{History, Source, World};
use serde_json::json;

use crate::worlds::*;

#[test]
fn the_subject_is_the_exact_name_before_the_nearest() {
    let other = webserver(&[
        ("/Id", json!("0000")),
        ("/Name", json!("/web")),
        ("/Created", json!("2027-01-01T00:00:00Z")),
    ]);
    let exact = webserver(&[("/State/Status", json!("exited"))]);
    let (failed, _) = nginx_lab(world(vec![other.clone(), exact]), looks(200, "mine"));
    assert_eq!(failed, ["nginx-runs/stopped"]);
    // A container that meets nothing is never the subject.
    let stranger = webserver(&[("/Name", json!("/x")), ("/Image", json!("sha256:bbbb"))]);
    let (failed, skipped) = nginx_lab(world(vec![stranger]), vec![]);
    assert_eq!(failed, ["nginx-runs/open", "named-webserver/open"]);
    assert_eq!(skipped.len(), 4);
}

fn hello_lab(world: &World) -> (Vec<String>, Vec<String>) {
    let checks = judge(&grader("hello-world"), world);
    let (failed, skipped) = missed(&checks);
    (failed, skipped.into_iter().map(str::to_string).collect())
}

#[test]
fn a_container_that_was_removed_still_counts() {
    let mut world = removed_since(life("feed0123", "greeter", "sha256:eeee", true, 0));
    for (answer, failed) in [
        ("greeter", vec![]),
        ("feed", vec![]),
        ("FEED0123", vec![]),
        ("fe", vec![]),
        ("f", vec!["container/none-left"]),
        ("fed", vec!["container/none-left"]),
        ("hello-world", vec!["container/image-name"]),
    ] {
        world.answers = [("ps-a".to_string(), "all".to_string())].into();
        world
            .answers
            .insert("container".to_string(), answer.to_string());
        assert_eq!(hello_lab(&world).0, failed, "{answer}");
    }
}

#[test]
fn another_command_another_code_or_another_image_is_not_that_run() {
    let answers = |mut world: World| {
        world.answers = [("ps-a".to_string(), "all".to_string())].into();
        hello_lab(&world).0
    };
    let other_command = life("feed0123", "a", "sha256:eeee", false, 0);
    assert_eq!(answers(removed_since(other_command)), ["ran/other-command"]);
    let other_code = life("feed0123", "a", "sha256:eeee", true, 1);
    assert_eq!(answers(removed_since(other_code)), ["ran/open"]);
    let mut other_image = life("feed0123", "a", "sha256:ffff", true, 0);
    for record in &mut other_image {
        record.data.remove("layers");
    }
    assert_eq!(answers(removed_since(other_image)), ["ran/tagged-over"]);
}

#[test]
fn descent_is_by_layers_and_survives_the_image() {
    // A descendant, under any name.
    let mut world = world(vec![webserver(&[
        ("/Image", json!("sha256:dddd")),
        ("/Config/Image", json!("mine")),
    ])]);
    world.images.push(image(
        "sha256:dddd",
        "mine:latest",
        &["l1", "l2", "l3"],
        &[],
    ));
    assert_met("{container: {image: nginx}}", &world);
    assert_met("{lineage: {image: mine, from: nginx}}", &world);
    assert_unmet("{lineage: {image: base, from: nginx}}", &world);
    assert_unmet("{container: {image: hello-world}}", &world);
    // nginx itself was removed: a container's creation remembers its layers.
    world.images.retain(|image| image.id != "sha256:aaaa");
    let created = json!({"image": "sha256:aaaa", "layers": ["l1", "l2"]});
    world
        .history
        .records
        .push(record("container.create", "x", created));
    assert_met("{container: {image: nginx}}", &world);
}

#[test]
fn on_a_real_docker_a_digest_tells_what_was_pulled() {
    let mut world = world(vec![webserver(&[])]);
    world.history = History {
        source: Source::Events,
        records: Vec::new(),
    };
    assert_unmet("{image: {name: nginx, pulled: true}}", &world);
    world.images[0].digests = vec!["nginx@sha256:99".to_string()];
    assert_met("{image: {name: nginx, pulled: true}}", &world);
    assert_met("{container: {image: nginx}}", &world);
    let check = "{journal: {kind: container.start}}";
    assert_eq!(status(check, &world), Status::Skip);
}
