"""Proxies that check keys against a file: HAProxy with a list of keys, nginx with a map.

They answer the same JSON as `GET /api/key`, from their configuration, to callers with a key of the
file. They are what remains of the check if a key has no expiry, no limit, no allow list and no
record of its use, and if a revocation may wait for a reload.
"""

import os
import shutil
import socket
import subprocess
import time

ANSWER = (
    '{"id":"key-0000000000000000000000000000077","name":"Inventory Integration","preview":"vx_4fT9aQ…",'
    '"scopes":["inventory:read","inventory:write"],"status":"active","created_at":"2026-01-31T08:00:00Z",'
    '"expires_at":null,"last_used_at":"2026-02-01T09:30:00Z",'
    '"account":{"id":"0198c29e-0a11-7c3d-8e20-51d4c9f0b7aa","name":"My account"}}'
)

HAPROXY = """
global
    nbthread {threads}
defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
frontend keys
    bind 127.0.0.1:{port}
    acl known req.hdr(X-API-Key) -f {keys}
    http-request return status 200 content-type application/json file {answer} if known
    http-request return status 401
"""

NGINX = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    map_hash_max_size 65536;
    map_hash_bucket_size 128;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    map $http_x_api_key $known {{
        default 0;
        include {map};
    }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            if ($known = 0) {{ return 401; }}
            default_type application/json;
            return 200 '{answer}';
        }}
    }}
}}
"""


def write(path, text):
    with open(path, "w") as file:
        file.write(text)
    return path


def serve(port, *command):
    """Starts a proxy, and waits until it accepts connections; returns the process and its address."""
    process = subprocess.Popen(command)
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return process, f"http://127.0.0.1:{port}"
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise SystemExit(f"{command[0]} does not listen")


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def haproxy(folder, keys):
    """Starts HAProxy with one thread and the keys of a file, one a line."""
    port = free_port()
    answer = write(os.path.join(folder, "answer.json"), ANSWER)
    settings = HAPROXY.format(threads=1, port=port, keys=keys, answer=answer)
    program = shutil.which("haproxy") or "/usr/sbin/haproxy"
    return serve(port, program, "-db", "-q", "-f", write(os.path.join(folder, "haproxy.cfg"), settings))


def nginx(folder, keys):
    """Starts nginx with one process and the keys of a file, one a line."""
    port = free_port()
    with open(keys) as file:
        entries = write(os.path.join(folder, "keys.map"), "".join(f"{key.strip()} 1;\n" for key in file))
    settings = NGINX.format(folder=folder, port=port, map=entries, answer=ANSWER)
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    return serve(port, program, "-p", folder, "-c", write(os.path.join(folder, "nginx.conf"), settings))
