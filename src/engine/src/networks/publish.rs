//! Publishing: listeners in the lab, and their twins on the real host's
//! loopback.

use std::cell::RefCell;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::time::{Duration, Instant};

use nix::sys::socket::{
    AddressFamily, Backlog, SockFlag, SockType, SockaddrStorage, bind, listen, setsockopt, socket,
    sockopt,
};
use plimsoll_api::operation::{Door, Facts};
use plimsoll_api::{Port, PortBinding, PortMap, Protocol};
use plimsoll_host::SocketVendor;
use tokio::net::{TcpListener, UdpSocket};
use tokio::task::AbortHandle;

use super::ports::{PortTable, Wanted};
use super::proxy;
use crate::operations::LISTED;

/// Why a port could not be published.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    #[error("Bind for {ip}:{port} failed: port is already allocated")]
    Allocated { ip: String, port: u16 },
    #[error(
        "failed to bind port {ip}:{port}/{protocol}: Error starting userland proxy: \
         listen {protocol}{family} {ip}:{port}: bind: {reason}"
    )]
    Bind {
        ip: String,
        port: u16,
        protocol: Protocol,
        family: u8,
        reason: String,
    },
    #[error("all ports are allocated")]
    Exhausted,
}

/// One port of a container that can be reached from outside it.
#[derive(Debug, Clone)]
pub struct Published {
    pub port: Port,
    /// In the lab.
    pub ip: IpAddr,
    pub host_port: u16,
    /// On the real host, where it is offered.
    pub outside: Option<SocketAddr>,
}

/// All published ports of a running container. Dropping it closes them.
#[derive(Debug)]
pub struct PublishedPorts {
    pub ports: Vec<Published>,
    /// The container that they lead to.
    pub target: Ipv4Addr,
    /// How long it took to open them.
    pub took: Duration,
    tasks: Vec<AbortHandle>,
    table: Rc<RefCell<PortTable>>,
}

impl PublishedPorts {
    /// As inspect shows them, with what is exposed only.
    pub fn port_map(&self) -> PortMap {
        let mut map = PortMap::new();
        for one in &self.ports {
            let binding = PortBinding {
                host_ip: one.ip.to_string(),
                host_port: one.host_port.to_string(),
            };
            map.entry(one.port)
                .or_default()
                .get_or_insert_default()
                .push(binding);
        }
        map
    }
}

impl PublishedPorts {
    /// As the X-ray tells them.
    pub fn told(&self) -> Facts {
        let doors = self.ports.iter().map(|one| Door {
            lab_ip: one.ip.to_string(),
            lab_port: one.host_port,
            address: self.target.to_string(),
            port: one.port.number,
            protocol: one.port.protocol.to_string(),
            outside: one.outside.map(|address| address.to_string()),
        });
        Facts::Port {
            ports: doors.take(LISTED).collect(),
            more: self.ports.len().saturating_sub(LISTED) as u64,
        }
    }
}

impl Drop for PublishedPorts {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
        let mut table = self.table.borrow_mut();
        for one in &self.ports {
            table.release(one.ip, one.port.protocol, one.host_port);
        }
    }
}

/// Publishes everything that is wanted, or nothing.
///
/// # Errors
/// [`PublishError`], in dockerd's words.
pub fn publish(
    wanted: &[Wanted],
    container: Ipv4Addr,
    table: &Rc<RefCell<PortTable>>,
    vendor: Option<&SocketVendor>,
) -> Result<PublishedPorts, PublishError> {
    let began = Instant::now();
    let mut published = PublishedPorts {
        ports: Vec::new(),
        target: container,
        took: Duration::ZERO,
        tasks: Vec::new(),
        table: table.clone(),
    };
    let has_ipv6 = std::path::Path::new("/proc/net/if_inet6").exists();
    for one in wanted {
        publish_one(one, container, vendor, has_ipv6, &mut published)?;
    }
    published.took = began.elapsed();
    Ok(published)
}

fn publish_one(
    wanted: &Wanted,
    container: Ipv4Addr,
    vendor: Option<&SocketVendor>,
    has_ipv6: bool,
    published: &mut PublishedPorts,
) -> Result<(), PublishError> {
    let addresses = wanted.addresses(has_ipv6);
    let protocol = wanted.port.protocol;
    let candidates = published.table.borrow().candidates(wanted, &addresses);
    let mut refusal = PublishError::Exhausted;
    if candidates.is_empty() && !wanted.any {
        refusal = PublishError::Allocated {
            ip: address_text(addresses[0]),
            port: wanted.range.0,
        };
    }
    for number in candidates {
        match listeners(&addresses, protocol, number) {
            Ok(sockets) => {
                let target = SocketAddr::from((container, wanted.port.number));
                let mut outside = twin(vendor, protocol, number, target, published);
                for (ip, socket) in addresses.iter().zip(sockets) {
                    published.table.borrow_mut().take(*ip, protocol, number);
                    published.tasks.push(socket.forward(target));
                    published.ports.push(Published {
                        port: wanted.port,
                        ip: *ip,
                        host_port: number,
                        outside: outside.take(),
                    });
                }
                if wanted.any {
                    published.table.borrow_mut().note_last(number);
                }
                return Ok(());
            }
            Err(error) => refusal = error,
        }
    }
    Err(refusal)
}

/// The same port on the real host's loopback: the same number where it may be
/// bound, else a free one. That it fails is no reason to fail the container.
fn twin(
    vendor: Option<&SocketVendor>,
    protocol: Protocol,
    number: u16,
    target: SocketAddr,
    published: &mut PublishedPorts,
) -> Option<SocketAddr> {
    if protocol != Protocol::Tcp {
        return None;
    }
    let listener = vendor?.listen_on_loopback(number).ok()?;
    listener.set_nonblocking(true).ok()?;
    let address = listener.local_addr().ok()?;
    let listener = TcpListener::from_std(listener).ok()?;
    published
        .tasks
        .push(Listening::Tcp(listener).forward(target));
    Some(address)
}

enum Listening {
    Tcp(TcpListener),
    Udp(UdpSocket),
}

impl Listening {
    fn forward(self, target: SocketAddr) -> AbortHandle {
        match self {
            Self::Tcp(listener) => {
                tokio::task::spawn_local(proxy::tcp(listener, target)).abort_handle()
            }
            Self::Udp(socket) => {
                tokio::task::spawn_local(proxy::udp(socket, target)).abort_handle()
            }
        }
    }
}

fn listeners(
    addresses: &[IpAddr],
    protocol: Protocol,
    number: u16,
) -> Result<Vec<Listening>, PublishError> {
    addresses
        .iter()
        .map(|ip| {
            open(*ip, protocol, number).map_err(|error| PublishError::Bind {
                ip: address_text(*ip),
                port: number,
                protocol,
                family: if ip.is_ipv4() { 4 } else { 6 },
                reason: reason(&error),
            })
        })
        .collect()
}

fn open(ip: IpAddr, protocol: Protocol, number: u16) -> io::Result<Listening> {
    let (family, kind) = match (ip, protocol) {
        (_, Protocol::Sctp) => {
            return Err(io::Error::other("plimsoll does not forward sctp"));
        }
        (IpAddr::V4(_), Protocol::Tcp) => (AddressFamily::Inet, SockType::Stream),
        (IpAddr::V6(_), Protocol::Tcp) => (AddressFamily::Inet6, SockType::Stream),
        (IpAddr::V4(_), Protocol::Udp) => (AddressFamily::Inet, SockType::Datagram),
        (IpAddr::V6(_), Protocol::Udp) => (AddressFamily::Inet6, SockType::Datagram),
    };
    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    let fd = socket(family, kind, flags, None)?;
    let address = match ip {
        IpAddr::V4(ip) => SockaddrStorage::from(std::net::SocketAddrV4::new(ip, number)),
        IpAddr::V6(ip) => {
            setsockopt(&fd, sockopt::Ipv6V6Only, &true)?;
            let address = std::net::SocketAddrV6::new(ip, number, 0, 0);
            SockaddrStorage::from(address)
        }
    };
    if kind == SockType::Stream {
        setsockopt(&fd, sockopt::ReuseAddr, &true)?;
    }
    let raw = std::os::fd::AsRawFd::as_raw_fd(&fd);
    bind(raw, &address)?;
    if kind == SockType::Stream {
        listen(&fd, Backlog::new(512)?)?;
        return Ok(Listening::Tcp(TcpListener::from_std(fd.into())?));
    }
    Ok(Listening::Udp(UdpSocket::from_std(fd.into())?))
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => "address already in use".to_owned(),
        io::ErrorKind::AddrNotAvailable => "cannot assign requested address".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

fn address_text(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    }
}
