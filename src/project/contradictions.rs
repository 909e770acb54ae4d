//! Settings that are right for TOML and of no use: by themselves, or together with others.
//! Pure: settings in, the first contradiction with its line out.

use std::path::Path;

use toml_edit::{Document, TableLike};

use super::setting_place::offset;
use super::settings::{Settings, SettingsError, explain};
use crate::count::counted;
use crate::message::Sender;
use crate::pictures::Publishing;
use crate::problem::HELP;
use crate::providers::mailbox_hosts::webmail_host;
use crate::schedule::StartHours;
use crate::send::hours::Hours;

/// What is wrong, and the cure.
type Fault = (String, String);
/// The settings that a rule is about, the likeliest to be wrong first, and what it finds.
type Rule = (&'static [&'static [&'static str]], fn(&Settings) -> Option<Fault>);

const RULES: [Rule; 5] = [
    (&[&["bounces", "soft_editions"], &["bounces", "of_last"]], more_bounces_than_editions),
    (&[&["send", "retry_after_seconds"], &["send", "expires_after_hours"]], never_tried_again),
    (&[&["schedule", "between"], &["send", "hours"]], due_when_nothing_is_sent),
    (&[&["archive", "in_emails"]], a_link_to_nowhere),
    (&[&["sender", "address"]], a_sender_at_somebody_elses_domain),
];

/// Refuses the first setting of no use, then the first contradiction.
///
/// # Errors
/// With the line of a setting that makes it.
pub(super) fn refuse(path: &str, settings: &Settings) -> Result<(), SettingsError> {
    let text = settings.text.as_str();
    if let Some((names, fault)) = of_no_use(settings) {
        let names: Vec<&[&str]> = names.iter().map(<[&str; 2]>::as_slice).collect();
        return Err(at_setting(path, text, &names, &fault));
    }
    if let Some((account, fault)) = settings.approval.unusable_account() {
        return Err(at_setting(path, text, &[&["approval", "accounts", account]], &fault));
    }
    for (names, find) in RULES {
        let Some(fault) = find(settings) else { continue };
        return Err(at_setting(path, text, names, &fault));
    }
    Ok(())
}

/// A setting that is parsed where it is used: what is wrong with it is known when the file is read.
fn of_no_use(settings: &Settings) -> Option<(Vec<[&'static str; 2]>, Fault)> {
    if let Err(error) = Sender::new(&settings.sender) {
        let names = vec![["sender", error.setting()]];
        return Some((names, (error.to_string(), error.cure().to_owned())));
    }
    if let Err(error) = Publishing::of(&settings.pictures, Path::new("")) {
        let names = vec![["pictures", "base_url"], ["pictures", "publish"]];
        return Some((names, (error.to_string(), error.cure().to_owned())));
    }
    let (field, cure) = settings.joining.fault()?;
    let what = format!("`{field}` under [joining] is empty or too long");
    Some((vec![["joining", field]], (what, cure)))
}

/// A fault on the line of the first of these settings that is there.
pub(super) fn at_setting(
    path: &str,
    text: &str,
    names: &[&[&str]],
    (what, cure): &Fault,
) -> SettingsError {
    // It was read before: a text that is not TOML is not here.
    let document = Document::parse(text).ok();
    let root = document.as_ref().map(|document| document.as_table() as &dyn TableLike);
    let at = root.and_then(|root| names.iter().find_map(|name| offset(root, name)));
    let span = at.map(|at| at..at);
    explain(path, text, &format!("{what}{HELP}{cure}"), span)
}

fn more_bounces_than_editions(settings: &Settings) -> Option<Fault> {
    let (soft, last) = (settings.bounces.soft_editions, settings.bounces.of_last);
    (soft > last).then(|| {
        (
            format!(
                "`soft_editions` is {soft}, but only the last {last} are looked at (`of_last`)"
            ),
            format!("write soft_editions = 1 to {last}, or a larger `of_last`"),
        )
    })
}

fn never_tried_again(settings: &Settings) -> Option<Fault> {
    let (seconds, hours) = (settings.send.retry_after_seconds, settings.send.expires_after_hours);
    // With no hours at all, somebody wants nothing to be tried again.
    (hours > 0 && seconds >= u64::from(hours) * 3600).then(|| {
        (
            format!(
                "`retry_after_seconds` is {seconds}, and after {} nothing is tried again: deferred messages never would be",
                counted(u64::from(hours), "hour", "hours")
            ),
            format!(
                "write retry_after_seconds = 0 to {}, or a larger `expires_after_hours`",
                u64::from(hours) * 3600 - 1
            ),
        )
    })
}

fn due_when_nothing_is_sent(settings: &Settings) -> Option<Fault> {
    let (between, hours) = (settings.schedule.between.as_deref()?, settings.send.hours.as_deref()?);
    let due = StartHours::parse(between).ok()?;
    let sent = Hours::parse(Some(hours), None, settings.time_zone).ok()??;
    let is_open = |minute: &u32| {
        let time = chrono::NaiveTime::from_num_seconds_from_midnight_opt(minute * 60, 0);
        time.is_some_and(|time| due.has_minute(*minute) && sent.has(time))
    };
    (!(0..24 * 60).any(|minute| is_open(&minute))).then(|| {
        (
            format!(
                "editions are due between {between}, and `hours` under [send] lets them out at {hours}: never at the same time"
            ),
            "give `between` and `hours` some time in common".to_owned(),
        )
    })
}

fn a_link_to_nowhere(settings: &Settings) -> Option<Fault> {
    let has_url = settings.archive.url.as_deref().is_some_and(|url| !url.trim().is_empty());
    (settings.archive.in_emails && !has_url).then(|| {
        (
            "`in_emails` links each email to its page, and `url` does not say where the archive is"
                .to_owned(),
            "write url = \"https://news.charity.example/archive\", or remove `in_emails`"
                .to_owned(),
        )
    })
}

/// Hosts of everybody's mailboxes let receivers refuse what others send in their name (DMARC), and nobody else can publish
/// records there.
fn a_sender_at_somebody_elses_domain(settings: &Settings) -> Option<Fault> {
    let address = settings.sender.address.trim();
    let domain = address.rsplit('@').next()?;
    let host = webmail_host(domain)?;
    Some((
        format!(
            "the sender is at {}, which is for mailboxes of {host}: receivers refuse newsletters from there",
            domain.to_lowercase()
        ),
        format!(
            "write an address of your own domain, as in news@charity.org.uk; answers can go to your mailbox with reply_to = \"{address}\""
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[organisation]\nname = \"A\"\nlegal_name = \"A\"\naddress = \"1 A Street\"\nwebsite = \
        \"https://charity.example\"\ncontact = \"hello@charity.example\"\n[sender]\nname = \"A\"\naddress = \
        \"news@charity.example\"\n";

    fn refused(text: &str) -> Option<(usize, String)> {
        let settings = Settings::read("roundup.toml", &format!("{GOOD}{text}")).unwrap();
        let error = refuse("roundup.toml", &settings).err()?;
        let lines_before = GOOD.lines().count();
        assert!(!error.cure.is_empty() && error.line_text.is_some());
        Some((error.place.line.unwrap() - lines_before, error.what))
    }

    #[test]
    fn what_cannot_be_together_is_refused_on_its_line() {
        for (text, line, words) in [
            ("[bounces]\nover_days = 1\nsoft_editions = 6", 3, "the last 5"),
            ("[bounces]\nof_last = 2", 2, "`soft_editions` is 3"),
            ("[send]\nexpires_after_hours = 1\nretry_after_seconds = 3600", 3, "after 1 hour "),
            ("[send]\nhours = \"18:00-20:00\"\n[schedule]\nbetween = \"09:00-10:00\"", 4, "never"),
            ("[send]\nhours = \"10:00-20:00\"\n[schedule]\nbetween = \"09:00-10:00\"", 4, "never"),
            ("[archive]\nin_emails = true", 2, "does not say where"),
            ("archive = { in_emails = true }", 1, "does not say where"),
        ] {
            let text = match text.strip_prefix("archive =") {
                // A group on one line stands before the first with a heading.
                Some(_) => {
                    let whole = format!("{text}\n{GOOD}");
                    let settings = Settings::read("roundup.toml", &whole).unwrap();
                    let error = refuse("roundup.toml", &settings).unwrap_err();
                    assert_eq!(error.place.line, Some(line));
                    continue;
                }
                None => text,
            };
            let (found, what) = refused(text).unwrap_or_else(|| panic!("taken: {text}"));
            assert_eq!(found, line, "{text}");
            assert!(what.contains(words), "{what}");
        }
    }

    #[test]
    fn what_is_of_no_use_is_refused_on_its_line() {
        let wrong = ["", "a\\nb", "\\u0000", "\\u202Ex", "<b>", "{{x}}", "a, b@x"];
        for name in [
            "address",
            "reply_to",
            "bounce_address",
            "unsubscribe_address",
            "public_url",
            "list_id",
        ] {
            for value in wrong {
                let line = format!("{name} = \"{value}\"");
                let text = match name {
                    "address" => GOOD.replace("address = \"news@charity.example\"", &line),
                    _ => format!("{GOOD}{line}\n"),
                };
                let settings = Settings::read("roundup.toml", &text).unwrap();
                let error = refuse("roundup.toml", &settings).unwrap_err();
                assert_eq!(error.line_text.as_deref(), Some(line.as_str()), "{}", error.what);
                assert!(error.what.contains(name) && !error.cure.is_empty(), "{}", error.what);
            }
        }
        for (text, line) in [
            ("[pictures]\npublish = \"public\"", 2),
            ("[pictures]\npublish = \"public\"\nbase_url = \"javascript:x\"", 3),
            ("[joining]\nsource = \"\"", 2),
            ("[approval.accounts]\nann = \"Ann\"\n\"user 0\" = \"\"", 3),
            ("[approval.accounts]\nsam = \" - \"", 2),
            ("[approval.accounts]\nsam = \"YOUR NAME\"", 2),
            ("[approval.accounts]\n\"\" = \"Sam Jones\"", 2),
            ("[approval]\naccounts = { sam = \"a\\u200Bb\" }", 2),
            ("[joining]\nopen = true\nwording = \" \"", 3),
        ] {
            assert_eq!(refused(text).map(|(line, _)| line), Some(line), "{text}");
        }
    }

    #[test]
    fn what_can_be_together_is_taken() {
        for text in [
            "",
            "[bounces]\nsoft_editions = 5\nof_last = 5",
            "[send]\nexpires_after_hours = 0\nretry_after_seconds = 3600",
            "[send]\nexpires_after_hours = 1\nretry_after_seconds = 3599",
            "[send]\nhours = \"09:59-20:00\"\n[schedule]\nbetween = \"09:00-10:00\"",
            "[archive]\nin_emails = true\nurl = \"https://news.charity.example/archive\"",
        ] {
            assert_eq!(refused(text), None, "{text}");
        }
    }

    #[test]
    fn a_sender_at_everybodys_domain_is_refused_on_its_line() {
        for (address, host) in [
            ("charity@gmail.com", "Google"),
            ("charity@GoogleMail.com", "Google"),
            ("charity@yahoo.co.uk", "Yahoo"),
            ("charity@outlook.com", "Microsoft"),
            ("charity@icloud.com", "Apple"),
            ("charity@btinternet.com", "BT"),
        ] {
            let text = GOOD.replace("news@charity.example", address);
            let settings = Settings::read("roundup.toml", &text).unwrap();
            let error = refuse("roundup.toml", &settings).unwrap_err();
            assert_eq!(error.place.line, Some(9), "{address}");
            assert!(error.what.contains(host), "{}", error.what);
            assert!(error.cure.contains(address), "{}", error.cure);
        }
        for address in ["news@gmail.com.charity.example", "gmail@charity.example"] {
            let text = GOOD.replace("news@charity.example", address);
            let settings = Settings::read("roundup.toml", &text).unwrap();
            assert!(refuse("roundup.toml", &settings).is_ok(), "{address}");
        }
    }
}
