//! Whether an edition that was sent may have a public page: showing it to everybody is a decision like sending it.
//! Pure: values in, values out.

use super::{
    Approval, ApprovalState, EditionDecisions, FrozenAudience, FrozenEdition, FrozenParts,
};

/// An edition that was sent, as far as its public page is concerned.
#[derive(Debug, Clone, Copy)]
pub struct SentEdition<'a> {
    pub subject: &'a str,
    /// The composition's hash: what is shown is what was sent.
    pub hash: &'a str,
    /// Whether it was for everybody, and not for a segment.
    pub is_for_all: bool,
    /// What its draft said of the archive when it was sent.
    pub archive: Option<bool>,
}

/// What becomes of an edition's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicPage {
    Shown,
    StaysOut,
    /// It was sent to stay out, and its draft says `archive: yes` now: people are missing who must approve that.
    Waits(Box<ApprovalState>),
}

impl SentEdition<'_> {
    /// Judges what the draft says now. To take a page away needs nobody's approval.
    pub fn page(
        &self,
        needed: u8,
        draft: Option<bool>,
        decisions: &EditionDecisions,
    ) -> PublicPage {
        let was_public = self.archive.unwrap_or(self.is_for_all);
        if !draft.unwrap_or(was_public) {
            return PublicPage::StaysOut;
        }
        if was_public || needed == 0 {
            return PublicPage::Shown;
        }
        // A stop is about sending, which is over.
        let approvals =
            EditionDecisions { approvals: decisions.approvals.clone(), ..Default::default() };
        let mut state =
            ApprovalState::of(needed, &approvals, &self.frozen_as_public(&decisions.approvals));
        if state.is_enough() {
            return PublicPage::Shown;
        }
        state.changes = vec![self.change().to_owned()];
        PublicPage::Waits(Box::new(state))
    }

    /// What is different from what was approved and sent, in words.
    fn change(&self) -> &'static str {
        match self.archive {
            Some(_) => {
                "the draft said no about the archive when it was sent, and says yes: everybody could read it"
            }
            None => {
                "it was sent to a segment only, and the draft says yes about the archive: everybody could read it"
            }
        }
    }

    /// What somebody approves who approves the page: what was approved for sending, and the page.
    pub fn frozen_as_public(&self, approvals: &[Approval]) -> FrozenEdition {
        let of_it = approvals.iter().rfind(|approval| approval.frozen.hash == self.hash);
        let sent =
            of_it.map_or_else(|| self.frozen_without_approval(), |of_it| of_it.frozen.clone());
        FrozenEdition { archive: Some(true), ..sent }
    }

    /// It was sent when nobody had to approve anything.
    fn frozen_without_approval(&self) -> FrozenEdition {
        FrozenEdition {
            hash: self.hash.to_owned(),
            subject: self.subject.to_owned(),
            preheader: String::new(),
            template: String::new(),
            template_hash: String::new(),
            words_hash: String::new(),
            settings_hash: String::new(),
            archive: None,
            parts: FrozenParts::default(),
            stories: Vec::new(),
            audience: FrozenAudience::default(),
            people: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{approval, approved, frozen};
    use super::*;

    fn sent(archive: Option<bool>, is_for_all: bool) -> SentEdition<'static> {
        SentEdition { subject: "December", hash: "1234", is_for_all, archive }
    }

    #[test]
    fn only_what_was_approved_as_public_becomes_public() {
        let (yes, no) = (Some(true), Some(false));
        let words = |page: PublicPage| match page {
            PublicPage::Shown => "shown",
            PublicPage::StaysOut => "stays out",
            PublicPage::Waits(_) => "waits",
        };
        // needed, when it was sent, for everybody, the draft now, what becomes of the page
        let table = [
            (0, None, true, None, "shown"),
            (1, None, true, None, "shown"),
            (1, None, true, no, "stays out"),
            (2, yes, true, no, "stays out"),
            (2, yes, false, None, "shown"),
            (2, yes, false, yes, "shown"),
            (0, no, true, yes, "shown"),
            (0, None, false, yes, "shown"),
            (1, no, true, yes, "waits"),
            (2, no, true, yes, "waits"),
            (1, no, true, None, "stays out"),
            (1, None, false, yes, "waits"),
            (1, None, false, None, "stays out"),
            (1, no, false, yes, "waits"),
        ];
        for (needed, archive, is_for_all, draft, expected) in table {
            // Those who approved the sending did not approve a page.
            let of_sending = approved(vec![approval("Amina", false), approval("Ben", false)]);
            for decisions in [&EditionDecisions::default(), &of_sending] {
                let page = sent(archive, is_for_all).page(needed, draft, decisions);
                assert_eq!(words(page), expected, "{needed} {archive:?} {is_for_all} {draft:?}");
            }
        }
    }

    #[test]
    fn a_page_is_approved_by_different_people_and_not_only_by_its_editor() {
        let edition = sent(Some(false), true);
        for given in [vec![], vec![approval("Cy", false)]] {
            let public =
                Approval { frozen: edition.frozen_as_public(&given), ..approval("Amina", true) };
            let page = |needed: u8, more: &[(&str, bool)]| {
                let mut all = given.clone();
                all.push(public.clone());
                all.extend(more.iter().map(|(who, by_last_editor)| Approval {
                    who: (*who).to_owned(),
                    by_last_editor: *by_last_editor,
                    ..public.clone()
                }));
                edition.page(needed, Some(true), &approved(all))
            };
            let PublicPage::Waits(state) = page(1, &[]) else { panic!("the editor is enough") };
            assert!(state.missing() == 1 && state.changes[0].contains("everybody could read it"));
            assert!(matches!(page(2, &[("Amina", false)]), PublicPage::Waits(_)));
            assert_eq!(page(1, &[("Ben", false)]), PublicPage::Shown);
            assert_eq!(page(2, &[("Ben", false)]), PublicPage::Shown);
        }
        // Another email under the same name is another decision.
        let mut other = approval("Ben", false);
        other.frozen = FrozenEdition { hash: "x".into(), archive: Some(true), ..frozen() };
        let page = edition.page(1, Some(true), &approved(vec![other]));
        assert!(matches!(page, PublicPage::Waits(_)));
    }
}
