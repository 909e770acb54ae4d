//! Messages to one person as a composition of a few words: a confirmation, a reminder, a welcome.
//! Pure: words in, a composition out. It becomes a message as an edition does: signed, with a way to leave.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::single_words::{self, SingleWords};
use crate::compose::composition::{Composition, Variant};
use crate::compose::theme::Organisation;
use crate::compose::{Density, Piece};
use crate::ledger::single_store::SinglePurpose;

/// What a message to one person says and links to.
#[derive(Debug, Clone)]
pub struct SingleText<'a> {
    pub purpose: SinglePurpose,
    /// What made it due: the same message has the same Message-ID, however often it is tried.
    pub occasion: DateTime<Utc>,
    pub language: &'a str,
    /// What people know the newsletter by.
    pub name: &'a str,
    pub organisation: &'a Organisation,
    /// The button's address, in a confirmation and a reminder.
    pub confirm: &'a str,
    /// Where they leave.
    pub leave: &'a str,
}

impl SingleText<'_> {
    pub fn composition(&self) -> Composition {
        let (language, words) = single_words::of(self.language);
        let say = |text: &str| text.replace("{name}", self.name);
        let (subject, text) = match self.purpose {
            SinglePurpose::Confirmation => (words.confirm_subject, words.confirm_text),
            SinglePurpose::Reminder => (words.remind_subject, words.confirm_text),
            SinglePurpose::Already => (words.already_subject, words.already_text),
            SinglePurpose::Welcome => (words.welcome_subject, words.welcome_text),
        };
        let (subject, text) = (say(subject), say(text));
        let variant = Variant {
            subject: None,
            preheader: Vec::new(),
            segments: BTreeSet::new(),
            html: vec![Piece::Text(self.html(language, words, &subject, &text))],
            text: vec![Piece::Text(self.plain(words, &text))],
            mjml: String::new(),
        };
        Composition {
            edition: format!("single/{}/{}", self.purpose.word(), self.occasion.timestamp_millis()),
            subject: vec![Piece::Text(subject)],
            preheader: String::new(),
            variants: vec![variant],
            slots: Vec::new(),
            segments: BTreeSet::new(),
            unknown_segments: Vec::new(),
            density: Density::Cards,
            more: 0,
            stories: Vec::new(),
            translations: Vec::new(),
        }
    }

    fn asks(&self) -> bool {
        matches!(self.purpose, SinglePurpose::Confirmation | SinglePurpose::Reminder)
    }

    fn leave_words(&self, words: &SingleWords) -> &'static str {
        if self.asks() { words.never_again } else { words.leave }
    }

    /// Who writes, as the law wants it at the foot of every email.
    fn sender_lines(&self) -> Vec<&str> {
        let Organisation { legal_name, address, charity, .. } = self.organisation;
        let lines = [Some(legal_name), Some(address), charity.as_ref()];
        lines.into_iter().flatten().map(String::as_str).collect()
    }

    fn plain(&self, words: &SingleWords, text: &str) -> String {
        let mut lines = vec![text.to_owned(), String::new()];
        if self.asks() {
            lines.push(format!("{}:\n{}", words.confirm_button, self.confirm));
            lines.push(format!("\n{}\n", words.confirm_note));
        }
        lines.push("-- ".to_owned());
        lines.extend(self.sender_lines().into_iter().map(str::to_owned));
        lines.push(format!("{}: {}\n", self.leave_words(words), self.leave));
        lines.join("\n")
    }

    fn html(&self, language: &str, words: &SingleWords, subject: &str, text: &str) -> String {
        let direction = if words.is_right_to_left { "rtl" } else { "ltr" };
        let button = if self.asks() {
            format!(
                "<p style=\"margin:24px 0\"><a href=\"{}\" style=\"display:inline-block;padding:14px 24px;\
                 background:#0b5a6f;color:#ffffff;text-decoration:none;border-radius:8px;font-weight:bold\">{}</a></p>\
                 <p>{}</p>",
                escape(self.confirm),
                escape(words.confirm_button),
                escape(words.confirm_note)
            )
        } else {
            String::new()
        };
        let lines: Vec<String> = self.sender_lines().into_iter().map(escape).collect();
        format!(
            "<!doctype html>\n<html lang=\"{language}\" dir=\"{direction}\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <meta name=\"color-scheme\" content=\"light dark\"><title>{}</title></head>\n\
             <body style=\"margin:0 auto;max-width:560px;padding:24px;font:17px/1.5 Arial,sans-serif\">\n\
             <h1 style=\"font-size:24px;line-height:1.25\">{}</h1>\n<p>{}</p>\n{button}\n\
             <hr style=\"margin:32px 0 16px;border:0;border-top:1px solid #8a949e\">\n\
             <p style=\"font-size:15px\">{}<br><a href=\"{}\">{}</a></p>\n</body></html>\n",
            escape(subject),
            escape(subject),
            escape(text),
            lines.join("<br>"),
            escape(self.leave),
            escape(self.leave_words(words)),
        )
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::tests::{person, settings};
    use crate::message::{MessageTemplate, Sender};

    #[test]
    fn each_message_has_its_links_and_the_sender_in_both_parts() {
        let organisation: Organisation = toml::from_str(
            "name = \"N\"\nlegal_name = \"Example <Charity>\"\naddress = \"1 Example Street\"\n\
             website = \"https://charity.example/\"\ncontact = \"hello@charity.example\"\n",
        )
        .unwrap();
        for purpose in SinglePurpose::ALL {
            for language in ["en", "cy-GB", "fr", "ar", "de"] {
                let text = SingleText {
                    purpose,
                    occasion: DateTime::UNIX_EPOCH,
                    language,
                    name: "A & B",
                    organisation: &organisation,
                    confirm: "https://news.charity.example/c/TOKEN",
                    leave: "https://news.charity.example/u/TOKEN",
                };
                let composition = text.composition();
                assert!(composition.edition.ends_with("/0"));
                let identity = Sender::new(&settings()).unwrap();
                let keys = crate::audience::Keys::new(b"secret");
                let zone = chrono_tz::Europe::London;
                let at = DateTime::UNIX_EPOCH;
                let template =
                    MessageTemplate::new(composition, identity, keys, Vec::new(), at, zone)
                        .unwrap();
                let bytes = template.personalise(&person("Ann")).bytes;
                let message = mail_parser::MessageParser::new().parse(&bytes).unwrap();
                let (html, plain) = (message.body_html(0).unwrap(), message.body_text(0).unwrap());
                let asks = matches!(purpose, SinglePurpose::Confirmation | SinglePurpose::Reminder);
                for part in [&html, &plain] {
                    assert_eq!(part.contains("/c/TOKEN"), asks, "{part}");
                    assert!(part.contains("/u/TOKEN") && part.contains("1 Example Street"));
                    assert!(!part.contains("{name}"));
                }
                assert!(html.contains("Example &lt;Charity&gt;") && html.contains("A &amp; B"));
                assert!(plain.contains("Example <Charity>") && !html.contains("src="));
                assert!(message.subject().unwrap().contains("A & B"));
                assert!(message.header("List-Unsubscribe").is_some());
            }
        }
    }
}
