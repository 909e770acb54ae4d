//! Translations: what is missing in a language, and how many people want one that the email is not in.
//! Pure: an edition and numbers in, findings out.

use crate::check::texts::{EditorText, TextKind};
use crate::check::written_language;
use crate::check::{CheckContext, Finding, IN_THE_LIST, RenderedEmail, Rule, Severity, excerpt};
use crate::count::grouped;
use crate::locale::language_code;
use crate::problem::Place;

pub const RULES: [Rule; 3] = [
    Rule::new(
        "written-language",
        "Is the text in the language that the email says?",
        "Screen readers pronounce an email in its `language`, dates and the words of every email \
         come in it, and spam filters distrust an email that says another. Set `language` under \
         [theme], or give people of another language a translation with [translations].",
        written_language,
    ),
    Rule::new(
        "translation",
        "Is everything translated for readers of each language?",
        "With `[translations.cy]` in roundup.toml the email goes out in Welsh too, to the people whose column `language` says \
         `cy`. A story is translated by a file beside it, `story.cy.md`, and the editor's words \
         by `editions/NAME.cy.md`. Anything not translated appears in the newsletter's main \
         language.",
        translation,
    ),
    Rule::new(
        "unspoken",
        "Does everybody get the language they chose?",
        "The list gives some people a language that this newsletter does not have: they get its \
            main language. If there are many of them, add `[translations.…]` for that language.",
        unspoken,
    ),
];

fn translation(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for language in known.theme.translations.keys() {
        let edition = known.edition;
        if !edition.translations.contains_key(language) {
            findings.push(Finding::new(
                "translation",
                Severity::Should,
                edition.subject.place(),
                format!("the subject and introduction are not translated into `{language}`"),
                format!("write editions/{}.{language}.md", edition.name),
            ));
        }
        let missing: Vec<_> =
            edition.shown().filter(|item| !item.translations.contains_key(language)).collect();
        if let Some(first) = missing.first() {
            let all = grouped(edition.shown().count());
            let beside = first.place.source.trim_end_matches(".md");
            findings.push(Finding::new(
                "translation",
                Severity::Note,
                first.place.clone(),
                format!(
                    "{} of {all} stories are not translated into `{language}`, as \"{}\"",
                    grouped(missing.len()),
                    first.title
                ),
                format!("write {beside}.{language}.md"),
            ));
        }
    }
    findings
}

fn written_language(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let own = known.theme.look.language.as_str();
    // What is not translated stands in a translation as it is: that is another rule's.
    if known.is_translation || known.theme.translations.contains_key(own) {
        return Vec::new();
    }
    let texts: Vec<(EditorText<'_>, &'static str)> = known
        .written()
        .into_iter()
        .filter(|text| text.kind() == TextKind::Prose)
        .filter_map(|text| {
            let found = written_language::of(&text.without_own_slots().replace('ø', " "))?;
            Some((text, found))
        })
        .collect();
    let strange = |found: &str| !written_language::may_be(found, own);
    let said = |code: &str| written_language::english_name(code).to_owned();
    let is_english = own.to_lowercase().starts_with("en");
    if let Some((_, first)) = texts.first()
        && !is_english
        && strange(first)
        && texts.iter().all(|(_, found)| found == first)
    {
        return vec![Finding::new(
            "written-language",
            Severity::Should,
            known.theme_place("language"),
            format!("the email says that it is in `{own}`, but its texts are in {}", said(first)),
            "correct `language` under [theme]",
        )];
    }
    texts
        .into_iter()
        .filter(|(_, found)| strange(found))
        .map(|(text, found)| {
            Finding::new(
                "written-language",
                Severity::Should,
                text.place(0),
                format!(
                    "\"{}\" is in {}, but the email's language is `{own}`",
                    excerpt(text.text),
                    said(found)
                ),
                "translate it, or send it as a translation with [translations]",
            )
        })
        .collect()
}

fn unspoken(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let Some(numbers) = known.numbers else { return Vec::new() };
    let own = language_code(&known.theme.look.language);
    let spoken = |code: &str| code == own || known.theme.translations.contains_key(code);
    let mut unspoken: Vec<(&String, u64)> = numbers
        .languages
        .iter()
        .filter(|(code, _)| !spoken(code))
        .map(|(code, people)| (code, *people))
        .collect();
    unspoken.sort_by_key(|(_, people)| std::cmp::Reverse(*people));
    let people: u64 = unspoken.iter().map(|(_, people)| people).sum();
    if people == 0 {
        return Vec::new();
    }
    let codes: Vec<&str> = unspoken.iter().take(5).map(|(code, _)| code.as_str()).collect();
    vec![Finding::new(
        "unspoken",
        Severity::Note,
        Place::whole(IN_THE_LIST),
        format!(
            "{people} of {} chose another language: {}",
            crate::count::people(numbers.mailed),
            codes.join(", ")
        ),
        format!("they get `{own}`; add the language with [translations.{}]", codes[0]),
    )]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::check::tests::SampleEmail;
    use crate::check::{Numbers, Severity};
    use crate::compose::theme::ThemeWords;

    fn welsh(change: impl FnOnce(&mut SampleEmail)) -> SampleEmail {
        SampleEmail::with(|mail| {
            mail.theme.translations.insert("cy".to_owned(), ThemeWords::default());
            change(mail);
        })
    }

    #[test]
    fn what_is_not_translated() {
        let findings = welsh(|_| ()).checked().findings;
        assert_eq!(findings.len(), 2);
        assert_eq!((findings[0].rule, findings[0].severity), ("translation", Severity::Should));
        assert_eq!(
            findings[1].message,
            "1 of 1 stories are not translated into `cy`, as \"Training for forty nurses\""
        );
        assert_eq!(findings[1].cure, "write news/nurses.cy.md");
        let whole = welsh(|mail| {
            let item = &mut mail.edition.items[0];
            item.translations.insert("cy".to_owned(), item.clone());
            let words = crate::edition::draft::DraftTranslation {
                subject: mail.edition.subject.clone(),
                preheader: mail.edition.preheader.clone(),
                headline: mail.edition.headline.clone(),
                figures: Vec::new(),
                correction: None,
                introduction: mail.edition.introduction.clone(),
            };
            mail.edition.translations.insert("cy".to_owned(), words);
        });
        assert_eq!(whole.findings(), Vec::<String>::new());
    }

    #[test]
    fn people_who_read_another_language() {
        let mail = SampleEmail::with(|mail| {
            let languages: BTreeMap<String, u64> =
                [("en", 5), ("pl", 2), ("cy", 1)].map(|(code, n)| (code.to_owned(), n)).into();
            mail.numbers = Some(Numbers { mailed: 9, languages, ..Numbers::default() });
        });
        assert_eq!(mail.only_finding(), "unspoken: 3 of 9 people chose another language: pl, cy");
    }
}
