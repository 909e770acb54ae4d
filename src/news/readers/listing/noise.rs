//! What stands around a pasted list: menus, buttons, counts, headings of sections, bylines.
//! Pure: a line in, a decision out.

use crate::date::names::ENGLISH_MONTHS;
use crate::news::readers::day_line::is_byline;

/// Whole lines of menus and buttons.
const WHOLE: &str = "home|about|about us|contact|contact us|menu|search|log in|login|sign in|sign up|register|basket|cart|\
    checkout|donate|donate now|shop|skip to content|skip to main content|share|share this|tweet|facebook|\
    twitter|linkedin|instagram|youtube|email|print|load more|show more|see all|view all|next|previous|prev|\
    next page|previous page|older|newer|older posts|newer posts|older entries|back to top|top|first|last|\
    filter|filter by|sort by|all|clear|apply|reset|close|accept|accept cookies|cookies|cookie policy|\
    privacy policy|privacy|terms|terms and conditions|accessibility|sitemap|site map|get involved|what we do|\
    our work|who we are|support us|volunteer|fundraise|resources|our services|services|careers|jobs|vacancies|\
    faq|faqs|subscribe|newsletter|sign up to our newsletter|follow us|categories|tags|archives|image|photo|\
    video|you are here|breadcrumb|english|cymraeg|my account|account|new|\
    post not marked as liked|like|comment|reply|all rights reserved|reject|reject all|accept all|manage cookies|read|skip";
/// A line of these words only is the heading of a section.
const SECTION: &str = "news|press|release|releases|blog|blogs|latest|stories|story|updates|update|our|all|the|and|&|events|\
    campaigns|archive|recent|posts|articles|article|media|centre|center|publications|from|us|more|other|\
    related|featured|feature|features|statements|views|opinion|announcements|category|headlines|newsroom|\
    events,|news,|in|upcoming|forthcoming";
/// What pages are called that people also write about. Buttons are not among them.
const TOPICS: &str = "about us|contact|contact us|donate|shop|get involved|what we do|our work|who we are|support us|volunteer|\
    volunteering|fundraise|resources|our services|services|careers|jobs|vacancies|newsletter|accessibility|privacy";
/// Words before a line's own that say what it is.
const LABELS: &str = "category:|categories:|tags:|tag:|posted in|filed under|topics:|topic:|share:|author:|image:|photo:|\
    picture:|document type:|organisation:|organisations:|type:|source:|location:|section:|theme:|themes:|audience:";
/// Beginnings of lines that are for doing something, and of what stands at the foot of a page.
const ACTIONS: &str = "share on |share via |share to |share this |tweet this|pin it|email this|print this|follow us on |like us on |\
    leave a comment|add comment|add a comment|post a comment|no comments|skip to |sort by|filter by|tel: |tel. |telephone: |\
    phone: |email: |registered charity|charity number|charity no|company number|registered in |registered office|vat ";
const READING: &str = "min read|minute read|minutes read|mins|min";
const COUNTED: &str = "comments|comment|views|likes|shares|replies";

/// A longer text with a time says more than when.
const LONGEST_DAY: usize = 30;

fn listed(list: &str, word: &str) -> bool {
    list.split('|').any(|other| other == word)
}

fn begins(list: &str, text: &str) -> bool {
    list.split('|').any(|start| text.starts_with(start))
}

fn ends(list: &str, text: &str) -> bool {
    list.split('|').any(|end| text.strip_suffix(end).is_some_and(|rest| rest.ends_with(' ')))
}

/// Whether a line is a word of a menu that may be the title of a story too.
pub fn is_topic_of_menu(text: &str) -> bool {
    listed(TOPICS, &text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase())
}

/// Whether a line belongs to no story.
pub fn is_noise(text: &str) -> bool {
    let lower = text.trim_matches(|c: char| !c.is_alphanumeric() && c != '&').to_lowercase();
    if lower.is_empty() || listed(WHOLE, &lower) {
        return true;
    }
    let words: Vec<&str> = lower.split_whitespace().collect();
    let is_section = words.len() <= 6 && words.iter().all(|word| listed(SECTION, word));
    let is_counted = matches!(words[..], [name, count] if listed(WHOLE, name) && is_count(count));
    let is_path = text.contains(['>', '›']) && lower.starts_with("home") || is_path_of_page(text);
    let is_owned = text.starts_with('©') || lower.starts_with("copyright ");
    is_section
        || is_counted
        || is_pager(&lower, words.len())
        || is_small(text, &lower, words.len())
        || is_path
        || is_owned
}

/// What stands below each story where people answer: "12 likes", "Like", "3 December 2020 at 10:05".
pub fn is_of_social_page(text: &str) -> bool {
    const BUTTONS: &str = "like|liked|repost|retweet|reply|see translation";
    const REACTIONS: &str =
        "like|likes|share|shares|repost|reposts|retweet|retweets|reaction|reactions";
    let lower = text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let is_counted = lower
        .split_once(' ')
        .is_some_and(|(count, what)| is_count(count) && listed(REACTIONS, what));
    let is_timed = text.rsplit_once(" at ").is_some_and(|(day, time)| {
        day.contains(|c: char| c.is_ascii_digit())
            && day.len() <= LONGEST_DAY
            && time.starts_with(|c: char| c.is_ascii_digit())
    });
    listed(BUTTONS, &lower) || is_counted || is_timed
}

/// "charity.example › news": where a page is, as search engines have it.
pub fn is_path_of_page(text: &str) -> bool {
    let (first, rest) = text.split_once(' ').unwrap_or_default();
    rest.starts_with(['›', '>']) && first.contains('.') && !first.ends_with('.')
}

fn is_count(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | ',' | '.' | '(' | ')' | '…' | '/'))
}

/// Words that lead through a list's pages, and stand by no day.
pub fn is_pager_word(text: &str) -> bool {
    listed("first|last|next|previous|prev|older|newer|top|new", &text.to_lowercase())
}

/// "1 2 3 Next", "Page 1 of 9", "Showing 1 to 10 of 90".
fn is_pager(lower: &str, words: usize) -> bool {
    let bare = lower.trim_start_matches("previous").trim_start_matches("prev");
    is_count(bare.trim_end_matches("next").trim_end_matches("last"))
        || (lower.starts_with("page ") && words <= 4)
        || (lower.starts_with("showing ") && words <= 7)
}

/// Bylines, categories, the time to read, how many have answered.
fn is_small(text: &str, lower: &str, words: usize) -> bool {
    let is_reading = words <= 4 && ends(READING, lower);
    let is_counted = words <= 3 && ends(COUNTED, lower);
    let is_labelled = begins(LABELS, lower) && words <= 8;
    let is_tag = words == 1 && text.starts_with(['#', '@']);
    let is_action = begins(ACTIONS, lower) && words <= 8;
    let is_file = words == 1
        && [".jpg", ".jpeg", ".png", ".gif", ".webp"].iter().any(|end| lower.ends_with(end));
    is_byline(text)
        || is_number_of_issue(lower)
        || is_reading
        || is_counted
        || is_labelled
        || is_tag
        || is_action
        || is_file
        || (words <= 12 && ends_in_postcode(text))
}

/// "Issue 14, Winter 2020": which of a newsletter's issues it is, and nothing else.
fn is_number_of_issue(lower: &str) -> bool {
    const STARTS: &str = "issue|issue no|newsletter|newsletter no|no|volume|vol|edition|rhifyn|ausgabe|nr|numéro|n°|número|numero|numer|nummer";
    const SEASONS: &str = "winter|spring|summer|autumn|gaeaf|gwanwyn|haf|hydref";
    let mut words =
        lower.split(|c: char| !c.is_alphanumeric() && c != '°').filter(|word| !word.is_empty());
    let start: Vec<&str> = words.by_ref().take_while(|word| !is_count(word)).collect();
    STARTS.split('|').any(|words| words == start.join(" "))
        && lower.contains(|c: char| c.is_ascii_digit())
        && words
            .all(|word| is_count(word) || listed(SEASONS, word) || ENGLISH_MONTHS.contains(&word))
}

/// "12 Mill Street, Leeds LS1 1AA": a postal address.
fn ends_in_postcode(text: &str) -> bool {
    let mut words = text.rsplit([' ', ',']).filter(|word| !word.is_empty());
    let (Some(inward), Some(outward)) = (words.next(), words.next()) else { return false };
    let is = |word: &str, form: &[u8]| {
        word.len() == form.len()
            && word.bytes().zip(form).all(|(byte, kind)| match kind {
                b'9' => byte.is_ascii_digit(),
                _ => byte.is_ascii_uppercase(),
            })
    };
    let outwards: [&[u8]; 6] = [b"A9", b"A99", b"AA9", b"AA99", b"A9A", b"AA9A"];
    is(inward, b"9AA") && outwards.iter().any(|form| is(outward, form))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_an_issue_is_no_story() {
        for (text, expected) in [
            ("Issue 14, Winter 2020", true),
            ("No. 14", true),
            ("Newsletter no 14 | December 2020", true),
            ("No. 10 hosts our young carers", false),
            ("Issue 3: what we have learned", false),
            ("Volume of calls rises", false),
            ("No news", false),
        ] {
            assert_eq!(is_number_of_issue(&text.to_lowercase()), expected, "{text}");
        }
    }
}
