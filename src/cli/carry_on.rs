//! `roundup send`, run again: what was planned goes on, when it may be trusted and somebody says so.
//! Shell: the ledger and the person at the keyboard.

use std::collections::{BTreeMap, BTreeSet};

use super::failure::{Exit, Failure};
use super::prepare::{self, Chosen, Destination};
use super::report::report_of;
use super::screen::{Screen, grouped, people};
use super::send::{Arguments, confirm};
use super::trust::refuse_strange;
use super::world;
use crate::audience::{List, assemble};
use crate::ledger::{Event, Ledger, PlannedEdition, Status, Wish};
use crate::project::Project;

/// Gets a planned edition ready to go on. `Some` when it is finished already, or the person pressed Enter.
pub async fn carry_on(
    project: &Project,
    ledger: &impl Ledger,
    planned: &PlannedEdition,
    list: &List,
    destination: &Destination,
    arguments: &Arguments,
    screen: &Screen,
) -> Result<Option<Exit>, Failure> {
    let now = world::now();
    let name = &planned.name;
    let standing = ledger.standing(name).await?;
    let uncertain = ledger.recover(name, now).await?;
    if uncertain > 0 {
        screen.warn(&format!(
            "the last run stopped while {} handed over: nobody can know whether it arrived. \
             It is not sent again; `roundup resolve {name}` lists it",
            if uncertain == 1 { "1 message was" } else { "several messages were" }
        ));
    }
    let counts = ledger.counts(name).await?;
    if counts.open() == 0 {
        let report = report_of(project, ledger, planned, destination.is_practice()).await?;
        if screen.json {
            screen.object(&report)?;
        } else {
            let word = if standing.wish == Wish::Cancel { "was cancelled" } else { "is finished" };
            screen.print(&format!("{name} {word}: {}.", report.arithmetic()))?;
            screen.say(&format!("Next: roundup report {name}"));
        }
        return Ok(Some(Exit::Done));
    }
    let paused = standing.wish == Wish::Pause;
    if paused {
        let since = standing.wished_at.unwrap_or(now).with_timezone(&project.settings.time_zone);
        let since = since.format("%-d %B %Y at %H:%M");
        if !screen.asks && !arguments.unpause {
            return Err(Failure::new(Exit::Later, format!("`{name}` was paused on {since}"))
                .help(format!("to go on: roundup send {name} --unpause")));
        }
        screen.say(&format!("{name} was paused on {since}; this lets it go on."));
    }
    if !destination.is_practice() {
        refuse_strange(project, ledger, name, &standing, arguments.trust_ledger, screen).await?;
    }
    screen.say(&format!(
        "Carrying on with {name}, planned on {}: {} of {} left.",
        planned.planned_at.with_timezone(&project.settings.time_zone).format("%-d %B %Y at %H:%M"),
        grouped(counts.open()),
        people(counts.people())
    ));
    if !confirm(counts.people(), arguments.confirm, screen)? {
        screen.say("Nothing was sent.");
        return Ok(Some(Exit::Interrupted));
    }
    if paused {
        ledger.wish(name, Wish::Go, now).await?;
    }
    suppress_the_gone(ledger, name, list, destination, screen).await?;
    Ok(None)
}

/// People who have unsubscribed or left the list since the plan are not mailed; people who came since are told of.
async fn suppress_the_gone(
    ledger: &impl Ledger,
    edition: &str,
    list: &List,
    destination: &Destination,
    screen: &Screen,
) -> Result<(), Failure> {
    let audience = assemble(list, destination.takes_examples());
    let current: BTreeSet<String> =
        audience.recipients.iter().map(|recipient| recipient.address.key()).collect();
    let reasons: BTreeMap<String, String> = audience
        .left_out
        .iter()
        .map(|left| (left.address.to_lowercase(), left.why.to_string()))
        .collect();
    let rows = ledger.rows(edition).await?;
    let mut gone = 0;
    let mut planned: BTreeSet<String> = BTreeSet::new();
    for (id, row) in rows {
        let key = crate::rfc::address::EmailAddress::parse(&row.address)
            .map_or_else(|_| row.address.to_lowercase(), |address| address.key());
        planned.insert(key.clone());
        if current.contains(&key) || !matches!(row.status, Status::Planned | Status::Deferred) {
            continue;
        }
        let why =
            reasons.get(&key).cloned().unwrap_or_else(|| "is no longer on the list".to_owned());
        let event = Event::Suppressed { why: why.clone() };
        if ledger.decide(vec![(id, event)], world::now()).await? == 0 {
            continue;
        }
        screen.say(&format!("  {}: not mailed: {why}", row.address));
        gone += 1;
    }
    let new = current.difference(&planned).count();
    if gone > 0 {
        screen.say(&format!(
            "{} left the list since the plan, and will not be mailed.",
            people(gone)
        ));
    }
    if new > 0 {
        screen.say(&format!(
            "{} joined the list since the plan: this edition does not go to them.",
            people(new as u64)
        ));
    }
    Ok(())
}

/// What was planned is what is sent; people who have changed something since should know.
pub async fn tell_changes(
    project: &Project,
    chosen: &Chosen,
    planned: &PlannedEdition,
    list: &List,
    screen: &Screen,
) {
    // An edition that cannot be composed any more is no obstacle: it was composed when it was planned.
    let changed = match prepare::composed(project, chosen, Some(list)).await {
        Ok((_, now)) => {
            let then = &planned.composition;
            let (now_first, then_first) = (now.variants.first(), then.variants.first());
            now.subject != then.subject
                || now_first.map(|v| (&v.html, &v.text)) != then_first.map(|v| (&v.html, &v.text))
        }
        Err(_) => true,
    };
    if changed {
        screen.say(
            "Stories, templates or settings have changed since the plan: what was planned is sent, to everybody.",
        );
    }
}
