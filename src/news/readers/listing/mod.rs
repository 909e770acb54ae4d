//! A news page's listing pasted as text: its stories, with the days that stand above, below or beside them.
//! Pure: text in, items and problems out.

mod beside;
mod bullets;
mod cells;
mod class;
mod emphasis;
mod line;
mod lines;
mod look;
mod marker;
mod near_days;
mod noise;
mod roles;
mod sections;
mod shape;
mod slots;
mod story;

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

pub use marker::{is_marker, without_marker};
use shape::{ListShape, shapes};
use story::Story;

use super::decode::text_of;
use super::fields::{self, Origin};
use super::text::without_more;
use crate::date::{Numeric, PartialDate, WrittenDate};
use crate::news::item::{Reading, SkippedItem, slug, title_from};
use crate::news::source::SourceContext;
use crate::problem::{Place, Problem};
use crate::rfc::text::one_line;

/// A shorter rest than this is a page number or a menu word, not a teaser.
const SHORTEST_TEASER_CHARS: usize = 30;
/// Stories of a reading that are shown where somebody must choose.
const SHOWN: usize = 2;

/// Reads the stories in the order of the page. The source's `date` is all that is known of when they were published.
pub fn read(opened: &SourceContext<'_>, bytes: &[u8]) -> Reading {
    let SourceContext { settings, shown: path, zone, date } = *opened;
    let (mut reading, text) = (Reading::default(), text_of(bytes));
    let year = match date {
        Some(PartialDate::Year(year) | PartialDate::Month(year, _)) => Some(year),
        Some(PartialDate::Day(_) | PartialDate::Instant(_)) | None => None,
    };
    let lines::ListingTokens { tokens, elsewhere } = lines::tokens(&text, zone, year);
    reading.skipped = parts_left_out(opened, elsewhere);
    let ways = shapes(&tokens);
    let chosen = settings.way.and_then(|way| ways.get(way.checked_sub(1)?));
    let mut stories =
        chosen.or(ways.first()).map(|shape| shape.stories.clone()).unwrap_or_default();
    if let ([one, other], None) = (&ways[..], chosen) {
        reading.problems.push(two_ways(path, one, other));
        leave_open(&mut stories, other);
    }
    let width = stories.len().to_string().len().max(2);
    for (index, story) in stories.iter().enumerate() {
        let number = index + 1;
        let summary = without_more(&one_line(&story.texts.join(" ")));
        if summary.chars().count() < SHORTEST_TEASER_CHARS && story.title.is_none() {
            reading.problems.push(Problem::new(
                Place::line(path, story.line),
                format!("`{summary}` is too short to be a story: it was left out"),
                "add it by hand if it is one",
            ));
            continue;
        }
        let mut values = BTreeMap::new();
        let title = story.title.clone().unwrap_or_else(|| title_from(&summary));
        values.insert("title_made".to_owned(), Value::Bool(story.title.is_none()));
        values.insert("title".to_owned(), Value::String(title.clone()));
        if let Some(link) = &story.link {
            values.insert("link".to_owned(), Value::String(link.clone()));
        }
        let date = story.day.map(WrittenDate::likely).or(date);
        let when = date.map_or_else(String::new, |date| format!("{date}-"));
        let before = reading.items.len();
        fields::add(
            &mut reading,
            &values,
            Origin {
                id: Some(format!("{when}listing-{number:0width$}-{}", slug(&title))),
                date,
                body: Some(fields::tidy(&summary)),
                ..Origin::listed(&settings.name, Place::line(path, story.line), zone, index)
            },
        );
        if let (Some(item), Some(words)) = (reading.items.get_mut(before), &story.day_words) {
            item.evidence.date = Some(format!("the words “{words}” of the pasted text"));
            item.numeric = story.day.and_then(|day| Numeric::of_words(words, day, None));
        }
    }
    if text.lines().nth(cells::MOST_LINES).is_some() {
        reading.problems.push(Problem::new(
            Place::line(path, cells::MOST_LINES + 1),
            "this text is longer than any page: everything from here on was left out",
            "paste its parts into separate files",
        ));
    }
    if reading.items.is_empty() {
        reading.problems.push(Problem::new(
            Place::whole(path),
            "there is no story in this text",
            "paste the part of the page with the stories, one a line, or each ending in “Read more”",
        ));
    }
    reading
}

/// The parts of the page that are not its news.
fn parts_left_out(
    opened: &SourceContext<'_>,
    elsewhere: Vec<(usize, String, &'static str)>,
) -> Vec<SkippedItem> {
    let skipped = |(line, title, reason): (usize, String, &str)| SkippedItem {
        title,
        source: opened.settings.name.clone(),
        place: Place::line(opened.shown, line),
        reason: reason.to_owned(),
    };
    elsewhere.into_iter().map(skipped).collect()
}

/// Says that a text can be read in two ways, and what to type.
fn two_ways(path: &str, one: &ListShape, other: &ListShape) -> Problem {
    let shown = |shape: &ListShape| {
        let first: Vec<String> = shape
            .stories
            .iter()
            .take(SHOWN)
            .map(|story| {
                let title =
                    story.title.clone().unwrap_or_else(|| title_from(&story.texts.join(" ")));
                match story.day.map(WrittenDate::likely) {
                    Some(day) => format!("“{title}” of {day}"),
                    None => format!("“{title}” without a day"),
                }
            })
            .collect();
        format!("{} ({}, …)", shape.order, first.join(", "))
    };
    Problem::new(
        Place::whole(path),
        format!("this text can be read in two ways. 1: {}. 2: {}", shown(one), shown(other)),
        "choose one: way = 1 or way = 2 in the source in roundup.toml, or --way with `roundup \
         news import`",
    )
}

/// Until somebody has said which reading is right, a day of which only one of them speaks is not known.
fn leave_open(stories: &mut [Story], other: &ListShape) {
    let days: HashMap<(&Option<String>, &[String]), Option<WrittenDate>> = other
        .stories
        .iter()
        .rev()
        .map(|story| ((&story.title, &story.texts[..]), story.day))
        .collect();
    for story in stories {
        if days.get(&(&story.title, &story.texts[..])).is_none_or(|day| *day != story.day) {
            story.day = None;
            story.day_words = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;
    use proptest::prelude::*;

    use super::*;
    use crate::news::source::{Settings, SourceKind};

    fn read_way(text: &str, way: Option<usize>) -> Reading {
        let settings = Settings { way, ..Settings::new("page", SourceKind::Listing) };
        let date = Some(PartialDate::Year(2020));
        let opened = SourceContext { settings: &settings, shown: "page.txt", zone: London, date };
        read(&opened, text.as_bytes())
    }

    fn read_text(text: &str) -> Reading {
        read_way(text, None)
    }

    const STORIES: [(&str, &str, &str); 4] = [
        (
            "Choir fills the hall",
            "2020-12-03",
            "The youth club choir filled the town hall on Saturday. More than two hundred neighbours came.",
        ),
        (
            "Clean water for Amber Hill",
            "2020-11-20",
            "A new well brings clean water to the village school. The summer fair paid for it.",
        ),
        (
            "The cost of a library",
            "2020-11-02",
            "What does it cost to keep a library open? We did the sums and publish them today.",
        ),
        (
            "Carers’ week",
            "2020-10-09",
            "Forty carers met in the garden, and said what would help them most.",
        ),
    ];

    /// Each story in a form, `{t}`, `{d}` and `{s}` filled in, with something between.
    fn page(form: &str, between: &str) -> String {
        let day = |day: &str| PartialDate::parse(day, London).unwrap().long(London);
        let one = |(number, (title, date, text)): (usize, &(&str, &str, &str))| {
            form.replace("{n}", &(number + 1).to_string())
                .replace("{t}", title)
                .replace("{d}", &day(date))
                .replace("{s}", text)
        };
        STORIES.iter().enumerate().map(one).collect::<Vec<_>>().join(between)
    }

    #[test]
    fn days_above_below_and_beside_with_and_without_read_more() {
        let menu = "Home\nAbout us\nContact\nNews and press releases\n";
        let around = [
            ("", ""),
            (menu, "\n1 2 3 Next"),
            (menu, "\n\nLoad more\n© 2020 The club\nPrivacy policy"),
        ];
        for (form, betweens) in [
            ("{t}\n{d}\n{s}", vec!["\n", "\n\n"]),
            ("{d}\n{t}\n{s}", vec!["\n", "\n\n"]),
            ("{t}\n{s}\n{d}", vec!["\n", "\n\n"]),
            ("{t}\n{d}\n{s}\nRead more", vec!["\n", "\n\n"]),
            ("{d}\n{t}\n{s} Continue reading →", vec!["\n", "\n\n"]),
            ("{t}\n{s}\nFind out more\n{d}", vec!["\n", "\n\n"]),
            ("{t}\n{s}\n{d}\nRead more »", vec!["\n", "\n\n"]),
            ("{t}\n\n{d}\n\n{s}", vec!["\n\n"]),
            ("{t}\nPublished: {d}\nBy Ann Lee\n{s}Read more", vec!["\n", "\n\n\n"]),
            ("{t}\nBy Ann Lee | {d} | News\n{s}\nLearn more", vec!["\n"]),
            ("{t} – {d}\n{s}", vec!["\n", "\n\n"]),
            ("{d}: {t}\n{s}", vec!["\n", "\n\n"]),
            ("{t} ({d})\n{s}\nMore…", vec!["\n"]),
            ("{t}\t{d}\t{s}", vec!["\n"]),
            ("## {t}\n*{d}*\n\n{s}\n\nRead more", vec!["\n\n"]),
            ("**{t}**\n_{d}_\n{s}", vec!["\n", "\n\n"]),
            ("{n}. {t}\n{d}\n{s}", vec!["\n", "\n\n"]),
            ("• {t}\n{d}\n{s}", vec!["\n"]),
            ("{t}\n{t}\n{d}\n{s}\nRead more", vec!["\n"]),
            ("News\n{t}\n{d}\n4 min read\n{s}", vec!["\n\n"]),
        ] {
            for between in betweens {
                for (menu, end) in around {
                    let text = format!("{menu}{}{end}", page(form, between));
                    let reading = read_text(&text);
                    let found: Vec<(String, String, String)> = reading
                        .items
                        .iter()
                        .map(|item| {
                            (
                                item.title.clone(),
                                item.date.unwrap().to_string(),
                                item.summary.clone(),
                            )
                        })
                        .collect();
                    let wanted: Vec<(String, String, String)> = STORIES
                        .iter()
                        .map(|(title, day, text)| {
                            ((*title).to_owned(), (*day).to_owned(), (*text).to_owned())
                        })
                        .collect();
                    assert_eq!(found, wanted, "{form:?} {between:?}\n{text}");
                    assert_eq!(reading.problems, [], "{text}");
                }
            }
        }
    }

    #[test]
    fn lists_of_titles_and_lists_of_texts() {
        for (form, between, dated) in [
            ("{t}", "\n", false),
            ("• {t}", "\n", false),
            ("{n}) {t}", "\n", false),
            ("{d}\n{t}", "\n", true),
            ("{t}\n{d}", "\n", true),
            ("{t} | {d}", "\n", true),
            ("{d} {t}", "\n", true),
            ("{t} {d}", "\n", true),
            ("{t}\n{s}", "\n", false),
            ("{t}\n{s}", "\n\n", false),
            ("{t}\n{s}\nRead more", "\n", false),
            ("{t}\nRead more", "\n", false),
        ] {
            let text = page(form, between);
            let reading = read_text(&text);
            let titles: Vec<&str> = reading.items.iter().map(|item| item.title.as_str()).collect();
            assert_eq!(titles, STORIES.map(|(title, _, _)| title), "{text}");
            let days: Vec<String> =
                reading.items.iter().map(|item| item.date.unwrap().to_string()).collect();
            let wanted = if dated { STORIES.map(|(_, day, _)| day) } else { ["2020"; 4] };
            assert_eq!(days, wanted, "{text}");
        }
        for (form, between, dated) in [
            ("{s} Read more", "\n", false),
            ("{s}Read more", "\n\n", false),
            ("{s} Read more ", " ", false),
            ("{s}", "\n", false),
            ("{s}", "\n\n", false),
            ("{d}\n{s} Read more", "\n", true),
            ("{s}\nRead more\n{d}", "\n\n", true),
            ("{d}\n{s}", "\n\n", true),
            ("{d} – {s}", "\n", true),
        ] {
            let text = format!("Home\nNews and press releases\n{}", page(form, between));
            let reading = read_text(&text);
            let texts: Vec<&str> = reading.items.iter().map(|item| item.summary.as_str()).collect();
            assert_eq!(texts, STORIES.map(|(_, _, text)| text), "{text}");
            assert!(reading.items.iter().all(|item| item.title_made));
            let days: Vec<String> =
                reading.items.iter().map(|item| item.date.unwrap().to_string()).collect();
            let wanted = if dated { STORIES.map(|(_, day, _)| day) } else { ["2020"; 4] };
            assert_eq!(days, wanted, "{text}");
        }
    }

    /// The days of a pasted list, after its source has settled them, and how many problems there are.
    fn settled(days: &[&str], form: &str) -> (Vec<Option<String>>, usize) {
        let one = |(day, (title, _, text)): (&&str, &(&str, &str, &str))| {
            form.replace("{t}", title).replace("{d}", day).replace("{s}", text)
        };
        let text: Vec<String> = days.iter().zip(&STORIES).map(one).collect();
        let mut reading = read_way(&text.join("\n\n"), None);
        crate::news::date_order::settle(&mut reading, "page", None);
        let days = reading.items.iter().map(|item| item.date.map(|date| date.to_string()));
        (days.collect(), reading.problems.len())
    }

    #[test]
    fn which_number_is_the_month_is_decided_over_the_whole_list_or_asked() {
        for form in
            ["{t}\n{d}\n{s}", "{d}\n{t}\n{s}", "{t} – {d}\n{s}", "{d} {t}\n{s}", "{t}\t{d}\t{s}"]
        {
            for (days, found, problems) in [
                (["03/12/2020", "20/11/2020"], [Some("2020-12-03"), Some("2020-11-20")], 0),
                (["12/03/2020", "11/20/2020"], [Some("2020-12-03"), Some("2020-11-20")], 0),
                (["03/12/2020", "02/11/2020"], [None, None], 1),
            ] {
                let found = found.map(|day| day.map(str::to_owned)).to_vec();
                assert_eq!(settled(&days, form), (found, problems), "{form} {days:?}");
            }
        }
    }

    #[test]
    fn a_day_in_a_title_is_of_what_it_names_where_the_story_has_its_own() {
        for title in [
            "Choir fills the hall on 5 June 2021",
            "Choir fills the hall, 5 June 2021",
            "Choir fills the hall (5 June 2021)",
        ] {
            let text = format!(
                "{title}\n3 December 2020\nThe hall was full on Saturday evening.\n\nA new well, 6 June 2021\n20 November 2020\nClean water has come to the school.\n"
            );
            let above = format!(
                "3 December 2020\n{title}\nThe hall was full on Saturday evening.\n\n20 November 2020\nA new well, 6 June 2021\nClean water has come to the school.\n"
            );
            for text in [&text, &above] {
                let reading = read_text(text);
                let found: Vec<(&str, String)> = reading
                    .items
                    .iter()
                    .map(|item| (item.title.as_str(), item.date.unwrap().to_string()))
                    .collect();
                let wanted = [
                    (title, "2020-12-03".to_owned()),
                    ("A new well, 6 June 2021", "2020-11-20".to_owned()),
                ];
                assert_eq!(found, wanted, "{text}");
            }
        }
    }

    #[test]
    fn a_title_of_one_word_beside_its_day_is_kept() {
        for word in ["Last", "Mid", "Farewell"] {
            let text = format!(
                "1 December 2020 The first of the month\n31 December 2020 {word}\n15 December 2020 The middle of it\n"
            );
            let reading = read_text(&text);
            let titles: Vec<&str> = reading.items.iter().map(|item| item.title.as_str()).collect();
            assert_eq!(titles, ["The first of the month", word, "The middle of it"]);
        }
    }

    #[test]
    fn where_two_readings_are_as_good_both_are_shown_and_no_day_is_guessed() {
        // A day above the first title, and one below the last text.
        let text = "1 December 2020\nChoir fills the hall\nThe hall was full on Saturday evening.\n2 December 2020\n\
                    A new well\nClean water has come to the school.\n3 December 2020\n";
        let reading = read_text(text);
        assert_eq!(reading.items.len(), 2);
        assert!(reading.items.iter().all(|item| item.date == Some(PartialDate::Year(2020))));
        let problem = &reading.problems[0];
        assert!(
            problem.what.contains("can be read in two ways") && problem.cure.contains("way = 1"),
            "{problem}"
        );
        for (way, days) in [(1, ["2020-12-01", "2020-12-02"]), (2, ["2020-12-02", "2020-12-03"])] {
            let reading = read_way(text, Some(way));
            let found: Vec<String> =
                reading.items.iter().map(|item| item.date.unwrap().to_string()).collect();
            assert_eq!((found, reading.problems), (days.map(str::to_owned).to_vec(), Vec::new()));
        }
    }

    #[test]
    fn a_heading_over_the_first_block_is_no_title() {
        let text = format!("Latest from the charity\n{}", page("{t}\n{d}\n{s}", "\n\n"));
        let reading = read_text(&text);
        let titles: Vec<&str> = reading.items.iter().map(|item| item.title.as_str()).collect();
        assert_eq!(titles, STORIES.map(|(title, _, _)| title));
    }

    #[test]
    fn wrapped_lines_and_doubled_titles() {
        let reading = read_text(
            "Spring fair\nSpring fair\nThe fair raised more than ever, and\neverybody helped to tidy up. Read more »\n\n\
             Thank you\nOur volunteers gave nine hundred hours of their time this year. READ MORE\n",
        );
        assert_eq!(
            (reading.items[0].title.as_str(), reading.items[0].title_made),
            ("Spring fair", false)
        );
        assert_eq!(
            reading.items[0].summary,
            "The fair raised more than ever, and everybody helped to tidy up."
        );
        assert_eq!(reading.items[1].title, "Thank you");
    }

    #[test]
    fn a_heading_over_the_stories_of_a_month_dates_them() {
        let reading = read_text(
            "December 2020\nChoir fills the hall\nThe hall was full on Saturday.\nNovember 2020\nA new well\nClean water has come to the school.\n",
        );
        let days: Vec<String> =
            reading.items.iter().map(|item| item.date.unwrap().to_string()).collect();
        assert_eq!(days, ["2020-12", "2020-11"]);
    }

    #[test]
    fn an_empty_text_is_told() {
        assert_eq!(read_text("").problems.len(), 1);
        assert_eq!(read_text("Read more\nRead more\n").items.len(), 0);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[a-zA-Z0-9 .?\\n\\t•–|:]{0,300}") {
            read_text(&text);
        }

        #[test]
        fn any_lines_are_read_and_none_twice(lines in proptest::collection::vec(
            prop_oneof!["Read more", "3 December 2020", "", "Home", "The fair", "It was full, and people sang.", "[a-z]{1,40}"], 0..20)) {
            let text = lines.join("\n");
            let reading = read_text(&text);
            prop_assert!(reading.items.len() <= lines.len());
        }
    }
}
