//! `roundup config`: every setting with its value and, with `--show-origin`, where that came from.
//! Shell: reads the project.

use clap::Args;
use secrecy::ExposeSecret;
use serde::Serialize;

use crate::cli::globals::Globals;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::project::SETTINGS_FILE;
use crate::project::origins::{SettingOrigin, of_settings, of_variables};

#[derive(Debug, Args)]
pub struct Arguments {
    /// Show where each value came from: a flag, the environment, .env, roundup.toml, the theme or the default
    #[arg(long)]
    show_origin: bool,
}

/// `roundup.config/1`.
#[derive(Serialize)]
struct ConfigOutcome {
    schema: &'static str,
    values: Vec<SettingOrigin>,
    #[serde(skip)]
    shows_origins: bool,
}

pub fn run(arguments: &Arguments, globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    let mut values = vec![SettingOrigin {
        name: "project".to_owned(),
        value: project.root.display().to_string().into(),
        origin: if globals.project.is_some() { "flag" } else { "default" },
        line: None,
    }];
    let value = |variable| {
        let value = project.environment.value(variable).ok().flatten()?;
        Some(value.expose_secret().to_owned())
    };
    values.extend(of_variables(&project.environment.origins(), value));
    values.extend(of_settings(&project.settings));
    let shows_origins = arguments.show_origin;
    globals.screen.outcome(&ConfigOutcome { schema: "roundup.config/1", values, shows_origins })?;
    Ok(Exit::Done)
}

impl Outcome for ConfigOutcome {
    fn text(&self, text: &mut Text) {
        for SettingOrigin { name, value, origin, line } in &self.values {
            // What nobody has set and has no default is nothing to look at.
            if value.is_null() {
                continue;
            }
            let from = match line {
                _ if !self.shows_origins => String::new(),
                Some(line) => text.faint(&format!("  ({SETTINGS_FILE}:{line})")),
                None => text.faint(&format!("  ({origin})")),
            };
            text.line(format!("{name} = {value}{from}"));
        }
    }
}
