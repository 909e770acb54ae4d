//! A date's text cut into numbers, words and marks, after what has many spellings has got one.
//! Pure: text in, tokens out.

use super::names;

/// Why a text gives no date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateFault {
    NotADate,
    NoSuchDay,
}

/// One spelling for what has many: dashes, blanks, digits, the characters of East Asian dates, "a.m.", comments in brackets.
pub fn cleaned(text: &str) -> String {
    if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" -/:,+".contains(&byte)) {
        return with_time_apart(text.trim().to_owned());
    }
    let mut plain = String::with_capacity(text.len());
    let mut depth = 0_usize;
    for c in text.trim().trim_matches(['"', '\'', '“', '”']).chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            '‐'..='―' | '−' => plain.push('-'),
            '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{feff}' => {}
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            '،' | '、' => plain.push(','),
            '：' => plain.push(':'),
            '年' | '년' | '月' | '월' => plain.push('-'),
            '日' | '일' | '秒' | '초' => plain.push(' '),
            '時' | '时' | '시' | '点' => plain.push(':'),
            '分' | '분' => plain.push_str(":00 "),
            c if c.is_whitespace() => plain.push(' '),
            c => plain.push(super::digits::latin(c)),
        }
    }
    for (words, one) in names::TWO_WORD_MONTHS {
        if plain.contains(words) {
            plain = plain.replace(words, one);
        }
    }
    // "9時" without minutes.
    if text.contains(['時', '时', '시', '点']) {
        plain = format!("{plain} ").replace(": ", ":00 ");
    }
    plain = with_time_apart(plain);
    for (sign, word) in [
        ("오전", " am "),
        ("오후", " pm "),
        ("上午", " am "),
        ("下午", " pm "),
        ("午前", " am "),
        ("午後", " pm "),
        ("صباحًا", " am "),
        ("صباحا", " am "),
        ("مساءً", " pm "),
        ("مساء", " pm "),
        ("पूर्वाह्न", " am "),
        ("अपराह्न", " pm "),
        ("元-", "1-"),
        // Japan counts the years of an emperor; 64, 1 and so on are added below.
        ("令和", " reiwa "),
        ("平成", " heisei "),
        ("a.m.", "am"),
        ("p.m.", "pm"),
        ("A.M.", "am"),
        ("P.M.", "pm"),
        ("Etc/", ""),
        // Catalan before a vowel, and what Danes write before a time.
        (" d'", " "),
        (" d’", " "),
        (" kl.", " kl "),
        // Minutes that were written with their sign, then seconds with theirs.
        (":00 :", ":"),
    ] {
        if plain.contains(sign) {
            plain = plain.replace(sign, word);
        }
    }
    without_finnish_weekday(&mut plain);
    if text.contains(['分', '분']) { seconds_in_east_asia(plain) } else { plain }
}

/// "to 3.12.2020": of two letters, which are other words elsewhere, but for such a day behind them.
fn without_finnish_weekday(text: &mut String) {
    const DAYS: [&str; 7] = ["ma ", "ti ", "ke ", "to ", "pe ", "la ", "su "];
    let rest = DAYS.iter().find_map(|day| text.strip_prefix(day)).unwrap_or_default();
    let is_day = rest.split('.').take(2).all(|number| {
        (1..=2).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    if is_day && rest.matches('.').count() >= 2 {
        *text = rest.to_owned();
    }
}

/// "20201203091500" is a day and a time in a row.
fn with_time_apart(mut text: String) -> String {
    if matches!(text.bytes().take_while(u8::is_ascii_digit).count(), 12 | 14) {
        text.insert(8, 'T');
    }
    text
}

/// "9:15:00 30 " of "9時15分30秒" as "9:15:30".
fn seconds_in_east_asia(text: String) -> String {
    let Some((before, after)) = text.split_once(":00 ") else { return text };
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    let is_minute = before.contains(':');
    if is_minute && (1..=2).contains(&digits) && after[digits..].trim().is_empty() {
        return format!("{before}:{after}");
    }
    text
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenKind {
    Number,
    Word,
    Mark(char),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateToken {
    pub kind: TokenKind,
    pub text: String,
    /// Nothing stands between it and the token before.
    pub is_glued: bool,
}

impl DateToken {
    pub fn is_mark(&self, mark: char) -> bool {
        self.kind == TokenKind::Mark(mark)
    }

    pub fn is_number(&self, lengths: std::ops::RangeInclusive<usize>) -> bool {
        self.kind == TokenKind::Number && lengths.contains(&self.text.len())
    }

    pub fn number(&self) -> Option<u32> {
        (self.kind == TokenKind::Number).then(|| self.text.parse().ok()).flatten()
    }

    pub fn is_word(&self, words: &[&str]) -> bool {
        self.kind == TokenKind::Word
            && words.iter().any(|word| self.text.eq_ignore_ascii_case(word))
    }
}

/// Accents, the marks of Arabic vowels, and those of Devanagari that join letters: parts of a word, but not letters.
fn is_mark_on_letter(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{65f}')
        || matches!(c, '\u{93c}' | '\u{94d}' | '\u{9bc}' | '\u{9cd}' | '\u{200c}' | '\u{200d}')
}

pub fn tokens(text: &str) -> Vec<DateToken> {
    let mut tokens: Vec<DateToken> = Vec::new();
    let mut is_glued = false;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let of = |test: fn(char) -> bool| rest.find(|c: char| !test(c)).unwrap_or(rest.len());
        let (kind, end) = if first.is_ascii_digit() {
            (TokenKind::Number, of(|c| c.is_ascii_digit()))
        } else if first.is_alphabetic() {
            (TokenKind::Word, of(|c| c.is_alphabetic() || c == '_' || is_mark_on_letter(c)))
        } else {
            (TokenKind::Mark(first), first.len_utf8())
        };
        if first == ' ' {
            is_glued = false;
        } else {
            tokens.push(DateToken { kind, text: rest[..end].to_owned(), is_glued });
            is_glued = true;
        }
        rest = &rest[end..];
    }
    tokens
}
