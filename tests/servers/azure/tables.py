"""Resource Graph's two tables about resources and what they are in, as rows made from the world."""

import threading

COLUMNS = [
    ("id", "string"), ("name", "string"), ("type", "string"), ("tenantId", "string"), ("kind", "string"), ("location", "string"), ("resourceGroup", "string"),
    ("subscriptionId", "string"), ("managedBy", "string"), ("sku", "dynamic"), ("plan", "dynamic"), ("properties", "dynamic"), ("tags", "dynamic"),
    ("identity", "dynamic"), ("zones", "dynamic"), ("extendedLocation", "dynamic"),
]
MANAGEMENT = "/providers/Microsoft.Management/managementGroups/"


class Tables:
    def __init__(self, world):
        self.world, self.lock = world, threading.Lock()
        self.made = {}

    def of(self, subscriptions, with_management):
        """What a query asks for its tables: of these subscriptions, in an order of the service's own."""
        def table(name):
            if name == "resources":
                return COLUMNS, lambda: [row for one in subscriptions for row in self.once(self.resources, one)]
            if name == "resourcecontainers":
                management = [self.management(group) for group in self.world.management_groups] if with_management else []
                return COLUMNS, lambda: management + [row for one in subscriptions for row in self.once(self.containers, one)]
            return None

        return table

    def prepare(self):
        """Makes the rows of resources before anybody asks, which of a large estate would keep the first page waiting."""
        for subscription in self.world.subscriptions:
            self.once(self.resources, subscription)

    def once(self, make, subscription):
        key = (make.__name__, subscription["name"])
        with self.lock:
            if key not in self.made:
                self.made[key] = make(subscription)
            return self.made[key]

    def resources(self, subscription):
        tenant, within = self.world.tenant, subscription["id"]
        return [
            (
                # Of a nested resource the last part; Resource Manager's lists have the whole path there.
                one.get("graph_id", one["id"]), one["name"].rsplit("/", 1)[-1], one["type"].lower(), tenant, one.get("kind") or "", one["location"],
                (one.get("group") or "").lower(), within, one.get("managedBy") or "", one.get("sku"), one.get("plan"), one.get("properties") or {},
                one.get("tags"), one.get("identity"), one.get("zones"), None,
            )
            for one in self.world.resources_seen(subscription) if one["seen_by_graph"]
        ]

    def containers(self, subscription):
        tenant, within = self.world.tenant, subscription["id"]
        chain = [{"name": group["id"], "displayName": group["name"]} for group in self.world.ancestors(subscription["above"])]
        properties = {
            "state": subscription["state"], "managementGroupAncestorsChain": chain, "managedByTenants": [],
            "subscriptionPolicies": {"locationPlacementId": "Public_2014-09-01", "quotaId": "EnterpriseAgreement_2014-09-01", "spendingLimit": "Off"},
        }
        rows = [container(f"/subscriptions/{within}", subscription["name"], "microsoft.resources/subscriptions", tenant, "", "", within, "", properties,
                          subscription.get("tags"))]
        for group in self.world.groups_of[subscription["name"]]:
            rows.append(container(group["id"], group["name"], "microsoft.resources/subscriptions/resourcegroups", tenant, group["location"],
                                  group["name"].lower(), within, group.get("managedBy") or "", {"provisioningState": "Succeeded"}, group.get("tags")))
        return rows

    def management(self, group):
        above = [{"name": one["id"], "displayName": one["name"]} for one in self.world.ancestors(group["parent"])]
        details = {"managementGroupAncestorsChain": above, "managementGroupAncestors": [one["name"] for one in above]}
        if above:
            details["parent"] = {"id": MANAGEMENT + above[0]["name"], **above[0]}
        properties = {"tenantId": self.world.tenant, "displayName": group["name"], "details": details}
        return container(MANAGEMENT + group["id"], group["id"], "microsoft.management/managementgroups", self.world.tenant, "", "", "", "", properties, None)


def container(at, name, kind, tenant, location, group, subscription, managed_by, properties, tags):
    return (at, name, kind, tenant, "", location, group, subscription, managed_by, None, None, properties, tags, None, None, None)
