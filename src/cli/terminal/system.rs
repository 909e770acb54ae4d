//! Clock and chance: the only place where they are taken from the computer.
//! Shell: the system's clock and random numbers.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::send::system::Clock;

pub fn now() -> DateTime<Utc> {
    Utc::now()
}

pub fn today(zone: Tz) -> NaiveDate {
    now().with_timezone(&zone).date_naive()
}

/// Fills `bytes` with random ones of the operating system. (The crypto library's own generator measures the jitter of the
/// processor when it is first used: 30 ms at the start of each command.)
pub fn random(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the operating system gives random numbers");
}

/// This process, for people who look who is sending: its number, and the computer's name where it has one.
pub fn process_name() -> String {
    let host = ["HOSTNAME", "COMPUTERNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    let host = host
        .or_else(|| std::fs::read_to_string("/etc/hostname").ok())
        .map(|host| host.trim().chars().take(64).collect::<String>());
    match host {
        Some(host) => format!("process {} on {host}", std::process::id()),
        None => format!("process {}", std::process::id()),
    }
}

fn jitter() -> f64 {
    let mut bytes = [0; 4];
    random(&mut bytes);
    f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
}

pub const CLOCK: Clock = Clock { now, jitter };
