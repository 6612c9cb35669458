"""What the mail protocols say, in plain Python: no Odoo, no global state."""
