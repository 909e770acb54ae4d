//! How large the pictures of stories are whose sources do not say: the beginning of each address is fetched once.
//! Shell: the network, the store.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use super::fetch::Web;
use super::public::is_example;
use crate::news::item::{Image, ImageSize, Item};
use crate::news::source::Settings;
use crate::news::store::{KnownSize, Store, StoreError};

/// A picture says how large it is in its first bytes, behind what the camera wrote there.
const BEGINNING_BYTES: usize = 64 * 1024;
const AT_A_TIME: usize = 8;
/// An edition has 60 stories at most before it is cut off.
const MOST_ASKED: usize = 100;
/// All of them together. The email can do without.
const WITHIN: Duration = Duration::from_secs(15);

/// Whose pictures, and whether their addresses may be fetched now.
pub struct SizeQuery<'a> {
    pub sources: &'a [Settings],
    /// Whom a website's owner can write to.
    pub contact: &'a str,
    pub now: DateTime<Utc>,
    pub is_asking: bool,
}

/// Fills in the sizes of pictures, and fetches those that were never fetched.
///
/// # Errors
/// When the store fails. A picture that cannot be had stays as it is.
pub async fn fill_in(
    query: &SizeQuery<'_>,
    store: &Store,
    items: &mut [Item],
) -> Result<(), StoreError> {
    let mut unknown: BTreeMap<String, bool> = BTreeMap::new();
    for item in items.iter_mut() {
        let source = query.sources.iter().find(|settings| settings.name == item.source);
        let allow_local = source.is_some_and(|settings| settings.allow_local);
        for image in pictures_of(item).filter(|image| image.size.is_none()) {
            match store.picture_size(&image.address, query.now)? {
                KnownSize::Is(size) => image.size = Some(size),
                KnownSize::NotSaid => {}
                KnownSize::Unknown => {
                    if unknown.len() < MOST_ASKED && !is_example(&image.address) {
                        unknown.insert(image.address.clone(), allow_local);
                    }
                }
            }
        }
    }
    if !query.is_asking || unknown.is_empty() {
        return Ok(());
    }
    let answers: BTreeMap<_, _> = asked(unknown, query.contact).await.into_iter().collect();
    for (address, size) in &answers {
        store.keep_picture_size(address, *size, query.now)?;
    }
    for image in items.iter_mut().flat_map(pictures_of).filter(|image| image.size.is_none()) {
        image.size = answers.get(&image.address).copied().flatten();
    }
    Ok(())
}

/// A story's pictures: its own, and those of its translations.
fn pictures_of(item: &mut Item) -> impl Iterator<Item = &mut Image> {
    let translated = item.translations.values_mut().filter_map(|item| item.image.as_mut());
    item.image.as_mut().into_iter().chain(translated)
}

/// Fetches addresses side by side; what is not known in time is left out, and fetched another time.
async fn asked(
    addresses: BTreeMap<String, bool>,
    contact: &str,
) -> Vec<(String, Option<ImageSize>)> {
    let webs = [false, true].map(|allow_local| Web::new(allow_local, contact));
    let mut waiting = addresses.into_iter();
    let mut tasks = JoinSet::new();
    let mut found = Vec::new();
    let until = Instant::now() + WITHIN;
    loop {
        while tasks.len() < AT_A_TIME
            && let Some((address, allow_local)) = waiting.next()
        {
            let Ok(web) = &webs[usize::from(allow_local)] else { continue };
            let web = web.clone();
            tasks.spawn(async move {
                let beginning = web.beginning(&address, BEGINNING_BYTES).await;
                (address, beginning.ok().and_then(|bytes| size_of(&bytes)))
            });
        }
        match timeout_at(until, tasks.join_next()).await {
            Ok(Some(Ok(answer))) => found.push(answer),
            // A reader that fails is a picture without a size.
            Ok(Some(Err(_))) => {}
            Ok(None) | Err(_) => return found,
        }
    }
}

/// What the beginning of a picture says; `None` where it is not a picture.
fn size_of(bytes: &[u8]) -> Option<ImageSize> {
    let size = imagesize::blob_size(bytes).ok()?;
    ImageSize::of(u32::try_from(size.width).ok()?, u32::try_from(size.height).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_say_how_large_they_are() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x04\xb0\0\0\x02\xa3\x08\x02\0\0\0";
        let gif = b"GIF89a\x40\x01\xb4\0\xf7\0\0";
        let jpeg = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xc0\0\x11\x08\x02\x58\x03\x20\x03\x01\x22\0\x02\x11\x01\x03\x11\x01";
        let size = |width, height| Some(ImageSize { width, height });
        assert_eq!(size_of(png), size(1200, 675));
        assert_eq!(size_of(gif), size(320, 180));
        assert_eq!(size_of(jpeg), size(800, 600));
        let nothing = b"GIF89a\0\0\0\0\xf7\0\0";
        for text in [&b""[..], b"<!doctype html><p>Not found", &png[..12], nothing] {
            assert_eq!(size_of(text), None);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_end_the_program(bytes: Vec<u8>, kind in 0..4_usize) {
            let start: [&[u8]; 4] = [b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\xff\xd8\xff\xe1", b"RIFF\0\0\0\0WEBPVP8X"];
            let whole = [start[kind], &bytes].concat();
            if let Some(size) = size_of(&whole) {
                proptest::prop_assert!(size.width > 0 && size.height > 0);
            }
        }
    }
}
