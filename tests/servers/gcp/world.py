"""What exists, as the seed tells it, with what it leaves out filled in.

{"organizations": [{"id", "name", "state", "createTime"}]; "folders": [{"id", "name", "parent": "organizations/1" or "folders/2", "state", "createTime"}];
"projects": [{"id", "number", "name", "parent" or nothing, "state", "labels", "createTime"}]; "bindings": [{"on": "organizations/1", "folders/2",
"projects/id" or a full resource name, "key": "1/environment", "value"}]; "assets": [{"project": id, or "parent": a folder or an organisation; "type";
"short", and "name" where the full name is another than is made of it; "displayName", "description", "location", "labels", "networkTags", "createTime",
"updateTime", "state", "data": the service's own members, "parentName", "parentType", "searchable", "listed"; other members are kept}]; "count": an estate
made of numbers; "access": {"search", "list", "get": [patterns of scopes]}; "sees": {email: [patterns of scopes]}; "unsupported": {"search", "list":
[patterns of types that this call does not know]}}

The rest of the seed: "service_accounts", "authorized_users", "access_tokens", "federated", "impersonable", "metadata", "universe", "token" (tokens.py);
"quota_project", "consumer", "clock_offset", "prism" (app.py); "quota" (limits.py); "page" (paging.py); "weather" (weather.py).
"""

import fnmatch
import hashlib

import estate
import names

BORN = "2024-03-01T09:00:00Z"


def number(*parts, digits=12):
    """A number that is the same for the same name, and never begins with a zero."""
    return str(10 ** (digits - 1) + int.from_bytes(hashlib.sha256("/".join(parts).encode()).digest()[:8], "big") % (9 * 10 ** (digits - 1)))


class World:
    def __init__(self, seed):
        self.count = seed.get("count")
        if self.count:
            seed = {**seed, **{key: seed.get(key, []) + made for key, made in estate.containers(self.count).items()}}
        self.organizations = [{"state": "ACTIVE", "createTime": BORN, **one} for one in seed.get("organizations", [])]
        self.folders = [{"state": "ACTIVE", "createTime": BORN, **one} for one in seed.get("folders", [])]
        self.projects = [
            {"number": number("project", one["id"]), "name": one["id"], "parent": None, "state": "ACTIVE", "labels": {}, "createTime": BORN, **one}
            for one in seed.get("projects", [])]
        self.access, self.sees, self.unsupported = seed.get("access", {}), seed.get("sees", {}), seed.get("unsupported", {})
        self.by_scope = {f"organizations/{one['id']}": one for one in self.organizations} | {f"folders/{one['id']}": one for one in self.folders}
        self.by_scope |= {f"projects/{one['id']}": one for one in self.projects}
        self.numbers = {str(one["number"]): one["id"] for one in self.projects}
        self.children = {}
        for scope, one in self.by_scope.items():
            self.children.setdefault(one.get("parent"), []).append(scope)
        self.bindings = {}
        for binding in seed.get("bindings", []):
            self.bindings.setdefault(self.bound(binding["on"]), {})[binding["key"]] = tag(binding)
        self.assets = [self.asset(dict(one)) for one in seed.get("assets", [])]

    def bound(self, on):
        """Containers by their scope, everything else by its full name."""
        return self.canonical(on) if not on.startswith("//") else self.canonical(on.removeprefix(names.MANAGER)) if on.startswith(names.MANAGER) else on

    def canonical(self, scope):
        """The same scope with a project's id in it, whichever way it was written."""
        kind, _, named = scope.partition("/")
        return f"projects/{self.numbers.get(named, named)}" if kind == "projects" else scope

    def asset(self, one):
        project = self.by_scope[f"projects/{one['project']}"] if "project" in one else None
        one.setdefault("short", one.get("name", "thing").rsplit("/", 1)[-1])
        one.setdefault("location", names.location(one["type"]))
        for key, value in (("labels", {}), ("networkTags", []), ("data", {}), ("createTime", BORN), ("searchable", True), ("listed", True)):
            one.setdefault(key, value)
        one.setdefault("updateTime", one["createTime"])
        one.setdefault("displayName", one["short"].rsplit("/", 1)[-1])
        one.setdefault("state", names.STATES.get(one["type"]))
        if "name" not in one:
            one["name"] = names.full_name(one, project)
        parent, kind = names.parent(one, project)
        one.setdefault("parentType", kind if one.get("parentName", parent) == parent else None)
        one.setdefault("parentName", parent)
        one["within"] = f"projects/{project['id']}" if project else one["parent"]
        return one

    def path(self, scope):
        """The scope and what it is in, nearest first."""
        found = []
        while scope:
            found.append(scope)
            scope = self.by_scope[scope].get("parent") if scope in self.by_scope else None
        return found

    def below(self, scope):
        """The scope and all that is in it."""
        found = [scope]
        for child in self.children.get(scope, []):
            found += self.below(child)
        return found

    def numbered(self, scope):
        """A scope as answers name it: projects by their number."""
        kind, _, named = scope.partition("/")
        return f"projects/{self.by_scope[scope]['number']}" if kind == "projects" else scope

    def effective(self, name, scope):
        """Tags by what they are bound to: directly, or to something above; the nearest of a key counts. The name is that of an asset, or none."""
        found, known = [], set()
        for on in ([name] if name else []) + self.path(scope):
            bound = {key: value for key, value in self.bindings.get(on, {}).items() if key not in known}
            known |= set(bound)
            if bound:
                attached = on if on.startswith("//") else names.MANAGER + self.numbered(on)
                found.append({"attachedResource": attached, "effectiveTags": list(bound.values())})
        return found

    def may(self, email, what, scope):
        """Whether the caller may search, list or get in a scope: allowed there, or somewhere above."""
        path = self.path(scope)
        return all(patterns is None or any(fnmatch.fnmatchcase(one, pattern) for one in path for pattern in patterns)
                   for patterns in (self.access.get(what), self.sees.get(email)))

    def described(self):
        return {"organizations": self.organizations, "folders": self.folders, "projects": self.projects, "assets": self.assets, "count": self.count,
                "bindings": [{"on": on, "key": key, **value} for on, bound in self.bindings.items() for key, value in bound.items()],
                "access": self.access, "sees": self.sees, "unsupported": self.unsupported}


def tag(binding):
    key, value = binding["key"], f"{binding['key']}/{binding['value']}"
    return {"tagKey": key, "tagKeyId": f"tagKeys/{number('key', key)}", "tagValue": value, "tagValueId": f"tagValues/{number('value', value)}"}
