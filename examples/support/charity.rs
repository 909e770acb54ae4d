//! The charity of the examples.

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
