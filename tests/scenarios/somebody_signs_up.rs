//! Somebody signs up on the page, confirms, leaves, and comes back the same way; a stranger types other people's addresses.

use chrono::{TimeDelta, Utc};
use roundup::audience::Keys;

use crate::support::{Charity, Server, Site, database, field, words_of};

const SECRET: &str = "a secret of this test with many characters";

fn charity(server: &Server, ledger: Option<&str>) -> Charity {
    let charity = Charity::new().relay(server).variable("ROUNDUP_SECRET", SECRET);
    let charity = charity.public_url("https://charity.example/news");
    let settings = charity.read("roundup.toml");
    let settings = format!(
        "{settings}\n[people]\nkeep = \"database\"\n[joining]\nopen = true\nwording = \"Yes!\"\n"
    );
    let charity = charity.file("roundup.toml", settings);
    match ledger {
        Some(address) => charity.variable("ROUNDUP_LEDGER", address),
        None => charity,
    }
}

const OLD_EXPORT: &str = "Email Address,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,\
    UNSUB_CAMPAIGN_ID,UNSUB_REASON,LEID,EUID,NOTES,TAGS\n\
    ann@charity.org.uk,2,2019-01-01 10:00:00,,,2020-01-01 10:00:00,,,,1,a,,\n";

/// The form as it was fetched a moment ago.
fn sign_up(site: &Site, address: &str) -> (u16, String) {
    let fetched = Utc::now() - TimeDelta::seconds(10);
    let nonce = Keys::new(SECRET.as_bytes()).page_nonce("join", fetched);
    let address = address.replace('@', "%40");
    site.ask(
        "POST",
        "/news/join",
        &format!("email={address}&first_name=Ann&website=&nonce={nonce}"),
    )
}

/// The path of a link in the last message to somebody.
fn link_in(server: &Server, number: usize, kind: &str) -> String {
    let taken = server.taken();
    let text = words_of(&taken[number].bytes);
    let start = format!("https://charity.example/news/{kind}/");
    let rest = text.split(&start).nth(1).unwrap_or_else(|| panic!("{kind} in {text}"));
    let token: String =
        rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "._-".contains(*c)).collect();
    format!("/news/{kind}/{token}")
}

fn signs_up_confirms_leaves_and_comes_back(ledger: Option<&str>) {
    let server = Server::good();
    let charity = charity(&server, ledger);
    let site = Site::open(&charity);
    assert_eq!(site.ask("GET", "/join", "").0, 200);
    let first = sign_up(&site, "ann@charity.org.uk");
    assert_eq!(first.0, 200);
    server.wait_for(1);
    assert_eq!(server.taken()[0].recipient, "ann@charity.org.uk");
    let link = link_in(&server, 0, "c");
    charity.run("subscribers list").ends(0).says("ann@charity.org.uk").says("1 person unconfirmed");
    // Looking changes nothing.
    assert!(site.ask("GET", &link, "").1.contains("<button>"));
    assert_eq!(site.ask("HEAD", &link, "").0, 200);
    charity.run("subscribers list --state unconfirmed").ends(0).says("1 person");
    assert_eq!(site.ask("POST", &link, "").0, 200);
    server.wait_for(2);
    charity.run("subscribers show ann@charity.org.uk").ends(0).says("subscribed");
    charity
        .run("why ann@charity.org.uk")
        .ends(0)
        .says("wording: “Yes!”")
        .says("welcome by email: accepted");
    // Somebody types the address again: the same answer, and one email that says so.
    assert_eq!(sign_up(&site, "ANN@charity.org.uk"), first);
    server.wait_for(3);
    assert_eq!(sign_up(&site, "ann@charity.org.uk"), first);
    // The welcome's link for leaving works; the confirmation that was used does not count any more.
    let leave = link_in(&server, 1, "u");
    assert_eq!(site.ask("POST", &leave, "List-Unsubscribe=One-Click").0, 200);
    assert_eq!(site.ask("GET", &link, "").0, 410);
    assert_eq!(site.ask("POST", &link, "").0, 410);
    charity.run("why ann@charity.org.uk").ends(0).says("unsubscribed by one click");
    // They come back at their own wish.
    assert_eq!(sign_up(&site, "ann@charity.org.uk"), first);
    server.wait_for(4);
    let link = link_in(&server, 3, "c");
    assert_eq!(site.ask("POST", &link, "").0, 200);
    server.wait_for(5);
    charity
        .run("why ann@charity.org.uk")
        .ends(0)
        .says("Is mailed")
        .says("they came back themselves");
    // They choose less, and get it.
    let leave = link_in(&server, 4, "u");
    let page = site.ask("GET", &leave, "").1;
    assert!(page.contains("value=\"year\""), "{page}");
    let token = leave.rsplit('/').next().unwrap();
    let keys = Keys::new(SECRET.as_bytes());
    let person = keys.person_of_unsubscribe_token(token).unwrap();
    let nonce = keys.page_nonce(&person, Utc::now() - TimeDelta::seconds(10));
    let choice = format!("frequency=year&nonce={nonce}");
    assert_eq!(site.ask("POST", &format!("{leave}/often"), &choice).0, 303);
    assert!(site.ask("GET", &leave, "").1.contains("value=\"every\""));
    charity.run("why ann@charity.org.uk").ends(0).says("the year's round-up only");
    charity.run("send --month 2020-12 --dry-run").ends(4).says("wants the year's round-up only");
    charity.run("send --year 2020 --dry-run").ends(0).says("1 person");
    // Another newsletter that has the list from an export keeps to their choice.
    charity.run("subscribers export all.csv").ends(0);
    let next = Charity::new().people(0).file("all.csv", charity.read("all.csv"));
    next.run("subscribers import all.csv --yes").ends(0);
    next.run("send --month 2020-12 --dry-run").ends(4).says("wants the year's round-up only");
    // An old export knows only that they left once; their own request is younger.
    let charity = charity.file("old.csv", OLD_EXPORT);
    charity.run("subscribers import old.csv --yes").ends(0);
    charity.run("why ann@charity.org.uk").ends(0).says("Is mailed");
    charity.run("subscribers show ann@charity.org.uk").ends(0).says("subscribed");
    // They move, with their choice; the link in the email to the old address speaks for them.
    charity.run("subscribers move ann@charity.org.uk ann@new.org.uk").ends(0);
    charity.run("subscribers show ann@new.org.uk").ends(0).says("the year's round-up only");
    charity.run("subscribers export --person ann@new.org.uk").ends(0).says("the year's round-up");
    assert_eq!(site.ask("POST", &leave, "List-Unsubscribe=One-Click").0, 200);
    charity.run("why ann@new.org.uk").ends(0).says("unsubscribed by one click");
    // Whoever was taken off by hand is not on the list, whatever link they used.
    sign_up(&site, "bea@charity.org.uk");
    server.wait_for(6);
    let link = link_in(&server, 5, "c");
    assert_eq!(site.ask("POST", &link, "").0, 200);
    server.wait_for(7);
    assert!(site.ask("GET", &link, "").1.contains("You are on the list"));
    charity.run("subscribers remove bea@charity.org.uk").ends(0);
    assert_eq!(site.ask("GET", &link, "").0, 410);
    site.close();
    assert_eq!(server.taken().len(), 7);
    charity.run("subscribers erase ann@new.org.uk --yes").ends(0);
    charity.run("subscribers list").ends(0).says("Nobody is on the list");
}

#[test]
fn somebody_signs_up_confirms_leaves_and_comes_back() {
    signs_up_confirms_leaves_and_comes_back(None);
}

#[test]
fn somebody_signs_up_where_the_list_is_on_a_server() {
    let Some(address) = database("signs_up") else { return };
    signs_up_confirms_leaves_and_comes_back(Some(&address));
}

#[test]
fn the_form_mails_nobody_again_and_again_and_waits_for_the_relay() {
    let charity = charity(&Server::good(), None);
    let gone = { Server::good().address() };
    let charity = charity.variable("ROUNDUP_RELAY", &gone);
    let site = Site::open(&charity);
    for _ in 0..5 {
        assert_eq!(sign_up(&site, "bob@charity.org.uk").0, 200);
    }
    site.close();
    // The relay is back, and another command writes to them: once.
    let server = Server::good();
    let charity = charity.relay(&server);
    charity.run("subscribers show bob@charity.org.uk").ends(0).says("unconfirmed");
    charity.run("subscribers remove bob@charity.org.uk").ends(0).says("request");
    charity.run("subscribers show bob@charity.org.uk").ends(4);
}

#[test]
fn a_list_in_files_has_no_form() {
    let server = Server::good();
    let charity = charity(&server, None);
    let settings = charity.read("roundup.toml").replace("\"database\"", "\"files\"");
    let charity = charity.file("roundup.toml", settings);
    let site = Site::open(&charity);
    assert_eq!(site.ask("GET", "/join", "").0, 404);
    assert_eq!(sign_up(&site, "ann@charity.org.uk").0, 404);
    site.close();
    assert!(server.taken().is_empty());
}

/// Signs up and presses the button in the email, which is the one of this number.
fn joins(site: &Site, server: &Server, address: &str, number: usize) {
    assert_eq!(sign_up(site, address).0, 200);
    server.wait_for(number + 1);
    assert_eq!(server.taken()[number].recipient, address);
    assert_eq!(site.ask("POST", &link_in(server, number, "c"), "").0, 200);
}

#[test]
fn whoever_is_mailed_on_another_basis_gives_their_consent() {
    let server = Server::good();
    let charity = charity(&server, None).file("sale.csv", "email\nsal@charity.org.uk\n");
    let basis = "--basis soft-opt-in-sale --source shop --obtained 2026-06-01";
    charity.run(&format!("subscribers import sale.csv {basis} --yes")).ends(0);
    let site = Site::open(&charity);
    charity.run("send --month 2020-12 --dry-run").ends(4).says("does not cover");
    joins(&site, &server, "sal@charity.org.uk", 0);
    charity.run("send --month 2020-12 --dry-run").ends(0).says("1 person");
    server.wait_for(2);
    // Now there is nothing left to confirm.
    assert_eq!(sign_up(&site, "sal@charity.org.uk").0, 200);
    server.wait_for(3);
    assert!(!words_of(&server.taken()[2].bytes).contains("/news/c/"));
    // No plan mails these, so nobody can sign them up.
    for nobody in ["abuse@charity.org.uk", "NoReply@charity.org.uk", "ann@gmial.com"] {
        assert_eq!(sign_up(&site, nobody).0, 422, "{nobody}");
    }
    site.close();
    assert_eq!(server.taken().len(), 3);
}

fn a_no_to_another_newsletter_counts(ledger: Option<&str>) {
    let folder = tempfile::tempdir().unwrap();
    let share = format!("subscribers share {} --yes", folder.path().join("no.db").display());
    let server = Server::good();
    let (charity, other) = (charity(&server, ledger), Charity::new());
    other.run(&share).ends(0);
    charity.run(&share).ends(0);
    let site = Site::open(&charity);
    joins(&site, &server, "kim@charity.org.uk", 0);
    server.wait_for(2);
    // They have objected elsewhere since: the list does not have them, and they may come back.
    other.run("subscribers suppress kim@charity.org.uk --why objected").ends(0);
    assert_eq!(site.ask("GET", &link_in(&server, 0, "c"), "").0, 410);
    sign_up(&site, "kim@charity.org.uk");
    server.wait_for(3);
    let link = link_in(&server, 2, "c");
    // They say it once more, before they press the button.
    other.run("subscribers suppress kim@charity.org.uk --why preference-service").ends(0);
    assert_eq!(site.ask("POST", &link, "").0, 410);
    charity.run("why kim@charity.org.uk").ends(0).says("objected to being emailed, to another");
    joins(&site, &server, "kim@charity.org.uk", 3);
    server.wait_for(5);
    charity.run("why kim@charity.org.uk").ends(0).says("Is mailed");
    site.close();
    assert_eq!(server.taken().len(), 5);
}

#[test]
fn a_no_to_another_newsletter_counts_for_whoever_signs_up() {
    a_no_to_another_newsletter_counts(None);
}

#[test]
fn a_no_to_another_newsletter_counts_where_the_list_is_on_a_server() {
    let Some(address) = database("signs_up_beside") else { return };
    a_no_to_another_newsletter_counts(Some(&address));
}

#[test]
fn the_latest_edition_is_one_that_is_for_them() {
    let server = Server::good();
    let charity = charity(&server, None);
    let settings = format!("{}welcome = \"latest\"\n", charity.read("roundup.toml"));
    let rows = "email,basis,tags,status\nq@charity.org.uk,consent,trustees,subscribed\n\
        r@charity.org.uk,consent,,subscribed\ntess@charity.org.uk,consent,trustees,unsubscribed\n";
    let charity = charity.file("roundup.toml", settings).file("list.csv", rows);
    charity.run("subscribers import list.csv --yes").ends(0);
    charity.run("send --year 2020 --confirm 2").ends(0);
    charity.run("send --month 2020-12 --segment tag=\"trustees\" --confirm 1").ends(0);
    let site = Site::open(&charity);
    let subject = |number: usize| {
        server.wait_for(number + 1);
        field(&server.taken()[number].bytes, "Subject").join(" ")
    };
    let (for_all, for_trustees) = (subject(0), subject(2));
    assert_ne!(for_all, for_trustees);
    joins(&site, &server, "nina@charity.org.uk", 3);
    assert_eq!(subject(4), for_all);
    // A trustee who comes back would have got the other one.
    joins(&site, &server, "tess@charity.org.uk", 5);
    assert_eq!(subject(6), for_trustees);
    site.close();
}
