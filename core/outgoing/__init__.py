"""How a mail leaves: which server may send it (FROM filters), and which one does."""
