//! Bullets and numbers that stand before the lines of a pasted text.
//! Pure: lines in, what stands behind their bullets out.

const BULLETS: [char; 20] = [
    '•', '-', '*', '–', '·', '◦', '▪', '▸', '►', '●', '‣', '→', '»', '✓', '■', '□', '➢', '❖', '☐',
    '\u{f0b7}',
];
const BLANKS: [char; 3] = [' ', '\t', '\u{a0}'];
const ROMAN: [&str; 20] = [
    "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv",
    "xvi", "xvii", "xviii", "xix", "xx",
];

/// A line behind its bullet or its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bullet {
    pub rest: String,
    /// It is of a list within the one whose lines begin stories.
    pub is_inner: bool,
}

/// The bullets of lines, each with the number of blanks before it. A single bullet is a mark of the text.
pub fn bullets(lines: &[(usize, &str)]) -> Vec<Option<Bullet>> {
    let marked: Vec<Option<(char, &str)>> = lines.iter().map(|(_, text)| bullet(text)).collect();
    let has_bullets = marked.iter().flatten().count() > 1;
    let is_inner = inner(lines, &marked);
    let mut found: Vec<Option<Bullet>> = marked
        .iter()
        .zip(is_inner)
        .map(|(mark, is_inner)| {
            let (_, rest) = mark.filter(|_| has_bullets)?;
            Some(Bullet { rest: rest.to_owned(), is_inner })
        })
        .collect();
    for read in [number, roman, letter] {
        let numbers: Vec<Option<(usize, &str)>> =
            lines.iter().map(|(_, text)| counted(text, read)).collect();
        let all: Vec<usize> = numbers.iter().flatten().map(|(number, _)| *number).collect();
        let is_count = all.windows(2).all(|pair| pair[1] == pair[0] + 1);
        // "I." and "a)" are words too: they count from the first, and more than twice.
        let is_sure = all.len() > 1 && read("1").is_some() || all.len() > 2 && all[0] == 1;
        if is_count && is_sure {
            for (found, number) in found.iter_mut().zip(numbers) {
                let bullet =
                    |(_, rest): (usize, &str)| Bullet { rest: rest.to_owned(), is_inner: false };
                *found = found.take().or_else(|| number.map(bullet));
            }
        }
    }
    found
}

/// Which lines are of an inner list: deeper than the first bullet, or with another one, where such a line follows each bullet like the
/// first.
fn inner(lines: &[(usize, &str)], marked: &[Option<(char, &str)>]) -> Vec<bool> {
    let none = || vec![false; lines.len()];
    let Some(first) = marked.iter().position(Option::is_some) else { return none() };
    let key = |at: usize| Some((lines[at].0, marked.get(at)?.as_ref()?.0));
    let (depth, mark) = (lines[first].0, key(first).map(|(_, mark)| mark));
    let is_inner = |at: usize| {
        at < lines.len()
            && key(at).is_some_and(|(indent, own)| {
                indent > depth || (indent == depth && Some(own) != mark)
            })
    };
    let mut outer = (0..lines.len()).filter(|at| key(*at) == key(first));
    if outer.clone().count() < 2 || !outer.all(|at| is_inner(at + 1)) {
        return none();
    }
    (0..lines.len()).map(is_inner).collect()
}

fn bullet(text: &str) -> Option<(char, &str)> {
    let mark = text.chars().next()?;
    // What word processors write for hollow and square bullets.
    let rest = text
        .strip_prefix(BULLETS)
        .or_else(|| text.strip_prefix(['o', '§']).filter(|rest| rest.starts_with('\t')))?;
    rest.starts_with(BLANKS).then(|| (mark, rest.trim_start()))
}

/// "1. The fair", "(b) The fair": the number, as `read` reads it, and what stands behind it.
fn counted(text: &str, read: fn(&str) -> Option<usize>) -> Option<(usize, &str)> {
    let text = text.strip_prefix('(').unwrap_or(text);
    let end = text.find(|c: char| !c.is_ascii_alphanumeric())?;
    let rest = text[end..].strip_prefix(['.', ')', ':'])?;
    let number = read(&text[..end])?;
    rest.starts_with(BLANKS).then(|| (number, rest.trim_start()))
}

fn number(text: &str) -> Option<usize> {
    let is_number = (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

fn roman(text: &str) -> Option<usize> {
    ROMAN.iter().position(|roman| text.eq_ignore_ascii_case(roman)).map(|at| at + 1)
}

fn letter(text: &str) -> Option<usize> {
    let [letter] = text.as_bytes() else { return None };
    letter.is_ascii_alphabetic().then(|| usize::from(letter.to_ascii_lowercase() - b'a') + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bullets_and_numbers_that_count() {
        for (text, expected) in [
            ("• A\n• B", "A|B"),
            ("1. A\ntext\n2. B", "A|=text|B"),
            ("(1) A\n(2) B", "A|B"),
            ("I. A\nII. B\nIII. C", "A|B|C"),
            ("a) A\nb) B\nc) C", "A|B|C"),
            ("• A\n◦ day\n◦ text\n• B\n◦ day", "A|>day|>text|B|>day"),
            ("- A\n  - day\n- B\n  - day", "A|>day|B|>day"),
            ("- A\n• B\n- C", "A|B|C"),
            ("- A", "=- A"),
            ("I. Fair\nA. Lee", "=I. Fair|=A. Lee"),
            ("3. A\n1. B", "=3. A|=1. B"),
            ("I came. We saw", "=I came. We saw"),
        ] {
            let lines: Vec<(usize, &str)> = text
                .lines()
                .map(|line| (line.len() - line.trim_start().len(), line.trim_start()))
                .collect();
            let found: Vec<String> = bullets(&lines)
                .into_iter()
                .zip(&lines)
                .map(|(found, (_, text))| match found {
                    Some(Bullet { rest, is_inner: true }) => format!(">{rest}"),
                    Some(Bullet { rest, .. }) => rest,
                    None => format!("={text}"),
                })
                .collect();
            assert_eq!(found.join("|"), expected, "{text}");
        }
    }
}
