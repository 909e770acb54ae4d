//! A counting SMTP server for measuring: `cargo run --release --example sink -- 127.0.0.1:2525 50`, where the second
//! number is how many milliseconds late each answer comes. Prints how many messages it took for each line on stdin.

#[path = "support/sink.rs"]
mod sink;

use std::io::BufRead;
use std::sync::atomic::Ordering;
use std::time::Duration;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:2525".to_owned());
    let delay = arguments.next().and_then(|delay| delay.parse().ok()).unwrap_or(0);
    let delay = Duration::from_millis(delay);
    let (port, books) = sink::serve(&address, false, delay, |_| sink::Answer::Take).await?;
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
