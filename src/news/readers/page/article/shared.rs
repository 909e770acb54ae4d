//! What most stories of a site share is the site's, and no story's.
//! Pure: what the pages say in, less of it out.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::Article;

/// Fewer stories may well be of one day.
const MANY: usize = 3;

/// Takes out what cannot be the story's own: days after the day of the fetch, and what most stories of the site share.
pub fn without_shared(articles: &mut [Article], fetched: NaiveDate, zone: Tz) {
    let (all, next) = (articles.len(), fetched.succ_opt().unwrap_or(fetched));
    for article in articles.iter_mut() {
        // A day ahead of ours may be today where the website is.
        article.days.retain(|day| day.value.likely().days(zone).0 <= next);
    }
    let most = |count: usize| count >= MANY && count * 2 > all;
    let days = count(articles, |article| {
        article.days.iter().map(|day| day.value.likely().days(zone)).collect()
    });
    let titles =
        count(articles, |article| article.titles.iter().map(|title| title.value.clone()).collect());
    let summaries = count(articles, |article| {
        article.summaries.iter().map(|summary| summary.value.clone()).collect()
    });
    let images = count(articles, |article| {
        article.images.iter().map(|image| image.value.address.clone()).collect()
    });
    for article in articles.iter_mut() {
        article.days.retain(|day| !most(days[&day.value.likely().days(zone)]));
        article.titles.retain(|title| titles[&title.value] < 2);
        article.summaries.retain(|summary| summaries[&summary.value] < 2);
        article.images.retain(|image| images[&image.value.address] < 2);
    }
}

/// How many articles have each value.
fn count<T: Ord>(
    articles: &[Article],
    values: impl Fn(&Article) -> BTreeSet<T>,
) -> BTreeMap<T, usize> {
    let mut count = BTreeMap::new();
    for value in articles.iter().flat_map(values) {
        *count.entry(value).or_default() += 1;
    }
    count
}
