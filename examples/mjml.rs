//! Renders an MJML file as roundup renders a template: `cargo run --example mjml -- FILE.mjml > FILE.html`.
//!
//! `scripts/judge-mjml` compares it with npm mjml.

use std::process::ExitCode;

use roundup::compose::html::render;

fn main() -> ExitCode {
    let Some(file) = std::env::args().nth(1) else {
        eprintln!("usage: mjml FILE.mjml");
        return ExitCode::from(2);
    };
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("{file}: {error}");
            return ExitCode::FAILURE;
        }
    };
    match render(&text) {
        Ok(html) => {
            println!("{html}");
            ExitCode::SUCCESS
        }
        Err(fault) => {
            eprintln!("{file}: byte {}: {} ({})", fault.at, fault.what, fault.cure);
            ExitCode::FAILURE
        }
    }
}
