//! Events: what `GET /events` tells.

use std::collections::BTreeMap;

/// Everybody who listens to `GET /events`.
#[derive(Debug, Default)]
pub struct Events {}

impl Events {
    /// Nobody listens yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Tells one event now. `kind` is `container`, `image`, `volume` or
    /// `network`; `action` is Docker's (`create`, `exec_start: ls`); `id` is the
    /// actor's id, `attributes` its labels, name, image, exitCode.
    pub fn emit(
        &self,
        _kind: &str,
        _action: &str,
        _id: &str,
        _attributes: BTreeMap<String, String>,
    ) {
    }
}
