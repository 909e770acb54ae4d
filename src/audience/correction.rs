//! Whom a correction is for: those who got the edition with the mistake, and those who have nothing of it yet.
//! Pure: keys of addresses in, a part out.

use std::collections::HashSet;

use super::fingerprint::{KeyName, name_of_key};

/// The segment of those who got the mistake: templates and drafts name it. A comma parts the tags of a list, so that no
/// tag can be this one.
pub const GOT_THE_MISTAKE: &str = "got it, with the mistake";

/// What somebody has of the edition that is corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeldVersion {
    /// They got it, or may have got it: the correction says to them what was wrong.
    Mistaken,
    /// Nothing: they get the corrected edition and no word of a mistake that they never saw.
    Nothing,
}

/// The people whom a correction is for, by what they have of the edition with the mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectionAudience {
    /// The edition with the mistake.
    pub edition: String,
    /// Whether it goes to people whose delivery is uncertain, too.
    pub those_in_doubt: bool,
    got_it: HashSet<KeyName>,
    have_nothing: HashSet<KeyName>,
}

impl CorrectionAudience {
    pub fn new(edition: &str, those_in_doubt: bool) -> Self {
        Self {
            edition: edition.to_owned(),
            those_in_doubt,
            got_it: HashSet::new(),
            have_nothing: HashSet::new(),
        }
    }

    /// As `send` and `approve` take the correction.
    pub fn argument(&self) -> String {
        correction_argument(&self.edition, self.those_in_doubt)
    }

    /// Takes somebody in, by the key of their address. A person who got it on one row got it.
    pub fn add(&mut self, key: &str, has: HeldVersion) {
        let name = name_of_key(key);
        match has {
            HeldVersion::Mistaken => {
                self.have_nothing.remove(&name);
                self.got_it.insert(name);
            }
            HeldVersion::Nothing if !self.got_it.contains(&name) => {
                self.have_nothing.insert(name);
            }
            HeldVersion::Nothing => {}
        }
    }

    /// What a person has of it; `None` where the correction is not for them.
    pub fn held_by(&self, key: &str) -> Option<HeldVersion> {
        let name = name_of_key(key);
        if self.got_it.contains(&name) {
            return Some(HeldVersion::Mistaken);
        }
        self.have_nothing.contains(&name).then_some(HeldVersion::Nothing)
    }

    /// How many people got it.
    pub fn got_it(&self) -> u64 {
        self.got_it.len() as u64
    }

    /// How many people have nothing of it yet.
    pub fn have_nothing(&self) -> u64 {
        self.have_nothing.len() as u64
    }
}

/// A correction as `send` and `approve` take it: by the edition that it corrects.
pub fn correction_argument(edition: &str, those_in_doubt: bool) -> String {
    let doubt = if those_in_doubt { " --those-in-doubt" } else { "" };
    format!("--correction {edition}{doubt}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_is_in_one_part_whatever_the_order() {
        let parts = [HeldVersion::Mistaken, HeldVersion::Nothing];
        for order in [parts, [parts[1], parts[0]]] {
            let mut audience = CorrectionAudience::new("2020", false);
            for part in order {
                audience.add("ann@e.org", part);
            }
            audience.add("bob@e.org", HeldVersion::Nothing);
            assert_eq!(audience.held_by("ann@e.org"), Some(HeldVersion::Mistaken));
            assert_eq!(audience.held_by("bob@e.org"), Some(HeldVersion::Nothing));
            assert_eq!(audience.held_by("cy@e.org"), None);
            assert_eq!((audience.got_it(), audience.have_nothing()), (1, 1));
        }
    }
}
