//! Whether a run that carries on may trust its ledger: not blindly when it is days old, copied, or from a backup.
//! Shell: the ledger, this computer's memory, the person at the keyboard.

use chrono::TimeDelta;

use super::failure::{Exit, Failure};
use super::screen::Screen;
use super::{prompt, world};
use crate::ledger::{Ledger, Standing};
use crate::project::Project;

/// After this time a newsletter is no longer news, and somebody may have sent it in another way.
const STALE: TimeDelta = TimeDelta::days(3);
/// Signs of life that may be in the ledger and not yet in this computer's memory, when a run was killed.
const MOST_UNSEEN: i64 = 8;

/// Asks before a strange run goes on; without somebody to ask, it needs `--trust-ledger`.
pub async fn refuse_strange(
    project: &Project,
    ledger: &impl Ledger,
    edition: &str,
    standing: &Standing,
    trusted: bool,
    screen: &Screen,
) -> Result<(), Failure> {
    let mut strange = Vec::new();
    let zone = project.settings.time_zone;
    if world::now() - standing.last_sign > STALE {
        strange.push(format!(
            "nobody has worked on it since {}",
            standing.last_sign.with_timezone(&zone).format("%-d %B %Y")
        ));
    }
    let found = ledger.age().await?;
    match project.memory.age(&found.identity) {
        Some(seen) if seen > found.age => strange.push(
            "its ledger is older than this computer remembers: it may come from a backup, and not know who got mail since"
                .to_owned(),
        ),
        // Several computers may share a ledger on a server.
        _ if ledger.lease().is_some() || !project.memory.can_remember() => {}
        Some(seen) if seen + MOST_UNSEEN < found.age => {
            strange.push("its ledger was used on another computer since".to_owned());
        }
        None if found.age > 0 => strange.push(
            "this computer has never seen its ledger: it may be a copy, and the run may go on elsewhere".to_owned(),
        ),
        Some(_) | None => {}
    }
    if strange.is_empty() {
        return Ok(());
    }
    let what = format!("is this run of `{edition}` still the right one? {}", strange.join("; "));
    if trusted {
        screen.warn(&what);
        return Ok(());
    }
    let refused = Failure::new(Exit::Usage, what.clone()).help(format!(
        "look at `roundup report {edition}`; when all is well: roundup send {edition} --trust-ledger"
    ));
    if !screen.asks {
        return Err(refused);
    }
    screen.warn(&what);
    let typed = prompt::word(
        &format!("Type the edition's name ({edition}) to go on all the same, or Enter to stop: "),
        &mut std::io::stdin().lock(),
        &mut std::io::stderr().lock(),
    )?;
    if typed == edition { Ok(()) } else { Err(refused) }
}
