//! UTF-8 that was read as windows-1252: letters that, as bytes, are UTF-8 again.
//! Pure: texts in, places in them out.

use super::texts::TextMatch;

/// Each run of letters that another program made, whatever real letters and quotation marks stand beside them.
pub fn find(text: &str) -> Vec<TextMatch> {
    let mut found: Vec<TextMatch> = Vec::new();
    let mut add = |at: usize, words: &str| {
        if found.iter().all(|known: &TextMatch| known.at + known.words.len() <= at) {
            found.push(TextMatch::new(at, words, false));
        }
    };
    let mut run: Vec<(usize, u8)> = Vec::new();
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let mut buffer = [0; 4];
        let one = c.encode_utf8(&mut buffer);
        let (bytes, _, lost) = encoding_rs::WINDOWS_1252.encode(one);
        if !lost && bytes.len() == 1 && bytes[0] >= 0x80 {
            run.push((at, bytes[0]));
        } else {
            if let Some((start, end)) = garbled_in(&run, at) {
                add(start, &text[start..end]);
            }
            run.clear();
        }
        if c == '\u{fffd}' || text[at..].starts_with("â€") || text[at..].starts_with("ï»¿") {
            let end = text[at..].char_indices().nth(3).map_or(text.len(), |(next, _)| at + next);
            add(at, &text[at..end]);
        }
    }
    found
}

/// The part of a run that is UTF-8 and can hardly be anything else; `end` is where the run ends.
fn garbled_in(run: &[(usize, u8)], end: usize) -> Option<(usize, usize)> {
    let bytes: Vec<u8> = run.iter().map(|(_, byte)| *byte).collect();
    let mut parts: Vec<(usize, usize)> = Vec::new();
    let mut next = 0;
    while next < bytes.len() {
        let length = (2..=4)
            .filter(|length| next + length <= bytes.len())
            .find(|length| std::str::from_utf8(&bytes[next..next + length]).is_ok());
        match length {
            Some(length) => {
                parts.push((next, next + length));
                next += length;
            }
            None => next += 1,
        }
    }
    let (first, last) = (parts.first()?, parts.last()?);
    // One is enough where Western letters and marks begin with this byte: "CAFÉ’S" has a real É before its apostrophe.
    let is_sure = |part: &&(usize, usize)| matches!(bytes[part.0], 0xc2 | 0xc3 | 0xe2);
    let is_garbled = parts.len() > 1 || parts.iter().any(|part| is_sure(&part));
    let until = run.get(last.1).map_or(end, |(at, _)| *at);
    is_garbled.then(|| (run[first.0].0, until))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_turned_into_others() {
        for text in [
            "We’ve".replace('’', "â€™").as_str(),
            "a cafÃ©",
            "Â£400",
            "is�here",
            "â€œHello",
            "the cafÃ©’s door",
            "“Zoë’s cafÃ©”",
            "ÐŸÑ€Ð¸Ð²ÐµÑ‚",
        ] {
            assert_eq!(find(text).len(), 1, "{text}");
        }
        for text in [
            "Naïve café Brontë",
            "São Paulo, Łódź, Ânia",
            "An Ã is a letter, and so is an Â.",
            "£5 – “so”",
            "THE CAFÉ’S DOOR, “OLÉ”",
            "Spaß…",
        ] {
            assert_eq!(find(text), [], "{text}");
        }
    }
}
