//! A counting SMTP server for measuring: `cargo run --release --example sink -- 127.0.0.1:2525`.
//! Prints how many messages it took whenever a line comes in on stdin.

#[path = "support/sink.rs"]
mod sink;

use std::io::BufRead;
use std::sync::atomic::Ordering;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:2525".to_owned());
    let (port, books) = sink::serve(&address, false, |_| sink::Answer::Take).await?;
    println!("listening on port {port}");
    tokio::task::spawn_blocking(move || {
        for line in std::io::stdin().lock().lines() {
            line?;
            println!("{}", books.messages.load(Ordering::Relaxed));
        }
        Ok(())
    })
    .await?
}
