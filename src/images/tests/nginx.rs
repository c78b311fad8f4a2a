//! The carried nginx serves from its unpacked image, in namespaces of its own.

mod carried;

use std::path::Path;
use std::process::{Command, Output};

/// Mounts what an engine would mount, then runs bash of the image.
const ENTER: &str = "mount --bind \"$1\" \"$1\" && mount -t proc proc \"$1/proc\" \
     && mount --rbind /dev \"$1/dev\" && exec chroot \"$1\" /bin/bash -c \"$2\"";

const NAMESPACES: &[&str] = &[
    "--user",
    "--map-root-user",
    "--mount",
    "--net",
    "--pid",
    "--fork",
    "--kill-child",
];

fn in_image(root: &Path, script: &str) -> Output {
    Command::new("unshare")
        .args(NAMESPACES)
        .args(["sh", "-c", ENTER, "sh"])
        .arg(root)
        .arg(script)
        .env(
            "PATH",
            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        )
        .output()
        .expect("unshare runs")
}

fn unpacked() -> Option<tempfile::TempDir> {
    let can = Command::new("unshare")
        .args(NAMESPACES)
        .arg("true")
        .output();
    if !can.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: namespaces cannot be had here");
        return None;
    }
    let root = tempfile::tempdir().expect("a temporary directory");
    carried::unpack(carried::image("nginx"), root.path());
    Some(root)
}

/// As root and in one process: a user namespace with one user has no user 101.
const SERVE: &str = "
    sed -i 's/^user .*/user root;/' /etc/nginx/nginx.conf
    ip link set lo up
    nginx -t || exit 1
    nginx -g 'daemon off; master_process off;' &
    until curl -s -o /dev/null localhost; do sleep 0.02; done
    curl -si localhost
    curl -s -o /dev/null -w '%{http_code}\\n' localhost/nosuch
    echo mine > /usr/share/nginx/html/index.html
    curl -s localhost
    kill -QUIT $!
    wait $!
    echo \"ended $?\"";

#[test]
fn nginx_serves_its_page_and_ends_on_sigquit() {
    let Some(root) = unpacked() else { return };
    let output = in_image(root.path(), SERVE);
    let out = String::from_utf8_lossy(&output.stdout);
    let err = String::from_utf8_lossy(&output.stderr);
    let seen = format!("{out}\n--- standard error\n{err}");
    assert!(
        err.contains("configuration file /etc/nginx/nginx.conf test is successful"),
        "{seen}"
    );
    assert!(out.contains("HTTP/1.1 200 OK"), "{seen}");
    assert!(out.contains("Server: nginx/1.28.3"), "{seen}");
    assert!(out.contains("<title>Welcome to nginx!</title>"), "{seen}");
    // Lines of the access log may stand between.
    for line in ["404", "mine"] {
        assert!(out.lines().any(|found| found == line), "{seen}");
    }
    assert!(out.ends_with("ended 0\n"), "{seen}");
    // The logs are the container's output.
    assert!(
        out.contains("\"GET /nosuch HTTP/1.1\" 404")
            || err.contains("\"GET /nosuch HTTP/1.1\" 404"),
        "{seen}"
    );
    assert!(
        err.contains("open() \"/usr/share/nginx/html/nosuch\" failed"),
        "{seen}"
    );
}

#[test]
fn the_official_paths_and_the_user_are_there() {
    let Some(root) = unpacked() else { return };
    let output = in_image(
        root.path(),
        "nginx -v; grep nginx /etc/passwd /etc/group; readlink /var/log/nginx/*.log; ls /etc/nginx /usr/share/nginx/html; which nginx",
    );
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "/etc/passwd:nginx:x:101:101:nginx user:/nonexistent:/bin/false\n\
         /etc/group:nginx:x:101:\n/dev/stdout\n/dev/stderr\n\
         /etc/nginx:\nconf.d\nmime.types\nnginx.conf\n\n\
         /usr/share/nginx/html:\n50x.html\nindex.html\n/usr/sbin/nginx\n"
    );
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "nginx version: nginx/1.28.3\n"
    );
}
