"""Costs of an inventory of a million items: searches, revocations during feeds, and the effect of
large feeds on other calls.
"""

import contextlib
import json
import os
import sqlite3
import statistics
import threading
import time

from changes import FEED, call, connect
from load import create_installation
from startup import start, stop

ITEMS = 1_000_000
# Measurements of each search.
ROUNDS = 30
# The most that a feed may remove.
MAX_REMOVED = 10_000


def item_id(number):
    return f"SKU{number:07}"


def fill(folder, count, every=1):
    """Adds `count` items to the database of a stopped server.

    Every `every`th item belongs to the existing account, and all others to a second one.
    """
    database = sqlite3.connect(os.path.join(folder, "data/voxum.db"))
    # The triggers that count items use functions that older versions of SQLite lack.
    database.create_function("concat", -1, lambda *texts: "".join(str(text) for text in texts if text is not None))
    database.create_function("octet_length", 1, lambda text: len(str(text).encode()))
    (account,) = database.execute("SELECT id FROM accounts").fetchone()
    columns = ", ".join(name for _, name, *_ in database.execute("PRAGMA table_info(accounts)") if name != "id")
    database.execute(f"INSERT INTO accounts (id, {columns}) SELECT 'the-rest', {columns} FROM accounts")
    now = int(time.time() * 1_000)
    names = ["Honda Accord", "Skoda Octavia", "Volkswagen Golf", "Toyota Corolla"]

    def rows():
        for number in range(count):
            name = f"{names[number % len(names)]} {number % 977}"
            search_text = f"{item_id(number)}\n{name}".lower()
            owner = "the-rest" if number % every else account
            yield owner, item_id(number), name, number, "A well-kept car. " * 8, "{}", now, search_text

    database.executemany(
        """INSERT INTO items (account_id, id, name, price, description, available, attributes, updated_at, search, revision)
           VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, 1)""",
        rows(),
    )
    database.commit()
    database.close()


@contextlib.contextmanager
def server(voxum, folder, **settings):
    process, url, _ = start(voxum, folder, **settings)
    try:
        yield url
    finally:
        stop(process)


def installation(voxum, root, name, postgres, items, keys=1, every=1):
    """Creates an installation with items and keys; returns its folder, its settings and its keys."""
    folder = os.path.join(root, f"{name}-{items}")
    secrets = create_installation(voxum, folder, keys)
    fill(folder, items, every)
    return folder, postgres.move(voxum, folder) if name == "PostgreSQL" else {}, secrets


def time_call(connection, path, **headers):
    start_time = time.perf_counter()
    call(connection, "GET", path, 200, **headers)
    return (time.perf_counter() - start_time) * 1e3


def measure_search(voxum, root, *servers):
    """Prints the time for a page of a search among a million items, relative to one among 10,000.

    10,000 is the number of items that a search reads for one page.
    """
    for name in ("SQLite", "PostgreSQL"):
        sizes = ITEMS, 10_000
        sides = [installation(voxum, root, name, postgres, items) for postgres, items in zip(servers, sizes)]
        with contextlib.ExitStack() as running:
            sides = [
                (connect(running.enter_context(server(voxum, folder, **settings))), secrets[0])
                for folder, settings, secrets in sides
            ]
            for label, q in [("common", "golf"), ("rare", "sku0009999"), ("without a match", "zzz")]:
                path = f"/api/inventory?limit=100&q={q}"
                many, few = [], []
                for _ in range(ROUNDS):
                    for durations, (connection, secret) in zip((many, few), sides):
                        durations.append(time_call(connection, path, X_API_Key=secret))
                ratio = statistics.median(many) / statistics.median(few)
                print(
                    f"l  search {label}, a million items / 10,000, {name}: {ratio:.2f} "
                    f"({statistics.median(many):.1f} ms, slowest {max(many):.1f} ms)",
                    flush=True,
                )


def measure_beside_removals(voxum, root, postgres):
    """Prints how long revocations take while a feed removes the maximum number of items.

    The removed items are spread over a million.
    """
    for name in ("SQLite", "PostgreSQL"):
        every = ITEMS // MAX_REMOVED
        folder, settings, (feeder, *secrets) = installation(voxum, root, name, postgres, ITEMS, 200, every)
        with server(voxum, folder, **settings) as url:
            caller, durations, feed = connect(url), [], []

            def replace(connection=connect(url)):
                start_time = time.perf_counter()
                body = json.dumps({"items": [{"id": "only", "name": "The only item"}]})
                headers = {"X_API_Key": feeder, "Content_Type": "application/json"}
                call(connection, "POST", "/api/inventory?mode=replace&allow_removal=10000", 200, body, **headers)
                feed.append(time.perf_counter() - start_time)

            thread = threading.Thread(target=replace)
            for number, secret in enumerate(secrets):
                start_time = time.perf_counter()
                call(caller, "DELETE", "/api/key", 204, X_API_Key=secret)
                durations.append(time.perf_counter() - start_time)
                if number == 20:
                    thread.start()
                if number > 20 and not thread.is_alive():
                    break
                time.sleep(0.01)
            thread.join()
            slowest = max(durations) * 1e3
            verdict = "ok" if slowest < 250 else "<- misses its aim"
            print(
                f"k  revoked beside a feed that removes {MAX_REMOVED:,} of a million items, {name}: "
                f"slowest {slowest:.0f} ms (aim < 250); the feed took {feed[0]:.2f} s {verdict}",
                flush=True,
            )


def poll_health(url, stop_event, durations):
    connection = connect(url)
    while not stop_event.is_set():
        durations.append(time_call(connection, "/healthz"))
        time.sleep(0.002)


def measure_beside_large_feeds(voxum, root):
    """Prints the latency of `/healthz` while two feeds of 16 MB are read, checked and stored."""
    folder, _, (secret,) = installation(voxum, root, "SQLite", None, 0)
    headers = {"X_API_Key": secret, "Content_Type": "application/json"}

    def feed(tag, **last):
        items = [{"id": f"{tag}{number}", "name": "n", "description": "x" * 3_200} for number in range(FEED)]
        return json.dumps({"items": [*items[:-1], items[-1] | last]}).encode()

    def send_concurrently(url, bodies, expected):
        sending = [
            threading.Thread(target=call, args=(connect(url), "POST", "/api/inventory", expected, body), kwargs=headers)
            for body in bodies
        ]
        for thread in sending:
            thread.start()
        for thread in sending:
            thread.join()

    with server(voxum, folder) as url:
        # An invalid last item: everything is read and checked, and nothing is stored.
        for label, expected, last in [("refused", 422, {"price": "x"}), ("stored", 200, {})]:
            bodies = [feed(tag, **last) for tag in "AB"]
            stop_event, durations = threading.Event(), []
            thread_of_polls = threading.Thread(target=poll_health, args=(url, stop_event, durations))
            thread_of_polls.start()
            for _ in range(5):
                send_concurrently(url, bodies, expected)
            stop_event.set()
            thread_of_polls.join()
            verdict = "ok" if max(durations) < 100 else "<- misses its aim"
            p99 = statistics.quantiles(durations, n=100)[98]
            print(
                f"m  /healthz beside two feeds of 16 MB that are {label}: p99 {p99:.1f} ms, "
                f"slowest of {len(durations):,} {max(durations):.0f} ms (aim < 100) {verdict}",
                flush=True,
            )
