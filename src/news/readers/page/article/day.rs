//! The day of one story on its own page: everything that may be it, the most trusted first.
//! Pure: elements in, days and their evidence out.

use chrono_tz::Tz;
use scraper::ElementRef;

use super::{Extract, Reader, SHORTEST_PARAGRAPH_CHARS, same_holder, select};
use crate::date::{PartialDate, WrittenDate};
use crate::news::readers::dateline::dateline;
use crate::news::readers::day_line::{DayMeaning, day_line};
use crate::news::readers::headings::is_sign_off;
use crate::news::readers::page::block::text_of;
use crate::news::readers::page::data::DataArticle;
use crate::news::readers::page::part::{
    day_in_boxes, day_of_tooltip, in_other_words, inline_day, is_label_of_other, is_of_event,
    is_of_other, month_of, quoted, says_other,
};
use crate::news::readers::page::region::is_heading;

/// Names of `meta` elements with the day of publication.
const PUBLISHED_NAMES: &str = "article:published_time|og:article:published_time|og:published_time|og:pubdate|article:published|\
    article.published|article_date_original|bt:pubdate|citation_publication_date|citation_date|cxenseparse:recs:publishtime|\
    date_published|datepublished|dc.date.issued|dc.date.publication|dcterms.issued|originalpublicationdate|parsely-pub-date|pubdate|\
    publication_date|publish-date|publish_date|publishdate|published_time|published-date|rnews:datepublished|sailthru.date|\
    shareaholic:article_published_time";
/// Names that many systems fill with the day of the answer.
const GENERAL_NAMES: &str = "date|date.created|dc.date|dc.date.created|dcterms.created|dcterms.date|displaydate|timestamp|created";
/// The day of a story stands so near its headline.
const NEAR_BLOCKS: usize = 10;
const NEAR_BEFORE: usize = 3;
/// With more days it is uncertain which is the story's.
const MOST_DAYS: usize = 20;
/// Other numbers of four digits in an address are not years.
const YEARS_IN_ADDRESSES: std::ops::RangeInclusive<u32> = 1990..=2100;
/// Behind these a page is no longer of one story.
const MOST_BLOCKS: usize = 1500;

impl Reader<'_> {
    pub(super) fn days(&self, data: Option<&DataArticle>, days: &mut Vec<Extract<WrittenDate>>) {
        let zone = self.zone;
        let mut add = |date: Option<WrittenDate>, why: String| {
            days.extend(date.map(|value| Extract { value, why }));
        };
        add(
            data.and_then(|data| data.date),
            "its own page: what it tells search engines (JSON-LD)".to_owned(),
        );
        let meta = |names: &str| {
            let (name, text) = self.meta(names)?;
            Some((PartialDate::read(text, zone).ok()?, format!("its own page: `meta` {name}")))
        };
        if let Some((date, why)) = meta(PUBLISHED_NAMES) {
            add(Some(date), why);
        }
        for element in select(self.page, "[itemprop=datePublished], time[pubdate]")
            .take(MOST_DAYS)
            .filter(|element| self.is_own(*element))
        {
            add(day_of(element, zone), format!("its own page: {}", quoted(&text_of(element))));
        }
        if let Some((date, words)) = self.near_headline(Self::day_of_block) {
            add(Some(date), format!("its own page: {} at the headline", quoted(&words)));
        }
        let published = self.blocks.iter().take(MOST_BLOCKS).filter_map(|block| {
            let line =
                day_line(&block.text, zone).filter(|line| line.of == DayMeaning::Publication)?;
            Some((block, line.date))
        });
        for (block, date) in published.take(MOST_DAYS) {
            if self.is_own(block.owner) && !is_of_other(block, zone) {
                add(date, format!("its own page: {}", quoted(&block.text)));
            }
        }
        let first = self.blocks.iter().take(MOST_BLOCKS).find(|block| {
            block.text.chars().count() >= SHORTEST_PARAGRAPH_CHARS && self.is_own(block.owner)
        });
        if let Some(found) = first.and_then(|block| dateline(&block.text, zone)) {
            add(Some(found.day), format!("its own page: {} before the text", quoted(found.words)));
        }
        add(date_in_address(self.address).map(WrittenDate::known), "its address".to_owned());
        if let Some((date, why)) = meta(GENERAL_NAMES) {
            add(Some(date), why);
        }
        // One day by itself in the article is the story's; with several it is uncertain which.
        let names = "time, .entry-date, .published, .post-date, .article-date, .news-date, .date-published, .date";
        let named: Vec<ElementRef<'_>> = select(self.page, names).take(MOST_DAYS + 1).collect();
        let alone: Vec<(WrittenDate, String)> = named
            .into_iter()
            .filter(|element| {
                self.is_own(*element)
                    && !in_other_words(*element, zone)
                    && !self.is_of_event(*element)
            })
            .filter_map(|element| Some((day_of(element, zone)?, text_of(element))))
            .collect();
        if let Some((date, words)) = alone.first()
            && alone.iter().all(|(other, _)| other.likely().days(zone) == date.likely().days(zone))
        {
            add(Some(*date), format!("its own page: {}", quoted(words)));
        }
        if let Some((date, words)) = self.near_headline(Self::month_of_block) {
            add(Some(date), format!("its own page: {} at the headline", quoted(&words)));
        }
    }

    /// Whether an element's day is that of something that takes place: a venue or a time with an end stands by it.
    fn is_of_event(&self, element: ElementRef<'_>) -> bool {
        let at = self.blocks.iter().position(|block| {
            block.owner.id() == element.id()
                || block.owner.descendants().any(|node| node.id() == element.id())
        });
        at.is_some_and(|at| self.is_event_block(at))
    }

    fn is_event_block(&self, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|before| self.blocks.get(before));
        before.is_some_and(|block| is_label_of_other(&block.text)) || is_of_event(&self.blocks, at)
    }

    /// The day that stands nearest the headline: just below it or just above. `read` reads the block at a place.
    fn near_headline(
        &self,
        read: impl Fn(&Self, usize) -> Option<(WrittenDate, String)>,
    ) -> Option<(WrittenDate, String)> {
        let headline = self.headline?;
        let at = self.blocks.iter().position(|block| block.stands_in(headline))?;
        let mut best: Option<(usize, WrittenDate, String)> = None;
        let mut offer = |distance: usize, found: Option<(WrittenDate, String)>| {
            if let Some((date, words)) = found
                && best.as_ref().is_none_or(|(had, _, _)| distance < *had)
            {
                best = Some((distance, date, words));
            }
        };
        let mut prose = 0;
        for (distance, block) in self.blocks.iter().enumerate().skip(at + 1).take(NEAR_BLOCKS) {
            // The day of a letter's signature is of the letter.
            if prose > 0 && (is_heading(block.owner) || is_sign_off(&block.text)) {
                break;
            }
            offer((distance - at) * 2, read(self, distance));
            if block.text.chars().count() >= SHORTEST_PARAGRAPH_CHARS
                && day_line(&block.text, self.zone).is_none()
            {
                prose += 1;
                if prose > 1 {
                    break;
                }
            }
        }
        for before in (at.saturating_sub(NEAR_BEFORE)..at).rev() {
            let block = &self.blocks[before];
            if is_heading(block.owner)
                || block.text.chars().count() > SHORTEST_PARAGRAPH_CHARS * 2
                || !same_holder(Some(headline), block.owner)
            {
                break;
            }
            offer((at - before) * 2 + 1, read(self, before));
        }
        best.map(|(_, date, words)| (date, words))
    }

    /// "December 2020" in a block of its own.
    fn month_of_block(&self, at: usize) -> Option<(WrittenDate, String)> {
        let block = &self.blocks[at];
        let month = month_of(block, self.zone)?;
        (self.is_own(block.owner) && !self.is_event_block(at) && !is_of_other(block, self.zone))
            .then(|| (month, block.text.clone()))
    }

    fn day_of_block(&self, at: usize) -> Option<(WrittenDate, String)> {
        let block = &self.blocks[at];
        if !self.is_own(block.owner) || self.is_event_block(at) || is_of_other(block, self.zone) {
            return None;
        }
        let line = day_line(&block.text, self.zone);
        if let Some(line) = line {
            let is_own = !matches!(line.of, DayMeaning::Change | DayMeaning::Event);
            let date = line.date.or_else(|| {
                block.owner.descendent_elements().find_map(|inner| day_of_tooltip(inner, self.zone))
            });
            return date.filter(|_| is_own).map(|date| (date, block.text.clone()));
        }
        let holder = block.owner.parent().and_then(ElementRef::wrap);
        if let Some(found) = holder.and_then(|holder| day_in_boxes(holder, self.zone)) {
            return Some(found);
        }
        if let Some(found) = inline_day(block.owner, None, self.zone) {
            return Some(found);
        }
        // A byline with a `<time>` in it, whose words without it would not say so.
        let time =
            block.owner.descendent_elements().find(|element| element.value().name() == "time")?;
        let is_prose = block.text.chars().count() >= SHORTEST_PARAGRAPH_CHARS * 2;
        let text = block.text.to_lowercase();
        let is_other = ["updated", "modified", "reviewed", "deadline", "closes", "starts"]
            .iter()
            .any(|word| text.contains(word));
        (!is_prose && !is_other && !says_other(time))
            .then(|| day_of(time, self.zone))
            .flatten()
            .map(|date| (date, block.text.clone()))
    }
}

/// The day that an element says: what people see, else what programs do.
fn day_of(element: ElementRef<'_>, zone: Tz) -> Option<WrittenDate> {
    let value = element.value();
    let line = day_line(&text_of(element), zone);
    if line.is_some_and(|line| matches!(line.of, DayMeaning::Change | DayMeaning::Event))
        || in_other_words(element, zone)
    {
        return None;
    }
    let said = ["datetime", "content", "data-date"]
        .iter()
        .find_map(|name| value.attr(name))
        .and_then(|text| PartialDate::read(text, zone).ok());
    let seen = line.and_then(|line| line.date);
    seen.map(|seen| seen.confirmed_by(said, zone)).or(said)
}

/// `/2020/12/03/`, `/2020/12/`, or a name that begins with a day, as in `/2020-12-03-fair`. Numbers elsewhere are of anything:
/// `/our-year-2019-10-highlights`, `/id/2011/1`.
pub fn date_in_address(address: &str) -> Option<PartialDate> {
    let path = url::Url::parse(address).ok()?.path().to_owned();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let number = |text: &str, digits: std::ops::RangeInclusive<usize>| -> Option<u32> {
        let is_number = text.bytes().all(|b| b.is_ascii_digit()) && digits.contains(&text.len());
        is_number.then(|| text.parse().ok()).flatten()
    };
    let year_of = |part: &str| number(part, 4..=4).filter(|year| YEARS_IN_ADDRESSES.contains(year));
    let day_of = |parts: &[&str]| -> Option<PartialDate> {
        let [year, month, day, ..] = *parts else { return None };
        let (month, day) = (number(month, 1..=2)?, number(day, 1..=2)?);
        PartialDate::parse(&format!("{}-{month:02}-{day:02}", year_of(year)?), Tz::UTC).ok()
    };
    let month_of = |parts: &[&str]| -> Option<PartialDate> {
        let [year, month, ..] = *parts else { return None };
        let month = number(month, 2..=2)?;
        PartialDate::parse(&format!("{}-{month:02}", year_of(year)?), Tz::UTC).ok()
    };
    let named = |part: &&str| {
        let numbers: Vec<&str> = part.splitn(4, ['-', '_', '.']).collect();
        day_of(&numbers)
    };
    (0..parts.len())
        .find_map(|at| day_of(&parts[at..]))
        .or_else(|| parts.iter().find_map(named))
        .or_else(|| (0..parts.len()).find_map(|at| month_of(&parts[at..])))
}
