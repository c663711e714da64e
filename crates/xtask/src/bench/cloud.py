"""A loopback cloud for the bench: five AWS accounts in three Regions whose Tagging API and Resource Explorer answer with pages made beforehand,
so that the server costs as little as it can. Every other call is answered with an empty list.

Usage: cloud.py RESOURCES RATES     RATES: `free`, or `documented` (15 calls a second of GetResources, 3 of Resource Explorer, for each account and Region)
Prints its port and serves until it is stopped.
"""

import asyncio
import json
import re
import sys
import time

ACCOUNTS = ["%012d" % (111122220000 + n) for n in range(5)]
REGIONS = ["eu-central-1", "eu-west-1", "us-east-1"]
RESOURCES = int(sys.argv[1])
ENFORCED = sys.argv[2] == "documented"
TAGS = ["Environment", "Application", "Owner", "CostCenter", "DataClass"]
VALUES = {"Environment": ["production", "staging", "development"], "Application": ["app-%d" % n for n in range(40)],
          "Owner": ["team-%d@example.com" % n for n in range(25)], "CostCenter": ["CC-%04d" % n for n in range(30)], "DataClass": ["internal", "public"]}


def tags(n):
    return [{"Key": key, "Value": VALUES[key][(n * 7 + at) % len(VALUES[key])]} for at, key in enumerate(TAGS)]


def pages(items, size, name, token_name, last):
    made = []
    for start in range(0, max(len(items), 1), size):
        token = str(start + size) if start + size < len(items) else last
        body = {name: items[start:start + size]}
        if token is not None:
            body[token_name] = token
        made.append(json.dumps(body).encode())
    return made


def place(account, region, number):
    arns = ["arn:aws:sqs:%s:%s:queue-%06d" % (region, account, n) for n in range(number)]
    tagged = [{"ResourceARN": arn, "Tags": tags(n)} for n, arn in enumerate(arns)]
    seen = [{"Arn": arn, "OwningAccountId": account, "Region": region, "Service": "sqs", "ResourceType": "sqs:queue", "LastReportedAt": "2026-11-01T00:00:00Z",
             "Properties": [{"Name": "tags", "LastReportedAt": "2026-11-01T00:00:00Z", "Data": tags(n)}]} for n, arn in enumerate(arns)]
    return {"tagged": pages(tagged, 100, "ResourceTagMappingList", "PaginationToken", ""), "seen": pages(seen, 1000, "Resources", "NextToken", None)}


SHARE = RESOURCES // (len(ACCOUNTS) * len(REGIONS))
PLACES = {(account, region): place(account, region, SHARE) for account in ACCOUNTS for region in REGIONS}
XML = '<?xml version="1.0"?>'
IDENTITY = (XML + '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::%s:user/u</Arn>'
            "<UserId>U</UserId><Account>%s</Account></GetCallerIdentityResult></GetCallerIdentityResponse>")
ROLE = (XML + '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>AKIA%s</AccessKeyId>'
        "<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>")
EMPTY = {"s3": '<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Buckets/></ListAllMyBucketsResult>',
         "cloudfront": '<DistributionList xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Marker></Marker><MaxItems>100</MaxItems>'
                       "<IsTruncated>false</IsTruncated><Quantity>0</Quantity></DistributionList>"}
BUCKETS = {}
RATES = {"GetResources": 15, "resource-explorer-2": 3}


def is_allowed(key, rate):
    """A token bucket with one second's worth."""
    now = time.monotonic()
    level, at = BUCKETS.get(key, (rate, now))
    level = min(rate, level + (now - at) * rate)
    BUCKETS[key] = (level - 1, now) if level >= 1 else (level, now)
    return level >= 1


def answer(path, headers, body):
    signed = re.search(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/", headers.get("authorization", ""))
    key, region, service = signed.groups() if signed else ("", "", "")
    account = key[4:] if key.startswith("AKIA") and key[4:] in ACCOUNTS else ACCOUNTS[0]
    target = headers.get("x-amz-target", "").rpartition(".")[2]
    kind = "application/json" if target or service in ("resource-explorer-2", "account", "lambda", "eks") else "text/xml"
    if ENFORCED and (service == "resource-explorer-2" or target == "GetResources"):
        rate = RATES.get(target) or RATES[service]
        if not is_allowed((account, region, target or service), rate):
            return 400, kind, json.dumps({"__type": "ThrottlingException", "message": "Rate exceeded"}).encode(), "ThrottlingException"
    if target == "GetResources":
        token = json.loads(body).get("PaginationToken") or "0"
        return 200, kind, PLACES[account, region]["tagged"][int(token) // 100], None
    if service == "resource-explorer-2":
        asked = json.loads(body or b"{}")
        arn = "arn:aws:resource-explorer-2:%s:%s:view/tagledger/1" % (region, account)
        if path == "/ListResources":
            return 200, kind, PLACES[account, region]["seen"][int(asked.get("NextToken") or 0) // 1000], None
        answers = {"/ListViews": {"Views": [arn]}, "/GetIndex": {"Arn": arn, "Type": "LOCAL", "State": "ACTIVE"},
                   "/GetView": {"View": {"ViewArn": arn, "Owner": account, "IncludedProperties": [{"Name": "tags"}], "Filters": {"FilterString": ""}}}}
        return 200, kind, json.dumps(answers.get(path, {})).encode(), None
    if path == "/listRegions":
        return 200, kind, json.dumps({"Regions": [{"RegionName": name, "RegionOptStatus": "ENABLED_BY_DEFAULT"} for name in REGIONS]}).encode(), None
    if service == "sts":
        role = re.search(rb"role%2F|role/", body)
        other = re.search(rb"iam%3A%3A(\d{12})", body)
        return 200, kind, (ROLE % other.group(1).decode() if role and other else IDENTITY % (account, account)).encode(), None
    if kind == "application/json":
        return 200, kind, b"{}", None
    if service in EMPTY:
        return 200, kind, (XML + EMPTY[service]).encode(), None
    action = re.search(rb"Action=(\w+)", body)
    name = action.group(1).decode() if action else "List"
    return 200, kind, (XML + "<%sResponse><%sResult/></%sResponse>" % (name, name, name)).encode(), None


async def serve(reader, writer):
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            path = head[0].split(" ")[1].partition("?")[0]
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            status, kind, text, error = answer(path, headers, body)
            extra = "x-amzn-ErrorType: %s\r\n" % error if error else ""
            writer.write(("HTTP/1.1 %d OK\r\nContent-Type: %s\r\n%sContent-Length: %d\r\n\r\n" % (status, kind, extra, len(text))).encode() + text)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
