//! What became of an edition after it was accepted, in figures for trustees.
//! Pure: what the ledger has in, figures out.

use std::collections::BTreeMap;

use serde::Serialize;

use super::breakdown::{Breakdown, GroupCount, TOGETHER, largest_first};
use super::complaints::{ComplaintLevel, PercentShare};
use crate::audience::NoMailReason;
use crate::compose::composition::ComposedStory;
use crate::count::{grouped, people};
use crate::ledger::aftermath::{EditionReturn, Leaving};
use crate::ledger::returns::ReturnedKind;
use crate::ledger::{CopyRow, Status};
use crate::providers::mailbox_hosts::mailbox_host;
use crate::providers::{Blame, RefusalKind, meaning};
use crate::rfc::reply::{EnhancedStatus, Reply, Stage};

const FOR_GOOD: &str = "for good";
const FOR_NOW: &str = "for now";

/// People whose accepted copy came back, each by the gravest kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(into = "BouncedColumns")]
pub struct BouncedPeople {
    /// By what is wrong with their mailboxes: for good, or for now.
    mailboxes: Breakdown,
    /// For a reason of ours: it says nothing of anybody, so it is a figure of the whole edition.
    pub policy: u64,
}

/// As programs have it; a kind that is not shown is null.
#[derive(Serialize)]
struct BouncedColumns {
    people: u64,
    hard: Option<u64>,
    soft: Option<u64>,
    hard_or_soft: u64,
    policy: u64,
}

impl From<BouncedPeople> for BouncedColumns {
    fn from(bounced: BouncedPeople) -> Self {
        let together = bounced.mailboxes.in_small_groups;
        let of = |kind| bounced.mailboxes.of_group(kind).or((together == 0).then_some(0));
        Self {
            people: bounced.people(),
            hard: of(FOR_GOOD),
            soft: of(FOR_NOW),
            hard_or_soft: bounced.mailboxes.total(),
            policy: bounced.policy,
        }
    }
}

impl BouncedPeople {
    pub fn new(hard: u64, soft: u64, policy: u64) -> Self {
        let kinds = [(FOR_GOOD.to_owned(), hard), (FOR_NOW.to_owned(), soft)];
        Self { mailboxes: Breakdown::of(kinds), policy }
    }

    /// Those of several editions together.
    pub fn sum<'a>(editions: impl Iterator<Item = &'a Self> + Clone) -> Self {
        let policy = editions.clone().map(|bounced| bounced.policy).sum();
        Self { mailboxes: Breakdown::sum(editions.map(|bounced| &bounced.mailboxes)), policy }
    }

    pub fn people(&self) -> u64 {
        self.mailboxes.total() + self.policy
    }

    /// By kind, without kinds that are too small to be shown.
    pub fn shown(&self) -> Vec<(String, u64)> {
        let mut shown = self.mailboxes.shown();
        if let Some((name, _)) = shown.iter_mut().find(|(name, _)| name == TOGETHER) {
            *name = format!("{FOR_GOOD} or {FOR_NOW}");
        }
        if self.policy > 0 {
            shown.push(("because of us".to_owned(), self.policy));
        }
        shown
    }
}

/// How many refused us at one mailbox provider, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProviderRefusals {
    pub provider: String,
    pub people: u64,
    pub cure: &'static str,
}

/// How the list has changed since the edition before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Growth {
    pub since: String,
    pub before: u64,
    pub new: u64,
    pub gone: u64,
}

impl Growth {
    /// The sum as a line that people can check.
    pub fn arithmetic(&self) -> String {
        let now = (self.before + self.new).saturating_sub(self.gone);
        format!(
            "{} = {} in {} + {} new − {} gone",
            people(now),
            grouped(self.before),
            self.since,
            grouped(self.new),
            grouped(self.gone)
        )
    }
}

/// What the ledger has of an edition beside its rows.
pub struct AftermathRows<'a> {
    pub stories: &'a [ComposedStory],
    pub accepted: u64,
    pub returns: Vec<EditionReturn>,
    pub leavings: Vec<Leaving>,
    /// Those that were not accepted.
    pub rows: &'a [CopyRow],
    pub growth: Option<Growth>,
    pub after_complaints: Option<String>,
}

/// Refusals that are about us: how many of each kind at each mailbox provider that is shown, and how many elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RefusalTally {
    kinds: BTreeMap<String, BTreeMap<RefusalKind, u64>>,
    shown: Breakdown,
}

impl RefusalTally {
    fn of(mut kinds: BTreeMap<String, BTreeMap<RefusalKind, u64>>) -> Self {
        let counts = kinds.iter().map(|(host, kinds)| (host.clone(), kinds.values().sum()));
        let shown = Breakdown::of(counts);
        kinds.retain(|host, _| shown.of_group(host).is_some());
        Self { kinds, shown }
    }

    /// Those of several editions together.
    pub fn sum<'a>(editions: impl Iterator<Item = &'a Self> + Clone) -> Self {
        let mut kinds: BTreeMap<String, BTreeMap<RefusalKind, u64>> = BTreeMap::new();
        for (host, found) in editions.clone().flat_map(|edition| &edition.kinds) {
            let known = kinds.entry(host.clone()).or_default();
            for (kind, count) in found {
                *known.entry(*kind).or_default() += count;
            }
        }
        Self { kinds, shown: Breakdown::sum(editions.map(|edition| &edition.shown)) }
    }

    /// By provider with the cure of what it said most often, and how many elsewhere.
    pub fn refusals(&self) -> (Vec<ProviderRefusals>, u64) {
        let refusals = self.shown.groups.iter().map(|GroupCount { group, count }| {
            let kinds = self.kinds.get(group);
            let most = kinds.and_then(|kinds| kinds.iter().max_by_key(|(_, count)| **count));
            let kind = most.map_or(RefusalKind::Unclear, |(kind, _)| *kind);
            ProviderRefusals { provider: group.clone(), people: *count, cure: kind.cure() }
        });
        (refusals.collect(), self.shown.in_small_groups)
    }
}

/// The figures of one edition. *Bounced*, *complained* and *unsubscribed* are counted of *accepted* and do not lower it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EditionFigures {
    pub bounced: BouncedPeople,
    pub complained: u64,
    pub unsubscribed: u64,
    pub complaint_rate_percent: PercentShare,
    pub complaint_level: ComplaintLevel,
    /// Why people left.
    pub left: Breakdown,
    /// Refusals that are about us, at mailbox providers with five and more of them.
    pub refusals: Vec<ProviderRefusals>,
    pub refusals_elsewhere: u64,
    /// Stories by topic.
    pub topics: Vec<GroupCount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub growth: Option<Growth>,
    /// Why somebody let it go out although the edition before had many complaints.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_complaints: Option<String>,
    /// Of which those of a year are made.
    #[serde(skip)]
    pub tally: RefusalTally,
}

impl EditionFigures {
    pub fn new(found: AftermathRows<'_>) -> Self {
        let complained = count_of(&found.returns, ReturnedKind::Complaint);
        let refused = RefusalTally::of(refused(&found));
        let (refusals, refusals_elsewhere) = refused.refusals();
        let topics = found.stories.iter().flat_map(|story| story.topics.clone());
        let left = Breakdown::of(tally(found.leavings.iter().map(reason_words)));
        Self {
            bounced: bounced(&found.returns),
            complained,
            unsubscribed: left.total(),
            complaint_rate_percent: PercentShare::of(complained, found.accepted),
            complaint_level: ComplaintLevel::of(complained, found.accepted),
            left,
            refusals,
            refusals_elsewhere,
            topics: largest_first(tally(topics)),
            growth: found.growth,
            after_complaints: found.after_complaints,
            tally: refused,
        }
    }

    /// What became of the accepted copies, as a sentence.
    pub fn afterwards(&self, accepted: u64) -> String {
        let kinds: Vec<String> = self
            .bounced
            .shown()
            .iter()
            .map(|(kind, count)| format!("{} {kind}", grouped(*count)))
            .collect();
        let kinds =
            if kinds.is_empty() { String::new() } else { format!(" (= {})", kinds.join(" + ")) };
        format!(
            "Of {} accepted, {} came back later{kinds}, {} complained and {} left; they still count as accepted",
            grouped(accepted),
            grouped(self.bounced.people()),
            grouped(self.complained),
            grouped(self.unsubscribed)
        )
    }

    /// The rate of complaints, and what it means.
    pub fn complaint_words(&self) -> String {
        format!(
            "Complaints: {}, {}",
            self.complaint_rate_percent.words(),
            self.complaint_level.words()
        )
    }
}

fn count_of(returns: &[EditionReturn], kind: ReturnedKind) -> u64 {
    returns.iter().filter(|one| one.kind == kind).count() as u64
}

fn bounced(returns: &[EditionReturn]) -> BouncedPeople {
    let mut gravest: BTreeMap<&str, u8> = BTreeMap::new();
    for one in returns {
        let gravity = match one.kind {
            ReturnedKind::Hard => 3,
            ReturnedKind::Soft => 2,
            ReturnedKind::Policy => 1,
            ReturnedKind::Delay | ReturnedKind::Complaint => continue,
        };
        let known = gravest.entry(&one.key).or_default();
        *known = gravity.max(*known);
    }
    let of = |gravity| gravest.values().filter(|found| **found == gravity).count() as u64;
    BouncedPeople::new(of(3), of(2), of(1))
}

/// Refusals that are about us, at each provider: those that came back, and those of the run.
fn refused(found: &AftermathRows<'_>) -> BTreeMap<String, BTreeMap<RefusalKind, u64>> {
    let mut kinds: BTreeMap<String, BTreeMap<RefusalKind, u64>> = BTreeMap::new();
    let policy = found.returns.iter().filter(|one| one.kind == ReturnedKind::Policy);
    let returned = policy.map(|one| (&*one.key, kind_of_status(&one.status)));
    let rejected = found.rows.iter().filter_map(|row| Some((&*row.address, kind_of_row(row)?)));
    for (address, kind) in returned.chain(rejected) {
        *kinds.entry(mailbox_host(address)).or_default().entry(kind).or_default() += 1;
    }
    kinds
}

/// What a status by itself says.
fn kind_of_status(status: &str) -> RefusalKind {
    let Some(enhanced) = EnhancedStatus::parse_prefix(status) else { return RefusalKind::Content };
    let mut reply = Reply::new(550, "");
    reply.enhanced = Some(enhanced);
    let found = meaning(Stage::Dot, &reply);
    if found.about == Blame::Us { found.kind } else { RefusalKind::Content }
}

/// Of a copy that the run had rejected for a reason of ours.
fn kind_of_row(row: &CopyRow) -> Option<RefusalKind> {
    if !matches!(row.status, Status::Rejected | Status::Closed | Status::Expired) {
        return None;
    }
    let code = row.detail.get(..3)?.parse().ok()?;
    let found =
        meaning(Stage::Dot, &Reply::new(code, row.detail.get(3..).unwrap_or_default().trim()));
    (found.about == Blame::Us).then_some(found.kind)
}

fn reason_words(leaving: &Leaving) -> String {
    let words = match (leaving.reason, leaving.detail.as_deref()) {
        (NoMailReason::Unsubscribed, Some("too_many")) => "too many emails",
        (NoMailReason::Unsubscribed, Some("not_expected")) => "not what they expected",
        (NoMailReason::Unsubscribed, Some("never_signed_up")) => "never signed up",
        (NoMailReason::Unsubscribed, Some("other")) => "another reason",
        (NoMailReason::Unsubscribed | NoMailReason::Bounced, _) => "no reason given",
        (NoMailReason::PreferenceService, _) => "through a preference service",
        (NoMailReason::Objected, _) => "objected",
        (NoMailReason::Complained, _) => "reported it as spam",
        (NoMailReason::Erased, _) => "had their data erased",
    };
    words.to_owned()
}

fn tally(names: impl Iterator<Item = String>) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    counts
}

#[cfg(test)]
pub(super) fn sample_return(key: &str, kind: ReturnedKind, status: &str) -> EditionReturn {
    EditionReturn { key: key.to_owned(), kind, status: status.to_owned() }
}

/// Figures of an edition that nobody sent.
#[cfg(test)]
pub(super) fn sample_figures(
    returns: Vec<EditionReturn>,
    left: usize,
    accepted: u64,
) -> EditionFigures {
    let leaving = |at: usize| Leaving {
        reason: NoMailReason::Unsubscribed,
        detail: (!at.is_multiple_of(3)).then(|| "too_many".to_owned()),
    };
    EditionFigures::new(AftermathRows {
        stories: &[],
        accepted,
        returns,
        leavings: (0..left).map(leaving).collect(),
        rows: &[],
        growth: Some(Growth { since: "2019".to_owned(), before: 90, new: 20, gone: 10 }),
        after_complaints: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_person_came_back_by_their_gravest_kind() {
        let returns = vec![
            sample_return("a@e.org", ReturnedKind::Soft, ""),
            sample_return("a@e.org", ReturnedKind::Hard, "5.1.1"),
            sample_return("b@e.org", ReturnedKind::Policy, "5.7.1"),
            sample_return("b@e.org", ReturnedKind::Soft, ""),
            sample_return("c@e.org", ReturnedKind::Delay, ""),
            sample_return("d@e.org", ReturnedKind::Complaint, ""),
        ];
        let figures = sample_figures(returns, 0, 1000);
        assert_eq!(figures.bounced, BouncedPeople::new(1, 1, 0));
        assert_eq!((figures.complained, figures.complaint_level), (1, ComplaintLevel::Warning));
        assert!(
            figures.afterwards(1000).contains("2 came back later (= 2 for good or for now), 1")
        );
    }

    #[test]
    fn refusals_are_counted_at_their_provider_and_few_are_not_named() {
        let policy = |at: usize, domain: &str, status: &str| {
            sample_return(&format!("p{at}@{domain}"), ReturnedKind::Policy, status)
        };
        let returns = (0..6)
            .map(|at| policy(at, if at % 2 == 0 { "hotmail.com" } else { "live.co.uk" }, "5.7.515"))
            .chain((0..3).map(|at| policy(at, "tiny.example", "5.7.1")))
            .chain((0..2).map(|at| policy(at, "gmail.com", "")));
        let figures = sample_figures(returns.collect(), 0, 1000);
        let [microsoft] = &figures.refusals[..] else { panic!("{:?}", figures.refusals) };
        assert_eq!((microsoft.provider.as_str(), microsoft.people), ("Microsoft", 6));
        assert_eq!(microsoft.cure, RefusalKind::Authentication.cure());
        assert_eq!(figures.refusals_elsewhere, 5);
    }

    #[test]
    fn the_list_grows_by_a_sum_that_is_right() {
        let growth = sample_figures(Vec::new(), 0, 100).growth.unwrap();
        assert_eq!(growth.arithmetic(), "100 people = 90 in 2019 + 20 new − 10 gone");
    }
}
