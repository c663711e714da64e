"""All assets under numbers: those of the seed and the containers one by one, a made estate by rule. Rows are bytes, made once for each form they are wanted in.

A form is a set of the members of a ResourceSearchResult, or LISTED for an Asset of ListAssets, or BARE for one without its resource.
"""

import json
import operator
import re
from array import array

import estate
import names
import rows
from world import World

LISTED, BARE = "listed", "bare"
# What made projects are told apart by, in templates; and what is filled in.
ID, NUMBER = "~project~", "271828182845"
GAPS = [word.encode() for word in (ID, NUMBER, estate.SERIAL)]
GAP = re.compile(b"|".join(GAPS))


class Book:
    def __init__(self, world):
        self.world = world
        self.entries, self.blocks, self.owner = [], {}, []
        self.rendered, self.templates, self.deleted = {}, {}, {}
        by_scope = {}
        for asset in world.assets:
            by_scope.setdefault(asset["within"], []).append(asset)
        for scope in world.by_scope:
            self.blocks[scope] = range(len(self.entries), len(self.entries) + 1 + len(by_scope.get(scope, [])))
            self.entries.append(rows.container(world, scope))
            self.entries += [rows.completed(world, asset) for asset in by_scope.get(scope, [])]
            self.owner += [scope] * len(self.blocks[scope])
        self.first = len(self.entries)
        count = world.count or {}
        self.made = world.projects[len(world.projects) - count.get("projects", 1):] if count else []
        self.stride = -(-count.get("assets", 0) // max(1, len(self.made)))
        self.whole = count.get("assets", 0) - (self.stride - 1) * len(self.made)
        self.place = {f"projects/{one['id']}": n for n, one in enumerate(self.made)}
        self.kinds = {entry["type"] for entry in self.entries} | set(names.NAMED) | (set(estate.KINDS) if self.made else set())

    def made_of(self, scope):
        """The numbers of a project's made assets."""
        place = self.place.get(scope)
        if place is None or not self.stride:
            return range(0)
        begins = self.first + place * self.stride
        return range(begins, begins + self.stride - (place >= self.whole))

    def numbers(self, scope, wanted, flag):
        """The numbers of all assets in a scope and below of which a test of types says yes; `flag` must be true of them."""
        found = array("I")
        made = [index for index in range(estate.PERIOD) if wanted(estate.kind_at(index))] if self.made else []
        for one in self.world.below(scope):
            found.extend(n for n in self.blocks.get(one, ()) if self.entries[n][flag] and wanted(self.entries[n]["type"]))
            numbers = self.made_of(one)
            if len(made) == estate.PERIOD:
                found.extend(numbers)
            else:
                for turn in range(0, len(numbers), estate.PERIOD):
                    found.extend(numbers[turn + index] for index in made if turn + index < len(numbers))
        return found

    def scope_of(self, n):
        """The container that an asset is directly in."""
        return self.owner[n] if n < self.first else f"projects/{self.made[(n - self.first) // self.stride]['id']}"

    def is_container(self, n):
        return n < self.first and self.entries[n]["bound"] is None

    def page(self, numbers, form):
        """Several rows at once: of a made estate, many of one project follow each other."""
        found, place, templates, project, number = [], None, None, None, None
        for n in numbers:
            if n < self.first:
                found.append(self.row(n, form))
                continue
            serial = n - self.first
            at, index = divmod(serial, self.stride)
            if at != place:
                place, one = at, self.made[at]
                templates, project, number = self.templates_of(one["parent"], form), one["id"].encode(), one["number"].encode()
            template, fill = templates[index % estate.PERIOD]
            found.append(template % fill((project, number, b"%08d" % serial)))
        return found

    def row(self, n, form):
        """The row of an asset that has an entry of its own."""
        made = self.rendered.setdefault(form, {})
        if n not in made:
            made[n] = render(self.world, self.entries[n], form)
        return made[n]

    def deleted_row(self, n, form):
        """The row of a project after its deletion was asked for: it is still found, as such."""
        if n not in self.deleted:
            self.deleted[n] = rows.container(self.world, self.owner[n], "DELETE_REQUESTED")
        return render(self.world, self.deleted[n], form)

    def members(self, n, fields):
        """What a row is sorted by."""
        return json.loads(self.page([n], frozenset(fields))[0])

    def templates_of(self, parent, form):
        """The templates of all projects in a folder, which inherit the same tags: rows with gaps, and what puts a project and a number in their order."""
        key = (parent, form)
        if key not in self.templates:
            like = Like(self.world, parent)
            made = [rows.completed(like, like.asset(estate.template(index, {"id": ID}))) for index in range(estate.PERIOD)]
            self.templates[key] = [gapped(render(like, one, form)) for one in made]
        return self.templates[key]


def gapped(row):
    order = [GAPS.index(found) for found in GAP.findall(row)]
    # With a single gap, an itemgetter would give no tuple.
    fill = operator.itemgetter(*order) if len(order) > 1 else lambda values: tuple(values[one] for one in order)
    return GAP.sub(b"%b", row.replace(b"%", b"%%")), fill


def render(world, entry, form):
    if form in (LISTED, BARE):
        asset = rows.listed(world, entry)
        return rows.dumped({key: value for key, value in asset.items() if form == LISTED or key != "resource"})
    return rows.dumped({key: value for key, value in rows.found(world, entry).items() if key in form})


class Like(World):
    """The world as templates see it: a project somewhere, whose names are left open."""

    def __init__(self, world, parent):
        self.bindings = world.bindings
        self.by_scope = {**world.by_scope, f"projects/{ID}": {"id": ID, "number": NUMBER, "parent": parent}}
