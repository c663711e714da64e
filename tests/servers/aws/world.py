"""The estate that all services speak of: one description, from which each answers in its own way.

Seed: {"accounts": [{"name", "id", "state", "above": unit id, "tags", "indexed": [region]}], "caller": name, "regions": [name],
"organization": null | {"id", "root", "units": [{"id", "name", "parent", "tags"}], "page"},
"role": {"name", "external_id", "refused": [account name]},
"resources": [{"account", "region", "kind", "name", "arn", "tags": {key: value or null}, "life": "tagged" | "stripped" | "never", "also_in": [region]}],
"explorer": [{"account", "region", "gathers": [region], "views": [{"name", "properties", "filter", "wide", "strangers"}]}],
"aggregators": [{"account", "region", "name", "wide", "regions", "kinds", "failed": [account name]}],
"cost_tags": {tag: {"status": "Active" | "Inactive", "updated", "used"}}, "costs": [{"month", "account": id, "service", "tags", "billed", "effective"}], "open_month",
"cost_groups_lack": group that answers leave out, "weather": {…}, "emulator": "none" | "services" | "all" (of it), "page": {operation: size}}

`life` is "tagged" where there are tags, else "never". A value of null is a tag without its `Value`.
"""

import threading

GLOBAL_REGION = "us-east-1"
GLOBAL_KINDS = ("cloudfront:distribution", "iam:role")


class World:
    def __init__(self, seed):
        self.seed = seed
        self.accounts = {account["name"]: account for account in seed["accounts"]}
        self.regions = seed["regions"]
        self.resources = []
        self.lock = threading.Lock()
        self.tokens, self.spent = 0, set()
        for resource in seed.get("resources", []):
            if "arn" in resource:
                self.add(resource)

    def add(self, resource, arn=None):
        """Something exists from now on."""
        resource = {**resource, "tags": resource.get("tags") or {}}
        resource.setdefault("life", "tagged" if resource["tags"] else "never")
        resource["arn"] = (arn or resource["arn"]).replace("{account}", self.accounts[resource["account"]]["id"]).replace("{region}", resource["region"])
        with self.lock:
            self.resources.append(resource)

    def settle(self):
        """Everything exists: lists have one order from now on, whatever made them."""
        self.resources.sort(key=lambda resource: (resource["arn"], resource["region"]))

    def caller(self):
        return self.accounts[self.seed["caller"]]["id"]

    def name(self, account_id):
        return next((name for name, account in self.accounts.items() if account["id"] == account_id), None)

    def region_of(self, resource):
        return GLOBAL_REGION if resource["kind"] in GLOBAL_KINDS else resource["region"]

    def at(self, account_id, region):
        """What is in a Region of an account, and what other Regions' answers repeat there."""
        name = self.name(account_id)
        return [r for r in self.resources if r["account"] == name and (self.region_of(r) == region or region in r.get("also_in", []))]

    def page(self, items, at, token, size, stale):
        """A page of a list, and the token of the next. A token that was spoilt is refused."""
        start = 0
        if token:
            place, _, start = token.rpartition("/")
            if token in self.spent or place.split("#")[0] != at:
                raise stale
            start = int(start)
        following = None
        if start + size < len(items):
            with self.lock:
                self.tokens += 1
                following = f"{at}#{self.tokens}/{start + size}"
        return items[start:start + size], following

    def size(self, operation, asked, most):
        return min(asked or most, self.seed.get("page", {}).get(operation, most), most)


def pairs(tags):
    """Tags as most services write them."""
    return [{"Key": key} if value is None else {"Key": key, "Value": value} for key, value in tags.items()]
