//! rtnetlink requests and answers (man 7 rtnetlink): fixed part first, then
//! attributes, all in the machine's byte order and padded to four bytes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::fd::{AsRawFd, OwnedFd};

use nix::errno::Errno;
use nix::sys::socket::{
    AddressFamily, MsgFlags, NetlinkAddr, SockFlag, SockProtocol, SockType, recv, sendto, socket,
};

use super::Failure;

pub const INET: u8 = 2;
pub const INET6: u8 = 10;

const DONE: u16 = 3;
const ERROR: u16 = 2;
const REQUEST: u16 = 1;
const ACK: u16 = 4;
const DUMP: u16 = 0x300;
const HEADER: usize = 16;

pub struct Netlink {
    socket: OwnedFd,
    sequence: u32,
}

/// A message of an answer: its kind, its fixed part and its attributes.
pub struct Message {
    pub fixed: Vec<u8>,
    attributes: Vec<(u16, Vec<u8>)>,
}

impl Message {
    pub fn attribute(&self, kind: u16) -> Option<&[u8]> {
        let mut all = self.attributes.iter();
        all.find(|(other, _)| *other == kind)
            .map(|(_, bytes)| bytes.as_slice())
    }

    pub fn text(&self, kind: u16) -> Option<String> {
        let bytes = self.attribute(kind)?;
        let end = bytes
            .iter()
            .position(|byte| *byte == 0)
            .unwrap_or(bytes.len());
        Some(String::from_utf8_lossy(&bytes[..end]).into_owned())
    }

    pub fn number(&self, kind: u16) -> Option<u32> {
        self.attribute(kind).map(|bytes| read_u32(bytes, 0))
    }

    pub fn address(&self, kind: u16) -> Option<IpAddr> {
        let bytes = self.attribute(kind)?;
        if let Ok(four) = <[u8; 4]>::try_from(bytes) {
            return Some(IpAddr::V4(Ipv4Addr::from(four)));
        }
        let sixteen = <[u8; 16]>::try_from(bytes).ok()?;
        Some(IpAddr::V6(Ipv6Addr::from(sixteen)))
    }
}

pub fn read_u32(bytes: &[u8], at: usize) -> u32 {
    let four = bytes.get(at..at + 4).and_then(|four| four.try_into().ok());
    four.map_or(0, u32::from_ne_bytes)
}

fn read_u16(bytes: &[u8], at: usize) -> u16 {
    let two = bytes.get(at..at + 2).and_then(|two| two.try_into().ok());
    two.map_or(0, u16::from_ne_bytes)
}

fn padded(length: usize) -> usize {
    length.next_multiple_of(4)
}

fn attributes(mut bytes: &[u8]) -> Vec<(u16, Vec<u8>)> {
    let mut found = Vec::new();
    while bytes.len() >= 4 {
        let length = usize::from(read_u16(bytes, 0));
        // The top bits mark nesting and byte order.
        let kind = read_u16(bytes, 2) & 0x3fff;
        let Some(value) = bytes.get(4..length) else {
            break;
        };
        found.push((kind, value.to_vec()));
        bytes = bytes.get(padded(length)..).unwrap_or_default();
    }
    found
}

/// An attribute for a request.
pub fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(value.len() + 4).unwrap_or(u16::MAX);
    let mut bytes = length.to_ne_bytes().to_vec();
    bytes.extend(kind.to_ne_bytes());
    bytes.extend(value);
    bytes.resize(padded(bytes.len()), 0);
    bytes
}

pub fn address_bytes(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(four) => four.octets().to_vec(),
        IpAddr::V6(six) => six.octets().to_vec(),
    }
}

impl Netlink {
    pub fn open() -> Result<Netlink, Failure> {
        let socket = socket(
            AddressFamily::Netlink,
            SockType::Raw,
            SockFlag::SOCK_CLOEXEC,
            SockProtocol::NetlinkRoute,
        )?;
        Ok(Netlink {
            socket,
            sequence: 0,
        })
    }

    /// Everything of a kind; `fixed` is the length of the answers' fixed part.
    pub fn dump(&mut self, kind: u16, fixed: usize, family: u8) -> Result<Vec<Message>, Failure> {
        let mut body = vec![0; fixed];
        body[0] = family;
        self.send(kind, REQUEST | DUMP, &body)?;
        let mut messages = Vec::new();
        while self.receive(fixed, &mut messages)? {}
        Ok(messages)
    }

    /// A change, acknowledged.
    pub fn change(&mut self, kind: u16, flags: u16, body: &[u8]) -> Result<(), Failure> {
        self.send(kind, REQUEST | ACK | flags, body)?;
        let mut messages = Vec::new();
        while self.receive(0, &mut messages)? {}
        Ok(())
    }

    fn send(&mut self, kind: u16, flags: u16, body: &[u8]) -> Result<(), Failure> {
        self.sequence += 1;
        let length = u32::try_from(HEADER + body.len()).unwrap_or(u32::MAX);
        let mut bytes = length.to_ne_bytes().to_vec();
        bytes.extend(kind.to_ne_bytes());
        bytes.extend(flags.to_ne_bytes());
        bytes.extend(self.sequence.to_ne_bytes());
        bytes.extend(0_u32.to_ne_bytes());
        bytes.extend(body);
        let kernel = NetlinkAddr::new(0, 0);
        sendto(self.socket.as_raw_fd(), &bytes, &kernel, MsgFlags::empty())?;
        Ok(())
    }

    /// Reads one datagram; `false` when the answer is whole.
    fn receive(&mut self, fixed: usize, messages: &mut Vec<Message>) -> Result<bool, Failure> {
        let mut buffer = vec![0; 64 * 1024];
        let count = recv(self.socket.as_raw_fd(), &mut buffer, MsgFlags::empty())?;
        let mut rest = &buffer[..count];
        while rest.len() >= HEADER {
            let length = read_u32(rest, 0) as usize;
            let Some(body) = rest.get(HEADER..length) else {
                break;
            };
            match read_u16(rest, 4) {
                DONE => return Ok(false),
                ERROR => {
                    let code = read_u32(body, 0).cast_signed();
                    if code != 0 {
                        return Err(Errno::from_raw(-code).into());
                    }
                    return Ok(false);
                }
                _ if body.len() >= fixed => messages.push(Message {
                    fixed: body[..fixed].to_vec(),
                    attributes: attributes(&body[padded(fixed)..]),
                }),
                _ => {}
            }
            rest = rest.get(padded(length)..).unwrap_or_default();
        }
        Ok(true)
    }
}
