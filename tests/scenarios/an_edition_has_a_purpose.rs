//! The law lets people have some editions and not others: the purpose is shown before anything is sent, and each basis must cover it.

use crate::support::{Charity, Server};

const LIST: &str = "email,first_name,basis,obtained_at,given_again,met_through,optout_offered\n\
    ann@charity.org.uk,Ann,consent,2019-05-01,,,\n\
    bob@charity.org.uk,Bob,soft_opt_in_charity,2026-02-05,,ourselves,yes\n\
    cy@charity.org.uk,Cy,soft_opt_in_charity,2026-02-04,,ourselves,yes\n\
    di@charity.org.uk,Di,soft_opt_in_charity,2019-01-01,2026-03-01,ourselves,yes\n\
    ed@charity.org.uk,Ed,soft_opt_in_charity,2026-03-01,,service,yes\n\
    fy@charity.org.uk,Fy,soft_opt_in_charity,2026-03-01,,others,yes\n\
    gus@charity.org.uk,Gus,soft_opt_in_charity,2026-03-01,,ourselves,no\n\
    hal@charity.org.uk,Hal,soft_opt_in_charity,2026-03-01,,ourselves,\n\
    ida@charity.org.uk,Ida,soft_opt_in_sale,2020-03-01,,ourselves,yes\n\
    jo@charity.org.uk,Jo,corporate,,,,\n\
    kit@charity.org.uk,Kit,soft_opt_in_charity,2026-03-01,,the fair,yes\n\
    liz@charity.org.uk,Liz,soft_opt_in_charity,2026-03-01,,,yes\n";

#[test]
fn who_gets_a_charitable_edition_and_who_one_that_sells() {
    let server = Server::good();
    let charity = Charity::new().file("subscribers/people.csv", LIST).relay(&server);
    let dry = charity
        .run("send 2020 --dry-run")
        .ends(0)
        .says("Purpose   charitable: 1 by consent, 1 by corporate, 2 by soft opt in charity")
        .says("5 February 2026")
        .says("met through a service")
        .says("not given to the organisation itself")
        .says("no opt-out was offered")
        .says("does not cover an edition whose purpose is charitable")
        .says("unknown `met_through` `the fair`")
        .says("no `met_through`");
    assert!(dry.stdout.contains("4 people would get it"), "{dry:?}");
    charity.run("send 2020 --confirm 4").ends(0).says("Purpose   charitable");
    let names = ["ann", "bob", "di", "jo"].map(|name| format!("{name}@charity.org.uk"));
    assert_eq!(server.everybody_once(), names);
    let report = charity.report("2020");
    assert_eq!(
        (&report["purpose"], &report["bases"]["several groups together"]),
        (&"charitable".into(), &4.into())
    );
    charity.run("send 2020 --purpose sales").ends(2).says("was charitable when it was planned");

    charity.run("draft --month 2020-12").ends(0);
    let draft = charity.read("editions/2020-12.md").replace("window:", "purpose: salse\nwindow:");
    let charity = charity.file("editions/2020-12.md", &draft);
    charity.run("send 2020-12 --dry-run").ends(2).says("did you mean `sales`?");
    let charity = charity.file("editions/2020-12.md", draft.replace("salse", "sales"));
    charity
        .run("send 2020-12 --dry-run")
        .ends(0)
        .says("Purpose   sales: 1 by consent, 1 by corporate, 1 by soft opt in sale");
}

#[test]
fn a_person_is_added_only_where_the_law_lets_them_be_mailed() {
    let charity = Charity::new().people(1).setting("[people]\nkeep = \"database\"");
    let add = "subscribers add ann@charity.org.uk --basis soft-opt-in-charity --source stall";
    for (further, what) in [
        ("--obtained 2026-02-04", "5 February 2026"),
        ("--obtained 2026-03-01 --met-through service", "met through a service"),
        ("--obtained 2026-03-01 --met-through others", "not given to the organisation itself"),
    ] {
        charity.run(&format!("{add} {further}")).ends(2).says(what);
    }
    charity.run(&format!("{add} --obtained 2026-03-01 --met-through ourselves")).ends(0);
    charity.run("subscribers list").ends(0).says("soft_opt_in_charity: stall, 2026-03-01");
    let people = "email,name\nbob@charity.org.uk,Bob\n";
    let charity = charity.file("helpline.csv", people);
    let import = "subscribers import helpline.csv --basis soft-opt-in-charity --source helpline \
                  --obtained 2026-03-01 --met-through service --yes";
    charity.run(import).ends(0).says("1 person without evidence").says("met through a service");
}
