"""Says what tags each resource of a Terraform plan will have, to hold `tagledger check` against.

Written apart from the program, from the description of the format and of what providers do, and checked by hand on plans of both kinds.
Prints one JSON array a file: address, class (gated, debt), taggable (true, false, null), tags (null for a value that is not known or must
not be shown), complete (false when there may be further keys), open (keys that may be there).

What a resource makes beside itself and shows tags of (a volume, what launches from a template, a node pool) is an answer of its own, after
that of its maker.
"""

import json
import sys

CLOUDS = {"aws": "aws", "awscc": "aws", "azurerm": "azure", "azapi": "azure", "google": "gcp", "google-beta": "gcp"}
NEVER = {
    "google_logging_metric", "google_monitoring_metric_descriptor", "google_billing_budget", "google_cloud_identity_group",
    "azurerm_api_management_named_value", "azurerm_api_management_property", "azurerm_api_management_workspace_named_value", "azurerm_sentinel_threat_intelligence_indicator",
    "aws_inspector_resource_group",
}
MISSING, UNKNOWN = "missing", "unknown"


def documents(path):
    raw = open(path, "rb").read()
    text = raw.decode("utf-16") if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else raw.decode("utf-8-sig")
    text = text[text.index("{"):]
    decoder, at = json.JSONDecoder(), 0
    while at < len(text) and text[at:].strip():
        while text[at].isspace():
            at += 1
        document, at = decoder.raw_decode(text, at)
        yield document


def dig(tree, path):
    """The value at a dotted path, through lists of one; MISSING where the schema has none."""
    for name in path.split("."):
        if isinstance(tree, list):
            tree = tree[0] if tree else {}
        if not isinstance(tree, dict) or name not in tree:
            return MISSING
        tree = tree[name]
    return tree


def text(value):
    return value if isinstance(value, str) else json.dumps(value)


def read(side, marks, hidden, path):
    """A dict of tags, UNKNOWN, or MISSING."""
    value, mark = dig(side, path), dig(marks, path)
    secret = True if hidden is True else dig(hidden, path)
    if mark is False:
        mark = MISSING
    if value is MISSING and mark is MISSING:
        return MISSING
    if value in (MISSING, None):
        if mark is True:
            return UNKNOWN
        tags = {}
    elif isinstance(value, dict):
        tags = {k: text(v) for k, v in value.items() if v is not None}
    elif isinstance(value, list) and all(isinstance(item, dict) and "key" in item for item in value):
        tags = {}
        for number, item in enumerate(value):
            unknown = isinstance(mark, list) and number < len(mark) and isinstance(mark[number], dict) and mark[number].get("value")
            tags[item["key"]] = None if unknown else text(item.get("value") or "")
    else:
        return MISSING
    if isinstance(mark, dict):
        tags.update({k: None for k, v in mark.items() if v is not False})
    for key in tags:
        if secret is True or (isinstance(secret, dict) and secret.get(key)):
            tags[key] = None
    return tags


PLACES = {
    "aws": [("tags", ["tags_all"], True), ("tag", [], False)],
    "azure": [("tags", [], False)],
    "gcp": [
        ("labels", ["effective_labels", "terraform_labels"], True), ("resource_labels", ["effective_labels", "terraform_labels"], True),
        ("user_labels", [], False), ("settings.user_labels", [], False), ("node_config.resource_labels", [], False),
        ("metadata.labels", ["metadata.effective_labels", "metadata.terraform_labels"], True),
    ],
}


def place(cloud, side, marks, hidden):
    for own, merged, defaults in PLACES[cloud]:
        mine = read(side, marks, hidden, own)
        both = next((m for m in (read(side, marks, hidden, path) for path in merged) if m is not MISSING), MISSING)
        if mine is not MISSING or both is not MISSING:
            return own, mine, both, defaults
    return None


class Configuration:
    def __init__(self, plan):
        self.there = "configuration" in plan
        self.providers = plan.get("configuration", {}).get("provider_config", {}) or {}
        self.variables = plan.get("variables", {})
        self.resources = {}
        self.walk("", plan.get("configuration", {}).get("root_module", {}))

    def walk(self, path, module):
        for resource in module.get("resources", []):
            self.resources[(path, resource["address"])] = resource
        for name, call in module.get("module_calls", {}).items():
            self.walk(f"{path}/{name}", call.get("module", {}))

    def resource(self, change):
        path, rest = "", change["address"]
        while rest.startswith("module."):
            rest = rest[len("module."):]
            cut = min(i for i in (rest.find("."), rest.find("[")) if i >= 0)
            path, rest = f"{path}/{rest[:cut]}", rest[cut:]
            if rest.startswith("["):
                rest = rest[rest.index('"]') + 2:] if rest.startswith('["') else rest[rest.index("]") + 1:]
            rest = rest[1:]
        return self.resources.get((path, f"{change['type']}.{change['name']}"))

    def provider(self, change):
        """The key of the provider that makes a resource; a key that dangles belongs to the nearest module above."""
        resource = self.resource(change)
        key = resource["provider_config_key"] if resource else change.get("provider_name", "").split("/")[-1]
        while key not in self.providers and ":" in key:
            module, name = key.rsplit(":", 1)
            key = f"{module.rsplit('.module.', 1)[0]}:{name}" if ".module." in module else name
        return key if key in self.providers else None

    def defaults(self, key, changes):
        """Tags that the provider adds, and whether there may be more."""
        if key is None:
            return {}, self.there, []
        expressions = self.providers[key].get("expressions", {})
        expression = expressions.get("default_labels")
        if "default_tags" in expressions:
            block = expressions["default_tags"]
            expression = block[0].get("tags") if isinstance(block, list) else block
        if expression is None:
            return {}, True, []
        if "constant_value" in expression:
            return {k: v for k, v in (expression["constant_value"] or {}).items()}, True, []
        references = expression.get("references", [])
        if len(references) == 1 and references[0].startswith("var.") and "module_address" not in self.providers[key]:
            value = self.variables.get(references[0][4:], {}).get("value")
            if isinstance(value, dict):
                return value, True, []
        learnt, common = {}, None
        for change in changes:
            if self.provider(change) != key:
                continue
            found = place(cloud_of(change), *sides(change))
            if found and isinstance(found[1], dict) and isinstance(found[2], dict):
                learnt.update({k: v for k, v in found[2].items() if k not in found[1]})
                common = set(found[1]) if common is None else common & set(found[1])
        return (learnt, True, sorted(common)) if common is not None else ({}, False, [])


def cloud_of(change):
    return CLOUDS.get((change.get("provider_name") or change["type"].split("_")[0]).split("/")[-1])


def sides(change):
    inner = change["change"]
    return inner.get("after") or {}, inner.get("after_unknown") or {}, inner.get("after_sensitive") or {}


def judge(change, configuration, changes):
    inner = change["change"]
    actions = inner.get("actions") or []
    if change.get("mode", "managed") != "managed" or change["address"].startswith("data.") or ".data." in change["address"]:
        return None
    if "deposed" in change or not isinstance(inner.get("after"), dict) or (actions and set(actions) <= {"delete", "forget", "read"}):
        return None
    cloud = cloud_of(change)
    if cloud is None:
        return None
    after, marks, hidden = sides(change)
    if change["type"] == "google_monitoring_notification_channel":
        after, marks = ({k: v for k, v in side.items() if k != "labels"} for side in (after, marks))
    found = None if change["type"] in NEVER else place(cloud, after, marks, hidden)
    answer = {"address": change["address"], "taggable": bool(found), "tags": {}, "complete": True, "open": []}
    if not found and change["type"] not in NEVER:
        whole = len(after) + len(marks) >= 3 and ("id" in after or "id" in marks)
        answer["taggable"] = False if whole else None
    gated = "create" in actions or inner.get("importing") is not None
    if "update" in actions and not gated and found:
        old = inner.get("before") or {}
        was = place(cloud, old, {}, {}) or (found[0], MISSING, MISSING, False)
        gated = was[1] != found[1] or (found[2] is not MISSING and was[2] != found[2])
    answer["class"] = "gated" if gated else "debt"
    if not found:
        return answer
    own, mine, both, has_defaults = found
    if isinstance(both, dict):
        answer["tags"] = both
        return answer
    if mine is UNKNOWN:
        resource = configuration.resource(change)
        is_set = resource is None or dig(resource.get("expressions", {}), own) is not MISSING
        if is_set:
            answer["complete"] = False
            return answer
        mine = {}
    mine = {} if mine is MISSING else mine
    answer["tags"] = dict(mine)
    if has_defaults and both is not MISSING:
        added, complete, hidden_keys = configuration.defaults(configuration.provider(change), changes)
        answer["tags"] = {**added, **mine}
        answer["complete"] = complete
        answer["open"] = [key for key in hidden_keys if key not in mine]
    return answer


# Type of the maker: the blocks that stand for a child, the attribute within, and what may join the tags written there: the provider's default
# tags where the block has a place for them, the labels of the maker, anything that launches it.
CHILDREN = {
    "aws_instance": [("root_block_device", "tags", "default"), ("ebs_block_device", "tags", "default")],
    "aws_spot_instance_request": [("root_block_device", "tags", "default"), ("ebs_block_device", "tags", "default")],
    "aws_launch_template": [("tag_specifications", "tags", "template")],
    "azurerm_kubernetes_cluster": [("default_node_pool", "tags", None)],
    "google_container_cluster": [("node_config", "resource_labels", "maker"), ("node_pool", "node_config.resource_labels", "maker")],
}


def item(tree, block, number):
    """One block of a list of them, on any side of a change."""
    if tree is True:
        return True
    blocks = tree.get(block) if isinstance(tree, dict) else None
    if blocks is True:
        return True
    return blocks[number] if isinstance(blocks, list) and number < len(blocks) and blocks[number] is not None else {}


def label(block, blocks, number):
    device = blocks[number].get("device_name")
    return f'{block}["{device}"]' if device and len(blocks) > 1 else f"{block}[{number}]"


def blocks_of(side, block):
    return [b for b in side.get(block) or [] if isinstance(b, dict)] if isinstance(side.get(block), list) else []


def child_tags(change, side, marks, hidden):
    """Label to (own, merged, what joins, whether the attribute has a value, where it is written) of each child of one side."""
    found = {}
    for block, attribute, joins in CHILDREN.get(change["type"], []):
        if block == "node_config" and side.get("remove_default_node_pool") is True:
            continue
        blocks = blocks_of(side, block)
        for number in range(len(blocks)):
            parts = item(side, block, number), item(marks, block, number), item(hidden, block, number)
            if block == "tag_specifications" and parts[0].get("resource_type") not in ("instance", "volume"):
                continue
            own, both = read(*parts, attribute), read(*parts, "tags_all") if joins == "default" else MISSING
            how = joins
            if joins == "template":
                how = "anything" if parts[0]["resource_type"] == "instance" else None
            if own is MISSING and both is MISSING:
                continue
            has_value = isinstance(dig(parts[0], attribute), dict)
            found[label(block, blocks, number)] = (own, both, how, has_value, f"{block}.{attribute}")
    if change["type"] in ("aws_instance", "aws_spot_instance_request"):
        # Whether default tags reach the volumes depends on the version, which only a block tells.
        known = [both for own, both, *_ in found.values()]
        how = "perhaps" if not known else "default" if known[0] is not MISSING else None
        own = read(side, marks, hidden, "volume_tags")
        if own is not MISSING:
            found["volume_tags"] = (own, MISSING, how, isinstance(side.get("volume_tags"), dict), "volume_tags")
    return found


def children(change, maker, configuration, changes):
    """Answers for what a resource makes, where somebody wrote its tags or the plan knows them."""
    resource = configuration.resource(change)
    source = (resource or {}).get("expressions", {})
    before = child_tags(change, change["change"].get("before") or {}, {}, {})
    for name, (own, both, how, has_value, place_of_it) in child_tags(change, *sides(change)).items():
        if how == "maker" and place_of_it.split(".")[0] not in source:
            continue
        is_same = name in before and before[name][:4] == (own, both, how, has_value)
        if name in before and isinstance(both, dict) and before[name][0] != own and before[name][1] == both:
            # What the state says of both together is no longer so.
            both = UNKNOWN
        is_written = has_value and resource is not None and dig(source, place_of_it) is not MISSING
        if not (isinstance(both, dict) and both) and not (isinstance(own, dict) and (own or is_written)):
            continue
        answer = {"address": f"{change['address']}.{name}", "taggable": True, "tags": {}, "complete": True, "open": [], "class": maker["class"]}
        if "update" in change["change"].get("actions", []) and "create" not in change["change"]["actions"] and change["change"].get("importing") is None:
            answer["class"] = "debt" if is_same else "gated"
        if change["change"].get("importing") is not None and resource is not None and place_of_it.split(".")[0] not in source:
            # It was there before, and nobody wrote a line about it.
            answer["class"] = "debt"
        if isinstance(both, dict) and (both or not own):
            answer["tags"] = both
        else:
            answer["tags"] = dict(own)
            added, complete, hidden_keys = configuration.defaults(configuration.provider(change), changes)
            if how == "maker":
                answer.update(tags={**maker["tags"], **own}, complete=maker["complete"], open=[k for k in maker["open"] if k not in own])
            elif how == "anything":
                answer["complete"] = False
            elif how == "default":
                answer.update(tags={**added, **own}, complete=complete, open=[k for k in hidden_keys if k not in own])
            elif how == "perhaps":
                answer.update(complete=complete, open=[k for k in [*added, *hidden_keys] if k not in own])
        yield answer


def main():
    for path in sys.argv[1:]:
        answers = []
        for plan in documents(path):
            changes = plan.get("resource_changes") or []
            configuration = Configuration(plan)
            for change in changes:
                answer = judge(change, configuration, changes)
                if answer:
                    answers += [answer, *children(change, answer, configuration, changes)]
        print(json.dumps(answers))


main()
