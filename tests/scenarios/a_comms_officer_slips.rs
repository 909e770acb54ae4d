//! What somebody types, writes or forgets who knows their news better than their computer: each mistake gets its cause and its cure.

use crate::support::{Charity, Ran};

/// A command line, with `_` for a space within a word, how it ends, and what is said: the cause, then the cure.
type Slip = (&'static str, i32, [&'static str; 2]);

/// What is wrong with what is said of a mistake.
fn met(charity: &Charity, (typed, exit, said): Slip) -> Vec<String> {
    let words: Vec<String> = typed.split(' ').map(|word| word.replace('_', " ")).collect();
    let ran: Ran = charity.run_words(&words);
    let mut wrong: Vec<String> = said
        .into_iter()
        .filter(|words| !ran.stderr.contains(words))
        .map(|words| format!("{typed}: `{words}` is missing: {}", ran.stderr))
        .collect();
    if ran.code != exit {
        wrong.push(format!("{typed}: {} and not {exit}: {}", ran.code, ran.stderr));
    }
    if ran.stderr.chars().any(|c| c.is_control() && c != '\n') {
        wrong.push(format!("{typed}: {:?}", ran.stderr));
    }
    wrong
}

#[test]
fn on_the_command_line() {
    let charity = Charity::new().people(2);
    let slips: &[Slip] = &[
        // A window, spelt as people spell it.
        ("check Q3_2020", 2, ["`Q3 2020` is not a valid name", "did you mean `2020-Q3`?"]),
        ("check 2020Q3", 2, ["no edition `2020Q3`", "did you mean `2020-Q3`?"]),
        ("check December_2020", 2, ["not a valid name", "did you mean `2020-12`?"]),
        ("check 12/2020", 2, ["not a valid name", "did you mean `2020-12`?"]),
        ("send 2020Q4", 2, ["no edition `2020Q4`", "did you mean `2020-Q4`?"]),
        ("check --quarter Q3_2020", 2, ["is not a quarter", "did you mean `2020-Q3`?"]),
        ("check --month 2020", 2, ["is not a month", "did you mean `--year 2020`?"]),
        ("check --month December", 2, ["`December` is not a month", "add the year, as in 2020-12"]),
        ("check --year 20", 2, ["`20` is not a year", "between 1990 and 2100"]),
        ("check --last 30", 2, ["`30` is not a length of time", "write 30d, 6w or 3m"]),
        ("check --last 30_days", 2, ["is not a length of time", "write 30d, 6w or 3m"]),
        ("check --since 1 --until 2", 2, ["`1` is not a day", "write 2020-12-31"]),
        // In the wrong order, or too much.
        (
            "check --since 2020-12-31 --until 2020-12-01",
            2,
            ["before it begins", "--since 2020-12-01 --until 2020-12-31"],
        ),
        ("check --month 2020-12 --year 2020", 2, ["cannot be used with", "--year"]),
        ("check --since 2020-12-01", 2, ["is missing", "--until 2020-12-31"]),
        ("news 2020-12", 2, ["a window, and not a command", "write --month 2020-12"]),
        ("news Q4_2020", 2, ["a window, and not a command", "write --quarter 2020-Q4"]),
        ("2020", 2, ["a window, and not a command", "write --year 2020"]),
        // Empty.
        ("check 2031-05", 4, ["no story in May 2031", "the nearest in December 2020"]),
        ("check 2019-01", 4, ["no story in January 2019", "the nearest in"]),
        ("news --month 2031-05", 0, ["Next: roundup news --month 2020-12", ""]),
        // A word that is not there.
        ("chekc 2020-12", 2, ["there is no command `chekc`", "`roundup check`"]),
        ("send 2020-12 --yes", 2, ["does not take `--yes`", "--confirm 1204"]),
        ("draft 2020-12 --yes", 2, ["does not take `--yes`", "leave it out"]),
        ("test 2020-12 --yes", 2, ["does not take `--yes`", "leave it out"]),
        ("send 2020-12 --confirm many", 2, ["`many`", "in digits, as in 1204"]),
        ("send 2020-12 --confirm", 2, ["a value is required", "--confirm"]),
        ("send", 4, ["no story in", "the nearest in"]),
        ("preview galla", 2, ["no edition `galla`", "roundup draft --month 2020-12"]),
        ("approve galla", 2, ["no edition `galla`", "roundup draft --month 2020-12"]),
        ("explain liks", 2, ["no rule `liks`", "help:"]),
        // Before there is anything.
        ("cancel december", 2, ["has never been sent", "to see what comes next"]),
        ("pause december", 2, ["has never been sent", "to see what comes next"]),
        ("report 2020-12", 2, ["has never been sent", "to see what comes next"]),
        ("cancel", 2, ["is missing", "<EDITION>"]),
        // Addresses.
        ("test 2020-12", 2, ["a test needs an address", "--to"]),
        ("test 2020-12 --to gmial.com", 2, ["is not an email address", "me@charity.org.uk"]),
        ("test 2020-12 --to a@b@c", 2, ["more than one address", "me@charity.org.uk"]),
        ("test 2020-12 --to me@gmial.com", 0, ["may be a typing mistake", "`gmail.com`"]),
        ("test 2020-12 --to me@charity.con", 0, ["may be a typing mistake", "`charity.com`"]),
        ("subscribers add x@e.org --basis yes", 2, ["`yes`", "consent, soft-opt-in-charity"]),
        ("subscribers import nofile.csv", 2, ["nofile.csv cannot be read", "check its name"]),
        ("subscribers import news", 2, ["news cannot be read", "check its name"]),
        ("news sync --accept website", 2, ["no source `website`", "the sources are news"]),
        ("serve", 2, ["`public_url` under [sender] is not set", "public_url = "]),
        ("inbox", 2, ["no mailbox is named", "--maildir DIR"]),
        ("restore nofile", 1, ["cannot be read", "nothing was changed"]),
        ("completions klingon", 2, ["`klingon`", "bash"]),
    ];
    let wrong: Vec<String> = slips.iter().flat_map(|slip| met(&charity, *slip)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Windows that cannot be, words of other programs, options of other commands, things in the wrong place.
#[test]
fn with_the_habits_of_other_programs() {
    let charity = Charity::new().people(2);
    let slips: &[Slip] = &[
        // A window that cannot be, or has no year.
        ("check december", 2, ["no edition `december`", "add the year, as in 2020-12"]),
        ("check Q3", 2, ["no edition `Q3`", "add the year, as in 2020-Q3"]),
        ("check 2020-13", 2, ["no edition `2020-13`", "twelve months, 2020-01 to 2020-12"]),
        ("send 2020-Q5", 2, ["no edition `2020-Q5`", "four quarters, 2020-Q1 to 2020-Q4"]),
        ("check --month 2020-00", 2, ["is not a month", "twelve months"]),
        ("check --month Dec", 2, ["is not a month", "add the year, as in 2020-12"]),
        ("check --quarter Q3", 2, ["is not a quarter", "add the year, as in 2020-Q3"]),
        ("check --quarter 2020-12", 2, ["is not a quarter", "did you mean `--month 2020-12`?"]),
        ("check --year 2020-12", 2, ["is not a year", "did you mean `--month 2020-12`?"]),
        ("check --last -3d", 2, ["`-3d` is not a length of time", "write 30d, 6w or 3m"]),
        ("check --since yesterday --until today", 2, ["`yesterday` is not a day", "2020-12-31"]),
        ("draft December_2020", 2, ["made of a window", "write --month 2020-12"]),
        ("draft 2020", 2, ["made of a window", "write --year 2020"]),
        ("draft gala", 2, ["made of a window", "roundup draft --month 2020-12"]),
        // The words of other programs.
        ("resume 2020-12", 2, ["no command `resume`", "`roundup send EDITION` carries on"]),
        ("stop", 2, ["no command `stop`", "`roundup pause EDITION`"]),
        ("undo", 2, ["no command `undo`", "`roundup cancel EDITION`"]),
        ("unsend 2020-12", 2, ["no command `unsend`", "what has arrived stays"]),
        ("new charity-news", 2, ["no command `new`", "`roundup init DIR`"]),
        ("edit 2020-12", 2, ["no command `edit`", "`roundup preview`"]),
        ("build", 2, ["no command `build`", "`roundup preview --out DIR`"]),
        ("verify", 2, ["no command `verify`", "`roundup check`"]),
        ("stats", 2, ["no command `stats`", "`roundup report`"]),
        ("sync", 2, ["no command `sync`", "`roundup news sync`"]),
        ("people", 2, ["no command `people`", "`roundup subscribers list`"]),
        ("import list.csv", 2, ["no command `import`", "`roundup subscribers import FILE`"]),
        ("unsubscribe a@b.org", 2, ["no command `unsubscribe`", "subscribers suppress"]),
        // Options of other commands.
        ("report 2020-12 --rejected", 2, ["does not take `--rejected`", "roundup resolve EDITION"]),
        ("send 2020-12 --force", 2, ["does not take `--force`", "nothing is forced"]),
        ("send 2020-12 --test", 2, ["does not take `--test`", "roundup test EDITION"]),
        ("send 2020-12 --all", 2, ["does not take `--all`", "mails everybody on the list"]),
        // The wrong thing, or in the wrong place.
        ("test p0@example.org", 2, ["a test needs an address", "behind --to"]),
        ("test --to me@charity.org.uk 2020-12", 2, ["`2020-12` is not an email", "before --to"]),
        ("test 2020-12 --to everybody", 2, ["`everybody` is not an email", "never to the list"]),
        ("test 2020-12 --to subscribers/people.csv", 2, ["is not an email", "never to the list"]),
        ("preview 2020-12 --out roundup.toml", 1, ["cannot be written", "is in the way"]),
        ("news import ftp://example.org/x", 1, ["cannot be read", "begins with https://"]),
        ("news import nothing.csv", 1, ["nothing.csv cannot be read", "check its name"]),
        ("news learn charity.example", 1, ["`charity.example` is not an http", "https://"]),
        ("send 2020-12 --at tomorrow", 2, ["`tomorrow` is not a time", "--at \"2"]),
        ("send 2020-12 --rate fast", 2, ["`fast` is not a rate", "30/min"]),
        ("send 2020-12 --relay smtp.e.org", 2, ["cannot be read", "smtps://smtp.example.org"]),
        ("send 2020-12 --relay smtps://u:p@e.org", 2, ["a username or a password", "_PASSWORD"]),
        (
            "send 2020-12 --segment volunteers",
            2,
            ["no segment `volunteers`", "segments/volunteers"],
        ),
        ("init new --yes --time-zone London", 2, ["`London`", "as in Europe/London"]),
        ("init new --yes --time-zone new_york", 2, ["`new york`", "as in America/New_York"]),
        ("init new --yes --time-zone GMT+1:30", 2, ["`GMT+1:30`", "as in Europe/London"]),
        (
            "init new --yes --website http://127.0.0.1:9",
            1,
            ["is inside this machine", "--allow-local"],
        ),
        ("init new --yes --relay gmial", 2, ["neither a provider nor a server", "`gmail`?"]),
        ("init new --yes --relay post", 2, ["neither a provider nor a server", "Brevo"]),
        ("setup relay --server gmial", 2, ["neither a provider nor a server", "`gmail`?"]),
        ("setup relay", 2, ["`--server` is missing", "--password-file FILE"]),
        ("send 2020-11 2020-12", 2, ["`2020-12` is one word too many", "a command of its own"]),
        // A window in two words, where the command has no place for it, or with one end only.
        ("send december 2020", 2, ["more than one word", "`roundup send 2020-12`"]),
        ("preview --quarter Q3 2020", 2, ["more than one word", "preview --quarter 2020-Q3`"]),
        ("news coverage 2020", 2, ["one word too many", "`roundup news coverage --year 2020`"]),
        ("news dates 2020", 2, ["one word too many", "`roundup news dates`"]),
        ("archive 2020-12 --out site", 2, ["takes no edition", "`roundup archive --out site`"]),
        ("due 2020-12", 2, ["takes no edition", "`roundup due`"]),
        ("send gala 2020", 2, ["`2020` is one word too many", "quotation marks"]),
        ("news --since 2020-12-01", 2, ["is missing", "--since 2020-12-01 --until 2020-12-31`"]),
        ("draft --until 2020-12-15", 2, ["is missing", "--until 2020-12-15 --since 2020-12-01`"]),
        ("subscribers import", 2, ["is missing", "`roundup subscribers import people.csv`"]),
        // A value that is only spelt a little alike.
        ("subscribers suppress a@b.org --why bounced", 2, ["`bounced` is not", "`roundup inbox`"]),
        ("init new --yes --time-zone GMT+1", 2, ["`GMT+1`", "as in Europe/London"]),
        ("init new --yes --sender news@gmial.com", 2, ["is for mailboxes of", "your own domain"]),
        ("preview my gala", 2, ["`gala` is one word too many", "quotation marks"]),
        ("check 2020-12 --fix", 2, ["does not take `--fix`", "--help"]),
        ("init new --yes --website charity", 2, ["not the address of a website", "https://"]),
        ("init new --yes --language de", 2, ["`de`", "ar, cy, en, fr"]),
        ("subscribers import roundup.toml", 2, ["no column holds email", "--map email=COLUMN"]),
        ("inbox --maildir nowhere", 2, ["is not a Maildir", "--dir"]),
        ("backup news", 2, ["news already exists", "choose a name"]),
    ];
    let wrong: Vec<String> = slips.iter().flat_map(|slip| met(&charity, *slip)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(!charity.path("new").exists());
}

#[test]
fn in_a_draft() {
    let story = "2020-12-01-a";
    for (draft, line, said) in [
        (
            "subject: x\nwindow: 2020-12\nitems:\n- a\nb\n",
            6,
            ["entry of a list is not like the others", "two spaces, a hyphen and a space"],
        ),
        ("subject: x\nwindow: 2020-12\nitems:\n  a\n", 4, ["`items` is not a list", "`  - id`"]),
        ("subject: x\nwindow: 2020-12\nitems:\n\t- a\n", 5, ["has a tab", "spaces instead"]),
        ("subject: News: x\nwindow: 2020-12\n", 2, ["second colon", "quotation marks"]),
        ("subject: x\nwindow: Q3 2020\n", 3, ["`Q3 2020` is not", "did you mean `2020-Q3`?"]),
        (
            "subject: x\nwindow: 2020-12-31_2020-12-01\n",
            3,
            ["before it begins", "2020-12-01_2020-12-31"],
        ),
        ("subject: x\nwindow: 2020-13\n", 3, ["`2020-13` is not", "a year has twelve months"]),
        ("subject: x\nwindow: December\n", 3, ["`December` is not", "add the year, as in 2020-12"]),
        ("subject: x\nwindow: soon\n", 3, ["`soon` is not", "write 2020, 2020-Q4"]),
        ("subject: x\n", 1, ["has no `window`", "add a line window: 2020-12"]),
        ("window: 2020-12\n", 1, ["has no `subject`", "add a line subject:"]),
        ("subject: x\nwindow: 2020-12\npreheder: y\n", 4, ["`preheder`", "`preheader`?"]),
        ("subject: x\nsubject: y\nwindow: 2020-12\n", 3, ["appears twice", "remove one"]),
        ("subject: x\nwindow: 2020-12\nitems:\n  - gone\n", 5, ["`gone`", "remove the line"]),
    ] {
        let charity = Charity::new().file(
            "news/2020-12-01-a.md",
            format!("---\ntitle: {story}\ndate: 2020-12-01\n---\nWords.\n"),
        );
        let charity = charity.file("editions/2020-12.md", format!("---\n{draft}---\n\nHello.\n"));
        let ran = charity.run("check 2020-12 --offline").ends(2);
        let place = format!("editions/2020-12.md:{line}");
        for words in [place.as_str()].into_iter().chain(said) {
            assert!(
                ran.stderr.to_lowercase().contains(&words.to_lowercase()),
                "{draft}: `{words}` is missing\n{}",
                ran.stderr
            );
        }
    }
}

#[test]
fn in_a_list() {
    for (list, exit, said) in [
        ("email,basis\na@b.org.uk,yes\n", 4, ["unknown basis `yes`", "soft_opt_in_charity"]),
        ("email\na@b.org.uk\n", 4, ["no lawful basis", "consent, soft_opt_in_sale"]),
        ("email,basis\na@gmial.com,consent\n", 4, ["looks mistyped", "`gmail.com`?"]),
        ("email,basis\na\u{1b}[31m@b.org.uk,consent\n", 4, ["control", "by hand"]),
        ("mail-addr,name\na,b\n", 2, ["no column is named `email`", "names its columns"]),
        ("", 2, ["the file is empty", "names its columns"]),
        ("email,basis\n", 4, ["nobody to mail", "no rows below"]),
    ] {
        let charity = Charity::new().file("subscribers/people.csv", list);
        let ran = charity.run("send --year 2020 --dry-run --relay smtp://127.0.0.1:1").ends(exit);
        for words in said {
            assert!(ran.stderr.contains(words), "{list}: `{words}` is missing\n{}", ran.stderr);
        }
        assert!(!ran.stderr.contains('\u{1b}'), "{:?}", ran.stderr);
    }
}

#[test]
fn a_test_that_failed_does_not_lead_to_sending() {
    let charity = Charity::new().people(1).variable("ROUNDUP_RELAY", "smtp://127.0.0.1:1");
    let ran = charity.run("test --year 2020 --to me@charity.org.uk").ends(5);
    assert!(!ran.stderr.contains("Next: roundup send"), "{}", ran.stderr);
    assert!(ran.stderr.contains("roundup test 2020 --to me@charity.org.uk"), "{}", ran.stderr);
}

#[test]
fn an_address_that_looks_mistyped_is_named_when_it_is_added() {
    let charity = Charity::new().setting("[people]\nkeep = \"database\"");
    let added = charity
        .run("subscribers add bob@gmial.com --basis consent --source form")
        .ends(0)
        .says("did you mean `gmail.com`?");
    let cure = added.stderr.split('`').find(|part| part.starts_with("roundup ")).unwrap();
    charity.run(cure.strip_prefix("roundup ").unwrap()).ends(0);
    charity.run("subscribers show bob@gmail.com").ends(0);
}

#[test]
fn a_sample_of_a_dry_run_has_its_number_of_messages() {
    let charity = Charity::new().people(9);
    let ran = charity.run("send --year 2020 --dry-run --out copies --sample 3").ends(0);
    ran.says("3 of 9");
    let messages = charity.files("copies/messages");
    let expected = ["3-p2@example.org.eml", "6-p5@example.org.eml", "9-p8@example.org.eml"];
    assert_eq!(messages, expected);
    charity.run("send --year 2020 --sample 3").ends(2).says("--dry-run");
}

#[test]
fn in_the_usual_theme_that_the_project_has_as_its_own() {
    let accent = |colour: &str| {
        let file = format!("accent = \"{colour}\"\n");
        Charity::new().people(2).file("templates/themes/harbour.toml", file)
    };
    let charity = accent("#0b2a6f");
    charity.run("preview 2020-12 --out look").ends(0);
    let html = charity.read("look/email.mjml");
    assert!(html.contains("#0b2a6f") && !html.contains("#0b5a6f"));
    let ran = accent("bleu").run("check 2020-12").ends(2);
    for words in ["`bleu` is not a colour", "templates/themes/harbour.toml:1:10"] {
        assert!(ran.stderr.contains(words), "{words}: {}", ran.stderr);
    }
}
