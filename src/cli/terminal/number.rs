//! Numbers and addresses on the command line: what is not one is named in our own words, with the cure.
//! Pure: text in, a value or a sentence out.

use std::net::SocketAddr;
use std::num::NonZeroUsize;

use crate::rfc::text::one_line;
use crate::send::MOST_CONNECTIONS;

/// What somebody types as a reason: more helps nobody.
const LONGEST_REASON_CHARS: usize = 500;

fn digits(text: &str) -> Option<u64> {
    // As the question shows it: 1,204.
    let plain: String = text.trim().chars().filter(|c| *c != ',').collect();
    let is_number = !plain.is_empty() && plain.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { plain.parse().ok() } else { None }
}

/// A number of people.
///
/// # Errors
/// Says what to write instead.
pub fn people(text: &str) -> Result<u64, String> {
    digits(text).ok_or_else(|| "write the number of people in digits, as in 1204".to_owned())
}

/// A number of connections.
///
/// # Errors
/// Says what to write instead.
pub fn connections(text: &str) -> Result<u8, String> {
    digits(text)
        .and_then(|number| u8::try_from(number).ok())
        .filter(|number| (1..=MOST_CONNECTIONS).contains(&usize::from(*number)))
        .ok_or_else(|| format!("write a number from 1 to {MOST_CONNECTIONS}"))
}

/// How many of something: one at least.
///
/// # Errors
/// Says what to write instead.
pub fn at_least_one(text: &str) -> Result<NonZeroUsize, String> {
    digits(text)
        .and_then(|number| usize::try_from(number).ok())
        .and_then(NonZeroUsize::new)
        .ok_or_else(|| "write a whole number from 1 up, as in 10".to_owned())
}

/// Why something is done, in one line that is kept.
///
/// # Errors
/// Says what to write instead.
pub fn reason(text: &str) -> Result<String, String> {
    let reason = one_line(text);
    if reason.is_empty() || reason.chars().count() > LONGEST_REASON_CHARS {
        return Err(format!("write why, in at most {LONGEST_REASON_CHARS} characters"));
    }
    Ok(reason)
}

/// A port of this computer.
///
/// # Errors
/// Says what to write instead.
pub fn port(text: &str) -> Result<u16, String> {
    digits(text)
        .and_then(|number| u16::try_from(number).ok())
        .ok_or_else(|| "write a port from 0 to 65535, as in 8080; 0 uses any free one".to_owned())
}

/// An address with a port.
///
/// # Errors
/// Says what to write instead.
pub fn socket(text: &str) -> Result<SocketAddr, String> {
    text.trim()
        .parse()
        .map_err(|_| "write a numeric address and a port, as in 127.0.0.1:8080".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_one_is_said_in_our_own_words() {
        for good in ["1204", "1,204", " 1204 "] {
            assert_eq!(people(good), Ok(1204), "{good}");
        }
        for bad in ["", "abc", "-1", "+1", "1.5", "1e3", "99999999999999999999", "0x10"] {
            let said = [
                people(bad).unwrap_err(),
                connections(bad).unwrap_err(),
                at_least_one(bad).unwrap_err(),
                port(bad).unwrap_err(),
                socket(bad).unwrap_err(),
            ];
            assert!(said.iter().all(|said| said.starts_with("write ")), "{bad}: {said:?}");
        }
        for bad in ["0", "65", "256"] {
            assert!(connections(bad).is_err(), "{bad}");
        }
        assert!(at_least_one("0").is_err() && port("65536").is_err());
        assert_eq!((connections("64"), port("0")), (Ok(64), Ok(0)));
        for bad in ["localhost", "127.0.0.1", ":8080", "127.0.0.1:99999"] {
            assert!(socket(bad).is_err(), "{bad}");
        }
    }
}
