//! `{{lookup list 0}}` and `{{lookup group "name"}}`: as Handlebars has it, but a name that is not there names the nearest.
//! Pure: arguments in, a value or what is wrong out.

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, JsonRender, Output, RenderContext,
    RenderError, RenderErrorReason, ScopedJson,
};
use serde_json::Value;

use super::helper_names::explained;
use super::whole_values::not_a_text;
use crate::count::counted;
use crate::problem::did_you_mean;

pub struct Lookup;

impl HelperDef for Lookup {
    fn call<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        registry: &'reg Handlebars<'reg>,
        context: &'rc Context,
        render: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let value = self.call_inner(h, registry, context, render)?;
        if let Some((what, cure)) = not_a_text(value.as_json(), None) {
            return Err(explained(what, cure));
        }
        let text = value.as_json().render();
        let is_raw = render.is_disable_escape();
        out.write(&if is_raw { text } else { registry.get_escape_fn()(&text) })?;
        Ok(())
    }

    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let param = |index: usize| {
            let missing = RenderErrorReason::ParamNotFoundForIndex("lookup", index);
            h.param(index).map(handlebars::PathAndJson::value).ok_or(missing)
        };
        let (within, name) = (param(0)?, param(1)?);
        found(within, name)
            .cloned()
            .map(ScopedJson::Derived)
            .map_err(|(what, cure)| explained(what, cure))
    }
}

fn found<'v>(within: &'v Value, name: &Value) -> Result<&'v Value, (String, String)> {
    match (within, name) {
        (Value::Array(entries), Value::Number(number)) => {
            let index = number.as_u64().and_then(|index| usize::try_from(index).ok());
            index.and_then(|index| entries.get(index)).ok_or_else(|| {
                let count = counted(entries.len(), "entry", "entries");
                let cure = match entries.len() {
                    0 => "put it in {{#if …}}".to_owned(),
                    count => format!("write a number from 0 to {}", count - 1),
                };
                (format!("entry {number} is not there: the list has {count}"), cure)
            })
        }
        (Value::Object(names), Value::String(name)) => names.get(name).ok_or_else(|| {
            let known = names.keys().map(String::as_str);
            (format!("there is no `{name}` to look up"), did_you_mean(name, known, "the names are"))
        }),
        _ => Err((
            "`lookup` needs a list and a number, or a group of names and one of them".to_owned(),
            "write it as {{lookup list 0}}".to_owned(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_there_is_named_with_the_nearest() {
        let (theme, list) = (json!({"accent": "#0b5a6f", "ink": null}), json!(["a", "b"]));
        assert_eq!(found(&theme, &json!("accent")), Ok(&json!("#0b5a6f")));
        assert_eq!(found(&theme, &json!("ink")), Ok(&Value::Null));
        assert_eq!(found(&list, &json!(1)), Ok(&json!("b")));
        let cure = |within: &Value, name: Value| found(within, &name).unwrap_err().1;
        assert_eq!(cure(&theme, json!("acent")), "did you mean `accent`?");
        assert_eq!(cure(&list, json!(2)), "write a number from 0 to 1");
        assert_eq!(cure(&json!([]), json!(0)), "put it in {{#if …}}");
        assert_eq!(cure(&json!("text"), json!(0)), "write it as {{lookup list 0}}");
    }
}
