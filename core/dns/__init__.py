"""Questions to the DNS, and the texts and addresses in its answers (RFC 1034, RFC 1035)."""
