"""How Google says that something is wrong: google.rpc.Status in JSON, and OAuth's own form where tokens are given out."""

import re

STATUSES = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 409: "ALREADY_EXISTS", 429: "RESOURCE_EXHAUSTED", 500: "INTERNAL",
            503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED"}
ASSET, MANAGER, IAM = "cloudasset.googleapis.com", "cloudresourcemanager.googleapis.com", "iam.googleapis.com"
BIGQUERY = "bigquery.googleapis.com"
TITLES = {ASSET: "Cloud Asset API", MANAGER: "Cloud Resource Manager API", BIGQUERY: "BigQuery API"}
UNSIGNED = ("Expected OAuth 2 access token, login cookie or other valid authentication credential. "
            "See https://developers.google.com/identity/sign-in/web/devconsole-project.")
RPC = "type.googleapis.com/google.rpc."
# What each operation needs, and how its service spells it.
PERMISSIONS = {
    "SearchAllResources": "cloudasset.assets.searchAllResources", "ListAssets": "cloudasset.assets.listResource",
    "GetOrganization": "resourcemanager.organizations.get", "GetFolder": "resourcemanager.folders.get", "GetProject": "resourcemanager.projects.get",
    "ListFolders": "resourcemanager.folders.list", "ListProjects": "resourcemanager.projects.list",
    "SearchOrganizations": "resourcemanager.organizations.get", "SearchFolders": "resourcemanager.folders.get",
    "SearchProjects": "resourcemanager.projects.get",
    "GetTable": "bigquery.tables.get", "Query": "bigquery.jobs.create", "InsertJob": "bigquery.jobs.create", "GetJob": "bigquery.jobs.get",
    "GetQueryResults": "bigquery.tables.getData",
}
# Where operations are none of Resource Manager's.
SERVICES = {"SearchAllResources": ASSET, "ListAssets": ASSET, "GetTable": BIGQUERY, "Query": BIGQUERY, "InsertJob": BIGQUERY, "GetJob": BIGQUERY,
            "GetQueryResults": BIGQUERY}


class Problem(Exception):
    """A refusal; the code by which a call is written down is its ErrorInfo's reason where it has one. Services of old say reasons in a list of errors."""

    def __init__(self, status, message, details=(), headers=None, reason=None):
        super().__init__(message)
        self.status, self.message, self.details, self.headers, self.reason = status, message, list(details), headers or {}, reason

    @property
    def code(self):
        return self.reason or next((detail["reason"] for detail in self.details if "reason" in detail), STATUSES[self.status])

    def body(self):
        error = {"code": self.status, "message": self.message, "status": STATUSES[self.status]}
        old = {"errors": [{"message": self.message, "domain": "global", "reason": self.reason}]} if self.reason else {}
        return {"error": error | old | ({"details": self.details} if self.details else {})}


class Refused(Exception):
    """A refusal of a token, in OAuth's form."""

    def __init__(self, error, message, status=400):
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, error, message, {}

    def body(self):
        return {"error": self.code, "error_description": self.message}


def service(operation):
    return SERVICES.get(operation, MANAGER)


def method(operation):
    """The name that ErrorInfo calls a method by."""
    if service(operation) in (ASSET, BIGQUERY):
        return f"google.cloud.asset.v1.AssetService.{operation}" if service(operation) == ASSET else f"google.cloud.bigquery.v2.{operation}"
    kind = re.sub("^(Search|Get|List)", "", operation).removesuffix("s")
    return f"google.cloud.resourcemanager.v3.{kind}s.{operation}"


def info(reason, domain, **metadata):
    return {"@type": RPC + "ErrorInfo", "reason": reason, "domain": domain, "metadata": metadata}


def links(description, url):
    return {"@type": RPC + "Help", "links": [{"description": description, "url": url}]}


def invalid(message, field=None):
    details = [{"@type": RPC + "BadRequest", "fieldViolations": [{"field": field, "description": message}]}] if field else []
    return Problem(400, message if not field else "Request contains an invalid argument.", details)


def told(status, reason, message, headers=None):
    """BigQuery's own way: <https://cloud.google.com/bigquery/docs/error-messages>."""
    return Problem(status, message, headers=headers, reason=reason)


def denied(operation, resource):
    """The same whether somebody may not, or there is nothing: nobody is to find out which."""
    permission, domain = PERMISSIONS[operation], service(operation)
    if domain == BIGQUERY:
        said = f"User does not have {permission} permission in project {resource.removeprefix('projects/')}."
        if operation == "GetQueryResults":
            said = "User does not have permission to query table, or perhaps it does not exist."
        return told(403, "accessDenied", f"Access Denied: Project {resource.removeprefix('projects/')}: {said}")
    named = resource if domain == ASSET else f"//{MANAGER}/{resource}"
    message = f"Permission '{permission}' denied on resource '{named}' (or it may not exist)."
    return Problem(403, message, [info("IAM_PERMISSION_DENIED", domain, permission=permission, resource=resource)])


def disabled(operation, consumer):
    named, project = service(operation), consumer.removeprefix("projects/")
    url = f"https://console.developers.google.com/apis/api/{named}/overview?project={project}"
    message = (f"{TITLES[named]} has not been used in project {project} before or it is disabled. Enable it by visiting {url} then retry. If you enabled this "
               "API recently, wait a few minutes for the action to propagate to our systems and retry.")
    return Problem(403, message, [
        info("SERVICE_DISABLED", "googleapis.com", service=named, consumer=consumer, activationUrl=url, containerInfo=project, serviceTitle=TITLES[named]),
        {"@type": RPC + "LocalizedMessage", "locale": "en-US", "message": message}, links("Google developers console API activation", url)])


def unusable(operation, consumer):
    project = consumer.removeprefix("projects/")
    url = f"https://console.developers.google.com/iam-admin/iam/project?project={project}"
    message = (f"Caller does not have required permission to use project {project}. Grant the caller the roles/serviceusage.serviceUsageConsumer role, or a "
               f"custom role with the serviceusage.services.use permission, by visiting {url} and then retry. Propagation of the new permission may take a "
               "few minutes.")
    return Problem(403, message, [
        info("USER_PROJECT_DENIED", "googleapis.com", service=service(operation), consumer=consumer, containerInfo=project),
        links("Google developer console IAM admin", url)])


def unsigned(operation, reason):
    message = ("Request is missing required authentication credential. " if reason == "CREDENTIALS_MISSING" else
               "Request had invalid authentication credentials. ") + UNSIGNED
    described = 'Bearer realm="https://accounts.google.com/"' + ("" if reason == "CREDENTIALS_MISSING" else ', error="invalid_token"')
    return Problem(401, message, [info(reason, "googleapis.com", service=service(operation), method=method(operation))], {"WWW-Authenticate": described})


def exhausted(operation, consumer, status=429, value=None, is_daily=False, retry_info=None, headers=None):
    """Too many calls, or too few servers; how long to wait is told only where the weather says so."""
    if service(operation) == BIGQUERY:
        # Too many of its calls are no 429.
        busy = told(403, "rateLimitExceeded", "Exceeded rate limits: too many api requests per user per method for this user_method", headers)
        return busy if status == 429 else told(status, "backendError", "Error encountered during execution. Retrying may solve the problem.", headers)
    again = [{"@type": RPC + "RetryInfo", "retryDelay": retry_info}] if retry_info else []
    if status != 429:
        return Problem(status, "The service is currently unavailable.", again, headers)
    named = service(operation)
    metric, limit = (operation, f"{operation} Requests") if named == ASSET else ("read", "Read requests")
    span, unit = ("day", "1/d/{organization}") if is_daily else ("minute", "1/min/{project}")
    per = f"Per{span.capitalize()}Per{'Organization' if is_daily else 'Project'}"
    metadata = {
        "service": named, "consumer": consumer, "quota_metric": f"{named}/{re.sub('(?<!^)(?=[A-Z])', '_', metric).lower()}_requests", "quota_unit": unit,
        "quota_limit": f"{metric[0].upper()}{metric[1:]}Requests{per}", "quota_limit_value": str(value or limits(operation, is_daily)),
        "quota_location": "global",
    }
    message = (f"Quota exceeded for quota metric '{limit}' and limit '{limit} per {span}' of service '{named}' for consumer "
               f"'project_number:{consumer.removeprefix('projects/')}'.")
    return Problem(429, message, [
        info("RATE_LIMIT_EXCEEDED", "googleapis.com", **metadata),
        links("Request a higher quota limit.", "https://cloud.google.com/docs/quotas/help/request_increase"), *again], headers)


def limits(operation, is_daily):
    """What Google documents."""
    return 650_000 if is_daily else {"SearchAllResources": 400, "ListAssets": 100}.get(operation, 600)
