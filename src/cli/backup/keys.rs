//! `roundup keys`: the secret and the token keys: show them by their check value, back them up, rotate the token key.
//! Shell: the project's secret.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use secrecy::ExposeSecret;
use serde::Serialize;

use crate::cli::globals::Globals;
use crate::cli::steps::ledgers::{existing_ledger, keys_for};
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::cli::terminal::screen::counted;
use crate::cli::terminal::system;
use crate::database::private;
use crate::project::secret::{SECRET_FILE, SecretSource};

#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: Option<KeysCommand>,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Show where the secret is and its check value, never the secret itself
    Show,
    /// Copy the secret and the token keys to a new file that only you can read
    Backup {
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Make a new key for unsubscribe links; links in messages already sent keep working
    Rotate,
}

/// `roundup.keys/1`.
#[derive(Serialize)]
struct KeysReport {
    schema: &'static str,
    /// `environment` or `file`.
    source: &'static str,
    check: String,
    token_keys: usize,
}

pub async fn run(arguments: Arguments, globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    let screen = &globals.screen;
    let ledger = existing_ledger(&project, false).await?;
    // A secret that the ledger does not know is neither shown as right nor built upon.
    let keys = keys_for(&project, ledger.as_ref()).await?;
    match arguments.what.unwrap_or(KeysCommand::Show) {
        KeysCommand::Show => {}
        KeysCommand::Backup { file } => {
            let secret = project.secret_text()?;
            let token_keys = project.token_keys_text()?;
            let text = format!("{}\n{}", secret.expose_secret(), token_keys.expose_secret());
            if file.symlink_metadata().is_ok() {
                return Err(Failure::new(
                    Exit::Usage,
                    format!("{} already exists", file.display()),
                )
                .help("choose a name that is not in use: an earlier backup is never replaced"));
            }
            private::write(&file, text.as_bytes()).map_err(|error| {
                Failure::new(
                    Exit::Failed,
                    format!("the keys cannot be written to {}: {error}", file.display()),
                )
            })?;
            screen.say(&format!(
                "The keys are in {}: the first line belongs in {SECRET_FILE}, the others in \
                 .roundup/token-keys.",
                file.display()
            ));
        }
        KeysCommand::Rotate => {
            let number = project.rotate_token_key(system::random)?;
            screen.say(&format!(
                "Unsubscribe links use key {number} from now on. Links in messages already sent \
                 keep working. Make a new backup."
            ));
        }
    }
    let source = match project.secret_source()? {
        Some(SecretSource::Environment) => "environment",
        Some(SecretSource::File) | None => "file",
    };
    screen.outcome(&KeysReport {
        schema: "roundup.keys/1",
        source,
        check: keys.check(),
        // The secret itself is the first.
        token_keys: project.token_key_count()? + 1,
    })?;
    Ok(Exit::Done)
}

impl Outcome for KeysReport {
    fn text(&self, text: &mut Text) {
        let place = if self.source == "environment" { "ROUNDUP_SECRET" } else { SECRET_FILE };
        text.line(format!("Secret      {place}, check value {}", self.check));
        text.line(format!("Token keys  {}", counted(self.token_keys as u64, "key", "keys")));
    }
}
