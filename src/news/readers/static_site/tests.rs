//! What each tool makes of a file, from what the tools' own documentation says.
//! Pure: tables.

use chrono_tz::Europe::London;
use serde_json::json;

use super::*;

fn link_with(
    kind: SourceKind,
    folder: &str,
    below: &str,
    fields: &Value,
    config: Config,
    permalink: Option<&str>,
) -> Option<String> {
    let settings = Settings {
        path: Some(folder.into()),
        site: Some("https://e.org".to_owned()),
        permalink: permalink.map(str::to_owned),
        ..Settings::new("site", kind)
    };
    let site = Site::new(&settings, config, "2021-01-01".parse().unwrap());
    let fields = serde_json::from_value(fields.clone()).unwrap();
    let date = PartialDate::parse("2020-12-03", London).ok();
    site.of(below).link(&fields, date, London).map(|link| link.replace("https://e.org", ""))
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn a_file_has_the_address_that_its_tool_gives_it() {
    use SourceKind::{Eleventy, Hugo, Jekyll, Markdown, Zola};
    let none = json!({});
    for (kind, folder, below, fields, expected) in [
        (Hugo, "content/news", "gala.md", &none, "/news/gala/"),
        (Hugo, "site/content/news", "Spring Gala.md", &none, "/news/spring-gala/"),
        (Hugo, "content", "news/gala/index.md", &none, "/news/gala/"),
        (Hugo, "content/news", "gala.md", &json!({"slug": "Party Time"}), "/news/party-time/"),
        (Hugo, "content/news", "gala.md", &json!({"url": "/special/"}), "/special/"),
        (Hugo, "content/news", "gala.md", &json!({"url": "/special.html"}), "/special.html"),
        (Jekyll, "_posts", "2020-12-03-gala.md", &none, "/2020/12/03/gala.html"),
        (
            Jekyll,
            "_posts",
            "2020-12-03-gala.md",
            &json!({"categories": "news events"}),
            "/news/events/2020/12/03/gala.html",
        ),
        (
            Jekyll,
            "_posts",
            "2020-12-03-gala.md",
            &json!({"categories": ["News", "Youth Club"]}),
            "/news/youth%20club/2020/12/03/gala.html",
        ),
        (
            Jekyll,
            "_posts",
            "2020-12-03-gala.md",
            &json!({"category": "Youth Club"}),
            "/youth%20club/2020/12/03/gala.html",
        ),
        (
            Jekyll,
            "news/_posts",
            "2020-12-03-gala.md",
            &json!({"categories": "news x"}),
            "/news/x/2020/12/03/gala.html",
        ),
        (
            Jekyll,
            "_posts",
            "2020-12-03-gala.md",
            &json!({"permalink": "/:year/:title/"}),
            "/2020/gala/",
        ),
        (
            Jekyll,
            "_posts",
            "2020-12-03-gala.md",
            &json!({"permalink": "pretty"}),
            "/2020/12/03/gala/",
        ),
        (
            Jekyll,
            "_posts",
            "2020-12-03-gala.md",
            &json!({"permalink": "/:short_year/:i_month/:i_day/:slug"}),
            "/20/12/3/gala",
        ),
        (
            Jekyll,
            "_posts",
            "2020-12-03-gala.md",
            &json!({"slug": "party"}),
            "/2020/12/03/party.html",
        ),
        (Zola, "content/blog", "2020-12-03-gala.md", &none, "/blog/gala/"),
        (Zola, "content", "blog/gala.md", &json!({"path": "x/y"}), "/x/y/"),
        (Zola, "content/blog", "Été à la mer.md", &none, "/blog/ete-a-la-mer/"),
        (Zola, "content/blog", "gala/index.md", &json!({"slug": "party"}), "/blog/party/"),
        (Eleventy, "posts", "2020-12-03-gala.md", &none, "/posts/gala/"),
        (Eleventy, "posts", "gala/index.md", &none, "/posts/gala/"),
        (Eleventy, "posts", "gala.md", &json!({"permalink": "/p/"}), "/p/"),
        (Eleventy, "posts", "gala.md", &json!({"permalink": "/p/index.html"}), "/p/"),
        (
            Eleventy,
            "posts",
            "gala.md",
            &json!({"permalink": "/b/{{ title | slugify }}/", "title": "A Fine Gala!"}),
            "/b/a-fine-gala/",
        ),
        (
            Eleventy,
            "posts",
            "gala.md",
            &json!({"permalink": "/{{ page.date | date: '%Y/%m' }}/{{ page.fileSlug }}/"}),
            "/2020/12/gala/",
        ),
    ] {
        let found = link_with(kind, folder, below, fields, Config::default(), None);
        assert_eq!(found.as_deref(), Some(expected), "{kind:?} {below} {fields}");
    }
    assert_eq!(link_with(Markdown, "news", "gala.md", &none, Config::default(), None), None);
    // What needs a program has no address: none is better than a wrong one.
    for pattern in ["/{{ title | myFilter }}/", "/{% if x %}a{% endif %}/", "/{{ unknown }}/"] {
        let fields = json!({"permalink": pattern, "title": "T"});
        assert_eq!(
            link_with(Eleventy, "posts", "a.md", &fields, Config::default(), None),
            None,
            "{pattern}"
        );
    }
}

#[test]
fn the_tools_own_settings_decide() {
    use SourceKind::{Eleventy, Hugo, Jekyll, Zola};
    let fields = json!({"title": "Don’t stop: a Fair!"});
    for (kind, name, text, folder, expected) in [
        (
            Hugo,
            "hugo.toml",
            "[permalinks]\nnews = \"/:year/:month/:title/\"",
            "content/news",
            "/2020/12/dont-stop-a-fair/",
        ),
        (
            Hugo,
            "hugo.toml",
            "[permalinks.page]\nnews = \"/n/:slug/\"",
            "content/news",
            "/n/dont-stop-a-fair/",
        ),
        (
            Hugo,
            "config.yaml",
            "permalinks:\n  news: /:sections/:contentbasename",
            "content/news",
            "/news/2020-12-03-gala",
        ),
        (Hugo, "hugo.toml", "uglyURLs = true", "content/news", "/news/2020-12-03-gala.html"),
        (
            Hugo,
            "hugo.toml",
            "[uglyURLs]\nnews = true",
            "content/news",
            "/news/2020-12-03-gala.html",
        ),
        (
            Hugo,
            "hugo.toml",
            "[[module.mounts]]\nsource = 'posts'\ntarget = 'content/blog'",
            "posts",
            "/blog/2020-12-03-gala/",
        ),
        (
            Jekyll,
            "_config.yml",
            "collections_dir: c\ncollections: {stories: {output: true, permalink: '/:collection/:path/'}}",
            "c/_stories",
            "/stories/2020-12-03-gala/",
        ),
        (Jekyll, "_config.yml", "collections_dir: c", "c/_posts", "/2020/12/03/gala.html"),
        (Jekyll, "_config.yml", "permalink: pretty", "_posts", "/2020/12/03/gala/"),
        (Jekyll, "_config.yml", "permalink: /blog/:title", "_posts", "/blog/gala"),
        (Jekyll, "_config.yml", "permalink: none", "_posts", "/gala.html"),
        (
            Eleventy,
            ".eleventy.js",
            "return { dir: { input: \"src\" } }",
            "src/posts",
            "/posts/gala/",
        ),
        (Zola, "config.toml", "base_url = \"https://x.org\"", "content/news", "/news/gala/"),
    ] {
        let config = Config::read(kind, "", name, text, &[]);
        let found = link_with(kind, folder, "2020-12-03-gala.md", &fields, config, None);
        assert_eq!(found.as_deref(), Some(expected), "{kind:?} {text}");
    }
    let hugo = |pattern| {
        link_with(Hugo, "content/news", "gala.md", &fields, Config::default(), Some(pattern))
    };
    assert_eq!(hugo("/:section/:title/").as_deref(), Some("/news/dont-stop-a-fair/"));
    assert_eq!(hugo("/:year/:slug/").as_deref(), Some("/2020/dont-stop-a-fair/"));
    assert_eq!(hugo("/:filename/").as_deref(), Some("/gala/"));
    // No address is better than one with a part that only the tool knows.
    for pattern in ["/:year/:isoweek/:title/", "/:hour/:title/", "/:year/:second/"] {
        assert_eq!(hugo(pattern), None, "{pattern}");
    }
    assert_eq!(
        Config::read(Hugo, "", "hugo.toml", "baseURL = 'https://x.org/'", &[]).address.as_deref(),
        Some("https://x.org/")
    );
    assert_eq!(Config::read(Hugo, "", "hugo.toml", "not toml", &[]).address, None);
}

#[test]
fn what_the_tool_does_not_publish_is_held_back() {
    use SourceKind::{Eleventy, Hugo, Jekyll, Zola};
    for (kind, below, fields, held) in [
        (Hugo, "_index.md", json!({}), true),
        (Hugo, "a.md", json!({"expiryDate": "2020-12-31"}), true),
        (Hugo, "a.md", json!({"expiryDate": "2021-12-31"}), false),
        (Hugo, "a.md", json!({"publishDate": "2021-02-01"}), true),
        (Hugo, "a.md", json!({"date": "2021-02-01"}), true),
        (Hugo, "a.md", json!({"date": "2021-02-01", "publishDate": "2020-02-01"}), false),
        (Hugo, "a/index.md", json!({"headless": true}), true),
        (Hugo, "a.md", json!({"build": {"render": "never"}}), true),
        (Hugo, "a.md", json!({"_build": {"render": false}}), true),
        (Hugo, "a.md", json!({"build": {"render": "always"}}), false),
        (Jekyll, "_drafts/a.md", json!({}), true),
        (Jekyll, "_posts/a.md", json!({}), true),
        (Jekyll, "_posts/2020-12-03-a.md", json!({}), false),
        (Jekyll, "_posts/2021-12-03-a.md", json!({}), true),
        (Jekyll, "_posts/2020-12-03-a.md", json!({"published": false}), true),
        (Jekyll, "_posts/2020-12-03-a.md", json!({"date": "2021-05-05"}), true),
        (Zola, "blog/_index.md", json!({}), true),
        (Zola, "blog/a.md", json!({"render": false}), true),
        (Zola, "blog/a.md", json!({"date": "2021-05-05"}), false),
        (Eleventy, "a.md", json!({"permalink": false}), true),
        (Eleventy, "a.md", json!({"permalink": "/a/"}), false),
        (Eleventy, "a.md", json!({"eleventyExcludeFromCollections": true}), true),
    ] {
        let settings = Settings { path: Some("x".into()), ..Settings::new("site", kind) };
        let site = Site::new(&settings, Config::default(), "2021-01-01".parse().unwrap());
        let given = serde_json::from_value(fields.clone()).unwrap();
        let reason = site.of(below).held_back(&given, London);
        assert_eq!(reason.is_some(), held, "{kind:?} {below} {fields}: {reason:?}");
    }
}

#[test]
fn pictures_in_their_usual_spellings() {
    use SourceKind::{Hugo, Jekyll, Zola};
    let bundle =
        || vec!["cover.jpg".to_owned(), "index.md".to_owned(), "featured-image.png".to_owned()];
    for (kind, below, fields, beside, expected) in [
        (
            Hugo,
            "gala/index.md",
            json!({"cover": {"image": "cover.jpg", "alt": "A"}}),
            bundle(),
            "/news/gala/cover.jpg",
        ),
        (
            Hugo,
            "gala/index.md",
            json!({"featured_image": "cover.jpg"}),
            bundle(),
            "/news/gala/cover.jpg",
        ),
        (Hugo, "gala/index.md", json!({}), bundle(), "/news/gala/cover.jpg"),
        (
            Hugo,
            "gala/index.md",
            json!({"resources": [{"src": "x.jpg", "name": "cover"}]}),
            bundle(),
            "/news/gala/x.jpg",
        ),
        (Hugo, "gala.md", json!({"images": ["img/a.jpg"]}), vec![], "/img/a.jpg"),
        (Hugo, "gala.md", json!({"image": "static/img/a.jpg"}), vec![], "/img/a.jpg"),
        (Hugo, "gala.md", json!({"thumbnail": "/img/a.jpg"}), vec![], "/img/a.jpg"),
        (
            Jekyll,
            "2020-12-03-gala.md",
            json!({"image": {"path": "/assets/a.jpg", "alt": "A"}}),
            vec![],
            "/assets/a.jpg",
        ),
        (
            Jekyll,
            "2020-12-03-gala.md",
            json!({"header": {"teaser": "/assets/t.jpg"}}),
            vec![],
            "/assets/t.jpg",
        ),
        (Jekyll, "2020-12-03-gala.md", json!({"image": "assets/a.jpg"}), vec![], "/assets/a.jpg"),
        (
            Zola,
            "gala/index.md",
            json!({"cover_image": "./cover.jpg"}),
            bundle(),
            "/news/gala/cover.jpg",
        ),
    ] {
        let settings = Settings {
            path: Some("content/news".into()),
            site: Some("https://e.org".to_owned()),
            ..Settings::new("site", kind)
        };
        let site = Site::new(&settings, Config::default(), "2021-01-01".parse().unwrap());
        let page = site.of(below).with(BTreeMap::new(), beside);
        let mut given: BTreeMap<String, Value> = serde_json::from_value(fields.clone()).unwrap();
        page.complete(&mut given);
        let found = given
            .get("image")
            .and_then(Value::as_str)
            .and_then(|text| page.picture(text, Some("https://e.org/news/gala/")));
        assert_eq!(found, Some(format!("https://e.org{expected}")), "{kind:?} {fields}");
    }
}

#[test]
fn pages_of_other_languages_lie_below_their_code() {
    let languages = |more: &str| {
        let text = format!(
            "defaultContentLanguage = \"en\"\n{more}\n[languages.en]\nweight = 1\n\
             [languages.cy]\nweight = 2\n[languages.fr]\ncontentDir = \"content/french\"\n"
        );
        Config::read(SourceKind::Hugo, "", "hugo.toml", &text, &[])
    };
    let plain = languages("");
    let below = languages("defaultContentLanguageInSubdir = true");
    let patterns = languages("permalinks = { news = \"/:year/:contentbasename/\" }");
    let folders = |english: &str, welsh: &str| {
        let text = format!(
            "[languages.en]\ncontentDir = \"{english}\"\n[languages.cy]\ncontentDir = \"{welsh}\"\n"
        );
        Config::read(SourceKind::Hugo, "", "hugo.toml", &text, &[])
    };
    let own = folders("content/english", "content/welsh");
    let nested = folders("content", "content/cymru");
    for (config, folder, file, expected) in [
        (&plain, "content/news", "gala.md", "/news/gala/"),
        (&plain, "content/news", "gala.en.md", "/news/gala/"),
        (&plain, "content/news", "gala.cy.md", "/cy/news/gala/"),
        (&plain, "content/news", "gala.CY.md", "/cy/news/gala/"),
        (&plain, "content/news", "gala/index.cy.md", "/cy/news/gala/"),
        // No language of this website.
        (&plain, "content/news", "v1.de.md", "/news/v1.de/"),
        (&plain, "content/french/news", "gala.md", "/fr/news/gala/"),
        (&plain, "content/french", "news/gala.md", "/fr/news/gala/"),
        // The folder of all languages, and one within another.
        (&plain, "content", "french/news/gala.md", "/fr/news/gala/"),
        (&own, "content", "english/news/gala.md", "/news/gala/"),
        (&own, "content", "welsh/news/gala/index.md", "/cy/news/gala/"),
        (&own, "content/welsh/news", "gala.md", "/cy/news/gala/"),
        (&nested, "content", "news/gala.md", "/news/gala/"),
        (&nested, "content", "cymru/news/gala.md", "/cy/news/gala/"),
        (&nested, "content/cymru", "news/gala.md", "/cy/news/gala/"),
        (&below, "content/news", "gala.md", "/en/news/gala/"),
        (&below, "content/news", "gala.cy.md", "/cy/news/gala/"),
        (&patterns, "content/news", "gala.cy.md", "/cy/2020/gala/"),
        (&Config::default(), "content/news", "gala.cy.md", "/news/gala.cy/"),
    ] {
        let link = link_with(SourceKind::Hugo, folder, file, &json!({}), config.clone(), None);
        assert_eq!(link.as_deref(), Some(expected), "{folder}/{file}");
    }
}

#[test]
fn a_jekyll_site_below_a_folder_of_its_host() {
    let read = |text| Config::read(SourceKind::Jekyll, "", "_config.yml", text, &[]);
    let config = read("baseurl: /club\n");
    assert_eq!(read("baseurl: club/\n"), config);
    assert_eq!(read("baseurl: /\n").base_path, None);
    for (site, expected) in [
        ("https://e.org", "https://e.org/club/2020/12/03/gala.html"),
        ("https://e.org/", "https://e.org/club/2020/12/03/gala.html"),
        // Whoever names the folder means it.
        ("https://e.org/other", "https://e.org/other/2020/12/03/gala.html"),
    ] {
        let settings = Settings {
            path: Some("_posts".into()),
            site: Some(site.to_owned()),
            ..Settings::new("site", SourceKind::Jekyll)
        };
        let site = Site::new(&settings, config.clone(), "2021-01-01".parse().unwrap());
        let date = PartialDate::parse("2020-12-03", London).ok();
        let link = site.of("2020-12-03-gala.md").link(&BTreeMap::new(), date, London);
        assert_eq!(link.as_deref(), Some(expected));
    }
}

#[test]
fn a_text_ends_at_the_mark_that_its_jekyll_site_has_for_it() {
    use crate::news::readers::markdown::read_page;
    let text = "---\ntitle: Gala\n---\nIt was full.\n\n<!-- cut -->\n\nThen we left.\n";
    let own = text.replace("Gala\n", "Gala\nexcerpt_separator: \"<!-- cut -->\"\n");
    let setting = "excerpt_separator: \"<!-- cut -->\"\n";
    let of_site = Config::read(SourceKind::Jekyll, "", "_config.yml", setting, &[]);
    for (config, text, expected) in [
        (Config::default(), text, "It was full.\n\nThen we left."),
        (Config::default(), own.as_str(), "It was full."),
        (of_site, text, "It was full."),
    ] {
        let settings = Settings {
            path: Some("_posts".into()),
            site: Some("https://e.org".to_owned()),
            ..Settings::new("site", SourceKind::Jekyll)
        };
        let site = Site::new(&settings, config, "2021-01-01".parse().unwrap());
        let page = site.of("2020-12-03-gala.md");
        let reading = read_page("s", "_posts/2020-12-03-gala.md", text, London, Some(&page));
        assert_eq!(reading.items[0].summary, expected);
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn names_become_addresses_as_each_tool_writes_them() {
    use SourceKind::{Eleventy, Jekyll, Zola};
    let none = json!({});
    let big = json!({"categories": ["Big News"]});
    let stories = "collections:\n  stories:\n    output: true\n";
    for (kind, name, text, folder, below, fields, expected) in [
        (
            Jekyll,
            "_config.yml",
            "permalink: /n/:slug/",
            "_posts",
            "2020-12-03-Hello World.md",
            &none,
            "/n/hello-world/",
        ),
        (
            Jekyll,
            "_config.yml",
            "permalink: /n/:title/",
            "_posts",
            "2020-12-03-Hello World.md",
            &none,
            "/n/Hello-World/",
        ),
        (
            Jekyll,
            "_config.yml",
            "permalink: /n/:title/",
            "_posts",
            "2020-12-03-u%v.md",
            &none,
            "/n/u-v/",
        ),
        (
            Jekyll,
            "_config.yml",
            "permalink: /:slugified_categories/:title/",
            "_posts",
            "2020-12-03-a.md",
            &big,
            "/big-news/a/",
        ),
        (
            Jekyll,
            "_config.yml",
            &format!("permalink: pretty\n{stories}"),
            "",
            "_stories/one.md",
            &none,
            "/stories/one/",
        ),
        (Jekyll, "_config.yml", stories, "", "_stories/one.md", &none, "/stories/one.html"),
        (
            Jekyll,
            "_config.yml",
            &format!("permalink: /:title/\n{stories}"),
            "_stories",
            "sub/one.md",
            &none,
            "/stories/sub/one/",
        ),
        (
            Jekyll,
            "_config.yml",
            &format!("{stories}    permalink: /:collection/:year/:name/\n"),
            "",
            "_stories/One Two.md",
            &none,
            "/stories/2020/one-two/",
        ),
        (
            Jekyll,
            "_config.yml",
            &format!("{stories}    permalink: /x/:path/\n"),
            "",
            "_stories/sub/one.md",
            &none,
            "/x/sub/one/",
        ),
        (Zola, "config.toml", "[languages.fr]\n", "content/news", "k.fr.md", &none, "/fr/news/k/"),
        (Zola, "config.toml", "[languages.fr]\n", "content/news", "k.md", &none, "/news/k/"),
        (
            Zola,
            "config.toml",
            "default_language = \"fr\"\n[languages.en]\n",
            "content/news",
            "k/index.en.md",
            &none,
            "/en/news/k/",
        ),
        (Zola, "config.toml", "", "content/news", "Hello World.md", &none, "/news/hello-world/"),
        (
            Zola,
            "config.toml",
            "[slugify]\npaths = \"safe\"\n",
            "content/news",
            "Hello_World.md",
            &none,
            "/news/Hello_World/",
        ),
        (
            Zola,
            "config.toml",
            "[slugify]\npaths = \"off\"\n",
            "content/news",
            "Hello World.md",
            &none,
            "/news/Hello%20World/",
        ),
        (
            Zola,
            "config.toml",
            "[slugify]\npaths_keep_dates = true\n",
            "content/news",
            "2020-12-03-k.md",
            &none,
            "/news/2020-12-03-k/",
        ),
        (
            Eleventy,
            ".eleventy.js",
            "return { pathPrefix: '/sub/' }",
            "posts",
            "a.md",
            &none,
            "/sub/posts/a/",
        ),
        (
            Eleventy,
            ".eleventy.js",
            "",
            "posts",
            "a.md",
            &json!({"title": "Café & co", "permalink": "/f/{{ title | slugify }}/"}),
            "/f/cafe-and-co/",
        ),
        (
            Eleventy,
            ".eleventy.js",
            "",
            "posts",
            "a.md",
            &json!({"permalink": "/x/", "eleventyComputed": {"permalink": "/z/{{ page.fileSlug }}/"}}),
            "/z/a/",
        ),
    ] {
        let config = Config::read(kind, "", name, text, &[]);
        let found = link_with(kind, folder, below, fields, config, None);
        assert_eq!(found.as_deref(), Some(expected), "{kind:?} {text} {below}");
    }
    // What only a program knows has no address.
    for (text, fields) in [
        ("", json!({"permalink": null})),
        ("", json!({"eleventyComputed": {"permalink": "/{{ title | myFilter }}/"}})),
        ("c.addGlobalData(\"permalink\", () => d => d.x)", json!({})),
    ] {
        let config = Config::read(Eleventy, "", ".eleventy.js", text, &[]);
        assert_eq!(link_with(Eleventy, "posts", "a.md", &fields, config, None), None, "{fields}");
    }
}

#[test]
fn addresses_have_the_day_as_hugo_has_it() {
    let config =
        || Config::read(SourceKind::Hugo, "", "hugo.toml", "[permalinks]\nnews = '/:day/'", &[]);
    for (date, expected) in [
        ("2020-12-03T23:30:00-05:00", Some("/03/")),
        ("2020-12-03", Some("/03/")),
        ("3 December 2020", Some("/03/")),
    ] {
        let fields = json!({"date": date});
        let found = link_with(SourceKind::Hugo, "content/news", "a.md", &fields, config(), None);
        assert_eq!(found.as_deref(), expected, "{date}");
    }
    let settings = Settings {
        path: Some("content/news".into()),
        site: Some("https://e.org".to_owned()),
        ..Settings::new("site", SourceKind::Hugo)
    };
    let site = Site::new(&settings, config(), "2021-01-01".parse().unwrap());
    assert_eq!(site.of("a.md").link(&BTreeMap::new(), None, London), None);
}

#[test]
fn languages_of_hugo_are_published_where_its_settings_say() {
    let text = "disableLanguages = ['fr']\n[languages.en]\nbaseURL = 'https://e.org/'\n\
        [languages.cy]\nbaseURL = 'https://c.org/'\n[languages.fr]\n[languages.de]\ndisabled = true\n";
    let config = || Config::read(SourceKind::Hugo, "", "hugo.toml", text, &[]);
    for (file, expected) in [
        ("gala.md", Some("https://e.org/news/gala/")),
        ("gala.cy.md", Some("https://c.org/news/gala/")),
        ("gala.fr.md", None),
        ("gala.de.md", None),
    ] {
        let settings = Settings {
            path: Some("content/news".into()),
            ..Settings::new("site", SourceKind::Hugo)
        };
        let site = Site::new(&settings, config(), "2021-01-01".parse().unwrap());
        let page = site.of(file);
        let text = "---\ntitle: A\ndate: 2020-12-03\n---\nx\n";
        let reading =
            crate::news::readers::markdown::read_page("s", file, text, London, Some(&page));
        let link = reading.items.first().and_then(|item| item.link.as_deref());
        assert_eq!(link, expected, "{file}");
    }
    // A language may have a file of its own.
    let parts = [("languages.cy.toml".to_owned(), "contentDir = 'content/cy'".to_owned())];
    let config = Config::read(SourceKind::Hugo, "", "hugo.toml", "", &parts);
    assert_eq!(config.languages.of_folder("content/cy/news"), Some(("cy", "news")));
}

#[test]
fn hugo_publishes_what_its_settings_say() {
    let text = "buildFuture = true\nbuildDrafts = true\n";
    let config = Config::read(SourceKind::Hugo, "", "hugo.toml", text, &[]);
    let settings =
        Settings { path: Some("content/news".into()), ..Settings::new("site", SourceKind::Hugo) };
    for (config, is_published) in [(config, true), (Config::default(), false)] {
        let site = Site::new(&settings, config, "2021-01-01".parse().unwrap());
        let text = "---\ntitle: A\ndraft: true\ndate: 2021-05-05\n---\nx\n";
        let page = site.of("a.md");
        let reading =
            crate::news::readers::markdown::read_page("s", "a.md", text, London, Some(&page));
        assert_eq!(reading.items.len(), usize::from(is_published), "{reading:?}");
    }
}

#[test]
fn what_the_settings_leave_out_is_found_by_its_place() {
    let has = |config: &Config, path: &str| {
        config.ignored.iter().any(|regex| regex::Regex::new(regex).unwrap().is_match(path))
    };
    let mut eleventy = Config::read(
        SourceKind::Eleventy,
        "",
        ".eleventy.js",
        "c.ignores.add('posts/*.tmp.md')",
        &[],
    );
    eleventy.ignore("# ours\ndrafts\n/posts/old/**\n*.bak.md\n!kept.md\n");
    let hugo =
        Config::read(SourceKind::Hugo, "", "hugo.toml", "ignoreFiles = ['\\.foo\\.md$']", &[]);
    let jekyll =
        Config::read(SourceKind::Jekyll, "", "_config.yml", "exclude: [old/, \"*.txt.md\"]", &[]);
    for (config, path, is_out) in [
        (&eleventy, "posts/a.tmp.md", true),
        (&eleventy, "posts/a.md", false),
        (&eleventy, "posts/drafts/a.md", true),
        (&eleventy, "posts/old/x/a.md", true),
        (&eleventy, "posts/x/a.bak.md", true),
        (&eleventy, "kept.md", false),
        (&hugo, "content/news/a.foo.md", true),
        (&hugo, "content/news/afoo.md", false),
        (&jekyll, "old/_posts/2020-12-03-a.md", true),
        (&jekyll, "older/_posts/2020-12-03-a.md", false),
        (&jekyll, "a.txt.md", true),
    ] {
        assert_eq!(has(config, path), is_out, "{path}");
    }
}
