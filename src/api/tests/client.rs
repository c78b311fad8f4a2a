//! The client against a socket that answers canned bytes.

use std::io::{Read, Write};
use std::os::unix::net::UnixListener;
use std::thread::JoinHandle;

use plimsoll_api::client::{Client, Endpoint, Request, WaitCondition};
use plimsoll_api::{ClientError, Filters};

/// Serves one connection per inner list: reads a request, answers the next
/// reply. Gives back the request lines.
fn serve(
    connections: Vec<Vec<&'static str>>,
) -> (Client, JoinHandle<Vec<String>>, tempfile::TempDir) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("engine.sock");
    let listener = UnixListener::bind(&path).expect("bind");
    let server = std::thread::spawn(move || {
        let mut requests = Vec::new();
        for replies in connections {
            let (mut stream, _) = listener.accept().expect("accept");
            for reply in replies {
                let mut bytes = Vec::new();
                let mut chunk = [0; 4096];
                while !bytes.windows(4).any(|four| four == b"\r\n\r\n") {
                    let read = stream.read(&mut chunk).expect("a request");
                    assert_ne!(read, 0, "the client closed early");
                    bytes.extend_from_slice(&chunk[..read]);
                }
                let text = String::from_utf8_lossy(&bytes).into_owned();
                requests.push(text.lines().next().unwrap_or_default().to_owned());
                stream.write_all(reply.as_bytes()).expect("a reply");
            }
        }
        requests
    });
    (Client::new(Endpoint::Unix(path)), server, directory)
}

const NO_VOLUMES: &str =
    "HTTP/1.1 200 OK\r\nContent-Length: 33\r\n\r\n{\"Volumes\":null,\"Warnings\":null}\n";

#[test]
fn one_connection_serves_calls_in_sequence() {
    let (client, server, _directory) = serve(vec![vec![NO_VOLUMES, NO_VOLUMES]]);
    for _ in 0..2 {
        assert!(
            client
                .volumes(&Filters::default())
                .unwrap()
                .volumes
                .is_empty()
        );
    }
    assert_eq!(server.join().unwrap(), ["GET /v1.48/volumes HTTP/1.1"; 2]);
}

#[test]
fn a_kept_connection_that_was_closed_is_replaced() {
    let (client, server, _directory) = serve(vec![vec![NO_VOLUMES], vec![NO_VOLUMES]]);
    for _ in 0..2 {
        client.volumes(&Filters::default()).unwrap();
    }
    assert_eq!(server.join().unwrap().len(), 2);
}

#[test]
fn chunks_are_joined_and_lines_split() {
    let (client, server, _directory) = serve(vec![vec![concat!(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "c\r\n{\"status\":\"a\r\n5\r\n\"}\n{\"\r\nc;x=y\r\nstatus\":\"b\"}\r\n0\r\n\r\n",
    )]]);
    let lines: Vec<String> = client
        .image_pull("x", "latest", "", "")
        .unwrap()
        .map(|line| line.unwrap().status)
        .collect();
    assert_eq!(lines, ["a", "b"]);
    assert_eq!(
        server.join().unwrap(),
        ["POST /v1.48/images/create?fromImage=x&tag=latest HTTP/1.1"]
    );
}

#[test]
fn an_older_engine_is_asked_in_its_version() {
    let (client, server, _directory) = serve(vec![vec![
        "HTTP/1.1 400 Bad Request\r\nContent-Length: 83\r\n\r\n{\"message\":\"client version 1.48 is too new. Maximum supported API version is 1.41\"}",
        NO_VOLUMES,
    ]]);
    client.volumes(&Filters::default()).unwrap();
    assert_eq!(client.api_version(), "1.41");
    assert_eq!(server.join().unwrap()[1], "GET /v1.41/volumes HTTP/1.1");
}

#[test]
fn an_error_has_status_and_message() {
    let (client, server, _directory) = serve(vec![vec![
        "HTTP/1.1 404 Not Found\r\nContent-Length: 35\r\n\r\n{\"message\":\"No such container: x\"}\n",
    ]]);
    let error = client.container_kill("x", "TERM").unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(
        error.to_string(),
        "Error response from daemon: No such container: x"
    );
    assert_eq!(
        server.join().unwrap(),
        ["POST /v1.48/containers/x/kill?signal=TERM HTTP/1.1"]
    );
}

#[test]
fn an_upgrade_keeps_the_streams_first_bytes() {
    let (client, server, _directory) = serve(vec![vec![
        "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nhello",
    ]]);
    let mut upgraded = client.dial("127.0.0.1:80").unwrap();
    assert_eq!(upgraded.multiplexed, Some(false));
    let mut rest = String::new();
    upgraded.socket.read_to_string(&mut rest).unwrap();
    assert_eq!(String::from_utf8(upgraded.early).unwrap() + &rest, "hello");
    assert_eq!(
        server.join().unwrap(),
        ["POST /plimsoll/v1/dial?address=127.0.0.1%3A80 HTTP/1.1"]
    );
}

#[test]
fn a_wait_is_registered_before_its_body_comes() {
    let (client, server, _directory) = serve(vec![vec![
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n11\r\n{\"StatusCode\":3}\n\r\n0\r\n\r\n",
    ]]);
    let reply = client.container_wait("x", WaitCondition::NextExit).unwrap();
    let answer: plimsoll_api::WaitResponse = reply.json().unwrap();
    assert_eq!(answer.status_code, 3);
    assert_eq!(
        server.join().unwrap(),
        ["POST /v1.48/containers/x/wait?condition=next-exit HTTP/1.1"]
    );
}

#[test]
fn a_missing_engine_is_told_in_dockers_words() {
    let endpoint = Endpoint::parse("unix:///nonexistent/engine.sock").unwrap();
    let error = Client::new(endpoint).version().unwrap_err();
    assert!(matches!(error, ClientError::Unreachable { .. }));
    assert_eq!(
        error.to_string(),
        "Cannot connect to the Docker daemon at unix:///nonexistent/engine.sock. Is the docker daemon running?"
    );
}

#[test]
fn a_reply_that_breaks_off_is_an_error() {
    let (client, server, _directory) = serve(vec![vec![
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"Vol",
    ]]);
    let request = Request::get("/volumes");
    assert!(client.request(request).unwrap().read_all().is_err());
    server.join().unwrap();
}
