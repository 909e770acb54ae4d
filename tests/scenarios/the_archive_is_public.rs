//! Everybody can read what was sent, and nobody can read there about anybody.

use std::fs;
use std::path::Path;

use crate::support::{Charity, Server, Site, words_of};

fn all_files(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all_files(&path, found);
        } else {
            found.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn the_pages_have_every_edition_and_nobody_of_the_list() {
    let server = Server::good();
    let charity = Charity::new().people(20).relay(&server);
    let charity = charity.setting("[archive]\nurl = \"https://news.charity.example/archive\"\n");
    charity.run("archive --out site").ends(0).says("Wrote 0 editions");
    charity.run("draft --month 2020-12").ends(0);
    let draft = charity.read("editions/2020-12.md");
    let hello = "---\n\nDear {{recipient \"first_name\" fallback=\"friend\"}}, hello.\n";
    let charity = charity.file("editions/2020-12.md", draft.replacen("---\n\n", hello, 1));
    charity.run("send 2020-12 --confirm 20").ends(0);
    charity.run("send --year 2020 --confirm 20").ends(0);
    charity.run("archive --out site").ends(0).says("Wrote 2 editions");
    let mut files = Vec::new();
    all_files(&charity.path("site"), &mut files);
    assert_eq!(files.len(), 5, "{files:?}");
    for (name, text) in &files {
        for at in 0..20 {
            assert!(!text.contains(&format!("p{at}@example.org")), "{name}");
            assert!(!text.contains(&format!("Person {at}")), "{name}");
        }
        assert!(!text.contains("/unsubscribe/") && !text.contains("{{"), "{name}");
    }
    let page = charity.read("site/2020-12/index.html");
    assert!(page.contains("Dear friend, hello."), "{page}");
    // An edition that stays out goes, and a folder of somebody else's is not touched.
    let draft = charity.read("editions/2020-12.md").replacen("---\n", "---\narchive: no\n", 1);
    let charity = charity.file("editions/2020-12.md", draft).file("own/index.html", "mine");
    charity.run("archive --out site").ends(0).says("Wrote 1 edition,");
    assert!(!charity.path("site/2020-12").exists());
    charity.run("archive --out own").ends(2).says("holds other files");
    assert_eq!(charity.read("own/index.html"), "mine");
}

#[test]
fn somebodys_address_in_a_story_stops_the_archive_whatever_is_set() {
    let server = Server::good();
    let story = "---\ntitle: Thanks\ndate: 2020-12-24\nlink: https://charity.example/t\n---\n\nWrite to P3@Example.org to thank them.\n";
    let charity = Charity::new().people(5).relay(&server).file("news/2020-12-24-t.md", story);
    charity.run("send --month 2020-12 --confirm 5").ends(0);
    charity
        .run("archive --out site")
        .ends(3)
        .says("would show the address of a person on the list");
    assert!(!charity.path("site").exists());
}

#[test]
fn a_corrected_edition_shows_what_was_right_and_says_so() {
    let server = Server::good();
    let charity = Charity::new().people(3).relay(&server);
    charity.run("draft --year 2020").ends(0);
    charity.run("send 2020 --confirm 3").ends(0);
    let draft = charity.read("editions/2020.md");
    let draft =
        draft.replacen("---\n\n", "correction: \"On 3 May.\"\n---\n\nSee you on 3 May.\n", 1);
    let charity = charity.file("editions/2020.md", draft);
    charity.run("send --correction 2020 --confirm 3").ends(0);
    charity.run("archive --out site").ends(0).says("Wrote 1 edition,");
    let page = charity.read("site/2020/index.html");
    assert!(page.contains("See you on 3 May.") && page.contains("Corrected on"), "{page}");
    assert!(!page.contains("Subject: Correction"));
}

#[test]
fn what_was_decided_when_it_was_sent_holds_without_a_draft() {
    let server = Server::good();
    let charity = Charity::new().people(3).relay(&server);
    for (window, kind, line) in [("2020-12", "month", "archive: no\n"), ("2020", "year", "")] {
        charity.run(&format!("draft --{kind} {window}")).ends(0);
        let name = format!("editions/{window}.md");
        let draft = charity.read(&name).replacen("---\n", &format!("---\n{line}"), 1);
        fs::write(charity.path(&name), draft).unwrap();
        charity.run(&format!("send {window} --confirm 3")).ends(0);
    }
    let draft = charity.read("editions/2020.md");
    let draft =
        draft.replacen("---\n\n", "correction: \"The day was wrong.\"\n---\n\nOn 3 May.\n", 1);
    let charity = charity.file("editions/2020.md", draft);
    charity.run("send --correction 2020 --confirm 3").ends(0);
    fs::remove_dir_all(charity.path("editions")).unwrap();
    charity.run("archive --out site").ends(0).says("Wrote 1 edition,");
    assert!(!charity.path("site/2020-12").exists());
    assert!(charity.read("site/2020/index.html").contains("The day was wrong."));
}

/// A page once the pages are made, which is in the background.
fn at_of(site: &Site, path: &str) -> (u16, String) {
    loop {
        let answer = site.ask("GET", path, "");
        if answer.0 != 503 {
            return answer;
        }
    }
}

#[test]
fn serve_shows_the_archive_and_each_email_leads_to_its_page() {
    let server = Server::good();
    let archive = "[archive]\nurl = \"https://charity.example/news/archive\"\nin_emails = true\n";
    let charity = Charity::new().people(5).relay(&server).setting(archive);
    let charity = charity.public_url("https://charity.example/news");
    charity.run("send --month 2020-12 --dry-run").ends(0);
    let site = Site::open(&charity);
    let (code, index) = at_of(&site, "/news/archive/");
    assert!(code == 200 && index.contains("No edition has been published yet"), "{index}");
    assert_eq!(site.ask("GET", "/archive", "").0, 308);
    assert_eq!(site.ask("POST", "/archive/", "").0, 405);
    for missing in ["/archive/2020-12/", "/archive/other/", "/archive/..%2f..%2froundup.toml/"] {
        assert_eq!(site.ask("GET", missing, "").0, 404, "{missing}");
    }
    site.close();
    charity.run("send --month 2020-12 --confirm 5").ends(0);
    let message = &server.taken()[0].bytes;
    let message = words_of(message);
    assert!(message.contains("https://charity.example/news/archive/2020-12/"), "{message}");
    let site = Site::open(&charity);
    let (code, page) = at_of(&site, "/news/archive/2020-12/");
    assert_eq!(code, 200, "{page}");
    assert!(page.contains("View in your browser") && !page.contains("/u/"), "{page}");
    for person in 0..5 {
        assert!(!page.contains(&format!("p{person}@example.org")), "{page}");
    }
    let (code, feed) = site.ask("GET", "/news/archive/feed.xml", "");
    assert!(code == 200 && feed.contains("/news/archive/2020-12/"), "{feed}");
    assert_eq!(site.ask("GET", "/archive/2020-12", "").0, 308);
    site.close();
}

#[test]
fn a_page_that_was_sent_to_stay_out_waits_for_an_approval() {
    let server = Server::good();
    let charity = Charity::new().people(2).relay(&server).variable("USER", "office");
    let charity = charity.setting(
        "[approval]\npeople = 2\n[archive]\nurl = \"https://charity.example/news/archive\"\n",
    );
    let charity = charity.public_url("https://charity.example/news");
    charity.run("draft --month 2020-12").ends(0);
    let draft = charity.read("editions/2020-12.md");
    let with = |line: &str| draft.replacen("---\n", &format!("---\n{line}\n"), 1);
    let charity = charity.file("editions/2020-12.md", with("archive: no"));
    for name in ["Amina", "Ben"] {
        charity.run(&format!("approve 2020-12 --as {name}")).ends(0).says("it stays out");
    }
    charity.run("send 2020-12 --confirm 2").ends(0);
    charity.run("archive --out site").ends(0).says("Wrote 0 editions");
    charity.run("approve 2020-12 --as Cy").ends(2).says("was planned already");
    // The draft says otherwise afterwards: neither `archive` nor `serve` shows what nobody approved.
    let charity = charity.file("editions/2020-12.md", with("archive: yes"));
    let waits = charity.run("archive --out site").ends(0).says("Wrote 0 editions");
    waits.says("2 people must approve the page").says("roundup approve 2020-12");
    assert!(!charity.path("site/2020-12").exists());
    let site = Site::open(&charity);
    assert_eq!(at_of(&site, "/news/archive/2020-12/").0, 404);
    site.close();
    let shown = charity.run("approve 2020-12 --show").ends(0);
    shown.says("Changed since it was sent").says("said no about the archive when it was sent");
    charity.run("approve 2020-12 --as Cy --confirm 3").ends(2).says("was sent to 2 people");
    charity.run("approve 2020-12 --as Cy --confirm 2").ends(0).says("1 person to go");
    charity.run("archive --out site").ends(0).says("Wrote 0 editions");
    charity.run("approve 2020-12 --as cy").ends(0).says("has approved this before");
    charity
        .run("approve 2020-12 --as Amina")
        .ends(0)
        .says("Its page for everybody was approved by");
    charity.run("archive --out site").ends(0).says("Wrote 1 edition,");
    assert!(charity.path("site/2020-12/index.html").exists());
    // To take it away needs nobody.
    let charity = charity.file("editions/2020-12.md", with("archive: no"));
    charity.run("archive --out site").ends(0).says("Wrote 0 editions");
    assert!(!charity.path("site/2020-12").exists());
}
