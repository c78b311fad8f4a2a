//! Starting a lab, seen from the client.

use crate::id_map::IdMapChoice;

/// How a lab is to be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartOptions {
    pub id_map: IdMapChoice,
    /// Offer published ports on the real host's loopback too.
    pub publish_on_host: bool,
}
