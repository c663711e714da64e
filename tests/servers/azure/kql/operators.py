"""How each tabular operator is written."""

from .syntax import expression, named, pipeline


def where(reader):
    return ("where", expression(reader))


def extend(reader):
    return ("extend", reader.listed(lambda: named(reader)))


def project(reader):
    return ("project", reader.listed(lambda: named(reader)))


def project_away(reader):
    def pattern():
        text = "*" if reader.takes("*") else reader.name()
        while reader.takes("*"):
            text += "*"
        return text

    return ("project-away", reader.listed(pattern))


def order(reader):
    reader.needs("by")
    return ("order", reader.listed(lambda: key(reader)))


def key(reader):
    """Without a word Kusto sorts down; null values stand first going up, last going down."""
    found = expression(reader)
    is_up = reader.takes("asc", "desc") == "asc"
    is_first = is_up
    if reader.takes("nulls"):
        is_first = reader.takes("first", "last") == "first"
    return (found, is_up, is_first)


def top(reader):
    number = reader.next()
    if number[0] != "number" or not number[1].isdigit():
        reader.at -= 1
        raise reader.unexpected()
    reader.needs("by")
    return ("top", int(number[1]), reader.listed(lambda: key(reader)))


def take(reader):
    kind, text, _ = reader.peek()
    if kind != "number" or not text.isdigit():
        raise reader.unexpected()
    reader.next()
    return ("take", int(text))


def join(reader):
    kind = "innerunique"
    if reader.takes("kind"):
        reader.needs("=")
        kind = reader.name()
    if reader.takes("("):
        right = pipeline(reader)
        reader.needs(")")
    else:
        right = [("table", reader.name())]
    reader.needs("on")
    pairs = [pair(reader)]
    while reader.takes(",", "and"):
        pairs.append(pair(reader))
    return ("join", kind, right, pairs)


def pair(reader):
    """Names of the left and the right column that have to be equal."""
    first = reader.name()
    if not first.startswith("$"):
        return (first, first)
    sides = {first: member(reader)}
    reader.needs("==")
    second = reader.name()
    sides[second] = member(reader)
    if set(sides) != {"$left", "$right"}:
        reader.at -= 1
        raise reader.unexpected()
    return (sides["$left"], sides["$right"])


def member(reader):
    reader.needs(".")
    return reader.name()


def union(reader):
    legs = []

    def leg():
        if not reader.takes("("):
            return legs.append([("table", reader.name())])
        legs.append(pipeline(reader))
        reader.needs(")")

    reader.listed(leg)
    return ("union", legs)


def summarize(reader):
    values, keys = [], []
    if reader.peek()[1] != "by":
        values = reader.listed(lambda: named(reader))
    if reader.takes("by"):
        keys = reader.listed(lambda: named(reader))
    return ("summarize", values, keys)


def distinct(reader):
    if reader.takes("*"):
        return ("distinct", None)
    return ("distinct", reader.listed(lambda: named(reader)))


def mv_expand(reader):
    shape = "bag"
    while reader.peek()[1] in ("kind", "bagexpansion") and reader.peek(1)[1] == "=":
        reader.at += 2
        shape = reader.name()

    def column():
        name, value = named(reader)
        kind = None
        if reader.takes("to"):
            reader.needs("typeof")
            reader.needs("(")
            kind = reader.name()
            reader.needs(")")
        return (name, value, kind)

    columns, limit = reader.listed(column), 128
    if reader.takes("limit"):
        limit = take(reader)[1]
    return ("mv-expand", columns, shape, limit)


def count(_):
    return ("count",)


# Those that Microsoft documents for Resource Graph. Kusto has more (`let`, `parse`, `project-rename`, …), which the service refuses.
OPERATORS = {
    "where": where, "extend": extend, "project": project, "project-away": project_away, "order": order, "sort": order, "top": top, "take": take, "limit": take,
    "join": join, "union": union, "summarize": summarize, "distinct": distinct, "mv-expand": mv_expand, "mvexpand": mv_expand, "count": count,
}
