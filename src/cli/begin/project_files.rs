//! The files of a new newsletter: settings, sample news, a sample list.
//! Pure: answers in, files out.

use chrono::{Datelike, Days, NaiveDate};
use chrono_tz::Tz;

use crate::cli::steps::source_text::{host_of, quoted, source_text};
use crate::news::sources::website_news::WebsiteNews;

const SETTINGS: &str = include_str!("sample/settings.toml");
const ENVIRONMENT: &str = include_str!("../../../.env.example");
const LIST: &str = include_str!("sample/people.csv");
const IGNORED: &str = "# Secrets, people and what roundup makes: not for others.\n/.env\n/.roundup/\n/outbox/\n/preview/\n/subscribers/\n/website/\n";
/// Invented stories, each with the day of the month on which it came out.
const STORIES: [(u32, &str, &str); 6] = [
    (3, "youth-club", include_str!("sample/youth-club.md")),
    (8, "helpline", include_str!("sample/helpline.md")),
    (12, "report", include_str!("sample/report.md")),
    (17, "training", include_str!("sample/training.md")),
    (22, "volunteers", include_str!("sample/volunteers.md")),
    (27, "funding", include_str!("sample/funding.md")),
];
/// Drawn by `scripts/draw-pictures`.
const PICTURES: [(&str, &[u8]); 5] = [
    ("hampers", include_bytes!("../../../news/pictures/hampers.png")),
    ("helpline", include_bytes!("../../../news/pictures/helpline.png")),
    ("report", include_bytes!("../../../news/pictures/report.png")),
    ("training", include_bytes!("../../../news/pictures/training.png")),
    ("youth-group", include_bytes!("../../../news/pictures/youth-group.png")),
];
const SAMPLE_NEWS: &str = "[[news]]\nname = \"news\"\nkind = \"markdown\"\npath = \"news\"\n";

/// What a new newsletter is like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProject {
    pub name: String,
    pub sender: String,
    pub website: Option<String>,
    pub news: Option<WebsiteNews>,
    pub allow_local: bool,
    pub language: String,
    pub time_zone: Tz,
    /// The relay's address; none is practice mode.
    pub relay: Option<String>,
}

/// A file below the new folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectEntry {
    pub name: String,
    pub bytes: Vec<u8>,
    /// Whether only its owner may read it.
    pub is_private: bool,
}

impl ProjectEntry {
    fn new(name: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), bytes: content.into(), is_private: false }
    }

    fn private(name: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        Self { is_private: true, ..Self::new(name, content) }
    }
}

impl NewProject {
    /// Its files, as of a day: the sample's stories came out in the month before.
    pub fn files(&self, today: NaiveDate) -> Vec<ProjectEntry> {
        let mut files = vec![
            ProjectEntry::new("roundup.toml", self.settings()),
            ProjectEntry::new(".env.example", ENVIRONMENT),
            ProjectEntry::new(".gitignore", IGNORED),
            ProjectEntry::private("subscribers/people.csv", LIST),
        ];
        if let Some(relay) = &self.relay {
            files.push(ProjectEntry::private(".env", format!("ROUNDUP_RELAY='{relay}'\n")));
        }
        if self.news.is_none() {
            let last = today.with_day(1).and_then(|first| first.checked_sub_days(Days::new(1)));
            let last = last.unwrap_or(today);
            for (day, name, text) in STORIES {
                let date = last.with_day(day).unwrap_or(last);
                let text = text.replacen("DAY", &date.to_string(), 1);
                files.push(ProjectEntry::new(format!("news/{date}-{name}.md"), text));
            }
            for (name, picture) in PICTURES {
                files.push(ProjectEntry::new(format!("news/pictures/{name}.png"), picture));
            }
        }
        files
    }

    /// `roundup.toml`.
    pub fn settings(&self) -> String {
        let domain = self.sender.rsplit('@').next().unwrap_or("charity.example");
        let website = self.website.as_deref().unwrap_or("https://charity.example/");
        let news = match &self.news {
            None => SAMPLE_NEWS.to_owned(),
            Some(found) => {
                let name = host_of(&found.url);
                let (url, select) = (&found.url, found.select.as_ref());
                source_text(&name, found.kind, url, self.allow_local, select)
            }
        };
        [
            ("@TIME_ZONE@", quoted(self.time_zone.name())),
            ("@NAME@", quoted(&self.name)),
            ("@WEBSITE@", quoted(website)),
            ("@PICTURES@", quoted(&format!("{}/pictures", website.trim_end_matches('/')))),
            ("@CONTACT@", quoted(&format!("hello@{domain}"))),
            ("@SENDER@", quoted(&self.sender)),
            ("@LANGUAGE@", quoted(&self.language)),
            ("@NEWS@", news),
        ]
        .into_iter()
        .fold(SETTINGS.to_owned(), |text, (place, value)| text.replace(place, &value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::news::source::{Select, SourceKind};
    use crate::project::Settings;

    fn project(name: &str) -> NewProject {
        NewProject {
            name: name.to_owned(),
            sender: "news@charity.example".to_owned(),
            website: None,
            news: None,
            allow_local: false,
            language: "en".to_owned(),
            time_zone: chrono_tz::Europe::London,
            relay: None,
        }
    }

    #[test]
    fn the_samples_stories_came_out_in_the_month_before() {
        for (today, month) in [("2026-03-31", "2026-02"), ("2027-01-01", "2026-12")] {
            let files = project("A").files(today.parse().unwrap());
            let stories: Vec<&ProjectEntry> = files
                .iter()
                .filter(|file| file.name.split('.').next_back() == Some("md"))
                .collect();
            assert_eq!(stories.len(), STORIES.len());
            for story in stories {
                assert!(story.name.starts_with(&format!("news/{month}-")), "{}", story.name);
                assert!(String::from_utf8_lossy(&story.bytes).contains(&format!("date: {month}-")));
            }
        }
    }

    /// What the questions let through: no control, no other end of a line, no noncharacter.
    const LINE_OF_40: &str = "[^\\p{Cc}\\p{Zl}\\p{Zp}\\p{Noncharacter_Code_Point}]{1,40}";
    const LINE_OF_20: &str = "[^\\p{Cc}\\p{Zl}\\p{Zp}\\p{Noncharacter_Code_Point}]{1,20}";

    proptest::proptest! {
        #[test]
        fn whatever_it_is_called_the_settings_can_be_read(
            name in LINE_OF_40, url in "https://c\\.example/[a-z0-9%_./-]{0,20}", item in LINE_OF_20,
        ) {
            let mut project = project(&name);
            project.website = Some(url.clone());
            project.news = Some(WebsiteNews {
                kind: SourceKind::Page,
                url: url.clone(),
                select: Some(Select { item: item.clone(), ..Select::default() }),
                stories: 3,
                newest: None,
                days: Vec::new(),
            });
            let settings = Settings::read("roundup.toml", &project.settings()).unwrap();
            proptest::prop_assert_eq!(settings.organisation.name, name);
            proptest::prop_assert_eq!(settings.organisation.website, url.clone());
            proptest::prop_assert_eq!(settings.news[0].url.as_deref(), Some(url.as_str()));
            proptest::prop_assert_eq!(&settings.news[0].select.as_ref().unwrap().item, &item);
        }
    }
}
