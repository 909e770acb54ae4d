//! Reads returned mail as fast as it can: `cargo run --release --example notices -- FOLDER [COUNT]` reads the folder's emails
//! again and again until COUNT (10,000) are read, and prints how long it took and what they were.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use roundup::bounces::read;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(folder) = arguments.next().map(PathBuf::from) else {
        eprintln!("usage: notices FOLDER [COUNT]");
        return ExitCode::from(2);
    };
    let count: usize = arguments.next().and_then(|count| count.parse().ok()).unwrap_or(10_000);
    let paths =
        std::fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let emails: Vec<Vec<u8>> = paths.filter_map(|path| std::fs::read(path).ok()).collect();
    if emails.is_empty() {
        eprintln!("{}: no emails", folder.display());
        return ExitCode::FAILURE;
    }
    let began = Instant::now();
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for bytes in emails.iter().cycle().take(count) {
        for person in read(bytes).people {
            *kinds.entry(format!("{:?}", person.kind)).or_default() += 1;
        }
    }
    println!("{count} emails in {:.2} s: {kinds:?}", began.elapsed().as_secs_f64());
    ExitCode::SUCCESS
}
