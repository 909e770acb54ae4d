//! The bytes under a session, with and without TLS: how many have left, and what came first.
//! Shell: one TCP socket.

use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::task::unconstrained;
use tokio_rustls::client::TlsStream;

/// Enough of what came first to see whether it is text.
const FIRST_BYTES: usize = 1024;

/// A TCP socket that counts what has left, and keeps the first bytes that came.
pub(super) struct Socket {
    tcp: TcpStream,
    written: u64,
    /// `Some` until it is known what the server speaks.
    first: Option<Vec<u8>>,
}

impl Socket {
    pub fn new(tcp: TcpStream) -> Self {
        Self { tcp, written: 0, first: None }
    }

    /// Keeps what comes from now on, for a look at it.
    pub fn keep_first(&mut self) {
        self.first = Some(Vec::new());
    }

    /// What came first, once.
    pub fn take_first(&mut self) -> Vec<u8> {
        self.first.take().unwrap_or_default()
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.tcp).poll_read(context, buffer))?;
        if let Some(first) = &mut self.first {
            let room = FIRST_BYTES.saturating_sub(first.len());
            first.extend(buffer.filled()[before..].iter().take(room));
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.tcp).poll_write(context, bytes))?;
        self.written += written as u64;
        Poll::Ready(Ok(written))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.tcp).poll_write_vectored(context, bytes))?;
        self.written += written as u64;
        Poll::Ready(Ok(written))
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(context)
    }
}

/// What a session reads from and writes to.
pub(super) enum Stream {
    Plain(Socket),
    Tls(Box<TlsStream<Socket>>),
    /// While the handshake owns the socket, and after it failed.
    None,
}

/// What happened first while a message was being written.
pub(super) enum WriteProgress {
    Written,
    /// The server spoke: this number of bytes is in the buffer; 0 is the end of the connection.
    Read(usize),
}

impl Stream {
    pub async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(stream) => stream.read(buffer).await,
            Stream::Tls(stream) => stream.read(buffer).await,
            Stream::None => Ok(0),
        }
    }

    /// Reads what is there already. Polled once by hand: a timeout of zero would wait for the timer's next tick, a
    /// millisecond for each message.
    pub async fn read_now(&mut self, buffer: &mut [u8]) -> Option<io::Result<usize>> {
        let mut read = pin!(unconstrained(self.read(buffer)));
        poll_fn(|context| match read.as_mut().poll(context) {
            Poll::Ready(read) => Poll::Ready(Some(read)),
            Poll::Pending => Poll::Ready(None),
        })
        .await
    }

    fn socket(&self) -> Option<&Socket> {
        match self {
            Stream::Plain(socket) => Some(socket),
            Stream::Tls(stream) => Some(stream.get_ref().0),
            Stream::None => None,
        }
    }

    /// Bytes that the operating system has taken since the connection was made.
    pub fn written(&self) -> u64 {
        self.socket().map_or(0, |socket| socket.written)
    }

    /// Whether the operating system holds bytes, or the end, that nobody has read.
    pub fn has_unread(&self) -> bool {
        let Some(socket) = self.socket() else { return false };
        match SockRef::from(&socket.tcp).peek(&mut [MaybeUninit::uninit()]) {
            Ok(_) => true,
            Err(error) => error.kind() != io::ErrorKind::WouldBlock,
        }
    }

    /// Waits until the runtime knows that there is something to read.
    pub async fn readable(&self) {
        if let Some(socket) = self.socket() {
            // If that fails, so will the reading.
            let _ = socket.tcp.readable().await;
        }
    }

    fn poll_read(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self {
            Stream::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Stream::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
            Stream::None => Poll::Ready(Ok(())),
        }
    }

    fn poll_write(&mut self, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self {
            Stream::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Stream::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
            Stream::None => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }

    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(context),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(context),
            Stream::None => Poll::Ready(Ok(())),
        }
    }

    /// Writes all of it, to the operating system.
    pub async fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut rest = bytes;
        poll_fn(|context| self.poll_write_rest(context, &mut rest)).await
    }

    fn poll_write_rest(
        &mut self,
        context: &mut Context<'_>,
        rest: &mut &[u8],
    ) -> Poll<io::Result<()>> {
        while !rest.is_empty() {
            match ready!(self.poll_write(context, rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => *rest = &rest[written..],
            }
        }
        self.poll_flush(context)
    }

    /// Writes all of it, unless the server speaks while the socket takes no more.
    pub async fn write_all_or_read(
        &mut self,
        bytes: &[u8],
        buffer: &mut [u8],
    ) -> io::Result<WriteProgress> {
        let mut rest = bytes;
        poll_fn(|context| {
            if let Poll::Ready(written) = self.poll_write_rest(context, &mut rest) {
                return Poll::Ready(written.map(|()| WriteProgress::Written));
            }
            let mut buffer = ReadBuf::new(buffer);
            ready!(self.poll_read(context, &mut buffer))?;
            Poll::Ready(Ok(WriteProgress::Read(buffer.filled().len())))
        })
        .await
    }
}
