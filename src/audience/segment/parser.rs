//! Reads a filter: comparisons with `and`, `or`, `not` and parentheses.
//! Pure: text in, a filter out.
//!
//! `not` binds closest, then `and`, then `or`.

use super::fault::SegmentFault;
use super::filter::{Comparison, Filter, FilterValue, Test, is_tags};
use super::tokens::{FilterSymbol, Sign, Token, tokens};

/// A filter is a line or two; what is longer was pasted by mistake.
pub const LONGEST_FILTER_CHARACTERS: usize = 4_000;
/// Parentheses and `not` inside each other.
pub const DEEPEST: usize = 32;

const EXAMPLE: &str = "write a column, a sign and a value, as in town = \"York\"";

/// Reads a whole filter.
///
/// # Errors
/// Says at which character it is wrong, and the cure.
pub fn parse(text: &str) -> Result<Filter, SegmentFault> {
    if text.chars().count() > LONGEST_FILTER_CHARACTERS {
        return Err(SegmentFault::new(
            0,
            format!("the filter is longer than {LONGEST_FILTER_CHARACTERS} characters"),
            "give the people a tag, and filter by it",
        ));
    }
    let tokens = tokens(text)?;
    let mut parser = Parser { end: text.trim_end().chars().count(), tokens: &tokens, next: 0 };
    if tokens.is_empty() {
        return Err(SegmentFault::new(0, "the filter is empty", EXAMPLE));
    }
    let filter = parser.any(0)?;
    match parser.tokens.get(parser.next) {
        None => Ok(filter),
        Some(token) => Err(SegmentFault::new(
            token.at,
            format!("{} is not expected here", shown(&token.kind)),
            "put `and` or `or` between two comparisons, and close each parenthesis once",
        )),
    }
}

struct Parser<'a> {
    tokens: &'a [Token],
    next: usize,
    /// One past the last character.
    end: usize,
}

impl Parser<'_> {
    fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |token| token.at)
    }

    fn kind(&self) -> Option<&FilterSymbol> {
        self.tokens.get(self.next).map(|token| &token.kind)
    }

    /// Takes the next token where it is this word.
    fn takes_word(&mut self, wanted: &str) -> bool {
        let is_it = matches!(self.kind(), Some(FilterSymbol::Word(word)) if word.eq_ignore_ascii_case(wanted));
        self.next += usize::from(is_it);
        is_it
    }

    fn takes(&mut self, wanted: &FilterSymbol) -> bool {
        let is_it = self.kind() == Some(wanted);
        self.next += usize::from(is_it);
        is_it
    }

    fn any(&mut self, depth: usize) -> Result<Filter, SegmentFault> {
        let mut parts = vec![self.all(depth)?];
        while self.takes_word("or") {
            parts.push(self.all(depth)?);
        }
        Ok(one_or(parts, Filter::Any))
    }

    fn all(&mut self, depth: usize) -> Result<Filter, SegmentFault> {
        let mut parts = vec![self.one(depth)?];
        while self.takes_word("and") {
            parts.push(self.one(depth)?);
        }
        Ok(one_or(parts, Filter::All))
    }

    fn one(&mut self, depth: usize) -> Result<Filter, SegmentFault> {
        if depth > DEEPEST {
            return Err(SegmentFault::new(
                self.at(),
                format!("parentheses and `not` stand inside each other more than {DEEPEST} times"),
                "write it with fewer of them",
            ));
        }
        if self.takes_word("not") {
            return Ok(Filter::Not(Box::new(self.one(depth + 1)?)));
        }
        let opened = self.at();
        if !self.takes(&FilterSymbol::Open) {
            return self.comparison();
        }
        let inner = self.any(depth + 1)?;
        if self.takes(&FilterSymbol::Close) {
            return Ok(inner);
        }
        if self.kind().is_none() {
            return Err(SegmentFault::new(
                opened,
                "a parenthesis is opened here and not closed",
                "close it with )",
            ));
        }
        Err(SegmentFault::new(self.at(), "`and`, `or` or ) is expected here", EXAMPLE))
    }

    fn comparison(&mut self) -> Result<Filter, SegmentFault> {
        let at = self.at();
        let column = match self.kind() {
            Some(FilterSymbol::Word(word)) if !is_reserved(word) => word.clone(),
            _ => {
                return Err(SegmentFault::new(
                    self.at(),
                    "the name of a column is expected here",
                    EXAMPLE,
                ));
            }
        };
        self.next += 1;
        let test = if self.takes_word("in") {
            Test::In(self.values()?)
        } else if self.takes_word("not") {
            if !self.takes_word("in") {
                return Err(SegmentFault::new(
                    self.at(),
                    "`in` is expected here",
                    "write not in (\"York\", \"Leeds\")",
                ));
            }
            Test::NotIn(self.values()?)
        } else if let Some(FilterSymbol::Sign(sign)) = self.kind() {
            let (sign, at) = (*sign, self.at());
            self.next += 1;
            let value = self.value()?;
            refuse_disorder(&column, sign, &value, at)?;
            Test::Sign(sign, value)
        } else {
            return Err(SegmentFault::new(
                self.at(),
                format!("a sign is expected after `{column}`"),
                "write one of =, !=, <, <=, >, >= and in",
            ));
        };
        Ok(Filter::Compare(Comparison { column, at, test }))
    }

    fn values(&mut self) -> Result<Vec<FilterValue>, SegmentFault> {
        const LISTED: &str = "list the values as in (\"York\", \"Leeds\")";
        if !self.takes(&FilterSymbol::Open) {
            return Err(SegmentFault::new(self.at(), "( is expected after `in`", LISTED));
        }
        let mut values = vec![self.value()?];
        while self.takes(&FilterSymbol::Comma) {
            values.push(self.value()?);
        }
        if self.takes(&FilterSymbol::Close) {
            Ok(values)
        } else {
            Err(SegmentFault::new(self.at(), "a comma or ) is expected here", LISTED))
        }
    }

    fn value(&mut self) -> Result<FilterValue, SegmentFault> {
        let value = match self.kind() {
            Some(FilterSymbol::Text(text)) => FilterValue::Text(text.clone()),
            Some(FilterSymbol::Date(day)) => FilterValue::Date(*day),
            Some(FilterSymbol::Number(number)) => FilterValue::Number(*number),
            Some(FilterSymbol::Word(word)) if !is_reserved(word) => {
                return Err(SegmentFault::new(
                    self.at(),
                    format!("`{word}` is a text without quotation marks"),
                    format!("write \"{word}\""),
                ));
            }
            _ => {
                return Err(SegmentFault::new(
                    self.at(),
                    "a value is expected here",
                    "write a text in quotation marks, a date such as 2024-01-31, or a number",
                ));
            }
        };
        self.next += 1;
        Ok(value)
    }
}

/// What cannot be earlier or later, or more or less.
fn refuse_disorder(
    column: &str,
    sign: Sign,
    value: &FilterValue,
    at: usize,
) -> Result<(), SegmentFault> {
    if matches!(sign, Sign::Equal | Sign::NotEqual) {
        return Ok(());
    }
    let sign = sign.written();
    if is_tags(column) {
        let cure = "compare tags with =, != or in";
        return Err(SegmentFault::new(at, format!("tags cannot be compared with {sign}"), cure));
    }
    if let FilterValue::Text(_) = value {
        return Err(SegmentFault::new(
            at,
            format!("{sign} compares dates and numbers, and not texts"),
            "write the value without quotation marks, as in 2024-01-31 or 100",
        ));
    }
    Ok(())
}

fn is_reserved(word: &str) -> bool {
    ["and", "or", "not", "in"].iter().any(|reserved| word.eq_ignore_ascii_case(reserved))
}

fn one_or(mut parts: Vec<Filter>, several: fn(Vec<Filter>) -> Filter) -> Filter {
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            parts.extend(last);
            several(parts)
        }
    }
}

fn shown(kind: &FilterSymbol) -> String {
    match kind {
        FilterSymbol::Word(word) => format!("`{word}`"),
        FilterSymbol::Text(text) => format!("\"{}\"", text.chars().take(40).collect::<String>()),
        FilterSymbol::Date(day) => day.to_string(),
        FilterSymbol::Number(number) => number.to_string(),
        FilterSymbol::Sign(sign) => sign.written().to_owned(),
        FilterSymbol::Open => "(".to_owned(),
        FilterSymbol::Close => ")".to_owned(),
        FilterSymbol::Comma => "a comma".to_owned(),
    }
}
