//! `roundup templates`: what there is, and a copy to change.
//! Shell: writes into the project's `templates/`.

use std::fs;

use clap::{Args, Subcommand};
use serde::Serialize;

use crate::cli::globals::Globals;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::files::write_new;
use crate::compose::Templates;
use crate::compose::composition::ComposeError;
use crate::count::counted;

#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Copy a template with all its parts to templates/, where you can change it; your own files are never replaced
    Copy {
        /// The template: monthly, year or announcement
        name: String,
    },
}

/// `roundup.templates/1`.
#[derive(Serialize)]
struct Listed<'a> {
    schema: &'static str,
    templates: Vec<&'a str>,
    /// Files that were written by this command.
    written: Vec<String>,
}

pub fn run(arguments: &Arguments, globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    let screen = &globals.screen;
    let templates = project.templates()?;
    let mut written = Vec::new();
    if let Some(What::Copy { name }) = &arguments.what {
        // The one that comes with roundup, also where the project has changed some of it.
        let shipped = Templates::with([]);
        let files = shipped.files_of(name);
        if files.is_empty() {
            return Err(ComposeError::NoTemplate {
                place: None,
                name: name.clone(),
                known: shipped.names().into_iter().map(str::to_owned).collect(),
                nearest: shipped.nearest_name(name).map(str::to_owned),
            }
            .into());
        }
        let mut kept = 0;
        for (file, text) in files {
            let shown = format!("templates/{file}");
            let path = project.path(&shown);
            let cannot = |error: std::io::Error| {
                Failure::new(Exit::Failed, format!("{} cannot be written: {error}", path.display()))
            };
            if path.exists() {
                kept += 1;
                continue;
            }
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder).map_err(cannot)?;
            }
            write_new(&path, text).map_err(cannot)?;
            written.push(shown);
        }
        if !screen.json {
            for file in &written {
                screen.print(&format!("  {file}"))?;
            }
            let kept = if kept == 0 { String::new() } else { format!("; {kept} left unchanged") };
            screen.print(&format!(
                "{} of {name} copied to templates/{kept}.",
                counted(written.len(), "file", "files")
            ))?;
            screen.say("They replace roundup's own, file by file: delete those you do not change.");
            return Ok(Exit::Done);
        }
    }
    let names = templates.names();
    if screen.json {
        screen.object(&Listed { schema: "roundup.templates/1", templates: names, written })?;
        return Ok(Exit::Done);
    }
    for name in names {
        let whose = if project.path(format!("templates/{name}.mjml.hbs")).exists() {
            "yours"
        } else {
            "comes with roundup"
        };
        screen.print(&format!("  {name:14} {}", screen.faint(whose)))?;
    }
    screen.say(
        "Use one with `roundup draft --template NAME`. To change one: roundup templates copy NAME",
    );
    Ok(Exit::Done)
}
