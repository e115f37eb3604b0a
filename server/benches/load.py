"""Shared parts of the benchmarks of keys: a server with many keys, and wrk, which calls with them."""

import hashlib
import hmac
import os
import random
import sqlite3
import subprocess
import sys
import time
import zlib
from dataclasses import dataclass

from startup import start, stop

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
OWNER = {"VOXUM_ADMIN_EMAIL": "ada@example.com", "VOXUM_ADMIN_PASSWORD": "correct horse battery"}
HERE = os.path.dirname(os.path.abspath(__file__))
TICK = os.sysconf("SC_CLK_TCK")


def secret(dice):
    """Generates a key in the server's format."""
    text = "vx_" + "".join(dice.choices(DIGITS, k=43))
    checksum, tail = zlib.crc32(text.encode()), ""
    for _ in range(6):
        checksum, digit = divmod(checksum, 62)
        tail = DIGITS[digit] + tail
    return text + tail


def fill(folder, count, seed=1):
    """Adds active keys to the database of a stopped server; returns their secrets.

    The rate limits are so high that they refuse no call.
    """
    database = sqlite3.connect(os.path.join(folder, "data/voxum.db"))
    with open(os.path.join(folder, "data/pepper")) as file:
        pepper = bytes.fromhex(file.read().strip())
    dice, now = random.Random(seed), int(time.time() * 1_000)
    account, owner = database.execute("SELECT account_id, id FROM members").fetchone()
    (pepper_id,) = database.execute("SELECT substr(pepper_fingerprint, 1, 16) FROM installation").fetchone()
    secrets = [secret(dice) for _ in range(count)]

    def rows():
        for number, text in enumerate(secrets):
            digest = hmac.digest(pepper, hashlib.sha256(text.encode()).digest(), "sha256")
            yield (
                f"key-{number:031}", account, "Inventory Integration", text[:9] + "…", digest, pepper_id,
                "inventory:read inventory:write", now, owner, number.to_bytes(32, "big"), 100_000, 10_000,
            )  # fmt: skip

    # No benchmark searches for these keys, so their search terms need not be written.
    database.executemany(
        """INSERT INTO api_keys (id, account_id, name, preview, digest, pepper_id, scopes, created_at, created_by,
               form_token, limit_depth, limit_per_second, indexed)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)""",
        rows(),
    )
    database.commit()
    database.close()
    return secrets


def create_installation(binary, folder, count):
    """Creates an installation on SQLite with keys, without starting it with them; returns their secrets."""
    os.makedirs(folder, exist_ok=True)
    stop(start(binary, folder, **OWNER)[0])
    return fill(folder, count)


def write_keys(folder, name, secrets):
    """Writes a file of keys for wrk, and returns its path."""
    path = os.path.join(folder, name)
    with open(path, "w") as file:
        file.write("\n".join(secrets) + "\n")
    return path


def start_unauthenticated(*command, **settings):
    """Starts a server without authentication; returns the process and its address."""
    process = subprocess.Popen(command, env={**os.environ, **settings}, stdout=subprocess.PIPE, text=True)
    return process, process.stdout.readline().split()[2]


@dataclass
class Run:
    requests: int
    seconds: float
    """Processor time of the server alone, user and system, in seconds."""
    cpu: float
    """Number of responses with a status above 399."""
    refused: int
    p50: float
    p99: float
    worst: float

    @property
    def per_cpu(self):
        return self.requests / self.cpu

    @property
    def rate(self):
        return self.requests / self.seconds


def cpu(process):
    """Returns the processor time of a process so far, in seconds."""
    with open(f"/proc/{process.pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def wrk(url, keys, seconds, connections=16, threads=1, script="keys.lua"):
    """Starts wrk, which exits by itself."""
    command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "-s", os.path.join(HERE, script), url, "--", keys]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def wait_for_result(process, cpu_time):
    """Waits for wrk and returns its result; `cpu_time` returns the server's processor time meanwhile."""
    output, _ = process.communicate(timeout=600)
    line = next((line for line in output.splitlines() if line.startswith("RESULT ")), None)
    if line is None:
        sys.exit(f"wrk failed:\n{output}")
    requests, micros, refused, broken_connections, p50, p99, worst = map(int, line.split()[1:])
    if broken_connections:
        sys.exit(f"{broken_connections} connections broke:\n{output}")
    return Run(requests, micros / 1e6, cpu_time(), refused, p50 / 1e3, p99 / 1e3, worst / 1e3)


def run(process, url, keys, seconds, **options):
    """Makes calls for `seconds`, all of which must be accepted."""
    before = cpu(process)
    result = wait_for_result(wrk(url, keys, seconds, **options), lambda: cpu(process) - before)
    if result.refused:
        sys.exit(f"{result.refused} of {result.requests} calls were refused")
    return result
