"""The services that no emulator has, or has otherwise than AWS. Each is a table of operations: (world, place, input) to the answer as plain values."""

from . import account, ce, config, explorer, organizations, sts, tagging

OWN = {
    "account": account.OPERATIONS,
    "ce": ce.OPERATIONS,
    "config": config.OPERATIONS,
    "organizations": organizations.OPERATIONS,
    "resource-explorer-2": explorer.OPERATIONS,
    "resourcegroupstaggingapi": tagging.OPERATIONS,
    "sts": sts.OPERATIONS,
}
