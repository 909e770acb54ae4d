//! Connections of the studio: how many, and how long one may take to say what it wants.
//! Shell: the network.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::sleep;

use super::{Studio, answer};

/// The address and some fields of a browser have 2 KB.
const LONGEST_HEAD_BYTES: usize = 16 * 1024;
/// A connection that does not send a whole request within this time is closed.
const HEAD_PATIENCE: Duration = Duration::from_secs(10);
/// A browser opens six for each tab; programs that open more wait until some of these end.
const MOST_CONNECTIONS: usize = 256;

/// Takes connections as long as the program lives.
pub(super) async fn serve(listener: TcpListener, studio: Studio) {
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    loop {
        // The semaphore is never closed.
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let Ok((stream, _)) = listener.accept().await else {
            // Too many open files: others will close theirs.
            sleep(Duration::from_millis(50)).await;
            continue;
        };
        let studio = studio.clone();
        tokio::spawn(async move {
            let service = service_fn(|request: hyper::Request<Incoming>| {
                let studio = studio.clone();
                async move { Ok::<_, Infallible>(answer(studio, request.map(Body::new)).await) }
            });
            // A page that goes away is nobody's trouble but its own.
            let _ = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD_PATIENCE)
                .max_buf_size(LONGEST_HEAD_BYTES)
                .serve_connection(TokioIo::new(stream), service)
                .await;
            drop(place);
        });
    }
}
