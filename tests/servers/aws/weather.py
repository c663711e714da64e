"""What goes wrong, where and how often.

{"throttle_every": N of the calls of one place; "deny", "html", "drop", "hang": [place]; "spoil": {place: how often a page fails after its token was used up};
"hold": {place: calls that pass before one waits until it is let go, unanswered}; "slow": {place: seconds}; "caller_calls": N after which the caller's session ends;
"credentials": {"told": seconds, "real": seconds}}. A place is `Operation@region@account name`; parts may be `*`, and left out from the end.
"""

import time

from forecast import Drop, Forecast, Page
from protocol import Refusal

# How each service says that it is asked too often, and that a permission is missing.
THROTTLED = {
    "account": "TooManyRequestsException", "organizations": "TooManyRequestsException", "resourcegroupstaggingapi": "ThrottledException",
    "lambda": "TooManyRequestsException", "ec2": "RequestLimitExceeded", "s3": "SlowDown", "elb": "Throttling", "elbv2": "Throttling", "rds": "Throttling",
    "sns": "Throttling", "sts": "Throttling", "cloudfront": "Throttling", "ce": "LimitExceededException",
}
DENIED = {"ec2": "UnauthorizedOperation", **dict.fromkeys(("s3", "elb", "elbv2", "rds", "sts", "cloudfront"), "AccessDenied"), "sns": "AuthorizationError"}
# EC2 and the older services have codes of their own for credentials that have ended.
ENDED = {"ec2": "RequestExpired", **dict.fromkeys(("s3", "elb", "elbv2", "rds", "sts", "sns", "cloudfront"), "ExpiredToken")}


class Weather(Forecast):
    def __init__(self, described, stopping):
        super().__init__(described, stopping)
        self.left = dict(described.get("spoil", {}))
        self.caller_calls = 0

    def before(self, service, place, token, spend, is_caller):
        """Raises what goes wrong with this call."""
        with self.lock:
            count = self.counts[place] = self.counts.get(place, 0) + 1
            if is_caller:
                self.caller_calls += 1
                ends = self.described.get("caller_calls")
                if ends and self.caller_calls > ends:
                    raise ended(service)
            spoilt = token and next((p for p, n in self.left.items() if n and self.fits(p, place)), None)
            if spoilt:
                self.left[spoilt] -= 1
                spend(token)
        if spoilt:
            raise Page()
        # Counted for each place: among calls in parallel, one could otherwise be hit again and again by chance.
        every = self.described.get("throttle_every")
        if every and count % every == 0:
            raise Refusal(THROTTLED.get(service, "ThrottlingException"), "Rate exceeded", 503 if service in ("ec2", "s3") else 400)
        if self.any("deny", place):
            raise Refusal(DENIED.get(service, "AccessDeniedException"), f"not authorized to perform {place[0]}", 403)
        if self.any("html", place):
            raise Page()
        if self.any("drop", place):
            raise Drop()
        if self.any("hang", place):
            self.stopping.wait(120)
            raise Drop()
        slow = self.of("slow", place)
        if slow:
            time.sleep(slow)
        self.hold(place, count)


def ended(service):
    return Refusal(ENDED.get(service, "ExpiredTokenException"), "The security token included in the request is expired", 403 if service != "ec2" else 400)
