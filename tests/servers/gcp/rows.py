"""Assets as the two calls of Cloud Asset Inventory show them."""

import json

import names

FIELDS = ["name", "assetType", "project", "folders", "organization", "displayName", "description", "location", "labels", "networkTags", "kmsKeys",
          "createTime", "updateTime", "state", "additionalAttributes", "parentFullResourceName", "parentAssetType", "tags", "effectiveTags", "tagKeys",
          "tagValues", "tagValueIds", "attachedResources", "versionedResources", "relationships", "sccSecurityMarks", "enrichments", "kmsKey"]
# Google's text says twice which these are, and of effectiveTags both; what is large is left out here.
DEFAULT = frozenset(FIELDS[:18])


def bare(members):
    """proto3's JSON has nothing of what is empty."""
    return {key: value for key, value in members.items() if value not in (None, "", [], {})}


def dumped(members):
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()


def found(world, asset):
    """A ResourceSearchResult with all its members."""
    path = [world.numbered(scope) for scope in world.path(asset["within"])]
    tags = list(world.bindings.get(asset["bound"] or asset["within"], {}).values())
    return bare({
        "name": asset["name"], "assetType": asset["type"], "project": next((scope for scope in path if scope.startswith("projects/")), None),
        "folders": [scope for scope in path if scope.startswith("folders/")],
        "organization": next((scope for scope in path if scope.startswith("organizations/")), None), "displayName": asset["displayName"],
        "description": asset.get("description"), "location": asset["location"], "labels": asset["labels"], "networkTags": asset["networkTags"],
        "createTime": asset["createTime"], "updateTime": asset["updateTime"], "state": asset["state"],
        "additionalAttributes": asset.get("additionalAttributes"), "parentFullResourceName": asset["parentName"], "parentAssetType": asset["parentType"],
        "tags": tags, "effectiveTags": world.effective(asset["bound"], asset["within"]), "tagKeys": [one["tagKey"] for one in tags],
        "tagValues": [one["tagValue"] for one in tags], "tagValueIds": [one["tagValueId"] for one in tags],
        "versionedResources": [{"version": asset["schema"]["version"], "resource": asset["described"]}],
    })


def listed(world, asset):
    """An Asset with its resource."""
    resource = {**asset["schema"], "parent": asset["parentListed"], "data": asset["described"], "location": asset["location"]}
    return bare({
        "name": asset["nameListed"], "assetType": asset["type"], "ancestors": [world.numbered(scope) for scope in world.path(asset["within"])],
        "updateTime": asset["updateTime"], "resource": bare(resource),
    })


def completed(world, asset):
    """An asset of the seed with what only rows need."""
    parent = asset["parentName"]
    at_project = parent and parent.removeprefix(names.MANAGER)
    named = names.MANAGER + world.numbered(at_project) if at_project in world.by_scope else parent
    return {**asset, "bound": asset["name"], "nameListed": asset["name"], "parentListed": named, "schema": names.discovery(asset["type"]),
            "described": names.described(asset)}


def container(world, scope, state=None):
    """A project, folder or organisation as an asset, which is in itself."""
    one = world.by_scope[scope]
    kind = {"projects": names.PROJECT, "folders": names.FOLDER, "organizations": names.ORGANIZATION}[scope.partition("/")[0]]
    above, state = one.get("parent"), state or one["state"]
    above_kind = {"f": names.FOLDER, "o": names.ORGANIZATION}[above[0]] if above else None
    if kind == names.PROJECT:
        parent = {"type": above.partition("/")[0].removesuffix("s"), "id": above.partition("/")[2]} if above else None
        data = {"projectId": one["id"], "projectNumber": one["number"], "name": one["name"], "lifecycleState": state, "parent": parent,
                "labels": one["labels"], "createTime": one["createTime"]}
    elif kind == names.FOLDER:
        data = {"name": scope, "parent": above, "displayName": one["name"], "lifecycleState": state, "createTime": one["createTime"]}
    else:
        data = {"name": scope, "organizationId": one["id"], "displayName": one["name"], "lifecycleState": state, "creationTime": one["createTime"]}
    return {
        "name": names.MANAGER + scope, "nameListed": names.MANAGER + world.numbered(scope), "bound": None, "within": scope, "type": kind,
        "displayName": one["name"], "location": "global", "labels": one.get("labels", {}), "networkTags": [], "createTime": one["createTime"],
        "updateTime": one["createTime"], "state": state, "parentName": names.MANAGER + above if above else None, "parentType": above_kind,
        "parentListed": names.MANAGER + above if above else None, "described": bare(data), "searchable": True, "listed": True,
        "additionalAttributes": {"projectId": one["id"]} if kind == names.PROJECT else None,
        "schema": {"version": "v2" if kind == names.FOLDER else "v1", "discoveryName": kind.partition("/")[2], "discoveryDocumentUri":
                   f"https://cloudresourcemanager.googleapis.com/$discovery/rest?version={'v2' if kind == names.FOLDER else 'v1'}"},
    }
