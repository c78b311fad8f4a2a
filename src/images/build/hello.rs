//! Compiles the program of `hello-world`.

use std::path::PathBuf;
use std::process::Command;

use crate::Context;

const FLAGS: &[&str] = &[
    "-Os",
    "-static",
    "-no-pie",
    "-nostdlib",
    "-ffreestanding",
    "-fno-stack-protector",
    "-fno-asynchronous-unwind-tables",
    "-fcf-protection=none",
    "-s",
    "-Wl,--build-id=none",
    "-Wl,-z,noseparate-code",
];

pub fn build(context: &Context) -> Result<PathBuf, String> {
    let program = context.out.join("hello");
    let status = Command::new(compiler())
        // Not a flag of every compiler, and only a few bytes: skipped on ARM.
        .args(
            FLAGS
                .iter()
                .filter(|flag| context.is_x86() || !flag.starts_with("-fcf")),
        )
        .arg("-o")
        .arg(&program)
        .arg("hello/hello.c")
        .status()
        .map_err(missing_compiler)?;
    if status.success() {
        Ok(program)
    } else {
        Err("hello/hello.c did not compile; see above".to_owned())
    }
}

/// The C compiler: `$CC`, else `cc`.
pub fn compiler() -> String {
    std::env::var("CC").unwrap_or_else(|_| "cc".to_owned())
}

/// What to type on a machine that lacks the C compiler or make.
pub const INSTALL: &str = "install both: `apt install gcc make libc6-dev`, \
     `dnf install gcc make glibc-static` or the like";

pub fn missing_compiler(error: std::io::Error) -> String {
    format!(
        "the C compiler `{}` could not be started ({error}); {INSTALL}",
        compiler()
    )
}
