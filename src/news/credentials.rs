//! Names and passwords in addresses that come from outside (RFC 3986, 3.2.1): nobody is mailed them, and nobody is shown them.
//! Pure: a reading in, a reading out.

use super::item::{Item, Reading};
use crate::count::counted;
use crate::problem::{Place, Problem};

/// Takes the names and passwords out of every address of a reading, and says so once.
pub fn remove(reading: &mut Reading) {
    let mut first: Option<Place> = None;
    let mut count = 0_usize;
    for item in &mut reading.items {
        if clean_item(item) {
            count += 1;
            first.get_or_insert_with(|| item.place.clone());
        }
    }
    for skipped in &mut reading.skipped {
        clean(&mut skipped.title);
        clean(&mut skipped.place.source);
        clean(&mut skipped.reason);
    }
    for problem in &mut reading.problems {
        clean(&mut problem.place.source);
        clean(&mut problem.what);
        clean(&mut problem.cure);
    }
    if let Some(place) = first {
        let which = counted(count, "story has", "stories have");
        reading.problems.push(Problem::new(
            place,
            format!("{which} an address with a name or password in it: they were removed"),
            "correct the address at its source, and change the password: others have seen it",
        ));
    }
}

fn clean_item(item: &mut Item) -> bool {
    let mut is_changed = false;
    let mut texts: Vec<&mut String> =
        vec![&mut item.id, &mut item.title, &mut item.summary, &mut item.place.source];
    texts.extend(&mut item.link);
    texts.extend(item.image.iter_mut().flat_map(|image| [&mut image.address, &mut image.alt]));
    texts.extend(item.quote.as_mut().map(|quote| &mut quote.words));
    let evidence = &mut item.evidence;
    for part in [
        &mut evidence.title,
        &mut evidence.link,
        &mut evidence.date,
        &mut evidence.image,
        &mut evidence.summary,
    ] {
        texts.extend(part);
    }
    for text in texts {
        is_changed |= clean(text);
    }
    for translation in item.translations.values_mut() {
        is_changed |= clean_item(translation);
    }
    is_changed
}

fn clean(text: &mut String) -> bool {
    let Some(without) = without_credentials(text) else { return false };
    *text = without;
    true
}

/// A text whose addresses have no name and no password; `None` where they have none as it is.
pub fn without_credentials(text: &str) -> Option<String> {
    if !text.contains('@') || !text.contains("//") {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("//") {
        let begin = at + 2;
        let is_address = rest[..at].ends_with(':') || rest[..at].trim().is_empty();
        let ends =
            |c: char| matches!(c, '/' | '\\' | '?' | '#' | '"' | '<' | '>') || c.is_whitespace();
        let end = rest[begin..].find(ends).map_or(rest.len(), |end| begin + end);
        let host =
            rest[begin..end].rfind('@').filter(|_| is_address).map_or(begin, |at| begin + at + 1);
        out.push_str(&rest[..begin]);
        out.push_str(&rest[host..end]);
        rest = &rest[end..];
    }
    out.push_str(rest);
    (out != text).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::news::item::Image;

    #[test]
    fn names_and_passwords_leave_and_all_else_stays() {
        for (text, without) in [
            ("https://user:pw@e.org/a", "https://e.org/a"),
            ("https://user@e.org", "https://e.org"),
            ("http://a:b@c:d@e.org:8080/?q=x@y", "http://e.org:8080/?q=x@y"),
            (
                "see ftp://u:p@e.org/x and https://u:p@e.org.",
                "see ftp://e.org/x and https://e.org.",
            ),
            ("https:\\\\u:p@e.org", "https:\\\\u:p@e.org"),
            ("//u:p@e.org/a", "//e.org/a"),
            ("https://e.org/@ann", "https://e.org/@ann"),
            ("https://e.org?to=a@b", "https://e.org?to=a@b"),
            ("write to a@e.org, or https://e.org", "write to a@e.org, or https://e.org"),
            ("https://e.org a@b", "https://e.org a@b"),
            ("and/or // a@b", "and/or // a@b"),
        ] {
            assert_eq!(without_credentials(text).as_deref().unwrap_or(text), without, "{text}");
        }
    }

    #[test]
    fn no_part_of_a_reading_has_them() {
        let address = "https://user:pw@e.org/a";
        let mut item = Item {
            id: address.to_owned(),
            link: Some(address.to_owned()),
            summary: format!("Read {address}"),
            image: Some(Image {
                address: address.to_owned(),
                alt: String::new(),
                ..Image::default()
            }),
            place: Place::whole(address),
            ..Item::default()
        };
        item.evidence.link = Some(format!("the link {address}"));
        item.translations.insert("cy".to_owned(), item.clone());
        let mut reading = Reading { items: vec![item, Item::default()], ..Reading::default() };
        reading.problems.push(Problem::new(Place::whole(address), address, address));
        remove(&mut reading);
        assert!(!format!("{reading:?}").contains("pw"), "{reading:?}");
        assert_eq!(reading.problems.len(), 2);
        assert!(reading.problems[1].what.starts_with("1 story has"));
        let before = reading.clone();
        remove(&mut reading);
        assert_eq!(reading, before);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_harm(text in "(https?:|//|[@:/?é a]|\\PC){0,20}") {
            let once = without_credentials(&text).unwrap_or(text);
            proptest::prop_assert_eq!(without_credentials(&once), None);
        }
    }
}
