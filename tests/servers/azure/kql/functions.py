"""The scalar functions: how many arguments each takes, and what it compiles into."""

from .scalar import NUMBERS, Code, refuse

MANY = 64


def cast(helper, kind, is_null=True):
    def build(scope, _, given):
        code = scope.code(given[0])
        if code.kind == kind and (kind != "string" or not code.is_null):
            return Code(code.text, kind, code.is_null, code.name)
        return Code(f"{helper}({code})", kind, is_null, code.name)

    return build


def of_text(shape, kind="string", is_null=False):
    """A function of texts: `shape` says how, {0} for the first argument and so on, {} for those that were given."""
    def build(scope, name, given):
        codes = [scope.code(tree) for tree in given]
        if codes[0].kind not in ("string", "dynamic"):
            refuse(f"{name}(): argument #1 expected to be a string expression")
        parts = [scope.texts(code) if code.kind in ("string", "dynamic") and (index == 0 or code.kind == "string") else str(code)
                 for index, code in enumerate(codes)]
        return Code(shape.format(*parts, given=", ".join(parts)), kind, is_null)

    return build


def test(shape, of_string):
    """A question about null, which a text cannot be."""
    def build(scope, _, given):
        code = scope.code(given[0])
        return Code((of_string if code.kind == "string" else shape).format(code), "bool", False)

    return build


def of_dynamic(helper, kind):
    def build(scope, name, given):
        code = scope.code(given[0])
        if code.kind != "dynamic":
            refuse(f"{name}(): argument #1 expected to be a dynamic expression")
        return Code(f"{helper}({code})", kind)

    return build


def common(name, codes):
    """The type of a choice: Kusto wants its branches alike."""
    kinds = {code.kind for code in codes if code.text != "None"} or {"dynamic"}
    if len(kinds) > 1 and not kinds <= set(NUMBERS):
        refuse(f"{name}(): the branches are of different types: {', '.join(sorted(kinds))}")
    return kinds.pop() if len(kinds) == 1 else "real"


def choice(scope, name, given):
    codes = [scope.boolean(tree, name) if index % 2 == 0 and index < len(given) - 1 else scope.code(tree) for index, tree in enumerate(given)]
    if len(codes) % 2 == 0:
        refuse(f"{name}(): function expects pairs of a condition and a value, and a value for the rest")
    conditions, branches = codes[:-1:2], [*codes[1::2], codes[-1]]
    kind = common(name, branches)
    text = str(codes[-1])
    for condition, branch in reversed(list(zip(conditions, branches))):
        text = f"({branch} if {condition} else {text})"
    return Code(text, kind, any(branch.is_null for branch in branches))


def coalesce(scope, name, given):
    codes = [scope.code(tree) for tree in given]
    return Code(f"first({', '.join(map(str, codes))})", common(name, codes), all(code.is_null for code in codes))


def strcat(scope, _, given):
    return Code("(" + " + ".join(scope.texts(scope.code(tree)) for tree in given) + ")", "string", False)


def pack(scope, name, given):
    if len(given) % 2:
        refuse(f"{name}(): function expects pairs of a key and a value")
    return Code(f"pack({', '.join(str(scope.code(tree)) for tree in given)})", "dynamic", False)


def array(scope, _, given):
    return Code(f"[{', '.join(str(scope.code(tree)) for tree in given)}]", "dynamic", False)


def negation(scope, name, given):
    code = scope.boolean(given[0], name)
    return Code(f"negation({code})", "bool", code.is_null)


def now(scope, _, given):
    """One moment for the whole query, as in Kusto."""
    before = scope.compile(str(scope.code(given[0]))) if given else None
    return Code(scope.constant(scope.globals["now"](before)), "datetime", False)


FUNCTIONS = {
    "not": (1, 1, negation),
    "tostring": (1, 1, cast("text", "string", False)), "toint": (1, 1, cast("whole", "long")), "tolong": (1, 1, cast("whole", "long")),
    "todouble": (1, 1, cast("real", "real")), "toreal": (1, 1, cast("real", "real")), "tobool": (1, 1, cast("boolean", "bool")),
    "toboolean": (1, 1, cast("boolean", "bool")), "todatetime": (1, 1, cast("moment", "datetime")), "parse_json": (1, 1, cast("parsed", "dynamic")),
    "todynamic": (1, 1, cast("parsed", "dynamic")),
    "tolower": (1, 1, of_text("{0}.lower()")), "toupper": (1, 1, of_text("{0}.upper()")), "strlen": (1, 1, of_text("len({0})", "long")),
    "substring": (2, 3, of_text("substring({given})")), "split": (2, 3, of_text("split({given})", "dynamic")),
    "replace_string": (3, 3, of_text("{0}.replace({1}, {2})")),
    "isnull": (1, 1, test("({} is None)", "False")), "isnotnull": (1, 1, test("({} is not None)", "True")),
    "isempty": (1, 1, test("({} in (None, ''))", "({} == '')")), "isnotempty": (1, 1, test("({} not in (None, ''))", "({} != '')")),
    "array_length": (1, 1, of_dynamic("length", "long")), "bag_keys": (1, 1, of_dynamic("keys", "dynamic")),
    "iff": (3, 3, choice), "iif": (3, 3, choice), "case": (3, MANY, choice), "coalesce": (2, MANY, coalesce),
    "strcat": (1, MANY, strcat), "pack": (2, MANY, pack), "bag_pack": (2, MANY, pack), "pack_array": (1, MANY, array),
    "now": (0, 1, now), "ago": (1, 1, now), "hash": (1, 2, lambda scope, _, given: Code(f"number({scope.code(given[0])})", "long", False)),
}
