//! Segments that templates or the draft name, and nobody on the list is in.
//! Pure: a composition in, findings out.

use crate::check::{CheckContext, Finding, RenderedEmail, Rule, Severity};
use crate::compose::composition::UnknownSegment;

pub const RULES: [Rule; 1] = [Rule::new(
    "unknown-segment",
    "Does every segment have people in it?",
    "{{#for_segment \"doners\"}} is for people whose column `segments` has that word. If nobody \
     has it, nobody sees what is inside: usually it is a typing error.",
    unknown_segment,
)];

fn unknown_segment(shown: &RenderedEmail<'_>, _: &CheckContext<'_>) -> Vec<Finding> {
    shown.composition.unknown_segments.iter().map(found).collect()
}

fn found(segment: &UnknownSegment) -> Finding {
    let cure = match &segment.nearest {
        Some(near) => format!("did you mean `{near}`?"),
        None => "write a word from the list's column `segments`, or remove the block".to_owned(),
    };
    Finding::new(
        "unknown-segment",
        Severity::Should,
        segment.place.clone(),
        format!("nobody is in the segment `{}`", segment.name),
        cure,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Place;

    #[test]
    fn a_segment_that_nobody_has_is_named_with_the_nearest() {
        for (nearest, cure) in [
            (Some("donors"), "did you mean `donors`?"),
            (None, "write a word from the list's column"),
        ] {
            let finding = found(&UnknownSegment {
                name: "doners".to_owned(),
                place: Place::at("templates/t.mjml.hbs", 3, 1),
                nearest: nearest.map(str::to_owned),
            });
            assert_eq!(finding.message, "nobody is in the segment `doners`");
            assert_eq!(finding.place.to_string(), "templates/t.mjml.hbs:3:1");
            assert!(finding.cure.starts_with(cure), "{finding:?}");
        }
    }
}
