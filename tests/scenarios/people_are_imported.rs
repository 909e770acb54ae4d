//! People come over from another system: whoever said no there is never mailed, and everything can be taken back.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{Charity, Ran, Server, database};

const LISTMONK: &str = "uuid,email,name,attributes,status,created_at,updated_at\n\
    1,ann@charity.org.uk,Ann Lee,{},enabled,2021-03-01 10:00:00.12+00,x\n\
    2,bob@charity.org.uk,Bob,{},blocklisted,2021-03-01 10:00:00.12+00,x\n\
    3,P0@example.org,Person,{},blocklisted,2021-03-01 10:00:00.12+00,x\n";
const STATED: &str = "--basis consent --source our-form --obtained created_at";

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
}

fn states(charity: &Charity) -> Vec<String> {
    let listed = json(&charity.run("subscribers list --json"));
    assert_eq!(listed["schema"], "roundup.subscribers/1");
    let people = listed["people"].as_array().unwrap().iter();
    people
        .map(|person| {
            format!("{} {}", person["address"].as_str().unwrap(), person["state"].as_str().unwrap())
        })
        .collect()
}

fn walk(charity: Charity) {
    let server = Server::good();
    let charity = charity.people(3).relay(&server).file("lm.csv", LISTMONK);
    let before = states(&charity);
    let import = format!("subscribers import lm.csv {STATED}");
    let dry = json(&charity.run(&format!("{import} --dry-run --json")).ends(0));
    assert_eq!((&dry["schema"], &dry["system"]), (&"roundup.import/1".into(), &"listmonk".into()));
    assert_eq!((&dry["new"], &dry["changed"], &dry["same"]), (&2.into(), &1.into(), &0.into()));
    assert_eq!(states(&charity), before, "a dry run changes nothing");
    charity.run(&import).ends(2).says("nobody can be asked here: nothing was changed");
    assert_eq!(states(&charity), before);

    charity.run(&format!("{import} --yes")).ends(0).says("The list is in the database now");
    assert!(charity.read("roundup.toml").contains("keep = \"database\""));
    let after = [
        "ann@charity.org.uk subscribed",
        "bob@charity.org.uk unsubscribed",
        "p0@example.org unsubscribed",
        "p1@example.org subscribed",
        "p2@example.org subscribed",
    ];
    assert_eq!(states(&charity), after);
    let again = json(&charity.run(&format!("{import} --yes --json")).ends(0));
    assert_eq!(
        (&again["new"], &again["changed"], &again["same"]),
        (&0.into(), &0.into(), &3.into())
    );

    charity.run("send --year 2020 --confirm 3").ends(0);
    charity.run("subscribers suppress p2@example.org --why objected").ends(0);
    let left = charity.run("subscribers export --left-since 2020").ends(0);
    assert!(left.stdout.contains("p2@example.org") && !left.stdout.contains("p1@"), "{left:?}");
    let kept = charity.run("subscribers export --person p2@example.org").ends(0);
    assert!(kept.stdout.contains("Edition 2020: accepted"), "{kept:?}");
    assert!(kept.stdout.contains("added objected"), "{kept:?}");
    let everybody = server.everybody_once();
    assert_eq!(everybody.len(), 3, "{everybody:?}");
    assert!(everybody.iter().all(|who| !who.starts_with("bob@") && !who.starts_with("p0@")));

    charity.run("subscribers import --undo --yes").ends(0).says("The import was taken back");
    assert_eq!(states(&charity)[0], "p0@example.org unsubscribed", "a no stays");
    assert_eq!(states(&charity).len(), 3);
    // Whoever said no does not come back by a file that says yes.
    let yes = "email,basis\nbob@charity.org.uk,consent\np0@example.org,consent\n";
    let charity = charity.file("yes.csv", yes);
    let back = json(&charity.run("subscribers import yes.csv --yes --json").ends(0));
    assert_eq!((&back["new"], &back["stays_no"]), (&0.into(), &2.into()), "{back}");
    let states = states(&charity);
    assert!(states.contains(&"p0@example.org unsubscribed".to_owned()), "{states:?}");
    assert!(states.iter().all(|state| !state.starts_with("bob@")), "{states:?}");
}

#[test]
fn an_export_moves_the_list_into_the_database_and_a_no_stays_a_no() {
    walk(Charity::new());
}

#[test]
fn the_same_on_a_server() {
    let Some(address) = database("imports") else { return };
    walk(Charity::new().variable("ROUNDUP_LEDGER", &address));
}

#[test]
fn an_export_that_comes_back_changes_nobody() {
    let list = "email,first_name,basis,source,obtained,joined,tags\n\
                ann@charity.org.uk,Ann,consent,form,2019-05-01,,press\n\
                bob@charity.org.uk,Bob,consent,form,2021-05-01,2018-01-02,\n\
                cat@charity.org.uk,Cat,,,,,\n";
    let charity = Charity::new().file("subscribers/people.csv", list);
    charity.run("subscribers import subscribers/people.csv --yes").ends(0);
    let export = charity.run("subscribers export").ends(0).stdout;
    charity.run("subscribers export all.csv").ends(0);
    let again = json(&charity.run("subscribers import all.csv --yes --json").ends(0));
    assert_eq!(
        (&again["new"], &again["changed"], &again["same"]),
        (&0.into(), &0.into(), &3.into()),
        "{again}"
    );
    assert_eq!(charity.run("subscribers export").ends(0).stdout, export);
}

/// The export of a list in files, imported into another newsletter: whoever waits goes on waiting, and a no is the no that it was.
#[test]
fn an_export_carries_a_list_to_another_newsletter() {
    let list = "email,first_name,basis,source,status,Newsletter,frequency\n\
                ann@charity.org.uk,Ann,consent,form,subscribed,yes,year\n\
                bob@charity.org.uk,Bob,consent,form,subscribed,?,\n\
                cat@charity.org.uk,Cat,consent,form,subscribed,yes,\n\
                dan@charity.org.uk,Dan,consent,form,perhaps,yes,\n\
                eve@charity.org.uk,Eve,consent,form,subscribed,yes,\n\
                fay@charity.org.uk,Fay,,,subscribed,yes,\n";
    let charity = Charity::new().file("subscribers/people.csv", list);
    charity.run("subscribers suppress cat@charity.org.uk --why objected").ends(0);
    charity.run("subscribers suppress eve@charity.org.uk --why preference-service").ends(0);
    let expected = [
        "ann@charity.org.uk subscribed",
        "bob@charity.org.uk left_out",
        "cat@charity.org.uk unsubscribed",
        "dan@charity.org.uk left_out",
        "eve@charity.org.uk unsubscribed",
        "fay@charity.org.uk no_evidence",
    ];
    let sorted = |charity: &Charity| {
        let mut states = states(charity);
        states.sort();
        states
    };
    assert_eq!(sorted(&charity), expected);
    charity.run("subscribers export all.csv").ends(0).says("6 people written to all.csv");
    let other = Charity::new().people(0).file("all.csv", charity.read("all.csv"));
    let import = json(&other.run("subscribers import all.csv --yes --json").ends(0));
    assert_eq!((&import["new"], &import["rows"]), (&6.into(), &6.into()), "{import}");
    assert_eq!(sorted(&other), expected);
    let waits = "subscribers/people.csv:3: `?` is neither a yes nor a no";
    other.run("subscribers show bob@charity.org.uk").ends(0).says(waits);
    other.run("why cat@charity.org.uk").ends(0).says("objected to being emailed");
    other.run("why eve@charity.org.uk").ends(0).says("a preference service");
    // Dan waits for a state, and a yes to the newsletter is none.
    let yes = "email,Newsletter,basis,source\n\
               bob@charity.org.uk,yes,consent,call\n\
               dan@charity.org.uk,yes,consent,call\n";
    let other = other.file("yes.csv", yes);
    other.run("subscribers import yes.csv --yes").ends(0);
    assert_eq!(sorted(&other)[1], "bob@charity.org.uk subscribed");
    assert_eq!(sorted(&other)[3], expected[3]);
    other.run("send --month 2020-12 --dry-run").ends(0).says("wants the year's round-up only");
    let said = |charity: &Charity| {
        let all = charity.run("subscribers export").ends(0).stdout;
        let noes = all.lines().filter(|line| line.contains(",unsubscribed,")).map(str::to_owned);
        noes.collect::<BTreeSet<_>>()
    };
    let noes = said(&charity);
    let first = noes.first().unwrap();
    assert!(first.contains("objected to being emailed, recorded by hand at"), "{noes:?}");
    assert_eq!(said(&other), noes);
    // What goes round changes nothing.
    other.run("subscribers export again.csv").ends(0);
    let again = json(&other.run("subscribers import again.csv --yes --json").ends(0));
    assert_eq!((&again["new"], &again["changed"]), (&0.into(), &0.into()), "{again}");
}

#[test]
fn one_person_is_added_shown_and_removed() {
    let charity = Charity::new().people(1);
    let add = "subscribers add eve@charity.org.uk --basis consent --source fair";
    charity.run(add).ends(2).says("`add` needs the database");
    charity.run("subscribers import subscribers/people.csv --yes").ends(0);
    charity.run(add).ends(0).says("eve@charity.org.uk is on the list: consent: fair");
    charity.run(add).ends(2).says("is on the list already");
    charity.run("subscribers show EVE@charity.org.uk").ends(0).says("subscribed: consent: fair");
    charity.run("subscribers export all.csv").ends(0).says("2 people written to all.csv");
    let import = json(&charity.run("subscribers import all.csv --yes --json").ends(0));
    assert_eq!((&import["new"], &import["changed"]), (&0.into(), &0.into()));
    let eve = json(&charity.run("subscribers export --person eve@charity.org.uk --json").ends(0));
    assert_eq!(eve["schema"], "roundup.person/1");
    assert_eq!(eve["consent"]["source"], "fair", "{eve}");
    charity.run("subscribers export --left-since 2020").ends(2).says("no edition `2020` was sent");
    charity.run("subscribers move eve@charity.org.uk p0@example.org").ends(2).says("already");
    charity
        .run("subscribers move eve@charity.org.uk eve@new.org.uk")
        .ends(0)
        .says("eve@charity.org.uk is eve@new.org.uk now (consent: fair");
    charity.run("subscribers suppress eve@new.org.uk --why objected").ends(0);
    charity
        .run("subscribers move eve@new.org.uk eve@charity.org.uk")
        .ends(0)
        .says("is not mailed: objected");
    charity.run("subscribers show eve@new.org.uk").ends(4);
    charity.run("subscribers remove eve@charity.org.uk").ends(0).says("is off the list");
    charity.run("subscribers show eve@charity.org.uk").ends(4).says("is not on the list");
    let early = "--basis soft-opt-in-charity --source fair --obtained 2026-02-04";
    charity
        .run(&format!("subscribers add di@charity.org.uk {early}"))
        .ends(2)
        .says("on or after 5 February 2026");
}

#[test]
fn files_that_cannot_be_imported_change_nothing_and_say_why() {
    let charity = Charity::new()
        .people(1)
        .file("news.csv", "title,url\nNews,https://e.org\n")
        .file("paper.pdf", "%PDF-1.7 x")
        .file("dates.csv", "email,joined\nann@charity.org.uk,03/04/2021\n");
    for (file, words) in [
        ("news.csv", "--map email=COLUMN"),
        ("paper.pdf", "this is a PDF, not a list of people"),
        ("dates.csv", "--dates day-first"),
        ("gone.csv", "cannot be read"),
    ] {
        charity.run(&format!("subscribers import {file} --yes")).ends(2).says(words);
    }
    charity
        .run("subscribers import dates.csv --from mailchamp --yes")
        .ends(2)
        .says("did you mean `mailchimp`?");
    assert!(!charity.read("roundup.toml").contains("[people]"));
}

/// Whether any file below a folder has these bytes.
pub fn is_named_below(folder: &std::path::Path, words: &str) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(is_named_below(&path, words));
        } else if String::from_utf8_lossy(&std::fs::read(&path).unwrap()).contains(words) {
            found.push(path);
        }
    }
    found
}

#[test]
fn whoever_is_erased_takes_nobody_along() {
    let list = "email,first_name,basis,status,partner\r\nbo@a.example,Bo,consent,,\r\n\r\n\
                ann@a.example,\"An,\r\nn\",consent,,zed@a.example\r\n\
                zed@a.example,Zed,consent,unsubscribed,ann@a.example\r\njoann@a.example,Jo,consent,,\r\n";
    let charity = Charity::new()
        .people(2)
        .file("subscribers/people.csv", list)
        .file("subscribers/fair.csv", "email,basis\nzed@a.example,consent\n");
    let copy = format!("{}\nann@a.example\n", "x".repeat(9));
    let charity = charity.file("notes/old.txt", &copy);
    charity
        .run("subscribers erase ann@a.example --dry-run")
        .ends(0)
        .says("subscribers/people.csv: 1 row")
        .says("  subscribers/people.csv:6")
        .says("  notes/old.txt");
    assert_eq!(charity.read("subscribers/people.csv"), list);
    let erased = charity.run("subscribers erase ann@a.example --yes").ends(0);
    let erased = erased.says("  subscribers/people.csv:6").says("  notes/old.txt");
    assert!(!erased.stdout.contains("ledger.db"), "{}", erased.stdout);
    let rest = list.replace("ann@a.example,\"An,\r\nn\",consent,,zed@a.example\r\n", "");
    assert_eq!(charity.read("subscribers/people.csv"), rest);
    charity.run("why zed@a.example").says("unsubscribed");
}

#[test]
fn whoever_is_erased_is_in_no_file_and_does_not_come_back() {
    let server = Server::good();
    let charity = Charity::new().people(3).relay(&server);
    charity.run("send --year 2020 --confirm 3").ends(0);
    charity.run("subscribers import subscribers/people.csv --yes").ends(0);
    charity.run("subscribers erase p1@example.org").ends(2).says("nobody can be asked here");
    charity.run("subscribers erase P1@example.org --dry-run").ends(0).says("Nothing was deleted");
    charity
        .run("subscribers erase p1@example.org --yes")
        .ends(0)
        .says("p1@example.org was erased")
        .says("subscribers/people.csv: 1 row")
        .says("What stays, and why")
        .says("backups");
    for words in ["p1@example.org", "Person 1,"] {
        let found = is_named_below(&charity.path(".roundup"), words);
        assert!(found.is_empty(), "{words}: {found:?}");
        assert!(!charity.read("subscribers/people.csv").contains(words), "{words}");
    }
    assert_eq!(charity.report("2020")["accepted"], 3, "the numbers of old editions stay");
    let charity = charity.file("back.csv", "email,basis\np1@example.org,consent\n");
    let back = json(&charity.run("subscribers import back.csv --yes --json").ends(0));
    assert_eq!((&back["new"], &back["stays_no"]), (&0.into(), &1.into()), "{back}");
    charity.run("why p1@example.org").says("erased");
}

#[test]
fn a_no_that_came_with_a_file_is_lifted_from_the_list_too() {
    let list = "email,basis,status\nann@charity.org.uk,consent,\nbob@charity.org.uk,consent,\n";
    let no = "email,status\nann@charity.org.uk,unsubscribed\nbob@charity.org.uk,bounced\n\
              cat@charity.org.uk,unsubscribed\ndan@charity.org.uk,bounced\n";
    let charity = Charity::new().people(0).file("list.csv", list).file("no.csv", no);
    charity.run("subscribers import list.csv --yes").ends(0);
    charity.run("subscribers import no.csv --yes").ends(0);
    charity.run("send --year 2020 --dry-run").ends(4);
    // What they had agreed to counts again, and a request is consent where there is nothing else.
    charity.run("why ann@charity.org.uk --at-their-request letter").ends(0).says("Is mailed");
    charity.run("why bob@charity.org.uk --lift works").ends(0).says("Is mailed");
    let cat = charity.run("why cat@charity.org.uk --at-their-request letter").ends(0);
    cat.says("Is mailed").says("source: letter");
    let dan = charity.run("why dan@charity.org.uk --lift works").ends(0);
    dan.says("The list does not say why they may be mailed").says("Is not mailed");
    charity.run("send --year 2020 --dry-run").ends(0).says("3 people");
    charity.run("subscribers import list.csv --yes").ends(0);
    charity.run("send --year 2020 --dry-run").ends(0).says("3 people");
}

#[test]
fn everything_about_a_person_is_theirs_also_after_a_no_and_no_cell_is_a_formula() {
    let list = "email,basis,obtained_at,source,wording\n\
                ann@charity.org.uk,consent,2024-05-03,stall,Yes please\n\
                =1+cmd|'/c'!a1@charity.org.uk,consent,2024-05-03,stall,Yes\n";
    let charity = Charity::new().people(0).file("list.csv", list);
    charity.run("subscribers import list.csv --yes").ends(0);
    charity.run("subscribers suppress ann@charity.org.uk --why unsubscribed").ends(0);
    let found = charity.run("subscribers export --person ann@charity.org.uk").ends(0).stdout;
    for words in ["Basis: consent", "Given on: 3 May 2024", "Source: stall", "“Yes please”"] {
        assert!(found.contains(words), "{found}");
    }
    let found = charity.run("subscribers export --person ann@charity.org.uk --json").ends(0);
    let found: serde_json::Value = serde_json::from_str(&found.stdout).unwrap();
    assert_eq!(found["consent"]["source"], "stall");
    let table = charity.run("subscribers export").ends(0).stdout;
    assert!(table.lines().any(|line| line.starts_with("'=1+cmd")), "{table}");
    assert!(table.contains("ann@charity.org.uk,,,unsubscribed,,"), "{table}");
    // Our own export is read back as it was.
    let again = Charity::new().people(0).file("export.csv", table.as_str());
    again.run("subscribers import export.csv --yes").ends(0);
    assert_eq!(again.run("subscribers export").ends(0).stdout, table);
}
