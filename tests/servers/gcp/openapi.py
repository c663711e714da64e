"""One OpenAPI document out of Google's discovery documents, as the package google-api-python-client has them.

Paths are the documents' flat ones, since `{+name}` is nothing that Prism can match; where their first part is open, one path is made for each of the words
that the service knows there.
"""

import copy
import json
import os

from divergences import CHANGES

# Which operations of each document are spoken here.
DOCUMENTS = {
    "cloudasset.v1": ["cloudasset.searchAllResources", "cloudasset.assets.list"],
    "cloudresourcemanager.v3": [f"cloudresourcemanager.{one}" for one in (
        "organizations.search", "organizations.get", "folders.search", "folders.list", "folders.get", "projects.search", "projects.list", "projects.get")],
    "bigquery.v2": [f"bigquery.{one}" for one in ("tables.get", "jobs.query", "jobs.insert", "jobs.get", "jobs.getQueryResults")],
}
COLLECTIONS = ("organizations", "folders", "projects")
PLAIN = ("type", "pattern", "enum", "minimum", "maximum")
FORMATS = {"int32": "int32", "google-datetime": "date-time", "byte": "byte", "double": "double", "float": "float"}


def documents():
    """Where the package has them, in the Python that runs this."""
    import googleapiclient.discovery_cache

    return os.path.join(os.path.dirname(googleapiclient.discovery_cache.__file__), "documents")


def changed(document, change):
    at = document
    *way, last = change["place"]
    for key in way:
        at = at[key]
    if "set" in change:
        at[last] = copy.deepcopy(change["set"])
    else:
        at[last].update(copy.deepcopy(change["more"]))


def schema(given, prefix):
    """A schema of a discovery document as OpenAPI has it. Where all members are told, there are no others."""
    if "$ref" in given:
        return {"$ref": f"#/components/schemas/{prefix}{given['$ref']}"}
    if given.get("type") == "any":
        return {}
    found = {key: given[key] for key in PLAIN if key in given}
    if given.get("format") in FORMATS:
        found["format"] = FORMATS[given["format"]]
    if "enum" in given:
        # Whoever asks for it gets the number of a value in place of its name.
        return {"oneOf": [found, {"type": "integer", "minimum": 0, "maximum": len(given["enum"])}]}
    if "items" in given:
        found["items"] = schema(given["items"], prefix)
    if given.get("type") == "object":
        found["properties"] = {name: schema(one, prefix) for name, one in given.get("properties", {}).items()}
        found["additionalProperties"] = schema(given["additionalProperties"], prefix) if "additionalProperties" in given else False
    return found


def parameter(name, given):
    """A parameter; repeated ones come once for each value."""
    described = {key: given[key] for key in PLAIN if key in given}
    if given.get("format") == "int32":
        described["format"] = "int32"
    if given.get("format") == "google-datetime":
        described["format"] = "date-time"
    if "enum" in given and "x-numbers" in given:
        described = {"anyOf": [described, {"type": "integer"}]}
    if given.get("repeated"):
        return {"name": name, "in": "query", "style": "form", "explode": True, "schema": {"type": "array", "items": described}}
    return {"name": name, "in": given["location"], "required": given.get("required", False), "schema": described}


def operations(resource):
    for method in resource.get("methods", {}).values():
        yield method["id"], method
    for one in resource.get("resources", {}).values():
        yield from operations(one)


def paths(flat):
    """The path, or the paths where the first part of a name is open; and the names of what is left open in each."""
    for word in COLLECTIONS if "{v1Id}/" in flat else ("",):
        path = "/" + flat.replace("{v1Id}", word)
        yield path, [part.split("}")[0] for part in path.split("{")[1:]]


def answers(prefix, given):
    def of(described):
        return {"description": "What is answered.", "content": {"application/json": {"schema": described}}}

    error = {"type": "object", "required": ["error"], "additionalProperties": False,
             "properties": {"error": {"$ref": f"#/components/schemas/{prefix}Status"}}}
    return {"200": of(schema(given["response"], prefix)), "default": of(error)}


def merged():
    """The document, and the names of the parameters that each of its paths knows."""
    found = {"openapi": "3.0.0", "info": {"title": "Google Cloud, as far as it is asked", "version": "1"}, "servers": [{"url": "/"}], "paths": {},
             "components": {"schemas": {}, "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}}, "security": [{"bearer": []}]}
    for name, wanted in DOCUMENTS.items():
        with open(os.path.join(documents(), name + ".json"), encoding="utf-8") as file:
            document = json.load(file)
        known = dict(operations(document))
        for change in CHANGES:
            if change["document"] == name:
                changed({**document, "operations": known}, change)
        prefix = name.replace(".", "_") + "_"
        for operation in wanted:
            method = known[operation]
            given = {**document["parameters"], **{key: one for key, one in method.get("parameters", {}).items() if one["location"] == "query"}}
            for path, opened in paths(document["servicePath"] + method["flatPath"]):
                parameters = [parameter(key, {"location": "path", "required": True, "type": "string"}) for key in opened]
                parameters += [parameter(key, one) for key, one in given.items()]
                spoken = {"operationId": f"{operation}{len(found['paths'])}", "parameters": parameters, "responses": answers(prefix, method)}
                if "request" in method:
                    body = {"application/json": {"schema": schema(method["request"], prefix)}}
                    spoken["requestBody"] = {"required": True, "content": body}
                found["paths"].setdefault(path, {})[method["httpMethod"].lower()] = spoken
        for key, one in document["schemas"].items():
            found["components"]["schemas"][prefix + key] = schema(one, prefix)
    return found
