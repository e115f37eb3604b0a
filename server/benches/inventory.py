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

from changes import FEED, ask, connect
from load import make
from startup import start, stop

ITEMS = 1_000_000
# Measurements of each search.
ROUNDS = 30
# The most that a feed may remove.
REMOVED = 10_000


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
            search = f"{item_id(number)}\n{name}".lower()
            owner = "the-rest" if number % every else account
            yield owner, item_id(number), name, number, "A well-kept car. " * 8, "{}", now, search

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
    secrets = make(voxum, folder, keys)
    fill(folder, items, every)
    return folder, postgres.move(voxum, folder) if name == "PostgreSQL" else {}, secrets


def timed(connection, path, **headers):
    began = time.perf_counter()
    ask(connection, "GET", path, 200, **headers)
    return (time.perf_counter() - began) * 1e3


def search(voxum, root, *servers):
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
            for what, q in [("common", "golf"), ("rare", "sku0009999"), ("without a match", "zzz")]:
                path = f"/api/inventory?limit=100&q={q}"
                many, few = [], []
                for _ in range(ROUNDS):
                    for took, (connection, secret) in zip((many, few), sides):
                        took.append(timed(connection, path, X_API_Key=secret))
                ratio = statistics.median(many) / statistics.median(few)
                print(
                    f"l  search {what}, a million items / 10,000, {name}: {ratio:.2f} "
                    f"({statistics.median(many):.1f} ms, slowest {max(many):.1f} ms)",
                    flush=True,
                )


def beside_removals(voxum, root, postgres):
    """Prints how long revocations take while a feed removes the maximum number of items.

    The removed items are spread over a million.
    """
    for name in ("SQLite", "PostgreSQL"):
        every = ITEMS // REMOVED
        folder, settings, (feeder, *secrets) = installation(voxum, root, name, postgres, ITEMS, 200, every)
        with server(voxum, folder, **settings) as url:
            caller, took, feed = connect(url), [], []

            def replace(connection=connect(url)):
                began = time.perf_counter()
                body = json.dumps({"items": [{"id": "only", "name": "The only item"}]})
                headers = {"X_API_Key": feeder, "Content_Type": "application/json"}
                ask(connection, "POST", "/api/inventory?mode=replace&allow_removal=10000", 200, body, **headers)
                feed.append(time.perf_counter() - began)

            replacing = threading.Thread(target=replace)
            for number, secret in enumerate(secrets):
                began = time.perf_counter()
                ask(caller, "DELETE", "/api/key", 204, X_API_Key=secret)
                took.append(time.perf_counter() - began)
                if number == 20:
                    replacing.start()
                if number > 20 and not replacing.is_alive():
                    break
                time.sleep(0.01)
            replacing.join()
            slowest = max(took) * 1e3
            mark = "ok" if slowest < 250 else "<- misses its aim"
            print(
                f"k  revoked beside a feed that removes {REMOVED:,} of a million items, {name}: "
                f"slowest {slowest:.0f} ms (aim < 250); the feed took {feed[0]:.2f} s {mark}",
                flush=True,
            )


def delays(url, ended, took):
    connection = connect(url)
    while not ended.is_set():
        took.append(timed(connection, "/healthz"))
        time.sleep(0.002)


def beside_large_feeds(voxum, root):
    """Prints the latency of `/healthz` while two feeds of 16 MB are read, checked and stored."""
    folder, _, (secret,) = installation(voxum, root, "SQLite", None, 0)
    headers = {"X_API_Key": secret, "Content_Type": "application/json"}

    def feed(tag, **last):
        items = [{"id": f"{tag}{number}", "name": "n", "description": "x" * 3_200} for number in range(FEED)]
        return json.dumps({"items": [*items[:-1], items[-1] | last]}).encode()

    def at_once(url, bodies, expected):
        sending = [
            threading.Thread(target=ask, args=(connect(url), "POST", "/api/inventory", expected, body), kwargs=headers)
            for body in bodies
        ]
        for thread in sending:
            thread.start()
        for thread in sending:
            thread.join()

    with server(voxum, folder) as url:
        # An invalid last item: everything is read and checked, and nothing is stored.
        for what, expected, last in [("refused", 422, {"price": "x"}), ("stored", 200, {})]:
            bodies = [feed(tag, **last) for tag in "AB"]
            ended, took = threading.Event(), []
            polling = threading.Thread(target=delays, args=(url, ended, took))
            polling.start()
            for _ in range(5):
                at_once(url, bodies, expected)
            ended.set()
            polling.join()
            mark = "ok" if max(took) < 100 else "<- misses its aim"
            p99 = statistics.quantiles(took, n=100)[98]
            print(
                f"m  /healthz beside two feeds of 16 MB that are {what}: p99 {p99:.1f} ms, "
                f"slowest of {len(took):,} {max(took):.0f} ms (aim < 100) {mark}",
                flush=True,
            )
