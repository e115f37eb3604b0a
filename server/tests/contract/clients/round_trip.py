"""A round trip with the package that openapi-python-client generates from the OpenAPI document."""

import os
from typing import TypeVar

from voxum_client import AuthenticatedClient
from voxum_client.api.inventory import delete_item, get_item, list_items, push_items, put_item
from voxum_client.api.key import get_key
from voxum_client.api.leads import create_lead, edit_lead, erase_lead, list_lead_changes
from voxum_client.models import (
    ApiKey,
    Attributes,
    Currency,
    ErasedLead,
    FeedReport,
    Item,
    ItemFields,
    ItemList,
    Lead,
    LeadChanges,
    LeadEdits,
    LeadStatus,
    NewItem,
    NewItems,
    NewLead,
    Problem,
    ProblemCode,
    ProblemEntryCode,
    Scope,
)
from voxum_client.types import UNSET

T = TypeVar("T")


def expect(kind: type[T], answer: object) -> T:
    assert isinstance(answer, kind), answer
    return answer


client = AuthenticatedClient(
    os.environ["VOXUM_URL"], token=os.environ["VOXUM_API_KEY"], prefix="", auth_header_name="X-API-Key"
)
assert Scope.LEADSWRITE in expect(ApiKey, get_key.sync(client=client)).scopes

# Items.
attributes = Attributes.from_dict({"color": "red"})
fields = ItemFields(name="Škoda", price="32500.10", category=None, attributes=attributes)
answer = put_item.sync_detailed("PY/1 ü", client=client, body=fields)
created = expect(Item, answer.parsed)
assert (answer.status_code, created.category, created.attributes["color"]) == (201, None, "red")
price: float | None = created.price
assert price == 32500.10

feed = NewItems([NewItem("PY-2", "n", currency=Currency.EUR), NewItem("PY-3", "n")])
pushed = expect(FeedReport, push_items.sync(client=client, body=feed, idempotency_key="python"))
assert (pushed.created, pushed.rejected) == (2, [])

ids = []
cursor: str | None = None
while True:
    page = expect(ItemList, list_items.sync(client=client, limit=1, q="PY", cursor=cursor or UNSET))
    ids += [item.id for item in page.items]
    cursor = page.next_cursor
    if cursor is None:
        break
assert ids == ["PY-2", "PY-3", "PY/1 ü"], ids

tag = get_item.sync_detailed("PY/1 ü", client=client).headers["ETag"]
expect(Item, put_item.sync("PY/1 ü", client=client, body=ItemFields(name="Changed"), if_match=tag))
stale = expect(Problem, delete_item.sync("PY/1 ü", client=client, if_match=tag))
assert stale.code == ProblemCode.PRECONDITION_FAILED
assert delete_item.sync_detailed("PY/1 ü", client=client).status_code == 204
gone = expect(Problem, get_item.sync("PY/1 ü", client=client))
assert (gone.code, gone.status) == (ProblemCode.NOT_FOUND, 404)

faulty = NewItems([NewItem("PY-4", "n", price="ten")])
faults = expect(Problem, push_items.sync(client=client, body=faulty)).errors or []
assert [(fault.pointer, fault.code) for fault in faults] == [("/items/0/price", ProblemEntryCode.INVALID)]

# Leads.
lead = expect(Lead, create_lead.sync(client=client, body=NewLead(email="grace@example.com", note=None)))
assert (lead.status, lead.phone) == (LeadStatus.NEW, None)
edits = LeadEdits(status=LeadStatus.WON, external_id="C1")
edited = expect(Lead, edit_lead.sync(lead.id, client=client, body=edits))
assert (edited.status, edited.external_id) == (LeadStatus.WON, "C1")
assert erase_lead.sync_detailed(lead.id, client=client).status_code == 204
leads = expect(LeadChanges, list_lead_changes.sync(client=client)).leads
assert expect(ErasedLead, leads[-1]).id == lead.id
refused = expect(Problem, create_lead.sync(client=client, body=NewLead(name="n")))
assert refused.code == ProblemCode.INVALID_BODY

stranger = AuthenticatedClient(os.environ["VOXUM_URL"], token="", prefix="", auth_header_name="X-API-Key")
assert expect(Problem, get_key.sync(client=stranger)).code == ProblemCode.MISSING_KEY
