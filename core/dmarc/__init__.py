"""DMARC (RFC 7489): records, their discovery, and alignment."""
