//! What helpers share during one composition.
//! Pure: values.

use crate::compose::helper_names::explained;
use crate::compose::slot::{Slot, Slots};
use crate::compose::words;
use crate::locale::Locale;
use handlebars::RenderError;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What helpers share during one composition.
pub struct HelperState {
    pub locale: Locale,
    pub slots: Mutex<Slots>,
    /// Segments that the email being rendered is for.
    pub active: Mutex<BTreeSet<String>>,
    /// Segments that templates have used.
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
    /// Calls, rounds of loops and text that helpers went through, of one rendering.
    pub steps: AtomicUsize,
}

/// A year of 26 stories takes some four thousand; each is a microsecond or less. Time would be another limit: a computer that is busy,
/// or that somebody closes, would stop a template that is right.
const MOST_STEPS: usize = 3_000_000;

impl HelperState {
    /// Before a template or the editor's words are rendered.
    pub fn begin(&self) {
        self.depth.store(0, Ordering::Relaxed);
        self.steps.store(0, Ordering::Relaxed);
    }

    /// Counts steps.
    ///
    /// # Errors
    /// When a template never seems to end.
    pub fn go(&self, steps: usize) -> Result<(), RenderError> {
        let before = self.steps.fetch_add(steps, Ordering::Relaxed);
        if before.saturating_add(steps) > MOST_STEPS {
            return Err(explained(
                "the template goes on for more than 3 million steps: it may loop".to_owned(),
                "check for {{#each}} inside {{#each}}, and partials that call others again and again, in the project's \
                 templates"
                    .to_owned(),
            ));
        }
        Ok(())
    }
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
