//! How results are shown.

pub mod hint;
pub mod json;
pub mod list;
pub mod offered;
pub mod progress;
pub mod table;

/// Prints to stdout, and fails where nobody reads: `docker ps | head -1` is no
/// reason to panic, which is what the standard macros do.
macro_rules! put {
    ($($text:tt)*) => {
        std::io::Write::write_fmt(&mut std::io::stdout(), format_args!($($text)*))?
    };
}

/// As [`put`], with a line end.
macro_rules! say {
    () => { $crate::output::put!("\n") };
    ($format:literal $($rest:tt)*) => {
        $crate::output::put!("{}\n", format_args!($format $($rest)*))
    };
}

pub(crate) use {put, say};
