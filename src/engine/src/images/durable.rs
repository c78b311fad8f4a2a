//! When a pulled image is on the disk: behind the reply, so that nobody waits
//! for the disk. Until then the store's own notes say what a power cut may have
//! damaged.

use std::rc::Rc;
use std::time::Duration;

use crate::engine::Engine;

/// How long after a pull: whoever goes on at once should not wait for the disk.
const PAUSE: Duration = Duration::from_secs(2);

/// Syncs the store a little later, where something in it is not durable yet.
pub fn sync_later(engine: &Rc<Engine>) {
    let store = engine.store.clone();
    tokio::task::spawn_local(async move {
        tokio::time::sleep(PAUSE).await;
        let synced = tokio::task::spawn_blocking(move || store.sync()).await;
        // The notes stay, and the next start tries again.
        if let Ok(Err(error)) = synced {
            eprintln!("the pulled images: {error}");
        }
    });
}
