//! Somebody new makes a newsletter: from nothing, or from their website.

use serde_json::Value;

#[cfg(unix)]
use crate::support::terminal::Terminal;
use crate::support::{Charity, Website};

const FEED: &str = "<rss version=\"2.0\"><channel><title>N</title>\
    <item><guid>1</guid><title>A story</title><link>https://e.org/1</link>\
    <pubDate>Tue, 03 Jun 2025 09:00:00 BST</pubDate><description>What happened.</description></item></channel></rss>";

const LIST: &str = "<html lang=en><body><h1>News</h1><ul class=stories>\
    <li class=story><h2><a href=/news/one>The first story of the month</a></h2><time datetime=2025-05-02>2 May 2025</time>\
    <p>It happened in the north, and many people came to see.</p></li>\
    <li class=story><h2><a href=/news/two>The second story of the month</a></h2><time datetime=2025-05-09>9 May 2025</time>\
    <p>It happened in the south, and nobody was surprised at all.</p></li>\
    <li class=story><h2><a href=/news/three>The third story of the month</a></h2><time datetime=2025-05-21>21 May 2025</time>\
    <p>It happened in the west, where it had happened before.</p></li></ul></body></html>";

const POSTS: &str = "[{\"id\":1,\"date\":\"2025-06-03T08:00:00\",\"link\":\"https://e.org/1\",\
    \"title\":{\"rendered\":\"A post\"},\"excerpt\":{\"rendered\":\"<p>Words.</p>\"},\"content\":{\"rendered\":\"\"}}]";

#[test]
fn a_newsletter_from_nothing_works_at_once_and_can_reach_nobody() {
    let place = Charity::new();
    place
        .run("init Neuigkeiten-é-💚 --yes")
        .ends(0)
        .says("Nothing has been sent, and you need no account to try it")
        .says("cd 'Neuigkeiten-é-💚' && roundup preview")
        .says("is within another newsletter");
    let inside = |command: &str| place.run_in("Neuigkeiten-é-💚", command);
    inside("").ends(0).says("6 of 6 stories");
    inside("preview --out look").ends(0).says("6 stories").says("0 must fix");
    inside("send --confirm 5").ends(0).says("5 accepted");
    // With a real relay the sample is in the way, person by person and setting by setting.
    let place = place.variable("ROUNDUP_RELAY", "smtps://smtp.charity.org.uk");
    let month = place.files("Neuigkeiten-é-💚/news")[0][..7].to_owned();
    let refused = place.run_in("Neuigkeiten-é-💚", &format!("check {month} --offline")).ends(3);
    refused.says("must fix [sample]").says("must fix [example-address]");
    let settings = place.read("Neuigkeiten-é-💚/roundup.toml");
    assert!(settings.contains("name = \"Example Charity\""), "{settings}");
}

#[test]
fn what_is_in_the_way_is_named_and_nothing_is_half_made() {
    let place = Charity::new()
        .file("full/minutes.doc", "x")
        .file("housekeeping/.git/config", "x")
        .file("housekeeping/.gitignore", "mine\n");
    place.run("init full --yes").ends(2).says("`full` is not empty: minutes.doc");
    place.run("init . --yes").ends(2).says("this folder is a newsletter already");
    place.run("init full/minutes.doc --yes").ends(2).says("cannot be used");
    place.run("init housekeeping --yes").ends(0);
    assert_eq!(place.read("housekeeping/.gitignore"), "mine\n");
    for (flags, said) in [
        ("--sender news", "is not an email address"),
        ("--relay https://smtp.example.org", "the relay's address begins with `https://`"),
        ("--language klingon", "language"),
        ("--website http://127.0.0.1:9", "allow"),
        ("--website http://127.0.0.1:9 --allow-local", "cannot be reached"),
        ("--time-zone Mars/North", "time-zone"),
    ] {
        let ran = place.run(&format!("init new --yes {flags}"));
        assert_ne!(ran.code, 0, "{flags}");
        ran.says(said);
        assert!(!place.path("new").exists(), "{flags}");
    }
}

#[test]
fn a_website_gives_its_name_and_its_news() {
    let head = "<title>Home | Safe Childhood</title>";
    for (pages, kind, stories) in [
        (
            vec![
                (
                    "/",
                    format!(
                        "{head}<link rel=alternate type=\"application/rss+xml\" href=\"/news.xml\">"
                    ),
                ),
                ("/news.xml", FEED.to_owned()),
            ],
            "feed",
            1,
        ),
        (vec![("/", head.to_owned()), ("/feed.xml", FEED.to_owned())], "feed", 1),
        (
            vec![
                ("/", format!("{head}<link rel=\"https://api.w.org/\" href=\"SITE/wp-json/\">")),
                ("/wp-json/wp/v2/posts", POSTS.to_owned()),
                ("/feed", FEED.to_owned()),
            ],
            "wordpress",
            1,
        ),
        (
            vec![("/", format!("{head}<a href=/news>News</a>")), ("/news", LIST.to_owned())],
            "page",
            3,
        ),
    ] {
        let pages: Vec<(&str, &str)> =
            pages.iter().map(|(at, text)| (*at, text.as_str())).collect();
        let site = Website::with(&pages);
        let place = Charity::new();
        let address = site.address();
        let made = place
            .run(&format!(
                "init made --yes --json --allow-local --website {address} --sender a@b.example"
            ))
            .ends(0);
        let made: Value = serde_json::from_str(&made.stdout).unwrap();
        assert_eq!(made["schema"], "roundup.init/1");
        assert_eq!(made["name"], "Safe Childhood");
        assert_eq!(made["stories"], stories, "{kind}");
        let settings = place.read("made/roundup.toml");
        assert!(settings.contains(&format!("kind = \"{kind}\"")), "{settings}");
        assert!(!place.path("made/news").exists());
        let month = if kind == "page" { "2025-05" } else { "2025-06" };
        let next = made["next"].as_str().unwrap();
        assert!(next.ends_with(&format!("preview --month {month}")), "{made}");
        place.run_in("made", &format!("preview --month {month} --out look")).ends(0).says("stor");
    }
}

#[test]
fn a_website_without_news_says_so_and_the_sample_is_used() {
    let site = Website::with(&[("/", "<title>Welcome</title><p>Nothing here yet.</p>")]);
    let place = Charity::new();
    let address = site.address();
    place
        .run(&format!("init made --yes --allow-local --website {address}"))
        .ends(0)
        .says("No news was found there");
    let news = place.files("made/news");
    assert_eq!(news.iter().filter(|name| name.contains(".md")).count(), 6, "{news:?}");
    assert_eq!(place.files("made/news/pictures").len(), 5);
}

#[test]
fn the_address_of_a_feed_is_a_feed_and_not_a_website() {
    let feed = FEED.replace("<title>N</title>", "<title>News</title>");
    let site =
        Website::with(&[("/", "<title>Home | Safe Childhood</title>"), ("/a/feed.xml", &feed)]);
    // A feed names its website, and may stand elsewhere.
    let named = feed.replace("<title>News", "<link>SITE/</link><title>News");
    let other = Website::with(&[("/", "<title>Elsewhere</title>"), ("/feed.xml", &named)]);
    let alone = Website::with(&[("/feed.xml", &feed)]);
    for (address, home, name) in [
        (format!("{}/a/feed.xml", site.address()), site.address(), "Safe Childhood"),
        (format!("{}/feed.xml", other.address()), other.address(), "Elsewhere"),
        (format!("{}/feed.xml", alone.address()), alone.address(), "News"),
    ] {
        let place = Charity::without_a_newsletter();
        place.run(&format!("init made --yes --allow-local --website {address}")).ends(0);
        let settings = place.read("made/roundup.toml");
        assert!(settings.contains(&format!("website = \"{home}/\"")), "{settings}");
        assert!(settings.contains(&format!("name = \"{name}\"")), "{settings}");
        assert!(settings.contains(&format!("url = \"{address}\"")), "{settings}");
        assert!(!place.path("made/news").exists());
    }
}

#[test]
fn without_a_terminal_the_lines_of_the_input_are_the_answers() {
    let site = Website::with(&[("/", "<title>Safe Childhood</title>"), ("/feed", FEED)]);
    let address = site.address();
    let place = Charity::without_a_newsletter();
    let typed = |answers: &str, more: &str| {
        place.run_with_input(&format!("init made --allow-local {more}"), answers)
    };
    let settings = || place.read("made/roundup.toml");
    let again = || std::fs::remove_dir_all(place.path("made")).unwrap();
    typed(&format!("{address}\n\nnews@charity.org.uk\nsmtps://smtp.charity.org.uk\n"), "")
        .ends(0)
        .says("[Safe Childhood]: \n")
        .says("[none]: smtps://smtp.charity.org.uk");
    assert!(settings().contains("name = \"Safe Childhood\""));
    assert!(settings().contains("address = \"news@charity.org.uk\""));
    assert_eq!(place.read("made/.env"), "ROUNDUP_RELAY='smtps://smtp.charity.org.uk'\n");
    again();
    // A flag leaves its question out; where the input ends, the rest is as proposed.
    typed("Friends of the River\n", "--website none").ends(0);
    assert!(settings().contains("name = \"Friends of the River\""));
    assert!(settings().contains("address = \"news@charity.example\""));
    again();
    // What is not read: with --yes, and with --no-input.
    for flag in ["--yes", "--no-input"] {
        typed("none\nNobody\n", flag).ends(0);
        assert!(settings().contains("name = \"Example Charity\""), "{flag}");
        again();
    }
    // An answer that cannot be used is not replaced by the next one, and nothing is made.
    typed("none\nName\nnot an address\nnone\n", "")
        .ends(2)
        .says("`not an address` is not an email address");
    typed("http://127.0.0.1:9\nName\n", "").says("cannot be reached");
    assert!(!place.path("made").exists());
}

#[test]
fn roundup_alone_says_where_the_month_stands() {
    let says = |charity: &Charity, words: &[&str], not: &[&str]| {
        let ran = charity.run("").ends(0);
        for words in words {
            assert!(ran.stdout.contains(words), "{words}: {}", ran.stdout);
        }
        for words in not {
            assert!(!ran.stdout.contains(words), "{words}: {}", ran.stdout);
        }
        // The one next command is a command, and works.
        let next = ran.stdout.lines().last().unwrap().strip_prefix("Next: ").unwrap().to_owned();
        next.strip_prefix("roundup ").map(str::to_owned).unwrap_or_default()
    };
    let charity = Charity::new().people(2);
    let next =
        says(&charity, &["The nearest stories are from December 2020", "Practice mode"], &[]);
    assert_eq!(next, "preview --month 2020-12");
    charity.run(&format!("{next} --out look")).ends(0);
    // A draft is what comes next, until it is sent.
    charity.run("draft --month 2020-12").ends(0);
    let next = says(&charity, &["2020-12 has a draft, and is not sent yet"], &[]);
    assert_eq!(next, "preview 2020-12");
    charity.run("send 2020-12 --confirm 2").ends(0);
    // After it: no month that went out is named again.
    let next = says(
        &charity,
        &[
            "2020-12 is finished: 2 people = 2 accepted.",
            "0 of 3 stories",
            "put a story into news/",
        ],
        &["December 2020", "has a draft"],
    );
    assert_eq!(next, "");
    // A story that no edition has is named.
    let charity = charity.file("news/old.md", "---\ntitle: Old\ndate: 2019-03-05\n---\n\nText.\n");
    let next = says(&charity, &["The nearest stories are from March 2019"], &[]);
    assert_eq!(next, "preview --month 2019-03");
    charity.run(&format!("{next} --out look")).ends(0);
    // An edition of days that are not over: the next one begins after them.
    let charity = charity.file("news/new.md", "---\ntitle: New\ndate: 2020-12-30\n---\n\nText.\n");
    charity.run("draft --since 2020-12-30 --until 2099-12-31").ends(0);
    charity.run("send 2020-12-30_2099-12-31 --confirm 2").ends(0);
    let next =
        says(&charity, &["the next edition begins on 1 January 2100"], &["stories", "nearest"]);
    assert_eq!(next, "report 2020-12-30_2099-12-31");
    charity.run(&next).ends(0);
    charity.run("news").ends(2).says("goes on to 2099-12-31").says("as in --month 2099-12");
}

#[cfg(unix)]
#[test]
fn four_questions_each_with_an_answer_in_brackets() {
    let site = Website::with(&[("/", "<title>Safe Childhood</title>"), ("/feed", FEED)]);
    let place = Charity::new();
    let mut terminal = Terminal::start(&place, "init made --allow-local");
    terminal.wait_for("Your website, with the news [none]: ");
    terminal.type_line("http://127.0.0.1:9");
    terminal.wait_for("Another address, or none [none]: ");
    terminal.type_line(&site.address());
    terminal.wait_for("Found a feed, 1 story, the newest of 3 June 2025");
    terminal.wait_for("The name that people know you by [Safe Childhood]: ");
    terminal.type_line("");
    terminal.wait_for("The address that the email comes from [");
    terminal.type_line("not an address");
    terminal.wait_for("is not an email address");
    terminal.type_line("news@charity.org.uk");
    terminal.wait_for("Your mail server, or none for practice mode [none]: ");
    terminal.type_line("smtps://smtp.charity.org.uk");
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert_eq!(place.read("made/.env"), "ROUNDUP_RELAY='smtps://smtp.charity.org.uk'\n");
    assert!(place.read("made/roundup.toml").contains("address = \"news@charity.org.uk\""));
}

#[cfg(unix)]
#[test]
fn a_website_on_this_computer_is_allowed_in_the_dialogue() {
    let site = Website::with(&[("/", "<title>Safe Childhood</title>"), ("/feed", FEED)]);
    let place = Charity::new();
    let mut terminal = Terminal::start(&place, "init made");
    terminal.wait_for("Your website, with the news [none]: ");
    terminal.type_line(&site.address());
    terminal.wait_for("is inside this machine or its network");
    terminal.wait_for("Read it all the same, yes or no [no]: ");
    terminal.type_line("perhaps");
    terminal.wait_for("that is neither yes nor no");
    terminal.type_line("");
    terminal.wait_for("Another address, or none [none]: ");
    terminal.type_line(&site.address());
    terminal.wait_for("none [none]: ");
    terminal.type_line("Yes");
    terminal.wait_for("Found a feed, 1 story");
    terminal.wait_for("The name that people know you by [Safe Childhood]: ");
    terminal.type_line("");
    terminal.wait_for("The address that the email comes from [");
    terminal.type_line("news@charity.org.uk");
    terminal.wait_for("Your mail server, or none for practice mode [none]: ");
    terminal.type_line("");
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    // The source may be read from now on.
    assert!(place.read("made/roundup.toml").contains("allow_local = true"));
    place.run_in("made", "news --month 2025-06").ends(0).says("1 story");
}

#[cfg(unix)]
#[test]
fn the_command_that_goes_into_the_folder_runs_nothing_of_its_name() {
    let place = Charity::new();
    for name in ["cost $(touch pwned) $5", "-news", "it's `touch pwned`", "a;touch pwned"] {
        let made =
            place.run_words(&["init", "--yes", "--json", "--", name].map(str::to_owned)).ends(0);
        let made: Value = serde_json::from_str(&made.stdout).unwrap();
        let next = made["next"].as_str().unwrap();
        let (going, _) = next.rsplit_once(" && ").unwrap();
        let script = format!("{going} && test -f roundup.toml");
        let ran = std::process::Command::new("sh")
            .args(["-c", &script])
            .current_dir(place.path("."))
            .status()
            .unwrap();
        assert!(ran.success(), "{script}");
        assert!(!place.path("pwned").exists(), "{script}");
    }
    for name in ["two\nlines", "bell\u{7}", ""] {
        let refused = place.run_words(&["init", "--yes", "--", name].map(str::to_owned)).ends(2);
        assert!(!refused.stderr.contains("two\nlines"), "{}", refused.stderr);
    }
}
