//! Patterns of paths, such as `drafts/**/*.md`, as regular expressions.
//! Pure: text in, text out.

/// The expression without its ends. `any_folders` is what `**/` stands for, which tools read in different ways.
pub(super) fn regex_of(glob: &str, any_folders: &str) -> String {
    let mut regex = String::new();
    let mut rest = glob;
    while let Some(c) = rest.chars().next() {
        let (taken, part) = match c {
            '*' if rest.starts_with("**/") => (3, any_folders.to_owned()),
            '*' if rest.starts_with("**") => (2, ".*".to_owned()),
            '*' => (1, "[^/]*".to_owned()),
            '?' => (1, "[^/]".to_owned()),
            other => (other.len_utf8(), regex::escape(&other.to_string())),
        };
        regex.push_str(&part);
        rest = &rest[taken..];
    }
    regex
}
