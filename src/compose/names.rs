//! The names that templates can use: which there are, where each is known, and what to say of another.
//! Pure: paths in, sentences out.

use serde_json::Value;

use crate::problem::nearest;

/// Every name that the data can have, whether today's stories have it or not.
pub const NAMES: [&str; 118] = [
    "above",
    "accent",
    "accent_ink",
    "address",
    "alt",
    "anchor",
    "appeal",
    "appeal_panel",
    "arrow",
    "briefs",
    "browser_page",
    "button",
    "button_radius",
    "by",
    "cards",
    "charity",
    "contact",
    "contents",
    "corner_radius",
    "corners",
    "corners_above",
    "corners_small",
    "count",
    "dark_accent",
    "dark_ground",
    "dark_ink",
    "dark_line",
    "dark_muted",
    "dark_paper",
    "dark_reverse_ink",
    "dark_tint",
    "dark_tint_accent",
    "dark_tint_ink",
    "dark_tint_muted",
    "date",
    "day",
    "density",
    "direction",
    "edition",
    "end",
    "event",
    "events",
    "figures",
    "first",
    "font",
    "footer",
    "ground",
    "heading",
    "heading_font",
    "heading_weight",
    "headline",
    "height",
    "id",
    "image",
    "ink",
    "inset",
    "introduction",
    "is_year",
    "iso",
    "items",
    "label",
    "language",
    "lead",
    "lead_frame",
    "leading",
    "legal_name",
    "line",
    "lines",
    "link",
    "links",
    "list",
    "logo",
    "logo_width",
    "masthead",
    "month",
    "more",
    "muted",
    "name",
    "name_lines",
    "narrow",
    "numbers",
    "organisation",
    "others",
    "paper",
    "paragraph",
    "paragraphs",
    "phone",
    "place",
    "preheader",
    "preheader_room",
    "quote",
    "quotes",
    "reverse_ink",
    "rows",
    "second",
    "sections",
    "share",
    "size",
    "small",
    "start",
    "subject",
    "summary",
    "tagline",
    "text",
    "theme",
    "tint",
    "tint_accent",
    "tint_ink",
    "tint_muted",
    "title",
    "topics",
    "url",
    "use",
    "value",
    "website",
    "why",
    "width",
    "words",
];

/// Names that belong to a story, an event, and so on: where they are known, and where not.
const OF_STORIES: [&str; 15] = [
    "title",
    "summary",
    "paragraph",
    "paragraphs",
    "date",
    "iso",
    "event",
    "quote",
    "link",
    "place",
    "image",
    "topics",
    "alt",
    "by",
    "id",
];
const OF_SECTIONS: [&str; 3] = ["items", "heading", "anchor"];

/// The names in a path: `@root.theme.ink` has `theme` and `ink`, `../items.[0].title` has `items` and `title`.
pub fn names_of_path(path: &str) -> impl Iterator<Item = &str> {
    // `@first` and its sisters are Handlebars' own.
    let path = if path.starts_with('@') { path.strip_prefix("@root").unwrap_or("") } else { path };
    path.split(['.', '/'])
        .map(|part| part.trim_start_matches('[').trim_end_matches(']'))
        .filter(|part| !part.is_empty() && *part != "this" && part.parse::<usize>().is_err())
}

/// What to say of a name such as `@idnex`: Handlebars has few of them.
pub fn unknown_of_a_loop(path: &str) -> Option<(String, String)> {
    const OWN: [&str; 6] = ["root", "index", "first", "last", "key", "partial-block"];
    let rest = path.strip_prefix('@')?.trim_start_matches("../");
    let name = rest.split(['.', '/']).next().unwrap_or_default();
    if OWN.contains(&name) {
        return None;
    }
    let cure = match nearest(name, OWN) {
        Some(near) => format!("did you mean `@{near}`?"),
        None => "there are `@index`, `@first`, `@last`, `@key` and `@root`".to_owned(),
    };
    Some((format!("`{path}` is not known here"), cure))
}

/// What to say of a path with a name in it that nothing is called.
pub fn unknown_name(path: &str, unknown: &str, columns: &[String]) -> (String, String) {
    let columns = || columns.iter().map(String::as_str).chain(["first_name", "last_name", "email"]);
    let cure = if columns().any(|column| column == unknown) {
        format!(
            "it is a column of the list: write {{{{recipient \"{unknown}\" fallback=\"…\"}}}}, or {{{{#for_recipient}}}}…{{{{/for_recipient}}}} around it"
        )
    } else if unknown == "length" {
        format!("write {{{{len {}}}}}", path.trim_end_matches(".length"))
    } else {
        match (nearest(unknown, NAMES), nearest(unknown, columns())) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, Some(column)) => format!(
                "did you mean the column `{column}` of the list? Write {{{{recipient \"{column}\" fallback=\"…\"}}}}"
            ),
            (None, None) => "docs/TEMPLATES.md lists the names".to_owned(),
        }
    };
    (format!("`{path}` is not known here"), cure)
}

/// The list in which a path looks for an entry that is not there, and the entry's number: `others` and 9 of `others.[9].title`.
fn past_the_end<'p>(path: &'p str, data: &Value) -> Option<(&'p str, usize)> {
    let mut value = data;
    let mut at = 0;
    for part in path.split('.') {
        let name = part.trim_start_matches('[').trim_end_matches(']');
        match (value, name.parse::<usize>()) {
            (_, _) if at == 0 && name == "@root" => {}
            (Value::Array(list), Ok(number)) => match list.get(number) {
                Some(entry) => value = entry,
                None => return Some((&path[..at - 1], number)),
            },
            (value_here, _) => value = value_here.get(name)?,
        }
        at += part.len() + 1;
    }
    None
}

/// What to say of a path that has no value where it stands, although all its names are known.
pub fn missing_value(path: &str, data: &Value) -> (String, String) {
    let names: Vec<&str> = names_of_path(path).collect();
    let first = names.first().copied().unwrap_or(path);
    let is_of_root = data.get(first).is_some();
    if let Some((list, number)) = past_the_end(path, data) {
        return (
            format!("there is no entry {number} in `{list}`, and so no `{path}`"),
            format!("put it in {{{{#if (gt (len {list}) {number})}}}}…{{{{/if}}}}"),
        );
    }
    if names.len() > 1 && (is_of_root || OF_STORIES.contains(&first)) {
        // The last of them before which there was something.
        let mut value = Some(data);
        let empty = names.iter().enumerate().find(|(_, name)| {
            value = value.and_then(|value| value.get(**name));
            value.is_none_or(Value::is_null)
        });
        let depth = if is_of_root { empty.map_or(0, |(at, _)| at) } else { 0 };
        let whole = names[..=depth.min(names.len() - 1)].join(".");
        let what = if whole == path {
            format!("`{path}` has no value here")
        } else if is_of_root {
            format!("there is no `{whole}` here, and so no `{path}`")
        } else {
            format!("this story has no `{whole}`, and so no `{path}`")
        };
        return (what, format!("put it in {{{{#if {whole}}}}}…{{{{/if}}}}"));
    }
    let what = format!("`{path}` is not known here");
    let cure = if OF_SECTIONS.contains(&first) {
        "it belongs to a section: write it inside {{#each sections}}".to_owned()
    } else if OF_STORIES.contains(&first) {
        "it belongs to a story: write it inside {{#with first}}, {{#each lead}} or {{#each items}}"
            .to_owned()
    } else if is_of_root {
        format!("inside a loop write @root.{}", path.replace("../", "").replace("./", ""))
    } else {
        "docs/TEMPLATES.md says where each name is known".to_owned()
    };
    (what, cure)
}
