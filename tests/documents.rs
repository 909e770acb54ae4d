//! What the documents show is what the program does, and their links lead somewhere.

use std::fs;
use std::path::Path;

#[test]
fn console_blocks_run_as_they_stand() {
    // Somebody types and clicks in the first edition: tests/studio/first_edition.rs does.
    let by_hand = "docs/FIRST-EDITION.md";
    trycmd::TestCases::new().case("README.md").case("docs/*.md").skip(by_hand);
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut files = ["README.md", "SECURITY.md", "CONTRIBUTING.md"]
        .map(|name| Path::new(name).to_owned())
        .to_vec();
    files.extend(fs::read_dir("docs").unwrap().map(|entry| entry.unwrap().path()));
    let mut checked = 0;
    for file in files.iter().filter(|file| file.extension().is_some_and(|ending| ending == "md")) {
        let text = fs::read_to_string(file).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.starts_with("http") || link.starts_with('#') {
                continue;
            }
            let target = link.split('#').next().unwrap();
            assert!(file.with_file_name(target).exists(), "{}: {link}", file.display());
            checked += 1;
        }
    }
    assert!(checked >= 5, "{checked}");
}

#[test]
fn the_sample_is_the_news_of_2020_and_eight_people_at_example_domains() {
    let files = |folder: &str, ending: &str| {
        let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        paths.filter(|path| path.extension().is_some_and(|found| found == ending)).count()
    };
    assert_eq!((files("news", "md"), files("news/pictures", "png")), (26, 6));
    let list = fs::read_to_string("subscribers/people.csv").unwrap();
    let addresses: Vec<&str> =
        list.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert_eq!(addresses.len(), 8);
    for address in addresses {
        let domain = address.split('@').nth(1).unwrap();
        assert!(["example.org", "example.com", "example.net"].contains(&domain), "{address}");
    }
}
