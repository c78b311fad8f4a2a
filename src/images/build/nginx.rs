//! Builds nginx from its own source, static, with what needs no other library.
//!
//! The `nginx-src` crate vendors the source. It is an optional dependency that
//! no build enables, so cargo fetches and pins it without compiling it (and
//! the TLS client it drags in); `cargo metadata` says where it lies.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{Context, hello, tools};

/// Paths are those of the official image. Without PCRE there is no rewrite
/// module, without zlib no gzip, without OpenSSL no TLS.
const CONFIGURE: &[&str] = &[
    "--prefix=/etc/nginx",
    "--sbin-path=/usr/sbin/nginx",
    "--modules-path=/usr/lib/nginx/modules",
    "--conf-path=/etc/nginx/nginx.conf",
    "--error-log-path=/var/log/nginx/error.log",
    "--http-log-path=/var/log/nginx/access.log",
    "--pid-path=/run/nginx.pid",
    "--lock-path=/run/nginx.lock",
    "--http-client-body-temp-path=/var/cache/nginx/client_temp",
    "--http-proxy-temp-path=/var/cache/nginx/proxy_temp",
    "--user=nginx",
    "--group=nginx",
    "--with-threads",
    "--with-stream",
    "--with-http_addition_module",
    "--with-http_auth_request_module",
    "--with-http_dav_module",
    "--with-http_random_index_module",
    "--with-http_realip_module",
    "--with-http_stub_status_module",
    "--with-http_sub_module",
    "--without-pcre",
    "--without-http_rewrite_module",
    "--without-http_gzip_module",
    "--without-http_fastcgi_module",
    "--without-http_uwsgi_module",
    "--without-http_scgi_module",
    "--without-http_grpc_module",
    "--without-http_memcached_module",
    "--with-cc-opt=-O2 -g0 -fno-pie",
    "--with-ld-opt=-static -no-pie -s -Wl,--build-id=none",
];

pub struct Nginx {
    pub program: PathBuf,
    /// For example `1.28.3`.
    pub version: String,
    pub source: PathBuf,
}

pub fn build(context: &Context) -> Result<Nginx, String> {
    let source = source(context)?;
    let version = version(&source)?;
    let directory = context.shared.join("nginx");
    fs::create_dir_all(&directory).map_err(|error| at(&directory, &error))?;
    // Debug and release builds share the result and may run at once.
    let lock = fs::File::create(directory.join("lock")).map_err(|error| at(&directory, &error))?;
    lock.lock().map_err(|error| at(&directory, &error))?;
    let program = directory.join("nginx");
    let recipe = format!("{version}\n{}\n{}", hello::compiler(), CONFIGURE.join("\n"));
    let stamp = directory.join("stamp");
    if !program.exists() || fs::read_to_string(&stamp).is_ok_and(|found| found != recipe) {
        let work = directory.join("work");
        compile(&source, &work)?;
        fs::rename(work.join("objs/nginx"), &program).map_err(|error| at(&program, &error))?;
        fs::write(&stamp, &recipe).map_err(|error| at(&stamp, &error))?;
        fs::remove_dir_all(&work).map_err(|error| at(&work, &error))?;
    }
    Ok(Nginx {
        program,
        version,
        source,
    })
}

/// `configure` writes into the directory it is called from, so it gets a copy.
fn compile(source: &Path, work: &Path) -> Result<(), String> {
    if work.exists() {
        fs::remove_dir_all(work).map_err(|error| at(work, &error))?;
    }
    copy(source, work).map_err(|error| at(work, &error))?;
    let configure = Command::new("sh")
        .arg("auto/configure")
        .arg(format!("--with-cc={}", hello::compiler()))
        .args(CONFIGURE)
        .current_dir(work)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("`sh` could not be started: {error}"))?;
    if !configure.status.success() {
        return Err(format!(
            "nginx could not be configured:\n{}\n{}",
            String::from_utf8_lossy(&configure.stdout),
            hello::INSTALL
        ));
    }
    let make = Command::new("make")
        .args(["-f", "objs/Makefile", "binary"])
        .env(
            "MAKEFLAGS",
            std::env::var_os("CARGO_MAKEFLAGS").unwrap_or_default(),
        )
        .current_dir(work)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("`make` could not be started ({error}); {}", hello::INSTALL))?;
    if !make.status.success() {
        let stderr = String::from_utf8_lossy(&make.stderr);
        return Err(format!("nginx did not compile:\n{stderr}"));
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

/// The version is said by the source itself: the crate's own number differs.
fn version(source: &Path) -> Result<String, String> {
    let header = source.join("src/core/nginx.h");
    let text = fs::read_to_string(&header).map_err(|error| at(&header, &error))?;
    text.lines()
        .filter_map(|line| line.strip_prefix("#define NGINX_VERSION"))
        .find_map(|rest| rest.trim().strip_prefix('"')?.strip_suffix('"'))
        .map(str::to_owned)
        .ok_or_else(|| format!("{} names no version", header.display()))
}

/// Asks the local crates first: a build after `cargo fetch` needs no network.
fn source(context: &Context) -> Result<PathBuf, String> {
    let metadata = metadata(context, &["--offline"]).or_else(|_| metadata(context, &[]))?;
    let packages = metadata["packages"].as_array();
    packages
        .into_iter()
        .flatten()
        .find(|package| package["name"] == "nginx-src")
        .and_then(|package| package["manifest_path"].as_str())
        .and_then(|manifest| Path::new(manifest).parent())
        .map(|directory| directory.join("nginx"))
        .ok_or_else(|| "cargo metadata does not name the nginx-src crate".to_owned())
}

fn metadata(context: &Context, extra: &[&str]) -> Result<serde_json::Value, String> {
    let manifest = context.workspace.join("src/images/Cargo.toml");
    let output = tools::cargo(&context.workspace)
        .args(["metadata", "--format-version=1", "--locked"])
        .args(["--features=nginx-source", "--filter-platform"])
        .args([
            OsStr::new(&context.target),
            OsStr::new("--manifest-path"),
            manifest.as_os_str(),
        ])
        .args(extra)
        .output()
        .map_err(|error| format!("cargo could not be started: {error}"))?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        return Err(format!("the source of nginx was not found:\n{stderr}"));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())
}

fn at(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}
