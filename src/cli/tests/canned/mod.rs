//! An engine that answers canned replies over a unix socket: enough HTTP for
//! two clients, one thread per connection.

mod replies;

use std::io::{BufRead, BufReader, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

pub struct Engine {
    host: String,
    asked: Receiver<String>,
}

/// One answer.
pub enum Reply {
    Json(u16, String),
    /// A stream of a content type.
    Stream(&'static str, Vec<u8>),
    /// The connection becomes a raw stream of these bytes.
    Upgrade(Vec<u8>),
    /// The same, and the stream goes on until the client leaves.
    Open(Vec<u8>),
    /// An answer whose body never comes.
    Pending,
}

impl Engine {
    /// Listens until the process ends.
    pub fn start(directory: &Path) -> Self {
        let path = directory.join("engine.sock");
        let listener = UnixListener::bind(&path).expect("bind");
        let (tell, asked) = mpsc::channel();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let tell = tell.clone();
                std::thread::spawn(move || serve(stream, &tell));
            }
        });
        Self {
            host: format!("unix://{}", path.display()),
            asked,
        }
    }

    /// Waits for a request for this path.
    pub fn until_asked(&self, path: &str) {
        let patience = Duration::from_secs(20);
        while self.asked.recv_timeout(patience).expect("in vain") != path {}
    }

    pub fn host(&self) -> &str {
        &self.host
    }
}

/// Answers one request after the other; a client that goes away ends it.
fn serve(stream: UnixStream, tell: &Sender<String>) {
    let mut writer = stream.try_clone().expect("a second handle");
    let mut reader = BufReader::new(stream);
    while let Some((method, target, body)) = read_request(&mut reader) {
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let path = match path.strip_prefix("/v1.") {
            Some(rest) => &rest[rest.find('/').unwrap_or(0)..],
            None => path,
        };
        // Nobody listens where the test has ended.
        let _ = tell.send(path.to_owned());
        let reply = replies::answer(&method, path, query, &body);
        if write_reply(&mut writer, &method, reply).is_none() {
            return;
        }
    }
}

fn read_request(reader: &mut BufReader<UnixStream>) -> Option<(String, String, Vec<u8>)> {
    let mut line = String::new();
    reader
        .read_line(&mut line)
        .ok()
        .filter(|length| *length > 0)?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let (mut length, mut chunked) = (0, false);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let header = header.trim().to_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        chunked |= header == "transfer-encoding: chunked";
    }
    if chunked {
        skip_chunks(reader)?;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((method, target, body))
}

fn skip_chunks(reader: &mut BufReader<UnixStream>) -> Option<()> {
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let size = usize::from_str_radix(line.trim(), 16).ok()?;
        let mut chunk = vec![0; size + 2];
        reader.read_exact(&mut chunk).ok()?;
        if size == 0 {
            return Some(());
        }
    }
}

/// `None` where the connection is used up.
fn write_reply(writer: &mut UnixStream, method: &str, reply: Reply) -> Option<()> {
    let (status, kind, body) = match reply {
        Reply::Json(status, body) => (status, "application/json", body.into_bytes()),
        Reply::Stream(kind, body) => (200, kind, body),
        Reply::Upgrade(bytes) => {
            upgrade(writer, &bytes)?;
            let _ = writer.shutdown(std::net::Shutdown::Both);
            return None;
        }
        Reply::Open(bytes) => {
            upgrade(writer, &bytes)?;
            until_left(writer);
            return None;
        }
        Reply::Pending => {
            let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
            writer.write_all(head.as_bytes()).ok()?;
            until_left(writer);
            return None;
        }
    };
    let head = format!(
        "HTTP/1.1 {status} Status\r\nApi-Version: 1.48\r\nOstype: linux\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    writer.write_all(head.as_bytes()).ok()?;
    if method != "HEAD" && status != 204 && status != 304 {
        writer.write_all(&body).ok()?;
    }
    Some(())
}

/// Both ways are closed: a client that sends no more still reads.
fn until_left(stream: &UnixStream) {
    let mut end = [PollFd::new(stream.as_fd(), PollFlags::empty())];
    let _ = poll(&mut end, PollTimeout::NONE);
}

fn upgrade(writer: &mut UnixStream, bytes: &[u8]) -> Option<()> {
    let head = "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.multiplexed-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n";
    writer.write_all(head.as_bytes()).ok()?;
    writer.write_all(bytes).ok()
}
