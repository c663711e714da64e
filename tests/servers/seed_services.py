"""Fills the emulator: of each kind one resource that was never tagged, one that is tagged, and one that was stripped of its tag."""

import io
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor

import boto3

HOW = ("never", "tagged", "stripped")
MAP = {"Environment": "prod"}
UPPER = [{"Key": "Environment", "Value": "prod"}]
LOWER = [{"key": "Environment", "value": "prod"}]
KEYS = ["Environment"]


def client(service, region="eu-west-1"):
    # A session of its own: the shared one may not be used by several threads.
    session = boto3.session.Session(aws_access_key_id="x", aws_secret_access_key="y", region_name=region)
    return session.client(service, endpoint_url=sys.argv[1])


def given(how, **tags):
    return {} if how == "never" else tags


def databases():
    rds = client("rds")
    for how in HOW:
        tags = given(how, Tags=UPPER)
        made = [
            rds.create_db_instance(DBInstanceIdentifier=f"i-{how}", DBInstanceClass="db.t3.micro", Engine="postgres", **tags)["DBInstance"]["DBInstanceArn"],
            rds.create_db_cluster(DBClusterIdentifier=f"c-{how}", Engine="aurora-mysql", MasterUsername="u", MasterUserPassword="password1", **tags)[
                "DBCluster"
            ]["DBClusterArn"],
            rds.create_db_snapshot(DBSnapshotIdentifier=f"s-{how}", DBInstanceIdentifier=f"i-{how}", **tags)["DBSnapshot"]["DBSnapshotArn"],
            rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier=f"cs-{how}", DBClusterIdentifier=f"c-{how}", **tags)["DBClusterSnapshot"][
                "DBClusterSnapshotArn"
            ],
        ]
        for arn in made if how == "stripped" else []:
            rds.remove_tags_from_resource(ResourceName=arn, TagKeys=KEYS)


def log_groups():
    logs = client("logs")
    for how in HOW:
        logs.create_log_group(logGroupName=f"/app/{how}", **given(how, tags=MAP))
    logs.untag_log_group(logGroupName="/app/stripped", tags=KEYS)
    # A second page.
    for n in range(50):
        logs.create_log_group(logGroupName=f"/many/{n}", tags=MAP)


def functions():
    role = client("iam").create_role(RoleName="r", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("f.py", "def f(*_): pass")
    functions, same = client("lambda"), {"Runtime": "python3.12", "Role": role, "Handler": "f.f", "Code": {"ZipFile": code.getvalue()}}
    for how in HOW:
        made = functions.create_function(FunctionName=f"function-{how}", **same, **given(how, Tags=MAP))
    functions.untag_resource(Resource=made["FunctionArn"], TagKeys=KEYS)


def buckets_and_distributions():
    for how in HOW:
        # One is in another Region than the others.
        region = "us-east-1" if how == "never" else "eu-west-1"
        s3 = client("s3", region)
        s3.create_bucket(Bucket=f"bucket-{how}", **given(how, CreateBucketConfiguration={"LocationConstraint": region}))
        if how != "never":
            s3.put_bucket_tagging(Bucket=f"bucket-{how}", Tagging={"TagSet": UPPER})
    s3.delete_bucket_tagging(Bucket="bucket-stripped")
    cloudfront = client("cloudfront", "us-east-1")
    for how in HOW:
        origin = {"Id": "o", "DomainName": f"bucket-{how}.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
        config = {
            "CallerReference": how,
            "Comment": how,
            "Enabled": False,
            "Origins": {"Quantity": 1, "Items": [origin]},
            "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "allow-all"},
        }
        if how == "never":
            cloudfront.create_distribution(DistributionConfig=config)
        else:
            made = cloudfront.create_distribution_with_tags(DistributionConfigWithTags={"DistributionConfig": config, "Tags": {"Items": UPPER}})
    cloudfront.untag_resource(Resource=made["Distribution"]["ARN"], TagKeys={"Items": KEYS})


def tables():
    dynamodb = client("dynamodb")
    for how in HOW:
        made = dynamodb.create_table(
            TableName=f"table-{how}",
            AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            **given(how, Tags=UPPER),
        )
    dynamodb.untag_resource(ResourceArn=made["TableDescription"]["TableArn"], TagKeys=KEYS)


def containers():
    ecs = client("ecs")
    ecs.register_task_definition(family="task", containerDefinitions=[{"name": "c", "image": "i", "memory": 128}])
    for how in HOW:
        made = ecs.create_cluster(clusterName=f"cluster-{how}", **given(how, tags=LOWER))["cluster"]["clusterArn"]
    ecs.untag_resource(resourceArn=made, tagKeys=KEYS)
    # More than are described at once.
    for n in range(11):
        ecs.create_service(cluster="cluster-tagged", serviceName=f"service-{n}", taskDefinition="task", desiredCount=0, tags=LOWER)
    ecs.create_service(cluster="cluster-tagged", serviceName="service-never", taskDefinition="task", desiredCount=0)


def kubernetes():
    eks, role = client("eks"), "arn:aws:iam::123456789012:role/r"
    for how in HOW:
        tags = given(how, tags=MAP)
        made = eks.create_cluster(name=f"eks-{how}", roleArn=role, resourcesVpcConfig={"subnetIds": ["subnet-1"]}, **tags)["cluster"]["arn"]
        # The emulator takes no tag from a node group.
        if how != "stripped":
            eks.create_nodegroup(clusterName=f"eks-{how}", nodegroupName=f"group-{how}", subnets=["subnet-1"], nodeRole=role, **tags)
    eks.untag_resource(resourceArn=made, tagKeys=KEYS)


def messages_and_secrets():
    sqs, sns, secrets = client("sqs"), client("sns"), client("secretsmanager")
    for how in HOW:
        queue = sqs.create_queue(QueueName=f"queue-{how}", **given(how, tags=MAP))["QueueUrl"]
        topic = sns.create_topic(Name=f"topic-{how}", **given(how, Tags=UPPER))["TopicArn"]
        secret = secrets.create_secret(Name=f"secret/{how}", SecretString="x", **given(how, Tags=UPPER))["ARN"]
    sqs.untag_queue(QueueUrl=queue, TagKeys=KEYS)
    sns.untag_resource(ResourceArn=topic, TagKeys=KEYS)
    secrets.untag_resource(SecretId=secret, TagKeys=KEYS)


with ThreadPoolExecutor(4) as pool:
    parts = (databases, kubernetes, log_groups, functions, buckets_and_distributions, tables, containers, messages_and_secrets)
    for part in [pool.submit(part) for part in parts]:
        part.result()
