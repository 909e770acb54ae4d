//! Words of a command as a shell reads them: nothing in a name is run, and no name is an option.
//! Pure: text in, text out; its tests run a shell.

/// In single quotation marks, where a POSIX shell would read more than the word in it.
pub fn for_shell(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/.-_@+:,=%".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) { text.to_owned() } else { quoted(text) }
}

/// In single quotation marks.
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Several words, each by itself.
pub fn all_for_shell<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().map(for_shell).collect::<Vec<_>>().join(" ")
}

/// The command that goes into a folder. Windows knows no single quotation marks, and allows no double ones in names.
pub fn go_to(folder: &str) -> String {
    if cfg!(windows) {
        return format!("cd \"{folder}\"");
    }
    let option = if folder.starts_with('-') { "-- " } else { "" };
    format!("cd {option}{}", for_shell(folder))
}

#[cfg(test)]
mod tests {
    #[cfg(unix)]
    use std::process::Command;

    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_shell_goes_into_the_folder_and_runs_nothing() {
        let parent = tempfile::tempdir().unwrap();
        for name in [
            "news",
            "charity news",
            "cost $(touch pwned) $5",
            "`touch pwned`",
            "it's",
            "\"quoted\"",
            "a;touch pwned",
            "-news",
            "--help",
            "$HOME",
            "a\\b",
            "!!",
            "*",
            "~",
            "Neuigkeiten-é-💚",
            "a&b|c>d",
            "#x",
            "{a,b}",
        ] {
            let folder = parent.path().join(name);
            std::fs::create_dir(&folder).unwrap();
            let script = format!("{} && pwd -P", go_to(name));
            let ran = Command::new("sh")
                .arg("-c")
                .arg(&script)
                .current_dir(parent.path())
                .output()
                .unwrap();
            let at = String::from_utf8(ran.stdout).unwrap();
            assert_eq!(
                at.trim_end_matches('\n'),
                folder.canonicalize().unwrap().to_str().unwrap(),
                "{script}"
            );
            assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0, "{script}");
        }
        assert!(!parent.path().join("pwned").exists());
        assert_eq!(go_to("charity-news"), "cd charity-news");
    }

    #[test]
    fn plain_words_stay_as_they_are() {
        for plain in ["2020-12", "ann+news@example.org", "../r16", "Hydref-é", "a=b:c,d"] {
            assert_eq!(for_shell(plain), plain);
        }
        for (words, quoted) in [
            (["o'brien@example.org", "x"], r"'o'\''brien@example.org' x"),
            (["", "a b"], "'' 'a b'"),
            (["~", "a;b"], "'~' 'a;b'"),
        ] {
            assert_eq!(all_for_shell(words), quoted);
        }
    }
}
