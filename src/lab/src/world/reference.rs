//! Image names: the short form that people type, and the full one.

/// `nginx` is `docker.io/library/nginx:latest`. A digest replaces the tag. An
/// image id stays as it is.
///
/// Rule: the first component is a registry if it has a dot or a colon, or is
/// `localhost` (distribution/reference, "familiar names").
pub fn full_name(reference: &str) -> String {
    if reference.starts_with("sha256:") {
        return reference.to_string();
    }
    let (registry, path) = match reference.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => {
            (first, rest.to_string())
        }
        Some(_) => ("docker.io", reference.to_string()),
        None => ("docker.io", format!("library/{reference}")),
    };
    let registry = match registry {
        "index.docker.io" => "docker.io",
        other => other,
    };
    let path = match (registry, path.contains('/')) {
        ("docker.io", false) => format!("library/{path}"),
        _ => path,
    };
    if let Some((name, digest)) = path.split_once('@') {
        let name = name.split_once(':').map_or(name, |(name, _tag)| name);
        return format!("{registry}/{name}@{digest}");
    }
    if path.contains(':') {
        format!("{registry}/{path}")
    } else {
        format!("{registry}/{path}:latest")
    }
}

/// Whether a full name is what a grader's `wanted` means: that very name, or,
/// where `wanted` has neither tag nor digest, any of that repository.
pub fn means(wanted: &str, full: &str) -> bool {
    let all = full_name(wanted);
    let last = wanted.rsplit('/').next().unwrap_or(wanted);
    let is_open = !last.contains([':', '@']);
    all == full || is_open && repository(&all) == repository(full)
}

/// A full name without tag and digest.
pub fn repository(full: &str) -> &str {
    let name = full.split_once('@').map_or(full, |(name, _)| name);
    match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => repository,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_a_name_is_one_name() {
        for name in [
            "nginx",
            "nginx:latest",
            "library/nginx",
            "docker.io/nginx",
            "docker.io/library/nginx:latest",
            "index.docker.io/library/nginx",
        ] {
            assert_eq!(full_name(name), "docker.io/library/nginx:latest", "{name}");
        }
        assert_eq!(full_name("me/nginx:v1"), "docker.io/me/nginx:v1");
        assert_eq!(
            full_name("localhost:5000/nginx"),
            "localhost:5000/nginx:latest"
        );
        assert_eq!(
            full_name("nginx:1@sha256:ab"),
            "docker.io/library/nginx@sha256:ab"
        );
    }

    #[test]
    fn a_name_without_a_tag_means_all_of_the_repository() {
        for (wanted, asked, same) in [
            ("nginx", "nginx:1.28", true),
            ("nginx", "docker.io/library/nginx@sha256:ab", true),
            ("localhost:5000/nginx", "localhost:5000/nginx:2", true),
            ("nginx:1.28", "nginx:1.28", true),
            ("nginx:1.28", "nginx", false),
            ("nginx", "me/nginx", false),
        ] {
            assert_eq!(means(wanted, &full_name(asked)), same, "{wanted} {asked}");
        }
    }

    #[test]
    fn the_repository_keeps_the_registrys_port() {
        assert_eq!(
            repository("localhost:5000/nginx:latest"),
            "localhost:5000/nginx"
        );
        assert_eq!(
            repository("docker.io/library/nginx@sha256:ab"),
            "docker.io/library/nginx"
        );
    }
}
