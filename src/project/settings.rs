//! `roundup.toml`: every room's settings in one file, and no unknown word.
//! Pure: text in, settings out.

use std::collections::BTreeMap;
use std::ops::Range;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::compose::Branding;
use crate::compose::theme::{Appeal, FooterLinks, Organisation, Theme, ThemeWords};
use crate::pictures::settings::Settings as PictureSettings;
use crate::problem::HELP;
use crate::problem::{Place, nearest, of_another_kind};
use crate::rfc::dkim;
use crate::{approval, audience, check, message, news, operator, people, schedule, send, web};

/// The whole file.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where a day begins and ends.
    #[serde(default = "london")]
    pub time_zone: Tz,
    pub organisation: Organisation,
    pub sender: message::Settings,
    #[serde(default)]
    pub theme: Theme,
    pub appeal: Option<Appeal>,
    /// Where else the charity is, for the footer.
    #[serde(default)]
    pub links: FooterLinks,
    /// Languages that the email goes out in too, by code, with the organisation's words in them.
    #[serde(default)]
    pub translations: BTreeMap<String, ThemeWords>,
    /// Where news comes from; the folder `news/` when there is none.
    #[serde(default)]
    pub news: Vec<news::source::Settings>,
    /// Where pictures that are files of the project go.
    #[serde(default)]
    pub pictures: PictureSettings,
    #[serde(default)]
    pub checks: check::Settings,
    #[serde(default)]
    pub send: send::Settings,
    #[serde(default)]
    pub dkim: dkim::Settings,
    #[serde(default)]
    pub serve: web::serve::Settings,
    #[serde(default)]
    pub archive: web::archive::Settings,
    /// Where mail services report events to, by the name in the address.
    #[serde(default)]
    pub hooks: BTreeMap<String, web::serve::HookSettings>,
    #[serde(default)]
    pub leaving: people::Settings,
    #[serde(default)]
    pub joining: people::JoinSettings,
    #[serde(default)]
    pub bounces: people::BounceSettings,
    #[serde(default)]
    pub people: audience::settings::Settings,
    /// Who must have approved an edition before it is sent.
    #[serde(default)]
    pub approval: approval::Settings,
    /// When editions go out without anybody at the keyboard.
    #[serde(default)]
    pub schedule: schedule::Settings,
    /// Who hears of it when nobody is at the keyboard.
    #[serde(default)]
    pub notify: operator::Settings,
    /// `[theme]` as it was written: only what stands there changes a theme.
    #[serde(skip)]
    written_theme: toml::Table,
    /// Settings that stand there under the name they had before, with the name they have now.
    #[serde(skip)]
    pub old_names: Vec<(&'static str, &'static str)>,
    /// The file's text: findings about what stands in it name its line.
    #[serde(skip)]
    pub text: String,
}

/// Settings of `[send]` that have another name now; the old one is still read.
pub(super) const OLD_NAMES: [(&str, &str); 2] = [("window", "lookahead"), ("hello", "ehlo_name")];

fn london() -> Tz {
    Tz::Europe__London
}

/// What is wrong with the file, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{what}")]
pub struct SettingsError {
    pub place: Place,
    pub what: String,
    pub cure: String,
    /// The line it stands on.
    pub line_text: Option<String>,
}

impl Settings {
    /// Reads the file's text.
    ///
    /// # Errors
    /// With line and column.
    pub fn read(path: &str, text: &str) -> Result<Self, SettingsError> {
        let wrong = |error: &toml::de::Error| explain(path, text, error.message(), error.span());
        let mut settings: Self = toml::from_str(text).map_err(|error| wrong(&error))?;
        let mut whole: toml::Table = toml::from_str(text).map_err(|error| wrong(&error))?;
        if let Some(toml::Value::Table(send)) = whole.get("send") {
            let is_there = |(old, _): &(&str, &str)| send.contains_key(*old);
            settings.old_names = OLD_NAMES.into_iter().filter(is_there).collect();
        }
        if let Some(toml::Value::Table(theme)) = whole.remove("theme") {
            settings.written_theme = theme;
        }
        text.clone_into(&mut settings.text);
        Ok(settings)
    }

    /// The name of the theme that `[theme]` changes, if it names one.
    pub fn theme_name(&self) -> Option<&str> {
        self.theme.base.as_deref()
    }

    /// Puts a theme's file under what `[theme]` says. `path` is the file's name, for places.
    ///
    /// # Errors
    /// When the file is wrong, with line and column.
    pub fn put_under(&mut self, path: &str, text: &str) -> Result<(), SettingsError> {
        let wrong = |error: &toml::de::Error| explain(path, text, error.message(), error.span());
        let _: Theme = toml::from_str(text).map_err(|error| wrong(&error))?;
        let mut whole: toml::Table = toml::from_str(text).map_err(|error| wrong(&error))?;
        // A panel is a shade of the colours that it was chosen for: others get a shade of their own.
        for tint in ["tint", "dark_tint"] {
            let dark = tint.strip_suffix("tint").unwrap_or_default();
            let is_changed = ["accent", "ink", "muted", "paper"]
                .iter()
                .any(|name| self.written_theme.contains_key(&format!("{dark}{name}")));
            if is_changed {
                whole.remove(tint);
            }
        }
        whole.extend(self.written_theme.clone());
        self.theme = Theme::deserialize(whole).map_err(|error| wrong(&error))?;
        Ok(())
    }

    /// What composing needs.
    pub fn theme(&self) -> Branding {
        Branding {
            organisation: self.organisation.clone(),
            look: self.theme.clone(),
            appeal: self.appeal.clone(),
            links: self.links.clone(),
            archive: self.archive.linked().map(str::to_owned),
            translations: self.translations.clone(),
        }
    }

    /// The sources of news.
    pub fn sources(&self) -> Vec<news::source::Settings> {
        match self.news.as_slice() {
            [] => vec![news::source::Settings::folder()],
            sources => sources.to_vec(),
        }
    }
}

/// What is wrong with a TOML file, from what the library says of it.
pub(super) fn explain(
    path: &str,
    text: &str,
    message: &str,
    span: Option<Range<usize>>,
) -> SettingsError {
    let message = message.trim();
    let start = span.map_or(0, |span| span.start).min(text.len());
    let before = text.get(..start).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let line_text = text.lines().nth(line - 1).map(str::to_owned);
    if let Some((what, cure)) = message.split_once(HELP) {
        let cure = cure.lines().next().unwrap_or_default().to_owned();
        return SettingsError {
            place: Place::at(path, line, column),
            what: what.to_owned(),
            cure,
            line_text,
        };
    }
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let (what, cure) = match quoted.as_slice() {
        [unknown, known @ ..] if message.starts_with("unknown field") => (
            format!("there is no setting `{unknown}` here"),
            groups_with(unknown).unwrap_or_else(|| match nearest(unknown, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the settings here are {}", known.join(", ")),
            }),
        ),
        [unknown, known @ ..] if message.starts_with("unknown variant") => (
            format!("`{unknown}` is not one of the words allowed here"),
            match nearest(unknown, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("write one of {}", known.join(", ")),
            },
        ),
        [missing, ..] if message.starts_with("missing field") => (
            format!("the setting `{missing}` is missing"),
            format!("add a line `{missing} = \"…\"`, or `[{missing}]` if it is a group"),
        ),
        _ if message.contains("time zone") || message.contains("timezone") => (
            "there is no such time zone".to_owned(),
            "write it as Europe/London, with a capital for each part".to_owned(),
        ),
        _ if message.starts_with("duplicate") => {
            ("this setting appears twice".to_owned(), "remove one of them".to_owned())
        }
        _ if message.starts_with("invalid type") => of_another_kind(message, line_text.as_deref()),
        _ => (
            "this setting has the wrong form".to_owned(),
            "a setting is written as name = \"text\", and a group begins with [name]".to_owned(),
        ),
    };
    SettingsError { place: Place::at(path, line, column), what, cure, line_text }
}

/// Where a setting belongs that is known elsewhere.
fn groups_with(name: &str) -> Option<String> {
    let groups = [
        ("[organisation]", fields_of::<Organisation>()),
        ("[sender]", fields_of::<message::Settings>()),
        ("[theme]", fields_of::<Theme>()),
        ("[appeal]", fields_of::<Appeal>()),
        ("[[news]]", fields_of::<news::source::Settings>()),
        ("[checks]", fields_of::<check::Settings>()),
        ("[send]", fields_of::<send::Settings>()),
        ("[dkim]", fields_of::<dkim::Settings>()),
        ("[serve]", fields_of::<web::serve::Settings>()),
        ("[joining]", fields_of::<people::JoinSettings>()),
        ("[people]", fields_of::<audience::settings::Settings>()),
        ("[approval]", fields_of::<approval::Settings>()),
        ("[schedule]", fields_of::<schedule::Settings>()),
        ("[notify]", fields_of::<operator::Settings>()),
    ];
    let has = |fields: &Vec<String>| fields.iter().any(|field| field == name);
    if has(&fields_of::<Settings>()) {
        return Some(format!("`{name}` belongs at the top of the file, before the first [group]"));
    }
    let known: Vec<&str> =
        groups.iter().filter(|(_, fields)| has(fields)).map(|(group, _)| *group).collect();
    if known.is_empty() {
        return None;
    }
    Some(format!("`{name}` belongs under {}: move the line there", known.join(" or ")))
}

/// The settings of a group, from what serde says to one that nobody has.
pub(super) fn fields_of<T: serde::de::DeserializeOwned>() -> Vec<String> {
    match toml::from_str::<T>("'' = 0") {
        Ok(_) => Vec::new(),
        Err(error) => error
            .message()
            .split('`')
            .skip(1)
            .step_by(2)
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
[organisation]
name = "Example Charity"
legal_name = "Example Charity Limited"
address = "1 Example Street"
website = "https://charity.example"
contact = "hello@charity.example"

[sender]
name = "Example Charity"
address = "news@charity.example"
"#;

    fn error(change: impl FnOnce(String) -> String) -> (String, String, String) {
        let error = Settings::read("roundup.toml", &change(GOOD.to_owned())).unwrap_err();
        (error.place.to_string(), error.what, error.cure)
    }

    #[test]
    fn what_is_not_written_has_a_default() {
        let settings = Settings::read("roundup.toml", GOOD).unwrap();
        assert_eq!(settings.time_zone, Tz::Europe__London);
        assert_eq!(settings.sources(), [news::source::Settings::folder()]);
        assert_eq!(settings.theme().look, Theme::default());
    }

    #[test]
    fn a_theme_is_changed_by_what_stands_in_the_settings_and_by_nothing_else() {
        let text = format!("{GOOD}\n[theme]\nuse = \"meadow\"\nink = \"#000000\"\n");
        let mut settings = Settings::read("roundup.toml", &text).unwrap();
        assert_eq!(settings.theme_name(), Some("meadow"));
        let meadow = crate::compose::theme::built_in("meadow").unwrap();
        settings.put_under("templates/themes/meadow.toml", meadow).unwrap();
        let look = settings.theme().look;
        assert_eq!(
            (look.ink.as_str(), look.accent.as_str(), look.button_radius),
            ("#000000", "#2f5d3a", 24)
        );
        let wrong = settings.put_under("templates/themes/x.toml", "ink = \"#000000\"\naccnt = 1\n");
        let wrong = wrong.unwrap_err();
        assert_eq!(
            (wrong.place.to_string().as_str(), wrong.cure.as_str()),
            ("templates/themes/x.toml:2:1", "did you mean `accent`?")
        );
    }

    #[test]
    fn unknown_names_are_refused_with_the_nearest() {
        let (place, what, cure) = error(|good| good.replace("legal_name", "legal_nam"));
        assert_eq!(place, "roundup.toml:4:1");
        assert_eq!(what, "there is no setting `legal_nam` here");
        assert_eq!(cure, "did you mean `legal_name`?");
        for (wrong, expected) in [
            ("language = \"cy\"", "`language` belongs under [theme]: move the line there"),
            ("connections = 3", "`connections` belongs under [send]: move the line there"),
            (
                "allow_local = true",
                "`allow_local` belongs under [[news]] or [checks]: move the line there",
            ),
        ] {
            assert_eq!(error(|good| format!("{wrong}\n{good}")).2, expected);
        }
        let (_, _, cure) = error(|good| good + "[send]\ntime_zone = \"Europe/Paris\"\n");
        assert_eq!(cure, "`time_zone` belongs at the top of the file, before the first [group]");
        let (_, what, cure) = error(|good| good + "[[news]]\nname = \"x\"\nkind = \"rss\"\n");
        assert_eq!(what, "`rss` is not one of the words allowed here");
        assert_eq!(
            cure,
            "write one of markdown, hugo, jekyll, zola, eleventy, csv, json, feed, wordpress, ghost, page, listing"
        );
    }

    #[test]
    fn a_number_out_of_its_range_is_refused_with_the_range() {
        for (setting, range) in [
            ("[send]\nconnections = 0", "1 to 64"),
            ("[send]\nconnections = 65", "1 to 64"),
            ("[send]\nconnections = -1", "1 to 64"),
            ("[send]\nconnections = 9223372036854775807", "1 to 64"),
            ("[send]\nmessages_per_connection = 0", "1 to 1000000"),
            ("[send]\nlookahead = 2", "0 to 1"),
            ("[send]\nwindow = 256", "0 to 1"),
            ("[send]\nexpires_after_hours = 721", "0 to 720"),
            ("[send]\nretry_after_seconds = 86401", "0 to 86400"),
            ("[send]\nanswer_within_seconds = 3601", "1 to 3600"),
            ("[theme]\nbutton_radius = 61", "0 to 60"),
            ("[theme]\nlogo_width = 15", "16 to 600"),
            ("[theme]\ncorner_radius = 41", "0 to 40"),
            ("[theme]\nheading_weight = 99", "100 to 900"),
        ] {
            let (place, what, cure) = error(|good| format!("{good}\n{setting}\n"));
            let number = setting.rsplit(' ').next().unwrap();
            assert_eq!(what, format!("this number is {number}; it must be from {range}"));
            assert_eq!(cure, "write another number", "{setting}");
            assert!(place.starts_with("roundup.toml:14:"), "{setting}: {place}");
        }
    }

    #[test]
    fn links_stand_in_their_order_and_are_web_addresses() {
        let links = |lines: &str| {
            let text = format!("{GOOD}\n[links]\n{lines}");
            let read = Settings::read("roundup.toml", &text);
            read.map(|settings| settings.links.0.into_iter().map(|link| link.name).collect())
        };
        let names: Result<Vec<String>, _> = links(
            "Website = \"https://e.org/\"\n\"Past editions\" = \"https://e.org/past\"\nBluesky = \"https://b.example/x\"\n",
        );
        assert_eq!(names.unwrap(), ["Website", "Past editions", "Bluesky"]);
        assert_eq!(links("").unwrap(), Vec::<String>::new());
        let many: String = (0..9).map(|n| format!("a{n} = \"https://e.org/\"\n")).collect();
        for (lines, what, cure) in [
            ("X = \"e.org\"", "`e.org` is not a web address", "https://www.charity.org.uk/"),
            ("X = \"javascript:alert(1)\"", "is not a web address", "https://"),
            ("X = 1", "expected text", "quotation marks"),
            ("\"\" = \"https://e.org\"", "the name of a link has 0 characters", "1 to 40"),
            ("\"a\\nb\" = \"https://e.org\"", "or a control character", "1 to 40"),
            (&*many, "[links] has 9 links", "keep at most 8"),
        ] {
            let error = links(lines).unwrap_err();
            assert!(error.what.contains(what) && error.cure.contains(cure), "{lines}: {error:?}");
            assert!(error.place.line.is_some_and(|line| line >= 13), "{lines}: {error:?}");
        }
    }

    #[test]
    fn a_panel_is_a_shade_of_the_colours_that_are_in_use() {
        let tint = |lines: &str| {
            let text = format!("{GOOD}\n[theme]\n{lines}");
            let mut settings = Settings::read("roundup.toml", &text).unwrap();
            let harbour = crate::compose::theme::built_in("harbour").unwrap();
            settings.put_under("harbour", harbour).unwrap();
            (settings.theme.tint, settings.theme.dark_tint)
        };
        let own = |text: &str| Some(text.to_owned());
        assert_eq!(tint("tagline = \"x\"\n"), (own("#e6f1f3"), own("#1d2f36")));
        assert_eq!(tint("accent = \"#aa0000\"\n"), (None, own("#1d2f36")));
        assert_eq!(tint("dark_paper = \"#000000\"\n"), (own("#e6f1f3"), None));
        assert_eq!(
            tint("accent = \"#aa0000\"\ntint = \"#ffeeee\"\n"),
            (own("#ffeeee"), own("#1d2f36"))
        );
    }

    #[test]
    fn settings_that_changed_their_name_are_read_under_the_old_one() {
        let text = format!("{GOOD}\n[send]\nwindow = 0\nhello = \"mx.charity.example\"\n");
        let settings = Settings::read("roundup.toml", &text).unwrap();
        assert_eq!(settings.send.lookahead, 0);
        assert_eq!(settings.send.ehlo_name.as_deref(), Some("mx.charity.example"));
        assert_eq!(settings.old_names, [("window", "lookahead"), ("hello", "ehlo_name")]);
    }

    #[test]
    fn missing_groups_and_wrong_types() {
        let (place, what, _) = error(|good| good.replace("[sender]", "[theme]\n[appeal]"));
        assert!(what.contains("there is no setting") || what.contains("missing"), "{place} {what}");
        let (_, what, cure) = error(|good| good.replace("\"1 Example Street\"", "7"));
        assert_eq!(what, "expected text, found a number");
        assert_eq!(cure, "put it in quotation marks: name = \"text\"");
        let (_, what, _) = error(|_| "time_zone = \"Europe/Londn\"".to_owned() + GOOD);
        assert_eq!(what, "there is no such time zone");
        let (place, _, _) = error(|good| good.replace("\"Example Charity\"", "\"Example"));
        assert!(place.starts_with("roundup.toml:3:"), "{place}");
    }

    /// Every setting that is a text and reaches the email or its header fields.
    const WHOLE: &str = r##"
[organisation]
name = "Example Charity"
legal_name = "Example Charity Limited"
address = "1 Example Street"
charity = "Registered charity no. 1"
website = "https://charity.example/"
contact = "hello@charity.example"
why = "You asked."

[sender]
name = "Example Charity"
address = "news@charity.example"
reply_to = "hello@charity.example"
bounce_address = "bounces@charity.example"
list_id = "news.charity.example"
unsubscribe_address = "leave@charity.example"
public_url = "https://news.charity.example/"

[theme]
use = "harbour"
language = "en"
accent = "#0b5a6f"
accent_ink = "#ffffff"
ink = "#1d2733"
muted = "#55626f"
paper = "#fdfdfc"
ground = "#eceff1"
line = "#dde3e7"
dark_accent = "#7fd3e6"
dark_ink = "#eef2f5"
dark_muted = "#b3bec8"
dark_paper = "#1b2229"
dark_ground = "#11161b"
dark_line = "#3b4650"
font = "Arial, sans-serif"
heading_font = "Georgia, serif"
logo = "https://charity.example/logo.png"
tagline = "A line"
footer = "Thank you."

[appeal]
title = "Give"
text = "Ten pounds."
button = "Give now"
url = "https://charity.example/give"

[archive]
url = "https://charity.example/archive"
in_emails = true

[translations.cy]
name = "Elusen"
legal_name = "Elusen Cyf"
address = "1 Stryd"
charity = "Elusen 1"
website = "https://charity.example/cy"
why = "Gofynnoch."
tagline = "Llinell"
footer = "Diolch."

[translations.cy.appeal]
title = "Rhoi"
text = "Deg punt."
button = "Rhoi nawr"
url = "https://charity.example/rhoi"
"##;

    /// One person's message made with these settings, in both languages; or why there is none.
    fn messages(text: &str) -> Result<Vec<String>, String> {
        use crate::audience::People;
        use crate::audience::{Keys, Recipient};
        use crate::compose::{Nonce, Templates, compose};
        use crate::message::{MessageTemplate, Sender};

        let settings = Settings::read("roundup.toml", text).map_err(|error| error.to_string())?;
        let identity = Sender::new(&settings.sender).map_err(|error| error.to_string())?;
        let story =
            "---\ntitle: A story\ndate: 2020-12-03\nlink: https://charity.example/1\n---\nWords.\n";
        let items =
            crate::news::readers::markdown::read("news", "news/a.md", story, Tz::Europe__London)
                .items;
        let draft =
            "---\nsubject: News\npreheader: Words\nwindow: 2020-12\nitems: [a]\n---\n\nHello.\n";
        let draft = crate::edition::Draft::read("x", "editions/x.md", draft, Tz::Europe__London);
        let draft = draft.map_err(|problem| problem.to_string())?;
        let selection = crate::window::select(items, &draft.window, "2021-01-04".parse().unwrap());
        let edition = crate::edition::edit(&draft, selection).map_err(|error| error.to_string())?;
        let templates = Templates::with([]);
        let nonce = Nonce::new([7; 16]);
        let composition =
            compose(&edition, &settings.theme(), &templates, &People::default(), nonce)
                .map_err(|error| error.to_string())?;
        let now = "2021-01-04T09:00:00Z".parse().unwrap();
        let skeleton = MessageTemplate::new(
            composition,
            identity,
            Keys::new(b"secret"),
            Vec::new(),
            now,
            Tz::UTC,
        )
        .map_err(|error| error.to_string())?;
        let person = |language: &str| Recipient {
            address: crate::rfc::address::EmailAddress::parse("ann@example.org").unwrap(),
            values: [("language".to_owned(), language.to_owned())].into(),
            segments: std::collections::BTreeSet::new(),
        };
        Ok(["en", "cy"]
            .map(|language| {
                let person = person(language);
                let message = skeleton.personalise(&person);
                let head = String::from_utf8_lossy(&message.bytes).into_owned();
                let (_, html, _) = skeleton.seen_by(&person);
                format!("{}\n\n{html}", head.split("\r\n\r\n").next().unwrap())
            })
            .to_vec())
    }

    #[test]
    fn no_setting_becomes_a_header_field_or_markup() {
        assert!(messages(WHOLE).is_ok(), "{:?}", messages(WHOLE));
        // In TOML's own escapes, as somebody would write them.
        let attacks = [
            "\\r\\nBcc: evil@evil.example",
            "\\nBcc: evil@evil.example",
            "\\rBcc: evil@evil.example",
            "\\\" onload=\\\"evil",
            "</style><script>evil</script>",
            "\\uF8FEevil\\uF8FE",
            "\\u0085Bcc: evil@evil.example",
        ];
        let lines: Vec<&str> = WHOLE.lines().collect();
        let mut taken = 0;
        for (number, line) in lines.iter().enumerate() {
            let Some(value) = line.strip_suffix('"').filter(|line| line.contains(" = \"")) else {
                continue;
            };
            for attack in attacks {
                let mut changed = lines.clone();
                let attacked = format!("{value}{attack}\"");
                changed[number] = &attacked;
                let Ok(messages) = messages(&changed.join("\n")) else { continue };
                taken += 1;
                for message in messages {
                    let fields = message.split("\n\n").next().unwrap();
                    let is_field =
                        fields.split(['\r', '\n', '\u{85}']).any(|line| line.starts_with("Bcc:"));
                    assert!(!is_field, "{attacked}: {fields}");
                    for markup in ["<script", " onload=\"evil", "<!--[if mso | IE]>evil"] {
                        assert!(!message.contains(markup), "{attacked}: {message}");
                    }
                }
            }
        }
        // Words of people, such as a footer, may hold some of it, as words.
        assert!(taken > 20, "{taken}");
    }
}
