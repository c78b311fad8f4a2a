//! The answer: its head, and its body in whichever way it is delimited
//! (RFC 9112, sections 4 to 7).

use super::connection::Connection;
use super::failure::Failure;

/// A head larger than this is no honest answer.
const LARGEST_HEAD: usize = 300 * 1024;

pub struct Head {
    pub status: u16,
    /// Status line and header lines with their line ends, as they came.
    pub text: String,
}

impl Head {
    /// The last header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self
            .text
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(':'));
        lines
            .filter(|(key, _)| key.eq_ignore_ascii_case(name))
            .last()
            .map(|(_, value)| value.trim())
    }
}

/// Reads bytes of an answer with what was read too far kept.
pub struct Reader<'a> {
    connection: &'a mut Connection,
    kept: Vec<u8>,
}

impl<'a> Reader<'a> {
    pub fn new(connection: &'a mut Connection) -> Reader<'a> {
        Reader {
            connection,
            kept: Vec::new(),
        }
    }

    /// The final head; `100 Continue` and the like are passed over.
    pub fn head(&mut self) -> Result<Head, Failure> {
        loop {
            let head = self.one_head()?;
            if head.status >= 200 || head.status == 101 {
                return Ok(head);
            }
        }
    }

    fn one_head(&mut self) -> Result<Head, Failure> {
        let end = loop {
            if let Some(end) = end_of_head(&self.kept) {
                break end;
            }
            let looks_right = self.kept.starts_with(b"HTTP/") || self.kept.len() < 5;
            if !looks_right || self.kept.len() > LARGEST_HEAD {
                return Err(Failure::NotHttp);
            }
            if !self.more()? {
                return Err(if self.kept.is_empty() {
                    Failure::Empty
                } else {
                    Failure::Receive("Connection reset by peer".to_owned())
                });
            }
        };
        let head: Vec<u8> = self.kept.drain(..end).collect();
        let text = String::from_utf8_lossy(&head).into_owned();
        let status = text
            .split_whitespace()
            .nth(1)
            .and_then(|word| word.parse().ok());
        Ok(Head {
            status: status.ok_or(Failure::NotHttp)?,
            text,
        })
    }

    fn more(&mut self) -> Result<bool, Failure> {
        let mut block = [0; 16 * 1024];
        let count = self.connection.receive(&mut block)?;
        self.kept.extend_from_slice(&block[..count]);
        Ok(count > 0)
    }

    /// Hands the body on as it comes.
    pub fn body(
        &mut self,
        head: &Head,
        mut sink: impl FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let chunked = head
            .header("transfer-encoding")
            .is_some_and(|value| value.to_ascii_lowercase().contains("chunked"));
        if chunked {
            return self.chunks(&mut sink);
        }
        let length = head
            .header("content-length")
            .and_then(|value| value.parse::<u64>().ok());
        match length {
            Some(length) => self.exactly(length, &mut sink),
            None => loop {
                let kept = std::mem::take(&mut self.kept);
                sink(&kept)?;
                if !self.more()? {
                    return Ok(());
                }
            },
        }
    }

    fn exactly(
        &mut self,
        mut left: u64,
        sink: &mut impl FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        while left > 0 {
            if self.kept.is_empty() && !self.more()? {
                return Err(Failure::Partial(left));
            }
            let count = usize::try_from(left)
                .unwrap_or(usize::MAX)
                .min(self.kept.len());
            let part: Vec<u8> = self.kept.drain(..count).collect();
            sink(&part)?;
            left -= count as u64;
        }
        Ok(())
    }

    fn chunks(
        &mut self,
        sink: &mut impl FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        loop {
            let line = self.line()?;
            let size = line.split(';').next().unwrap_or_default().trim().to_owned();
            let size = u64::from_str_radix(&size, 16)
                .map_err(|_| Failure::Receive("bad chunk of the answer".to_owned()))?;
            if size == 0 {
                // Trailers end with an empty line.
                while !self.line()?.is_empty() {}
                return Ok(());
            }
            self.exactly(size, sink)?;
            self.line()?;
        }
    }

    fn line(&mut self) -> Result<String, Failure> {
        loop {
            if let Some(end) = self.kept.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.kept.drain(..=end).collect();
                return Ok(String::from_utf8_lossy(&line).trim_end().to_owned());
            }
            if self.kept.len() > LARGEST_HEAD {
                return Err(Failure::NotHttp);
            }
            if !self.more()? {
                return Err(Failure::Partial(0));
            }
        }
    }
}

fn end_of_head(bytes: &[u8]) -> Option<usize> {
    let long = bytes.windows(4).position(|window| window == b"\r\n\r\n");
    let short = bytes.windows(2).position(|window| window == b"\n\n");
    match (long, short) {
        (Some(long), Some(short)) if short + 2 < long + 4 => Some(short + 2),
        (Some(long), _) => Some(long + 4),
        (None, short) => short.map(|short| short + 2),
    }
}
