"""Everything that gives out tokens: the metadata server, OAuth's endpoint, STS and the impersonation of service accounts.

{"service_accounts": [{"email", "public_key": PEM, "key_id"}], the first of which is the machine's; "authorized_users": [{"client_id", "client_secret",
"refresh_token", "email"}]; "access_tokens": {token: email} that are there from the beginning; "federated": the subject's token that STS takes;
"impersonable": [emails]; "metadata": whether there is a metadata server; "universe": its universe's domain, or null for a server that knows none; "token":
{"told": seconds that tokens are said to last, "real": and that they do}}
"""

import datetime
import re
import secrets
import threading
import urllib.parse

import jwt
from problems import IAM, Problem, Refused, info, service, unsigned
from wire import HTML, Answer

METADATA = "/computeMetadata/v1/"
ACCOUNT = re.compile(METADATA + r"instance/service-accounts/([^/]+)/(token|email|scopes)")
IMPERSONATED = re.compile(r"/v1/projects/-/serviceAccounts/([^/]+):generateAccessToken")
EXCHANGE, BEARER = "urn:ietf:params:oauth:grant-type:token-exchange", "urn:ietf:params:oauth:grant-type:jwt-bearer"
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
FLAVOR = {"Metadata-Flavor": "Google", "Server": "Metadata Server for VM"}
TEXT = "application/text"


class Tokens:
    def __init__(self, seed, now):
        self.now, self.lock = now, threading.Lock()
        self.accounts = seed.get("service_accounts", [])
        self.users, self.federated = seed.get("authorized_users", []), seed.get("federated")
        self.impersonable, self.has_machine = seed.get("impersonable", []), seed.get("metadata", True)
        self.universe = seed.get("universe", "googleapis.com")
        self.machine = next((one["email"] for one in self.accounts), "machine@loopback.iam.gserviceaccount.com")
        self.project = next((one["id"] for one in seed.get("projects", [])), "loopback")
        lasting = seed.get("token", {})
        self.told = lasting.get("told", 3599)
        self.real = lasting.get("real", self.told)
        self.issued = {token: (email, None) for token, email in seed.get("access_tokens", {}).items()}

    def issue(self, email):
        token = "ya29.c." + secrets.token_urlsafe(48)
        with self.lock:
            self.issued[token] = (email, self.now() + self.real)
        return token

    def caller(self, authorization, operation, base):
        """Whose token this is: one that was given out here, or a service account's own."""
        scheme, _, token = (authorization or "").partition(" ")
        if not token or scheme.lower() != "bearer":
            raise unsigned(operation, "CREDENTIALS_MISSING" if not token else "ACCESS_TOKEN_TYPE_UNSUPPORTED")
        email, until = self.issued.get(token, (None, None))
        if email is not None:
            if until is not None and self.now() > until:
                raise unsigned(operation, "ACCESS_TOKEN_EXPIRED")
            return email
        try:
            claims = jwt.verified(token, self.accounts, self.now())
        except jwt.Expired:
            raise unsigned(operation, "ACCESS_TOKEN_EXPIRED") from None
        except ValueError:
            raise unsigned(operation, "ACCESS_TOKEN_TYPE_UNSUPPORTED") from None
        audience = str(claims.get("aud", ""))
        if claims.get("sub") != claims["iss"] or not ("scope" in claims or audience.startswith((f"https://{service(operation)}", base))):
            raise unsigned(operation, "ACCESS_TOKEN_TYPE_UNSUPPORTED")
        return claims["iss"]

    def answer(self, asked):
        """What to give for a request that is about tokens; None for any other."""
        path = asked.path
        if path == "/" or path.startswith("/computeMetadata"):
            return lambda: self.metadata(asked)
        if asked.method == "POST" and path == "/token":
            return lambda: self.oauth(asked.form())
        if asked.method == "POST" and path == "/v1/token":
            return lambda: self.exchange(asked.form())
        named = IMPERSONATED.fullmatch(path)
        if asked.method == "POST" and named:
            return lambda: self.impersonate(asked, named[1])
        return None

    def bearer(self, email, **more):
        return Answer(200, {"access_token": self.issue(email), "expires_in": self.told, "token_type": "Bearer", **more}, headers={"Cache-Control": "private"})

    def metadata(self, asked):
        """What a machine knows of itself."""
        if not self.has_machine:
            return Answer(404, missing(asked.path), HTML)
        if asked.path in ("/", "/computeMetadata", "/computeMetadata/"):
            return Answer(200, "computeMetadata/\n" if asked.path == "/" else "v1/\n", TEXT, FLAVOR)
        if asked.headers.get("metadata-flavor") != "Google" or "x-forwarded-for" in asked.headers:
            return Answer(403, "<title>403 Forbidden</title> Missing Metadata-Flavor:Google header.\n", HTML, FLAVOR)
        name = asked.path.removeprefix(METADATA)
        account = ACCOUNT.fullmatch(asked.path)
        plain = {"": "instance/\nproject/\nuniverse/\n", "project/project-id": self.project, "universe/universe-domain": self.universe,
                 "instance/service-accounts/": f"default/\n{self.machine}/\n"}
        if account and account[1] in ("default", self.machine):
            if account[2] == "token":
                answer = self.bearer(self.machine)
                answer.headers |= FLAVOR
                return answer
            return Answer(200, self.machine if account[2] == "email" else SCOPE + "\n", TEXT, FLAVOR)
        if re.fullmatch(r"instance/service-accounts/[^/]+/", name) and asked.one("recursive") == "true":
            return Answer(200, {"aliases": ["default"], "email": self.machine, "scopes": [SCOPE]}, headers=dict(FLAVOR))
        if plain.get(name) is None:
            return Answer(404, missing(asked.path), HTML, FLAVOR)
        return Answer(200, plain[name], TEXT, FLAVOR)

    def oauth(self, form):
        """POST /token"""
        kind = form.get("grant_type")
        if kind == BEARER:
            try:
                claims = jwt.verified(form.get("assertion", ""), self.accounts, self.now())
            except jwt.Expired:
                raise Refused("invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and "
                              "exp values in the JWT claim.") from None
            except jwt.Unknown:
                raise Refused("invalid_grant", "Invalid grant: account not found") from None
            except ValueError:
                raise Refused("invalid_grant", "Invalid JWT Signature.") from None
            if urllib.parse.urlsplit(str(claims.get("aud"))).path != "/token":
                raise Refused("invalid_grant", "Invalid JWT: Failed audience check. The right audience is https://oauth2.googleapis.com/token")
            if not claims.get("scope"):
                raise Refused("invalid_scope", "Invalid OAuth scope or ID token audience provided.")
            return self.bearer(claims["iss"])
        if kind != "refresh_token":
            raise Refused("unsupported_grant_type", f"Invalid grant_type: {kind}")
        user = next((user for user in self.users if user["client_id"] == form.get("client_id")), None)
        if user is None:
            raise Refused("invalid_client", "The OAuth client was not found.", 401)
        if user["client_secret"] != form.get("client_secret"):
            raise Refused("invalid_client", "Unauthorized", 401)
        if user["refresh_token"] != form.get("refresh_token"):
            raise Refused("invalid_grant", "Token has been expired or revoked.")
        return self.bearer(user.get("email", "user@example.com"), scope=SCOPE)

    def exchange(self, form):
        """POST /v1/token of STS"""
        form = {re.sub("([A-Z])", lambda found: "_" + found[1].lower(), key): value for key, value in form.items()}
        for name in ("grant_type", "audience", "requested_token_type", "subject_token", "subject_token_type"):
            if not form.get(name):
                raise Refused("invalid_request", f"Missing required field: {name}")
        if form["grant_type"] != EXCHANGE:
            raise Refused("invalid_request", "Invalid grant type")
        if form["subject_token"] != self.federated:
            raise Refused("invalid_grant", "The subject token could not be verified.")
        return self.bearer("federated", issued_token_type="urn:ietf:params:oauth:token-type:access_token")

    def impersonate(self, asked, email):
        """POST …:generateAccessToken"""
        self.caller(asked.headers.get("authorization"), "Token", f"http://{asked.host}")
        form = asked.form()
        if email not in self.impersonable:
            permission = "iam.serviceAccounts.getAccessToken"
            message = f"Permission '{permission}' denied on resource (or it may not exist)."
            raise Problem(403, message, [info("IAM_PERMISSION_DENIED", IAM, permission=permission)])
        if not form.get("scope"):
            raise Problem(400, "Request contains an invalid argument.")
        ends = datetime.datetime.fromtimestamp(self.now() + self.told, datetime.timezone.utc)
        return Answer(200, {"accessToken": self.issue(email), "expireTime": ends.strftime("%Y-%m-%dT%H:%M:%SZ")})


def missing(path):
    """Google's page for what does not exist."""
    return (f"<!DOCTYPE html>\n<html lang=en>\n<title>Error 404 (Not Found)!!1</title>\n<p><b>404.</b> <ins>That’s an error.</ins>\n<p>The requested URL "
            f"<code>{path}</code> was not found on this server. <ins>That’s all we know.</ins>\n")
