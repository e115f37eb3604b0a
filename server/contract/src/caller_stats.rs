//! Caller statistics of keys: addresses, programs, networks and used scopes.

use crate::fixtures::{Shared, at};
use crate::tenant::Tenant;
use domain::{KeyId, Outcome, RefusalCode, Scope, Timestamp};
use service::store::{
    Caller, CallerStats, KEY_BATCH_SIZE, KeyCallSummary, MAX_CALLERS, MAX_NETWORKS, ScopeUses,
    Store,
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

fn accepted_caller(ip: &str, seconds: i64) -> Caller {
    caller(Outcome::Accepted, ip, "feed", seconds, seconds, 1)
}

fn stats_of(tenant: &Tenant, key: &KeyId, callers: Vec<Caller>) -> CallerStats {
    CallerStats {
        account_id: tenant.account.clone(),
        key_id: key.clone(),
        callers,
        scope_uses: ScopeUses::default(),
    }
}

async fn record(store: &dyn Store, tenant: &Tenant, key: &KeyId, callers: Vec<Caller>) {
    let sightings = [stats_of(tenant, key, callers)];
    store.record_caller_stats(&sightings).await.unwrap();
}

async fn call_summary(store: &dyn Store, tenant: &Tenant, key: &KeyId) -> KeyCallSummary {
    tenant.find(store, key).await.call_summary
}

case!(caller_statistics_are_summed_by_outcome_address_and_program);
async fn caller_statistics_are_summed_by_outcome_address_and_program(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let key = tenant.issue_key(&*store, "one").await;
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
    assert_eq!(
        call_summary(&*store, &tenant, &key).await.dead_key_call_at,
        Some(at(30))
    );
    let earlier = caller(REVOKED, "203.0.113.7", "feed", 29, 29, 1);
    record(&*store, &tenant, &key, vec![earlier]).await;
    assert_eq!(
        call_summary(&*store, &tenant, &key).await.dead_key_call_at,
        Some(at(30))
    );
}

case!(only_the_latest_callers_of_each_outcome_are_kept);
async fn only_the_latest_callers_of_each_outcome_are_kept(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let key = tenant.issue_key(&*store, "one").await;
    record(
        &*store,
        &tenant,
        &key,
        vec![accepted_caller("203.0.113.7", 1)],
    )
    .await;
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
    assert_eq!(revoked.len(), MAX_CALLERS);
    assert!(revoked.iter().all(|caller| caller.last >= at(140)));
    assert_eq!(other, [accepted_caller("203.0.113.7", 1)]);
}

case!(first_accepted_call_from_a_network_marks_it_as_new);
async fn first_accepted_call_from_a_network_marks_it_as_new(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let key = tenant.issue_key(&*store, "one").await;
    let network_times = async || {
        let call_summary = call_summary(&*store, &tenant, &key).await;
        (call_summary.first_network_at, call_summary.new_network_at)
    };
    assert_eq!(network_times().await, (None, None));
    for (ip, seconds, new) in [
        ("203.0.113.7", 10, None),
        ("203.0.113.8", 20, None),
        ("198.51.100.1", 30, Some(30)),
        ("203.0.113.9", 40, Some(30)),
        ("2001:db8::1", 50, Some(50)),
        ("2001:db8::2", 60, Some(50)),
    ] {
        record(&*store, &tenant, &key, vec![accepted_caller(ip, seconds)]).await;
        assert_eq!(network_times().await, (Some(at(10)), new.map(at)), "{ip}");
    }
    // A call with a revoked key does not make its network a known one.
    let dead_key_use = caller(REVOKED, "192.0.2.1", "feed", 70, 70, 1);
    record(&*store, &tenant, &key, vec![dead_key_use]).await;
    let mut networks = store.networks(&tenant.account, &key).await.unwrap();
    networks.sort_by_key(|network| network.first);
    let actual = networks.iter().map(|network| {
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
    assert_eq!(actual.collect::<Vec<_>>(), expected);
}

case!(only_the_latest_networks_of_a_key_are_kept);
async fn only_the_latest_networks_of_a_key_are_kept(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let key = tenant.issue_key(&*store, "one").await;
    for round in 0..6_i64 {
        let callers = (0..20).map(|number| {
            let second = round * 20 + number;
            accepted_caller(&format!("10.0.{second}.1"), second)
        });
        record(&*store, &tenant, &key, callers.collect()).await;
    }
    let networks = store.networks(&tenant.account, &key).await.unwrap();
    assert_eq!(networks.len(), MAX_NETWORKS);
    assert!(networks.iter().all(|network| network.last >= at(20)));
}

case!(caller_statistics_of_many_keys_are_stored_together_but_kept_apart);
async fn caller_statistics_of_many_keys_are_stored_together_but_kept_apart(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let mut keys = Vec::new();
    for number in 0..*KEY_BATCH_SIZE.end() {
        keys.push(tenant.issue_key(&*store, &format!("key-{number}")).await);
    }
    let (key_of_one_network, key_of_two_networks) = (&keys[0], &keys[1]);
    record(
        &*store,
        &tenant,
        key_of_one_network,
        vec![accepted_caller("203.0.113.7", 10)],
    )
    .await;
    record(
        &*store,
        &tenant,
        key_of_two_networks,
        vec![accepted_caller("198.51.100.1", 10)],
    )
    .await;
    // First as many keys as fill a statement, which is then cached, and then fewer keys.
    for seconds in [20, 30] {
        let mut sightings: Vec<_> = keys
            .iter()
            .map(|key| stats_of(&tenant, key, vec![accepted_caller("203.0.113.7", seconds)]))
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
            .push(accepted_caller("203.0.113.8", seconds + 1));
        sightings.truncate(if seconds == 20 {
            *KEY_BATCH_SIZE.end()
        } else {
            4
        });
        store.record_caller_stats(&sightings).await.unwrap();
    }
    let network = async |key: &KeyId| {
        let networks = store.networks(&tenant.account, key).await.unwrap();
        let network = networks
            .into_iter()
            .find(|entry| entry.network == "203.0.113.0/24");
        let network = network.unwrap();
        (network.only_ip.is_some(), network.first, network.last)
    };
    assert_eq!(network(key_of_one_network).await, (true, at(10), at(30)));
    assert_eq!(network(key_of_two_networks).await, (true, at(20), at(30)));
    assert_eq!(network(&keys[2]).await, (true, at(20), at(30)));
    assert_eq!(network(&keys[3]).await, (false, at(20), at(31)));
    assert_eq!(network(&keys[4]).await, (true, at(20), at(20)));
    for (key, first, new) in [
        (key_of_one_network, 10, None),
        (key_of_two_networks, 10, Some(20)),
        (&keys[2], 20, None),
    ] {
        let call_summary = call_summary(&*store, &tenant, key).await;
        assert_eq!(
            (call_summary.first_network_at, call_summary.new_network_at),
            (Some(at(first)), new.map(at))
        );
    }
    for (key, last) in [
        (key_of_one_network, Some(at(30))),
        (key_of_two_networks, Some(at(30))),
        (&keys[2], None),
    ] {
        let call_summary = call_summary(&*store, &tenant, key).await;
        assert_eq!(call_summary.scope_uses.last(Scope::LeadsRead), last);
    }
    let mut callers = store.callers(&tenant.account, &keys[2]).await.unwrap();
    callers.sort_by_key(|caller| caller.calls);
    let sum = |agent: &str, calls| caller(Outcome::Accepted, "203.0.113.7", agent, 20, 30, calls);
    assert_eq!(callers, [sum("feed", 4), sum("sync", 6)]);
}

case!(last_use_of_each_scope_never_goes_backwards);
async fn last_use_of_each_scope_never_goes_backwards(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let key = tenant.issue_key(&*store, "one").await;
    let call = async |scope: Scope, now: Timestamp| {
        let mut sighting = stats_of(&tenant, &key, Vec::new());
        sighting.scope_uses.note(scope, now);
        store.record_caller_stats(&[sighting]).await.unwrap();
    };
    call(Scope::LeadsRead, at(10)).await;
    call(Scope::LeadsWrite, at(20)).await;
    call(Scope::LeadsRead, at(5)).await;
    let uses = call_summary(&*store, &tenant, &key).await.scope_uses;
    assert_eq!(uses.last(Scope::LeadsRead), Some(at(10)));
    assert_eq!(uses.last(Scope::LeadsWrite), Some(at(20)));
    assert_eq!(uses.last(Scope::InventoryRead), None);
}

case!(caller_statistics_of_foreign_or_unknown_keys_are_ignored);
async fn caller_statistics_of_foreign_or_unknown_keys_are_ignored(store: Shared) {
    let (tenant, stranger) = Tenant::pair(&*store).await;
    let stranger_key = stranger.issue_key(&*store, "one").await;
    let unknown = tenant.key("unknown", at(0)).id;
    let mut forged = stats_of(
        &tenant,
        &stranger_key,
        vec![accepted_caller("203.0.113.7", 1)],
    );
    forged.scope_uses.note(Scope::LeadsRead, at(1));
    let none = stats_of(&tenant, &unknown, vec![accepted_caller("203.0.113.7", 1)]);
    store.record_caller_stats(&[forged, none]).await.unwrap();
    for tenant in [&tenant, &stranger] {
        let callers = store.callers(&tenant.account, &stranger_key).await.unwrap();
        assert_eq!(callers, []);
    }
    assert_eq!(
        call_summary(&*store, &stranger, &stranger_key).await,
        KeyCallSummary::default()
    );
    let own = vec![accepted_caller("203.0.113.7", 2)];
    record(&*store, &stranger, &stranger_key, own.clone()).await;
    let seen = store
        .callers(&stranger.account, &stranger_key)
        .await
        .unwrap();
    assert_eq!(seen, own);
    let foreign = store.callers(&tenant.account, &stranger_key).await.unwrap();
    assert_eq!(foreign, []);
    let foreign = store
        .networks(&tenant.account, &stranger_key)
        .await
        .unwrap();
    assert_eq!(foreign, []);
}
