//! One story's part of a page: its title, link, teaser, day and picture, each judged among all that stands in the part.
//! Pure: elements in, an item out.

mod context;
mod day;
mod inline_day;
mod labels;
mod link;
mod story_part;
mod text;

use chrono_tz::Tz;
use scraper::ElementRef;

use super::block::{Block, text_of};
use super::picture::{address_of, is_decoration, words_for_picture};
use crate::date::{Numeric, WrittenDate};
use crate::news::dedupe::canonical;
use crate::news::item::{Evidence, Image, Item, is_whole_of, slug, title_from};
use crate::news::readers::day_line::day_line;
use crate::news::readers::listing::without_marker;
use crate::problem::Place;
use crate::rfc::text::one_line;
use day::{day, given_day};
use inline_day::title_on_line;
use link::{Anchor, link};
use text::{join, teaser, title, undoubled};

pub use context::{PageContext, PartSelectors};
pub use day::{
    day_in_boxes, day_of_tooltip, in_other_words, is_label_of_other, is_of_event, is_of_other,
    month_of, quoted, says_other,
};
pub use inline_day::inline_day;
pub use labels::is_small;
pub use story_part::{RepeatedParts, StoryPart};

const TITLE_FOUND: &str = "the heading in the list";
const TITLE_OF_PICTURE: &str = "the words for the picture that leads to it, in the list";
const TITLE_MADE: &str = "made from the first sentence in the list";

/// What a part says of its story; `None` where it has no words.
pub fn story(
    part: &StoryPart<'_>,
    given: &PartSelectors,
    common: &RepeatedParts,
    context: &PageContext<'_>,
) -> Option<Item> {
    let blocks = part.blocks();
    let anchors = part.anchors(context);
    let title = match &given.title {
        Some(selector) => part.select(selector).find_map(|element| {
            let text = text_of(element);
            (!text.is_empty()).then_some((text, element))
        }),
        None => title(&blocks, common, context.zone)
            .or_else(|| blocks.iter().find_map(|block| title_on_line(block.owner, context.zone))),
    };
    let link = match &given.link {
        Some(selector) => part
            .select(selector)
            .find_map(|element| Anchor::of(element, context))
            .map(|anchor| (anchor.to, "the link that `select` names")),
        None => link(&anchors, title.as_ref().map(|(_, element)| *element), &common.labels),
    };
    let date = match &given.date {
        Some(selector) => {
            part.select(selector).find_map(|element| given_day(element, context.zone))
        }
        None => day(part, &blocks, context.zone).or_else(|| {
            day_beside(part, &blocks, title.as_ref().map(|(text, _)| text.as_str()), context.zone)
        }),
    };
    let heading = title.and_then(|(text, _)| headline(&anchors, &text));
    let summary = summary(part, &blocks, given, heading.as_deref(), common, context.zone);
    let title_made = heading.is_none();
    let of_picture = title_of_picture(&anchors, common).filter(|_| title_made);
    let how = match (title_made, &of_picture) {
        (false, _) => TITLE_FOUND,
        (true, Some(_)) => TITLE_OF_PICTURE,
        (true, None) => TITLE_MADE,
    };
    let title = heading.or(of_picture).unwrap_or_else(|| title_from(&summary));
    if title.is_empty() {
        return None;
    }
    let image = picture(part, given, common, context.base);
    let evidence = Evidence {
        title: Some(how.to_owned()),
        link: link.as_ref().map(|(_, why)| (*why).to_owned()),
        date: date.as_ref().map(|(_, why)| why.clone()),
        image: image.as_ref().map(|_| "the list".to_owned()),
        summary: (!summary.is_empty()).then(|| "the list".to_owned()),
    };
    let link = link.map(|(link, _)| link);
    let numeric = date.as_ref().and_then(|(day, why)| Numeric::of_words(why, *day, context.order));
    let day = date.map(|(day, _)| day);
    Some(Item {
        id: link.as_deref().map_or_else(|| slug(&title), canonical),
        title,
        title_made,
        summary,
        place: Place::whole(link.as_deref().unwrap_or(context.address)),
        link,
        image,
        numeric,
        date: day.map(WrittenDate::likely),
        source: context.source.to_owned(),
        evidence,
        ..Item::default()
    })
}

/// A title as a story has it: whole, once, without "Read more".
fn headline(anchors: &[Anchor<'_>], text: &str) -> Option<String> {
    let text = undoubled(&without_marker(text));
    let whole = whole_title(anchors, &text).unwrap_or(text);
    (!whole.is_empty()).then_some(whole)
}

/// The whole of a title that is cut short, as its link has it for those who point at it.
fn whole_title(anchors: &[Anchor<'_>], cut: &str) -> Option<String> {
    let said = anchors.iter().flat_map(|anchor| {
        ["title", "aria-label"].into_iter().filter_map(|name| anchor.element.value().attr(name))
    });
    said.map(one_line).find(|whole| is_whole_of(whole, cut))
}

/// The day on a line with the title's link or a name.
fn day_beside(
    part: &StoryPart<'_>,
    blocks: &[Block<'_>],
    title: Option<&str>,
    zone: Tz,
) -> Option<(WrittenDate, String)> {
    let mut lines = blocks.iter().map(|block| block.owner).chain(part.elements().take(1));
    lines.find_map(|line| {
        let (day, words) = inline_day(line, title, zone)
            .filter(|_| !is_of_other(&Block { text: String::new(), owner: line }, zone))?;
        Some((day, format!("the list: {}", quoted(&words))))
    })
}

/// The picture: of the selector that people gave, else the first that no other part has.
fn picture(
    part: &StoryPart<'_>,
    given: &PartSelectors,
    common: &RepeatedParts,
    base: &str,
) -> Option<Image> {
    match &given.image {
        Some(selector) => part.select(selector).find_map(|element| image(element, base)),
        None => part
            .elements()
            .filter(|element| !is_decoration(*element))
            .filter_map(|element| image(element, base))
            .find(|image| !common.pictures.contains(&image.address)),
    }
}

/// A link that is a picture is read out by the words for the picture.
fn title_of_picture(anchors: &[Anchor<'_>], common: &RepeatedParts) -> Option<String> {
    let pictures = anchors.iter().filter(|anchor| anchor.text.is_empty());
    pictures
        .filter_map(|anchor| words_for_picture(anchor.element))
        .find(|words| !common.labels.contains(words))
}

/// The text under the title: of the selector that people gave, else the teaser among the blocks.
fn summary(
    part: &StoryPart<'_>,
    blocks: &[Block<'_>],
    given: &PartSelectors,
    heading: Option<&str>,
    common: &RepeatedParts,
    zone: Tz,
) -> String {
    let Some(selector) = &given.summary else { return teaser(blocks, heading, common, zone) };
    let texts = part.select(selector).map(|element| without_marker(&text_of(element)));
    join(texts.filter(|text| day_line(text, zone).is_none()).collect(), heading)
}

fn image(element: ElementRef<'_>, base: &str) -> Option<Image> {
    let address = address_of(element, base)?;
    let alt = one_line(element.value().attr("alt").unwrap_or_default());
    Some(Image { address, alt, ..Image::default() })
}
