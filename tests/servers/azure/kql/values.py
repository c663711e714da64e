"""What values do when a query runs. Kusto's null is None, except that a text is never null: without a value it is empty."""

import datetime
import json
import re
import zlib

UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1, "ms": 0.001}
WHEN = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,7})\d*)?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$")


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=text)


def text(value):
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return compact(value)
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"
    if isinstance(value, datetime.timedelta):
        hours, rest = divmod(value.seconds, 3600)
        days = f"{value.days}." if value.days else ""
        return f"{days}{hours:02}:{rest // 60:02}:{rest % 60:02}"
    return str(value)


def member(value, key):
    if isinstance(value, dict):
        return value.get(key)
    if isinstance(value, list) and isinstance(key, int) and -len(value) <= key < len(value):
        return value[key]
    return None


def both(left, right):
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def either(left, right):
    if left or right:
        return True
    return None if left is None or right is None else False


def negation(value):
    return None if value is None else not value


def equal(left, right):
    """Two values of which one may come out of JSON. One null is not equal; two are neither equal nor unequal."""
    if left is None or right is None:
        return None if left is right else False
    if isinstance(left, bool) != isinstance(right, bool):
        return False
    if isinstance(left, str) != isinstance(right, str):
        return text(left) == text(right)
    return left == right


def order(sign, left, right):
    if left is None or right is None:
        return None
    try:
        return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[sign]
    except TypeError:
        return None


def arithmetic(sign, left, right):
    if left is None or right is None or isinstance(left, (str, dict, list)) or isinstance(right, (str, dict, list)):
        return None
    if sign == "+":
        return left + right
    if sign == "-":
        return left - right
    if sign == "*":
        return left * right
    if right == 0:
        return None
    if sign == "%":
        return left % right
    return int(left / right) if isinstance(left, int) and isinstance(right, int) else left / right


def has(whole, term):
    """A term is a run of letters and digits: `prod` is in `app-prod-1` and not in `production`."""
    return re.search(r"(?<![0-9a-z])" + re.escape(term.lower()) + r"(?![0-9a-z])", whole.lower()) is not None


def moment(value):
    if isinstance(value, datetime.datetime):
        return value
    found = WHEN.match(value) if isinstance(value, str) else None
    if not found:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    fraction = int((found[7] or "0").ljust(6, "0")[:6])
    zone = datetime.timezone.utc
    if found[8] and found[8] != "Z":
        signed = found[8].replace(":", "")
        minutes = int(signed[1:3]) * 60 + int(signed[3:5])
        zone = datetime.timezone(datetime.timedelta(minutes=-minutes if signed[0] == "-" else minutes))
    try:
        return datetime.datetime(year, month, day, hour, minute, second, fraction, zone).astimezone(datetime.timezone.utc)
    except ValueError:
        return None


def now(before=None):
    return datetime.datetime.now(datetime.timezone.utc) - (before or datetime.timedelta())


def timespan(written):
    found = re.match(r"([\d.]+)(\w+)", written)
    return datetime.timedelta(seconds=float(found[1]) * UNITS[found[2]])


def whole(value):
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (int, float)):
        return int(value)
    try:
        return int(value) if isinstance(value, str) else None
    except ValueError:
        return None


def real(value):
    try:
        return float(value) if isinstance(value, (int, float, str)) else None
    except ValueError:
        return None


def boolean(value):
    if isinstance(value, (bool, int)):
        return bool(value)
    return {"true": True, "false": False, "1": True, "0": False}.get(value.lower()) if isinstance(value, str) else None


def parsed(value):
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value or None


def split(whole, by, at=None):
    parts = whole.split(by) if by else [whole]
    if at is None:
        return parts
    return [parts[at]] if at < len(parts) else []


def substring(whole, start, length=None):
    start = max(start, 0)
    return whole[start:] if length is None else whole[start:start + max(length, 0)]


def length(value):
    return len(value) if isinstance(value, list) else None


def keys(value):
    return list(value) if isinstance(value, dict) else None


def pack(*parts):
    return {text(key): value for key, value in zip(parts[::2], parts[1::2])}


def first(*candidates):
    return next((value for value in candidates if value is not None and value != ""), candidates[-1])


def number(value):
    """Some number that is the same for the same text; which one the service takes is not told."""
    return zlib.crc32(text(value).encode())


def among(value, listed):
    return next((True for one in listed if equal(value, one)), False)


def among_loosely(value, listed):
    wanted = text(value).lower()
    return any(text(one).lower() == wanted for one in listed)


def flat(*parts):
    """What stands in `in (…)`: values, or arrays of them."""
    found = []
    for part in parts:
        found.extend(part if isinstance(part, list) else [part])
    return found
