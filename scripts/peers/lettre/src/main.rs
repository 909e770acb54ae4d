//! lettre's own pool, as its documentation shows it: arguments are port, connections, messages, bytes of the body.

use std::sync::Arc;

use lettre::transport::smtp::PoolConfig;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use tokio::sync::Semaphore;

#[tokio::main]
async fn main() {
    let numbers: Vec<usize> = std::env::args().skip(1).map(|n| n.parse().expect("a number")).collect();
    let [port, connections, messages, bytes] = numbers[..] else { panic!("four numbers") };
    let body = "This is a line of a newsletter, as long as such lines are.\r\n".repeat(bytes / 60);
    let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1")
        .port(port as u16)
        .pool_config(PoolConfig::new().max_size(connections as u32))
        .build();
    let room = Arc::new(Semaphore::new(connections));
    let mut tasks = Vec::new();
    for person in 0..messages {
        let permit = Arc::clone(&room).acquire_owned().await.expect("open");
        let message = Message::builder()
            .from("news@charity.example".parse().expect("an address"))
            .to(format!("p{person}@example.org").parse().expect("an address"))
            .subject("News")
            .body(format!("Dear {person},\r\n{body}"))
            .expect("a message");
        let transport = transport.clone();
        tasks.push(tokio::spawn(async move {
            let sent = transport.send(message).await;
            drop(permit);
            sent.is_ok()
        }));
    }
    for task in tasks {
        assert!(task.await.expect("a task"), "a message was refused");
    }
}
