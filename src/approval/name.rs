//! The name of somebody who approves: typed, or known by the computer's account.
//! Pure: values in, a name or what is wrong with it out.

use std::collections::BTreeMap;

use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

/// Longer names are pasted by mistake.
const LONGEST_NAME_CHARS: usize = 80;

/// What printed commands and documents say where a person's own name belongs, folded: nobody approves under it.
const PLACEHOLDERS: [&str; 5] = ["theirname", "yourname", "yourfullname", "myname", "name"];

/// What somebody types to approve an edition. `given` is how many have approved it as it is now: the next one is somebody
/// else, whose name only they know; where each person's account is known, or nobody has approved, the account says it.
pub fn approve_command(which: &str, given: usize, accounts: &BTreeMap<String, String>) -> String {
    let open = if given > 0 && accounts.is_empty() { " --as \"THEIR NAME\"" } else { "" };
    format!("roundup approve {which}{open}")
}

/// Who approves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApproverName {
    pub who: String,
    /// Whether the account belongs to them, as far as is known.
    pub is_owner_of_account: bool,
}

/// Why nobody can approve under a name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ApproverNameError {
    #[error("this name cannot be used for an approval: it {what}")]
    Unusable { what: &'static str },
    #[error("the account `{account}` belongs to {owner}, and not to {typed}")]
    OtherAccount { account: String, owner: String, typed: String },
    #[error("{typed} approves from the account `{account}`")]
    OtherOwner { account: String, typed: String },
    #[error("the computer does not say whose account this is")]
    Nobody,
}

impl ApproverNameError {
    pub fn cure(&self) -> &'static str {
        match self {
            Self::Unusable { .. } => "type behind --as the name by which your colleagues know you",
            Self::OtherAccount { .. } => {
                "leave out --as, or log in to your own account; the accounts stand under [approval.accounts] in \
                 roundup.toml"
            }
            Self::OtherOwner { .. } => {
                "log in to that account, or change [approval.accounts] in roundup.toml"
            }
            Self::Nobody => "type your name behind --as",
        }
    }
}

impl ApproverName {
    /// From what was typed after `--as`, the account, and whose account that is.
    ///
    /// # Errors
    /// When the name is unusable, or the account is somebody else's.
    pub fn of(
        typed: Option<&str>,
        account: &str,
        accounts: &BTreeMap<String, String>,
    ) -> Result<Self, ApproverNameError> {
        let owner = accounts.get(account).map(|name| usable(name)).transpose()?;
        let Some(typed) = typed else {
            let who = match owner {
                Some(owner) => owner,
                None if account.is_empty() => return Err(ApproverNameError::Nobody),
                None => usable(account)?,
            };
            return Ok(Self { who, is_owner_of_account: true });
        };
        let typed = usable(typed)?;
        if let Some(owner) = owner {
            if is_same(&owner, &typed) {
                return Ok(Self { who: owner, is_owner_of_account: true });
            }
            return Err(ApproverNameError::OtherAccount {
                account: account.to_owned(),
                owner,
                typed,
            });
        }
        if let Some((other, _)) = accounts.iter().find(|(_, name)| is_same(name, &typed)) {
            return Err(ApproverNameError::OtherOwner { account: other.clone(), typed });
        }
        let is_owner_of_account = is_same(&typed, account);
        Ok(Self { who: typed, is_owner_of_account })
    }
}

/// One line, without what nobody can see.
pub(super) fn usable(name: &str) -> Result<String, ApproverNameError> {
    let unusable = |what| ApproverNameError::Unusable { what };
    if name.trim().chars().any(is_unseen) {
        return Err(unusable("has characters that cannot be seen"));
    }
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if !name.chars().any(char::is_alphanumeric) {
        return Err(unusable("has no letters"));
    }
    if PLACEHOLDERS.contains(&folded(&name).as_str()) {
        return Err(unusable("stands for somebody's own name"));
    }
    if name.chars().count() > LONGEST_NAME_CHARS {
        return Err(unusable("is longer than 80 characters"));
    }
    Ok(name)
}

/// Control characters, and marks that have no width or turn the direction: two names would look the same.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Whether two names are one person's: spaces, case and the way accents are written make no second person.
pub fn is_same(one: &str, other: &str) -> bool {
    folded(one) == folded(other)
}

fn folded(name: &str) -> String {
    let name: String = name.nfkc().collect::<String>().to_lowercase();
    name.nfkc().filter(|c| c.is_alphanumeric()).collect()
}
