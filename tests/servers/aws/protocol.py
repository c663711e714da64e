"""Messages as they travel: requests into plain values, plain values and refusals into answers, in the protocol of each service."""

import datetime
import json
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from botocore.parsers import RpcV2CBORParser
from botocore.serialize import CBORSerializer

CBOR = "application/cbor"


class Refusal(Exception):
    """A service says no: its code, its words, and the status."""

    def __init__(self, code, message, status=400):
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


def form(headers, body):
    """The fields of a request of the older services."""
    if headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
        return parse_qs(body.decode(), keep_blank_values=True)
    return {}


def read(operation, headers, body, fields):
    """The input of a request."""
    if operation.service_model.metadata["protocol"] == "query":
        given = {name: values[0] for name, values in fields.items() if name not in ("Action", "Version")}
        return {name: _number(value, operation.input_shape.members.get(name)) for name, value in given.items()}
    if headers.get("Content-Type", "").startswith(CBOR):
        parsed = RpcV2CBORParser().parse({"body": body, "headers": {"smithy-protocol": "rpc-v2-cbor"}, "status_code": 200}, operation.input_shape)
        parsed.pop("ResponseMetadata", None)
        return parsed
    return json.loads(body or b"{}")


def _number(value, shape):
    return int(value) if shape is not None and shape.type_name == "integer" else value


def answer(operation, headers, value):
    """Status, content type, further headers and body of an answer."""
    protocol = operation.service_model.metadata["protocol"]
    shape = operation.output_shape
    if protocol == "query":
        name = operation.name
        inner = "".join(_xml(value[member], part, member) for member, part in shape.members.items() if member in value)
        space = operation.service_model.metadata["xmlNamespace"]
        body = f'<{name}Response xmlns="{space}"><{name}Result>{inner}</{name}Result></{name}Response>'
        return 200, "text/xml", {}, body.encode()
    if headers.get("Content-Type", "").startswith(CBOR):
        body = bytearray()
        CBORSerializer()._serialize_data_item(body, value, shape)
        return 200, CBOR, {"smithy-protocol": "rpc-v2-cbor"}, bytes(body)
    if protocol == "rest-json":
        return 200, "application/json", {}, json.dumps(_json(value, "iso8601")).encode()
    return 200, "application/x-amz-json-1.1", {}, json.dumps(_json(value, "epoch")).encode()


def _json(value, times):
    if isinstance(value, dict):
        return {name: _json(member, times) for name, member in value.items()}
    if isinstance(value, list):
        return [_json(member, times) for member in value]
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ") if times == "iso8601" else value.timestamp()
    return value


def _xml(value, shape, name):
    if shape.type_name == "structure":
        text = "".join(_xml(value[member], part, member) for member, part in shape.members.items() if member in value)
    else:
        text = escape(value.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime.datetime) else str(value))
    return f"<{name}>{text}</{name}>"


def refusal(model, headers, refused):
    """The same of a refusal."""
    code, message, protocol = refused.code, refused.message, model.metadata["protocol"]
    error = f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
    if protocol == "ec2":
        return refused.status, "text/xml", {}, f"<Response><Errors>{error}</Errors><RequestID>r</RequestID></Response>".encode()
    if model.service_name == "s3":
        return refused.status, "application/xml", {}, error.encode()
    if protocol in ("query", "rest-xml"):
        space = model.metadata.get("xmlNamespace", "")
        typed = error.replace("<Error>", "<Error><Type>Sender</Type>")
        return refused.status, "text/xml", {}, f'<ErrorResponse xmlns="{space}">{typed}<RequestId>r</RequestId></ErrorResponse>'.encode()
    if headers.get("Content-Type", "").startswith(CBOR):
        body = bytearray()
        shape = model.shape_for("InternalServiceException")
        CBORSerializer()._serialize_data_item(body, {"Message": message}, shape)
        return refused.status, CBOR, {"smithy-protocol": "rpc-v2-cbor", "x-amzn-query-error": f"{code};Sender"}, bytes(body)
    body = json.dumps({"__type": code, "message": message}).encode()
    return refused.status, "application/x-amz-json-1.1", {"x-amzn-ErrorType": code}, body


# What REST services write around an empty list.
EMPTY = {
    "ListBuckets": b"<ListAllMyBucketsResult><Buckets></Buckets></ListAllMyBucketsResult>",
    "ListDistributions": b"<DistributionList><Marker></Marker><MaxItems>100</MaxItems><IsTruncated>false</IsTruncated><Quantity>0</Quantity></DistributionList>",
}


def nothing(service, name, headers):
    """The answer of a service that has nothing to list."""
    if headers.get("X-Amz-Target"):
        return 200, "application/x-amz-json-1.1", {}, b"{}"
    if name in EMPTY:
        return 200, "application/xml", {}, EMPTY[name]
    if headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
        inner = "" if service == "ec2" else f"<{name}Result></{name}Result>"
        return 200, "text/xml", {}, f"<{name}Response>{inner}</{name}Response>".encode()
    return 200, "application/json", {}, b"{}"
