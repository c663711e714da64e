"""Who is asking: Entra's token endpoint, the two endpoints of managed identities, and the tokens that were given out."""

import base64
import json
import secrets
import threading
import time

from problems import Problem, Refused, unsigned
from world import identifier

RESOURCES = ("https://management.azure.com", "https://management.core.windows.net", "https://storage.azure.com")
ASSERTED = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
# As Microsoft documents the instance metadata service and App Service.
MACHINE_VERSION, APP_VERSION = "2018-02-01", "2019-08-01"


def encoded(value):
    return base64.urlsafe_b64encode(value if isinstance(value, bytes) else json.dumps(value).encode()).rstrip(b"=").decode()


class Tokens:
    def __init__(self, seed, world):
        self.world, self.lock = world, threading.Lock()
        for client in world.clients:
            client["object"] = identifier("principal", client["id"])
        self.told = seed.get("token_seconds", 3599)
        self.real = seed.get("token_real", self.told)
        self.federated = seed.get("federated")
        self.issued = {}
        if seed.get("cli_token"):
            # What `az account get-access-token` printed: somebody's who sees everything.
            self.issued[seed["cli_token"]] = ({"id": identifier("cli"), "object": identifier("principal", "cli")}, None)

    def issue(self, client, audience=RESOURCES[0]):
        now = int(time.time())
        claims = {
            "aud": audience, "iss": f"https://sts.windows.net/{self.world.tenant}/", "iat": now, "nbf": now, "exp": now + self.told, "appid": client["id"],
            "oid": client["object"], "tid": self.world.tenant, "ver": "1.0",
        }
        token = ".".join([encoded({"typ": "JWT", "alg": "RS256", "kid": "loopback"}), encoded(claims), encoded(secrets.token_bytes(32))])
        with self.lock:
            self.issued[token] = (client, time.time() + self.real)
        return token, now

    def client(self, authorization):
        """Whose bearer token this is."""
        if not authorization:
            raise Problem(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.")
        scheme, _, token = authorization.partition(" ")
        client, until = self.issued.get(token, (None, None))
        if scheme.lower() != "bearer" or client is None:
            raise unsigned(self.world.tenant, "InvalidAuthenticationToken", "The access token is invalid.")
        if until is not None and time.time() > until:
            raise unsigned(self.world.tenant, "ExpiredAuthenticationToken", "The access token expiry UTC time is earlier than current UTC time.")
        return client

    def entra(self, tenant, form):
        """POST /{tenant}/oauth2/v2.0/token"""
        if tenant.lower() != self.world.tenant.lower():
            raise Refused(400, "invalid_request", 90002, f"Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID.")
        if form.get("grant_type") != "client_credentials":
            raise Refused(400, "unsupported_grant_type", 70003, f"The app requested an unsupported grant type '{form.get('grant_type')}'.")
        named = form.get("client_id", "")
        client = next((client for client in self.world.clients if client["id"].lower() == named.lower()), None)
        if client is None:
            raise Refused(400, "unauthorized_client", 700016, f"Application with identifier '{named}' was not found in the directory.")
        if "client_assertion" in form:
            if form.get("client_assertion_type") != ASSERTED:
                raise Refused(400, "invalid_request", 900144, "The request body must contain the following parameter: 'client_assertion_type'.")
            if form["client_assertion"] != self.federated:
                raise Refused(401, "invalid_client", 700213, "No matching federated identity record found for presented assertion subject.")
        elif "client_secret" not in form:
            raise Refused(401, "invalid_client", 7000218, "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.")
        elif form["client_secret"] != client.get("secret"):
            raise Refused(401, "invalid_client", 7000215,
                          "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, "
                          f"for a secret added to app '{client['id']}'.")
        scope = form.get("scope", "")
        if not scope.endswith("/.default"):
            raise Refused(400, "invalid_scope", 1002012,
                          f"The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the "
                          "resource identifier (application ID URI).")
        if scope.removesuffix("/.default").rstrip("/") not in RESOURCES:
            raise Refused(400, "invalid_resource", 500011, f"The resource principal named {scope.removesuffix('/.default')} was not found in the tenant.")
        token, _ = self.issue(client, scope.removesuffix("/.default").rstrip("/"))
        return {"token_type": "Bearer", "expires_in": self.told, "ext_expires_in": self.told, "access_token": token}

    def machine(self, headers, query):
        """GET /metadata/identity/oauth2/token: numbers are texts there."""
        if headers.get("Metadata", "").lower() != "true":
            raise Refused(400, "invalid_request", 0, "Required metadata header not specified")
        if "api-version" not in query or query.get("resource", "").rstrip("/") not in RESOURCES:
            raise Refused(400, "invalid_resource", 500011, f"The resource principal named {query.get('resource')} was not found.")
        client = self.identity(query)
        token, now = self.issue(client)
        return {
            "access_token": token, "client_id": client["id"], "expires_in": str(self.told), "expires_on": str(now + self.told),
            "ext_expires_in": str(self.told), "not_before": str(now), "resource": query["resource"], "token_type": "Bearer",
        }

    def app(self, headers, query):
        """GET of IDENTITY_ENDPOINT, as App Service and Functions have it; the header proves that the caller runs there."""
        if not headers.get("X-IDENTITY-HEADER"):
            raise Problem(401, "Unauthorized", "The X-IDENTITY-HEADER is missing")
        if query.get("api-version") != APP_VERSION or query.get("resource", "").rstrip("/") not in RESOURCES:
            raise Problem(400, "BadRequest", "The api-version or the resource is not known")
        client = self.identity(query)
        token, now = self.issue(client)
        return {"access_token": token, "expires_on": str(now + self.told), "resource": query["resource"], "token_type": "Bearer", "client_id": client["id"]}

    def identity(self, query):
        """The identity that was asked for, or the only one."""
        wanted = query.get("client_id")
        found = next((client for client in self.world.clients if wanted in (None, client["id"])), None)
        if found is None:
            raise Refused(400, "invalid_request", 0, "Identity not found")
        return found

    def configuration(self, tenant, base):
        login = f"{base}/{tenant}"
        return {
            "issuer": f"{login}/v2.0", "authorization_endpoint": f"{login}/oauth2/v2.0/authorize", "token_endpoint": f"{login}/oauth2/v2.0/token",
            "jwks_uri": f"{login}/discovery/v2.0/keys", "response_types_supported": ["code"], "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"], "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        }

    @staticmethod
    def instances(tenant, base):
        host = base.split("://", 1)[1]
        return {"tenant_discovery_endpoint": f"{base}/{tenant}/v2.0/.well-known/openid-configuration", "api-version": "1.1",
                "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}]}
