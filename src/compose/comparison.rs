//! `eq`, `ne`, `gt`, `gte`, `lt` and `lte`: numbers are compared as numbers, whatever they are written as.
//! Pure: two values in, yes or no out.
//!
//! The library's own `eq` finds 3 and 3.0 different, and 3 and "3".

use std::cmp::Ordering;

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext, RenderError,
    RenderErrorReason, Renderable, ScopedJson,
};
use serde_json::Value;

/// Registers them over the library's.
pub fn register(registry: &mut Handlebars<'_>) {
    let helpers: [(&'static str, Judge); 6] = [
        ("eq", are_equal),
        ("ne", |one, other| !are_equal(one, other)),
        ("gt", |one, other| order(one, other) == Some(Ordering::Greater)),
        ("gte", |one, other| order(one, other).is_some_and(Ordering::is_ge)),
        ("lt", |one, other| order(one, other) == Some(Ordering::Less)),
        ("lte", |one, other| order(one, other).is_some_and(Ordering::is_le)),
    ];
    for (name, judge) in helpers {
        registry.register_helper(name, Box::new(Comparison { name, judge }));
    }
}

type Judge = fn(&Value, &Value) -> bool;

struct Comparison {
    name: &'static str,
    judge: Judge,
}

impl HelperDef for Comparison {
    fn call<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        registry: &'reg Handlebars<'reg>,
        context: &'rc Context,
        render: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let holds = self.call_inner(h, registry, context, render)?.as_json() == &Value::Bool(true);
        if !h.is_block() {
            out.write(if holds { "true" } else { "false" })?;
            return Ok(());
        }
        let branch = if holds { h.template() } else { h.inverse() };
        branch.map_or(Ok(()), |branch| branch.render(registry, context, render, out))
    }

    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        registry: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let value = |index: usize| {
            let given = h.param(index);
            let is_there = |it: &&handlebars::PathAndJson<'_>| {
                !(registry.strict_mode() && it.is_value_missing())
            };
            given
                .filter(is_there)
                .map(handlebars::PathAndJson::value)
                .ok_or(RenderErrorReason::ParamNotFoundForIndex(self.name, index))
        };
        Ok(ScopedJson::Derived(Value::Bool((self.judge)(value(0)?, value(1)?))))
    }
}

/// Two texts are equal when they are the same; a number and a text when the text is that number.
fn are_equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(_), Value::Number(_) | Value::String(_))
        | (Value::String(_), Value::Number(_)) => order(one, other) == Some(Ordering::Equal),
        _ => one == other,
    }
}

/// Two texts that are both numbers are in the order of numbers: 9 comes before 10.
fn order(one: &Value, other: &Value) -> Option<Ordering> {
    if let (Some(one), Some(other)) = (number(one), number(other)) {
        return one.partial_cmp(&other);
    }
    match (one, other) {
        (Value::String(one), Value::String(other)) => Some(one.cmp(other)),
        (Value::Bool(one), Value::Bool(other)) => Some(one.cmp(other)),
        _ => None,
    }
}

/// The numbers of an email are small: each is one that `f64` holds exactly.
fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64()?,
        // As a form or a spreadsheet has them: `1,340` and ` 12`.
        Value::String(text) => {
            let text = text.trim();
            let is_number =
                text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '.'));
            text.replace(',', "").parse().ok().filter(|_| is_number)?
        }
        _ => return None,
    };
    number.is_finite().then_some(number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_numbers_however_they_are_written() {
        for (condition, expected) in [
            ("eq 3 3.0", true),
            ("eq count 3.0", true),
            ("eq count \"3\"", true),
            ("eq \"3\" count", true),
            ("ne count 3.0", false),
            ("ne count \"4\"", true),
            ("eq \"3\" \"3.0\"", false),
            ("eq town \"Hull\"", true),
            ("eq town 3", false),
            ("eq nothing null", true),
            ("eq true true", true),
            ("lt \"9\" \"10\"", true),
            ("gt figure 1000", true),
            ("gte count 3.0", true),
            ("lte count \"2.5\"", false),
            ("lt \"apple\" \"pear\"", true),
            ("gt town 3", false),
            ("lt nothing 3", false),
        ] {
            let mut registry = Handlebars::new();
            register(&mut registry);
            let data = json!({"count": 3, "town": "Hull", "figure": "1,340", "nothing": null});
            let text = format!("{{{{#if ({condition})}}}}yes{{{{else}}}}no{{{{/if}}}}");
            let expected = if expected { "yes" } else { "no" };
            assert_eq!(registry.render_template(&text, &data).unwrap(), expected, "{condition}");
        }
    }
}
