//! Helpers that make a list or a group to go through: pairs of stories, the size of a picture in a frame.
//! Pure: arguments in, values out.

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, Output, PathAndJson, RenderContext,
    RenderError, ScopedJson,
};
use serde_json::{Value, json};

use super::explanation::usage;
use super::helper_names::{explained, wrong};

/// What a helper says that makes a list or a group, where it is written instead of gone through.
fn only_within(helper: &str) -> HelperResult {
    let what = format!("`{helper}` writes nothing by itself");
    Err(explained(what, usage(helper)))
}

/// `{{#each (pairs cards)}}{{first.title}}{{#if second}}{{second.title}}{{/if}}{{/each}}`: stories two by two. An odd last one is
/// `first` without a `second`. `skip=1` begins behind the first story.
pub struct Pairs;

impl HelperDef for Pairs {
    fn call<'reg: 'rc, 'rc>(
        &self,
        _: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        _: &mut dyn Output,
    ) -> HelperResult {
        only_within("pairs")
    }

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
pub struct Fit;

impl HelperDef for Fit {
    fn call<'reg: 'rc, 'rc>(
        &self,
        _: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        _: &mut dyn Output,
    ) -> HelperResult {
        only_within("fit")
    }

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
