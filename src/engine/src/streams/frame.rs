//! The header of Docker's multiplexed stream: one byte for the stream, three
//! zero bytes, the payload's length in big endian.

use crate::logs::Stream;

/// Bytes of a header.
pub const LENGTH: usize = 8;

/// The eight bytes before a payload of `length` bytes.
pub fn header(stream: Stream, length: usize) -> [u8; 8] {
    let length = u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes();
    [
        stream.number(),
        0,
        0,
        0,
        length[0],
        length[1],
        length[2],
        length[3],
    ]
}
