//! What a careful colleague would notice about the list today: it is said before anything is sent, and stops nobody.

use crate::support::{Charity, Server};

const DATABASE: &str = "[people]\nkeep = \"database\"";

#[test]
fn another_list_than_last_time_is_noticed() {
    let rows = |domain: &str, prefix: &str| -> String {
        let rows = (0..30).map(|n| format!("{prefix}{n}@{domain},Person,consent\n"));
        format!("email,first_name,basis\n{}", rows.collect::<String>())
    };
    let server = Server::good();
    let charity =
        Charity::new().file("subscribers/people.csv", rows("gmail.com", "p")).relay(&server);
    let first = charity.run("check 2020 --offline");
    assert!(!first.stdout.contains("everybody-new"), "{first:?}");
    charity.run("send 2020 --confirm 30").ends(0);
    let charity = charity.file("subscribers/people.csv", rows("council.gov.uk", "test"));
    charity
        .run("check 2020-12 --offline")
        .says("of 30 people who were looked up, 0 people were in the last edition")
        .says("30 of 30 people with an address of council.gov.uk")
        .says("30 of 30 addresses look like a test");
}

#[test]
fn the_same_columns_next_month_get_last_times_answers_and_an_unseen_import_is_named() {
    let server = Server::good();
    let file = |names: &[&str]| -> String {
        let rows = names.iter().map(|name| format!("{name}@charity.org.uk,{name},York\n"));
        format!("Contact,Known as,Town\n{}", rows.collect::<String>())
    };
    let charity = Charity::new()
        .setting(DATABASE)
        .relay(&server)
        .file("may.csv", file(&["ann", "bob"]))
        .file("june.csv", file(&["ann", "bob", "cy"]));
    let said = "--map email=Contact --map first_name=Contact --basis consent --source form \
                --obtained 2024-05-01";
    charity.run(&format!("subscribers import may.csv {said} --yes")).ends(0);
    charity
        .run("subscribers import june.csv --dry-run")
        .ends(0)
        .says("The same columns were imported before with: --basis consent --source form")
        .says("add --again");
    charity
        .run("subscribers import june.csv --again --yes")
        .ends(0)
        .says("New: 1 person")
        .says("consent: form, 2024-05-01");
    charity.run("subscribers import june.csv --again --basis consent --source x").ends(2);
    charity.run("check 2020 --offline").says("3 people were imported today, and nobody looked");
    charity.run("subscribers import --undo --yes").ends(0);
    charity.run("check 2020 --offline").says("2 people were imported today");
}

#[cfg(unix)]
#[test]
fn a_part_of_the_list_that_cannot_be_read_is_named() {
    let charity = Charity::new().people(3).file("subscribers/more.xlsx", "PK");
    let charity = charity.file("subscribers/more.csv.txt", "email\nx@example.org\n");
    for command in
        ["send --month 2020-12 --dry-run", "check --month 2020-12 --offline", "subscribers list"]
    {
        charity
            .run(command)
            .says("subscribers/more.xlsx")
            .says("subscribers/more.csv.txt")
            .says("looks like a part of the list, and is not read");
    }
    std::os::unix::fs::symlink("gone.csv", charity.path("subscribers/old.csv")).unwrap();
    for command in
        ["send --month 2020-12 --dry-run", "check --month 2020-12 --offline", "subscribers list"]
    {
        charity
            .run(command)
            .ends(1)
            .says("subscribers/old.csv cannot be read: it is a link that leads to nothing");
    }
}
