//! Rows of tables, messages of chats and quoted emails as they are pasted: cells that tabs part, without the marks around them.
//! Pure: lines in, lines out.

/// A page has a few hundred lines; the rest of a longer text is left out, and said.
pub const MOST_LINES: usize = 10_000;

/// Words over the columns of a table.
const HEADER_NAMES: &str = "date|title|headline|name|news|story|summary|description|details|text|category|type|topic|author|link|\
    published|read more|more";

pub fn is_header_name(text: &str) -> bool {
    let text = text.trim().trim_end_matches(':');
    HEADER_NAMES.split('|').any(|name| text.eq_ignore_ascii_case(name))
}

/// "Date ⇥ Title ⇥ Category" over a table.
pub fn is_header_row(line: &str) -> bool {
    let mut cells = line.split('\t').map(str::trim).filter(|cell| !cell.is_empty());
    line.contains('\t') && cells.all(is_header_name)
}

/// A line without blanks and marks that nobody sees.
pub fn bare(line: &str) -> &str {
    line.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}' | '\u{200e}' | '\u{202f}')
    })
}

/// How the rows of a text are written, where it has any.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct TableForm {
    /// Most lines are quoted, as in an answered email: "> The fair".
    pub is_quoted: bool,
    /// A rule stands below the names of columns that pipes part.
    has_rule: bool,
    /// Several lines are messages of a chat.
    is_chat: bool,
    /// Several lines are cells in quotation marks.
    is_csv: bool,
}

impl TableForm {
    pub fn of(text: &str) -> Self {
        let count = |is: &dyn Fn(&str) -> bool| {
            text.lines().take(MOST_LINES).filter(|line| is(bare(line))).count()
        };
        let all = count(&|line| !line.is_empty());
        let quoted = count(&|line| line.starts_with('>'));
        Self {
            is_quoted: quoted > 1 && quoted * 2 > all,
            has_rule: count(&is_rule) > 0,
            is_chat: count(&|line| message(line).is_some()) > 1,
            is_csv: count(&|line| quoted_cells(line).is_some()) > 1,
        }
    }

    /// A row as cells; nothing of a rule, and of a message without words.
    pub fn cells(&self, line: &str) -> String {
        let inner = line.strip_prefix('|').and_then(|rest| rest.strip_suffix('|'));
        let inner = inner.filter(|inner| inner.contains('|'));
        if self.has_rule && is_rule(line) {
            return String::new();
        }
        if let Some(row) =
            inner.or_else(|| Some(line).filter(|_| self.has_rule && line.contains('|')))
        {
            return row.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>().join("\t");
        }
        if self.is_chat
            && let Some((day, words)) = message(line)
        {
            return if is_no_message(words) { String::new() } else { format!("{day}\t{words}") };
        }
        match quoted_cells(line).filter(|_| self.is_csv) {
            Some(cells) => cells.join("\t"),
            None => line.to_owned(),
        }
    }
}

/// "--- | :---: | ---": what stands below the names of columns.
fn is_rule(line: &str) -> bool {
    line.contains("--")
        && line.contains('|')
        && line.chars().all(|c| matches!(c, '-' | ':' | '|' | ' '))
}

/// `"The fair","3 December 2020"` as its cells.
fn quoted_cells(line: &str) -> Option<Vec<String>> {
    let inner = line.strip_prefix('"')?.strip_suffix('"')?;
    let cells: Vec<String> = inner.split("\",\"").map(|cell| cell.replace("\"\"", "\"")).collect();
    (cells.len() > 1).then_some(cells)
}

/// The day and the words of a message, as `WhatsApp` and Telegram copy them: "[03/12/2020, 10:00:00] Ann Lee: It was full",
/// "03/12/2020, 10:00 - Ann Lee: It was full".
fn message(line: &str) -> Option<(&str, &str)> {
    const LONGEST_HEAD_CHARS: usize = 80;
    let (when, rest) = match line.strip_prefix('[') {
        Some(inner) => inner.split_once("] ")?,
        None => line.split_once(" - ")?,
    };
    let (day, time) = when.split_once([',', ' '])?;
    let is_day = day.split(['/', '.', '-']).count() == 3
        && day.chars().all(|c| c.is_ascii_digit() || matches!(c, '/' | '.' | '-'));
    let time = time.trim();
    let is_time = time.starts_with(|c: char| c.is_ascii_digit()) && time.contains([':', '.']);
    if !is_day || !is_time {
        return None;
    }
    // Words of the program itself have nobody before them.
    let words =
        rest.split_once(": ").filter(|(name, _)| name.chars().count() <= LONGEST_HEAD_CHARS);
    Some((day, words.map_or("", |(_, words)| bare(words))))
}

/// What a program writes where a message had something else.
fn is_no_message(words: &str) -> bool {
    words.is_empty()
        || words.ends_with(" omitted")
        || words.starts_with("<Media")
        || words.starts_with("This message was deleted")
        || words.starts_with("You deleted this message")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_cells() {
        for (text, expected) in [
            (
                "Date | Title\n--- | ---\n3 May 2020 | The fair",
                vec!["Date\tTitle", "", "3 May 2020\tThe fair"],
            ),
            ("| 3 May 2020 | The fair |", vec!["3 May 2020\tThe fair"]),
            ("The fair | Leeds", vec!["The fair | Leeds"]),
            ("\"A\",\"He said \"\"yes\"\"\"\n\"B\",\"No\"", vec!["A\tHe said \"yes\"", "B\tNo"]),
            ("\"A\",\"B\"", vec!["\"A\",\"B\""]),
            (
                "[03/12/2020, 10:00:00] Ann Lee: It was full.\n[04/12/2020, 10:00:00] Ann Lee: image omitted",
                vec!["03/12/2020\tIt was full.", ""],
            ),
            (
                "03/12/2020, 10:00 - Ann: Full.\n03/12/2020, 10:01 - Messages are encrypted.",
                vec!["03/12/2020\tFull.", ""],
            ),
        ] {
            let form = TableForm::of(text);
            let found: Vec<String> = text.lines().map(|line| form.cells(line)).collect();
            assert_eq!(found, expected, "{text}");
        }
        assert!(TableForm::of("> The fair\n>\n> 3 May 2020").is_quoted);
        assert!(!TableForm::of("The fair\n> It was full.\nA well").is_quoted);
    }
}
