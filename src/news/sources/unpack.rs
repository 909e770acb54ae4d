//! Packed answers unpacked within limits: gzip (RFC 1952), zlib (RFC 1950), and deflate (RFC 1951) as servers send it.
//! Pure: bytes in, bytes out.

use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use super::fetch_error::{FetchError, LONGEST_ANSWER_BYTES, MOST_SWELLING};
use crate::news::readers::decode::GZIP;

/// What is this small may swell as it likes.
const SMALL_BYTES: usize = 1024 * 1024;
/// Nobody packs more often by mistake.
pub const MOST_PACKINGS: usize = 3;

/// Whether bytes that are called deflate are so: servers also send them as they are, with or without zlib's two bytes
/// (RFC 1950) before them.
pub fn is_deflated(bytes: &[u8]) -> bool {
    let is_zlib = matches!(bytes, [first, second, ..]
        if first & 0x0f == 8 && (u16::from(*first) * 256 + u16::from(*second)) % 31 == 0);
    is_zlib
        || !bytes.iter().take(64).all(|byte| matches!(byte, b'\t' | b'\n' | b'\r' | 0x20..=0x7e))
}

/// Unpacks as much as is allowed, and one byte more to know that it is too much.
pub fn unpacked(packed: &[u8], host: &str) -> Result<Vec<u8>, FetchError> {
    let swollen = packed.len().saturating_mul(MOST_SWELLING).max(SMALL_BYTES);
    let most = swollen.min(LONGEST_ANSWER_BYTES);
    let mut bytes = Vec::new();
    let limit = most as u64 + 1;
    let is_zlib = packed.first().is_some_and(|first| first & 0x0f == 8);
    let read = if packed.starts_with(GZIP) {
        MultiGzDecoder::new(packed).take(limit).read_to_end(&mut bytes)
    } else if is_zlib {
        ZlibDecoder::new(packed).take(limit).read_to_end(&mut bytes)
    } else {
        DeflateDecoder::new(packed).take(limit).read_to_end(&mut bytes)
    };
    if bytes.len() > most {
        let host = host.to_owned();
        return Err(if most == LONGEST_ANSWER_BYTES {
            FetchError::TooLarge { host }
        } else {
            FetchError::Swells { host }
        });
    }
    match read {
        Ok(_) => Ok(bytes),
        // What came before the break is what a reader can read.
        Err(_) if !bytes.is_empty() => Ok(bytes),
        Err(error) => Err(FetchError::Unreachable {
            host: host.to_owned(),
            what: format!("the response cannot be unpacked: {error}"),
        }),
    }
}
