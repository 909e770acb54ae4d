//! What a reply changes: the row, the rate, the run's failures and refusals.
//! Shell: the ledger.

use super::super::config::{RunEnd, RunEvent};
use super::super::failures::RunStep;
use super::super::pace::Delay;
use super::super::refusals::{
    RefusalStop as TooManyRefusals, RefusedRow, Suppression, answer_without_names, given_back,
};
use super::super::verdict::{LOST_ON_IT, Refusal, RowFate, RunFate, Verdict, waits_for_a_cure};
use super::{Attempt, LONGEST_LIMIT, RunState};
use crate::ledger::delivery::{NOT_BEGUN, next};
use crate::ledger::error::LedgerError;
use crate::ledger::{Delivery, Event, Ledger, RowFilter, Status};
use crate::providers::{Blame, RefusalKind};
use chrono::{DateTime, Utc};

/// Rows of earlier runs that go behind the others: they are in memory until the others have had their turn.
const MOST_BEHIND: usize = 4096;

impl<L: Ledger> RunState<L> {
    /// Writes what became of a row; `slower` when the relay wanted less and gets less. What was accepted is held for the
    /// commit of the next *handing over*.
    pub async fn record(
        &self,
        delivery: &Delivery,
        tried: Attempt,
        verdict: Verdict,
        accepted: &mut Option<(i64, Event)>,
    ) -> Result<(), LedgerError> {
        let Attempt { began, slower } = tried;
        if let Some(earlier) = accepted.take() {
            // Nobody took it along.
            self.write(vec![earlier]).await?;
        }
        let address = delivery.recipient.address.to_string();
        if let RowFate::Accepted { reply } = verdict.row {
            (self.report)(RunEvent::Row { address, status: Status::Accepted, why: reply.clone() });
            let event = (delivery.id, Event::Accepted { reply });
            if self.looks_ahead() {
                *accepted = Some(event);
            } else {
                // The next message may be far away: a crash until then must not put this one in doubt.
                self.write(vec![event]).await?;
            }
            self.rate_limit.speed_up(began);
            let suppression = self.ending().refusals.accepted();
            self.suppress(suppression).await?;
            self.note(Status::Accepted, verdict.run, slower).await;
            return Ok(());
        }
        let now = self.now();
        let mut fate = verdict.row;
        if let (RowFate::Released { why }, RunFate::SessionLost { .. }) = (&fate, &verdict.run) {
            let is_its_fault = self.ending().failures.lost_on(delivery.id);
            if is_its_fault {
                let why = format!("{LOST_ON_IT}{why}");
                fate = RowFate::Deferred { why, delay: Delay::Refused };
            }
        }
        if slower && matches!((&fate, &verdict.run), (RowFate::Released { .. }, RunFate::GoOn)) {
            fate = self.after_a_limit(delivery.id, fate);
        }
        if !matches!(fate, RowFate::Rejected { .. } | RowFate::Uncertain { .. }) {
            self.queue.lock().await.put_behind(delivery.id);
        }
        let events = self.events_of(delivery, &fate, now);
        // A handed over copy and a claimed one come to the same by these events.
        let status = events.iter().try_fold(Status::HandingOver, next)?;
        let why = events.last().map_or("", Event::detail).to_owned();
        self.write(events.into_iter().map(|event| (delivery.id, event)).collect()).await?;
        (self.report)(RunEvent::Row { address, status, why });
        if let RunFate::Refused(refusal) = &verdict.run {
            self.judge_refusal(delivery, refusal, &fate, status).await?;
        }
        self.note(status, verdict.run, slower).await;
        Ok(())
    }

    /// Judges a refusal by those around it. The run may end for it; rows that were rejected for nothing wait again.
    pub(super) async fn judge_refusal(
        &self,
        delivery: &Delivery,
        refusal: &Refusal,
        fate: &RowFate,
        status: Status,
    ) -> Result<(), LedgerError> {
        let address = &delivery.recipient.address;
        let suppression = match fate {
            RowFate::Rejected { why, suppress: true } => Some(Suppression {
                person: self.skeleton.keys().address_hash(address),
                why: why.clone(),
            }),
            _ => None,
        };
        let refused = RefusedRow {
            id: delivery.id,
            answer: answer_without_names(&refusal.why, address),
            refusal: refusal.clone(),
            suppression,
            is_put_off: status == Status::Rejected
                || (status == Status::Deferred && refusal.about == Blame::Later),
        };
        let (suppression, stop) = self.ending().refusals.refused(refused);
        self.suppress(suppression).await?;
        match stop {
            Some(stop) => self.stop_for_refusals(stop).await,
            None => Ok(()),
        }
    }

    pub(super) async fn stop_for_refusals(&self, stop: TooManyRefusals) -> Result<(), LedgerError> {
        let TooManyRefusals { why, cure, give_back } = stop;
        self.end(RunEnd::Paused { why, cure: cure.to_owned() });
        let again = |(id, reply): (i64, String)| (id, Event::Retried { why: given_back(&reply) });
        let events = give_back.into_iter().map(again).collect();
        self.ledger.decide(events, self.now()).await?;
        Ok(())
    }

    /// Puts people on the do-not-mail list.
    pub(super) async fn suppress(
        &self,
        people: impl IntoIterator<Item = Suppression>,
    ) -> Result<(), LedgerError> {
        for Suppression { person, why } in people {
            self.ledger.suppress(&person, &why, self.now()).await?;
        }
        Ok(())
    }

    /// At the end of a run: what is still to be written of its refusals, and whether they are why people wait.
    pub async fn close_refusals(&self, end: RunEnd) -> Result<RunEnd, LedgerError> {
        let mut end = end;
        if matches!(end, RunEnd::Waiting { .. }) {
            let stop = self.ending().refusals.at_the_end();
            if let Some(stop) = stop {
                self.stop_for_refusals(stop).await?;
                end = self.take_end().unwrap_or(end);
            }
        }
        if !matches!(end, RunEnd::Paused { .. }) {
            let people = self.ending().refusals.finish();
            self.suppress(people).await?;
        }
        Ok(end)
    }

    /// Copies that wait since an earlier run for somebody to do something are tried again, behind the others. So are those that
    /// it gave back: ten dead addresses that stand together hold up nobody else.
    pub async fn retry_refused(&self) -> Result<(), LedgerError> {
        self.put_given_back_behind().await?;
        let deferred =
            self.ledger.rows(&self.config.edition, RowFilter::In(Status::Deferred)).await?;
        let again: Vec<_> =
            deferred.into_iter().filter(|(_, row)| waits_for_a_cure(&row.detail)).collect();
        let mut queue = self.queue.lock().await;
        for (id, _) in &again {
            queue.put_behind(*id);
        }
        drop(queue);
        let events =
            again.into_iter().map(|(id, row)| (id, Event::Retried { why: row.detail })).collect();
        self.ledger.decide(events, self.now()).await?;
        Ok(())
    }

    async fn put_given_back_behind(&self) -> Result<(), LedgerError> {
        let (edition, mut after, mut left) = (&self.config.edition, None, MOST_BEHIND);
        while left > 0 {
            let page = self.ledger.page(edition, RowFilter::PlannedAgain, after).await?;
            let Some((last, _)) = page.last() else { break };
            after = Some(*last);
            let mut queue = self.queue.lock().await;
            for (id, _) in page.iter().filter(|(_, row)| row.detail != NOT_BEGUN).take(left) {
                queue.put_behind(*id);
                left -= 1;
            }
        }
        Ok(())
    }

    /// What happened to a row that was not accepted; the last try of a deferred one makes it expire.
    pub(super) fn events_of(
        &self,
        delivery: &Delivery,
        fate: &RowFate,
        now: DateTime<Utc>,
    ) -> Vec<Event> {
        let RowFate::Deferred { delay, .. } = fate else { return vec![fate.event(now)] };
        let tries = delivery.attempts + 1;
        let next_at = self.config.retry.next(tries, *delay, now, (self.clock.jitter)());
        let event = fate.event(next_at.unwrap_or(now));
        if next_at.is_some() {
            return vec![event];
        }
        let why = format!("{} (tried {tries} times)", event.detail());
        vec![event, Event::Expired { why }]
    }

    /// A row that meets a limit goes back, and others try; one that always meets it waits by itself. A relay that takes
    /// nothing for long is not a matter of pace.
    pub(super) fn after_a_limit(&self, id: i64, fate: RowFate) -> RowFate {
        let RowFate::Released { why } = fate else { return fate };
        if self.rate_limit.refusing_for() > LONGEST_LIMIT {
            self.end(RunEnd::Paused {
                why: why.clone(),
                cure: RefusalKind::Rate.cure().to_owned(),
            });
        }
        if self.ending().failures.met_limit(id) {
            return RowFate::Deferred { why, delay: Delay::Throttled };
        }
        RowFate::Released { why }
    }

    /// Counts what the verdict means for the run, and ends it where that is too much.
    pub(super) async fn note(&self, status: Status, fate: RunFate, slower: bool) {
        let now = self.rate_limit.elapsed();
        let step = self.ending().failures.note(status, fate, slower, now);
        match step {
            RunStep::GoOn => {}
            RunStep::Recovered => (self.report)(RunEvent::Recovered),
            RunStep::Wait { why, pause, left } => {
                (self.report)(RunEvent::Trouble { why, pause, left });
                self.rest(pause).await;
            }
            RunStep::End(end) => self.end(end),
        }
    }
}
