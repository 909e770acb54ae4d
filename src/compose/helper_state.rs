//! What helpers share during one composition.
//! Pure: values.

use crate::compose::slot::{Slot, Slots};
use crate::compose::words;
use crate::locale::Locale;
use std::collections::BTreeSet;
use std::sync::atomic::AtomicUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What helpers share during one composition.
pub struct Shared {
    pub lexicon: Locale,
    pub slots: Mutex<Slots>,
    /// Segments that the email being rendered is for.
    pub active: Mutex<BTreeSet<String>>,
    /// Segments that templates asked about.
    pub asked: Mutex<BTreeSet<String>>,
    /// Blocks cut out of templates, by number.
    pub blocks: Mutex<Vec<Slot>>,
    /// Columns of the list.
    pub columns: Vec<String>,
    /// How the editor's words look.
    pub look: words::MarkdownStyle,
    /// Names that calls of partials give: where one is not given, it is empty.
    pub given: BTreeSet<String>,
    /// How deep partials have called each other.
    pub depth: AtomicUsize,
}

/// Which part a registry is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailPart {
    Html,
    Text,
}

/// A lock that a panic left behind is still a list of slots.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
