//! What `roundup serve` does with people who sign up: kept in the ledger, and nowhere else.
//! Shell: the ledger.

use std::time::Duration;

use chrono::{DateTime, SubsecRound, Utc};
use chrono_tz::Tz;
use tokio::time::timeout;

use crate::audience::Keys;
use crate::audience::settings::ListPlace;
use crate::cli::terminal::screen::Screen;
use crate::cli::terminal::system;
use crate::ledger::AnyLedger;
use crate::ledger::error::LedgerError;
use crate::ledger::join_store::JoinStore;
use crate::ledger::joining::{JoinConfirmation, JoinEvidence, JoinRequest};
use crate::ledger::list_store::{ListStore, Moves};
use crate::people::{Journal, Welcome};
use crate::project::Project;
use crate::rfc::address::EmailAddress;
use crate::web::serve::{JoinCall, JoinForm, PageText};

/// What is kept with a request, and what follows a confirmation.
pub(super) struct JoinDesk {
    keys: Keys,
    evidence: JoinEvidence,
    time_zone: Tz,
    welcomes: bool,
    patience: Duration,
}

/// The form, where it is open and the list can take people. Says so where it is open and cannot be.
pub(super) fn form(project: &Project, text: &PageText, screen: &Screen) -> Option<JoinForm> {
    let settings = &project.settings.joining;
    if !settings.open {
        return None;
    }
    if project.settings.people.keep == ListPlace::Files {
        screen.warn(
            "nobody can sign up: `open` under [joining] needs the list in the database. Move it with `roundup \
             subscribers import subscribers/people.csv --yes`, then start `roundup serve` again",
        );
        return None;
    }
    let wording = text.consent(settings.wording.as_deref());
    Some(JoinForm { wording, asks_first_name: settings.first_name })
}

impl JoinDesk {
    pub fn new(
        project: &Project,
        keys: Keys,
        text: &PageText,
        public_url: &url::Url,
        patience: Duration,
    ) -> Self {
        let settings = &project.settings.joining;
        let page = format!("{}/join", public_url.as_str().trim_end_matches('/'));
        let evidence = JoinEvidence {
            source: settings.source.clone(),
            wording: text.consent(settings.wording.as_deref()),
            page,
        };
        let welcomes = settings.welcome != Welcome::Nothing;
        Self { keys, evidence, time_zone: project.settings.time_zone, welcomes, patience }
    }

    /// Answers once it is on disk. While the ledger is away nobody can sign up: their address is kept in no other place.
    pub async fn settle(&self, call: JoinCall, journal: &Journal<AnyLedger>) {
        // The client may have gone away: what the person wanted is kept all the same.
        let now = system::now().trunc_subsecs(3);
        match call {
            JoinCall::Request { address, first_name, answer } => {
                let kept = self.within(journal, async |ledger| {
                    // An address that somebody has left may have got another owner since.
                    self.keys.learn_taken(ledger.taken_addresses().await?);
                    let request = self.request(&ledger.moves().await?, &address, first_name, now);
                    ledger.request_join(request).await
                });
                let _ = answer.send(kept.await);
            }
            JoinCall::Look { person, requested, answer } => {
                let looked = self.within(journal, async |ledger| {
                    ledger.look_at_request(&person, requested, now).await
                });
                let _ = answer.send(looked.await);
            }
            JoinCall::Confirm { person, requested, answer } => {
                let today = now.with_timezone(&self.time_zone).date_naive();
                let welcomes = self.welcomes;
                let confirmation = JoinConfirmation { person, requested, now, today, welcomes };
                let confirmed = self.within(journal, async |ledger| {
                    let step = ledger.confirm_join(confirmation).await?;
                    self.keys.learn_taken(ledger.taken_addresses().await?);
                    Ok(step)
                });
                let _ = answer.send(confirmed.await);
            }
        }
    }

    fn request(
        &self,
        moves: &Moves,
        address: &EmailAddress,
        first_name: String,
        at: DateTime<Utc>,
    ) -> JoinRequest {
        let (person, left) = moves.arrival(&self.keys, &address.key());
        JoinRequest {
            person,
            left,
            key: address.key(),
            address: address.to_string(),
            first_name,
            at,
            evidence: self.evidence.clone(),
        }
    }

    /// People who left while the ledger was away have left before they sign up again.
    async fn within<T>(
        &self,
        journal: &Journal<AnyLedger>,
        work: impl AsyncFnOnce(&AnyLedger) -> Result<T, LedgerError>,
    ) -> Option<T> {
        let ledger = journal.ledger()?;
        let done = timeout(self.patience, async {
            journal.drain().await.ok()?;
            work(ledger).await.ok()
        });
        done.await.ok().flatten()
    }
}
