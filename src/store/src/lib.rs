//! Content-addressed blobs, unpacked layers, layer diffs and archives.

pub mod archive;
mod blob;
mod digest;
mod durable;
mod error;
mod gc;
pub mod image;
pub mod layer;
mod limits;
mod ownership;
pub mod place;
pub mod record;
pub mod reference;
mod remove;
mod store;
mod usage;
mod writer;
mod xattr;

pub use archive::{ArchiveError, ArchiveOwner, PathStat, Tree, UnpackOptions};
pub use digest::{ChainId, DiffId, Digest, DigestError};
pub use error::{StoreError, UnpackError};
pub use gc::{Collected, Keep};
pub use image::{Descriptor, ImageError, ImageRecord, LayerRecord, import_image};
pub use layer::{Change, ChangeKind, changes, diff};
pub use limits::Limits;
pub use ownership::{IdRange, OVERFLOW_ID, Ownership};
pub use reference::{ImageRef, ReferenceError};
pub use remove::remove_tree;
pub use store::Store;
pub use usage::{Usage, disk_usage};
pub use writer::Lease;
