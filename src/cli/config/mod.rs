//! `roundup config`: every setting with its value and, with `--show-origin`, where that came from.
//! Shell: reads the project.

use clap::Args;
use secrecy::ExposeSecret;
use serde::Serialize;

use crate::cli::globals::Globals;
use crate::cli::terminal::failure::{Exit, Failure};
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
struct ConfigReport<'a> {
    schema: &'static str,
    values: &'a [SettingOrigin],
}

pub fn run(arguments: &Arguments, globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    let screen = &globals.screen;
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
    if screen.json {
        screen.object(&ConfigReport { schema: "roundup.config/1", values: &values })?;
        return Ok(Exit::Done);
    }
    for SettingOrigin { name, value, origin, line } in &values {
        // What nobody has set and has no default is nothing to look at.
        if value.is_null() {
            continue;
        }
        let from = match line {
            _ if !arguments.show_origin => String::new(),
            Some(line) => screen.faint(&format!("  ({SETTINGS_FILE}:{line})")),
            None => screen.faint(&format!("  ({origin})")),
        };
        screen.print(&format!("{name} = {value}{from}"))?;
    }
    Ok(Exit::Done)
}
