//! Messages with descriptors over a unix socket.
//!
//! Two forms: length-prefixed frames on a stream (plans can be larger than a
//! packet may be), and single packets for the short reports of a container's
//! init. The peer is always this program, so a malformed message is an error
//! of ours and reported as `InvalidData`.

use nix::cmsg_space;
use nix::sys::socket::{
    AddressFamily, ControlMessage, ControlMessageOwned, MsgFlags, SockFlag, SockType, UnixAddr,
    recvmsg, sendmsg, socketpair,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{Error, ErrorKind, IoSlice, IoSliceMut, Result};
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd, RawFd};

/// Most descriptors in one message.
const MAX_DESCRIPTORS: usize = 8;
/// Longest frame: execve(2) takes no more than this either.
const MAX_FRAME: usize = 16 << 20;
/// Longest packet.
const MAX_PACKET: usize = 64 << 10;

/// A connected pair of the given type, close-on-exec.
pub(crate) fn pair(kind: SockType) -> nix::Result<(OwnedFd, OwnedFd)> {
    socketpair(AddressFamily::Unix, kind, None, SockFlag::SOCK_CLOEXEC)
}

/// Sends one frame on a stream. The descriptors travel with its first byte.
pub(crate) fn send_frame<T: Serialize>(
    socket: BorrowedFd<'_>,
    message: &T,
    descriptors: &[BorrowedFd<'_>],
) -> Result<()> {
    let mut frame = vec![0; 4];
    serde_json::to_writer(&mut frame, message)?;
    let length =
        u32::try_from(frame.len() - 4).map_err(|_| Error::from(ErrorKind::InvalidInput))?;
    frame[..4].copy_from_slice(&length.to_le_bytes());
    let mut sent = send(socket, &frame, descriptors)?;
    while sent < frame.len() {
        sent += send(socket, &frame[sent..], &[])?;
    }
    Ok(())
}

/// Receives one frame; `UnexpectedEof` when the peer has gone.
pub(crate) fn receive_frame<T: DeserializeOwned>(
    socket: BorrowedFd<'_>,
) -> Result<(T, Vec<OwnedFd>)> {
    let mut header = [0; 4];
    let mut descriptors = Vec::new();
    let mut got = 0;
    while got < header.len() {
        let (count, mut more) = receive(socket, &mut header[got..])?;
        descriptors.append(&mut more);
        got += count;
    }
    let length = u32::from_le_bytes(header) as usize;
    if length > MAX_FRAME {
        return Err(ErrorKind::InvalidData.into());
    }
    let mut frame = vec![0; length];
    let mut got = 0;
    while got < length {
        let (count, mut more) = receive(socket, &mut frame[got..])?;
        descriptors.append(&mut more);
        got += count;
    }
    Ok((serde_json::from_slice(&frame)?, descriptors))
}

/// Sends one packet on a `SOCK_SEQPACKET` socket.
pub(crate) fn send_packet<T: Serialize>(
    socket: BorrowedFd<'_>,
    message: &T,
    descriptors: &[BorrowedFd<'_>],
) -> Result<()> {
    let packet = serde_json::to_vec(message)?;
    send(socket, &packet, descriptors).map(drop)
}

/// Receives one packet; `UnexpectedEof` when the peer has gone.
pub(crate) fn receive_packet<T: DeserializeOwned>(
    socket: BorrowedFd<'_>,
) -> Result<(T, Vec<OwnedFd>)> {
    let mut packet = vec![0; MAX_PACKET];
    let (count, descriptors) = receive(socket, &mut packet)?;
    Ok((serde_json::from_slice(&packet[..count])?, descriptors))
}

fn send(socket: BorrowedFd<'_>, bytes: &[u8], descriptors: &[BorrowedFd<'_>]) -> Result<usize> {
    let raw: Vec<RawFd> = descriptors.iter().map(AsRawFd::as_raw_fd).collect();
    let rights = [ControlMessage::ScmRights(&raw)];
    let control = if raw.is_empty() {
        &rights[..0]
    } else {
        &rights[..]
    };
    let slices = [IoSlice::new(bytes)];
    loop {
        match sendmsg::<UnixAddr>(
            socket.as_raw_fd(),
            &slices,
            control,
            MsgFlags::MSG_NOSIGNAL,
            None,
        ) {
            Err(nix::errno::Errno::EINTR) => {}
            result => return Ok(result?),
        }
    }
}

fn receive(socket: BorrowedFd<'_>, bytes: &mut [u8]) -> Result<(usize, Vec<OwnedFd>)> {
    let mut control = cmsg_space!([RawFd; MAX_DESCRIPTORS]);
    let mut slices = [IoSliceMut::new(bytes)];
    let message = loop {
        let flags = MsgFlags::MSG_CMSG_CLOEXEC;
        match recvmsg::<UnixAddr>(socket.as_raw_fd(), &mut slices, Some(&mut control), flags) {
            Err(nix::errno::Errno::EINTR) => {}
            result => break result?,
        }
    };
    let mut descriptors = Vec::new();
    for one in message.cmsgs()? {
        if let ControlMessageOwned::ScmRights(raw) = one {
            descriptors.extend(raw.into_iter().map(crate::sys::adopt));
        }
    }
    let cut = message
        .flags
        .intersects(MsgFlags::MSG_CTRUNC | MsgFlags::MSG_TRUNC);
    match message.bytes {
        0 => Err(ErrorKind::UnexpectedEof.into()),
        _ if cut => Err(ErrorKind::InvalidData.into()),
        count => Ok((count, descriptors)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsFd;

    #[test]
    fn a_frame_larger_than_a_packet_arrives_with_its_descriptor() {
        let (near, far) = pair(SockType::Stream).expect("a pair");
        let long = "x".repeat(1 << 20);
        let sender = std::thread::spawn(move || {
            send_frame(near.as_fd(), &long, &[near.as_fd()]).expect("sent");
        });
        let (text, descriptors): (String, _) = receive_frame(far.as_fd()).expect("received");
        sender.join().expect("the sender ends");
        assert_eq!(text.len(), 1 << 20);
        assert_eq!(descriptors.len(), 1);
    }

    #[test]
    fn a_peer_that_has_gone_is_told_apart_from_a_bad_message() {
        let (near, far) = pair(SockType::SeqPacket).expect("a pair");
        send(near.as_fd(), b"{", &[]).expect("sent");
        drop(near);
        let bad = receive_packet::<u8>(far.as_fd()).expect_err("not JSON");
        assert_ne!(bad.kind(), ErrorKind::UnexpectedEof);
        let gone = receive_packet::<u8>(far.as_fd()).expect_err("gone");
        assert_eq!(gone.kind(), ErrorKind::UnexpectedEof);
    }
}
