//! `roundup news dates`: has people date the stories whose sources do not, and keeps the answers.
//! Shell: asks people, writes `news/dates.toml`.

use clap::Args;
use serde::Serialize;

use super::gather::{self, NewsQuery};
use super::{Exit, Failure, Globals, Outcome, ShownItem, Text, prompt, shown};
use crate::cli::terminal::files::save;
use crate::cli::terminal::screen::{counted, stories};
use crate::count::grouped;
use crate::news::dates_file::{FILE, StoryDates};
use crate::news::gather::FetchPolicy;
use crate::news::{Item, PartialDate};
use crate::problem::nearest;
use crate::shell_words::for_shell;

#[derive(Debug, Args)]
pub struct Arguments {
    /// Set a date without a prompt: the story's id and its date
    #[arg(long, value_name = "ID=DATE")]
    set: Vec<String>,
    /// Also go through stories of which only the year or the month is known
    #[arg(long)]
    all: bool,
}

/// `roundup.dates/1`.
#[derive(Serialize)]
struct DatesOutcome<'a> {
    schema: &'static str,
    /// Answers that were kept just now.
    kept: usize,
    undated: Vec<ShownItem<'a>>,
}

pub async fn run(arguments: &Arguments, globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    let screen = &globals.screen;
    let zone = project.settings.time_zone;
    let mut answers = project.news_answers()?;
    let (reading, _) = gather::read(&project, NewsQuery::quick()).await?;
    let mut kept = 0;
    for given in &arguments.set {
        let (item, date) = given_answer(given, &reading.items, zone)?;
        answers.give(&item.source, &item.id, date);
        kept += 1;
    }
    let is_open = |item: &&Item| {
        let is_open = match item.date {
            None => true,
            Some(PartialDate::Year(_) | PartialDate::Month(..)) => arguments.all,
            Some(PartialDate::Day(_) | PartialDate::Instant(_)) => false,
        };
        is_open && item.seen.gone.is_none()
    };
    let open: Vec<&Item> = reading.items.iter().filter(is_open).collect();
    let asks = arguments.set.is_empty() && screen.asks;
    if asks {
        kept += ask(&open, &mut answers, globals, zone)?;
    }
    if kept > 0 {
        save(&project, FILE, &answers.write())?;
    }
    // What is open now, with the answers put in.
    let query = NewsQuery { ask: FetchPolicy::Never, ..NewsQuery::quick() };
    let (reading, _) = gather::read(&project, query).await?;
    let open: Vec<&Item> = reading.items.iter().filter(is_open).collect();
    screen.outcome(&DatesOutcome {
        schema: "roundup.dates/1",
        kept,
        undated: open.iter().map(|item| shown(item, None, zone)).collect(),
    })?;
    Ok(Exit::Done)
}

impl Outcome for DatesOutcome<'_> {
    fn text(&self, text: &mut Text) {
        if self.kept > 0 {
            text.line(format!("Saved {} in {FILE}.", counted(self.kept, "date", "dates")));
        }
        let Some(first) = self.undated.first() else {
            text.line("Every story has a date.");
            text.say("Next: roundup news");
            return;
        };
        let is_partly_known = self.undated.iter().any(|item| item.date.is_some());
        let what = if is_partly_known { "an exact date" } else { "a date" };
        text.line(text.strong(&format!("{} without {what}:", stories(self.undated.len()))));
        for item in &self.undated {
            let known = item.date.as_ref().map_or_else(String::new, |_| format!("{} · ", item.day));
            text.line(format!("  {known}{}  {}", item.title, text.faint(item.id)));
        }
        let set = for_shell(&format!("{}=2020-12-03", first.id));
        text.say(format!("Next: roundup news dates --set {set}"));
    }
}

/// The story and the date that `ID=DATE` names.
fn given_answer<'a>(
    given: &str,
    items: &'a [Item],
    zone: chrono_tz::Tz,
) -> Result<(&'a Item, PartialDate), Failure> {
    // An id may hold an equals sign; a date never does.
    let (id, date) = given.rsplit_once('=').ok_or_else(|| {
        Failure::new(Exit::Usage, format!("`{given}` is not an id and a date"))
            .help("write --set \"ID=2020-12-03\"")
    })?;
    let item = items.iter().find(|item| item.id == id.trim()).ok_or_else(|| {
        let near = nearest(id, items.iter().map(|item| item.id.as_str()));
        let help = near.map_or_else(
            || "`roundup news dates` lists the ids".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        Failure::new(Exit::Usage, format!("no source has a story `{id}`")).help(help)
    })?;
    let date = PartialDate::parse(date, zone).map_err(|error| {
        Failure::new(Exit::Usage, error.to_string())
            .help("write the date as 2020-12-03, 3 December 2020, 2020-12 or 2020")
    })?;
    Ok((item, date))
}

/// Asks for each in turn, until somebody has had enough.
fn ask(
    open: &[&Item],
    answers: &mut StoryDates,
    globals: &Globals,
    zone: chrono_tz::Tz,
) -> Result<usize, Failure> {
    let screen = &globals.screen;
    let mut kept = 0;
    if !open.is_empty() {
        screen.say(
            "Type a date such as 3 December 2020. Press Enter to leave a story out, q to stop.",
        );
    }
    for (number, item) in (1_usize..).zip(open) {
        screen.say(&format!(
            "{} of {}: {}",
            grouped(number),
            grouped(open.len()),
            screen.strong(&item.title)
        ));
        if let Some(link) = &item.link {
            screen.say(&format!("  {link}"));
        }
        loop {
            let answer = prompt::word(
                "  published: ",
                &mut std::io::stdin().lock(),
                &mut std::io::stderr(),
            )?;
            match answer.as_str() {
                "" => break,
                "q" => return Ok(kept),
                text => match PartialDate::parse(text, zone) {
                    Ok(date) => {
                        answers.give(&item.source, &item.id, date);
                        kept += 1;
                        break;
                    }
                    Err(error) => screen.say(&format!("  {error}: write it as 3 December 2020")),
                },
            }
        }
    }
    Ok(kept)
}
