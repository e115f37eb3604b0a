#!/usr/bin/env python3
"""Generates clients from the running server's OpenAPI document, compiles them and runs a round trip with each.

    clients.py TOOLS SERVER

TOOLS is the folder that `.ci/setup/clients.sh` has filled. The exit code is not 0 if a generator omits
something from a client, if a client does not compile, or if a round trip fails.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from pathlib import Path

from run import Server, lift_limits, sign_in

SOURCES = Path(__file__).resolve().parent / "clients"
SCOPES = ["inventory:read", "inventory:write", "leads:read", "leads:write"]


def create_key(server: Server) -> str:
    form = {"name": "Generated clients", "scopes": SCOPES, "expires": "90d", "token": uuid.uuid4().hex}
    _, body = server.post("/call/keys/create", "application/json", json.dumps({"form": form}), sign_in(server))
    return json.loads(body)["Ok"]["secret"]


class ClientFolder:
    """The folder of one client, and the programs that generate and run it."""

    def __init__(self, folder: Path, python: Path, environment: dict[str, str]):
        self.folder, self.python = folder, python
        self.environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", **environment}

    def run(self, *command: str | Path) -> str:
        """Runs a program to completion, and returns its output."""
        result = subprocess.run(
            command, cwd=self.folder, env=self.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        if result.returncode:
            sys.exit(f"{' '.join(map(str, command))}\n{result.stdout}")
        return result.stdout


def openapi_typescript(client: ClientFolder):
    for name in ["round_trip.ts", "tsconfig.json", "package.json"]:
        shutil.copy(SOURCES / name, client.folder)
    bin = client.folder.parent / "node_modules" / ".bin"
    client.run(bin / "openapi-typescript", "openapi.json", "--output", "schema.ts")
    client.run(bin / "tsc")
    client.run("node", "out/round_trip.js")


def openapi_python_client(client: ClientFolder):
    package = ["--meta", "none", "--output-path", "voxum_client"]
    output = client.run(client.python / "openapi-python-client", "generate", "--path", "openapi.json", *package)
    # Its only complaint about the document must be that it does not support two formats of feeds.
    for line in output.splitlines():
        is_expected = line.endswith((" application/xml", " text/csv", "POST /api/inventory within inventory."))
        if line.startswith(("WARNING", "ERROR", "Cannot", "Unsupported", "Unable")) and not is_expected:
            sys.exit(f"openapi-python-client leaves something out:\n{output}")
    shutil.copy(SOURCES / "round_trip.py", client.folder)
    client.run(client.python / "mypy", "--strict", "--no-incremental", "round_trip.py")
    client.run(client.python / "python", "round_trip.py")


def openapi_generator(client: ClientFolder):
    package = ["--additional-properties", "packageName=voxum_generated", "-o", "."]
    output = client.run(
        client.python / "openapi-generator-cli", "generate", "-i", "openapi.json", "-g", "python", *package
    )
    # A type without a name in the document gets one that depends on the order of the operations.
    unnamed = [path.name for path in client.folder.glob("voxum_generated/models/*_response.py")]
    unnamed += [path.name for path in client.folder.glob("voxum_generated/models/inline_*.py")]
    if "ERROR" in output or unnamed:
        sys.exit(f"openapi-generator finds a fault, or types without a name ({unnamed}):\n{output}")
    shutil.copy(SOURCES / "round_trip_generator.py", client.folder)
    client.run(client.python / "python", "round_trip_generator.py")


def main():
    tools, program = Path(sys.argv[1]).resolve(), os.path.abspath(sys.argv[2])
    with tempfile.TemporaryDirectory() as data, Server(program, data) as server:
        environment = {"VOXUM_URL": server.url, "VOXUM_API_KEY": create_key(server)}
        lift_limits(data)
        document = urllib.request.urlopen(f"{server.url}/api/openapi.json", timeout=10).read()
        for generate in [openapi_typescript, openapi_python_client, openapi_generator]:
            start = time.monotonic()
            # Below the npm packages, so that Node finds them.
            with tempfile.TemporaryDirectory(dir=tools / "npm") as folder:
                Path(folder, "openapi.json").write_bytes(document)
                generate(ClientFolder(Path(folder), tools / "python" / "bin", environment))
            print(f"{generate.__name__}: {time.monotonic() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main()
