//! Rows that are mailed, and that somebody should look at once: of each kind how many there are, and the first.
//! Pure: rows in, problems out.

use crate::count::counted;
use crate::problem::{Place, Problem};
use crate::rfc::address::EmailAddress;

/// Local parts that belong to an office or a team. Whether these may be mailed without consent depends on the
/// organisation behind them (PECR regulation 22 is about individual subscribers).
const OFFICES: [&str; 20] = [
    "accounts",
    "admin",
    "contact",
    "enquiries",
    "enquiry",
    "finance",
    "hello",
    "help",
    "hr",
    "info",
    "jobs",
    "mail",
    "marketing",
    "media",
    "office",
    "press",
    "reception",
    "sales",
    "support",
    "team",
];

/// Services that give anybody an address for some minutes. Mail there reaches nobody later, or a stranger who gets the address.
const THROWAWAY: [&str; 24] = [
    "10minutemail.com",
    "discard.email",
    "dispostable.com",
    "emailondeck.com",
    "fakeinbox.com",
    "getairmail.com",
    "getnada.com",
    "guerrillamail.com",
    "guerrillamail.net",
    "guerrillamail.org",
    "mailcatch.com",
    "maildrop.cc",
    "mailinator.com",
    "mailinator.net",
    "mailnesia.com",
    "mintemail.com",
    "mohmal.com",
    "mytemp.email",
    "sharklasers.com",
    "spamgourmet.com",
    "temp-mail.org",
    "throwawaymail.com",
    "trashmail.com",
    "yopmail.com",
];

/// How many rows there are of one kind, and the first: its line, and what stands there.
#[derive(Debug, Default)]
struct Seen {
    count: u64,
    first: Option<(usize, String)>,
}

impl Seen {
    fn see(&mut self, line: usize, text: &str) {
        self.count += 1;
        self.first.get_or_insert_with(|| (line, text.chars().take(60).collect()));
    }
}

/// What was notices in one file.
#[derive(Debug, Default)]
pub(super) struct RowNotices {
    offices: Seen,
    throwaway: Seen,
    no_day: Seen,
}

impl RowNotices {
    pub fn address(&mut self, line: usize, address: &EmailAddress) {
        let text = address.as_str();
        let local = text.split('@').next().unwrap_or_default().to_ascii_lowercase();
        if OFFICES.binary_search(&local.as_str()).is_ok() {
            self.offices.see(line, text);
        }
        let domain = address.domain();
        let is_of = |name: &&str| {
            domain.strip_suffix(*name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        if THROWAWAY.iter().any(is_of) {
            self.throwaway.see(line, text);
        }
    }

    /// A cell that should hold a day, and does not.
    pub fn no_day(&mut self, line: usize, cell: &str) {
        self.no_day.see(line, cell);
    }

    /// What to say of a file. Nothing of it keeps anybody from being mailed.
    pub fn problems(self, file: &str) -> Vec<Problem> {
        let Self { offices, throwaway, no_day } = self;
        let mut problems = Vec::new();
        if let Some((line, first)) = offices.first {
            let count = counted(offices.count, "address belongs", "addresses belong");
            problems.push(Problem::new(
                Place::line(file, line),
                format!("{count} to an office or a team, such as `{first}`"),
                "mail them only if the organisation agreed; a personal address is better",
            ));
        }
        if let Some((line, first)) = throwaway.first {
            let count = counted(throwaway.count, "address is", "addresses are");
            problems.push(Problem::new(
                Place::line(file, line),
                format!("{count} from a service for throwaway addresses, such as `{first}`"),
                "they are probably not read any more: ask for another address, or remove them \
                 from the list",
            ));
        }
        if let Some((line, first)) = no_day.first {
            let count = counted(no_day.count, "row says", "rows say");
            problems.push(Problem::new(
                Place::line(file, line),
                format!("{count} when the address was collected, but not as a date: `{first}`"),
                "write dates as 2026-03-31: they are your evidence when somebody asks why you \
                 mail them",
            ));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_said_once_with_its_number_and_its_first_line() {
        assert!(OFFICES.is_sorted());
        let mut notices = RowNotices::default();
        for (line, address) in (2..).zip([
            "ann@charity.org.uk",
            "Info@charity.org.uk",
            "information@charity.org.uk",
            "office@charity.org.uk",
            "bob@mailinator.com",
            "bob@notmailinator.com",
            "cy@inbox.mailinator.com",
        ]) {
            notices.address(line, &EmailAddress::parse(address).unwrap());
        }
        notices.no_day(9, "31/31/2019");
        let said: Vec<String> =
            notices.problems("p.csv").iter().map(|p| format!("{} {}", p.place, p.what)).collect();
        assert_eq!(
            said,
            [
                "p.csv:3 2 addresses belong to an office or a team, such as `Info@charity.org.uk`",
                "p.csv:6 2 addresses are from a service for throwaway addresses, such as `bob@mailinator.com`",
                "p.csv:9 1 row says when the address was collected, but not as a date: `31/31/2019`",
            ]
        );
        assert!(RowNotices::default().problems("p.csv").is_empty());
    }
}
