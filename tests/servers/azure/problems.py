"""How Entra, Resource Manager and Resource Graph say that something is wrong."""

import datetime
import uuid


class Problem(Exception):
    """A refusal in the form that Resource Manager gives it."""

    def __init__(self, status, code, message, details=None, headers=None):
        super().__init__(message)
        self.status, self.code, self.message, self.details, self.headers = status, code, message, details, headers or {}

    def body(self):
        error = {"code": self.code, "message": self.message}
        if self.details is not None:
            error["details"] = self.details
        return {"error": error}


class Refused(Exception):
    """A refusal of Entra's: OAuth's form with Microsoft's numbers."""

    def __init__(self, status, error, number, message):
        super().__init__(message)
        self.status, self.error, self.number, self.message = status, error, number, message

    def body(self):
        if not self.number:
            return {"error": self.error, "error_description": self.message}
        trace, correlation, at = uuid.uuid4(), uuid.uuid4(), datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%SZ")
        return {
            "error": self.error, "error_description": f"AADSTS{self.number}: {self.message} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {at}",
            "error_codes": [self.number], "timestamp": at, "trace_id": str(trace), "correlation_id": str(correlation),
            "error_uri": f"https://login.microsoftonline.com/error?code={self.number}",
        }


def support():
    """What Resource Graph says instead of a message; the message is in the details."""
    at = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"
    return f"Please provide below info when asking for support: timestamp = {at}, correlationId = {uuid.uuid4()}."


def of_graph(code, message, status=400, outer="BadRequest", more=(), headers=None):
    return Problem(status, outer, support(), [{"code": code, "message": message}, *more], headers)


def of_query(unreadable):
    """A query that cannot be run: first that it cannot, then why and where."""
    detail = {"code": unreadable.code, "message": unreadable.message}
    if unreadable.token is not None:
        detail |= {"line": unreadable.line, "characterPositionInLine": unreadable.column, "token": unreadable.token}
    message = "Query is invalid. Please refer to the documentation for the Azure Resource Graph service and fix the error before retrying."
    return of_graph("InvalidQuery", message, more=[detail])


def denied(client, action, scope):
    return Problem(403, "AuthorizationFailed",
                   f"The client '{client['id']}' with object id '{client['object']}' does not have authorization to perform action '{action}' over scope "
                   f"'{scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.")


def unsigned(tenant, code, message):
    described = f'Bearer authorization_uri="https://login.windows.net/{tenant}", error="invalid_token", error_description="{message}"'
    return Problem(401, code, message, headers={"WWW-Authenticate": described})
