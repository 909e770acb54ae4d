//! What looks at a call before it runs: its names are there, and no personal word goes through it.
//! Pure: arguments in, nothing or a fault out.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext, RenderErrorReason,
};
use serde_json::Value;

use crate::compose::helper_names::{WRITTEN, explained, passes_slots, personal_word};
use crate::compose::helper_state::{HelperState, lock};
use crate::compose::whole_values::{not_a_text, not_for};

/// Stands before every call that looks at names, and before every call of a partial: it counts the call, and each must be there, and hold no personal word that the call would change.
pub struct NameGuard(pub Arc<HelperState>);

impl HelperDef for NameGuard {
    fn call<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        _: &mut dyn Output,
    ) -> HelperResult {
        let helper = h.param(0).and_then(|param| param.value().as_str()).unwrap_or_default();
        let params = h.params().get(1..).unwrap_or_default();
        self.0.go(1 + params.iter().map(|param| steps_through(param.value())).sum::<usize>())?;
        for param in params {
            let Some(path) = param.relative_path() else { continue };
            if param.is_value_missing() {
                let last = path.rsplit(['.', '/']).next().unwrap_or_default();
                // `@first` outside a loop means no; what some call of a partial gives may be missing in another.
                if path.starts_with('@') && !path.starts_with("@root")
                    || self.0.given.contains(last)
                {
                    continue;
                }
                return Err(RenderErrorReason::MissingVariable(Some(path.clone())).into());
            }
            let misused = match helper {
                WRITTEN => not_a_text(param.value(), Some(path)),
                _ => not_for(helper, param.value(), path),
            };
            if let Some((what, cure)) = misused {
                return Err(explained(what, cure));
            }
            let Value::String(text) = param.value() else { continue };
            if helper == WRITTEN {
                continue;
            }
            let is_whole = matches!(helper, ">" | "if" | "unless")
                && (helper == ">" || is_words_of_the_draft(path));
            if !is_whole && !passes_slots(helper) && lock(&self.0.slots).hold(text) {
                let (what, cure) = personal_word(helper);
                return Err(explained(what, cure));
            }
        }
        Ok(())
    }
}

/// What going through a value once is worth: a round for each entry of a list, and a step for some words.
fn steps_through(value: &Value) -> usize {
    const BYTES_A_STEP: usize = 256;
    match value {
        Value::Array(list) => list.len(),
        Value::String(text) => text.len() / BYTES_A_STEP,
        _ => 0,
    }
}

/// Partials that are called by a name that is known only when they run nest no deeper than those of a real template.
const DEEPEST_PARTIALS: usize = 30;

/// Stands at the beginning (`true`) and the end of each partial, where one is called by a name that is not fixed.
pub struct PartialDepth(pub Arc<HelperState>, pub bool);

impl HelperDef for PartialDepth {
    fn call<'reg: 'rc, 'rc>(
        &self,
        _: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        _: &mut dyn Output,
    ) -> HelperResult {
        self.0.go(1)?;
        if !self.1 {
            self.0.depth.fetch_sub(1, Ordering::Relaxed);
        } else if self.0.depth.fetch_add(1, Ordering::Relaxed) > DEEPEST_PARTIALS {
            return Err(explained(
                format!("partials call each other more than {DEEPEST_PARTIALS} deep"),
                "check for a partial that calls itself".to_owned(),
            ));
        }
        Ok(())
    }
}

/// Whether a name is that of the editor's words: what stands there is for everybody, with or without a personal word.
fn is_words_of_the_draft(path: &str) -> bool {
    let last = path.rsplit(['.', '/']).next().unwrap_or_default();
    matches!(last, "subject" | "headline" | "preheader" | "introduction")
}
