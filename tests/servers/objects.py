"""Serves a folder as an object store: its folders are buckets, the files below them objects.

It speaks what S3 and the XML interface of Cloud Storage have in common: ListObjectsV2 in pages of two keys, HEAD, and GET with ranges and If-Match. Arguments:
the folder, then what goes wrong with objects whose key holds a word: `WORD=deny` (also for lists below it), `WORD=break` (every transfer ends half way),
`WORD=once` (the first one does), `WORD=hold` (the first one waits half way until whoever asked goes away). Prints its port, and serves until it is stopped.

`/-/log` tells what was asked, each as [method, bucket/key, status, kind of authorization, the rest of it]; `/-/held` answers when a transfer waits; `/-/forget` begins the log anew.
"""

import email.utils
import hashlib
import json
import os
import socket
import sys
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape

ROOT, RULES = sys.argv[1], [rule.rsplit("=", 1) for rule in sys.argv[2:]]
PAGE = 2
LOG, DONE, HELD = [], set(), threading.Event()


class Refused(Exception):
    pass


def keys(bucket):
    folder = os.path.join(ROOT, bucket)
    found = [os.path.relpath(os.path.join(at, name), folder) for at, _, names in os.walk(folder) for name in names]
    return sorted(found, key=str.encode)


def read(bucket, key):
    path = os.path.join(ROOT, bucket, key)
    if not os.path.isfile(path):
        raise Refused(404, "NoSuchKey")
    with open(path, "rb") as file:
        body = file.read()
    return body, '"%s"' % hashlib.md5(body).hexdigest(), os.path.getmtime(path)


def wrong(word, what):
    """Whether something goes wrong with this key; what happens once, once."""
    for rule, fault in RULES:
        if rule in word and fault == what and (rule, what) not in DONE:
            if what in ("once", "hold"):
                DONE.add((rule, what))
            return True
    return False


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def call(self):
        url = urllib.parse.urlsplit(self.path)
        bucket, _, key = urllib.parse.unquote(url.path).lstrip("/").partition("/")
        if bucket == "-":
            return self.own(key)
        query = dict(urllib.parse.parse_qsl(url.query))
        self.asked = [self.command, f"{bucket}/{key or query.get('prefix', '')}", 200, *((self.headers.get("Authorization") or "") + " ").split(" ", 1)]
        LOG.append(self.asked)
        try:
            if wrong(self.asked[1], "deny"):
                raise Refused(403, "AccessDenied")
            if not os.path.isdir(os.path.join(ROOT, bucket)):
                raise Refused(404, "NoSuchBucket")
            self.object(bucket, key) if key else self.list(bucket, query)
        except Refused as refused:
            status, code = refused.args
            self.answer(status, f"<?xml version='1.0' encoding='UTF-8'?><Error><Code>{code}</Code><Message>refused</Message></Error>".encode())

    def own(self, name):
        if name == "held":
            HELD.wait()
        said = {"log": LOG, "held": {"held": True}, "forget": {}}[name]
        text = json.dumps(said).encode()
        if name == "forget":
            LOG.clear()
        self.answer(200, text, {"Content-Type": "application/json"})

    def list(self, bucket, query):
        assert query["list-type"] == "2", query
        after = query.get("continuation-token", "").encode()
        below = [key for key in keys(bucket) if key.startswith(query.get("prefix", "")) and key.encode() > after]
        page, more = below[:PAGE], len(below) > PAGE
        rows = ""
        for key in page:
            body, tag, written = read(bucket, key)
            moment = email.utils.formatdate(written, usegmt=True)
            moment = email.utils.parsedate_to_datetime(moment).strftime("%Y-%m-%dT%H:%M:%S.000Z")
            rows += f"<Contents><Key>{escape(key)}</Key><LastModified>{moment}</LastModified><ETag>{escape(tag)}</ETag><Size>{len(body)}</Size></Contents>"
        token = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if more else ""
        head = f"<Name>{bucket}</Name><KeyCount>{len(page)}</KeyCount><MaxKeys>{PAGE}</MaxKeys><IsTruncated>{str(more).lower()}</IsTruncated>"
        space = "http://s3.amazonaws.com/doc/2006-03-01/"
        self.answer(200, f"<?xml version='1.0' encoding='UTF-8'?><ListBucketResult xmlns='{space}'>{head}{token}{rows}</ListBucketResult>".encode())

    def object(self, bucket, key):
        body, tag, written = read(bucket, key)
        if self.headers.get("If-Match") not in (None, tag):
            raise Refused(412, "PreconditionFailed")
        more = {"ETag": tag, "Last-Modified": email.utils.formatdate(written, usegmt=True), "Content-Type": "binary/octet-stream"}
        status, size = 200, len(body)
        if self.headers.get("Range"):
            first, last = self.headers["Range"].removeprefix("bytes=").split("-")
            first, last = int(first), min(int(last), size - 1)
            body, status = body[first : last + 1], 206
            more["Content-Range"] = f"bytes {first}-{last}/{size}"
        name = self.asked[1]
        faults = [fault for fault in ("break", "once", "hold") if self.command == "GET" and wrong(name, fault)]
        self.answer(status, body, more, len(body) // 2 if faults else None)
        if "hold" in faults:
            HELD.set()
            self.connection.recv(1)
        if faults:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

    def answer(self, status, body, more=None, cut=None):
        if hasattr(self, "asked"):
            self.asked[2] = status
        self.send_response(status)
        for name, value in {"Content-Type": "application/xml", "Content-Length": str(len(body)), **(more or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[:cut])
            self.wfile.flush()

    do_GET = do_HEAD = call

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(server.server_address[1], flush=True)
server.serve_forever()
