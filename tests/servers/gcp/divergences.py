"""Where the discovery documents that Prism judges by say less, or other things, than the service does: each with what differs, and where Google says so.

A change goes to a place in one document: "set" puts a value there, "more" adds to the object there. Places are lists of keys; under `operations`, methods
are found by their ids.
"""

PARAMETERS = "https://cloud.google.com/apis/docs/system-parameters"
ERRORS = "https://cloud.google.com/apis/design/errors"
# Answers in JSON, with enumerations as names or, as Google's own clients ask for them, as numbers.
ALT = {"type": "string", "location": "query", "pattern": "^json(;enum-encoding=int)?$"}
DETAILS = {"type": "array", "items": {
    "type": "object", "properties": {"@type": {"type": "string", "pattern": "^type\\.googleapis\\.com/google\\.rpc\\.[A-Za-z]+$"}},
    "additionalProperties": {"type": "any"}}}

CHANGES = [
    *({
        "document": document, "place": ["parameters"], "more": {"$alt": ALT, "alt": ALT},
        "why": "Google's clients ask for enumerations as numbers, by a spelling that the documents do not have; other forms than JSON are not spoken here",
        "url": PARAMETERS,
    } for document in ("cloudasset.v1", "cloudresourcemanager.v3", "bigquery.v2")),
    *({
        "document": document, "place": ["schemas", "Status", "properties"], "more": {"status": {"type": "string"}, "details": DETAILS},
        "why": "over HTTP, an error has its code's name too, and its code is that of HTTP", "url": ERRORS,
    } for document in ("cloudasset.v1",)),
    {
        "document": "cloudresourcemanager.v3", "place": ["schemas", "Status"],
        "set": {"type": "object", "properties": {"code": {"type": "integer"}, "message": {"type": "string"}, "status": {"type": "string"},
                                                 "details": DETAILS}},
        "why": "the same", "url": ERRORS,
    },
    {
        "document": "bigquery.v2", "place": ["schemas"],
        "more": {"Status": {"type": "object", "properties": {
            "code": {"type": "integer"}, "message": {"type": "string"}, "status": {"type": "string"}, "details": DETAILS,
            "errors": {"type": "array", "items": {"type": "object", "additionalProperties": {"type": "any"}}}}}},
        "why": "errors are no schema of its document; they have their reasons in a list", "url": "https://cloud.google.com/bigquery/docs/error-messages",
    },
    {
        "document": "bigquery.v2", "place": ["operations", "bigquery.tables.get", "parameters", "view"], "more": {"x-numbers": True},
        "why": "parameters that are enumerations may be given by their numbers, as Google's clients do", "url": PARAMETERS,
    },
    {
        "document": "cloudasset.v1", "place": ["operations", "cloudasset.assets.list", "parameters", "contentType"], "more": {"x-numbers": True},
        "why": "parameters that are enumerations may be given by their numbers, as Google's clients do", "url": PARAMETERS,
    },
]
