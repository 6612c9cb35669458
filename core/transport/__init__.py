"""What mail meets on its way: the hosts that take it (RFC 5321 section 5) and send it, and how it
is protected: MTA-STS (RFC 8461), TLS reporting (RFC 8460), DNSSEC (RFC 4035)."""
