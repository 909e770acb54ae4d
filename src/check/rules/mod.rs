//! The rules, a file a family: each is one question about an email.
//! Pure: lists.

mod addresses;
mod appearance;
pub mod audience;
pub mod clients;
mod dates;
pub mod earlier;
mod empty;
mod fetched;
mod headers;
mod languages;
mod legal;
pub mod link_results;
pub mod links;
mod personalisation;
mod pictures;
pub(super) mod placeholders;
mod reading;
mod sample;
mod segments;
pub(super) mod sense;
pub(super) mod slips;
pub mod spam;
mod spelling;
mod stories;
pub mod terms;
pub(super) mod wording;

use super::Rule;

/// All rules, in the order in which they are applied.
pub const RULES: [&[Rule]; 26] = [
    &wording::RULES,
    &placeholders::RULES,
    &slips::RULES,
    &spelling::RULES,
    &sense::RULES,
    &dates::RULES,
    &terms::RULES,
    &empty::RULES,
    &stories::RULES,
    &earlier::RULES,
    &links::RULES,
    &addresses::RULES,
    &link_results::RULES,
    &pictures::RULES,
    &reading::RULES,
    &clients::RULES,
    &personalisation::RULES,
    &audience::RULES,
    &segments::RULES,
    &languages::RULES,
    &legal::RULES,
    &sample::RULES,
    &fetched::RULES,
    &headers::RULES,
    &appearance::RULES,
    &spam::RULES,
];
