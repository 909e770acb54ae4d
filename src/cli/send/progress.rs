//! How a run gets on: a bar on a terminal, a line now and then elsewhere.
//! Shell: the terminal and its clock.

use crate::count::counted;
use chrono_tz::Tz;
use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::terminal::screen::{Screen, grouped};
use crate::ledger::Status;
use crate::send::config::{Pause, RunEvent};

/// Logs are read later: a line this often is enough.
const LINE_EVERY: Duration = Duration::from_secs(30);

/// Takes the events of a run and shows them.
pub struct Progress {
    screen: Screen,
    /// The newsletter's.
    zone: Tz,
    bar: Option<ProgressBar>,
    people: u64,
    state: Mutex<State>,
}

struct State {
    settled: u64,
    refused: u64,
    last_line: Instant,
    trouble: Option<Trouble>,
    /// As it was reported last.
    pace: String,
}

/// Trouble with the relay that was reported.
struct Trouble {
    why: String,
    at: Instant,
    /// How much longer the run is patient.
    left: Duration,
}

impl Progress {
    /// `settled` people of `people` have their copy, or never will.
    pub fn new(screen: &Screen, zone: Tz, people: u64, settled: u64) -> Self {
        let on_terminal =
            std::io::stderr().is_terminal() && !screen.quiet && !screen.is_for_programs();
        let bar = on_terminal.then(|| {
            let bar =
                ProgressBar::with_draw_target(Some(people), ProgressDrawTarget::stderr_with_hz(10));
            let style = ProgressStyle::with_template(
                "[{bar:24}] {human_pos}/{human_len} · {msg}about {eta} left (Ctrl-C stops safely)",
            );
            if let Ok(style) = style {
                bar.set_style(style.progress_chars("█▌ "));
            }
            bar.set_position(settled);
            bar
        });
        let state = State {
            settled,
            refused: 0,
            last_line: Instant::now(),
            trouble: None,
            pace: String::new(),
        };
        Self { screen: screen.clone(), zone, bar, people, state: Mutex::new(state) }
    }

    pub fn take(&self, event: RunEvent) {
        match event {
            RunEvent::Row { address, status, why } => self.take_row(&address, status, &why),
            RunEvent::Trouble { why, pause, left } => self.take_trouble(&why, pause, left),
            RunEvent::Recovered => self.take_recovery(),
            RunEvent::Slower { connections, rest } => self.take_pace(connections, rest),
            RunEvent::Waiting { why: Pause::Others, .. } => {
                self.line("Waiting for another run to finish its messages in progress.");
            }
            RunEvent::Waiting { until, why } => self.line(&format!(
                "Waiting until {}: {} (Ctrl-C stops safely)",
                until.with_timezone(&self.zone).format("%H:%M:%S"),
                match why {
                    Pause::Deferred => "the relay wants some people to be tried again then.",
                    Pause::BrokenOff => "those the relay breaks off at are tried again then.",
                    Pause::Hours | Pause::Others => "no messages are sent before then.",
                }
            )),
            RunEvent::Alive { .. } => {}
        }
    }

    /// A pace that reads as the last one did is not news.
    fn take_pace(&self, connections: usize, rest: Duration) {
        let pace = pace_words(connections, rest);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.pace != pace {
            self.line(&format!("The relay wants less: sending {pace} for now."));
            state.pace = pace;
        }
    }

    fn take_row(&self, address: &str, status: Status, why: &str) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if status.is_final() {
            state.settled += 1;
        }
        match status {
            Status::Rejected | Status::Expired | Status::Uncertain => {
                state.refused += 1;
                let word = if status == Status::Uncertain { "uncertain" } else { "not delivered" };
                self.line(&format!("{address}: {word}: {why}"));
            }
            Status::Deferred if self.screen.verbose => {
                self.line(&format!("{address}: later: {why}"));
            }
            Status::Planned
            | Status::Claimed
            | Status::HandingOver
            | Status::Accepted
            | Status::Deferred
            | Status::Suppressed
            | Status::Cancelled
            | Status::Closed => {}
        }
        if let Some(bar) = &self.bar {
            bar.set_position(state.settled);
            bar.set_message(state.message());
        } else if state.last_line.elapsed() >= LINE_EVERY {
            state.last_line = Instant::now();
            self.screen.say(&format!("{} of {}", grouped(state.settled), grouped(self.people)));
        }
    }

    /// The reason is a line of its own when it is new; after that one line is updated: on a terminal the bar's own, and
    /// elsewhere one now and then.
    fn take_trouble(&self, why: &str, pause: Duration, left: Duration) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = state.trouble.as_ref().is_none_or(|trouble| {
            trouble.why != why || self.bar.is_none() && trouble.at.elapsed() >= LINE_EVERY
        });
        if is_new {
            let gives_up = match left {
                Duration::MAX => String::new(),
                left => format!(", for {} at most", span(left)),
            };
            self.line(&format!(
                "Trouble with the relay: {why}. Trying again in {}{gives_up} (Ctrl-C stops safely)",
                span(pause)
            ));
        }
        let at = match &state.trouble {
            Some(trouble) if !is_new => trouble.at,
            _ => Instant::now(),
        };
        state.trouble = Some(Trouble { why: why.to_owned(), at, left });
        if let Some(bar) = &self.bar {
            bar.set_message(state.message());
        }
    }

    fn take_recovery(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.trouble.take().is_some() {
            self.line("The relay answers again.");
        }
        if let Some(bar) = &self.bar {
            bar.set_message(state.message());
        }
    }

    /// A line of talk that does not tear the bar.
    pub fn line(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| self.screen.say(text)),
            None => self.screen.say(text),
        }
    }

    pub fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl State {
    /// What stands in the bar before the time that is left.
    fn message(&self) -> String {
        let mut message = String::new();
        if self.refused > 0 {
            message = format!("{} not delivered · ", self.refused);
        }
        if let Some(Trouble { left, .. }) = &self.trouble
            && *left < Duration::MAX
        {
            message = format!("{message}waiting for the relay, for {} at most · ", span(*left));
        }
        message
    }
}

/// As in `45 s`, `4 min 30 s`, `2 h`.
fn span(time: Duration) -> String {
    let seconds = time.as_secs() + u64::from(time.subsec_nanos() > 0);
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, 0) => format!("{minutes} min"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, 0, _) => format!("{hours} h"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

/// What the relay gets, as in `2 messages at a time`, `about 4 messages a second`, `one message every 5 s`.
fn pace_words(connections: usize, rest: Duration) -> String {
    let messages = |of: Duration| {
        let (of, rest) = (of.as_micros(), rest.as_micros().max(1));
        let number = u64::try_from((of + rest / 2) / rest).unwrap_or(u64::MAX);
        counted(number, "message", "messages")
    };
    let second = Duration::from_secs(1);
    if rest.is_zero() {
        format!("{} at a time", counted(connections, "message", "messages"))
    } else if rest <= second / 2 {
        format!("about {} a second", messages(second))
    } else if rest <= 3 * second {
        format!("about {} a minute", messages(60 * second))
    } else {
        format!("one message every {}", span(rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paces_as_people_say_them() {
        for (connections, seconds, expected) in [
            (1, 0.0, "1 message at a time"),
            (4, 0.0, "4 messages at a time"),
            (1, 0.002, "about 500 messages a second"),
            (1, 0.249_840_8, "about 4 messages a second"),
            (1, 0.252_339_2, "about 4 messages a second"),
            (1, 0.5, "about 2 messages a second"),
            (1, 0.9, "about 67 messages a minute"),
            (1, 3.0, "about 20 messages a minute"),
            (1, 3.1, "one message every 4 s"),
            (1, 90.0, "one message every 1 min 30 s"),
        ] {
            assert_eq!(pace_words(connections, Duration::from_secs_f64(seconds)), expected);
        }
    }

    #[test]
    fn spans_of_time() {
        for (seconds, expected) in [
            (0.0, "0 s"),
            (0.2, "1 s"),
            (45.0, "45 s"),
            (60.0, "1 min"),
            (270.0, "4 min 30 s"),
            (7200.0, "2 h"),
            (5400.0, "1 h 30 min"),
        ] {
            assert_eq!(span(Duration::from_secs_f64(seconds)), expected);
        }
    }
}
