//! The lab's images.

use std::path::PathBuf;
use std::rc::Rc;

use oci_spec::image::ImageConfiguration;

use crate::config::Config;
use crate::failure::ApiResult;

/// The image list of this lab.
#[derive(Debug)]
pub struct Images {}

/// An image that a container can be made from.
#[derive(Debug)]
pub struct Image {
    /// `sha256:...`, the digest of the configuration.
    pub id: String,
    /// Parsed configuration.
    pub configuration: ImageConfiguration,
    /// Unpacked layers, the uppermost first: overlay's lower directories.
    pub lowers: Vec<PathBuf>,
}

impl Images {
    /// Opens the lab's image list.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn open(_config: &Config) -> ApiResult<Self> {
        Ok(Self {})
    }

    /// An image of the lab by name, tag, digest, id or id prefix, ready to be
    /// mounted (layers unpacked).
    ///
    /// # Errors
    /// 404 `No such image: x:latest`.
    pub fn resolve(&self, reference: &str) -> ApiResult<Rc<Image>> {
        Err(crate::ApiFailure::not_found(format!(
            "No such image: {reference}"
        )))
    }
}
