//! A news page is copied out of a browser: teasers without titles, dates or links.

use crate::support::Charity;

const LISTING: &str = "Our choir sang for the night shelter and raised enough for forty beds. The winter programme begins in \
                       the new year.Read more\n\nVolunteers mended two hundred bicycles. Read more\n\nA report on bus fares is \
                       out now. Read more\n";

#[test]
fn teasers_become_stories_of_a_year_and_nobody_guesses_their_day() {
    let charity = Charity::new().file("listing.txt", LISTING);
    let charity = charity.people(1);
    charity
        .run("news import listing.txt --kind listing --date 2020 --dry-run")
        .ends(0)
        .says("Would write 3 stories");
    assert_eq!(charity.files("news").len(), 3);
    charity
        .run("news import listing.txt --kind listing --date 2020")
        .ends(0)
        .says("Wrote 3 stories");
    let files = charity.files("news");
    assert_eq!(files.len(), 6);
    let first = charity
        .read(&format!("news/{}", files.iter().find(|name| name.contains("listing-01")).unwrap()));
    assert!(first.contains("title_made: true") && first.contains("date: 2020\n"), "{first}");
    // The same again overwrites nothing.
    charity
        .run("news import listing.txt --kind listing --date 2020")
        .ends(0)
        .says("3 files already in place");

    charity.run("news --year 2020").ends(0).says("2020 · 6 stories");
    let month = charity
        .run("news --month 2020-12")
        .ends(0)
        .says("Not sure: 3 stories")
        .says("date: 2020-12-01");
    assert!(month.stdout.contains("December 2020 · 3 stories"));
    let json = charity.run("news --month 2020-12 --json").ends(0);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["schema"], "roundup.news/1");
    assert_eq!(json["in"].as_array().unwrap().len(), 3);
    let undecided = json["undecided"].as_array().unwrap();
    assert_eq!(undecided.len(), 3);
    assert_eq!(undecided[0]["precision"], "year");
    assert!(undecided[0]["reason"].as_str().unwrap().contains("only the year is known"));
    // Order is kept: newest first, as on the page.
    assert!(undecided[0]["title"].as_str().unwrap().starts_with("Our choir sang"));
    // The checks say so too.
    charity
        .run("check --month 2020-12")
        .ends(0)
        .says("[undecided]")
        .says("3 stories might belong here");
}
