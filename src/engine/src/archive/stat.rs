//! The header that tells what lies at a path in a container.

use plimsoll_api::container::PathStat as WireStat;
use plimsoll_store::PathStat;

/// Its name.
pub const HEADER: &str = "x-docker-container-path-stat";

/// The header's value: JSON in base64.
#[must_use]
pub fn header(stat: &PathStat) -> String {
    let mtime = jiff::Timestamp::try_from(stat.mtime).unwrap_or_default();
    let wire = WireStat {
        name: stat.name.clone(),
        size: stat.size,
        mode: stat.mode,
        mtime: mtime.to_string(),
        link_target: stat.link_target.clone(),
    };
    base64(&serde_json::to_vec(&wire).unwrap_or_default())
}

/// Base64 with padding (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place > group.len() {
                '='
            } else {
                char::from(letter)
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, SystemTime};

    #[test]
    fn base64_is_rfc_4648_s() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn a_header_holds_docker_s_fields() {
        let stat = PathStat {
            name: "a".into(),
            size: 1,
            mode: 0o644,
            mtime: SystemTime::UNIX_EPOCH + Duration::from_secs(1),
            link_target: String::new(),
        };
        let expected =
            r#"{"name":"a","size":1,"mode":420,"mtime":"1970-01-01T00:00:01Z","linkTarget":""}"#;
        assert_eq!(header(&stat), base64(expected.as_bytes()));
    }
}
