"""AWS's own service models, as botocore ships them: which operation a request is, and whether a message is what the model says."""

import functools
import re
from urllib.parse import parse_qs

import botocore.session
from botocore.validate import ParamValidator

SESSION = botocore.session.get_session()

# Names in signatures that are not the name of the model.
SIGNED_AS = {"tagging": "resourcegroupstaggingapi", "monitoring": "cloudwatch"}
CLASSIC_BALANCERS = "2012-06-01"


@functools.cache
def model(name):
    return SESSION.get_service_model(name)


def service(signed, form):
    """The model's name for what a signature names."""
    if signed == "elasticloadbalancing":
        return "elb" if form.get("Version", [""])[0] == CLASSIC_BALANCERS else "elbv2"
    return SIGNED_AS.get(signed, signed)


@functools.cache
def _routes(name):
    routes = []
    for operation in model(name).operation_names:
        http = model(name).operation_model(operation).http
        path, _, query = http["requestUri"].partition("?")
        # A label that ends in + takes slashes.
        parts = re.split(r"(\{[^}]+\})", path.rstrip("/") or "/")
        pattern = "".join((".+" if part.endswith("+}") else "[^/]+") if part.startswith("{") else re.escape(part) for part in parts)
        wanted = [pair.split("=")[0] for pair in query.split("&") if pair]
        routes.append((len(wanted), path.count("/") - path.count("{"), http["method"], re.compile(pattern + "/?$"), wanted, operation))
    # The most exact first.
    return sorted(routes, key=lambda route: (-route[0], -route[1]))


def operation(name, method, path, query, headers, form):
    """The operation that a request asks for; none for what the model does not know."""
    target = headers.get("X-Amz-Target", "").rpartition(".")[2]
    action = form.get("Action", [""])[0]
    rpc = re.fullmatch(r"/service/[^/]+/operation/(\w+)", path)
    for candidate in (target, action, rpc.group(1) if rpc else ""):
        if candidate:
            return candidate
    if model(name).metadata["protocol"].startswith("rest"):
        asked = parse_qs(query, keep_blank_values=True)
        for _, _, verb, pattern, wanted, found in _routes(name):
            if verb == method and pattern.fullmatch(path) and all(word in asked for word in wanted):
                return found
    return None


def faults(value, shape):
    """Everything in a message that the model does not allow, in words."""
    found = []
    report = ParamValidator().validate(value, shape)
    if report.has_errors():
        found.append(report.generate_report())
    _walk(value, shape, shape.name, found)
    return found


def _walk(value, shape, at, found):
    """What botocore leaves to the service: unknown members, patterns, greatest lengths, and words of a list."""
    if shape.type_name == "structure" and not getattr(shape, "is_document_type", False):
        for name, member in value.items():
            if name in shape.members:
                _walk(member, shape.members[name], f"{at}.{name}", found)
            else:
                found.append(f"{at} has no member {name}")
    elif shape.type_name == "list":
        _length(value, shape, at, found)
        for member in value:
            _walk(member, shape.member, f"{at}[]", found)
    elif shape.type_name == "string" and isinstance(value, str):
        _length(value, shape, at, found)
        if shape.enum and value not in shape.enum:
            found.append(f"{at}: {value!r} is none of {shape.enum}")
        pattern = shape.metadata.get("pattern", "")
        # Classes of characters by their Unicode names are unknown to this language's own expressions.
        if pattern and "\\p" not in pattern and "\\u" not in pattern and not re.search(pattern, value):
            found.append(f"{at}: {value!r} does not match {pattern}")


def _length(value, shape, at, found):
    if len(value) > shape.metadata.get("max", len(value)):
        found.append(f"{at} is longer than {shape.metadata['max']}")
