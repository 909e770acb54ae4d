//! Which names a newsletter's own columns may have.
//! Pure: names in, a yes or no out.

use crate::audience::built_in::BUILT_IN;
use crate::audience::cell;
use crate::audience::consent_columns;
use crate::audience::sheet::Sheet;
use crate::rfc::csv::simple;

/// A list with more is a whole system, and no list for a newsletter.
pub(super) const MOST_COLUMNS: usize = 200;
/// Names are typed into templates and filters.
const LONGEST_NAME: usize = 60;

/// Whether roundup can keep a column under this name beside its own columns. It is a name as templates write it.
pub(super) fn is_free(name: &str) -> bool {
    let says_something = || !consent_columns::of(&[name.to_owned()], &[]).is_empty();
    !name.is_empty()
        && name.chars().count() <= LONGEST_NAME
        && cell::field_name(name) == name
        && !BUILT_IN.contains(&name)
        && !Sheet::has_a_place_for(&simple(name))
        && !says_something()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_mean_something_are_not_free() {
        for name in ["town", "branch_2", "membership_number", "name", "created_at", "ort", "größe"]
        {
            assert!(is_free(name), "{name}");
        }
        for name in [
            "",
            "Town",
            "town city",
            "town__city",
            "_town",
            "email",
            "e_mail_address",
            "forename",
            "first_name",
            "basis",
            "lawful_basis",
            "tags",
            "segment",
            "status",
            "unsubscribed",
            "do_not_email",
            "newsletter",
            "email_status",
            "given_again",
            "language",
            "obtained_at",
        ] {
            assert!(!is_free(name), "{name}");
        }
        assert!(is_free(&"a".repeat(LONGEST_NAME)) && !is_free(&"a".repeat(LONGEST_NAME + 1)));
    }
}
