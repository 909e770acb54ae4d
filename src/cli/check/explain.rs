//! `roundup explain`: why a rule exists.
//! Shell: prints.

use clap::Args;
use serde::Serialize;

use crate::check::rules;
use crate::cli::globals::Globals;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::compose::text::wrap;
use crate::problem::nearest;

#[derive(Debug, Args)]
pub struct Arguments {
    /// The rule's name; lists all rules if not given
    rule: Option<String>,
}

/// `roundup.rules/1`.
#[derive(Serialize)]
struct RulesOutcome {
    schema: &'static str,
    rules: Vec<ExplainedRule>,
    /// One rule was named.
    #[serde(skip)]
    is_one: bool,
}

#[derive(Serialize)]
struct ExplainedRule {
    rule: &'static str,
    title: &'static str,
    why: &'static str,
}

pub fn run(arguments: &Arguments, globals: &Globals) -> Result<Exit, Failure> {
    let screen = &globals.screen;
    let chosen: Vec<_> = match &arguments.rule {
        None => rules().collect(),
        Some(id) => rules().filter(|rule| rule.id == id).collect(),
    };
    if let (Some(id), []) = (&arguments.rule, chosen.as_slice()) {
        let help = match nearest(id, rules().map(|rule| rule.id)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`roundup explain` lists all rules".to_owned(),
        };
        let shown: String = id.escape_debug().take(60).collect();
        return Err(Failure::new(Exit::Usage, format!("there is no rule `{shown}`")).help(help));
    }
    let rules =
        chosen.iter().map(|rule| ExplainedRule { rule: rule.id, title: rule.title, why: rule.why });
    screen.outcome(&RulesOutcome {
        schema: "roundup.rules/1",
        rules: rules.collect(),
        is_one: arguments.rule.is_some(),
    })?;
    Ok(Exit::Done)
}

impl Outcome for RulesOutcome {
    fn text(&self, text: &mut Text) {
        for ExplainedRule { rule, title, why } in &self.rules {
            if self.is_one {
                text.line(format!("{} {title}\n", text.strong(rule)));
                text.line(wrap(why, 80));
            } else {
                text.line(format!("{rule:<16} {title}"));
            }
        }
    }
}
