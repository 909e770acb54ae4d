//! A text of Handlebars as Handlebars itself reads it, given to the library piece by piece.
//! Pure: text in, a parsed template or what is wrong with it out.
//!
//! The library's grammar knows no `{{.}}`, no `{{~! comment }}` and no `(f @root)`, and its white space is not that of Handlebars:
//! `~` takes blanks behind a later comment. So it parses the tags only, in the one form it knows. Of the text around them it sees
//! a letter for each piece; comments it never sees.

use std::ops::Range;

use handlebars::template::TemplateElement;
use handlebars::{Template, TemplateErrorReason};

use super::balance::{cannot_be_inverted, unbalanced};
use super::fault::TemplateFault;
use super::tags::{Tag, TagKind, line_and_column, tags};
use super::white_space::{Part, parts};
use crate::problem::Place;

/// The block that a partial stands in whose lines are moved to the right with its call.
pub const INDENTED: &str = "indented_partial";

/// What stands for each piece of text.
const PIECE: &str = "x";

/// Why a text is not Handlebars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxFault {
    pub at: usize,
    pub what: String,
    pub cure: String,
}

impl SyntaxFault {
    /// The fault with its place. `first_line` is the line of the file at which the text begins.
    pub fn placed(self, shown: &str, first_line: usize, text: &str) -> TemplateFault {
        let (line, column) = line_and_column(text, self.at);
        TemplateFault {
            place: Place::at(shown, line + first_line - 1, column),
            what: self.what,
            cure: self.cure,
            line_text: text.lines().nth(line - 1).map(str::to_owned),
        }
    }
}

/// Parses a text. `name` is that of its template.
///
/// # Errors
/// When it is not Handlebars: the first thing that is wrong.
pub fn parse(name: &str, text: &str) -> Result<Template, SyntaxFault> {
    read(name, text, None)
}

/// The same with a mark before each `<` of the text, before the words between two tags and before each value.
///
/// # Errors
/// As `parse`.
pub fn parse_marked(
    name: &str,
    text: &str,
    mark: &dyn Fn(usize) -> String,
) -> Result<Template, SyntaxFault> {
    read(name, text, Some(mark))
}

type Mark<'a> = Option<&'a dyn Fn(usize) -> String>;

fn read(name: &str, text: &str, mark: Mark<'_>) -> Result<Template, SyntaxFault> {
    let found = tags(text);
    let wrong = |(at, what, cure): (usize, String, String)| SyntaxFault { at, what, cure };
    if is_open_at_the_end(text, &found)
        && let Some(fault) = unbalanced(text)
    {
        return Err(wrong(fault));
    }
    if let Some(fault) = found.iter().find_map(|tag| fault_of_a_tag(text, *tag)) {
        return Err(unbalanced(text).map_or(fault, wrong));
    }
    let written = Writing::of(text, &found, mark);
    let template = Template::compile_with_name(&written.source, name.to_owned());
    let mut template = template.map_err(|error| {
        let place = error.pos().map_or(0, |(line, column)| byte_at(&written.source, line, column));
        let what = match error.reason() {
            TemplateErrorReason::InvalidSyntax(_) => "this is not Handlebars".to_owned(),
            other => other.to_string(),
        };
        let cure = "check for a missing or extra brace or quotation mark".to_owned();
        // An open block is reported at the end of the file; people need its beginning.
        unbalanced(text)
            .map_or_else(|| SyntaxFault { at: written.place_of(place), what, cure }, wrong)
    })?;
    let mut pieces = written.pieces.iter();
    fill(&mut template, &mut pieces, &|line, column| {
        line_and_column(text, written.place_of(byte_at(&written.source, line, column)))
    });
    debug_assert!(pieces.next().is_none(), "{text}");
    Ok(template)
}

/// Puts the inline partials of each block before everything else in it: Handlebars knows them before it writes a word, and of
/// two of one name the last one.
pub fn hoist(template: &mut Template) {
    let whole = std::mem::take(&mut template.elements).into_iter();
    let mut mapping = std::mem::take(&mut template.mapping).into_iter();
    let (mut first, mut then) = (Vec::new(), Vec::new());
    for mut element in whole {
        match &mut element {
            TemplateElement::HelperBlock(block) => {
                block.template.iter_mut().chain(block.inverse.iter_mut()).for_each(hoist);
            }
            TemplateElement::PartialBlock(block) | TemplateElement::DecoratorBlock(block) => {
                block.template.iter_mut().for_each(hoist);
            }
            _ => {}
        }
        let is_inline = matches!(element, TemplateElement::DecoratorBlock(_));
        let place = mapping.next();
        if is_inline { &mut first } else { &mut then }.push((element, place));
    }
    for (element, place) in first.into_iter().chain(then) {
        template.elements.push(element);
        template.mapping.extend(place);
    }
}

/// What people write who know other languages: `{{elseif}}`, and operators between two values.
fn fault_of_a_tag(text: &str, tag: Tag) -> Option<SyntaxFault> {
    const SIGNS: [&str; 17] = [
        "==", "===", "!=", "!==", "&&", "||", "+", "-", "*", "/", "<", ">", "<=", ">=", "|", "??",
        "?",
    ];
    if tag.kind == TagKind::Comment || text[tag.start..].starts_with("{{{{") {
        return None;
    }
    let fault =
        |what: String, cure: &str| Some(SyntaxFault { at: tag.start, what, cure: cure.to_owned() });
    if let Some((what, cure)) = cannot_be_inverted(text, tag) {
        return fault(what, &cure);
    }
    let words = inner(&text[tag.start..tag.end]).trim_matches(['{', '}', '&', ' ']);
    if words.trim().is_empty() {
        return fault("there is nothing between these braces".to_owned(), "write a name there");
    }
    let word = tag.word(text);
    // The library takes the rest of the word for a block: `{{elsewhere}}` is not `{{else where}}`.
    if tag.kind == TagKind::Single && word.starts_with("else") {
        let what = format!("`{word}` is not known here");
        return fault(what, "write {{else if …}}, or {{else}}");
    }
    let begins = words.trim_start_matches(['#', '^', ' ']);
    if begins.starts_with(['>', '*', '/']) || begins.contains(" as |") {
        return None;
    }
    let outside = between_quotes(words);
    let mut parts = outside.split_whitespace().skip(1);
    let sign =
        parts.find(|part| SIGNS.contains(part) || (part.starts_with('!') && part.len() > 1))?;
    let what = format!("`{sign}` is not a sign of Handlebars");
    fault(
        what,
        "write (eq one other), (gt one other), (and one other), (or one other) or (not one)",
    )
}

/// The words of a tag without what stands in quotation marks.
fn between_quotes(words: &str) -> String {
    let mut out = String::new();
    let mut at = 0;
    while let Some(c) = words[at..].chars().next() {
        if matches!(c, '"' | '\'') {
            at += quoted_length(&words[at..], c);
        } else {
            out.push(c);
            at += c.len_utf8();
        }
    }
    out
}

/// Whether braces that open a tag stand behind the last one.
fn is_open_at_the_end(text: &str, found: &[Tag]) -> bool {
    let last = found.last().map_or(0, |tag| tag.end);
    text[last..].match_indices("{{").any(|(at, _)| {
        text[..last + at].bytes().rev().take_while(|byte| *byte == b'\\').count() != 1
    }) && !text[last..].starts_with("\\{{{{")
}

fn byte_at(text: &str, line: usize, column: usize) -> usize {
    let start =
        text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum::<usize>();
    let rest = text[start..].char_indices().nth(column.saturating_sub(1));
    rest.map_or(text.len(), |(at, _)| start + at)
}

/// A tag as the library has it.
struct WrittenTag {
    /// Where it begins in the source.
    at: usize,
    /// Its bytes in the text.
    tag: Range<usize>,
    /// How many letters its name has more in the source.
    longer: usize,
}

/// The text that the library parses.
#[derive(Default)]
struct Writing {
    source: String,
    /// What each `PIECE` stands for.
    pieces: Vec<String>,
    tags: Vec<WrittenTag>,
    /// The blocks that are open, and whether each began with `^`.
    open: Vec<bool>,
    /// The text since the last tag.
    waiting: String,
    is_in_raw_block: bool,
}

impl Writing {
    fn of(text: &str, found: &[Tag], mark: Mark<'_>) -> Self {
        let mut writing = Self::default();
        for part in parts(text, found) {
            match part {
                Part::Text(range) => add_text(text, range, mark, &mut writing.waiting),
                Part::Tag { number, indent } => {
                    let tag = found[number];
                    if tag.kind != TagKind::Comment {
                        writing.tag(text, tag, &text[indent], mark);
                    }
                }
            }
        }
        writing.end_piece();
        writing
    }

    fn end_piece(&mut self) {
        if !self.waiting.is_empty() || self.is_in_raw_block {
            self.source.push_str(PIECE);
            self.pieces.push(std::mem::take(&mut self.waiting));
        }
        self.is_in_raw_block = false;
    }

    fn tag(&mut self, text: &str, tag: Tag, indent: &str, mark: Mark<'_>) {
        let words = &text[tag.start..tag.end];
        let is_raw = words.starts_with("{{{{");
        let is_value =
            tag.kind == TagKind::Single && !inner(words).trim_start().starts_with(['>', '*']);
        if let Some(mark) = mark.filter(|_| is_value) {
            self.waiting.push_str(&mark(tag.start));
        }
        self.end_piece();
        let call = in_one_form(words);
        let call = self.with_plain_block(call, text, tag);
        let longer = if tag.is_inverted(text) { call.len().saturating_sub(words.len()) } else { 0 };
        self.tags.push(WrittenTag { at: self.source.len(), tag: tag.start..tag.end, longer });
        if is_raw {
            self.source.push_str(words);
            self.is_in_raw_block = tag.kind == TagKind::Open;
        } else if indent.is_empty() {
            self.source.push_str(&call);
        } else {
            let blanks = indent.replace('\t', "\\t");
            self.source
                .push_str(&format!("{{{{#{INDENTED} \"{blanks}\"}}}}{call}{{{{/{INDENTED}}}}}"));
        }
    }

    /// `{{^if a}}` is `{{#unless a}}`, and the other way round: the library takes `^` for an else. The end of the block too.
    fn with_plain_block(&mut self, call: String, text: &str, tag: Tag) -> String {
        let exchanged = |name: &str| if name == "if" { "unless" } else { "if" };
        let is_inverted = tag.is_inverted(text);
        let (sign, name) = match tag.kind {
            TagKind::Open => {
                self.open.push(is_inverted);
                ('^', tag.word(text))
            }
            TagKind::Close if self.open.pop() == Some(true) => ('/', tag.word(text)),
            _ => return call,
        };
        if sign == '^' && !is_inverted {
            return call;
        }
        let begins = if sign == '^' { '#' } else { '/' };
        let other = exchanged(name);
        let Some((before, rest)) = call.split_once(sign) else { return call };
        let rest = rest.trim_start().strip_prefix(name).unwrap_or(rest);
        format!("{before}{begins}{other}{rest}")
    }

    /// The byte of the text for one of the source: within a tag as far from its beginning.
    fn place_of(&self, at: usize) -> usize {
        let before = self.tags.partition_point(|written| written.at <= at);
        match before.checked_sub(1).map(|before| &self.tags[before]) {
            Some(WrittenTag { at: start, tag, longer }) => {
                let within = at - start;
                (tag.start + within.saturating_sub(*longer)).min(tag.end.saturating_sub(2))
            }
            None => 0,
        }
    }
}

fn add_text(text: &str, range: Range<usize>, mark: Mark<'_>, out: &mut String) {
    let words = &text[range.clone()];
    let Some(mark) = mark else {
        out.push_str(words);
        return;
    };
    let first = words.find(|c: char| !c.is_whitespace());
    for (at, c) in words.char_indices() {
        if c == '<' || Some(at) == first {
            out.push_str(&mark(range.start + at));
        }
        out.push(c);
    }
}

/// What stands between the braces and tildes of a tag.
fn inner(tag: &str) -> &str {
    let rest = tag.strip_prefix("{{").unwrap_or(tag);
    let rest = rest.strip_prefix('~').unwrap_or(rest);
    let rest = rest.strip_suffix("}}").unwrap_or(rest);
    rest.strip_suffix('~').unwrap_or(rest)
}

/// A tag as the library's grammar has it: no `~`, `{{{a}}}` for `{{&a}}`, `this` for `.`.
fn in_one_form(tag: &str) -> String {
    let inner = inner(tag);
    let (braces, inner) = match inner.strip_prefix('{') {
        Some(inner) => (3, inner.strip_suffix('}').unwrap_or(inner)),
        None => match inner.trim_start().strip_prefix('&') {
            Some(inner) => (3, inner),
            None => (2, inner),
        },
    };
    let name = inner.trim();
    let is_quoted = name.len() > 2
        && name.starts_with(['"', '\''])
        && quoted_length(name, if name.starts_with('"') { '"' } else { '\'' }) == name.len();
    let words =
        if is_quoted { format!("[{}]", &name[1..name.len() - 1]) } else { with_whole_paths(inner) };
    format!("{}{words}{}", "{".repeat(braces), "}".repeat(braces))
}

/// Paths that are only `.`, `..` or `@root` with a name at their end, and a partial's name without quotation marks.
fn with_whole_paths(inner: &str) -> String {
    let mut out = String::with_capacity(inner.len() + 8);
    let mut at = partial_name_in_quotes(inner).map_or(0, |(beginning, name, end)| {
        out.push_str(beginning);
        out.push_str(name);
        end
    });
    while let Some(c) = inner[at..].chars().next() {
        let rest = &inner[at..];
        let length = match c {
            '"' | '\'' => quoted_length(rest, c),
            '[' => rest.find(']').map_or(rest.len(), |end| end + 1),
            c if is_between_words(c) => c.len_utf8(),
            _ => word_length(rest),
        };
        let word = &rest[..length];
        match word {
            "." => out.push_str("this"),
            word if word == ".." || word.ends_with("/..") || word == "@root" => {
                out.push_str(word);
                out.push_str("/this");
            }
            word => out.push_str(word),
        }
        at += length;
    }
    out
}

fn is_between_words(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | ')' | '|' | '=' | '#' | '>' | '/' | '*' | '^')
}

/// A name with its segments in brackets; a `/` within it is part of it.
fn word_length(text: &str) -> usize {
    let mut is_in_brackets = false;
    let end = text.char_indices().find(|(_, c)| {
        match c {
            '[' => is_in_brackets = true,
            ']' => is_in_brackets = false,
            '/' => return false,
            c => return !is_in_brackets && (is_between_words(*c) || matches!(c, '"' | '\'')),
        }
        false
    });
    end.map_or(text.len(), |(at, _)| at)
}

fn quoted_length(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    let end = text.char_indices().skip(1).find(|(_, c)| {
        let ends = *c == quote && !is_escaped;
        is_escaped = *c == '\\' && !is_escaped;
        ends
    });
    end.map_or(text.len(), |(at, _)| at + 1)
}

/// `> "note"`, `#> 'note'`: what stands before the name, the name, and where its quotation mark ends.
fn partial_name_in_quotes(inner: &str) -> Option<(&str, &str, usize)> {
    let sign = inner.find(|c: char| !(c.is_whitespace() || matches!(c, '#' | '/')))?;
    let begins = inner[sign..].strip_prefix('>').unwrap_or(&inner[sign..]);
    let is_close = inner.trim_start().starts_with('/');
    if begins.len() == inner.len() - sign && !is_close {
        return None;
    }
    let name = begins.trim_start();
    let quote = name.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let end = name[1..].find(quote)? + 1;
    let words = &name[1..end];
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '/' | '.');
    let start = inner.len() - name.len();
    words.chars().all(is_plain).then(|| (&inner[..start], words, start + end + 1))
}

/// Puts the pieces of text where they belong, and the places of the text behind each element.
fn fill<'p>(
    template: &mut Template,
    pieces: &mut impl Iterator<Item = &'p String>,
    place: &dyn Fn(usize, usize) -> (usize, usize),
) {
    for mapping in &mut template.mapping {
        (mapping.0, mapping.1) = place(mapping.0, mapping.1);
    }
    for element in &mut template.elements {
        match element {
            TemplateElement::RawString(text) => {
                *text = pieces.next().cloned().unwrap_or_default();
            }
            TemplateElement::HelperBlock(block) => {
                for inner in block.template.iter_mut().chain(block.inverse.iter_mut()) {
                    fill(inner, pieces, place);
                }
            }
            TemplateElement::PartialBlock(block) | TemplateElement::DecoratorBlock(block) => {
                block.template.iter_mut().for_each(|inner| fill(inner, pieces, place));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use handlebars::Handlebars;
    use serde::Deserialize;
    use serde_json::Value;

    use super::*;
    use crate::compose::helper_state::EmailPart;
    use crate::compose::partial_indent::IndentedPartial;

    /// What npm's handlebars 4.7 writes (`noEscape`), with a helper `raw` that gives its content back.
    #[derive(Deserialize)]
    struct Judgement {
        data: Value,
        partials: std::collections::BTreeMap<String, String>,
        /// A template, and its text.
        cases: Vec<(String, String)>,
    }

    #[test]
    fn templates_write_what_handlebars_itself_writes() {
        let text = include_str!("../../tests/compose/handlebars.json");
        let judgement: Judgement = serde_json::from_str(text).unwrap();
        let mut registry = Handlebars::new();
        registry.register_escape_fn(handlebars::no_escape);
        registry.register_helper(INDENTED, Box::new(IndentedPartial(EmailPart::Text)));
        for (name, text) in &judgement.partials {
            let mut template = parse(name, text).unwrap();
            hoist(&mut template);
            registry.register_template(name, template);
        }
        let mut wrong = Vec::new();
        for (text, expected) in &judgement.cases {
            let mut template =
                parse("main", text).unwrap_or_else(|fault| panic!("{text:?}: {fault:?}"));
            hoist(&mut template);
            registry.register_template("main", template);
            match registry.render("main", &judgement.data) {
                Ok(written) if written == *expected => {}
                other => wrong.push(format!("{text:?}\n  {expected:?}\n  {other:?}")),
            }
        }
        let most = wrong.iter().take(8).cloned().collect::<Vec<_>>().join("\n");
        assert!(wrong.is_empty(), "{} of {}:\n{most}", wrong.len(), judgement.cases.len());
    }

    #[test]
    fn tags_are_written_in_one_form() {
        for (tag, expected) in [
            ("{{~.~}}", "{{this}}"),
            ("{{upper .}}", "{{upper this}}"),
            ("{{> p .}}", "{{> p this}}"),
            ("{{#with ..}}", "{{#with ../this}}"),
            ("{{#if (eq @root ../..)}}", "{{#if (eq @root/this ../../this)}}"),
            ("{{> p @root a=. b=\". @root\"}}", "{{> p @root/this a=this b=\". @root\"}}"),
            ("{{@root.title}}", "{{@root.title}}"),
            ("{{~{a}~}}", "{{{a}}}"),
            ("{{& upper a}}", "{{{ upper a}}}"),
            ("{{> \"note\" a=1}}", "{{> note a=1}}"),
            ("{{#> 'my/note'}}", "{{#> my/note}}"),
            ("{{/\"note\"}}", "{{/note}}"),
            ("{{a.[b c./..]}}", "{{a.[b c./..]}}"),
            ("{{/if}}", "{{/if}}"),
            ("{{ \"a b\" }}", "{{[a b]}}"),
            ("{{#*inline \"a\"}}", "{{#*inline \"a\"}}"),
        ] {
            assert_eq!(in_one_form(tag), expected);
        }
    }

    #[test]
    fn what_is_wrong_is_named_where_it_stands() {
        for (text, at, what) in [
            ("é {{#if a}}", 3, "{{#if}} is never closed"),
            ("a {{b", 2, "{{ is never closed"),
            ("{{!-- a", 0, "{{ is never closed"),
            ("{{! c }}x {{a b=}}", 16, "this is not Handlebars"),
            ("{{{{raw}}}} {{a}}", 0, "{{{{raw}}}} is never closed"),
            ("{{#if a}}x{{else}}y{{else}}z{{/if}}", 19, "a second {{else}} is in one block"),
            ("{{#> layout}}x{{else}}y{{/layout}}", 14, "{{else}} is outside a block"),
            ("a {{^each list}}x{{/each}}", 2, "{{^each}} does not begin a block here"),
            ("{{^if a}}x{{/unless}}", 0, "{{#if}} is closed by {{/unless}}"),
            ("{{#if a}}x{{elseif b}}y{{/if}}", 10, "`elseif` is not known here"),
            ("a {{ }}", 2, "there is nothing between these braces"),
            ("{{#if count == 3}}x{{/if}}", 0, "`==` is not a sign of Handlebars"),
            ("{{#if a}}b {{#if !more}}x{{/if}}{{/if}}", 11, "`!more` is not a sign of Handlebars"),
            ("{{count + 1}}", 0, "`+` is not a sign of Handlebars"),
        ] {
            let fault = parse("t", text).unwrap_err();
            assert_eq!((fault.what.as_str(), fault.at), (what, at), "{text}");
        }
    }
}
