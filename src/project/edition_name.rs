//! Names of editions: each is a file's name on every system that a project may move to.
//! Pure: letters in, yes or no out.

/// Names in a path, and rows in the ledger.
const LONGEST_BYTES: usize = 100;

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
        // A hidden file, or the folder above; and an ending that Windows takes away.
        && !name.starts_with('.')
        && !name.ends_with('.')
        && !is_device(name)
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
