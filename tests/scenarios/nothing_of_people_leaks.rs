//! What is given to others, or lies on a computer that others use, holds nothing of the people on the list.

use std::fs;
use std::path::Path;

use roundup::audience::Keys;
use roundup::rfc::address::EmailAddress;

use crate::support::{Charity, contents};

const SECRET: &str = "a secret that is the same each time";

#[test]
fn a_preview_to_share_has_nothing_of_anybody_on_the_list() {
    let list = "email,first_name,last_name,town,basis,language,tags\n\
                amina@bello.example.org,Amina,Bello,Kettlewell,consent,cy,donors\n\
                chidi@okafor.example.net,{{Chidi}},Okafor,Hexham,consent,,press\n";
    let charity =
        Charity::new().file("subscribers/people.csv", list).variable("ROUNDUP_SECRET", SECRET);
    charity.run("draft --year 2020").ends(0);
    let draft = charity.read("editions/2020.md")
        + "Dear {{recipient \"first_name\" fallback=\"friend\"}} {{recipient \"last_name\" fallback=\"of ours\"}} \
           in {{recipient \"town\" fallback=\"town\"}},\n";
    let charity = charity.file("editions/2020.md", draft);
    charity.run("preview 2020 --out kept").ends(0);
    // What is kept shows the first of the list; else the test below could not fail.
    assert!(charity.read("kept/email.txt").contains("Dear Amina Bello in Kettlewell,"));
    let shared = charity.run("preview 2020 --share shared --json").ends(0);
    assert!(charity.read("shared/email.txt").contains("Dear Sam Example in example town,"));
    assert!(charity.read("shared/index.html").contains("Sam Example"));
    let keys = Keys::new(SECRET.as_bytes());
    let mut secrets: Vec<String> = list
        .lines()
        .skip(1)
        .flat_map(|line| line.split(','))
        .filter(|cell| cell.len() > 2 && *cell != "consent")
        .map(|cell| cell.trim_matches(['{', '}']).to_owned())
        .collect();
    let everybody =
        ["amina@bello.example.org", "chidi@okafor.example.net", "sam.example@example.org"];
    for address in everybody {
        secrets.push(keys.unsubscribe_token(&EmailAddress::parse(address).unwrap()));
    }
    let mut texts = vec![("stdout".to_owned(), shared.stdout)];
    for (path, _) in contents(&charity.path("shared")) {
        let bytes = fs::read(&path).unwrap();
        texts.push((path.display().to_string(), String::from_utf8(bytes).unwrap()));
    }
    assert_eq!(texts.len(), 6);
    for (name, text) in &texts {
        // Quoted-printable may break a word in two.
        let text = text.replace("=\r\n", "").replace("=3D", "=");
        for secret in &secrets {
            assert!(!text.contains(secret), "{secret} in {name}");
        }
        assert!(!text.contains("DKIM-Signature"), "{name}");
    }
    assert!(Path::new(&charity.path("shared/index.html")).is_file());
}
