//! Which kinds of words about permission a row has, and for which of them somebody waits.
//! Pure: values.

use serde::{Deserialize, Serialize};

use crate::audience::ExclusionReason;

/// The columns about permission, by what their words are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordKind {
    /// A state, as in `status`.
    Status,
    /// A lawful basis.
    Basis,
    /// A yes or a no to getting emails.
    Consent,
}

impl WordKind {
    pub const ALL: [Self; 3] = [Self::Status, Self::Basis, Self::Consent];

    /// As the column `waits_for` of an export has it.
    fn word(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Basis => "basis",
            Self::Consent => "consent",
        }
    }

    /// The column in which a word stands that nobody can read; `None` where it is the row.
    pub(super) fn of(why: &ExclusionReason) -> Option<Self> {
        match why {
            ExclusionReason::UnknownStatus(_) | ExclusionReason::Unclear => Some(Self::Status),
            ExclusionReason::UnknownBasis(_) | ExclusionReason::UnknownMetThrough(_) => {
                Some(Self::Basis)
            }
            ExclusionReason::NotAYes(_) | ExclusionReason::PerhapsNo(_) => Some(Self::Consent),
            ExclusionReason::Elsewhere { why, .. } => Self::of(why),
            _ => None,
        }
    }
}

/// A set of [`WordKind`]s.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WordKinds {
    status: bool,
    basis: bool,
    consent: bool,
}

impl WordKinds {
    fn place(&mut self, kind: WordKind) -> &mut bool {
        match kind {
            WordKind::Status => &mut self.status,
            WordKind::Basis => &mut self.basis,
            WordKind::Consent => &mut self.consent,
        }
    }

    pub fn has(mut self, kind: WordKind) -> bool {
        *self.place(kind)
    }

    /// The words of its kinds, as one cell.
    pub(super) fn cell(self) -> String {
        let kinds = WordKind::ALL.into_iter().filter(|kind| self.has(*kind));
        kinds.map(WordKind::word).collect::<Vec<_>>().join(",")
    }

    /// What such a cell says. A word that is none of them stands for all: nobody is mailed because of a slip.
    pub(super) fn of_cell(cell: &str) -> Self {
        let words = cell.split([',', ';']).map(str::trim).filter(|word| !word.is_empty());
        words.fold(Self::default(), |kinds, word| {
            match WordKind::ALL.into_iter().find(|kind| kind.word().eq_ignore_ascii_case(word)) {
                Some(kind) => kinds.with(kind),
                None => WordKind::ALL.into_iter().fold(kinds, Self::with),
            }
        })
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    #[must_use]
    pub fn with(mut self, kind: WordKind) -> Self {
        *self.place(kind) = true;
        self
    }

    #[must_use]
    pub fn and(self, others: Self) -> Self {
        let of_others = WordKind::ALL.into_iter().filter(|kind| others.has(*kind));
        of_others.fold(self, Self::with)
    }

    #[must_use]
    pub fn without(self, others: Self) -> Self {
        let rest = WordKind::ALL.into_iter().filter(|kind| self.has(*kind) && !others.has(*kind));
        rest.fold(Self::default(), Self::with)
    }
}

impl FromIterator<WordKind> for WordKinds {
    fn from_iter<T: IntoIterator<Item = WordKind>>(kinds: T) -> Self {
        kinds.into_iter().fold(Self::default(), Self::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_names_kinds_and_a_slip_all_of_them() {
        let all: WordKinds = WordKind::ALL.into_iter().collect();
        for (cell, expected) in [
            ("", ""),
            ("basis", "basis"),
            (" consent; STATUS ,", "status,consent"),
            ("status,basis,consent", "status,basis,consent"),
            ("confirmation", "status,basis,consent"),
        ] {
            assert_eq!(WordKinds::of_cell(cell).cell(), expected, "{cell}");
        }
        assert_eq!(WordKinds::of_cell("yes"), all);
    }

    #[test]
    fn sets_are_added_and_taken_away() {
        for kind in WordKind::ALL {
            let one = WordKinds::default().with(kind);
            assert!(one.has(kind) && !one.is_empty());
            assert!(one.without(one).is_empty());
            for other in WordKind::ALL {
                let both = one.and(WordKinds::default().with(other));
                assert!(both.has(kind) && both.has(other));
                assert_eq!(one.has(other), kind == other);
            }
        }
    }
}
