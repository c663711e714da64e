"""The Resource Groups Tagging API as it really answers: what carries tags or once did, the last page with an empty token."""

from protocol import Refusal
from world import pairs


def get_resources(world, place, given):
    listed = [r for r in world.at(place.account, place.region) if r["life"] != "never"]
    # The model asks for a value, and the service gives one.
    shown = [{"ResourceARN": r["arn"], "Tags": pairs({key: value or "" for key, value in r["tags"].items()})} for r in listed]
    for filtered in given.get("TagFilters", []) + given.get("ResourceTypeFilters", []):
        raise Refusal("InvalidParameterException", f"this server knows no filters: {filtered}")
    size = given.get("ResourcesPerPage", 50)
    if not 1 <= size <= 100:
        raise Refusal("InvalidParameterException", "ResourcesPerPage must be between 1 and 100")
    stale = Refusal("PaginationTokenExpiredException", "A PaginationToken is valid for a maximum of 15 minutes")
    size = world.size("GetResources", size, 100)
    page, token = world.page(shown, f"tagging:{place.account}:{place.region}", given.get("PaginationToken"), size, stale)
    return {"ResourceTagMappingList": page, "PaginationToken": token or ""}


OPERATIONS = {"GetResources": get_resources}
