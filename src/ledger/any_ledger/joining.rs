//! Signing up, in the ledger of a project.
//! Shell: passes everything on to the file or the server.

use chrono::{DateTime, Utc};

use super::{AnyLedger, LedgerStore};
use crate::audience::NoMail;
use crate::audience::frequency::Frequency;
use crate::audience::import::StoredPerson;
use crate::ledger::error::LedgerError;
use crate::ledger::frequency_store::FrequencyStore;
use crate::ledger::join_store::{JoinRecord, JoinStore};
use crate::ledger::joining::{ConfirmStep, JoinConfirmation, JoinRequest, JoinStep};
use crate::ledger::single_store::{
    SingleMessage, SingleRecord, SingleResult, SingleStatus, SingleStore,
};
use crate::rfc::address::EmailAddress;

macro_rules! pass_on {
    ($self:ident, $ledger:ident => $call:expr) => {
        match &$self.store {
            LedgerStore::File($ledger) => $call.await,
            LedgerStore::Server($ledger) => $call.await,
        }
    };
}

impl JoinStore for AnyLedger {
    async fn request_join_beside(
        &self,
        request: JoinRequest,
        shared: Option<NoMail>,
    ) -> Result<JoinStep, LedgerError> {
        let said = self.said_to_all(&request.person, std::slice::from_ref(&request.key)).await?;
        let shared = shared.or(said);
        pass_on!(self, ledger => ledger.request_join_beside(request, shared))
    }

    async fn look_at_request_beside(
        &self,
        person: &str,
        requested: DateTime<Utc>,
        now: DateTime<Utc>,
        shared: Option<NoMail>,
    ) -> Result<ConfirmStep, LedgerError> {
        let shared = shared.or(self.said_by_whoever_asked(person).await?);
        pass_on!(self, ledger => ledger.look_at_request_beside(person, requested, now, shared))
    }

    async fn confirm_join_beside(
        &self,
        confirmation: JoinConfirmation,
        shared: Option<NoMail>,
    ) -> Result<ConfirmStep, LedgerError> {
        let shared = shared.or(self.said_by_whoever_asked(&confirmation.person).await?);
        pass_on!(self, ledger => ledger.confirm_join_beside(confirmation, shared))
    }

    async fn keys_of_requests(&self, person: &str) -> Result<Vec<String>, LedgerError> {
        pass_on!(self, ledger => ledger.keys_of_requests(person))
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
        loop {
            let single = pass_on!(self, ledger => ledger.claim_single(holder, now))?;
            let Some(single) = single else { return Ok(None) };
            let key = EmailAddress::parse(&single.address).map(|address| address.key());
            let keys = key.map_or_else(|_| Vec::new(), |key| vec![key]);
            // A list that cannot be read gives nobody out: the message is free again after a while.
            let no = self.said_to_all(&single.person, &keys).await?;
            if no.is_none_or(|no| single.is_wanted_after(&no)) {
                return Ok(Some(single));
            }
            let (status, detail) = (SingleStatus::Dropped, String::new());
            let dropped = SingleResult { status, detail, next_at: now };
            self.record_single(single.id, holder, dropped, now).await?;
        }
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
