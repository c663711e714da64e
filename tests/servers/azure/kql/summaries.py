"""What `summarize` makes of a group of rows: for each function a name, a type, and how it is computed."""

from .scalar import refuse
from .values import text

CASTS = {"long": "long", "real": "real"}


def once(found):
    """Each value once, in the order of their first appearance; lists and objects are told apart by how they are written."""
    return list({text(value) if isinstance(value, (dict, list)) else value: value for value in found if value is not None}.values())


def any_of(found):
    return next((value for value in found if value is not None and value != ""), found[0] if found else None)


def total(found):
    return sum(value for value in found if isinstance(value, (int, float)))


def extreme(choose):
    return lambda found: choose((value for value in found if value is not None), default=None)


# What the column is called without a name of its own, its type (None: that of the argument), how it comes from the argument's values.
REDUCED = {
    "make_set": ("set_{}", "dynamic", once), "make_list": ("list_{}", "dynamic", lambda found: [value for value in found if value is not None]),
    "any": ("any_{}", None, any_of), "take_any": ("any_{}", None, any_of), "dcount": ("dcount_{}", "long", lambda found: len(once(found))),
    "sum": ("sum_{}", None, total), "min": ("min_{}", None, extreme(min)), "max": ("max_{}", None, extreme(max)),
}


def build(scope, name, tree):
    if tree[0] != "call":
        refuse("summarize: an aggregation function is expected")
    _, function, given = tree
    if function == "count" and not given:
        return (name or "count_", "long", len)
    if function == "countif" and len(given) == 1:
        condition = scope.boolean(given[0], "countif")
        return (name or "countif_", "long", scope.compile(f"lambda rows: sum([1 for r in rows if {condition}])"))
    if function not in REDUCED or not given:
        refuse(f"Unknown aggregation function: '{function}'")
    called, kind, reduce = REDUCED[function]
    code = scope.code(given[0])
    values = scope.compile(f"lambda rows: [{code} for r in rows]")
    return (name or called.format(code.name or ""), kind or code.kind, lambda rows: reduce(values(rows)))
