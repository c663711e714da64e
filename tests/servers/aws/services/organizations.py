"""Organizations: accounts with their state and paths, units, tags; pages that are empty and still not the last."""

import datetime

from protocol import Refusal
from world import pairs

JOINED = datetime.datetime(2024, 3, 1, tzinfo=datetime.timezone.utc)
STALE = Refusal("InvalidInputException", "You specified an invalid value: the NextToken is not valid")


def _organization(world, place):
    organization = world.seed.get("organization")
    if not organization:
        raise Refusal("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
    if place.account != world.caller():
        raise Refusal("AccessDeniedException", "You don't have permissions to access this resource.")
    return organization


def _path(organization, unit):
    units = {u["id"]: u for u in organization["units"]}
    steps = []
    while unit in units:
        steps.append(unit)
        unit = units[unit]["parent"]
    return "/".join([organization["id"], organization["root"]["id"], *reversed(steps)])


def list_accounts(world, place, given):
    organization = _organization(world, place)
    shown = []
    for account in world.accounts.values():
        if account.get("stranger"):
            continue
        state = account.get("state", "ACTIVE")
        entry = {
            "Id": account["id"],
            "Arn": f"arn:aws:organizations::{world.caller()}:account/{organization['id']}/{account['id']}",
            "Email": f"{account['name']}@example.com",
            "Name": account["name"],
            "State": state,
            "JoinedMethod": "CREATED",
            "JoinedTimestamp": JOINED,
        }
        # The older member knows fewer words.
        if state in ("ACTIVE", "SUSPENDED", "PENDING_CLOSURE"):
            entry["Status"] = state
        if organization.get("paths", True):
            entry["Paths"] = [f"{_path(organization, account['above'])}/{account['id']}/"]
        shown.append(entry)
    token = given.get("NextToken")
    if organization.get("empty_page") and not token:
        return {"Accounts": [], "NextToken": "accounts#0/0"}
    size = world.size("ListAccounts", given.get("MaxResults"), 20)
    page, token = world.page(shown, "accounts", token, size, STALE)
    return {"Accounts": page, **({"NextToken": token} if token else {})}


def list_parents(world, place, given):
    organization = _organization(world, place)
    above = {account["id"]: account["above"] for account in world.accounts.values() if "above" in account}
    above.update({unit["id"]: unit["parent"] for unit in organization["units"]})
    if given["ChildId"] not in above:
        raise Refusal("ChildNotFoundException", "You specified a child that doesn't exist.")
    parent = above[given["ChildId"]]
    return {"Parents": [{"Id": parent, "Type": "ROOT" if parent.startswith("r-") else "ORGANIZATIONAL_UNIT"}]}


def describe_unit(world, place, given):
    organization = _organization(world, place)
    unit = next((u for u in organization["units"] if u["id"] == given["OrganizationalUnitId"]), None)
    if unit is None:
        raise Refusal("OrganizationalUnitNotFoundException", "You specified an organizational unit that doesn't exist.")
    arn = f"arn:aws:organizations::{world.caller()}:ou/{organization['id']}/{unit['id']}"
    return {"OrganizationalUnit": {"Id": unit["id"], "Arn": arn, "Name": unit["name"]}}


def list_tags(world, place, given):
    organization = _organization(world, place)
    tagged = {account["id"]: account.get("tags", {}) for account in world.accounts.values() if not account.get("stranger")}
    tagged.update({unit["id"]: unit.get("tags", {}) for unit in [*organization["units"], organization["root"]]})
    if given["ResourceId"] not in tagged:
        raise Refusal("TargetNotFoundException", "We can't find a root, OU, account, or policy with the TargetId that you specified.")
    size = world.size("ListTagsForResource", None, 50)
    page, token = world.page(pairs(tagged[given["ResourceId"]]), f"tags:{given['ResourceId']}", given.get("NextToken"), size, STALE)
    return {"Tags": page, **({"NextToken": token} if token else {})}


OPERATIONS = {
    "ListAccounts": list_accounts,
    "ListParents": list_parents,
    "DescribeOrganizationalUnit": describe_unit,
    "ListTagsForResource": list_tags,
}
