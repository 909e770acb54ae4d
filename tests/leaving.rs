//! Leaving as people and mail providers meet it: through the web servers of `docs/LEAVING.md`, in a real browser.
#![cfg(unix)]

#[path = "support/studio.rs"]
mod browser;
#[path = "support/mod.rs"]
mod support;

use std::fs;
use std::path::Path;

use browser::{Browser, View};
use fantoccini::Locator;
use serde_json::{Value, json};
use support::daemons::{Daemon, Recipe, caddy, nginx, php_cgi};
use support::{Charity, Site};

const HOST: &str = "news.charity.example";

/// A block of `docs/LEAVING.md`, by a line that it has.
fn recipe(line: &str) -> String {
    let document = include_str!("../docs/LEAVING.md");
    let blocks = document.split("\n```").skip(1).step_by(2);
    let mut found = blocks.filter(|block| block.contains(line));
    let block = found.next().unwrap_or_else(|| panic!("no recipe has `{line}`"));
    block.split_once('\n').unwrap().1.to_owned()
}

fn charity(public_url: &str) -> Charity {
    let charity = Charity::new().people(9).public_url(public_url);
    charity.run("send --year 2020 --dry-run").ends(0);
    charity
}

/// The link of a person's own message.
fn link_of(charity: &Charity, person: &str) -> String {
    let message = charity.message_to(person);
    let field = message.lines().find(|line| line.starts_with("List-Unsubscribe:")).unwrap();
    let link = field.split("<https://").nth(1).unwrap().split('>').next().unwrap();
    format!("https://{link}")
}

/// A provider's request through the web server; the status, and where it leads.
async fn asked(
    site: &Daemon,
    method: reqwest::Method,
    link: &str,
    body: &'static str,
) -> (u16, String) {
    let address = ([127, 0, 0, 1], site.port).into();
    let host = link.trim_start_matches("https://").split('/').next().unwrap();
    let client = reqwest::Client::builder()
        .resolve(host, address)
        .tls_danger_accept_invalid_certs(true)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let url = link.replacen(host, &format!("{host}:{}", site.port), 1);
    let request = client.request(method, url).header("Host", host);
    let request = request.header("Content-Type", "application/x-www-form-urlencoded").body(body);
    let answer = request.send().await.unwrap();
    let location = answer.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
    (answer.status().as_u16(), location.unwrap_or_default())
}

/// One click, a page and a wrong link, through a web server of the recipes.
fn a_recipe_passes_everything_on(charity: &Charity, site: &Daemon, people: [&str; 2]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let link = link_of(charity, people[0]);
        let one_click = "List-Unsubscribe=One-Click";
        assert_eq!(asked(site, reqwest::Method::GET, &link, "").await.0, 200);
        assert_eq!(asked(site, reqwest::Method::POST, &link, one_click).await.0, 200);
        // The body arrives too: a form without its nonce is shown the page again.
        let page = format!("{}/leave", link_of(charity, people[1]));
        assert_eq!(asked(site, reqwest::Method::POST, &page, "nonce=").await.0, 200);
        let (_, token) = link.rsplit_once('/').unwrap();
        let turned: String = token.chars().rev().collect();
        let wrong = link.replace(token, &turned);
        // A drop box cannot distinguish a wrong token from a right one.
        let status = asked(site, reqwest::Method::POST, &wrong, one_click).await.0;
        assert!(matches!(status, 200 | 404), "{status}");
    });
}

#[test]
fn nginx_passes_it_on() {
    let charity = charity(&format!("https://{HOST}"));
    let serving = Site::open(&charity);
    let behind = Recipe { host: HOST, behind: serving.port(), website: charity.path("") };
    let Some(site) = nginx(&behind, &recipe("listen 443 ssl;")) else { return };
    a_recipe_passes_everything_on(&charity, &site, ["p1@example.org", "p2@example.org"]);
    charity.run("why p1@example.org").ends(0).says("unsubscribed by one click");
    assert!(!charity.run("why p2@example.org").stdout.contains("unsubscribed"));
}

#[test]
fn caddy_passes_it_on() {
    let charity = charity(&format!("https://{HOST}"));
    let serving = Site::open(&charity);
    let behind = Recipe { host: HOST, behind: serving.port(), website: charity.path("") };
    let Some(site) = caddy(&behind, &recipe("reverse_proxy")) else { return };
    a_recipe_passes_everything_on(&charity, &site, ["p1@example.org", "p2@example.org"]);
    charity.run("why p1@example.org").ends(0).says("unsubscribed by one click");
    assert!(!charity.run("why p2@example.org").stdout.contains("unsubscribed"));
}

/// Plain web space: nginx in front of PHP, as a host sets it up, with the rules that the document gives.
#[test]
fn plain_web_space_keeps_it() {
    let charity = charity("https://charity.example/news");
    charity.run("serve --drop-kit website/news").ends(0);
    let Some(php) = php_cgi() else { return };
    let website = charity.path("website");
    let rules = recipe("location /news/ {");
    let server = format!(
        "server {{ listen 443 ssl; server_name charity.example; root {website};\n\
         # ssl_certificate and ssl_certificate_key as your host gives them\n{rules}\n\
         location ~ \\.php$ {{\n\
         fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_param SCRIPT_NAME $fastcgi_script_name;\n\
         fastcgi_param REQUEST_METHOD $request_method; fastcgi_param REQUEST_URI $request_uri; fastcgi_param HTTPS on;\n\
         fastcgi_param QUERY_STRING $query_string; fastcgi_param CONTENT_TYPE $content_type;\n\
         fastcgi_param CONTENT_LENGTH $content_length; fastcgi_param SERVER_PROTOCOL $server_protocol;\n\
         fastcgi_param HTTP_HOST $host; fastcgi_pass 127.0.0.1:8025; }}\n}}",
        website = website.display()
    );
    let behind = Recipe { host: "charity.example", behind: php.port, website };
    let Some(site) = nginx(&behind, &server) else { return };
    a_recipe_passes_everything_on(&charity, &site, ["p1@example.org", "p2@example.org"]);
    let kept = fs::read_dir(behind.website.join("news/drop-data")).unwrap();
    let month = kept.filter_map(Result::ok).find(|entry| {
        Path::new(&entry.file_name()).extension().is_none_or(|extension| extension != "htaccess")
    });
    let name = month.unwrap().file_name().into_string().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let file = format!("https://charity.example/news/drop-data/{name}");
    assert_eq!(runtime.block_on(asked(&site, reqwest::Method::GET, &file, "")).0, 403);
}

/// What a person meets: the page, the button by keyboard, the answer, and *Stay after all*.
#[test]
fn a_person_leaves_and_stays_on_a_phone_and_on_a_laptop() {
    let charity = charity(&format!("https://{HOST}"));
    let serving = Site::open(&charity);
    let behind = Recipe { host: HOST, behind: serving.port(), website: charity.path("") };
    let Some(site) = nginx(&behind, &recipe("listen 443 ssl;")) else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        for (place, (width, is_dark)) in
            [(320, false), (320, true), (1280, false), (1280, true)].into_iter().enumerate()
        {
            let view = View { width, is_dark, host: Some((HOST, site.port)) };
            let Some(browser) = Browser::open_as(view).await else { return };
            let person = format!("p{}@example.org", place + 3);
            browser.client.goto(&link_of(&charity, &person)).await.unwrap();
            walk(&browser, &format!("{width}-{}", if is_dark { "dark" } else { "light" })).await;
            charity.run(&format!("why {person}")).ends(0).says("they came back themselves");
            browser.close().await;
        }
    });
}

/// Leaves by keyboard, and stays after all; nothing may be cut off or hidden from people on the way.
async fn walk(browser: &Browser, view: &str) {
    // A program that submits a form within a second is not a person.
    const READ: &str = "return performance.now() - performance.getEntriesByType('navigation')[0].responseEnd > 1050";
    for (step, title) in [
        ("1-asked", "Stop receiving"),
        ("2-left", "You have left"),
        ("3-back", "You are still on the list"),
    ] {
        let heading = "return document.querySelector('h1')?.textContent";
        browser
            .until(&format!("{heading} !== undefined && document.readyState === 'complete'"))
            .await;
        let shown = browser.script(heading, Vec::new()).await;
        assert!(
            shown.as_str().is_some_and(|shown| shown.contains(title)),
            "{view} {step}: {shown}"
        );
        let wide =
            "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
        assert_eq!(
            browser.script(wide, Vec::new()).await,
            json!(0),
            "{view} {step} scrolls sideways"
        );
        let text = browser.script("return document.body.textContent", Vec::new()).await;
        assert!(!text.as_str().unwrap().contains('@'), "{view} {step} names somebody: {text}");
        browser.picture(&format!("leaving-{view}-{step}")).await;
        let Ok(button) = browser.client.find(Locator::Css("button")).await else {
            assert_eq!(step, "3-back");
            return;
        };
        let tall = "return document.querySelector('button').getBoundingClientRect().height >= 44";
        assert_eq!(browser.script(tall, Vec::new()).await, Value::Bool(true));
        browser.until(READ).await;
        browser.script("document.querySelector('button').focus()", Vec::new()).await;
        button.send_keys("\u{E007}").await.unwrap();
        browser
            .until(&format!("{heading} !== {shown} && document.readyState === 'complete'"))
            .await;
    }
}
