//! Specifications of typical containers, as reviewed snapshots.

use std::path::PathBuf;

use insta::assert_json_snapshot;
use oci_spec::runtime::{LinuxIdMapping, LinuxIdMappingBuilder};
use plimsoll_api::{ContainerConfig, HostConfig, MountPoint, Words};
use plimsoll_runtime::{NamespaceSource, Request};

use super::*;
use crate::containers::Placement;

fn maps() -> Vec<LinuxIdMapping> {
    let line = |inside: u32, outside: u32, count: u32| {
        LinuxIdMappingBuilder::default()
            .container_id(inside)
            .host_id(outside)
            .size(count)
            .build()
            .unwrap()
    };
    vec![line(0, 1001, 1), line(1, 100_000, 65536)]
}

fn around() -> Surroundings {
    Surroundings {
        directory: PathBuf::from("/lab/containers/ID"),
        uids: maps(),
        gids: maps(),
        lab_hostname: "lab".to_owned(),
        ..Surroundings::default()
    }
}

fn words(words: &[&str]) -> Option<Words> {
    Some(
        words
            .iter()
            .map(|word| (*word).to_owned())
            .collect::<Vec<_>>()
            .into(),
    )
}

fn record() -> Record {
    Record {
        id: "0123456789ab".repeat(6)[..64].to_owned(),
        config: ContainerConfig {
            hostname: "0123456789ab".to_owned(),
            cmd: words(&["nginx", "-g", "daemon off;"]),
            env: Some(vec!["PATH=/bin".to_owned(), "A=1".to_owned()]),
            ..ContainerConfig::default()
        },
        lowers: vec![PathBuf::from("/store/top"), PathBuf::from("/store/base")],
        ..Record::default()
    }
}

fn placement(kind: &str, source: &str, target: &str, rw: bool) -> Placement {
    Placement {
        point: MountPoint {
            kind: kind.to_owned(),
            source: source.to_owned(),
            destination: target.to_owned(),
            rw,
            ..MountPoint::default()
        },
        ..Placement::default()
    }
}

fn built(record: &Record, around: &Surroundings) -> serde_json::Value {
    let mut spec = serde_json::to_value(specification(record, around).unwrap()).unwrap();
    // Sets and maps without an order of their own.
    let process = spec["process"]["capabilities"].as_object_mut().unwrap();
    for names in process.values_mut() {
        let names = names.as_array_mut().unwrap();
        names.sort_by_key(|name| name.as_str().unwrap().to_owned());
    }
    spec
}

#[test]
fn an_init_comes_before_the_command() {
    let mut record = record();
    record.host_config.init = Some(true);
    let mut around = around();
    let args = |around: &Surroundings| {
        let spec = specification(&record, around).unwrap();
        let has_init = |mount: &oci_spec::runtime::Mount| {
            mount.destination().as_path() == Path::new("/sbin/docker-init")
        };
        let mounted = spec.mounts().iter().flatten().any(has_init);
        let process = spec.process().as_ref().unwrap();
        (process.args().as_ref().unwrap().join(" "), mounted)
    };
    let with = "/sbin/docker-init -- nginx -g daemon off;".to_owned();
    assert_eq!(args(&around), (with, true));
    // Among somebody else's processes it could collect nobody.
    around.pid = Sharing::Host;
    assert_eq!(args(&around), ("nginx -g daemon off;".to_owned(), false));
}

#[test]
fn a_plain_container() {
    assert_json_snapshot!(built(&record(), &around()));
}

#[test]
fn mounts_go_from_short_to_long_and_cover_the_defaults() {
    let mut record = record();
    record.mounts = vec![
        placement("bind", "/home/me/html/page", "/usr/share/nginx/html", false),
        placement("volume", "/lab/volumes/data/_data", "/data", true),
        placement("bind", "/home/me/hosts", "/etc/hosts", true),
        placement("tmpfs", "", "/dev/shm", true),
    ];
    record
        .host_config
        .tmpfs
        .insert("/run".to_owned(), "size=1m,exec".to_owned());
    assert_json_snapshot!(built(&record, &around())["mounts"]);
}

#[test]
fn what_is_shared_gets_no_namespace() {
    let around = Surroundings {
        network: Sharing::Host,
        pid: Sharing::Host,
        ipc: Sharing::Host,
        ..around()
    };
    let mut record = record();
    record.host_config.uts_mode = "host".to_owned();
    let spec = built(&record, &around);
    assert_json_snapshot!(spec["linux"]["namespaces"]);
    assert_eq!(spec["linux"]["sysctl"], serde_json::json!({}));
    assert_eq!(spec["hostname"], "");
}

#[test]
fn a_joined_network_is_another_containers() {
    let around = Surroundings {
        network: Sharing::Container(42),
        ..around()
    };
    let request: Request = request(&record(), &around).unwrap();
    assert_eq!(
        *request.namespace(Namespace::Network),
        NamespaceSource::Process(42)
    );
}

#[test]
fn a_privileged_container_stays_in_its_own_user_namespace() {
    let mut record = record();
    record.host_config = HostConfig {
        privileged: true,
        ..HostConfig::default()
    };
    let request: Request = request(&record, &around()).unwrap();
    assert!(request.has_own(Namespace::User));
    assert_eq!(
        request.process.capabilities.bounding,
        plimsoll_runtime::CapabilitySet::ALL
    );
    assert!(request.masked_paths.is_empty() && request.read_only_paths.is_empty());
    assert_eq!(
        request.process.capabilities.inheritable,
        plimsoll_runtime::CapabilitySet::EMPTY
    );
}

#[test]
fn limits_are_handed_on() {
    let mut record = record();
    record.host_config.memory = 64 << 20;
    record.host_config.nano_cpus = 500_000_000;
    record.host_config.pids_limit = Some(10);
    let request = request(&record, &around()).unwrap();
    assert_eq!(request.resources.memory, Some(64 << 20));
    assert_eq!(request.resources.cpu, Some((50_000, 100_000)));
    assert_eq!(request.resources.pids, Some(10));
}

#[test]
fn a_user_by_name_is_looked_up_in_the_image() {
    let mut record = record();
    record.config.user = "www-data".to_owned();
    record.host_config.group_add = Some(vec!["video".to_owned()]);
    let request = request(&record, &around()).unwrap();
    assert_eq!(
        request.process.user,
        User::Named {
            user: "www-data".to_owned(),
            add_groups: vec!["video".to_owned()]
        }
    );
}
