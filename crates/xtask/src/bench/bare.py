"""The same questions by a bare boto3 loop: every account by its role, every Region, the Tagging API and Resource Explorer page by page.

Usage: bare.py ENDPOINT RESOURCES
"""

import sys

import boto3
from botocore.config import Config

ENDPOINT, RESOURCES = sys.argv[1], int(sys.argv[2])
ACCOUNTS = ["%012d" % (111122220000 + n) for n in range(5)]
REGIONS = ["eu-central-1", "eu-west-1", "us-east-1"]
CONFIG = Config(retries={"mode": "adaptive", "max_attempts": 8})

sts = boto3.client("sts", region_name=REGIONS[0], endpoint_url=ENDPOINT)
found = {}
for account in ACCOUNTS:
    role = sts.assume_role(RoleArn="arn:aws:iam::%s:role/tagledger" % account, RoleSessionName="bare")["Credentials"]
    session = boto3.Session(role["AccessKeyId"], role["SecretAccessKey"], role["SessionToken"])
    for region in REGIONS:
        explorer = session.client("resource-explorer-2", region_name=region, endpoint_url=ENDPOINT, config=CONFIG)
        view = explorer.list_views()["Views"][0]
        explorer.get_view(ViewArn=view)
        for page in explorer.get_paginator("list_resources").paginate(ViewArn=view, PaginationConfig={"PageSize": 1000}):
            for resource in page["Resources"]:
                found[resource["Arn"]] = resource["Properties"]
        tagging = session.client("resourcegroupstaggingapi", region_name=region, endpoint_url=ENDPOINT, config=CONFIG)
        for page in tagging.get_paginator("get_resources").paginate(ResourcesPerPage=100):
            for resource in page["ResourceTagMappingList"]:
                found[resource["ResourceARN"]] = resource["Tags"]
if abs(len(found) - RESOURCES) > 15:
    sys.exit("%d resources instead of %d" % (len(found), RESOURCES))
