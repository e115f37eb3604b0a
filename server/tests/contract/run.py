#!/usr/bin/env python3
"""Holds the running server against its own description of the API, and the pages of its console against the list in
console.json, by calls that schemathesis generates.

    run.py SCHEMATHESIS SERVER [--examples N] [--seed N]

Starts the server on a free port in a folder of its own, makes a key as a member does, and ends both. The exit code is not
0 where anything was found. Without a seed, each run tries something else and says by which seed it can be repeated.
"""

import argparse
import http.client
import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from urllib.parse import urlencode, urlsplit

HERE = Path(__file__).resolve().parent
EMAIL = "owner@example.com"
PASSWORD = "correct horse battery"


class Server:
    """The program as an operator starts it, stopped at the end of a `with` block."""

    def __init__(self, program: str, folder: str):
        environment = {
            "VOXUM_LISTEN": "127.0.0.1:0",
            "VOXUM_ADMIN_EMAIL": EMAIL,
            "VOXUM_ADMIN_PASSWORD": PASSWORD,
        }
        self.process = subprocess.Popen(
            [program, "serve"], cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.log = []
        # The output is read continuously, since a full pipe would block the server.
        self.reader = threading.Thread(target=lambda: self.log.extend(self.process.stderr))
        self.reader.start()
        line = self.process.stdout.readline()
        if not line.startswith("Listening on "):
            self.stop()
            sys.exit(f"The server did not start: {line}{''.join(self.log)}")
        self.url = line.removeprefix("Listening on ").strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.reader.join()
        self.process.stdout.close()

    def post(self, path: str, content_type: str, body: str, cookie: str = ""):
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=10)
        headers = {"Content-Type": content_type, "Origin": self.url, "Cookie": cookie}
        connection.request("POST", path, body, headers)
        response = connection.getresponse()
        return response, response.read().decode()


def sign_in(server: Server) -> str:
    form = urlencode({"email": EMAIL, "password": PASSWORD})
    response, body = server.post("/sign-in", "application/x-www-form-urlencoded", form)
    cookie = response.getheader("Set-Cookie")
    if response.status != 303 or not cookie:
        sys.exit(f"The owner could not sign in: {response.status} {body}")
    return cookie.split(";")[0]


def lift_limits(folder: str):
    """Raises the rate limits, so that calls are not refused by them. Other tests cover the limits."""
    with sqlite3.connect(Path(folder, "data", "voxum.db")) as database:
        database.execute("UPDATE accounts SET limit_depth = 100000, limit_per_second = 1000")


def run_schemathesis(schemathesis: str, arguments: list[str], environment: dict[str, str]) -> int:
    # A temporary folder for its findings, which need not be kept.
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1", **environment)
        return subprocess.run([schemathesis, *arguments], cwd=folder, env=environment, check=False).returncode


def search_api(schemathesis: str, server: Server, cookie: str, limits: list[str]) -> int:
    environment = {
        "PYTHONPATH": str(HERE),
        "SCHEMATHESIS_HOOKS": "hooks",
        "CONTRACT_URL": server.url,
        "CONTRACT_COOKIE": cookie,
    }
    arguments = ["--config-file", str(HERE / "schemathesis.toml"), "run", f"{server.url}/api/openapi.json", *limits]
    return run_schemathesis(schemathesis, arguments, environment)


def pages() -> dict:
    """Returns an OpenAPI document of the pages and the query parameters that they read."""
    descriptions = {200: "What was asked for", 303: "It is elsewhere", 400: "A parameter is too long, or given twice", 404: "It does not exist"}
    responses = {str(status): {"description": text} for status, text in descriptions.items()}
    # Longer than most parameters may be.
    schema = {"type": "string", "minLength": 1, "maxLength": 300}

    def parameters(path: str, names: list[str]):
        for name in re.findall(r"{(\w+)}", path):
            yield {"in": "path", "name": name, "required": True, "schema": schema}
        for name in names:
            # One value each, since a page refuses every repeated parameter except this one.
            max_items = 60 if name == "key" else 1
            yield {"in": "query", "name": name, "schema": {"type": "array", "items": schema, "maxItems": max_items}}

    pages_and_parameters = json.loads((HERE / "console.json").read_text())
    paths = {
        path: {"get": {"parameters": list(parameters(path, names)), "responses": responses}}
        for path, names in pages_and_parameters.items()
    }
    return {"openapi": "3.1.0", "info": {"title": "Voxum Console", "version": "1"}, "paths": paths}


def search_console(schemathesis: str, server: Server, cookie: str, limits: list[str]) -> int:
    with tempfile.NamedTemporaryFile("w", suffix=".json") as document:
        json.dump(pages(), document)
        document.flush()
        arguments = ["--config-file", str(HERE / "console.toml"), "run", document.name, "--url", server.url]
        return run_schemathesis(schemathesis, [*arguments, "--header", f"Cookie: {cookie}", *limits], {})


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("schemathesis", type=os.path.abspath)
    parser.add_argument("server", type=os.path.abspath)
    parser.add_argument("--examples", type=int, default=20, help="for each operation and phase")
    parser.add_argument("--seed", type=int)
    arguments = parser.parse_args()
    seed = random.randrange(2**32) if arguments.seed is None else arguments.seed
    print(f"Seed {seed}, {arguments.examples} examples for each operation", flush=True)
    with tempfile.TemporaryDirectory() as folder, Server(arguments.server, folder) as server:
        cookie = sign_in(server)
        lift_limits(folder)
        limits = ["--max-examples", str(arguments.examples), "--seed", str(seed)]
        code = search_api(arguments.schemathesis, server, cookie, limits)
        code = search_console(arguments.schemathesis, server, cookie, limits) or code
        if server.process.poll() is not None:
            print("The server has ended by itself.")
            code = code or 1
    # The server may have logged errors even if all of its responses were valid.
    error_lines = [line for line in server.log if "ERROR" in line or "panicked" in line]
    if code or error_lines:
        print("\nThe end of the server's log:\n" + "".join(error_lines[:5] + server.log[-20:]))
        print(f"To repeat it: --seed {seed} --examples {arguments.examples}")
    return code or int(bool(error_lines))


if __name__ == "__main__":
    sys.exit(main())
