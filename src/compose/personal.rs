//! What a `{{#for_recipient}}` block may hold: words, columns, conditions on them.
//! Pure: a block in, its first fault out.
//!
//! It is read before the first person, in every branch, so that filling it cannot fail for anybody.

use handlebars::template::{HelperTemplate, Parameter, TemplateElement};
use handlebars::{Handlebars, Helper, HelperResult, JsonRender, Output, RenderContext, Template};

use super::comparison;
use super::declarations::TagsInOrder;
use super::names::names_of_path;
use super::syntax;
use super::tags::{TagKind, line_and_column, too_deep};
use crate::problem::nearest;

/// Helpers that any values can go through.
const VALUES: [&str; 10] = ["eq", "ne", "and", "or", "not", "gt", "lt", "gte", "lte", "upper"];
const CONDITIONS: [&str; 2] = ["if", "unless"];
/// The person's own address for leaving is known inside a block, too.
pub const UNSUBSCRIBE_URL: &str = "unsubscribe_url";

/// Why a block cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockFault {
    /// Line within the block, from 0, and column in it, from 1.
    pub line: usize,
    pub column: usize,
    pub what: String,
    pub cure: String,
    /// The column that the list does not have, when that is what is wrong.
    pub unknown: Option<String>,
}

const CURE: &str = "a block may hold text, {{column}}, {{upper column}}, {{#if column}}…{{else}}…{{/if}} and {{#if (eq column \"…\")}}";

/// Looks at a block, and parses it. Without columns only its form is looked at.
///
/// # Errors
/// At the first thing in it that could fail for somebody.
pub fn read(source: &str, columns: Option<&[String]>) -> Result<Template, BlockFault> {
    let fault = |at: usize, what: String, cure: String| {
        let (line, column) = line_and_column(source, at);
        BlockFault { line: line - 1, column, what, cure, unknown: None }
    };
    if let Some((at, what)) = too_deep(source) {
        return Err(fault(at, what, "nest fewer".to_owned()));
    }
    let template = syntax::parse("", source).map_err(|wrong| {
        fault(wrong.at, format!("the block is not Handlebars: {}", wrong.what), wrong.cure)
    })?;
    let mut reader = Reader { columns, source, tags: TagsInOrder::of(source), at: 0 };
    reader.template(&template)?;
    Ok(template)
}

struct Reader<'a> {
    columns: Option<&'a [String]>,
    source: &'a str,
    tags: TagsInOrder,
    /// The byte at which the tag begins that is looked at.
    at: usize,
}

impl Reader<'_> {
    fn fault<T>(&self, what: impl Into<String>, unknown: Option<String>) -> Result<T, BlockFault> {
        self.fault_with(what, CURE.to_owned(), unknown)
    }

    fn fault_with<T>(
        &self,
        what: impl Into<String>,
        cure: String,
        unknown: Option<String>,
    ) -> Result<T, BlockFault> {
        let (line, column) = line_and_column(self.source, self.at);
        Err(BlockFault { line: line - 1, column, what: what.into(), cure, unknown })
    }

    /// A helper that a block cannot use, with the one that was meant.
    fn unusable<T>(&self, name: &str) -> Result<T, BlockFault> {
        let cure = match nearest(name, VALUES.into_iter().chain(CONDITIONS)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => CURE.to_owned(),
        };
        self.fault_with(format!("a block cannot use `{name}`"), cure, None)
    }

    fn template(&mut self, template: &Template) -> Result<(), BlockFault> {
        for element in &template.elements {
            match element {
                TemplateElement::RawString(_) | TemplateElement::Comment(_) => continue,
                _ => self.at = self.tags.next_start(),
            }
            match element {
                TemplateElement::Expression(call) => {
                    self.tags.take(TagKind::Single);
                    self.expression(call)?;
                }
                TemplateElement::HelperBlock(block) => {
                    self.tags.take(TagKind::Open);
                    self.block(block)?;
                    self.tags.take(TagKind::Close);
                }
                TemplateElement::HtmlExpression(_) => {
                    return self.fault(
                        "a block has three braces, which would turn words from the list into \
                         markup",
                        None,
                    );
                }
                TemplateElement::PartialExpression(_) | TemplateElement::PartialBlock(_) => {
                    return self.fault("a block calls a partial", None);
                }
                _ => {
                    return self.fault(
                        "a block contains something that cannot be filled in for a \
                        person",
                        None,
                    );
                }
            }
        }
        Ok(())
    }

    fn expression(&self, call: &HelperTemplate) -> Result<(), BlockFault> {
        if call.params.is_empty() && call.hash.is_empty() {
            return self.parameter(&call.name);
        }
        self.call(call)
    }

    fn call(&self, call: &HelperTemplate) -> Result<(), BlockFault> {
        let name = call.name.as_name().unwrap_or_default();
        if !VALUES.contains(&name) {
            return match name {
                "recipient" => self.fault(
                    "`recipient` is inside {{#for_recipient}}: write the column's name by itself \
                     there, {{first_name}}",
                    None,
                ),
                _ => self.unusable(name),
            };
        }
        let wanted = if matches!(name, "not" | "upper") { 1 } else { 2 };
        if call.params.len() < wanted {
            return self.fault(format!("`{name}` needs {wanted} of them"), None);
        }
        call.params.iter().chain(call.hash.values()).try_for_each(|param| self.parameter(param))
    }

    fn block(&mut self, block: &HelperTemplate) -> Result<(), BlockFault> {
        let name = block.name.as_name().unwrap_or_default();
        if !CONDITIONS.contains(&name) {
            return self.unusable(name);
        }
        if block.params.len() != 1 {
            return self.fault(format!("`{name}` needs one column or condition"), None);
        }
        self.parameter(&block.params[0])?;
        if let Some(inner) = &block.template {
            self.template(inner)?;
        }
        let behind = self.tags.peek();
        if behind == Some(TagKind::ElseChain)
            && let Some(inverse) = &block.inverse
            && let [TemplateElement::HelperBlock(next)] = &inverse.elements[..]
        {
            self.at = self.tags.take(TagKind::ElseChain);
            return self.block(next);
        }
        if behind == Some(TagKind::Else) {
            self.tags.take(TagKind::Else);
        }
        block.inverse.as_ref().map_or(Ok(()), |inverse| self.template(inverse))
    }

    fn parameter(&self, param: &Parameter) -> Result<(), BlockFault> {
        match param {
            Parameter::Literal(_) => Ok(()),
            Parameter::Subexpression(inner) => match inner.as_element() {
                TemplateElement::Expression(call) if call.params.is_empty() => {
                    self.parameter(&call.name)
                }
                TemplateElement::Expression(call) => self.call(call),
                _ => Ok(()),
            },
            other => {
                let raw = other.as_name().unwrap_or_default();
                let names: Vec<&str> = names_of_path(raw).collect();
                let [name] = names[..] else {
                    return self.fault(format!("`{raw}` is not a column of the list"), None);
                };
                let is_known = name == UNSUBSCRIBE_URL
                    || self.columns.is_none_or(|columns| columns.iter().any(|one| one == name));
                if raw.starts_with(['@', '.']) || !is_known {
                    let what = format!("the list has no column `{name}`");
                    return self.fault(what, Some(name.to_owned()));
                }
                Ok(())
            }
        }
    }
}

/// Registers what a block may use.
pub fn register(registry: &mut Handlebars<'_>) {
    registry.register_helper("upper", Box::new(upper));
    comparison::register(registry);
}

fn upper(
    h: &Helper,
    registry: &Handlebars,
    _: &handlebars::Context,
    _: &mut RenderContext,
    out: &mut dyn Output,
) -> HelperResult {
    let text = h.param(0).map(|param| param.value().render()).unwrap_or_default();
    out.write(&registry.get_escape_fn()(&text.to_uppercase()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_branch_is_looked_at() {
        let columns = ["first_name".to_owned(), "town".to_owned()];
        for good in [
            "Dear {{first_name}},",
            "{{#if town}}There is a group in {{town}}.{{else}}Find yours.{{/if}}",
            "{{#if (eq first_name \"Amina\")}}A{{else if (and town first_name)}}B{{else}}C{{/if}}",
            "{{#unless town}}{{upper first_name}}{{/unless}} {{unsubscribe_url}} {{this.town}}",
            "{{! a comment }}{{[first_name]}}",
        ] {
            assert!(read(good, Some(&columns)).is_ok(), "{good}");
        }
        for (wrong, line, what) in [
            ("x\n{{#if first_name}}{{twon}}{{/if}}", 1, "the list has no column `twon`"),
            ("{{#if first_name}}\n{{else}}\n{{twon}}{{/if}}", 2, "the list has no column `twon`"),
            (
                "{{#if (eq first_name \"Amina\")}}{{nothing}}{{/if}}",
                0,
                "the list has no column `nothing`",
            ),
            ("{{#if town}}{{else if twon}}{{/if}}", 0, "the list has no column `twon`"),
            ("{{upper (eq town twon)}}", 0, "the list has no column `twon`"),
            ("{{#each town}}x{{/each}}", 0, "a block cannot use `each`"),
            ("{{#with town}}x{{/with}}", 0, "a block cannot use `with`"),
            ("{{lookup town 1}}", 0, "a block cannot use `lookup`"),
            ("{{{town}}}", 0, "a block has three braces"),
            ("{{> story}}", 0, "a block calls a partial"),
            ("{{recipient \"town\" fallback=\"x\"}}", 0, "`recipient` is inside"),
            ("{{eq town}}", 0, "`eq` needs 2 of them"),
            ("{{@root.town}}", 0, "the list has no column `town`"),
            ("{{#if}}x{{/if}}", 0, "`if` needs one column"),
            ("\n{{#if town}}", 1, "the block is not Handlebars"),
        ] {
            let fault = read(wrong, Some(&columns)).unwrap_err();
            assert!(fault.what.starts_with(what), "{wrong}: {fault:?}");
            assert_eq!(fault.line, line, "{wrong}: {fault:?}");
        }
        assert!(read(&format!("{{{{#if {}", "(".repeat(2000)), None).is_err());
        for (wrong, column) in [
            ("é {{twon}}", 3),
            ("{{#if town}}x{{else if twon}}y{{/if}}", 14),
            ("{{#if town}}x{{else}}\r\n\t{{~twon}}{{/if}}", 2),
            ("{{#if (not (eq town twon))}}y{{/if}}", 1),
        ] {
            assert_eq!(read(wrong, Some(&columns)).unwrap_err().column, column, "{wrong}");
        }
    }
}
