"""Resource Manager: subscriptions, management groups, groups, resources and tags, each list in pages."""

import base64
import json
import re

from problems import Problem, denied
from tables import MANAGEMENT

VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(-preview)?$")
ID = r"(?P<subscription>[^/]+)"
# Resource Manager does not look at case. The service that answers, the operation, its method and its path.
ROUTES = [
    ("QueryResources", "POST", r"/providers/Microsoft\.ResourceGraph/resources"),
    ("GetEntities", "POST", r"/providers/Microsoft\.Management/getEntities"),
    ("GetManagementGroup", "GET", r"/providers/Microsoft\.Management/managementGroups/(?P<group>[^/]+)"),
    ("ListSubscriptions", "GET", r"/subscriptions"),
    ("ListResources", "GET", rf"/subscriptions/{ID}/resources"),
    ("ListGroups", "GET", rf"/subscriptions/{ID}/resourcegroups"),
    ("GetTags", "GET", rf"/subscriptions/{ID}/providers/Microsoft\.Resources/tags/default"),
    ("Query", "POST", rf"/subscriptions/{ID}/providers/Microsoft\.CostManagement/query"),
    ("GetSubscription", "GET", rf"/subscriptions/{ID}"),
]
ROUTES = [(name, method, re.compile(path + "/?$", re.IGNORECASE)) for name, method, path in ROUTES]
# What a role has to allow.
ACTIONS = {
    "ListResources": "Microsoft.Resources/subscriptions/resources/read", "ListGroups": "Microsoft.Resources/subscriptions/resourceGroups/read",
    "GetTags": "Microsoft.Resources/tags/read", "GetSubscription": "Microsoft.Resources/subscriptions/read",
    "ListSubscriptions": "Microsoft.Resources/subscriptions/read", "GetEntities": "Microsoft.Management/getEntities/action",
    "Query": "Microsoft.CostManagement/query/read",
    "GetManagementGroup": "Microsoft.Management/managementGroups/read", "QueryResources": "Microsoft.ResourceGraph/resources/read",
}
ELSEWHERE = "https://evil.example.invalid"
OPTIONAL = ("tags", "kind", "sku", "plan", "identity", "managedBy", "zones")


def route(method, path):
    """The operation's name and what its path names; none for no operation, an empty name for another method than the operation's."""
    for name, wanted, pattern in ROUTES:
        found = pattern.match(path)
        if found:
            return (name if method == wanted else ""), found.groupdict()
    return None, {}


class Manager:
    def __init__(self, seed, world, weather, violations):
        self.world, self.weather = world, weather
        self.seed, self.violations, self.costs = seed, violations, None
        self.largest = seed.get("page", {})
        self.answers = {
            "ListSubscriptions": self.subscriptions, "GetSubscription": self.subscription, "GetEntities": self.entities, "GetManagementGroup": self.management,
            "ListResources": self.resources, "ListGroups": self.groups, "GetTags": self.tags, "Query": self.query,
        }

    def throttled(self, operation, subscription):
        def problem(headers):
            return Problem(429, "SubscriptionRequestsThrottled",
                           f"Number of requests for subscription '{subscription}' and operation '{operation}' exceeded the limit. "
                           f"Please try again after '{headers.get('Retry-After', '1')}' seconds.", headers=headers)

        return problem

    def checked(self, query):
        version = query.get("api-version")
        if version is None:
            raise Problem(400, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests.")
        if not VERSION.match(version):
            raise Problem(400, "InvalidApiVersionParameter", f"The api-version '{version}' is invalid.")

    def found(self, client, operation, named):
        """The subscription of a path, if it exists and the caller may ask it this."""
        subscription = self.world.by_id.get(named.lower())
        if subscription is None:
            raise Problem(404, "SubscriptionNotFound", f"The subscription '{named}' could not be found.")
        is_kept = subscription["access"] == "groups" and operation == "GetTags"
        if is_kept or not self.world.may(client, subscription):
            raise denied(client, ACTIONS[operation], f"/subscriptions/{subscription['id']}")
        return subscription

    def answer(self, client, asked):
        return self.answers[asked.operation](client, asked)

    def paged(self, asked, place, largest, everything, shape, size=None):
        """One page of a list, with a link to the next one where there is more."""
        token, start = asked.query.get("$skiptoken"), 0
        if token is not None:
            start = self.read(token, asked.operation)
            if self.weather.spends("stale", place):
                raise Problem(400, "InvalidSkipToken", "The provided skip token has expired.")
        size = min(size or largest, largest)
        page = {"value": [shape(one) for one in everything[start:start + size]]}
        if start + size < len(everything):
            follow = base64.urlsafe_b64encode(json.dumps({"at": start + size, "of": asked.operation}).encode()).decode()
            base = ELSEWHERE if self.weather.any("foreign_link", place) else asked.base
            page["nextLink"] = base + asked.target + "?" + asked.again(follow)
        return page

    @staticmethod
    def read(token, operation):
        try:
            given = json.loads(base64.urlsafe_b64decode(token))
            if given["of"] == operation:
                return given["at"]
        except (ValueError, KeyError, TypeError):
            pass
        raise Problem(400, "InvalidSkipToken", f"The provided skip token '{token}' is invalid.")

    def subscriptions(self, client, asked):
        seen = [one for one in self.world.seen(client)]
        page = self.paged(asked, ("ListSubscriptions", ""), self.largest.get("subscriptions", 1000), seen, self.described)
        return {**page, "count": {"type": "Total", "value": len(page["value"])}}

    def subscription(self, client, asked):
        return self.described(self.found(client, "GetSubscription", asked.named["subscription"]))

    def described(self, subscription):
        found = {
            "id": f"/subscriptions/{subscription['id']}", "authorizationSource": "RoleBased", "managedByTenants": [], "subscriptionId": subscription["id"],
            "tenantId": self.world.tenant, "displayName": subscription["name"], "state": subscription["state"],
            "subscriptionPolicies": {"locationPlacementId": "Public_2014-09-01", "quotaId": "EnterpriseAgreement_2014-09-01", "spendingLimit": "Off"},
        }
        return found | ({"tags": subscription["tags"]} if "tags" in subscription else {})

    def entities(self, client, asked):
        everything = [*self.world.management_groups, *self.world.subscriptions]
        top = asked.query.get("$top", "")
        size = int(top) if top.isdigit() and int(top) else None
        page = self.paged(asked, ("GetEntities", ""), self.largest.get("entities", 3000), everything, lambda one: self.entity(client, one), size)
        return {**page, "count": len(everything)}

    def below(self, group):
        return [one for one in self.world.management_groups if one["parent"] and one["parent"].lower() == group["id"].lower()]

    def entity(self, client, one):
        is_subscription = "above" in one
        above = self.world.ancestors(one["above"] if is_subscription else one["parent"])
        permissions = "view" if not is_subscription or self.world.may(client, one) else "noaccess"
        groups = [] if is_subscription else self.below(one)
        below = [] if is_subscription else [s for s in self.world.subscriptions if s["above"].lower() == one["id"].lower()]
        everything = [*self.world.management_groups, *self.world.subscriptions]
        under = 0 if is_subscription else sum(one in self.world.ancestors(other.get("above") or other.get("parent")) for other in everything)
        properties = {
            "tenantId": self.world.tenant, "displayName": one["name"], "parent": {"id": MANAGEMENT + above[0]["id"]} if above else {"id": None},
            "permissions": permissions, "inheritedPermissions": permissions, "parentDisplayNameChain": [group["name"] for group in reversed(above)],
            "parentNameChain": [group["id"] for group in reversed(above)], "numberOfDescendants": under, "numberOfChildren": len(groups) + len(below),
            "numberOfChildGroups": len(groups),
        }
        at = f"/subscriptions/{one['id']}" if is_subscription else MANAGEMENT + one["id"]
        return {"id": at, "type": "/subscriptions" if is_subscription else "Microsoft.Management/managementGroups", "name": one["id"], "properties": properties}

    def management(self, client, asked):
        group = self.world.management_by_id.get(asked.named["group"].lower())
        if group is None:
            raise Problem(404, "NotFound", f"The management group '{asked.named['group']}' cannot be found.")
        is_expanded = asked.query.get("$expand") == "children"
        return self.branch(client, group, 1 if is_expanded else 0, is_expanded and asked.query.get("$recurse", "").lower() == "true", True)

    def branch(self, client, group, depth, is_whole, is_top=False):
        above = self.world.ancestors(group["parent"])
        properties = {"displayName": group["name"]}
        if is_top:
            parent = {"parent": {"id": MANAGEMENT + above[0]["id"], "name": above[0]["id"], "displayName": above[0]["name"]}} if above else {}
            properties |= {"tenantId": self.world.tenant, "details": {"version": 1, "updatedTime": "2024-03-01T09:00:00Z", "updatedBy": "loopback", **parent}}
        found = {"id": MANAGEMENT + group["id"], "type": "Microsoft.Management/managementGroups", "name": group["id"]}
        if not is_top:
            found["displayName"] = properties.pop("displayName")
        else:
            found["properties"] = properties
        if depth or is_whole:
            children = [self.branch(client, one, 0, is_whole) for one in self.below(group)]
            for one in self.world.subscriptions:
                if one["above"].lower() == group["id"].lower() and self.world.may(client, one):
                    children.append({"id": f"/subscriptions/{one['id']}", "type": "/subscriptions", "name": one["id"], "displayName": one["name"]})
            (properties if is_top else found)["children"] = children
        return found

    def resources(self, client, asked):
        subscription = self.found(client, "ListResources", asked.named["subscription"])
        expand = [word.strip().lower() for word in asked.query.get("$expand", "").split(",")]
        top = asked.query.get("$top")
        if top is not None and not (top.isdigit() and int(top) > 0):
            raise Problem(400, "InvalidTopInQueryString", f"The value '{top}' of $top is invalid.")

        def shape(one):
            found = {"id": one["id"], "name": one["name"], "type": one["type"], "location": one["location"]}
            found |= {name: one[name] for name in OPTIONAL if name in one}
            if "createdtime" in expand:
                found["createdTime"] = one["created"]
            if "changedtime" in expand:
                found["changedTime"] = one["changed"]
            if "provisioningstate" in expand:
                found["provisioningState"] = "Succeeded"
            return found

        everything = self.world.resources_seen(subscription)
        return self.paged(asked, ("ListResources", subscription["name"]), self.largest.get("resources", 1000), everything, shape, int(top) if top else None)

    def groups(self, client, asked):
        subscription = self.found(client, "ListGroups", asked.named["subscription"])

        def shape(group):
            found = {"id": group["id"], "name": group["name"], "type": "Microsoft.Resources/resourceGroups", "location": group["location"]}
            found |= {name: group[name] for name in ("managedBy", "tags") if name in group}
            return found | {"properties": {"provisioningState": "Succeeded"}}

        place = ("ListGroups", subscription["name"])
        return self.paged(asked, place, self.largest.get("groups", 1000), self.world.groups_of[subscription["name"]], shape)

    def query(self, client, asked):
        subscription = self.found(client, "Query", asked.named["subscription"])
        if self.costs is None:
            # The client's models take a while to load, and most tests ask for no costs.
            from costs import Costs

            self.costs = Costs(self.seed, self.violations)
        return self.costs.answer(subscription, asked)

    def tags(self, client, asked):
        subscription = self.found(client, "GetTags", asked.named["subscription"])
        return {"id": f"/subscriptions/{subscription['id']}/providers/Microsoft.Resources/tags/default", "name": "default", "type": "Microsoft.Resources/tags",
                "properties": {"tags": subscription.get("tags") or {}}}
