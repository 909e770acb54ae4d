//! The words a template can use beside Handlebars' own.
//! Pure: arguments in, text or a slot's marker out.

use crate::compose::helper_names::{explained, wrong};
use crate::compose::helper_state::{EmailPart, HelperState, lock};
use std::sync::Arc;

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, JsonRender, Output, RenderContext,
    RenderError, RenderErrorReason, Renderable,
};

use crate::locale::DateStyle;
use crate::news::PartialDate;
use serde_json::Value;

use super::comparison;
use super::guard::{NameGuard, PartialDepth};
use super::inlining::{INLINED, InlinedPartial};
use super::lookup::Lookup;
use super::made_values::{Fit, Pairs};
use super::marker;
use super::partial_depth::{ENTER, LEAVE};
use super::partial_indent::IndentedPartial;
use super::slot::Slot;
use super::syntax::INDENTED;
use super::text::wrap;
use super::whole_values::not_a_text;
use super::words;
use crate::compose::helper_names::GUARD;
use crate::problem::did_you_mean;
use crate::rfc::text::cut_at_word;

/// Registers all helpers.
pub fn register(registry: &mut Handlebars<'_>, part: EmailPart, shared: &Arc<HelperState>) {
    registry.register_helper("date", Box::new(Date(Arc::clone(shared))));
    registry.register_helper("markdown", Box::new(Markdown(part, Arc::clone(shared))));
    registry.register_helper("recipient", Box::new(Recipient(Arc::clone(shared))));
    registry.register_helper("unsubscribe_url", Box::new(UnsubscribeUrl(Arc::clone(shared))));
    registry.register_helper("slot_block", Box::new(RecipientBlock(Arc::clone(shared))));
    registry.register_helper("for_segment", Box::new(ForSegment(Arc::clone(shared))));
    registry.register_helper("say", Box::new(Say(Arc::clone(shared))));
    registry.register_helper(GUARD, Box::new(NameGuard(Arc::clone(shared))));
    registry.register_helper(ENTER, Box::new(PartialDepth(Arc::clone(shared), true)));
    registry.register_helper(LEAVE, Box::new(PartialDepth(Arc::clone(shared), false)));
    registry.register_helper(INLINED, Box::new(InlinedPartial));
    registry.register_helper(INDENTED, Box::new(IndentedPartial(part)));
    comparison::register(registry);
    registry.register_helper("lookup", Box::new(Lookup));
    registry.register_helper("pairs", Box::new(Pairs));
    registry.register_helper("fit", Box::new(Fit));
    registry.register_helper("plural", Box::new(plural));
    registry.register_helper("truncate", Box::new(truncate));
    registry.register_helper("upper", Box::new(upper));
    registry.register_helper("wrap", Box::new(wrap_text));
    registry.register_helper("underline", Box::new(underline));
}

fn text_param(h: &Helper, index: usize, helper: &'static str) -> Result<String, RenderError> {
    let missing = || RenderErrorReason::ParamNotFoundForIndex(helper, index);
    let param = h.param(index).ok_or_else(missing)?;
    if let Some((what, cure)) = not_a_text(param.value(), param.relative_path().map(String::as_str))
    {
        return Err(explained(what, cure));
    }
    Ok(param.value().render())
}

/// `{{recipient "first_name" fallback="friend"}}`
struct Recipient(Arc<HelperState>);

impl HelperDef for Recipient {
    fn call<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let name = text_param(h, 0, "recipient")?;
        if !self.0.columns.contains(&name) {
            let columns = self.0.columns.iter().map(String::as_str);
            let cure = did_you_mean(&name, columns, "its columns are");
            return Err(explained(format!("the list has no column `{name}`"), cure));
        }
        let fallback = match h.hash_get("fallback") {
            Some(value) => value.value().render(),
            None if name == "email" => String::new(),
            None => {
                return Err(explained(
                    format!("`{name}` may be empty for somebody"),
                    format!("write {{{{recipient \"{name}\" fallback=\"…\"}}}}"),
                ));
            }
        };
        let marker = lock(&self.0.slots).marker(Slot::Field { name, fallback });
        out.write(&marker)?;
        Ok(())
    }
}

/// `{{unsubscribe_url}}`
struct UnsubscribeUrl(Arc<HelperState>);

impl HelperDef for UnsubscribeUrl {
    fn call<'reg: 'rc, 'rc>(
        &self,
        _: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let marker = lock(&self.0.slots).marker(Slot::UnsubscribeUrl);
        out.write(&marker)?;
        Ok(())
    }
}

/// What `blocks::cut` puts where a `{{#for_recipient}}` block stood.
struct RecipientBlock(Arc<HelperState>);

impl HelperDef for RecipientBlock {
    fn call<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let number = h.param(0).and_then(|param| param.value().as_u64());
        let slot = number
            .and_then(|number| lock(&self.0.blocks).get(usize::try_from(number).ok()?).cloned())
            .ok_or_else(|| wrong("`slot_block` is roundup's own: write {{#for_recipient}}"))?;
        let marker = lock(&self.0.slots).marker(slot);
        out.write(&marker)?;
        Ok(())
    }
}

/// `{{#for_segment "donors"}}…{{else}}…{{/for_segment}}`
struct ForSegment(Arc<HelperState>);

impl HelperDef for ForSegment {
    fn call<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        registry: &'reg Handlebars<'reg>,
        context: &'rc Context,
        render: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let name = text_param(h, 0, "for_segment")?;
        let is_active = lock(&self.0.active).contains(&name);
        lock(&self.0.asked).insert(name);
        let template = if is_active { h.template() } else { h.inverse() };
        match template {
            Some(template) => template.render(registry, context, render, out),
            None => Ok(()),
        }
    }
}

/// `{{say "read_story"}}`, and `{{say "stories" count}}` with the form for that number.
struct Say(Arc<HelperState>);

impl HelperDef for Say {
    fn call<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        registry: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let key = text_param(h, 0, "say")?;
        let locale = &self.0.locale;
        let words = match h.param(1) {
            None => locale.say(&key).map(str::to_owned),
            Some(number) => {
                let number = number.value().as_u64().and_then(|n| usize::try_from(n).ok());
                let number = number.ok_or_else(|| wrong("`say` needs a number second"))?;
                locale.count(&key, number)
            }
        };
        let words = words.ok_or_else(|| {
            let cure = did_you_mean(&key, locale.keys(), "they are");
            explained(format!("there are no words `{key}`"), cure)
        })?;
        write_escaped((h, registry), &words, out)
    }
}

/// `{{date story "month"}}`, `{{date "2021-01-15" "day"}}`: as much as is known, said as people do.
struct Date(Arc<HelperState>);

impl HelperDef for Date {
    fn call<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        registry: &'reg Handlebars<'reg>,
        context: &'rc Context,
        render: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let Some(given) = h.param(0).map(|param| param.value().clone()) else {
            // `{{date}}` by itself is the date of the story that the template is at.
            let own = render.evaluate(context, "this.date")?;
            return write_escaped((h, registry), &own.as_json().render(), out);
        };
        // A story or an event has its date in `iso`; one without a date says nothing.
        let text = match &given {
            Value::Object(story) => story.get("iso").cloned().unwrap_or_default(),
            other => other.clone(),
        };
        let style = h.param(1).map_or_else(|| "long".to_owned(), |param| param.value().render());
        let Some((_, style)) = DateStyle::ALL.into_iter().find(|(name, _)| *name == style) else {
            let names = DateStyle::ALL.map(|(name, _)| name);
            let cure = did_you_mean(&style, names, "they are");
            return Err(explained(format!("`date` has no style `{style}`"), cure));
        };
        let text = match text {
            Value::Null => return Ok(()),
            other => other.render(),
        };
        let zone = chrono_tz::UTC;
        let date = PartialDate::parse(&text, zone)
            .map_err(|_| wrong(format!("`date` needs a story or a day: `{text}` is neither")))?;
        write_escaped((h, registry), &self.0.locale.date_as(date, style, zone), out)
    }
}

/// `{{markdown text}}`: paragraphs, lists and links, safe in HTML, and as plain text in the text part.
struct Markdown(EmailPart, Arc<HelperState>);

impl HelperDef for Markdown {
    fn call<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let text = text_param(h, 0, "markdown")?;
        out.write(&match self.0 {
            EmailPart::Html => words::html(&text, &self.1.look),
            EmailPart::Text => words::text(&text),
        })?;
        Ok(())
    }
}

type Args<'a, 'reg, 'rc> = (&'a Helper<'rc>, &'reg Handlebars<'reg>);

/// `{{plural count "story" "stories"}}` writes the number and the word.
fn plural(
    h: &Helper,
    _: &Handlebars,
    _: &Context,
    _: &mut RenderContext,
    out: &mut dyn Output,
) -> HelperResult {
    let count = h
        .param(0)
        .and_then(|param| param.value().as_u64())
        .ok_or_else(|| wrong("`plural` needs a number first"))?;
    let word = text_param(h, if count == 1 { 1 } else { 2 }, "plural")?;
    out.write(&format!("{count} {word}"))?;
    Ok(())
}

/// `{{truncate text 200}}` cuts at a word.
fn truncate(
    h: &Helper,
    r: &Handlebars,
    _: &Context,
    _: &mut RenderContext,
    out: &mut dyn Output,
) -> HelperResult {
    let text = text_param(h, 0, "truncate")?;
    let length = h
        .param(1)
        .and_then(|param| param.value().as_u64())
        .and_then(|length| usize::try_from(length).ok())
        .ok_or_else(|| wrong("`truncate` needs a length: {{truncate summary 200}}"))?;
    write_escaped((h, r), &cut_at_word(&text, length), out)
}

/// `{{upper heading}}`
fn upper(
    h: &Helper,
    r: &Handlebars,
    _: &Context,
    _: &mut RenderContext,
    out: &mut dyn Output,
) -> HelperResult {
    write_escaped((h, r), &text_param(h, 0, "upper")?.to_uppercase(), out)
}

/// `{{wrap summary 72}}`, for the text part.
fn wrap_text(
    h: &Helper,
    _: &Handlebars,
    _: &Context,
    _: &mut RenderContext,
    out: &mut dyn Output,
) -> HelperResult {
    let text = text_param(h, 0, "wrap")?;
    let width = h.param(1).and_then(|param| param.value().as_u64()).unwrap_or(72);
    out.write(&wrap(&text, usize::try_from(width).unwrap_or(72)))?;
    Ok(())
}

/// Columns of the rule under a heading with a personal word.
const PERSONAL_RULE: usize = 40;

/// `{{underline heading "-"}}` writes the text and a rule of its width below, for the text part.
fn underline(
    h: &Helper,
    _: &Handlebars,
    _: &Context,
    _: &mut RenderContext,
    out: &mut dyn Output,
) -> HelperResult {
    let text = text_param(h, 0, "underline")?;
    let sign = text_param(h, 1, "underline")?;
    let wrapped = wrap(&text, 72);
    // How long a personal word is differs: a rule of one length stands under all.
    let width = if marker::holds_marker(&text) {
        PERSONAL_RULE
    } else {
        wrapped.lines().map(unicode_width::UnicodeWidthStr::width).max().unwrap_or(0)
    };
    out.write(&format!("{wrapped}\n{}", sign.repeat(width)))?;
    Ok(())
}

/// Helpers' output is not escaped by `{{ }}`: it is done here, by the registry's own rule.
fn write_escaped((_, registry): Args, text: &str, out: &mut dyn Output) -> HelperResult {
    out.write(&registry.get_escape_fn()(text))?;
    Ok(())
}
