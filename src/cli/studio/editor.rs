//! The one who works at the studio: looks at an edition, changes its files, and answers the page.
//! Shell: reads and writes the project.
//!
//! The studio has no state of its own but the way back (undo): what is shown is made from the files each time, so that a
//! text editor beside it, and a second tab, always see the same.

use crate::cli::studio::shown::refused;

use serde_json::{Value, json};

use super::edited::{as_composed, as_written, main_language, put_into};
use super::errands::{Handling, ask_links, ask_pictures, fetch, send_test};
use super::history::{FileChange, History, Stack, read};
use super::lost_draft::DraftText;
use super::sending::SendingState;
use super::shown;
use super::view::{LookDepth, View};
use super::watch::{Snapshot, snapshot};
use super::writing::{changed_draft, changed_translation, dated, refuse_unignorable};
use crate::check::dark::{ColourScheme, render_in};
use crate::cli::globals::Globals;
use crate::cli::send::test;
use crate::cli::steps::chosen_edition::choose;
use crate::cli::steps::settings_file::{
    RuleScope, heard_again, setting_now, silenced, with_settings,
};
use crate::cli::steps::window_args::EditionArguments;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::system;
use crate::edition::draft_reading::window_from_name;
use crate::edition::edit::words_of;
use crate::news::dates_file;
use crate::news::gather::FetchPolicy;
use crate::project::SETTINGS_FILE;
use crate::shell_words::for_shell;
use crate::web::studio::{
    DraftRequest, SettingRequest, StudioAction, StudioRequest, StudioResponse,
};

/// Looking at everybody's message of a longer list takes longer than a change may take.
const LONG_LIST: u64 = 2000;
/// The same of the rules, where an edition has more stories to choose from.
const MANY_STORIES: usize = 200;

/// Handles the requests of the studio's page and holds the edition between them.
pub struct Editor {
    globals: Globals,
    which: EditionArguments,
    /// The last one that could be made.
    view: Option<View>,
    /// Why there is no newer one.
    fault: Option<Failure>,
    /// How the files were when they were looked at.
    looked_at: Option<Snapshot>,
    history: History,
    draft_text: DraftText,
    /// The last look was a quick one: everybody, and every rule, is looked at when nobody changes anything for a moment.
    is_counting_due: bool,
    /// An edition was opened: the sizes of its pictures are fetched when it is shown, and their host may be slow.
    are_pictures_due: bool,
    /// Grows with each look at the files, and from one studio to the next: pages see which of two answers is newer.
    revision: i64,
}

/// What became of a change.
enum Changed {
    /// The words as they stand in the file now, where it was about words.
    Written(Option<String>),
    /// Somebody else has written other words: nothing was changed.
    Conflict { theirs: Option<String> },
}

impl Editor {
    /// Begins with an edition. An email that cannot be made is shown as such; a project that cannot be opened ends the
    /// command.
    ///
    /// # Errors
    /// When there is no project, or no such edition.
    pub async fn new(globals: &Globals, which: &EditionArguments) -> Result<Self, Failure> {
        let silent = Globals { screen: globals.screen.silent(), project: globals.project.clone() };
        let project = silent.project()?;
        let chosen = choose(&project, which, &silent.screen).await?;
        let which = EditionArguments {
            edition: Some(chosen.name),
            segment: which.segment.clone(),
            purpose: which.purpose,
            ..EditionArguments::default()
        };
        let mut editor = Self {
            globals: silent,
            which,
            view: None,
            fault: None,
            looked_at: None,
            history: History::default(),
            draft_text: DraftText::default(),
            is_counting_due: false,
            are_pictures_due: false,
            revision: system::now().timestamp_millis(),
        };
        editor.open().await;
        Ok(editor)
    }

    /// The first look at an edition.
    async fn open(&mut self) {
        self.are_pictures_due = true;
        self.look(FetchPolicy::NewsInTime, LookDepth::WHOLE).await;
    }

    /// The errand that finds out how large the pictures are, if an edition was opened a moment ago.
    pub fn picture_errand(
        &mut self,
    ) -> Option<impl Future<Output = Result<bool, Failure>> + use<>> {
        let is_due = std::mem::take(&mut self.are_pictures_due);
        is_due.then(|| ask_pictures(self.globals.clone(), self.which.clone()))
    }

    pub fn name(&self) -> &str {
        self.which.edition.as_deref().unwrap_or_default()
    }

    /// What the page compares: a state with this number has everything so far.
    pub fn revision(&self) -> i64 {
        self.revision
    }

    /// Looks at the files again. What cannot be made is a fault, beside the last that could.
    pub async fn refresh(&mut self) {
        self.look(FetchPolicy::Never, LookDepth::WHOLE).await;
    }

    /// Whether no file has changed since it was looked at.
    pub fn has_seen_all(&self) -> bool {
        let now = self.globals.project().ok().map(|project| snapshot(&project));
        now.as_ref().is_some_and(Snapshot::is_whole) && now == self.looked_at
    }

    /// After a change of the edition's words or order, which changes nothing of the list. `is_known`: no other file has
    /// changed since the last look.
    async fn refresh_edition(&mut self, is_known: bool) {
        let audience = self.view.as_ref().map(|view| &view.prepared.audience);
        let people = audience.map_or(0, |audience| audience.mailed + audience.left_out);
        let is_known = is_known && self.fault.is_none() && self.view.is_some();
        let stories = self.view.as_ref().map_or(0, |view| view.prepared.selection.all().count());
        let depth = LookDepth {
            everybody: !is_known || people < LONG_LIST,
            rules: !is_known || stories < MANY_STORIES,
        };
        let ask = if is_known { FetchPolicy::Stored } else { FetchPolicy::Never };
        self.look(ask, depth).await;
    }

    /// Whether everybody should be looked at once more.
    pub fn is_counting_due(&self) -> bool {
        self.is_counting_due
    }

    async fn look(&mut self, ask: FetchPolicy, depth: LookDepth) {
        self.is_counting_due = depth != LookDepth::WHOLE;
        self.revision += 1;
        // Before they are read: what changes meanwhile is looked at once more.
        {
            let project = self.globals.project().ok();
            self.looked_at = project.as_ref().map(snapshot);
            if let Some(project) = &project {
                self.draft_text
                    .remember(project, self.which.edition.as_deref().unwrap_or_default());
            }
        }
        let looking = View::look(&self.globals, &self.which, self.view.as_ref(), ask, depth);
        match Box::pin(looking).await {
            Ok(view) => {
                self.view = Some(view);
                self.fault = None;
            }
            Err(fault) => self.fault = Some(fault),
        }
    }

    /// Does what the page requests.
    pub async fn handle(&mut self, request: StudioRequest) -> Handling {
        match request {
            StudioRequest::State { whose } => Handling::Now(self.state(&whose).await, false),
            StudioRequest::Mail { whose, light } => Handling::Now(self.mail(&whose, &light), false),
            StudioRequest::Part { whose, part } => {
                let view = self.viewed();
                let answer = view.map_or_else(
                    |failure| refused(&failure),
                    |view| shown::part(view, &whose, &part),
                );
                Handling::Now(answer, false)
            }
            StudioRequest::Picture { id } => {
                Handling::Now(shown::picture(self.view.as_ref(), &id), false)
            }
            StudioRequest::Do(StudioAction::Check) => {
                Handling::Later(Box::pin(ask_links(self.globals.clone(), self.which.clone())))
            }
            StudioRequest::Do(StudioAction::Fetch) => {
                Handling::Later(Box::pin(fetch(self.globals.clone())))
            }
            StudioRequest::Do(wanted) => match self.want(wanted).await {
                Ok((answer, changed)) => Handling::Now(answer, changed),
                Err(failure) => Handling::Now(refused(&failure), false),
            },
        }
    }

    /// What the page gets about an errand.
    pub fn said(ended: Result<Value, Failure>) -> StudioResponse {
        match ended {
            Ok(found) => StudioResponse::Json(found),
            Err(failure) => refused(&failure),
        }
    }

    /// The answer, and whether there is something new to show.
    async fn want(&mut self, wanted: StudioAction) -> Result<(StudioResponse, bool), Failure> {
        let done = || (StudioResponse::Json(json!({})), true);
        match wanted {
            StudioAction::Change(wanted) => {
                let changed = self.change(&wanted).await?;
                Ok((self.became(changed), true))
            }
            StudioAction::Setting(wanted) => {
                let changed = self.set(&wanted).await?;
                Ok((self.became(changed), true))
            }
            StudioAction::Undo { edition } => {
                self.refuse_other(edition.as_deref())?;
                Ok(self.take_back(Stack::Undo).await)
            }
            StudioAction::Redo { edition } => {
                self.refuse_other(edition.as_deref())?;
                Ok(self.take_back(Stack::Redo).await)
            }
            StudioAction::Choose { edition } => {
                let which =
                    EditionArguments { edition: Some(edition), ..EditionArguments::default() };
                let project = self.globals.project()?;
                let chosen = choose(&project, &which, &self.globals.screen).await?;
                self.which =
                    EditionArguments { edition: Some(chosen.name), ..EditionArguments::default() };
                self.view = None;
                self.open().await;
                Ok(done())
            }
            StudioAction::Date { source, id, date } => {
                self.give_date(&source, &id, &date).await?;
                Ok(done())
            }
            StudioAction::Silence { rule, reason, edition, story } => {
                self.silence(&RuleScope { rule, edition, story }, &reason).await?;
                Ok(done())
            }
            StudioAction::Hear { rule, edition, story } => {
                let scope = RuleScope { rule, edition, story };
                self.change_settings(|text| heard_again(text, &scope)).await?;
                Ok(done())
            }
            StudioAction::Restore => {
                self.draft_text.restore(&self.globals.project()?)?;
                self.refresh().await;
                Ok(done())
            }
            StudioAction::LetGo => {
                self.draft_text.forget();
                self.refresh().await;
                Ok(done())
            }
            StudioAction::Test { to, whose, edition } => {
                self.refuse_other(edition.as_deref())?;
                let tests = self.test(&to, &whose).await?;
                // The addresses are remembered.
                self.revision += 1;
                Ok((StudioResponse::Json(json!({"tests": tests})), true))
            }
            // Errands, which `handle` has sent on their way.
            StudioAction::Fetch | StudioAction::Check => {
                Ok((StudioResponse::Json(json!({})), false))
            }
        }
    }

    fn became(&self, changed: Changed) -> StudioResponse {
        match changed {
            Changed::Written(text) => {
                StudioResponse::Json(json!({"text": text, "revision": self.revision}))
            }
            Changed::Conflict { theirs } => StudioResponse::Conflict { theirs },
        }
    }

    fn viewed(&self) -> Result<&View, Failure> {
        self.view.as_ref().ok_or_else(|| {
            self.fault
                .clone()
                .unwrap_or_else(|| Failure::new(Exit::Failed, "there is nothing to show yet"))
        })
    }

    /// Changes the draft, or the words of another language; makes the file first where there is none.
    async fn change(&mut self, wanted: &DraftRequest) -> Result<Changed, Failure> {
        let view = self.viewed()?;
        let name = &view.chosen.name;
        self.refuse_other(wanted.edition.as_deref())?;
        self.draft_text.refuse_lost(&view.project)?;
        let mut made = Vec::new();
        let draft_file = view.project.draft_path(name)?;
        let written = read(&view.project.path(&draft_file))?;
        let change = if let Some(language) = &wanted.language {
            if written.is_none() {
                made.push((draft_file, None, view.proposal()?));
            }
            changed_translation(view, language, &wanted.change)?
        } else {
            changed_draft(view, draft_file, written, &wanted.change)?
        };
        if let Some(known) = &wanted.written_over
            && known.text != change.now
            && change.now.as_deref() != words_of(&wanted.change)
        {
            return Ok(self.conflict(change.now).await);
        }
        made.push((change.file, change.before, change.after));
        let is_known = self.has_seen_all();
        let project = self.globals.project()?;
        for (file, before, after) in made {
            let edition = Some(self.name().to_owned());
            let change = FileChange { edition, file, before, after };
            self.history.write(&project, change, wanted.continues)?;
        }
        self.refresh_edition(is_known).await;
        Ok(Changed::Written(change.then))
    }

    /// Others have written meanwhile: the page gets their words, and a state that has them too.
    async fn conflict(&mut self, theirs: Option<String>) -> Changed {
        if !self.has_seen_all() {
            self.refresh().await;
        }
        Changed::Conflict { theirs }
    }

    /// Changes settings of the look.
    async fn set(&mut self, wanted: &SettingRequest) -> Result<Changed, Failure> {
        let before = read(&self.globals.project()?.path(SETTINGS_FILE))?;
        let text = before.clone().unwrap_or_default();
        let Some(first) = wanted.settings.first() else { return Ok(Changed::Written(None)) };
        let now = |text: &str| setting_now(text, &first.group, first.name.as_deref()?);
        let theirs = now(&text);
        if let Some(known) = &wanted.written_over
            && known.text != theirs
            && theirs != first.text
        {
            return Ok(self.conflict(theirs).await);
        }
        let after = with_settings(&text, &wanted.settings)?;
        let then = now(&after);
        let project = self.globals.project()?;
        let change = FileChange { edition: None, file: SETTINGS_FILE.to_owned(), before, after };
        self.history.write(&project, change, wanted.continues)?;
        self.refresh().await;
        Ok(Changed::Written(then))
    }

    /// Writes a file that all editions share as one step, and looks again.
    async fn write(
        &mut self,
        file: &str,
        before: Option<String>,
        after: String,
    ) -> Result<(), Failure> {
        let project = self.globals.project()?;
        let change = FileChange { edition: None, file: file.to_owned(), before, after };
        self.history.write(&project, change, false)?;
        self.refresh().await;
        Ok(())
    }

    /// Whatever becomes of it, the page gets a new state: what cannot be taken back is a step no more.
    async fn take_back(&mut self, from: Stack) -> (StudioResponse, bool) {
        let name = self.name().to_owned();
        let project = self.globals.project();
        let taken = project.and_then(|project| self.history.take_back(&project, from, &name));
        if taken.is_ok() {
            // A draft that undo takes away is not lost: redo has it.
            self.draft_text.forget();
        }
        self.refresh().await;
        let response = match taken {
            Ok(file) => StudioResponse::Json(json!({"file": file})),
            Err(failure) => refused(&failure),
        };
        (response, true)
    }

    /// A page that shows another edition than the one that is open changes nothing.
    fn refuse_other(&self, shown: Option<&str>) -> Result<(), Failure> {
        match shown.filter(|shown| *shown != self.name()) {
            None => Ok(()),
            Some(other) => Err(Failure::new(
                Exit::Failed,
                format!("the edition `{other}` is not open in the studio now"),
            )
            .help("open it again: the words are kept in this browser, and offered there")),
        }
    }

    async fn give_date(&mut self, source: &str, id: &str, date: &str) -> Result<(), Failure> {
        let (before, after) = dated(self.viewed()?, source, id, date)?;
        self.write(dates_file::FILE, before, after).await
    }

    async fn silence(&mut self, scope: &RuleScope, reason: &str) -> Result<(), Failure> {
        refuse_unignorable(&scope.rule, reason)?;
        self.change_settings(|text| silenced(text, scope, reason.trim())).await
    }

    /// Changes `roundup.toml` as one step.
    async fn change_settings(
        &mut self,
        change: impl FnOnce(&str) -> Result<String, Failure>,
    ) -> Result<(), Failure> {
        let before = read(&self.viewed()?.project.path(SETTINGS_FILE))?;
        let after = change(before.as_deref().unwrap_or_default())?;
        self.write(SETTINGS_FILE, before, after).await
    }

    async fn test(&self, to: &str, whose: &str) -> Result<Vec<test::TestResult>, Failure> {
        let view = self.viewed()?;
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        send_test(view, to, whose).await
    }

    /// Everything beside the email. Where none could be made yet, there are the reason and the other editions.
    async fn state(&self, whose: &str) -> StudioResponse {
        let mut state = match &self.view {
            Some(view) => shown::state(view, whose),
            None => json!({"name": self.name()}),
        };
        let project = self.globals.project().ok();
        if let Some(view) = &self.view {
            let edited = match self.fault {
                None => as_composed(view),
                Some(_) => as_written(view, project.as_ref()),
            };
            put_into(&mut state, edited);
            state["main"] = main_language(project.as_ref().unwrap_or(&view.project));
            state["sending"] = json!(SendingState::of(view).await);
        }
        let (undo, redo) = self.history.steps(self.name());
        state["fault"] = json!(self.fault.as_ref().map(shown::fault));
        state["steps"] = json!({"undo": undo, "redo": redo});
        state["revision"] = json!(self.revision);
        state["reopen"] = json!(format!("roundup preview {}", for_shell(self.name())));
        if let Some(project) = project.as_ref().or(self.view.as_ref().map(|view| &view.project)) {
            let window = match &self.view {
                Some(view) => Some(view.chosen.window.clone()),
                None => window_from_name(self.name(), project.settings.time_zone).ok(),
            };
            state["windows"] = shown::windows(project, window.as_ref()).await;
            state["lost"] = json!(self.draft_text.lost(project).map(|(file, _)| file));
            // Words that were not saved are kept in the browser, by newsletter.
            state["project"] = json!(project.root.display().to_string());
        }
        StudioResponse::Json(state)
    }

    fn mail(&self, whose: &str, light: &str) -> StudioResponse {
        let Ok(view) = self.viewed() else { return StudioResponse::Mail(String::new()) };
        let (_, html, _) = view.skeleton.seen_by(&view.recipient(whose));
        let html = view.prepared.shown_here(&html);
        StudioResponse::Mail(render_in(&html, ColourScheme::parse(light).unwrap_or_default()))
    }
}
