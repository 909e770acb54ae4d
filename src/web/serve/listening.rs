//! Connections to the public address: how many, for how long, and how they end.
//! Shell: the network.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, Sleep, sleep};

use super::{ServerState, answer};

/// Header fields of a browser behind a proxy have some 2 KB.
const LONGEST_HEAD_BYTES: usize = 16 * 1024;
/// A connection that says nothing for this long is closed, so that none can be held for ever.
const HEAD_PATIENCE: Duration = Duration::from_secs(10);
/// A client that takes nothing of an answer for this long has gone.
const WRITE_PATIENCE: Duration = Duration::from_secs(10);
/// Some 20 KB each: 40 MB at most. More connections wait in the system's queue until one of these ends.
const MOST_CONNECTIONS: usize = 2048;

/// At most half of the files that this process may have open: the ledger and the spool need some, and a client that opens
/// connections must not be able to take those away.
fn most_connections() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    most_of_limits(&limits)
}

/// From the system's table; the largest number we use where there is none, or no limit.
fn most_of_limits(limits: &str) -> usize {
    let files = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))
        .and_then(|rest| rest.split_whitespace().next()?.parse::<usize>().ok());
    files.map_or(MOST_CONNECTIONS, |files| (files / 2).clamp(1, MOST_CONNECTIONS))
}

/// Takes connections until it is closed.
pub(super) async fn serve(
    listener: TcpListener,
    shared: Arc<ServerState>,
    mut closes: watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(most_connections()));
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            next = next => next,
            () = closed(&mut closes) => return,
        };
        // The semaphore is never closed.
        let Ok(place) = place else { return };
        let Ok((stream, peer)) = accepted else {
            // Too many open files: others will close theirs.
            sleep(Duration::from_millis(50)).await;
            continue;
        };
        let shared = Arc::clone(&shared);
        let mut closes = closes.clone();
        tokio::spawn(async move {
            let service = service_fn(|request: Request<Incoming>| {
                let shared = Arc::clone(&shared);
                async move { Ok::<_, Infallible>(answer(&shared, peer, request).await) }
            });
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD_PATIENCE)
                .max_buf_size(LONGEST_HEAD_BYTES)
                .serve_connection(TokioIo::new(PatientStream::new(stream)), service);
            tokio::pin!(connection);
            // A client that goes away is nobody's trouble but its own.
            tokio::select! {
                _ = connection.as_mut() => {}
                () = closed(&mut closes) => {
                    connection.as_mut().graceful_shutdown();
                    let _ = connection.await;
                }
            }
            drop(place);
        });
    }
}

/// Waits until the server is closed, or nothing can close it any more.
async fn closed(closes: &mut watch::Receiver<bool>) {
    let _ = closes.wait_for(|is_closed| *is_closed).await;
}

/// A connection whose client must take what we write.
struct PatientStream {
    stream: TcpStream,
    /// Set while a write waits for the client.
    deadline: Option<Pin<Box<Sleep>>>,
}

impl PatientStream {
    fn new(stream: TcpStream) -> Self {
        Self { stream, deadline: None }
    }

    /// What a write came to, or the end of our patience.
    fn within<T>(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.deadline = None;
            return written;
        }
        let end = Instant::now() + WRITE_PATIENCE;
        let deadline = self.deadline.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(end)));
        ready!(deadline.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for PatientStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for PatientStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.within(context, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let written = Pin::new(&mut self.stream).poll_flush(context);
        self.within(context, written)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let written = Pin::new(&mut self.stream).poll_shutdown(context);
        self.within(context, written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_most_half_of_the_files_are_connections() {
        for (limits, most) in [
            (
                "Limit  Soft Limit\nMax open files            1024                 524288               files",
                512,
            ),
            ("Max open files            64                   64                   files", 32),
            ("Max open files            1                    1                    files", 1),
            (
                "Max open files            1048576              1048576              files",
                MOST_CONNECTIONS,
            ),
            (
                "Max open files            unlimited            unlimited            files",
                MOST_CONNECTIONS,
            ),
            ("", MOST_CONNECTIONS),
        ] {
            assert_eq!(most_of_limits(limits), most, "{limits}");
        }
        assert!(most_connections() <= MOST_CONNECTIONS);
    }
}
