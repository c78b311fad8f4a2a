//! A bundle: `config.json` and what its paths mean.

use super::failure::Failure;
use oci_spec::runtime::Spec;
use plimsoll_runtime::{Capability, Request, Rootfs, sys};
use std::fs;
use std::path::{Path, PathBuf};

/// A bundle that was read.
pub struct Bundle {
    /// Absolute path.
    pub path: PathBuf,
    /// Absolute path.
    pub rootfs: PathBuf,
    pub spec: Spec,
}

/// Reads a bundle and makes its relative paths absolute.
///
/// # Errors
/// In runc's words where `config.json` is not there.
pub fn read(path: &Path) -> Result<Bundle, Failure> {
    let path = fs::canonicalize(path).map_err(|error| Failure::io("chdir", path, &error))?;
    let config = path.join("config.json");
    let text = fs::read(&config).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            Failure::new("JSON specification file config.json not found")
        }
        _ => Failure::io("open", &config, &error),
    })?;
    let mut spec: Spec = serde_json::from_slice(&text)
        .map_err(|error| Failure::new(format!("config.json: {error}")))?;
    let major = spec.version().split('.').next().unwrap_or("").to_owned();
    if major != "1" {
        let version = spec.version();
        return Err(Failure::new(format!(
            "config.json: ociVersion {version:?} is not supported"
        )));
    }
    let root = spec
        .root()
        .as_ref()
        .ok_or_else(|| Failure::new("Root must be specified"))?;
    let rootfs = path.join(root.path());
    if !rootfs.is_dir() {
        return Err(Failure::new(format!(
            "invalid rootfs: stat {}: no such file or directory",
            rootfs.display()
        )));
    }
    absolute_sources(&mut spec, &path);
    Ok(Bundle { path, rootfs, spec })
}

/// The sources of bind mounts are relative to the bundle.
fn absolute_sources(spec: &mut Spec, bundle: &Path) {
    for mount in spec.mounts_mut().iter_mut().flatten() {
        let options = mount.options().iter().flatten();
        let bind = mount.typ().as_deref() == Some("bind")
            || options
                .clone()
                .any(|option| option == "bind" || option == "rbind");
        if let Some(source) = mount.source().as_ref().filter(|_| bind) {
            let source = bundle.join(source);
            mount.set_source(Some(source));
        }
    }
}

impl Bundle {
    /// The validated request.
    ///
    /// # Errors
    /// What the specification has wrong, or what this user may not do.
    pub fn request(&self) -> Result<Request, Failure> {
        let mut request = Request::from_spec(&self.spec, Rootfs::Directory(self.rootfs.clone()))?;
        // As runc does.
        request.process.create_cwd = true;
        let (effective, ..) = sys::capget().map_err(|error| Failure::new(error.to_string()))?;
        let admin = 1 << Capability::SYS_ADMIN.number();
        let user = plimsoll_runtime::Namespace::User;
        if effective & admin == 0 && !request.namespaces.contains_key(&user) {
            return Err(Failure::new(
                "rootless container requires user namespaces\n\
                 hint: plimsoll oci spec --rootless",
            ));
        }
        Ok(request)
    }
}
