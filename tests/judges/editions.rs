//! Editions as charities really have them, for what looks at their emails: many stories or one, with pictures, without, mixed, in
//! another script.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::support::Charity;

const ORGANISATION: &str = r#"
[organisation]
name = "Safe Childhood"
legal_name = "Safe Childhood"
address = "1 Example Street, London N1 0AA"
charity = "Registered charity in England and Wales no. 0000000"
website = "https://charity.example/"
contact = "hello@charity.example"
why = "You get this email because you asked for our news."

[sender]
name = "Safe Childhood"
address = "news@charity.example"

[[news]]
name = "news"
kind = "markdown"
path = "news"

[pictures]
publish = "website/pictures"
base_url = "https://charity.example/pictures"

[links]
Instagram = "https://instagram.example/safe"

[appeal]
title = "Stand beside a child in 2021"
text = "Your gift pays for a youth worker’s time, for training, and for advice to those who decide a child’s future."
button = "Give to our work"
url = "https://charity.example/give"
"#;

/// Which stories have a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pictures {
    All,
    None,
    Some,
}

/// What titles and texts are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    Ordinary,
    /// A title of one word, and a text of one.
    One,
    /// Titles of 300 characters, and texts that are longer still.
    Long,
    Arabic,
    Welsh,
}

/// One email to look at.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    pub template: &'static str,
    pub theme: &'static str,
    pub stories: usize,
    pub pictures: Pictures,
    pub words: Words,
}

impl Look {
    pub fn name(self) -> String {
        let Self { template, theme, stories, pictures, words } = self;
        format!("{template}-{theme}-{stories}-{pictures:?}-{words:?}").to_lowercase()
    }
}

/// Each value of each dimension beside each value of the others, or nearly so.
pub fn looks() -> Vec<Look> {
    let templates = ["monthly", "year", "announcement"];
    let themes = ["harbour", "letter", "poster"];
    let pictures = [Pictures::All, Pictures::None, Pictures::Some];
    let words = [Words::Ordinary, Words::Arabic, Words::Long, Words::Welsh, Words::One];
    let stories = [7, 3, 26, 1, 2, 60];
    (0..30)
        .map(|n| Look {
            template: templates[n % 3],
            theme: themes[(n / 3) % 3],
            stories: stories[(n + n / 6) % 6],
            pictures: pictures[(n + n / 3 + n / 9) % 3],
            words: words[n % 5],
        })
        .collect()
}

/// The example of a template of one's own, in each theme.
pub fn spotlights() -> Vec<Look> {
    let looks = [("harbour", Words::Ordinary), ("letter", Words::Arabic), ("poster", Words::Long)];
    let look = |(theme, words)| Look {
        template: "spotlight",
        theme,
        stories: 5,
        pictures: Pictures::All,
        words,
    };
    looks.map(look).into()
}

/// The email of a look, its pictures in itself.
pub fn email(look: Look) -> String {
    let mut charity = begun(look.theme, language(look.words));
    if look.template == "spotlight" {
        for part in ["mjml", "txt"] {
            let file = format!("templates/spotlight.{part}.hbs");
            let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(&file);
            charity = charity.file(&file, fs::read(from).unwrap());
        }
    }
    for story in 0..look.stories {
        charity = charity.file(&format!("news/story-{story:02}.md"), story_text(look, story));
    }
    let (window, name) = match look.template {
        "year" => ("--year 2020", "2020"),
        _ => ("--month 2020-12", "2020-12"),
    };
    charity.run(&format!("draft {window} --template {}", look.template)).ends(0);
    let draft = format!("editions/{name}.md");
    let figures = "---\nfigures:\n  - value: \"112\"\n    label: young people supported\n  - value: \"£1,340\"\n    label: \
                   raised\n";
    let text = charity.read(&draft).replacen("---\n", figures, 1);
    shown(&charity.file(&draft, text), name)
}

/// The page of the design: every block once, with the words of its pictures.
pub fn design(theme: &str) -> String {
    let mut charity = begun(theme, "en");
    let stories: [(&str, &str, &str, &str); 7] = [
        (
            "2020-12-23",
            "Two more convictions over the Essex lorry deaths",
            "topics: [justice]\nimage: pictures/court.png\nimage_alt: A court",
            "A jury has convicted two further men of manslaughter for the deaths of 39 people from Vietnam. Without safe and \
             legal routes, people in need are left to smugglers.",
        ),
        (
            "2020-12-15",
            "Government answers the Online Harms consultation",
            "topics: [online safety]\nimage: pictures/report.png\nimage_alt: A report",
            "Ministers set out a legal duty of care on technology companies. A Bill is to follow.",
        ),
        (
            "2020-12-14",
            "Festive hampers for our youth groups",
            "topics: [youth programme]\nimage: pictures/hampers.png\nimage_alt: Hampers\nquote: I came here alone. On \
             Saturdays I have somewhere to go, and people who know my name.\nquote_by: A member of our youth group",
            "Something to read, something needed, something wanted.",
        ),
        (
            "2020-12-10",
            "Free webinar: best interests of the child",
            "event: 2021-01-14\nwhere: online",
            "An hour for professionals.",
        ),
        (
            "2020-12-09",
            "Commissioner’s report calls for guardians nationwide",
            "topics: [policy]",
            "A report.",
        ),
        (
            "2020-12-03",
            "New figures: 28 of thousands given leave to remain",
            "topics: [policy]",
            "Figures.",
        ),
        (
            "2020-12-01",
            "A festive message from our chief executive",
            "topics: [charity]",
            "A message.",
        ),
    ];
    let mut named = Vec::new();
    for (day, title, more, text) in stories {
        let file = format!(
            "---\ntitle: \"{title}\"\ndate: {day}\nlink: https://charity.example/{day}\n{more}\n---\n\n{text}\n"
        );
        charity = charity.file(&format!("news/{day}.md"), file);
        named.push(format!("  - {day}\n"));
    }
    let (lead, others) = named.split_at(1);
    let draft = format!(
        "---\nsubject: A verdict, a promise, and hampers on their way\nwindow: 2020-12\ntemplate: monthly\nfigures:\n  - value: \
         \"112\"\n    label: young people supported\n  - value: \"1,340\"\n    label: professionals trained\n  - value: \"4\"\n    \
         label: laws we helped to change\npinned:\n{}items:\n{}---\n\nDear {{{{recipient \"first_name\" fallback=\"Amina\"}}}},\n\n\
         The year ends with a jury’s verdict and the government’s answer on online harms. Here is what both mean for children, and \
         what your gifts put into forty hampers.\n",
        lead.concat(),
        others.concat()
    );
    shown(&charity.file("editions/2020-12.md", draft), "2020-12")
}

fn begun(theme: &str, language: &str) -> Charity {
    let settings =
        format!("{ORGANISATION}\n[theme]\nuse = \"{theme}\"\nlanguage = \"{language}\"\n");
    let mut charity = Charity::new()
        .file("roundup.toml", settings)
        .file("subscribers/people.csv", "email,first_name,basis\namina@example.org,Amina,consent\n")
        .variable("ROUNDUP_SECRET", "a secret that is the same each time");
    for name in charity.files("news") {
        fs::remove_file(charity.path("news").join(name)).unwrap();
    }
    let drawn = Path::new(env!("CARGO_MANIFEST_DIR")).join("news/pictures");
    for entry in fs::read_dir(drawn).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("news/pictures/{}", path.file_name().unwrap().to_string_lossy());
        charity = charity.file(&name, fs::read(&path).unwrap());
    }
    charity
}

fn shown(charity: &Charity, name: &str) -> String {
    charity.run(&format!("preview {name} --out shown")).ends(0);
    // A picture in the page itself is there whenever the page is, wherever the folder has gone.
    let mut html = charity.read("shown/email.html");
    for name in charity.files("website/pictures") {
        let bytes = fs::read(charity.path("website/pictures").join(&name)).unwrap();
        let held = format!("data:image/png;base64,{}", base64(&bytes));
        html = html.replace(&format!("https://charity.example/pictures/{name}"), &held);
    }
    html
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn language(words: Words) -> &'static str {
    match words {
        Words::Arabic => "ar",
        Words::Welsh => "cy",
        Words::Ordinary | Words::One | Words::Long => "en",
    }
}

fn story_text(look: Look, story: usize) -> String {
    let ordinary = [
        (
            "Ministers answer the consultation",
            "A legal duty of care, and a Bill that is to follow in the spring.",
        ),
        (
            "Festive hampers for each of our youth groups",
            "Something to read, something needed, something wanted: packed by volunteers, and taken from door to door in \
             the week before Christmas by those who know the young people best.",
        ),
        ("New figures", "More children than ever before."),
        (
            "Commissioner’s report calls for guardians in every part of the country by next summer",
            "Guardians speak for children who have nobody else.",
        ),
    ];
    let arabic = [
        (
            "الحكومة ترد على مشاورة الأضرار على الإنترنت",
            "واجب قانوني للرعاية على شركات التكنولوجيا، ومشروع قانون سيتبع في الربيع.",
        ),
        (
            "هدايا العيد",
            "شيء للقراءة وشيء ضروري وشيء مرغوب فيه، حملها المتطوعون من باب إلى باب في الأسبوع الأخير.",
        ),
        (
            "تقرير المفوض يدعو إلى وجود أوصياء في جميع أنحاء البلاد",
            "الأوصياء يتحدثون نيابة عن الأطفال.",
        ),
    ];
    let welsh = [
        (
            "Y Llywodraeth yn ateb yr ymgynghoriad ar niwed ar-lein",
            "Dyletswydd gofal gyfreithiol ar gwmnïau technoleg.",
        ),
        (
            "Hamperi Nadolig i’n grwpiau ieuenctid",
            "Rhywbeth i’w ddarllen, rhywbeth angenrheidiol, rhywbeth i’w fwynhau.",
        ),
        ("Ffigurau newydd", "Rhagor o blant nag erioed o’r blaen."),
    ];
    let (title, text) = match look.words {
        Words::Ordinary => ordinary[story % ordinary.len()],
        Words::Arabic => arabic[story % arabic.len()],
        Words::Welsh => welsh[story % welsh.len()],
        Words::One => ("Safe", "Read."),
        Words::Long => (
            "A title that goes on because somebody has put the whole of a press release into it, with the names of both \
             ministers, the date of the debate, the number of the amendment and Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch, \
             and that no editor has ever cut, so that it has to be shown as it is, all of it here",
            "And a text to match: who said what, when, to whom, why it matters, what happens next, whom to write to, what to say, \
             what was said before, who is thanked, who paid, who was there, who could not come, and what there was to eat, until at \
             last it comes to an end, which nobody expected any more, and then goes on for another sentence.",
        ),
    };
    // The day of a story of a year is in any month; December has them all for the others.
    let month = if look.template == "year" { 1 + story % 12 } else { 12 };
    let mut front = format!(
        "title: \"{title}\"\ndate: 2020-{month:02}-{:02}\nlink: https://charity.example/{story}\n",
        1 + (story * 7) % 28
    );
    let topics = ["justice", "online safety", "youth programme"];
    writeln!(front, "topics: [{}]", topics[story % topics.len()]).unwrap();
    let pictured = match look.pictures {
        Pictures::All => true,
        Pictures::None => false,
        Pictures::Some => story % 2 == 1,
    };
    if pictured {
        let drawn = ["court", "report", "hampers", "training", "youth-group", "helpline"];
        writeln!(
            front,
            "image: pictures/{0}.png\nimage_alt: A drawing of {0}",
            drawn[story % drawn.len()]
        )
        .unwrap();
    }
    if story % 7 == 4 {
        front += "event: 2021-01-14\nwhere: online\n";
    }
    if story % 9 == 1 {
        front +=
            "quote: On Saturdays I have somewhere to go.\nquote_by: A member of our youth group\n";
    }
    format!("---\n{front}---\n\n{text}\n")
}
