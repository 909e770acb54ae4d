//! Connecting to a host by all its addresses, side by side (RFC 8305, "Happy Eyeballs").
//! Shell: names, TCP and their clock.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{sleep, timeout};

use super::fault::SmtpFault;

/// RFC 8305 section 8: how long one address has before the next is tried beside it.
const NEXT_ADDRESS_AFTER: Duration = Duration::from_millis(250);
/// A relay's name has a few addresses; a hostile one cannot make us try thousands.
const MOST_ADDRESSES: usize = 16;

/// The addresses of a host, with both families in turn, the family that came first ahead (RFC 8305 section 4).
///
/// # Errors
/// When the name cannot be resolved.
pub(super) async fn resolve(
    host: &str,
    port: u16,
    within: Duration,
) -> Result<Vec<SocketAddr>, SmtpFault> {
    let found =
        timeout(within, lookup_host((host, port))).await.map_err(|_| SmtpFault::TimedOut)?;
    let found: Vec<SocketAddr> = match found {
        Ok(found) => found.take(MOST_ADDRESSES * 2).collect(),
        Err(error) if is_unknown_name(&error) => {
            return Err(SmtpFault::NoSuchHost(host.to_owned()));
        }
        Err(error) => {
            return Err(SmtpFault::Broken(format!(
                "the name `{host}` could not be looked up: {error}"
            )));
        }
    };
    if found.is_empty() {
        return Err(SmtpFault::NoSuchHost(host.to_owned()));
    }
    Ok(in_turn(found))
}

/// The C library has one kind for all of this; its words are the only difference between "no such name" and "no network".
fn is_unknown_name(error: &io::Error) -> bool {
    let text = error.to_string().to_lowercase();
    ["name or service not known", "nodename nor servname", "no such host", "no address associated"]
        .iter()
        .any(|words| text.contains(words))
}

fn in_turn(found: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let first_is_v6 = found.first().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|address| address.is_ipv6() == first_is_v6);
    let (mut first, mut second) = (first.into_iter(), second.into_iter());
    let mut ordered: Vec<SocketAddr> = Vec::new();
    loop {
        let before = ordered.len();
        for address in [first.next(), second.next()].into_iter().flatten() {
            if !ordered.contains(&address) {
                ordered.push(address);
            }
        }
        if ordered.len() == before && first.len() == 0 && second.len() == 0 {
            break;
        }
    }
    ordered.truncate(MOST_ADDRESSES);
    ordered
}

/// Connects to the first address that answers.
///
/// # Errors
/// What happened at the addresses, when none did in time.
pub(super) async fn connect(
    addresses: Vec<SocketAddr>,
    within: Duration,
) -> Result<(TcpStream, SocketAddr), SmtpFault> {
    race(addresses, within, TcpStream::connect).await
}

async fn race<T, F>(
    addresses: Vec<SocketAddr>,
    within: Duration,
    connect: impl Fn(SocketAddr) -> F,
) -> Result<(T, SocketAddr), SmtpFault>
where
    F: Future<Output = io::Result<T>>,
{
    let connect = &connect;
    let mut left = addresses.into_iter();
    let mut running = FuturesUnordered::new();
    let mut failure: Option<SmtpFault> = None;
    let racing = async {
        loop {
            match left.next() {
                Some(address) => {
                    running.push(async move { (address, connect(address).await) });
                }
                None if running.is_empty() => {
                    return Err(failure.take().unwrap_or(SmtpFault::TimedOut));
                }
                None => {}
            }
            let has_next = left.len() > 0;
            tokio::select! {
                Some((address, connected)) = running.next() => match connected {
                    Ok(stream) => return Ok((stream, address)),
                    Err(error) => {
                        failure.get_or_insert(SmtpFault::Broken(plain_io(&error)));
                    }
                },
                () = sleep(NEXT_ADDRESS_AFTER), if has_next => {}
            }
        }
    };
    timeout(within, racing).await.unwrap_or(Err(SmtpFault::TimedOut))
}

/// What went wrong, in words for people.
pub(super) fn plain_io(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof => "the connection broke".to_owned(),
        io::ErrorKind::TimedOut => "no answer in time".to_owned(),
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => {
            "the network cannot reach it".to_owned()
        }
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tokio::time::Instant;

    use super::*;

    fn v4(n: u8) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, n], 25))
    }

    fn v6(n: u16) -> SocketAddr {
        SocketAddr::from(([0x2001, 0xdb8, 0, 0, 0, 0, 0, n], 25))
    }

    #[test]
    fn families_take_turns_and_nothing_stands_twice() {
        assert_eq!(in_turn(vec![v6(1), v6(2), v4(1), v6(1)]), [v6(1), v4(1), v6(2)]);
        assert_eq!(in_turn(vec![v4(1), v4(2), v4(3), v6(1)]), [v4(1), v6(1), v4(2), v4(3)]);
        assert_eq!(in_turn(vec![v4(1), v4(1), v4(1), v4(2)]), [v4(1), v4(2)]);
        assert_eq!(in_turn((0..200).map(v4).collect()).len(), MOST_ADDRESSES);
    }

    /// What an address does: connects or fails after some milliseconds, or never answers.
    type Address = (SocketAddr, Option<(u64, bool)>);

    async fn play(addresses: &[Address]) -> (Result<SocketAddr, SmtpFault>, u128, Vec<SocketAddr>) {
        let tried: Mutex<Vec<SocketAddr>> = Mutex::default();
        let began = Instant::now();
        let order = addresses.iter().map(|(address, _)| *address).collect();
        let connect = |address: SocketAddr| {
            tried.lock().unwrap().push(address);
            let act = addresses.iter().find(|(found, _)| *found == address).unwrap().1;
            async move {
                match act {
                    None => std::future::pending().await,
                    Some((after, connects)) => {
                        sleep(Duration::from_millis(after)).await;
                        let refused = || io::Error::from(io::ErrorKind::ConnectionRefused);
                        if connects { Ok(()) } else { Err(refused()) }
                    }
                }
            }
        };
        let ended = race(order, Duration::from_secs(30), connect).await;
        let ended = ended.map(|((), address)| address);
        (ended, began.elapsed().as_millis(), tried.into_inner().unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn a_dead_address_costs_a_quarter_of_a_second() {
        let (ended, after, _) = play(&[(v6(1), None), (v4(1), Some((20, true)))]).await;
        assert_eq!((ended, after), (Ok(v4(1)), 270));
        let dead: Vec<Address> = (1..=3).map(|n| (v4(n), None)).collect();
        let (ended, after, _) = play(&[&dead[..], &[(v4(4), Some((10, true)))]].concat()).await;
        assert_eq!((ended, after), (Ok(v4(4)), 760));
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_is_followed_by_the_next_address_at_once() {
        let addresses = [(v4(1), Some((5, false))), (v4(2), Some((5, true))), (v4(3), None)];
        let (ended, after, tried) = play(&addresses).await;
        assert_eq!((ended, after, tried), (Ok(v4(2)), 10, vec![v4(1), v4(2)]));
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_that_answers_is_taken_and_a_slow_one_is_waited_for() {
        let addresses = [(v4(1), Some((400, true))), (v4(2), Some((500, true)))];
        let (ended, after, _) = play(&addresses).await;
        assert_eq!((ended, after), (Ok(v4(1)), 400));
        let (ended, after, _) = play(&[(v4(1), Some((20_000, true))), (v4(2), None)]).await;
        assert_eq!((ended, after), (Ok(v4(1)), 20_000));
    }

    #[tokio::test(start_paused = true)]
    async fn when_all_fail_the_first_failure_is_reported() {
        let (ended, after, _) = play(&[(v4(1), Some((5, false))), (v4(2), Some((5, false)))]).await;
        assert_eq!(ended, Err(SmtpFault::Broken("connection refused".to_owned())));
        assert_eq!(after, 10);
        let (ended, after, _) = play(&[(v4(1), None), (v6(1), None)]).await;
        assert_eq!((ended, after), (Err(SmtpFault::TimedOut), 30_000));
    }

    #[test]
    fn an_unknown_name_is_not_a_missing_network() {
        for (text, unknown) in [
            ("failed to lookup address information: Name or service not known", true),
            (
                "failed to lookup address information: nodename nor servname provided, or not known",
                true,
            ),
            ("No such host is known. (os error 11001)", true),
            ("failed to lookup address information: Temporary failure in name resolution", false),
        ] {
            assert_eq!(is_unknown_name(&io::Error::other(text)), unknown, "{text}");
        }
    }
}
