from odoo.exceptions import UserError
from odoo.http import Controller, content_disposition, request, route

from ..models.incoming_run import SourceLost


class IncomingSource(Controller):
    """The source of an incoming email as a file, for those who may read the email."""

    @route(
        "/email_communication/incoming/<int:incoming_id>.eml",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def source(self, incoming_id):
        incoming = request.env["mail.incoming"].search([("id", "=", incoming_id)])
        if not incoming:
            raise request.not_found()
        try:
            raw = incoming._raw()
        except SourceLost as error:
            raise UserError(incoming._words_of(error)) from error
        headers = [
            # Never opened in place: it is what a stranger wrote.
            ("Content-Type", "application/octet-stream"),
            ("Content-Disposition", content_disposition(f"incoming-{incoming_id}.eml")),
            ("X-Content-Type-Options", "nosniff"),
            ("Content-Length", str(len(raw))),
        ]
        return request.make_response(raw, headers)
