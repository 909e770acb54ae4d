//! Why somebody of an export may be mailed: what their row says, and what is said about the whole file.
//! Pure: rows in, evidence out.

use chrono::NaiveDate;

use super::days::{day, is_empty_day, is_later};
use super::model::{BasisEvidence, Obtained};
use super::own_columns::OwnColumns;
use super::reading::TableReading;
use super::state::ListState;
use crate::audience::built_in::is_own_export;
use crate::audience::cell::tidy_cell;
use crate::audience::consent_cells::{bare_word, whole_word};
use crate::audience::exclusion::shown;
use crate::audience::law::MetThrough;
use crate::audience::{Basis, ExclusionReason};
use crate::rfc::text::one_line;

/// Why what is said about a whole file is not evidence of a consent.
const NO_DAY: &str = "nothing says when they agreed: say it with --obtained";

impl TableReading<'_> {
    /// Why somebody may be mailed whom the file does not refuse; or where they stand without that.
    pub(super) fn evidence(
        &self,
        record: &::csv::StringRecord,
    ) -> Result<BasisEvidence, (ListState, String)> {
        let none = |why: String| (ListState::NoEvidence, why);
        // A basis says why somebody may be mailed, and not that they want to be.
        if let Some(why) = self.sheet.unclear_topic(record) {
            return Err(none(why.to_string()));
        }
        let found = match self.written_evidence(record).map_err(none)? {
            Some(found) => found,
            None => self.stated_evidence(record).map_err(none)?,
        };
        found.lawful().map_err(none)
    }

    /// What somebody agreed to who is not mailed now, as an export of the list has it. Nothing else is evidence then: what is
    /// said about a whole file is not about them.
    pub(super) fn evidence_kept(&self, record: &::csv::StringRecord) -> Option<BasisEvidence> {
        self.written_evidence(record).ok().flatten()?.lawful().ok()
    }

    /// What the file itself says: a column of lawful bases or of consents, or what its system writes down.
    fn written_evidence(
        &self,
        record: &::csv::StringRecord,
    ) -> Result<Option<BasisEvidence>, String> {
        let consent = self.cell(record, self.columns.consent);
        if let Some(column) = self.columns.consent {
            let title = &self.sheet.shape.columns[column];
            if consent.is_empty() {
                return Err(format!("nothing in column `{title}`"));
            }
            let (source, obtained) = (format!("column `{title}`"), self.obtained(record)?);
            return Ok(Some(self.found(record, Basis::Consent, source, obtained)));
        }
        let word = self.sheet.basis_cell(record).trim();
        if !word.is_empty() {
            let basis = Basis::parse(word).map_err(|why| why.to_string())?;
            let obtained = self.obtained(record)?;
            return Ok(Some(self.found(record, basis, String::new(), obtained)));
        }
        let Some(recipe) = self.recipe else { return Ok(None) };
        let is_filled =
            self.columns.evidence_needs.is_none_or(|at| !self.cell(record, Some(at)).is_empty());
        let is_said = recipe.evidence_if.as_ref().is_none_or(|words| {
            let cell = whole_word(self.cell(record, self.columns.evidence_if));
            cell.is_some_and(|cell| words.words.iter().any(|word| bare_word(word) == cell))
        });
        if !is_filled
            || !is_said
            || recipe.evidence_needs.is_some() && self.columns.evidence_needs.is_none()
        {
            return Ok(None);
        }
        let (source, obtained) = match self.first_day(record, &self.columns.evidence) {
            Some((column, day)) => {
                (format!("{}, {}", recipe.source, self.sheet.shape.columns[column]), Some(day))
            }
            None if recipe.evidence.is_empty() && recipe.evidence_if.is_some() => {
                let joined = self.first_day(record, &self.columns.joined).map(|(_, day)| day);
                (recipe.source.clone(), joined)
            }
            None => return Ok(None),
        };
        Ok(Some(self.found(record, Basis::Consent, source, obtained)))
    }

    /// What somebody said about the whole file.
    fn stated_evidence(&self, record: &::csv::StringRecord) -> Result<BasisEvidence, String> {
        let Some(stated) = &self.options.stated else {
            return Err("nothing in the file says why they may be mailed".to_owned());
        };
        // What is said about the whole file overrules nothing that stands in a row of it.
        let unclear = self.sheet.consent.iter().find_map(|column| {
            column.not_a_yes(tidy_cell(record.get(column.index).unwrap_or_default()))
        });
        if let Some(why) = unclear.or_else(|| self.sheet.perhaps_no(record)) {
            return Err(why.to_string());
        }
        let obtained = match &stated.obtained {
            Obtained::Day(day) => Some(*day),
            Obtained::NotStated | Obtained::Column(_) => self.obtained(record)?,
        };
        if obtained.is_none() && stated.basis == Basis::Consent {
            return Err(NO_DAY.to_owned());
        }
        Ok(self.found(record, stated.basis, stated.source.clone(), obtained))
    }

    /// The day on which an address was given. Where a file has the column, an empty cell is not a day, and neither is an
    /// impossible one. In a list of the newsletter's own, and in what was exported of it, nothing need stand there.
    fn obtained(&self, record: &::csv::StringRecord) -> Result<Option<NaiveDate>, String> {
        let Some(column) = self.columns.obtained else { return Ok(None) };
        let (order, today) = (self.order, self.options.today);
        let cell = self.cell(record, Some(column));
        let found = day(cell, order, today);
        if found.is_some() || self.obtained_again(record).is_some() {
            return Ok(found);
        }
        if is_later(cell, order, today) {
            return Err(ExclusionReason::ObtainedLater.to_string());
        }
        let (titles, is_empty) = (&self.sheet.shape.columns, is_empty_day(cell));
        if self.options.own == OwnColumns::All || is_empty && is_own_export(titles) {
            return Ok(None);
        }
        if is_empty {
            return Err(format!("no date in column `{}`", titles[column]));
        }
        Err(ExclusionReason::NoSuchDay(shown(cell)).to_string())
    }

    /// The day on which it was given once more.
    fn obtained_again(&self, record: &::csv::StringRecord) -> Option<NaiveDate> {
        day(self.cell(record, self.columns.given_again), self.order, self.options.today)
    }

    fn found(
        &self,
        record: &::csv::StringRecord,
        basis: Basis,
        source: String,
        obtained: Option<NaiveDate>,
    ) -> BasisEvidence {
        let own = one_line(self.cell(record, self.columns.source));
        let again = self.obtained_again(record);
        let mut given = self.sheet.how_given(record, obtained.max(again));
        if let (MetThrough::Unstated, Some(stated)) = (&given.met_through, &self.options.stated) {
            given.met_through = stated.met_through.clone();
        }
        BasisEvidence {
            basis,
            source: if own.is_empty() { source } else { own },
            wording: one_line(self.cell(record, self.columns.wording)),
            given,
        }
    }
}
