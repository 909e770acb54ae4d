//! What every command gets: the screen, and the project that was named.
//! Shell: reads the environment.

use std::path::PathBuf;

use crate::audience::mistyped_domain;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::screen::Screen;
use crate::project::{self, Project};
use crate::rfc::address::EmailAddress;
use crate::shell_words::for_shell;

/// What every command gets.
#[derive(Debug, Clone)]
pub struct Globals {
    pub screen: Screen,
    pub project: Option<PathBuf>,
}

impl Globals {
    /// The project that was named, or the one around this folder.
    ///
    /// # Errors
    /// When there is none, or its settings are wrong.
    pub fn project(&self) -> Result<Project, Failure> {
        let project = Project::open(self.root()?, process_environment())?;
        for warning in &project.environment.warnings {
            self.screen.warn(warning);
        }
        for (shown, closed) in project.close_to_others() {
            self.screen.warn(&match closed {
                Ok(()) => {
                    format!(
                        "other people on this computer could read `{shown}`: it is now closed to \
                         them")
                }
                Err(error) => format!(
                    "other people on this computer can read `{shown}` ({error}): run `chmod go= {}`",
                    for_shell(&shown)
                ),
            });
        }
        Ok(project)
    }
}

impl Globals {
    /// The folder of the project that was named, or of the one around this folder, whatever stands in its settings.
    ///
    /// # Errors
    /// When there is none.
    pub fn root(&self) -> Result<PathBuf, Failure> {
        let Some(named) = &self.project else {
            let here = std::env::current_dir().map_err(|error| {
                Failure::new(Exit::Failed, format!("this folder cannot be read: {error}"))
            })?;
            return Ok(project::find(&here)?);
        };
        // A folder that is named is meant, and not one above it.
        if named.join(project::SETTINGS_FILE).is_file() {
            return Ok(named.clone());
        }
        Err(Failure::new(
            Exit::Usage,
            format!("there is no {} in {}", project::SETTINGS_FILE, named.display()),
        )
        .help("with --project, name the folder that holds roundup.toml"))
    }
}

/// Names the secrets that others on this computer can read, and says what to type.
pub fn warn_of_readers(project: &Project, screen: &Screen) {
    for shown in project.readable_secrets() {
        screen.warn(&format!(
            "other people on this computer can read `{shown}`, which holds a secret: run `chmod 600 {}`",
            for_shell(&shown)
        ));
    }
}

/// Warns of an address that looks like a slip of the keyboard, and says what to type where it is none of ours to change.
pub fn warn_of_slip(address: &EmailAddress, cure: impl Fn(&str) -> String, screen: &Screen) {
    let Some(meant) = mistyped_domain(address) else { return };
    let domain = address.domain();
    let corrected = address.to_string().replace(&format!("@{domain}"), &format!("@{meant}"));
    screen.warn(&format!(
        "`{domain}` may be a typing mistake: did you mean `{meant}`?{}",
        cure(&corrected)
    ));
}

/// The process's own variables; those that are not text are none of ours.
pub fn process_environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}
