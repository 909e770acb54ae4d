//! Where a setting stands in `roundup.toml`.
//! Pure: a text read as TOML and a name in, a place out.

use toml_edit::{Item, TableLike};

use super::settings::OLD_NAMES;

/// Where a setting begins in the text.
pub(super) fn offset<P: AsRef<str>>(root: &dyn TableLike, path: &[P]) -> Option<usize> {
    let (name, rest) = path.split_first()?;
    let (key, item) = root
        .get_key_value(name.as_ref())
        .or_else(|| root.get_key_value(old_name(name.as_ref())?))?;
    inside(item, rest).or_else(|| rest.is_empty().then(|| key.span().map(|span| span.start))?)
}

fn inside<P: AsRef<str>>(item: &Item, path: &[P]) -> Option<usize> {
    let (number, rest) = path.split_first()?;
    match item {
        Item::ArrayOfTables(tables) => offset(tables.get(number.as_ref().parse().ok()?)?, rest),
        Item::Value(toml_edit::Value::Array(values)) => {
            let group = values.get(number.as_ref().parse().ok()?)?.as_inline_table()?;
            offset(group, rest)
        }
        item => offset(item.as_table_like()?, path),
    }
}

/// Under which name a setting stood before.
fn old_name(name: &str) -> Option<&'static str> {
    OLD_NAMES.into_iter().find(|(_, now)| *now == name).map(|(old, _)| old)
}
