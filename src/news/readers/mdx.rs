//! MDX without what is program in it: imports, exports, expressions, components. Their words stay.
//! Pure: text in, text out.

use super::tool_markup::StrippedText;

/// What is opened and never closed within this many bytes is text.
const LONGEST_BYTES: usize = 4000;
/// Beyond these nobody reads the list.
const MOST_REMOVED: usize = 100;

/// Takes it out of a text. Readers learn nothing from imports, exports and comments, so nobody need look at their places.
pub fn without_program(markdown: &str) -> StrippedText {
    let mut out = StrippedText { text: String::with_capacity(markdown.len()), removed: Vec::new() };
    let (mut rest, mut line, mut fence) = (markdown, 1, None::<&str>);
    let mut begins_line = true;
    while let Some(c) = rest.chars().next() {
        if begins_line {
            let bare = rest.trim_start_matches(' ');
            if let Some(mark) = ["```", "~~~"].into_iter().find(|mark| bare.starts_with(mark)) {
                fence = if fence == Some(mark) { None } else { fence.or(Some(mark)) };
            }
        }
        let found = match fence {
            Some(_) => None,
            None if begins_line => program_lines(rest).or_else(|| program(rest)),
            None => program(rest),
        };
        let is_escaped = out.text.ends_with('\\');
        let (length, is_told) = found.filter(|_| !is_escaped).unwrap_or((0, false));
        if length > 0 {
            let written = &rest[..length];
            if is_told && out.removed.len() < MOST_REMOVED {
                let shown = written.lines().next().unwrap_or_default().chars().take(40).collect();
                out.removed.push((line, shown));
            }
            let newlines = written.matches('\n').count();
            // Docusaurus ends the beginning of a text so.
            let is_end = written.trim_matches(['{', '}', '/', '*', ' ']) == "truncate";
            out.text.push_str(if is_end { "<!--more-->" } else { "" });
            out.text.push_str(&"\n".repeat(newlines));
            line += newlines;
            begins_line = begins_line && newlines == 0 || written.ends_with('\n');
            rest = &rest[length..];
            continue;
        }
        // `code` is text for readers; of many brackets in a row one was tried.
        let code = if c == '`' && fence.is_none() { code_length(rest) } else { None };
        let brackets = rest.bytes().take_while(|b| *b == b'{').count();
        let taken = code.unwrap_or(c.len_utf8().max(brackets));
        let written = &rest[..taken];
        out.text.push_str(written);
        line += written.matches('\n').count();
        begins_line = c == '\n';
        rest = &rest[taken..];
    }
    out
}

fn code_length(rest: &str) -> Option<usize> {
    let marks = rest.bytes().take_while(|b| *b == b'`').count();
    let inner = &rest[marks..rest.floor_char_boundary(marks + LONGEST_BYTES)];
    let line = inner.split('\n').next().unwrap_or_default();
    line.find(&rest[..marks]).map(|end| marks + end + marks)
}

/// Imports and exports: from the beginning of a line to the next empty one.
fn program_lines(rest: &str) -> Option<(usize, bool)> {
    if !rest.starts_with("import ") && !rest.starts_with("export ") {
        return None;
    }
    let end = rest.find("\n\n").map_or(rest.len(), |at| at + 1);
    let block = &rest[..end];
    let is_import = block.starts_with("import ") && block.contains(['"', '\'']);
    let is_export = block.strip_prefix("export ").is_some_and(|rest| {
        ["const ", "let ", "var ", "function", "default ", "async ", "class ", "{", "*"]
            .iter()
            .any(|word| rest.starts_with(word))
    });
    (is_import || is_export).then_some((end, false))
}

/// A component's tag or an expression at the beginning of a text: its length, and whether readers may miss something.
fn program(rest: &str) -> Option<(usize, bool)> {
    if rest.starts_with("{/*") {
        return Some((rest[..rest.floor_char_boundary(LONGEST_BYTES)].find("*/}")? + 3, false));
    }
    if rest.starts_with('{') {
        return Some((balanced(rest)?, true));
    }
    let tag = rest.strip_prefix('<')?;
    if tag.starts_with('>') {
        return Some((2, false));
    }
    if tag.starts_with("/>") {
        return Some((3, false));
    }
    let is_closing = tag.starts_with('/');
    let name = tag.trim_start_matches('/');
    if !name.starts_with(|c: char| c.is_ascii_uppercase()) {
        return None;
    }
    let length = tag_length(rest)?;
    // A tag around words leaves them; one that is all by itself may have shown something.
    Some((length, !is_closing && rest[..length].ends_with("/>")))
}

/// From a bracket to the one that closes it, beyond those in quotation marks.
fn balanced(rest: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0_usize, None);
    for (at, c) in rest[..rest.floor_char_boundary(LONGEST_BYTES)].char_indices() {
        match (quote, c) {
            (Some(mark), c) if c == mark => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '{') => depth += 1,
            (None, '}') => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            (None, _) => {}
        }
    }
    None
}

/// From `<` to the `>` that ends the tag: one within an attribute does not.
fn tag_length(rest: &str) -> Option<usize> {
    let limit = rest.floor_char_boundary(LONGEST_BYTES);
    let mut at = 1;
    let mut quote = None;
    while at < limit {
        let c = rest[at..].chars().next()?;
        match (quote, c) {
            (Some(mark), c) if c == mark => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '{') => {
                at += balanced(&rest[at..])?;
                continue;
            }
            (None, '>') => return Some(at + 1),
            (None, _) => {}
        }
        at += c.len_utf8();
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_program_goes_and_words_stay() {
        for (text, expected, told) in [
            ("import A from './a'\nimport {\n  B\n} from 'b'\n\nFair.", "\n\n\n\n\nFair.", 0),
            ("export const x = { a: 1 };\n\nFair.", "\n\nFair.", 0),
            ("import goods to Britain.", "import goods to Britain.", 0),
            ("The <Tip text=\"x > y\">hall</Tip> was full.", "The hall was full.", 0),
            ("Full. <Chart year={2020} />", "Full. ", 1),
            ("<Card\n  data={{ a: '}' }}\n/>\nFull.", "\n\n\nFull.", 1),
            ("In {new Date().getFullYear()}.", "In .", 1),
            ("{/* a comment */}Full.", "Full.", 0),
            ("{/* truncate */}", "<!--more-->", 0),
            ("<>Full.</>", "Full.", 0),
            ("1 < 2 and <b>b</b>", "1 < 2 and <b>b</b>", 0),
            ("`{code}` and \\{text}", "`{code}` and \\{text}", 0),
            ("```\n<Tag />\n```\n<Tag />", "```\n<Tag />\n```\n", 1),
            ("An open { brace", "An open { brace", 0),
        ] {
            let found = without_program(text);
            assert_eq!((found.text.as_str(), found.removed.len()), (expected, told), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_keeps_its_lines(text in "[a-zA-Z<>{}/`'\"\\\\ \n=]{0,200}") {
            let found = without_program(&text);
            prop_assert_eq!(found.text.matches('\n').count(), text.matches('\n').count());
        }
    }
}
