"""Fills the emulator through boto3, in the order of the seed, and tells the world what came of it."""

import io
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config

from world import GLOBAL_KINDS, GLOBAL_REGION, pairs

# One session knows every model once; clients take their own credentials and Region.
SESSION, MAKING = boto3.Session(), threading.Lock()
CONFIG = Config(retries={"max_attempts": 1}, read_timeout=30, s3={"addressing_style": "path"})


class Place:
    """One Region of one account, as boto3 sees it."""

    def __init__(self, url, account, region):
        self.url, self.account, self.region, self.clients, self.ids = url, account, region, {}, {}

    def __call__(self, service):
        if service not in self.clients:
            given = {"aws_access_key_id": "SEED" + self.account, "aws_secret_access_key": "s", "region_name": self.region}
            with MAKING:
                self.clients[service] = SESSION.client(service, endpoint_url=self.url, config=CONFIG, **given)
        return self.clients[service]

    def arn(self, service, resource):
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

    def network(self):
        """A network to put things into."""
        if "vpc" not in self.ids:
            ec2 = self("ec2")
            self.ids["vpc"] = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
            zones = [self.region + "a", self.region + "b"]
            nets = [ec2.create_subnet(VpcId=self.ids["vpc"], CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=z) for n, z in enumerate(zones)]
            self.ids["subnets"] = [net["Subnet"]["SubnetId"] for net in nets]
        return self.ids["vpc"], self.ids["subnets"]


def _specified(kind, resource):
    tags = pairs({key: value or "" for key, value in resource["tags"].items()})
    return [{"ResourceType": kind, "Tags": tags}] if tags else []


def _tagged(resource):
    return {"Tags": pairs({key: value or "" for key, value in resource["tags"].items()})} if resource["tags"] else {}


def volume(p, r):
    made = p("ec2").create_volume(AvailabilityZone=p.region + "a", Size=8, TagSpecifications=_specified("volume", r))["VolumeId"]
    p.ids[r["name"]] = made
    if r.get("on"):
        p("ec2").attach_volume(VolumeId=made, InstanceId=p.ids[r["on"]], Device="/dev/sdf")
    return p.arn("ec2", f"volume/{made}")


def instance(p, r):
    _, subnets = p.network()
    made = p("ec2").run_instances(
        ImageId="ami-12c6146b", InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=subnets[0], TagSpecifications=_specified("instance", r)
    )["Instances"][0]
    p.ids[r["name"]] = made["InstanceId"]
    if r.get("stopped"):
        p("ec2").stop_instances(InstanceIds=[made["InstanceId"]])
    shown = p("ec2").describe_instances(InstanceIds=[made["InstanceId"]])["Reservations"][0]["Instances"][0]
    yield p.arn("ec2", f"instance/{made['InstanceId']}"), "ec2:instance"
    # What the service makes beside it, without tags.
    for disk in shown.get("BlockDeviceMappings", []):
        yield p.arn("ec2", f"volume/{disk['Ebs']['VolumeId']}"), "ec2:volume"
    for card in shown.get("NetworkInterfaces", []):
        yield p.arn("ec2", f"network-interface/{card['NetworkInterfaceId']}"), "ec2:network-interface"


def snapshot(p, r):
    made = p("ec2").create_snapshot(VolumeId=p.ids[r["of"]], TagSpecifications=_specified("snapshot", r))["SnapshotId"]
    return p.arn("ec2", f"snapshot/{made}")


def address(p, r):
    made = p("ec2").allocate_address(Domain="vpc", TagSpecifications=_specified("elastic-ip", r))["AllocationId"]
    p.ids[r["name"]] = made
    if r.get("on"):
        p("ec2").associate_address(AllocationId=made, InstanceId=p.ids[r["on"]])
    return p.arn("ec2", f"elastic-ip/{made}")


def interface(p, r):
    _, subnets = p.network()
    made = p("ec2").create_network_interface(SubnetId=subnets[0], TagSpecifications=_specified("network-interface", r))
    return p.arn("ec2", f"network-interface/{made['NetworkInterface']['NetworkInterfaceId']}")


def nat(p, r):
    _, subnets = p.network()
    made = p("ec2").create_nat_gateway(SubnetId=subnets[0], ConnectivityType="private", TagSpecifications=_specified("natgateway", r))
    made = made["NatGateway"]
    yield p.arn("ec2", f"natgateway/{made['NatGatewayId']}"), "ec2:natgateway"
    for card in made.get("NatGatewayAddresses", []):
        if card.get("NetworkInterfaceId"):
            yield p.arn("ec2", f"network-interface/{card['NetworkInterfaceId']}"), "ec2:network-interface"


def balancer(p, r):
    _, subnets = p.network()
    made = p("elbv2").create_load_balancer(Name=r["name"], Subnets=subnets, Type="application", **_tagged(r))["LoadBalancers"][0]["LoadBalancerArn"]
    p.ids[r["name"]] = made
    return made


def target_group(p, r):
    vpc, _ = p.network()
    made = p("elbv2").create_target_group(Name=r["name"], Protocol="HTTP", Port=80, VpcId=vpc, **_tagged(r))["TargetGroups"][0]["TargetGroupArn"]
    if r.get("of"):
        p("elbv2").create_listener(LoadBalancerArn=p.ids[r["of"]], Protocol="HTTP", Port=80, DefaultActions=[{"Type": "forward", "TargetGroupArn": made}])
    if r.get("on"):
        p("elbv2").register_targets(TargetGroupArn=made, Targets=[{"Id": p.ids[r["on"]]}])
    return made


def classic(p, r):
    listener = {"Protocol": "tcp", "LoadBalancerPort": 80, "InstancePort": 80}
    p("elb").create_load_balancer(LoadBalancerName=r["name"], Listeners=[listener], AvailabilityZones=[p.region + "a"], **_tagged(r))
    return p.arn("elasticloadbalancing", f"loadbalancer/{r['name']}")


def database(p, r):
    p("rds").create_db_instance(DBInstanceIdentifier=r["name"], DBInstanceClass="db.t3.micro", Engine="postgres", AllocatedStorage=20, **_tagged(r))
    if r.get("stopped"):
        p("rds").stop_db_instance(DBInstanceIdentifier=r["name"])
    return p.arn("rds", f"db:{r['name']}")


def database_snapshot(p, r):
    p("rds").create_db_snapshot(DBSnapshotIdentifier=r["name"], DBInstanceIdentifier=r["of"], **_tagged(r))
    return p.arn("rds", f"snapshot:{r['name']}")


def log_group(p, r):
    tags = {"tags": {key: value or "" for key, value in r["tags"].items()}} if r["tags"] else {}
    p("logs").create_log_group(logGroupName=r["name"], **tags)
    if r.get("days"):
        p("logs").put_retention_policy(logGroupName=r["name"], retentionInDays=r["days"])
    return p.arn("logs", f"log-group:{r['name']}")


def function(p, r):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("f.py", "def f(e, c): pass")
    if "role" not in p.ids:
        p.ids["role"] = f"arn:aws:iam::{p.account}:role/f"
        try:
            p("iam").create_role(RoleName="f", AssumeRolePolicyDocument="{}")
        except p("iam").exceptions.EntityAlreadyExistsException:
            pass
    tags = {"Tags": {key: value or "" for key, value in r["tags"].items()}} if r["tags"] else {}
    p("lambda").create_function(
        FunctionName=r["name"], Runtime="python3.12", Role=p.ids["role"], Handler="f.f", Code={"ZipFile": packed.getvalue()}, **tags
    )
    return p.arn("lambda", f"function:{r['name']}")


def bucket(p, r):
    where = {} if p.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": p.region}}
    p("s3").create_bucket(Bucket=r["name"], **where)
    if r["tags"]:
        p("s3").put_bucket_tagging(Bucket=r["name"], Tagging={"TagSet": _tagged(r)["Tags"]})
    return f"arn:aws:s3:::{r['name']}"


def table(p, r):
    attribute = {"AttributeName": "id", "AttributeType": "S"}
    p("dynamodb").create_table(
        TableName=r["name"], BillingMode="PAY_PER_REQUEST", AttributeDefinitions=[attribute], KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}], **_tagged(r)
    )
    return p.arn("dynamodb", f"table/{r['name']}")


def container_cluster(p, r):
    tags = {"tags": [{"key": key, "value": value or ""} for key, value in r["tags"].items()]} if r["tags"] else {}
    return p("ecs").create_cluster(clusterName=r["name"], **tags)["cluster"]["clusterArn"]


def container_service(p, r):
    """A service is in a cluster, which nobody has tagged."""
    ecs, cluster = p("ecs"), container_cluster(p, {"name": r["name"] + "-cluster", "tags": {}})
    container = {"name": "c", "image": "i", "memory": 64}
    task = ecs.register_task_definition(family=r["name"], containerDefinitions=[container])["taskDefinition"]["taskDefinitionArn"]
    tags = {"tags": [{"key": key, "value": value or ""} for key, value in r["tags"].items()]} if r["tags"] else {}
    service = ecs.create_service(cluster=cluster, serviceName=r["name"], taskDefinition=task, desiredCount=0, **tags)["service"]["serviceArn"]
    return [(service, "ecs:service"), (cluster, "ecs:cluster")]


def node_group(p, r):
    """The same of nodes."""
    cluster = kubernetes(p, {"name": r["name"] + "-cluster", "tags": {}})
    role, tags = f"arn:aws:iam::{p.account}:role/eks", {"tags": {key: value or "" for key, value in r["tags"].items()}} if r["tags"] else {}
    made = p("eks").create_nodegroup(clusterName=r["name"] + "-cluster", nodegroupName=r["name"], subnets=["subnet-1"], nodeRole=role, **tags)
    return [(made["nodegroup"]["nodegroupArn"], "eks:nodegroup"), (cluster, "eks:cluster")]


def kubernetes(p, r):
    tags = {"tags": {key: value or "" for key, value in r["tags"].items()}} if r["tags"] else {}
    role = f"arn:aws:iam::{p.account}:role/eks"
    return p("eks").create_cluster(name=r["name"], roleArn=role, resourcesVpcConfig={}, **tags)["cluster"]["arn"]


def queue(p, r):
    p("sqs").create_queue(QueueName=r["name"], tags={key: value or "" for key, value in r["tags"].items()})
    return p.arn("sqs", r["name"])


def topic(p, r):
    return p("sns").create_topic(Name=r["name"], **_tagged(r))["TopicArn"]


def secret(p, r):
    return p("secretsmanager").create_secret(Name=r["name"], SecretString="s", **_tagged(r))["ARN"]


def stream(p, r):
    p("kinesis").create_stream(StreamName=r["name"], ShardCount=1)
    if r["tags"]:
        p("kinesis").add_tags_to_stream(StreamName=r["name"], Tags={key: value or "" for key, value in r["tags"].items()})
    return p.arn("kinesis", f"stream/{r['name']}")


def key(p, r):
    tags = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in _tagged(r).get("Tags", [])]
    return p("kms").create_key(Description=r["name"], Tags=tags)["KeyMetadata"]["Arn"]


def distribution(p, r):
    origin = {"Id": "o", "DomainName": "o.example.com", "CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only"}}
    behaviour = {"TargetOriginId": "o", "ViewerProtocolPolicy": "allow-all", "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}}}
    described = {
        "CallerReference": r["name"], "Comment": "", "Enabled": True, "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": {**behaviour, "MinTTL": 0},
    }
    made = p("cloudfront").create_distribution_with_tags(
        DistributionConfigWithTags={"DistributionConfig": described, "Tags": {"Items": _tagged(r).get("Tags", [])}}
    )
    return made["Distribution"]["ARN"]


MAKERS = {
    "ec2:instance": instance, "ec2:volume": volume, "ec2:snapshot": snapshot, "ec2:elastic-ip": address, "ec2:network-interface": interface,
    "ec2:natgateway": nat, "elasticloadbalancing:loadbalancer/app": balancer, "elasticloadbalancing:targetgroup": target_group,
    "elasticloadbalancing:loadbalancer": classic, "rds:db": database, "rds:snapshot": database_snapshot, "logs:log-group": log_group,
    "lambda:function": function, "s3:bucket": bucket, "dynamodb:table": table, "ecs:cluster": container_cluster, "ecs:service": container_service, "eks:nodegroup": node_group,
    "eks:cluster": kubernetes,
    "sqs:queue": queue, "sns:topic": topic, "secretsmanager:secret": secret, "kinesis:stream": stream, "kms:key": key, "cloudfront:distribution": distribution,
}


def _fill(world, url, account, region, resources):
    place = Place(url, account, region)
    for resource in resources:
        resource = {**resource, "tags": resource.get("tags") or {}}
        made = MAKERS[resource["kind"]](place, resource)
        if isinstance(made, str):
            world.add(resource, made)
            continue
        for number, (arn, kind) in enumerate(made):
            beside = {"account": resource["account"], "region": region, "kind": kind, "name": f"{resource['name']}/{number}", "on": resource["name"]}
            world.add(resource if number == 0 else beside, arn)


def organization(world, url):
    """In the emulator's own organisation accounts get their ids from it."""
    client = Place(url, "123456789012", GLOBAL_REGION)("organizations")
    described = world.seed["organization"]
    described["id"] = client.create_organization(FeatureSet="ALL")["Organization"]["Id"]
    root = client.list_roots()["Roots"][0]["Id"]
    ids = {described["root"]["id"]: root}
    for unit in described["units"]:
        ids[unit["id"]] = client.create_organizational_unit(ParentId=ids[unit["parent"]], Name=unit["name"], Tags=pairs(unit.get("tags", {})))["OrganizationalUnit"]["Id"]
    for account in world.accounts.values():
        if account["name"] == world.seed["caller"]:
            account["id"] = "123456789012"
            continue
        status = client.create_account(AccountName=account["name"], Email=f"{account['name']}@example.com", Tags=pairs(account.get("tags", {})))
        account["id"] = status["CreateAccountStatus"]["AccountId"]
        client.move_account(AccountId=account["id"], SourceParentId=root, DestinationParentId=ids[account["above"]])
        if account.get("state", "ACTIVE") != "ACTIVE":
            client.close_account(AccountId=account["id"])
    caller = world.accounts[world.seed["caller"]]
    client.tag_resource(ResourceId=caller["id"], Tags=pairs(caller.get("tags", {})))
    if ids[caller["above"]] != root:
        client.move_account(AccountId=caller["id"], SourceParentId=root, DestinationParentId=ids[caller["above"]])


def fill(world, url):
    places = {}
    for resource in world.seed.get("resources", []):
        if "arn" not in resource:
            region = GLOBAL_REGION if resource["kind"] in GLOBAL_KINDS else resource["region"]
            places.setdefault((resource["account"], region), []).append(resource)
    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(_fill, world, url, world.accounts[account]["id"], region, all_of) for (account, region), all_of in places.items()]
        for job in jobs:
            job.result()
