//! One client attached to a process: bytes both ways, detach keys, the end.

use std::os::fd::AsFd;
use std::rc::Rc;

use bytes::Bytes;
use tokio::io::AsyncWriteExt;
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};

use super::descriptor::Descriptor;
use super::frame;
use super::outlet::{Chunk, Outlet};
use super::stdio::Stdio;
use crate::failure::{ApiFailure, ApiResult};
use crate::http::hijack::RawConnection;

/// The keys that end a session and leave the process alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetachKeys(Vec<u8>);

impl Default for DetachKeys {
    /// Ctrl-P Ctrl-Q.
    fn default() -> Self {
        Self(vec![16, 17])
    }
}

impl DetachKeys {
    /// Reads `ctrl-p,ctrl-q` or single characters; empty is the default.
    ///
    /// # Errors
    /// 400 in dockerd's words.
    pub fn parse(text: &str) -> ApiResult<Self> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let keys: Option<Vec<u8>> = text.split(',').map(key).collect();
        keys.map(Self)
            .ok_or_else(|| ApiFailure::invalid(format!("Invalid detach keys ({text}) provided")))
    }
}

fn key(text: &str) -> Option<u8> {
    if let [byte] = text.as_bytes() {
        return Some(*byte);
    }
    let control = text.strip_prefix("ctrl-")?;
    match control.as_bytes() {
        [letter @ b'a'..=b'z'] => Some(letter - b'a' + 1),
        b"@" => Some(0),
        b"[" => Some(27),
        b"\\" => Some(28),
        b"]" => Some(29),
        b"^" => Some(30),
        b"_" => Some(31),
        _ => None,
    }
}

/// Finds the detach keys in what a client types, over several reads.
#[derive(Debug)]
struct KeyScanner {
    keys: Vec<u8>,
    matched: usize,
}

impl KeyScanner {
    /// What goes on to the process, and whether the keys are complete.
    fn scan(&mut self, input: &[u8]) -> (Vec<u8>, bool) {
        let mut out = Vec::with_capacity(input.len());
        for byte in input {
            if self.keys.get(self.matched) == Some(byte) {
                self.matched += 1;
                if self.matched == self.keys.len() {
                    return (out, true);
                }
                continue;
            }
            out.extend_from_slice(&self.keys[..self.matched]);
            self.matched = usize::from(self.keys.first() == Some(byte));
            if self.matched == 0 {
                out.push(*byte);
            }
        }
        (out, false)
    }
}

/// What a client wants of a process.
#[derive(Debug)]
pub struct Wanted {
    pub stdin: bool,
    /// Frames with headers; a terminal's output has none.
    pub multiplexed: bool,
    /// Only with a terminal.
    pub detach: Option<DetachKeys>,
    /// The end of the client's input is the end of the process's.
    pub close_stdin: bool,
    /// What goes out first: the log, with `logs=1`.
    pub prelude: Bytes,
}

/// The client's side.
#[derive(Debug)]
pub struct Client {
    pub connection: RawConnection,
    pub outlet: Outlet,
}

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The process's streams did.
    Output,
    /// The client typed the detach keys.
    Detached,
    /// The client is gone.
    Client,
}

/// Serves one client until it, or the process's output, ends.
pub async fn run(client: Client, wanted: Wanted, stdio: Rc<Stdio>) -> Ended {
    let gone = peer_gone(&client.connection.stream);
    let (reader, mut writer) = UnixStream::into_split(client.connection.stream);
    let outlet = client.outlet;
    let multiplexed = wanted.multiplexed;
    let mut input_ended = false;
    let prelude = wanted.prelude.clone();
    let output = async {
        if !prelude.is_empty() && writer.write_all(&prelude).await.is_err() {
            return Ended::Client;
        }
        let ended = send_output(outlet, multiplexed, &mut writer).await;
        let _ = writer.shutdown().await;
        ended
    };
    let input = take_input(reader, client.connection.early, wanted, &stdio);
    tokio::pin!(output, input, gone);
    loop {
        tokio::select! {
            biased;
            ended = &mut output => return ended,
            ended = &mut input, if !input_ended => match ended {
                InputEnd::Detached => return Ended::Detached,
                // Half-closed: the output goes on.
                InputEnd::Eof => input_ended = true,
            },
            // Nothing is written to a client that is gone, and its input was
            // read first.
            () = &mut gone, if input_ended => return Ended::Client,
        }
    }
}

/// Resolves when the client has closed both directions, which half a close does
/// not tell (poll(2): POLLHUP).
fn peer_gone(stream: &UnixStream) -> impl Future<Output = ()> + use<> {
    let second = stream.as_fd().try_clone_to_owned();
    async move {
        let watched = second.and_then(Descriptor::writable);
        match watched {
            Ok(descriptor) => descriptor.closed().await,
            // Out of descriptors: the next write finds out.
            Err(_) => std::future::pending().await,
        }
    }
}

async fn send_output(mut outlet: Outlet, multiplexed: bool, writer: &mut OwnedWriteHalf) -> Ended {
    while let Some(chunk) = outlet.chunks.recv().await {
        if write_chunk(writer, &chunk, multiplexed).await.is_err() {
            return Ended::Client;
        }
    }
    Ended::Output
}

async fn write_chunk(
    writer: &mut OwnedWriteHalf,
    chunk: &Chunk,
    multiplexed: bool,
) -> std::io::Result<()> {
    if !multiplexed {
        return writer.write_all(&chunk.bytes).await;
    }
    let mut framed = Vec::with_capacity(frame::LENGTH + chunk.bytes.len());
    framed.extend_from_slice(&frame::header(chunk.stream, chunk.bytes.len()));
    framed.extend_from_slice(&chunk.bytes);
    writer.write_all(&framed).await
}

enum InputEnd {
    Eof,
    Detached,
}

async fn take_input(
    reader: OwnedReadHalf,
    early: Bytes,
    wanted: Wanted,
    stdio: &Stdio,
) -> InputEnd {
    let mut scanner = wanted.detach.map(|keys| KeyScanner {
        keys: keys.0,
        matched: 0,
    });
    let mut pending = early;
    let mut nobody_reads = !wanted.stdin;
    loop {
        if !pending.is_empty() && !nobody_reads {
            let (bytes, detached) = match &mut scanner {
                Some(scanner) => scanner.scan(&pending),
                None => (pending.to_vec(), false),
            };
            nobody_reads = !bytes.is_empty() && !stdio.write_stdin(&bytes).await;
            if detached {
                return InputEnd::Detached;
            }
        }
        if reader.readable().await.is_err() {
            break;
        }
        // Not held over `await`: an idle session keeps no buffer.
        let mut block = [0u8; 8 * 1024];
        match reader.try_read(&mut block) {
            Ok(length) if length > 0 => pending = Bytes::copy_from_slice(&block[..length]),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                pending = Bytes::new();
            }
            Ok(_) | Err(_) => break,
        }
    }
    if wanted.stdin && wanted.close_stdin {
        stdio.close_stdin_after_start().await;
    }
    InputEnd::Eof
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detach_keys_are_read_and_refused() {
        assert_eq!(DetachKeys::parse("").unwrap(), DetachKeys(vec![16, 17]));
        assert_eq!(
            DetachKeys::parse("a,ctrl-c").unwrap(),
            DetachKeys(vec![97, 3])
        );
        assert!(DetachKeys::parse("ctrl-1").is_err());
    }

    #[test]
    fn keys_are_found_over_reads_and_given_back_when_broken_off() {
        let mut scanner = KeyScanner {
            keys: vec![16, 17],
            matched: 0,
        };
        assert_eq!(scanner.scan(b"a\x10"), (b"a".to_vec(), false));
        assert_eq!(scanner.scan(b"b"), (b"\x10b".to_vec(), false));
        assert_eq!(scanner.scan(b"\x10\x10\x11x"), (b"\x10".to_vec(), true));
    }
}
