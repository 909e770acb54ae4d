//! A draft's file that somebody takes away while the studio shows it: the text stays here until somebody decides.
//! Shell: reads files of the project.

use super::history::read;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::files::save;
use crate::project::Project;

/// The open edition's draft and its text when its file was last there.
#[derive(Default)]
pub struct DraftText {
    last: Option<(String, String)>,
}

impl DraftText {
    /// Keeps the text of an edition's draft, as long as there is one.
    pub fn remember(&mut self, project: &Project, edition: &str) {
        let Ok(file) = project.draft_path(edition) else { return };
        if let Ok(Some(text)) = read(&project.path(&file)) {
            self.last = Some((file, text));
        } else if self.last.as_ref().is_some_and(|(known, _)| *known != file) {
            self.last = None;
        }
    }

    /// The file goes because somebody wants it: by undo, or the person who took it away.
    pub fn forget(&mut self) {
        self.last = None;
    }

    /// The file, where it is gone, and the text that it had.
    pub fn lost(&self, project: &Project) -> Option<(&str, &str)> {
        let (file, text) = self.last.as_ref()?;
        matches!(read(&project.path(file)), Ok(None)).then_some((file.as_str(), text.as_str()))
    }

    /// Writes the file again, where it is gone.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn restore(&self, project: &Project) -> Result<(), Failure> {
        self.lost(project).map_or(Ok(()), |(file, text)| save(project, file, text))
    }

    /// What is written into a new draft would stand in place of the text that was there.
    ///
    /// # Errors
    /// When the file is gone.
    pub fn refuse_lost(&self, project: &Project) -> Result<(), Failure> {
        let Some((file, _)) = self.lost(project) else { return Ok(()) };
        Err(Failure::new(Exit::Failed, format!("{file} is gone: nothing is written in its place"))
            .help("put the file back, or go on without it: the page offers both"))
    }
}
