//! All containers, found by id, name or prefix.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use super::container::Container;
use crate::failure::{ApiFailure, ApiResult};

/// The table of containers, in order of creation.
#[derive(Debug, Default)]
pub struct Containers {
    all: RefCell<Vec<Rc<Container>>>,
    /// Names of containers that are being made.
    reserved: RefCell<BTreeSet<String>>,
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

    /// Keeps a name for a container that is being made or renamed.
    ///
    /// # Errors
    /// 409 in dockerd's words when another has it.
    pub fn reserve(&self, name: &str) -> ApiResult<()> {
        let owner =
            self.all.borrow().iter().find_map(|container| {
                (container.record().name == name).then(|| container.id.clone())
            });
        match owner {
            None if self.reserved.borrow_mut().insert(name.to_owned()) => Ok(()),
            owner => Err(ApiFailure::conflict(format!(
                "Conflict. The container name \"/{name}\" is already in use by container \"{}\". \
                 You have to remove (or rename) that container to be able to reuse that name.",
                owner.unwrap_or_default()
            ))),
        }
    }

    /// Whether a name is in use or kept.
    pub fn knows_name(&self, name: &str) -> bool {
        self.reserved.borrow().contains(name)
            || self.all.borrow().iter().any(|c| c.record().name == name)
    }

    /// Gives a kept name back, used or not.
    pub fn release(&self, name: &str) {
        self.reserved.borrow_mut().remove(name);
    }

    /// Adds a container.
    pub fn insert(&self, container: Rc<Container>) {
        self.all.borrow_mut().push(container);
    }

    /// Forgets a container; its name and id are free.
    pub fn forget(&self, id: &str) {
        self.all.borrow_mut().retain(|container| container.id != id);
    }

    /// Forgets all of them, and returns them.
    pub fn take_all(&self) -> Vec<Rc<Container>> {
        self.all.take()
    }

    /// Whether it is this very container: a restore brings back others with the
    /// same ids.
    pub fn has(&self, container: &Rc<Container>) -> bool {
        let all = self.all.borrow();
        all.iter().any(|other| Rc::ptr_eq(other, container))
    }

    /// Containers (running or not) that mount this volume.
    pub fn using_volume(&self, name: &str) -> Vec<Rc<Container>> {
        self.filtered(|c| c.record().volumes().any(|volume| volume == name))
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
