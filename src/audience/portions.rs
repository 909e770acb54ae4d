//! Looking at everybody on all cores, a portion of the list at a time, with the results in the order of the list.
//! Shell: threads; what is done with a portion comes in as an argument.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{self, JoinHandle};

use super::list::{List, Portion};
use crate::audience::list_error::ListError;

/// Portions that may wait for each thread, and results of each: enough that none waits, and little memory.
const AHEAD: usize = 2;

/// Gives each portion of a list to `look` on one of the cores. The results come in the order of the list, and only a few
/// exist at a time, however long the list is.
pub fn on_all_cores<T, F>(
    list: &Arc<List>,
    look: F,
) -> impl Iterator<Item = Result<T, ListError>> + Send + use<T, F>
where
    T: Send + 'static,
    F: Fn(&List, Portion) -> T + Clone + Send + 'static,
{
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let mut portions = Vec::new();
    let mut results: Vec<Receiver<Result<T, ListError>>> = Vec::new();
    let mut threads: Vec<JoinHandle<()>> = Vec::new();
    for _ in 0..cores {
        let (give, take) = sync_channel::<Result<Portion, ListError>>(AHEAD);
        let (sender, receiver) = sync_channel(AHEAD);
        let (look, list) = (look.clone(), Arc::clone(list));
        // A thread ends when nobody gives it portions, or nobody takes its results.
        threads.push(thread::spawn(move || {
            for portion in take {
                if sender.send(portion.map(|portion| look(&list, portion))).is_err() {
                    return;
                }
            }
        }));
        portions.push(give);
        results.push(receiver);
    }
    let list = Arc::clone(list);
    threads.push(thread::spawn(move || {
        for (portion, worker) in list.portions().zip((0..cores).cycle()) {
            if portions[worker].send(portion).is_err() {
                return;
            }
        }
    }));
    let mut turn = (0..cores).cycle();
    std::iter::from_fn(move || {
        // The first thread that has no more is the one whose turn it is: portions are dealt in turn.
        if let Some(result) = results.get(turn.next()?).and_then(|results| results.recv().ok()) {
            return Some(result);
        }
        results.clear();
        for thread in threads.drain(..) {
            if let Err(panic) = thread.join() {
                // An end that is none must not pass for the end of the list.
                std::panic::resume_unwind(panic);
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audience::Person;

    fn list(people: usize) -> Arc<List> {
        let mut text = "email,basis\n".to_owned();
        for n in 0..people {
            text.push_str(&format!("p{n}@example.org,consent\n"));
        }
        let input: Arc<[u8]> = text.as_bytes().into();
        Arc::new(List::survey(vec![("p.csv".to_owned(), Arc::new(input))]).unwrap())
    }

    #[test]
    fn results_come_in_the_order_of_the_list_and_nobody_is_missing() {
        for people in [0, 1, 511, 512, 5000] {
            let list = list(people);
            let looked = on_all_cores(&list, |list, portion| {
                list.people(&portion, true)
                    .map(|person| match person {
                        Person::Mailed(recipient) => recipient.address.to_string(),
                        Person::LeftOut(left_out) => panic!("{left_out:?}"),
                    })
                    .collect::<Vec<_>>()
            });
            let looked: Vec<String> = looked.flat_map(Result::unwrap).collect();
            let expected: Vec<String> = (0..people).map(|n| format!("p{n}@example.org")).collect();
            assert_eq!(looked, expected);
        }
    }

    #[test]
    fn nobody_has_to_take_all_results() {
        let list = list(5000);
        let mut looked = on_all_cores(&list, |_, _| ());
        assert_eq!(looked.next(), Some(Ok(())));
        drop(looked);
    }
}
