//! What an import says to people: what the files are, what would change, and why nothing was imported.
//! Pure: outcomes in, words out.

use crate::audience::import::{
    ColumnMapping, Export, FileSummary, ImportError, ImportFault, ImportTotals, ImportedPerson,
    ListState, MOST_NAMED, StepTotal,
};
use crate::cli::subscribers::last_time::typed_flag;
use crate::cli::terminal::failure::{Exit, Failure};

use crate::count::{and_more, counted, listed, people};
use crate::problem::Place;

/// Columns that are not read, by name.
const MOST_COLUMNS: usize = 8;

/// A state as people say it.
pub(super) fn state_words(state: ListState) -> &'static str {
    match state {
        ListState::NoEvidence => "without evidence of consent",
        ListState::LeftOut => "left out",
        other => other.word(),
    }
}

pub(super) fn refused(error: &ImportError) -> Failure {
    let place = match &error.fault {
        ImportFault::MixedEncodings { line } => Place::line(&error.path, *line),
        _ => Place::whole(&error.path),
    };
    Failure::new(Exit::Usage, error.to_string()).at(place).help(error.fault.cure())
}

/// What the files are, and what was read of them.
pub(super) fn files(export: &Export) -> Vec<String> {
    let mut lines = Vec::new();
    let files = counted(export.files.len(), "file", "files");
    lines.push(match &export.system {
        Some((_, name)) => format!("This looks like an export of {name} ({files})."),
        None => format!("No known system: the columns are taken by their titles ({files})."),
    });
    for file in &export.files {
        lines.push(format!("  {}: {}", file.name, counted_rows(file.rows)));
        lines.push(format!("    read: {}", listed(&file.used, usize::MAX)));
        if !file.own.is_empty() {
            let own: Vec<String> = file.own.iter().map(|(_, name)| name.clone()).collect();
            lines.push(format!("    kept as columns of your own: {}", listed(&own, MOST_COLUMNS)));
        }
        if !file.ignored.is_empty() {
            lines.push(format!("    not read: {}", listed(&file.ignored, MOST_COLUMNS)));
        }
    }
    lines.extend(how_to_keep(&export.files));
    lines.extend(export.notes.iter().map(|note| format!("Note: {note}.")));
    lines
}

/// Rows of `subscribers/` that do not come into the database with the list.
pub(super) fn not_moved(rows: &[ImportedPerson]) -> Vec<String> {
    if rows.is_empty() {
        return Vec::new();
    }
    let count = counted(rows.len(), "row of subscribers/ has", "rows of subscribers/ have");
    let mut lines = vec![format!("{count} nobody who can be on the list:")];
    lines.extend(rows.iter().take(MOST_NAMED).map(|row| {
        let address: String = row.address.escape_debug().take(100).collect();
        format!("    {address}  ({}: {})", row.place, row.why)
    }));
    if rows.len() > MOST_NAMED {
        lines.push(format!("    {}", and_more(rows.len() - MOST_NAMED)));
    }
    lines
}

/// How a column that is left out is kept, with the first that can be as the example.
fn how_to_keep(files: &[FileSummary]) -> Option<String> {
    let mut ignored = files.iter().flat_map(|file| &file.ignored);
    let example = ignored.find_map(|title| ColumnMapping::keeping(title))?;
    Some(format!(
        "To keep a column that is not read, as a column of your own: {}",
        typed_flag("map", &example.to_string())
    ))
}

fn counted_rows(rows: u64) -> String {
    counted(rows, "row", "rows")
}

/// What would change, the first of each kind by name.
pub(super) fn difference(totals: &ImportTotals) -> Vec<String> {
    let mut lines = Vec::new();
    let ImportTotals { new, changed, same, stays_no, left_out, repeated, .. } = totals;
    let mut kind = |title: &str, total: &StepTotal, is_listed: bool| {
        if total.count == 0 {
            return;
        }
        lines.push(format!("{}: {}", title, people(total.count)));
        if !is_listed {
            return;
        }
        let mut shown = 0;
        for person in total.first() {
            shown += 1;
            lines.push(format!(
                "    {}  {}  ({})",
                person.address,
                state_words(person.state),
                person.why
            ));
        }
        if total.count > shown {
            lines.push(format!("    {}", and_more(total.count - shown)));
        }
    };
    kind("  New", new, true);
    kind("  Changed", changed, true);
    kind("  The same", same, false);
    kind("  Said no, and stay so", stays_no, true);
    kind("  Left out", left_out, true);
    if *repeated > 0 {
        lines.push(format!("  On several rows: {}", counted_rows(*repeated)));
    }
    if totals.waiting > 0 {
        lines.push(format!(
            "{}: not mailed until a file has a clear word for them. Correct the rows, and import the file again.",
            people(totals.waiting)
        ));
    }
    if totals.without_evidence > 0 {
        lines.push(format!(
            "{} without evidence: they stay on the list and are not mailed. If you know why they may be, add \
             --basis, --source and --obtained.",
            people(totals.without_evidence)
        ));
    }
    lines
}
