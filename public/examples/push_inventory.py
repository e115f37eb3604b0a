#!/usr/bin/env python3
"""Pushes an inventory to Voxum: python3 push_inventory.py FILE

The file is JSON (a list of items), JSON Lines (an item on each line, as the console exports them), XML, or CSV with commas,
semicolons or tabs. Its name does not matter. Needs nothing but Python 3. Set VOXUM_URL and VOXUM_API_KEY in the environment, and never write the key into this file.

Exit status: 0 if everything is stored; 1 if Voxum refused something that you have to correct; 2 if the settings or the
file cannot be used; 75 if it is worth running this again later, which is always safe.
"""
import email.utils, http.client, json, math, os, re, sys, time, urllib.error, urllib.parse, urllib.request, uuid

TRIES, LONGEST_WAIT = 8, 300  # Seconds to wait between two tries at most.
MOST_ITEMS, MOST_BYTES = 5000, 16 * 1024 * 1024  # Of one call.


def stop(status, message):
    print(message, file=sys.stderr)
    sys.exit(status)


def settings():
    # A file with a secret often ends with a newline, and a copied address with a slash.
    url = os.environ.get("VOXUM_URL", "").strip().rstrip("/")
    key = os.environ.get("VOXUM_API_KEY", "").strip().strip("\ufeff")
    if re.match(r"[a-z]+://[^/?#]*@", url, re.I):
        stop(2, "Remove the user name and the password from VOXUM_URL. Voxum takes nothing but the API key.")
    if not is_address(url):
        stop(2, "Set VOXUM_URL to the address of your Voxum Console, for example https://console.example.com.")
    # Python would print a header with other characters in its error message.
    if not re.fullmatch("[0-9A-Za-z_]+", key):
        stop(2, "Set VOXUM_API_KEY to the complete API key: letters, digits and underscores, without quotation marks.")
    return url + "/api/inventory", key


def is_address(url):
    try:
        port = urllib.parse.urlsplit(url).port
    except ValueError:
        return False
    host = r"([^][/?#@:\s]+|\[[0-9a-f:.]+\])"
    return port != 0 and re.fullmatch(rf"https?://{host}(:[0-9]+)?(/[^?#\s]*)?", url, re.I)


def read(path, text):
    """Reads JSON as Voxum does: it would keep one of two fields of the same name, and cannot take an infinite number."""

    def members(pairs):
        names = [name for name, _ in pairs]
        if len(set(names)) < len(names):
            twice = json.dumps(next(name for name in names if names.count(name) > 1))
            stop(2, f"{path}: an object has the field {twice} twice. Remove one of them.")
        return dict(pairs)

    def number(digits):
        if not math.isfinite(float(digits)):
            stop(2, f"{path}: {digits[:30]} is not a number that Voxum can take. Correct it.")
        return float(digits)

    return json.loads(text, object_pairs_hook=members, parse_float=number, parse_constant=number)


def lines(path, text):
    """Reads an item on each line; None if the first line is not one."""
    items = []
    for number, line in enumerate(text.split("\n"), 1):
        try:
            items += [read(path, line)] if line.strip() else []
        except ValueError as error:
            if not items:
                return None
            stop(2, f"{path}: line {number} is not JSON: {error}.")
    return items


def contained_items(path, text):
    try:
        value = read(path, text)
    except ValueError as error:
        items = lines(path, text)
        if not items or not isinstance(items[0], dict):
            stop(2, f"{path} is not JSON in UTF-8: {error}.")
        return items
    if not isinstance(value, dict):
        return value
    if "items" not in value:
        return [value] if "id" in value else []  # JSON Lines with one line.
    if len(value) > 1:
        more = json.dumps(next(name for name in value if name != "items"))
        stop(2, f"{path}: {more} beside `items` would be lost. Remove it.")
    return value["items"]


def calls(path):
    """Returns the number of the first item, the media type and the body of each call that the file takes."""
    try:
        with open(path, "rb") as file:
            content = file.read().removeprefix(b"\xef\xbb\xbf")  # The byte-order mark.
        beginning = content[:1000].lstrip()[:1]
        if beginning not in (b"[", b"{"):
            if len(content) > MOST_BYTES:
                stop(2, f"{path} is larger than 16 MiB, which is the most that one call takes. Split it.")
            return [(0, "application/xml" if beginning == b"<" else "text/csv", content)]
        items = contained_items(path, content.decode())
    except OSError as error:
        stop(2, f"{path} cannot be read: {error.strerror}.")
    except ValueError as error:
        stop(2, f"{path} is not JSON in UTF-8: {error}.")
    if not isinstance(items, list) or not items:
        stop(2, f"{path} contains no items. Write a list of items, or an object with such a list in `items`.")
    made, seen, first, texts, size = [], {}, 0, [], 0
    for number, item in enumerate(items):
        text = json.dumps(item, ensure_ascii=False).encode(errors="backslashreplace")
        if texts and (len(texts) == MOST_ITEMS or size + len(text) > MOST_BYTES - 100):
            made.append((first, "application/json", b'{"items":[' + b",".join(texts) + b"]}"))
            first, texts, size = number, [], 0
        # Within one call, Voxum reports an id that is there twice.
        identity = item.get("id") if isinstance(item, dict) else None
        if isinstance(identity, str) and seen.setdefault(identity.strip(), number) < first:
            earlier = seen[identity.strip()]
            stop(2, f"{path}: /items/{earlier} and /items/{number} have the same id. Send each id once.")
        texts.append(text)
        size += len(text) + 1
    return made + [(first, "application/json", b'{"items":[' + b",".join(texts) + b"]}")]


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would turn the call into a GET, and could send the key to another server."""

    def redirect_request(self, *_):
        return None


def send(url, headers, body):
    """Returns the status, the headers and the text of the answer. The status is 0 if no whole answer came."""
    request = urllib.request.Request(url, body, headers, method="POST")
    try:
        with urllib.request.build_opener(NoRedirects).open(request, timeout=60) as answer:
            return answer.status, answer.headers, answer.read().decode(errors="replace")
    except urllib.error.HTTPError as refusal:
        try:
            return refusal.code, refusal.headers, refusal.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            return refusal.code, refusal.headers, ""
    except (OSError, http.client.HTTPException) as error:
        return 0, {}, str(getattr(error, "reason", "") or error or type(error).__name__)


def fields(text):
    """Reads a JSON object, or returns an empty one."""
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    return value if isinstance(value, dict) else {}


def seconds(retry_after):
    """Reads `Retry-After`, which is a number of seconds or a date."""
    if re.fullmatch("[0-9]{1,9}", retry_after):
        return int(retry_after)
    date = email.utils.parsedate_tz(retry_after)
    return email.utils.mktime_tz(date) - time.time() if date else 0


def explain(status, headers, text, first):
    """Describes a refusal and each fault, with its place in the file."""
    problem = fields(text)
    if status == 0:
        return f"No answer came from Voxum: {text}"
    if status in (301, 302, 303, 307, 308):
        return f"{status}: the server has moved to {headers.get('Location')}. Set VOXUM_URL to its new address."
    if "code" not in problem:
        return f"{status}: the answer does not come from Voxum. Check VOXUM_URL, and the proxies in between."
    lines = [f"{status} {problem['code']}: {problem.get('detail')}"]
    for fault in problem.get("errors") or []:
        place = re.sub("^/items/([0-9]+)", lambda at: f"/items/{int(at[1]) + first}", fault.get("pointer", ""))
        line, item = fault.get("line"), fault.get("id")
        named = [f"line {line}" if line else "", f"item {item}" if item else "", place]
        lines.append(f"  {', '.join(filter(None, named))}: {fault.get('detail')}")
    lines.append(f"  An admin finds this request by its ID: {problem.get('instance')}")
    return "\n".join(lines)


def push(url, key, first, kind, body):
    headers = {"X-API-Key": key, "Content-Type": kind}
    headers["Idempotency-Key"] = str(uuid.uuid4())  # The same for each try, so that Voxum carries the call out once.
    for tried in range(1, TRIES + 1):
        status, answered, text = send(url, headers, body)
        # A replay of an answer can lack its body.
        if status == 200 and ("received" in fields(text) or answered.get("Idempotency-Replayed")):
            return print(text or "Stored by an earlier try.")
        reason = explain(status, answered, text, first).replace(key, "[key]")
        in_flight = status == 409 and fields(text).get("code") == "conflict"
        if not in_flight and status not in (0, 408, 429, 500, 502, 503, 504):
            stop(1, reason)
        wait = max(seconds(answered.get("Retry-After", "")), 2 ** (tried - 1))
        if tried == TRIES or wait > LONGEST_WAIT:
            stop(75, f"{reason}\nRun this again later. Sending the same items again is safe.")
        print(f"{reason}\nTrying again in {wait:.0f} s.", file=sys.stderr)
        time.sleep(wait)


if len(sys.argv) != 2:
    stop(2, "Usage: python3 push_inventory.py FILE")
URL, KEY = settings()
for call in calls(sys.argv[1]):
    push(URL, KEY, *call)
