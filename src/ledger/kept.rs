//! The ledger of a project: a file, or a server that several computers share.
//! Pure: passes each call on.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{
    Claim, Counts, Entered, Event, Kept, Ledger, LedgerAge, LedgerError, LeftOutRow, Nature, Pick,
    Plan, PlannedEdition, PostgresLedger, Progress, Row, SenderId, SqliteLedger, Standing, Wish,
};
use crate::audience::{NoMail, NoMailChange};

/// See the module.
#[derive(Debug)]
pub enum KeptLedger {
    File(SqliteLedger),
    Server(PostgresLedger),
}

macro_rules! pass_on {
    ($self:ident, $ledger:ident => $call:expr) => {
        match $self {
            Self::File($ledger) => $call.await,
            Self::Server($ledger) => $call.await,
        }
    };
}

impl Ledger for KeptLedger {
    async fn plan(&self, plan: Plan) -> Result<(), LedgerError> {
        pass_on!(self, ledger => ledger.plan(plan))
    }

    async fn edition(&self, name: &str) -> Result<Option<PlannedEdition>, LedgerError> {
        pass_on!(self, ledger => ledger.edition(name))
    }

    async fn editions(&self) -> Result<Vec<PlannedEdition>, LedgerError> {
        pass_on!(self, ledger => ledger.editions())
    }

    async fn recover(&self, edition: &str, now: DateTime<Utc>) -> Result<u64, LedgerError> {
        pass_on!(self, ledger => ledger.recover(edition, now))
    }

    async fn enter(
        &self,
        edition: &str,
        name: &str,
        now: DateTime<Utc>,
    ) -> Result<Entered, LedgerError> {
        pass_on!(self, ledger => ledger.enter(edition, name, now))
    }

    async fn keep(&self, sender: SenderId, now: DateTime<Utc>) -> Result<Kept, LedgerError> {
        pass_on!(self, ledger => ledger.keep(sender, now))
    }

    async fn leave(&self, sender: SenderId, now: DateTime<Utc>) -> Result<u64, LedgerError> {
        pass_on!(self, ledger => ledger.leave(sender, now))
    }

    fn lease(&self) -> Option<Duration> {
        match self {
            Self::File(ledger) => ledger.lease(),
            Self::Server(ledger) => ledger.lease(),
        }
    }

    async fn claim(
        &self,
        sender: SenderId,
        now: DateTime<Utc>,
        most: usize,
    ) -> Result<Claim, LedgerError> {
        pass_on!(self, ledger => ledger.claim(sender, now, most))
    }

    fn record_all(
        &self,
        sender: SenderId,
        events: Vec<(i64, Event)>,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<(), LedgerError>> + Send {
        // Both begin at once, before the future is polled.
        let writing: Pin<Box<dyn Future<Output = _> + Send + '_>> = match self {
            Self::File(ledger) => Box::pin(ledger.record_all(sender, events, now)),
            Self::Server(ledger) => Box::pin(ledger.record_all(sender, events, now)),
        };
        writing
    }

    async fn decide(
        &self,
        events: Vec<(i64, Event)>,
        now: DateTime<Utc>,
    ) -> Result<u64, LedgerError> {
        pass_on!(self, ledger => ledger.decide(events, now))
    }

    async fn wish_if(
        &self,
        edition: &str,
        wish: Wish,
        seen: Option<i64>,
        now: DateTime<Utc>,
    ) -> Result<Wish, LedgerError> {
        pass_on!(self, ledger => ledger.wish_if(edition, wish, seen, now))
    }

    async fn standing(&self, edition: &str) -> Result<Standing, LedgerError> {
        pass_on!(self, ledger => ledger.standing(edition))
    }

    async fn age(&self) -> Result<LedgerAge, LedgerError> {
        pass_on!(self, ledger => ledger.age())
    }

    async fn nature(&self) -> Result<Nature, LedgerError> {
        pass_on!(self, ledger => ledger.nature())
    }

    async fn bind_secret(&self, check: &str) -> Result<(), LedgerError> {
        pass_on!(self, ledger => ledger.bind_secret(check))
    }

    async fn settle_here(&self) -> Result<(), LedgerError> {
        pass_on!(self, ledger => ledger.settle_here())
    }

    async fn moments(
        &self,
        edition: &str,
        count: u32,
        gap: Duration,
        now: DateTime<Utc>,
    ) -> Result<Duration, LedgerError> {
        pass_on!(self, ledger => ledger.moments(edition, count, gap, now))
    }

    async fn counts(&self, edition: &str) -> Result<Counts, LedgerError> {
        pass_on!(self, ledger => ledger.counts(edition))
    }

    async fn progress(&self, edition: &str) -> Result<Progress, LedgerError> {
        pass_on!(self, ledger => ledger.progress(edition))
    }

    async fn page(
        &self,
        edition: &str,
        pick: Pick,
        after: Option<i64>,
    ) -> Result<Vec<(i64, Row)>, LedgerError> {
        pass_on!(self, ledger => ledger.page(edition, pick, after))
    }

    async fn left_out(&self, edition: &str) -> Result<u64, LedgerError> {
        pass_on!(self, ledger => ledger.left_out(edition))
    }

    async fn history(&self, key: &str) -> Result<(Vec<Row>, Vec<LeftOutRow>), LedgerError> {
        pass_on!(self, ledger => ledger.history(key))
    }

    async fn change_no_mail(&self, changes: Vec<NoMailChange>) -> Result<Vec<bool>, LedgerError> {
        pass_on!(self, ledger => ledger.change_no_mail(changes))
    }

    async fn no_mail_changes(&self, person: &str) -> Result<Vec<NoMailChange>, LedgerError> {
        pass_on!(self, ledger => ledger.no_mail_changes(person))
    }

    async fn suppression(&self, person: &str) -> Result<Option<NoMail>, LedgerError> {
        pass_on!(self, ledger => ledger.suppression(person))
    }

    async fn suppressions(&self) -> Result<Vec<(String, String)>, LedgerError> {
        pass_on!(self, ledger => ledger.suppressions())
    }
}
