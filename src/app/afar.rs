//! A learner at another machine: how they reach what is served on this one.

/// [`ssh_target`], for the `docker` command in a lab's shell.
pub const AFAR_VARIABLE: &str = "PLIMSOLL_SSH";

/// `USER@HOST` of this machine as the learner's ssh reached it.
pub fn ssh_target() -> Option<String> {
    // ssh(1): client address, client port, server address, server port.
    let connection = std::env::var("SSH_CONNECTION").ok()?;
    let server = connection.split_whitespace().nth(2)?;
    let uid = nix::unistd::getuid().as_raw();
    let user = plimsoll_host::users::name_of(uid)?;
    Some(format!("{user}@{server}"))
}
