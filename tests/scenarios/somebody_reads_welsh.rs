//! One edition in two languages: each person gets their own, from one ledger, and stories without a translation stay readable.

use crate::support::{Charity, Server, words_of};

const WELSH: &str = "[translations.cy]\nwhy = \"Cawsoch yr e-bost hwn am ichi ofyn am ein newyddion.\"\n\
                     [translations.cy.appeal]\ntitle = \"Rhowch\"\ntext = \"Pob punt.\"\nbutton = \"Rhoi\"\n\
                     url = \"https://charity.example/rhoi\"\n";

fn charity() -> Charity {
    Charity::new()
        .setting(WELSH)
        .file(
            "subscribers/people.csv",
            "email,first_name,basis,language\nann@example.org,Ann,consent,en\nbet@example.org,Bet,consent,cy-GB\n\
             cai@example.org,Cai,consent,CY\ndi@example.org,Di,consent,\nela@example.org,Ela,consent,pl\n",
        )
        .file(
            "news/2020-12-12-story.cy.md",
            "---\ntitle: Stori’r deuddegfed\nlink: https://charity.example/cy/12\n---\n\nBeth ddigwyddodd.\n",
        )
}

#[test]
fn each_person_gets_her_language_and_nobody_gets_two() {
    let server = Server::good();
    let charity = charity().relay(&server);
    charity
        .run("draft --month 2020-12")
        .ends(0)
        .says("Wrote editions/2020-12.md with 3 stories.")
        .says("Wrote editions/2020-12.cy.md for the wording in that language.");
    assert!(charity.read("editions/2020-12.cy.md").contains("subject: \"Rhagfyr 2020 yn "));
    charity.run("send 2020-12 --confirm 5").ends(0).says("5 accepted");
    assert_eq!(server.everybody_once().len(), 5);
    for (who, is_welsh) in
        [("ann@", false), ("bet@", true), ("cai@", true), ("di@", false), ("ela@", false)]
    {
        let taken = server.taken();
        let message = taken.iter().find(|taken| taken.recipient.starts_with(who)).unwrap();
        let plain = words_of(&message.bytes);
        assert_eq!(plain.contains("lang=\"cy\""), is_welsh, "{who}");
        assert_eq!(plain.contains("Beth ddigwyddodd."), is_welsh, "{who}");
        assert_eq!(plain.contains("Rhowch"), is_welsh, "{who}");
        assert_eq!(plain.contains("Unsubscribe from this email"), !is_welsh, "{who}");
        // A story that nobody has translated is in the email all the same.
        assert!(plain.contains("Story of the 03"), "{who}");
    }
}

#[test]
fn checks_and_previews_know_both_languages() {
    let charity = charity();
    charity.run("draft --month 2020-12").ends(0);
    let welsh = "---\nsubject: News\npreheader: Newyddion y mis a llawer mwy\n---\n\nTODO\n";
    let charity = charity.file("editions/2020-12.cy.md", welsh);
    charity
        .run("check 2020-12 --offline")
        .ends(3)
        .says("[placeholder] cy: `TODO` is left in \"TODO\"")
        .says("editions/2020-12.cy.md:6")
        .says("[translation] 2 of 3 stories are not translated into `cy`")
        .says("[unspoken] 1 of 5 people chose another language: pl");
    charity.run("preview 2020-12 --language cy --out shown").ends(0);
    assert!(charity.read("shown/email.html").contains("lang=\"cy\""));
    assert!(charity.read("shown/email.txt").contains("Stori’r deuddegfed"));
    charity
        .run("preview 2020-12 --language fr --out shown")
        .ends(2)
        .says("this newsletter has no language `fr`")
        .says("it has en, cy");
    let wrong = charity.file("editions/2020-12.cy.md", "---\nsubject: x\nitems: [a]\n---\n");
    wrong
        .run("check 2020-12 --offline")
        .ends(2)
        .says("editions/2020-12.cy.md:3")
        .says("`items` does not belong in a translation");
}
