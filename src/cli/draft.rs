//! `roundup draft`: an edition as a file that people edit.
//! Shell: reads the news, writes one file.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use clap::Args;
use serde::Serialize;

use super::failure::{Exit, Failure};
use super::ledgers;
use super::screen::stories;
use super::which::WindowArguments;
use super::{Desk, prepare, world};
use crate::compose::ComposeError;
use crate::edition::{Draft, EditError};
use crate::window::select;

#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    window: WindowArguments,
    /// monthly, year, announcement, or a template of your own; a year has its own when not given
    #[arg(long, value_name = "NAME")]
    template: Option<String>,
    /// Write it anew over the one that is there
    #[arg(long)]
    overwrite: bool,
}

/// `roundup.draft/1`.
#[derive(Serialize)]
struct Written {
    schema: &'static str,
    edition: String,
    path: String,
    items: Vec<String>,
    undecided: usize,
}

pub async fn run(arguments: Arguments, desk: &Desk) -> Result<Exit, Failure> {
    let project = desk.project()?;
    let screen = &desk.screen;
    let zone = project.settings.time_zone;
    let today = world::today(zone);
    let last = ledgers::last_window(&project).await?;
    let window = arguments.window.window(zone, today, last.as_ref())?;
    let templates = project.templates()?;
    if let Some(name) = &arguments.template
        && !templates.names().contains(&name.as_str())
    {
        return Err(ComposeError::NoTemplate {
            name: name.clone(),
            known: templates.names().into_iter().map(str::to_owned).collect(),
            nearest: templates.nearest_name(name).map(str::to_owned),
        }
        .into());
    }
    let reading = prepare::read_news(&project, screen).await;
    let selection = select(reading.items, &window, today);
    if selection.chosen.is_empty() {
        return Err(EditError::Empty {
            window: window.to_string(),
            undecided: selection.undecided.len(),
            left_out: selection.left_out.len(),
        }
        .into());
    }
    let organisation = &project.settings.organisation.name;
    let template = arguments.template.as_deref();
    let lexicon = project.lexicon()?;
    let draft = Draft::propose(&window, &selection, template, organisation, &lexicon);
    let shown = project.draft_path(&draft.name)?;
    let mut files = vec![(shown.clone(), draft.write(&selection))];
    for lexicon in project.other_lexicons()? {
        let name = format!("{}.{}", draft.name, lexicon.language);
        let words = draft.propose_in(&selection, organisation, &lexicon);
        files.push((project.draft_path(&name)?, words.write()));
    }
    if let Some((there, _)) = files.iter().find(|(file, _)| project.path(file).exists())
        && !arguments.overwrite
    {
        return Err(Failure::new(Exit::Usage, format!("{there} is there already")).help(format!(
            "edit it, or write it anew with --overwrite; look at it with `roundup preview {}`",
            draft.name
        )));
    }
    let cannot = |file: &str, error: std::io::Error| {
        Failure::new(Exit::Failed, format!("{file} cannot be written: {error}"))
    };
    std::fs::create_dir_all(project.path("editions")).map_err(|error| cannot("editions", error))?;
    for (file, text) in &files {
        let path = project.path(file);
        if arguments.overwrite {
            write_whole(&path, text.as_bytes()).map_err(|error| cannot(file, error))?;
        } else {
            write_new(&path, text).map_err(|error| cannot(file, error))?;
        }
    }
    if screen.json {
        screen.object(&Written {
            schema: "roundup.draft/1",
            edition: draft.name,
            path: shown,
            items: draft.items.into_iter().map(|mention| mention.id).collect(),
            undecided: selection.undecided.len(),
        })?;
        return Ok(Exit::Done);
    }
    screen.print(&format!("Wrote {shown} with {}.", stories(draft.items.len())))?;
    for (file, _) in files.iter().skip(1) {
        screen.print(&format!("Wrote {file} for its words in that language."))?;
    }
    if !selection.undecided.is_empty() {
        screen.say(&format!(
            "Of {} nobody can say whether they belong here: `roundup news` lists them.",
            stories(selection.undecided.len())
        ));
    }
    screen.say(&format!(
        "Next: edit its subject, preheader and introduction, then roundup preview {}",
        draft.name
    ));
    Ok(Exit::Done)
}

/// Writes a file that is not there yet, and touches none that is.
pub fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    let written = file.write_all(text.as_bytes());
    if written.is_err() {
        // Half a file would be taken for a whole one.
        std::fs::remove_file(path)?;
    }
    written
}

/// Writes a file whole or not at all.
pub fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    let partial = path.with_file_name(name);
    let written = std::fs::write(&partial, bytes).and_then(|()| std::fs::rename(&partial, path));
    if written.is_err() && partial.exists() {
        std::fs::remove_file(&partial)?;
    }
    written
}
