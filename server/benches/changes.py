"""Durations of revocations: of all keys of an account, and of one key while feeds are stored."""

import http.client
import itertools
import json
import os
import statistics
import threading
import time
import urllib.parse

from load import OWNER, make
from startup import start, stop

# Revocations during feeds, on each database and for each kind of feed.
REVOKED = 100
FEED = 5_000


def connect(url):
    return http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)


def ask(connection, method, path, expected, body=None, **headers):
    """Returns the response's headers; names in `headers` have `_` in place of `-`."""
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body=body, headers=headers)
    answer = connection.getresponse()
    text = answer.read()
    assert answer.status == expected, f"{method} {path}: {answer.status} {text[:500]}"
    return answer.headers


def post(connection, path, expected, cookie=None, **fields):
    """Submits a form as a browser does."""
    headers = {"Content_Type": "application/x-www-form-urlencoded", "Sec_Fetch_Site": "same-origin"}
    if cookie:
        headers["Cookie"] = cookie
    return ask(connection, "POST", path, expected, urllib.parse.urlencode(fields), **headers)


def sign_in(connection):
    """Signs in and returns the owner's cookie."""
    email, password = OWNER.values()
    headers = post(connection, "/sign-in", 303, email=email, password=password)
    return headers["Set-Cookie"].split(";")[0]


def databases(voxum, root, postgres, count):
    """Yields a server with `count` keys on each database in turn: its name, address and keys."""
    for name in ("SQLite", "PostgreSQL"):
        folder = os.path.join(root, name)
        secrets = make(voxum, folder, count)
        settings = postgres.move(voxum, folder) if name == "PostgreSQL" else {}
        process, url, _ = start(voxum, folder, **settings)
        yield name, url, secrets
        stop(process)


def all_keys(voxum, root, postgres):
    """Prints how long it takes to revoke all of 100,000 keys."""
    for name, url, secrets in databases(voxum, root, postgres, 100_000):
        owner, caller = connect(url), connect(url)
        cookie = sign_in(owner)
        key = {"X_API_Key": secrets[-1]}
        ask(caller, "GET", "/api/key", 200, **key)
        began = time.perf_counter()
        post(owner, "/keys/revoke-all", 303, cookie, confirm="My account")
        took = time.perf_counter() - began
        ask(caller, "GET", "/api/key", 401, **key)
        mark = "ok" if took <= 3 else "<- misses its aim"
        print(f"i  100,000 keys revoked at once, {name:26}{took:7.2f} s (aim ≤ 3) {mark}", flush=True)


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


def push(url, secret, sent, ended, took):
    """Sends feeds one after the other until `ended` is set, and appends their durations to `took`."""
    connection = connect(url)
    headers = {"X_API_Key": secret, "Content_Type": "application/json"}
    for query, body in itertools.cycle(sent):
        if ended.is_set():
            return
        began = time.perf_counter()
        ask(connection, "POST", f"/api/inventory{query}", 200, body, **headers)
        took.append(time.perf_counter() - began)


def beside_feeds(voxum, root, postgres):
    """Prints how long revocations take while feeds are stored continuously."""
    kinds = feeds()
    for name, url, secrets in databases(voxum, root, postgres, 1 + REVOKED * len(kinds)):
        feeder, rest = secrets[0], iter(secrets[1:])
        caller = connect(url)
        for what, sent in kinds.items():
            ended, pushed, revoked = threading.Event(), [], []
            pushing = threading.Thread(target=push, args=(url, feeder, sent, ended, pushed))
            pushing.start()
            while len(pushed) < 2:
                time.sleep(0.05)
            for secret in itertools.islice(rest, REVOKED):
                key = {"X_API_Key": secret}
                began = time.perf_counter()
                ask(caller, "DELETE", "/api/key", 204, **key)
                revoked.append(time.perf_counter() - began)
                ask(caller, "GET", "/api/key", 401, **key)
                time.sleep(0.05)
            ended.set()
            pushing.join()
            slowest, middle = max(revoked) * 1e3, statistics.median(revoked) * 1e3
            mark = "ok" if slowest < 250 and max(pushed) < 2 else "<- misses its aim"
            print(
                f"j  revoked beside feeds of {what}, {name}: {middle:.0f} ms, slowest of {REVOKED} {slowest:.0f} ms (aim < 250); "
                f"a feed took {statistics.median(pushed):.2f} s, at most {max(pushed):.2f} s (aim < 2) {mark}",
                flush=True,
            )
