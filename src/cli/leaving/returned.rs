//! Whose copy came back, and what is kept of it: once for each notice, in one commit.
//! Shell: the ledger.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::verdicts::{MatchedBy, ReadEmail, Traces, Verdict};
use crate::audience::{ChangeOrigin, Keys, NoMailChange, NoMailReason, NoMailStep};
use crate::bounces::NoticeKind;
use crate::cli::terminal::failure::Failure;
use crate::inbox::leaving::{is_like_a_token, words_of_token_signs};
use crate::ledger::join_store::{JoinEvent, JoinRecord, JoinStore};
use crate::ledger::returns::{FoundCopy, ReturnStore, ReturnedCopy, ReturnedKind, Settlement};
use crate::ledger::{AnyLedger, Event, Ledger, Status};
use crate::people::BounceSettings;
use crate::rfc::address::EmailAddress;

/// How long after an edition an address by itself says that one of its copies came back.
const WEAK_DAYS: i64 = 30;
/// By how much a provider's clock may be behind ours: nothing comes back before it was sent.
const CLOCKS_DIFFER_MINUTES: i64 = 60;
/// The local part of our Message-IDs, and of the addresses that a copy comes back to.
const TOKEN_LENGTH: usize = 32;
/// Settlements of one commit.
const BATCH: usize = 500;

/// A verdict whose person is known.
struct Recognition {
    person: String,
    /// In the case of the list.
    address: String,
    edition: String,
    /// Their copy, if it is uncertain whether it arrived.
    in_doubt: Option<i64>,
    matched_by: MatchedBy,
}

/// What is kept of one returned copy.
struct NewReturn {
    settlement: Settlement,
    /// Who was not on the do-not-mail list before.
    newly_out: Option<String>,
}

/// What one email comes to in the ledger, before it is written.
#[derive(Default)]
pub struct EmailSettlement {
    returns: Vec<NewReturn>,
    proofs: Vec<(i64, Event)>,
    /// Whom it may be about. What comes next about them is judged only when this is written.
    pub people: BTreeSet<String>,
}

impl Recognition {
    /// A copy in doubt had been taken, or it could not have come back.
    fn proof(&self) -> Option<(i64, Event)> {
        let why = "a notice about it came back: a server had taken it".to_owned();
        self.in_doubt.map(|id| (id, Event::AssumedSent { why }))
    }
}

/// Everything of ours that the emails name, found in one look through the ledger.
pub struct Recogniser<'a> {
    ledger: &'a AnyLedger,
    keys: &'a Keys,
    domain: String,
    by_token: BTreeMap<String, FoundCopy>,
    by_person: BTreeMap<String, Vec<FoundCopy>>,
}

impl<'a> Recogniser<'a> {
    /// `domain` is the right part of our Message-IDs.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn new(
        emails: &[&ReadEmail],
        ledger: &'a AnyLedger,
        keys: &'a Keys,
        domain: &str,
    ) -> Result<Self, Failure> {
        let (mut tokens, mut people) = (BTreeSet::new(), BTreeSet::new());
        for email in emails {
            tokens.extend(verp_tokens(&email.traces));
            tokens.extend(message_tokens(&email.traces, domain));
            people.extend(people_of_tokens(&email.traces, keys));
        }
        let mut found = Self {
            ledger,
            keys,
            domain: domain.to_owned(),
            by_token: BTreeMap::new(),
            by_person: BTreeMap::new(),
        };
        if tokens.is_empty() && people.is_empty() {
            return Ok(found);
        }
        let ids = tokens.iter().map(|token| format!("{token}@{domain}")).collect();
        for copy in ledger.find_copies(ids, people.iter().cloned().collect()).await? {
            let token = copy.row.message_id.split('@').next().unwrap_or_default().to_owned();
            if tokens.contains(&token) {
                found.by_token.insert(token, copy.clone());
            }
            if people.contains(&copy.person) {
                found.by_person.entry(copy.person.clone()).or_default().push(copy);
            }
        }
        Ok(found)
    }

    /// Whose copy a verdict is about, by the surest sign there is. A wrong token is forged, and the rest of its email says
    /// nothing.
    async fn recognise(
        &self,
        email: &ReadEmail,
        verdict: &Verdict,
        now: DateTime<Utc>,
    ) -> Result<Option<Recognition>, Failure> {
        let is_single = email.verdicts.len() == 1;
        let is_theirs = |copy: &FoundCopy| {
            is_single || copy.row.address.eq_ignore_ascii_case(&verdict.recipient)
        };
        let of_copy = |copy: &FoundCopy, matched_by| Recognition {
            person: copy.person.clone(),
            address: copy.row.address.clone(),
            edition: copy.row.edition.clone(),
            in_doubt: (copy.row.status == Status::Uncertain).then_some(copy.id),
            matched_by,
        };
        let verp: Vec<String> = verp_tokens(&email.traces).collect();
        if !verp.is_empty() {
            let copy = verp.iter().find_map(|token| self.by_token.get(token));
            let copy = copy.filter(|copy| is_theirs(copy));
            return Ok(copy.map(|copy| of_copy(copy, MatchedBy::Verp)));
        }
        let ids: Vec<String> = message_tokens(&email.traces, &self.domain).collect();
        let mut copies = ids.iter().filter_map(|token| self.by_token.get(token));
        if let Some(copy) = copies.find(|copy| is_theirs(copy)) {
            return Ok(Some(of_copy(copy, MatchedBy::MessageId)));
        }
        // A provider's clock may be wrong, and nothing has happened later than now.
        let at = email.event_at.map_or(now, |at| at.min(now));
        for person in people_of_tokens(&email.traces, self.keys) {
            let copies = self.by_person.get(&person).map(Vec::as_slice).unwrap_or_default();
            if let Some(copy) = latest(copies, at).filter(|copy| is_theirs(copy)) {
                return Ok(Some(of_copy(copy, MatchedBy::Token)));
            }
        }
        if !ids.is_empty() && ids.iter().all(|token| !self.by_token.contains_key(token)) {
            return Ok(None);
        }
        self.recognise_by_address(&verdict.recipient, at).await
    }

    /// Whether tokens like ours stand in an email, and no copy has any of them.
    fn has_forged_token(&self, email: &ReadEmail) -> bool {
        let ids = message_tokens(&email.traces, &self.domain);
        let tokens: Vec<String> = verp_tokens(&email.traces).chain(ids).collect();
        !tokens.is_empty() && tokens.iter().all(|token| !self.by_token.contains_key(token))
    }

    /// The copy that somebody has for certain, because they or their mail program answered it.
    fn answered(&self, email: &ReadEmail) -> Option<(MatchedBy, Option<(i64, Event)>)> {
        let is_return = |one: &Verdict| one.is_return && one.action != NoticeKind::Autoreply;
        if email.verdicts.iter().any(is_return) {
            return None;
        }
        let verp = verp_tokens(&email.traces).find_map(|token| self.by_token.get(&token));
        let by_id = || {
            message_tokens(&email.traces, &self.domain).find_map(|token| self.by_token.get(&token))
        };
        let matched_by = if verp.is_some() { MatchedBy::Verp } else { MatchedBy::MessageId };
        let copy = verp.or_else(by_id)?;
        let why = "it was answered, or reported as delivered: a server had taken it".to_owned();
        let is_in_doubt = copy.row.status == Status::Uncertain;
        Some((matched_by, is_in_doubt.then_some((copy.id, Event::AssumedSent { why }))))
    }

    /// `at`: when it happened.
    async fn recognise_by_address(
        &self,
        recipient: &str,
        at: DateTime<Utc>,
    ) -> Result<Option<Recognition>, Failure> {
        let Ok(address) = EmailAddress::parse(recipient) else { return Ok(None) };
        let (rows, _) = self.ledger.history(&address.key()).await?;
        let is_recent =
            |sent: DateTime<Utc>| is_before(sent, at) && at - sent <= TimeDelta::days(WEAK_DAYS);
        let row = rows
            .into_iter()
            .filter(|row| row.status == Status::Accepted && is_recent(row.changed_at))
            .max_by_key(|row| row.changed_at);
        Ok(row.map(|row| Recognition {
            person: self.keys.address_hash(&address),
            address: row.address,
            edition: row.edition,
            in_doubt: None,
            matched_by: MatchedBy::Address,
        }))
    }

    /// What a verdict comes to in the ledger, or nothing. Sets how the person was recognised.
    async fn settlement(
        &self,
        email: &ReadEmail,
        verdict: &Verdict,
        settings: BounceSettings,
        now: DateTime<Utc>,
    ) -> Result<Option<(Recognition, Option<NewReturn>)>, Failure> {
        let Some(known) = self.recognise(email, verdict, now).await? else { return Ok(None) };
        let is_weak = known.matched_by == MatchedBy::Address && !email.is_event;
        let kind = match verdict.action {
            _ if verdict.is_delay => ReturnedKind::Delay,
            NoticeKind::Hard if !is_weak => ReturnedKind::Hard,
            NoticeKind::Hard | NoticeKind::Soft => ReturnedKind::Soft,
            NoticeKind::Policy => ReturnedKind::Policy,
            NoticeKind::Complaint if !is_weak => ReturnedKind::Complaint,
            _ => return Ok(Some((known, None))),
        };
        let returned = ReturnedCopy {
            person: known.person.clone(),
            edition: Some(known.edition.clone()),
            kind,
            at: now,
            status: verdict.status.clone(),
        };
        let reason = match kind {
            ReturnedKind::Hard => Some(NoMailReason::Bounced),
            ReturnedKind::Complaint => Some(NoMailReason::Complained),
            ReturnedKind::Soft if self.is_out_of_reach(&known, &returned, settings).await? => {
                Some(NoMailReason::Bounced)
            }
            _ => None,
        };
        let is_out = reason.is_some() && self.is_suppressed(&known.person).await?;
        let is_late = match (reason, email.event_at) {
            (Some(_), Some(at)) => self.came_back_since(&known.person, at).await?,
            _ => false,
        };
        let change = reason.filter(|_| !is_late).map(|reason| {
            let step = NoMailStep::Add(reason);
            NoMailChange::new(&known.person, step, ChangeOrigin::Relay, now)
                .with_note(&verdict.reason)
                .of_key(&known.address.to_lowercase())
        });
        let proof = known.proof();
        let notice = email.notice.clone();
        let newly_out = change.as_ref().filter(|_| !is_out).map(|change| change.person.clone());
        let settlement = Settlement { notice, returned, change, proof };
        Ok(Some((known, Some(NewReturn { settlement, newly_out }))))
    }

    /// Whether somebody is on the do-not-mail list already.
    async fn is_suppressed(&self, person: &str) -> Result<bool, Failure> {
        let changes = self.ledger.no_mail_changes(person).await?;
        let last = changes.iter().max_by_key(|change| change.at);
        Ok(last.is_some_and(|last| matches!(last.step, NoMailStep::Add(_))))
    }

    /// Whether somebody was taken off the do-not-mail list, or signed up, after an event: it undoes nothing that is newer.
    async fn came_back_since(&self, person: &str, at: DateTime<Utc>) -> Result<bool, Failure> {
        let changes = self.ledger.no_mail_changes(person).await?;
        let has_signed_up =
            |record: &JoinRecord| record.event == JoinEvent::Confirmed && record.requested > at;
        Ok(changes.iter().any(|change| change.step == NoMailStep::Lift && change.at > at)
            || self.ledger.join_record(person).await?.iter().any(has_signed_up))
    }

    async fn is_out_of_reach(
        &self,
        known: &Recognition,
        returned: &ReturnedCopy,
        settings: BounceSettings,
    ) -> Result<bool, Failure> {
        let (copies, _) = self.ledger.history(&known.address.to_lowercase()).await?;
        let mut returns = self.ledger.returns_of(&known.person).await?;
        returns.push(returned.clone());
        Ok(settings.are_exceeded(&copies, &returns))
    }

    /// Recognises the people of an email that came back, and says what is to be written about them.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn settlement_of(
        &self,
        email: &mut ReadEmail,
        settings: BounceSettings,
        now: DateTime<Utc>,
    ) -> Result<EmailSettlement, Failure> {
        let mut found = EmailSettlement::default();
        if let Some((matched_by, proof)) = self.answered(email) {
            found.proofs.extend(proof);
            let answers = email.verdicts.iter_mut();
            for answer in answers.filter(|one| one.action == NoticeKind::Autoreply) {
                answer.matched_by = matched_by;
            }
        }
        email.has_forged_token = self.has_forged_token(email);
        let mut matched = Vec::new();
        for (at, verdict) in email.verdicts.iter().enumerate() {
            if !verdict.is_return || verdict.action == NoticeKind::Autoreply {
                continue;
            }
            let Some((known, settlement)) = self.settlement(email, verdict, settings, now).await?
            else {
                continue;
            };
            // People who left are kept by the way of all who leave.
            let leaves = verdict.action == NoticeKind::Unsubscribe
                && !match email.event_at {
                    Some(at) => self.came_back_since(&known.person, at).await?,
                    None => false,
                };
            matched.push((at, known.matched_by, leaves.then(|| known.person.clone())));
            match settlement {
                Some(new) => found.returns.push(new),
                None => found.proofs.extend(known.proof()),
            }
            found.people.insert(known.person);
        }
        for (at, matched_by, person) in matched {
            email.verdicts[at].matched_by = matched_by;
            email.verdicts[at].person = person;
        }
        // What is said of an address before may change how it is matched.
        let addresses =
            email.verdicts.iter().filter_map(|one| EmailAddress::parse(&one.recipient).ok());
        found.people.extend(addresses.map(|address| self.keys.address_hash(&address)));
        found.people.extend(email.verdicts.iter().filter_map(|one| one.person.clone()));
        Ok(found)
    }

    /// Writes what emails come to, in one commit. Gives whom they put on the do-not-mail list.
    ///
    /// # Errors
    /// When the ledger cannot be written: the emails are read again next time, and what was written counts once.
    pub async fn write(
        &self,
        emails: Vec<EmailSettlement>,
        now: DateTime<Utc>,
    ) -> Result<BTreeSet<String>, Failure> {
        let (mut proofs, mut returns) = (Vec::new(), Vec::new());
        for email in emails {
            proofs.extend(email.proofs);
            returns.extend(email.returns);
        }
        if !proofs.is_empty() {
            self.ledger.decide(proofs, now).await?;
        }
        let mut added = BTreeSet::new();
        for batch in returns.chunks(BATCH) {
            let settlements = batch.iter().map(|one| one.settlement.clone()).collect();
            let new = self.ledger.settle_returns(settlements).await?;
            let counted = batch.iter().zip(new).filter(|(_, is_new)| *is_new);
            added.extend(counted.filter_map(|(one, _)| one.newly_out.clone()));
        }
        Ok(added)
    }
}

impl EmailSettlement {
    /// Whether the ledger keeps something of it.
    pub fn is_settled(&self) -> bool {
        !self.returns.is_empty()
    }

    /// Whom it puts on the do-not-mail list, if it is new.
    pub fn newly_out(&self) -> impl Iterator<Item = &String> {
        self.returns.iter().filter_map(|one| one.newly_out.as_ref())
    }
}

/// Whether a copy was sent before something happened.
fn is_before(sent: DateTime<Utc>, at: DateTime<Utc>) -> bool {
    sent <= at + TimeDelta::minutes(CLOCKS_DIFFER_MINUTES)
}

/// The last copy that was sent before something happened.
fn latest(copies: &[FoundCopy], at: DateTime<Utc>) -> Option<&FoundCopy> {
    let sent = copies.iter().filter(|copy| {
        let status = copy.row.status;
        matches!(status, Status::Accepted | Status::Uncertain | Status::Rejected)
            && is_before(copy.row.changed_at, at)
    });
    sent.max_by_key(|copy| copy.row.changed_at)
}

/// Tokens of the addresses that an email was sent to: `bounces+TOKEN@`, or `TOKEN@` where sub-addresses are lost.
fn verp_tokens(traces: &Traces) -> impl Iterator<Item = String> + '_ {
    traces.sent_to.iter().filter_map(|address| {
        let local = address.split('@').next()?;
        let token = local.rsplit('+').next()?.to_ascii_lowercase();
        is_token(&token).then_some(token)
    })
}

/// The left parts of Message-IDs that look like ours.
fn message_tokens<'a>(
    traces: &'a Traces,
    domain: &'a str,
) -> impl Iterator<Item = String> + use<'a> {
    traces.message_ids.iter().filter_map(move |id| {
        let (token, found) = id.split_once('@')?;
        let token = token.to_ascii_lowercase();
        (found.eq_ignore_ascii_case(domain) && is_token(&token)).then_some(token)
    })
}

fn is_token(text: &str) -> bool {
    text.len() == TOKEN_LENGTH && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The people whose tokens stand in fields of the returned mail, each proven by our key.
fn people_of_tokens<'a>(
    traces: &'a Traces,
    keys: &'a Keys,
) -> impl Iterator<Item = String> + use<'a> {
    traces
        .fields
        .iter()
        .flat_map(|field| words_of_token_signs(field))
        // A link in mail may have been encoded: "unsubscribe%201.abc".
        .flat_map(|word| [word, word.strip_prefix("20").unwrap_or(word)])
        .filter(|word| is_like_a_token(word))
        .filter_map(|word| keys.person_of_unsubscribe_token(word))
}
