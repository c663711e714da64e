"""A second reader of the loopback server: AWS's own client for Python, with its own paginators. Prints the totals that it comes to.

`python tests/servers/witness.py URL ROLE EXTERNAL_ID`
"""

import json
import sys

import boto3
from botocore.config import Config

URL, ROLE, EXTERNAL_ID = sys.argv[1:]
CONFIG = Config(retries={"mode": "standard", "max_attempts": 8})
HOME = "eu-west-1"


def client(service, region, key="AKIDTEST", secret="secret", token=None):
    session = boto3.Session(aws_access_key_id=key, aws_secret_access_key=secret, aws_session_token=token, region_name=region)
    return session.client(service, endpoint_url=URL, config=CONFIG)


def every(asked, operation, member, **given):
    for page in asked.get_paginator(operation).paginate(**given):
        yield from page[member]


sts = client("sts", HOME)
caller = sts.get_caller_identity()["Account"]
organizations = client("organizations", "us-east-1")
accounts = list(every(organizations, "list_accounts", "Accounts"))
tags = {a["Id"]: len(list(every(organizations, "list_tags_for_resource", "Tags", ResourceId=a["Id"]))) for a in accounts}
tagged = {}
for account in accounts:
    if account["State"] != "ACTIVE":
        continue
    given = ["AKIDTEST", "secret"]
    if account["Id"] != caller:
        role = f"arn:aws:iam::{account['Id']}:role/{ROLE}"
        lent = sts.assume_role(RoleArn=role, RoleSessionName="witness", ExternalId=EXTERNAL_ID)["Credentials"]
        given = [lent["AccessKeyId"], lent["SecretAccessKey"], lent["SessionToken"]]
    wanted = ["ENABLED", "ENABLED_BY_DEFAULT"]
    for region in every(client("account", "us-east-1", *given), "list_regions", "Regions", RegionOptStatusContains=wanted):
        name = region["RegionName"]
        listed = list(every(client("resourcegroupstaggingapi", name, *given), "get_resources", "ResourceTagMappingList"))
        tagged[f"{account['Id']} {name}"] = {"resources": len(listed), "tags": sum(len(mapping["Tags"]) for mapping in listed)}
explorer = client("resource-explorer-2", HOME)
index = explorer.get_index()
views = [explorer.get_view(ViewArn=arn)["View"] for arn in every(explorer, "list_views", "Views")]
view = next(view for view in views if view["IncludedProperties"])
shown = list(every(explorer, "list_resources", "Resources", ViewArn=view["ViewArn"]))
members = [account["Id"] for account in accounts if account["Id"] != caller]
indexes = list(every(explorer, "list_indexes_for_members", "Indexes", AccountIdList=members[:10]))
config = client("config", HOME)
names = [a["ConfigurationAggregatorName"] for a in every(config, "describe_configuration_aggregators", "ConfigurationAggregators")]
query = "SELECT arn, accountId, awsRegion, tags"
rows = [json.loads(row) for name in names for row in every(config, "select_aggregate_resource_config", "Results", Expression=query, ConfigurationAggregatorName=name)]
sources = [s for name in names for s in every(config, "describe_configuration_aggregator_sources_status", "AggregatedSourceStatusList", ConfigurationAggregatorName=name)]
print(json.dumps({
    "caller": caller,
    "accounts": {account["Id"]: account["State"] for account in accounts},
    "account_tags": tags,
    "tagged": tagged,
    "gathers": sorted(index["ReplicatingFrom"]),
    "indexes": len(indexes),
    "explored": [{"arn": s["Arn"], "account": s["OwningAccountId"], "tags": sum(len(p["Data"]) for p in s["Properties"])} for s in shown],
    "recorded": len(rows),
    "sources": len(sources),
}))
