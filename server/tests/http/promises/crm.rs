//! A CRM that follows the leads ends up with exactly the server's data, however often it is killed
//! on the way.

use crate::support::{Key, TestResponse, World};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const WRITERS: usize = 4;
const LEADS_PER_WRITER: usize = 40;

/// The state that the CRM persists, written as a whole after each poll.
#[derive(Debug, Clone, Default)]
struct CrmState {
    /// The `next_cursor` of the last response that was processed.
    cursor: Option<String>,
    leads: BTreeMap<String, Value>,
    erased: BTreeSet<String>,
    /// Number of consecutive responses without news.
    idle: usize,
}

impl CrmState {
    fn apply(&mut self, response: &TestResponse) {
        let response = response.json();
        let changes = response["leads"].as_array().unwrap();
        for change in changes {
            let id = change["id"].as_str().unwrap().to_owned();
            assert!(!self.erased.contains(&id), "a change after the erasure");
            if change["deleted_at"].is_string() {
                assert_eq!(change.as_object().unwrap().len(), 2, "{change}");
                self.leads.remove(&id);
                self.erased.insert(id);
            } else {
                // Every change in this test makes a lead different.
                let before = self.leads.insert(id, change.clone());
                assert_ne!(before.as_ref(), Some(change), "a change came twice");
            }
        }
        self.idle = if changes.is_empty() { self.idle + 1 } else { 0 };
        self.cursor = Some(response["next_cursor"].as_str().unwrap().to_owned());
    }
}

struct Crm {
    key: Key,
    disk: Arc<Mutex<CrmState>>,
    polls: Arc<AtomicUsize>,
}

impl Crm {
    /// Follows the feed until it is killed, starting from the persisted state.
    async fn run(self) {
        let mut state = self.disk.lock().unwrap().clone();
        loop {
            let cursor = state.cursor.as_ref();
            let cursor = cursor.map(|cursor| format!("&cursor={cursor}"));
            let path = format!("/api/leads?limit=3{}", cursor.unwrap_or_default());
            let response = self.key.get(&path).await.expect(200);
            state.apply(&response);
            // If it is killed here, it has processed a response and persisted nothing of it.
            tokio::time::sleep(Duration::from_micros(500)).await;
            *self.disk.lock().unwrap() = state.clone();
            self.polls.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Creates leads, updates some and erases others, both its own and those of the other writers.
async fn write(key: Key, writer: usize, all: Arc<Mutex<Vec<String>>>) {
    for number in 0..LEADS_PER_WRITER {
        let lead = json!({ "name": format!("{writer}/{number}"), "email": "grace@navy.example" });
        let response = key.post("/api/leads", &lead).await.expect(201);
        all.lock()
            .unwrap()
            .push(response.header("location").to_owned());
        let pick = |step: usize| {
            let all = all.lock().unwrap();
            all[(writer * 31 + number * step) % all.len()].clone()
        };
        for time in 0..2 {
            let note = format!("note {writer}/{number}/{time}");
            let edit = json!({ "status": "contacted", "note": note });
            let status = key.patch(&pick(7), &edit).await.status.as_u16();
            assert!(matches!(status, 200 | 404), "{status}");
        }
        if number % 4 == 0 {
            let status = key.delete(&pick(13)).await.status.as_u16();
            assert!(matches!(status, 204 | 404), "{status}");
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn crm_ends_with_the_servers_data_even_if_it_is_killed_repeatedly() {
    let (world, key) = World::with_crm_key().await;
    // The clock does not advance, and this test is not about rate limits.
    world
        .sql("UPDATE accounts SET limit_depth = 10000, limit_per_second = 10000")
        .await;
    let (all, finished) = (Arc::default(), Arc::new(AtomicBool::new(false)));
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| tokio::spawn(write(key.clone(), writer, Arc::clone(&all))))
        .collect();
    let finished_flag = finished.clone();
    let writing = tokio::spawn(async move {
        for writer in writers {
            writer.await.unwrap();
        }
        finished_flag.store(true, Ordering::Relaxed);
    });

    let (disk, polls) = (Arc::new(Mutex::new(CrmState::default())), Arc::default());
    let mut kills = 0;
    loop {
        let was_finished = finished.load(Ordering::Relaxed);
        disk.lock().unwrap().idle = 0;
        let crm = Crm {
            key: key.clone(),
            disk: Arc::clone(&disk),
            polls: Arc::clone(&polls),
        };
        let crm = tokio::spawn(crm.run());
        tokio::time::sleep(Duration::from_millis(5 + kills % 20)).await;
        crm.abort();
        let end = crm.await.unwrap_err();
        assert!(end.is_cancelled(), "the CRM failed by itself: {end}");
        kills += 1;
        // The writers have finished, and the CRM has received a response without news.
        if was_finished && disk.lock().unwrap().idle > 0 {
            break;
        }
    }
    writing.await.unwrap();
    let polls = polls.load(Ordering::Relaxed);
    assert!(kills > 5 && polls > 20, "{kills} kills, {polls} polls");

    let state = disk.lock().unwrap().clone();
    let paths: Vec<String> = all.lock().unwrap().clone();
    assert_eq!(paths.len(), WRITERS * LEADS_PER_WRITER);
    let mut expected = CrmState::default();
    for path in paths {
        let id = path.trim_start_matches("/api/leads/").to_owned();
        let response = key.get(&path).await;
        if response.status == 404 {
            expected.erased.insert(id);
        } else {
            expected.leads.insert(id, response.expect(200).json());
        }
    }
    assert!(expected.leads.len() > 40 && expected.erased.len() > 10);
    assert_eq!(state.leads, expected.leads);
    assert_eq!(state.erased, expected.erased);
}
