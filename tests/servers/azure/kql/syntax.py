"""From text to trees: tuples whose first word says what they are."""

import json
import re

TOKENS = re.compile(r"""
    (?P<space>\s+|//[^\n]*)
  | (?P<timespan>\d+(?:\.\d+)?(?:d|h|m|s|ms)\b)
  | (?P<number>\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)
  | (?P<string>@'(?:[^']|'')*'|@"(?:[^"]|"")*"|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")
  | (?P<word>\$?[A-Za-z_][A-Za-z0-9_]*)
  | (?P<sign>!in~|!in\b|!contains_cs|!contains|!startswith_cs|!startswith|!endswith_cs|!endswith|!has|==|!=|=~|!~|<=|>=|[<>=|(),.\[\]{}+\-*/%:;])
""", re.VERBOSE)
ESCAPED = re.compile(r"\\(u[0-9a-fA-F]{4}|.)")
PLAIN = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}
# Words of several parts, which the signs in them would otherwise take apart.
COMPOUND = re.compile(r"(project-away|project-keep|project-rename|project-reorder|mv-expand|mv-apply|in~)(?![\w-])")
COMPARED = ("==", "!=", "=~", "!~", "<", "<=", ">", ">=")
TEXTUAL = ("contains", "contains_cs", "startswith", "startswith_cs", "endswith", "endswith_cs", "has")
LISTED = ("in", "in~", "!in", "!in~")


class Unreadable(Exception):
    """What is wrong with a query; where it is one word's fault, which and where that stands."""

    def __init__(self, message, token=None, line=-1, column=-1, code="ParserFailure"):
        super().__init__(message)
        self.message, self.token, self.line, self.column, self.code = message, token, line, column, code


def unescaped(text):
    if text.startswith("@"):
        quote = text[1]
        return text[2:-1].replace(quote * 2, quote)
    return ESCAPED.sub(lambda m: chr(int(m[1][1:], 16)) if m[1][0] == "u" and len(m[1]) == 5 else PLAIN.get(m[1], m[1]), text[1:-1])


class Reader:
    """Steps through a query. Literals of JSON, which have a grammar of their own, are taken out of the text where they begin."""

    def __init__(self, text):
        self.text, self.tokens, self.at = text, [], 0
        position = 0
        while position < len(text):
            compound = COMPOUND.match(text, position)
            found = compound or TOKENS.match(text, position)
            if not found:
                raise self.wrong(text[position], position)
            kind = "word" if compound else found.lastgroup
            if kind == "word" and found[0] == "dynamic":
                end = self.closing(found.end())
                self.tokens.append(("dynamic", text[found.end():end].strip()[1:], position))
                position = end + 1
                continue
            if kind != "space":
                self.tokens.append((kind, found[0], position))
            position = found.end()
        self.tokens.append(("end", "", len(text)))

    def closing(self, start):
        """Where the parenthesis ends that opens at `start`, brackets within texts left aside."""
        depth, quote, position = 0, None, start
        while position < len(self.text):
            sign = self.text[position]
            if quote:
                if sign == "\\":
                    position += 1
                elif sign == quote:
                    quote = None
            elif sign in "'\"":
                quote = sign
            elif sign == "(":
                depth += 1
            elif sign == ")":
                depth -= 1
                if depth == 0:
                    return position
            position += 1
        raise self.wrong("dynamic", start)

    def wrong(self, token, position, code="ParserFailure"):
        line = self.text.count("\n", 0, position) + 1
        return Unreadable(code, token, line, position - (self.text.rfind("\n", 0, position) + 1), code)

    def unexpected(self, code="ParserFailure"):
        _, text, position = self.tokens[self.at]
        return self.wrong(text or "<EOF>", position, code)

    def peek(self, ahead=0):
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)]

    def next(self):
        token = self.tokens[self.at]
        self.at += 1
        return token

    def takes(self, *texts):
        """The next token, if it is one of these signs or words."""
        kind, text, _ = self.peek()
        if kind in ("word", "sign") and text in texts:
            self.at += 1
            return text
        return None

    def needs(self, text):
        if not self.takes(text):
            raise self.unexpected()

    def name(self):
        """A column's name: a word, or any text within [''] """
        kind, text, _ = self.peek()
        if kind == "word":
            self.at += 1
            return text
        if text == "[" and self.peek(1)[0] == "string" and self.peek(2)[1] == "]":
            self.at += 3
            return unescaped(self.tokens[self.at - 2][1])
        raise self.unexpected()

    def listed(self, part):
        parts = [part()]
        while self.takes(","):
            parts.append(part())
        return parts


def expression(reader):
    left = conjunction(reader)
    while reader.takes("or"):
        left = ("or", left, conjunction(reader))
    return left


def conjunction(reader):
    left = comparison(reader)
    while reader.takes("and"):
        left = ("and", left, comparison(reader))
    return left


def comparison(reader):
    left = addition(reader)
    sign = reader.takes(*COMPARED, *TEXTUAL, *LISTED, *("!" + word for word in TEXTUAL))
    if sign in LISTED:
        reader.needs("(")
        parts = reader.listed(lambda: expression(reader))
        reader.needs(")")
        return ("in", sign, left, parts)
    if sign:
        return ("compare", sign, left, addition(reader))
    return left


def addition(reader):
    left = product(reader)
    while sign := reader.takes("+", "-"):
        left = ("arithmetic", sign, left, product(reader))
    return left


def product(reader):
    left = unary(reader)
    while sign := reader.takes("*", "/", "%"):
        left = ("arithmetic", sign, left, unary(reader))
    return left


def unary(reader):
    if reader.takes("-"):
        return ("arithmetic", "-", ("literal", 0, "long"), unary(reader))
    return path(reader)


def path(reader):
    found = primary(reader)
    while True:
        if reader.takes("."):
            found = ("member", found, ("literal", reader.name(), "string"))
        elif reader.takes("["):
            found = ("member", found, expression(reader))
            reader.needs("]")
        else:
            return found


def primary(reader):
    kind, text, _ = reader.peek()
    if kind == "string":
        reader.next()
        return ("literal", unescaped(text), "string")
    if kind == "number":
        reader.next()
        return ("literal", int(text), "long") if text.isdigit() else ("literal", float(text), "real")
    if kind == "timespan":
        reader.next()
        return ("timespan", text)
    if kind == "dynamic":
        return ("literal", inner(reader), "dynamic")
    if text == "(":
        reader.next()
        found = expression(reader)
        reader.needs(")")
        return found
    if text in ("true", "false"):
        reader.next()
        return ("literal", text == "true", "bool")
    if kind == "word" and reader.peek(1)[1] == "(":
        return call(reader)
    if kind == "word" or text == "[":
        return ("column", reader.name())
    raise reader.unexpected()


def call(reader):
    _, name, _ = reader.next()
    reader.needs("(")
    if name == "datetime":
        # What stands in it is no expression: a date goes without quotes.
        _, _, start = reader.peek()
        while reader.peek()[1] not in (")", ""):
            reader.next()
        text = reader.text[start:reader.peek()[2]].strip().strip("'\"")
        reader.needs(")")
        return ("datetime", text)
    given = []
    if not reader.takes(")"):
        given = reader.listed(lambda: expression(reader))
        reader.needs(")")
    return ("call", name, given)


def inner(reader):
    _, text, position = reader.next()
    text = text.strip()
    if text.startswith("'") and text.endswith("'"):
        return unescaped(text)
    try:
        return json.loads(text)
    except ValueError:
        raise reader.wrong(text, position) from None


def named(reader):
    """`name = expression`, or an expression alone."""
    if reader.peek()[0] == "word" and reader.peek(1)[1] == "=":
        name = reader.name()
        reader.needs("=")
        return (name, expression(reader))
    return (None, expression(reader))


def whole(text):
    reader = Reader(text)
    steps = pipeline(reader)
    reader.takes(";")
    if reader.peek()[0] != "end":
        raise reader.unexpected()
    return steps


def pipeline(reader):
    from .operators import OPERATORS

    steps = []
    kind, text, _ = reader.peek()
    # Resources is the table of a query that names none.
    if kind == "word" and text not in OPERATORS:
        reader.next()
        steps.append(("table", text))
    else:
        steps.append(("table", "resources"))
        steps.append(operator(reader))
    while reader.takes("|"):
        steps.append(operator(reader))
    return steps


def operator(reader):
    from .operators import OPERATORS

    kind, text, _ = reader.peek()
    if kind != "word" or text not in OPERATORS:
        raise reader.unexpected("InvalidQueryLanguage" if kind == "word" else "ParserFailure")
    reader.next()
    return OPERATORS[text](reader)
