//! The lab's images: its list of names over the store that all labs share.
//!
//! Duty: look names up, hand out what a container's root is made of, and keep
//! `images.json`. Where to start: `list.rs` (the list as data), `pull.rs`
//! (how an image comes), `changes.rs` (tag, remove, prune), `show.rs`
//! (replies), `collect.rs` (what the store may forget).
//! Invariant: what the list names is in the store, because the list is written
//! while a lease of the store still protects it.

pub mod carried;
pub mod changes;
pub mod collect;
pub mod contents;
pub mod document;
pub mod durable;
pub mod list;
pub mod progress;
pub mod pull;
pub mod remove;
pub mod select;
pub mod show;

use std::cell::{Ref, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::PathBuf;
use std::rc::Rc;

use oci_spec::image::ImageConfiguration;
use plimsoll_api::lab::LayerContents;
use plimsoll_store::{DiffId, Digest, ImageRef, Store, StoreError};

use self::document::Document;
use self::list::{ImageList, LayerEntry, Named, ResolveError};
use self::show::Shown;
use crate::config::Config;
use crate::failure::{ApiFailure, ApiResult};
use crate::state_file::{self, Durability};

/// The list's name in the lab's directory.
pub const FILE_NAME: &str = "images.json";

/// How much disk is held back for writing the list when the disk is full
/// (bytes).
const RESERVE: usize = 64 * 1024;

/// The image list of this lab.
pub struct Images {
    store: Store,
    file: PathBuf,
    list: RefCell<ImageList>,
    /// Read configurations; an image never changes.
    read: RefCell<HashMap<Digest, Rc<Image>>>,
    /// What layers added, where somebody asked; a layer never changes.
    contents: RefCell<HashMap<Digest, LayerContents>>,
}

/// An image that a container can be made from.
#[derive(Debug)]
pub struct Image {
    /// `sha256:...`, the digest of the configuration.
    pub id: String,
    /// Parsed configuration.
    pub configuration: ImageConfiguration,
    /// The same with the fields that only Docker has.
    pub document: Document,
    /// Unpacked layers, the uppermost first: overlay's lower directories.
    pub lowers: Vec<PathBuf>,
}

impl From<ResolveError> for ApiFailure {
    fn from(error: ResolveError) -> Self {
        match error {
            ResolveError::NotFound(_) => Self::not_found(error.to_string()),
            ResolveError::Reference(_) | ResolveError::Ambiguous(_) => {
                Self::invalid(error.to_string())
            }
        }
    }
}

impl From<StoreError> for ApiFailure {
    fn from(error: StoreError) -> Self {
        Self::internal(error.to_string())
    }
}

impl Images {
    /// Opens the lab's image list.
    ///
    /// # Errors
    /// When it cannot be read or is of a newer version.
    pub fn open(config: &Config, store: Store) -> ApiResult<Self> {
        let file = config.state_dir.join(FILE_NAME);
        let list = state_file::load(&file, list::VERSION)?.unwrap_or_default();
        if let Some(labs) = config.state_dir.parent() {
            // A full disk must not keep a lab from starting, and a store that
            // is read-only here is collected by somebody else.
            let _ = collect::register(&store, labs);
        }
        Ok(Self {
            store,
            file,
            list: RefCell::new(list),
            read: RefCell::default(),
            contents: RefCell::default(),
        })
    }

    /// Reads the list again: another one was put in its place.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn reload(&self) -> ApiResult<()> {
        let list = state_file::load(&self.file, list::VERSION)?.unwrap_or_default();
        self.read.borrow_mut().clear();
        self.list.replace(list);
        Ok(())
    }

    /// The list. Not to be held over `await`.
    pub fn list(&self) -> Ref<'_, ImageList> {
        self.list.borrow()
    }

    /// An image of the lab by name, tag, digest, id or id prefix, ready to be
    /// mounted (layers unpacked).
    ///
    /// # Errors
    /// 404 `No such image: x:latest`, 400 for what is no name.
    pub fn resolve(&self, reference: &str) -> ApiResult<Rc<Image>> {
        let (id, _) = self.find(reference)?;
        self.image(&id)
    }

    /// The id that a name leads to, and in which way it does.
    ///
    /// # Errors
    /// As [`Images::resolve`].
    pub fn find(&self, reference: &str) -> ApiResult<(Digest, Named)> {
        Ok(self.list.borrow().resolve(reference)?)
    }

    /// The image of an id that the list has.
    ///
    /// # Errors
    /// 404, and 500 where the store lost something.
    pub fn image(&self, id: &Digest) -> ApiResult<Rc<Image>> {
        if let Some(image) = self.read.borrow().get(id)
            && image.lowers.iter().all(|layer| layer.exists())
        {
            return Ok(image.clone());
        }
        let image = self
            .read_image(id)
            .map_err(|failure| self.with_way_out(id, failure));
        let image = Rc::new(image?);
        self.read.borrow_mut().insert(*id, image.clone());
        Ok(image)
    }

    /// An image that the list has and the store has not can be had again.
    fn with_way_out(&self, id: &Digest, failure: ApiFailure) -> ApiFailure {
        let list = self.list.borrow();
        if failure.status.is_client_error() || !list.images.contains_key(id) || self.is_whole(id) {
            return failure;
        }
        let tag = list
            .tags_of(id)
            .next()
            .and_then(|tag| ImageRef::parse(tag).ok());
        let name = tag.map_or_else(|| "IMAGE".to_owned(), |tag| tag.familiar());
        let message = format!(
            "{}\nhint: this lab was begun with another store, or the store has lost the image; \
             `docker pull {name}` fetches what is missing",
            failure.message
        );
        ApiFailure { message, ..failure }
    }

    /// Whether the store has all that an image of the list needs.
    pub fn is_whole(&self, id: &Digest) -> bool {
        let list = self.list.borrow();
        let Some(entry) = list.images.get(id) else {
            return false;
        };
        self.store.has_blob(id).unwrap_or(false) && entry.layers.iter().all(|layer| self.has(layer))
    }

    /// Whether the store has a layer, unpacked or as it came.
    fn has(&self, layer: &LayerEntry) -> bool {
        self.store.layer_path(&layer.diff_id).exists()
            || self.store.has_blob(&layer.blob).unwrap_or(false)
    }

    /// The layers that the lab's images have and the store too.
    pub fn layers_at_hand(&self) -> BTreeSet<DiffId> {
        let list = self.list.borrow();
        let at_hand = list.layers().filter(|layer| self.has(layer));
        at_hand.map(|layer| layer.diff_id).collect()
    }

    fn read_image(&self, id: &Digest) -> ApiResult<Image> {
        let list = self.list.borrow();
        let entry = list
            .images
            .get(id)
            .ok_or_else(|| ApiFailure::not_found(format!("No such image: {id}")))?;
        let bytes = self
            .store
            .read_blob(id, plimsoll_store::image::LARGEST_DOCUMENT)?;
        let mut lowers = entry
            .layers
            .iter()
            .map(|layer| {
                self.store
                    .ensure_layer(&layer.diff_id, &layer.blob, &layer.media_type)
            })
            .collect::<Result<Vec<PathBuf>, StoreError>>()?;
        lowers.reverse();
        Ok(Image {
            id: id.to_string(),
            configuration: serde_json::from_slice(&bytes)?,
            document: Document::parse(&bytes)?,
            lowers,
        })
    }

    /// Bytes of an image's layers; 0 for one that the list does not have.
    pub fn size_of(&self, id: &str) -> u64 {
        let Ok(id) = id.parse::<Digest>() else {
            return 0;
        };
        let list = self.list.borrow();
        let layers = list.images.get(&id).map(|entry| entry.layers.iter());
        layers.into_iter().flatten().map(|layer| layer.size).sum()
    }

    /// What the replies about an image are made of.
    ///
    /// # Errors
    /// As [`Images::image`].
    pub fn show<T>(&self, id: &Digest, show: impl FnOnce(&Shown<'_>, &Image) -> T) -> ApiResult<T> {
        let image = self.image(id)?;
        let list = self.list.borrow();
        let entry = list
            .images
            .get(id)
            .ok_or_else(|| ApiFailure::not_found(format!("No such image: {id}")))?;
        let shown = Shown {
            list: &list,
            id,
            entry,
            document: &image.document,
        };
        Ok(show(&shown, &image))
    }

    /// As [`Images::show`] for an image whose configuration the store has lost: by
    /// what the list knows.
    pub fn show_lost<T>(&self, id: &Digest, show: impl FnOnce(&Shown<'_>) -> T) -> Option<T> {
        let list = self.list.borrow();
        let entry = list.images.get(id)?;
        let document = Document::default();
        Some(show(&Shown {
            list: &list,
            id,
            entry,
            document: &document,
        }))
    }

    /// Changes the list and writes it; a list that cannot be written stays as
    /// it was.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn change<T>(&self, change: impl FnOnce(&mut ImageList) -> T) -> ApiResult<T> {
        let mut next = self.list.borrow().clone();
        let answer = change(&mut next);
        self.save(&next)?;
        self.read
            .borrow_mut()
            .retain(|id, _| next.images.contains_key(id));
        self.list.replace(next);
        Ok(answer)
    }

    /// Writes the list. A full disk must not keep anybody from removing images:
    /// a reserve that was taken in good time is given back for it.
    fn save(&self, list: &ImageList) -> ApiResult<()> {
        let reserve = self.file.with_extension("reserve");
        match state_file::save(&self.file, list, Durability::Machine) {
            Err(error) if error.is_full() && fs::remove_file(&reserve).is_ok() => {
                state_file::save(&self.file, list, Durability::Machine)?;
            }
            result => result?,
        }
        if !reserve.exists() {
            // None to be had now: the next change tries again.
            let taken = fs::write(&reserve, vec![b'.'; RESERVE]);
            taken.or_else(|_| fs::remove_file(&reserve)).ok();
        }
        Ok(())
    }
}
