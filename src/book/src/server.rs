//! The book for a browser on this machine: a small HTTP server.
//!
//! It serves the files of a [`Site`] out of memory: there is no path that could
//! lead out of it. One request a connection, GET and HEAD only, at most
//! [`MAX_HEAD`] bytes in at most [`PATIENCE`], [`MAX_VISITORS`] at a time.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::site::Site;

const MAX_HEAD: usize = 8 << 10;
const MAX_HEADERS: usize = 64;
const PATIENCE: Duration = Duration::from_secs(10);
const MAX_VISITORS: usize = 32;

/// Serves until `end` can be read.
///
/// # Errors
/// Nothing can be waited for any more. What goes wrong with one visitor is
/// theirs.
pub fn serve(listener: &TcpListener, site: &Arc<Site>, end: BorrowedFd<'_>) -> io::Result<()> {
    // A visitor may leave between the waiting and the accepting.
    listener.set_nonblocking(true)?;
    let visitors = Arc::new(AtomicUsize::new(0));
    loop {
        let mut waiting = [
            PollFd::new(listener.as_fd(), PollFlags::POLLIN),
            PollFd::new(end, PollFlags::POLLIN),
        ];
        match poll(&mut waiting, PollTimeout::NONE) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
        if waiting[1].any().unwrap_or_default() {
            return Ok(());
        }
        if let Ok((stream, _)) = listener.accept() {
            receive(stream, site, &visitors);
        }
    }
}

/// A thread for each visitor; those beyond the limit find the door closed.
fn receive(stream: TcpStream, site: &Arc<Site>, visitors: &Arc<AtomicUsize>) {
    if visitors.fetch_add(1, Ordering::SeqCst) >= MAX_VISITORS {
        visitors.fetch_sub(1, Ordering::SeqCst);
        return;
    }
    let site = Arc::clone(site);
    let counted = Arc::clone(visitors);
    let started = std::thread::Builder::new().spawn(move || {
        // A visitor that leaves early is nobody's concern.
        let _ = attend(stream, &site);
        counted.fetch_sub(1, Ordering::SeqCst);
    });
    if started.is_err() {
        visitors.fetch_sub(1, Ordering::SeqCst);
    }
}

fn attend(mut stream: TcpStream, site: &Site) -> io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let reply = match read_head(&mut stream)? {
        Head::Request(head) => reply(&head, site),
        Head::TooLong => Reply::plain("431 Request Header Fields Too Large"),
        Head::Unfinished => return Ok(()),
    };
    stream.write_all(reply.head.as_bytes())?;
    stream.write_all(reply.body)?;
    stream.flush()
}

enum Head {
    Request(Vec<u8>),
    TooLong,
    /// The visitor left, or was too slow.
    Unfinished,
}

fn read_head(stream: &mut TcpStream) -> io::Result<Head> {
    let end = Instant::now() + PATIENCE;
    let mut head = Vec::new();
    let mut part = [0; 1024];
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(Head::Unfinished);
        }
        stream.set_read_timeout(Some(left))?;
        let count = stream.read(&mut part)?;
        if count == 0 {
            return Ok(Head::Unfinished);
        }
        head.extend_from_slice(&part[..count]);
        if head.windows(4).any(|four| four == b"\r\n\r\n") {
            return Ok(Head::Request(head));
        }
        if head.len() > MAX_HEAD {
            return Ok(Head::TooLong);
        }
    }
}

/// What goes out.
struct Reply<'a> {
    head: String,
    body: &'a [u8],
}

impl Reply<'_> {
    fn plain(status: &str) -> Reply<'static> {
        Reply {
            head: format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
            body: &[],
        }
    }
}

fn reply<'a>(head: &[u8], site: &'a Site) -> Reply<'a> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    let (Ok(_), Some(method), Some(target)) = (request.parse(head), request.method, request.path)
    else {
        return Reply::plain("400 Bad Request");
    };
    if !matches!(method, "GET" | "HEAD") {
        return Reply::plain("405 Method Not Allowed\r\nAllow: GET, HEAD");
    }
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let Some(path) = path.strip_prefix('/') else {
        return Reply::plain("400 Bad Request");
    };
    let found = decoded(path).and_then(|path| {
        let path = match path.as_str() {
            folder if folder.is_empty() || folder.ends_with('/') => format!("{folder}index.html"),
            _ => path,
        };
        site.file(&path)
            .map(|content| (content_type(&path), content))
    });
    let Some((kind, content)) = found else {
        return Reply::plain("404 Not Found");
    };
    Reply {
        head: format!(
            "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\
             Content-Security-Policy: default-src 'self' 'unsafe-inline' data:\r\n\
             X-Content-Type-Options: nosniff\r\nCache-Control: no-cache\r\n\
             Connection: close\r\n\r\n",
            content.len()
        ),
        body: if method == "HEAD" { &[] } else { content },
    }
}

/// `%C3%A9` as the letter it is; `None` where that is no text.
fn decoded(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                let value = digit(rest.next()?)? * 16 + digit(rest.next()?)?;
                u8::try_from(value).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
