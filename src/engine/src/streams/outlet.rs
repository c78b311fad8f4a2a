//! Clients that watch a process's output.

use std::cell::RefCell;

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::logs::Stream;

/// Chunks that wait for one client before the process has to.
const DEPTH: usize = 16;

/// Output on its way to a client.
#[derive(Debug, Clone)]
pub struct Chunk {
    pub stream: Stream,
    pub bytes: Bytes,
}

/// One client's end.
#[derive(Debug)]
pub struct Outlet {
    pub chunks: mpsc::Receiver<Chunk>,
}

#[derive(Debug)]
struct Subscriber {
    chunks: mpsc::Sender<Chunk>,
    stdout: bool,
    stderr: bool,
}

impl Subscriber {
    fn wants(&self, stream: Stream) -> bool {
        match stream {
            Stream::Stdout => self.stdout,
            Stream::Stderr => self.stderr,
        }
    }
}

/// All clients that watch one process.
#[derive(Debug, Default)]
pub struct Outlets {
    subscribers: RefCell<Vec<Subscriber>>,
}

impl Outlets {
    /// A new client. It sees what comes from now on.
    pub fn subscribe(&self, stdout: bool, stderr: bool) -> Outlet {
        let (sender, chunks) = mpsc::channel(DEPTH);
        let mut subscribers = self.subscribers.borrow_mut();
        // An idle process may be attached to a thousand times.
        subscribers.retain(|one| !one.chunks.is_closed());
        subscribers.push(Subscriber {
            chunks: sender,
            stdout,
            stderr,
        });
        Outlet { chunks }
    }

    /// Whether anybody watches this stream.
    pub fn watched(&self, stream: Stream) -> bool {
        let subscribers = self.subscribers.borrow();
        subscribers.iter().any(|one| one.wants(stream))
    }

    /// Gives a chunk to all who want it; waits for the slowest. Those who are
    /// gone are forgotten.
    pub async fn send(&self, chunk: Chunk) {
        let receivers: Vec<mpsc::Sender<Chunk>> = self
            .subscribers
            .borrow()
            .iter()
            .filter(|one| one.wants(chunk.stream))
            .map(|one| one.chunks.clone())
            .collect();
        let mut gone = false;
        for receiver in receivers {
            gone |= receiver.send(chunk.clone()).await.is_err();
        }
        if gone {
            self.subscribers
                .borrow_mut()
                .retain(|one| !one.chunks.is_closed());
        }
    }

    /// The process has ended: every client sees the end of the stream.
    pub fn close(&self) {
        self.subscribers.take();
    }
}
