"""Hooks of schemathesis: API keys for its calls, and the rules for requests that OpenAPI cannot express."""

import http.client
import json
import os
import re
import unicodedata
import uuid
from decimal import ROUND_DOWN, Decimal
from urllib.parse import quote, unquote, urlsplit
from xml.sax.saxutils import escape

import schemathesis

URL = os.environ["CONTRACT_URL"]
# In a header, these characters are invalid in HTTP. The response is an empty 400 from below the API, which has
# separate tests.
INVALID_IN_HEADERS = dict.fromkeys([*range(9), *range(10, 32), 127])
ADDRESS = r"[A-Za-z0-9]+@[A-Za-z0-9]+\.[A-Za-z]+"
SCOPES = ["inventory:read", "inventory:write", "leads:read", "leads:write"]


def call(method, path, headers, body=None):
    connection = http.client.HTTPConnection(urlsplit(URL).netloc, timeout=10)
    connection.request(method, path, body, headers)
    return json.load(connection.getresponse())


def create_key():
    form = {"name": "Contract", "scopes": SCOPES, "expires": "90d", "token": uuid.uuid4().hex}
    headers = {"Content-Type": "application/json", "Origin": URL, "Cookie": os.environ["CONTRACT_COOKIE"]}
    return call("POST", "/call/keys/create", headers, json.dumps({"form": form}))["Ok"]["secret"]


KEY = create_key()
DOCUMENT = call("GET", "/api/openapi.json", {})


@schemathesis.check
def problem_is_described(ctx, response, case):
    """The document lists a response's problem codes beside the schema of the problem, so that checks of schemas miss them."""
    description = DOCUMENT["paths"][case.operation.path][case.operation.method]["responses"].get(str(response.status_code), {})
    name = description.get("$ref", "").rpartition("/")[2]
    description = DOCUMENT["components"]["responses"].get(name, description)
    problem = description.get("content", {}).get("application/problem+json")
    if problem:
        body = response.json()
        assert body["code"] in problem["x-codes"], f"{body['code']} is not described"
        assert body["status"] == response.status_code, f"the body has the status {body['status']}"


class KeyHeader:
    def set(self, case, data, context):
        case.headers = {**(case.headers or {}), "X-API-Key": data}


# A key that has revoked itself cannot be used again, so each of these calls has a new one.
@schemathesis.auth(refresh_interval=None).apply_to(method="DELETE", path="/api/key")
class OwnKey(KeyHeader):
    def get(self, case, context):
        return create_key()


@schemathesis.auth().skip_for(method="DELETE", path="/api/key")
class OneKey(KeyHeader):
    def get(self, case, context):
        return KEY


@schemathesis.hook
def before_call(context, case, kwargs):
    """Corrects generated requests by the rules that no schema contains."""
    headers = case.headers or {}
    for name, value in list(headers.items()):
        if isinstance(value, str) and value != value.translate(INVALID_IN_HEADERS):
            headers[name] = value.translate(INVALID_IN_HEADERS)
    if case.meta is None or case.meta.generation.mode.is_negative:
        lengthen_texts(case)
        # With the key of an earlier request, the response would be a replay.
        key = headers.get("Idempotency-Key")
        if isinstance(key, str) and re.fullmatch("[!-~]{1,255}", key):
            headers["Idempotency-Key"] = key[:200] + uuid.uuid4().hex
        return
    # Each request has a new idempotency key.
    if "Idempotency-Key" in headers:
        headers["Idempotency-Key"] = headers["Idempotency-Key"][:200] + uuid.uuid4().hex
    # A request may have only one of the two conditions.
    if "If-Match" in headers:
        headers.pop("If-None-Match", None)
    # A cursor is valid only for the list that issued it.
    if "cursor" in (case.query or {}):
        if case.operation.path in ("/api/leads", "/api/inventory/changes"):
            case.query["cursor"] = call("GET", case.operation.path, {"X-API-Key": KEY})["next_cursor"]
        else:
            case.query["cursor"] = ("\x01" + (case.query.get("category") or "A")[:100]).encode().hex()
    # Only a feed that replaces the inventory can allow removals.
    if (case.query or {}).get("mode") != "replace":
        (case.query or {}).pop("allow_removal", None)
    if case.operation.path == "/api/inventory/{id}":
        # The id in a path has no blanks around it, as no stored id has.
        case.path_parameters["id"] = quote(visible_id(unquote(case.path_parameters["id"])), safe="")
    # An item to be deleted or changed has to exist.
    if case.operation.label in ("DELETE /api/inventory/{id}", "PATCH /api/inventory/{id}"):
        json_headers = {"X-API-Key": KEY, "Content-Type": "application/json"}
        call("PUT", case.formatted_path, json_headers, '{"name": "n"}')
    if case.operation.label == "POST /api/inventory":
        # No stored item has the generated ids.
        if (case.query or {}).get("mode") == "update":
            case.query["mode"] = "merge"
        if isinstance(case.body, str):
            case.body = feed(case.media_type, case.body)
        elif isinstance(case.body, dict):
            items = ({**with_exact_price(item), "id": visible_id(item["id"])} for item in case.body["items"])
            case.body["items"] = unique_by_id(items)
    if case.operation.label in ("PUT /api/inventory/{id}", "PATCH /api/inventory/{id}"):
        if isinstance(case.body, dict):
            case.body = with_exact_price(case.body)
            # An id in the body would have to be the one in the path.
            case.body.pop("id", None)
    if case.operation.path.startswith("/api/leads") and isinstance(case.body, dict):
        ids = {name: visible_id(case.body[name]) for name in ("item_id", "external_id") if case.body.get(name)}
        case.body.update(ids)
        # The schema of an address only requires an `@`.
        if (case.body.get("email") or "").strip() and not re.fullmatch(ADDRESS, case.body["email"]):
            case.body["email"] = "buyer@example.com"


def lengthen_texts(case):
    """Makes texts too long even without blanks at their ends, which do not count."""
    if not isinstance(case.body, dict):
        return
    content = DOCUMENT["paths"][case.operation.path][case.operation.method]["requestBody"]["content"]
    name = content.get(case.media_type, {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
    fields = DOCUMENT["components"]["schemas"].get(name, {}).get("properties", {})
    for field, value in case.body.items():
        limit = fields.get(field, {}).get("maxLength")
        if isinstance(value, str) and limit is not None and len(value) > limit:
            case.body[field] = "x" * len(value)


# Feeds in XML and CSV are texts in JSON Schema, and are sent unchanged.
@schemathesis.serializer("application/xml", "text/xml", "text/csv")
def send_unchanged(context, value):
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")


def feed(media_type, text):
    """Returns a feed with one item that contains the text, or the example of the description, which is already a feed."""
    if text.startswith(("<inventory>", "id,")):
        return text
    name = "".join(c for c in text if unicodedata.category(c)[0] not in "CZ")[:200] or "-"
    item_id = uuid.uuid4().hex
    if media_type == "text/csv":
        return 'id,name\n{},"{}"\n'.format(item_id, name.replace('"', '""'))
    return f"<inventory><item><id>{item_id}</id><name>{escape(name)}</name></item></inventory>"


def unique_by_id(items):
    """Returns the items without repeated ids."""
    return list({item["id"]: item for item in items}.values())


def with_exact_price(item):
    """Returns the item with a price without decimals, which every currency allows, or with two in the account's dollars."""
    if item.get("attributes"):
        # Blanks around a name do not count.
        attributes = {name.strip(): value for name, value in item["attributes"].items()}
        item = {**item, "attributes": attributes}
    if not item.get("price"):
        return item
    unit = Decimal("1" if item.get("currency") else "0.01")
    price = Decimal(str(item["price"])).quantize(unit, ROUND_DOWN)
    return {**item, "price": str(price) if isinstance(item["price"], str) else float(price)}


def visible_id(item_id):
    """Returns an id without invisible characters, and not in the form of a number that a spreadsheet shortened."""
    text = (c for c in item_id if unicodedata.category(c)[0] in "LNPS " and c not in "\u115f\u1160\u3164\uffa0\u2800")
    text = "".join(text).strip()
    return text if text and "e+" not in text.lower() and text not in (".", "..", "changes") else uuid.uuid4().hex
