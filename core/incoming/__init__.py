"""How mail comes in: mailboxes, and what they answer."""
