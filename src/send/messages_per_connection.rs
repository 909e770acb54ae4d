//! After how many messages a relay closes a connection: learnt, so that a new one is made before.
//! Pure: what was seen in, when to change out.

/// A connection that was closed earlier than this was not spent.
const FEWEST: u32 = 2;

/// What is known of one relay. All connections to one relay share it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MessagesPerConnection {
    limit: Option<u32>,
    seen: Option<u32>,
}

impl MessagesPerConnection {
    /// `set` is the operator's number, if there is one.
    pub fn new(set: Option<u32>) -> Self {
        Self { limit: set.map(|set| set.max(1)), seen: None }
    }

    /// A relay closed the connection between two messages, after this number of them.
    pub fn closed_after(&mut self, messages: u32) {
        if messages < FEWEST || self.limit.is_some_and(|limit| limit <= messages) {
            return;
        }
        if self.seen == Some(messages) {
            self.limit = Some(messages);
        }
        self.seen = Some(messages);
    }

    /// Whether a connection that carried this number is replaced before the next message.
    pub fn is_spent(&self, messages: u32) -> bool {
        self.limit.is_some_and(|limit| messages >= limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_number_twice_is_a_rule() {
        let mut limit = MessagesPerConnection::default();
        limit.closed_after(100);
        assert!(!limit.is_spent(100));
        limit.closed_after(37);
        limit.closed_after(100);
        assert!(!limit.is_spent(1000));
        limit.closed_after(100);
        assert!(limit.is_spent(100) && !limit.is_spent(99));
        // A relay that has become stricter.
        limit.closed_after(50);
        limit.closed_after(50);
        assert!(limit.is_spent(50));
    }

    #[test]
    fn an_operators_number_holds_and_early_ends_teach_nothing() {
        assert!(MessagesPerConnection::new(Some(10)).is_spent(10));
        let mut limit = MessagesPerConnection::default();
        limit.closed_after(1);
        limit.closed_after(1);
        assert!(!limit.is_spent(1));
    }
}
