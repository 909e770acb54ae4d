//! A file of words as a project writes it, and its slips: each with its place and its cure.
//! Pure: TOML in, words or slips out.

use super::words::{LocaleWords, WordsFile, WordsFileError};

use toml::Spanned;

use crate::problem::{Place, did_you_mean, nearest, of_another_kind};

/// The fields of a file, for "did you mean".
const FIELDS: [&str; 11] = [
    "name",
    "direction",
    "months",
    "months_of_days",
    "short_months",
    "day",
    "first_day",
    "day_without_year",
    "month",
    "say",
    "count",
];

/// The forms that numbers can have (CLDR's names).
const FORMS: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// A file of words while it is read.
pub struct WordsReader<'a> {
    /// `pl.toml`
    pub file: &'a str,
    pub text: &'a str,
}

impl WordsReader<'_> {
    fn wrong(&self, at: Option<usize>, what: String, cure: String) -> WordsFileError {
        let source = format!("templates/words/{}", self.file);
        let Some(at) = at else {
            return WordsFileError::File {
                place: Place::whole(source),
                what,
                cure,
                line_text: None,
            };
        };
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.matches('\n').count();
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count();
        let line_text = self.text.lines().nth(line).map(str::to_owned);
        let place = Place::at(source, line + 1, column + 1);
        WordsFileError::File { place, what, cure, line_text }
    }

    /// The file, as it is written.
    ///
    /// # Errors
    /// When it is not a file of words.
    pub fn file(&self) -> Result<WordsFile, WordsFileError> {
        toml::from_str(self.text).map_err(|error| {
            let at = error.span().map(|span| span.start);
            let line = at.and_then(|at| line_at(self.text, at));
            let (what, cure) = in_own_words(error.message().trim(), line);
            self.wrong(at, what, cure)
        })
    }

    /// Looks at every word against those that are known: the key, and what stands in its braces. All slips are named,
    /// the first one with its place.
    ///
    /// # Errors
    /// When there is a slip.
    pub fn look_at(&self, file: &WordsFile, known: &LocaleWords) -> Result<(), WordsFileError> {
        let mut slips = self.dates(file);
        slips.extend(self.sentences(file, known));
        slips.extend(self.counts(file, known));
        let mut slips = slips.into_iter();
        let Some(mut first) = slips.next() else { return Ok(()) };
        for slip in slips {
            if let (
                WordsFileError::File { cure, .. },
                WordsFileError::File { place, what, cure: own, .. },
            ) = (&mut first, slip)
            {
                let line = place.line.map(|line| format!("line {line}: ")).unwrap_or_default();
                cure.push_str(&format!("; and {line}{what} ({own})"));
            }
        }
        Err(first)
    }

    fn dates(&self, file: &WordsFile) -> Vec<WordsFileError> {
        let mut slips = Vec::new();
        for months in [&file.months, &file.months_of_days, &file.short_months].into_iter().flatten()
        {
            let names = months.get_ref();
            if names.len() != 12 || names.iter().any(|name| name.trim().is_empty()) {
                let what = format!("a year has 12 months, but this list has {}", names.len());
                let cure = "write twelve names, from January to December".to_owned();
                slips.push(self.wrong(Some(months.span().start), what, cure));
            }
        }
        for (name, form, needed) in [
            ("day", &file.day, &["day", "month"][..]),
            ("first_day", &file.first_day, &["month"]),
            ("day_without_year", &file.day_without_year, &["day", "month"]),
            ("month", &file.month, &["month"]),
        ] {
            if let Some(form) = form {
                slips.extend(self.braces(name, form, &["day", "month", "year"], needed));
            }
        }
        slips
    }

    fn sentences(&self, file: &WordsFile, known: &LocaleWords) -> Vec<WordsFileError> {
        let mut slips = Vec::new();
        for (key, words) in &file.say {
            let Some(english) = known.say.get(key.get_ref()) else {
                slips.push(self.unknown(key, known, known.count.contains_key(key.get_ref())));
                continue;
            };
            let is_proposal = key.get_ref().starts_with("draft_");
            let mut may = names_in_braces(english);
            if is_proposal {
                may.extend(["window", "stories", "organisation"]);
            }
            let must = if is_proposal { Vec::new() } else { names_in_braces(english) };
            slips.extend(self.braces(key.get_ref(), words, &may, &must));
        }
        slips
    }

    fn counts(&self, file: &WordsFile, known: &LocaleWords) -> Vec<WordsFileError> {
        let mut slips = Vec::new();
        for (key, forms) in &file.count {
            if !known.count.contains_key(key.get_ref()) {
                slips.push(self.unknown(key, known, known.say.contains_key(key.get_ref())));
                continue;
            }
            for (form, words) in forms {
                if !FORMS.contains(&form.get_ref().as_str()) {
                    let what = format!("`{}` is not a plural form", form.get_ref());
                    let cure = did_you_mean(form.get_ref(), FORMS, "the forms are");
                    slips.push(self.wrong(Some(form.span().start), what, cure));
                }
                slips.extend(self.braces(key.get_ref(), words, &["n"], &[]));
            }
            if !forms.keys().any(|form| form.get_ref() == "other") {
                let what = format!("`{}` has no form `other`", key.get_ref());
                let cure = "add other = \"…\": it is used for every number without its own form";
                slips.push(self.wrong(Some(key.span().start), what, cure.to_owned()));
            }
        }
        slips
    }

    fn unknown(
        &self,
        key: &Spanned<String>,
        known: &LocaleWords,
        is_elsewhere: bool,
    ) -> WordsFileError {
        let key_text = key.get_ref();
        let all = known.say.keys().chain(known.count.keys()).map(String::as_str);
        let cure = if is_elsewhere && known.count.contains_key(key_text) {
            format!("it has plural forms: write it under [count.{key_text}]")
        } else if is_elsewhere {
            "it has no plural forms: write it under [say]".to_owned()
        } else {
            match nearest(key_text, all.clone()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the words are {}", all.collect::<Vec<_>>().join(", ")),
            }
        };
        let what = format!("there are no words `{key_text}`");
        self.wrong(Some(key.span().start), what, cure)
    }

    /// What stands in braces: only what is filled in, and what cannot be left out.
    fn braces(
        &self,
        key: &str,
        words: &Spanned<String>,
        may: &[&str],
        must: &[&str],
    ) -> Option<WordsFileError> {
        let at = Some(words.span().start);
        let shown = |names: &[&str]| {
            names.iter().map(|name| format!("{{{name}}}")).collect::<Vec<_>>().join(", ")
        };
        let found = names_in_braces(words.get_ref());
        if let Some(unknown) = found.iter().find(|name| !may.contains(name)) {
            let what = format!("`{{{unknown}}}` in `{key}` is not filled in");
            let cure = match may {
                [] => "write it without braces".to_owned(),
                _ => format!("write one of {}", shown(may)),
            };
            return Some(self.wrong(at, what, cure));
        }
        let left_out: Vec<&str> =
            must.iter().filter(|name| !found.contains(name)).copied().collect();
        if !left_out.is_empty() {
            let what = format!("`{key}` does not contain {}", shown(&left_out));
            return Some(self.wrong(at, what, format!("add {} to it", shown(&left_out))));
        }
        None
    }
}

fn line_at(text: &str, at: usize) -> Option<&str> {
    let start = text.get(..at)?.rfind('\n').map_or(0, |end| end + 1);
    text[start..].lines().next()
}

/// What the library of TOML says, as people who write words read it.
fn in_own_words(message: &str, line: Option<&str>) -> (String, String) {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    match quoted.as_slice() {
        [field, ..] if message.starts_with("unknown field") => (
            format!("`{field}` is not a field of a file of words"),
            did_you_mean(field, FIELDS, "the fields are"),
        ),
        [word, known @ ..] if message.starts_with("unknown variant") => (
            format!("`{word}` is not one of the words allowed here"),
            did_you_mean(word, known.iter().copied(), "write one of"),
        ),
        _ if message.starts_with("duplicate") => {
            ("this word appears twice".to_owned(), "remove one of them".to_owned())
        }
        _ if message.starts_with("invalid type") => of_another_kind(message, line),
        _ => (
            "this line has the wrong form".to_owned(),
            "write name = \"text\"; a group begins with [say], or with [count.name]".to_owned(),
        ),
    }
}

/// What stands between braces, in its order.
fn names_in_braces(text: &str) -> Vec<&str> {
    text.split('{').skip(1).map(|rest| rest.split('}').next().unwrap_or_default()).collect()
}
