"""Reads a whole bucket with boto3, in pages and by ranges, and prints it as JSON, key by key: what a client that others wrote understands of `objects.py`."""

import json
import sys

import boto3

s3 = boto3.client("s3")
found = {}
for page in s3.get_paginator("list_objects_v2").paginate(Bucket=sys.argv[1]):
    for row in page.get("Contents", []):
        whole = s3.get_object(Bucket=sys.argv[1], Key=row["Key"], IfMatch=row["ETag"])
        text = whole["Body"].read()
        assert (whole["ETag"], whole["ContentLength"], whole["LastModified"]) == (row["ETag"], row["Size"], row["LastModified"]), row
        assert s3.head_object(Bucket=sys.argv[1], Key=row["Key"])["ContentLength"] == len(text)
        part = s3.get_object(Bucket=sys.argv[1], Key=row["Key"], Range="bytes=1-3")
        assert part["Body"].read() == text[1:4] and part["ContentRange"] == f"bytes 1-{min(3, len(text) - 1)}/{len(text)}", row
        found[row["Key"]] = text.decode()
print(json.dumps(found))
