//! Between a request's asynchronous body and a thread that reads or writes an
//! archive.
//!
//! Invariant: bounded; a slow client makes the thread wait, and the other way
//! round.

use std::io::{self, Read, Write};

use bytes::{Buf, Bytes};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::sync::mpsc;

use crate::http::reply::StreamSender;

/// How many chunks lie between client and thread.
const DEPTH: usize = 4;

/// How large a chunk to the client is (bytes).
const CHUNK: usize = 64 * 1024;

/// A body as a thread reads it.
#[derive(Debug)]
pub struct BodyReader {
    chunks: mpsc::Receiver<io::Result<Bytes>>,
    current: Bytes,
}

/// The reader, and the sending half for [`pump`].
#[must_use]
pub fn body_reader() -> (mpsc::Sender<io::Result<Bytes>>, BodyReader) {
    let (sender, chunks) = mpsc::channel(DEPTH);
    let current = Bytes::new();
    (sender, BodyReader { chunks, current })
}

/// Carries the body to the reader. Once nobody reads any more, the rest is
/// read and dropped: a client that is still sending would not see the reply.
pub async fn pump(mut body: Incoming, to: mpsc::Sender<io::Result<Bytes>>) {
    let mut open = true;
    while let Some(frame) = body.frame().await {
        let chunk = match frame {
            Ok(frame) => frame.into_data().map_err(|_| ()),
            Err(error) => {
                let _ = to.send(Err(io::Error::other(error))).await;
                return;
            }
        };
        if let (true, Ok(data)) = (open, chunk) {
            open = to.send(Ok(data)).await.is_ok();
        }
    }
}

impl Read for BodyReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.current.is_empty() {
            match self.chunks.blocking_recv() {
                None => return Ok(0),
                Some(chunk) => self.current = chunk?,
            }
        }
        let count = self.current.len().min(buffer.len());
        self.current.copy_to_slice(&mut buffer[..count]);
        Ok(count)
    }
}

/// A reply's body as a thread writes it.
#[derive(Debug)]
pub struct ReplyWriter {
    client: StreamSender,
    waiting: Vec<u8>,
}

impl ReplyWriter {
    /// Writes to `client`.
    #[must_use]
    pub fn new(client: StreamSender) -> Self {
        Self {
            client,
            waiting: Vec::with_capacity(CHUNK),
        }
    }
}

impl Write for ReplyWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = bytes.len().min(CHUNK - self.waiting.len());
        self.waiting.extend_from_slice(&bytes[..count]);
        if self.waiting.len() == CHUNK {
            self.flush()?;
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let chunk = std::mem::replace(&mut self.waiting, Vec::with_capacity(CHUNK));
        self.client
            .blocking_send(chunk)
            .map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_read_as_one_text_until_an_error() {
        let (sender, mut reader) = body_reader();
        for chunk in [Ok("hel"), Ok(""), Ok("lo"), Err("cut")] {
            let chunk = chunk.map(Bytes::from).map_err(io::Error::other);
            sender.try_send(chunk).expect("there is room");
        }
        drop(sender);
        let mut text = [0; 5];
        reader.read_exact(&mut text).expect("five bytes");
        assert_eq!(&text, b"hello");
        assert_eq!(reader.read(&mut text).expect_err("cut").to_string(), "cut");
        assert_eq!(reader.read(&mut text).expect("the end"), 0);
    }

    #[test]
    fn a_client_that_went_away_is_a_broken_pipe() {
        let (client, reply) = crate::http::reply::stream("application/x-tar");
        let mut writer = ReplyWriter::new(client);
        writer.write_all(b"waits").expect("it is kept");
        drop(reply);
        let error = writer.flush().expect_err("nobody reads");
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }
}
