"""A request and an answer, as the ports hand them over."""

import json
import re
import urllib.parse

JSON = "application/json; charset=UTF-8"
HTML = "text/html; charset=UTF-8"
# What is answered, by method and path; the group tells what it is about.
ROUTES = [
    ("SearchAllResources", "GET", re.compile(r"/v1/((?:organizations|folders|projects)/[^/]+):searchAllResources")),
    ("ListAssets", "GET", re.compile(r"/v1/((?:organizations|folders|projects)/[^/]+)/assets")),
    ("SearchOrganizations", "GET", re.compile(r"/v3/organizations:search()")),
    ("SearchFolders", "GET", re.compile(r"/v3/folders:search()")),
    ("SearchProjects", "GET", re.compile(r"/v3/projects:search()")),
    ("ListFolders", "GET", re.compile(r"/v3/folders()")),
    ("ListProjects", "GET", re.compile(r"/v3/projects()")),
    ("GetOrganization", "GET", re.compile(r"/v3/(organizations/[^/:]+)")),
    ("GetFolder", "GET", re.compile(r"/v3/(folders/[^/:]+)")),
    # The ids of projects of old have a domain and a colon in them.
    ("GetProject", "GET", re.compile(r"/v3/(projects/[^/]+)")),
    ("GetTable", "GET", re.compile(r"/bigquery/v2/(projects/[^/]+)/datasets/[^/]+/tables/[^/]+")),
    ("Query", "POST", re.compile(r"/bigquery/v2/(projects/[^/]+)/queries")),
    ("InsertJob", "POST", re.compile(r"/bigquery/v2/(projects/[^/]+)/jobs")),
    ("GetJob", "GET", re.compile(r"/bigquery/v2/(projects/[^/]+)/jobs/[^/]+")),
    ("GetQueryResults", "GET", re.compile(r"/bigquery/v2/(projects/[^/]+)/queries/[^/]+")),
]


class Headers(dict):
    """By names in lower case."""

    def get(self, name, default=None):
        return super().get(name.lower(), default)


class Asked:
    """One request, and what it is about."""

    def __init__(self, method, target, headers, body):
        self.method, self.headers, self.body = method, headers, body
        self.target, _, self.search = target.partition("?")
        self.path = urllib.parse.unquote(self.target)
        self.pairs = urllib.parse.parse_qsl(self.search, keep_blank_values=True)
        self.operation, self.scope = None, None
        for operation, wanted, pattern in ROUTES:
            found = pattern.fullmatch(self.path) if method == wanted else None
            if found:
                self.operation, self.scope = operation, found[1]
                break
        self.host = headers.get("host") or "127.0.0.1"

    def one(self, name):
        """A parameter; an empty one is as good as none."""
        return next((value for key, value in self.pairs if key == name and value), "")

    def all(self, name):
        return [value for key, value in self.pairs if key == name and value]

    def form(self):
        """What was posted, as a form or as JSON: Google takes both."""
        text = self.body.decode("utf-8", "replace")
        if "json" in self.headers.get("content-type", ""):
            return json.loads(text or "{}")
        return dict(urllib.parse.parse_qsl(text, keep_blank_values=True))

    @property
    def numbers(self):
        """Whether enumerations are to be numbers."""
        return any("enum-encoding=int" in value for name in ("$alt", "alt") for value in self.all(name))


class Answer:
    """The body is one of bytes, text or something to write as JSON; `parts` is what goes out, which of pages are several: together they are large."""

    def __init__(self, status, body=b"", kind=JSON, headers=None, is_lost=False):
        self.status, self.kind, self.headers, self.is_lost = status, kind, headers or {}, is_lost
        if isinstance(body, str):
            body = body.encode()
        elif isinstance(body, dict):
            body = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        self.parts = body if isinstance(body, list) else [body]

    @property
    def body(self):
        return b"".join(self.parts)
