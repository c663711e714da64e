"""Puts every file of a folder into a container of Blob Storage, by its documented REST calls and shared keys: `seed_blobs.py URL ACCOUNT KEY FOLDER CONTAINER`.

https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
"""

import base64
import email.utils
import hashlib
import hmac
import os
import sys
import urllib.error
import urllib.parse
import urllib.request

URL, ACCOUNT, KEY, FOLDER, CONTAINER = sys.argv[1:]


def put(path, query, body, headers):
    headers = {"x-ms-date": email.utils.formatdate(usegmt=True), "x-ms-version": "2021-08-06", **headers}
    ours = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    path = urllib.parse.quote(path)
    # The path as it is asked for, which on an emulator begins with the account, after the account.
    resource = f"/{ACCOUNT}/{ACCOUNT}{path}" + "".join(f"\n{name}:{query[name]}" for name in sorted(query))
    length = str(len(body)) if body else ""
    signed = f"PUT\n\n\n{length}\n\napplication/octet-stream\n\n\n\n\n\n\n{ours}{resource}"
    signature = base64.b64encode(hmac.new(base64.b64decode(KEY), signed.encode(), hashlib.sha256).digest()).decode()
    headers |= {"Authorization": f"SharedKey {ACCOUNT}:{signature}", "Content-Type": "application/octet-stream", "Content-Length": str(len(body))}
    address = f"{URL}/{ACCOUNT}{path}" + ("?" + urllib.parse.urlencode(query) if query else "")
    urllib.request.urlopen(urllib.request.Request(address, body, headers, method="PUT")).read()


try:
    put(f"/{CONTAINER}", {"restype": "container"}, b"", {})
except urllib.error.HTTPError as error:
    if error.code != 409:
        raise
for at, _, names in os.walk(FOLDER):
    for name in names:
        path = os.path.join(at, name)
        with open(path, "rb") as file:
            put(f"/{CONTAINER}/{os.path.relpath(path, FOLDER)}", {}, file.read(), {"x-ms-blob-type": "BlockBlob"})
