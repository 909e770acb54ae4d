//! How many rows of an edition are in each status.
//! Pure: numbers.

use super::Status;

/// How many rows are in each status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub planned: u64,
    pub claimed: u64,
    pub handing_over: u64,
    pub accepted: u64,
    pub deferred: u64,
    pub rejected: u64,
    pub uncertain: u64,
    pub suppressed: u64,
    pub cancelled: u64,
    pub expired: u64,
    pub closed: u64,
}

impl Counts {
    pub fn add(&mut self, status: Status, rows: u64) {
        *self.of_mut(status) += rows;
    }

    fn of_mut(&mut self, status: Status) -> &mut u64 {
        match status {
            Status::Planned => &mut self.planned,
            Status::Claimed => &mut self.claimed,
            Status::HandingOver => &mut self.handing_over,
            Status::Accepted => &mut self.accepted,
            Status::Deferred => &mut self.deferred,
            Status::Rejected => &mut self.rejected,
            Status::Uncertain => &mut self.uncertain,
            Status::Suppressed => &mut self.suppressed,
            Status::Cancelled => &mut self.cancelled,
            Status::Expired => &mut self.expired,
            Status::Closed => &mut self.closed,
        }
    }

    pub fn of(mut self, status: Status) -> u64 {
        *self.of_mut(status)
    }

    pub fn people(self) -> u64 {
        Status::ALL.into_iter().map(|status| self.of(status)).sum()
    }

    /// Rows that a run still has to do something about.
    pub fn open(self) -> u64 {
        Status::ALL
            .into_iter()
            .filter(|status| !status.is_final())
            .map(|status| self.of(status))
            .sum()
    }
}
