//! Tests: one export of each system, and the laws of an import.
//! Pure: texts in, people out.

mod never_a_yes;
mod own_export;
mod same_as_files;
mod yes_and_no;

use std::collections::HashMap;

use super::*;
use crate::audience::Basis;

fn options() -> ImportOptions {
    ImportOptions::on("2026-11-26".parse().unwrap())
}

fn export(files: &[(&str, &str)], options: &ImportOptions) -> Export {
    let files: Vec<(String, Vec<u8>)> =
        files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    read(&files, options).unwrap_or_else(|error| panic!("{}: {error}", error.path))
}

/// Everybody as `address state` lines, in alphabetical order.
fn states_of(export: &Export) -> String {
    let mut lines: Vec<String> = export
        .people
        .iter()
        .chain(&export.left_out)
        .map(|person| {
            let local = person.address.split('@').next().unwrap_or_default();
            format!("{local} {}", person.state.word())
        })
        .collect();
    lines.sort();
    lines.join(", ")
}

fn states(text: &str) -> String {
    states_of(&export(&[("people.csv", text)], &options()))
}

fn fault(text: &[u8]) -> ImportFault {
    read(&[("people.csv".to_owned(), text.to_vec())], &options()).unwrap_err().fault
}

/// One export of each system, with its traps, and where everybody in it stands.
const EXPORTS: &[(&str, &str, &str)] = &[
    (
        "mailchimp",
        "E-Mail-Adresse,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,LAST_CHANGED,LEID,EUID,NOTES,TAGS\n\
             ann@e.org,Ann,A,2,2020-03-23 17:30:05,1.2.3.4,2020-03-24 09:00:00,1.2.3.4,,2021-01-01 00:00:00,1,a,\"{\"\"a\"\":\n1}\",\"\"\"Donor\"\",\"\"York, Leeds\"\"\"\n\
             bob@e.org,Bob,B,2,,,,,,2021-01-01 00:00:00,2,b,,\n",
        "ann subscribed, bob no_evidence",
    ),
    (
        "mailchimp",
        "Email Address,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,LEID,EUID,NOTES,TAGS\n\
             ann@e.org,2,2020-03-23 17:30:05,,2020-03-23 17:30:05,2021-01-01 00:00:00,x,y,,1,a,,\n",
        "ann unsubscribed",
    ),
    (
        "mailchimp",
        "Email Address,MEMBER_RATING,OPTIN_TIME,CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID,LEID,EUID\n\
             ann@e.org,2,2020-03-23 17:30:05,,,,1,a\n",
        "ann bounced",
    ),
    (
        "listmonk",
        "uuid,email,name,attributes,status,created_at,updated_at\n\
             1,ann@e.org,Ann Lee,\"{\"\"city\"\":\"\"York\"\"}\",enabled,2021-03-01 10:00:00.12+00,x\n\
             2,bob@e.org,Bob,{},disabled,2021-03-01 10:00:00.12+00,x\n\
             3,cy@e.org,Cy,{},blocklisted,2021-03-01 10:00:00.12+00,x\n",
        "ann no_evidence, bob unsubscribed, cy unsubscribed",
    ),
    (
        "substack",
        "email,active_subscription,expiry,plan,email_disabled,created_at\n\
             ann@e.org,false,,other,false,2021-03-01T10:00:00.000Z\n\
             bob@e.org,true,,other,true,2021-03-01T10:00:00.000Z\n\
             x@deletion-request.substack.com,false,,other,false,2021-03-01T10:00:00.000Z\n",
        "ann subscribed, bob unsubscribed, x left_out",
    ),
    (
        "ghost",
        "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers\r\n\
             1,ann@e.org,Ann Lee,,true,false,,2021-03-01T10:00:00.000Z,,\"a,b\",\r\n\
             2,bob@e.org,Bob,,false,false,,2021-03-01T10:00:00.000Z,,,\r\n\
             3,cy@e.org,Cy,,true,false,,2021-03-01T10:00:00.000Z,2022-01-01T00:00:00.000Z,,\r\n",
        "ann no_evidence, bob unsubscribed, cy unsubscribed",
    ),
    (
        "beehiiv",
        "email,First Name,Last Name,status,tier,created_at,unsubscribed_at\n\
             ann@e.org,Ann,A,active,free,2023-03-24 10:23:10 UTC,\n\
             bob@e.org,Bob,B,inactive,free,2023-03-24 10:23:10 UTC,\n\
             cy@e.org,Cy,C,active,free,2023-03-24 10:23:10 UTC,2023-04-01 00:00:00 UTC\n\
             di@e.org,Di,D,pending,free,2023-03-24 10:23:10 UTC,\n\
             ed@e.org,Ed,E,invalid,free,2023-03-24 10:23:10 UTC,\n",
        "ann no_evidence, bob unsubscribed, cy unsubscribed, di unconfirmed, ed bounced",
    ),
    (
        "curated",
        "Email Address,Subscribed at,UTM Source\nann@e.org,2021-02-04 07:55:20 +0000,web\n",
        "ann subscribed",
    ),
    (
        "keila",
        "\u{feff}Email;First name;Last name;Data;Status\n\
             ann@e.org;Ann;A;{};active\nbob@e.org;Bob;B;{};unsubscribed\ncy@e.org;Cy;C;{};unreachable\n",
        "ann no_evidence, bob unsubscribed, cy bounced",
    ),
    (
        "buttondown",
        "email_address,notes,metadata,tags,type,creation_date\n\
             ann@e.org,,{},,regular,2021-03-01\nbob@e.org,,{},,unactivated,2021-03-01\n\
             cy@e.org,,{},,undeliverable,2021-03-01\ndi@e.org,,{},,complained,2021-03-01\n\
             ed@e.org,,{},,removed,2021-03-01\n",
        "ann no_evidence, bob unconfirmed, cy bounced, di complained, ed unsubscribed",
    ),
    (
        "brevo",
        "EMAIL;VORNAME;NACHNAME;EMAIL_BLACKLISTED;SMS_BLACKLISTED;ADDED_TIME;DOUBLE_OPT-IN\n\
             ann@e.org;Ann;A;No;Yes;12-04-2022 09:30;1\nbob@e.org;Bob;B;Yes;No;12-04-2022 09:30;1\n\
             cy@e.org;Cy;C;false;;12-04-2022 09:30;\n",
        "ann subscribed, bob unsubscribed, cy no_evidence",
    ),
    (
        "kit",
        "first_name,email,created_at,status\nAnn,ann@e.org,2021-03-01,active\n\
             Bob,bob@e.org,2021-03-01,cancelled\nCy,cy@e.org,2021-03-01,inactive\n",
        "ann no_evidence, bob unsubscribed, cy unconfirmed",
    ),
    (
        "activecampaign",
        "Email,First Name,Last Name,Phone,Tags,Date Created,IP,Status\n\
             ann@e.org,Ann,A,,x,2021-06-01 12:00:00,1.2.3.4,1\n\
             ann@e.org,Ann,A,,y,2021-06-01 12:00:00,1.2.3.4,2\n\
             bob@e.org,Bob,B,,,2021-06-01 12:00:00,1.2.3.4,Active\n\
             cy@e.org,Cy,C,,,2021-06-01 12:00:00,,Active\n",
        "ann unsubscribed, bob subscribed, cy no_evidence",
    ),
    (
        "constant-contact",
        "First name,Last name,Email address,Email status,Email permission status,Tags,Created At\n\
             Ann,A,ann@e.org,Active,Express,a,2020-09-25 16:45:13 -0400\n\
             Bob,B,bob@e.org,Active,Implied,a,2020-09-25 16:45:13 -0400\n\
             Cy,C,cy@e.org,Unsubscribed,Express,a,2020-09-25 16:45:13 -0400\n\
             Di,D,di@e.org,Awaiting confirmation,Express,a,2020-09-25 16:45:13 -0400\n",
        "ann subscribed, bob no_evidence, cy unsubscribed, di unconfirmed",
    ),
    (
        "wix",
        "First Name,Last Name,Email 1,Email subscriber status,SMS subscriber status,Labels,Created At (UTC+0)\n\
             Ann,\"\"\"\"\"\",ann@e.org,Subscribed,Unsubscribed,a,2022-01-10 16:35\n\
             Bob,B,bob@e.org,Never subscribed,,,2022-01-10 16:35\n\
             Cy,C,cy@e.org,Unsubscribed,,,2022-01-10 16:35\n",
        "ann no_evidence, bob no_evidence, cy unsubscribed",
    ),
    (
        "action-network",
        "first_name,email,zip_code,can2_subscription_status,can2_sms_status\n\
             Ann,ann@e.org,1,subscribed,unsubscribed\nBob,bob@e.org,1,bouncing,\n\
             Cy,cy@e.org,1,previous spam complaint,\n",
        "ann no_evidence, bob bounced, cy complained",
    ),
    (
        "civicrm",
        "Contact ID,First Name,Email,No Bulk Emails (User Opt Out),Do Not Email,Do Not Mail,On Hold,Is Deceased\n\
             1,Ann,ann@e.org,No,No,Yes,0,0\n2,Bob,bob@e.org,Yes,No,No,0,0\n3,Cy,cy@e.org,No,No,No,1,0\n\
             4,Di,di@e.org,No,No,No,2,0\n5,Ed,ed@e.org,No,No,No,No,Yes\n",
        "ann no_evidence, bob unsubscribed, cy bounced, di unsubscribed, ed unsubscribed",
    ),
    (
        "salesforce",
        "FirstName,Email,npe01__HomeEmail__c,npe01__WorkEmail__c,npe01__Preferred_Email__c,HasOptedOutOfEmail,npsp__Deceased__c\n\
             Ann,x@e.org,ann@e.org,y@e.org,Personal,0,0\nBob,x@e.org,z@e.org,bob@e.org,Work,0,0\n\
             Cy,cy@e.org,,,Personal,1,0\n",
        "ann no_evidence, bob no_evidence, cy unsubscribed",
    ),
    (
        "google",
        "First Name,Last Name,Labels,E-mail 1 - Label,E-mail 1 - Value\n\
             Ann,A,* myContacts ::: Work,,ann@e.org ::: b@e.org\nBob,B,,,/o=Exchange/cn=bob\n",
        "/o=Exchange/cn=bob left_out, ann no_evidence",
    ),
    (
        "outlook",
        "First Name,Last Name,Nickname,E-mail Address,E-mail 2 Address\nAnn,A,,ann@e.org,\n",
        "ann no_evidence",
    ),
];

#[test]
fn every_system_is_read_with_its_traps() {
    for (system, text, expected) in EXPORTS {
        let export = export(&[("people.csv", text)], &options());
        assert_eq!(export.system.as_ref().map(|(id, _)| *id), Some(*system));
        assert_eq!(&states_of(&export), expected, "{system}");
        let counted = export.people.len() + export.left_out.len();
        assert_eq!(export.rows, counted as u64 + export.repeated, "{system}");
    }
}

#[test]
fn fields_come_from_where_the_system_puts_them() {
    let text = "E-Mail-Adresse,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME,LAST_CHANGED,LEID,EUID,TAGS\n\
                Ann@E.org,Ann,Lee,2,2020-03-23 17:30:05,2020-03-24 09:00:00,2021-01-01,1,a,\"\"\"Donor\"\",\"\"York, Leeds\"\"\"\n";
    let found = export(&[("a.csv", text)], &options());
    let ann = &found.people[0];
    assert_eq!((ann.first_name.as_str(), ann.last_name.as_str()), ("Ann", "Lee"));
    assert_eq!(ann.tags, ["Donor", "York, Leeds"]);
    assert_eq!(ann.joined.map(|day| day.to_string()).as_deref(), Some("2020-03-24"));
    assert_eq!(ann.why, "consent: Mailchimp, CONFIRM_TIME, 2020-03-24");
    let files = &found.files[0];
    assert!(files.ignored.contains(&"MEMBER_RATING".to_owned()), "{files:?}");
    let own =
        export(&[("a.csv", "email,basis,obtained_at\nann@e.org,consent,2024-05-01\n")], &options());
    assert_eq!(own.files[0].used, ["email", "basis", "obtained_at"]);
    let whole = export(&[("a.csv", "email,name\nann@e.org,Mary Ann Lee\n")], &options());
    let ann = &whole.people[0];
    assert_eq!((ann.first_name.as_str(), ann.last_name.as_str()), ("Mary Ann", "Lee"));
}

#[test]
fn a_stated_basis_counts_where_the_file_says_nothing_and_nowhere_else() {
    let text = "email,status,signed,town\nann@e.org,subscribed,2024-05-01,York\nbob@e.org,unsubscribed,2024-05-01,\n\
                cy@e.org,,2024-05-01,\ndi@e.org,subscribed,,\n";
    let stated = |basis, obtained| ImportOptions {
        stated: Some(StatedBasis {
            basis,
            source: "our form".to_owned(),
            obtained,
            met_through: crate::audience::law::MetThrough::Unstated,
        }),
        ..options()
    };
    let of = |options: &ImportOptions| states_of(&export(&[("a.csv", text)], options));
    assert_eq!(
        of(&stated(Basis::Consent, Obtained::Column("Signed".to_owned()))),
        "ann subscribed, bob unsubscribed, cy no_evidence, di no_evidence"
    );
    assert_eq!(
        of(&stated(Basis::SoftOptInCharity, Obtained::Column("signed".to_owned()))),
        "ann no_evidence, bob unsubscribed, cy no_evidence, di no_evidence"
    );
    let day = Obtained::Day("2026-03-01".parse().unwrap());
    assert_eq!(
        of(&stated(Basis::SoftOptInCharity, day)),
        "ann subscribed, bob unsubscribed, cy no_evidence, di subscribed"
    );
}

#[test]
fn a_no_beats_a_yes_in_whichever_order_and_file_they_come() {
    let yes = ("yes.csv", "email,basis\nANN@e.org,consent\n");
    for no in
        ["email,status\nann@E.ORG,unsubscribed\n", "email,opted_out\n\"ann@e.org\nx@e.org\",yes\n"]
    {
        for files in [[yes, ("no.csv", no)], [("no.csv", no), yes]] {
            let export = export(&files, &options());
            let ann = export.people.iter().find(|person| person.key == "ann@e.org").unwrap();
            assert_eq!(ann.state, ListState::Unsubscribed, "{files:?}");
        }
    }
}

#[test]
fn tables_that_are_no_system_are_guessed_or_asked_about() {
    assert_eq!(
        states("Kontakt,Vorname\nann@e.org,Ann\nbob@e.org,Bob\n"),
        "ann no_evidence, bob no_evidence"
    );
    assert_eq!(
        states("Our supporters\n\nEmail;Opted out\nann@e.org;\nTotal;\n"),
        "Total left_out, ann no_evidence"
    );
    assert_eq!(states("ann@e.org\nBob B <bob@e.org>\n"), "ann no_evidence, bob no_evidence");
    assert!(matches!(fault(b"title,url\nNews,https://e.org\n"), ImportFault::NoAddresses { .. }));
    assert!(matches!(fault(b"%PDF-1.4"), ImportFault::Tables(TablesError::WrongKind("a PDF"))));
    assert!(matches!(
        fault(b"email,joined\nann@e.org,03/04/2021\n"),
        ImportFault::DateOrder { .. }
    ));
    let mapped = ImportOptions {
        mapping: vec!["email=Second".parse().unwrap(), "status=State of things".parse().unwrap()],
        ..options()
    };
    let text = "Email,Second,State of things\nx@e.org,ann@e.org,unsubscribed\n";
    assert_eq!(states_of(&export(&[("a.csv", text)], &mapped)), "ann unsubscribed");
    let missing = ImportOptions { mapping: vec!["email=Third".parse().unwrap()], ..options() };
    let fault = read(&[("a.csv".to_owned(), text.as_bytes().to_vec())], &missing).unwrap_err();
    assert!(matches!(fault.fault, ImportFault::NoSuchColumn { .. }));
}

#[test]
fn a_column_that_people_name_may_be_in_one_table_of_several() {
    let stated = StatedBasis {
        basis: Basis::Consent,
        source: "form".to_owned(),
        obtained: Obtained::Column("Date of consent".to_owned()),
        met_through: crate::audience::law::MetThrough::Unstated,
    };
    let mapped = ImportOptions {
        mapping: vec!["status=Newsletter?".parse().unwrap()],
        stated: Some(stated),
        ..options()
    };
    let people = "Email,Date of consent,Newsletter?\nann@e.org,2024-03-01,subscribed\nbob@e.org,2024-03-01,left\n";
    let left = "Email\ncat@e.org\n";
    let files = [("people.csv", people), ("unsubscribed.csv", left)];
    assert_eq!(
        states_of(&export(&files, &mapped)),
        "ann subscribed, bob unsubscribed, cat unsubscribed"
    );
    // No day is known of people in a table without the column.
    let files = [("people.csv", people), ("others.csv", left)];
    assert_eq!(
        states_of(&export(&files, &mapped)),
        "ann subscribed, bob unsubscribed, cat no_evidence"
    );
    let fault = read(&[("others.csv".to_owned(), left.as_bytes().to_vec())], &mapped).unwrap_err();
    assert!(matches!(fault.fault, ImportFault::NoSuchColumn { .. }));
}

#[test]
fn a_zip_whose_files_have_one_name_is_refused() {
    // The name of the second is changed afterwards, in its own record and in the list of them.
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in [
        ("list1.csv", "email,status\nann@e.org,unsubscribed\n"),
        ("list2.csv", "email,status\nann@e.org,subscribed\n"),
    ] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, text.as_bytes()).unwrap();
    }
    let bytes = zip.finish().unwrap().into_inner();
    let several = vec![("a.zip".to_owned(), bytes.clone())];
    assert_eq!(states_of(&read(&several, &options()).unwrap()), "ann unsubscribed");
    let mut same = bytes;
    while let Some(at) = memchr::memmem::find(&same, b"list2.csv") {
        same[at..at + 9].copy_from_slice(b"list1.csv");
    }
    let fault = read(&[("a.zip".to_owned(), same)], &options()).unwrap_err();
    assert_eq!(fault.fault, ImportFault::Tables(TablesError::SameNames));
}

#[test]
fn notes_above_a_list_of_addresses_change_nothing() {
    for notes in ["", "# members\n", "\u{feff}# a\n\n  # b\n"] {
        let text = format!("{notes}p1@e.org\n\"Lee, Ann\" <p2@e.org>\np3@e.org\n");
        let export = export(&[("m.txt", &text)], &options());
        assert_eq!(states_of(&export), "p1 no_evidence, p2 no_evidence, p3 no_evidence");
        let ann = &export.people[1];
        assert_eq!((ann.first_name.as_str(), ann.last_name.as_str()), ("Ann", "Lee"), "{notes}");
        assert_eq!(export.problems, [], "{notes}");
    }
}

#[test]
fn where_a_permission_came_from_is_no_permission() {
    for (title, cell) in [
        ("Email update source", "Contact"),
        ("Consent method", "web form"),
        ("Opt-in IP", "192.0.2.1"),
        ("Marketing channel", "Facebook"),
    ] {
        let text =
            format!("email,basis,obtained_at,{title}\nann@e.org,consent,2024-05-01,{cell}\n");
        assert_eq!(states(&text), "ann subscribed", "{title}");
    }
}

#[test]
fn a_line_that_cannot_be_read_is_named() {
    let text = "Email,Name\n\"a@e.org,Ann\nb@e.org,Bob\n";
    let export = export(&[("a.csv", text)], &options());
    assert_eq!(states_of(&export), "a left_out, b no_evidence");
    let lines: Vec<Option<usize>> =
        export.problems.iter().map(|problem| problem.place.line).collect();
    assert_eq!(lines, [Some(2)]);
}

#[test]
fn the_difference_counts_every_person_once() {
    let known = |text: &str, said_no: bool| -> HashMap<String, KnownPerson> {
        let export = export(&[("a.csv", text)], &options());
        let people = export.people.into_iter();
        people
            .map(|person| {
                (
                    person.key.clone(),
                    KnownPerson { has_said_no: said_no, ..KnownPerson::listed(person) },
                )
            })
            .collect()
    };
    let count = |text: &str, known: &HashMap<String, KnownPerson>| {
        let difference = Difference::between(&export(&[("a.csv", text)], &options()), known);
        let Difference { new, changed, same, stays_no, .. } = difference;
        (new.len(), changed.len(), same.len(), stays_no.len())
    };
    let text = "email,first_name,basis\nann@e.org,Ann,consent\nbob@e.org,Bob,consent\n";
    assert_eq!(count(text, &HashMap::new()), (2, 0, 0, 0));
    assert_eq!(count(text, &known(text, false)), (0, 0, 2, 0));
    assert_eq!(count(text, &known(text, true)), (0, 0, 0, 2));
    let emptied = "email,first_name,basis\nann@e.org,,consent\nbob@e.org,Robert,\n";
    assert_eq!(count(emptied, &known(text, false)), (0, 1, 1, 0));
    let left = "email,status\nann@e.org,unsubscribed\n";
    assert_eq!(count(left, &known(text, false)), (0, 1, 0, 0));
}

#[test]
fn what_goes_out_comes_in_again_and_changes_nothing() {
    let text = "email,first_name,last_name,status,basis,obtained_at,source,language,tags,Phone,status_2\n\
                Ann@e.org,'=Ann,\"O, Neil\",subscribed,consent,2024-05-01,our form,cy,\"a,b\",+44 20,x\n\
                bob@e.org,Bob,,unsubscribed,,,,,,\"a,b\",\ncy@e.org,Cy,,subscribed,,,,,x,,\n\
                di@e.org,,,bounced,consent,,,,,'-,\n";
    let before = export(&[("a.csv", text)], &options());
    let table = String::from_utf8(as_table(&before.people)).unwrap();
    let after = export(&[("a.csv", &table)], &options());
    let known = before
        .people
        .iter()
        .map(|person| {
            let known = KnownPerson { has_said_no: false, ..KnownPerson::listed(person.clone()) };
            (person.key.clone(), known)
        })
        .collect();
    let difference = Difference::between(&after, &known);
    assert_eq!((difference.new.len(), difference.changed.len()), (0, 0), "{table}");
    assert_eq!(before.people[0].first_name, "=Ann");
    assert_eq!(before.people[0].columns["phone"], "+44 20");
    let stored: Vec<ImportedPerson> =
        before.people.iter().map(|person| StoredPerson::from(person).into()).collect();
    assert_eq!(as_table(&stored), as_table(&before.people));
}

#[test]
fn own_columns_stay_where_the_list_is_roundups_own_or_somebody_names_them() {
    let columns = |text: &str, options: &ImportOptions| {
        let export = export(&[("a.csv", text)], options);
        let cells = serde_json::to_string(&export.people[0].columns).unwrap();
        (cells, export.files[0].ignored.join(" "))
    };
    let mapped = |mapping: &[&str]| ImportOptions {
        mapping: mapping.iter().map(|text| text.parse().unwrap()).collect(),
        ..options()
    };
    let all = ImportOptions::of_the_list("2026-11-26".parse().unwrap());
    let own = "email,basis,Town / City,town_city,status,Newsletter,note\n\
               ann@e.org,consent, York ,Leeds,subscribed,yes,Unsubscribed\n";
    let plain = "Email,Town,Shoe\nann@e.org,York,7\n";
    let kit = "email,first_name,status,created_at,town\nann@e.org,Ann,active,2024-05-01,York\n";
    let given = "email,basis,town,surname,created_at\nann@e.org,consent,'=1,Lee,2024-05-01\n";
    for (text, options, cells, ignored) in [
        (own, options(), "{\"town_city\":\"York\"}", "town_city"),
        (plain, options(), "{}", "Town Shoe"),
        (plain, all.clone(), "{\"shoe\":\"7\",\"town\":\"York\"}", ""),
        (plain, mapped(&["ort=Town"]), "{\"ort\":\"York\"}", "Shoe"),
        (kit, options(), "{}", "town"),
        (kit, all, "{\"created_at\":\"2024-05-01\",\"town\":\"York\"}", ""),
        (given, options(), "{\"created_at\":\"2024-05-01\",\"town\":\"=1\"}", ""),
        (given, mapped(&["ort=town"]), "{\"created_at\":\"2024-05-01\",\"ort\":\"=1\"}", ""),
    ] {
        assert_eq!(columns(text, &options), (cells.to_owned(), ignored.to_owned()), "{text}");
    }
    let many: Vec<String> = (0..201).map(|number| format!("own{number}")).collect();
    let many = format!("email,basis,{}\nann@e.org,consent\n", many.join(","));
    let error = read(&[("a.csv".to_owned(), many.into_bytes())], &options()).unwrap_err();
    assert_eq!(error.fault, ImportFault::TooManyColumns { columns: 201 });
}

#[test]
fn what_stands_in_own_columns_says_nothing_of_permission_in_a_database() {
    let text = "email,basis,type\nann@e.org,consent,donor\n";
    let mut ann = export(&[("a.csv", text)], &options()).people.remove(0);
    ann.columns.insert("creation_date".to_owned(), "2024-05-01".to_owned());
    ann.columns.insert("notes".to_owned(), "opted out".to_owned());
    let table: std::sync::Arc<[u8]> = as_table([&ann]).into();
    let stored = || vec![("list".to_owned(), std::sync::Arc::new(table.clone()) as _)];
    let mailed = |list: crate::audience::List| {
        list.everybody(true)
            .filter(|one| matches!(one, Ok(crate::audience::Person::Mailed(_))))
            .count()
    };
    assert_eq!(mailed(crate::audience::List::survey_stored(stored()).unwrap()), 1);
    // In a file of somebody's, each of them counts.
    assert_eq!(mailed(crate::audience::List::survey(stored()).unwrap()), 0);
}

proptest::proptest! {
    #[test]
    fn no_order_of_rows_makes_a_yes_of_a_no(
        rows in proptest::collection::vec((0_u8..4, 0_u8..6), 1..20),
        shift in 0_usize..20,
    ) {
        let words = ["subscribed", "unsubscribed", "bounced", "complained", "pending", ""];
        let text = |rows: &[(u8, u8)]| {
            let mut text = "email,basis,status\n".to_owned();
            for (who, word) in rows {
                text.push_str(&format!("p{who}@e.org,consent,{}\n", words[usize::from(*word)]));
            }
            text
        };
        let mut turned = rows.clone();
        turned.rotate_left(shift % rows.len());
        let one = export(&[("a.csv", &text(&rows))], &options());
        let other = export(&[("a.csv", &text(&turned))], &options());
        proptest::prop_assert_eq!(states_of(&one), states_of(&other));
        for person in one.people.iter().filter(|person| person.state == ListState::Subscribed) {
            let said_no = rows.iter().any(|(who, word)| {
                format!("p{who}@e.org") == person.address && (1..=3).contains(word)
            });
            proptest::prop_assert!(!said_no);
        }
    }
}
