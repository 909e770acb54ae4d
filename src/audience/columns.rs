//! What a list says of people beside their address.
//! Pure: types.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// The columns of one person, by name. A column that is empty for them is there and empty.
pub type Values = BTreeMap<String, String>;

/// What there is to know of the people before one of them is looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct People {
    /// Columns of the list.
    pub columns: Vec<String>,
    /// Every combination of segments that somebody is in.
    pub segments: BTreeSet<BTreeSet<String>>,
}
