"""AWS Config: aggregators, how their sources fare, and queries over what they hold."""

import datetime
import json
import re

from protocol import Refusal
from world import pairs

UPDATED = datetime.datetime(2026, 10, 31, 22, tzinfo=datetime.timezone.utc)
# Names of types as Config writes them; what is not here is not recorded.
TYPES = {
    "dynamodb:table": "AWS::DynamoDB::Table",
    "ec2:elastic-ip": "AWS::EC2::EIP",
    "ec2:instance": "AWS::EC2::Instance",
    "ec2:natgateway": "AWS::EC2::NatGateway",
    "ec2:network-interface": "AWS::EC2::NetworkInterface",
    "ec2:volume": "AWS::EC2::Volume",
    "ecr:repository": "AWS::ECR::Repository",
    "kinesis:stream": "AWS::Kinesis::Stream",
    "ecs:service": "AWS::ECS::Service",
    "eks:nodegroup": "AWS::EKS::Nodegroup",
    "kms:key": "AWS::KMS::Key",
    "lambda:function": "AWS::Lambda::Function",
    "rds:db": "AWS::RDS::DBInstance",
    "s3:bucket": "AWS::S3::Bucket",
    "sns:topic": "AWS::SNS::Topic",
    "sqs:queue": "AWS::SQS::Queue",
    "states:statemachine": "AWS::StepFunctions::StateMachine",
}
STALE = Refusal("InvalidNextTokenException", "The specified next token is not valid.")


def _here(world, place):
    name = world.name(place.account)
    return [a for a in world.seed.get("aggregators", []) if a["account"] == name and a["region"] == place.region]


def describe_aggregators(world, place, given):
    shown = []
    for aggregator in _here(world, place):
        entry = {
            "ConfigurationAggregatorName": aggregator["name"],
            "ConfigurationAggregatorArn": f"arn:aws:config:{place.region}:{place.account}:config-aggregator/config-aggregator-{aggregator['name']}",
            "CreationTime": UPDATED,
        }
        if aggregator.get("wide"):
            entry["OrganizationAggregationSource"] = {
                "RoleArn": f"arn:aws:iam::{place.account}:role/config", "AwsRegions": aggregator["regions"], "AllAwsRegions": False,
            }
        else:
            entry["AccountAggregationSources"] = [{"AccountIds": [place.account], "AllAwsRegions": False, "AwsRegions": aggregator["regions"]}]
        shown.append(entry)
    size = world.size("DescribeConfigurationAggregators", given.get("Limit"), 100)
    page, token = world.page(shown, f"aggregators:{place.account}:{place.region}", given.get("NextToken"), size, STALE)
    return {"ConfigurationAggregators": page, **({"NextToken": token} if token else {})}


def _aggregator(world, place, given):
    found = next((a for a in _here(world, place) if a["name"] == given["ConfigurationAggregatorName"]), None)
    if found is None:
        raise Refusal("NoSuchConfigurationAggregatorException", "The configuration aggregator does not exist.")
    return found


def _sources(world, aggregator):
    every = [a["name"] for a in world.accounts.values() if not a.get("stranger") and a.get("state", "ACTIVE") == "ACTIVE"]
    accounts = every if aggregator.get("wide") else [aggregator["account"]]
    return [(account, region) for account in accounts for region in aggregator["regions"]]


def describe_sources(world, place, given):
    aggregator = _aggregator(world, place, given)
    shown = []
    for account, region in _sources(world, aggregator):
        failed = account in aggregator.get("failed", [])
        entry = {"SourceId": world.accounts[account]["id"], "SourceType": "ACCOUNT", "AwsRegion": region, "LastUpdateTime": UPDATED}
        entry["LastUpdateStatus"] = "FAILED" if failed else "SUCCEEDED"
        if failed:
            entry["LastErrorMessage"] = "Access denied"
        shown.append(entry)
    shown = [entry for entry in shown if entry["LastUpdateStatus"] in given.get("UpdateStatus", [entry["LastUpdateStatus"]])]
    size = world.size("DescribeConfigurationAggregatorSourcesStatus", given.get("Limit"), 100)
    page, token = world.page(shown, f"sources:{aggregator['name']}", given.get("NextToken"), size, STALE)
    return {"AggregatedSourceStatusList": page, **({"NextToken": token} if token else {})}


def _row(world, resource):
    account = world.accounts[resource["account"]]
    words = [{"key": p["Key"], "value": p.get("Value", "")} for p in pairs(resource["tags"])]
    for word in words:
        word["tag"] = f"{word['key']}={word['value']}"
    return {
        "arn": resource["arn"], "accountId": account["id"], "awsRegion": resource["region"], "resourceType": TYPES[resource["kind"]],
        "resourceId": re.split("[:/]", resource["arn"])[-1], "resourceName": resource["name"], "tags": words,
        "resourceCreationTime": "2026-01-02T03:04:05.000Z", "configurationItemCaptureTime": "2026-10-31T22:00:00.000Z", "configurationItemStatus": "OK",
    }


QUERY = re.compile(r"\s*SELECT\s+(?P<fields>.+?)(?:\s+WHERE\s+(?P<where>.+?))?(?:\s+ORDER\s+BY\s+[\w.]+(?:\s+ASC|\s+DESC)?)?\s*", re.IGNORECASE | re.DOTALL)
TERM = re.compile(r"\s*(\w+)\s*(?:=\s*'([^']*)'|IN\s*\(([^)]*)\)|LIKE\s*'([^']*)')\s*", re.IGNORECASE)


def _fits(row, where):
    for term in re.split(r"\s+AND\s+", where, flags=re.IGNORECASE) if where else []:
        taken = TERM.fullmatch(term)
        if not taken:
            raise Refusal("InvalidExpressionException", f"this server does not understand {term!r}")
        name, equal, among, like = taken.groups()
        if equal is not None and row[name] != equal:
            return False
        if among is not None and row[name] not in re.findall("'([^']*)'", among):
            return False
        if like is not None and not re.fullmatch(re.escape(like).replace("%", ".*"), row[name]):
            return False
    return True


def select(world, place, given):
    aggregator = _aggregator(world, place, given)
    taken = QUERY.fullmatch(given["Expression"])
    if not taken:
        raise Refusal("InvalidExpressionException", f"this server does not understand {given['Expression']!r}")
    fields = [field.strip() for field in taken["fields"].split(",")]
    sources = set(_sources(world, aggregator))
    held = [r for r in world.resources if r["kind"] in TYPES and (r["account"], r["region"]) in sources and r["account"] not in aggregator.get("failed", [])]
    if "kinds" in aggregator:
        held = [r for r in held if r["kind"] in aggregator["kinds"]]
    rows = [row for row in (_row(world, resource) for resource in held) if _fits(row, taken["where"])]
    # A field that a row does not have is left out, as the service does.
    results = [json.dumps({field: row[field] for field in fields if field in row}) for row in rows]
    size = world.size("SelectAggregateResourceConfig", given.get("Limit") or given.get("MaxResults") or 25, 100)
    page, token = world.page(results, f"query:{given['Expression']}", given.get("NextToken"), size, STALE)
    return {"Results": page, "QueryInfo": {"SelectFields": [{"Name": field} for field in fields]}, **({"NextToken": token} if token else {})}


OPERATIONS = {
    "DescribeConfigurationAggregators": describe_aggregators,
    "DescribeConfigurationAggregatorSourcesStatus": describe_sources,
    "SelectAggregateResourceConfig": select,
}
