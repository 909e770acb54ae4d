//! A name server with records of a test's own, on a free port of this computer.

use std::net::{SocketAddr, UdpSocket};
use std::thread;

/// Answers until the test's process ends.
pub struct NameServer {
    address: SocketAddr,
}

/// A record as it stands in an answer.
#[derive(Debug, Clone)]
pub enum Record {
    Text(&'static str),
    /// A preference, and a host.
    Mx(u16, &'static str),
    Address([u8; 4]),
    Pointer(&'static str),
}

impl NameServer {
    pub fn new(records: &[(&str, &str)]) -> Self {
        let texts = records.iter().map(|(name, text)| ((*name).to_owned(), 16, strings(text)));
        Self::serving(texts.collect())
    }

    /// With other records than texts too.
    pub fn of(texts: &[(&str, &str)], others: &[(&str, Record)]) -> Self {
        let texts = texts.iter().map(|(name, text)| ((*name).to_owned(), 16, strings(text)));
        let others = others.iter().map(|(name, record)| {
            let (kind, data) = match record {
                Record::Text(text) => (16, strings(text)),
                Record::Mx(preference, host) => {
                    (15, [preference.to_be_bytes().to_vec(), labels(host)].concat())
                }
                Record::Address(address) => (1, address.to_vec()),
                Record::Pointer(host) => (12, labels(host)),
            };
            ((*name).to_owned(), kind, data)
        });
        Self::serving(texts.chain(others).collect())
    }

    fn serving(records: Vec<(String, u16, Vec<u8>)>) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap();
        thread::spawn(move || {
            let mut packet = [0; 1500];
            while let Ok((length, asker)) = socket.recv_from(&mut packet) {
                if let Some(answer) = answer(&packet[..length], &records) {
                    let _ = socket.send_to(&answer, asker);
                }
            }
        });
        Self { address }
    }

    pub fn address(&self) -> String {
        self.address.to_string()
    }
}

/// Strings of at most 255 bytes, each behind its length.
fn strings(text: &str) -> Vec<u8> {
    let part = |part: &[u8]| [&[u8::try_from(part.len()).unwrap()], part].concat();
    text.as_bytes().chunks(200).flat_map(part).collect()
}

fn labels(name: &str) -> Vec<u8> {
    let parts = name.split('.').filter(|part| !part.is_empty());
    let mut bytes: Vec<u8> = parts.flat_map(strings).collect();
    bytes.push(0);
    bytes
}

/// RFC 1035 section 4: the question given back, with its records, or "no such name".
fn answer(question: &[u8], records: &[(String, u16, Vec<u8>)]) -> Option<Vec<u8>> {
    let mut labels = Vec::new();
    let mut at = 12;
    loop {
        let length = usize::from(*question.get(at)?);
        at += 1;
        if length == 0 {
            break;
        }
        labels.push(String::from_utf8_lossy(question.get(at..at + length)?).to_lowercase());
        at += length;
    }
    // The kind and the class of the question.
    let end = at + 4;
    let kind = u16::from_be_bytes(question.get(at..at + 2)?.try_into().unwrap());
    let name = labels.join(".");
    let is_known = records.iter().any(|(known, _, _)| *known == name);
    let found: Vec<_> =
        records.iter().filter(|(known, of, _)| *known == name && *of == kind).collect();
    let mut answer = question.get(..2)?.to_vec();
    // A response that is authoritative, recursion there; "no such name" when there is none.
    answer.extend([0x85, if is_known { 0x80 } else { 0x83 }]);
    answer.extend([0, 1, 0, u8::try_from(found.len()).unwrap(), 0, 0, 0, 0]);
    answer.extend(question.get(12..end)?);
    for (_, kind, data) in found {
        // A pointer to the question's name; the kind, IN, a minute.
        answer.extend([0xc0, 0x0c]);
        answer.extend(kind.to_be_bytes());
        answer.extend([0, 1, 0, 0, 0, 60]);
        answer.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        answer.extend(data);
    }
    Some(answer)
}
