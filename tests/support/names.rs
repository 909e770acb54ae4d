//! A name server with text records of a test's own, on a free port of this computer.

use std::collections::BTreeMap;
use std::net::{SocketAddr, UdpSocket};
use std::thread;

/// Answers until the test's process ends.
pub struct NameServer {
    address: SocketAddr,
}

impl NameServer {
    pub fn new(records: &[(&str, &str)]) -> Self {
        let records: BTreeMap<String, String> =
            records.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
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

/// RFC 1035 section 4: the question given back, with one TXT record, or "no such name".
fn answer(question: &[u8], records: &BTreeMap<String, String>) -> Option<Vec<u8>> {
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
    let text = records.get(&labels.join("."));
    let mut answer = question.get(..2)?.to_vec();
    // A response that is authoritative, recursion there; "no such name" when there is none.
    answer.extend([0x85, if text.is_some() { 0x80 } else { 0x83 }]);
    answer.extend([0, 1, 0, u8::from(text.is_some()), 0, 0, 0, 0]);
    answer.extend(question.get(12..end)?);
    if let Some(text) = text {
        // A pointer to the question's name; TXT, IN, a minute; strings of at most 255 bytes.
        answer.extend([0xc0, 0x0c, 0, 16, 0, 1, 0, 0, 0, 60]);
        let mut data = Vec::new();
        for part in text.as_bytes().chunks(200) {
            data.push(u8::try_from(part.len()).unwrap());
            data.extend(part);
        }
        answer.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        answer.extend(data);
    }
    Some(answer)
}
