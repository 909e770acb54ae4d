//! `roundup serve` of a charity, and requests as proxies pass them on.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Child;

use super::{Charity, signal};

/// A server that listens; it ends with the test.
pub struct Site {
    child: Child,
    address: String,
}

impl Site {
    pub fn open(charity: &Charity) -> Self {
        let mut child = charity.start("serve --listen 127.0.0.1:0");
        let lines = BufReader::new(child.stderr.as_mut().unwrap()).lines();
        let address = lines
            .map(|line| line.unwrap())
            .find_map(|line| Some(line.split("http://").nth(1)?.split(' ').next()?.to_owned()));
        Self { address: address.expect("it says where it listens"), child }
    }

    pub fn port(&self) -> u16 {
        self.address.rsplit(':').next().unwrap().parse().unwrap()
    }

    /// A request with more fields in its head, each with its line's end; the status, and what is below the head.
    pub fn send(&self, method: &str, path: &str, fields: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: charity.example\r\n{fields}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, page) = answer.split_once("\r\n\r\n").unwrap();
        (head.strip_prefix("HTTP/1.1 ").unwrap()[..3].parse().unwrap(), page.to_owned())
    }

    /// The same from a form.
    pub fn ask(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        self.send(method, path, "Content-Type: application/x-www-form-urlencoded\r\n", body)
    }

    /// What a mail provider does for a person; the status.
    pub fn one_click(&self, path: &str) -> u16 {
        self.ask("POST", path, "List-Unsubscribe=One-Click").0
    }

    /// Ends it gently.
    pub fn close(mut self) {
        signal(&self.child, "TERM");
        assert!(self.child.wait().unwrap().success());
    }

    /// Ends it with `kill -9`.
    pub fn kill(mut self) {
        signal(&self.child, "KILL");
        assert!(!self.child.wait().unwrap().success());
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
