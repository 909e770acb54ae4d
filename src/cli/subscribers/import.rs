//! `roundup subscribers import`: reads an export of another system, and shows what it would change.
//! Shell: files, the list, the ledger.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use serde::ser::{Error as _, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::json;

use crate::audience::import::{
    self, ColumnMapping, Export, HeadedTable, ImportOptions, ImportTotals, Obtained, OwnColumns,
    Recipe, StatedBasis,
};
use crate::audience::settings::ListPlace;
use crate::cli::globals::Globals;
use crate::cli::steps::ledgers::existing_ledger;
use crate::cli::subscribers::basis_word::{MetWord, StatedWord};
use crate::cli::subscribers::comparing::{self, ComparedList};
use crate::cli::subscribers::given_day::{given_day, is_like_a_day};
use crate::cli::subscribers::import_text;
use crate::cli::subscribers::last_time::{ImportAnswers, answers_for};
use crate::cli::subscribers::undo;
use crate::cli::subscribers::writing::{agreed, changed_meanwhile, move_into_database, open_list};
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::cli::terminal::screen::Screen;
use crate::cli::terminal::system;
use crate::count::people;
use crate::date::DateOrder;
use crate::ledger::AnyLedger;
use crate::ledger::list_store::ListStore;
use crate::people::ImportSpool;
use crate::problem::{Problem, did_you_mean};
use crate::project::Project;

/// How often a difference is shown again because somebody else changed the list.
const MOST_TRIES: usize = 3;

#[derive(Debug, Clone, Args)]
pub(super) struct ImportArguments {
    /// A CSV, TSV, text or XLSX file, or a ZIP of them
    #[arg(required_unless_present = "undo", conflicts_with = "undo", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The system that the files come from, where their columns do not say it
    #[arg(long, value_name = "SYSTEM")]
    from: Option<String>,
    #[arg(
        long,
        value_name = "FIELD=COLUMN",
        help = "What a column is, as in first_name=\"Given name\": email, first_name, last_name, name, consent, status, \
                obtained, source, wording, tags or language; any other name keeps it as a column of your own"
    )]
    map: Vec<ColumnMapping>,
    /// Why people may be mailed of whom the files say nothing
    #[arg(long, value_enum, value_name = "BASIS", requires = "source")]
    basis: Option<StatedWord>,
    /// Where they gave their address, as in "form on our website"
    #[arg(long, value_name = "TEXT", requires = "basis")]
    source: Option<String>,
    /// When they gave it: a date, or the column that has it
    #[arg(long, value_name = "DATE|COLUMN", requires = "basis")]
    obtained: Option<String>,
    /// Through whom they came, which a soft opt-in asks about
    #[arg(long, value_enum, value_name = "WHOM", requires = "basis")]
    met_through: Option<MetWord>,
    /// The order of day and month in dates such as 3/4/2021
    #[arg(long, value_enum, value_name = "ORDER")]
    dates: Option<DateOrder>,
    /// Say about the files what was said about the same columns last time
    #[arg(long, conflicts_with_all = ["from", "map", "basis", "dates"])]
    pub again: bool,
    /// Take the last import back, after showing what that changes; a no that it brought stays
    #[arg(long)]
    undo: bool,
    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Change it without a question
    #[arg(long, short)]
    pub yes: bool,
}

/// `roundup.import/1`.
#[derive(Debug, Serialize)]
struct ImportOutcome<'a> {
    schema: &'static str,
    system: Option<&'a str>,
    dry_run: bool,
    new: u64,
    changed: u64,
    same: u64,
    stays_no: u64,
    left_out: u64,
    repeated: u64,
    rows: u64,
    problems: &'a [Problem],
    people: EverybodyNamed<'a>,
    /// Where the lines before the question come from, as the figures above do.
    #[serde(skip)]
    export: &'a Export,
    #[serde(skip)]
    totals: &'a ImportTotals,
}

/// All people of an import, as they will be. They are written one after the other, and never all in memory.
#[derive(Debug)]
struct EverybodyNamed<'a>(&'a ImportSpool);

impl Serialize for EverybodyNamed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for portion in 0.. {
            let people = self.0.named(portion).map_err(S::Error::custom)?;
            if people.is_empty() {
                break;
            }
            people.iter().try_for_each(|person| list.serialize_element(person))?;
        }
        list.end()
    }
}

pub(super) async fn import(
    arguments: &ImportArguments,
    globals: &Globals,
) -> Result<Exit, Failure> {
    let project = globals.project()?;
    if arguments.undo {
        return undo::undo(&project, arguments.dry_run, arguments.yes, globals).await;
    }
    let screen = &globals.screen;
    let spool = comparing::spool()?;
    let tables = comparing::tables_of(&arguments.files, &spool)?;
    let before = existing_ledger(&project, false).await?;
    let arguments = &with_last_answers(arguments, &tables, before.as_ref(), screen).await?;
    drop(before);
    let own = arguments.own_columns(&project);
    let options = arguments.options(system::today(project.settings.time_zone), own)?;
    let export = comparing::read_into(&spool, &tables, &options)?;
    if arguments.dry_run {
        return dry_run(&project, &export, &spool, screen).await;
    }
    let moves = project.settings.people.keep == ListPlace::Files;
    let question =
        "The list is in subscribers/, and an import needs it in the database. Move it there?";
    if moves && !agreed(question, arguments.yes, screen)? {
        screen.say("Nothing was changed.");
        return Ok(Exit::Done);
    }
    let list = open_list(&project).await?;
    if moves {
        let there = comparing::listed_in_files(&project)?;
        move_into_database(&project, &list, &there.people).await?;
        screen.say(
            "The list is in the database now ([people] keep = \"database\" in roundup.toml). The files in \
             subscribers/ are not read any more.",
        );
        for line in import_text::not_moved(&there.left_out) {
            screen.say(&line);
        }
        screen.problems(&there.problems);
    }
    for _ in 0..MOST_TRIES {
        let compared = ComparedList::open(&project, Some(&list.ledger), None).await?;
        let totals = compared.compare(&spool, screen.is_for_programs()).await?;
        let outcome = ImportOutcome::of(&export, &totals, &spool, false);
        show_change(&outcome, screen)?;
        let changes = totals.changes();
        let question = format!("Import {}?", people(changes));
        if changes > 0 && !agreed(&question, arguments.yes, screen)? {
            screen.say("Nothing was changed.");
            return Ok(Exit::Done);
        }
        let summary = arguments.summary(&export, &totals);
        if changes > 0 && !list.import(compared.version, summary, &spool, system::now()).await? {
            screen.warn("somebody else changed the list in between: this is what is different now");
            continue;
        }
        screen.outcome(&outcome)?;
        return Ok(Exit::Done);
    }
    Err(changed_meanwhile())
}

/// What an import would change, and nothing of it.
async fn dry_run(
    project: &Project,
    export: &Export,
    spool: &ImportSpool,
    screen: &Screen,
) -> Result<Exit, Failure> {
    let ledger = existing_ledger(project, false).await?;
    let there = match project.settings.people.keep {
        ListPlace::Files => Some(comparing::listed_in_files(project)?),
        ListPlace::Database => None,
    };
    if let Some(there) = &there {
        for line in import_text::not_moved(&there.left_out) {
            screen.say(&line);
        }
    }
    let there = there.as_ref().map(|there| &there.people);
    let compared = ComparedList::open(project, ledger.as_ref(), there).await?;
    let totals = compared.compare(spool, screen.is_for_programs()).await?;
    let outcome = ImportOutcome::of(export, &totals, spool, true);
    show_change(&outcome, screen)?;
    screen.outcome(&outcome)?;
    Ok(Exit::Done)
}

/// What the files are and what they change: people read it before the question, programs when it is done.
fn show_change(outcome: &ImportOutcome<'_>, screen: &Screen) -> Result<(), Failure> {
    screen.for_people(|text| {
        let lines = import_text::files(outcome.export);
        let change = import_text::difference(outcome.totals);
        lines.into_iter().chain(change).for_each(|line| text.line(line));
    })?;
    screen.problems(outcome.problems);
    Ok(())
}

impl<'a> ImportOutcome<'a> {
    fn of(
        export: &'a Export,
        totals: &'a ImportTotals,
        spool: &'a ImportSpool,
        dry_run: bool,
    ) -> Self {
        Self {
            schema: "roundup.import/1",
            system: export.system.as_ref().map(|(id, _)| *id),
            dry_run,
            new: totals.new.count,
            changed: totals.changed.count,
            same: totals.same.count,
            stays_no: totals.stays_no.count,
            left_out: totals.left_out.count,
            repeated: totals.repeated,
            rows: export.rows,
            problems: &export.problems,
            people: EverybodyNamed(spool),
            export,
            totals,
        }
    }
}

impl Outcome for ImportOutcome<'_> {
    fn text(&self, text: &mut Text) {
        text.say(if self.dry_run {
            "Nothing was changed: this was a dry run."
        } else if self.new + self.changed == 0 {
            "There is nothing to change."
        } else {
            "Imported. To take it back: roundup subscribers import --undo"
        });
    }
}

/// Proposes last time's answers where nothing was said this time. With `--again` they are taken; at a terminal somebody decides.
async fn with_last_answers(
    arguments: &ImportArguments,
    tables: &[HeadedTable],
    ledger: Option<&AnyLedger>,
    screen: &Screen,
) -> Result<ImportArguments, Failure> {
    let (Some(ledger), true) = (ledger, arguments.answers() == ImportAnswers::default()) else {
        return Ok(arguments.clone());
    };
    let Some(answers) = answers_for(&import::header_of(tables), &ledger.imports().await?) else {
        return Ok(arguments.clone());
    };
    let typed = answers.typed();
    screen.say(&format!("The same columns were imported before with: {typed}"));
    let may_ask = screen.asks && !arguments.yes;
    if !arguments.again && !may_ask {
        screen.say("To say the same this time: add --again");
        return Ok(arguments.clone());
    }
    if !agreed("Say the same this time?", arguments.again, screen)? {
        return Ok(arguments.clone());
    }
    arguments.with_answers(&answers)
}

impl ImportArguments {
    /// What people read later about this import, as JSON, and the answers for the same columns next time. It holds no address.
    fn summary(&self, export: &Export, totals: &ImportTotals) -> String {
        json!({
            "system": export.system.as_ref().map(|(id, _)| *id),
            "files": export.files,
            "new": totals.new.count,
            "changed": totals.changed.count,
            "shown": !self.yes,
            "header": export.header(),
            "answers": self.answers(),
        })
        .to_string()
    }

    /// What is said here beside the files.
    pub fn answers(&self) -> ImportAnswers {
        let word = |value: Option<PossibleValue>| Some(value?.get_name().to_owned());
        ImportAnswers {
            from: self.from.clone(),
            map: self.map.iter().map(ToString::to_string).collect(),
            basis: word(self.basis.and_then(|word| word.to_possible_value())),
            source: self.source.clone(),
            obtained: self.obtained.clone(),
            met_through: word(self.met_through.and_then(|word| word.to_possible_value())),
            dates: word(self.dates.and_then(|word| word.to_possible_value())),
        }
    }

    /// The same with what was said last time.
    pub fn with_answers(&self, answers: &ImportAnswers) -> Result<Self, Failure> {
        fn word<T: ValueEnum>(text: Option<&String>) -> Result<Option<T>, Failure> {
            text.map(|text| T::from_str(text, false)).transpose().map_err(|error| {
                Failure::new(
                    Exit::Usage,
                    format!("what was said last time cannot be read: {error}"),
                )
                .help("say it again with --map, --basis, --source and --obtained")
            })
        }
        let unread = |error: import::MappingError| {
            Failure::new(Exit::Usage, format!("what was said last time cannot be read: {error}"))
                .help("say it again with --map, --basis, --source and --obtained")
        };
        let map = answers.map.iter().map(|text| text.parse().map_err(unread));
        Ok(Self {
            from: answers.from.clone(),
            map: map.collect::<Result<_, _>>()?,
            basis: word(answers.basis.as_ref())?,
            source: answers.source.clone(),
            obtained: answers.obtained.clone(),
            met_through: word(answers.met_through.as_ref())?,
            dates: word(answers.dates.as_ref())?,
            ..self.clone()
        })
    }

    /// CSV files in `subscribers/` are the newsletter's own list: all of their columns stay.
    fn own_columns(&self, project: &Project) -> OwnColumns {
        let folder = project.path("subscribers").canonicalize();
        let is_in_list = |file: &PathBuf| {
            let (Ok(folder), Ok(file)) = (&folder, file.canonicalize()) else { return false };
            let ending = file.extension().unwrap_or_default();
            file.starts_with(folder) && ending.eq_ignore_ascii_case("csv")
        };
        let is_own = self.from.is_none() && self.files.iter().all(is_in_list);
        if is_own { OwnColumns::All } else { OwnColumns::OfOwnLists }
    }

    fn options(&self, today: NaiveDate, own: OwnColumns) -> Result<ImportOptions, Failure> {
        let system = self.from.as_deref().map(system).transpose()?;
        let obtained = match self.obtained.as_deref() {
            None => Obtained::NotStated,
            Some(text) if is_like_a_day(text) => Obtained::Day(given_day(text, today)?),
            Some(text) => Obtained::Column(text.to_owned()),
        };
        let stated = self.basis.map(|word| StatedBasis {
            basis: word.basis(),
            source: self.source.clone().unwrap_or_default(),
            met_through: MetWord::met_through(self.met_through),
            obtained,
        });
        let mapping = self.map.clone();
        Ok(ImportOptions { system, mapping, stated, dates: self.dates, own, today })
    }
}

fn system(name: &str) -> Result<&'static Recipe, Failure> {
    let folded = name.to_lowercase().replace([' ', '_'], "-");
    Recipe::named(&folded).ok_or_else(|| {
        let cure = did_you_mean(&folded, import::recipe::systems(), "the systems are");
        Failure::new(Exit::Usage, format!("there is no system `{name}`")).help(cure)
    })
}
