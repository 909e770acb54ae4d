//! The charity of the examples, and the program they run.

use std::io;
use std::path::{Path, PathBuf};

/// What every newsletter needs; an example adds what it is about.
pub const SETTINGS: &str = r#"
[organisation]
name = "Example Charity"
legal_name = "Example Charity Limited"
address = "1 Example Street, London"
website = "https://charity.example/"
contact = "hello@charity.example"

[sender]
name = "Example Charity"
address = "news@charity.example"
"#;

/// The program that was named, or the one beside the example, by its whole path.
#[allow(dead_code, reason = "each example uses a part of it")]
pub fn program(named: Option<&Path>) -> io::Result<PathBuf> {
    if let Some(named) = named {
        return std::path::absolute(named);
    }
    let own = std::env::current_exe()?;
    let folder = own.parent().and_then(Path::parent);
    Ok(folder.ok_or_else(|| io::Error::other("the example has no folder"))?.join("roundup"))
}
