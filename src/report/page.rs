//! A report as one page for trustees: read on a screen in light or dark, printed on A4, with nothing fetched from anywhere.
//! Pure: a report in, HTML out. The page has nobody's name or address.

use std::fmt::Write;

use super::Report;
use super::breakdown::SMALLEST_GROUP;
use super::complaints::ComplaintLevel;
use super::figures::{BouncedPeople, EditionFigures, ProviderRefusals};
use super::plot;
use super::year::YearReport;
use crate::compose::marker::escape_html;
use crate::count::{counted, grouped, people};
use crate::locale::capitalised;

const STYLE: &str = include_str!("page.css");
/// Topics beyond these are too many for a page.
const MOST_TOPICS: usize = 8;

/// By this an earlier page is known, before another is written in its place.
pub const GENERATOR: &str = "<meta name=\"generator\" content=\"roundup report\">";

const NO_BASIS: &str = "The basis of each person is not recorded.";

/// What stands around the figures.
#[derive(Debug, Clone)]
pub struct TrusteePage<'a> {
    pub organisation: &'a str,
    /// "December 2020"
    pub title: &'a str,
    /// "1 January 2021"
    pub made_on: &'a str,
}

/// One of the numbers at the top.
struct Tile {
    name: &'static str,
    value: String,
    note: String,
}

impl TrusteePage<'_> {
    /// One edition.
    pub fn edition(&self, report: &Report) -> String {
        let figures = report.figures.as_ref();
        let mut body = String::new();
        self.head(&mut body, &format!("“{}”{}", report.subject, report.correction_note()));
        tiles(&mut body, &edition_tiles(report, figures));
        body.push_str("<div class=\"grid\">");
        section(&mut body, "wide", "How it adds up", &sums(report, figures));
        let bases = report.bases_shown().shown();
        section(
            &mut body,
            "",
            "Audience by basis",
            &bars_or("Audience by basis", &bases, NO_BASIS),
        );
        if let Some(figures) = figures {
            aftermath(&mut body, figures);
        }
        body.push_str("</div>");
        self.page(&body)
    }

    /// The editions of a year.
    pub fn year(&self, year: &YearReport) -> String {
        let mut body = String::new();
        let editions = counted(year.editions.len(), "edition", "editions");
        self.head(&mut body, &format!("{editions} of the newsletter, by email"));
        tiles(&mut body, &year_tiles(year));
        body.push_str("<div class=\"grid\">");
        let accepted: Vec<(String, u64)> =
            year.editions.iter().map(|report| (report.edition.clone(), report.accepted)).collect();
        let plot = plot::columns("Messages accepted, by edition", &accepted);
        let sums = format!("{plot}<p class=\"note sum\">{}.</p>", escape_html(&year.arithmetic()));
        section(&mut body, "wide", "Messages accepted, by edition", &sums);
        section(&mut body, "wide", "Edition by edition", &year_rows(year));
        if let Some(last) = year.editions.iter().rfind(|report| report.corrects.is_none()) {
            let bases = bars_or("Audience by basis", &last.bases_shown().shown(), NO_BASIS);
            section(&mut body, "", "Audience by basis, at last", &bases);
        }
        let left = left_words(year.unsubscribed, &year.left.shown());
        section(&mut body, "", "Left, and why", &left);
        section(&mut body, "", "Came back", &came_back(&year.bounced));
        complaints(
            &mut body,
            year.complained,
            year.complaint_level,
            &format!("{} of accepted messages", year.complaint_rate_percent.words()),
        );
        topics(
            &mut body,
            year.topics.iter().map(|topic| (topic.group.clone(), topic.count)).collect(),
        );
        cures(&mut body, &year.refusals, year.refusals_elsewhere);
        body.push_str("</div>");
        self.page(&body)
    }

    fn head(&self, body: &mut String, below: &str) {
        let _ = write!(
            body,
            "<header><p>{} · report for trustees</p><h1>{}</h1><p>{}</p></header>",
            escape_html(self.organisation),
            escape_html(self.title),
            escape_html(below)
        );
    }

    fn page(&self, body: &str) -> String {
        let title = format!("{} · {}", escape_html(self.title), escape_html(self.organisation));
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
             {GENERATOR}\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n\
             <body>\n<main>\n{body}\n<footer>Made by roundup on {} from its record of every message. Groups of fewer than five \
             people are put together, so that nobody can be recognised. Opened emails and clicks are not measured.</footer>\n\
             </main>\n</body>\n</html>\n",
            escape_html(self.made_on)
        )
    }
}

fn edition_tiles(report: &Report, figures: Option<&EditionFigures>) -> Vec<Tile> {
    let share = |part: u64, whole: u64| super::complaints::PercentShare::of(part, whole).words();
    let mut tiles = vec![
        Tile { name: "People", value: grouped(report.people), note: "planned".to_owned() },
        Tile {
            name: "Accepted",
            value: grouped(report.accepted),
            note: format!("{} of people", share(report.accepted, report.people)),
        },
    ];
    if let Some(figures) = figures {
        tiles.extend([
            Tile {
                name: "Came back",
                value: grouped(figures.bounced.people()),
                note: format!("{} of accepted", share(figures.bounced.people(), report.accepted)),
            },
            Tile {
                name: "Left",
                value: grouped(figures.unsubscribed),
                note: format!("{} of accepted", share(figures.unsubscribed, report.accepted)),
            },
            Tile {
                name: "Complained",
                value: grouped(figures.complained),
                note: format!("{} of accepted", figures.complaint_rate_percent.words()),
            },
        ]);
    }
    tiles
}

fn year_tiles(year: &YearReport) -> Vec<Tile> {
    let share = |part: u64| {
        format!("{} of accepted", super::complaints::PercentShare::of(part, year.accepted).words())
    };
    let regular = year.editions.iter().filter(|report| report.corrects.is_none());
    let audience: Vec<u64> = regular.map(|report| report.people).collect();
    let growth = match audience[..] {
        [first, .., _] => format!("at last; {} at first", grouped(first)),
        _ => "people".to_owned(),
    };
    let now = audience.last().copied().unwrap_or_default();
    vec![
        Tile { name: "Audience", value: grouped(now), note: growth },
        Tile {
            name: "Accepted",
            value: grouped(year.accepted),
            note: format!("of {}", counted(year.messages, "message", "messages")),
        },
        Tile {
            name: "Came back",
            value: grouped(year.bounced.people()),
            note: share(year.bounced.people()),
        },
        Tile { name: "Left", value: grouped(year.unsubscribed), note: share(year.unsubscribed) },
        Tile { name: "Complained", value: grouped(year.complained), note: share(year.complained) },
    ]
}

fn tiles(body: &mut String, tiles: &[Tile]) {
    body.push_str("<dl class=\"tiles\">");
    for Tile { name, value, note } in tiles {
        let _ = write!(
            body,
            "<div><dt>{name}</dt><dd>{value}<small>{}</small></dd></div>",
            escape_html(note)
        );
    }
    body.push_str("</dl>");
}

fn section(body: &mut String, class: &str, title: &str, inner: &str) {
    let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
    let _ = write!(body, "<section{class}><h2>{}</h2>{inner}</section>", escape_html(title));
}

fn bars_or(title: &str, groups: &[(String, u64)], nothing: &str) -> String {
    if groups.is_empty() {
        return format!("<p class=\"note\">{}</p>", escape_html(nothing));
    }
    plot::bars(title, groups)
}

/// The sums, each as a line that people can check.
fn sums(report: &Report, figures: Option<&EditionFigures>) -> String {
    let mut lines = vec![format!("{}.", report.arithmetic())];
    if let Some(figures) = figures {
        lines.push(format!("{}.", figures.afterwards(report.accepted)));
        if let Some(growth) = &figures.growth {
            lines.push(format!("The list: {}.", growth.arithmetic()));
        }
    }
    if report.left_out > 0 {
        let left_out =
            counted(report.left_out, "person on the list was", "people on the list were");
        lines.push(format!("{left_out} left out of the plan: no basis, or a no of theirs."));
    }
    lines.iter().map(|line| format!("<p class=\"sum\">{}</p>", escape_html(line))).collect()
}

/// What became of an edition afterwards.
fn aftermath(body: &mut String, figures: &EditionFigures) {
    if let Some(growth) = &figures.growth {
        let groups = [("new since then", growth.new), ("gone since then", growth.gone)];
        let groups: Vec<(String, u64)> =
            groups.map(|(name, count)| (name.to_owned(), count)).into();
        let since = format!("Growth since {}", growth.since);
        section(body, "", &since, &plot::bars(&since, &groups));
    }
    section(body, "", "Came back", &came_back(&figures.bounced));
    section(body, "", "Left, and why", &left_words(figures.unsubscribed, &figures.left.shown()));
    let after = figures.after_complaints.as_ref();
    let rate = format!("{} of accepted messages", figures.complaint_rate_percent.words());
    let rate = match after {
        Some(reason) => format!("{rate}. Sent after complaints about an edition before: {reason}"),
        None => rate,
    };
    complaints(body, figures.complained, figures.complaint_level, &rate);
    topics(body, figures.topics.iter().map(|topic| (topic.group.clone(), topic.count)).collect());
    cures(body, &figures.refusals, figures.refusals_elsewhere);
}

fn came_back(bounced: &BouncedPeople) -> String {
    if bounced.people() == 0 {
        return "<p class=\"note\">No message came back.</p>".to_owned();
    }
    let note = "For good: the mailbox is gone. For now: it was full or out of order. Because of us: a provider refused.";
    format!("{}<p class=\"note after\">{note}</p>", plot::bars("Came back", &bounced.shown()))
}

/// So few that no kind of them is shown.
fn few(count: u64) -> String {
    format!("<p class=\"note\">{}: too few to be shown by kind.</p>", people(count))
}

fn left_words(left: u64, groups: &[(String, u64)]) -> String {
    if left == 0 {
        return "<p class=\"note\">Nobody left.</p>".to_owned();
    }
    if left < SMALLEST_GROUP {
        return few(left);
    }
    plot::bars("Left, and why", groups)
}

fn complaints(body: &mut String, complained: u64, level: ComplaintLevel, rate: &str) {
    let class = match level {
        ComplaintLevel::Fine => "fine",
        ComplaintLevel::Warning => "warning",
        ComplaintLevel::Held => "held",
    };
    let who = match complained {
        0 => "Nobody".to_owned(),
        some => people(some),
    };
    let inner = format!(
        "<p>{who} reported it as spam: {}.</p><p class=\"{class}\">{}.</p>",
        escape_html(rate),
        capitalised(level.words())
    );
    section(body, "", "Complaints", &inner);
}

fn topics(body: &mut String, mut topics: Vec<(String, u64)>) {
    if topics.is_empty() {
        return;
    }
    let others: u64 = topics.drain(MOST_TOPICS.min(topics.len())..).map(|(_, count)| count).sum();
    if others > 0 {
        topics.push(("other topics".to_owned(), others));
    }
    section(body, "", "Stories by topic", &plot::bars("Stories by topic", &topics));
}

/// Who refused us, and what to do about it.
fn cures(body: &mut String, refusals: &[ProviderRefusals], elsewhere: u64) {
    if refusals.is_empty() && elsewhere == 0 {
        return;
    }
    let mut inner = String::from("<ul class=\"cures\">");
    for refusal in refusals {
        let _ = write!(
            inner,
            "<li><h3>{}: {}</h3><p class=\"note\">What to do: {}.</p></li>",
            escape_html(&refusal.provider),
            people(refusal.people),
            escape_html(&refusal.cure.replace('`', ""))
        );
    }
    if elsewhere > 0 {
        let _ = write!(inner, "<li><h3>Elsewhere: {}</h3></li>", people(elsewhere));
    }
    inner.push_str("</ul>");
    section(body, "wide", "Refused because of us", &inner);
}

fn year_rows(year: &YearReport) -> String {
    let mut rows = String::from(
        "<div class=\"scroll\"><table><thead><tr><th>Edition</th><th>People</th><th>Accepted</th><th>Came back</th>\
         <th>Left</th><th>Complained</th></tr></thead><tbody>",
    );
    for report in &year.editions {
        let figures = report.figures.as_ref();
        let of = |pick: fn(&EditionFigures) -> u64| grouped(figures.map_or(0, pick));
        let _ = write!(
            rows,
            "<tr><td>{}{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            escape_html(&report.edition),
            escape_html(&report.correction_note()),
            grouped(report.people),
            grouped(report.accepted),
            of(|figures| figures.bounced.people()),
            of(|figures| figures.unsubscribed),
            of(|figures| figures.complained)
        );
    }
    let _ = write!(
        rows,
        "</tbody><tfoot><tr><td>Together</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr></tfoot></table></div>",
        grouped(year.messages),
        grouped(year.accepted),
        grouped(year.bounced.people()),
        grouped(year.unsubscribed),
        grouped(year.complained)
    );
    rows
}

#[cfg(test)]
mod tests {
    use super::super::figures::sample_figures;
    use super::*;
    use crate::ledger::{CopyRow, Counts, Status, laws};
    use crate::report::EditionPhase;

    fn report() -> Report {
        let counts = Counts { accepted: 1190, rejected: 14, ..Counts::default() };
        let mut planned = laws::plan("2020-12", &[]).edition;
        planned.summary.subject = "</title><script>alert(1)</script>".to_owned();
        let row = CopyRow {
            edition: "2020-12".to_owned(),
            address: "ann@example.org".to_owned(),
            status: Status::Rejected,
            attempts: 1,
            changed_at: laws::now(),
            detail: "550 ann@example.org is gone".to_owned(),
            next_at: None,
            message_id: "m@example.org".to_owned(),
        };
        let phase = EditionPhase::Unfinished;
        let mut report = Report::new(&planned, counts, vec![row], 3, false, phase);
        report.bases = [("consent".to_owned(), 1200), ("corporate".to_owned(), 4)].into();
        report.figures = Some(sample_figures(Vec::new(), 20, 1190));
        report
    }

    #[test]
    fn a_page_fetches_nothing_runs_nothing_and_names_nobody() {
        let page = TrusteePage { organisation: "A & B", title: "December 2020", made_on: "today" };
        for html in [page.edition(&report()), page.year(&YearReport::new("2020", vec![report()]))] {
            for out in [
                "<script", "http:", "https:", "url(", "@import", "<img", "<link", "@example", "ann",
            ] {
                let body = html.replace("planned", "");
                assert!(!body.contains(out), "{out} is in it");
            }
            assert!(html.contains("A &amp; B") && html.contains("@page { size: A4"));
        }
    }

    #[test]
    fn a_group_under_five_is_not_on_the_page() {
        let page = TrusteePage { organisation: "A", title: "T", made_on: "today" };
        let html = page.edition(&report());
        assert!(!html.contains("corporate") && html.contains("several groups together"));
        assert!(html.contains("1,204 people = 1,190 accepted + 14 rejected."), "{html}");
        assert!(html.contains("100 people = 90 in 2019 + 20 new − 10 gone."));
    }
}
