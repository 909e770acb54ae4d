//! What is known of the systems whose exports are read: by which columns an export is recognised, and what they mean.
//! Pure: the files of `recipes/`, read into values.
//!
//! A new system is one file there, its line in [`FILES`], and a fixture in `tests/imports`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::state::ListState;
use crate::audience::consent_cells::{bare_word, whole_word};
use crate::date::DateOrder;
use crate::rfc::csv::simple;

/// The recipes, by the name that `--from` takes.
const FILES: [(&str, &str); 18] = [
    ("action-network", include_str!("recipes/action-network.toml")),
    ("activecampaign", include_str!("recipes/activecampaign.toml")),
    ("beehiiv", include_str!("recipes/beehiiv.toml")),
    ("brevo", include_str!("recipes/brevo.toml")),
    ("buttondown", include_str!("recipes/buttondown.toml")),
    ("civicrm", include_str!("recipes/civicrm.toml")),
    ("constant-contact", include_str!("recipes/constant-contact.toml")),
    ("curated", include_str!("recipes/curated.toml")),
    ("ghost", include_str!("recipes/ghost.toml")),
    ("google", include_str!("recipes/google.toml")),
    ("keila", include_str!("recipes/keila.toml")),
    ("kit", include_str!("recipes/kit.toml")),
    ("listmonk", include_str!("recipes/listmonk.toml")),
    ("mailchimp", include_str!("recipes/mailchimp.toml")),
    ("outlook", include_str!("recipes/outlook.toml")),
    ("salesforce", include_str!("recipes/salesforce.toml")),
    ("substack", include_str!("recipes/substack.toml")),
    ("wix", include_str!("recipes/wix.toml")),
];

/// Each is read once: every line of a file that may be its header is compared with them.
static RECIPES: LazyLock<Vec<Recipe>> =
    LazyLock::new(|| FILES.iter().filter_map(|(id, text)| Recipe::read(id, text)).collect());

/// The names that `--from` takes.
pub fn systems() -> impl Iterator<Item = &'static str> + Clone {
    FILES.iter().map(|(id, _)| *id)
}

/// How one system writes its exports. Titles are compared without case, blanks and punctuation; words as a whole, without case.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// The name that `--from` takes.
    #[serde(skip)]
    pub id: &'static str,
    /// As its makers write it.
    pub name: String,
    /// Titles that are all there.
    #[serde(default)]
    marks: Vec<String>,
    /// Titles of which one is there at least.
    #[serde(default)]
    any: Vec<String>,
    /// Gives way to every other system that fits.
    #[serde(default)]
    is_plain: bool,
    /// Titles of the address, before the general ones.
    #[serde(default)]
    pub email: Vec<String>,
    #[serde(default)]
    pub first_name: Vec<String>,
    #[serde(default)]
    pub last_name: Vec<String>,
    /// Which of several columns has the address.
    pub email_by: Option<BTreeMap<String, String>>,
    /// Columns whose date is evidence of a consent; the first that is filled counts.
    #[serde(default)]
    pub evidence: Vec<String>,
    /// A column that must be filled too.
    pub evidence_needs: Option<String>,
    /// A column, and the words in it of which one must be there.
    pub evidence_if: Option<EvidenceWords>,
    /// What the evidence is called.
    #[serde(default)]
    pub source: String,
    /// Columns with the date at which somebody joined, where that is not evidence.
    #[serde(default)]
    pub joined: Vec<String>,
    /// Columns with the date since when somebody is in another state.
    #[serde(default)]
    pub since: Vec<String>,
    #[serde(default)]
    pub tags: Vec<String>,
    /// Columns that look as if they said something about email, and do not.
    #[serde(default)]
    pub ignored: Vec<String>,
    /// What its words mean, by column, where the general table says something else.
    #[serde(default)]
    pub words: BTreeMap<String, BTreeMap<String, ListState>>,
    /// The order of day and month, where the system has only one.
    pub dates: Option<DateOrder>,
    #[serde(default)]
    pub is_address_book: bool,
    /// What people should know who import from it.
    pub note: Option<String>,
}

/// A column, and words of which one must stand in it for a row to be evidence.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceWords {
    pub column: String,
    pub words: Vec<String>,
}

impl Recipe {
    /// All of them. A recipe that cannot be read is left out: a test reads each.
    pub fn all() -> &'static [Self] {
        &RECIPES
    }

    fn read(id: &'static str, text: &str) -> Option<Self> {
        let mut recipe: Self = toml::from_str(text).ok()?;
        recipe.id = id;
        recipe.words = std::mem::take(&mut recipe.words)
            .into_iter()
            .map(|(column, words)| {
                let folded =
                    words.into_iter().map(|(word, state)| (bare_word(&word), state)).collect();
                (simple(&column), folded)
            })
            .collect();
        Some(recipe)
    }

    pub fn named(id: &str) -> Option<&'static Self> {
        Self::all().iter().find(|recipe| recipe.id == id)
    }

    /// How many of its titles a file has, where it is one of its exports.
    fn fit(&self, titles: &[String]) -> Option<usize> {
        let has = |title: &String| titles.contains(&simple(title));
        let any = self.any.iter().filter(|title| has(title)).count();
        let fits = self.marks.iter().all(has) && (self.any.is_empty() || any > 0);
        fits.then_some(self.marks.len() + any)
    }

    /// The systems whose export a file may be: those with the most titles of theirs in it.
    pub fn recognise(columns: &[String]) -> Vec<&'static Self> {
        let titles: Vec<String> = columns.iter().map(|title| simple(title)).collect();
        let mut fits: Vec<(usize, &Self)> =
            Self::all().iter().filter_map(|recipe| Some((recipe.fit(&titles)?, recipe))).collect();
        if fits.iter().any(|(_, recipe)| !recipe.is_plain) {
            fits.retain(|(_, recipe)| !recipe.is_plain);
        }
        let most = fits.iter().map(|(fit, _)| *fit).max().unwrap_or_default();
        fits.into_iter().filter(|(fit, _)| *fit == most).map(|(_, recipe)| recipe).collect()
    }

    /// What a word in a column means, where the recipe says so.
    pub fn word(&self, column: &str, cell: &str) -> Option<ListState> {
        if self.words.is_empty() {
            return None;
        }
        let words = self.words.get(&simple(column))?;
        if let Some(state) = whole_word(cell).and_then(|word| words.get(&word)) {
            return Some(*state);
        }
        // With something around it a no is a no still, and a yes is none.
        let is_word = cell.chars().any(char::is_alphabetic);
        words.get(&bare_word(cell)).copied().filter(|state| is_word && state.is_no())
    }

    pub fn ignores(&self, column: &str) -> bool {
        self.ignored.iter().any(|title| simple(title) == simple(column))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_recipe_can_be_read_and_has_its_own_name() {
        let all = Recipe::all();
        assert_eq!(all.len(), FILES.len());
        for (id, text) in FILES {
            toml::from_str::<Recipe>(text).unwrap_or_else(|error| panic!("{id}: {error}"));
        }
        let ids: Vec<&str> = systems().collect();
        assert!(ids.is_sorted());
    }

    #[test]
    fn an_export_is_recognised_by_its_titles_in_any_order_and_case() {
        let system = |header: &str| {
            let columns: Vec<String> = header.split([',', ';']).map(str::to_owned).collect();
            let found: Vec<&str> = Recipe::recognise(&columns).iter().map(|r| r.id).collect();
            found.join(" ")
        };
        for (header, expected) in [
            (
                "E-Mail-Adresse,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,UNSUB_TIME,LEID,EUID,NOTES,TAGS",
                "mailchimp",
            ),
            ("uuid,email,name,attributes,status,created_at,updated_at", "listmonk"),
            ("STATUS,EMAIL,FIRST_NAME,CREATED_AT", "kit"),
            ("EMAIL;VORNAME;EMAIL_BLACKLISTED;SMS_BLACKLISTED;ADDED_TIME", "brevo"),
            ("email,active_subscription,expiry,plan,email_disabled,created_at", "substack"),
            ("id,email,name,note,subscribed_to_emails,complimentary_plan,deleted_at", "ghost"),
            ("email,First Name,status,tier,created_at,unsubscribed_at", "beehiiv"),
            ("Email;First name;Last name;Data;Status", "keila"),
            ("email_address,notes,tags,type,creation_date", "buttondown"),
            ("Email,First Name,Last Name,Phone,Tags,Date Created,IP,Status", "activecampaign"),
            (
                "First name,Last name,Email address,Email status,Email permission status",
                "constant-contact",
            ),
            ("First Name,Email 1,Email subscriber status,Labels", "wix"),
            ("email,zip_code,can2_subscription_status", "action-network"),
            ("Contact ID,Email,On Hold", "civicrm"),
            ("Name,npe01__HomeEmail__c,npe01__Preferred_Email__c", "salesforce"),
            ("First Name,Last Name,E-mail 1 - Label,E-mail 1 - Value", "google"),
            ("First Name,Last Name,Nickname,E-mail Address", "outlook"),
            ("Email Address,Subscribed at,UTM Source", "curated"),
            ("name,email", ""),
            ("title,url,date", ""),
        ] {
            assert_eq!(system(header), expected, "{header}");
        }
    }
}
