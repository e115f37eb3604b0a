#!/usr/bin/env python3
"""Requests the console's pages of accounts with 1,000 and with 100,000 keys in turn, and prints the ratios.

A page should take no longer with a hundred times as many keys: ratios should be near 1. The absolute
times depend on the machine, the ratios on the server. `make bench` runs this on the release binary;
two further arguments set other numbers of keys.
"""

import hashlib
import http.client
import os
import random
import re
import sqlite3
import statistics
import sys
import tempfile
import time

from load import cpu
from startup import start, stop

FEW, MANY = map(int, sys.argv[2:] or (1_000, 100_000))
ROUNDS = 100
GROWTH_LIMIT = 1.5  # higher ratios are marked

HOUR = 3_600_000
QUARTER = HOUR // 4
DAY = 24 * HOUR
NOW = int(time.time() * 1_000)
TOKEN = "5e" * 32  # of a session in a database that is deleted after the run
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SYSTEMS = ["Inventory Integration", "CRM Sync", "Händler-Feed", "Website search", "Price export", "Test rides"]
PLACES = ["Aachen", "Berlin", "Dresden", "Essen", "Hamburg", "Köln", "Leipzig", "München", "Wien", "Zürich"]
SCOPES = ["inventory:read inventory:write", "leads:read leads:write", "inventory:read leads:read", "inventory:read"]
SORTS = ["name", "-name", "preview", "-preview", "created", "-created", "used", "-used", "status", "-status"]

COLUMNS = """id, account_id, name, preview, digest, pepper_id, scopes, created_at, created_by, form_token, expires_at,
    paused_at, revoked_at, revoked_by, revoke_reason, last_used_at, last_used_ip, knocked_at"""


def key(number, account, members, pepper, dice):
    """Returns one row: of ten keys, seven are active, and one each is paused, expired and revoked."""
    # A few have a rare name, to be found among all.
    name = f"Quokka {number}" if number in (7, 77, 777) else f"{dice.choice(SYSTEMS)} {dice.choice(PLACES)} {number}"
    created_at = NOW - dice.randrange(1, 1_000 * DAY)
    status = dice.choice(["active"] * 7 + ["paused", "expired", "revoked"])
    used_at = dice.randrange(created_at, NOW) if dice.random() < 0.8 else None
    expires_at = {"expired": dice.randrange(created_at, NOW)}.get(status)
    if status == "active" and dice.random() < 0.5:
        expires_at = NOW + dice.randrange(DAY, 365 * DAY)
    revoked_at = NOW - 1_000 if status == "revoked" else None
    secret = "".join(dice.choices(DIGITS, k=6))
    return (
        f"key-{number:019}", account, name, f"vx_{secret}…", dice.randbytes(32), pepper, dice.choice(SCOPES), created_at,
        dice.choice(members), dice.randbytes(32), expires_at, NOW - DAY if status == "paused" else None,
        revoked_at, revoked_at and members[0], revoked_at and "unused", used_at, used_at and "203.0.113.7",
        NOW - DAY if revoked_at and dice.random() < 0.5 else None,
    )  # fmt: skip


def add_calls(database):
    """Gives the newest keys, which are on the first page, calls in each hour of a week, some refused.

    The account has them in each quarter of an hour of a month, since the Dashboard shows that.
    """
    quarters = [(NOW // QUARTER - ago) * QUARTER for ago in range(30 * 24 * 4)]
    database.executemany(
        "INSERT INTO account_calls (account_id, quarter, outcome, calls) SELECT id, ?, ?, ? FROM accounts",
        [(quarter, *call) for quarter in quarters for call in (("accepted", 2_500), ("rate_limited", 75))],
    )
    hours = [(NOW // HOUR - ago) * HOUR for ago in range(7 * 24)]
    for (key_id,) in database.execute("SELECT id FROM api_keys ORDER BY created_at DESC LIMIT 100").fetchall():
        database.executemany(
            "INSERT INTO key_calls (account_id, key_id, hour, outcome, calls) SELECT account_id, id, ?, ?, ? FROM api_keys"
            " WHERE id = ?",
            [(hour, *call, key_id) for hour in hours for call in (("accepted", 100), ("rate_limited", 3))],
        )


def fill(folder, count):
    """Adds keys and a session to the database of a stopped server, as older versions left them.

    The next start writes the keys' search terms.
    """
    database = sqlite3.connect(os.path.join(folder, "data/voxum.db"))
    dice = random.Random(1)
    account, owner = database.execute("SELECT account_id, id FROM members").fetchone()
    # The public name of a pepper is the beginning of its fingerprint.
    (pepper,) = database.execute("SELECT substr(pepper_fingerprint, 1, 16) FROM installation").fetchone()
    members = [owner] + [f"member-{number:015}" for number in range(5)]
    for member in members[1:]:
        database.execute(
            "INSERT INTO members (id, account_id, email, role, password_hash, created_at) VALUES (?, ?, ?, 'admin', '', ?)",
            (member, account, f"{member}@example.com", NOW),
        )
    database.execute(
        "INSERT INTO sessions (digest, member_id, created_at, last_seen_at, expires_at) VALUES (?, ?, ?, ?, ?)",
        (hashlib.sha256(TOKEN.encode()).digest(), owner, NOW, NOW, NOW + DAY),
    )
    marks = ", ".join("?" * len(COLUMNS.split(",")))
    rows = (key(number, account, members, pepper, dice) for number in range(count))
    database.executemany(f"INSERT INTO api_keys ({COLUMNS}) VALUES ({marks})", rows)
    add_calls(database)
    (preview,) = database.execute("SELECT preview FROM api_keys WHERE name = 'Quokka 77'").fetchone()
    database.commit()
    database.close()
    return {"creator": members[1], "preview": preview[:9]}


class Console:
    """A server with `count` keys, and a browser's connection to it."""

    def __init__(self, binary, folder, count):
        os.makedirs(folder)
        self.count = count
        owner = {"VOXUM_ADMIN_EMAIL": "ada@example.com", "VOXUM_ADMIN_PASSWORD": "correct horse battery"}
        stop(start(binary, folder, **owner)[0])
        self.filter_values = fill(folder, count)
        self.process, url, self.started = start(binary, folder)
        self.connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)

    def get(self, path, coding="identity", token=TOKEN):
        """Returns the bytes of the page, and the seconds until it was complete."""
        # Pages are compressed only for requests that the browser declares to be the person's own.
        headers = {"Accept-Encoding": coding, "Sec-Fetch-Site": "none", "Cookie": f"__Host-voxum_session={token}"}
        start_time = time.perf_counter()
        self.connection.request("GET", path, headers=headers)
        response = self.connection.getresponse()
        page = response.read()
        duration = time.perf_counter() - start_time
        if response.status != 200:
            sys.exit(f"{path} is answered with {response.status}")
        return page, duration

    def middle_page(self, path, share=1):
        """Returns the address of the middle page of a list that contains this share of the keys."""
        for _ in range(int(self.count / 100 * share)):
            page, _ = self.get(path)
            path = re.search(r'href="([^"]*)"[^>]*>Next page', page.decode())[1].replace("&amp;", "&")
        return path


def pages(console):
    """Yields a description and the address of each page."""
    creator, preview = console.filter_values["creator"], console.filter_values["preview"]
    yield "first page", "/keys"
    for sort in SORTS:
        yield f"sort {sort}", f"/keys?sort={sort}"
    yield "a page in the middle", console.middle_page("/keys")
    yield "a page in the middle, by name", console.middle_page("/keys?sort=name")
    yield "in the middle of the active", console.middle_page("/keys?status=active", 0.7)
    yield "in the middle of the unused", console.middle_page("/keys?unused=30&sort=used", 0.5)
    for status in ["active", "paused", "expired", "revoked", "dead-in-use"]:
        yield f"status {status}", f"/keys?status={status}"
    yield "permission", "/keys?scope=leads:write"
    yield "creator", f"/keys?creator={creator}"
    yield "unused for 30 days", "/keys?unused=30"
    yield "ends within 300 days", "/keys?expires=300"
    yield "revoked, by name", "/keys?status=revoked&sort=name"
    yield "creator, by last use", f"/keys?creator={creator}&sort=used"
    yield "unused, by last use", "/keys?unused=30&sort=used"
    yield "all filters, by name", f"/keys?q=feed&status=active&scope=inventory:read&creator={creator}&unused=1&sort=name"
    yield "search, common name", "/keys?q=feed"
    yield "search, common, by use", "/keys?q=feed&sort=-used"
    yield "search, rare name", "/keys?q=quokka"
    yield "search, rare, by name", "/keys?q=quokka&sort=name"
    yield "search, two words", "/keys?q=quokka+77"
    yield "search, no such name", "/keys?q=zeppelin"
    yield "search, preview", f"/keys?q={preview}"
    yield "Dashboard", "/"
    yield "a key's page", "/keys/key-0000000000000000077"
    yield "Settings", "/settings"


def compare_codings(console):
    """Prints what the compression of a list takes, and what it saves."""
    sizes, durations = {}, {"identity": [], "gzip": []}
    for _ in range(ROUNDS):
        for coding, seconds in durations.items():
            page, duration = console.get("/keys", coding)
            sizes[coding] = len(page)
            seconds.append(duration * 1e3)
    plain, compressed = (statistics.median(seconds) for seconds in durations.values())
    print(f"{'first page, compressed / plain':34}{plain:11.2f} ms{compressed:11.2f} ms{compressed / plain:8.2f}", end="")
    print(f"   {sizes['identity']:,} bytes to {sizes['gzip']:,}")


def compare_with_sign_in(console):
    """Prints the server's CPU time for pages beside that for the sign-in page, which changes little between releases.

    If a ratio grows from release to release, the page has become slower, whatever the machine.
    """
    paths = {
        "50 keys used in each hour": "/keys",
        "50 keys without requests": console.middle_page("/keys"),
        "Dashboard": "/",
    }

    def cpu_time(path, token, count):
        before = cpu(console.process)
        for _ in range(count):
            console.get(path, "gzip", token)
        return (cpu(console.process) - before) / count * 1e3

    # CPU time is counted in hundredths of a second, which is as much as many sign-in pages take.
    durations = [
        (cpu_time("/sign-in", "", 30 * ROUNDS), *(cpu_time(path, TOKEN, ROUNDS) for path in paths.values()))
        for _ in range(3)
    ]
    sign_in, *times = map(statistics.median, zip(*durations))
    for label, page in zip(paths, times):
        label += " / sign-in, CPU"
        print(f"{label:41}{sign_in:4.2f} ms{page:11.2f} ms{page / sign_in:8.2f}")


def main():
    binary = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        consoles = [Console(binary, os.path.join(folder, str(count)), count) for count in (FEW, MANY)]
        print(f"{'page':34}{FEW:>9,} keys{MANY:>9,} keys   ratio   (median of {ROUNDS} each, asked in turn)")
        for (label, few), (_, many) in zip(*map(pages, consoles)):
            durations = [[], []]
            for _ in range(ROUNDS):
                for console, path, seconds in zip(consoles, (few, many), durations):
                    seconds.append(console.get(path)[1] * 1e3)
            few, many = map(statistics.median, durations)
            mark = "  <- grows" if many / few > GROWTH_LIMIT else ""
            print(f"{label:34}{few:11.2f} ms{many:11.2f} ms{many / few:8.2f}{mark}", flush=True)
        compare_codings(consoles[1])
        compare_with_sign_in(consoles[0])
        for console in consoles:
            stop(console.process)


if __name__ == "__main__":
    main()
