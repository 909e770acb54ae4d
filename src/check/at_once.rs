//! Work that is shared by the cores, with its results in the order of the work.
//! Pure: threads change nothing of a result.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// More helpers than this wait for each other: most rules take microseconds.
const MOST_CORES: usize = 4;
/// As much as a program's first thread has: an email's boxes may be nested deeply.
const STACK_BYTES: usize = 8 * 1024 * 1024;

/// What `work` makes of each of these, in their order. Each core takes the next when it has done one.
pub fn at_once<T: Sync, R: Send>(all: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let some = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(one) = all.get(index) else { return done };
            done.push((index, work(one)));
        }
    };
    let cores = thread::available_parallelism().map_or(1, usize::from).min(MOST_CORES);
    let mut done: Vec<(usize, R)> = thread::scope(|scope| {
        let thread = || thread::Builder::new().stack_size(STACK_BYTES);
        // Where no thread can be had, this one does all.
        let others: Vec<_> =
            (1..cores).filter_map(|_| thread().spawn_scoped(scope, some).ok()).collect();
        let mut done = some();
        for other in others {
            match other.join() {
                Ok(more) => done.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    done.sort_unstable_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_work() {
        let all: Vec<usize> = (0..1000).collect();
        let expected: Vec<usize> = all.iter().map(|number| number * 2).collect();
        assert_eq!(at_once(&all, |number| number * 2), expected);
        assert_eq!(at_once(&[], |number: &usize| *number), Vec::<usize>::new());
    }

    #[test]
    fn a_panic_is_the_callers() {
        let caught =
            std::panic::catch_unwind(|| at_once(&[1, 2, 3], |number| assert!(*number < 3)));
        assert!(caught.is_err());
    }
}
