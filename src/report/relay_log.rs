//! What a relay's own log says: the Message-IDs of messages it took (Postfix, Exim, or a provider's CSV).
//! Pure: lines in, Message-IDs out.

use std::collections::{BTreeSet, HashMap};

/// Columns in which providers write the Message-ID, in lower case without signs between the words.
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

/// Reads a log line by line. A line it does not know says nothing.
#[derive(Debug, Default)]
pub struct RelayLog {
    took: BTreeSet<String>,
    /// Postfix names the Message-ID when it reads the header, and the queue when it has taken the whole.
    in_queue: HashMap<String, String>,
    csv: Option<Columns>,
    lines: u64,
    known: u64,
}

#[derive(Debug)]
struct Columns {
    id: usize,
    event: Option<usize>,
    separator: char,
}

impl RelayLog {
    pub fn line(&mut self, line: &str) {
        self.lines += 1;
        let line = line.trim_end().trim_start_matches('\u{feff}');
        if self.lines == 1 {
            self.csv = columns(line);
        }
        let known = match &self.csv {
            Some(_) if self.lines == 1 => true,
            Some(_) => self.csv_line(line),
            None => self.postfix(line) || self.exim(line),
        };
        self.known += u64::from(known);
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

    fn csv_line(&mut self, line: &str) -> bool {
        let Some(columns) = &self.csv else { return false };
        let fields = fields(line, columns.separator);
        let Some(id) = fields.get(columns.id).map(|id| bare(id)).filter(|id| id.contains('@'))
        else {
            return false;
        };
        let event = columns.event.and_then(|at| fields.get(at)).map(|event| event.to_lowercase());
        let refused = event.is_some_and(|event| REFUSED.iter().any(|word| event.contains(word)));
        if !refused {
            self.took.insert(id.to_owned());
        }
        true
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

fn columns(line: &str) -> Option<Columns> {
    let separator = [',', ';', '\t'].into_iter().max_by_key(|sign| line.matches(*sign).count())?;
    let names: Vec<String> = fields(line, separator)
        .iter()
        .map(|name| {
            name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase()
        })
        .collect();
    let find = |known: &[&str]| names.iter().position(|name| known.contains(&name.as_str()));
    Some(Columns { id: find(&ID_COLUMNS)?, event: find(&EVENT_COLUMNS), separator })
}

/// One line's fields; quotes hold separators, and are doubled to mean themselves (RFC 4180).
fn fields(line: &str, separator: char) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut signs = line.chars().peekable();
    while let Some(sign) = signs.next() {
        let last = fields.len() - 1;
        match sign {
            '"' if quoted && signs.peek() == Some(&'"') => {
                signs.next();
                fields[last].push('"');
            }
            '"' => quoted = !quoted,
            sign if sign == separator && !quoted => fields.push(String::new()),
            sign => fields[last].push(sign),
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> RelayLog {
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
