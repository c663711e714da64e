"""Account Management: the Regions that an account has enabled."""

from protocol import Refusal

OPTIONAL = ("ap-east-1", "me-south-1")


def list_regions(world, place, given):
    account = world.accounts[world.name(place.account)]
    enabled = account.get("regions", world.regions)
    wanted = given.get("RegionOptStatusContains")
    all_regions = [(region, "ENABLED" if region in OPTIONAL else "ENABLED_BY_DEFAULT") for region in enabled]
    all_regions += [(region, "DISABLED") for region in OPTIONAL if region not in enabled]
    shown = [{"RegionName": region, "RegionOptStatus": status} for region, status in all_regions if not wanted or status in wanted]
    size = world.size("ListRegions", given.get("MaxResults"), 50)
    page, token = world.page(shown, f"regions:{place.account}", given.get("NextToken"), size, Refusal("ValidationException", "the token is not valid"))
    return {"Regions": page, **({"NextToken": token} if token else {})}


OPERATIONS = {"ListRegions": list_regions}
