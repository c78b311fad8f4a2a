//! A descriptor that does not block, on tokio's reactor.

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// A pipe's end, a terminal's master or a socket.
#[derive(Debug)]
pub struct Descriptor {
    fd: AsyncFd<OwnedFd>,
}

impl Descriptor {
    /// Puts it on the reactor and makes it non-blocking.
    ///
    /// # Errors
    /// When the kernel does not poll such a descriptor.
    pub fn new(fd: OwnedFd) -> io::Result<Self> {
        let flags = OFlag::from_bits_retain(fcntl(fd.as_fd(), FcntlArg::F_GETFL)?);
        fcntl(fd.as_fd(), FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK))?;
        Self::watch(fd, Interest::READABLE | Interest::WRITABLE)
    }

    /// For [`Descriptor::closed`] alone.
    ///
    /// # Errors
    /// As [`Descriptor::new`].
    pub fn writable(fd: OwnedFd) -> io::Result<Self> {
        Self::watch(fd, Interest::WRITABLE)
    }

    fn watch(fd: OwnedFd, interest: Interest) -> io::Result<Self> {
        #[expect(
            deprecated,
            reason = "its soundness needs a descriptor that stays the same and open: an OwnedFd does"
        )]
        let fd = AsyncFd::with_interest(fd, interest)?;
        Ok(Self { fd })
    }

    /// Waits until there is something and reads it into `buffer`; 0 is the end.
    /// The buffer is only borrowed while there is something to read, so that
    /// one buffer can serve all descriptors.
    ///
    /// # Errors
    /// What `read(2)` says. EIO, which a terminal's master gives when its last
    /// user is gone, is the end and not an error.
    pub async fn read_with<T>(
        &self,
        mut take: impl FnMut(&OwnedFd) -> io::Result<T>,
    ) -> io::Result<T> {
        loop {
            let mut ready = self.fd.readable().await?;
            if let Ok(result) = ready.try_io(|fd| take(fd.get_ref())) {
                return result;
            }
        }
    }

    /// Writes all of `bytes`, waiting while the other side is slow.
    ///
    /// # Errors
    /// What `write(2)` says; EPIPE when the reader is gone.
    pub async fn write_all(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let mut ready = self.fd.writable().await?;
            let attempt = ready.try_io(|fd| Ok(nix::unistd::write(fd.get_ref(), bytes)?));
            if let Ok(written) = attempt {
                bytes = &bytes[written?..];
            }
        }
        Ok(())
    }

    /// Resolves when the other side has closed both directions.
    pub async fn closed(&self) {
        while let Ok(mut ready) = self.fd.writable().await {
            if ready.ready().is_write_closed() {
                return;
            }
            ready.clear_ready();
        }
    }

    /// The descriptor itself, for `ioctl`.
    pub fn get(&self) -> &OwnedFd {
        self.fd.get_ref()
    }
}
