//! The server, over real sockets on loopback.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::thread::JoinHandle;

use plimsoll_book::{Site, Sources, serve};
use plimsoll_lab::course::Course;

/// A server that ends when this is dropped.
struct Served {
    address: SocketAddr,
    site: Arc<Site>,
    end: Option<UnixStream>,
    server: Option<JoinHandle<()>>,
}

impl Served {
    fn new() -> Served {
        let site = Site::build(&Sources::carried(), &Course::embedded()).expect("a site");
        let site = Arc::new(site);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let (end, ended) = UnixStream::pair().expect("a pair");
        let served = Arc::clone(&site);
        let server = std::thread::spawn(move || {
            serve(&listener, &served, ended.as_fd()).expect("served");
        });
        Served {
            address,
            site,
            end: Some(end),
            server: Some(server),
        }
    }

    /// Status line and headers, and the body.
    fn ask(&self, request: &[u8]) -> (String, Vec<u8>) {
        let mut stream = TcpStream::connect(self.address).expect("connected");
        stream.write_all(request).expect("sent");
        let mut reply = Vec::new();
        stream.read_to_end(&mut reply).expect("answered");
        let end = reply
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .unwrap_or_else(|| panic!("no head: {}", String::from_utf8_lossy(&reply)));
        let head = String::from_utf8_lossy(&reply[..end]).into_owned();
        (head, reply.split_off(end + 4))
    }

    fn get(&self, path: &str) -> (String, Vec<u8>) {
        self.ask(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(server) = self.server.take() {
            server.join().expect("the server ends");
        }
    }
}

#[test]
fn pages_scripts_and_fonts_come_with_their_kinds() {
    let served = Served::new();
    let (head, body) = served.get("/");
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert_eq!(Some(body.as_slice()), served.site.file("index.html"));
    let (_, folder) = served.get("/fr/?search=volume#x");
    assert_eq!(Some(folder.as_slice()), served.site.file("fr/index.html"));
    let kinds = [
        (".html", "text/html; charset=utf-8"),
        (".css", "text/css; charset=utf-8"),
        (".js", "text/javascript; charset=utf-8"),
        (".svg", "image/svg+xml"),
        (".woff2", "font/woff2"),
    ];
    for (end, kind) in kinds {
        let files = || served.site.files().map(|(path, _)| path);
        let path = files().find(|path| path.ends_with(end)).expect(end);
        let (head, body) = served.get(&format!("/{path}"));
        assert!(
            head.contains(&format!("\r\nContent-Type: {kind}\r\n")),
            "{head}"
        );
        assert_eq!(Some(body.as_slice()), served.site.file(path), "{path}");
    }
}

#[test]
fn a_head_comes_without_its_body() {
    let served = Served::new();
    let (head, body) = served.ask(b"HEAD /en/index.html HTTP/1.1\r\n\r\n");
    let length = served.site.file("en/index.html").map_or(0, <[u8]>::len);
    assert!(
        head.contains(&format!("Content-Length: {length}")),
        "{head}"
    );
    assert!(body.is_empty());
}

#[test]
fn nothing_else_is_served() {
    let served = Served::new();
    for path in [
        "/../Cargo.toml",
        "/en/../../../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/en/%2e%2e/index.html",
        "//etc/passwd",
        "/en",
        "/nothing.html",
        "/%zz",
        "/%",
        "/%ff",
        "/en/index.html%00",
    ] {
        let (head, body) = served.get(path);
        assert!(head.starts_with("HTTP/1.1 404 "), "{path}: {head}");
        assert!(body.is_empty(), "{path}");
    }
}

#[test]
fn other_methods_and_no_http_are_refused() {
    let served = Served::new();
    for (request, status) in [
        (&b"POST / HTTP/1.1\r\n\r\n"[..], "405 Method Not Allowed"),
        (
            b"DELETE /en/index.html HTTP/1.1\r\n\r\n",
            "405 Method Not Allowed",
        ),
        (b"GET http://elsewhere/ HTTP/1.1\r\n\r\n", "400 Bad Request"),
        (b"\x16\x03\x01\x00\x00\r\n\r\n", "400 Bad Request"),
        (b"GET\r\n\r\n", "400 Bad Request"),
    ] {
        let (head, _) = served.ask(request);
        assert!(head.starts_with(&format!("HTTP/1.1 {status}")), "{head}");
    }
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(100));
    assert!(served.ask(many.as_bytes()).0.starts_with("HTTP/1.1 400 "));
}

#[test]
fn a_head_without_an_end_is_cut_off() {
    let served = Served::new();
    // Exactly one byte more than is read: nothing is left unread behind it.
    let head = [
        &b"GET / HTTP/1.1\r\nA: "[..],
        &vec![b'a'; 8 * 1024 + 1 - 19],
    ]
    .concat();
    let (head, _) = served.ask(&head);
    assert!(head.starts_with("HTTP/1.1 431 "), "{head}");
}

#[test]
fn visitors_who_say_nothing_do_not_keep_others_out() {
    let served = Served::new();
    let connect = || TcpStream::connect(served.address).expect("connected");
    let silent: Vec<TcpStream> = (0..20).map(|_| connect()).collect();
    let gone: Vec<TcpStream> = (0..5).map(|_| connect()).collect();
    for stream in &gone {
        stream.shutdown(Shutdown::Both).expect("left");
    }
    assert!(served.get("/").0.starts_with("HTTP/1.1 200 "));
    drop(silent);
}
