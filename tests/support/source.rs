//! The files that a test reads as text, and the part of a source file that is not its tests.

use std::fs;
use std::path::{Path, PathBuf};

/// A source file without its tests, whoever else may use what they use.
pub fn without_tests(text: &str) -> &str {
    // A file that holds only the tests of its folder.
    if text.starts_with("//! Tests: ") {
        return "";
    }
    let ends = ["mod tests {", "pub(super) mod tests {"]
        .map(|word| text.find(&format!("\n#[cfg(test)]\n{word}")));
    ends.into_iter().flatten().min().map_or(text, |end| &text[..end])
}

/// All files of a folder, however deep, whose names end so, in order; a file stands for itself.
pub fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    if folder.is_file() {
        return vec![folder.to_owned()];
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}
