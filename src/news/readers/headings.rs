//! Words over the parts of a page that are not its news, and how appeals and buttons begin: for pages and for pasted lists.
//! Pure: words in, a decision out.

/// Over what is never news, wherever it stands.
const NEVER_NEWS: &str = "related|you may also|you might also|more like this|most read|most popular|popular|popular posts|trending|\
    recommended|upcoming|events|what's on|what’s on|diary|calendar|dates for|quick links|useful links|jobs|vacancies|\
    current vacancies|current jobs|work with us|work for us|join our team|tags|categories";
/// Over what is not news on a page, though a list of stories may have its own by these names.
const OF_THE_SITE: &str =
    "our work|our projects|projects|services|our services|archive|archives|topics|get involved";
/// How the titles of appeals and buttons begin.
const CALLS: &str = "donate|give now|give today|make a donation|make a gift|leave a gift|leave us a gift|sign up|sign our|subscribe|\
    join us|join our mailing list|join our newsletter|get our newsletter|get our updates|support us|support our work|become a|\
    view all|see all|read all|show all|browse all|all news|all stories|all posts|all articles|more news|more stories|more articles|\
    older news|older stories|older posts|news archive|archive|back to|follow us|find us on|volunteer with us|get involved|contact us|\
    get in touch|visit our shop|shop now|our newsletter|sign in|log in|load more";
/// How letters end.
const SIGN_OFFS: &str = "kind regards|best regards|warm regards|regards|best wishes|warmest wishes|with best wishes|yours sincerely|\
    yours faithfully|yours|many thanks|with thanks|thanks|thank you|all the best|cheers|signed|yours truly|in solidarity|cofion|cofion cynnes|cofion gorau|\
    mit freundlichen grüßen|viele grüße|herzliche grüße|cordialement|bien cordialement|saludos|un saludo|cordiali saluti|\
    met vriendelijke groet|pozdrawiam|z poważaniem";
/// A longer title says something.
const MOST_WORDS: usize = 6;
/// Longer words over a pasted part are a title.
const MOST_WORDS_OF_A_SECTION: usize = 4;

/// Whether a line ends a letter: "Kind regards,", "Signed".
pub fn is_sign_off(text: &str) -> bool {
    let bare = text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    SIGN_OFFS.split('|').any(|words| words == bare)
}

/// Whether the words over a list on a page say that it is not the news.
pub fn is_heading_beside(text: &str) -> bool {
    let text = text.trim().to_lowercase();
    text.split(' ').count() <= MOST_WORDS
        && (is_over(NEVER_NEWS, &text) || is_over(OF_THE_SITE, &text))
}

/// Whether a line of a pasted list stands over what is not news: events, jobs, what others read.
pub fn is_section_elsewhere(text: &str) -> bool {
    let text = text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    text.split(' ').count() <= MOST_WORDS_OF_A_SECTION && is_over(NEVER_NEWS, &text)
}

fn is_over(list: &str, text: &str) -> bool {
    list.split('|').any(|words| {
        text == words
            || text.strip_prefix(words).is_some_and(|rest| rest.starts_with(' '))
            || text.strip_suffix(words).is_some_and(|rest| rest.ends_with(' '))
    })
}

/// Whether a title is an appeal or a button: "Donate today", "View all news".
pub fn is_call(title: &str) -> bool {
    let bare = title.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    bare.split_whitespace().count() <= MOST_WORDS
        && CALLS.split('|').any(|call| {
            bare.strip_prefix(call).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_over_something_else() {
        for (text, on_a_page, pasted) in [
            ("Related stories", true, true),
            ("Upcoming events", true, true),
            ("What’s on", true, true),
            ("Jobs", true, true),
            ("Our projects", true, false),
            ("Archive", true, false),
            ("Latest news", false, false),
            ("Popular fair comes back to the town hall", false, false),
        ] {
            assert_eq!(
                (is_heading_beside(text), is_section_elsewhere(text)),
                (on_a_page, pasted),
                "{text}"
            );
        }
        assert!(is_call("Donate today") && !is_call("Donated books find readers"));
    }
}
