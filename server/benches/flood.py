#!/usr/bin/env python3
"""Latency of valid keys and of the console during a flood of unknown keys from the same address.

The flood consists of 2,000 well-formed unknown keys per second. Prints the ratio of the 99th
percentiles with and without the flood, on SQLite and on PostgreSQL; the aim is at most 1.5. The
flooding client shares the processor with the server, so the latency without a flood is measured
twice: on an otherwise idle machine, and while the same client sends as many calls to another server.
`make bench` runs this on the release binary. `SECONDS` and `ROUNDS` set the duration and the number
of measurements of each side.
"""

import asyncio
import contextlib
import http.client
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse

import load
from startup import start, stop
from verify import Postgres

SECONDS = float(os.environ.get("SECONDS", 4))
ROUNDS = int(os.environ.get("ROUNDS", 5))
RATE = 2_000
CONNECTIONS = 400
PAUSE = 0.01  # seconds between two requests of the measured client


def sign_in(url):
    """Opens a new session of the owner and returns its cookie."""
    fields = {"email": load.OWNER["VOXUM_ADMIN_EMAIL"], "password": load.OWNER["VOXUM_ADMIN_PASSWORD"]}
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
    connection.request("POST", "/sign-in", urllib.parse.urlencode(fields), headers)
    answer = connection.getresponse()
    if answer.status != 303:
        sys.exit(f"the owner cannot sign in: {answer.status}")
    return answer.getheader("Set-Cookie").split(";")[0]


def measure(url, key, cookie, seconds):
    """Returns 99th percentiles, in milliseconds, of calls with a valid key and of a console page."""
    took = {"good key": [], "console": []}
    asked = {
        "good key": ("/api/key", {"X-API-Key": key}),
        "console": ("/keys", {"Cookie": cookie}),
    }
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for name, (path, headers) in asked.items():
            began = time.perf_counter()
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            took[name].append((time.perf_counter() - began) * 1_000)
            if answer.status != 200:
                sys.exit(f"{path} is answered with {answer.status}")
            time.sleep(PAUSE)
    return {name: statistics.quantiles(times, n=100)[98] for name, times in took.items()}


async def send_unknown_keys(host, port, seconds):
    """Sends unknown keys at a constant rate over many connections; returns the number of responses."""
    dice, answers = random.Random(), 0
    until = time.monotonic() + seconds

    async def one(number):
        nonlocal answers
        reader, writer = await asyncio.open_connection(host, port)
        due = time.monotonic() + number / RATE
        while due < until:
            await asyncio.sleep(max(0, due - time.monotonic()))
            due += CONNECTIONS / RATE
            writer.write(f"GET /api/key HTTP/1.1\r\nHost: {host}\r\nX-API-Key: {load.secret(dice)}\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
            await reader.readexactly(int(length.split(b":")[1]))
            answers += 1
        writer.close()

    await asyncio.gather(*(one(number) for number in range(CONNECTIONS)))
    return answers


@contextlib.contextmanager
def flooded(url, seconds):
    """Floods a server with unknown keys meanwhile; yields a list that contains their rate afterwards."""
    host, port = url.removeprefix("http://").split(":")
    command = [sys.executable, __file__, "--flood", host, port, str(seconds)]
    flood = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    time.sleep(0.5)
    rate = []
    yield rate
    rate.append(int(flood.communicate()[0]) / seconds)


def compare(name, url, key, other):
    alone, elsewhere, beside, sent = [], [], [], []
    cookie = sign_in(url)
    measure(url, key, cookie, 1)
    for _ in range(ROUNDS):
        alone.append(measure(url, key, cookie, SECONDS))
        with flooded(other, SECONDS + 1):
            elsewhere.append(measure(url, key, cookie, SECONDS))
        with flooded(url, SECONDS + 1) as rate:
            beside.append(measure(url, key, cookie, SECONDS))
        sent += rate
    for what in alone[0]:
        idle, quiet, loud = (statistics.median(run[what] for run in runs) for runs in (alone, elsewhere, beside))
        to_idle, ratio = (
            statistics.median(b[what] / a[what] for a, b in zip(runs, beside)) for runs in (alone, elsewhere)
        )
        mark = "ok" if ratio <= 1.5 else "<- misses its aim"
        print(
            f"{name:12}{what:10} p99 beside {statistics.median(sent):,.0f} unknown keys a second / beside as many calls of "
            f"another server {ratio:7.2f}   ({loud:.2f} ms, {quiet:.2f} ms); / on an idle machine {to_idle:.2f} "
            f"({idle:.2f} ms) {mark}",
            flush=True,
        )


def main():
    voxum = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as root:
        folder, other = os.path.join(root, "one"), os.path.join(root, "other")
        (key,) = load.make(voxum, folder, 1)
        load.make(voxum, other, 1)
        another, elsewhere, _ = start(voxum, other)
        process, url, _ = start(voxum, folder)
        compare("SQLite", url, key, elsewhere)
        stop(process)
        with Postgres(root) as postgres:
            settings = postgres.move(voxum, folder)
            process, url, _ = start(voxum, folder, **settings)
            compare("PostgreSQL", url, key, elsewhere)
            stop(process)
        stop(another)


if __name__ == "__main__":
    if sys.argv[1] == "--flood":
        print(asyncio.run(send_unknown_keys(sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))))
    else:
        main()
