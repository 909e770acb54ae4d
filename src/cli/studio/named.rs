//! What the page says to type names the project, as printed commands do: whoever copies it may stand in another folder.
//! Pure: an answer in, an answer out.

use serde_json::Value;

use crate::cli::terminal::project_option::ProjectOption;
use crate::web::studio::StudioResponse;

/// Fields of the page's answers with sentences of ours in which commands stand.
const FIELDS: [&str; 6] = ["approval", "command", "correction", "cure", "reopen", "what"];

/// The same answer, with the project in its commands.
pub fn named(response: StudioResponse, project: &ProjectOption) -> StudioResponse {
    let put = |text: String| project.in_talk(&text).into_owned();
    match response {
        StudioResponse::Json(mut value) => {
            put_into(&mut value, project);
            StudioResponse::Json(value)
        }
        StudioResponse::Refused { what, cure } => {
            StudioResponse::Refused { what: put(what), cure: cure.map(put) }
        }
        other @ (StudioResponse::Mail(_)
        | StudioResponse::Text(_)
        | StudioResponse::Picture(..)
        | StudioResponse::Conflict { .. }
        | StudioResponse::Broken) => other,
    }
}

fn put_into(value: &mut Value, project: &ProjectOption) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| put_into(value, project)),
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if FIELDS.contains(&name.as_str()) => {
                        *text = project.in_talk(text).into_owned();
                    }
                    other => put_into(other, project),
                }
            }
        }
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::*;

    #[test]
    fn commands_name_the_project_and_words_of_stories_stay() {
        let project = ProjectOption::new(Some(Path::new("/srv/the charity")));
        let state = json!({
            "sending": {"command": "roundup send 2020", "approval": "1 person must: roundup approve 2020", "correction": null},
            "findings": [{"cure": "see `roundup check 2020`", "message": "Our week: roundup news"}],
            "stories": [{"title": "roundup news"}],
        });
        let StudioResponse::Json(named) = named(StudioResponse::Json(state), &project) else {
            panic!("another answer")
        };
        let with = "roundup --project '/srv/the charity'";
        assert_eq!(named["sending"]["command"], format!("{with} send 2020"));
        assert_eq!(named["sending"]["approval"], format!("1 person must: {with} approve 2020"));
        assert_eq!(named["findings"][0]["cure"], format!("see `{with} check 2020`"));
        assert_eq!(named["findings"][0]["message"], "Our week: roundup news");
        assert_eq!(named["stories"][0]["title"], "roundup news");
    }
}
