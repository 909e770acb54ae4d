//! What an IMAP server answers (RFC 3501 section 7): lines, some with literals in them.
//! Pure: bytes in, responses out.

use crate::inbox::leaving::LONGEST_EMAIL_BYTES;

/// The numbers of a hundred thousand emails have 700 KB.
const LONGEST_LINE_BYTES: usize = 4 * 1024 * 1024;
/// What is shown of a server's words.
const LONGEST_SHOWN: usize = 200;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CommandEnd {
    Ok,
    No,
    Bad,
}

/// One response; each literal stands in `literals`, and as `{}` in the text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Response {
    pub text: String,
    pub literals: Vec<Vec<u8>>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Progress {
    Response(Response),
    /// More bytes are needed.
    More,
    Malformed(&'static str),
}

/// Cuts a stream into responses.
#[derive(Debug, Default)]
pub(super) struct ResponseReader {
    bytes: Vec<u8>,
    /// The response whose literals have come so far.
    begun: Response,
    /// Bytes of a literal that are still to come.
    literal: Option<usize>,
    /// How far we have looked for the end of a line.
    looked: usize,
}

impl ResponseReader {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(super) fn next(&mut self) -> Progress {
        loop {
            if let Some(length) = self.literal {
                if self.bytes.len() < length {
                    return Progress::More;
                }
                let rest = self.bytes.split_off(length);
                self.begun.literals.push(std::mem::replace(&mut self.bytes, rest));
                self.begun.text.push_str("{}");
                (self.literal, self.looked) = (None, 0);
            }
            let found = self.bytes[self.looked..].iter().position(|byte| *byte == b'\n');
            let Some(end) = found.map(|at| at + self.looked) else {
                self.looked = self.bytes.len();
                if self.looked > LONGEST_LINE_BYTES {
                    return Progress::Malformed("a line has no end");
                }
                return Progress::More;
            };
            let rest = self.bytes.split_off(end + 1);
            let line = std::mem::replace(&mut self.bytes, rest);
            self.looked = 0;
            let line = String::from_utf8_lossy(&line);
            let line = line.trim_end_matches(['\r', '\n']);
            let Some((before, length)) = literal_of(line) else {
                self.begun.text.push_str(line);
                return Progress::Response(std::mem::take(&mut self.begun));
            };
            if length > LONGEST_EMAIL_BYTES {
                return Progress::Malformed("it sends more than was requested");
            }
            if self.begun.text.len() > LONGEST_LINE_BYTES || self.begun.literals.len() > 8 {
                return Progress::Malformed("a line has too many parts");
            }
            self.begun.text.push_str(before);
            self.literal = Some(length);
        }
    }
}

/// A line that ends with `{342}`: what stands before it, and the length.
fn literal_of(line: &str) -> Option<(&str, usize)> {
    let (before, digits) = line.strip_suffix('}')?.rsplit_once('{')?;
    let digits = digits.strip_suffix('+').unwrap_or(digits);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| (before, digits.parse().unwrap_or(usize::MAX)))
}

impl Response {
    /// How the command of this tag ended; nothing for another response.
    pub(super) fn status_of(&self, tag: &str) -> Option<CommandEnd> {
        let rest = self.text.strip_prefix(tag)?.strip_prefix(' ')?;
        let word = rest.split(' ').next().unwrap_or_default().to_ascii_uppercase();
        Some(match word.as_str() {
            "OK" => CommandEnd::Ok,
            "NO" => CommandEnd::No,
            _ => CommandEnd::Bad,
        })
    }

    pub(super) fn is_bye(&self) -> bool {
        self.text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("* BYE"))
    }

    pub(super) fn has_capability(&self, name: &str) -> bool {
        let mut words = self.text.split(' ').skip(1);
        words.next().is_some_and(|word| word.eq_ignore_ascii_case("CAPABILITY"))
            && words.any(|word| word.eq_ignore_ascii_case(name))
    }

    pub(super) fn search_results(&self) -> Vec<u32> {
        let mut words = self.text.split(' ').skip(1);
        if !words.next().is_some_and(|word| word.eq_ignore_ascii_case("SEARCH")) {
            return Vec::new();
        }
        words.filter_map(|word| word.parse().ok()).collect()
    }

    /// The number and the bytes of an email that was fetched.
    pub(super) fn into_email(mut self) -> Option<(u32, Vec<u8>)> {
        let upper = self.text.to_ascii_uppercase();
        let mut words = upper.split(' ').skip(2);
        if words.next() != Some("FETCH") {
            return None;
        }
        let uid = upper.split(['(', ' ']).skip_while(|word| *word != "UID").nth(1)?;
        let uid = uid.trim_end_matches(')').parse().ok()?;
        if self.literals.is_empty() {
            // An email without a byte, or one that is gone.
            return None;
        }
        Some((uid, self.literals.swap_remove(0)))
    }

    /// For people: without the tag, and with a limit.
    pub(super) fn shown(&self) -> String {
        let words = self.text.split_once(' ').map_or(self.text.as_str(), |(_, words)| words);
        words.chars().filter(|c| !c.is_control()).take(LONGEST_SHOWN).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(reader: &mut ResponseReader) -> Vec<Response> {
        let mut found = Vec::new();
        while let Progress::Response(response) = reader.next() {
            found.push(response);
        }
        found
    }

    #[test]
    fn responses_are_the_same_however_they_are_cut() {
        let text =
            b"* 1 FETCH (UID 7 BODY[]<0> {5}\r\na\r\nb{)\r\n* SEARCH 1 2 33\r\nr1 OK done {x}\r\n";
        let mut whole = ResponseReader::default();
        whole.push(text);
        let expected = read(&mut whole);
        assert_eq!(expected.len(), 3);
        assert_eq!(expected[0].clone().into_email(), Some((7, b"a\r\nb{".to_vec())));
        assert_eq!(expected[1].search_results(), [1, 2, 33]);
        assert_eq!(expected[2].status_of("r1"), Some(CommandEnd::Ok));
        for size in 1..text.len() {
            let mut reader = ResponseReader::default();
            let mut found = Vec::new();
            for part in text.chunks(size) {
                reader.push(part);
                found.extend(read(&mut reader));
            }
            assert_eq!(found, expected, "{size}");
        }
    }

    #[test]
    fn what_has_no_end_or_is_too_much_is_not_read() {
        let mut reader = ResponseReader::default();
        reader.push(&vec![b'a'; LONGEST_LINE_BYTES + 1]);
        assert_eq!(reader.next(), Progress::Malformed("a line has no end"));
        for length in ["99999999", "99999999999999999999999999"] {
            let mut reader = ResponseReader::default();
            reader.push(format!("* 1 FETCH (BODY[] {{{length}}}\r\n").as_bytes());
            assert_eq!(reader.next(), Progress::Malformed("it sends more than was requested"));
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_end_the_process(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..600)) {
            let mut reader = ResponseReader::default();
            reader.push(&bytes);
            for response in read(&mut reader) {
                let _ = (response.status_of("r1"), response.is_bye(), response.search_results());
                let _ = (response.shown(), response.into_email());
            }
        }

        #[test]
        fn no_line_ends_the_process(text in "(\\*|r1) (1 FETCH|SEARCH|OK|BYE) [(UID0-9 {}\\[\\]]{0,40}\r\n") {
            let mut reader = ResponseReader::default();
            reader.push(text.as_bytes());
            for response in read(&mut reader) {
                let _ = (response.search_results(), response.into_email());
            }
        }
    }
}
