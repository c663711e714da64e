"""Makes an estate of EC2 and Elastic Load Balancing at the URL that is the argument, and prints the ARN of everything in it: true for what is tagged."""

import json
import sys

import boto3

HERE = {"region_name": "eu-west-1", "endpoint_url": sys.argv[1], "aws_access_key_id": "x", "aws_secret_access_key": "y"}
ec2, v2, classic = (boto3.client(name, **HERE) for name in ("ec2", "elbv2", "elb"))
TAGS = [{"Key": "Environment", "Value": "prod"}, {"Key": "Note", "Value": ""}]
TRUTH = {}


def note(kind, name, tagged=False):
    TRUTH[f"arn:aws:ec2:eu-west-1:123456789012:{kind}/{name}"] = tagged
    return name


def spec(kind, tagged):
    return [{"ResourceType": kind, "Tags": TAGS}] if tagged else []


def own(tagged):
    return {"Tags": TAGS} if tagged else {}


def of_instance(instance):
    """What an instance brings along: its first disk and its first interface."""
    found = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
    note("volume", found["BlockDeviceMappings"][0]["Ebs"]["VolumeId"])
    note("network-interface", found["NetworkInterfaces"][0]["NetworkInterfaceId"])


network = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]]


def instance(tagged):
    made = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, SubnetId=subnets[0], TagSpecifications=spec("instance", tagged))
    return made["Instances"][0]["InstanceId"]


for tagged in (True, False):
    volume = note("volume", ec2.create_volume(AvailabilityZone="eu-west-1a", Size=1, TagSpecifications=spec("volume", tagged))["VolumeId"], tagged)
    note("snapshot", ec2.create_snapshot(VolumeId=volume, TagSpecifications=spec("snapshot", tagged))["SnapshotId"], tagged)
    note("elastic-ip", ec2.allocate_address(Domain="vpc", TagSpecifications=spec("elastic-ip", tagged))["AllocationId"], tagged)
    interface = ec2.create_network_interface(SubnetId=subnets[0], TagSpecifications=spec("network-interface", tagged))["NetworkInterface"]
    note("network-interface", interface["NetworkInterfaceId"], tagged)
    machine = note("instance", instance(tagged), tagged)
    of_instance(machine)
    image = note("image", ec2.create_image(InstanceId=machine, Name=f"golden {tagged}", TagSpecifications=spec("image", tagged))["ImageId"], tagged)
    note("snapshot", ec2.describe_images(ImageIds=[image])["Images"][0]["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"])
    address = note("elastic-ip", ec2.allocate_address(Domain="vpc")["AllocationId"])
    gateway = ec2.create_nat_gateway(SubnetId=subnets[1], AllocationId=address, TagSpecifications=spec("natgateway", tagged))["NatGateway"]
    note("natgateway", gateway["NatGatewayId"], tagged)
    (ec2.stop_instances if tagged else ec2.start_instances)(InstanceIds=[machine])

# What is on its way out is listed for a while, and is nobody's any more.
gone = instance(True)
ec2.terminate_instances(InstanceIds=[gone])
gone = ec2.create_nat_gateway(SubnetId=subnets[1], ConnectivityType="private", TagSpecifications=spec("natgateway", True))["NatGateway"]
ec2.delete_nat_gateway(NatGatewayId=gone["NatGatewayId"])

# More than one call for tags can take.
for number in range(23):
    tagged = number % 2 == 0
    made = v2.create_target_group(Name=f"group-{number}", Protocol="HTTP", Port=80, VpcId=network, **own(tagged))
    group = made["TargetGroups"][0]["TargetGroupArn"]
    TRUTH[group] = tagged
for kind, tagged in (("application", True), ("network", False)):
    made = v2.create_load_balancer(Name=f"front-{kind}", Type=kind, Subnets=subnets[:2], **own(tagged))
    balancer = made["LoadBalancers"][0]["LoadBalancerArn"]
    TRUTH[balancer] = tagged
    name = f"old-{kind}"
    listeners = [{"Protocol": "http", "LoadBalancerPort": 80, "InstancePort": 80}]
    classic.create_load_balancer(LoadBalancerName=name, Listeners=listeners, AvailabilityZones=["eu-west-1a"], **own(tagged))
    TRUTH[f"arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/{name}"] = tagged
    if tagged:
        v2.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=[{"Type": "forward", "TargetGroupArn": group}])
        v2.register_targets(TargetGroupArn=group, Targets=[{"Id": machine}])

# What the emulator made for these by itself is looked up rather than reckoned.
for interface in ec2.describe_network_interfaces()["NetworkInterfaces"]:
    if f"arn:aws:ec2:eu-west-1:123456789012:network-interface/{interface['NetworkInterfaceId']}" not in TRUTH:
        note("network-interface", interface["NetworkInterfaceId"])
json.dump(TRUTH, sys.stdout)
