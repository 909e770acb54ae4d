//! Somebody at a keyboard: a command in a terminal, what it shows, and what is typed.

use std::fs::File;
use std::io::{Read, Write};
use std::process::Child;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, tcgetattr};

use super::{Charity, signal};

/// No question of roundup takes longer to appear.
const SHOWN_WITHIN: Duration = Duration::from_mins(1);

pub struct Terminal {
    child: Child,
    keyboard: File,
    screen: Receiver<Vec<u8>>,
    shown: String,
}

impl Terminal {
    pub fn start(charity: &Charity, arguments: &str) -> Self {
        Self::start_in(charity, ".", arguments)
    }

    /// The same in a folder below.
    pub fn start_in(charity: &Charity, folder: &str, arguments: &str) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
        let open = || File::options().read(true).write(true).open(&name).unwrap();
        let child =
            charity.command_at(folder, [open(), open(), open()], arguments).spawn().unwrap();
        let keyboard = File::from(master);
        let mut reader = keyboard.try_clone().unwrap();
        let (send, screen) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // At the end of the command the terminal has no other side: an error, here.
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                if send.send(bytes[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { child, keyboard, screen, shown: String::new() }
    }

    /// Waits until something is shown, and gives all that is.
    #[track_caller]
    pub fn wait_for(&mut self, words: &str) -> &str {
        while !self.shown.contains(words) {
            match self.screen.recv_timeout(SHOWN_WITHIN) {
                Ok(bytes) => self.shown.push_str(&String::from_utf8_lossy(&bytes)),
                Err(error) => panic!("`{words}` was not shown ({error}):\n{}", self.shown),
            }
        }
        &self.shown
    }

    /// Waits until the terminal shows what is typed, or no longer.
    pub fn until_echo(&self, wanted: bool) {
        let begin = Instant::now();
        let echo = || tcgetattr(&self.keyboard).unwrap().local_modes.contains(LocalModes::ECHO);
        while echo() != wanted {
            assert!(begin.elapsed() < SHOWN_WITHIN, "echo is never {wanted}");
            std::thread::yield_now();
        }
    }

    /// What Ctrl-C does.
    pub fn interrupt(&self) {
        signal(&self.child, "INT");
    }

    pub fn type_line(&mut self, text: &str) {
        writeln!(self.keyboard, "{text}").unwrap();
    }

    /// How it ended, and all it showed.
    pub fn end(mut self) -> (i32, String) {
        let status = self.child.wait().unwrap();
        while let Ok(bytes) = self.screen.recv_timeout(Duration::from_secs(1)) {
            self.shown.push_str(&String::from_utf8_lossy(&bytes));
        }
        (status.code().unwrap_or(-1), self.shown)
    }
}
