//! Manifests, configurations and layers are what OCI says, and what their
//! digests say.

mod carried;
mod schema;

#[path = "../build/tree.rs"]
#[allow(dead_code, reason = "the build script uses all of it")]
mod tree;

use plimsoll_images::{CarriedImage, catalog, find};
use serde_json::Value;
use sha2::{Digest, Sha256};

fn digest(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).expect("JSON")
}

#[test]
fn every_digest_is_that_of_its_bytes() {
    for image in catalog() {
        assert_eq!(image.manifest_digest, digest(image.manifest));
        assert_eq!(image.config_digest, digest(image.config));
        for layer in image.layers {
            assert_eq!(layer.digest, digest(layer.bytes), "{}", image.repository);
            assert_eq!(
                layer.diff_id,
                digest(&carried::tar_of(layer)),
                "{}",
                image.repository
            );
        }
    }
}

#[test]
fn manifests_name_exactly_the_blobs_beside_them() {
    for image in catalog() {
        let manifest = json(image.manifest);
        assert_eq!(manifest["mediaType"], plimsoll_images::MANIFEST_MEDIA_TYPE);
        assert_eq!(manifest["config"]["digest"], image.config_digest);
        assert_eq!(manifest["config"]["size"], image.config.len());
        let layers = manifest["layers"].as_array().expect("layers");
        assert_eq!(layers.len(), image.layers.len());
        for (descriptor, layer) in layers.iter().zip(image.layers) {
            assert_eq!(descriptor["digest"], layer.digest);
            assert_eq!(descriptor["size"], layer.bytes.len());
            assert_eq!(descriptor["mediaType"], layer.media_type);
        }
        let diff_ids = &json(image.config)["rootfs"]["diff_ids"];
        let expected: Vec<&str> = image.layers.iter().map(|layer| layer.diff_id).collect();
        assert_eq!(*diff_ids, Value::from(expected));
    }
}

#[test]
fn history_says_where_each_layer_comes_from() {
    for image in catalog() {
        let config = json(image.config);
        let history = config["history"].as_array().expect("history");
        let made: Vec<&Value> = history
            .iter()
            .filter(|step| step["empty_layer"] != true)
            .collect();
        assert_eq!(made.len(), image.layers.len(), "{}", image.repository);
        for step in made {
            let comment = step["comment"].as_str().expect("a comment");
            assert!(
                ["MIT", "BSD"]
                    .iter()
                    .any(|licence| comment.contains(licence)),
                "no licence in {comment:?}"
            );
        }
    }
}

#[test]
fn manifests_and_configurations_follow_the_schemas() {
    let Some(schemas) = schema::Schemas::read() else {
        eprintln!("skipped: the schemas of image-spec are not on this machine");
        return;
    };
    for image in catalog() {
        schemas.check("image-manifest-schema.json", &json(image.manifest));
        schemas.check("config-schema.json", &json(image.config));
    }
}

#[test]
fn a_schema_that_is_not_followed_is_noticed() {
    let Some(schemas) = schema::Schemas::read() else {
        eprintln!("skipped: the schemas of image-spec are not on this machine");
        return;
    };
    let mut manifest = json(catalog()[0].manifest);
    manifest["layers"][0]["size"] = Value::from("large");
    assert!(
        !schemas
            .faults("image-manifest-schema.json", &manifest)
            .is_empty()
    );
    manifest["layers"][0]
        .as_object_mut()
        .expect("an object")
        .remove("size");
    assert!(
        !schemas
            .faults("image-manifest-schema.json", &manifest)
            .is_empty()
    );
}

#[test]
fn images_are_found_by_tag_and_by_digest() {
    let nginx = carried::image("nginx");
    for tag in ["latest", "1.28", "1.28.3"] {
        assert_eq!(find("library/nginx", tag), Some(nginx));
    }
    assert_eq!(find("library/nginx", nginx.manifest_digest), Some(nginx));
    assert_eq!(find("library/nginx", "1.2"), None);
    assert_eq!(find("nginx", "latest"), None);
    let names: Vec<&str> = catalog().iter().map(|image| image.repository).collect();
    assert_eq!(
        names,
        ["library/base", "library/hello-world", "library/nginx"]
    );
}

#[test]
fn nginx_is_configured_as_people_know_it() {
    let config = json(carried::image("nginx").config);
    let run = &config["config"];
    assert_eq!(
        run["Cmd"],
        serde_json::json!(["nginx", "-g", "daemon off;"])
    );
    assert_eq!(run["StopSignal"], "SIGQUIT");
    assert_eq!(run["ExposedPorts"], serde_json::json!({"80/tcp": {}}));
    let environment = run["Env"].as_array().expect("an environment");
    assert!(environment.contains(&Value::from("NGINX_VERSION=1.28.3")));
    assert_eq!(
        carried::image("nginx").layers[0],
        carried::image("base").layers[0]
    );
}

#[test]
fn hello_world_holds_one_small_program() {
    let layers = carried::image("hello-world").layers;
    let entries = carried::entries(&layers[0]);
    assert_eq!(entries.keys().collect::<Vec<_>>(), ["hello"]);
    assert!(entries["hello"].bytes.len() < 16 * 1024);
    assert_eq!(entries["hello"].mode, 0o755);
}

/// The directories that programs rely on have the modes they rely on.
#[test]
fn the_base_is_laid_out_like_a_distribution() {
    let entries = carried::entries(&carried::image("base").layers[0]);
    assert_eq!(entries["tmp"].mode, 0o1777);
    assert_eq!(entries["var/tmp"].mode, 0o1777);
    assert_eq!(entries["root"].mode, 0o700);
    assert_eq!(entries["bin"].target.as_deref(), Some("usr/bin"));
    for file in [
        "etc/passwd",
        "etc/group",
        "usr/lib/os-release",
        "etc/profile",
    ] {
        assert_eq!(entries[file].mode, 0o644, "{file}");
    }
    let release = String::from_utf8_lossy(&entries["usr/lib/os-release"].bytes);
    assert!(release.contains("PRETTY_NAME=\"Plimsoll base\""));
    assert!(!release.contains('@'), "a placeholder is left: {release}");
}

#[test]
fn every_link_leads_to_a_program_that_the_tools_know() {
    let entries = carried::entries(&carried::image("base").layers[0]);
    let links: Vec<&str> = entries
        .iter()
        .filter(|(_, entry)| entry.target.as_deref() == Some("plimsoll-tools"))
        .filter_map(|(path, _)| path.strip_prefix("usr/bin/"))
        .collect();
    let listed = carried::tool("plimsoll-tools")
        .arg("--list")
        .output()
        .expect("the tools run");
    let listed = String::from_utf8(listed.stdout).expect("text");
    assert_eq!(links, listed.lines().collect::<Vec<_>>());
    let unknown = carried::tool("plimsoll-tools")
        .arg("no-such-program")
        .output()
        .expect("the tools run");
    assert_eq!(unknown.status.code(), Some(127));
}

#[test]
fn a_layer_is_the_same_whenever_it_is_built() {
    let build = || {
        let mut tree = tree::Tree::default();
        tree.symlink("usr/bin/b", "a")
            .file("usr/bin/a", 0o755, "program");
        tree.directory("tmp", 0o1777);
        digest(&tree.to_tar(tree::DEFAULT_EPOCH).expect("a tar"))
    };
    assert_eq!(build(), build());
    assert_eq!(
        build(),
        "sha256:8559512b0c5dfbce11aa57e7564b6a8c190bc980edad893674e7c4bd9e6b6c6b"
    );
}

#[test]
fn times_are_fixed() {
    for image in catalog() {
        let config = json(image.config);
        if std::env::var_os("SOURCE_DATE_EPOCH").is_none() {
            assert_eq!(config["created"], "2026-11-01T00:00:00Z");
        }
        assert_same_time(image, &config);
    }
}

fn assert_same_time(image: &CarriedImage, config: &Value) {
    for step in config["history"].as_array().expect("history") {
        assert_eq!(step["created"], config["created"], "{}", image.repository);
    }
}
