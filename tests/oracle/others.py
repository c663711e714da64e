#!/usr/bin/env python3.11
"""Independent oracle: which tags or labels will each resource in a pre-deploy file have?

It reads Azure what-if JSON, compiled Bicep/ARM templates, Pulumi previews (digest, event lines),
Pulumi states, and Config Connector or Crossplane manifests.  Decisions are explained in NOTES.md.
"""
import json
import os
import re
import sys

import yaml

PULUMI_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
PULUMI_SIGNATURE = "4dabf18193072939515e22adb298388d"
UNKNOWN = object()  # A value that cannot be known from the file.


class OpenMap(dict):
    """A map of which the keys given are certain, while further keys are possible."""


# The table of types that are certain to be taggable (True) or untaggable (False).
TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "others-taggable.txt")
KNOWN = {line.split()[1]: line.startswith("yes") for line in open(TABLE) if line[0] != "#"}


def text_of(value):
    """A tag value as text; a number or a boolean is written as JSON writes it."""
    if isinstance(value, str):
        return value
    return None if value is None or value is UNKNOWN else json.dumps(value)


def row(address, kind, cloud, class_, why, taggable, tags=None, complete=True, **extra):
    """One line of the answer.  An ignored resource carries no tags."""
    if class_ == "ignored":
        tags, complete, extra = None, True, {k: v for k, v in extra.items() if k == "source"}
    return {"address": address, "type": kind, "cloud": cloud, "class": class_, "why_class": why,
            "taggable": taggable, "tags": dict(sorted((tags or {}).items())),
            "complete": complete, **extra}


# ----- ARM template expressions -----

def is_expression(value):
    return isinstance(value, str) and value.startswith("[") and not value.startswith("[[") \
        and value.endswith("]")


def unescape(value):
    return value[1:] if isinstance(value, str) and value.startswith("[[") else value


class Scope:
    """The parameters and variables that an expression sees."""

    def __init__(self, template, passed=None, outer=None, defaults=False):
        self.parameters = template.get("parameters") or {}
        self.variables = template.get("variables") or {}
        self.passed, self.outer, self.defaults = passed or {}, outer, defaults

    def parameter(self, name):
        if name in self.passed:  # A nested deployment: the parent's expression decides.
            given = self.passed[name]
            return self.outer.resolve(given["value"]) if "value" in given else UNKNOWN
        declared = self.parameters.get(name, {})
        # At the root, whoever deploys may override a default; a nested deployment is fixed.
        if "defaultValue" in declared and (self.outer or self.defaults):
            return self.resolve(declared["defaultValue"])
        return UNKNOWN

    def resolve(self, value):
        """Resolve maps; an expression that yields a plain value stays unknown (see the brief)."""
        if is_expression(value):  # Only a reference to a whole parameter or variable is followed.
            reference = re.fullmatch(r"\[(parameters|variables)\('([^']+)'\)\]", value)
            if not reference:
                return UNKNOWN
            result = self.parameter(reference[2]) if reference[1] == "parameters" \
                else self.resolve(self.variables.get(reference[2], UNKNOWN))
            return result if isinstance(result, dict) else UNKNOWN
        if isinstance(value, dict):
            plain = {unescape(k): self.resolve(v) for k, v in value.items()
                     if not is_expression(k)}
            return plain if len(plain) == len(value) else OpenMap(plain)
        return unescape(value)


def arm_tags(written, scope):
    """Tags of a template resource: the certain keys, and whether there can be no others."""
    if written is None:
        return {}, True
    found = scope.resolve(written)
    if not isinstance(found, dict):
        return {}, False
    return {k: text_of(v) for k, v in found.items()}, not isinstance(found, OpenMap)


def arm_resources(template, scopes, path=(), parent=None):
    """Walk a template, its nested deployments and its child resources."""
    found, listed = [], template.get("resources") or []
    for resource in listed if isinstance(listed, list) else listed.values():
        kind, name = resource["type"], str(resource["name"])
        if parent and not kind.lower().startswith(parent[0].lower() + "/"):
            kind, name = f"{parent[0]}/{kind}", f"{parent[1]}/{name}"
        here = path + (f"{kind}/{name}",)
        why = "existing" if resource.get("existing") is True else \
            "condition-false" if resource.get("condition") is False else \
            "deployment" if kind.lower() == "microsoft.resources/deployments" else "create"
        class_ = "gated" if why == "create" else "ignored"
        tags, complete = arm_tags(resource.get("tags"), scopes[0])
        extra = {}
        if not complete:
            guess, closed = arm_tags(resource.get("tags"), scopes[1])
            extra = {"if_defaults": guess} if closed else {}
        extra.update({flag: True for flag, key in (("conditional", "condition"), ("copies", "copy"))
                      if key in resource})
        taggable = KNOWN.get(kind.lower(), True if "tags" in resource else None)
        found.append(row(" > ".join(here), kind, "azure", class_, why, taggable, tags, complete,
                         **extra))
        if class_ == "gated":
            found += arm_resources(resource, scopes, path, (kind, name))
        properties = resource.get("properties")
        inner = properties.get("template") if isinstance(properties, dict) else None
        if why == "deployment" and isinstance(inner, dict):
            own = (properties.get("expressionEvaluationOptions") or {}).get("scope", "outer")
            if own.lower() == "inner":
                passed = properties.get("parameters")
                found += arm_resources(inner, tuple(
                    Scope(inner, passed, outer, outer.defaults) for outer in scopes), here)
            else:  # Expressions of an outer-scoped deployment read the parent's values.
                found += arm_resources(inner, scopes, here)
    return found


# ----- Azure what-if -----

def type_of_resource_id(resource_id):
    """The type is the namespace after the last /providers/ and every other segment behind it."""
    tail = re.split(r"/providers/", resource_id, flags=re.I)[-1].strip("/").split("/")
    if tail[0].lower() == "subscriptions":
        return "Microsoft.Resources/" + ("resourceGroups" if len(tail) > 2 else "subscriptions")
    return "/".join([tail[0]] + tail[1::2])


def whatif_resources(document):
    body = document.get("properties") or document
    found = []
    for change in (body.get("changes") or []) + (body.get("potentialChanges") or []):
        before, after = change.get("before") or {}, change.get("after") or {}
        identity = change["resourceId"]
        kind = after.get("type") or before.get("type") or type_of_resource_id(identity)
        action = change["changeType"].lower()
        touched = (before.get("tags") or {}) != (after.get("tags") or {}) or any(
            re.split(r"[.\[]", d["path"])[0].lower() == "tags" for d in change.get("delta") or [])
        class_, why = {"create": ("gated", "create"), "delete": ("ignored", "delete"),
                       "ignore": ("ignored", "ignore"), "nochange": ("debt", "same"),
                       "noeffect": ("debt", "same"), "deploy": ("debt", "deploy"),
                       "modify": ("debt", "update")}.get(action, ("gated", action))
        if action in ("modify", "deploy") and after and before and touched:
            class_, why = "gated", "tags-updated"
        if kind.lower() == "microsoft.resources/deployments":
            class_, why = "ignored", "deployment"
        tags, complete = arm_tags(after.get("tags"), Scope({}))
        taggable = KNOWN.get(kind.lower(), True if "tags" in after or "tags" in before else None)
        found.append(row(identity, kind, "azure", class_, why, taggable, tags,
                         complete and bool(after)))
    return found


# ----- Pulumi -----

TAG_ATTRIBUTES = {"aws": ("tags",), "azure": ("tags",),
                  "gcp": ("labels", "userLabels", "resourceLabels"), "other": ()}
GCP_NESTED = {"gcp:sql/databaseInstance:DatabaseInstance": ("settings", "userLabels"),
              "gcp:cloudrun/service:Service": ("metadata", "labels"),
              "gcp:container/nodePool:NodePool": ("nodeConfig", "resourceLabels")}
OP_CLASS = {"create": "gated", "replace": "gated", "import": "gated", "same": "debt",
            "refresh": "debt", "update": "debt", "read": "ignored", "delete": "ignored",
            "discard": "ignored", "remove": "ignored"}  # By the first word of the operation.


def pulumi_map(value):
    """Read a tag map (or a list of key and value) as Pulumi writes it: (tags, all keys known)."""
    if value is None:
        return {}, True
    if isinstance(value, list) and all(isinstance(i, dict) and "key" in i for i in value):
        value = {item["key"]: item.get("value") for item in value}
    if not isinstance(value, dict) or PULUMI_SIGNATURE in value:
        return {}, False  # The sentinel for an unknown map, or a secret one.
    hidden = (PULUMI_UNKNOWN, "[secret]")
    return {k: None if v in hidden or isinstance(v, (dict, list)) else text_of(v)
            for k, v in value.items() if k != "__defaults"}, True


def pulumi_cloud(kind):
    package = kind.split(":")[0].replace("google", "gcp").removesuffix("-native")
    return package if package in TAG_ATTRIBUTES else "other"


def written_tags(kind, inputs):
    """The attribute that holds the resource's own tags, as it is in the inputs."""
    if kind in GCP_NESTED:
        outer, name = GCP_NESTED[kind]
        return (inputs.get(outer) or {}).get(name)
    return next((inputs[n] for n in TAG_ATTRIBUTES[pulumi_cloud(kind)] if n in inputs), None)


def provider_defaults(reference, cloud, providers, config):
    """Default tags or labels of the provider that a reference (urn::id) names."""
    if not reference or cloud not in ("aws", "gcp"):
        return {}, True
    urn = "::".join(reference.split("::")[:4])  # A hand-made state may leave the id out.
    key = "defaultTags" if cloud == "aws" else "defaultLabels"
    if urn in providers:
        setting = providers[urn].get(key)
    elif urn.split("::")[-1].startswith("default"):
        package = urn.split("::")[-2].split(":")[-1]
        setting = config.get(f"{package}:{key}")
    else:
        return {}, False  # An explicit provider that the file does not show.
    try:
        setting = json.loads(setting) if isinstance(setting, str) else setting
    except ValueError:
        return {}, False  # The unknown sentinel, or "[secret]".
    if cloud == "aws" and isinstance(setting, dict) and PULUMI_SIGNATURE not in setting:
        setting = setting.get("tags")
    return pulumi_map(setting)


def pulumi_row(step, providers, config):
    """One step, in the common form {op, urn, provider, old, new, diffs}."""
    old, new = step["old"] or {}, step["new"] or {}
    state = new or old
    kind = state["type"]
    cloud, inputs = pulumi_cloud(kind), new.get("inputs") or {}
    extra, position = {}, re.fullmatch(r"project:///(.*)#(\d+),(\d+)",
                                       new.get("sourcePosition") or "")
    if position:
        extra["source"] = ":".join(position.groups())
    special = ("stack" if kind == "pulumi:pulumi:Stack" else "provider"
               if kind.startswith("pulumi:providers:") else None if state.get("custom")
               else "component")
    if special:
        return row(step["urn"], kind, cloud, "ignored", special, False, **extra)
    shown = set(inputs) | set(old.get("inputs") or {}) | set(old.get("outputs") or {}) \
        | set(new.get("outputs") or {})
    marks = set(TAG_ATTRIBUTES[cloud]) | ({"tagsAll"} if cloud == "aws" else set())
    taggable = KNOWN.get(kind, True if shown & marks else None)
    own = written_tags(kind, inputs)
    tags, complete = pulumi_map(own)
    if cloud == "aws" and isinstance(inputs.get("tagsAll"), dict):
        tags, complete = pulumi_map(inputs["tagsAll"])  # Already joined with the defaults.
    elif taggable and kind not in GCP_NESTED and kind != "aws:autoscaling/group:Group":
        defaults, known = provider_defaults(step["provider"] or state.get("provider"), cloud,
                                            providers, config)
        tags, complete = {**defaults, **tags}, complete and known
    why = step["op"].split("-")[0] if step["op"] != "create-replacement" else "replace"
    class_ = OP_CLASS.get(why, "gated")
    if state.get("external"):
        class_, why = "ignored", "read"
    if step["op"] == "update":
        was = old.get("inputs") or {}
        roots = {re.split(r"[.\[]", d)[0] for d in step["diffs"]}
        if roots & marks or pulumi_map(written_tags(kind, was)) != pulumi_map(own) \
                or was.get("tagsAll", inputs.get("tagsAll")) != inputs.get("tagsAll"):
            class_, why = "gated", "tags-updated"
    return row(step["urn"], kind, cloud, class_, why, taggable, tags, complete, **extra)


def pulumi_resources(steps, config):
    """One row for each URN: a replacement comes as several steps, and the strongest one counts."""
    rank = {"gated": 0, "debt": 1, "ignored": 2}
    providers = {s["urn"]: (s["new"] or s["old"] or {}).get("inputs") or {} for s in steps
                 if (s["new"] or s["old"] or {}).get("type", "").startswith("pulumi:providers:")}
    best = {}
    for step in steps:
        found = pulumi_row(step, providers, config)
        if step["urn"] not in best or rank[found["class"]] < rank[best[step["urn"]]["class"]]:
            best[step["urn"]] = found
    return list(best.values())


def step_of(entry, old, new, reasons):
    return {"op": entry["op"], "urn": entry["urn"], "provider": entry.get("provider"),
            "old": entry.get(old), "new": entry.get(new),
            "diffs": (entry.get(reasons) or []) + list(entry.get("detailedDiff") or {})}


# ----- Kubernetes manifests -----

class TextLoader(yaml.SafeLoader):
    """Every scalar stays the text that was written; only merge keys keep their meaning."""


TextLoader.yaml_implicit_resolvers = {
    first: [r for r in rules if r[0] == "tag:yaml.org,2002:merge"]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()}
CROSSPLANE = re.compile(r"(?:^|\.)(aws|azure|gcp)(?:\.m|\.jet)?\.(?:upbound|crossplane)\.io$")


def k8s_row(manifest):
    version, kind, meta = manifest["apiVersion"], manifest["kind"], manifest.get("metadata") or {}
    group = version.split("/")[0]
    address = "/".join([version, kind, meta.get("namespace") or "",
                        meta.get("name") or meta.get("generateName") or ""])
    spec = manifest.get("spec") or {}
    name, crossplane = f"{group}/{kind}", CROSSPLANE.search(group)
    if crossplane and not re.search(r"ProviderConfig|^StoreConfig$", kind):
        cloud = crossplane[1]
        why = "read" if spec.get("managementPolicies") == ["Observe"] else "create"
        tags, complete, present = {}, True, False
        for part in ("initProvider", "forProvider"):  # forProvider wins where both have a key.
            for attribute in TAG_ATTRIBUTES[cloud]:
                written = (spec.get(part) or {}).get(attribute) or None
                own, known = pulumi_map(written)
                tags.update(own)
                complete, present = complete and known, present or written is not None
        added = ["crossplane-kind", "crossplane-name", "crossplane-providerconfig"] \
            if cloud == "aws" else []
    elif group.endswith(".cnrm.cloud.google.com") and not group.startswith("core."):
        cloud, why, added = "gcp", "create", ["managed-by-cnrm"]
        present = isinstance(spec.get("labels"), dict)
        tags, complete = pulumi_map(spec["labels"] if present else meta.get("labels") or None)
        if not present:  # Labels with a prefix stay in Kubernetes.
            tags = {k: v for k, v in tags.items() if "/" not in k}
    else:
        return row(address, name, "other", "ignored", "not-cloud", False)
    taggable = KNOWN.get(name, True if present else None)
    if taggable is False:
        tags = {}
    extra = {"added_by_controller": added} if taggable and added else {}
    return row(address, name, cloud, "ignored" if why == "read" else "gated", why, taggable,
               tags, complete, **extra)


def k8s_resources(documents):
    lists = [d["items"] if d["kind"] == "List" else [d] for d in documents if d]
    return [k8s_row(manifest) for listed in lists for manifest in listed]


# ----- Files -----

def read_file(path):
    """Return (error, rows, further fields) for one file."""
    raw = open(path, "rb").read()
    text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    if path.endswith((".yaml", ".yml")):
        return None, k8s_resources(yaml.load_all(text, Loader=TextLoader)), {}
    try:
        document = json.loads(text)
    except ValueError:
        document = [json.loads(line) for line in text.splitlines() if line.strip()]
    if isinstance(document, list):
        config = next((e["preludeEvent"].get("config") or {} for e in document
                       if "preludeEvent" in e), {})
        bodies = [e.get("resourcePreEvent") or e.get("resOutputsEvent") for e in document]
        steps = [step_of(b["metadata"], "old", "new", "diffs") for b in bodies if b]
        return None, pulumi_resources(steps, config), {}
    if "steps" in document or "changeSummary" in document:
        steps = [step_of(step, "oldState", "newState", "diffReasons")
                 for step in document.get("steps") or []]
        return None, pulumi_resources(steps, document.get("config") or {}), {}
    if "deployment" in document or "checkpoint" in document:
        state = document.get("deployment") or (document["checkpoint"] or {}).get("latest") or {}
        steps = [step_of({"op": "same", "new": r, **r}, "", "new", "")
                 for r in state.get("resources") or []]
        rows = pulumi_resources(steps, {})
        return "state-file", [], {"state_resources": sorted(rows, key=lambda r: r["address"])}
    if "changes" in document or "changes" in (document.get("properties") or {}):
        return None, whatif_resources(document), {}
    if "deploymenttemplate.json" in document.get("$schema", "").lower():
        scopes = (Scope(document), Scope(document, defaults=True))
        return None, arm_resources(document, scopes), {}
    return "unknown-format", [], {}


def main(arguments):
    out = None
    if arguments[:1] == ["--write"]:
        out, arguments = arguments[1], arguments[2:]
        os.makedirs(out, exist_ok=True)
    for path in arguments:
        name = os.path.basename(path)
        error, rows, further = read_file(path)
        rows.sort(key=lambda r: r["address"])
        twice = {r["address"] for r in rows if sum(r["address"] == o["address"] for o in rows) > 1}
        for address in sorted(twice):
            print(f"{name}: the address {address} occurs more than once", file=sys.stderr)
        answer = json.dumps({"file": name, "error": error, "resources": rows, **further}, indent=1)
        if out:
            with open(os.path.join(out, name + ".json"), "w") as sink:
                sink.write(answer + "\n")
        else:
            print(answer)


if __name__ == "__main__":
    main(sys.argv[1:])
