//! Why somebody of an export may be mailed: what their row says, and what is said about the whole file.
//! Pure: rows in, evidence out.

use chrono::NaiveDate;

use super::days::day;
use super::model::{BasisEvidence, Obtained};
use super::reading::TableReading;
use super::state::ListState;
use crate::audience::Basis;
use crate::audience::cell::tidy_cell;
use crate::audience::law::MetThrough;
use crate::rfc::csv::simple;
use crate::rfc::text::one_line;

impl TableReading<'_> {
    /// Why somebody may be mailed whom the file does not refuse; or where they stand without that.
    pub(super) fn evidence(
        &self,
        record: &::csv::StringRecord,
    ) -> Result<BasisEvidence, (ListState, String)> {
        let none = |why: String| (ListState::NoEvidence, why);
        let found = match self.written_evidence(record).map_err(none)? {
            Some(found) => found,
            None => self.stated_evidence(record).map_err(none)?,
        };
        found.lawful().map_err(none)
    }

    /// What the file itself says: a column of lawful bases or of consents, or what its system writes down.
    fn written_evidence(
        &self,
        record: &::csv::StringRecord,
    ) -> Result<Option<BasisEvidence>, String> {
        let consent = self.cell(record, self.columns.consent);
        if let (Some(column), false) = (self.columns.consent, consent.is_empty()) {
            let source = format!("column `{}`", self.sheet.shape.columns[column]);
            return Ok(Some(self.found(record, Basis::Consent, source, self.obtained(record))));
        }
        let word = self.sheet.basis_cell(record).trim();
        if self.columns.consent.is_none() && !word.is_empty() {
            let basis = Basis::parse(word).map_err(|why| why.to_string())?;
            return Ok(Some(self.found(record, basis, String::new(), self.obtained(record))));
        }
        let Some(recipe) = self.recipe else { return Ok(None) };
        let is_filled =
            self.columns.evidence_needs.is_none_or(|at| !self.cell(record, Some(at)).is_empty());
        let is_said = recipe.evidence_if.as_ref().is_none_or(|words| {
            let cell = simple(self.cell(record, self.columns.evidence_if));
            words.words.iter().any(|word| simple(word) == cell)
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
        if let Some(why) = unclear {
            return Err(why.to_string());
        }
        let obtained = match &stated.obtained {
            Obtained::Day(day) => Some(*day),
            Obtained::NotStated => self.obtained(record),
            Obtained::Column(column) => {
                let day = self.obtained(record);
                Some(day.ok_or_else(|| format!("no date in column `{column}`"))?)
            }
        };
        Ok(self.found(record, stated.basis, stated.source.clone(), obtained))
    }

    fn obtained(&self, record: &::csv::StringRecord) -> Option<NaiveDate> {
        day(self.cell(record, self.columns.obtained), self.order, self.options.today)
    }

    fn found(
        &self,
        record: &::csv::StringRecord,
        basis: Basis,
        source: String,
        obtained: Option<NaiveDate>,
    ) -> BasisEvidence {
        let own = one_line(self.cell(record, self.columns.source));
        let again =
            day(self.cell(record, self.columns.given_again), self.order, self.options.today);
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
