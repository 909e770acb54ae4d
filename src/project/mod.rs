//! The project on disk: `roundup.toml`, `.env`, and the folders beside them, gathered for the rooms.
//! Shell: the only reader of settings and of the environment.

pub mod account;
pub mod approved_settings;
pub mod archive;
pub mod checked;
mod contradictions;
pub mod disk;
pub mod edition_name;
pub mod env_file;
pub mod environment;
mod folder_files;
mod groups;
pub mod memory;
pub mod origins;
mod private_files;
pub mod relay;
pub mod relay_memory;
pub mod secret;
mod segments;
mod setting_place;
pub mod settings;
pub mod synced;
pub mod tracked;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

use crate::audience::TakenAddresses;
use crate::audience::list_error::{ListError, NamedInput};
use crate::audience::segment::SegmentError;
use crate::check::Term;
use crate::check::rules::terms;
use crate::compose::{Templates, theme};
use crate::count::{counted, grouped};
use crate::database::private;
use crate::edition::Draft;
use crate::locale::Locale;
use crate::locale::words::WordsFileError;
use crate::news;
use crate::news::dates_file::StoryDates;
use crate::news::store::{Store, StoreError};
use crate::news::translations::language_of;
use crate::problem::{Place, Problem, did_you_mean};
use crate::rfc::csv::{Input, ReadAt};
use crate::rfc::dkim::{KeyError, Signer};
use crate::schedule::Schedule;

use folder_files::{UnreadableEntry, files};
use groups::groups_of;

pub use checked::{LastCheck, PastChecks};
pub use environment::{Environment, EnvironmentError, HOOK_PREFIX, Variable};
pub use memory::Memory;
pub use relay::{RelayAddress, RelayError};
pub use relay_memory::RelayMemory;
pub use settings::{Settings, SettingsError};

/// The file that makes a folder a project.
pub const SETTINGS_FILE: &str = "roundup.toml";
/// Settings are a page long.
const LONGEST_SETTINGS_BYTES: u64 = 1024 * 1024;
/// A template or a draft is a few pages long.
const LONGEST_TEXT_BYTES: u64 = 4 * 1024 * 1024;

/// A project with its settings and secrets.
#[derive(Debug)]
pub struct Project {
    pub root: PathBuf,
    pub settings: Settings,
    pub environment: Environment,
    /// What this computer remembers of ledgers, outside of the project.
    pub memory: Memory,
    /// The computer's user.
    pub account: String,
    /// Whose address is somebody else's, as far as a ledger was opened that knows it.
    pub taken: TakenAddresses,
}

/// What keeps a project from being used.
#[derive(Debug, Error)]
pub enum ProjectError {
    #[error("there is no {SETTINGS_FILE} in {} or above it", .from.display())]
    NotFound { from: PathBuf },
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    #[error("{path} cannot be read: {what}")]
    Read { path: String, what: String },
    #[error("{path} cannot be written: {what}")]
    Write { path: String, what: String },
    #[error("{0}")]
    Draft(Problem),
    #[error("there is no edition `{name}`")]
    NoDraft { name: String, known: Vec<String> },
    #[error("`{name}` is not a valid name for an edition")]
    BadName { name: String },
    #[error(transparent)]
    List(#[from] ListError),
    #[error("there is no list in subscribers/")]
    NoList,
    #[error("there is nobody on the list in the database")]
    NobodyStored,
    #[error(transparent)]
    Words(#[from] WordsFileError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Segment(#[from] SegmentError),
    #[error(transparent)]
    Dkim(#[from] KeyError),
    #[error("the project's secret is missing, and its ledger was made with one")]
    LostSecret,
    #[error("{} has {}, and needs at least {least}", .place, counted(*.length, "character", "characters"))]
    ShortSecret { place: &'static str, length: usize, least: usize },
}

impl From<UnreadableEntry> for ProjectError {
    fn from(UnreadableEntry { path, what }: UnreadableEntry) -> Self {
        Self::Read { path, what }
    }
}

/// Looks for the project that a folder is in.
///
/// # Errors
/// When no folder above has settings.
pub fn find(from: &Path) -> Result<PathBuf, ProjectError> {
    from.ancestors()
        .find(|folder| folder.join(SETTINGS_FILE).is_file())
        .map(Path::to_owned)
        .ok_or_else(|| ProjectError::NotFound { from: from.to_owned() })
}

impl Project {
    /// Reads the settings and the environment. `process` is the environment of the process.
    ///
    /// # Errors
    /// When one of them is wrong, with the place.
    pub fn open(
        root: PathBuf,
        process: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ProjectError> {
        let text = read_text(&root.join(SETTINGS_FILE), SETTINGS_FILE, LONGEST_SETTINGS_BYTES)?;
        let mut settings = Settings::read(SETTINGS_FILE, &text)?;
        contradictions::refuse(SETTINGS_FILE, &settings)?;
        put_theme_under(&root, &mut settings)?;
        let process: Vec<_> = process.into_iter().collect();
        let memory = Memory::new(&process);
        let account = account::of(&process);
        let environment = Environment::read(&root, process)?;
        let taken = TakenAddresses::default();
        Ok(Self { root, settings, environment, memory, account, taken })
    }

    /// As much of a project as a notice needs, where its settings as a whole are wrong; none where those parts are, too.
    pub fn for_notices(root: PathBuf, process: Vec<(String, String)>) -> Option<Self> {
        let text =
            read_text(&root.join(SETTINGS_FILE), SETTINGS_FILE, LONGEST_SETTINGS_BYTES).ok()?;
        let text = groups_of(&text, &["organisation", "sender", "dkim", "notify"]);
        let settings = Settings::read(SETTINGS_FILE, &text).ok()?;
        let memory = Memory::new(&process);
        let account = account::of(&process);
        let environment = Environment::read(&root, process).ok()?;
        let taken = TakenAddresses::default();
        Some(Self { root, settings, environment, memory, account, taken })
    }

    /// A path below the project, as people would type it.
    pub fn path(&self, below: impl AsRef<Path>) -> PathBuf {
        self.root.join(below)
    }

    /// The built-in templates, with the project's own over them.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub fn templates(&self) -> Result<Templates, ProjectError> {
        let mut own = Vec::new();
        for (below, ending) in
            [("", "hbs"), ("partials/", "hbs"), ("words/", "toml"), ("themes/", "toml")]
        {
            let folder = format!("templates/{below}");
            for (path, name) in files(&self.root, folder.trim_end_matches('/'), ending)? {
                let shown = format!("{folder}{name}");
                own.push((format!("{below}{name}"), read_text(&path, &shown, LONGEST_TEXT_BYTES)?));
            }
        }
        Ok(Templates::with(own))
    }

    /// The words of the language that `[theme]` names.
    ///
    /// # Errors
    /// When there are none, or a file of them is wrong.
    pub fn locale(&self) -> Result<Locale, ProjectError> {
        Ok(Locale::of(&self.settings.theme.language, &self.templates()?.words())?)
    }

    /// The words of the languages that the email goes out in too.
    ///
    /// # Errors
    /// When there are none for one of them, or a file of them is wrong.
    pub fn other_locales(&self) -> Result<Vec<Locale>, ProjectError> {
        let words = self.templates()?.words();
        let languages = self.settings.translations.keys();
        Ok(languages.map(|code| Locale::of(code, &words)).collect::<Result<_, _>>()?)
    }

    /// The terms that `[checks]` names: the project's own list, or one that comes with roundup.
    ///
    /// # Errors
    /// When there is no such list, or it is wrong, with the place.
    pub fn terms(&self) -> Result<Vec<Term>, ProjectError> {
        let Some(name) = &self.settings.checks.terms else { return Ok(Vec::new()) };
        let list =
            NamedFile { folder: "terms", what: "list of terms", name, path: ["checks", "terms"] };
        let known = terms::built_in_names().collect();
        let (shown, text) = list.read(&self.root, &self.settings.text, terms::built_in, known)?;
        let wrong = |error: toml::de::Error| {
            settings::explain(&shown, &text, error.message(), error.span())
        };
        Ok(terms::read(&text).map_err(wrong)?)
    }

    /// The names of the drafts in `editions/`, in order.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn drafts(&self) -> Result<Vec<String>, ProjectError> {
        let files = files(&self.root, "editions", "md")?;
        let names: Vec<&str> =
            files.iter().filter_map(|(_, file)| edition_name::of_file(file)).collect();
        // `2020-12.cy` holds the Welsh words of `2020-12`.
        let is_translation =
            |name: &str| language_of(name).is_some_and(|(edition, _)| names.contains(&edition));
        let drafts = names.iter().filter(|name| !is_translation(name));
        Ok(drafts.map(|name| (*name).to_owned()).collect())
    }

    /// The files in `editions/` that no command takes, because of their names.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn misnamed_drafts(&self) -> Result<Vec<Problem>, ProjectError> {
        let files = files(&self.root, "editions", "md")?.into_iter();
        let misnamed = files.filter(|(_, file)| edition_name::of_file(file).is_none());
        Ok(misnamed.map(|(_, file)| edition_name::misnamed(&file)).collect())
    }

    /// The file of a draft, below the project. A name never leads out of `editions/`.
    ///
    /// # Errors
    /// When the name has characters that are not allowed in it.
    pub fn draft_path(&self, name: &str) -> Result<String, ProjectError> {
        if !edition_name::is_valid(name) {
            return Err(ProjectError::BadName { name: name.escape_debug().take(60).collect() });
        }
        Ok(format!("editions/{name}.md"))
    }

    /// Reads a draft, or `None` when there is none of this name.
    ///
    /// # Errors
    /// When there is one and it is wrong.
    pub fn draft(&self, name: &str) -> Result<Option<Draft>, ProjectError> {
        let shown = self.draft_path(name)?;
        let path = self.path(&shown);
        // macOS and Windows open `Winter.md` as `winter.md` too: under two names an edition would go out twice.
        let file = format!("{name}.md");
        if !files(&self.root, "editions", "md")?.iter().any(|(_, found)| *found == file) {
            return Ok(None);
        }
        let text = read_text(&path, &shown, LONGEST_TEXT_BYTES)?;
        let draft = Draft::read(name, &shown, &text, self.settings.time_zone);
        let mut draft = draft.map_err(ProjectError::Draft)?;
        for language in self.settings.translations.keys() {
            let shown = self.draft_path(&format!("{name}.{language}"))?;
            let path = self.path(&shown);
            if path.is_file() {
                let text = read_text(&path, &shown, LONGEST_TEXT_BYTES)?;
                let words = Draft::read_translation(&shown, &text).map_err(ProjectError::Draft)?;
                draft.translations.insert(language.clone(), words);
            }
        }
        Ok(Some(draft))
    }

    /// What lies in `subscribers/`, looks like a part of the list, and is not read.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn unread_lists(&self) -> Result<Vec<Problem>, ProjectError> {
        Ok(folder_files::unread_lists(&self.root)?)
    }

    /// The files of the list, in the order of their names.
    ///
    /// # Errors
    /// When there is none.
    pub fn list_files(&self) -> Result<Vec<NamedInput>, ProjectError> {
        let files = files(&self.root, "subscribers", "csv")?;
        if files.is_empty() {
            return Err(ProjectError::NoList);
        }
        let named = |(path, name): (PathBuf, String)| -> NamedInput {
            (format!("subscribers/{name}"), Arc::new(InputFile(path)))
        };
        Ok(files.into_iter().map(named).collect())
    }

    /// The schedule of the settings.
    ///
    /// # Errors
    /// When a part of it is not understood, with its line.
    pub fn schedule(&self) -> Result<Schedule, ProjectError> {
        let settings = &self.settings;
        Schedule::new(&settings.schedule, settings.time_zone).map_err(|error| {
            let fault = (error.to_string(), error.cure());
            let names: &[&[&str]] = &[&["schedule", error.setting()]];
            contradictions::at_setting(SETTINGS_FILE, &settings.text, names, &fault).into()
        })
    }

    /// The DKIM keys, when some are set.
    ///
    /// # Errors
    /// When it cannot sign.
    pub fn signers(&self, domain: &str) -> Result<Vec<Signer>, ProjectError> {
        let Some(pem) = self.environment.value(Variable::DkimKey)? else {
            return Ok(Vec::new());
        };
        Ok(Signer::read(pem.expose_secret(), domain, &self.settings.dkim)?)
    }

    /// A secret of the environment.
    ///
    /// # Errors
    /// When the file that holds it cannot be read.
    pub fn secret(&self, variable: Variable) -> Result<Option<SecretString>, ProjectError> {
        Ok(self.environment.value(variable)?)
    }

    /// The store of all news. Where its file cannot be made (a folder that may only be read), it is kept in memory.
    ///
    /// # Errors
    /// When there is one and it cannot be used.
    pub fn news_store(&self) -> Result<Store, ProjectError> {
        let zone = self.settings.time_zone;
        let path = self.path(".roundup/news.db");
        let can_be_made = path.exists() || self.own_folder(false).is_ok();
        Ok(if can_be_made { Store::open(&path, zone)? } else { Store::in_memory(zone)? })
    }

    /// What people have answered about the dates of stories.
    ///
    /// # Errors
    /// When the file is wrong.
    pub fn news_answers(&self) -> Result<StoryDates, ProjectError> {
        let shown = news::dates_file::FILE;
        let path = self.path(shown);
        // A link that leads to nothing is not an absent file.
        if path.symlink_metadata().is_err() {
            return Ok(StoryDates::default());
        }
        let text = read_text(&path, shown, LONGEST_TEXT_BYTES)?;
        StoryDates::read(&text, self.settings.time_zone)
            .map_err(|what| ProjectError::Read { path: shown.to_owned(), what })
    }

    /// The folder of roundup's own files, that only its owner can enter.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn own_folder(&self, practice: bool) -> Result<PathBuf, ProjectError> {
        let shown = if practice { ".roundup/practice" } else { ".roundup" };
        let folder = self.path(shown);
        private::folder(&folder).map_err(|error| ProjectError::Write {
            path: shown.to_owned(),
            what: error.to_string(),
        })?;
        Ok(folder)
    }

    /// Where the ledger of real runs, or of practice runs, is. It may not exist yet.
    pub fn ledger_path(&self, practice: bool) -> PathBuf {
        self.path(if practice { ".roundup/practice/ledger.db" } else { ".roundup/ledger.db" })
    }

    /// The file that is locked while a run of this edition lives.
    pub fn lock_path(&self, edition: &str, practice: bool) -> PathBuf {
        let folder = if practice { ".roundup/practice" } else { ".roundup" };
        self.path(folder).join(format!("{edition}.sending"))
    }
}

/// The theme that the settings name, or the usual one: the project's own file of that name comes first.
fn put_theme_under(root: &Path, settings: &mut Settings) -> Result<(), ProjectError> {
    let name = settings.theme_name().unwrap_or(theme::usual()).to_owned();
    let path = ["theme", "use"];
    let theme = NamedFile { folder: "themes", what: "theme", name: &name, path };
    let known = theme::built_in_names().collect();
    let (shown, text) = theme.read(root, &settings.text, theme::built_in, known)?;
    Ok(settings.put_under(&shown, &text)?)
}

/// A TOML file that the settings name without its ending: the project's own, or one that comes with roundup.
struct NamedFile<'a> {
    /// Below `templates/`.
    folder: &'a str,
    /// What it is, for people.
    what: &'a str,
    name: &'a str,
    /// The setting that names it.
    path: [&'a str; 2],
}

impl NamedFile<'_> {
    /// Gives the file's name for people, and its text.
    fn read(
        &self,
        root: &Path,
        settings: &str,
        built_in: fn(&str) -> Option<&'static str>,
        known: Vec<&'static str>,
    ) -> Result<(String, String), ProjectError> {
        let Self { folder, what, name, path } = self;
        let own = files(root, &format!("templates/{folder}"), "toml")?;
        let shown = format!("templates/{folder}/{name}.toml");
        // Only a file that is there is read: a name leads nowhere else.
        if let Some((path, _)) = own.iter().find(|(_, file)| *file == format!("{name}.toml")) {
            let text = read_text(path, &shown, LONGEST_SETTINGS_BYTES)?;
            return Ok((shown, text));
        }
        if let Some(text) = built_in(name) {
            return Ok((shown, text.to_owned()));
        }
        let mut known: Vec<&str> = known;
        known.extend(own.iter().map(|(_, file)| file.trim_end_matches(".toml")));
        known.sort_unstable();
        known.dedup();
        let fault = (
            format!("there is no {what} `{}`", name.escape_debug()),
            did_you_mean(name, known.iter().copied(), "there are"),
        );
        Err(contradictions::at_setting(SETTINGS_FILE, settings, &[path], &fault).into())
    }
}

/// A file that is read row by row.
#[derive(Debug)]
struct InputFile(PathBuf);

impl Input for InputFile {
    fn open(&self) -> io::Result<Box<dyn io::Read + Send>> {
        Ok(Box::new(fs::File::open(&self.0)?))
    }

    fn open_at(&self) -> io::Result<Box<dyn ReadAt>> {
        Ok(Box::new(fs::File::open(&self.0)?))
    }
}

fn read_bytes(path: &Path, shown: &str, most: u64) -> Result<Vec<u8>, ProjectError> {
    let unreadable = |what: String| ProjectError::Read { path: shown.to_owned(), what };
    let length = fs::metadata(path).map_err(|error| unreadable(error.to_string()))?.len();
    if length > most {
        return Err(unreadable(format!(
            "it has {} bytes; the limit is {}",
            grouped(length),
            grouped(most)
        )));
    }
    fs::read(path).map_err(|error| unreadable(error.to_string()))
}

fn read_text(path: &Path, shown: &str, most: u64) -> Result<String, ProjectError> {
    let bytes = read_bytes(path, shown, most)?;
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => {
            let line = bytes[..error.valid_up_to()].iter().filter(|b| **b == b'\n').count() + 1;
            Err(ProjectError::Settings(SettingsError {
                place: Place::line(shown, line),
                what: "this line is not UTF-8".to_owned(),
                cure: "open the file in a text editor, and save it as UTF-8".to_owned(),
                line_text: None,
            }))
        }
    }
}

impl ProjectError {
    /// Where it is, when it is at a place.
    pub fn place(&self) -> Option<Place> {
        match self {
            Self::Settings(error) => Some(error.place.clone()),
            Self::Environment(error) => error.place(),
            Self::Draft(problem) => Some(problem.place.clone()),
            Self::NotFound { .. }
            | Self::Read { .. }
            | Self::Write { .. }
            | Self::NoDraft { .. }
            | Self::BadName { .. }
            | Self::List(_)
            | Self::NoList
            | Self::NobodyStored
            | Self::Dkim(_)
            | Self::Words(_)
            | Self::Segment(_)
            | Self::Store(_)
            | Self::LostSecret
            | Self::ShortSecret { .. } => None,
        }
    }
}
