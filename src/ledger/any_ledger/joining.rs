//! Signing up, in the ledger of a project.
//! Shell: passes everything on to the file or the server.

use chrono::{DateTime, Utc};

use super::{AnyLedger, LedgerStore};
use crate::audience::frequency::Frequency;
use crate::audience::import::StoredPerson;
use crate::ledger::error::LedgerError;
use crate::ledger::frequency_store::FrequencyStore;
use crate::ledger::join_store::{JoinRecord, JoinStore};
use crate::ledger::joining::{ConfirmStep, JoinConfirmation, JoinRequest, JoinStep};
use crate::ledger::single_store::{SingleMessage, SingleRecord, SingleResult, SingleStore};

macro_rules! pass_on {
    ($self:ident, $ledger:ident => $call:expr) => {
        match &$self.store {
            LedgerStore::File($ledger) => $call.await,
            LedgerStore::Server($ledger) => $call.await,
        }
    };
}

impl JoinStore for AnyLedger {
    async fn request_join(&self, request: JoinRequest) -> Result<JoinStep, LedgerError> {
        pass_on!(self, ledger => ledger.request_join(request))
    }

    async fn look_at_request(
        &self,
        person: &str,
        requested: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<ConfirmStep, LedgerError> {
        pass_on!(self, ledger => ledger.look_at_request(person, requested, now))
    }

    async fn confirm_join(
        &self,
        confirmation: JoinConfirmation,
    ) -> Result<ConfirmStep, LedgerError> {
        pass_on!(self, ledger => ledger.confirm_join(confirmation))
    }

    async fn join_requests(&self) -> Result<Vec<JoinRequest>, LedgerError> {
        pass_on!(self, ledger => ledger.join_requests())
    }

    async fn withdraw_request(&self, person: &str) -> Result<bool, LedgerError> {
        pass_on!(self, ledger => ledger.withdraw_request(person))
    }

    async fn expire_requests(&self, now: DateTime<Utc>) -> Result<u64, LedgerError> {
        pass_on!(self, ledger => ledger.expire_requests(now))
    }

    async fn own_yeses(&self) -> Result<Vec<(String, DateTime<Utc>)>, LedgerError> {
        pass_on!(self, ledger => ledger.own_yeses())
    }

    async fn join_record(&self, person: &str) -> Result<Vec<JoinRecord>, LedgerError> {
        pass_on!(self, ledger => ledger.join_record(person))
    }
}

impl FrequencyStore for AnyLedger {
    async fn choose_frequency(
        &self,
        person: &str,
        frequency: Frequency,
        at: DateTime<Utc>,
    ) -> Result<bool, LedgerError> {
        pass_on!(self, ledger => ledger.choose_frequency(person, frequency, at))
    }

    async fn frequency_of(&self, person: &str) -> Result<Option<Frequency>, LedgerError> {
        pass_on!(self, ledger => ledger.frequency_of(person))
    }

    async fn frequencies(&self) -> Result<Vec<(String, String)>, LedgerError> {
        pass_on!(self, ledger => ledger.frequencies())
    }
}

impl SingleStore for AnyLedger {
    async fn claim_single(
        &self,
        holder: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<SingleMessage>, LedgerError> {
        pass_on!(self, ledger => ledger.claim_single(holder, now))
    }

    async fn hand_over_single(
        &self,
        id: i64,
        holder: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, LedgerError> {
        pass_on!(self, ledger => ledger.hand_over_single(id, holder, now))
    }

    async fn record_single(
        &self,
        id: i64,
        holder: &str,
        result: SingleResult,
        now: DateTime<Utc>,
    ) -> Result<(), LedgerError> {
        pass_on!(self, ledger => ledger.record_single(id, holder, result, now))
    }

    async fn single_messages_of(&self, person: &str) -> Result<Vec<SingleRecord>, LedgerError> {
        pass_on!(self, ledger => ledger.single_messages_of(person))
    }

    async fn person_on_list(&self, key: &str) -> Result<Option<StoredPerson>, LedgerError> {
        pass_on!(self, ledger => ledger.person_on_list(key))
    }
}
