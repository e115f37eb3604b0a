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
    response = connection.getresponse()
    if response.status != 303:
        sys.exit(f"the owner cannot sign in: {response.status}")
    return response.getheader("Set-Cookie").split(";")[0]


def measure(url, key, cookie, seconds):
    """Returns 99th percentiles, in milliseconds, of calls with a valid key and of a console page."""
    durations = {"good key": [], "console": []}
    requests = {
        "good key": ("/api/key", {"X-API-Key": key}),
        "console": ("/keys", {"Cookie": cookie}),
    }
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for name, (path, headers) in requests.items():
            start_time = time.perf_counter()
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            response.read()
            durations[name].append((time.perf_counter() - start_time) * 1_000)
            if response.status != 200:
                sys.exit(f"{path} is answered with {response.status}")
            time.sleep(PAUSE)
    return {name: statistics.quantiles(times, n=100)[98] for name, times in durations.items()}


async def send_unknown_keys(host, port, seconds):
    """Sends unknown keys at a constant rate over many connections; returns the number of responses."""
    dice, responses = random.Random(), 0
    until = time.monotonic() + seconds

    async def run_connection(number):
        nonlocal responses
        reader, writer = await asyncio.open_connection(host, port)
        due = time.monotonic() + number / RATE
        while due < until:
            await asyncio.sleep(max(0, due - time.monotonic()))
            due += CONNECTIONS / RATE
            writer.write(f"GET /api/key HTTP/1.1\r\nHost: {host}\r\nX-API-Key: {load.secret(dice)}\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
            await reader.readexactly(int(length.split(b":")[1]))
            responses += 1
        writer.close()

    await asyncio.gather(*(run_connection(number) for number in range(CONNECTIONS)))
    return responses


@contextlib.contextmanager
def flood_server(url, seconds):
    """Floods a server with unknown keys meanwhile; yields a list that contains their rate afterwards."""
    host, port = url.removeprefix("http://").split(":")
    command = [sys.executable, __file__, "--flood", host, port, str(seconds)]
    flood = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    time.sleep(0.5)
    rate = []
    yield rate
    rate.append(int(flood.communicate()[0]) / seconds)


def compare(name, url, key, other):
    on_idle_machine, beside_other_server, during_flood, flood_rates = [], [], [], []
    cookie = sign_in(url)
    measure(url, key, cookie, 1)
    for _ in range(ROUNDS):
        on_idle_machine.append(measure(url, key, cookie, SECONDS))
        with flood_server(other, SECONDS + 1):
            beside_other_server.append(measure(url, key, cookie, SECONDS))
        with flood_server(url, SECONDS + 1) as rate:
            during_flood.append(measure(url, key, cookie, SECONDS))
        flood_rates += rate
    for label in on_idle_machine[0]:
        idle, quiet, loud = (statistics.median(run[label] for run in runs) for runs in (on_idle_machine, beside_other_server, during_flood))
        to_idle, ratio = (
            statistics.median(b[label] / a[label] for a, b in zip(runs, during_flood)) for runs in (on_idle_machine, beside_other_server)
        )
        verdict = "ok" if ratio <= 1.5 else "<- misses its aim"
        print(
            f"{name:12}{label:10} p99 beside {statistics.median(flood_rates):,.0f} unknown keys a second / beside as many calls of "
            f"another server {ratio:7.2f}   ({loud:.2f} ms, {quiet:.2f} ms); / on an idle machine {to_idle:.2f} "
            f"({idle:.2f} ms) {verdict}",
            flush=True,
        )


def main():
    voxum = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as root:
        folder, other = os.path.join(root, "one"), os.path.join(root, "other")
        (key,) = load.create_installation(voxum, folder, 1)
        load.create_installation(voxum, other, 1)
        other_process, other_url, _ = start(voxum, other)
        process, url, _ = start(voxum, folder)
        compare("SQLite", url, key, other_url)
        stop(process)
        with Postgres(root) as postgres:
            settings = postgres.move(voxum, folder)
            process, url, _ = start(voxum, folder, **settings)
            compare("PostgreSQL", url, key, other_url)
            stop(process)
        stop(other_process)


if __name__ == "__main__":
    if sys.argv[1] == "--flood":
        print(asyncio.run(send_unknown_keys(sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))))
    else:
        main()
