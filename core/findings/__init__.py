"""What is said about the DNS: codes with parameters (finding), each with its words (codes)."""
