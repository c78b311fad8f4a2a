//! The lab of the web server that keeps its data.

use plimsoll_lab::evaluate::evaluate;
use plimsoll_lab::probe::{Listener, Observation, Request};
use plimsoll_lab::result::Status;
use plimsoll_lab::world::{Container, World};
use serde_json::{Value, json};
use std::collections::BTreeSet;

use crate::worlds::*;

#[test]
fn an_image_is_itself_under_any_tag_it_was_pulled_under() {
    let digest = format!("hello-world@sha256:{}", "ab".repeat(32));
    for reference in ["hello-world:0.1.0", &digest] {
        let world = World {
            history: journal(vec![pull(
                "sha256:eeee",
                &format!("docker.io/library/{reference}"),
            )]),
            containers: vec![Container::from_inspect(&webserver(&[
                ("/Image", json!("sha256:eeee")),
                ("/Config/Image", json!(reference)),
            ]))],
            ..World::default()
        };
        assert_met("{image: {name: hello-world, pulled: true}}", &world);
        assert_met("{container: {image: hello-world}}", &world);
        // Who names a tag means that one.
        assert_unmet("{image: {name: \"hello-world:2\", pulled: true}}", &world);
        assert_unmet("{image: {name: world, pulled: true}}", &world);
    }
}

#[test]
fn the_course_s_own_solution_meets_every_goal() {
    let (failed, skipped) = nginx_lab(world(vec![webserver(&[])]), looks(200, "mine"));
    assert!(
        failed.is_empty() && skipped.is_empty(),
        "{failed:?} {skipped:?}"
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of mistakes")]
fn one_mistake_fails_one_goal_with_its_hint() {
    let named = |name: &str| ("/Name", json!(name));
    let ports = |host_ip: &str, host: &str, target: &str| {
        let key = format!("{target}/tcp");
        let bound = json!({key: [{"HostIp": host_ip, "HostPort": host}]});
        ("/NetworkSettings/Ports", bound)
    };
    let mounts = |kind: &str, name: &str, target: &str| {
        let mount = json!([{"Type": kind, "Name": name, "Source": "/x", "Destination": target, "RW": true}]);
        ("/Mounts", mount)
    };
    let state = |word: &str| ("/State/Status", json!(word));
    let image = |id: &str, asked: &str| [("/Image", json!(id)), ("/Config/Image", json!(asked))];
    let html = "/usr/share/nginx/html";
    let long = "ab".repeat(32);
    type Case<'a> = (&'a str, Vec<(&'a str, Value)>, &'a str);
    let cases: Vec<Case> = vec![
        (
            "another name",
            vec![named("/web")],
            "named-webserver/other-name",
        ),
        ("stopped", vec![state("exited")], "nginx-runs/stopped"),
        ("paused", vec![state("paused")], "nginx-runs/paused"),
        (
            "never started",
            vec![state("created")],
            "nginx-runs/never-started",
        ),
        (
            "another image",
            image("sha256:bbbb", "base").into(),
            "nginx-runs/other-image",
        ),
        (
            "base tagged nginx",
            image("sha256:bbbb", "nginx").into(),
            "nginx-runs/not-nginx",
        ),
        (
            "swapped",
            vec![ports("0.0.0.0", "80", "8080")],
            "port-80/swapped",
        ),
        (
            "another port",
            vec![ports("0.0.0.0", "8080", "80")],
            "port-80/other-port",
        ),
        (
            "no port",
            vec![("/NetworkSettings/Ports", json!({}))],
            "port-80/not-published",
        ),
        (
            "the other protocol",
            vec![(
                "/NetworkSettings/Ports",
                json!({"80/udp": [{"HostIp": "0.0.0.0", "HostPort": "80"}]}),
            )],
            "port-80/udp",
        ),
        (
            "another address",
            vec![ports("127.0.0.2", "80", "80")],
            "port-80/elsewhere",
        ),
        (
            "the lab's network",
            vec![
                ("/NetworkSettings/Ports", json!({})),
                ("/HostConfig/NetworkMode", json!("host")),
            ],
            "port-80/host-network",
        ),
        (
            "mounted elsewhere",
            vec![mounts("bind", "", "/var/www")],
            "page-is-mounted/wrong-place",
        ),
        (
            "in memory",
            vec![mounts("tmpfs", "", html)],
            "page-is-mounted/tmpfs",
        ),
        (
            "nothing mounted",
            vec![("/Mounts", json!([]))],
            "page-is-mounted/inside",
        ),
        ("no name", vec![mounts("volume", &long, html)], ""),
    ];
    for (what, changes, expected) in cases {
        let (failed, _) = nginx_lab(world(vec![webserver(&changes)]), looks(200, "mine"));
        let wanted: Vec<&str> = [expected]
            .into_iter()
            .filter(|one| !one.is_empty())
            .collect();
        assert_eq!(failed, wanted, "{what}");
    }
}

#[test]
fn what_is_served_decides_between_the_hints_for_the_page() {
    for (status, body, expected) in [
        (200, "  \n", "page-is-served/empty"),
        (200, "Welcome to nginx!\n", "page-is-served/images-page"),
        (403, "Forbidden", "page-is-served/forbidden"),
        (500, "oops", "page-is-served/open"),
    ] {
        let (failed, skipped) = nginx_lab(world(vec![webserver(&[])]), looks(status, body));
        assert_eq!(failed, [expected], "{body}");
        assert_eq!(skipped, ["page-survives"], "{body}");
    }
}

#[test]
fn a_page_that_is_gone_from_the_copy_does_not_survive() {
    let long = "ab".repeat(32);
    let mounts = json!([{"Type": "volume", "Name": long, "Destination": "/usr/share/nginx/html"}]);
    let mut seen = looks(200, "mine");
    seen.push(copy(page(200, "Welcome to nginx!")));
    let (failed, _) = nginx_lab(world(vec![webserver(&[("/Mounts", mounts)])]), seen.clone());
    assert_eq!(failed, ["page-survives/anonymous"]);
    let (failed, _) = nginx_lab(world(vec![webserver(&[])]), seen);
    assert_eq!(failed, ["page-survives/open"]);
}

#[test]
fn a_process_on_port_80_is_not_the_container() {
    let mut seen = looks(200, "mine");
    seen.push((
        Request::Listener { port: 80 },
        Observation::Listener(Listener::Process("python3".to_string())),
    ));
    let (failed, _) = nginx_lab(world(vec![webserver(&[])]), seen);
    assert_eq!(failed, ["port-80/elsewhere"]);
}

#[test]
fn where_the_engine_does_not_tell_the_pages_are_compared() {
    let own = |body: &str| {
        let request = Request::Http {
            address: "172.17.0.2:80".to_string(),
            host: "localhost".to_string(),
            path: "/".to_string(),
        };
        (request, page(200, body))
    };
    let unknown = (
        Request::Listener { port: 80 },
        Observation::Listener(Listener::Unknown),
    );
    let mut seen = looks(200, "mine");
    seen.extend([unknown, own("mine")]);
    let (failed, _) = nginx_lab(world(vec![webserver(&[])]), seen.clone());
    assert!(failed.is_empty(), "{failed:?}");
    seen.push(own("another page"));
    let (failed, _) = nginx_lab(world(vec![webserver(&[])]), seen);
    assert_eq!(failed, ["port-80/elsewhere"]);
}

#[test]
fn a_goal_waits_for_its_look_and_tells_no_other_hint_meanwhile() {
    let grader = grader("nginx-volumes");
    let evaluation = evaluate(&grader, &world(vec![webserver(&[])]), &BTreeSet::new());
    assert_eq!(evaluation.wanted, BTreeSet::from([localhost()]));
    assert!(evaluation.checks.iter().all(|check| check.miss.is_none()));
}

#[test]
fn a_look_that_fails_is_an_error_and_nobodys_fault() {
    let seen = vec![(
        localhost(),
        Observation::Failed("the engine is gone".to_string()),
    )];
    let mut world = world(vec![webserver(&[])]);
    world.seen.extend(seen);
    let checks = judge(&grader("nginx-volumes"), &world);
    let port = checks
        .iter()
        .find(|check| check.id == "port-80")
        .expect("goal");
    assert_eq!(port.status, Status::Error);
    assert_eq!(port.actual.en, "the engine is gone");
}
