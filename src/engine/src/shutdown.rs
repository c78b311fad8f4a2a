//! The end of the lab: asked for once, awaited by many.

use tokio::sync::watch;

/// A latch that closes when the lab is to end.
#[derive(Debug)]
pub struct Shutdown {
    asked: watch::Sender<bool>,
}

impl Default for Shutdown {
    fn default() -> Self {
        Self {
            asked: watch::Sender::new(false),
        }
    }
}

impl Shutdown {
    /// Asks for the end; later calls change nothing.
    pub fn ask(&self) {
        self.asked.send_replace(true);
    }

    /// Whether the end was asked for.
    pub fn is_asked(&self) -> bool {
        *self.asked.borrow()
    }

    /// Resolves when the end was asked for.
    pub async fn finished(&self) {
        let mut watched = self.asked.subscribe();
        // The sender lives as long as `self`, so this ends by the latch alone.
        let _ = watched.wait_for(|asked| *asked).await;
    }
}
