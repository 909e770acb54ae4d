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
    /// Whose file it is; none: all editions share it.
    edition: Option<String>,
    /// Below the project.
    file: String,
    before: Option<String>,
    after: Option<String>,
}

impl Step {
    /// Whether somebody who looks at an edition sees what it changed. Steps of one file all are, or none.
    fn is_of(&self, edition: &str) -> bool {
        self.edition.as_deref().is_none_or(|own| own == edition)
    }
}

/// What is written into a file.
pub struct FileChange {
    /// Whose file it is; none: all editions share it.
    pub edition: Option<String>,
    /// Below the project.
    pub file: String,
    pub before: Option<String>,
    pub after: String,
}

/// Where a step is taken from.
#[derive(Debug, Clone, Copy)]
pub enum Stack {
    Undo,
    Redo,
}

/// The steps back, and forth again. Those of an edition are taken back while it is open: nobody's words go unseen.
#[derive(Default)]
pub struct History {
    undo: Vec<Step>,
    redo: Vec<Step>,
}

impl History {
    /// How many steps there are back, and forth, of an edition and of what all share.
    pub fn steps(&self, edition: &str) -> (usize, usize) {
        let count = |stack: &[Step]| stack.iter().filter(|step| step.is_of(edition)).count();
        (count(&self.undo), count(&self.redo))
    }

    /// Writes a file, and keeps the way back. What `continues` the step before is one step with it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(
        &mut self,
        project: &Project,
        change: FileChange,
        continues: bool,
    ) -> Result<(), Failure> {
        let FileChange { edition, file, before, after } = change;
        if before.as_deref() == Some(&after) {
            return Ok(());
        }
        save(project, &file, &after)?;
        self.redo.retain(|step| step.file != file && step.edition != edition);
        match self.undo.last_mut() {
            Some(last) if continues && last.file == file && last.after == before => {
                last.after = Some(after);
            }
            _ => {
                self.undo.push(Step { edition, file, before, after: Some(after) });
                if self.undo.len() > MOST_STEPS {
                    self.undo.remove(0);
                }
            }
        }
        Ok(())
    }

    /// Takes back the last step of one stack; taking that back again is a step of the other. Gives the file.
    ///
    /// # Errors
    /// When there is no step, or somebody else has changed the file since: it is not written over, and its steps go.
    pub fn take_back(
        &mut self,
        project: &Project,
        from: Stack,
        edition: &str,
    ) -> Result<String, Failure> {
        let stack = match from {
            Stack::Undo => &mut self.undo,
            Stack::Redo => &mut self.redo,
        };
        let Some(at) = stack.iter().rposition(|step| step.is_of(edition)) else {
            let what = match from {
                Stack::Undo => "there is nothing to undo in this edition",
                Stack::Redo => "there is nothing to redo in this edition",
            };
            return Err(Failure::new(Exit::Failed, what)
                .help("open the edition in which the change was made"));
        };
        let file = stack[at].file.clone();
        let now = read(&project.path(&file));
        if matches!(now, Ok(None)) && stack[at].after.is_some() {
            return Err(Failure::new(
                Exit::Failed,
                format!("{file} is gone: what was changed in it cannot be undone"),
            )
            .help("put the file back first"));
        }
        let step = stack.remove(at);
        if !now.is_ok_and(|now| now == step.after) {
            for stack in [&mut self.undo, &mut self.redo] {
                stack.retain(|step| step.file != file);
            }
            return Err(Failure::new(
                Exit::Failed,
                format!(
                    "{file} was changed outside the studio meanwhile: it cannot be undone here"
                ),
            )
            .help("undo it where it was changed, or edit the file"));
        }
        match &step.before {
            Some(text) => save(project, &file, text)?,
            None => std::fs::remove_file(project.path(&file))
                .map_err(|error| cannot_write(&file, &error))?,
        }
        let Step { edition, file: own, before, after } = step;
        let turned = Step { edition, file: own, before: after, after: before };
        match from {
            Stack::Undo => self.redo.push(turned),
            Stack::Redo => self.undo.push(turned),
        }
        Ok(file)
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
