//! The lab's volumes.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::config::Config;
use crate::containers::Layers;
use crate::failure::ApiResult;

/// All volumes of this lab.
#[derive(Debug)]
pub struct Volumes {}

/// One volume.
#[derive(Debug, Clone)]
pub struct Volume {
    /// Its name; 64 digits when anonymous.
    pub name: String,
    /// Its directory in the lab.
    pub mountpoint: PathBuf,
    /// `local`.
    pub driver: String,
}

impl Volumes {
    /// Opens the lab's volumes.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn open(_config: &Config) -> ApiResult<Self> {
        Ok(Self {})
    }

    /// The volume of this name, created when absent; `None` makes an anonymous
    /// one (label `com.docker.volume.anonymous`).
    ///
    /// # Errors
    /// 400 for a bad name or an unknown driver.
    pub fn ensure(
        &self,
        _name: Option<&str>,
        _driver: &str,
        _labels: &BTreeMap<String, String>,
        _options: &BTreeMap<String, String>,
    ) -> ApiResult<Volume> {
        Err(crate::ApiFailure::not_implemented("no volumes yet"))
    }

    /// Copies what the image has at `path` into the volume if that is empty, as
    /// Docker does before the first start.
    ///
    /// # Errors
    /// When the copy fails.
    pub async fn fill(&self, _volume: &Volume, _layers: &Layers, _path: &str) -> ApiResult<()> {
        Ok(())
    }

    /// Removes a volume that no container uses (`docker rm -v`, `--rm`).
    ///
    /// # Errors
    /// 404, or 409 while it is in use.
    pub fn remove(&self, _name: &str) -> ApiResult<()> {
        Ok(())
    }
}
