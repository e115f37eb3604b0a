"""Durations of revocations: of all keys of an account, and of one key while feeds are stored."""

import http.client
import itertools
import json
import os
import statistics
import threading
import time
import urllib.parse

from load import OWNER, create_installation
from startup import start, stop

# Revocations during feeds, on each database and for each kind of feed.
REVOCATIONS = 100
FEED = 5_000


def connect(url):
    return http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)


def call(connection, method, path, expected, body=None, **headers):
    """Returns the response's headers; names in `headers` have `_` in place of `-`."""
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body=body, headers=headers)
    response = connection.getresponse()
    text = response.read()
    assert response.status == expected, f"{method} {path}: {response.status} {text[:500]}"
    return response.headers


def post(connection, path, expected, cookie=None, **fields):
    """Submits a form as a browser does."""
    headers = {"Content_Type": "application/x-www-form-urlencoded", "Sec_Fetch_Site": "same-origin"}
    if cookie:
        headers["Cookie"] = cookie
    return call(connection, "POST", path, expected, urllib.parse.urlencode(fields), **headers)


def sign_in(connection):
    """Signs in and returns the owner's cookie."""
    email, password = OWNER.values()
    headers = post(connection, "/sign-in", 303, email=email, password=password)
    return headers["Set-Cookie"].split(";")[0]


def databases(voxum, root, postgres, count):
    """Yields a server with `count` keys on each database in turn: its name, address and keys."""
    for name in ("SQLite", "PostgreSQL"):
        folder = os.path.join(root, name)
        secrets = create_installation(voxum, folder, count)
        settings = postgres.move(voxum, folder) if name == "PostgreSQL" else {}
        process, url, _ = start(voxum, folder, **settings)
        yield name, url, secrets
        stop(process)


def measure_all_keys(voxum, root, postgres):
    """Prints how long it takes to revoke all of 100,000 keys."""
    for name, url, secrets in databases(voxum, root, postgres, 100_000):
        owner, caller = connect(url), connect(url)
        cookie = sign_in(owner)
        key = {"X_API_Key": secrets[-1]}
        call(caller, "GET", "/api/key", 200, **key)
        start_time = time.perf_counter()
        post(owner, "/keys/revoke-all", 303, cookie, confirm="My account")
        duration = time.perf_counter() - start_time
        call(caller, "GET", "/api/key", 401, **key)
        verdict = "ok" if duration <= 3 else "<- misses its aim"
        print(f"i  100,000 keys revoked at once, {name:26}{duration:7.2f} s (aim ≤ 3) {verdict}", flush=True)


def feeds():
    """Returns kinds of feeds, each with the queries and bodies that are sent in turn."""

    def body(first, **fields):
        items = [{"id": f"SKU{first + number:07}", "name": "Honda Accord", **fields} for number in range(FEED)]
        return json.dumps({"items": items}).encode()

    long = ["x" * 3_200, "y" * 3_200]
    return {
        "5,000 items that change": [("", body(0, price=price)) for price in (1, 2)],
        "5,000 items that take the place of 5,000": [("?mode=replace&allow_removal=10000", body(first)) for first in (0, FEED)],
        # The third feed removes as many items as one feed may.
        "5,000 items that take the place of 10,000": [
            (query, body(number * FEED)) for number, query in enumerate(["", "", "?mode=replace&allow_removal=10000"])
        ],
        "5,000 items of 16 MB that change": [("", body(0, description=text)) for text in long],
    }


def push(url, secret, requests, stop_event, durations):
    """Sends feeds one after the other until `stop_event` is set, and appends their durations to `durations`."""
    connection = connect(url)
    headers = {"X_API_Key": secret, "Content_Type": "application/json"}
    for query, body in itertools.cycle(requests):
        if stop_event.is_set():
            return
        start_time = time.perf_counter()
        call(connection, "POST", f"/api/inventory{query}", 200, body, **headers)
        durations.append(time.perf_counter() - start_time)


def measure_beside_feeds(voxum, root, postgres):
    """Prints how long revocations take while feeds are stored continuously."""
    kinds = feeds()
    for name, url, secrets in databases(voxum, root, postgres, 1 + REVOCATIONS * len(kinds)):
        feeder, rest = secrets[0], iter(secrets[1:])
        caller = connect(url)
        for label, requests in kinds.items():
            stop_event, feed_durations, revocation_durations = threading.Event(), [], []
            thread = threading.Thread(target=push, args=(url, feeder, requests, stop_event, feed_durations))
            thread.start()
            while len(feed_durations) < 2:
                time.sleep(0.05)
            for secret in itertools.islice(rest, REVOCATIONS):
                key = {"X_API_Key": secret}
                start_time = time.perf_counter()
                call(caller, "DELETE", "/api/key", 204, **key)
                revocation_durations.append(time.perf_counter() - start_time)
                call(caller, "GET", "/api/key", 401, **key)
                time.sleep(0.05)
            stop_event.set()
            thread.join()
            slowest, middle = max(revocation_durations) * 1e3, statistics.median(revocation_durations) * 1e3
            verdict = "ok" if slowest < 250 and max(feed_durations) < 2 else "<- misses its aim"
            print(
                f"j  revoked beside feeds of {label}, {name}: {middle:.0f} ms, slowest of {REVOCATIONS} {slowest:.0f} ms (aim < 250); "
                f"a feed took {statistics.median(feed_durations):.2f} s, at most {max(feed_durations):.2f} s (aim < 2) {verdict}",
                flush=True,
            )
