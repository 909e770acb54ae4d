//! What a relay's own log says: the Message-IDs of messages it took (Postfix, Exim, or a provider's CSV).
//! Pure: lines or a table in, Message-IDs out.

use std::collections::{BTreeSet, HashMap};

use crate::rfc::csv::{self, TableError};

/// Columns in which providers write the Message-ID, as `csv::simple` writes names.
const ID_COLUMNS: [&str; 7] = [
    "messageid",
    "smtpid",
    "xmessageid",
    "msgid",
    "smtpmessageid",
    "internetmessageid",
    "headermessageid",
];
/// Columns in which they write what happened.
const EVENT_COLUMNS: [&str; 6] = ["event", "status", "state", "type", "eventtype", "result"];
/// Words for a message that was never on its way.
const REFUSED: [&str; 6] = ["drop", "reject", "block", "invalid", "fail", "suppress"];

/// What a log says. A line it does not know says nothing.
#[derive(Debug, Default)]
pub struct RelayLog {
    took: BTreeSet<String>,
    /// Postfix names the Message-ID when it reads the header, and the queue when it has taken the whole.
    in_queue: HashMap<String, String>,
    lines: u64,
    known: u64,
}

impl RelayLog {
    /// Reads a provider's table; `None` when no column of it holds Message-IDs.
    ///
    /// # Errors
    /// When it cannot be read as a table.
    pub fn of_table(source: &str, bytes: &[u8]) -> Result<Option<Self>, TableError> {
        let table = csv::read(source, bytes)?;
        let Some(id) = table.column(&ID_COLUMNS) else { return Ok(None) };
        let event = table.column(&EVENT_COLUMNS);
        let mut log = Self { lines: 1, known: 1, ..Self::default() };
        for row in &table.rows {
            log.lines += 1;
            let id = bare(&row.cells[id]);
            if !id.contains('@') {
                continue;
            }
            log.known += 1;
            let event = event.map_or(String::new(), |event| row.cells[event].to_lowercase());
            if !REFUSED.iter().any(|word| event.contains(word)) {
                log.took.insert(id.to_owned());
            }
        }
        Ok(Some(log))
    }

    /// Reads a line of Postfix or Exim.
    pub fn line(&mut self, line: &str) {
        self.lines += 1;
        let line = line.trim_end();
        self.known += u64::from(self.postfix(line) || self.exim(line));
    }

    /// `Dec 31 12:00:01 mx postfix/cleanup[12]: 4D2F: message-id=<a@b>` names it; `qmgr … (queue active)` or any
    /// `status=` of the same queue says that it was taken.
    fn postfix(&mut self, line: &str) -> bool {
        let Some(at) = line.find("postfix") else { return false };
        let Some((service, rest)) = line[at..].split_once("]: ") else { return false };
        let Some((queue, rest)) = rest.split_once(": ") else { return false };
        if queue.is_empty() || !queue.chars().all(|c| c.is_ascii_alphanumeric()) {
            return false;
        }
        if let Some(id) = rest.strip_prefix("message-id=") {
            self.in_queue.insert(queue.to_owned(), bare(id).to_owned());
        } else {
            let queued = service.contains("/qmgr[") && rest.contains("queue active");
            let known = [" status=sent", " status=deferred", " status=bounced"];
            if queued || known.iter().any(|status| rest.contains(status)) {
                self.took.extend(self.in_queue.get(queue).cloned());
            }
        }
        true
    }

    /// `2020-12-31 12:00:01 1kvX2q-0001Ab-2C <= news@b H=… id=a@b` is written when Exim has taken a message.
    fn exim(&mut self, line: &str) -> bool {
        let Some((_, rest)) = line.split_once(" <= ") else { return false };
        let id = rest.split_ascii_whitespace().find_map(|word| word.strip_prefix("id="));
        if let Some(id) = id {
            self.took.insert(bare(id).to_owned());
        }
        id.is_some()
    }

    /// Whether the relay took the message of this Message-ID (without angle brackets).
    pub fn took(&self, message_id: &str) -> bool {
        self.took.contains(message_id)
    }

    /// Lines read, and those of them that are lines of a mail log.
    pub fn lines(&self) -> (u64, u64) {
        (self.lines, self.known)
    }
}

fn bare(id: &str) -> &str {
    id.trim().trim_start_matches('<').trim_end_matches('>')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> RelayLog {
        if let Ok(Some(log)) = RelayLog::of_table("log.csv", text.as_bytes()) {
            return log;
        }
        let mut log = RelayLog::default();
        text.lines().for_each(|line| log.line(line));
        log
    }

    #[test]
    fn postfix_took_what_it_queued() {
        let log = read(
            "Dec 31 12:00:01 mx postfix/smtpd[12]: 4D2F1A: client=host[192.0.2.1]
Dec 31 12:00:01 mx postfix/cleanup[13]: 4D2F1A: message-id=<one@charity.example>
Dec 31 12:00:01 mx postfix/qmgr[14]: 4D2F1A: from=<news@charity.example>, size=66000, nrcpt=1 (queue active)
Dec 31 12:00:02 mx postfix/cleanup[13]: 5E3F2B: message-id=<two@charity.example>
Dec 31 12:00:02 mx postfix/smtpd[12]: lost connection after DATA from host[192.0.2.1]
2020-12-31T12:00:03.1+00:00 mx postfix/submission/cleanup[13]: 6F4: message-id=<three@charity.example>
2020-12-31T12:00:04.1+00:00 mx postfix/smtp[15]: 6F4: to=<a@example.org>, dsn=4.4.1, status=deferred (timed out)
Dec 31 12:00:02 mx kernel: something else",
        );
        assert!(log.took("one@charity.example") && log.took("three@charity.example"));
        // Its header was read and its end never came.
        assert!(!log.took("two@charity.example"));
        assert_eq!(log.lines(), (8, 6));
    }

    #[test]
    fn exim_took_what_has_an_arrow_in() {
        let log = read(
            "2020-12-31 12:00:01 1kvX2q-0001Ab-2C <= news@charity.example H=host [192.0.2.1] P=esmtps S=66000 id=one@charity.example
2020-12-31 12:00:02 1kvX2q-0001Ab-2C => a@example.org R=dnslookup T=remote_smtp
2020-12-31 12:00:02 H=host [192.0.2.1] rejected after DATA: spam",
        );
        assert!(log.took("one@charity.example"));
        assert_eq!(log.lines(), (3, 1));
    }

    #[test]
    fn a_providers_table_names_its_columns() {
        let log = read(
            "\u{feff}Timestamp;Event;Recipient;\"Message ID\"
2020-12-31;delivered;a@example.org;<one@charity.example>
2020-12-31;\"dropped; unsubscribed\";b@example.org;<two@charity.example>
2020-12-31;processed;c@example.org;three@charity.example",
        );
        assert!(log.took("one@charity.example") && log.took("three@charity.example"));
        assert!(!log.took("two@charity.example"));
        assert_eq!(read("a,b\n1,2").lines(), (2, 0));
    }
}
