"""Says what tags each resource of a CloudFormation or SAM template will have, to hold `tagledger check` against.

Written apart from the program. Needs PyYAML. Prints one JSON array a file, in the form of `terraform.py` beside this.
Usage: cloudformation.py TYPES FILE…, where TYPES is the table of types with their properties for tags.
"""

import json
import sys

import yaml

NOTHING = object()


class Loader(yaml.SafeLoader):
    """Short tags become the functions that they stand for, and words stay words."""


def short(loader, suffix, node):
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    return {name: loader.construct_mapping(node, deep=True)}


Loader.add_multi_constructor("!", short)
Loader.yaml_implicit_resolvers = {}


def function(value):
    if isinstance(value, dict) and len(value) == 1:
        name = next(iter(value))
        if name in ("Ref", "Condition") or name.startswith("Fn::"):
            return name, value[name]
    return None, None


def worlds(value):
    """Every value that a condition may choose; None stands for one that only the deploy knows."""
    name, argument = function(value)
    if name == "Fn::If":
        return worlds(argument[1]) + worlds(argument[2])
    if name == "Ref" and argument == "AWS::NoValue":
        return [NOTHING]
    return [value]


def text(value):
    """The literal text, or None."""
    name, argument = function(value)
    if name == "Fn::Sub" and isinstance(argument, str) and "${" not in argument:
        return argument
    return None if name or isinstance(value, (dict, list)) else str(value)


def combine(answers):
    """One answer out of those of several worlds, of which any may come true."""
    keys = [key for tags, _, _ in answers for key in tags]
    everywhere = [key for key in dict.fromkeys(keys) if all(key in tags for tags, _, _ in answers)]
    tags = {key: answers[0][0][key] if len({world[0][key] for world in answers}) == 1 else None for key in everywhere}
    perhaps = {key for key in keys if key not in tags} | {key for _, some, _ in answers for key in some if key not in tags}
    return tags, perhaps, any(is_open for _, _, is_open in answers)


def pair(key, value):
    def world(one):
        return ({}, set(), False) if one is NOTHING else ({key: text(one)}, set(), False)
    return combine([world(one) for one in worlds(value)])


def item(value):
    def world(one):
        if one is NOTHING:
            return {}, set(), False
        if function(one)[0] or not isinstance(one, dict) or text(one.get("Key", {"Ref": "?"})) is None:
            return {}, set(), True
        return pair(text(one["Key"]), one.get("Value", ""))
    return combine([world(one) for one in worlds(value)])


def together(parts):
    tags, perhaps, is_open = {}, set(), False
    for more, some, opened in parts:
        tags.update(more)
        perhaps |= some
        is_open |= opened
    return tags, perhaps - set(tags), is_open


def holder(value, shape):
    def world(one):
        if one is NOTHING:
            return {}, set(), False
        if function(one)[0]:
            return {}, set(), True
        if isinstance(one, dict):
            return together(({}, set(), True) if key.startswith("Fn::") else pair(key, inner) for key, inner in one.items())
        if isinstance(one, list) and shape == "specs":
            return together(holder(spec.get("Tags", []), "list") for spec in one)
        return together(item(inner) for inner in one or [])
    return combine([world(one) for one in worlds(value)])


def dig(tree, path):
    for name in path.split("."):
        tree = tree.get(name, {}) if isinstance(tree, dict) else {}
    return tree or []


def judge(name, resource, types, shared):
    kind, properties = resource["Type"], resource.get("Properties") or {}
    attribute, shape = types.get(kind, (None, None))
    custom = kind.startswith("Custom::") or kind == "AWS::CloudFormation::CustomResource"
    if kind not in types and "Tags" in properties and not custom:
        attribute, shape = "Tags", "list"
    answer = {"address": name, "class": "gated", "open": [], "complete": True, "tags": {}, "taggable": shape not in (None, "no")}
    if kind not in types and shape is None and not custom and kind != "AWS::CDK::Metadata":
        answer["taggable"] = None
    if answer["taggable"]:
        tags, perhaps, is_open = holder(dig(properties, attribute), shape)
        if kind.split("::")[-1] in shared:
            tags = {**holder(shared[kind.split("::")[-1]].get("Tags", {}), "map")[0], **tags}
        answer.update(tags=tags, complete=not is_open, open=sorted(perhaps - set(tags)))
    return answer


def main():
    rows = [line.rstrip("\n").split("\t") for line in open(sys.argv[1], encoding="utf-8") if not line.startswith("#")]
    types = {kind: (attribute, shape) for kind, attribute, shape in rows}
    for path in sys.argv[2:]:
        template = yaml.load(open(path, encoding="utf-8"), Loader)
        is_sam = "AWS::Serverless" in json.dumps(template.get("Transform", ""))
        shared = template.get("Globals", {}) if is_sam else {}
        print(json.dumps([judge(name, resource, types, shared) for name, resource in template["Resources"].items()]))


main()
