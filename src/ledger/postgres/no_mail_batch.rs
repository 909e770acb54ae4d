//! Many changes to the do-not-mail list at once: one look at what is there, a decision about each in its order, one round of writing.
//! Shell: reads and writes rows.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};
use tokio_postgres::Transaction;

use super::no_mail::{ENTRIES, columns};
use crate::audience::{ChangeOrigin, NoMail, NoMailChange, NoMailStep};
use crate::ledger::column::{millis, time};
use crate::ledger::error::LedgerError;
use crate::ledger::join_store::OWN_YES;
use crate::ledger::no_mail::{entry_of, step_words};

const MOVED_TO: &str = "SELECT person, moved_to FROM moves WHERE person = ANY($1)";

/// What people did themselves, which may be written twice.
const ACTS: &str = "SELECT person, at, step, origin, reason FROM no_mail_changes
    WHERE person = ANY($1) AND origin LIKE 'self:%'";

const NOTICES: &str = "INSERT INTO notices SELECT * FROM unnest($1::text[], $2::bigint[])
    ON CONFLICT DO NOTHING RETURNING id";

/// Numbers in the order in which the changes were made.
const NUMBERS: &str = "SELECT nextval(pg_get_serial_sequence('no_mail_changes', 'id'))
    FROM generate_series(1, $1::bigint)";

const ADD: &str = "INSERT INTO no_mail_changes (id, at, person, step, reason, origin, detail)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])";

const ADD_NOTES: &str = "INSERT INTO no_mail_notes SELECT * FROM unnest($1::bigint[], $2::text[])";

const ENTER: &str = "INSERT INTO do_not_mail
    SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[])
    ON CONFLICT (person) DO UPDATE SET reason = excluded.reason, at = excluded.at, change = excluded.change";

const LIFT: &str = "DELETE FROM do_not_mail WHERE person = ANY($1)";

/// A no that is younger than a request makes it void.
const WITHDRAW: &str =
    "DELETE FROM join_requests r USING unnest($1::text[], $2::bigint[]) AS v (person, at)
    WHERE r.person = v.person AND r.requested_at <= v.at";

/// When each of some people last said yes themself.
pub(super) fn own_yeses_of() -> String {
    let of_person = OWN_YES.replace("$1", "p.person");
    format!("SELECT p.person, ({of_person}) FROM unnest($1::text[]) AS p (person)")
}

/// An act as its columns have it: person, time, step, origin, reason.
type RecordedAct = (String, i64, &'static str, &'static str, Option<&'static str>);

fn act_of(change: &NoMailChange) -> RecordedAct {
    let (step, reason) = step_words(change.step);
    (change.person.clone(), millis(change.at), step, change.origin.word(), reason)
}

/// Changes that are decided about with one look at the tables.
const TOGETHER: usize = 1000;

/// For each change, whether it counted, for the person's address or for the one they have now.
pub(super) async fn write(
    transaction: &Transaction<'_>,
    changes: &[NoMailChange],
) -> Result<Vec<bool>, LedgerError> {
    // One writer at a time, so that what counts is decided by rows that stay. Whoever reads or claims is not held up.
    transaction.batch_execute("LOCK TABLE do_not_mail IN SHARE ROW EXCLUSIVE MODE").await?;
    let mut counted = Vec::new();
    for some in changes.chunks(TOGETHER) {
        let mut batch = NoMailBatch::read(transaction, some).await?;
        counted.extend(some.iter().map(|change| batch.take(change)));
        batch.write(transaction).await?;
    }
    Ok(counted)
}

/// The entries that a batch of changes touches, before and after it.
#[derive(Debug, Default)]
struct NoMailBatch {
    moved_to: HashMap<String, String>,
    entries: HashMap<String, NoMail>,
    own_yes: HashMap<String, DateTime<Utc>>,
    acts: HashSet<(String, i64, String, String, Option<String>)>,
    /// Emails that nobody has settled yet.
    notices: HashSet<String>,
    /// Until when requests to join are void.
    void: BTreeMap<String, i64>,
    /// What counted, in its order.
    lines: Vec<NoMailChange>,
}

impl NoMailBatch {
    async fn read(
        transaction: &Transaction<'_>,
        changes: &[NoMailChange],
    ) -> Result<Self, LedgerError> {
        let mut batch = Self::default();
        let mut people: Vec<String> = changes.iter().map(|change| change.person.clone()).collect();
        for row in transaction.query(MOVED_TO, &[&people]).await? {
            batch.moved_to.insert(row.get(0), row.get(1));
        }
        people.extend(batch.moved_to.values().cloned());
        people.sort();
        people.dedup();
        let entries = format!("{ENTRIES} WHERE d.person = ANY($1)");
        for row in transaction.query(&entries, &[&people]).await? {
            batch.entries.insert(row.get(5), entry_of(columns(&row, 0))?);
        }
        for row in transaction.query(&own_yeses_of(), &[&people]).await? {
            if let Some(at) = row.get::<_, Option<i64>>(1) {
                batch.own_yes.insert(row.get(0), time(at));
            }
        }
        if changes.iter().any(NoMailChange::may_come_twice) {
            for row in transaction.query(ACTS, &[&people]).await? {
                batch.acts.insert((row.get(0), row.get(1), row.get(2), row.get(3), row.get(4)));
            }
        }
        let notices = changes.iter().filter_map(|change| Some((change.notice.as_ref()?, change)));
        let (ids, at): (Vec<&String>, Vec<i64>) =
            notices.map(|(notice, change)| (notice, millis(change.at))).unzip();
        if !ids.is_empty() {
            let new = transaction.query(NOTICES, &[&ids, &at]).await?;
            batch.notices = new.iter().map(|row| row.get(0)).collect();
        }
        Ok(batch)
    }

    /// Whether a change counts, for the person's address or for the one they have now.
    fn take(&mut self, change: &NoMailChange) -> bool {
        let has_counted = self.take_one(change);
        let moved_to = self.moved_to.get(&change.person);
        let carried = moved_to.and_then(|moved_to| change.carried_to(moved_to));
        let has_carried = carried.is_some_and(|carried| self.take_one(&carried));
        has_counted || has_carried
    }

    fn take_one(&mut self, change: &NoMailChange) -> bool {
        let (person, at) = (&change.person, millis(change.at));
        if change.notice.as_ref().is_some_and(|notice| !self.notices.remove(notice)) {
            return false;
        }
        if matches!(change.step, NoMailStep::Add(_)) {
            // Also a no that adds nothing to an earlier one makes a request void.
            let until = self.void.entry(person.clone()).or_insert(at);
            *until = at.max(*until);
        }
        let (_, _, step, origin, reason) = act_of(change);
        let act =
            (person.clone(), at, step.to_owned(), origin.to_owned(), reason.map(str::to_owned));
        let is_known = change.may_come_twice() && self.acts.contains(&act);
        let is_late = change.is_overtaken(self.own_yes.get(person).copied());
        if is_known || is_late || !change.counts(self.entries.get(person)) {
            return false;
        }
        if let Some(entry) = change.applied_to(self.entries.remove(person)) {
            self.entries.insert(person.clone(), entry);
        }
        if change.step == NoMailStep::Lift && change.origin == ChangeOrigin::Page {
            self.say_yes(person, change.at);
        }
        self.acts.insert(act);
        self.lines.push(change.clone());
        true
    }

    /// At an address, which is a yes for the one that they have now too.
    fn say_yes(&mut self, person: &str, at: DateTime<Utc>) {
        let now = self.moved_to.get(person).map(String::as_str);
        for person in std::iter::once(person).chain(now) {
            let last = self.own_yes.entry(person.to_owned()).or_insert(at);
            *last = at.max(*last);
        }
    }

    async fn write(self, transaction: &Transaction<'_>) -> Result<(), LedgerError> {
        if !self.void.is_empty() {
            let (people, until): (Vec<&String>, Vec<i64>) =
                self.void.iter().map(|(person, until)| (person, *until)).unzip();
            transaction.execute(WITHDRAW, &[&people, &until]).await?;
        }
        if self.lines.is_empty() {
            return Ok(());
        }
        let count = i64::try_from(self.lines.len()).unwrap_or(i64::MAX);
        let numbers = transaction.query(NUMBERS, &[&count]).await?;
        let ids: Vec<i64> = numbers.iter().map(|row| row.get(0)).collect();
        let acts: Vec<RecordedAct> = self.lines.iter().map(act_of).collect();
        let people: Vec<&str> = acts.iter().map(|act| act.0.as_str()).collect();
        let at: Vec<i64> = acts.iter().map(|act| act.1).collect();
        let steps: Vec<&str> = acts.iter().map(|act| act.2).collect();
        let origins: Vec<&str> = acts.iter().map(|act| act.3).collect();
        let reasons: Vec<Option<&str>> = acts.iter().map(|act| act.4).collect();
        let details: Vec<Option<&str>> =
            self.lines.iter().map(|line| line.detail.as_deref()).collect();
        transaction
            .execute(ADD, &[&ids, &at, &people, &steps, &reasons, &origins, &details])
            .await?;
        let notes = ids.iter().zip(&self.lines);
        let (noted, notes): (Vec<i64>, Vec<&str>) =
            notes.filter_map(|(id, line)| Some((*id, line.note.as_deref()?))).unzip();
        if !notes.is_empty() {
            transaction.execute(ADD_NOTES, &[&noted, &notes]).await?;
        }
        // Of several changes to one person the last one stands.
        let last: BTreeMap<&str, usize> =
            people.iter().enumerate().map(|(at, person)| (*person, at)).collect();
        let is_added = |at: &usize| matches!(self.lines[*at].step, NoMailStep::Add(_));
        let (added, lifted): (Vec<usize>, Vec<usize>) = last.into_values().partition(is_added);
        if !added.is_empty() {
            let (people, reasons) = (of(&people, &added), of(&reasons, &added));
            let (at, ids) = (of(&at, &added), of(&ids, &added));
            transaction.execute(ENTER, &[&people, &reasons, &at, &ids]).await?;
        }
        if !lifted.is_empty() {
            transaction.execute(LIFT, &[&of(&people, &lifted)]).await?;
        }
        Ok(())
    }
}

/// Some rows of a column.
fn of<T: Copy>(column: &[T], rows: &[usize]) -> Vec<T> {
    rows.iter().map(|at| column[*at]).collect()
}
