"""Resource Explorer: indexes, views with and without tags, and everything that a view sees."""

import datetime

from protocol import Refusal
from world import GLOBAL_KINDS, pairs

REPORTED = datetime.datetime(2026, 10, 31, 22, tzinfo=datetime.timezone.utc)
REPORTED_TEXT = "2026-10-31T22:00:00Z"


def _index(world, place):
    name = world.name(place.account)
    index = next((i for i in world.seed.get("explorer", []) if i["account"] == name and i["region"] == place.region), None)
    if index is None:
        raise Refusal("ResourceNotFoundException", "There is no index in this Region.", 404)
    return index


def _stale():
    return Refusal("ValidationException", "The NextToken is invalid or has expired.")


def _arn(place, view):
    return f"arn:aws:resource-explorer-2:{place.region}:{place.account}:view/{view['name']}/1f2e3d4c-0000-0000-0000-000000000001"


def get_index(world, place, _given):
    index = _index(world, place)
    gathers = index.get("gathers", [])
    arn = f"arn:aws:resource-explorer-2:{place.region}:{place.account}:index/1f2e3d4c"
    return {"Arn": arn, "Type": "AGGREGATOR" if "gathers" in index else "LOCAL", "State": "ACTIVE", "ReplicatingFrom": gathers}


def list_views(world, place, given):
    arns = [_arn(place, view) for view in _index(world, place).get("views", [])]
    size = world.size("ListViews", given.get("MaxResults"), 50)
    page, token = world.page(arns, f"views:{place.account}:{place.region}", given.get("NextToken"), size, _stale())
    return {"Views": page, **({"NextToken": token} if token else {})}


def _view(world, place, arn):
    index = _index(world, place)
    view = next((view for view in index.get("views", []) if _arn(place, view) == arn), None)
    if view is None:
        raise Refusal("ResourceNotFoundException", "The view does not exist.", 404)
    return index, view


def get_view(world, place, given):
    _, view = _view(world, place, given["ViewArn"])
    organization = world.seed.get("organization")
    scope = f"arn:aws:iam::{place.account}:root"
    if view.get("wide"):
        scope = f"arn:aws:organizations::{place.account}:organization/{organization['id']}"
    return {"View": {
        "ViewArn": given["ViewArn"],
        "ViewName": view["name"],
        "Owner": place.account,
        "LastUpdatedAt": REPORTED,
        "Scope": scope,
        "IncludedProperties": [{"Name": name} for name in view.get("properties", [])],
        "Filters": {"FilterString": view.get("filter", "")},
    }}


def seen(world, place, index, view):
    """The resources that a view shows: of the account or of all that have an index, in the Regions that the index holds."""
    regions = {index["region"], *index.get("gathers", [])}
    name = world.name(place.account)

    def is_seen(resource):
        account = world.accounts[resource["account"]]
        if not view.get("strangers" if account.get("stranger") else "wide") and resource["account"] != name:
            return False
        lit = set(account.get("indexed", world.regions)) & regions
        here = lit if resource["kind"] in GLOBAL_KINDS else {resource["region"], *resource.get("also_in", [])} & lit
        wanted = view.get("filter", "").removeprefix("service:")
        return bool(here) and resource.get("explored", True) and (not wanted or resource["kind"].startswith(wanted))

    return [resource for resource in world.resources if is_seen(resource)]


def list_resources(world, place, given):
    if "ViewArn" not in given:
        raise Refusal("ValidationException", "This server has no view of its own.")
    index, view = _view(world, place, given["ViewArn"])
    size = world.size("ListResources", given.get("MaxResults"), 1000)
    found, token = world.page(seen(world, place, index, view), f"view:{given['ViewArn']}", given.get("NextToken"), size, _stale())
    shown = []
    for resource in found:
        properties = []
        if "tags" in view.get("properties", []) and resource["tags"]:
            properties = [{"Name": "tags", "LastReportedAt": REPORTED, "Data": pairs(resource["tags"])}]
        shown.append({
            "Arn": resource["arn"],
            "OwningAccountId": world.accounts[resource["account"]]["id"],
            "Region": "global" if resource["kind"] in GLOBAL_KINDS else resource["region"],
            "Service": resource["kind"].split(":")[0],
            "ResourceType": resource["kind"],
            "LastReportedAt": REPORTED,
            "Properties": properties,
        })
    return {"Resources": shown, "ViewArn": given["ViewArn"], **({"NextToken": token} if token else {})}


def list_indexes_for_members(world, place, given):
    _index(world, place)
    if not world.seed.get("organization"):
        raise Refusal("ValidationException", "The account is not in an organization.")
    indexes = []
    for account_id in given["AccountIdList"]:
        account = world.accounts.get(world.name(account_id) or "")
        if account is None or account.get("stranger"):
            continue
        for region in account.get("indexed", world.regions):
            indexes.append({"AccountId": account_id, "Region": region, "Type": "LOCAL", "Arn": f"arn:aws:resource-explorer-2:{region}:{account_id}:index/1"})
    size = world.size("ListIndexesForMembers", given.get("MaxResults"), 10)
    page, token = world.page(indexes, "indexes:" + ",".join(given["AccountIdList"]), given.get("NextToken"), size, _stale())
    return {"Indexes": page, **({"NextToken": token} if token else {})}


OPERATIONS = {
    "GetIndex": get_index,
    "GetView": get_view,
    "ListIndexesForMembers": list_indexes_for_members,
    "ListResources": list_resources,
    "ListViews": list_views,
}
