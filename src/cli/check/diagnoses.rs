//! What `doctor` and `setup` find out, and how it is shown.
//! Shell: the DNS, the screen.

use std::net::SocketAddr;

use crate::cli::steps::destination::Destination;
use crate::cli::terminal::failure::Failure;
use crate::cli::terminal::outcome::Text;
use crate::doctor::names::Dns;
use crate::doctor::{Diagnosis, Health, hosts, records};
use crate::message::Sender;
use crate::project::Project;

/// One line each, with its cure below.
pub fn show(found: &[Diagnosis], text: &mut Text) {
    for diagnosis in found {
        let sign = match diagnosis.verdict {
            Health::Good => "✓",
            Health::Doubtful => "!",
            Health::Bad => "✗",
        };
        text.line(format!(
            "{} {}  {}",
            text.strong(sign),
            text.strong(&format!("{:9}", diagnosis.about)),
            diagnosis.what
        ));
        if !diagnosis.cure.is_empty() {
            text.line(format!("             {}", text.faint(&format!("→ {}", diagnosis.cure))));
        }
    }
}

/// The records of the domains that mail is sent from.
///
/// # Errors
/// When a key cannot be read.
pub async fn names(
    project: &Project,
    identity: &Sender,
    destination: &Destination,
    dns: Option<SocketAddr>,
) -> Result<Vec<Diagnosis>, Failure> {
    let signers = project.signers(identity.domain())?;
    let mut found = Vec::new();
    if signers.is_empty() {
        found.push(Diagnosis::doubtful(
            "DKIM",
            "roundup has no DKIM key: it does not sign messages",
            "that is fine if your relay signs; otherwise set ROUNDUP_DKIM_KEY_FILE",
        ));
    }
    if destination.takes_examples() && dns.is_none() && identity.sender.address.is_reserved() {
        found.push(Diagnosis::doubtful(
            "Domain",
            format!("{} is an example domain: its records were not looked up", identity.domain()),
            "set the address under [sender] to your own",
        ));
        return Ok(found);
    }
    let dns = match Dns::new(dns) {
        Ok(dns) => dns,
        Err(error) => {
            found.push(Diagnosis::doubtful(
                "DNS",
                error.to_string(),
                "check that this computer is online",
            ));
            return Ok(found);
        }
    };
    for signer in &signers {
        found.push(records::dkim(&dns, signer).await);
    }
    let bounces = identity.bounce_address.domain();
    found.push(records::spf(&dns, bounces).await);
    let signed_by: Vec<&str> = signers.iter().map(crate::rfc::dkim::Signer::domain).collect();
    found.push(records::dmarc(&dns, identity.domain(), &signed_by, bounces).await);
    for (domain, what_for) in takers(identity) {
        found.push(hosts::mx(&dns, domain, &what_for).await);
    }
    if let Destination::Relay(relay) = destination
        && !relay.is_local()
    {
        found.push(hosts::reverse_name(&dns, &relay.host).await);
    }
    Ok(found)
}

/// The domains that mail comes back to, each with what arrives there.
fn takers(identity: &Sender) -> Vec<(&str, String)> {
    let answers = identity.reply_to.as_ref().map_or(&identity.sender.address, |to| &to.address);
    let all = [
        (answers.domain(), "answers"),
        (identity.bounce_address.domain(), "returned messages"),
        (identity.unsubscribe_address.domain(), "requests to leave"),
    ];
    let mut takers: Vec<(&str, Vec<&str>)> = Vec::new();
    for (domain, what) in all {
        match takers.iter_mut().find(|(known, _)| *known == domain) {
            Some((_, whats)) => whats.push(what),
            None => takers.push((domain, vec![what])),
        }
    }
    takers.into_iter().map(|(domain, whats)| (domain, whats.join(", "))).collect()
}
