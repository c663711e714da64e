"""Resource Manager v3: organisations, folders and projects."""

import hashlib
import re

from paging import Place
from problems import denied, invalid

STATES = ["STATE_UNSPECIFIED", "ACTIVE", "DELETE_REQUESTED"]
# What a query of each list can ask for, and the member that it means.
ASKABLE = {
    "organizations": {"domain": "displayName", "directorycustomerid": "directoryCustomerId", "owner.directorycustomerid": "directoryCustomerId"},
    "folders": {"displayname": "displayName", "parent": "parent", "state": "state", "lifecyclestate": "state"},
    "projects": {"displayname": "displayName", "name": "displayName", "parent": "parent", "id": "projectId", "projectid": "projectId", "state": "state",
                 "lifecyclestate": "state"},
}
TERM = re.compile(r'([A-Za-z.]+)\s*[:=]\s*("[^"]*"|[^\s"()]+)')


class Manager:
    def __init__(self, world, weather, paging):
        self.world, self.weather, self.paging = world, weather, paging

    def answer(self, asked, email, gone, call, now):
        operation = asked.operation
        if operation.startswith("Get"):
            scope = self.world.canonical(asked.scope)
            if scope not in self.world.by_scope or not self.world.may(email, "get", scope):
                raise denied(operation, asked.scope)
            return self.shown(scope, gone, asked.numbers)
        name = re.sub("^(Search|List)", "", operation).lower()
        scopes = [scope for scope in self.world.by_scope if scope.startswith(name + "/")]
        if operation.startswith("List"):
            scopes = self.children(asked, email, gone, scopes)
        scopes = [scope for scope in scopes if self.world.may(email, "get", scope)]
        query = asked.one("query")
        if query:
            test = self.query(name, query)
            scopes = [scope for scope in scopes if test(self.shown(scope, gone, False))]
        place = Place(asked, (operation, asked.one("parent"), query, asked.one("showDeleted")), now)
        size = self.paging.size(asked, name)
        found = [self.shown(scope, gone, asked.numbers) for scope in scopes[place.offset:place.offset + size]]
        call["page"], call["rows"] = place.page, len(found)
        return {name: found} | self.following(asked, call, place, place.offset + size, len(scopes)) if found else {}

    def following(self, asked, call, place, offset, total):
        """The word for the next page, if there is one."""
        if offset >= total:
            return {}
        spot = (asked.operation, call["scope"])
        if place.token and self.weather.any("repeat_token", spot):
            return {"nextPageToken": place.token}
        return {"nextPageToken": place.next(max(offset - (self.weather.of("doubled", spot) or 0), place.offset + 1))}

    def children(self, asked, email, gone, scopes):
        """What is directly in a folder or an organisation; the deleted only where they are asked for."""
        parent = asked.one("parent")
        if not re.fullmatch("(organizations|folders)/[0-9]+", parent):
            raise invalid("The parent must be a folder or an organization.", "parent")
        if parent not in self.world.by_scope or not self.world.may(email, "get", parent):
            raise denied(asked.operation, parent)
        scopes = [scope for scope in scopes if self.world.by_scope[scope].get("parent") == parent]
        if asked.one("showDeleted") == "true":
            return scopes
        return [scope for scope in scopes if self.state(scope, gone) == "ACTIVE"]

    def state(self, scope, gone):
        own = self.world.by_scope[scope]["state"]
        return "DELETE_REQUESTED" if scope in gone and isinstance(own, str) else own

    def shown(self, scope, gone, is_number):
        kind, _, identifier = scope.partition("/")
        one, state = self.world.by_scope[scope], self.state(scope, gone)
        # A number that no client knows yet may be seeded as it is.
        state = STATES.index(state) if is_number and state in STATES else state
        found = {"name": self.world.numbered(scope), "displayName": one["name"], "state": state,
                 "createTime": one["createTime"], "updateTime": one["createTime"], "etag": f'W/"{hashlib.sha256(scope.encode()).hexdigest()[:16]}"'}
        if kind == "organizations":
            found["directoryCustomerId"] = f"C0{identifier[:8]}"
        elif one.get("parent"):
            found["parent"] = one["parent"]
        if kind == "projects":
            found["projectId"] = one["id"]
            if one["labels"]:
                found["labels"] = one["labels"]
        if self.state(scope, gone) == "DELETE_REQUESTED":
            found["deleteTime"] = one.get("deleteTime", one["createTime"])
        return found

    def query(self, name, text):
        """A test of what is shown: terms one after the other, of projects any of which must be true, or all of them with AND between."""
        terms = TERM.findall(text)
        rest = TERM.sub("", text).split()
        if not terms or any(word != "AND" for word in rest):
            raise invalid(f"This server does not understand the query: {text}", "query")

        def is_true(one, field, value):
            value = value.strip('"').lower()
            if field.startswith("labels."):
                own = one.get("labels", {}).get(field.removeprefix("labels."))
                return own is not None and value in ("*", own.lower())
            if field not in ASKABLE[name]:
                raise invalid(f"Unknown field in the query: {field}", "query")
            own = str(one.get(ASKABLE[name][field], "")).lower()
            return own.startswith(value[:-1]) if value.endswith("*") else own == value

        some = any if name == "projects" and "AND" not in rest else all
        return lambda one: some(is_true(one, field.lower(), value) for field, value in terms)
