//! People whom nobody mails do not stay on a list for ever; their no does.

use crate::support::Charity;

const OLD: &str = "email,first_name,basis,status,joined,since\n\
    ann@charity.org.uk,Ann,consent,subscribed,2015-01-01,\n\
    bob@charity.org.uk,Bob,,unsubscribed,2015-01-01,2016-01-01\n\
    cy@charity.org.uk,Cy,,subscribed,2015-01-01,\n\
    di@charity.org.uk,Di,,unsubscribed,,\n";

#[test]
fn whoever_is_not_mailed_for_long_comes_off_the_list_and_their_no_stays() {
    let charity = Charity::new().setting("[people]\nkeep = \"database\"").file("old.csv", OLD);
    charity.run("subscribers import old.csv --yes").ends(0);
    charity
        .run("subscribers tidy --dry-run")
        .ends(0)
        .says("2 people not mailed for 24 months or longer")
        .says("Nothing was changed");
    charity.run("subscribers tidy").ends(2).says("nobody can be asked here");
    assert!(charity.run("subscribers list").ends(0).stdout.contains("bob@"));
    charity.run("subscribers tidy --yes").ends(0).says("They are off the list");
    let left = charity.run("subscribers list").ends(0).stdout;
    assert!(left.contains("ann@") && left.contains("di@"), "{left}");
    assert!(!left.contains("bob@") && !left.contains("cy@"), "{left}");
    charity
        .run("subscribers tidy --yes")
        .ends(0)
        .says("Nobody is known to have gone without emails");
    // Somebody was mailed until today, and waits for a clear word now: they keep what they agreed to.
    let unclear = "email,status,joined\nann@charity.org.uk,perhaps,2015-01-01\n";
    let charity = charity.file("unclear.csv", unclear);
    charity.run("subscribers import unclear.csv --yes").ends(0);
    charity
        .run("subscribers tidy --yes")
        .ends(0)
        .says("Nobody is known to have gone without emails");
    let charity = charity.file("clear.csv", "email,status\nann@charity.org.uk,subscribed\n");
    charity.run("subscribers import clear.csv --yes").ends(0);
    charity.run("subscribers show ann@charity.org.uk").ends(0).says("subscribed").says("consent");
    // A file that says yes does not bring them back.
    let charity = charity.file("yes.csv", "email,basis\nbob@charity.org.uk,consent\n");
    charity.run("subscribers import yes.csv --yes").ends(0).says("Said no, and stay so: 1 person");
    let files = Charity::new().people(1);
    files.run("subscribers tidy --dry-run").ends(2).says("`tidy` needs the database");
}
