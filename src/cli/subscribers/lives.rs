//! Random lives on a list in a database, against what the law allows: after a no nobody is mailed.
//! Shell: runs ledgers.
//!
//! A life is that of four people. Two hundred lives share a ledger and the order of happenings; whom each of them meets is random.

mod imported;
mod moved;
mod own_words;
mod restored;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::audience::import::{ImportedPerson, StoredPerson, as_table};
use crate::audience::{
    ChangeOrigin, DoNotMail, LiftedBy, List, NoMailChange, NoMailReason, NoMailStep, Person,
};
use crate::cli::subscribers::known::known_in;
use crate::cli::subscribers::writing::OpenList;
use crate::database::private;
use crate::ledger::list_store::{ListChange, ListChangeKind, ListStore};
use crate::ledger::postgres::tests::database;
use crate::ledger::{AnyLedger, Ledger, PostgresLedger, SqliteLedger};
use crate::people::Spool;
use crate::project::Project;

const LIVES: usize = 200;
const PEOPLE: usize = 4 * LIVES;
/// With every test: twenty thousand lives.
const ALL_BATCHES: u32 = 100;
/// Half a minute.
const BATCHES: u32 = 40;
/// A server answers each statement by itself.
const BATCHES_ON_A_SERVER: u32 = 2;
const SETTINGS: &str = "[organisation]\nname = \"Example Charity\"\nlegal_name = \"Example Charity\"\naddress = \"1 Example \
    Street\"\nwebsite = \"https://charity.example/\"\ncontact = \"hello@charity.example\"\n[sender]\nname = \"Example \
    Charity\"\naddress = \"news@charity.example\"\n[people]\nkeep = \"database\"\n";

/// What happens next. Each person meets it where the bit of their place in the mask is set.
#[derive(Debug, Clone, Copy)]
enum Happening {
    /// A file says yes to them.
    ImportYes,
    /// A file says no to them, in one of the ways.
    ImportNo(NoMailReason),
    /// A file says that they have died, or that its system has deleted them.
    ImportOver {
        is_dead: bool,
    },
    /// A file has a word for them that is in no table.
    ImportUnclear,
    /// A file has a basis for them, and no word about where they stand.
    ImportBasis,
    Undo,
    Add,
    Remove,
    /// To an address that nobody has.
    Move,
    /// A file still has the addresses that they have left, and says yes, or no.
    OldAddress {
        says_yes: bool,
    },
    Leave,
    Bounce,
    Complain,
    Erase,
    /// An old file says no to them, of a day long before.
    OldNo,
    /// They sign up, and confirm it.
    SignUp,
    /// They come back from the page, some days later.
    ComeBack(i64),
    /// An operator says that they wrote for it.
    Lift,
    /// They leave by an email, which stays in its mailbox.
    LeaveByEmail,
    /// They leave while the ledger is away.
    LeaveMeanwhile,
    Backup,
    /// They leave while the ledger is away, and then an earlier one is restored.
    Restore,
}

/// What is known of a person's no, beside the program.
#[derive(Debug, Clone, Copy)]
struct ModelNo {
    reason: NoMailReason,
    is_own: bool,
    at: DateTime<Utc>,
}

struct World {
    project: Project,
    list: OpenList,
    /// The ledger's file, where it is one.
    current: Option<PathBuf>,
    now: DateTime<Utc>,
    known: Known,
    /// What is written down while the ledger is away.
    spool: Spool,
    /// Emails with which people left, as they still stand in their mailbox.
    emails: Vec<(String, NoMailChange)>,
    backup: Option<Backup>,
    moves: usize,
    changes: BTreeMap<String, usize>,
}

/// A copy of the ledger, and what was known when it was made.
struct Backup {
    file: PathBuf,
    known: Known,
    /// How many emails it had read.
    read: usize,
}

/// What the model knows of the people.
#[derive(Clone)]
struct Known {
    /// The address of each person, by their number; it changes when they move.
    names: Vec<String>,
    nos: BTreeMap<String, ModelNo>,
    /// People to whom something said yes, and people who met nothing but that.
    yes: BTreeSet<String>,
    plain: BTreeSet<String>,
    /// People who ever said no: a list remembers it when the do-not-mail list does not any more.
    ever_no: BTreeSet<String>,
    erased: BTreeSet<String>,
    /// People who had not said no when a file had no clear word for them, until something has one.
    waits: BTreeSet<String>,
    /// Addresses that people have left, and those that they have now.
    left: BTreeMap<String, String>,
    /// When people who said yes themselves last did, whatever came of it since.
    own_yes: BTreeMap<String, DateTime<Utc>>,
}

fn happening() -> impl Strategy<Value = (Happening, u64)> {
    let kind = prop_oneof![
        4 => Just(Happening::ImportYes),
        1 => Just(Happening::ImportNo(NoMailReason::Unsubscribed)),
        1 => Just(Happening::ImportNo(NoMailReason::Bounced)),
        1 => Just(Happening::ImportNo(NoMailReason::Complained)),
        1 => any::<bool>().prop_map(|is_dead| Happening::ImportOver { is_dead }),
        2 => Just(Happening::ImportUnclear),
        2 => Just(Happening::ImportBasis),
        2 => Just(Happening::Undo),
        2 => Just(Happening::Add),
        1 => Just(Happening::Remove),
        2 => Just(Happening::Move),
        1 => any::<bool>().prop_map(|says_yes| Happening::OldAddress { says_yes }),
        2 => Just(Happening::Leave),
        1 => Just(Happening::Bounce),
        1 => Just(Happening::Complain),
        1 => Just(Happening::Erase),
        1 => Just(Happening::OldNo),
        2 => Just(Happening::SignUp),
        1 => (0_i64..40).prop_map(Happening::ComeBack),
        1 => Just(Happening::Lift),
        1 => Just(Happening::LeaveByEmail),
        1 => Just(Happening::LeaveMeanwhile),
        1 => Just(Happening::Backup),
        1 => Just(Happening::Restore),
    ];
    (kind, any::<u64>())
}

/// Who meets a happening: about one in four, another each time.
fn meets(seed: u64, person: usize) -> bool {
    let mixed = (seed ^ (person as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15))
        .wrapping_mul(0x2545_f491_4f6c_dd1d);
    mixed >> 62 == 0
}

impl World {
    fn new(folder: &std::path::Path, server: Option<AnyLedger>) -> Self {
        private::write(&folder.join("roundup.toml"), SETTINGS.as_bytes()).unwrap();
        let project = Project::open(folder.to_owned(), []).unwrap();
        project.own_folder(false).unwrap();
        let keys = project.keys(crate::cli::terminal::system::random).unwrap();
        let current = server.is_none().then(|| project.ledger_path(false));
        let ledger = server.unwrap_or_else(|| {
            SqliteLedger::open_for(&project.ledger_path(false), 1).unwrap().into()
        });
        Self {
            current,
            project,
            list: OpenList { ledger, keys },
            now: "2026-03-01T09:00:00Z".parse().unwrap(),
            known: Known {
                names: (0..PEOPLE).map(|number| format!("p{number}@charity.org.uk")).collect(),
                nos: BTreeMap::new(),
                yes: BTreeSet::new(),
                plain: BTreeSet::new(),
                ever_no: BTreeSet::new(),
                erased: BTreeSet::new(),
                waits: BTreeSet::new(),
                left: BTreeMap::new(),
                own_yes: BTreeMap::new(),
            },
            spool: Spool::new(&folder.join(".roundup")),
            emails: Vec::new(),
            backup: None,
            moves: 0,
            changes: BTreeMap::new(),
        }
    }

    fn those(&self, seed: u64) -> Vec<String> {
        let met = self.known.names.iter().enumerate().filter(|(person, _)| meets(seed, *person));
        met.map(|(_, name)| name.clone()).collect()
    }

    fn say_no(&mut self, key: &str, reason: NoMailReason, is_own: bool) {
        self.say_no_at(key, reason, is_own, self.now);
    }

    fn say_no_at(&mut self, key: &str, reason: NoMailReason, is_own: bool, at: DateTime<Utc>) {
        let stronger = self.known.nos.get(key).is_none_or(|no| reason > no.reason);
        if stronger {
            self.known.nos.insert(key.to_owned(), ModelNo { reason, is_own, at });
        }
        self.known.plain.remove(key);
        self.known.ever_no.insert(key.to_owned());
    }

    async fn change(
        &self,
        keys: &[String],
        step: NoMailStep,
        origin: ChangeOrigin,
        at: DateTime<Utc>,
    ) {
        let changes = keys.iter().map(|key| {
            NoMailChange::new(&self.list.keys.address_hash_of_key(key), step, origin, at)
        });
        self.list.ledger.change_no_mail(changes.collect()).await.unwrap();
    }

    async fn write(&self, people: Vec<StoredPerson>, removed: Vec<String>) {
        let seen = self.list.ledger.stored_list().await.unwrap().version;
        let (at, summary) = (self.now, "{}".to_owned());
        let kind = ListChangeKind::Edit;
        let removed = removed.into_iter().map(|key| self.list.removed(key)).collect();
        let moves = self.list.ledger.moves().await.unwrap();
        let arrivals = people.iter().map(|one| moves.arrival(&self.list.keys, &one.key).1);
        let taken: Vec<String> = arrivals.flatten().collect();
        self.list.keys.learn_taken(taken.clone());
        let (moved, no_mail) = (None, Vec::new());
        let change = ListChange { seen, at, kind, summary, people, removed, moved, taken, no_mail };
        assert!(self.list.ledger.write_list(change).await.unwrap());
    }

    async fn happen(&mut self, happening: Happening, seed: u64) {
        self.now += TimeDelta::hours(1);
        let those = self.those(seed);
        match happening {
            Happening::ImportYes => {
                self.import(&those, "subscribed").await;
                for key in those {
                    self.known.waits.remove(&key);
                    let is_new = self.known.yes.insert(key.clone());
                    if is_new && !self.known.ever_no.contains(&key) {
                        self.known.plain.insert(key);
                    }
                }
            }
            Happening::ImportNo(reason) => {
                self.import(&those, reason.word()).await;
                for key in &those {
                    self.say_no(key, reason, false);
                }
            }
            Happening::ImportOver { is_dead } => self.import_over(&those, is_dead).await,
            Happening::ImportUnclear => self.import_unclear(&those).await,
            Happening::ImportBasis => self.import_basis(&those).await,
            Happening::Undo => self.undo().await,
            Happening::OldNo => self.old_no(&those).await,
            Happening::SignUp => self.sign_up(&those).await,
            Happening::ComeBack(days) => self.come_back(&those, days).await,
            Happening::Add => self.add(&those).await,
            Happening::Remove => {
                self.write(Vec::new(), those.clone()).await;
                for key in &those {
                    self.known.plain.remove(key);
                    self.known.waits.remove(key);
                }
            }
            Happening::Move => self.move_them(seed).await,
            Happening::OldAddress { says_yes } => self.name_old_addresses(says_yes).await,
            Happening::Leave => {
                let reason = NoMailReason::Unsubscribed;
                self.change(&those, NoMailStep::Add(reason), ChangeOrigin::Page, self.now).await;
                for key in &those {
                    self.say_no(key, reason, true);
                }
            }
            Happening::Bounce | Happening::Complain => {
                let (reason, origin) = match happening {
                    Happening::Bounce => (NoMailReason::Bounced, ChangeOrigin::Relay),
                    _ => (NoMailReason::Complained, ChangeOrigin::Email),
                };
                self.change(&those, NoMailStep::Add(reason), origin, self.now).await;
                for key in &those {
                    self.say_no(key, reason, origin.is_their_own());
                }
            }
            Happening::Erase => {
                let old: Vec<String> = self.known.left.keys().cloned().collect();
                for key in old.into_iter().take(1).chain(those.into_iter().take(LIVES / 50)) {
                    self.erase(&key).await;
                }
            }
            Happening::LeaveByEmail => self.leave_by_email(&those).await,
            Happening::LeaveMeanwhile => self.leave_meanwhile(&those).await,
            Happening::Backup => self.back_up(),
            Happening::Restore => self.restore(&those).await,
            Happening::Lift => {
                self.change(&those, NoMailStep::Lift, ChangeOrigin::Operator, self.now).await;
                self.lift(&those, |no| no.reason.lifted_by() != LiftedBy::OnlyThem);
            }
        }
    }

    async fn undo(&mut self) {
        if let Some(undone) = self.list.ledger.undo_of_last_import().await.unwrap() {
            let seen = self.list.ledger.stored_list().await.unwrap().version;
            assert!(self.list.ledger.undo_import(undone.import, seen, self.now).await.unwrap());
            for key in undone.removed.iter().chain(&undone.restored) {
                self.known.plain.remove(key);
                self.known.waits.remove(key);
            }
        }
    }

    fn lift(&mut self, those: &[String], may: impl Fn(&ModelNo) -> bool) {
        for key in those {
            if self.known.nos.get(key).is_some_and(&may) {
                self.known.nos.remove(key);
            }
        }
    }

    async fn add(&mut self, those: &[String]) {
        let known = known_in(&self.project, Some(&self.list.ledger)).await.unwrap();
        let mut added: Vec<String> = Vec::new();
        for key in those {
            let hash = self.list.keys.address_hash_of_key(key);
            let is_no = self.list.ledger.suppression(&hash).await.unwrap().is_some();
            if !known.people.contains_key(key) && !is_no {
                added.push(key.clone());
            }
        }
        let fields = "{\"basis\":\"consent\",\"source\":\"stall\"}";
        let people = added.iter().map(|key| StoredPerson {
            key: key.clone(),
            address: key.clone(),
            state: "subscribed".to_owned(),
            fields: fields.to_owned(),
        });
        self.write(people.collect(), Vec::new()).await;
        self.known.waits.retain(|key| !added.contains(key));
        self.known.yes.extend(added);
    }

    /// Whom an edition would be sent to now.
    async fn mailed(&self) -> BTreeSet<String> {
        let stored = self.list.ledger.stored_list().await.unwrap().people;
        let people: Vec<ImportedPerson> = stored.into_iter().map(ImportedPerson::from).collect();
        if people.is_empty() {
            return BTreeSet::new();
        }
        let table: Arc<[u8]> = as_table(&people).into();
        let list = List::survey_stored(vec![("list".to_owned(), Arc::new(table))]).unwrap();
        let nos = self.list.ledger.suppressions().await.unwrap();
        let list = list.without(DoNotMail::new(self.list.keys.clone(), nos));
        let mailed = list.everybody(true).filter_map(|person| match person.unwrap() {
            Person::Mailed(recipient) => Some(recipient.address.key()),
            Person::LeftOut(_) => None,
        });
        mailed.collect()
    }

    async fn laws_hold(&mut self) {
        self.take_what_waits().await;
        let mailed = self.mailed().await;
        for key in &mailed {
            assert!(!self.known.left.contains_key(key), "{key} has another address");
            assert!(!self.known.nos.contains_key(key), "{key} said no: {:?}", self.known.nos[key]);
            assert!(self.known.yes.contains(key), "nothing said yes to {key}");
            assert!(!self.known.waits.contains(key), "{key} waits for a clear word");
        }
        for key in &self.known.plain {
            assert!(mailed.contains(key), "{key} met nothing but a yes");
        }
        let stored = self.list.ledger.stored_list().await.unwrap().people;
        for person in stored {
            assert!(!self.known.erased.contains(&person.key), "{} was erased", person.key);
        }
        // The record of changes only grows; one person shows it.
        let key = self.known.names[0].clone();
        let hash = self.list.keys.address_hash_of_key(&key);
        let count = self.list.ledger.no_mail_changes(&hash).await.unwrap().len();
        let before = self.changes.insert(key, count).unwrap_or(0);
        assert!(count >= before);
    }
}

/// `server` gives the ledger of a batch; `None` where there is no server.
fn live(batches: u32, server: impl Fn(usize) -> Option<Option<AnyLedger>>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config = Config { failure_persistence: None, ..Config::with_cases(batches) };
    let happenings = prop::collection::vec(happening(), 4..10);
    let begun = std::cell::Cell::new(0);
    TestRunner::new(config)
        .run(&happenings, |happenings| {
            let folder = tempfile::tempdir().unwrap();
            begun.set(begun.get() + 1);
            let Some(ledger) = server(begun.get()) else { return Ok(()) };
            runtime.block_on(async {
                let mut world = World::new(folder.path(), ledger);
                for (happening, seed) in happenings {
                    world.happen(happening, seed).await;
                    world.laws_hold().await;
                }
            });
            Ok(())
        })
        .unwrap();
}

#[test]
fn in_every_life_a_no_stays_a_no() {
    let all = std::env::var_os("ROUNDUP_TEST_EVERYTHING").is_some();
    live(if all { ALL_BATCHES } else { BATCHES }, |_| Some(None));
}

#[test]
fn the_same_on_a_server() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let all = std::env::var_os("ROUNDUP_TEST_EVERYTHING_ON_A_SERVER").is_some();
    live(if all { ALL_BATCHES } else { BATCHES_ON_A_SERVER }, |number| {
        let opened = runtime.block_on(async {
            let address = database(&format!("lives_{number}")).await?;
            Some(PostgresLedger::open(&address, 1).await.unwrap())
        });
        opened.map(|ledger| Some(ledger.into()))
    });
}
