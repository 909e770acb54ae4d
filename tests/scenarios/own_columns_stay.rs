//! Columns that are a newsletter's own (a town, a number of membership) stay with its people wherever the list lives.

use serde_json::Value;

use crate::support::{Charity, Ran, Server, database};

const LISTMONK: &str = "uuid,email,name,attributes,status,created_at,Ort\n\
    1,ann@charity.org.uk,Ann Lee,{},enabled,2021-03-01 10:00:00.12+00,Selby\n";
const STATED: &str = "--basis consent --source our-form --obtained created_at";

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
}

/// A message without the line breaks of quoted-printable.
fn text_of(message: &str) -> String {
    message
        .replace("=\r\n", "")
        .replace("=20", " ")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Each person with their own columns.
fn columns(charity: &Charity, segment: &str) -> Vec<String> {
    let listed = json(&charity.run(&format!("subscribers list --json{segment}")).ends(0));
    let people = listed["people"].as_array().unwrap().iter();
    people
        .map(|person| format!("{} {}", person["address"].as_str().unwrap(), person["columns"]))
        .collect()
}

/// Columns that are the newsletter's own stay with the people when the list moves, and mean there what they meant in the file.
fn own_columns(charity: Charity) {
    let server = Server::good();
    let list = "email,first_name,basis,Town,Membership number,frequency\n\
                ann@charity.org.uk,Ann,consent,York,=0042,\n\
                bob@charity.org.uk,Bob,consent,\"Leeds, West\",43,\n\
                cy@charity.org.uk,Cy,consent,York,44,year\n";
    let charity = charity
        .people(0)
        .relay(&server)
        .file("subscribers/people.csv", list)
        .file("segments/york.toml", "name = \"York\"\nfilter = 'town = \"York\"'\n");
    let everybody = [
        "ann@charity.org.uk {\"membership_number\":\"=0042\",\"town\":\"York\"}",
        "bob@charity.org.uk {\"membership_number\":\"43\",\"town\":\"Leeds, West\"}",
        "cy@charity.org.uk {\"frequency\":\"year\",\"membership_number\":\"44\",\"town\":\"York\"}",
    ];
    assert_eq!(columns(&charity, ""), everybody, "in files");
    let import = "subscribers import subscribers/people.csv";
    charity
        .run(&format!("{import} --yes"))
        .ends(0)
        .says("kept as columns of your own: town, membership_number, frequency")
        .says("There is nothing to change");
    assert_eq!(columns(&charity, ""), everybody, "in the database");
    let york = [everybody[0], everybody[2]];
    assert_eq!(columns(&charity, " --segment york"), york);
    assert_eq!(columns(&charity, " --segment=town=\"York\""), york);
    assert_eq!(columns(&charity, " --segment=membership_number=\"=0042\""), [everybody[0]]);
    charity.run("subscribers show ann@charity.org.uk").ends(0).says("town: York");
    let hers = charity.run("subscribers export --person ann@charity.org.uk").ends(0);
    assert!(hers.stdout.contains("town: York"), "{hers:?}");

    // What was written for the files is written for the database.
    charity.run("draft --year 2020").ends(0);
    let words = "Dear friend in {{recipient \"town\" fallback=\"town\"}},\n";
    let draft = charity.read("editions/2020.md") + words;
    let charity = charity.file("editions/2020.md", draft);
    charity.run("preview 2020 --share shared").ends(0);
    assert!(charity.read("shared/email.txt").contains("Dear friend in example town"));
    charity.run("send 2020 --segment york --confirm 2").ends(0);
    let sent = server.taken();
    assert_eq!(sent.len(), 2);
    for taken in &sent {
        let text = text_of(&taken.bytes);
        assert!(text.contains("Dear friend in York"), "{text}");
    }

    // What goes out comes in again.
    charity.run("subscribers export all.csv").ends(0);
    assert!(charity.read("all.csv").contains(",frequency,membership_number,town\n"));
    let again = json(&charity.run("subscribers import all.csv --yes --json").ends(0));
    assert_eq!((&again["new"], &again["changed"]), (&0.into(), &0.into()), "{again}");

    // An empty cell wipes nothing, another one is a change, and that is taken back.
    let charity = charity.file(
        "next.csv",
        "email,basis,town\nann@charity.org.uk,consent,\nbob@charity.org.uk,consent,Hull\n",
    );
    let next = json(&charity.run("subscribers import next.csv --yes --json").ends(0));
    assert_eq!((&next["changed"], &next["same"]), (&1.into(), &1.into()), "{next}");
    assert!(columns(&charity, "")[1].contains("Hull"));
    charity.run("subscribers import --undo --yes").ends(0);
    assert_eq!(columns(&charity, ""), everybody);

    // A foreign export keeps what is named, and proposes it next time.
    let charity = charity.file("lm.csv", LISTMONK);
    charity
        .run("subscribers import lm.csv --dry-run")
        .ends(0)
        .says("not read: uuid, attributes, Ort")
        .says("To keep a column that is not read, as a column of your own: --map uuid=uuid");
    charity
        .run(&format!("subscribers import lm.csv {STATED} --map town=Ort --map emial=Ort --yes"))
        .ends(2)
        .says("there is no field `emial`: did you mean `email`?");
    charity
        .run(&format!("subscribers import lm.csv {STATED} --map unsubscribed=Ort --yes"))
        .ends(2)
        .says("`unsubscribed` cannot be the name of a column of your own");
    charity.run(&format!("subscribers import lm.csv {STATED} --map town=Ort --yes")).ends(0);
    assert!(columns(&charity, "")[0].contains("\"town\":\"Selby\""));
    charity.run("subscribers import lm.csv --dry-run").ends(0).says("--map town=Ort");

    // They move with the person, and go with them.
    charity.run("subscribers move cy@charity.org.uk cy@new.org.uk").ends(0);
    charity.run("subscribers show cy@new.org.uk").ends(0).says("membership_number: 44");
    charity.run("subscribers erase cy@new.org.uk --yes").ends(0);
    let left = charity.run("subscribers export").ends(0);
    assert!(!left.stdout.contains("44") && left.stdout.contains("Leeds, West"), "{left:?}");
}

#[test]
fn a_newsletters_own_columns_survive_the_move() {
    own_columns(Charity::new());
}

#[test]
fn a_newsletters_own_columns_survive_on_a_server() {
    let Some(address) = database("own_columns") else { return };
    own_columns(Charity::new().variable("ROUNDUP_LEDGER", &address));
}
