"""A round trip with the package that openapi-generator generates from the OpenAPI document."""

import os

from voxum_generated import ApiClient, Configuration, InventoryApi, KeyApi, LeadsApi
from voxum_generated.exceptions import ApiException
from voxum_generated.models import (
    Currency,
    ErasedLead,
    ItemFields,
    LeadEdits,
    LeadStatus,
    NewItem,
    NewItems,
    NewLead,
    Price,
    Problem,
)


def refusal(call, *arguments, **named):
    """Returns the problem document of a refused call."""
    try:
        call(*arguments, **named)
    except ApiException as refused:
        assert isinstance(refused.data, Problem), refused.data
        return refused.data
    raise AssertionError("the call was not refused")


url = os.environ["VOXUM_URL"]
client = ApiClient(Configuration(host=url, api_key={"ApiKey": os.environ["VOXUM_API_KEY"]}))
inventory, leads = InventoryApi(client), LeadsApi(client)
assert "leads:write" in KeyApi(client).get_key().scopes

# Items.
fields = ItemFields(name="Škoda", price=Price("32500.10"), category=None, attributes={"color": "red"})
created = inventory.put_item("OG/1 ü", fields)
assert (created.price, created.category, created.attributes) == (32500.10, None, {"color": "red"})
feed = NewItems(items=[NewItem(id="OG-2", name="n", currency=Currency.EUR), NewItem(id="OG-3", name="n")])
assert inventory.push_items(feed, idempotency_key="generator").created == 2

ids, cursor = [], None
while True:
    page = inventory.list_items(limit=1, q="OG", cursor=cursor)
    ids += [item.id for item in page.items]
    cursor = page.next_cursor
    if cursor is None:
        break
assert ids == ["OG-2", "OG-3", "OG/1 ü"], ids

tag = inventory.get_item_with_http_info("OG/1 ü").headers["etag"]
assert inventory.put_item("OG/1 ü", ItemFields(name="Changed"), if_match=tag).name == "Changed"
assert refusal(inventory.delete_item, "OG/1 ü", if_match=tag).code == "precondition_failed"
inventory.delete_item("OG/1 ü")
assert refusal(inventory.get_item, "OG/1 ü").code == "not_found"
twice = NewItems(items=[NewItem(id="OG-4", name="n"), NewItem(id="OG-4", name="n")])
(fault,) = refusal(inventory.push_items, twice).errors
assert (fault.pointer, fault.code) == ("/items/1/id", "duplicate")

# Leads.
lead = leads.create_lead(NewLead(email="grace@example.com", note=None))
assert (lead.status, lead.phone) == (LeadStatus.NEW, None)
edited = leads.edit_lead(lead.id, LeadEdits(status=LeadStatus.WON, external_id="C1"))
assert (edited.status, edited.external_id) == (LeadStatus.WON, "C1")
leads.erase_lead(lead.id)
last = leads.list_lead_changes().leads[-1].actual_instance
assert isinstance(last, ErasedLead) and last.id == lead.id
assert refusal(leads.create_lead, NewLead(name="n")).code == "invalid_body"
assert refusal(KeyApi(ApiClient(Configuration(host=url))).get_key).code == "missing_key"
