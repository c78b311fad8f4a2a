//! Interfaces, addresses and routes by rtnetlink(7), synchronously.
//!
//! [`Netlink`] speaks for the network namespace in which it was opened, also
//! after the process has moved on. Calls are made in one place of the process
//! at a time; several requests travel in one packet where that saves time.
//!
//! Written by hand rather than taken from a crate: eight messages are needed,
//! the zygote has to send them without a runtime, and the crates for it change
//! their interfaces every few weeks.

mod message;

use crate::fault::{During, Fault};
use crate::request::Attachment;
use message::{Message, Reply};
use nix::errno::Errno;
use nix::libc;
use nix::sched::{CloneFlags, setns};
use nix::sys::socket::{
    AddressFamily, MsgFlags, NetlinkAddr, SockFlag, SockProtocol, SockType, recv, sendto, socket,
};
use std::fs::File;
use std::net::Ipv4Addr;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

/// A network interface as `ip link` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Number, unique in its namespace.
    pub index: u32,
    /// Name.
    pub name: String,
    /// Hardware address.
    pub mac: Option<[u8; 6]>,
    /// Number of the bridge it belongs to.
    pub master: Option<u32>,
    /// Whether it is switched on.
    pub up: bool,
    /// Largest packet in bytes.
    pub mtu: u32,
    /// `bridge`, `veth`, ...; none for hardware and loopback.
    pub kind: Option<String>,
}

/// An IPv4 address of an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address {
    /// Number of the interface.
    pub index: u32,
    /// Address.
    pub address: Ipv4Addr,
    /// Prefix length.
    pub prefix: u8,
}

/// How to name the namespace for the far end of a cable.
#[derive(Debug, Clone, Copy)]
pub enum Peer<'fd> {
    /// The namespace of a process.
    Process(i32),
    /// A descriptor of the namespace.
    Namespace(BorrowedFd<'fd>),
}

/// A socket to the kernel's routing tables.
#[derive(Debug)]
pub struct Netlink {
    socket: OwnedFd,
}

impl Netlink {
    /// Opens a socket in the present network namespace.
    ///
    /// # Errors
    /// As socket(2).
    pub fn open() -> nix::Result<Self> {
        let socket = socket(
            AddressFamily::Netlink,
            SockType::Raw,
            SockFlag::SOCK_CLOEXEC,
            SockProtocol::NetlinkRoute,
        )?;
        Ok(Self { socket })
    }

    /// All interfaces.
    ///
    /// # Errors
    /// As recv(2).
    pub fn links(&self) -> nix::Result<Vec<Link>> {
        let mut request = Message::new(libc::RTM_GETLINK, libc::NLM_F_DUMP);
        request.interface(0, 0, 0);
        Ok(self
            .dump(&request)?
            .iter()
            .filter_map(message::link)
            .collect())
    }

    /// All IPv4 addresses.
    ///
    /// # Errors
    /// As recv(2).
    pub fn addresses(&self) -> nix::Result<Vec<Address>> {
        let mut request = Message::new(libc::RTM_GETADDR, libc::NLM_F_DUMP);
        request.address(0, 0);
        Ok(self
            .dump(&request)?
            .iter()
            .filter_map(message::address)
            .collect())
    }

    /// The number of an interface.
    ///
    /// # Errors
    /// ENODEV where there is none of that name.
    pub fn index(&self, name: &str) -> nix::Result<u32> {
        let mut request = Message::new(libc::RTM_GETLINK, 0);
        request.interface(0, 0, 0);
        request.name(name);
        self.send(&[request])?;
        let mut found = None;
        // The acknowledgement comes last and has to be read as well.
        loop {
            for reply in self.receive()? {
                match reply {
                    Reply::Data { kind, payload } if kind == libc::RTM_NEWLINK => {
                        found = message::link(&payload).map(|link| link.index);
                    }
                    Reply::Data { .. } => {}
                    Reply::Done(result) => return result.and(found.ok_or(Errno::ENODEV)),
                }
            }
        }
    }

    /// Makes a bridge, switched on.
    ///
    /// # Errors
    /// EEXIST where the name is taken.
    pub fn create_bridge(&self, name: &str, mac: Option<[u8; 6]>) -> nix::Result<()> {
        let mut request = Message::create(libc::RTM_NEWLINK);
        request.interface(0, libc::IFF_UP as u32, libc::IFF_UP as u32);
        request.name(name);
        if let Some(mac) = mac {
            request.bytes(libc::IFLA_ADDRESS, &mac);
        }
        request.nest(libc::IFLA_LINKINFO, |info| {
            info.string(message::IFLA_INFO_KIND, "bridge")
        });
        self.request(&[request])
    }

    /// Removes an interface; the far end of a cable goes with it.
    ///
    /// # Errors
    /// ENODEV where there is none of that name.
    pub fn delete_link(&self, name: &str) -> nix::Result<()> {
        let mut request = Message::change(libc::RTM_DELLINK);
        request.interface(0, 0, 0);
        request.name(name);
        self.request(&[request])
    }

    /// Makes a virtual cable with one end here, switched on and on `bridge`
    /// where given, and the other in `peer`'s namespace.
    ///
    /// # Errors
    /// EEXIST where a name is taken; ESRCH where the peer is gone.
    pub fn create_veth(
        &self,
        name: &str,
        bridge: Option<u32>,
        peer: Peer<'_>,
        peer_name: &str,
        peer_mac: Option<[u8; 6]>,
    ) -> nix::Result<()> {
        let mut request = Message::create(libc::RTM_NEWLINK);
        request.interface(0, libc::IFF_UP as u32, libc::IFF_UP as u32);
        request.name(name);
        if let Some(bridge) = bridge {
            request.number(libc::IFLA_MASTER, bridge);
        }
        request.nest(libc::IFLA_LINKINFO, |info| {
            info.string(message::IFLA_INFO_KIND, "veth");
            info.nest(message::IFLA_INFO_DATA, |data| {
                data.nest(message::VETH_INFO_PEER, |far| {
                    far.interface(0, 0, 0);
                    far.name(peer_name);
                    if let Some(mac) = peer_mac {
                        far.bytes(libc::IFLA_ADDRESS, &mac);
                    }
                    match peer {
                        Peer::Process(pid) => far.number(libc::IFLA_NET_NS_PID, pid as u32),
                        Peer::Namespace(namespace) => {
                            far.number(libc::IFLA_NET_NS_FD, namespace.as_raw_fd() as u32);
                        }
                    }
                });
            });
        });
        self.request(&[request])
    }

    /// Switches an interface on.
    ///
    /// # Errors
    /// ENODEV where there is none of that number.
    pub fn set_up(&self, index: u32) -> nix::Result<()> {
        self.request(&[up(index)])
    }

    /// Puts an interface on a bridge, or takes it off with 0.
    ///
    /// # Errors
    /// ENODEV where there is none of that number.
    pub fn set_master(&self, index: u32, bridge: u32) -> nix::Result<()> {
        let mut request = Message::change(libc::RTM_NEWLINK);
        request.interface(index, 0, 0);
        request.number(libc::IFLA_MASTER, bridge);
        self.request(&[request])
    }

    /// Gives an interface an address; the route to its network comes with it.
    ///
    /// # Errors
    /// EEXIST where it has it already.
    pub fn add_address(&self, index: u32, address: Ipv4Addr, prefix: u8) -> nix::Result<()> {
        self.request(&[new_address(index, address, prefix)])
    }

    /// Adds the default route.
    ///
    /// # Errors
    /// ENETUNREACH where the gateway is on no network of ours; EEXIST.
    pub fn add_default_route(&self, gateway: Ipv4Addr) -> nix::Result<()> {
        self.request(&[default_route(gateway)])
    }

    /// Sets up the loopback interface, number 1 in every namespace.
    ///
    /// # Errors
    /// EPERM without rights over the namespace.
    pub fn loopback_up(&self) -> nix::Result<()> {
        self.set_up(1)
    }

    /// Sends requests in one packet and waits for the answer to each.
    fn request(&self, requests: &[Message]) -> nix::Result<()> {
        self.send(requests)?;
        let mut open = requests.len();
        let mut failed = None;
        while open > 0 {
            for reply in self.receive()? {
                if let Reply::Done(result) = reply {
                    open = open.saturating_sub(1);
                    failed = failed.or(result.err());
                }
            }
        }
        failed.map_or(Ok(()), Err)
    }

    fn dump(&self, request: &Message) -> nix::Result<Vec<Vec<u8>>> {
        self.send(std::slice::from_ref(request))?;
        let mut all = Vec::new();
        loop {
            for reply in self.receive()? {
                match reply {
                    Reply::Data { payload, .. } => all.push(payload),
                    Reply::Done(result) => return result.map(|()| all),
                }
            }
        }
    }

    fn send(&self, requests: &[Message]) -> nix::Result<()> {
        let packet: Vec<u8> = requests.iter().flat_map(Message::finish).collect();
        let kernel = NetlinkAddr::new(0, 0);
        sendto(self.socket.as_raw_fd(), &packet, &kernel, MsgFlags::empty()).map(drop)
    }

    fn receive(&self) -> nix::Result<Vec<Reply>> {
        let mut buffer = vec![0; 32 << 10];
        let length = loop {
            match recv(self.socket.as_raw_fd(), &mut buffer, MsgFlags::empty()) {
                Err(Errno::EINTR) => {}
                result => break result?,
            }
        };
        Ok(message::replies(&buffer[..length]))
    }
}

fn up(index: u32) -> Message {
    let mut request = Message::change(libc::RTM_NEWLINK);
    request.interface(index, libc::IFF_UP as u32, libc::IFF_UP as u32);
    request
}

fn new_address(index: u32, address: Ipv4Addr, prefix: u8) -> Message {
    let mut request = Message::create(libc::RTM_NEWADDR);
    request.address(index, prefix);
    request.bytes(libc::IFA_LOCAL, &address.octets());
    request.bytes(libc::IFA_ADDRESS, &address.octets());
    // The network's last address, as `ip addr add ... brd +` has it.
    if prefix < 31 {
        let host_bits = u32::MAX.checked_shr(prefix.into()).unwrap_or(0);
        let broadcast = Ipv4Addr::from(u32::from(address) | host_bits);
        request.bytes(libc::IFA_BROADCAST, &broadcast.octets());
    }
    request
}

fn default_route(gateway: Ipv4Addr) -> Message {
    let mut request = Message::create(libc::RTM_NEWROUTE);
    request.route();
    request.bytes(libc::RTA_GATEWAY, &gateway.octets());
    request
}

/// The zygote's part: the cable, in the lab's network.
pub(crate) fn connect(attachment: &Attachment, peer: Peer<'_>) -> Result<(), Fault> {
    let action = || {
        format!(
            "connect {} with bridge {}",
            attachment.container_name, attachment.bridge
        )
    };
    let netlink = Netlink::open().during(action)?;
    let bridge = netlink.index(&attachment.bridge).during(action)?;
    netlink
        .create_veth(
            &attachment.host_name,
            Some(bridge),
            peer,
            &attachment.container_name,
            Some(attachment.mac),
        )
        .during(action)
}

/// The container's part: address and routes, in its own network.
pub(crate) fn configure(netlink: &Netlink, attachment: &Attachment) -> Result<(), Fault> {
    let name = &attachment.container_name;
    let index = netlink
        .index(name)
        .during(|| format!("find the interface {name}"))?;
    let mut requests = vec![
        new_address(index, attachment.address, attachment.prefix),
        up(index),
    ];
    requests.extend(attachment.gateway.map(default_route));
    netlink.request(&requests).during(|| {
        format!(
            "give {name} the address {}/{}",
            attachment.address, attachment.prefix
        )
    })
}

/// Both parts for a container that runs: the caller goes into its network and
/// comes back.
pub(crate) fn attach_running(
    attachment: &Attachment,
    network: BorrowedFd<'_>,
) -> Result<(), Fault> {
    connect(attachment, Peer::Namespace(network))?;
    let inside = netlink_in(network)?;
    configure(&inside, attachment)
}

/// A socket that speaks for another network namespace.
fn netlink_in(network: BorrowedFd<'_>) -> Result<Netlink, Fault> {
    let action = || "enter the container's network".to_owned();
    let home = File::open("/proc/self/ns/net").during(action)?;
    setns(network, CloneFlags::CLONE_NEWNET).during(action)?;
    let inside = Netlink::open().during(action);
    setns(home.as_fd(), CloneFlags::CLONE_NEWNET)
        .during(|| "return to the lab's network".to_owned())?;
    inside
}

#[cfg(test)]
mod tests;
