#!/usr/bin/env python3
"""The cost of verifying a key. Each figure is a ratio of two sides that are measured in turn in one run.

`make bench` runs all benchmarks on the release binary, which takes some twenty minutes;
`make bench BENCH="a g"` runs some of them. `SECONDS` and `ROUNDS` set the duration and the number of
measurements of each side.
"""

import glob
import http.client
import os
import re
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

import changes
import inventory
import load
import proxies
from load import cpu, create_installation, start_unauthenticated, run, stop, wait_for_result, wrk, write_keys
from startup import resident, start

SECONDS = int(os.environ.get("SECONDS", 4))
ROUNDS = int(os.environ.get("ROUNDS", 7))
ROTATED = 1_000
# Number of timed revocations, on one node and on two.
TRIALS = 300

median = statistics.median


def line(label, ratio, aim, is_good, detail):
    mark = "ok" if is_good else "<- misses its aim"
    print(f"{label:58}{ratio:7.2f}   (aim {aim}; {detail}) {mark}", flush=True)


def in_turn(sides, seconds=SECONDS, rounds=ROUNDS, **options):
    """Runs all sides in turn after a warm-up, and returns the runs of each."""
    runs = [[] for _ in sides]
    for number in range(rounds + 1):
        for results, (process, url, keys) in zip(runs, sides):
            result = run(process, url, keys, seconds if number else 1, **options)
            if number:
                results.append(result)
    return runs


def ratio(ours, theirs, measure):
    """Returns the median of the ratios of consecutive runs."""
    return median(measure(a) / measure(b) for a, b in zip(ours, theirs))


def compare(label, ours, theirs, minimum, other_name, p99=None):
    """Compares requests per second of processor time, and the 99th percentile of the latency."""
    a, b = in_turn([ours, theirs])
    value = ratio(a, b, lambda run: run.per_cpu)
    per_cpu = [median(run.per_cpu for run in side) for side in (a, b)]
    detail = f"{per_cpu[0]:,.0f} a CPU second, {other_name} {per_cpu[1]:,.0f}"
    line(f"{label}: requests per CPU second", value, f"≥ {minimum}", value >= minimum, detail)
    if p99:
        slow = ratio(a, b, lambda run: run.p99)
        detail = f"{median(run.p99 for run in a):.2f} ms, {other_name} {median(run.p99 for run in b):.2f} ms"
        line(f"{label}: p99", slow, f"≤ {p99}", slow <= p99, detail)


class Installation:
    """An installation on SQLite with `count` keys, of which a thousand are used."""

    def __init__(self, voxum, root, count):
        self.voxum, self.folder = voxum, os.path.join(root, f"keys-{count}")
        self.secrets = create_installation(voxum, self.folder, count)
        self.file = write_keys(self.folder, "rotated", self.secrets[:: max(1, count // ROTATED)][:ROTATED])

    def start(self, **settings):
        process, url, _ = start(self.voxum, self.folder, **settings)
        return process, url, self.file


class Postgres:
    """A separate PostgreSQL server, like that of the tests."""

    def __init__(self, root):
        script = os.path.join(load.HERE, "../testkit/src/postgres.sh")
        with socket.socket() as free, open(script) as file:
            free.bind(("127.0.0.1", 0))
            self.port, text = free.getsockname()[1], file.read()
        folders = [os.path.dirname(shutil.which("initdb") or ""), *sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)]
        folder = next(folder for folder in folders if folder)
        other_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
        command = [*other_user, "sh", "-c", text, "server.sh", folder, str(self.port), "bench"]
        self.process = subprocess.Popen(command, cwd="/", stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline().strip() != "ready":
            sys.exit(f"PostgreSQL does not start: {self.process.stdout.read()}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(timeout=30)

    def move(self, voxum, folder):
        """Moves an installation to this database; returns the settings for its servers."""
        settings = {
            "VOXUM_DATABASE_URL": f"postgres://voxum:bench@127.0.0.1:{self.port}/postgres",
            "VOXUM_PEPPER_FILE": os.path.join(folder, "data/pepper"),
        }
        subprocess.run([voxum, "move", "data/voxum.db"], cwd=folder, env={**os.environ, **settings}, check=True, stdout=subprocess.DEVNULL)
        return settings


def a(voxum, programs, root):
    """Compares `GET /api/key` with the same JSON from servers that check less, or nothing."""
    few = Installation(voxum, root, ROTATED)
    for threads in ("1", "2"):
        settings = {"TOKIO_WORKER_THREADS": threads}
        of = f"{threads} thread{'s'[: threads != '1']}"
        ours, bare = few.start(**settings), (*start_unauthenticated(os.path.join(programs, "bare"), **settings), few.file)
        compare(f"a  a key checked / nothing checked, {of}", ours, bare, 0.78, "bare", 1.3)
        # A separate folder: this process must not be taken for a node that has to acknowledge changes.
        other = Installation(voxum, os.path.join(root, threads), 0)
        unchecked = start_unauthenticated(os.path.join(programs, "unchecked"), os.path.join(other.folder, "data"), **settings)
        compare(f"a  our own server without the check / bare, {of}", (*unchecked, few.file), bare, 0.92, "bare")
        stop(unchecked[0])
        stop(bare[0])
        if threads == "1":
            for name, start_proxy, least in [("HAProxy", proxies.haproxy, 0.85), ("nginx", proxies.nginx, 0)]:
                proxy = start_proxy(root, few.file)
                compare(f"a  a key checked / {name} with a file of keys", ours, (*proxy, few.file), least, name)
                proxy[0].terminate()
                proxy[0].wait(timeout=15)
        stop(ours[0])


def b(voxum, programs, root):
    """Compares a million stored keys with a thousand."""
    few, many = Installation(voxum, root, ROTATED), Installation(voxum, root, 1_000_000)
    sides = many.start(), few.start()
    compare("b  1,000,000 keys stored / 1,000", *sides, 0.95, "1,000 keys")
    for side in sides:
        stop(side[0])


def d(voxum, programs, root):
    """Measures the memory of cached keys."""
    many = Installation(voxum, root, 1_000_000)
    process, url, _ = many.start()
    time.sleep(3)
    before, used_keys = resident(process), 200_000
    keys = write_keys(many.folder, "many", many.secrets[:used_keys])
    calls = 0
    while calls < 2 * used_keys:
        calls += run(process, url, keys, 10).requests
    time.sleep(6)
    after = resident(process)
    stop(process)
    print(f"d  resident with 1,000,000 keys stored, none used          {before / 1e6:7.1f} MB")
    print(f"d  the same, {used_keys:,} of them used and in memory          {after / 1e6:7.1f} MB")
    print(f"d  for each key in memory                                  {(after - before) / used_keys:7.0f} bytes", flush=True)


def c(voxum, programs, root):
    """Measures how long a revocation takes until the key is refused: on one node, and on two."""
    durations = {}
    with Postgres(root) as postgres:
        few = Installation(voxum, root, 2 * ROTATED)
        settings = postgres.move(voxum, few.folder)
        nodes = [start(voxum, few.folder, **settings) for _ in range(2)]
        for label, chosen_nodes in [("two", nodes), ("one", nodes[:1])]:
            if label == "one":
                stop(nodes[1][0])
                time.sleep(1)
            secrets = few.secrets[: TRIALS] if label == "two" else few.secrets[TRIALS : 2 * TRIALS]
            durations[label] = [revoke_everywhere([url for _, url, _ in chosen_nodes], secret) for secret in secrets]
        stop(nodes[0][0])
    one, two = (median(durations[label]) * 1e3 for label in ("one", "two"))
    slowest = max(durations["two"]) * 1e3
    print(f"c  revoked until refused, two nodes / one                  {two / one:7.2f}   "
          f"(two {two:.1f} ms, one {one:.1f} ms, slowest of {TRIALS} on two {slowest:.0f} ms)", flush=True)


def revoke_everywhere(urls, secret):
    """Revokes a key, and returns the seconds until every node refuses it."""
    connections = [http.client.HTTPConnection(url.removeprefix("http://"), timeout=10) for url in urls]

    def status(connection, method):
        connection.request(method, "/api/key", headers={"X-API-Key": secret})
        answer = connection.getresponse()
        answer.read()
        return answer.status

    for connection in connections:
        assert status(connection, "GET") == 200
    start_time = time.perf_counter()
    assert status(connections[0], "DELETE") == 204
    for connection in connections:
        assert status(connection, "GET") == 401
    return time.perf_counter() - start_time


def e(voxum, programs, root):
    """Compares the instructions of a check outside SHA-256 and HMAC with those inside, and those of a request to the
    whole server with those of one to a bare axum server.

    valgrind does not emulate processor instructions for these functions.
    """
    few = Installation(voxum, root, ROTATED)
    program = os.path.join(programs, "instructions")

    def count_instructions(mode, times):
        command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program]
        command += [os.path.join(few.folder, "data"), few.secrets[0], mode, str(times)]
        output = subprocess.run(command, check=True, stderr=subprocess.PIPE, text=True).stderr
        return int(re.search(r"Collected : (\d+)", output)[1])

    # The difference removes the common part, such as opening the database.
    def instructions_for_one(mode):
        return (count_instructions(mode, 6_000) - count_instructions(mode, 2_000)) / 4_000

    check, digest, server, unchecked, bare = map(instructions_for_one, ("check", "digest", "server", "unchecked", "bare"))
    quotient = (check - digest) / digest
    line("e  instructions: all else / SHA-256 and HMAC", quotient, "≤ 1", quotient <= 1, f"{check:,.0f} for a check, {digest:,.0f} of them digests")
    quotient = (server - digest) / bare
    line("e  instructions: a request without digests / bare axum", quotient, "≤ 1.5", quotient <= 1.5,
         f"{server:,.0f} with digests, {unchecked:,.0f} without the check, bare {bare:,.0f}")


def f(voxum, programs, root):
    """Compares PostgreSQL with SQLite."""
    with Postgres(root) as postgres:
        lite, great = (Installation(voxum, os.path.join(root, name), ROTATED) for name in ("sqlite", "postgres"))
        settings = postgres.move(voxum, great.folder)
        sides = great.start(**settings), lite.start()
        compare("f  on PostgreSQL / on SQLite", *sides, 0.95, "SQLite")
        for side in sides:
            stop(side[0])


def g(voxum, programs, root):
    """Measures valid keys during a flood of invalid ones."""
    few = Installation(voxum, root, ROTATED)
    dice = load.random.Random(2)
    unknown_keys = write_keys(few.folder, "bad", [load.secret(dice) for _ in range(100_000)])
    process, url, keys = few.start()
    without_flood, with_flood, memory = [], [], resident(process)
    for number in range(ROUNDS + 1):
        quiet = run(process, url, keys, SECONDS, connections=4)
        flood = wrk(url, unknown_keys, SECONDS + 1, connections=4)
        time.sleep(0.5)
        flooded = run(process, url, keys, SECONDS, connections=4)
        sent = wait_for_result(flood, lambda: 0)
        if number:
            without_flood.append(quiet), with_flood.append(flooded)
    growth = resident(process) - memory
    stop(process)
    slow = ratio(with_flood, without_flood, lambda run: run.p99)
    detail = f"{median(run.p99 for run in with_flood):.2f} ms, alone {median(run.p99 for run in without_flood):.2f} ms; {sent.rate:,.0f} bad ones a second"
    line("g  good keys' p99 beside 100,000 bad ones / alone", slow, "≤ 1.5", slow <= 1.5, detail)
    print(f"g  memory that the bad ones took                           {growth / 1e6:7.1f} MB", flush=True)


def measure_unwritten(folder, running):
    """Returns the maximum age of the oldest stored last use while calls are made, in seconds."""
    database, worst = sqlite3.connect(os.path.join(folder, "data/voxum.db")), 0
    while running.poll() is None:
        (oldest,) = database.execute("SELECT min(last_used_at) FROM api_keys").fetchone()
        worst = max(worst, time.time() - oldest / 1_000)
        time.sleep(0.5)
    database.close()
    return worst


def h(voxum, programs, root):
    """Measures whether storing the uses of 100,000 keys delays calls, and how late they are stored."""
    installation = Installation(voxum, root, 100_000)
    all_keys = write_keys(installation.folder, "all", installation.secrets)
    process, url, few = installation.start()
    run(process, url, all_keys, 15)
    many_used, few_used = in_turn([(process, url, all_keys), (process, url, few)], rounds=5, seconds=6)
    run(process, url, all_keys, 15)
    process_of_wrk = wrk(url, all_keys, 20)
    age = measure_unwritten(installation.folder, process_of_wrk)
    rate = wait_for_result(process_of_wrk, lambda: 1).rate
    stop(process)
    slow = ratio(many_used, few_used, lambda run: run.p99)
    detail = f"{median(run.p99 for run in many_used):.2f} ms, worst {max(run.worst for run in many_used):.1f} ms; 1,000 in use {median(run.p99 for run in few_used):.2f} ms, worst {max(run.worst for run in few_used):.1f} ms"
    line("h  p99 with 100,000 keys in use / with 1,000", slow, "≤ 1.5", slow <= 1.5, detail)
    # A crash would lose the uses since then.
    print(f"h  each called every {100_000 / rate:.1f} s, the last use that is written is {age:.1f} s ago at most")


def i(voxum, programs, root):
    """Measures the revocation of all of 100,000 keys at once."""
    with Postgres(root) as postgres:
        changes.measure_all_keys(voxum, root, postgres)


def j(voxum, programs, root):
    """Measures revocations while feeds are stored."""
    with Postgres(root) as postgres:
        changes.measure_beside_feeds(voxum, root, postgres)


def k(voxum, programs, root):
    """Measures revocations while a feed removes items that are spread over many."""
    with Postgres(root) as postgres:
        inventory.measure_beside_removals(voxum, root, postgres)


def l(voxum, programs, root):
    """Measures a search of a million items."""
    with Postgres(root) as many, Postgres(root) as few:
        inventory.measure_search(voxum, root, many, few)


def m(voxum, programs, root):
    """Measures the effect of two large feeds on other calls."""
    inventory.measure_beside_large_feeds(voxum, root)


def main():
    voxum, programs = map(os.path.abspath, sys.argv[1:3])
    with tempfile.TemporaryDirectory() as root:
        for letter in sys.argv[3:] or "abcdefghijklm":
            with tempfile.TemporaryDirectory(dir=root) as folder:
                globals()[letter](voxum, programs, folder)


if __name__ == "__main__":
    main()
