//! Which ways of leaving are live: `doctor` reports it, and a real send needs it.
//! Shell: the project's own folder, and the public address when it is tried.

use chrono::{DateTime, Utc};

use super::spooled::{spool, warn_of_damage};
use super::{ABOUT, cannot_keep, drop_box};
use crate::audience::Keys;
use crate::cli::steps::destination::Destination;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::screen::{Screen, counted};
use crate::cli::terminal::system;
use crate::doctor::Diagnosis;
use crate::doctor::links::try_links;
use crate::message::Sender;
use crate::people::LeavingProof;
use crate::project::Project;

/// How people can leave now, or why they could not. What stands in an email decides: a link that leads nowhere is a lie,
/// whoever reads the mailbox.
fn live_way(project: &Project, identity: &Sender, now: DateTime<Utc>) -> Result<String, Failure> {
    let proof = LeavingProof::read(&project.path(".roundup"));
    if let Some(url) = &identity.public_url {
        if proof.links_work(url, now) {
            return Ok(format!("the unsubscribe links under {url} were tried and work"));
        }
        return Err(Failure::new(
            Exit::Findings,
            format!("nothing shows that the unsubscribe links under {url} work"),
        )
        .help("run `roundup doctor --probe-unsubscribe`: it tries them with an invented person"));
    }
    let address = &identity.unsubscribe_address;
    let read_by = project.settings.leaving.mailbox_read_by.as_deref().map(str::trim);
    if let Some(name) = read_by.filter(|name| !name.is_empty()) {
        return Ok(format!("{name} reads the emails to {address} and records who leaves"));
    }
    if proof.mailbox_is_read(now) {
        return Ok(format!("`roundup inbox` reads the emails to {address}"));
    }
    Err(Failure::new(
        Exit::Findings,
        format!("nobody could leave: the emails to {address} have not been read for a week"),
    )
    .help(
        "run `roundup inbox`; or, if a person reads them, add their name to roundup.toml: \
         mailbox_read_by = \"Ann Evans\" under [leaving]",
    ))
}

/// A send to a real relay needs a way of leaving that is known to work. A relay on this computer mails nobody.
///
/// # Errors
/// When there is none.
pub fn refuse_without_way(
    project: &Project,
    identity: &Sender,
    destination: &Destination,
    screen: &Screen,
) -> Result<(), Failure> {
    if !destination.is_practice() {
        warn_of_damage(project, screen);
    }
    if destination.takes_examples() {
        return Ok(());
    }
    live_way(project, identity, system::now()).map(drop)
}

/// What `doctor` says; with `keys` it tries the links first.
///
/// # Errors
/// When the outcome cannot be kept.
pub async fn examine_ways(
    project: &Project,
    identity: &Sender,
    destination: &Destination,
    keys: Option<&Keys>,
) -> Result<Vec<Diagnosis>, Failure> {
    let judge = |what: String, cure: String| {
        if destination.takes_examples() {
            Diagnosis::doubtful(ABOUT, what, cure)
        } else {
            Diagnosis::bad(ABOUT, what, cure)
        }
    };
    let mut found = Vec::new();
    let lines = spool(project).damaged_lines();
    if lines > 0 {
        let lines = counted(u64::try_from(lines).unwrap_or(u64::MAX), "line", "lines");
        found.push(judge(
            format!("{lines} in `.roundup/leaving.damaged` cannot be read: a person may have left"),
            "open the file, record them with `roundup subscribers suppress ADDRESS`, then delete it"
                .to_owned(),
        ));
    }
    if let Some(keys) = keys {
        let Some(url) = &identity.public_url else {
            return Err(Failure::new(Exit::Usage, "there are no unsubscribe links to try: `public_url` under [sender] is not set")
                .help("set it to the address where `roundup serve` answers, or leave --probe-unsubscribe out"));
        };
        let token = keys.invented_token();
        // The right person with another's proof.
        let wrong = format!("{token}x");
        let reads_drop_box = drop_box::of_settings(project).is_some();
        let outcome = try_links(url, &token, &wrong, reads_drop_box).await;
        let folder = project.own_folder(false)?;
        LeavingProof::links_tried(&folder, url, outcome.is_ok(), system::now())
            .map_err(|error| cannot_keep(&error))?;
        if let Err(fault) = outcome {
            found.push(Diagnosis::bad(ABOUT, fault.to_string(), fault.cure()));
            return Ok(found);
        }
    }
    if project.secret_source()?.is_some() {
        found.extend(drop_box::examine(project, &project.keys(system::random)?).await);
    }
    found.push(match live_way(project, identity, system::now()) {
        Ok(way) => Diagnosis::good(ABOUT, way),
        Err(failure) => judge(failure.what, failure.help.unwrap_or_default()),
    });
    Ok(found)
}
