//! Our `curl` against servers that say exactly one thing.

mod carried;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixListener;
use std::process::Output;
use std::thread::JoinHandle;

/// A server that gives each connection the next answer, and returns what the
/// clients sent.
struct Server {
    address: SocketAddr,
    thread: JoinHandle<Vec<String>>,
}

impl Server {
    fn answering(answers: &[&str]) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let answers: Vec<String> = answers.iter().map(|answer| (*answer).to_owned()).collect();
        let thread = std::thread::spawn(move || {
            let serve = |answer: String| {
                let (mut stream, _) = listener.accept().expect("a client");
                let request = read_request(&mut stream);
                let answer = answer.replace("@ADDRESS@", &address.to_string());
                let _ = stream.write_all(answer.as_bytes());
                request
            };
            answers.into_iter().map(serve).collect()
        });
        Server { address, thread }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn requests(self) -> Vec<String> {
        self.thread.join().expect("the server")
    }
}

/// A head, and as much body as it announces.
fn read_request(stream: &mut impl Read) -> String {
    let mut text = Vec::new();
    let mut byte = [0];
    while !text.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|count| count == 1) {
        text.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&text).into_owned();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("Content-Length: "))
        .and_then(|length| length.parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).expect("the body");
    head + &String::from_utf8_lossy(&body)
}

fn curl(arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().expect("a temporary directory");
    curl_in(folder.path(), arguments)
}

fn curl_in(folder: &std::path::Path, arguments: &[&str]) -> Output {
    carried::tool("curl")
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("curl runs")
}

#[track_caller]
fn assert_ended(output: &Output, code: i32, out: &str, err: &str) {
    assert_eq!(String::from_utf8_lossy(&output.stderr), err);
    assert_eq!(String::from_utf8_lossy(&output.stdout), out);
    assert_eq!(output.status.code(), Some(code));
}

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nhello\n";
const MISSING: &str = "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\ngone\n";

#[test]
fn the_body_is_printed_and_the_request_is_plain() {
    let server = Server::answering(&[OK]);
    assert_ended(&curl(&[&server.url("/a?b")]), 0, "hello\n", "");
    let host = server.address;
    let request = server.requests().remove(0);
    assert!(request.starts_with("GET /a?b HTTP/1.1\r\n"), "{request}");
    assert!(request.contains(&format!("Host: {host}\r\n")), "{request}");
    assert!(request.contains("Accept: */*\r\n"), "{request}");
}

#[test]
fn heads_are_shown_when_asked_for() {
    let server = Server::answering(&[OK]);
    assert_ended(&curl(&["-i", &server.url("/")]), 0, OK, "");
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n";
    let server = Server::answering(&[head]);
    assert_ended(&curl(&["-I", &server.url("/")]), 0, head, "");
    assert!(server.requests()[0].starts_with("HEAD / "));
}

#[test]
fn errors_of_the_server_count_only_with_fail() {
    let server = Server::answering(&[MISSING, MISSING]);
    let url = server.url("/");
    assert_ended(&curl(&[&url]), 0, "gone\n", "");
    let wording = "curl: (22) The requested URL returned error: 404\n";
    assert_ended(&curl(&["-f", &url]), 22, "", wording);
}

#[test]
fn what_write_out_tells() {
    let server = Server::answering(&[OK]);
    let format = "%{http_code} %{size_download} %{content_type}\\n";
    let output = curl(&["-s", "-o", "/dev/null", "-w", format, &server.url("/")]);
    assert_ended(&output, 0, "200 6 text/plain\n", "");
}

#[test]
fn files_are_written_under_both_kinds_of_name() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let server = Server::answering(&[OK, OK]);
    curl_in(folder.path(), &["-so", "named", &server.url("/x")]);
    curl_in(folder.path(), &["-O", &server.url("/dir/remote.txt?q")]);
    for name in ["named", "remote.txt"] {
        let text = std::fs::read_to_string(folder.path().join(name)).expect("a file");
        assert_eq!(text, "hello\n");
    }
}

#[test]
fn redirects_are_followed_when_asked_for() {
    let moved = "HTTP/1.1 302 Found\r\nLocation: /new\r\nContent-Length: 4\r\n\r\nold\n";
    let server = Server::answering(&[moved, moved, OK]);
    let url = server.url("/old/page");
    assert_ended(&curl(&[&url]), 0, "old\n", "");
    assert_ended(&curl(&["-L", "-d", "x=1", &url]), 0, "hello\n", "");
    let requests = server.requests();
    assert!(requests[1].starts_with("POST /old/page "));
    assert!(requests[2].starts_with("GET /new "), "{}", requests[2]);
    let server =
        Server::answering(&["HTTP/1.1 301 Moved\r\nLocation: http://@ADDRESS@/\r\n\r\n"; 3]);
    let output = curl(&["-L", "--max-redirs", "2", &server.url("/")]);
    assert_ended(
        &output,
        47,
        "",
        "curl: (47) Maximum (2) redirects followed\n",
    );
}

#[test]
fn data_methods_and_headers_are_sent() {
    let server = Server::answering(&[OK, OK, OK]);
    let url = server.url("/");
    curl(&["-d", "a=1", "-d", "b=2", &url]);
    curl(&[
        "-X",
        "PUT",
        "-H",
        "X-Own: yes",
        "-H",
        "Accept:",
        "-u",
        "me:secret",
        &url,
    ]);
    curl(&["--json", "{}", "-A", "test", &url]);
    let requests = server.requests();
    assert!(requests[0].starts_with("POST / "));
    assert!(requests[0].contains("Content-Type: application/x-www-form-urlencoded\r\n"));
    assert!(requests[0].ends_with("\r\n\r\na=1&b=2"), "{}", requests[0]);
    assert!(requests[1].starts_with("PUT / "));
    assert!(requests[1].contains("X-Own: yes\r\n"));
    assert!(!requests[1].contains("Accept"), "{}", requests[1]);
    assert!(requests[1].contains("Authorization: Basic bWU6c2VjcmV0\r\n"));
    assert!(requests[2].contains("Content-Type: application/json\r\n"));
    assert!(requests[2].contains("User-Agent: test\r\n"));
}

#[test]
fn chunks_are_joined() {
    let chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n7;x=y\r\n, world\r\n0\r\nT: 1\r\n\r\n";
    let server = Server::answering(&[chunks]);
    assert_ended(&curl(&[&server.url("/")]), 0, "hello, world", "");
}

#[test]
fn answers_that_end_too_early_are_told_apart() {
    let server = Server::answering(&["", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"]);
    let url = server.url("/");
    assert_ended(
        &curl(&[&url]),
        52,
        "",
        "curl: (52) Empty reply from server\n",
    );
    let wording = "curl: (18) transfer closed with 4 bytes remaining to read\n";
    assert_ended(&curl(&[&url]), 18, "hello", wording);
    let server = Server::answering(&["SSH-2.0-OpenSSH\r\n"]);
    let wording = "curl: (1) Received HTTP/0.9 when not allowed\n";
    assert_ended(&curl(&[&server.url("/")]), 1, "", wording);
}

#[test]
fn a_connection_that_is_reset_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let thread = std::thread::spawn(move || {
        let (stream, _) = listener.accept().expect("a client");
        // Closed with the request unread: the kernel answers with a reset.
        let mut first = [0];
        stream.peek(&mut first).expect("a request");
        drop::<TcpStream>(stream);
    });
    let output = curl(&[&url]);
    thread.join().expect("the server");
    let wording = "curl: (56) Recv failure: Connection reset by peer\n";
    assert_ended(&output, 56, "", wording);
}

#[test]
fn a_silent_server_is_waited_for_no_longer_than_told() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let output = curl(&["-m", "0.1", &url]);
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(28), "{err}");
    assert!(
        err.starts_with("curl: (28) Operation timed out after "),
        "{err}"
    );
    assert!(
        err.ends_with(" milliseconds with 0 bytes received\n"),
        "{err}"
    );
}

#[test]
fn nobody_listens() {
    let free = TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("an address");
    let output = curl(&[&format!("http://{free}/")]);
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(7));
    let beginning = format!(
        "curl: (7) Failed to connect to 127.0.0.1 port {} after ",
        free.port()
    );
    assert!(err.starts_with(&beginning), "{err}");
    assert!(err.ends_with(" ms: Couldn't connect to server\n"), "{err}");
    assert_ended(&curl(&["-s", &format!("http://{free}/")]), 7, "", "");
}

#[test]
fn unix_sockets_are_spoken_to() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let path = folder.path().join("socket");
    let listener = UnixListener::bind(&path).expect("a socket");
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        let request = read_request(&mut stream);
        stream.write_all(OK.as_bytes()).expect("an answer");
        request
    });
    let path = path.display().to_string();
    let output = curl(&["--unix-socket", &path, "http://localhost/_ping"]);
    assert!(
        thread
            .join()
            .expect("the server")
            .starts_with("GET /_ping ")
    );
    assert_ended(&output, 0, "hello\n", "");
}
