//! `roundup explain`: why a rule exists.
//! Shell: prints.

use clap::Args;
use serde::Serialize;

use crate::check::rules;
use crate::cli::globals::Globals;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::problem::nearest;

#[derive(Debug, Args)]
pub struct Arguments {
    /// The rule's name; lists all rules if not given
    rule: Option<String>,
}

/// `roundup.rules/1`.
#[derive(Serialize)]
struct Rules {
    schema: &'static str,
    rules: Vec<ShownRule>,
}

#[derive(Serialize)]
struct ShownRule {
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
    if screen.json {
        let rules = chosen
            .iter()
            .map(|rule| ShownRule { rule: rule.id, title: rule.title, why: rule.why })
            .collect();
        screen.object(&Rules { schema: "roundup.rules/1", rules })?;
        return Ok(Exit::Done);
    }
    for rule in &chosen {
        if arguments.rule.is_some() {
            screen.print(&format!("{} {}\n", screen.strong(rule.id), rule.title))?;
            screen.print(&crate::compose::text::wrap(rule.why, 80))?;
        } else {
            screen.print(&format!("{:<16} {}", rule.id, rule.title))?;
        }
    }
    Ok(Exit::Done)
}
