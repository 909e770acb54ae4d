//! Whose account of the computer this is, and whether it has written a file last.
//! Shell: the owner of a file.

use std::path::Path;

/// Longer names are not accounts.
const LONGEST_NAME_CHARS: usize = 64;

/// The account's name, from the environment; empty where nothing says so.
pub fn of(process: &[(String, String)]) -> String {
    let value = |name: &str| {
        let (_, value) = process.iter().find(|(known, _)| known == name)?;
        let value: String =
            value.trim().chars().filter(|c| !c.is_control()).take(LONGEST_NAME_CHARS).collect();
        (!value.is_empty()).then_some(value)
    };
    // cron sets only LOGNAME, Windows only USERNAME.
    ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(value).unwrap_or_else(number)
}

#[cfg(unix)]
fn number() -> String {
    format!("user {}", rustix::process::geteuid().as_raw())
}

#[cfg(not(unix))]
fn number() -> String {
    String::new()
}

/// Whether this account owns a file: programs that save a file make it theirs. Not known on Windows, where it is false.
#[cfg(unix)]
pub fn owns(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let own = rustix::process::geteuid().as_raw();
    std::fs::metadata(path).is_ok_and(|file| file.uid() == own)
}

#[cfg(not(unix))]
pub fn owns(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_has_a_name_whatever_the_computer_says() {
        let of = |pairs: &[(&str, &str)]| {
            let pairs: Vec<(String, String)> = pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect();
            super::of(&pairs)
        };
        assert_eq!(of(&[("LOGNAME", "sam"), ("USER", "ak")]), "ak");
        assert_eq!(of(&[("LOGNAME", "sam"), ("USER", " ")]), "sam");
        assert_eq!(of(&[("USERNAME", "a\u{7}b")]), "ab");
        assert!(cfg!(not(unix)) || of(&[]).starts_with("user "));
    }

    #[test]
    fn a_file_that_was_just_written_is_ones_own() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert_eq!(owns(file.path()), cfg!(unix));
        assert!(!owns(Path::new("/there/is/none")));
    }
}
