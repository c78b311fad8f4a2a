//! Sockets of the real host's network, for an engine that has left it.
//!
//! One thread is started before the engine leaves the host's network namespace
//! and stays behind. It does nothing but `socket(2)`: binding, connecting and
//! accepting work on the descriptor from anywhere. Grading has no such thread.

use std::io;
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener};
use std::os::fd::OwnedFd;
use std::sync::mpsc;

use rustix::net::{AddressFamily, SocketFlags, SocketType, socket_with};

/// What kind of socket is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    Tcp,
    Udp,
}

/// Which family of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    V4,
    V6,
}

struct Order {
    family: Family,
    transport: Transport,
    reply: mpsc::SyncSender<io::Result<OwnedFd>>,
}

/// Gives out unbound sockets of the real host's network. Cheap to clone.
#[derive(Debug, Clone)]
pub struct SocketVendor {
    orders: mpsc::Sender<Order>,
}

impl SocketVendor {
    /// Starts the thread in the calling thread's network namespace.
    ///
    /// # Errors
    /// When the thread cannot be started.
    pub fn start() -> io::Result<Self> {
        let (orders, inbox) = mpsc::channel::<Order>();
        std::thread::Builder::new()
            .name("host-sockets".to_owned())
            .stack_size(64 * 1024)
            .spawn(move || {
                for order in inbox {
                    // The one who asked may have given up: nothing to do then.
                    let _ = order.reply.send(open(order.family, order.transport));
                }
            })?;
        Ok(Self { orders })
    }

    /// An unbound, blocking, close-on-exec socket of the host's network.
    ///
    /// # Errors
    /// What `socket(2)` reports, or `BrokenPipe` when the thread has ended.
    pub fn socket(&self, family: Family, transport: Transport) -> io::Result<OwnedFd> {
        let (reply, answer) = mpsc::sync_channel(1);
        let gone = || io::Error::new(io::ErrorKind::BrokenPipe, "the socket thread has ended");
        self.orders
            .send(Order {
                family,
                transport,
                reply,
            })
            .map_err(|_| gone())?;
        answer.recv().map_err(|_| gone())?
    }

    /// Listens on the host's 127.0.0.1 at `preferred`, or at another port when
    /// that one may not be bound (taken, or below 1024 for an ordinary user):
    /// 8000 above where the number is a low one, so that a browser finds port
    /// 80 at 8080 each time, else a free one. The port that was taken is the
    /// listener's `local_addr`.
    ///
    /// # Errors
    /// When not even a free port can be bound.
    pub fn listen_on_loopback(&self, preferred: u16) -> io::Result<TcpListener> {
        let mut refused = None;
        for port in in_turn(preferred) {
            match self.listen_at(port) {
                Ok(listener) => return Ok(listener),
                Err(error) => refused = Some(error),
            }
        }
        Err(refused.unwrap_or_else(|| io::ErrorKind::AddrNotAvailable.into()))
    }

    fn listen_at(&self, port: u16) -> io::Result<TcpListener> {
        let socket = self.socket(Family::V4, Transport::Tcp)?;
        rustix::net::sockopt::set_socket_reuseaddr(&socket, true)?;
        rustix::net::bind(&socket, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, port))?;
        rustix::net::listen(&socket, 128)?;
        Ok(TcpListener::from(socket))
    }
}

/// The ports that are tried for `preferred`; 0 lets the kernel choose.
fn in_turn(preferred: u16) -> impl Iterator<Item = u16> {
    let low = (1..1024).contains(&preferred);
    let memorable = low.then_some(preferred.saturating_add(8000));
    [preferred].into_iter().chain(memorable).chain([0])
}

fn open(family: Family, transport: Transport) -> io::Result<OwnedFd> {
    let family = match family {
        Family::V4 => AddressFamily::INET,
        Family::V6 => AddressFamily::INET6,
    };
    let kind = match transport {
        Transport::Tcp => SocketType::STREAM,
        Transport::Udp => SocketType::DGRAM,
    };
    Ok(socket_with(family, kind, SocketFlags::CLOEXEC, None)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use std::io::Write;

    #[test]
    fn a_taken_port_is_replaced_by_a_free_one() {
        let vendor = SocketVendor::start().expect("the thread starts");
        let first = vendor.listen_on_loopback(0).expect("a free port");
        let taken = first.local_addr().expect("an address").port();
        let second = vendor.listen_on_loopback(taken).expect("another port");
        assert_ne!(second.local_addr().expect("an address").port(), taken);
    }

    #[test]
    fn a_low_port_has_a_second_number_that_stays() {
        assert!(in_turn(80).eq([80, 8080, 0]));
        assert!(in_turn(5432).eq([5432, 0]));
        assert!(in_turn(u16::MAX).eq([u16::MAX, 0]));
    }

    #[test]
    fn the_sockets_carry_bytes() {
        let vendor = SocketVendor::start().expect("the thread starts");
        let listener = vendor.listen_on_loopback(0).expect("a free port");
        let address = listener.local_addr().expect("an address");
        let mut outward = std::net::TcpStream::connect(address).expect("a connection");
        outward.write_all(b"mark").expect("bytes out");
        drop(outward);
        let mut text = String::new();
        let (mut inward, _) = listener.accept().expect("a connection");
        inward.read_to_string(&mut text).expect("bytes in");
        assert_eq!(text, "mark");
    }
}
