//! Each kind of check, in graders of one goal.

use plimsoll_lab::evaluate::evaluate;
use plimsoll_lab::probe::{Act, FileFound, Glance, Observation, Request, fingerprint};
use plimsoll_lab::result::{CheckRecord, Status};
use plimsoll_lab::world::{Network, Volume, World};
use serde_json::json;
use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::worlds::*;

#[test]
fn a_page_counts_from_wherever_it_is_served() {
    let mounts = json!([
        {"Type": "bind", "Source": "/me/conf", "Destination": "/etc/nginx/conf.d", "RW": true},
        {"Type": "bind", "Source": "/me/html", "Destination": "/srv", "RW": true},
        {"Type": "tmpfs", "Destination": "/srv/tmp", "RW": true},
    ]);
    let held = |page: Option<&str>| {
        let mut world = world(vec![webserver(&[("/Mounts", mounts.clone())])]);
        world.seen.extend(looks(200, "mine"));
        for place in ["/etc/nginx/conf.d", "/srv", "/srv/tmp"] {
            let request = Request::Holding {
                container: "c0ffee0123456789".to_string(),
                place: place.to_string(),
                content: fingerprint(b"mine\n"),
            };
            let here = page.filter(|page| page.starts_with(place));
            let found = Observation::Holding(here.map(str::to_string));
            world.seen.insert(request, found);
        }
        world
    };
    let check = "{mount: {container: web, serves: {}, type: [bind, volume]}}";
    assert_met(check, &held(Some("/srv/start.html")));
    // What lies in a mount inside another is that one's.
    assert_unmet(check, &held(Some("/srv/tmp/start.html")));
    assert_unmet(check, &held(None));
    assert!(
        nginx_lab(held(Some("/srv/start.html")), vec![])
            .0
            .is_empty()
    );
    let nowhere = judge(&one_goal(check), &held(None)).remove(0);
    assert_eq!(
        nowhere.actual.en,
        "bind `/me/conf` on `/etc/nginx/conf.d`, bind `/me/html` on `/srv`, tmpfs on `/srv/tmp`"
    );
    let (failed, _) = nginx_lab(held(None), vec![]);
    assert_eq!(failed, ["page-is-mounted/wrong-place"]);
}

#[test]
fn mounts_are_judged_by_the_deepest_that_covers() {
    let mounts = json!([
        {"Type": "bind", "Source": "/a", "Destination": "/usr/share", "RW": true},
        {"Type": "tmpfs", "Destination": "/usr/share/nginx/html", "RW": false},
    ]);
    let world = world(vec![webserver(&[("/Mounts", mounts)])]);
    let covers = |rest: &str| format!("{{mount: {{container: web, covers: {PAGE}, {rest}}}}}");
    assert_met(&covers("type: [tmpfs], rw: false"), &world);
    assert_unmet(&covers("type: [bind]"), &world);
    // A folder whose name merely begins the same covers nothing.
    assert_met(
        "{mount: {container: web, covers: /usr/share/x, type: [bind]}}",
        &world,
    );
    assert_unmet(
        "{mount: {container: web, covers: /usr/shared, type: [bind]}}",
        &world,
    );
}

#[test]
fn a_lab_about_tmpfs_and_read_only_can_be_written() {
    let mut inspect = webserver(&[("/Mounts", json!([]))]);
    inspect["HostConfig"] = json!({
        "NetworkMode": "bridge",
        "ReadonlyRootfs": true,
        "Memory": 67_108_864,
        "Tmpfs": {"/scratch": "ro,size=64m"},
        "RestartPolicy": {"Name": "on-failure"},
    });
    let world = world(vec![inspect]);
    assert_met(
        "{mount: {container: web, target: /scratch, type: [tmpfs], rw: false, size: {at-most: 67108864}}}",
        &world,
    );
    assert_unmet(
        "{mount: {container: web, type: [tmpfs], size: {at-most: 1000}}}",
        &world,
    );
    assert_met(
        "{container: {read-only: true, memory: 67108864, restart-policy: on-failure, privileged: false}}",
        &world,
    );
}

#[test]
fn networks_volumes_and_counts() {
    let mut world = world(vec![webserver(&[])]);
    world.networks = vec![Network::from_json(&json!({
        "Name": "lan", "Driver": "ipvlan", "Internal": false,
        "IPAM": {"Config": [{"Subnet": "10.23.12.0/24", "Gateway": "10.23.12.254"}]},
        "Options": {"ipvlan_mode": "l2", "parent": "ens160"},
    }))];
    world.volumes = vec![Volume::from_json(
        &json!({"Name": "site", "Driver": "local"}),
    )];
    assert_met(
        "{network: {driver: ipvlan, subnet: 10.23.12.0/24, gateway: 10.23.12.254, option: parent=ens160}}",
        &world,
    );
    assert_unmet(
        "{network: {driver: ipvlan, option: ipvlan_mode=l3}}",
        &world,
    );
    assert_unmet("{network: {name: lan, joins: web}}", &world);
    assert_met("{volume: {name: site}}", &world);
    assert_unmet("{volume: {name: site, used-by: web}}", &world);
    assert_met("{count: {volume: {}, is: 1}}", &world);
    assert_met(
        "{count: {container: {state: [running]}, is: {at-least: 1, at-most: 1}}}",
        &world,
    );
    assert_unmet("{count: {image: {from: nginx}, is: 2}}", &world);
}

#[test]
fn matchers_and_their_joins() {
    let world = world(vec![webserver(&[])]);
    for (matcher, holds) in [
        ("webserver", true),
        ("{contains: serv}", true),
        ("{regex: '^web.*r$'}", true),
        ("{one-of: [a, webserver]}", true),
        ("{at-most: 3}", false),
        ("{contains: serv, regex: '^x'}", false),
    ] {
        let check = format!("{{container: {{name: {matcher}}}}}");
        assert_eq!(status(&check, &world) == Status::Pass, holds, "{matcher}");
    }
    assert_met(
        "{all: [{container: {name: webserver}}, {image: {name: nginx}}]}",
        &world,
    );
    assert_met(
        "{any: [{container: {name: nobody}}, {image: {name: nginx}}]}",
        &world,
    );
    assert_met("{not: {container: {name: nobody}}}", &world);
    assert_unmet("{not: {container: {name: webserver}}}", &world);
    assert_unmet(
        "{all: [{image: {name: nginx}}, {image: {name: apache}}]}",
        &world,
    );
}

#[test]
fn files_processes_reach_and_commands_by_what_was_seen() {
    let id = "c0ffee0123456789".to_string();
    let mut world = world(vec![webserver(&[])]);
    world.seen.extend([
        (
            Request::WorkFile {
                path: "notes".to_string(),
            },
            file("hello\n"),
        ),
        (
            Request::WorkFile {
                path: "gone".to_string(),
            },
            Observation::File(FileFound::Missing),
        ),
        (
            Request::Processes {
                container: id.clone(),
            },
            Observation::Processes(vec!["nginx: master process".to_string()]),
        ),
        (
            Request::Reach {
                from: None,
                address: "10.0.0.1:80".to_string(),
            },
            Observation::Reached(false),
        ),
        (
            Request::Copy {
                container: id,
                act: Act::Recreate,
                look: Glance::Exec {
                    command: vec!["cat".to_string(), "/x".to_string()],
                },
            },
            Observation::Copy {
                before: Box::new(Observation::Unsupported(String::new())),
                after: Box::new(Observation::Exec(plimsoll_lab::probe::ExecReply {
                    exit_code: 1,
                    output: b"no such file\n".to_vec(),
                })),
            },
        ),
    ]);
    assert_met("{file: {path: notes, content: hello}}", &world);
    assert_unmet("{file: {path: notes, content: bye}}", &world);
    assert_unmet("{file: {path: gone}}", &world);
    assert_met("{file: {path: gone, exists: false}}", &world);
    assert_met(
        "{process: {container: web, command: {contains: nginx}}}",
        &world,
    );
    assert_unmet("{reach: {to: '10.0.0.1:80'}}", &world);
    assert_met(
        "{exec: {container: web, command: [cat, /x], exit-code: 1, output: {contains: no such}}}",
        &world,
    );
}

#[test]
fn a_goal_that_holds_once_stays_met() {
    let grader = grader("hello-world");
    let reached = BTreeSet::from(["pulled".to_string(), "ran".to_string()]);
    let checks = evaluate(&grader, &World::default(), &reached).checks;
    assert_eq!(checks[0].status, Status::Pass);
    assert_eq!(checks[1].status, Status::Pass);
    assert_eq!(checks[2].status, Status::Fail);
}

#[test]
fn every_word_of_a_verdict_is_there_in_both_languages() {
    let mut gallery = String::new();
    let mut tell = |what: &str, checks: &[CheckRecord]| {
        let _ = writeln!(gallery, "# {what}");
        for check in checks.iter().filter(|check| check.status != Status::Skip) {
            assert!(
                !check.expected.fr.is_empty() && !check.actual.fr.is_empty(),
                "{}",
                check.id
            );
            let _ = writeln!(
                gallery,
                "{}\n  {}\n  {}",
                check.id, check.message.en, check.message.fr
            );
            if let Some(hint) = &check.hint {
                let _ = writeln!(gallery, "  -> {}\n  -> {}", hint.en, hint.fr);
            }
            if let Some(command) = &check.look_at {
                let _ = writeln!(gallery, "  $ {command}");
            }
        }
        gallery.push('\n');
    };
    let nginx = grader("nginx-volumes");
    tell("an empty lab", &judge(&nginx, &World::default()));
    let mut right = world(vec![webserver(&[])]);
    right.seen.extend(looks(200, "<h1>mine</h1>"));
    let held = holdings(&right);
    right.seen.extend(held);
    tell("everything met", &judge(&nginx, &right));
    let mut swapped = world(vec![webserver(&[
        ("/Name", json!("/web")),
        (
            "/NetworkSettings/Ports",
            json!({"8080/tcp": [{"HostIp": "0.0.0.0", "HostPort": "80"}, {"HostIp": "::", "HostPort": "80"}]}),
        ),
        (
            "/Mounts",
            json!([{"Type": "bind", "Source": "/h", "Destination": "/var/www"}]),
        ),
    ])]);
    swapped.seen.extend(looks(200, "mine"));
    let held = holdings(&swapped);
    swapped.seen.extend(held);
    tell("three mistakes", &judge(&nginx, &swapped));
    let hello = grader("hello-world");
    tell("hello, an empty lab", &judge(&hello, &World::default()));
    let mut named = removed_since(life("feed0123", "greeter", "sha256:eeee", true, 0));
    named.answers = [
        ("ps-a".to_string(), "running".to_string()),
        ("container".to_string(), "whale".to_string()),
    ]
    .into();
    tell("hello, wrong answers", &judge(&hello, &named));
    insta::assert_snapshot!(gallery);
}
