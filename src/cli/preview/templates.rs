//! `roundup templates`: what there is, and a copy to change.
//! Shell: writes into the project's `templates/`.

use std::fs;

use clap::{Args, Subcommand};
use serde::Serialize;

use crate::cli::globals::Globals;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::files::write_new;
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::compose::Templates;
use crate::compose::composition::ComposeError;
use crate::count::counted;
use crate::project::Project;

#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: Option<TemplatesCommand>,
}

#[derive(Debug, Subcommand)]
enum TemplatesCommand {
    /// Copy a template with all its parts to templates/, where you can change it; your own files are never replaced
    Copy {
        /// The template: monthly, year or announcement
        name: String,
    },
}

/// `roundup.templates/1`.
#[derive(Default, Serialize)]
struct TemplatesOutcome {
    schema: &'static str,
    templates: Vec<String>,
    /// Those among them that the project has changed, or made.
    yours: Vec<String>,
    /// The template that was copied.
    #[serde(skip_serializing_if = "Option::is_none")]
    copied: Option<String>,
    /// Files that were written by this command.
    written: Vec<String>,
    /// Files that were there already, and stay as they are.
    unchanged: usize,
}

impl Outcome for TemplatesOutcome {
    fn text(&self, text: &mut Text) {
        if let Some(name) = &self.copied {
            for file in &self.written {
                text.line(format!("  {file}"));
            }
            let unchanged = match self.unchanged {
                0 => String::new(),
                some => format!("; {some} left unchanged"),
            };
            let count = counted(self.written.len(), "file", "files");
            text.line(format!("{count} of {name} copied to templates/{unchanged}."));
            text.say("They replace roundup's own, file by file: delete those you do not change.");
            return;
        }
        for name in &self.templates {
            let whose = if self.yours.contains(name) { "yours" } else { "comes with roundup" };
            text.line(format!("  {name:14} {}", text.faint(whose)));
        }
        text.say(
            "Use one with `roundup draft --template NAME`. To change one: roundup templates copy NAME",
        );
    }
}

pub fn run(arguments: &Arguments, globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    let copied = match &arguments.what {
        Some(TemplatesCommand::Copy { name }) => copy(name, &project)?,
        None => TemplatesOutcome::default(),
    };
    let templates = project.templates()?;
    let templates: Vec<String> = templates.names().into_iter().map(str::to_owned).collect();
    let is_own = |name: &&String| project.path(format!("templates/{name}.mjml.hbs")).exists();
    globals.screen.outcome(&TemplatesOutcome {
        schema: "roundup.templates/1",
        yours: templates.iter().filter(is_own).cloned().collect(),
        templates,
        ..copied
    })?;
    Ok(Exit::Done)
}

/// The one that comes with roundup, also where the project has changed some of it.
fn copy(name: &str, project: &Project) -> Result<TemplatesOutcome, Failure> {
    let shipped = Templates::with([]);
    let files = shipped.files_of(name);
    if files.is_empty() {
        return Err(ComposeError::NoTemplate {
            place: None,
            name: name.to_owned(),
            known: shipped.names().into_iter().map(str::to_owned).collect(),
            nearest: shipped.nearest_name(name).map(str::to_owned),
        }
        .into());
    }
    let (mut written, mut unchanged) = (Vec::new(), 0);
    for (file, text) in files {
        let shown = format!("templates/{file}");
        let path = project.path(&shown);
        let cannot = |error: std::io::Error| {
            Failure::new(Exit::Failed, format!("{} cannot be written: {error}", path.display()))
        };
        if path.exists() {
            unchanged += 1;
            continue;
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(cannot)?;
        }
        write_new(&path, text).map_err(cannot)?;
        written.push(shown);
    }
    let copied = Some(name.to_owned());
    Ok(TemplatesOutcome { copied, written, unchanged, ..TemplatesOutcome::default() })
}
