//! The way back: each change of a file that the studio made, with the text before and after.
//! Shell: reads and writes files of the project.

use std::path::Path;

use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::files::{cannot_write, save};
use crate::project::Project;

/// Steps back that are kept.
const MOST_STEPS: usize = 200;

/// One change of one file.
struct Step {
    /// Below the project.
    file: String,
    before: Option<String>,
    after: Option<String>,
}

/// Where a step is taken from.
#[derive(Debug, Clone, Copy)]
pub enum Stack {
    Undo,
    Redo,
}

/// The steps back, and forth again.
#[derive(Default)]
pub struct History {
    undo: Vec<Step>,
    redo: Vec<Step>,
}

impl History {
    /// How many steps there are back, and forth.
    pub fn steps(&self) -> (usize, usize) {
        (self.undo.len(), self.redo.len())
    }

    /// Writes a file, and keeps the way back. What `continues` the step before is one step with it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(
        &mut self,
        project: &Project,
        file: &str,
        before: Option<String>,
        after: String,
        continues: bool,
    ) -> Result<(), Failure> {
        if before.as_deref() == Some(&after) {
            return Ok(());
        }
        save(project, file, &after)?;
        self.redo.clear();
        match self.undo.last_mut() {
            Some(last) if continues && last.file == file && last.after == before => {
                last.after = Some(after);
            }
            _ => {
                self.undo.push(Step { file: file.to_owned(), before, after: Some(after) });
                if self.undo.len() > MOST_STEPS {
                    self.undo.remove(0);
                }
            }
        }
        Ok(())
    }

    /// Takes back the last step of one stack; taking that back again is a step of the other. False where there is none.
    ///
    /// # Errors
    /// When somebody else has changed the file since: it is not written over.
    pub fn take_back(&mut self, project: &Project, from: Stack) -> Result<bool, Failure> {
        let popped = match from {
            Stack::Undo => self.undo.pop(),
            Stack::Redo => self.redo.pop(),
        };
        let Some(step) = popped else { return Ok(false) };
        let file = &step.file;
        if read(&project.path(file))? != step.after {
            self.undo.clear();
            self.redo.clear();
            return Err(Failure::new(
                Exit::Failed,
                format!(
                    "{file} was changed outside the studio meanwhile: it cannot be undone here"
                ),
            )
            .help("undo it where it was changed, or edit the file"));
        }
        match &step.before {
            Some(text) => save(project, file, text)?,
            None => std::fs::remove_file(project.path(file))
                .map_err(|error| cannot_write(file, &error))?,
        }
        let turned = Step { file: step.file, before: step.after, after: step.before };
        match from {
            Stack::Undo => self.redo.push(turned),
            Stack::Redo => self.undo.push(turned),
        }
        Ok(true)
    }
}

/// A file's text; none where there is no such file.
///
/// # Errors
/// When it is there and cannot be read.
pub fn read(path: &Path) -> Result<Option<String>, Failure> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            Err(Failure::new(Exit::Failed, format!("{} cannot be read: {error}", path.display())))
        }
    }
}
