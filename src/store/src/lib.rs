//! Content-addressed blobs, unpacked layers, layer diffs and archives.
//!
//! **Invariant:** no path that an image or a container chose is ever resolved
//! by string. Paths are resolved by the kernel beneath a root descriptor
//! (`beneath.rs`), a last component is only ever made new, and a file is opened
//! for reading only after a handle showed what it is. So nothing outside the
//! tree is touched, whatever a layer says and whatever a container swaps.
//!
//! **Second invariant:** what has a digest's name has that digest. Blobs and
//! layers appear by one rename when they are whole and verified; a kill leaves
//! only what the next writer clears up.
//!
//! Everything is synchronous and may block. Deliberately absent: tags and image
//! lists (a lab's), the network, mounting, executing anything at all.
//!
//! Where to start: [`Store`] for blobs and layers, [`Tree`] for a container's
//! files, [`diff()`] for commits, [`duplicate()`] for a tree once more,
//! [`import_image`] for manifests, [`ImageRef`] for names. Inside: `extract.rs` makes an archive's entries, `emit.rs` writes
//! them, `attributes.rs` is the one place that knows owners and modes.

pub mod archive;
mod attributes;
mod beneath;
mod blob;
mod contents;
pub mod diff;
mod digest;
pub mod duplicate;
mod durable;
mod emit;
mod entries;
mod entry_writer;
mod error;
mod extract;
mod gc;
pub mod image;
mod layer;
mod limits;
mod lower;
mod ownership;
pub mod place;
pub mod record;
pub mod reference;
mod remove;
mod side_table;
mod source;
mod store;
mod usage;
mod walk;
mod whiteout;
mod writer;
mod xattr;

pub use archive::{ArchiveError, ArchiveOwner, PathStat, Tree, UnpackOptions};
pub use contents::{Contents, contents};
pub use diff::{Change, ChangeKind, changes, diff};
pub use digest::{ChainId, DiffId, Digest, DigestError};
pub use duplicate::{DuplicateError, duplicate};
pub use error::{StoreError, UnpackError};
pub use gc::{Collected, Keep};
pub use image::{Descriptor, ImageError, ImageRecord, LayerRecord, import_image};
pub use limits::Limits;
pub use ownership::{IdRange, OVERFLOW_ID, Ownership};
pub use reference::{ImageRef, ReferenceError};
pub use remove::remove_tree;
pub use side_table::SideTable;
pub use store::Store;
pub use usage::{Usage, disk_usage};
pub use writer::Lease;
