//! A charity without a server: a PHP file on its web space keeps requests to leave, and roundup fetches them.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

use crate::support::daemons::{Daemon, php};
use crate::support::{Charity, Server};

/// A charity whose links lead to a drop box that runs.
fn with_box(people: usize) -> Option<(Charity, Daemon)> {
    let charity = Charity::new().people(people);
    charity.run("serve --drop-kit kit").ends(0).says("It holds no key, no address and no list");
    let site = php(&charity.path("kit"))?;
    let url = format!("http://127.0.0.1:{}", site.port);
    let charity = charity
        .setting(&format!("[leaving]\ndrop = \"{url}/drop\"\n"))
        .public_url("https://charity.example");
    charity.run("send --year 2020 --dry-run").ends(0);
    Some((charity, site))
}

/// The token in a person's own message of the dry run.
fn token_of(charity: &Charity, person: &str) -> String {
    let unfolded = charity.message_to(person);
    let field = unfolded.lines().find(|line| line.starts_with("List-Unsubscribe:")).unwrap();
    let url = field.split("<http").nth(1).unwrap().split('>').next().unwrap();
    url.rsplit('/').next().unwrap().to_owned()
}

fn ask(site: &Daemon, method: &str, path: &str, body: &str, fields: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", site.port)).unwrap();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\nConnection: close\r\n{fields}\r\n{body}",
        site.port,
        body.len()
    );
    // In one piece: this server reads the head of a request in one go.
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn post(site: &Daemon, path: &str, body: &str) -> String {
    ask(site, "POST", path, body, "")
}

/// The files of the box, one a month.
fn months_of(charity: &Charity) -> Vec<String> {
    let names = charity.files("kit/drop-data").into_iter();
    names.filter(|name| Path::new(name).extension().is_some_and(|end| end == "php")).collect()
}

/// The lines that the box keeps.
fn kept(charity: &Charity) -> Vec<String> {
    let months = months_of(charity).into_iter();
    let text: String = months.map(|name| charity.read(&format!("kit/drop-data/{name}"))).collect();
    text.lines().filter(|line| line.starts_with('{')).map(str::to_owned).collect()
}

#[test]
fn who_left_through_the_box_gets_nothing_more() {
    let server = Server::good();
    let Some((charity, site)) = with_box(6) else { return };
    let charity = charity.relay(&server);
    let [p1, p2, p3, p4] =
        ["p1", "p2", "p3", "p4"].map(|name| token_of(&charity, &format!("{name}@example.org")));
    let click = "List-Unsubscribe=One-Click";
    assert!(post(&site, &format!("/unsubscribe/{p1}"), click).starts_with("HTTP/1.1 200"));
    assert!(post(&site, &format!("/u/{p1}."), "").starts_with("HTTP/1.1 200"));
    // The page, at once: a program. With the time of a second before: a person.
    let page = ask(&site, "GET", &format!("/u/{p2}"), "", "");
    let shown: i64 = page
        .split("name=\"nonce\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    assert!(page.contains(&format!("action=\"/u/{p2}/leave\"")), "{page}");
    let too_fast = post(&site, &format!("/u/{p3}/leave"), &format!("nonce={}", shown + 60_000));
    assert!(too_fast.starts_with("HTTP/1.1 200") && too_fast.contains("<form"), "{too_fast}");
    let left =
        post(&site, &format!("/u/{p2}/leave"), &format!("nonce={}&reason=too_many", shown - 2000));
    assert!(
        left.starts_with("HTTP/1.1 303") && left.contains(&format!("Location: /u/{p2}?done=left"))
    );
    // Left, and back again.
    post(&site, &format!("/u/{p4}"), click);
    let back = post(&site, &format!("/u/{p4}/stay"), &format!("nonce={}", shown - 2000));
    assert!(back.contains("?done=stayed"), "{back}");
    for (method, path, body, status) in [
        ("POST", format!("/u/{p3}x"), click.to_owned(), "404"),
        ("POST", "/u/".to_owned(), click.to_owned(), "404"),
        ("POST", format!("/u/{p3}"), "x".repeat(1025), "413"),
        ("PUT", format!("/u/{p3}"), String::new(), "405"),
        ("HEAD", format!("/u/{p3}"), String::new(), "200"),
        ("OPTIONS", format!("/u/{p3}"), String::new(), "204"),
        ("GET", format!("/u/{p3}?confirm=1"), String::new(), "200"),
        ("GET", "/healthz".to_owned(), String::new(), "200"),
        ("GET", "/drop".to_owned(), String::new(), "401"),
        ("POST", "/drop".to_owned(), "upto=2099-01.1".to_owned(), "401"),
        ("GET", format!("//other.example/u/{p3}"), String::new(), "200"),
    ] {
        let answer = ask(&site, method, &path, &body, "");
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{method} {path}: {answer}");
        assert!(!answer.contains("\"//other"), "{answer}");
        assert!(!answer.to_lowercase().contains("set-cookie"), "{answer}");
    }
    let other_site = ask(
        &site,
        "POST",
        &format!("/u/{p3}/leave"),
        &format!("nonce={}", shown - 2000),
        "Sec-Fetch-Site: cross-site\r\n",
    );
    assert!(other_site.starts_with("HTTP/1.1 403"), "{other_site}");
    assert_eq!(kept(&charity).len(), 5);
    // How often: the box offers both, and keeps what is on its page.
    assert!(page.contains("value=\"every\"") && page.contains("value=\"year\""), "{page}");
    let often = format!("/u/{p3}/often");
    let chose = post(&site, &often, &format!("nonce={}&frequency=year", shown - 2000));
    assert!(chose.contains(&format!("Location: /u/{p3}?done=year")), "{chose}");
    let done = ask(&site, "GET", &format!("/u/{p3}?done=year"), "", "");
    assert!(done.contains("round-up only.") && done.contains("value=\"every\""), "{done}");
    let wrong = post(&site, &often, &format!("nonce={}&frequency=week", shown - 2000));
    assert!(wrong.starts_with("HTTP/1.1 400"), "{wrong}");
    let too_fast = post(&site, &often, &format!("nonce={}&frequency=year", shown + 60_000));
    assert!(too_fast.starts_with("HTTP/1.1 200"), "{too_fast}");
    assert_eq!(kept(&charity).len(), 6);

    let dry = charity.run("inbox --drop --dry-run --json").ends(0);
    assert_eq!(dry.stdout.lines().count(), 6, "{}", dry.stdout);
    charity.run("send --year 2020 --confirm 4").ends(0);
    let others = ["p0", "p3", "p4", "p5"].map(|name| format!("{name}@example.org"));
    assert_eq!(server.everybody_once(), others);
    charity.run("why p1@example.org").ends(0).says("unsubscribed by one click");
    charity.run("why p2@example.org").ends(0).says("unsubscribed");
    charity.run("why p3@example.org").ends(0).says("the year's round-up only");
    charity.run("inbox --drop").ends(4).says("0 people left");
}

#[test]
fn a_box_that_repeats_reorders_or_cuts_lines_costs_nobody_anything() {
    let Some((charity, site)) = with_box(4) else { return };
    let [p1, p2, p3] =
        ["p1", "p2", "p3"].map(|name| token_of(&charity, &format!("{name}@example.org")));
    post(&site, &format!("/u/{p1}"), "");
    post(&site, &format!("/u/{p2}"), "");
    let path = charity.path(&format!("kit/drop-data/{}", months_of(&charity)[0]));
    let text = fs::read_to_string(&path).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    lines.swap(1, 2);
    let first = lines[1].to_owned();
    // The last one was cut short by a crash, and nobody was answered.
    let damaged =
        format!("{}\n{first}\nnot JSON\n{{\"id\":1}}\n{}", lines.join("\n"), &first[..30]);
    fs::write(&path, &damaged).unwrap();
    charity
        .run("inbox --drop")
        .ends(0)
        .says("2 people left")
        .says("1 request that changed nothing");
    // What comes next stands on a line of its own.
    post(&site, &format!("/u/{p3}"), "");
    charity.run("inbox --drop").ends(0).says("1 person left");
    // Another file of the same month is read from its beginning, and changes nothing.
    fs::write(&path, format!("{}\n{first}\n", lines[0])).unwrap();
    charity.run("inbox --drop").ends(0).says("0 people left");
    charity.run("inbox --drop").ends(4);
}

#[test]
fn a_box_that_cannot_be_read_stops_a_send_after_a_day() {
    let server = Server::good();
    let Some((charity, site)) = with_box(3) else { return };
    let charity = charity.relay(&server);
    charity.run("inbox --drop").ends(4);
    drop(site);
    // Read a moment ago: the sending goes on, with a warning.
    charity
        .run("send --year 2020 --confirm 3")
        .ends(0)
        .says("It was last read less than a day ago");
    let ways = charity.read(".roundup/leaving-ways.json");
    let old = ways.replace("\"read_at\":\"20", "\"read_at\":\"19");
    assert_ne!(ways, old);
    let charity = charity.file(".roundup/leaving-ways.json", old);
    charity
        .run("send --year 2020 --confirm 3")
        .ends(3)
        .says("the drop box was not read for more than a day, and somebody may have left");
    assert_eq!(server.everybody_once().len(), 3);
}

#[test]
fn the_doctor_reads_the_box_and_another_project_cannot() {
    let Some((charity, site)) = with_box(2) else { return };
    charity.run("doctor").says("the drop box at").says("can be read");
    let settings = charity.read("roundup.toml");
    // A box of another project.
    let other = Charity::new().people(1).file("roundup.toml", settings);
    other.run("inbox --drop").ends(1).says("does not accept this project").says("--drop-kit");
    drop(site);
    charity.run("serve --drop-kit subscribers").ends(2).says("other files than a drop box's");
    charity.run("serve --drop-kit kit").ends(0);
    charity
        .run("inbox --drop http://charity.example/drop")
        .ends(2)
        .says("is not the address of a drop box");
}
