//! The lines of a draft's fields: one field or entry changes, and every other line stays as it was, comments too.
//! Pure: lines in, lines out.

use serde_json::Value;

use super::draft_writing::yaml_word;

/// What stands behind `overrides:` in a file that roundup wrote.
const OWN_NOTE: &str = "# your own words for a story: title, summary, alt";
const OWN_PARTS: [&str; 3] = ["title", "summary", "alt"];

/// How far a line with words is indented; none for an empty line and for a comment.
fn indent(line: &str) -> Option<usize> {
    let words = line.trim_start();
    let is_words = !words.is_empty() && !words.starts_with('#');
    is_words.then(|| line.len() - words.len())
}

pub(super) fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

/// The comment at the end of a line, outside of quotation marks.
pub(super) fn comment(line: &str) -> Option<&str> {
    let line = line.trim_end();
    let mut quote = None;
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        match quote {
            Some(sign) if c == sign && before != '\\' => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'') && matches!(before, ' ' | '[' | ',') => quote = Some(c),
            None if c == '#' && before == ' ' => return Some(&line[at..]),
            None => {}
        }
        before = c;
    }
    None
}

/// The name before the colon of a line, and what stands behind it without its comment.
fn field(line: &str) -> Option<(String, &str)> {
    let words = line.trim();
    let words = comment(line).map_or(words, |comment| words[..words.len() - comment.len()].trim());
    let quote = words.chars().next().filter(|c| matches!(c, '"' | '\''));
    let end = match quote {
        Some(sign) => words[1..].find(sign)? + 2,
        None => words.find(": ").or_else(|| words.strip_suffix(':').map(str::len))?,
    };
    let rest = words[end..].trim_start().strip_prefix(':')?;
    let name = match quote {
        Some('"') => serde_json::from_str(&words[..end]).ok()?,
        Some(_) => words[1..end - 1].replace("''", "'"),
        None => words[..end].to_owned(),
    };
    Some((name, rest.trim()))
}

/// Where a field of the front matter begins.
pub(super) fn line_of(front: &[String], name: &str) -> Option<usize> {
    let is_it = |line: &String| {
        line.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with(':'))
    };
    front.iter().position(is_it)
}

/// The line behind the value of a field that begins on a line. Comments below the value are not of it, unless it is a
/// group and they are indented as its entries are.
pub(super) fn value_end(front: &[String], start: usize) -> usize {
    let own = indent(&front[start]).unwrap_or(0);
    let rest = field(&front[start]).map_or("", |(_, rest)| rest);
    let is_block = rest.starts_with(['|', '>']);
    let is_group = rest.is_empty();
    let mut end = start + 1;
    for (at, line) in front.iter().enumerate().skip(start + 1) {
        let margin = line.len() - line.trim_start().len();
        let is_deeper = margin > own && !line.trim().is_empty();
        match indent(line) {
            _ if is_block && is_deeper => end = at + 1,
            Some(margin) if margin > own => end = at + 1,
            Some(margin) if is_group && margin == own && line.trim_start().starts_with('-') => {
                end = at + 1;
            }
            None if is_group && is_deeper => end = at + 1,
            None if line.trim().is_empty() || !is_block => {}
            Some(_) | None => break,
        }
    }
    end
}

/// What is left of a line that goes: its comment, where somebody wrote one.
fn left_of(line: &str, written: &str) -> Option<String> {
    let margin = " ".repeat(indent(line).unwrap_or(0));
    comment(line).filter(|note| *note != written).map(|note| format!("{margin}{note}\n"))
}

/// The front matter with the editor's own words for a part of a story, or without them. None: the group is written in a way
/// that has no lines for it.
pub(super) fn with_own(
    front: &[String],
    id: &str,
    part: &str,
    text: Option<&str>,
) -> Option<Vec<String>> {
    let mut front = front.to_vec();
    let words = text.map(|text| format!("{part}: {}", Value::String(text.to_owned())));
    let Some(start) = line_of(&front, "overrides") else {
        if let Some(words) = words {
            front.push(format!("overrides: {OWN_NOTE}\n"));
            front.push(format!("  {}:\n", yaml_word(id)));
            front.push(format!("    {words}\n"));
        }
        return Some(front);
    };
    if !field(&front[start])?.1.is_empty() {
        return None;
    }
    let end = value_end(&front, start);
    let margin = (start + 1..end).find_map(|at| indent(&front[at]));
    let is_named = |at: &usize, name: &str, margin: usize| {
        indent(&front[*at]) == Some(margin)
            && field(&front[*at]).is_some_and(|(own, _)| own == name)
    };
    let story = margin.and_then(|margin| (start + 1..end).find(|at| is_named(at, id, margin)));
    let Some(story) = story else {
        if let Some(words) = words {
            let margin = " ".repeat(margin.unwrap_or(2));
            let entry = [format!("{margin}{}:\n", yaml_word(id)), format!("{margin}  {words}\n")];
            front.splice(end..end, entry);
        }
        return Some(front);
    };
    if !field(&front[story])?.1.is_empty() {
        return None;
    }
    let story_end = value_end(&front, story);
    let inner = (story + 1..story_end).find_map(|at| indent(&front[at]))?;
    let line_of_part = |name: &str| (story + 1..story_end).find(|at| is_named(at, name, inner));
    let margin = " ".repeat(inner);
    match (line_of_part(part), words) {
        (Some(at), Some(words)) => {
            let note = comment(&front[at]).map_or_else(String::new, |note| format!(" {note}"));
            let end = value_end(&front, at);
            front.splice(at..end, [format!("{margin}{words}{note}\n")]);
        }
        (None, Some(words)) => {
            let before = OWN_PARTS.iter().take_while(|name| **name != part);
            let behind = before.filter_map(|name| line_of_part(name)).max();
            let at = behind.map_or(story + 1, |at| value_end(&front, at));
            front.insert(at, format!("{margin}{words}\n"));
        }
        (Some(at), None) => {
            let is_last = OWN_PARTS.iter().filter(|name| line_of_part(name).is_some()).count() == 1;
            take_out(&mut front, at, is_last.then_some((start, story)));
        }
        (None, None) => {}
    }
    Some(front)
}

/// Takes out the words on a line; where they are the story's last, its line goes too, and the group's with the last story.
fn take_out(front: &mut Vec<String>, at: usize, last: Option<(usize, usize)>) {
    let left = left_of(&front[at], "");
    let end = value_end(front, at);
    front.splice(at..end, left);
    let Some((start, story)) = last else { return };
    let left = left_of(&front[story], "");
    front.splice(story..=story, left);
    let end = value_end(front, start);
    if (start + 1..end).all(|at| indent(&front[at]).is_none()) {
        let left = left_of(&front[start], OWN_NOTE);
        front.splice(start..=start, left);
    }
}

/// A list of a draft as lines: each story's with the comments right above it, and what stands between them.
struct ListParts {
    start: usize,
    end: usize,
    parts: Vec<ListPart>,
}

struct ListPart {
    id: Option<String>,
    lines: Vec<String>,
}

/// The story that a line offers, as `# - id # title` does.
fn offered(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix("# - ")?;
    let id = rest.split(" #").next().unwrap_or_default().trim();
    Some(id.trim_matches(['"', '\'']))
}

impl ListParts {
    /// None where the list is not there, or is not written with one story a line.
    fn of(front: &[String], name: &str, ids: &[String]) -> Option<Self> {
        let start = line_of(front, name)?;
        let (_, rest) = field(&front[start])?;
        if !(rest.is_empty() || rest == "[]") {
            return None;
        }
        let end = if rest.is_empty() { value_end(front, start) } else { start + 1 };
        let mut names = ids.iter();
        let mut parts = Vec::new();
        let mut above = Vec::new();
        for line in &front[start + 1..end] {
            if line.trim_start().starts_with("- ") {
                above.push(line.clone());
                let id = Some(names.next()?.clone());
                parts.push(ListPart { id, lines: std::mem::take(&mut above) });
            } else if is_comment(line) && offered(line).is_none() {
                above.push(line.clone());
            } else if is_comment(line) || line.trim().is_empty() {
                above.push(line.clone());
                parts.push(ListPart { id: None, lines: std::mem::take(&mut above) });
            } else {
                return None;
            }
        }
        parts.push(ListPart { id: None, lines: above });
        names.next().is_none().then_some(Self { start, end, parts })
    }

    /// Takes out every story that the list shall not have any more; gives the lines of one of them.
    fn keep(&mut self, ids: &[String], moved: &str) -> Option<Vec<String>> {
        let goes =
            |part: &ListPart| part.id.as_ref().is_some_and(|id| id == moved || !ids.contains(id));
        let taken = self.parts.iter().find(|part| part.id.as_deref() == Some(moved));
        let taken = taken.map(|part| part.lines.clone());
        self.parts.retain(|part| !goes(part));
        taken
    }

    /// Puts a story where the new order has it.
    fn put(&mut self, ids: &[String], moved: &str, lines: &[String]) {
        let Some(place) = ids.iter().position(|id| id == moved) else { return };
        let at = |id: &String| self.parts.iter().position(|part| part.id.as_ref() == Some(id));
        let first = || self.parts.iter().position(|part| part.id.is_some());
        let at = match place.checked_sub(1).and_then(|before| at(&ids[before])) {
            Some(before) => before + 1,
            None => first().unwrap_or(0),
        };
        let margin = self.parts.iter().filter(|part| part.id.is_some()).find_map(|part| {
            let line = part.lines.last()?;
            Some(line.len() - line.trim_start().len())
        });
        let margin = " ".repeat(margin.unwrap_or(2));
        let lines = lines.iter().map(|line| format!("{margin}{}", line.trim_start())).collect();
        self.parts.insert(at, ListPart { id: Some(moved.to_owned()), lines });
    }

    fn write(self, front: &mut Vec<String>, name: &str) {
        let note = comment(&front[self.start]).map_or_else(String::new, |note| format!(" {note}"));
        let is_empty = self.parts.iter().all(|part| part.id.is_none());
        let header = format!("{name}:{}{note}\n", if is_empty { " []" } else { "" });
        let lines = self.parts.into_iter().flat_map(|part| part.lines);
        let lines: Vec<String> = std::iter::once(header).chain(lines).collect();
        front.splice(self.start..self.end, lines);
    }
}

/// A list of stories before a change and after it.
pub(super) struct StoryListChange<'a> {
    pub name: &'static str,
    /// What stands behind the name where roundup writes it.
    pub note: &'static str,
    /// As the file has them.
    pub before: Vec<String>,
    pub after: &'a [String],
}

/// The front matter with one story in another place; `line` is a new line for it, where it had none.
pub(super) fn with_moved(
    front: &[String],
    lists: &[StoryListChange<'_>],
    moved: &str,
    line: &str,
) -> Vec<String> {
    let mut front: Vec<String> =
        front.iter().filter(|line| offered(line) != Some(moved)).cloned().collect();
    let mut taken = None;
    let is_touched = |list: &&StoryListChange<'_>| {
        list.before != list.after || list.after.iter().any(|id| id == moved)
    };
    for list in lists.iter().filter(is_touched) {
        if let Some(mut parts) = ListParts::of(&front, list.name, &list.before) {
            let lines = parts.keep(list.after, moved);
            taken = taken.or(lines);
            parts.write(&mut front, list.name);
        }
    }
    let lines = taken.unwrap_or_else(|| vec![line.to_owned()]);
    for list in lists.iter().filter(is_touched) {
        let left: Vec<String> = list
            .before
            .iter()
            .filter(|id| *id != moved && list.after.contains(id))
            .cloned()
            .collect();
        match ListParts::of(&front, list.name, &left) {
            Some(mut parts) => {
                parts.put(list.after, moved, &lines);
                parts.write(&mut front, list.name);
            }
            None => rewrite(&mut front, list, &lines),
        }
    }
    front
}

/// A list that is not there, or is on one line, is written with one story a line; its comments stay below it.
fn rewrite(front: &mut Vec<String>, list: &StoryListChange<'_>, moved: &[String]) {
    let start = line_of(front, list.name);
    let end = start.map_or(front.len(), |start| value_end(front, start));
    let start = start.unwrap_or(end);
    let old = &front[start..end];
    let note = old
        .first()
        .and_then(|line| comment(line))
        .map_or_else(|| format!("# {}", list.note), str::to_owned);
    let is_empty = list.after.is_empty();
    let mut lines = vec![format!("{}:{} {note}\n", list.name, if is_empty { " []" } else { "" })];
    for id in list.after {
        if list.before.contains(id) || moved.is_empty() {
            lines.push(format!("  - {}\n", yaml_word(id)));
        } else {
            lines.extend(moved.iter().map(|line| format!("  {}", line.trim_start())));
        }
    }
    lines.extend(old.iter().skip(1).filter(|line| is_comment(line)).cloned());
    front.splice(start..end, lines);
}

/// The front matter with other figures, each with its two lines; `before` and `after` are as people type them. What did not
/// change keeps its lines, and every comment stays.
pub(super) fn with_figures(
    front: &[String],
    before: &[String],
    after: &[(String, String)],
) -> Vec<String> {
    let mut front = front.to_vec();
    let start = line_of(&front, "figures");
    let end = start.map_or(front.len(), |start| value_end(&front, start));
    let start = start.unwrap_or(end);
    let mut old: Vec<Vec<String>> = Vec::new();
    let mut above = Vec::new();
    for line in front[start..end].iter().skip(1) {
        if line.trim_start().starts_with("- ") {
            above.push(line.clone());
            old.push(std::mem::take(&mut above));
        } else if is_comment(line) || line.trim().is_empty() || old.is_empty() {
            above.push(line.clone());
        } else if let Some(last) = old.last_mut() {
            last.append(&mut above);
            last.push(line.clone());
        }
    }
    // Written in another way: only its comments can be kept.
    let is_known = old.len() == before.len();
    let same =
        |at: usize, number: usize| before.get(at) == after.get(number).map(|(typed, _)| typed);
    let most = if is_known { before.len().min(after.len()) } else { 0 };
    let head = (0..most).take_while(|at| same(*at, *at)).count();
    let tail =
        (0..most - head).take_while(|n| same(before.len() - 1 - n, after.len() - 1 - n)).count();
    let comments = |lines: &[Vec<String>]| {
        lines.iter().flatten().filter(|line| is_comment(line)).cloned().collect::<Vec<_>>()
    };
    let old_end = if is_known { old.len() - tail } else { old.len() };
    let mut lines: Vec<String> = old[..head].concat();
    lines.extend(comments(&old[head..old_end]));
    lines.extend(after[head..after.len() - tail].iter().map(|(_, written)| written.clone()));
    lines.extend(old[old_end..].concat());
    lines.extend(above.into_iter().filter(|line| is_comment(line)));
    let header = front.get(start).filter(|_| start < end);
    if !after.is_empty() {
        let note = header
            .and_then(|line| comment(line))
            .map_or_else(String::new, |note| format!(" {note}"));
        lines.insert(0, format!("figures:{note}\n"));
    } else if let Some(note) = header.and_then(|line| left_of(line, "")) {
        lines.insert(0, note);
    }
    front.splice(start..end, lines);
    front
}
