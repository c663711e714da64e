"""Puts every file of a folder into S3, with boto3: `seed_objects.py FOLDER BUCKET`. The endpoint and the keys are those of the environment."""

import os
import sys

import boto3

FOLDER, BUCKET = sys.argv[1:]
s3 = boto3.client("s3")
if BUCKET not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": os.environ["AWS_DEFAULT_REGION"]})
wanted = {}
for at, _, names in os.walk(FOLDER):
    for name in names:
        path = os.path.join(at, name)
        wanted[os.path.relpath(path, FOLDER)] = path
for page in s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
    for found in page.get("Contents", []):
        if found["Key"] not in wanted:
            s3.delete_object(Bucket=BUCKET, Key=found["Key"])
for key, path in wanted.items():
    with open(path, "rb") as file:
        body = file.read()
    if not any(found["Key"] == key and s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() == body for found in s3.list_objects_v2(Bucket=BUCKET, Prefix=key).get("Contents", [])):
        s3.put_object(Bucket=BUCKET, Key=key, Body=body)
