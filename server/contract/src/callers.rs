//! Caller statistics of keys: addresses, programs, networks and used scopes.

use crate::fixtures::{Shared, at};
use crate::tenant::Tenant;
use domain::{KeyId, Outcome, RefusalCode, Scope, Timestamp};
use service::store::{
    Caller, KEPT_CALLERS, KEPT_NETWORKS, KEYS_AT_ONCE, KeyMarks, ScopeUses, Sighting, Store,
};

const REVOKED: Outcome = Outcome::Refused(RefusalCode::RevokedKey);

fn caller(outcome: Outcome, ip: &str, agent: &str, first: i64, last: i64, calls: u64) -> Caller {
    Caller {
        outcome,
        ip: ip.parse().unwrap(),
        user_agent: Some(agent.to_owned()).filter(|agent| !agent.is_empty()),
        first: at(first),
        last: at(last),
        calls,
    }
}

fn let_in(ip: &str, seconds: i64) -> Caller {
    caller(Outcome::Accepted, ip, "feed", seconds, seconds, 1)
}

fn of(tenant: &Tenant, key: &KeyId, callers: Vec<Caller>) -> Sighting {
    Sighting {
        account_id: tenant.account.clone(),
        key_id: key.clone(),
        callers,
        scope_uses: ScopeUses::default(),
    }
}

async fn record(store: &dyn Store, tenant: &Tenant, key: &KeyId, callers: Vec<Caller>) {
    let sightings = [of(tenant, key, callers)];
    store.record_sightings(&sightings).await.unwrap();
}

async fn marks(store: &dyn Store, tenant: &Tenant, key: &KeyId) -> KeyMarks {
    tenant.find(store, key).await.marks
}

case!(caller_statistics_are_summed_by_outcome_address_and_program);
async fn caller_statistics_are_summed_by_outcome_address_and_program(store: Shared) {
    let tenant = Tenant::settle(&*store, "a").await;
    let key = tenant.hold(&*store, "one").await;
    let events = tenant.events(&*store).await;
    let first = vec![
        caller(Outcome::Accepted, "203.0.113.7", "feed", 10, 20, 3),
        caller(REVOKED, "203.0.113.7", "feed", 30, 30, 1),
        caller(Outcome::Accepted, "2001:db8::1", "", 10, 10, 1),
    ];
    record(&*store, &tenant, &key, first.clone()).await;
    let late = caller(Outcome::Accepted, "203.0.113.7", "feed", 5, 15, 4);
    record(&*store, &tenant, &key, vec![late]).await;
    let mut callers = store.callers(&tenant.account, &key).await.unwrap();
    callers.sort_by_key(|caller| (caller.outcome, std::cmp::Reverse(caller.calls)));
    let sum = caller(Outcome::Accepted, "203.0.113.7", "feed", 5, 20, 7);
    assert_eq!(callers, [sum, first[2].clone(), first[1].clone()]);
    assert_eq!(tenant.events(&*store).await, events, "a call is no change");
    assert_eq!(marks(&*store, &tenant, &key).await.knocked_at, Some(at(30)));
    let earlier = caller(REVOKED, "203.0.113.7", "feed", 29, 29, 1);
    record(&*store, &tenant, &key, vec![earlier]).await;
    assert_eq!(marks(&*store, &tenant, &key).await.knocked_at, Some(at(30)));
}

case!(only_the_latest_callers_of_each_outcome_are_kept);
async fn only_the_latest_callers_of_each_outcome_are_kept(store: Shared) {
    let tenant = Tenant::settle(&*store, "a").await;
    let key = tenant.hold(&*store, "one").await;
    record(&*store, &tenant, &key, vec![let_in("203.0.113.7", 1)]).await;
    for round in 0..3 {
        let programs = (0..20).map(|number| {
            let at = 100 + round * 20 + number;
            caller(REVOKED, "203.0.113.7", &format!("program {at}"), at, at, 1)
        });
        record(&*store, &tenant, &key, programs.collect()).await;
    }
    let callers = store.callers(&tenant.account, &key).await.unwrap();
    let (revoked, other): (Vec<_>, Vec<_>) = callers
        .into_iter()
        .partition(|caller| caller.outcome == REVOKED);
    assert_eq!(revoked.len(), KEPT_CALLERS);
    assert!(revoked.iter().all(|caller| caller.last >= at(140)));
    assert_eq!(other, [let_in("203.0.113.7", 1)]);
}

case!(first_accepted_call_from_a_network_marks_it_as_new);
async fn first_accepted_call_from_a_network_marks_it_as_new(store: Shared) {
    let tenant = Tenant::settle(&*store, "a").await;
    let key = tenant.hold(&*store, "one").await;
    let told = async || {
        let marks = marks(&*store, &tenant, &key).await;
        (marks.first_network_at, marks.new_network_at)
    };
    assert_eq!(told().await, (None, None));
    for (ip, seconds, new) in [
        ("203.0.113.7", 10, None),
        ("203.0.113.8", 20, None),
        ("198.51.100.1", 30, Some(30)),
        ("203.0.113.9", 40, Some(30)),
        ("2001:db8::1", 50, Some(50)),
        ("2001:db8::2", 60, Some(50)),
    ] {
        record(&*store, &tenant, &key, vec![let_in(ip, seconds)]).await;
        assert_eq!(told().await, (Some(at(10)), new.map(at)), "{ip}");
    }
    // A call with a revoked key does not make its network a known one.
    let knock = caller(REVOKED, "192.0.2.1", "feed", 70, 70, 1);
    record(&*store, &tenant, &key, vec![knock]).await;
    let mut networks = store.networks(&tenant.account, &key).await.unwrap();
    networks.sort_by_key(|network| network.first);
    let plain = networks.iter().map(|network| {
        let only = network.only_ip.map(|ip| ip.to_string());
        (network.network.clone(), only, network.first, network.last)
    });
    let row = |network: &str, only: Option<&str>, first, last| {
        (
            network.to_owned(),
            only.map(str::to_owned),
            at(first),
            at(last),
        )
    };
    let expected = [
        row("203.0.113.0/24", None, 10, 40),
        row("198.51.100.0/24", Some("198.51.100.1"), 30, 30),
        row("2001:db8::/64", None, 50, 60),
    ];
    assert_eq!(plain.collect::<Vec<_>>(), expected);
}

case!(only_the_latest_networks_of_a_key_are_kept);
async fn only_the_latest_networks_of_a_key_are_kept(store: Shared) {
    let tenant = Tenant::settle(&*store, "a").await;
    let key = tenant.hold(&*store, "one").await;
    for round in 0..6_i64 {
        let callers = (0..20).map(|number| {
            let second = round * 20 + number;
            let_in(&format!("10.0.{second}.1"), second)
        });
        record(&*store, &tenant, &key, callers.collect()).await;
    }
    let networks = store.networks(&tenant.account, &key).await.unwrap();
    assert_eq!(networks.len(), KEPT_NETWORKS);
    assert!(networks.iter().all(|network| network.last >= at(20)));
}

case!(caller_statistics_of_many_keys_are_stored_together_but_kept_apart);
async fn caller_statistics_of_many_keys_are_stored_together_but_kept_apart(store: Shared) {
    let tenant = Tenant::settle(&*store, "a").await;
    let mut keys = Vec::new();
    for number in 0..*KEYS_AT_ONCE.end() {
        keys.push(tenant.hold(&*store, &format!("key-{number}")).await);
    }
    let (known, other) = (&keys[0], &keys[1]);
    record(&*store, &tenant, known, vec![let_in("203.0.113.7", 10)]).await;
    record(&*store, &tenant, other, vec![let_in("198.51.100.1", 10)]).await;
    // First as many keys as fill a statement, which is then cached, and then fewer keys.
    for seconds in [20, 30] {
        let mut sightings: Vec<_> = keys
            .iter()
            .map(|key| of(&tenant, key, vec![let_in("203.0.113.7", seconds)]))
            .collect();
        for seen in &mut sightings[..2] {
            seen.scope_uses.note(Scope::LeadsRead, at(seconds));
        }
        // The third key is used by two programs on one machine, and the fourth from a second
        // machine as well.
        sightings[2].callers = vec![
            caller(
                Outcome::Accepted,
                "203.0.113.7",
                "feed",
                seconds,
                seconds,
                2,
            ),
            caller(
                Outcome::Accepted,
                "203.0.113.7",
                "sync",
                seconds,
                seconds,
                3,
            ),
        ];
        sightings[3]
            .callers
            .push(let_in("203.0.113.8", seconds + 1));
        sightings.truncate(if seconds == 20 {
            *KEYS_AT_ONCE.end()
        } else {
            4
        });
        store.record_sightings(&sightings).await.unwrap();
    }
    let network = async |key: &KeyId| {
        let networks = store.networks(&tenant.account, key).await.unwrap();
        let network = networks
            .into_iter()
            .find(|one| one.network == "203.0.113.0/24");
        let network = network.unwrap();
        (network.only_ip.is_some(), network.first, network.last)
    };
    assert_eq!(network(known).await, (true, at(10), at(30)));
    assert_eq!(network(other).await, (true, at(20), at(30)));
    assert_eq!(network(&keys[2]).await, (true, at(20), at(30)));
    assert_eq!(network(&keys[3]).await, (false, at(20), at(31)));
    assert_eq!(network(&keys[4]).await, (true, at(20), at(20)));
    for (key, first, new) in [
        (known, 10, None),
        (other, 10, Some(20)),
        (&keys[2], 20, None),
    ] {
        let marks = marks(&*store, &tenant, key).await;
        assert_eq!(
            (marks.first_network_at, marks.new_network_at),
            (Some(at(first)), new.map(at))
        );
    }
    for (key, last) in [
        (known, Some(at(30))),
        (other, Some(at(30))),
        (&keys[2], None),
    ] {
        let marks = marks(&*store, &tenant, key).await;
        assert_eq!(marks.scope_uses.last(Scope::LeadsRead), last);
    }
    let mut callers = store.callers(&tenant.account, &keys[2]).await.unwrap();
    callers.sort_by_key(|caller| caller.calls);
    let sum = |agent: &str, calls| caller(Outcome::Accepted, "203.0.113.7", agent, 20, 30, calls);
    assert_eq!(callers, [sum("feed", 4), sum("sync", 6)]);
}

case!(last_use_of_each_scope_never_goes_backwards);
async fn last_use_of_each_scope_never_goes_backwards(store: Shared) {
    let tenant = Tenant::settle(&*store, "a").await;
    let key = tenant.hold(&*store, "one").await;
    let call = async |scope: Scope, now: Timestamp| {
        let mut sighting = of(&tenant, &key, Vec::new());
        sighting.scope_uses.note(scope, now);
        store.record_sightings(&[sighting]).await.unwrap();
    };
    call(Scope::LeadsRead, at(10)).await;
    call(Scope::LeadsWrite, at(20)).await;
    call(Scope::LeadsRead, at(5)).await;
    let uses = marks(&*store, &tenant, &key).await.scope_uses;
    assert_eq!(uses.last(Scope::LeadsRead), Some(at(10)));
    assert_eq!(uses.last(Scope::LeadsWrite), Some(at(20)));
    assert_eq!(uses.last(Scope::InventoryRead), None);
}

case!(caller_statistics_of_foreign_or_unknown_keys_are_ignored);
async fn caller_statistics_of_foreign_or_unknown_keys_are_ignored(store: Shared) {
    let (mine, theirs) = Tenant::pair(&*store).await;
    let their_key = theirs.hold(&*store, "one").await;
    let unknown = mine.key("unknown", at(0)).id;
    let mut forged = of(&mine, &their_key, vec![let_in("203.0.113.7", 1)]);
    forged.scope_uses.note(Scope::LeadsRead, at(1));
    let none = of(&mine, &unknown, vec![let_in("203.0.113.7", 1)]);
    store.record_sightings(&[forged, none]).await.unwrap();
    for tenant in [&mine, &theirs] {
        let callers = store.callers(&tenant.account, &their_key).await.unwrap();
        assert_eq!(callers, []);
    }
    assert_eq!(
        marks(&*store, &theirs, &their_key).await,
        KeyMarks::default()
    );
    let own = vec![let_in("203.0.113.7", 2)];
    record(&*store, &theirs, &their_key, own.clone()).await;
    let seen = store.callers(&theirs.account, &their_key).await.unwrap();
    assert_eq!(seen, own);
    let across = store.callers(&mine.account, &their_key).await.unwrap();
    assert_eq!(across, []);
    let across = store.networks(&mine.account, &their_key).await.unwrap();
    assert_eq!(across, []);
}
