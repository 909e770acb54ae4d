//! What other programs put around words that are copied from them: mail, chat, word processors, websites and their builders.
//! Pure: patterns, and what stands around their matches.

use super::around::{Match, Pattern, is_in_address, likely};

/// Marks of the program that the words came from.
pub static PASTED: &[Pattern] = &[
    // Word and Outlook.
    likely(r"\[cid:[^\[\]\n]{1,120}\]|\bcid:[\w.-]+@[\w.]+"),
    likely(
        r"(?i)\berror! (?:bookmark|reference source|hyperlink reference|filename|no text of|no table of|not a valid|unknown)\b[^.\n]{0,40}\.?",
    ),
    likely(
        r#"\b(?:HYPERLINK|INCLUDEPICTURE) +(?:\\\w )?["“”][^"“”\n]{0,200}["“”]?|\b(?:MERGEFIELD|PAGEREF|FILLIN|DOCPROPERTY) +\\?[\w"“_]+"#,
    ),
    likely(
        r"</?(?:o|w|m|v|st1):\w+[^<>\n]{0,80}>|<!--\[if|<!--(?:Start|End)Fragment-->|\bmso-[a-z-]+:|(?i:class=.?Mso\w+)",
    ),
    likely(
        r"(?m)^\s*((?:Formatted|Deleted|Inserted|Moved (?:up|down|from|to))(?: ?\[[^\[\]\n]{1,12}\])?: ?\S)",
    ),
    likely(r"(\[[A-Z]{2,3}\d{1,2}\])\w").unless(is_a_list_mark),
    likely(r"\w(\[[A-Z]{2,3}\d{1,2}\])(?:[\s.,;]|$)").unless(is_a_list_mark),
    // Changes that two people made.
    likely(
        r"\{\+\+[^{}\n]{0,200}\+\+\}|\{--[^{}\n]{0,200}--\}|\{~~[^{}\n]{0,200}~~\}|\{>>[^{}\n]{0,200}<<\}|\{==[^{}\n]{0,200}==\}",
    ),
    likely(r"(?:^|\s)(<{7}(?: \w+)?|>{7} \w+|\|{7} \w+)(?:\s|$)"),
    // Mail.
    likely(r"(?im)^\s*(-{2,} ?(?:forwarded|original) message\b|begin forwarded message:)"),
    likely(r"(?m)^(From: [^\n]{2,80})\n(?:Sent|Date|To|Cc|Subject): "),
    likely(
        r"(?:^|[.!?…\n])\s*(Sent from (?:my (?:iPhone|iPad|Android|Galaxy|Samsung|Huawei|Pixel|BlackBerry|Windows|mobile|phone|tablet)(?:[ \w]{0,20})|(?:Mail|Outlook) for \w+|Yahoo Mail\b[^.\n]{0,20}|Proton ?Mail\b[^.\n]{0,20}|Gmail Mobile))[.!]?\s*(?:$|\n)",
    ),
    likely(r"\bGet Outlook for (?:iOS|Android|Mac)\b"),
    likely(r"(?m)\bOn [^\n]{4,60}(?:\d\d?[:.]\d\d|<[^<>\s]+@[^<>\s]+>)[^\n]{0,60} wrote:\s*$"),
    likely(
        r"(?i)\bthis (?:e-?mail|message) (?:and any (?:files|attachments)[^.\n]{0,40} )?(?:is|are|may be|may contain|contains?) (?:(?:strictly|legally|private and) )?(?:confidential|privileged)\b",
    ),
    likely(r"(?i)\bthis (?:e-?mail|message) originated (?:from )?outside\b"),
    likely(r"\[(?:EXTERNAL|EXT|SPAM|SUSPECTED SPAM)\]"),
    likely(
        r"(?i)\[(?:inline image|image removed by sender)[^\[\]\n]{0,80}\]|\[image: [^\[\]\n]{0,80}\]",
    ),
    // Chat.
    likely(
        r"(?:^|\s)(\[\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4},? \d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?: ?[AaPp][Mm])?\] ?~?[^:\n]{1,40}:)",
    ),
    likely(
        r"(?:^|\s)(\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4},? \d{1,2}[:.]\d{2}(?: ?[AaPp][Mm])? - [^:\n]{1,40}:)",
    ),
    likely(r"(?:^|\s)(\[\d{1,2}[:.]\d{2}(?: ?[AaPp][Mm])?\] \p{Lu}[^:\n]{1,40}:?)"),
    likely(
        r"(?i)<?\b(?:media|image|video|audio|sticker|gif|document|contact card) omitted\b>?|<attached: ",
    ),
    likely(
        r"(?m)(?:^|\u{200e})\s*((?:This message was deleted|You deleted this message|Missed (?:voice|video) call)\b)|<This message was edited>",
    ),
    likely(r"@\u{2068}[^\u{2069}\n]{1,60}\u{2069}"),
    likely(r"\b(?:IMG|VID|PTT|AUD|STK|DOC)-\d{8}-WA\d{4}(?:\.\w{3,4})?\b"),
    likely(
        r"\b(?:IMG|DSC|DSCN|DSCF|PXL|MVI|GOPR|VID)_?\d{3,}\w*\.(?i:jpe?g|png|heic|mov|mp4|tiff?)\b",
    )
    .unless(is_in_address),
    // Websites and their builders.
    likely(
        r"\[/?(?:vc|et_pb|fusion|su|av|elementor|wpforms|ninja|ux|mk|rev)_\w+[^\[\]\n]{0,200}\]",
    ),
    likely(r#"\[[a-z][\w-]{1,30}(?: [\w-]+=["“”″'’\w][^\[\]\n]{0,200})+\]"#),
    likely(r"\[/[a-z][\w-]{0,30}\]"),
    likely(r"<!-- ?/?wp:\w+"),
    likely(r"\bThe post [^\n]{2,140}? (?:appeared first|first appeared) on \S"),
    likely(
        r"\b(?i:continue reading|read (?:the )?(?:more|on|full (?:article|story|post)|rest)|keep reading)(?: [“\x22][^”\x22\n]{1,80}[”\x22])? ?(?:→|»|›|>+|\.\.\.|…|\(more\))",
    ),
    likely(r"(?:[.…\]] )((?:Continue reading|Read more|Read More|Keep reading))\s*$"),
    likely(r"(\[(?:…|\.\.\.|&hellip;)\])\s*$"),
    likely(r"\((?i:more)(?:…|\.\.\.)\)"),
];

/// "[EC1]" and "[CO2]" are words of their own.
fn is_a_list_mark(found: &Match<'_>) -> bool {
    ["CO2", "NO2", "PM10", "PM2"].iter().any(|word| found.words.contains(word))
}

/// Characters as programs write them to each other, and the letters of other systems' tables.
pub static ENCODED: &[Pattern] = &[
    // An apostrophe that became a question mark.
    likely(r"\b\p{L}{2,}\?(?:s|t|re|ve|ll|d|m)\b").unless(is_in_address),
    // Quoted-printable, percents of an address, UTF-7, escapes of programs.
    likely(r"\w*(?:=[0-9A-F]{2}){2,}\w*|=(?:3D|20|0D|0A)(?:[“\x22'\s]|$)").unless(is_in_address),
    likely(r"[\p{L},.]%(?:20|2C|27|26|0A|0D|E2%80%\w\w|C3%\w\w)\w*").unless(is_in_address),
    likely(r"\w*\+(?:A[CDEKLOP]|I[BK])[A-Za-z0-9]-\w*").unless(is_in_address),
    likely(r"\\u(?:\{[0-9a-fA-F]{2,6}\}|[0-9a-fA-F]{4})|\\x[0-9a-fA-F]{2}\b"),
    likely(r"[.!?:,;”](\\[nr](?:\\[nrt])*)(?:\p{Lu}|\s|$)"),
    // Mac Roman, code page 437 and 1251, read as something else.
    likely(r"\b\p{L}?\p{Ll}+(?:Õ(?:s|t|re|ve|ll|d|m)\b|Ž(?:\b|\p{Ll}))"),
    likely(r"\p{Ll}(?:[‡‰†]\p{Ll}|‚(?:[\s.,;:!?]|\p{Ll}|$))").unless(is_german),
    likely(r"(?:‚Ä|‰Û|äó|вЂ|ΓÇ)\S|√[©®†∂ß¢£§±≥≤]|¬[£©®]|[├┬][⌐¿úóñ]"),
];

/// ‚So‘ is a quotation in German.
fn is_german(found: &Match<'_>) -> bool {
    found.words.contains('‚') && found.after.contains(['‘', '’'])
}

#[cfg(test)]
mod tests {
    use super::super::around::Patterns;
    use super::*;

    #[test]
    fn marks_of_other_programs_are_found_once_and_words_about_them_are_not() {
        let pasted = Patterns::of(PASTED);
        for text in [
            "The hall [cid:image7.jpg@01DB.9] is open.",
            "See Error! Reference source not found. for more.",
            "HYPERLINK \"https://charity.org.uk\" our page",
            "Come to the <o:p>",
            "[KW2]The hall is open.",
            "The fair {--was--} is on.",
            ">>>>>>> theirs",
            "From: Ann Reed\nTo: Sam Okoro",
            "It was a good day.\nSent from my Galaxy",
            "[3/11/26, 09:14] Ann: lovely",
            "3/11/2026, 09:14 - Sam: lovely",
            "VID-20261103-WA0011.mp4",
            "[gallery ids=\"4,5\"]",
            "The tea [/caption]",
            "The post Our walk first appeared on Lantern.",
            "Read more »",
            "It was full. [...]",
        ] {
            assert_eq!(pasted.find(text).len(), 1, "{text}: {:?}", pasted.find(text));
        }
        for text in [
            "The flowers were sent from my garden.",
            "“I came […] in June,” said Awa.",
            "Read more about the hall.",
            "The post office has closed.",
            "Photo [Ann Reed]",
            "From: Hull. To: Leeds.",
            "Doors [at 19:30] open.",
            "See [1] and [2a].",
            "On 12 May 1987, Kate Ward wrote:",
        ] {
            assert_eq!(pasted.find(text), [], "{text}");
        }
    }

    #[test]
    fn characters_as_programs_write_them() {
        let encoded = Patterns::of(ENCODED);
        for text in [
            "We won?t go.",
            "We=E2=80=99re here.",
            "Our%20club is open.",
            "Ten pounds+AC0-or more.",
            "Here\\u2019s how.",
            "It is open.\\nCome in.",
            "We donÕt mind.",
            "The caf‚ is open.",
            "ItвЂ™s open.",
            "Here‚Äôs how.",
        ] {
            assert_eq!(encoded.find(text).len(), 1, "{text}: {:?}", encoded.find(text));
        }
        for text in [
            "What? That is all.",
            "https://charity.org.uk/a?s=1&b=%20c",
            "files/our%20plan.pdf",
            "C:\\new and A+B-test",
            "Tír na nÓg, Õun and Žižek",
            "Er sagte: ‚So.‘",
            "50% 20 of them",
        ] {
            assert_eq!(encoded.find(text), [], "{text}");
        }
    }
}
