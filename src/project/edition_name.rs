//! Names of editions: each is a file's name on every system that a project may move to.
//! Pure: letters in, yes or no out.

use crate::problem::{Place, Problem};

/// Names in a path, and rows in the ledger.
const LONGEST_BYTES: usize = 100;

/// Of the file of a draft.
const ENDING: &str = ".md";

/// What `is_valid` says, for people.
pub const RULE: &str = "a name is made of letters, digits, hyphens and underscores (`con` and `nul` belong to Windows)";

/// What Windows keeps for its devices, whatever ending follows.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];
/// These are devices with a digit behind them.
const NUMBERED_DEVICES: [&str; 2] = ["com", "lpt"];

/// Whether an edition may be called so.
pub fn is_valid(name: &str) -> bool {
    let is_allowed = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    !name.is_empty()
        && name.len() <= LONGEST_BYTES
        && name.chars().all(is_allowed)
        // A hidden file, or the folder above; an option of a command; and an ending that Windows takes away.
        && !name.starts_with(['.', '-'])
        && !name.ends_with('.')
        && !is_device(name)
}

/// The edition whose draft a file is; none where no command could be given its name.
pub fn of_file(file: &str) -> Option<&str> {
    // Commands take `2020-12.md` for `2020-12`: an edition `2020-12.md` would never be found.
    file.strip_suffix(ENDING).filter(|name| is_valid(name) && !name.ends_with(ENDING))
}

/// What is said about a draft that nobody can name.
pub fn misnamed(file: &str) -> Problem {
    Problem {
        place: Place::whole(format!("editions/{file}")),
        what: "this draft is not used: its name is not a valid name for an edition".to_owned(),
        cure: format!("{RULE}: give the file another name, such as 2020-12{ENDING}"),
    }
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().to_lowercase();
    let numbered = || {
        let mut letters = stem.chars();
        let is_digit = letters.next_back().is_some_and(|last| "123456789¹²³".contains(last));
        is_digit && NUMBERED_DEVICES.contains(&letters.as_str())
    };
    DEVICES.contains(&stem.as_str()) || numbered()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_whose_edition_nobody_can_name_is_not_one() {
        for (file, edition) in [
            ("2020-12.md", Some("2020-12")),
            ("冬.md", Some("冬")),
            ("2020-12.cy.md", Some("2020-12.cy")),
            ("My spring news.md", None),
            ("x;touch PWNED.md", None),
            ("-x.md", None),
            ("2020-12.md.md", None),
            ("2020-12.MD", None),
        ] {
            assert_eq!(of_file(file), edition, "{file}");
        }
    }

    #[test]
    fn a_name_is_a_files_name_on_every_system() {
        for good in [
            "2020",
            "2020-12",
            "winter",
            "Hydref",
            "冬",
            "a.b",
            "console",
            "com10",
            "auxiliary",
            "com",
            "v1.0",
        ] {
            assert!(is_valid(good), "{good}");
        }
        for bad in [
            "",
            ".",
            "..",
            ".hidden",
            "-x",
            "--help",
            "x;touch pwned",
            "a&b",
            "$(id)",
            "`id`",
            "it's",
            "end.",
            "../up",
            "a/b",
            "a\\b",
            "c:d",
            "a b",
            "a\0",
            "con",
            "CON",
            "Nul",
            "aux.x",
            "com1",
            "LPT9",
            "lpt³",
            "prn.2020",
            "e\u{301}t",
            "a*",
            "a?",
            "a\"b",
            "a|b",
            "<a>",
            "\u{202e}a",
        ] {
            assert!(!is_valid(bad), "{bad}");
        }
        assert!(is_valid(&"x".repeat(100)) && !is_valid(&"x".repeat(101)));
    }
}
