//! What SpamAssassin thinks of a message, where it is installed.
//! Pure: a report in, findings out; `probe.rs` runs the program, and nothing leaves the machine.

use crate::check::{CheckContext, Finding, RenderedEmail, Rule, Severity, template};

/// Points, and the tests that gave them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SpamReport {
    pub points: f64,
    pub tests: Vec<SpamTest>,
}

/// One test of SpamAssassin's.
#[derive(Debug, Clone, PartialEq)]
pub struct SpamTest {
    pub points: f64,
    pub name: String,
    pub words: String,
}

pub const RULES: [Rule; 1] = [Rule::new(
    "spam",
    "Does the email pass SpamAssassin?",
    "Many providers use SpamAssassin as their filter. If it is installed on this computer, \
     `roundup check` runs it on a message, with its local tests only: nothing goes over the \
     network. A message with 5 points or more counts as spam; a good newsletter has 0.",
    spam,
)];

/// Less than this is chance.
const SOME_POINTS: f64 = 0.5;
/// Where receivers begin to put mail aside.
const MANY_POINTS: f64 = 3.0;

impl SpamReport {
    /// Reads the report that `spamassassin --test-mode` puts after a message. Tests about how a message travelled are
    /// left out: this one has not travelled.
    pub fn read(output: &str) -> Option<Self> {
        const OF_THE_WAY: [&str; 4] = ["NO_RELAYS", "NO_RECEIVED", "NO_DNS", "ALL_TRUSTED"];
        let (_, table) = output.rsplit_once("Content analysis details:")?;
        let mut tests: Vec<SpamTest> = Vec::new();
        for line in table.lines().skip(1) {
            let mut parts = line.split_whitespace();
            let Some(first) = parts.next() else { continue };
            match (first.parse::<f64>(), parts.next()) {
                (Ok(points), Some(name))
                    if name
                        .chars()
                        .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_') =>
                {
                    tests.push(SpamTest {
                        points,
                        name: name.to_owned(),
                        words: parts.collect::<Vec<_>>().join(" "),
                    });
                }
                // The description of the last test goes on.
                _ => {
                    if let Some(test) = tests.last_mut().filter(|_| line.starts_with("     ")) {
                        test.words = format!("{} {}", test.words, line.trim());
                    }
                }
            }
        }
        tests.retain(|test| !OF_THE_WAY.contains(&test.name.as_str()));
        let points = tests.iter().map(|test| test.points).sum();
        Some(Self { points, tests })
    }
}

fn spam(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let Some(report) = known.spam.filter(|report| report.points >= SOME_POINTS) else {
        return Vec::new();
    };
    let severity = if report.points >= MANY_POINTS { Severity::Should } else { Severity::Note };
    report
        .tests
        .iter()
        .filter(|test| test.points > 0.0)
        .map(|test| {
            Finding::new(
                "spam",
                severity,
                template(known),
                format!(
                    "SpamAssassin gives {} points ({:.1} is spam) for {}: {}",
                    test.points, report.points, test.name, test.words
                ),
                "change what it names, if you can",
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::tests::SampleEmail;

    const OUTPUT: &str = "Subject: x\n\nbody\nSpam detection software, running on the system \"x\",\n\n\
        Content analysis details:   (1.9 points, 5.0 required)\n\n pts rule name              description\n\
        ---- ---------------------- --------------------------------------------------\n\
        -0.0 NO_RELAYS              Informational: message was not relayed via SMTP\n 1.4 PYZOR_CHECK            Listed in Pyzor\n                            (https://pyzor.org/)\n 0.5 URG_BIZ                Contains urgent matter\n\n";

    #[test]
    fn a_report_is_read_and_weighed() {
        let report = SpamReport::read(OUTPUT).unwrap();
        assert_eq!(report.tests.len(), 2);
        assert!((report.points - 1.9).abs() < 0.001);
        assert_eq!(report.tests[0].words, "Listed in Pyzor (https://pyzor.org/)");
        assert_eq!(SpamReport::read("nothing"), None);
        let mail = SampleEmail::with(|mail| mail.spam = Some(report));
        let findings = mail.findings();
        assert_eq!(findings.len(), 2);
        assert_eq!(
            findings[1],
            "spam: SpamAssassin gives 0.5 points (1.9 is spam) for URG_BIZ: Contains urgent matter"
        );
        let clean = SpamReport { points: 0.1, tests: Vec::new() };
        assert!(SampleEmail::with(|mail| mail.spam = Some(clean)).findings().is_empty());
    }
}
