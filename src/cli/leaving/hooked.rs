//! Events that mail services report to `roundup serve`: kept on disk before they are answered, then settled once.
//! Shell: the files of `.roundup/hooks`, the ledger.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest;
use chrono::{DateTime, TimeDelta, Utc};

use crate::bounces::read_events_of;
use crate::cli::globals::Globals;
use crate::cli::leaving::events::announce;
use crate::cli::leaving::keeping::keeping;
use crate::cli::leaving::settling::settle_emails;
use crate::cli::leaving::verdicts::{ReadEmail, of_event};
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::system;
use crate::database::private;
use crate::inbox::mailbox::StoredEmail;
use crate::project::{HOOK_PREFIX, Project};
use crate::rfc::base16;
use crate::web::serve::{Hook, HookProof, HookProvider, HookSettings, sendgrid_key};

/// Bodies that may wait for the ledger; a service whose body is not taken sends it again.
const MOST_WAITING: usize = 5000;
/// What happened before that is news to nobody, and may be a replay.
const OLDEST_EVENT_DAYS: i64 = 30;

/// The hooks of the settings, with their secrets.
pub fn hooks(project: &Project) -> Result<Vec<Hook>, Failure> {
    project.settings.hooks.iter().map(|(name, settings)| hook(project, name, settings)).collect()
}

fn hook(project: &Project, name: &str, settings: &HookSettings) -> Result<Hook, Failure> {
    let missing = |variable: &str| {
        Failure::new(Exit::Usage, format!("`{variable}` of [hooks.{name}] is not set"))
            .help(format!("add {variable}=… to `.env`; its name must begin with {HOOK_PREFIX}"))
    };
    let secret =
        |variable: &str| project.environment.hook_secret(variable).ok_or_else(|| missing(variable));
    let own = secret(&settings.secret_env)?;
    let proof = match (settings.provider, &settings.key, &settings.key_env, &settings.topic) {
        (HookProvider::Mailgun, _, Some(variable), _) => HookProof::Mailgun(secret(variable)?),
        (HookProvider::Sendgrid, Some(key), _, _) => {
            HookProof::Sendgrid(sendgrid_key(key).ok_or_else(|| {
                Failure::new(
                    Exit::Usage,
                    format!("`key` of [hooks.{name}] is not a verification key"),
                )
                .help("copy the verification key from SendGrid's page about the event webhook")
            })?)
        }
        (HookProvider::Ses, _, _, Some(topic)) => HookProof::Topic(topic.clone()),
        (HookProvider::Mailgun | HookProvider::Sendgrid | HookProvider::Ses, ..) => {
            return Err(Failure::new(
                Exit::Usage,
                format!("[hooks.{name}] does not say how its events are known to be real"),
            )
            .help("mailgun needs key_env, sendgrid needs key, ses needs topic"));
        }
        (HookProvider::Postmark | HookProvider::Brevo, ..) => HookProof::None,
    };
    Ok(Hook::new(name, settings.provider, &own, proof))
}

/// Where events wait.
pub fn hook_folder(project: &Project) -> PathBuf {
    project.path(".roundup/hooks")
}

/// Keeps a body: it is on disk when this returns. The same body twice is one file.
pub fn keep(folder: &Path, hook: &str, body: &[u8]) -> io::Result<()> {
    private::folder(folder)?;
    let is_waiting = |entry: &fs::DirEntry| entry.path().extension().is_some_and(|e| e == "json");
    if fs::read_dir(folder)?.filter_map(Result::ok).filter(is_waiting).count() >= MOST_WAITING {
        return Err(io::Error::other("too many events wait"));
    }
    let digest = base16::encode(&digest::digest(&digest::SHA256, body).as_ref()[..16]);
    let path = folder.join(format!("{hook}-{digest}.json"));
    if path.exists() {
        return Ok(());
    }
    let partial = folder.join(format!("{hook}-{digest}.partial"));
    let mut file = private::fresh_file(&partial)?;
    file.write_all(body)?;
    file.sync_all()?;
    fs::rename(&partial, &path)?;
    fs::File::open(folder)?.sync_all()
}

/// Settles what waits, the oldest names first. A body is deleted when the ledger has all of it: after a crash in between, it
/// is settled again, and each event counts once.
pub async fn settle_waiting(project: &Project, globals: &Globals) -> Result<usize, Failure> {
    let mut waiting: Vec<PathBuf> = match fs::read_dir(hook_folder(project)) {
        Ok(entries) => entries.filter_map(|entry| Some(entry.ok()?.path())).collect(),
        Err(_) => return Ok(0),
    };
    waiting.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    waiting.sort();
    if waiting.is_empty() {
        return Ok(0);
    }
    let (keeping, keys) = keeping(project, false, globals).await?;
    if keeping.ledger().is_none() {
        return Ok(0);
    }
    let mut settled = 0;
    for path in waiting {
        let Ok(bytes) = fs::read(&path) else { continue };
        let text = String::from_utf8_lossy(&bytes);
        let name = path.display().to_string();
        let provider = provider_of(project, &path);
        let batch = match read_events_of(&text, provider.map(HookProvider::name)) {
            Ok(batch) => batch,
            Err(error) => {
                globals
                    .screen
                    .warn(&format!("{name} cannot be read and is kept as .unread: {error}"));
                let _ = fs::rename(&path, path.with_extension("unread"));
                continue;
            }
        };
        announce(&batch, &name, &globals.screen);
        let has_strange = !(batch.strange.is_empty() && batch.broken_lines.is_empty());
        let mut emails = emails_of(&path, batch.events, system::now());
        settle_emails(project, false, &mut emails, (&keeping, &keys), globals).await?;
        // What was not known is kept for somebody to look at; the others count once.
        let done = if has_strange {
            fs::rename(&path, path.with_extension("unread"))
        } else {
            fs::remove_file(&path)
        };
        done.map_err(|error| {
            Failure::new(Exit::Failed, format!("{} cannot be deleted: {error}", path.display()))
                .help("make the folder `.roundup/hooks` writable")
        })?;
        settled += 1;
    }
    Ok(settled)
}

/// Whose events a hook takes; nothing where its settings are gone.
fn provider_of(project: &Project, path: &Path) -> Option<HookProvider> {
    let (hook, _) = path.file_name()?.to_str()?.rsplit_once('-')?;
    project.settings.hooks.get(hook).map(|settings| settings.provider)
}

fn emails_of(
    path: &Path,
    events: Vec<crate::bounces::ProviderEvent>,
    now: DateTime<Utc>,
) -> Vec<(StoredEmail, ReadEmail)> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let oldest = now - TimeDelta::days(OLDEST_EVENT_DAYS);
    let is_new = |at: Option<DateTime<Utc>>| at.is_none_or(|at| at >= oldest);
    (1..)
        .zip(events)
        .filter(|(_, event)| !event.notice.is_empty() && is_new(event.at))
        .map(|(number, event)| (StoredEmail::named(format!("{name}:{number}")), of_event(event)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_kept_once_and_only_for_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("hooks");
        for body in ["{}", "{}", "[]"] {
            keep(&folder, "ses", body.as_bytes()).unwrap();
        }
        let names: Vec<_> = fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).collect();
        assert_eq!(names.len(), 2, "{names:?}");
        assert!(!private::is_open_to_others(&names[0]));
    }
}
