//! Header fields of a mailing list (RFC 2369 List-Unsubscribe, RFC 2919 List-Id, RFC 8058 one click).
//! Pure: values in, header fields out.

use crate::rfc::text::one_line;

/// `List-Id` (RFC 2919): the list's name and its stable identifier.
pub fn list_id(name: &str, id: &str) -> String {
    let phrase: String = one_line(name)
        .chars()
        .filter(|c| c.is_ascii() && !matches!(c, '"' | '\\' | '<' | '>'))
        .collect();
    if phrase.is_empty() {
        format!("List-Id: <{id}>\r\n")
    } else {
        format!("List-Id: \"{phrase}\"\r\n <{id}>\r\n")
    }
}

/// `List-Unsubscribe` (RFC 2369) with the https address first, as RFC 8058 wants, and `List-Unsubscribe-Post` where
/// there is an https address. The addresses must already be URIs: they are written as they are.
pub fn unsubscribe(https: Option<&str>, mailto: &str) -> String {
    match https {
        Some(https) => format!(
            "List-Unsubscribe: <{https}>,\r\n <{mailto}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
        ),
        None => format!("List-Unsubscribe: <{mailto}>\r\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_click_is_offered_only_with_an_https_address() {
        let both = unsubscribe(Some("https://a.example/u/x"), "mailto:u@a.example");
        assert!(both.starts_with("List-Unsubscribe: <https://a.example/u/x>,\r\n <mailto:"));
        assert!(both.ends_with("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
        let mail_only = unsubscribe(None, "mailto:u@a.example");
        assert_eq!(mail_only, "List-Unsubscribe: <mailto:u@a.example>\r\n");
    }

    #[test]
    fn a_list_name_cannot_leave_its_quotes() {
        assert_eq!(
            list_id("News\r\n\"<x>", "digest.example.org"),
            "List-Id: \"News x\"\r\n <digest.example.org>\r\n"
        );
    }
}
