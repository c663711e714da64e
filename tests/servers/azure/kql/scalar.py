"""Expressions: what type they have against given columns, and the Python that computes them from a row `r`.

Kusto's types: string, long, real, bool, datetime, timespan, and dynamic for what comes out of JSON.
"""

from . import values
from .syntax import Unreadable

NUMBERS = ("long", "real")


class Code:
    """Python text, its Kusto type, whether it can be null, and the name that its column gets when the query gives none."""

    def __init__(self, text, kind, is_null=True, name=None):
        self.text, self.kind, self.is_null, self.name = text, kind, is_null, name

    def __str__(self):
        return self.text


def refuse(message):
    raise Unreadable(message, code="Default")


class Scope:
    """The columns that an expression can name, and the constants that its Python needs."""

    def __init__(self, columns):
        self.columns = columns
        self.at = {name: index for index, (name, _) in enumerate(columns)}
        self.globals = dict(vars(values))

    def constant(self, value):
        name = f"_{len(self.globals)}"
        self.globals[name] = value
        return name

    def compile(self, text):
        return eval(compile(text, "query", "eval"), self.globals)

    def code(self, tree):
        return getattr(self, "_" + tree[0])(*tree[1:])

    def boolean(self, tree, what):
        code = self.code(tree)
        if code.kind == "dynamic":
            return Code(f"boolean({code})", "bool")
        if code.kind != "bool":
            refuse(f"'{what}' operator: the expression has to be of type bool, not {code.kind}")
        return code

    def _literal(self, value, kind):
        if kind == "dynamic" and isinstance(value, (dict, list)):
            return Code(self.constant(value), kind)
        return Code(repr(value), kind, value is None)

    def _timespan(self, text):
        return Code(self.constant(values.timespan(text)), "timespan", False)

    def _datetime(self, text):
        found = values.moment(text)
        if found is None and text != "null":
            refuse(f"'{text}' is no datetime")
        return Code(self.constant(found), "datetime", found is None)

    def _column(self, name):
        if name not in self.at:
            refuse(f"Failed to resolve scalar expression named '{name}'")
        kind = self.columns[self.at[name]][1]
        return Code(f"r[{self.at[name]}]", kind, kind != "string", name)

    def _member(self, whole, key):
        of, at = self.code(whole), self.code(key)
        if of.kind != "dynamic":
            refuse(f"A value of type {of.kind} has no members")
        if at.kind not in ("string", "long"):
            refuse(f"A member cannot be named by a value of type {at.kind}")
        name = f"{of.name}_{key[1]}" if of.name and key[0] == "literal" else of.name
        return Code(f"member({of}, {at})", "dynamic", True, name)

    def _and(self, left, right):
        return self.logic("and", "both", left, right)

    def _or(self, left, right):
        return self.logic("or", "either", left, right)

    def logic(self, word, helper, left, right):
        left, right = self.boolean(left, word), self.boolean(right, word)
        if left.is_null or right.is_null:
            return Code(f"{helper}({left}, {right})", "bool")
        return Code(f"({left} {word} {right})", "bool", False)

    def _compare(self, sign, left, right):
        left, right = self.code(left), self.code(right)
        if sign.strip("!") not in ("==", "=", "<", "<=", ">", ">="):
            return self.textual(sign, left, right)
        kinds = {left.kind, right.kind}
        is_alike = len(kinds) == 1 or kinds <= set(NUMBERS) or ("dynamic" in kinds and len(kinds) == 2)
        if kinds == {"dynamic"} or not is_alike:
            refuse(f"Cannot compare values of types {left.kind} and {right.kind}. Try adding explicit casts")
        if sign in ("==", "!="):
            if kinds == {"string"}:
                return Code(f"({left} {sign} {right})", "bool", False)
            equal = Code(f"equal({left}, {right})", "bool", left.is_null and right.is_null)
            if sign == "==":
                return equal
            return Code(f"negation({equal})", "bool", equal.is_null)
        if "string" in kinds:
            refuse(f"Cannot order values of type string by '{sign}'")
        return Code(f"order({sign!r}, {left}, {right})", "bool")

    def textual(self, sign, left, right):
        """Comparisons of texts, which a dynamic value can stand in for. Only `=~` and those with `_cs` look at case the other way round."""
        for side in (left, right):
            if side.kind not in ("string", "dynamic"):
                refuse(f"Operator '{sign}' cannot be applied to a value of type {side.kind}")
        whole, part = self.texts(left), self.texts(right)
        base, is_negative = (sign[1:], True) if sign.startswith("!") else (sign, False)
        lower = [f"{side}.lower()" for side in (whole, part)]
        if self.is_fixed(part):
            lower[1] = repr(self.compile(part).lower())
        found = {
            "=~": f"({lower[0]} == {lower[1]})", "~": f"({lower[0]} == {lower[1]})",
            "contains": f"({lower[1]} in {lower[0]})", "contains_cs": f"({part} in {whole})",
            "startswith": f"{lower[0]}.startswith({lower[1]})", "startswith_cs": f"{whole}.startswith({part})",
            "endswith": f"{lower[0]}.endswith({lower[1]})", "endswith_cs": f"{whole}.endswith({part})",
            "has": f"has({whole}, {part})",
        }[base]
        return Code(f"(not {found})" if is_negative else found, "bool", False)

    @staticmethod
    def is_fixed(text):
        return text[:1] in "'\"" and "r[" not in text

    @staticmethod
    def texts(code):
        return code.text if code.kind == "string" else f"text({code})"

    def _in(self, sign, left, parts):
        left, parts = self.code(left), [self.code(part) for part in parts]
        is_loose = sign.endswith("~")
        if is_loose and left.kind not in ("string", "dynamic"):
            refuse(f"Operator '{sign}' cannot be applied to a value of type {left.kind}")
        for part in parts:
            if "dynamic" not in (left.kind, part.kind) and left.kind != part.kind and not {left.kind, part.kind} <= set(NUMBERS):
                refuse(f"Operator '{sign}' cannot look for a value of type {left.kind} among values of type {part.kind}")
        if left.kind == "string" and all(self.is_fixed(part.text) for part in parts):
            wanted = self.constant(frozenset(self.compile(part.text).lower() if is_loose else self.compile(part.text) for part in parts))
            found = f"({left}.lower() in {wanted})" if is_loose else f"({left} in {wanted})"
        else:
            helper = "among_loosely" if is_loose else "among"
            found = f"{helper}({left}, flat({', '.join(map(str, parts))}))"
        return Code(f"(not {found})" if sign.startswith("!") else found, "bool", False)

    def _arithmetic(self, sign, left, right):
        left, right = self.code(left), self.code(right)
        kinds = (left.kind, right.kind)
        kind = None
        if "dynamic" in kinds and set(kinds) <= {"dynamic", *NUMBERS}:
            kind = "dynamic" if kinds[0] == kinds[1] else next(k for k in kinds if k != "dynamic")
        elif set(kinds) <= set(NUMBERS):
            kind = "real" if "real" in kinds else "long"
        elif sign in "+-" and kinds[1] == "timespan" and kinds[0] in ("datetime", "timespan"):
            kind = kinds[0]
        elif sign == "-" and kinds == ("datetime", "datetime"):
            kind = "timespan"
        if kind is None:
            refuse(f"Operator '{sign}' cannot be applied to values of types {kinds[0]} and {kinds[1]}")
        return Code(f"arithmetic({sign!r}, {left}, {right})", kind)

    def _call(self, name, given):
        from .functions import FUNCTIONS

        if name not in FUNCTIONS:
            refuse(f"Unknown function: '{name}'")
        least, most, build = FUNCTIONS[name]
        if not least <= len(given) <= most:
            refuse(f"{name}(): function expects {least} to {most} arguments")
        return build(self, name, given)
