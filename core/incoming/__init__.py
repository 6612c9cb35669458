"""How mail comes in: mailboxes and what they answer, what a mail is, and where it comes from."""
