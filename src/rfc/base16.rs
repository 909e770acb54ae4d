//! Bytes as hexadecimal digits (RFC 4648 section 8), in lower case.
//! Pure: bytes in, text out.

/// Two digits a byte.
pub fn encode(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)]);
        text.push(DIGITS[usize::from(byte & 15)]);
    }
    text
}

/// The bytes of digits in either case; `None` where they are none.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_vectors_of_the_standard() {
        assert_eq!(encode(b""), "");
        assert_eq!(encode(b"foobar"), "666f6f626172");
        assert_eq!(encode(&[0, 255]), "00ff");
        assert_eq!(decode("00fF"), Some(vec![0, 255]));
        for none in ["0", "0g", "é", "+1"] {
            assert_eq!(decode(none), None);
        }
    }
}
