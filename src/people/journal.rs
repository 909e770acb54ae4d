//! The one way that an act goes: into the ledger, or into the spool while the ledger is away, and from there into the ledger.
//! Shell: the ledger and the spool.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use thiserror::Error;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, timeout};

use super::spool::{SpoolDrain, SpoolState};
use super::{Act, ActKind, Spool, SpoolError, Standpoint};
use crate::audience::NoMail;
use crate::ledger::Ledger;
use crate::ledger::error::LedgerError;
use crate::ledger::frequency_store::FrequencyStore;

/// Acts of one commit. A million that wait are taken in some minutes, and no commit holds up a run for long.
const BATCH: usize = 500;
/// How often we look whether another program has emptied the spool.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Why acts could not be kept or taken.
#[derive(Debug, Error)]
pub enum JournalError {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Spool(#[from] SpoolError),
    #[error("the ledger did not answer within {seconds} seconds")]
    Silent { seconds: u64 },
    #[error("another program has been recording people who left for {seconds} seconds")]
    Busy { seconds: u64 },
}

/// Where an act was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActPlace {
    /// In the ledger, and whether it changed anything.
    Ledger { changed: bool },
    /// In the spool, until the ledger is back.
    Spool,
}

/// Acts that wait, by person, as the files were then.
#[derive(Debug, Default)]
struct Waiting {
    state: SpoolState,
    acts: HashMap<String, Vec<Act>>,
}

/// Writes acts to the ledger, or to the spool while the ledger is away.
#[derive(Debug)]
pub struct Journal<L> {
    spool: Spool,
    ledger: OnceLock<Arc<L>>,
    /// How long the ledger may take for one commit or one question.
    patience: Duration,
    /// One act after the other, so that none overtakes an earlier one.
    order: tokio::sync::Mutex<()>,
    waiting: Mutex<Waiting>,
}

impl<L: Ledger + FrequencyStore> Journal<L> {
    /// A journal whose ledger may be away.
    pub fn new(spool: Spool, patience: Duration) -> Self {
        let (order, waiting) = (tokio::sync::Mutex::new(()), Mutex::default());
        Self { spool, ledger: OnceLock::new(), patience, order, waiting }
    }

    /// The ledger is there, from now on.
    pub fn open_ledger(&self, ledger: Arc<L>) {
        // A second one is the same.
        let _ = self.ledger.set(ledger);
    }

    /// The ledger, if it is there.
    pub fn ledger(&self) -> Option<&L> {
        self.ledger.get().map(|ledger| &**ledger)
    }

    pub fn has_ledger(&self) -> bool {
        self.ledger.get().is_some()
    }

    pub fn spool(&self) -> &Spool {
        &self.spool
    }

    /// Keeps acts in their order; they are on disk when this returns. While something waits in the spool, what comes later goes
    /// behind it.
    ///
    /// # Errors
    /// When neither the ledger nor the spool can take them.
    pub async fn record(&self, acts: Vec<Act>) -> Result<Vec<ActPlace>, JournalError> {
        let _turn = self.order.lock().await;
        if self.spool.is_empty()
            && let Some(ledger) = self.ledger.get()
            && let Ok(Ok(changed)) = timeout(self.patience, keep_in(&**ledger, &acts)).await
        {
            return Ok(changed.into_iter().map(|changed| ActPlace::Ledger { changed }).collect());
        }
        let (spool, places) = (self.spool.clone(), vec![ActPlace::Spool; acts.len()]);
        blocking(move || spool.add(&acts)).await?;
        Ok(places)
    }

    /// Where a person stands, with what waits of theirs.
    ///
    /// # Errors
    /// When the spool cannot be read.
    pub async fn standpoint(
        &self,
        person: &str,
        now: DateTime<Utc>,
    ) -> Result<Standpoint, JournalError> {
        let acts = self.waiting_of(person).await?;
        let entry = match self.ledger.get() {
            Some(ledger) => timeout(self.patience, ledger.suppression(person)).await,
            None => Ok(Err(LedgerError::Stopped)),
        };
        let entry = match entry {
            Ok(Ok(entry)) => entry,
            Ok(Err(_)) | Err(_) if acts.is_empty() => return Ok(Standpoint::Unknown),
            Ok(Err(_)) | Err(_) => None,
        };
        Ok(standpoint_of(entry, &acts, now))
    }

    async fn waiting_of(&self, person: &str) -> Result<Vec<Act>, JournalError> {
        let state = self.spool.state();
        let known = {
            let waiting = self.waiting();
            (waiting.state == state).then(|| waiting.acts.get(person).cloned().unwrap_or_default())
        };
        if let Some(acts) = known {
            return Ok(acts);
        }
        let spool = self.spool.clone();
        let mut acts: HashMap<String, Vec<Act>> = HashMap::new();
        for act in blocking(move || spool.waiting()).await? {
            acts.entry(act.person.clone()).or_default().push(act);
        }
        let of_person = acts.get(person).cloned().unwrap_or_default();
        // What was added since the state was taken is read again next time.
        *self.waiting() = Waiting { state, acts };
        Ok(of_person)
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes what waits into the ledger, if it is there. Gives the number of acts.
    ///
    /// # Errors
    /// As `drain`.
    pub async fn drain(&self) -> Result<usize, JournalError> {
        match self.ledger.get() {
            Some(ledger) => drain(&self.spool, &**ledger, self.patience).await,
            None => Ok(0),
        }
    }

    /// Whether an act could be kept now, and the ledger answers.
    pub async fn is_well(&self) -> bool {
        let spool = self.spool.clone();
        let is_writable = blocking(move || spool.prove_writable()).await.is_ok();
        let Some(ledger) = self.ledger.get() else { return false };
        let answer = timeout(self.patience, ledger.suppression("")).await;
        is_writable && matches!(answer, Ok(Ok(_)))
    }
}

fn standpoint_of(entry: Option<NoMail>, acts: &[Act], now: DateTime<Utc>) -> Standpoint {
    let changes = acts.iter().filter_map(Act::change);
    match changes.fold(entry, |entry, change| change.applied_to(entry)) {
        None => Standpoint::Mailed,
        Some(entry) if entry.may_stay(now) => Standpoint::LeftLately,
        Some(_) => Standpoint::NotMailed,
    }
}

/// Keeps acts in the ledger; of each, whether it changed something.
async fn keep_in(
    ledger: &(impl Ledger + FrequencyStore),
    acts: &[Act],
) -> Result<Vec<bool>, LedgerError> {
    let changes = acts.iter().filter_map(Act::change).collect();
    let mut counted = ledger.change_no_mail(changes).await?.into_iter();
    let mut changed = Vec::new();
    for act in acts {
        changed.push(match act.what {
            ActKind::Chose { frequency } => {
                ledger.choose_frequency(&act.person, frequency, act.at).await?
            }
            ActKind::Left { .. } | ActKind::Stayed => counted.next().unwrap_or(false),
        });
    }
    Ok(changed)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SpoolError> + Send + 'static,
) -> Result<T, JournalError> {
    match spawn_blocking(work).await {
        Ok(done) => Ok(done?),
        // The runtime is ending.
        Err(_) => Err(JournalError::Ledger(LedgerError::Stopped)),
    }
}

/// Takes what waits in a spool into the ledger, in portions, each within `patience`: before every plan and claim. However
/// much waits, all of it is taken. Nobody who adds to the spool is held up. Gives the number of acts.
///
/// # Errors
/// When the ledger does not answer in time, or a file cannot be read or written: what is not in the ledger stays.
pub async fn drain(
    spool: &Spool,
    ledger: &(impl Ledger + FrequencyStore),
    patience: Duration,
) -> Result<usize, JournalError> {
    let began = Instant::now();
    let mut taken = 0;
    while !spool.is_empty() {
        let files = spool.clone();
        let Some(taking) = blocking(move || files.take()).await? else {
            if began.elapsed() > patience {
                return Err(JournalError::Busy { seconds: patience.as_secs() });
            }
            sleep(LOOK_AGAIN).await;
            continue;
        };
        taken += take_in(taking, ledger, patience).await?;
    }
    Ok(taken)
}

async fn take_in(
    taking: SpoolDrain,
    ledger: &(impl Ledger + FrequencyStore),
    patience: Duration,
) -> Result<usize, JournalError> {
    let mut done = 0;
    let mut outcome = Ok(());
    for batch in taking.acts.chunks(BATCH) {
        outcome = match timeout(patience, keep_in(ledger, batch)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(error.into()),
            Err(_) => Err(JournalError::Silent { seconds: patience.as_secs() }),
        };
        if outcome.is_err() {
            break;
        }
        done += batch.len();
    }
    blocking(move || match done {
        all if all == taking.acts.len() => taking.done(),
        0 => Ok(()),
        some => taking.keep(&taking.acts[some..]),
    })
    .await?;
    outcome.map(|()| done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::MemoryLedger;
    use crate::people::{ActKind, LeavingWay};

    fn left(person: &str, seconds: i64) -> Act {
        let at = DateTime::<Utc>::UNIX_EPOCH + chrono::TimeDelta::seconds(seconds);
        Act::new(person, at, ActKind::Left { way: LeavingWay::Page, reason: None })
    }

    fn stayed(person: &str, seconds: i64) -> Act {
        Act { what: ActKind::Stayed, ..left(person, seconds) }
    }

    fn now() -> DateTime<Utc> {
        DateTime::<Utc>::UNIX_EPOCH + chrono::TimeDelta::seconds(100)
    }

    async fn record(journal: &Journal<MemoryLedger>, act: Act) -> ActPlace {
        journal.record(vec![act]).await.unwrap()[0]
    }

    const PATIENCE: Duration = Duration::from_secs(2);

    #[tokio::test]
    async fn a_page_says_what_waits_while_the_ledger_is_away() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::<MemoryLedger>::new(Spool::new(folder.path()), PATIENCE);
        assert!(!journal.is_well().await);
        assert_eq!(journal.standpoint("ann", now()).await.unwrap(), Standpoint::Unknown);
        assert_eq!(record(&journal, left("ann", 1)).await, ActPlace::Spool);
        assert_eq!(journal.standpoint("ann", now()).await.unwrap(), Standpoint::LeftLately);
        assert_eq!(journal.standpoint("bob", now()).await.unwrap(), Standpoint::Unknown);
        record(&journal, stayed("ann", 2)).await;
        assert_eq!(journal.standpoint("ann", now()).await.unwrap(), Standpoint::Mailed);
        record(&journal, left("ann", 3)).await;
        // The ledger comes: what waits counts before it is taken in.
        let ledger = Arc::new(MemoryLedger::default());
        ledger.suppress("bob", "550 no such user", now()).await.unwrap();
        journal.open_ledger(Arc::clone(&ledger));
        assert!(journal.is_well().await);
        assert_eq!(journal.standpoint("ann", now()).await.unwrap(), Standpoint::LeftLately);
        assert_eq!(journal.standpoint("bob", now()).await.unwrap(), Standpoint::NotMailed);
        assert_eq!(journal.standpoint("cy", now()).await.unwrap(), Standpoint::Mailed);
        // What comes now goes behind what waits.
        assert_eq!(record(&journal, stayed("ann", 4)).await, ActPlace::Spool);
        assert_eq!(journal.drain().await.unwrap(), 4);
        assert!(journal.spool().is_empty());
        assert_eq!(ledger.suppression("ann").await.unwrap(), None);
        assert_eq!(journal.standpoint("ann", now()).await.unwrap(), Standpoint::Mailed);
        let changed = ActPlace::Ledger { changed: true };
        assert_eq!(record(&journal, left("ann", 5)).await, changed);
        let same = ActPlace::Ledger { changed: false };
        assert_eq!(record(&journal, left("ann", 6)).await, same);
    }

    #[tokio::test]
    async fn a_spool_of_the_same_length_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::<MemoryLedger>::new(Spool::new(folder.path()), PATIENCE);
        record(&journal, left("ann", 1)).await;
        assert_eq!(journal.standpoint("ann", now()).await.unwrap(), Standpoint::LeftLately);
        // Another program takes it in, and somebody else leaves.
        drain(journal.spool(), &MemoryLedger::default(), PATIENCE).await.unwrap();
        let path = folder.path().join("leaving.spool");
        record(&journal, left("bob", 1)).await;
        let later = std::time::SystemTime::now() + Duration::from_secs(9);
        std::fs::File::options().write(true).open(path).unwrap().set_modified(later).unwrap();
        assert_eq!(journal.standpoint("bob", now()).await.unwrap(), Standpoint::LeftLately);
        assert_eq!(journal.standpoint("ann", now()).await.unwrap(), Standpoint::Unknown);
    }

    #[tokio::test]
    async fn what_is_taken_twice_counts_once() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::new(folder.path());
        let ledger = MemoryLedger::default();
        let acts = [left("ann", 1), stayed("ann", 2), left("bob", 1)];
        for _ in 0..3 {
            for act in &acts {
                spool.add(std::slice::from_ref(act)).unwrap();
            }
            drain(&spool, &ledger, PATIENCE).await.unwrap();
        }
        assert_eq!(ledger.suppression("ann").await.unwrap(), None);
        assert!(ledger.suppression("bob").await.unwrap().is_some());
        assert_eq!(ledger.no_mail_changes("ann").await.unwrap().len(), 2);
        assert_eq!(ledger.no_mail_changes("bob").await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn more_than_one_portion_is_taken_whole() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::new(folder.path());
        let mut lines = Vec::new();
        for n in 0..2 * BATCH + 7 {
            serde_json::to_writer(&mut lines, &left(&format!("p{n}"), 1)).unwrap();
            lines.extend_from_slice(b"\nnonsense\n");
        }
        std::fs::write(folder.path().join("leaving.spool"), lines).unwrap();
        let ledger = MemoryLedger::default();
        assert_eq!(drain(&spool, &ledger, PATIENCE).await.unwrap(), 2 * BATCH + 7);
        assert_eq!(ledger.suppressions().await.unwrap().len(), 2 * BATCH + 7);
        assert_eq!(spool.damaged_lines(), 2 * BATCH + 7);
    }
}
