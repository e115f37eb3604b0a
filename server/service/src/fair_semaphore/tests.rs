use super::*;
use domain::KeyId;
use futures::FutureExt as _;
use futures::future::BoxFuture;

fn account(name: &str) -> AccountId {
    AccountId::parse(name).unwrap()
}

fn key(name: &str) -> Actor {
    Actor::Key(KeyId::parse(name).unwrap())
}

/// Callers that wait for a permit, under the names of their account and key.
#[derive(Default)]
struct Callers(Vec<(String, BoxFuture<'static, Result<Permit, QueueFull>>)>);

impl Callers {
    /// Adds a caller to the queue.
    fn add(&mut self, semaphore: &FairSemaphore, account_name: &str, key_name: &str) {
        let name = format!("{account_name}{key_name}");
        let semaphore = semaphore.clone();
        let (account, key) = (account(account_name), key(key_name));
        let mut permit = async move { semaphore.acquire(&account, &key).await }.boxed();
        assert!(
            (&mut permit).now_or_never().is_none(),
            "{name} got a permit"
        );
        self.0.push((name, permit));
    }

    /// Removes the callers that have a permit now, and returns them.
    fn granted(&mut self) -> Vec<(String, Permit)> {
        let mut granted = Vec::new();
        let mut waiting = Vec::new();
        for (name, mut permit) in std::mem::take(&mut self.0) {
            match (&mut permit).now_or_never() {
                Some(permit) => granted.push((name, permit.unwrap())),
                None => waiting.push((name, permit)),
            }
        }
        self.0 = waiting;
        granted
    }

    /// Returns the permit again and again, and reports the order in which the callers get it.
    fn order(&mut self, permit: Permit) -> String {
        let mut order = Vec::new();
        let mut permit = Some(permit);
        while let Some(held) = permit.take() {
            drop(held);
            let mut granted = self.granted();
            assert!(granted.len() <= 1, "one permit went to several callers");
            if let Some((name, held)) = granted.pop() {
                order.push(name);
                permit = Some(held);
            }
        }
        order.join(" ")
    }
}

fn acquire(
    semaphore: &FairSemaphore,
    account_name: &str,
    key_name: &str,
) -> Option<Result<Permit, QueueFull>> {
    let (account, key) = (account(account_name), key(key_name));
    semaphore.acquire(&account, &key).now_or_never()
}

#[test]
fn accounts_take_turns_and_those_without_a_permit_go_first() {
    let semaphore = FairSemaphore::new(1);
    let permit = acquire(&semaphore, "a", "1").unwrap().unwrap();
    let mut callers = Callers::default();
    for _ in 0..4 {
        callers.add(&semaphore, "a", "1");
    }
    callers.add(&semaphore, "b", "1");
    callers.add(&semaphore, "c", "1");
    callers.add(&semaphore, "c", "1");
    assert_eq!(callers.order(permit), "b1 c1 a1 c1 a1 a1 a1");
}

#[test]
fn keys_of_an_account_take_turns() {
    let semaphore = FairSemaphore::new(1);
    let permit = acquire(&semaphore, "a", "1").unwrap().unwrap();
    let mut callers = Callers::default();
    for name in ["1", "1", "1", "2", "2", "3"] {
        callers.add(&semaphore, "a", name);
    }
    callers.add(&semaphore, "b", "1");
    callers.add(&semaphore, "b", "1");
    assert_eq!(callers.order(permit), "b1 a2 b1 a3 a1 a2 a1 a1");
}

/// Accounts that return as soon as they were served do not keep out one that waits.
#[test]
fn waiting_account_is_served_however_often_other_accounts_return() {
    let semaphore = FairSemaphore::new(1);
    let mut permit = acquire(&semaphore, "a", "1").unwrap().unwrap();
    let mut callers = Callers::default();
    callers.add(&semaphore, "c", "1");
    callers.add(&semaphore, "b", "1");
    callers.add(&semaphore, "c", "1");
    let mut order = String::new();
    for _ in 0..5 {
        drop(permit);
        let (name, held) = callers.granted().pop().unwrap();
        order.push_str(&name);
        if name != "c1" {
            let back = if name == "b1" { "a" } else { "b" };
            callers.add(&semaphore, back, "1");
        }
        permit = held;
    }
    assert_eq!(order, "c1b1c1a1b1");
}

#[test]
fn granted_permits_never_exceed_the_total() {
    let semaphore = FairSemaphore::new(2);
    let first = acquire(&semaphore, "a", "1").unwrap().unwrap();
    let second = acquire(&semaphore, "a", "1").unwrap().unwrap();
    let mut callers = Callers::default();
    for name in ["a", "b", "c"] {
        callers.add(&semaphore, name, "1");
    }
    drop(first);
    let granted = callers.granted();
    assert_eq!(granted.len(), 1);
    assert_eq!(granted[0].0, "b1");
    drop(second);
    assert_eq!(callers.granted()[0].0, "c1");
    drop(granted);
    assert_eq!(callers.granted()[0].0, "a1");
    let state = semaphore.0.lock();
    assert_eq!((state.free, state.queue.len()), (2, 0));
    assert!(state.served.is_empty() && state.served_actors.is_empty());
}

#[test]
fn no_key_and_no_account_can_fill_the_queue() {
    let semaphore = FairSemaphore::new(1);
    let _permit = acquire(&semaphore, "a", "1").unwrap().unwrap();
    let mut callers = Callers::default();
    for name in ["a", "b", "c", "d"] {
        for key_name in ["1", "2", "3"] {
            let before = callers.0.len();
            // An attempt that gets a place is dropped at once, and gives it back.
            while acquire(&semaphore, name, key_name).is_none() {
                callers.add(&semaphore, name, key_name);
            }
            assert!(callers.0.len() > before, "{key_name} of {name} got nothing");
            let full = acquire(&semaphore, name, key_name).unwrap();
            assert_eq!(full.unwrap_err(), QueueFull);
        }
    }
    assert!(callers.0.len() < QUEUE_CAPACITY);
    callers.add(&semaphore, "e", "1");
}

#[test]
fn callers_that_stopped_waiting_are_skipped() {
    let semaphore = FairSemaphore::new(1);
    let permit = acquire(&semaphore, "a", "1").unwrap().unwrap();
    let mut callers = Callers::default();
    for name in ["b", "c", "d"] {
        callers.add(&semaphore, name, "1");
    }
    drop(callers.0.remove(0));
    drop(permit);
    // The permit was granted to c, whose caller goes before it takes it.
    drop(callers.0.remove(0));
    let (name, permit) = callers.granted().pop().unwrap();
    assert_eq!(name, "d1");
    drop(permit);
    assert!(acquire(&semaphore, "a", "1").unwrap().is_ok());
}
