//! The public pages as HTML: one button, no script, nothing fetched, and no name or address of a person.
//! Pure: words in, pages out.

use super::join_words::{self, JoinWords};
use super::words::{self, PageWords};
use crate::audience::frequency::Frequency;
use crate::people::Standpoint;

/// What the form sends for each reason, in the order of `PageWords::reasons`.
const REASONS: [&str; 4] = ["too_many", "not_expected", "never_signed_up", "other"];

/// Whether a reason is one of ours: free text could hold a name.
pub fn is_reason(text: &str) -> bool {
    REASONS.contains(&text)
}

/// The words of one newsletter's pages.
#[derive(Debug, Clone)]
pub struct PageText {
    words: &'static PageWords,
    pub(super) joining: &'static JoinWords,
    language: String,
    name: String,
}

impl PageText {
    /// `name` is what people know the newsletter by; `language` is the edition's.
    pub fn new(language: &str, name: &str) -> Self {
        let words = words::of(language);
        // The page says which language it is in, which may not be the one wished for.
        let is_spoken = language.to_lowercase().starts_with(words.language);
        let language = if is_spoken { language.to_owned() } else { words.language.to_owned() };
        let joining = join_words::of(words.language);
        Self { words, joining, language, name: name.to_owned() }
    }

    pub(super) fn say(&self, words: &str) -> String {
        words.replace("{name}", &self.name)
    }

    /// One line for mail providers, which show it to nobody.
    pub fn you_left(&self) -> String {
        self.say(self.words.left_title)
    }

    /// The page behind a right token. `base` is the path of the page itself; `is_done` after a button was pressed.
    pub fn page(&self, base: &str, nonce: &str, standpoint: Standpoint, is_done: bool) -> String {
        let words = self.words;
        match standpoint {
            Standpoint::Mailed if is_done => {
                self.document(words.back_title, &paragraph(&self.say(words.back_text)))
            }
            Standpoint::MailedAs(_) if is_done => {
                self.document(words.back_title, &paragraph(&self.say(words.back_text)))
            }
            Standpoint::MailedAs(frequency) => {
                let body = self.leave_form(base, nonce) + &self.choice(base, nonce, frequency);
                self.document(words.leave_title, &body)
            }
            // While the ledger is away, the button works all the same.
            Standpoint::Mailed | Standpoint::Unknown => {
                self.document(words.leave_title, &self.leave_form(base, nonce))
            }
            Standpoint::LeftLately => {
                let body = [
                    paragraph(&self.say(words.left_text)),
                    paragraph(&self.say(words.stay_text)),
                    format!("<form method=\"post\" action=\"{}/stay\">", escape(base)),
                    nonce_field(nonce),
                    format!(
                        "<button class=\"second\">{}</button></form>",
                        escape(words.stay_button)
                    ),
                ];
                self.document(words.left_title, &body.concat())
            }
            Standpoint::NotMailed => {
                self.document(words.not_mailed_title, &paragraph(&self.say(words.not_mailed_text)))
            }
        }
    }

    /// The same for a page that does not know what they get: both choices stand on it.
    pub fn leave_or_choose(&self, base: &str, nonce: &str) -> String {
        let words = self.joining;
        let body = [
            self.leave_form(base, nonce),
            format!("<hr>{}", paragraph(&self.say(words.often_text))),
            format!("<form class=\"choices\" method=\"post\" action=\"{}/often\">", escape(base)),
            nonce_field(nonce),
            choice_button(Frequency::Every, words.every_choice),
            choice_button(Frequency::Year, words.year_button),
            "</form>".to_owned(),
        ];
        self.document(self.words.leave_title, &body.concat())
    }

    fn leave_form(&self, base: &str, nonce: &str) -> String {
        let words = self.words;
        [
            paragraph(&self.say(words.leave_text)),
            format!("<form method=\"post\" action=\"{}/leave\">", escape(base)),
            nonce_field(nonce),
            format!("<button>{}</button>", escape(words.leave_button)),
            self.reasons(),
            "</form>".to_owned(),
            format!("<p class=\"small\">{}</p>", escape(words.whose)),
        ]
        .concat()
    }

    /// The one choice that people have: the other of the two.
    fn choice(&self, base: &str, nonce: &str, now: Frequency) -> String {
        let words = self.joining;
        let (text, button, other) = match now {
            Frequency::Every => (words.every_text, words.year_button, Frequency::Year),
            Frequency::Year => (words.year_text, words.every_button, Frequency::Every),
        };
        format!(
            "<hr>{}<form method=\"post\" action=\"{}/often\">{}{}</form>",
            paragraph(&self.say(text)),
            escape(base),
            nonce_field(nonce),
            choice_button(other, button)
        )
    }

    fn reasons(&self) -> String {
        let choices: String = REASONS
            .iter()
            .zip(self.words.reasons)
            .map(|(value, label)| {
                format!(
                    "<label><input type=\"radio\" name=\"reason\" value=\"{value}\"> {}</label>",
                    escape(label)
                )
            })
            .collect();
        format!("<fieldset><legend>{}</legend>{choices}</fieldset>", escape(self.words.why))
    }

    pub fn wrong_address(&self) -> String {
        self.document(self.words.wrong_title, &paragraph(self.words.wrong_text))
    }

    pub fn not_now(&self) -> String {
        self.document(self.words.not_now_title, &paragraph(self.words.not_now_text))
    }

    pub(super) fn document(&self, title: &str, body: &str) -> String {
        let title = escape(&self.say(title));
        let direction = if self.words.is_right_to_left { "rtl" } else { "ltr" };
        format!(
            "<!doctype html>\n<html lang=\"{}\" dir=\"{direction}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"robots\" content=\"noindex\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n\
             <body>\n<main>\n<p class=\"name\">{}</p>\n<h1>{title}</h1>\n{body}\n</main>\n</body>\n</html>\n",
            escape(&self.language),
            escape(&self.name),
        )
    }
}

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1c2430;--muted:#4d5967;--ground:#f3f5f7;--paper:#fff;--line:#cfd7df;--accent:#0b5a6f;--on:#fff}\
@media(prefers-color-scheme:dark){:root{--ink:#e8edf2;--muted:#b3bec9;--ground:#12171c;--paper:#1c232a;--line:#3d4852;--accent:#7fd3e6;--on:#0c1a1f}}\
*{box-sizing:border-box}\
body{margin:0;background:var(--ground);color:var(--ink);font:18px/1.55 system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif}\
main{max-width:34rem;margin:8vh auto;padding:clamp(20px,6vw,40px);background:var(--paper);border:1px solid var(--line);border-radius:12px;overflow-wrap:anywhere}\
@media(max-width:600px){main{margin:0;border:0;border-radius:0;min-height:100vh}}\
.name{margin:0 0 .4em;color:var(--muted);font-size:16px}\
h1{margin:0 0 .6em;font-size:clamp(24px,5vw,30px);line-height:1.2}\
p{margin:0 0 1em}\
button{font:inherit;font-weight:600;min-height:52px;padding:12px 24px;border:2px solid var(--accent);border-radius:8px;background:var(--accent);color:var(--on);cursor:pointer}\
button.second{background:transparent;color:var(--accent)}\
button:focus-visible,input:focus-visible{outline:3px solid var(--ink);outline-offset:3px}\
fieldset{margin:1.6em 0 1.2em;padding:0;border:0}\
legend{padding:0 0 .3em;color:var(--muted);font-size:16px}\
label{display:flex;align-items:center;gap:.6em;min-height:44px}\
input[type=radio]{width:20px;height:20px;margin:0;accent-color:var(--accent)}\
label.field{display:block;margin:0 0 1em;font-weight:600}\
label.field input{display:block;width:100%;min-height:52px;margin:.3em 0 0;padding:8px 12px;font:inherit;color:var(--ink);background:var(--paper);border:2px solid var(--muted);border-radius:8px}\
.trap{position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%)}\
.wrong{padding:12px 16px;border:2px solid var(--ink);border-radius:8px;font-weight:600}\
a{color:var(--accent)}\
hr{margin:2em 0 1.4em;border:0;border-top:1px solid var(--line)}\
.choices{display:flex;flex-wrap:wrap;gap:.6em}\
.small{margin:0;color:var(--muted);font-size:16px}\
form+p.small,button+p.small,form+p,button+p{margin-top:1.6em}";

fn choice_button(frequency: Frequency, words: &str) -> String {
    let (value, words) = (frequency.word(), escape(words));
    format!("<button class=\"second\" name=\"frequency\" value=\"{value}\">{words}</button>")
}

pub(super) fn nonce_field(nonce: &str) -> String {
    format!("<input type=\"hidden\" name=\"nonce\" value=\"{}\">", escape(nonce))
}

pub(super) fn paragraph(text: &str) -> String {
    format!("<p>{}</p>", escape(text))
}

pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_page_has_at_most_one_button_and_nothing_that_is_fetched_or_run() {
        for language in ["en", "cy-GB", "fr", "ar", "de"] {
            let text = PageText::new(language, "A <b>\"newsletter\"</b> & co");
            for standpoint in [
                Standpoint::Mailed,
                Standpoint::LeftLately,
                Standpoint::NotMailed,
                Standpoint::Unknown,
                Standpoint::MailedAs(Frequency::Every),
                Standpoint::MailedAs(Frequency::Year),
            ] {
                for is_done in [false, true] {
                    let page = text.page("/news/u/1.a.b", "n-o_nce", standpoint, is_done);
                    let most = if matches!(standpoint, Standpoint::MailedAs(_)) { 2 } else { 1 };
                    assert!(page.matches("<button").count() <= most, "{page}");
                    for out in ["<script", "src=", "url(", "http", "<b>", "<link", "{name}"] {
                        assert!(!page.contains(out), "{out} in {page}");
                    }
                }
            }
        }
        let german = PageText::new("de", "N").wrong_address();
        assert!(german.contains("<html lang=\"en\" dir=\"ltr\">"));
        assert!(PageText::new("ar", "N").not_now().contains("<html lang=\"ar\" dir=\"rtl\">"));
        assert!(PageText::new("cy-GB", "N").not_now().contains("<html lang=\"cy-GB\""));
    }

    #[test]
    fn only_our_own_reasons_are_kept() {
        assert!(is_reason("too_many"));
        assert!(!is_reason("because Ann said so"));
    }
}
