//! Names of files and the texts of fields, as the tools write them into addresses.
//! Pure: names in, names out.

use std::collections::BTreeMap;

use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use super::config::Slugs;
use super::hugo_settings::HugoPaths;
use crate::date::file_name::{day_length, loose_day_length};
use crate::news::source::SourceKind;
use crate::rfc::csv::simple;

/// The parts of a file's name that addresses are made of.
pub(super) struct Name<'a> {
    /// Its folders, the source's own among them.
    pub(super) sections: Vec<&'a str>,
    /// Without ending and, where the tool drops it, without date.
    pub(super) base: &'a str,
    pub(super) whole: &'a str,
    pub(super) is_index: bool,
    /// The code of its language, where the tool has languages and the file names one.
    pub(super) language: Option<&'a str>,
}

/// How long the day is that a name begins with, as the tool reads it.
pub(super) fn length_of_day(name: &str, kind: SourceKind) -> Option<usize> {
    if kind == SourceKind::Jekyll { loose_day_length(name) } else { day_length(name) }
}

/// `2020-12-23-gala` as `gala`.
pub(super) fn without_date(stem: &str, kind: SourceKind) -> &str {
    let rest =
        length_of_day(stem, kind).map(|length| stem[length..].trim_start_matches(['-', '_', ' ']));
    rest.filter(|rest| !rest.is_empty()).unwrap_or(stem)
}

pub(super) fn text(fields: &BTreeMap<String, Value>, name: &str) -> Option<String> {
    let (_, value) = fields.iter().find(|(found, _)| simple(found) == name)?;
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// As Hugo writes a path: in lower case, blanks as hyphens, without other marks.
pub(super) fn hugo_path(text: &str, paths: HugoPaths) -> String {
    let mut path = String::new();
    let mut hyphen = false;
    let is_accent = |c: &char| matches!(c, '\u{300}'..='\u{36f}');
    let text: String = if paths.is_plain {
        text.nfd().filter(|c| !is_accent(c)).nfc().collect()
    } else {
        text.to_owned()
    };
    for c in text.trim().chars() {
        if c.is_alphanumeric() || matches!(c, '.' | '/' | '_' | '-' | '+' | '~' | '@') {
            if hyphen && c != '-' && !path.ends_with('-') {
                path.push('-');
            }
            hyphen = false;
            if paths.keeps_case {
                path.push(c);
            } else {
                path.extend(c.to_lowercase());
            }
        } else if c.is_whitespace() && !path.is_empty() {
            hyphen = true;
        }
    }
    path
}

/// As Jekyll writes a title into an address: what is neither a letter, a number nor one of a few marks as a hyphen.
pub(super) fn jekyll_title(text: &str) -> String {
    hyphened(text, |c| c.is_alphanumeric() || "._~!$&'()+,;=@".contains(c))
}

/// As Jekyll writes a slug: letters and numbers, in lower case.
pub(super) fn jekyll_slug(text: &str) -> String {
    hyphened(text, char::is_alphanumeric).to_lowercase()
}

fn hyphened(text: &str, is_kept: impl Fn(char) -> bool) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if is_kept(c) {
            out.push(c);
        } else if !out.ends_with('-') {
            out.push('-');
        }
    }
    out.trim_matches('-').to_owned()
}

/// As Zola writes a name into an address.
pub(super) fn zola_path(text: &str, slugs: Slugs) -> String {
    match slugs {
        Slugs::On => zola_slug(text),
        Slugs::Safe => text
            .trim_end_matches([' ', '.'])
            .replace(['<', '>', ':', '"', '/', '\\', '|', '?', '*'], ""),
        Slugs::Off => text.to_owned(),
    }
}

/// As Zola and Eleventy write a name: letters without accents and numbers, hyphens for all else.
pub(super) fn zola_slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        let plain: &str = match c {
            'à' | 'á' | 'â' | 'ã' | 'å' => "a",
            'ä' | 'æ' => "ae",
            'ç' => "c",
            'è' | 'é' | 'ê' | 'ë' => "e",
            'ì' | 'í' | 'î' | 'ï' => "i",
            'ñ' => "n",
            'ò' | 'ó' | 'ô' | 'õ' | 'ø' => "o",
            'ö' => "o",
            'ß' => "ss",
            'ù' | 'ú' | 'û' | 'ü' => "u",
            'ŵ' => "w",
            'ŷ' | 'ý' | 'ÿ' => "y",
            '\'' | '’' => continue,
            _ => "",
        };
        if c.is_ascii_alphanumeric() || c == '_' {
            slug.push(c);
        } else if !plain.is_empty() {
            slug.push_str(plain);
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    slug.trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hugo_writes_paths_as_its_settings_say() {
        for (is_plain, keeps_case, expected) in [
            (false, false, "café-du-nord"),
            (true, false, "cafe-du-nord"),
            (false, true, "Café-du-Nord"),
        ] {
            let paths = HugoPaths { is_plain, keeps_case };
            assert_eq!(hugo_path("Café du Nord", paths), expected);
        }
    }
}
