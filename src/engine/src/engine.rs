//! The engine's parts, put together.

use plimsoll_store::Store;

use crate::config::Config;
use crate::containers::Containers;
use crate::events::Events;
use crate::failure::ApiResult;
use crate::images::Images;
use crate::journal::Journal;
use crate::shutdown::Shutdown;
use crate::volumes::Volumes;

/// Everything a handler reaches. Shared as `Rc<Engine>` on one thread; each
/// part has interior mutability of its own, and no borrow is held over `await`.
pub struct Engine {
    /// Paths and permissions.
    pub config: Config,
    /// All containers.
    pub containers: Containers,
    /// Subscribers of `GET /events`.
    pub events: Events,
    /// Image list and layers.
    pub images: Images,
    /// The append-only record.
    pub journal: Journal,
    /// The end of the lab.
    pub shutdown: Shutdown,
    /// Blobs and layers of all labs.
    pub store: Store,
    /// Named and anonymous volumes.
    pub volumes: Volumes,
}

impl Engine {
    /// Opens the lab's state.
    ///
    /// # Errors
    /// When a file of state cannot be read or is of a newer version.
    pub fn open(config: Config) -> ApiResult<Self> {
        let store = Store::open(&config.store_dir, config.ownership())?;
        Ok(Self {
            containers: Containers::default(),
            events: Events::new(),
            images: Images::open(&config, store.clone())?,
            journal: Journal::open(&config)?,
            shutdown: Shutdown::default(),
            store,
            volumes: Volumes::open(&config)?,
            config,
        })
    }
}
