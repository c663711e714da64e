"""What exists: the seed with its defaults filled in, and who sees which part of it.

{"tenant": GUID; "clients": [{"id", "secret", "sees": [subscription name]}]; "federated": an assertion, "cli_token": a bearer token that is taken;
"management_groups": [{"id", "name", "parent"}]; "subscriptions": [{"id", "name", "state", "above", "tags", "access": whole, groups or none}]; "groups":
[{"subscription", "name", "location", "tags", "managedBy"}]; "resources": [{"subscription", "group", "type", "name", "location", "tags", "properties",
"managedBy", "sku", "kind", "zones", "created", "changed", "id", "graph_id": Resource Graph's spelling of it, "seen_by_graph", "denied": not shown where the
caller sees groups only}]; "count": an estate made of numbers; "quota": {"queries", "window"}; "page": the largest of "resources", "groups", "subscriptions",
"entities", "graph"; "tenant_limit", "prism": bool; "lenient": joins that Microsoft does not list for Resource Graph are taken; "token_seconds", "token_real":
told, and kept; "weather": what goes wrong}
"""

import uuid

import estate

BORN = "2024-03-01T09:00:00.0000000Z"
SPACE = uuid.UUID("6f2c8f0e-9a3b-4c5d-8e7f-0a1b2c3d4e5f")
TENANT = "11111111-2222-4333-8444-555555555555"


def identifier(*parts):
    """A GUID that is the same for the same name."""
    return str(uuid.uuid5(SPACE, "/".join(parts)))


def resource_id(subscription, resource):
    """Types and names of nested resources alternate: a/b of Provider/x/y is at Provider/x/a/y/b."""
    provider, *types = resource["type"].split("/")
    pairs = "/".join(f"{kind}/{name}" for kind, name in zip(types, resource["name"].split("/")))
    within = f"/resourceGroups/{resource['group']}" if resource.get("group") else ""
    return f"/subscriptions/{subscription}{within}/providers/{provider}/{pairs}"


class World:
    def __init__(self, seed):
        self.tenant = seed.get("tenant", TENANT)
        self.clients = [dict(client) for client in seed.get("clients", [])] or [{"id": identifier("client"), "secret": "secret"}]
        if seed.get("count"):
            seed = {**seed, **{key: seed.get(key, []) + made for key, made in estate.made(seed["count"], identifier).items()}}
        self.management_groups = [{"name": group["id"], **group} for group in seed.get("management_groups", [])]
        self.subscriptions = [dict(subscription) for subscription in seed.get("subscriptions", [])]
        self.groups = [dict(group) for group in seed.get("groups", [])]
        self.resources = [dict(resource) for resource in seed.get("resources", [])]
        self.fill()
        self.by_name = {subscription["name"]: subscription for subscription in self.subscriptions}
        self.by_id = {subscription["id"].lower(): subscription for subscription in self.subscriptions}
        self.groups_of, self.resources_of = ({name: [] for name in self.by_name} for _ in range(2))
        for group in self.groups:
            self.groups_of[group["subscription"]].append(group)
        for resource in self.resources:
            self.resources_of[resource["subscription"]].append(resource)
        self.management_by_id = {group["id"].lower(): group for group in self.management_groups}

    def fill(self):
        # Every tenant has a root group, whose id is the tenant's and which whatever has no parent hangs under.
        if not any(group["id"].lower() == self.tenant.lower() for group in self.management_groups):
            self.management_groups.insert(0, {"id": self.tenant, "name": "Tenant Root Group", "parent": None})
        for group in self.management_groups:
            is_root = group["id"].lower() == self.tenant.lower()
            group["parent"] = None if is_root else group.get("parent") or self.tenant
        for subscription in self.subscriptions:
            subscription.setdefault("id", identifier(subscription["name"]))
            subscription.setdefault("state", "Enabled")
            subscription.setdefault("access", "whole")
            subscription["above"] = subscription.get("above") or self.tenant
        ids = {subscription["name"]: subscription["id"] for subscription in self.subscriptions}
        known = {(group["subscription"], group["name"].lower()) for group in self.groups}
        for group in self.groups:
            group.setdefault("location", "westeurope")
        for resource in self.resources:
            resource.setdefault("location", "westeurope")
            resource.setdefault("created", BORN)
            resource.setdefault("changed", resource["created"])
            resource.setdefault("seen_by_graph", True)
            resource.setdefault("denied", False)
            if "id" not in resource:
                resource["id"] = resource_id(ids[resource["subscription"]], resource)
            at = (resource["subscription"], (resource.get("group") or "").lower())
            if at[1] and at not in known:
                known.add(at)
                self.groups.append({"subscription": at[0], "name": resource["group"], "location": resource["location"]})
        for group in self.groups:
            group["id"] = f"/subscriptions/{ids[group['subscription']]}/resourceGroups/{group['name']}"

    def may(self, client, subscription):
        """Whether the client may see anything in there."""
        sees = client.get("sees")
        return subscription["access"] != "none" and (sees is None or subscription["name"] in sees)

    def seen(self, client):
        return [subscription for subscription in self.subscriptions if self.may(client, subscription)]

    def resources_seen(self, subscription):
        """Of a subscription of which the caller sees groups only, not what was kept from them."""
        found = self.resources_of[subscription["name"]]
        if subscription["access"] == "whole":
            return found
        return [resource for resource in found if not resource["denied"]]

    def ancestors(self, above):
        """The management groups above, nearest first."""
        found = []
        while above:
            group = self.management_by_id[above.lower()]
            found.append(group)
            above = group["parent"]
        return found

    def described(self):
        return {"tenant": self.tenant, "clients": [client["id"] for client in self.clients], "management_groups": self.management_groups,
                "subscriptions": self.subscriptions, "groups": self.groups, "resources": self.resources}
