//! An SMTP server that takes mail as fast as it comes, and counts what it took by Message-ID.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::OwnedWriteHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

/// What the server does at RCPT and at the end of a message, from a number that grows by one each time.
pub type Mood = fn(u64) -> Answer;

/// What the server answers to a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(dead_code, reason = "each example uses a part of it")]
pub enum Answer {
    Take,
    /// 451: not now.
    Later,
    /// 421, and closes.
    Close,
}

/// What was taken.
#[derive(Default)]
pub struct Books {
    /// How often each Message-ID was taken.
    pub taken: Mutex<HashMap<String, u32>>,
    pub messages: AtomicU64,
    questions: AtomicU64,
}

impl Books {
    /// Takes the counts out, to begin again.
    #[allow(dead_code, reason = "each example uses a part of it")]
    pub fn take(&self) -> HashMap<String, u32> {
        std::mem::take(&mut self.taken.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Serves until the program ends. `remember` keeps Message-IDs; without it messages are only counted. Each answer leaves
/// `delay` after it was made, as from a relay that is so far away.
pub async fn serve(
    address: &str,
    remember: bool,
    delay: Duration,
    mood: Mood,
) -> io::Result<(u16, Arc<Books>)> {
    let listener = TcpListener::bind(address).await?;
    let port = listener.local_addr()?.port();
    let books = Arc::new(Books::default());
    let shared = Arc::clone(&books);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let books = Arc::clone(&shared);
            // A client that goes away in the middle is what this is for.
            tokio::spawn(
                async move { session(stream, &books, remember, delay, mood).await.is_ok() },
            );
        }
    });
    Ok((port, books))
}

const READ_BYTES: usize = 256 * 1024;

/// Where answers go: at once, or late.
enum Answers {
    Now(OwnedWriteHalf),
    Late(mpsc::UnboundedSender<(Instant, Vec<u8>)>, Duration),
}

impl Answers {
    fn new(mut stream: OwnedWriteHalf, delay: Duration) -> Self {
        if delay.is_zero() {
            return Self::Now(stream);
        }
        let (late, mut waiting) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
        tokio::spawn(async move {
            while let Some((at, bytes)) = waiting.recv().await {
                sleep_until(at).await;
                if stream.write_all(&bytes).await.is_err() {
                    return;
                }
            }
        });
        Self::Late(late, delay)
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Now(stream) => stream.write_all(bytes).await,
            Self::Late(late, delay) => late
                .send((Instant::now() + *delay, bytes.to_vec()))
                .map_err(|_| io::ErrorKind::BrokenPipe.into()),
        }
    }
}

async fn session(
    stream: TcpStream,
    books: &Books,
    remember: bool,
    delay: Duration,
    mood: Mood,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (mut stream, answer) = stream.into_split();
    let mut answer = Answers::new(answer, delay);
    answer.write(b"220 sink ESMTP\r\n").await?;
    let mut buffer = vec![0; READ_BYTES];
    let mut filled = 0;
    let mut answers: Vec<u8> = Vec::with_capacity(512);
    let mut in_data = false;
    let mut has_recipient = false;
    // Where the search for the dot goes on, so that no byte is looked at twice.
    let mut searched = 0;
    loop {
        if filled == buffer.len() {
            buffer.resize(buffer.len() * 2, 0);
        }
        let read = stream.read(&mut buffer[filled..]).await?;
        if read == 0 {
            return Ok(());
        }
        filled += read;
        let mut start = 0;
        let mut close = false;
        loop {
            if in_data {
                let from = start.max(searched.max(4) - 4);
                let Some(end) = memchr::memmem::find(&buffer[from..filled], b"\r\n.\r\n") else {
                    searched = filled;
                    break;
                };
                let end = from + end;
                match mood(books.questions.fetch_add(1, Ordering::Relaxed)) {
                    Answer::Take => {
                        if remember {
                            let id = message_id(&buffer[start..end]);
                            let mut taken =
                                books.taken.lock().unwrap_or_else(PoisonError::into_inner);
                            *taken.entry(id).or_default() += 1;
                        }
                        books.messages.fetch_add(1, Ordering::Relaxed);
                        answers.extend_from_slice(b"250 2.0.0 taken\r\n");
                    }
                    Answer::Later => answers.extend_from_slice(b"451 4.3.0 later\r\n"),
                    Answer::Close => {
                        answers.extend_from_slice(b"421 4.3.2 closing\r\n");
                        close = true;
                    }
                }
                in_data = false;
                has_recipient = false;
                start = end + 5;
                if close {
                    break;
                }
                continue;
            }
            let Some(end) = memchr::memchr(b'\n', &buffer[start..filled]) else { break };
            let line = &buffer[start..start + end];
            match line.get(..4).unwrap_or(line) {
                b"HELO" => answers.extend_from_slice(b"250 sink\r\n"),
                b"EHLO" => answers
                    .extend_from_slice(b"250-sink\r\n250-PIPELINING\r\n250 SIZE 100000000\r\n"),
                b"MAIL" | b"RSET" | b"NOOP" => answers.extend_from_slice(b"250 2.0.0 ok\r\n"),
                b"RCPT" => {
                    let answer = mood(books.questions.fetch_add(1, Ordering::Relaxed));
                    has_recipient = answer == Answer::Take;
                    answers.extend_from_slice(match answer {
                        Answer::Take => b"250 2.1.5 ok\r\n",
                        Answer::Later | Answer::Close => b"451 4.7.1 greylisted\r\n",
                    });
                }
                b"DATA" if has_recipient => {
                    answers.extend_from_slice(b"354 go ahead\r\n");
                    in_data = true;
                }
                b"DATA" => answers.extend_from_slice(b"503 5.5.1 no recipient\r\n"),
                b"QUIT" => {
                    answers.extend_from_slice(b"221 2.0.0 bye\r\n");
                    close = true;
                }
                _ => answers.extend_from_slice(b"500 5.5.2 what?\r\n"),
            }
            start += end + 1;
            searched = start;
            if close {
                break;
            }
        }
        if !answers.is_empty() {
            answer.write(&answers).await?;
            answers.clear();
        }
        if close {
            return Ok(());
        }
        buffer.copy_within(start..filled, 0);
        filled -= start;
        searched = searched.saturating_sub(start);
    }
}

fn message_id(message: &[u8]) -> String {
    let field = b"\r\nMessage-ID: <";
    let Some(start) = memchr::memmem::find(message, field) else { return String::new() };
    let rest = &message[start + field.len()..];
    let end = memchr::memchr(b'>', rest).unwrap_or(0);
    String::from_utf8_lossy(&rest[..end]).into_owned()
}
