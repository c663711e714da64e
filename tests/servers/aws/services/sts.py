"""The Security Token Service: who the caller is, and roles in other accounts with credentials that end."""

import datetime
import re
import time

from protocol import Refusal

HOUR = 3600


def get_caller_identity(_world, place, _given):
    role = "assumed-role/tagledger/session" if place.key.startswith("ASIA") else "user/auditor"
    service = "sts" if place.key.startswith("ASIA") else "iam"
    return {"UserId": "AIDAEXAMPLE", "Account": place.account, "Arn": f"arn:aws:{service}::{place.account}:{role}"}


def assume_role(world, place, given):
    named = re.fullmatch(r"arn:aws:iam::(\d{12}):role/(.+)", given["RoleArn"])
    role = world.seed.get("role") or {"name": "tagledger"}
    account = named and world.name(named.group(1))
    refused = not named or named.group(2) != role["name"] or account is None or account in role.get("refused", [])
    # A role that is not there, one that does not trust the caller, and a wrong external id are answered alike.
    if refused or given.get("ExternalId") != role.get("external_id"):
        who = f"arn:aws:iam::{place.account}:user/auditor"
        raise Refusal("AccessDenied", f"User: {who} is not authorized to perform: sts:AssumeRole on resource: {given['RoleArn']}", 403)
    life = world.seed.get("weather", {}).get("credentials") or {}
    told = life.get("told", given.get("DurationSeconds", HOUR))
    key = place.keys.issue(named.group(1), time.time() + life.get("real", told))
    until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=told)
    session = given["RoleSessionName"]
    return {
        "Credentials": {"AccessKeyId": key, "SecretAccessKey": "secret", "SessionToken": "token", "Expiration": until},
        "AssumedRoleUser": {"AssumedRoleId": f"AROAEXAMPLE:{session}", "Arn": f"arn:aws:sts::{named.group(1)}:assumed-role/{role['name']}/{session}"},
    }


OPERATIONS = {"AssumeRole": assume_role, "GetCallerIdentity": get_caller_identity}
