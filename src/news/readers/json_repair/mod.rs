//! JSON with the slips that people and programs make: one costs one field or one item, and never the whole.
//! Pure: text in, a value and its slips out.
//!
//! It is read only where a strict reader has given up. Commas too many or too few, comments, characters that belong into
//! escapes, quotation marks of another kind and words of other languages are understood. A value that is none is left out with
//! its name. Where the text breaks off, the entry of a list that it breaks off in is left out.

mod cursor;

use serde_json::{Map, Value};

use cursor::{JsonCursor, LONGEST_NAME_BYTES, ParsedValue, closing};

/// Nothing of use lies deeper, and a reader must not run out of room.
const DEEPEST: usize = 64;

/// What was wrong with a text as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonFaults {
    /// The first of them.
    pub what: &'static str,
    /// Its byte in the text.
    pub at: usize,
    pub count: usize,
    /// Entries of lists that could not be read.
    pub lost: usize,
    /// Fields and entries that are not values: in a program, what it works out.
    pub left_out: usize,
}

/// A text that was read in spite of its slips.
#[derive(Debug, Clone, PartialEq)]
pub struct RepairedJson {
    pub value: Value,
    pub slips: JsonFaults,
    /// Where it ends in the text.
    pub end: usize,
}

/// What stands in a text as an object or a list, if anything of it can be read.
pub fn repaired(text: &str) -> Option<RepairedJson> {
    let mut parser = JsonCursor::of(text);
    let mut values = Vec::new();
    // One object a line is a list without its brackets.
    loop {
        parser.skip();
        if !matches!(parser.peek(), Some('{' | '[')) || values.first().is_some_and(Value::is_array)
        {
            break;
        }
        let begins = parser.at;
        match parser.value(0) {
            Some(ParsedValue::Whole(value)) => values.push(value),
            Some(ParsedValue::Cut(value)) if values.is_empty() => values.push(value),
            Some(ParsedValue::Cut(_)) => parser.lost += 1,
            None => break,
        }
        if values.len() > 1 && parser.first.is_none() {
            parser.note_at("several objects without a list around them", begins);
        }
    }
    let value = if values.len() > 1 { Value::Array(values) } else { values.pop()? };
    let has_something = match &value {
        Value::Object(map) => !map.is_empty(),
        Value::Array(list) => {
            list.iter().any(|entry| entry.as_object().is_some_and(|fields| !fields.is_empty()))
        }
        _ => false,
    };
    let (what, at) = parser.first.unwrap_or(("something behind its end", parser.at));
    let JsonCursor { lost, left_out, .. } = parser;
    let slips = JsonFaults { what, at, count: parser.count.max(1), lost, left_out };
    has_something.then_some(RepairedJson { value, slips, end: parser.at })
}

impl JsonCursor<'_> {
    /// The value that begins here; `None` where there is none, and nothing is read.
    fn value(&mut self, depth: usize) -> Option<ParsedValue> {
        match self.peek()? {
            '{' if depth < DEEPEST => Some(self.object(depth)),
            '[' if depth < DEEPEST => Some(self.list(depth)),
            '{' | '[' => None,
            quote if closing(quote).is_some() => Some(self.string(quote)),
            _ => self.word().map(ParsedValue::Whole),
        }
    }

    fn object(&mut self, depth: usize) -> ParsedValue {
        let mut map = Map::new();
        self.advance();
        loop {
            if let Some(parsed) = self.end_of('}') {
                return parsed(Value::Object(map));
            }
            let Some(name) = self.name() else {
                self.note("something that is not a field");
                self.leave_out();
                continue;
            };
            self.skip();
            match self.value(depth + 1) {
                Some(ParsedValue::Whole(value)) => {
                    map.insert(name, value);
                }
                Some(ParsedValue::Cut(value)) => {
                    // Half a text may be half a word; a list has its first entries.
                    if value.is_array() || value.is_object() {
                        map.insert(name, value);
                    }
                    return ParsedValue::Cut(Value::Object(map));
                }
                None => {
                    self.note("a value that cannot be read");
                    self.leave_out();
                }
            }
            self.separator('}');
        }
    }

    fn list(&mut self, depth: usize) -> ParsedValue {
        let mut list = Vec::new();
        self.advance();
        loop {
            if let Some(parsed) = self.end_of(']') {
                return parsed(Value::Array(list));
            }
            match self.value(depth + 1) {
                Some(ParsedValue::Whole(value)) => list.push(value),
                Some(ParsedValue::Cut(_)) => {
                    self.lost += 1;
                    return ParsedValue::Cut(Value::Array(list));
                }
                None => {
                    self.note("a value that cannot be read");
                    self.lost += 1;
                    self.leave_out();
                }
            }
            self.separator(']');
        }
    }

    /// Goes to the next entry of an object or a list that ends with `end`. Where it ends instead: whether it was whole.
    fn end_of(&mut self, end: char) -> Option<fn(Value) -> ParsedValue> {
        loop {
            self.skip();
            match self.peek() {
                None => {
                    self.note("no end: the text breaks off");
                    return Some(ParsedValue::Cut);
                }
                Some(found) if found == end => {
                    self.advance();
                    return Some(ParsedValue::Whole);
                }
                // The other's end, which is left for it.
                Some('}' | ']') => {
                    self.note(if end == '}' { "a missing }" } else { "a missing ]" });
                    return Some(ParsedValue::Whole);
                }
                Some(',') => {
                    self.note("a comma too many");
                    self.advance();
                }
                Some(_) => return None,
            }
        }
    }

    /// What stands behind a value: a comma before the next one, or the end.
    fn separator(&mut self, end: char) {
        self.skip();
        match self.peek() {
            Some(',') => {
                let comma = self.at;
                self.advance();
                self.skip();
                if self.peek() == Some(end) {
                    self.note_at("a comma too many", comma);
                }
            }
            Some('}' | ']') | None => {}
            Some(_) => self.note("a missing comma"),
        }
    }

    /// The name of a field, and the colon behind it.
    fn name(&mut self) -> Option<String> {
        let begins = self.at;
        let first = self.peek()?;
        let name = if let Some(quote) = closing(first) {
            let rest = &self.rest()[first.len_utf8()..];
            let end = rest.find(quote).filter(|end| *end <= LONGEST_NAME_BYTES)?;
            let name = rest[..end].to_owned();
            if first != '"' {
                self.note("quotation marks that are not JSON’s");
            }
            self.at += first.len_utf8() + end + quote.len_utf8();
            name
        } else {
            let is_of_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '-' | '@');
            let end = self.rest().find(|c| !is_of_name(c)).unwrap_or(self.rest().len());
            let name = self.rest()[..end].to_owned();
            if name.is_empty() || name.len() > LONGEST_NAME_BYTES {
                return None;
            }
            self.at += end;
            self.skip();
            // Without quotation marks only the colon says that it is a name.
            if self.peek() != Some(':') {
                self.at = begins;
                return None;
            }
            self.note_at("a name without quotation marks", begins);
            name
        };
        self.skip();
        if matches!(self.peek(), Some(':' | '=')) {
            self.advance();
        } else {
            self.note("a missing colon");
        }
        Some(name)
    }

    /// Goes to the comma or bracket behind what cannot be read.
    fn leave_out(&mut self) {
        self.left_out += 1;
        let mut open = 0_usize;
        while let Some(c) = self.peek() {
            match c {
                '{' | '[' | '(' => open += 1,
                '}' | ']' if open == 0 => return,
                '}' | ']' | ')' => open = open.saturating_sub(1),
                ',' if open == 0 => return,
                quote @ ('"' | '\'' | '`') => {
                    let rest = &self.rest()[1..];
                    let end = rest.find([quote, '\n']).unwrap_or(rest.len());
                    self.at += end + 1;
                }
                _ => {}
            }
            self.advance();
        }
    }

    /// A number, `true`, `false` or `null`, also as other languages write them.
    fn word(&mut self) -> Option<Value> {
        let is_end = |c: char| {
            c.is_whitespace() || matches!(c, ',' | ']' | '}' | '{' | '[' | ':' | '"' | '\'')
        };
        let word = &self.rest()[..self.rest().find(is_end).unwrap_or(self.rest().len())];
        let length = word.len();
        if let Ok(value) = serde_json::from_str::<Value>(word) {
            self.at += length;
            return Some(value);
        }
        let digits = word.trim_start_matches(['+', '0']);
        let value = match word.to_ascii_lowercase().as_str() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "none" | "null" | "undefined" | "nan" | "infinity" | "-infinity" | "nil" => Value::Null,
            // What begins with a nought is a name, or a telephone number.
            _ if !word.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                Value::String(word.to_owned())
            }
            _ => return None,
        };
        self.note("a word that JSON does not have");
        self.at += length;
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn one_slip_costs_one_field_or_one_entry() {
        let two = json!([{"t": "A"}, {"t": "B"}]);
        for (text, value, what, lost) in [
            (r#"[{"t": "A",}, {"t": "B"},]"#, two.clone(), "a comma too many", 0),
            (r#"[{"t": "A"},, {"t": "B"}]"#, two.clone(), "a comma too many", 0),
            (r#"[{"t": "A"} {"t": "B"}]"#, two.clone(), "a missing comma", 0),
            ("// our news\n[{\"t\": \"A\"}, /* x */ {\"t\": \"B\"}]", two.clone(), "a comment", 0),
            ("[{'t': 'A'}, {'t': 'B'}]", two.clone(), "quotation marks that are not JSON’s", 0),
            ("[{t: \"A\"}, {t: \"B\"}]", two.clone(), "a name without quotation marks", 0),
            (
                "{\"t\": \"A\"}\n{\"t\": \"B\"}\n",
                two.clone(),
                "several objects without a list around them",
                0,
            ),
            ("[{\"t\": \"A\"}, {\"t\": \"B\"}", two.clone(), "no end: the text breaks off", 0),
            (
                "[{\"t\": \"A\"}, {\"t\": \"B\"}, {\"t\": \"Ha",
                two.clone(),
                "no end: the text breaks off",
                1,
            ),
            (r#"[{"t": "A"}, oops, {"t": "B"}]"#, two.clone(), "a value that cannot be read", 1),
            (
                r#"[{"t": "A", "x": oops}, {"t": "B"}]"#,
                two.clone(),
                "a value that cannot be read",
                0,
            ),
            (r#"[{"t": "A", oops}, {"t": "B"}]"#, two.clone(), "something that is not a field", 0),
            (r#"{"a": [{"t": "A"}, {"t": "B"}}"#, json!({"a": two}), "a missing ]", 0),
            (
                r#"{"a": "one "big" fair", "b": 1}"#,
                json!({"a": "one \"big\" fair", "b": 1}),
                "quotation marks within a text",
                0,
            ),
            (
                r#"{"a": "yes", he said", "b": 1}"#,
                json!({"a": "yes\", he said", "b": 1}),
                "quotation marks within a text",
                0,
            ),
            (
                "{\"a\": \"one\ntwo\u{1}\"}",
                json!({"a": "one\ntwo "}),
                "a control character within a text",
                0,
            ),
            (
                "{\"a\": \"one,\n\"b\": 2}",
                json!({"a": "one", "b": 2}),
                "a text without its closing quotation mark",
                0,
            ),
            (
                r#"{"a": "it\'s", "b": "\ud83d\ude00"}"#,
                json!({"a": "it's", "b": "😀"}),
                "an escape that JSON does not have",
                0,
            ),
            (
                r#"{"a": True, "b": None, "c": 007}"#,
                json!({"a": true, "b": null, "c": "007"}),
                "a word that JSON does not have",
                0,
            ),
            (r#"{"a" "x"}"#, json!({"a": "x"}), "a missing colon", 0),
        ] {
            let read = repaired(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(
                (&read.value, read.slips.what, read.slips.lost),
                (&value, what, lost),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_not_json_stays_so() {
        for text in ["", "[", "{", "{}", "[1, 2]", "[Notice] x", "{ color }", "<p>{\"a\": 1}</p>"] {
            assert_eq!(repaired(text), None, "{text}");
        }
        let deep = format!("{}{}", "[".repeat(5000), "{\"a\":1}");
        assert_eq!(repaired(&deep), None);
    }

    proptest! {
        #[test]
        fn what_is_right_is_read_as_it_is(texts in proptest::collection::vec("[a-zé \"\\\\\n]{0,12}", 1..5)) {
            let value: Value = texts.iter().map(|text| json!({"t": text, "n": [1, null, true]})).collect();
            let read = repaired(&value.to_string()).unwrap();
            prop_assert_eq!(read.value, value);
            prop_assert_eq!(read.slips.lost, 0);
        }

        #[test]
        fn any_text_is_read_without_harm(text in "([\\[\\]{}\"',:0-9a=/#]|\\\\u?|\\*/|\n|“|\\PC){0,80}") {
            let _ = repaired(&text);
        }
    }
}
