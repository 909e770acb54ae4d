//! A report as a table for spreadsheets: one figure a row, nobody's address.
//! Pure: a report in, CSV out.

use super::Report;
use super::breakdown::Breakdown;
use super::figures::{BouncedPeople, EditionFigures, ProviderRefusals};
use super::year::YearReport;

/// The first row of each table, by which an earlier one is known.
pub const HEADER: &str = "edition,figure,group,count\n";

/// Rows of edition, figure, group and count.
struct FigureRows {
    rows: Vec<[String; 4]>,
}

/// One edition's figures.
pub fn edition_table(report: &Report) -> String {
    let mut rows = FigureRows { rows: Vec::new() };
    rows.edition(report);
    rows.csv()
}

/// A year's figures, then those of each of its editions.
pub fn year_table(year: &YearReport) -> String {
    let mut rows = FigureRows { rows: Vec::new() };
    let name = &year.year;
    rows.add(name, "messages", "", year.messages);
    rows.add(name, "accepted", "", year.accepted);
    rows.add(name, "not accepted", "", year.not_accepted);
    rows.bounced(name, &year.bounced);
    rows.add(name, "complained", "", year.complained);
    rows.add(name, "unsubscribed", "", year.unsubscribed);
    rows.breakdown(name, "left", &year.left);
    rows.refusals(name, &year.refusals, year.refusals_elsewhere);
    year.topics.iter().for_each(|topic| rows.add(name, "stories", &topic.group, topic.count));
    year.editions.iter().for_each(|report| rows.edition(report));
    rows.csv()
}

impl FigureRows {
    fn add(&mut self, edition: &str, figure: &str, group: &str, count: u64) {
        self.rows.push([inert(edition), figure.to_owned(), inert(group), count.to_string()]);
    }

    fn edition(&mut self, report: &Report) {
        let name = &report.edition;
        self.add(name, "people", "", report.people);
        for (figure, count) in report.parts() {
            self.add(name, figure, "", count);
        }
        self.add(name, "left out of the plan", "", report.left_out);
        self.breakdown(name, "basis", &report.bases_shown());
        if let Some(figures) = &report.figures {
            self.figures(name, figures);
        }
    }

    fn figures(&mut self, name: &str, figures: &EditionFigures) {
        self.bounced(name, &figures.bounced);
        self.add(name, "complained", "", figures.complained);
        self.add(name, "unsubscribed", "", figures.unsubscribed);
        self.breakdown(name, "left", &figures.left);
        self.refusals(name, &figures.refusals, figures.refusals_elsewhere);
        figures
            .topics
            .iter()
            .for_each(|topic| self.add(name, "stories", &topic.group, topic.count));
        if let Some(growth) = &figures.growth {
            self.add(name, "people of the edition before", &growth.since, growth.before);
            self.add(name, "new people", "", growth.new);
            self.add(name, "people gone", "", growth.gone);
        }
    }

    fn bounced(&mut self, name: &str, bounced: &BouncedPeople) {
        self.add(name, "bounced", "", bounced.people());
        for (group, count) in bounced.shown() {
            self.add(name, "bounced", &group, count);
        }
    }

    fn breakdown(&mut self, name: &str, figure: &str, breakdown: &Breakdown) {
        for (group, count) in breakdown.shown() {
            self.add(name, figure, &group, count);
        }
    }

    fn refusals(&mut self, name: &str, refusals: &[ProviderRefusals], elsewhere: u64) {
        for refusal in refusals {
            self.add(name, "refused because of us", &refusal.provider, refusal.people);
        }
        if elsewhere > 0 {
            self.add(name, "refused because of us", "elsewhere", elsewhere);
        }
    }

    fn csv(&self) -> String {
        let mut out = csv::Writer::from_writer(HEADER.as_bytes().to_vec());
        // Writing to memory does not fail, and each row has four cells.
        for row in &self.rows {
            let _ = out.write_record(row);
        }
        let bytes = out.into_inner().unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    }
}

/// A cell that no spreadsheet takes for a formula.
fn inert(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if is_formula { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::super::figures::sample_figures;
    use super::*;
    use crate::ledger::{Counts, laws};
    use crate::report::EditionPhase;

    #[test]
    fn the_rows_of_an_edition_add_up_and_nothing_is_a_formula() {
        let counts = Counts { accepted: 100, rejected: 3, uncertain: 2, ..Counts::default() };
        let planned = laws::plan("=2020", &[]).edition;
        let phase = EditionPhase::Unfinished;
        let mut report = Report::new(&planned, counts, Vec::new(), 0, false, phase);
        report.figures = Some(sample_figures(Vec::new(), 12, 100));
        let table = edition_table(&report);
        let mut rows = csv::Reader::from_reader(table.as_bytes());
        let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
        assert!(rows.iter().all(|row| &row[0] == "'=2020"));
        let sum = |wanted: &[&str]| -> u64 {
            let of = rows.iter().filter(|row| wanted.contains(&&row[1]));
            of.map(|row| row[3].parse::<u64>().unwrap()).sum()
        };
        assert_eq!(sum(&["people"]), 105);
        assert_eq!(sum(&["accepted", "rejected", "uncertain", "planned", "deferred"]), 105);
        assert_eq!(sum(&["left"]), sum(&["unsubscribed"]));
    }
}
