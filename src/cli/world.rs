//! Clock and chance: the only place where they are taken from the computer.
//! Shell: the system's clock and random numbers.

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::send::run::World;

pub fn now() -> DateTime<Utc> {
    Utc::now()
}

pub fn today(zone: Tz) -> NaiveDate {
    now().with_timezone(&zone).date_naive()
}

/// Fills `bytes` with random ones.
pub fn random(bytes: &mut [u8]) {
    SystemRandom::new().fill(bytes).expect("the operating system gives random numbers");
}

fn jitter() -> f64 {
    let mut bytes = [0; 4];
    random(&mut bytes);
    f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
}

pub const WORLD: World = World { now, jitter };
