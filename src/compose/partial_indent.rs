//! A partial by itself on its line, behind blanks: each of its lines is moved by them, as in Handlebars.
//! Pure: a rendered partial in, moved lines out.

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, JsonRender, Output, RenderContext,
    Renderable,
};

use super::helper_state::EmailPart;
use super::render_limit::LimitedOutput;

/// Renders what `syntax` has put a partial into; its parameter is the blanks. In HTML they would only make the email larger.
pub struct IndentedPartial(pub EmailPart);

impl HelperDef for IndentedPartial {
    fn call<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        registry: &'reg Handlebars<'reg>,
        context: &'rc Context,
        render: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let Some(template) = h.template() else { return Ok(()) };
        if self.0 == EmailPart::Html {
            return template.render(registry, context, render, out);
        }
        let blanks = h.param(0).map(|param| param.value().render()).unwrap_or_default();
        let mut lines = LimitedOutput::default();
        let ended = template.render(registry, context, render, &mut lines);
        // What is too long is too long where it is written, too.
        out.write(&moved(&lines.text, &blanks))?;
        ended
    }
}

fn moved(text: &str, blanks: &str) -> String {
    text.split_inclusive('\n').flat_map(|line| [blanks, line]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_moved_and_nothing_else() {
        for (text, expected) in [
            ("", ""),
            ("a", "  a"),
            ("a\n", "  a\n"),
            ("a\n\nb\n", "  a\n  \n  b\n"),
            ("\n", "  \n"),
        ] {
            assert_eq!(moved(text, "  "), expected, "{text:?}");
        }
    }
}
