//! The pages for signing up as HTML: a form, an answer that is the same for every address, and the page of a confirmation.
//! Pure: words in, pages out.

use super::pages::{PageText, escape, nonce_field, paragraph};
use crate::ledger::joining::ConfirmStep;

/// The fields of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinForm {
    /// What people agree to.
    pub wording: String,
    pub asks_first_name: bool,
}

/// What somebody typed, for the form that they see again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct TypedForm {
    pub email: String,
    pub first_name: String,
}

/// Why the form is shown again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FormFault {
    NotAnAddress,
    /// The domain that is likely meant.
    Mistyped(String),
    /// Of a program, or of those who act against mail that nobody wants: no edition goes there.
    OfNobody,
    /// Too early for a person, or a page of yesterday.
    PressAgain,
}

/// A field that people do not see and leave empty; programs that fill in forms do not.
pub(super) const TRAP: &str = "website";

impl PageText {
    /// What people agree to: the wording of the settings, or ours.
    pub fn consent(&self, wording: Option<&str>) -> String {
        self.say(wording.unwrap_or(self.joining.consent))
    }

    pub(super) fn join_form(
        &self,
        form: &JoinForm,
        action: &str,
        nonce: &str,
        typed: &TypedForm,
        fault: Option<&FormFault>,
    ) -> String {
        let words = self.joining;
        let alert = match fault {
            None => String::new(),
            Some(fault) => {
                let text = match fault {
                    FormFault::NotAnAddress => words.wrong_address.to_owned(),
                    FormFault::Mistyped(meant) => words.mistyped.replace("{meant}", meant),
                    FormFault::OfNobody => words.of_nobody.to_owned(),
                    FormFault::PressAgain => words.press_again.to_owned(),
                };
                format!("<p class=\"wrong\" id=\"wrong\" role=\"alert\">{}</p>", escape(&text))
            }
        };
        let is_wrong = fault.is_some_and(|fault| *fault != FormFault::PressAgain);
        let points =
            if is_wrong { " aria-invalid=\"true\" aria-describedby=\"wrong\"" } else { "" };
        let first_name = if form.asks_first_name {
            format!(
                "<label class=\"field\">{}<input name=\"first_name\" autocomplete=\"given-name\" maxlength=\"60\" \
                 value=\"{}\"></label>",
                escape(words.first_name),
                escape(&typed.first_name)
            )
        } else {
            String::new()
        };
        let body = [
            alert,
            format!("<form method=\"post\" action=\"{}\">", escape(action)),
            nonce_field(nonce),
            format!(
                "<label class=\"field\">{}<input type=\"email\" name=\"email\" dir=\"ltr\" autocomplete=\"email\" \
                 maxlength=\"254\" required{points} value=\"{}\"></label>",
                escape(words.address),
                escape(&typed.email)
            ),
            first_name,
            format!(
                "<div class=\"trap\" aria-hidden=\"true\"><label>{}<input name=\"{TRAP}\" tabindex=\"-1\" \
                 autocomplete=\"off\"></label></div>",
                escape(words.leave_empty)
            ),
            paragraph(&form.wording),
            format!("<button>{}</button>", escape(words.button)),
            format!("<p class=\"small\">{}</p></form>", escape(words.note)),
        ];
        self.document(words.title, &body.concat())
    }

    /// The answer to every request, whoever is on the list and whoever is not.
    pub(super) fn join_thanks(&self) -> String {
        let words = self.joining;
        self.document(words.thanks_title, &paragraph(words.thanks_text))
    }

    pub(super) fn join_busy(&self) -> String {
        let words = self.joining;
        self.document(words.busy_title, &paragraph(words.busy_text))
    }

    /// The page behind the link of a confirmation. `again` is the address of the form, where there is one.
    pub(super) fn confirmation(
        &self,
        base: &str,
        nonce: &str,
        step: ConfirmStep,
        is_done: bool,
        again: Option<&str>,
    ) -> String {
        let words = self.joining;
        let link = match again {
            Some(again) => {
                format!("<p><a href=\"{}\">{}</a></p>", escape(again), escape(words.again))
            }
            None => String::new(),
        };
        match step {
            ConfirmStep::Join if !is_done => {
                let body = [
                    paragraph(words.confirm_text),
                    format!("<form method=\"post\" action=\"{}\">", escape(base)),
                    nonce_field(nonce),
                    format!("<button>{}</button></form>", escape(words.confirm_button)),
                ];
                self.document(words.confirm_title, &body.concat())
            }
            ConfirmStep::Join | ConfirmStep::Already => {
                self.document(words.joined_title, &paragraph(&self.say(words.joined_text)))
            }
            ConfirmStep::TooLate => {
                let text = paragraph(&self.say(words.late_text));
                self.document(words.late_title, &(text + &link))
            }
            ConfirmStep::Void => {
                let text = paragraph(&self.say(words.void_text));
                self.document(words.void_title, &(text + &link))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_page_runs_or_fetches_anything_and_what_was_typed_is_text() {
        let form = JoinForm { wording: "Yes <i>please</i>".to_owned(), asks_first_name: true };
        let typed = TypedForm {
            email: "\"><script>1</script>".to_owned(),
            first_name: "' onfocus=x".to_owned(),
        };
        for language in ["en", "cy-GB", "fr", "ar", "de"] {
            let text = PageText::new(language, "A <b>\"newsletter\"</b> & co");
            let mut pages = vec![text.join_thanks(), text.join_busy()];
            for fault in [
                None,
                Some(FormFault::NotAnAddress),
                Some(FormFault::Mistyped("<u>.org".to_owned())),
                Some(FormFault::OfNobody),
                Some(FormFault::PressAgain),
            ] {
                pages.push(text.join_form(&form, "/join", "n-o", &typed, fault.as_ref()));
            }
            for step in
                [ConfirmStep::Join, ConfirmStep::Already, ConfirmStep::TooLate, ConfirmStep::Void]
            {
                for is_done in [false, true] {
                    pages.push(text.confirmation("/c/x", "n-o", step, is_done, Some("/join")));
                }
            }
            for page in pages {
                assert!(page.matches("<button").count() <= 1, "{page}");
                for out in [
                    "<script",
                    "src=",
                    "url(",
                    "http",
                    "<b>",
                    "<i>",
                    "<u>",
                    "{name}",
                    "{meant}",
                    "' onfocus",
                ] {
                    assert!(!page.contains(out), "{out} in {page}");
                }
            }
        }
    }
}
