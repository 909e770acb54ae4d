//! After how many messages a relay hangs up: learned, so that the connection is made anew before.
//! Pure: what was seen in, when to change out.

/// A connection that was hung up on earlier than this was not worn out.
const FEWEST: u32 = 2;

/// See the module. All connections to one relay share it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Turnover {
    limit: Option<u32>,
    seen: Option<u32>,
}

impl Turnover {
    /// `set` is the operator's number, if there is one.
    pub fn new(set: Option<u32>) -> Self {
        Self { limit: set.map(|set| set.max(1)), seen: None }
    }

    /// A relay hung up between two messages, after so many.
    pub fn hung_up_after(&mut self, messages: u32) {
        if messages < FEWEST || self.limit.is_some_and(|limit| limit <= messages) {
            return;
        }
        if self.seen == Some(messages) {
            self.limit = Some(messages);
        }
        self.seen = Some(messages);
    }

    /// Whether a connection that carried so many is to be made anew before the next.
    pub fn is_worn(&self, messages: u32) -> bool {
        self.limit.is_some_and(|limit| messages >= limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_number_twice_is_a_rule() {
        let mut turnover = Turnover::default();
        turnover.hung_up_after(100);
        assert!(!turnover.is_worn(100));
        turnover.hung_up_after(37);
        turnover.hung_up_after(100);
        assert!(!turnover.is_worn(1000));
        turnover.hung_up_after(100);
        assert!(turnover.is_worn(100) && !turnover.is_worn(99));
        // A relay that has become stricter.
        turnover.hung_up_after(50);
        turnover.hung_up_after(50);
        assert!(turnover.is_worn(50));
    }

    #[test]
    fn an_operators_number_holds_and_early_ends_teach_nothing() {
        assert!(Turnover::new(Some(10)).is_worn(10));
        let mut turnover = Turnover::default();
        turnover.hung_up_after(1);
        turnover.hung_up_after(1);
        assert!(!turnover.is_worn(1));
    }
}
