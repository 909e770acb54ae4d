//! Bytes as hexadecimal digits (RFC 4648 section 8), in small letters.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_vectors_of_the_standard() {
        assert_eq!(encode(b""), "");
        assert_eq!(encode(b"foobar"), "666f6f626172");
        assert_eq!(encode(&[0, 255]), "00ff");
    }
}
