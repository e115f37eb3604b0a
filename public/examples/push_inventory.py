#!/usr/bin/env python3
"""Pushes an inventory to Voxum: python3 push_inventory.py items.json

The file holds a list of items. Needs nothing but Python 3. Set VOXUM_URL and VOXUM_API_KEY (never write the key here).
"""
import http.client, json, os, sys, time, urllib.error, urllib.request

URL = os.environ["VOXUM_URL"] + "/api/inventory"
HEADERS = {"X-API-Key": os.environ["VOXUM_API_KEY"], "Content-Type": "application/json"}


def push(items):
    body = json.dumps({"items": items}).encode()
    for attempt in range(5):
        wait = 2**attempt
        try:
            with urllib.request.urlopen(urllib.request.Request(URL, body, HEADERS), timeout=60) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as refusal:
            if refusal.code not in (408, 429, 502, 503, 504):  # Nothing but a change of ours would help.
                sys.exit(f"{refusal.code} {refusal.read().decode(errors='replace')}")
            told = refusal.headers.get("Retry-After", "")
            wait = int(told) if told.isdigit() else wait
        except (OSError, http.client.HTTPException):
            pass  # No answer came, or half of one.
        time.sleep(wait)
    sys.exit("Voxum did not answer; sending the same items again later is safe.")


items = json.load(open(sys.argv[1], encoding="utf-8"))
for start in range(0, len(items), 5000):  # At most 5,000 items a call.
    print(push(items[start : start + 5000]))
