//! The bytes of rtnetlink(7): requests are built, replies taken apart.

use super::{Address, Link};
use nix::errno::Errno;
use nix::libc;
use std::net::Ipv4Addr;

/// Attributes inside `IFLA_LINKINFO` (linux/if_link.h).
pub(super) const IFLA_INFO_KIND: u16 = 1;
/// As above.
pub(super) const IFLA_INFO_DATA: u16 = 2;
/// The far end of a veth (linux/veth.h).
pub(super) const VETH_INFO_PEER: u16 = 1;

/// Length of `nlmsghdr`.
const HEADER: usize = 16;
/// Lengths of `ifinfomsg` and `ifaddrmsg`.
const IFINFO: usize = 16;
const IFADDR: usize = 8;

/// A request that is being built.
#[derive(Debug)]
pub(super) struct Message {
    bytes: Vec<u8>,
}

impl Message {
    pub(super) fn new(kind: u16, flags: i32) -> Self {
        let mut bytes = Vec::with_capacity(128);
        // All of its bits: NLM_F_EXCL shares one of them.
        let acknowledge = if flags & libc::NLM_F_DUMP != libc::NLM_F_DUMP {
            libc::NLM_F_ACK
        } else {
            0
        };
        let flags = (libc::NLM_F_REQUEST | acknowledge | flags) as u16;
        bytes.extend_from_slice(&[0; 4]);
        bytes.extend_from_slice(&kind.to_ne_bytes());
        bytes.extend_from_slice(&flags.to_ne_bytes());
        bytes.extend_from_slice(&[0; 8]);
        Self { bytes }
    }

    /// A change, which is acknowledged.
    pub(super) fn change(kind: u16) -> Self {
        Self::new(kind, libc::NLM_F_ACK)
    }

    /// A change that makes something new.
    pub(super) fn create(kind: u16) -> Self {
        Self::new(
            kind,
            libc::NLM_F_ACK | libc::NLM_F_CREATE | libc::NLM_F_EXCL,
        )
    }

    /// `struct ifinfomsg`.
    pub(super) fn interface(&mut self, index: u32, flags: u32, change: u32) {
        self.bytes
            .extend_from_slice(&[libc::AF_UNSPEC as u8, 0, 0, 0]);
        for word in [index, flags, change] {
            self.bytes.extend_from_slice(&word.to_ne_bytes());
        }
    }

    /// `struct ifaddrmsg`.
    pub(super) fn address(&mut self, index: u32, prefix: u8) {
        self.bytes
            .extend_from_slice(&[libc::AF_INET as u8, prefix, 0, 0]);
        self.bytes.extend_from_slice(&index.to_ne_bytes());
    }

    /// `struct rtmsg` of a unicast route for everything, in the main table.
    pub(super) fn route(&mut self) {
        self.bytes.extend_from_slice(&[
            libc::AF_INET as u8,
            0,
            0,
            0,
            libc::RT_TABLE_MAIN,
            libc::RTPROT_BOOT,
            libc::RT_SCOPE_UNIVERSE,
            libc::RTN_UNICAST,
        ]);
        self.bytes.extend_from_slice(&0u32.to_ne_bytes());
    }

    pub(super) fn bytes(&mut self, kind: u16, value: &[u8]) {
        let length = (4 + value.len()) as u16;
        self.bytes.extend_from_slice(&length.to_ne_bytes());
        self.bytes.extend_from_slice(&kind.to_ne_bytes());
        self.bytes.extend_from_slice(value);
        self.pad();
    }

    pub(super) fn number(&mut self, kind: u16, value: u32) {
        self.bytes(kind, &value.to_ne_bytes());
    }

    /// A string with its NUL.
    pub(super) fn string(&mut self, kind: u16, value: &str) {
        let mut text = value.as_bytes().to_vec();
        text.push(0);
        self.bytes(kind, &text);
    }

    pub(super) fn name(&mut self, name: &str) {
        self.string(libc::IFLA_IFNAME, name);
    }

    /// An attribute that holds what `fill` adds.
    pub(super) fn nest(&mut self, kind: u16, fill: impl FnOnce(&mut Self)) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&[0; 2]);
        self.bytes.extend_from_slice(&kind.to_ne_bytes());
        fill(self);
        let length = (self.bytes.len() - start) as u16;
        self.bytes[start..start + 2].copy_from_slice(&length.to_ne_bytes());
    }

    fn pad(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }

    /// The finished bytes, with the length filled in.
    pub(super) fn finish(&self) -> Vec<u8> {
        let mut bytes = self.bytes.clone();
        let length = bytes.len() as u32;
        bytes[..4].copy_from_slice(&length.to_ne_bytes());
        bytes
    }
}

/// One message from the kernel.
#[derive(Debug)]
pub(super) enum Reply {
    /// The end of an answer, or the acknowledgement of a request.
    Done(Result<(), Errno>),
    /// A piece of information.
    Data {
        /// `RTM_NEW...`.
        kind: u16,
        /// What follows the header.
        payload: Vec<u8>,
    },
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// Takes a packet apart.
pub(super) fn replies(mut bytes: &[u8]) -> Vec<Reply> {
    let mut all = Vec::new();
    while let (Some(length), Some(kind)) = (u32_at(bytes, 0), u16_at(bytes, 4)) {
        let length = length as usize;
        if length < HEADER || length > bytes.len() {
            break;
        }
        let payload = &bytes[HEADER..length];
        all.push(match i32::from(kind) {
            libc::NLMSG_ERROR => {
                let code = u32_at(payload, 0).map_or(0, |code| code as i32);
                Reply::Done(if code == 0 {
                    Ok(())
                } else {
                    Err(Errno::from_raw(-code))
                })
            }
            libc::NLMSG_DONE => Reply::Done(Ok(())),
            _ => Reply::Data {
                kind,
                payload: payload.to_vec(),
            },
        });
        bytes = &bytes[length.next_multiple_of(4).min(bytes.len())..];
    }
    all
}

/// Attributes as kind and value.
fn attributes(mut bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let (length, kind) = (usize::from(u16_at(bytes, 0)?), u16_at(bytes, 2)?);
        let value = bytes.get(4..length)?;
        bytes = &bytes[length.next_multiple_of(4).min(bytes.len())..];
        // The two upper bits are flags (`NLA_F_NESTED`, `NLA_F_NET_BYTEORDER`).
        Some((kind & 0x3fff, value))
    })
}

fn text(value: &[u8]) -> String {
    String::from_utf8_lossy(value.strip_suffix(&[0]).unwrap_or(value)).into_owned()
}

/// From the payload of `RTM_NEWLINK`.
pub(super) fn link(payload: impl AsRef<[u8]>) -> Option<Link> {
    let payload = payload.as_ref();
    let flags = u32_at(payload, 8)?;
    let mut link = Link {
        index: u32_at(payload, 4)?,
        name: String::new(),
        mac: None,
        master: None,
        up: flags & libc::IFF_UP as u32 != 0,
        mtu: 0,
        kind: None,
    };
    for (kind, value) in attributes(payload.get(IFINFO..)?) {
        match kind {
            libc::IFLA_IFNAME => link.name = text(value),
            libc::IFLA_ADDRESS => link.mac = value.try_into().ok(),
            libc::IFLA_MASTER => link.master = u32_at(value, 0),
            libc::IFLA_MTU => link.mtu = u32_at(value, 0)?,
            libc::IFLA_LINKINFO => {
                link.kind = attributes(value)
                    .find(|(kind, _)| *kind == IFLA_INFO_KIND)
                    .map(|(_, name)| text(name));
            }
            _ => {}
        }
    }
    Some(link)
}

/// From the payload of `RTM_NEWADDR`.
pub(super) fn address(payload: impl AsRef<[u8]>) -> Option<Address> {
    let payload = payload.as_ref();
    if i32::from(*payload.first()?) != libc::AF_INET {
        return None;
    }
    let local = attributes(payload.get(IFADDR..)?)
        .find(|(kind, _)| *kind == libc::IFA_LOCAL)
        .and_then(|(_, value)| <[u8; 4]>::try_from(value).ok())?;
    Some(Address {
        index: u32_at(payload, 4)?,
        address: Ipv4Addr::from(local),
        prefix: *payload.get(1)?,
    })
}
