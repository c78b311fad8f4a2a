//! All containers, found by id, name or prefix.

use std::cell::RefCell;
use std::rc::Rc;

use super::record::Container;
use crate::failure::{ApiFailure, ApiResult};

/// The table of containers, in order of creation.
#[derive(Debug, Default)]
pub struct Containers {
    all: RefCell<Vec<Rc<Container>>>,
}

impl Containers {
    /// All of them, the oldest first.
    pub fn all(&self) -> Vec<Rc<Container>> {
        self.all.borrow().clone()
    }

    /// By full id, name (with or without the slash) or a unique id prefix, in
    /// that order, as dockerd does.
    ///
    /// # Errors
    /// 404 `No such container: x`, 400 for an ambiguous prefix.
    pub fn find(&self, reference: &str) -> ApiResult<Rc<Container>> {
        let all = self.all.borrow();
        let name = reference.strip_prefix('/').unwrap_or(reference);
        if let Some(found) = all.iter().find(|c| c.id == reference) {
            return Ok(found.clone());
        }
        if let Some(found) = all.iter().find(|c| c.record().name == name) {
            return Ok(found.clone());
        }
        let mut matches = all.iter().filter(|c| c.id.starts_with(reference));
        match (matches.next(), matches.next()) {
            (Some(found), None) if !reference.is_empty() => Ok(found.clone()),
            (Some(_), Some(_)) if !reference.is_empty() => Err(ApiFailure::invalid(format!(
                "multiple IDs found with provided prefix: {reference}"
            ))),
            _ => Err(ApiFailure::not_found(format!(
                "No such container: {reference}"
            ))),
        }
    }

    /// Containers (running or not) that mount this volume.
    pub fn using_volume(&self, name: &str) -> Vec<Rc<Container>> {
        self.filtered(|c| {
            let record = c.record();
            record
                .mounts
                .iter()
                .any(|m| m.kind == "volume" && m.name == name)
        })
    }

    /// Containers (running or not) made from this image id.
    pub fn using_image(&self, image_id: &str) -> Vec<Rc<Container>> {
        self.filtered(|c| c.record().image_id == image_id)
    }

    fn filtered(&self, keep: impl Fn(&Container) -> bool) -> Vec<Rc<Container>> {
        let all = self.all.borrow();
        all.iter().filter(|c| keep(c)).cloned().collect()
    }
}
