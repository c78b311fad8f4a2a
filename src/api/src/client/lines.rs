//! JSON values that come one after another: events, stats, pull progress.

use std::io::{self, BufRead, BufReader, Read};
use std::marker::PhantomData;

use serde::de::DeserializeOwned;

/// An iterator over the values of a stream, one per line. Ends with the
/// stream, or with the first error.
#[derive(Debug)]
pub struct JsonLines<R, T> {
    reader: BufReader<R>,
    line: Vec<u8>,
    ended: bool,
    value: PhantomData<fn() -> T>,
}

impl<R: Read, T: DeserializeOwned> JsonLines<R, T> {
    pub fn new(reader: R) -> Self {
        Self {
            reader: BufReader::new(reader),
            line: Vec::new(),
            ended: false,
            value: PhantomData,
        }
    }

    /// The reader, for its descriptor.
    pub fn get_ref(&self) -> &R {
        self.reader.get_ref()
    }

    fn read(&mut self) -> io::Result<Option<T>> {
        loop {
            self.line.clear();
            if self.reader.read_until(b'\n', &mut self.line)? == 0 {
                return Ok(None);
            }
            if !self.line.trim_ascii().is_empty() {
                return Ok(Some(serde_json::from_slice(&self.line)?));
            }
        }
    }
}

impl<R: Read, T: DeserializeOwned> Iterator for JsonLines<R, T> {
    type Item = io::Result<T>;

    fn next(&mut self) -> Option<io::Result<T>> {
        if self.ended {
            return None;
        }
        let next = self.read();
        self.ended = !matches!(next, Ok(Some(_)));
        next.transpose()
    }
}
