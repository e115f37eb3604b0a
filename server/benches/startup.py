#!/usr/bin/env python3
"""Prints figures that an operator notices: time to the first response, idle memory, size of the binary.

Nothing is asserted, since the figures depend on the machine as much as on the server. `make bench`
runs this on the release binary.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROUNDS = 10
SETTLED_AFTER = 3  # seconds


def start(binary, folder, **settings):
    """Starts the server on a free port.

    Returns the process, its address, and the seconds until its first response.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VOXUM_")}
    # Otherwise the account's limit would refuse most calls of a benchmark.
    environment |= {"VOXUM_LISTEN": "127.0.0.1:0", "VOXUM_ACCOUNT_CALLS": "0", **settings}
    start_time = time.perf_counter()
    process = subprocess.Popen(
        [binary, "serve"], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    for line in process.stdout:
        if line.startswith("Listening on "):
            url = line.split()[2]
            with urllib.request.urlopen(url + "/healthz", timeout=10) as response:
                response.read()
            return process, url, time.perf_counter() - start_time
    sys.exit(f"{binary} did not start: exit code {process.wait()}")


def stop(process):
    process.terminate()
    process.wait(timeout=15)
    process.stdout.close()


def resident(process):
    """Returns the resident memory of a process in bytes."""
    try:
        with open(f"/proc/{process.pid}/status") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS:"))
    except FileNotFoundError:  # not Linux
        pass
    return int(subprocess.check_output(["ps", "-o", "rss=", "-p", str(process.pid)])) * 1024


def main():
    binary = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        stop(start(binary, folder)[0])  # creates the database
        seconds = []
        for _ in range(ROUNDS):
            process, _, duration = start(binary, folder)
            stop(process)
            seconds.append(duration)
        process, *_ = start(binary, folder)
        time.sleep(SETTLED_AFTER)
        memory = resident(process)
        stop(process)
    median, worst = statistics.median(seconds) * 1e3, max(seconds) * 1e3
    print(f"cold start to first answer  {median:8.1f} ms  (aim 200; median of {ROUNDS}, worst {worst:.1f})")
    print(f"resident memory, idle       {memory / 1e6:8.1f} MB  (aim 60)")
    print(f"binary                      {os.path.getsize(binary) / 1e6:8.1f} MB  (aim 40)")


if __name__ == "__main__":
    main()
