//! Quoted-printable (RFC 2045 section 6.7), in pieces that can be put together after they were encoded.
//! Pure: text in, bytes out.
//!
//! A piece begins at column 0 and ends in a soft line break, so pieces join without a look at each other. By
//! construction the encoded bytes hold no line longer than 76, none that begins with `.` (no dot-stuffing is needed,
//! RFC 5321 section 4.5.2), with `-` (no boundary can appear) or with `F` (mbox), no white space before a line end
//! and no run of two: the relaxed body form of DKIM (RFC 6376 section 3.4.4) of the bytes is the bytes.

/// RFC 2045 allows 76 characters with the `=` of a soft break.
const WIDTH: usize = 76;
const SOFT_BREAK: &[u8] = b"=\r\n";

/// Encodes one piece and closes it with a soft break. Line ends (`\n`, `\r\n`, `\r`) become CRLF.
pub fn encode_piece(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    let mut column = 0;
    let mut after_space = false;
    let mut at = 0;
    while at < bytes.len() {
        if column > 0 {
            // What is written as it stands goes in one piece.
            let room = bytes.len().min(at + WIDTH - 1 - column);
            let plain = bytes[at..room].iter().take_while(|b| matches!(b, 33..=126) && **b != b'=');
            let plain = plain.count();
            if plain > 0 {
                out.extend_from_slice(&bytes[at..at + plain]);
                column += plain;
                at += plain;
                after_space = false;
                continue;
            }
        }
        let byte = bytes[at];
        if byte == b'\r' || byte == b'\n' {
            if byte == b'\r' && bytes.get(at + 1) == Some(&b'\n') {
                at += 1;
            }
            at += 1;
            out.extend_from_slice(b"\r\n");
            column = 0;
            after_space = false;
            continue;
        }
        let next = bytes.get(at + 1);
        let ends_line = matches!(next, None | Some(b'\r' | b'\n'));
        let is_space = byte == b' ' || byte == b'\t';
        let width = |column: usize| {
            let plain = match byte {
                b' ' | b'\t' => column > 0 && !ends_line && !after_space,
                b'.' | b'-' | b'F' => column > 0,
                b'=' => false,
                33..=126 => true,
                _ => false,
            };
            if plain { 1 } else { 3 }
        };
        let mut needed = width(column);
        // The last column is kept for the `=` of a soft break.
        if column + needed > WIDTH - 1 {
            out.extend_from_slice(SOFT_BREAK);
            column = 0;
            needed = width(0);
        }
        if needed == 1 {
            out.push(byte);
        } else {
            const HEX: &[u8; 16] = b"0123456789ABCDEF";
            out.extend_from_slice(&[
                b'=',
                HEX[usize::from(byte >> 4)],
                HEX[usize::from(byte & 15)],
            ]);
        }
        after_space = is_space && needed == 1;
        column += needed;
        at += 1;
    }
    out.extend_from_slice(SOFT_BREAK);
}

/// Decodes a body. Bad escapes stay as they stand.
pub fn decode(encoded: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(encoded.len());
    let mut at = 0;
    let digit = |b: Option<&u8>| {
        b.and_then(|b| char::from(*b).to_digit(16)).and_then(|d| u8::try_from(d).ok())
    };
    while at < encoded.len() {
        if encoded[at] == b'=' {
            if encoded[at + 1..].starts_with(b"\r\n") {
                at += 3;
                continue;
            }
            // A soft break in a text whose line ends are LF.
            if encoded[at + 1..].starts_with(b"\n") {
                at += 2;
                continue;
            }
            if let (Some(high), Some(low)) =
                (digit(encoded.get(at + 1)), digit(encoded.get(at + 2)))
            {
                out.push(high << 4 | low);
                at += 3;
                continue;
            }
        }
        out.push(encoded[at]);
        at += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encode(pieces: &[&str]) -> Vec<u8> {
        let mut out = Vec::new();
        for piece in pieces {
            encode_piece(piece, &mut out);
        }
        out
    }

    fn holds_the_promises(encoded: &[u8]) -> Result<(), String> {
        for line in String::from_utf8_lossy(encoded).split("\r\n") {
            if line.len() > WIDTH {
                return Err(format!("a line of {}: {line}", line.len()));
            }
            if line.starts_with(['.', '-', 'F', ' ', '\t']) || line.ends_with([' ', '\t']) {
                return Err(format!("a bad edge: {line:?}"));
            }
            if line.contains("  ") || line.contains(" \t") || line.contains("\t ") {
                return Err(format!("a run of spaces: {line:?}"));
            }
            if line.contains(['\r', '\n']) || !line.is_ascii() {
                return Err(format!("a bare line end or 8-bit byte: {line:?}"));
            }
        }
        Ok(())
    }

    #[test]
    fn known_pieces() {
        assert_eq!(encode(&["a=b"]), b"a=3Db=\r\n");
        assert_eq!(encode(&[".\r\n.x\nFrom me\n--b"]), b"=2E\r\n=2Ex\r\n=46rom me\r\n=2D-b=\r\n");
        assert_eq!(encode(&["a  b \n c"]), b"a =20b=20\r\n=20c=\r\n");
        assert_eq!(encode(&["é"]), b"=C3=A9=\r\n");
        assert_eq!(encode(&[""]), b"=\r\n");
    }

    proptest! {
        #[test]
        fn any_pieces_join_and_decode_to_their_text(pieces in proptest::collection::vec("(?s).{0,200}", 0..6)) {
            let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
            let encoded = encode(&pieces);
            holds_the_promises(&encoded).map_err(TestCaseError::fail)?;
            let mut expected = String::new();
            for piece in &pieces {
                expected.push_str(&piece.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n"));
            }
            prop_assert_eq!(String::from_utf8(decode(&encoded)).unwrap(), expected);
        }

        #[test]
        fn hostile_signs_hold_the_promises(text in "[ \\t.F\\-=\\r\\na\u{1F600}]{0,400}") {
            holds_the_promises(&encode(&[&text])).map_err(TestCaseError::fail)?;
        }
    }
}
