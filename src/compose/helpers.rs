//! The words a template can use beside Handlebars' own.
//! Pure: arguments in, text or a slot's marker out.

use crate::compose::helper_names::explained;
use crate::compose::helper_state::{EmailPart, HelperState, lock};
use std::sync::Arc;

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, JsonRender, Output, PathAndJson,
    RenderContext, RenderError, RenderErrorReason, Renderable, ScopedJson,
};

use crate::locale::DateStyle;
use crate::news::PartialDate;
use serde_json::{Value, json};

use super::comparison;
use super::guard::{NameGuard, PartialDepth};
use super::inlining::{INLINED, InlinedPartial};
use super::lookup::Lookup;
use super::marker;
use super::partial_depth::{ENTER, LEAVE};
use super::partial_indent::IndentedPartial;
use super::slot::Slot;
use super::syntax::INDENTED;
use super::text::wrap;
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

fn wrong(what: impl Into<String>) -> RenderError {
    RenderErrorReason::Other(what.into()).into()
}

fn text_param(h: &Helper, index: usize, helper: &'static str) -> Result<String, RenderError> {
    h.param(index)
        .map(|param| param.value().render())
        .ok_or_else(|| RenderErrorReason::ParamNotFoundForIndex(helper, index).into())
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

/// `{{#each (pairs cards)}}{{first.title}}{{#if second}}{{second.title}}{{/if}}{{/each}}`: stories two by two. An odd last one is
/// `first` without a `second`. `skip=1` begins behind the first story.
struct Pairs;

impl HelperDef for Pairs {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let list = h.param(0).and_then(|param| param.value().as_array());
        let list = list.ok_or_else(|| wrong("`pairs` needs a list: {{#each (pairs cards)}}"))?;
        let skip = match h.hash_get("skip") {
            None => 0,
            Some(number) => number
                .value()
                .as_u64()
                .and_then(|number| usize::try_from(number).ok())
                .ok_or_else(|| wrong("`skip` of `pairs` is a number: (pairs lead skip=1)"))?,
        };
        let pairs: Vec<Value> = list
            .get(skip..)
            .unwrap_or_default()
            .chunks(2)
            .map(|pair| json!({"first": pair.first(), "second": pair.get(1)}))
            .collect();
        Ok(ScopedJson::Derived(Value::Array(pairs)))
    }
}

/// `(fit image 534 300)`: the size of a picture in a frame. One whose size is known is contained and never enlarged, and where it
/// is narrower than the frame it is `inset`; of another only the width is known.
struct Fit;

impl HelperDef for Fit {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let side = |value: Option<&Value>| {
            let side = value.and_then(Value::as_u64).and_then(|side| u32::try_from(side).ok());
            side.filter(|side| *side > 0)
        };
        let frame = |index| {
            side(h.param(index).map(PathAndJson::value)).ok_or_else(|| {
                wrong("`fit` needs a picture, a width and a height: (fit image 534 300)")
            })
        };
        let (width, height) = (frame(1)?, frame(2)?);
        let picture = h.param(0).map(PathAndJson::value);
        let size_of = |picture: &Value| {
            let size = picture.get("size")?;
            side(size.get("width")).zip(side(size.get("height")))
        };
        let crops = picture.and_then(|picture| picture.get("crops")?.as_array());
        // One that was cut to this frame fills it.
        let cut = crops
            .into_iter()
            .flatten()
            .find(|crop| size_of(crop).is_some_and(|size| has_proportion(size, (width, height))));
        let shown = cut.or(picture);
        let address = shown.and_then(|shown| shown.get("address"));
        let fitted = match shown.and_then(size_of) {
            None => {
                json!({"address": address, "width": width, "height": null, "inset": false, "above": 0})
            }
            Some(own) => {
                let (wide, high) = contained(own, (width, height));
                let inset = wide < width;
                // What is over of the frame's height, half of it above and half below.
                let above = if inset { height.saturating_sub(high) / 2 } else { 0 };
                json!({"address": address, "width": wide, "height": high, "inset": inset, "above": above})
            }
        };
        Ok(ScopedJson::Derived(fitted))
    }
}

/// Whether a picture is of a frame's proportion, but for a pixel that was rounded.
fn has_proportion((width, height): (u32, u32), (frame_width, frame_height): (u32, u32)) -> bool {
    let [width, height, across, down] = [width, height, frame_width, frame_height].map(u64::from);
    (width * down).abs_diff(height * across) * 100 <= width * down
}

/// The largest size of a picture's own proportion within a frame, and no larger than the picture. One that is nearly of the
/// frame's proportion fills its width, and may be a fiftieth higher.
fn contained((width, height): (u32, u32), (most_width, most_height): (u32, u32)) -> (u32, u32) {
    let [width, height, most_width, most_height] =
        [width, height, most_width, most_height].map(u64::from);
    let (width, height) = if width <= most_width && height <= most_height {
        (width, height)
    } else if width >= most_width && height * most_width <= width * (most_height + most_height / 50)
    {
        (most_width, (height * most_width / width).max(1))
    } else {
        ((width * most_height / height).clamp(1, most_width), most_height.min(height))
    };
    [width, height].map(|side| u32::try_from(side).unwrap_or(u32::MAX)).into()
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pictures_are_contained_and_not_enlarged() {
        for (own, frame, fitted) in [
            ((1200, 675), (534, 300), (534, 300)),
            ((1200, 900), (534, 300), (400, 300)),
            ((3000, 1000), (534, 300), (534, 178)),
            ((200, 100), (534, 300), (200, 100)),
            ((1, 100_000), (96, 60), (1, 60)),
        ] {
            assert_eq!(contained(own, frame), fitted);
        }
    }

    proptest! {
        #[test]
        fn a_picture_never_leaves_its_frame_nor_its_proportion(
            own in (1..100_000_u32, 1..100_000_u32),
            frame in (1..2000_u32, 1..2000_u32),
        ) {
            let (width, height) = contained(own, frame);
            prop_assert!(width >= 1 && height >= 1);
            prop_assert!(width <= frame.0.min(own.0) && height <= own.1);
            prop_assert!(height <= frame.1 + frame.1 / 50);
            // Within a pixel of the proportion that it had.
            let is_near = |one: u32, other: u32, from: u32, to: u32| {
                (f64::from(one) * f64::from(to) / f64::from(from) - f64::from(other)).abs() <= 1.0
            };
            prop_assert!(
                is_near(width, height, own.0, own.1) || is_near(height, width, own.1, own.0),
                "{}x{}", width, height
            );
        }
    }
}
