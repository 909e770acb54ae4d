//! The files of a drop box, with the newsletter's own pages in them.
//! Pure: words in, files out.

use aws_lc_rs::digest;

use crate::audience::frequency::Frequency;
use crate::people::Standpoint;
use crate::rfc::base16;
use crate::web::serve::pages::PageText;

const PROGRAM: &str = include_str!("kit.php");
const REWRITES: &str = include_str!("kit.htaccess");
const CLOSED: &str = include_str!("kit.closed.htaccess");
/// The box puts its own values in their place.
const BASE: &str = "@BASE@";
const NONCE: &str = "@NONCE@";

/// One file of the kit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KitFile {
    /// Below the folder of the kit.
    pub name: &'static str,
    pub text: String,
}

/// The kit, for the word with which the box is read.
pub fn kit(pages: &PageText, reader: &str) -> [KitFile; 3] {
    let hash = digest::digest(&digest::SHA256, reader.as_bytes());
    let page = |standpoint, is_done| pages.page(BASE, NONCE, standpoint, is_done);
    let program = [
        ("@READER@", base16::encode(hash.as_ref())),
        ("@LEAVE_PAGE@", pages.leave_or_choose(BASE, NONCE)),
        ("@EVERY_PAGE@", page(Standpoint::MailedAs(Frequency::Every), false)),
        ("@YEAR_PAGE@", page(Standpoint::MailedAs(Frequency::Year), false)),
        ("@LEFT_PAGE@", page(Standpoint::LeftLately, true)),
        ("@STAYED_PAGE@", page(Standpoint::Mailed, true)),
        ("@WRONG_PAGE@", pages.wrong_address()),
        ("@LATER_PAGE@", pages.not_now()),
        ("@YOU_LEFT@", pages.you_left()),
    ]
    .into_iter()
    .fold(PROGRAM.to_owned(), |program, (place, text)| program.replacen(place, text.trim_end(), 1));
    [
        KitFile { name: "index.php", text: program },
        KitFile { name: ".htaccess", text: REWRITES.to_owned() },
        KitFile { name: "drop-data/.htaccess", text: CLOSED.to_owned() },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_holds_the_pages_and_the_hash_and_not_the_word() {
        let [program, rewrites, closed] = kit(&PageText::new("en", "A 'news' & <co>"), "the-word");
        assert!(program.text.starts_with("<?php\n"));
        assert!(!program.text.contains("the-word") && !program.text.contains("@LEAVE_PAGE@"));
        // printf the-word | sha256sum
        assert!(
            program
                .text
                .contains("a583f34404b969a29429953b534902f3567fedc6145d8cb73ee681ab6edb7b4b")
        );
        assert!(program.text.contains("action=\"@BASE@/leave\""));
        assert!(program.text.contains("action=\"@BASE@/stay\""));
        assert!(program.text.contains("action=\"@BASE@/often\""));
        assert!(!program.text.contains("_PAGE@"));
        assert_eq!((rewrites.name, closed.name), (".htaccess", "drop-data/.htaccess"));
    }
}
