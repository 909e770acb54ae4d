//! Rows claimed and not begun: which of them may be tried now.
//! Pure: rows and the time in, a row out.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use super::domains::Domains;
use crate::ledger::Delivery;

/// Rows claimed at a time: few enough to be on time for an unsubscribe, enough to share one sync.
const CLAIM: usize = 64;
const LARGEST_CLAIM: usize = 512;
/// Rows held back for their domain's rate, before no more are claimed behind them.
const MOST_HELD: usize = 4096;

/// What the queue gives a connection.
pub(super) enum NextRow {
    Row(Box<Delivery>),
    /// All rows at hand have to wait for their domain's rate.
    After(Duration),
    /// There is none now.
    Nothing,
}

pub(super) struct Queue {
    rows: VecDeque<Delivery>,
    /// Rows that failed before go behind the others.
    failed: BTreeSet<i64>,
    behind: VecDeque<Delivery>,
    /// Rates by domain, as a single run would use them.
    whole: Domains,
    /// This run's share of them.
    domains: Domains,
    senders: u32,
    /// The last claim gave all there was.
    drained: bool,
    /// Rows for one claim.
    pub claim: usize,
}

impl Queue {
    pub fn new(domains: Domains, connections: usize) -> Self {
        Self {
            rows: VecDeque::new(),
            failed: BTreeSet::new(),
            behind: VecDeque::new(),
            whole: domains.clone(),
            domains,
            senders: 1,
            drained: false,
            claim: (CLAIM * connections.max(1)).min(LARGEST_CLAIM),
        }
    }

    /// Several runs share the rates.
    pub fn share_with(&mut self, senders: u32) {
        if self.senders != senders {
            self.senders = senders;
            self.domains = self.whole.clone().shared_by(senders);
        }
    }

    /// The first row whose domain may have a message at this moment of the run.
    pub fn take(&mut self, elapsed: Duration) -> NextRow {
        let mut shortest: Option<Duration> = None;
        let domains = &mut self.domains;
        let ready = self.rows.iter().position(|delivery| {
            let wait = domains.take(delivery.recipient.address.domain(), elapsed);
            if !wait.is_zero() {
                shortest = Some(shortest.map_or(wait, |shortest| shortest.min(wait)));
            }
            wait.is_zero()
        });
        match (ready.and_then(|index| self.rows.remove(index)), shortest) {
            (Some(delivery), _) => NextRow::Row(Box::new(delivery)),
            (None, Some(wait)) => NextRow::After(wait),
            (None, None) => NextRow::Nothing,
        }
    }

    /// Whether a claim could bring something that `next` does not have.
    pub fn wants_more(&self, next: &NextRow) -> bool {
        self.rows.len() < MOST_HELD && !(self.drained && matches!(next, NextRow::After(_)))
    }

    /// What a claim gave. When it gave nothing, those that failed before have their turn: `true` when there are some.
    pub fn add(&mut self, deliveries: Vec<Delivery>) -> bool {
        self.drained = deliveries.len() < self.claim;
        if deliveries.is_empty() && self.rows.is_empty() {
            self.rows.append(&mut self.behind);
            return !self.rows.is_empty();
        }
        let is_new = !deliveries.is_empty();
        for delivery in deliveries {
            let failed = self.failed.contains(&delivery.id);
            let rows = if failed { &mut self.behind } else { &mut self.rows };
            rows.push_back(delivery);
        }
        is_new
    }

    /// This row failed: whenever it is claimed again, others go first.
    pub fn put_behind(&mut self, id: i64) {
        self.failed.insert(id);
    }

    /// Everything that was not begun.
    pub fn empty(&mut self) -> Vec<Delivery> {
        self.drained = false;
        self.rows.drain(..).chain(self.behind.drain(..)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::laws;

    fn delivery(id: i64, address: &str) -> Delivery {
        Delivery { id, recipient: laws::recipient(address), attempts: 0 }
    }

    #[test]
    fn a_row_that_has_to_wait_holds_up_nobody_else() {
        let rates = [("slow.example".to_owned(), "1/s".to_owned())].into();
        let mut queue = Queue::new(Domains::new(&rates).unwrap(), 1);
        let rows = ["a@slow.example", "b@slow.example", "c@quick.example"];
        queue.add((1..).zip(rows).map(|(id, address)| delivery(id, address)).collect());
        let mut taken = Vec::new();
        let next = loop {
            match queue.take(Duration::ZERO) {
                NextRow::Row(delivery) => taken.push(delivery.id),
                next => break next,
            }
        };
        assert_eq!(taken, [1, 3]);
        assert!(matches!(next, NextRow::After(wait) if wait == Duration::from_secs(1)));
        assert!(!queue.wants_more(&next), "the last claim gave all there was");
        assert_eq!(queue.empty().len(), 1);
        assert!(queue.wants_more(&NextRow::Nothing));
    }

    #[test]
    fn a_row_that_failed_goes_behind_the_others() {
        let mut queue = Queue::new(Domains::unlimited(), 1);
        queue.put_behind(1);
        let rows = |ids: &[i64]| ids.iter().map(|id| delivery(*id, "a@a.example")).collect();
        assert!(queue.add(rows(&[1, 2, 3])));
        let mut taken = Vec::new();
        loop {
            match queue.take(Duration::ZERO) {
                NextRow::Row(delivery) => taken.push(delivery.id),
                next => {
                    assert!(queue.wants_more(&next));
                    if !queue.add(Vec::new()) {
                        break;
                    }
                }
            }
        }
        assert_eq!(taken, [2, 3, 1]);
    }
}
