//! Whether a ledger may be trusted before something is sent with it: it may be missing, copied, older, or days old.
//! Shell: the ledger, this computer's memory, the person at the keyboard.

use chrono::{DateTime, TimeDelta, Utc};

use crate::audience::Keys;
use crate::cli::steps::ledgers::file_of;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::prompt;
use crate::cli::terminal::screen::{Screen, people};
use crate::cli::terminal::system;
use crate::ledger::{EditionState, Ledger, LedgerMark, Nature, PlannedEdition};
use crate::message::Sender;
use crate::project::memory::{SeenLedger, Sending};
use crate::project::{Project, synced};
use crate::window::Window;

/// After this time a newsletter is no longer news, and somebody may have sent it in another way.
const STALE: TimeDelta = TimeDelta::days(3);
/// Heartbeats that may be in the ledger and not yet in this computer's memory, when a run was killed.
const MOST_UNSEEN: i64 = 8;

/// What is about to be sent, and whether somebody has said that the ledger is right.
pub struct Trust<'a> {
    pub project: &'a Project,
    /// The List-Id, or the sender's address.
    pub newsletter: &'a str,
    pub edition: &'a str,
    /// The check value of the secret; empty where there is none yet.
    pub secret_check: &'a str,
    pub trusted: bool,
    pub screen: &'a Screen,
}

/// A ledger as it is found.
struct Found {
    age: LedgerMark,
    nature: Nature,
    is_shared: bool,
}

impl Found {
    async fn of(ledger: &impl Ledger) -> Result<Self, Failure> {
        let is_shared = ledger.lease().is_some();
        let nature = ledger.nature().await?;
        // Nobody's word makes a retired ledger right.
        nature.refuse_retired()?;
        Ok(Self { age: ledger.age().await?, nature, is_shared })
    }
}

impl Trust<'_> {
    /// Before an edition is planned: `ledger` is the one that is there already, if there is one.
    pub async fn before_plan(
        &self,
        ledger: Option<&impl Ledger>,
        window: &Window,
    ) -> Result<Vec<String>, Failure> {
        let (found, strange) = self.look(ledger, window).await?;
        self.ask(&strange, "send")?;
        self.accept(ledger, found.as_ref(), &strange).await?;
        Ok(strange)
    }

    async fn look(
        &self,
        ledger: Option<&impl Ledger>,
        window: &Window,
    ) -> Result<(Option<Found>, Vec<String>), Failure> {
        let found = match ledger {
            Some(ledger) => Some(Found::of(ledger).await?),
            None => None,
        };
        let mut strange = self.lost(found.as_ref(), window);
        if let Some(found) = &found {
            strange.extend(copied(self.project, found, true));
        }
        Ok((found, strange))
    }

    /// Looks again behind a question: what nobody has said yes to is not sent.
    pub async fn unchanged(
        &self,
        asked: &[String],
        ledger: Option<&impl Ledger>,
        window: &Window,
    ) -> Result<(), Failure> {
        let (_, strange) = self.look(ledger, window).await?;
        let new: Vec<String> = strange.into_iter().filter(|what| !asked.contains(what)).collect();
        if new.is_empty() { Ok(()) } else { Err(self.refused(&new, "send")) }
    }

    /// Before a planned edition goes on.
    pub async fn before_going_on(
        &self,
        ledger: &impl Ledger,
        planned: &PlannedEdition,
        state: &EditionState,
    ) -> Result<(), Failure> {
        let found = Found::of(ledger).await?;
        let mut strange = Vec::new();
        if system::now() - state.last_sign > STALE {
            strange
                .push(format!("nothing was sent or recorded since {}", self.day(state.last_sign)));
        }
        strange.extend(copied(self.project, &found, false));
        let elsewhere = self.sendings().into_iter().find(|sending| {
            sending.edition == planned.name
                && sending.window_start == planned.window_start
                && sending.window_end == planned.window_end
                && sending.ledger != found.age.identity
        });
        if let Some(sending) = elsewhere {
            strange.push(format!(
                "this computer sent it with another ledger on {}, to {}",
                self.day(sending.planned_at),
                people(sending.people)
            ));
        }
        self.ask(&strange, "resume")?;
        self.accept(Some(ledger), Some(&found), &strange).await
    }

    fn sendings(&self) -> Vec<Sending> {
        self.project.memory.sendings(self.newsletter)
    }

    fn day(&self, at: DateTime<Utc>) -> String {
        day(self.project, at)
    }

    /// What this computer has sent, and the ledger does not know of.
    fn lost(&self, found: Option<&Found>, window: &Window) -> Vec<String> {
        let sendings = self.sendings();
        let same = sendings.iter().rev().find(|sending| {
            sending.edition == self.edition
                && sending.window_start == window.start
                && sending.window_end == window.end
        });
        if let Some(sending) = same {
            return vec![format!(
                "this computer sent it on {}, to {}, but the ledger has no record of that: it was \
                 lost, replaced or never finished, and everybody would be mailed again",
                self.day(sending.planned_at),
                people(sending.people)
            )];
        }
        let identity = found.map(|found| found.age.identity.as_str());
        let Some(last) = other_sending(self.project, &sendings, identity) else {
            return Vec::new();
        };
        let mut strange = vec![format!(
            "`{}` was sent from this folder with another ledger, which knows who must not be mailed any more",
            last.edition
        )];
        if !self.secret_check.is_empty() && last.secret_check != self.secret_check {
            strange.push(
                "it also used another secret: links in those messages would not work".to_owned(),
            );
        }
        strange
    }

    fn ask(&self, strange: &[String], what: &str) -> Result<(), Failure> {
        if strange.is_empty() {
            return Ok(());
        }
        let edition = self.edition;
        let refused = self.refused(strange, what);
        if self.trusted {
            self.screen.warn(&refused.what);
            return Ok(());
        }
        if !self.screen.asks {
            return Err(refused);
        }
        self.screen.warn(&refused.what);
        let typed = prompt::word(
            &format!(
                "Type the edition's name ({edition}) to go on anyway, or press Enter to stop: "
            ),
            &mut std::io::stdin().lock(),
            &mut std::io::stderr().lock(),
        )?;
        if typed == edition { Ok(()) } else { Err(refused) }
    }

    fn refused(&self, strange: &[String], what: &str) -> Failure {
        let edition = self.edition;
        Failure::new(
            Exit::Usage,
            format!("before you {what} `{edition}`, check its ledger: {}", strange.join("; ")),
        )
        .help(format!(
            "find the ledger that knows who got it, or restore a backup. If you are sure that \
             this one is right: roundup send {edition} --trust-ledger"
        ))
    }

    /// What somebody has said yes to is not put to them again.
    async fn accept(
        &self,
        ledger: Option<&impl Ledger>,
        found: Option<&Found>,
        strange: &[String],
    ) -> Result<(), Failure> {
        let (Some(ledger), Some(found), false) = (ledger, found, strange.is_empty()) else {
            return Ok(());
        };
        if found.nature.is_copy() {
            ledger.settle_here().await?;
        }
        let seen =
            SeenLedger { age: found.age.age, place: found.nature.place.clone(), restored: None };
        self.project.memory.see(&found.age.identity, &seen);
        Ok(())
    }

    fn root(&self) -> std::path::PathBuf {
        root_of(self.project)
    }

    /// Keeps the sending on this computer, before its first message.
    pub async fn remember(
        &self,
        ledger: &impl Ledger,
        planned: &PlannedEdition,
        keys: &Keys,
    ) -> Result<(), Failure> {
        let sending = Sending {
            newsletter: self.newsletter.to_owned(),
            edition: planned.name.clone(),
            window_start: planned.window_start,
            window_end: planned.window_end,
            people: ledger.progress(&planned.name).await?.people,
            planned_at: planned.planned_at,
            ledger: ledger.age().await?.identity,
            secret_check: keys.check(),
            project: self.root(),
        };
        if let Err(error) = self.project.memory.remember(&sending) {
            self.screen.warn(&format!(
                "this computer cannot record what was sent ({error}): it would not notice if the \
                 ledger were lost"
            ));
        }
        Ok(())
    }
}

fn day(project: &Project, at: DateTime<Utc>) -> String {
    at.with_timezone(&project.settings.time_zone).format("%-d %B %Y").to_string()
}

/// Evidence that a ledger is not the one that it says it is.
fn copied(project: &Project, found: &Found, plans: bool) -> Vec<String> {
    let mut strange = Vec::new();
    if found.nature.is_copy() {
        strange.push(
            "its ledger is a copy: it was last used on another server, or before this one was \
             restored"
                .to_owned(),
        );
    }
    let seen = project.memory.seen(&found.age.identity);
    match seen {
        Some(SeenLedger { restored: Some(made_at), .. }) => strange.push(format!(
            "its ledger was restored from a backup of {}: it does not know what was sent since",
            day(project, made_at)
        )),
        Some(seen) if seen.age > found.age.age => strange.push(
            "its ledger is older than this computer remembers: it may come from a backup, and \
             not know who has been mailed since"
                .to_owned(),
        ),
        // Several computers may share a ledger on a server.
        _ if found.is_shared || !project.memory.can_remember() => {}
        Some(seen) if seen.age + MOST_UNSEEN < found.age.age => {
            strange.push("its ledger has since been used on another computer".to_owned());
        }
        Some(seen) if !plans && !seen.place.is_empty() && seen.place != found.nature.place => {
            strange.push("its ledger is a different file from before: it may be a copy".to_owned());
        }
        None if found.age.age > 0 => strange.push(
            "this computer has never used its ledger: it may be a copy, and the run may be \
             continuing elsewhere"
                .to_owned(),
        ),
        Some(_) | None => {}
    }
    strange
}

/// The same for somebody who only looks.
///
/// # Errors
/// When the ledger cannot be read, or was retired.
pub async fn doubts(project: &Project, ledger: &impl Ledger) -> Result<Vec<String>, Failure> {
    Ok(copied(project, &Found::of(ledger).await?, true))
}

/// The last sending from this folder with a ledger that is not the one of now.
fn other_sending<'a>(
    project: &Project,
    sendings: &'a [Sending],
    identity: Option<&str>,
) -> Option<&'a Sending> {
    // The newest sending with the ledger of now shows that somebody has said yes before.
    if sendings.iter().any(|sending| Some(sending.ledger.as_str()) == identity) {
        return None;
    }
    let root = root_of(project);
    sendings.iter().rev().find(|sending| sending.project == root)
}

/// What this computer remembers to have sent with a ledger that is not there any more, for somebody who only looks.
pub fn lost_ledger(
    project: &Project,
    newsletter: &str,
    ledger: Option<&LedgerMark>,
) -> Option<String> {
    let sendings = project.memory.sendings(newsletter);
    let identity = ledger.map(|ledger| ledger.identity.as_str());
    let last = other_sending(project, &sendings, identity)?;
    Some(format!(
        "`{}` was sent from this folder on {}, to {}, with a ledger that is gone: it knows who has \
         been mailed, and who must not be any more",
        last.edition,
        day(project, last.planned_at),
        people(last.people)
    ))
}

/// Whose newsletter it is: the List-Id where the settings name one, else the sender's address.
pub fn newsletter_of(project: &Project, identity: &Sender) -> String {
    project.settings.sender.list_id.clone().unwrap_or_else(|| identity.sender.address.key())
}

/// The project's folder, by the one name that it has.
pub fn root_of(project: &Project) -> std::path::PathBuf {
    project.root.canonicalize().unwrap_or_else(|_| project.root.clone())
}

/// What to do about a ledger in a folder that a service copies; `None` where it is not in one.
pub fn synced_folder(project: &Project) -> Option<(String, String)> {
    if let Some(service) = synced::service_of(&root_of(project)) {
        return Some((
            format!(
                "the project and its ledger are in a folder that {service} copies to other \
                 computers"
            ),
            "move the project to a folder that stays on this computer, and put the file of \
             `roundup backup FILE` there instead"
                .to_owned(),
        ));
    }
    // What cannot be read is said where the ledger is opened.
    let file = file_of(project).ok()??;
    let folder = file.parent().and_then(|folder| folder.canonicalize().ok());
    let service = synced::service_of(&file).or_else(|| synced::service_of(&folder?))?;
    Some((
        format!("ROUNDUP_LEDGER names a file in a folder that {service} copies to other computers"),
        "move the ledger to a folder that stays on this computer, and change ROUNDUP_LEDGER; put \
         the file of `roundup backup FILE` there instead"
            .to_owned(),
    ))
}
