//! The one who works at the studio's desk: looks at an edition, changes its files, and answers the page.
//! Shell: reads and writes the project.
//!
//! The studio has no state of its own but the way back (undo): what is shown is made from the files each time, so that a
//! text editor beside it, and a second tab, always see the same.

use std::path::PathBuf;
use std::pin::Pin;

use serde_json::{Value, json};

use super::shown::{self, Own, Story};
use super::watch::{Snapshot, snapshot};
use crate::audience::{Person, Recipient};
use crate::check::{rules, tally};
use crate::cli::checking::Asking;
use crate::cli::draft::{late_for, write_whole};
use crate::cli::failure::{Exit, Failure};
use crate::cli::newsroom::{self, Wish};
use crate::cli::prepare::{
    Chosen, Destination, Prepared, choose, list_if_any, prepare, prepare_to_look, stand_in,
};
use crate::cli::screen::Screen;
use crate::cli::which::Which;
use crate::cli::{Desk, check, ledgers, test, world};
use crate::compose::costs;
use crate::edition::Draft;
use crate::edition::coverage::Mailed;
use crate::edition::edit::{Change, change};
use crate::message::Skeleton;
use crate::news::answers;
use crate::news::gather::Ask;
use crate::news::{Item, PartialDate};
use crate::project::{Project, SETTINGS_FILE};
use crate::web::dark::{Light, seen};
use crate::web::reading;
use crate::web::studio::{Answer, Order, Wanted};
use crate::window::{Selection, Window};

/// Steps back that are kept.
const MOST_STEPS: usize = 200;
/// Addresses that a test went to are remembered here, below the project.
const REMEMBERED: &str = ".roundup/studio.json";

/// See the module.
pub struct Editor {
    desk: Desk,
    which: Which,
    /// The last one that could be made.
    view: Option<View>,
    /// Why there is no newer one.
    fault: Option<Failure>,
    /// How the files were when they were looked at.
    looked_at: Option<Snapshot>,
    undo: Vec<Step>,
    redo: Vec<Step>,
}

/// Everything that is looked at.
struct View {
    project: Project,
    chosen: Chosen,
    prepared: Prepared,
    skeleton: Skeleton,
    late: Vec<(Item, String)>,
    mailed: Vec<Mailed>,
}

/// One change of one file.
struct Step {
    /// Below the project.
    file: String,
    before: Option<String>,
    after: Option<String>,
}

impl Editor {
    /// Begins with an edition. A mail that cannot be made is shown as such; a project that cannot be opened ends the
    /// command.
    ///
    /// # Errors
    /// When there is no project, or no such edition.
    pub async fn new(desk: &Desk, which: &Which) -> Result<Self, Failure> {
        let silent = Desk { screen: desk.screen.silent(), project: desk.project.clone() };
        let project = silent.project()?;
        let chosen = choose(&project, which, &silent.screen).await?;
        let which = Which { edition: Some(chosen.name), ..Which::default() };
        let mut editor = Self {
            desk: silent,
            which,
            view: None,
            fault: None,
            looked_at: None,
            undo: Vec::new(),
            redo: Vec::new(),
        };
        editor.refresh_asking(Ask::InTime).await;
        Ok(editor)
    }

    pub fn name(&self) -> &str {
        self.which.edition.as_deref().unwrap_or_default()
    }

    fn screen(&self) -> &Screen {
        &self.desk.screen
    }

    /// Looks at the files again. What cannot be made is a fault, beside the last that could.
    pub async fn refresh(&mut self) {
        self.refresh_asking(Ask::Never).await;
    }

    /// Whether no file has changed since it was looked at.
    pub fn has_seen_all(&self) -> bool {
        let now = self.desk.project().ok().map(|project| snapshot(&project));
        now.is_some() && now == self.looked_at
    }

    /// The same as `refresh`, with the news of websites as new as is wanted.
    async fn refresh_asking(&mut self, ask: Ask) {
        // Before they are read: what changes meanwhile is looked at once more.
        self.looked_at = self.desk.project().ok().map(|project| snapshot(&project));
        match self.look(ask).await {
            Ok(view) => {
                self.view = Some(view);
                self.fault = None;
            }
            Err(fault) => self.fault = Some(fault),
        }
    }

    async fn look(&self, ask: Ask) -> Result<View, Failure> {
        let project = self.desk.project()?;
        let screen = self.screen();
        let zone = project.settings.time_zone;
        let mut chosen = choose(&project, &self.which, screen).await?;
        // What was mailed does not change while somebody works at the next one; it is looked at again with the websites.
        let mailed = match &self.view {
            Some(view) if ask == Ask::Never => view.mailed.clone(),
            _ => newsroom::mailed(&project).await?,
        };
        chosen.ask = ask;
        chosen.late_since = mailed.iter().map(|edition| edition.planned_at).min();
        let list = list_if_any(&project, screen)?;
        let examples = Destination::of(&project, None)?.takes_examples();
        let prepared = prepare(&project, &chosen, list, examples, Asking::Nobody, screen).await?;
        let skeleton = prepared.skeleton(&project, world::now())?;
        let today = world::today(zone);
        let outside = &prepared.selection.left_out;
        let outside: Vec<Item> = outside.iter().map(|(item, _)| item.clone()).collect();
        let late = late_for(&outside, &mailed, &chosen.window, today);
        let late = late.into_iter().map(|(item, edition)| (item.clone(), edition)).collect();
        Ok(View { project, chosen, prepared, skeleton, late, mailed })
    }

    /// Does what the page asks.
    pub async fn obey(&mut self, order: Order) -> Obeyed {
        match order {
            Order::State { whose } => Obeyed::Now(self.state(&whose).await, false),
            Order::Mail { whose, light } => Obeyed::Now(self.mail(&whose, &light), false),
            Order::Part { whose, part } => Obeyed::Now(self.part(&whose, &part), false),
            Order::Do(Wanted::Check) => {
                Obeyed::Later(Box::pin(ask_links(self.desk.clone(), self.which.clone())))
            }
            Order::Do(Wanted::Fetch) => Obeyed::Later(Box::pin(fetch(self.desk.clone()))),
            Order::Do(wanted) => match self.want(wanted).await {
                Ok((value, changed)) => Obeyed::Now(Answer::Json(value), changed),
                Err(failure) => Obeyed::Now(refused(&failure), false),
            },
        }
    }

    /// What the page is told of an errand.
    pub fn said(ended: Result<(), Failure>) -> Answer {
        match ended {
            Ok(()) => Answer::Json(json!({})),
            Err(failure) => refused(&failure),
        }
    }

    async fn want(&mut self, wanted: Wanted) -> Result<(Value, bool), Failure> {
        match wanted {
            Wanted::Change { change } => {
                self.change(&change).await?;
                Ok((json!({}), true))
            }
            Wanted::Undo => self.step_back().await,
            Wanted::Redo => self.step_forth().await,
            Wanted::Choose { edition } => {
                let which = Which { edition: Some(edition), ..Which::default() };
                let project = self.desk.project()?;
                let chosen = choose(&project, &which, self.screen()).await?;
                self.which = Which { edition: Some(chosen.name), ..Which::default() };
                self.view = None;
                self.refresh_asking(Ask::InTime).await;
                Ok((json!({}), true))
            }
            Wanted::Date { source, id, date } => {
                self.give_date(&source, &id, &date).await?;
                Ok((json!({}), true))
            }
            Wanted::Silence { rule, reason } => {
                self.silence(&rule, &reason).await?;
                Ok((json!({}), true))
            }
            Wanted::Test { to, whose } => {
                let tests = self.test(&to, &whose).await?;
                Ok((json!({"tests": tests}), true))
            }
            // Errands, which `obey` has sent on their way.
            Wanted::Fetch | Wanted::Check => Ok((json!({}), false)),
        }
    }

    fn viewed(&self) -> Result<&View, Failure> {
        self.view.as_ref().ok_or_else(|| {
            self.fault
                .clone()
                .unwrap_or_else(|| Failure::new(Exit::Failed, "there is nothing to look at yet"))
        })
    }

    /// Changes the draft; makes it first where there is none.
    async fn change(&mut self, wanted: &Change) -> Result<(), Failure> {
        let view = self.viewed()?;
        let (project, zone) = (&view.project, view.project.settings.time_zone);
        let file = project.draft_path(&view.chosen.name)?;
        let before = read(&project.path(&file))?;
        let text = match &before {
            Some(text) => text.clone(),
            None => proposal(view)?,
        };
        let all = || {
            let Selection { chosen, left_out, undecided, .. } = &view.prepared.selection;
            chosen.iter().chain(left_out.iter().chain(undecided).map(|(item, _)| item))
        };
        let said = |id: &str| {
            let item = all().find(|item| item.id == id)?;
            Some(format!("{} · {}", shown::date(item, &view.chosen.window), item.title))
        };
        // Lines that offer late stories stay offers, until their story is named.
        let named = match wanted {
            Change::Show { id } | Change::Pin { id, .. } | Change::LeaveOut { id } => id.as_str(),
            _ => "",
        };
        let late: Vec<String> = text
            .split_inclusive('\n')
            .filter(|line| line.trim_start().starts_with("# - "))
            .filter(|line| named.is_empty() || !line.contains(named))
            .map(str::to_owned)
            .collect();
        let after = change(&file, &text, zone, wanted, &said, &late)?;
        self.write(file, before, after)?;
        self.refresh().await;
        Ok(())
    }

    /// Writes a file, and keeps the way back.
    fn write(
        &mut self,
        file: String,
        before: Option<String>,
        after: String,
    ) -> Result<(), Failure> {
        if before.as_deref() == Some(&after) {
            return Ok(());
        }
        let step = Step { file, before, after: Some(after) };
        self.put(&step.file, step.after.as_deref())?;
        self.undo.push(step);
        if self.undo.len() > MOST_STEPS {
            self.undo.remove(0);
        }
        self.redo.clear();
        Ok(())
    }

    fn put(&self, file: &str, text: Option<&str>) -> Result<(), Failure> {
        let path = self.desk.project()?.path(file);
        let put = || -> std::io::Result<()> {
            match text {
                Some(text) => {
                    if let Some(folder) = path.parent() {
                        std::fs::create_dir_all(folder)?;
                    }
                    write_whole(&path, text.as_bytes())
                }
                None => std::fs::remove_file(&path),
            }
        };
        put().map_err(|error| {
            Failure::new(Exit::Failed, format!("{file} cannot be written: {error}"))
        })
    }

    async fn step_back(&mut self) -> Result<(Value, bool), Failure> {
        let Some(step) = self.undo.pop() else { return Ok((json!({}), false)) };
        self.refuse_changed(&step.file, step.after.as_deref())?;
        self.put(&step.file, step.before.as_deref())?;
        self.redo.push(step);
        self.refresh().await;
        Ok((json!({}), true))
    }

    async fn step_forth(&mut self) -> Result<(Value, bool), Failure> {
        let Some(step) = self.redo.pop() else { return Ok((json!({}), false)) };
        self.refuse_changed(&step.file, step.before.as_deref())?;
        self.put(&step.file, step.after.as_deref())?;
        self.undo.push(step);
        self.refresh().await;
        Ok((json!({}), true))
    }

    /// A file that somebody else has changed since is not written over.
    fn refuse_changed(&mut self, file: &str, known: Option<&str>) -> Result<(), Failure> {
        let now = read(&self.desk.project()?.path(file))?;
        if now.as_deref() == known {
            return Ok(());
        }
        self.undo.clear();
        self.redo.clear();
        Err(Failure::new(
            Exit::Failed,
            format!("{file} was changed by somebody else meanwhile: there is no way back"),
        )
        .help("undo it where it was changed, or edit the file"))
    }

    async fn give_date(&mut self, source: &str, id: &str, date: &str) -> Result<(), Failure> {
        let view = self.viewed()?;
        let zone = view.project.settings.time_zone;
        let date = PartialDate::parse(date, zone).map_err(|error| {
            Failure::new(Exit::Usage, error.to_string()).help("write it as 3 December 2020")
        })?;
        let mut answers = view.project.news_answers()?;
        answers.give(source, id, date);
        let before = read(&view.project.path(answers::FILE))?;
        self.write(answers::FILE.to_owned(), before, answers.write())?;
        self.refresh().await;
        Ok(())
    }

    async fn silence(&mut self, rule: &str, reason: &str) -> Result<(), Failure> {
        let view = self.viewed()?;
        let known = rules().find(|known| known.id == rule && !known.is_law);
        if known.is_none() {
            return Err(Failure::new(Exit::Usage, format!("the rule `{rule}` cannot be silent")));
        }
        if reason.trim().is_empty() {
            return Err(Failure::new(Exit::Usage, "a rule is silent for a reason")
                .help("say why: it is shown at each check"));
        }
        let path = view.project.path(SETTINGS_FILE);
        let before = read(&path)?;
        let text = before.clone().unwrap_or_default();
        let mut settings: toml_edit::DocumentMut = text.parse().map_err(|error| {
            Failure::new(Exit::Usage, format!("{SETTINGS_FILE} cannot be read: {error}"))
        })?;
        let group = |table: &mut toml_edit::Item, name: &str| -> bool {
            let Some(table) = table.as_table_like_mut() else { return false };
            if !table.contains_key(name) {
                let mut group = toml_edit::Table::new();
                group.set_implicit(name == "checks");
                table.insert(name, toml_edit::Item::Table(group));
            }
            true
        };
        let placed = group(settings.as_item_mut(), "checks")
            && group(&mut settings["checks"], "silence")
            && settings["checks"]["silence"].as_table_like_mut().is_some_and(|silence| {
                silence.insert(rule, toml_edit::value(reason.trim()));
                true
            });
        if !placed {
            return Err(Failure::new(
                Exit::Usage,
                format!("[checks.silence] in {SETTINGS_FILE} is no group"),
            ));
        }
        self.write(SETTINGS_FILE.to_owned(), before, settings.to_string())?;
        self.refresh().await;
        Ok(())
    }

    async fn test(&self, to: &str, whose: &str) -> Result<Vec<test::Tested>, Failure> {
        let view = self.viewed()?;
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        let addresses = test::addresses(&[to.to_owned()])?;
        let destination = Destination::of(&view.project, None)?;
        let recipient = recipient(view, whose);
        let tests =
            test::send(&view.project, &view.prepared, &recipient, &addresses, &destination).await?;
        let typed: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        view.project.own_folder(false)?;
        self.put(REMEMBERED, Some(&json!({"test": typed}).to_string()))?;
        Ok(tests)
    }

    /// Everything beside the mail.
    async fn state(&self, whose: &str) -> Answer {
        let fault = self.fault.as_ref().map(fault_of);
        let undo = json!({"undo": self.undo.len(), "redo": self.redo.len()});
        let Some(view) = &self.view else {
            return Answer::Json(json!({"name": self.name(), "fault": fault, "steps": undo}));
        };
        let mut state = state_of(view, whose);
        state["fault"] = json!(fault);
        state["steps"] = undo;
        state["windows"] = windows(view).await;
        Answer::Json(state)
    }

    fn mail(&self, whose: &str, light: &str) -> Answer {
        let Ok(view) = self.viewed() else { return Answer::Mail(String::new()) };
        let (_, html, _) = view.skeleton.seen_by(&recipient(view, whose));
        Answer::Mail(seen(&html, Light::parse(light).unwrap_or_default()))
    }

    fn part(&self, whose: &str, part: &str) -> Answer {
        let view = match self.viewed() {
            Ok(view) => view,
            Err(failure) => return refused(&failure),
        };
        let recipient = recipient(view, whose);
        let (_, html, text) = view.skeleton.seen_by(&recipient);
        match part {
            "text" => Answer::Text(text),
            "html" => Answer::Text(html),
            "mjml" => {
                let shown = view.skeleton.composition_of(&recipient);
                let variant = shown.variant(&recipient.segments);
                Answer::Text(shown.variants[variant].mjml.clone())
            }
            "source" => {
                let bytes = view.skeleton.address(&recipient).bytes;
                Answer::Text(String::from_utf8_lossy(&bytes).replace("\r\n", "\n"))
            }
            "headers" => {
                let bytes = view.skeleton.address(&recipient).bytes;
                Answer::Json(json!(shown::header_fields(&bytes)))
            }
            "reading" => Answer::Json(json!(reading::read(&html))),
            "costs" => costs_of(view),
            other => refused(&Failure::new(
                Exit::Usage,
                format!("a mail has no part `{}`", other.escape_debug()),
            )),
        }
    }
}

/// What became of an order.
pub enum Obeyed {
    /// The answer, and whether there is something new to show.
    Now(Answer, bool),
    /// It waits for the web: the studio goes on meanwhile, and looks at the files again when it ends.
    Later(Pin<Box<dyn Future<Output = Result<(), Failure>>>>),
}

/// Asks the mail's links; what they answer is kept for every later look.
async fn ask_links(desk: Desk, which: Which) -> Result<(), Failure> {
    let project = desk.project()?;
    let prepared = prepare_to_look(&project, &which, Asking::World, &desk.screen).await?;
    check::keep(&project, &prepared, prepared.answers.len())
}

/// Asks the websites for their news, into the store.
async fn fetch(desk: Desk) -> Result<(), Failure> {
    let project = desk.project()?;
    let ask = Ask::Now { accept: Vec::new() };
    newsroom::read(&project, Wish { ask, ..Wish::quick() }).await?;
    Ok(())
}

fn refused(failure: &Failure) -> Answer {
    Answer::Refused { what: failure.what.clone(), cure: failure.help.clone() }
}

/// A failure as the page shows it: with its line and a caret.
fn fault_of(failure: &Failure) -> Value {
    json!({
        "what": failure.what,
        "place": failure.place.as_ref().map(ToString::to_string),
        "line": failure.line_text,
        "column": failure.place.as_ref().and_then(|place| place.column),
        "more": failure.more,
        "cure": failure.help,
    })
}

fn read(path: &PathBuf) -> Result<Option<String>, Failure> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            Err(Failure::new(Exit::Failed, format!("{} cannot be read: {error}", path.display())))
        }
    }
}

/// What `roundup draft` would write.
fn proposal(view: &View) -> Result<String, Failure> {
    let project = &view.project;
    let organisation = &project.settings.organisation.name;
    let lexicon = project.lexicon()?;
    let window = &view.chosen.window;
    let mut draft = Draft::propose(window, &view.prepared.selection, None, organisation, &lexicon);
    if project.settings.sources().iter().any(|source| source.url.is_some()) {
        draft.as_of = Some(world::now());
    }
    let late: Vec<(&Item, String)> =
        view.late.iter().map(|(item, edition)| (item, edition.clone())).collect();
    Ok(draft.write(&view.prepared.selection, &late))
}

/// Whose copy a word of the page means.
fn recipient(view: &View, whose: &str) -> Recipient {
    let example = || view.prepared.example();
    let audience = &view.prepared.audience;
    match whose.split_once([':', '-']) {
        Some(("strange", number)) => {
            let number: usize = number.parse().unwrap_or(0);
            let strange = audience.strangest.shown().nth(number);
            strange.map_or_else(example, |strange| strange.recipient.clone())
        }
        Some(("person", number)) => {
            let number: usize = number.parse().unwrap_or(0);
            audience.first.get(number).cloned().unwrap_or_else(example)
        }
        Some(("segment", name)) => {
            let mut somebody = example();
            somebody.segments = [name.to_owned()].into();
            somebody
        }
        Some(("language", code)) => {
            let mut somebody = example();
            somebody.values.insert("language".to_owned(), code.to_owned());
            somebody
        }
        Some(("address", wanted)) => {
            let found = view.prepared.everybody().find_map(|person| match person {
                Ok(Person::Mailed(one)) if one.address.to_string().eq_ignore_ascii_case(wanted) => {
                    Some(one)
                }
                _ => None,
            });
            found.unwrap_or_else(example)
        }
        _ if whose == "nobody" => {
            let mut nobody = stand_in();
            for (column, value) in &mut nobody.values {
                if column != "email" {
                    value.clear();
                }
            }
            nobody
        }
        _ => example(),
    }
}

/// The people that the mail can be seen as.
fn people_of(view: &View) -> Value {
    let audience = &view.prepared.audience;
    let named = |recipient: &Recipient| match recipient.name() {
        Some(name) => format!("{name} ({})", recipient.address.masked()),
        None => recipient.address.masked(),
    };
    let mut people = Vec::new();
    if audience.first.is_empty() {
        people
            .push(json!({"key": "first", "label": "Sam Example (a stand-in)", "group": "People"}));
    }
    for (number, recipient) in audience.first.iter().enumerate() {
        let key = format!("person-{number}");
        people.push(json!({"key": key, "label": named(recipient), "group": "People"}));
    }
    people.push(
        json!({"key": "nobody", "label": "Somebody without a name", "group": "Strange names"}),
    );
    for (number, strange) in audience.strangest.shown().enumerate() {
        let label = format!("{}: {}", named(strange.recipient), strange.why);
        people.push(
            json!({"key": format!("strange-{number}"), "label": label, "group": "Strange names"}),
        );
    }
    for segment in &view.prepared.composition.segments {
        people.push(
            json!({"key": format!("segment:{segment}"), "label": segment, "group": "Segments"}),
        );
    }
    for translation in &view.prepared.composition.translations {
        let code = &translation.language;
        people
            .push(json!({"key": format!("language:{code}"), "label": code, "group": "Languages"}));
    }
    json!(people)
}

fn stories_of(view: &View) -> Vec<Story> {
    let edition = &view.prepared.edition;
    let draft = view.chosen.draft.as_ref();
    let story = |item: &Item, state: &'static str| {
        let own = Own::of(draft.and_then(|draft| draft.overrides.get(&item.id)));
        Story::of(item, state, own, &view.mailed, &view.chosen.window)
    };
    let mut stories: Vec<Story> = Vec::new();
    stories.extend(edition.pinned.iter().map(|item| story(item, "lead")));
    stories.extend(edition.items.iter().map(|item| story(item, "shown")));
    stories.extend(edition.unmentioned.iter().map(|item| story(item, "new")));
    let Selection { chosen, left_out, undecided, .. } = &view.prepared.selection;
    let all = || chosen.iter().chain(left_out.iter().chain(undecided).map(|(item, _)| item));
    for mention in draft.map(|draft| draft.left_out.as_slice()).unwrap_or_default() {
        if let Some(item) = all().find(|item| item.id == mention.id) {
            stories.push(story(item, "left_out"));
        }
    }
    stories
}

fn state_of(view: &View, whose: &str) -> Value {
    let View { prepared, chosen, project, .. } = view;
    let edition = &prepared.edition;
    let recipient = recipient(view, whose);
    let (subject, _, _) = view.skeleton.seen_by(&recipient);
    let shown_to = view.skeleton.composition_of(&recipient);
    let shown: Vec<&Item> = edition.shown().collect();
    let silenceable = |rule: &str| rules().any(|known| known.id == rule && !known.is_law);
    let findings: Vec<Value> = prepared
        .findings
        .iter()
        .map(|finding| shown::finding(finding, &shown, silenceable(finding.rule)))
        .collect();
    let draft_file = project.draft_path(&chosen.name).ok();
    let practice = Destination::of(project, None).is_ok_and(|to| to.is_practice());
    let sender = prepared.identity.sender.name.as_ref().map(|name| name.as_str().to_owned());
    let named: Vec<&str> = shown.iter().map(|item| item.id.as_str()).collect();
    let offered = view.late.iter().filter(|(item, _)| !named.contains(&item.id.as_str()));
    let remembered: Value = std::fs::read_to_string(project.path(REMEMBERED))
        .ok()
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default();
    json!({
        "name": chosen.name,
        "title": chosen.window.to_string(),
        "organisation": project.settings.organisation.name,
        "draft": chosen.draft.as_ref().and(draft_file.clone()),
        "file": draft_file,
        "hash": prepared.composition.hash(),
        "template": edition.template,
        "templates": project.templates().map(|t| t.names().into_iter().map(str::to_owned).collect::<Vec<_>>()).unwrap_or_default(),
        "group": match edition.group { crate::edition::draft::Group::Time => "month", crate::edition::draft::Group::Topic => "topic" },
        "words": {
            "subject": edition.subject.text,
            "preheader": edition.preheader.text,
            "introduction": edition.introduction.text,
        },
        "stories": stories_of(view),
        "undecided": edition.undecided.iter().map(|item| shown::beside(item, "", &chosen.window)).collect::<Vec<_>>(),
        "late": offered.map(|(item, edition)| shown::beside(item, edition, &chosen.window)).collect::<Vec<_>>(),
        "findings": findings,
        "silenced": prepared.silenced,
        "tally": tally(&prepared.findings),
        "scores": prepared.scores,
        "people": people_of(view),
        "mailed": prepared.audience.mailed,
        "left_out": prepared.audience.left_out,
        "size": {"largest": prepared.largest, "limit": 102 * 1024},
        "inbox": {
            "sender": sender.unwrap_or_else(|| prepared.identity.sender.address.to_string()),
            "subject": subject,
            "preheader": shown_to.preheader,
        },
        "has_websites": project.settings.sources().iter().any(|source| source.url.is_some()),
        "problems": view.prepared.problems.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "practice": practice,
        "held": prepared.is_held(),
        "command": format!("roundup send {} --confirm {}", chosen.name, prepared.audience.mailed),
        "test": remembered.get("test").cloned().unwrap_or_else(|| json!([])),
    })
}

/// The windows that can be chosen, and the drafts there are.
async fn windows(view: &View) -> Value {
    let project = &view.project;
    let zone = project.settings.time_zone;
    let today = world::today(zone);
    let since_last = match ledgers::last_window(project).await {
        Ok(Some(last)) => Window::since_last(&last, today).ok().map(|window| window.name()),
        _ => None,
    };
    json!({
        "today": today.to_string(),
        "last_month": Window::last_full_month(today, zone).name(),
        "since_last": since_last,
        "start": view.chosen.window.start.to_string(),
        "end": view.chosen.window.last_day().to_string(),
        "drafts": project.drafts().unwrap_or_default(),
    })
}

/// What each story takes of the mail.
fn costs_of(view: &View) -> Answer {
    let project = &view.project;
    let (theme, templates) = (
        project.settings.theme(),
        match project.templates() {
            Ok(templates) => templates,
            Err(error) => return refused(&error.into()),
        },
    );
    let people = match &view.prepared.list {
        Some(list) => list.people.clone(),
        None => crate::compose::People {
            columns: stand_in().values.into_keys().collect(),
            segments: std::collections::BTreeSet::new(),
        },
    };
    let prepared = &view.prepared;
    match costs(&prepared.edition, &theme, &templates, &people, &prepared.composition) {
        Ok(costs) => {
            let of_id: serde_json::Map<String, Value> = prepared
                .edition
                .shown()
                .zip(costs)
                .map(|(item, bytes)| (item.id.clone(), json!(bytes)))
                .collect();
            Answer::Json(Value::Object(of_id))
        }
        Err(error) => refused(&error.into()),
    }
}
