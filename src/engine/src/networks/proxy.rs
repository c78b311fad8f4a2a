//! Forwarding of published ports: a listener here, a connection to the
//! container for every client. dockerd's userland proxy does the same, so
//! containers see the bridge's gateway as the client's address.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::task::JoinSet;
use tokio::time::Instant;

/// How long after a port is opened, which is when its container starts, a
/// refusal may mean "not yet". `docker run -d` answers some milliseconds before
/// a server listens; Docker's own start is slow enough to hide that, ours is
/// not, and `curl` on the next line is what every course prints.
const GRACE: Duration = Duration::from_secs(1);

/// The first and the longest wait before the container is asked again.
const PATIENCE: (Duration, Duration) = (Duration::from_millis(2), Duration::from_millis(32));

/// A UDP client that is silent for so long is forgotten, as in dockerd.
const UDP_SILENCE: Duration = Duration::from_secs(90);

/// The largest datagram.
const DATAGRAM: usize = 65507;

/// Serves a TCP port until the task is dropped; its connections end with it.
pub async fn tcp(listener: TcpListener, target: SocketAddr) {
    let mut connections = JoinSet::new();
    let patient_until = Instant::now() + GRACE;
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((client, _)) => {
                    connections.spawn_local(relay(client, target, patient_until));
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn relay(mut client: TcpStream, target: SocketAddr, patient_until: Instant) {
    // Nobody listens in the container: the client sees its connection closed,
    // as with dockerd's proxy.
    let Ok(mut server) = reach(target, patient_until).await else {
        return;
    };
    let _ = client.set_nodelay(true);
    let _ = server.set_nodelay(true);
    let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
}

/// Connects; what is refused before `patient_until` is tried again.
async fn reach(target: SocketAddr, patient_until: Instant) -> io::Result<TcpStream> {
    let (mut wait, longest) = PATIENCE;
    loop {
        match TcpStream::connect(target).await {
            Err(error)
                if error.kind() == io::ErrorKind::ConnectionRefused
                    && Instant::now() < patient_until =>
            {
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(longest);
            }
            outcome => return outcome,
        }
    }
}

/// Serves a UDP port until the task is dropped.
pub async fn udp(socket: UdpSocket, target: SocketAddr) {
    let socket = Rc::new(socket);
    let mut clients: HashMap<SocketAddr, Rc<UdpSocket>> = HashMap::new();
    let mut replies: JoinSet<SocketAddr> = JoinSet::new();
    let mut datagram = vec![0u8; DATAGRAM];
    loop {
        tokio::select! {
            received = socket.recv_from(&mut datagram) => {
                let Ok((length, client)) = received else { continue };
                let upstream = match clients.get(&client) {
                    Some(upstream) => upstream.clone(),
                    None => {
                        let Some(upstream) = connected(target).await else { continue };
                        clients.insert(client, upstream.clone());
                        replies.spawn_local(return_path(upstream.clone(), socket.clone(), client));
                        upstream
                    }
                };
                // An unreachable port shows as an error of the next send: a
                // datagram may be lost.
                let _ = upstream.send(&datagram[..length]).await;
            }
            Some(finished) = replies.join_next() => {
                if let Ok(client) = finished {
                    clients.remove(&client);
                }
            }
        }
    }
}

async fn connected(target: SocketAddr) -> Option<Rc<UdpSocket>> {
    let socket = UdpSocket::bind(("0.0.0.0", 0)).await.ok()?;
    socket.connect(target).await.ok()?;
    Some(Rc::new(socket))
}

async fn return_path(
    upstream: Rc<UdpSocket>,
    socket: Rc<UdpSocket>,
    client: SocketAddr,
) -> SocketAddr {
    let mut datagram = vec![0u8; DATAGRAM];
    loop {
        match tokio::time::timeout(UDP_SILENCE, upstream.recv(&mut datagram)).await {
            Ok(Ok(length)) => {
                let _ = socket.send_to(&datagram[..length], client).await;
            }
            Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => {}
            Ok(Err(_)) | Err(_) => return client,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An address of the loopback on which nobody listens.
    fn closed() -> SocketAddr {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    }

    #[tokio::test]
    async fn a_server_that_comes_late_is_waited_for() {
        let target = closed();
        let long = Instant::now() + Duration::from_secs(600);
        let server = async {
            assert!(TcpStream::connect(target).await.is_err());
            TcpListener::bind(target).await.unwrap()
        };
        // Polled first: so it is refused before the server is there.
        let (client, _server) = tokio::join!(reach(target, long), server);
        assert_eq!(client.unwrap().peer_addr().unwrap(), target);
    }

    #[tokio::test]
    async fn the_wait_has_an_end() {
        for grace in [Duration::ZERO, PATIENCE.1] {
            let refused = reach(closed(), Instant::now() + grace).await;
            let error = refused.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
        }
    }
}
