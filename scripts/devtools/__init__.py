"""Set-up, test tiers and the demo server of the addon, on the standard library alone."""
