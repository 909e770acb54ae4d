//! From a window or a draft's name to everything that would be sent: the one path of `check`, `preview` and `send`.
//! Shell: reads the project.

use chrono::{DateTime, Utc};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::failure::{Exit, Failure};
use super::screen::{Screen, links};
use super::which::Which;
use super::world;
use crate::audience::list::ListError;
use crate::audience::{Audience, Keys, List, Person, Recipient, on_all_cores};
use crate::check::clients::{self, Score};
use crate::check::{
    Answers, Checked, Doubts, Earlier, Finding, Known, Numbers, Severity, Shown, Silenced, check,
    probe,
};
use crate::compose::{self, Composition, Nonce, People, Values, compose};
use crate::edition::draft::window_from_name;
use crate::edition::{Draft, Edition, edit};
use crate::ledger::{KeptLedger, Ledger, PlannedEdition, PostgresLedger, SqliteLedger};
use crate::message::examine::Scratch;
use crate::message::{Identity, Skeleton};
use crate::news::gather::gather;
use crate::news::{Item, Reading};
use crate::project::{Project, ProjectError, RelayAddress, Variable};
use crate::rfc::address::EmailAddress;
use crate::rfc::dkim::Signer;
use crate::window::{Window, select};

/// A name, its window, and the draft when somebody wrote one.
#[derive(Debug)]
pub struct Chosen {
    pub name: String,
    pub window: Window,
    pub draft: Option<Draft>,
}

/// Where mail goes in this run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// Practise mode: a folder, and nobody is mailed.
    Outbox,
    Relay(RelayAddress),
}

impl Destination {
    /// From `--relay`, or else the environment.
    pub fn of(project: &Project, flag: Option<&str>) -> Result<Self, Failure> {
        use secrecy::ExposeSecret;
        let text = match flag {
            Some(text) => Some(text.to_owned()),
            None => {
                project.secret(Variable::Relay)?.map(|address| address.expose_secret().to_owned())
            }
        };
        Ok(match text {
            Some(text) => Self::Relay(RelayAddress::parse(&text)?),
            None => Self::Outbox,
        })
    }

    pub fn is_practice(&self) -> bool {
        *self == Self::Outbox
    }

    /// Whether example addresses may be written to: nothing leaves this computer.
    pub fn takes_examples(&self) -> bool {
        match self {
            Self::Outbox => true,
            Self::Relay(relay) => relay.is_local(),
        }
    }
}

/// Everything that would be sent.
#[derive(Debug)]
pub struct Prepared {
    pub edition: Edition,
    pub composition: Composition,
    pub audience: Audience,
    /// The list that the audience is of, if there is one.
    pub list: Option<Arc<List>>,
    /// Whether example addresses get mail.
    pub takes_examples: bool,
    pub identity: Identity,
    pub findings: Vec<Finding>,
    /// Rules that found something and are silent in this project.
    pub silenced: Vec<Silenced>,
    /// Links that were asked just now, or within the last day.
    pub answers: Answers,
    pub scores: Vec<Score>,
    /// What each story takes of the mail, in its order; only where it was asked for.
    pub costs: Vec<usize>,
    /// Bytes of the largest message.
    pub largest: usize,
    pub unread: Vec<String>,
    /// The messages as they were looked at: without signatures.
    pub unsigned: Arc<Skeleton>,
}

impl Prepared {
    /// Whether something must be mended before this is sent.
    pub fn is_held(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Must)
    }

    /// The messages, ready to be addressed. `date` is the same for everybody.
    pub fn skeleton(&self, project: &Project, date: DateTime<Utc>) -> Result<Skeleton, Failure> {
        skeleton(project, self.composition.clone(), self.identity.clone(), date)
    }

    /// Somebody to show the mail to: the first of the list, or a stand-in.
    pub fn example(&self) -> Recipient {
        self.audience.first.first().cloned().unwrap_or_else(stand_in)
    }

    /// Everybody of the list, one after the other: those who are mailed, and those who are not.
    pub fn everybody(&self) -> impl Iterator<Item = Result<Person, ListError>> + '_ {
        self.list.iter().flat_map(|list| list.everybody(self.takes_examples))
    }
}

/// Who is shown the mail when there is no list.
fn stand_in() -> Recipient {
    let mut values = Values::new();
    for (column, value) in
        [("email", "sam.example@example.org"), ("first_name", "Sam"), ("last_name", "Example")]
    {
        values.insert(column.to_owned(), value.to_owned());
    }
    let address = EmailAddress::parse("sam.example@example.org").expect("a plain address");
    Recipient { address, values, segments: BTreeSet::new() }
}

/// A composition with the project's keys, ready to address people.
pub fn skeleton(
    project: &Project,
    composition: Composition,
    identity: Identity,
    date: DateTime<Utc>,
) -> Result<Skeleton, Failure> {
    let keys = project.keys(world::random)?;
    let signers = project.signers(identity.domain())?;
    made(project, composition, identity, keys, signers, date)
}

fn made(
    project: &Project,
    composition: Composition,
    identity: Identity,
    keys: Keys,
    signers: Vec<Signer>,
    date: DateTime<Utc>,
) -> Result<Skeleton, Failure> {
    let zone = project.settings.time_zone;
    Skeleton::new(composition, identity, keys, signers, date, zone)
        .map_err(|error| Failure::new(Exit::Failed, error.to_string()))
}

/// Which edition is meant.
pub async fn choose(project: &Project, which: &Which, screen: &Screen) -> Result<Chosen, Failure> {
    let zone = project.settings.time_zone;
    if let Some(name) = &which.edition {
        let name = name.trim_start_matches("editions/").trim_end_matches(".md");
        if let Some(draft) = project.draft(name)? {
            return Ok(Chosen {
                name: draft.name.clone(),
                window: draft.window.clone(),
                draft: Some(draft),
            });
        }
        return match window_from_name(name, zone) {
            Ok(window) => Ok(Chosen { name: window.name(), window, draft: None }),
            Err(_) => {
                Err(ProjectError::NoDraft { name: name.to_owned(), known: project.drafts()? }
                    .into())
            }
        };
    }
    let last = last_window(project).await?;
    let window = which.window.window(zone, world::today(zone), last.as_ref())?;
    let name = window.name();
    let draft = project.draft(&name)?;
    if let Some(draft) = &draft {
        screen.say(&format!("Using your draft {}.", draft.path()));
    }
    Ok(Chosen { name, window, draft })
}

/// The window of the last edition that was planned: for real, or else for practice.
pub async fn last_window(project: &Project) -> Result<Option<Window>, Failure> {
    for practice in [false, true] {
        let Some(ledger) = existing_ledger(project, practice).await? else { continue };
        let editions = ledger.editions().await?;
        if let Some(last) = editions.iter().max_by_key(|edition| edition.window_end) {
            return Ok(Some(window_of(project, last)));
        }
    }
    Ok(None)
}

/// The window of an edition of the ledger.
pub fn window_of(project: &Project, edition: &PlannedEdition) -> Window {
    Window {
        start: edition.window_start,
        end: edition.window_end,
        zone: project.settings.time_zone,
    }
}

/// Where the ledger is: the project's own file, the file that `ROUNDUP_LEDGER` names, or its server. Practice has its own.
enum Where {
    File(std::path::PathBuf),
    Server(secrecy::SecretString),
}

fn ledger_place(project: &Project, practice: bool) -> Result<Where, Failure> {
    use secrecy::ExposeSecret;
    let named = project.secret(Variable::Ledger)?;
    let Some(named) = named.filter(|_| !practice) else {
        return Ok(Where::File(project.ledger_path(practice)));
    };
    let text = named.expose_secret();
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        return Ok(Where::Server(named));
    }
    Ok(Where::File(project.path(text.strip_prefix("sqlite:").unwrap_or(text))))
}

/// The ledger, made if there is none, for so many connections at a time.
pub async fn ledger_for(
    project: &Project,
    practice: bool,
    connections: usize,
) -> Result<KeptLedger, Failure> {
    Ok(match ledger_place(project, practice)? {
        Where::File(path) => KeptLedger::File(SqliteLedger::open_for(&path, connections)?),
        Where::Server(address) => {
            use secrecy::ExposeSecret;
            KeptLedger::Server(PostgresLedger::open(address.expose_secret(), connections).await?)
        }
    })
}

/// A ledger that is there already.
pub async fn existing_ledger(
    project: &Project,
    practice: bool,
) -> Result<Option<KeptLedger>, Failure> {
    match ledger_place(project, practice)? {
        Where::File(path) if !path.exists() => Ok(None),
        Where::File(_) | Where::Server(_) => ledger_for(project, practice, 1).await.map(Some),
    }
}

/// Reads all news, and tells of what could not be read.
pub async fn read_news(project: &Project, screen: &Screen) -> Reading {
    let settings = &project.settings;
    let reading = gather(&project.root, &settings.sources(), settings.time_zone).await;
    screen.problems(&reading.problems);
    reading
}

fn edition_of(project: &Project, chosen: &Chosen, items: Vec<Item>) -> Result<Edition, Failure> {
    let settings = &project.settings;
    let selection = select(items, &chosen.window, world::today(settings.time_zone));
    let proposed;
    let draft = if let Some(draft) = &chosen.draft {
        draft
    } else {
        let organisation = &settings.organisation.name;
        let lexicon = project.lexicon()?;
        proposed = Draft::propose(&chosen.window, &selection, None, organisation, &lexicon);
        &proposed
    };
    Ok(edit(draft, selection)?)
}

/// Composes a choice from the news as they are now, and tells nobody.
pub async fn composed(
    project: &Project,
    chosen: &Chosen,
    people: &People,
) -> Result<(Edition, Composition), Failure> {
    let settings = &project.settings;
    let reading = gather(&project.root, &settings.sources(), settings.time_zone).await;
    compose_items(project, chosen, people, reading.items).await
}

/// A mail of a year takes a hundredth of this on an old computer: a template that takes longer never ends.
const COMPOSE_WITHIN: Duration = Duration::from_secs(10);

async fn compose_items(
    project: &Project,
    chosen: &Chosen,
    people: &People,
    items: Vec<Item>,
) -> Result<(Edition, Composition), Failure> {
    let edition = edition_of(project, chosen, items)?;
    let mut nonce = [0; 16];
    world::random(&mut nonce);
    let (theme, templates) = (project.settings.theme(), project.templates()?);
    let people = people.clone();
    let composing = tokio::task::spawn_blocking(move || {
        let composition = compose(&edition, &theme, &templates, &people, Nonce::new(nonce));
        (edition, composition)
    });
    match tokio::time::timeout(COMPOSE_WITHIN, composing).await {
        Ok(Ok((edition, composition))) => Ok((edition, composition?)),
        Ok(Err(error)) => std::panic::resume_unwind(error.into_panic()),
        Err(_) => Err(Failure::new(
            Exit::Usage,
            "the template takes longer than 10 seconds: it goes round in loops",
        )
        .help("look for {{#each}} inside {{#each}} in the templates of the project")),
    }
}

/// Whether a check asks beyond the project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asking {
    /// Nobody: what earlier checks heard is enough. Nothing is measured beside what sending needs.
    Nobody,
    /// Nobody, for a check that tells all it can without the world.
    Offline,
    /// The links, and SpamAssassin where it is installed.
    World,
}

/// Composes an edition, assembles its people, measures everybody's message and asks every rule.
pub async fn prepare(
    project: &Project,
    chosen: &Chosen,
    list: Option<Arc<List>>,
    takes_examples: bool,
    asking: Asking,
    screen: &Screen,
) -> Result<Prepared, Failure> {
    let settings = &project.settings;
    let identity = Identity::new(&settings.sender)?;
    let Reading { items, unread, .. } = read_news(project, screen).await;
    let nobody =
        People { columns: stand_in().values.into_keys().collect(), segments: BTreeSet::new() };
    let people = list.as_ref().map_or(&nobody, |list| &list.people);
    let (edition, composition) = compose_items(project, chosen, people, items).await?;
    let theme = settings.theme();
    // Sizes are measured without the signature: it has the same length for everybody.
    let keys = project.keys(world::random)?;
    let date = world::now();
    let unsigned = made(project, composition.clone(), identity.clone(), keys, Vec::new(), date)?;
    let unsigned = Arc::new(unsigned);
    let mut examination = match &list {
        Some(list) => examine(&unsigned, list, takes_examples)?,
        None => Examination::default(),
    };
    if examination.audience.mailed == 0 {
        examination.look_at(&unsigned, &stand_in(), &mut Scratch::default());
    }
    let Examination { audience, largest, whose, doubts } = examination;
    let templates = project.templates()?;
    let numbers = Numbers {
        mailed: audience.mailed,
        without_basis: audience.without_basis,
        said_no: audience.said_no,
        otherwise: audience.left_out - audience.without_basis - audience.said_no,
    };
    let messages = two_messages(project, &composition, &identity, &audience, date)?;
    let shown = Shown::of(&composition);
    let before = project.checked_before(date);
    let addresses = shown.addresses();
    let (answers, spam) = match asking {
        Asking::Nobody | Asking::Offline => (before.answers, None),
        Asking::World => {
            screen.say(&format!("Asking {} …", links(addresses.len())));
            let allow_local = settings.checks.allow_local;
            tokio::join!(
                probe::ask(&addresses, &before.answers, allow_local, date),
                probe::spam(&messages[0])
            )
        }
    };
    let known = Known {
        edition: &edition,
        theme: &theme,
        templates: &templates,
        settings: &settings.text,
        today: world::today(settings.time_zone),
        largest: Some((largest, &whose)),
        doubts: &doubts,
        numbers: list.as_ref().map(|_| &numbers),
        earlier: &earlier(project, &edition.name).await?,
        messages: &messages,
        answers: &answers,
        terms: &project.terms()?,
        spam: spam.as_ref(),
    };
    let Checked { findings, silenced } = check(&shown, &known, &settings.checks);
    let scores = clients::scores(&shown);
    let costs = match asking {
        Asking::World | Asking::Offline => {
            compose::costs(&edition, &theme, &templates, people, &composition)?
        }
        Asking::Nobody => Vec::new(),
    };
    Ok(Prepared {
        edition,
        composition,
        audience,
        list,
        takes_examples,
        identity,
        findings,
        silenced,
        answers,
        scores,
        costs,
        largest,
        unread,
        unsigned,
    })
}

/// The messages of two people, as they would be sent: the rules look at their bytes.
fn two_messages(
    project: &Project,
    composition: &Composition,
    identity: &Identity,
    audience: &Audience,
    date: DateTime<Utc>,
) -> Result<Vec<Vec<u8>>, Failure> {
    let skeleton = skeleton(project, composition.clone(), identity.clone(), date)?;
    let somebody = audience.first.first().cloned().unwrap_or_else(stand_in);
    // Another person of the same segments: what differs is hers alone.
    let mut second = somebody.clone();
    second.address = EmailAddress::parse("alex.other@example.org").expect("a plain address");
    for (column, value) in &mut second.values {
        *value = if column == "email" { second.address.to_string() } else { "Alex".to_owned() };
    }
    Ok([somebody, second].iter().map(|person| skeleton.address(person).bytes).collect())
}

/// The editions that were mailed for real, the latest first, without this one.
async fn earlier(project: &Project, this: &str) -> Result<Vec<Earlier>, Failure> {
    /// Two years of weekly editions: what is older nobody remembers.
    const MOST: usize = 104;
    let Some(ledger) = existing_ledger(project, false).await? else { return Ok(Vec::new()) };
    let mut earlier = Vec::new();
    for edition in ledger.editions().await?.into_iter().filter(|e| e.name != this).take(MOST) {
        let people = ledger.progress(&edition.name).await?.people;
        earlier.push(Earlier {
            name: edition.name,
            subject: edition.subject,
            window_start: edition.window_start,
            window_end: edition.window_end,
            people,
            links: Earlier::links_of(&edition.composition),
        });
    }
    Ok(earlier)
}

/// Who everybody is, and what was found in their copies.
#[derive(Debug, Default)]
struct Examination {
    audience: Audience,
    largest: usize,
    whose: String,
    doubts: Doubts,
}

impl Examination {
    fn look_at(&mut self, skeleton: &Skeleton, recipient: &Recipient, scratch: &mut Scratch) {
        let examined = skeleton.examine(recipient, scratch);
        if examined.bytes > self.largest {
            self.largest = examined.bytes;
            self.whose = recipient.address.to_string();
        }
        if let Some(doubt) = examined.doubt {
            self.doubts.add(doubt);
        }
    }

    fn and(self, later: Self) -> Self {
        let (largest, whose) = if later.largest > self.largest {
            (later.largest, later.whose)
        } else {
            (self.largest, self.whose)
        };
        Self {
            audience: self.audience.and(later.audience),
            largest,
            whose,
            doubts: self.doubts.and(later.doubts),
        }
    }
}

/// Looks at everybody's copy, on all cores: of a long list it is the longest part of a start.
fn examine(
    skeleton: &Arc<Skeleton>,
    list: &Arc<List>,
    examples: bool,
) -> Result<Examination, ListError> {
    let skeleton = Arc::clone(skeleton);
    let examinations = on_all_cores(list, move |list, portion| {
        let mut examination = Examination::default();
        let mut scratch = Scratch::default();
        for person in list.people(&portion, examples) {
            examination.audience.count(&person);
            if let Person::Mailed(recipient) = &person {
                examination.look_at(&skeleton, recipient, &mut scratch);
            }
        }
        examination
    });
    let mut whole = Examination::default();
    for examination in examinations {
        whole = whole.and(examination?);
    }
    Ok(whole)
}

/// What `check` and `preview` look at: they can do without a list, and send nothing.
pub async fn prepare_to_look(
    project: &Project,
    which: &Which,
    asking: Asking,
    screen: &Screen,
) -> Result<Prepared, Failure> {
    let chosen = choose(project, which, screen).await?;
    let list = list_if_any(project, screen)?;
    let examples = Destination::of(project, None)?.takes_examples();
    prepare(project, &chosen, list, examples, asking, screen).await
}

/// The list, or `None` where a command can do without.
pub fn list_if_any(project: &Project, screen: &Screen) -> Result<Option<Arc<List>>, Failure> {
    match project.list() {
        Ok(list) => {
            screen.problems(&list.problems);
            Ok(Some(list))
        }
        Err(ProjectError::NoList) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
