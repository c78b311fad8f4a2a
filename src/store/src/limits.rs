//! Bounds on what an archive may cost, so that a small one cannot fill the machine.

/// How much one archive may expand to. The defaults let every real image pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Entries in one archive.
    pub entries: u64,
    /// Uncompressed bytes of one archive.
    pub bytes: u64,
    /// Uncompressed bytes for each compressed one, once there are more than
    /// [`Limits::RATIO_FLOOR`] of them. DEFLATE itself ends at 1032; zstd does not.
    pub ratio: u64,
    /// Bytes of directory names that have to be remembered until the end, when
    /// modes and times are set.
    pub directory_names: u64,
}

impl Limits {
    /// Below this many uncompressed bytes the ratio is not looked at: a few
    /// empty files compress very well.
    pub const RATIO_FLOOR: u64 = 256 << 20;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: 2_000_000,
            bytes: 64 << 30,
            ratio: 2_000,
            directory_names: 64 << 20,
        }
    }
}
