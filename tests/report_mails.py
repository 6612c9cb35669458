"""Reports about a message, as mail systems write them."""


def delivery_report(
    *recipients, message_id, number=1, to="bounce@acme.test", returned="", headers=""
):
    """A report in the form of RFC 3464; each recipient is a dict of the fields of its group."""
    groups = "\n\n".join(
        "\n".join(f"{name.replace('_', '-')}: {value}" for name, value in recipient.items())
        for recipient in recipients
    )
    return (
        (
            "Return-Path: <>\n"
            "From: Mail Delivery System <MAILER-DAEMON@mx.customer.test>\n"
            f"To: {to}\n"
            "Subject: Undelivered Mail Returned to Sender\n"
            f"Message-Id: <report.{number}.{message_id.strip('<>')[:40]}>\n"
            f"{headers}"
            "MIME-Version: 1.0\n"
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
            "--b\nContent-Type: text/plain\n\nThis is the mail system at host mx.customer.test.\n\n"
            "--b\nContent-Type: message/delivery-status\n\n"
            f"Reporting-MTA: dns; mx.customer.test\n\n{groups}\n\n"
            "--b\nContent-Type: text/rfc822-headers\n\n"
            f"Message-Id: {message_id}\n{returned}Subject: Offer\n\n"
            "--b--\n"
        )
        .replace("\n", "\r\n")
        .encode()
    )


def failed(address, reply="550 5.1.1 User unknown", **fields):
    return {
        "Final_Recipient": f"rfc822; {address}",
        "Action": "failed",
        "Status": reply[4:].split()[0] if reply[4:5] == reply[:1] else f"{reply[0]}.0.0",
        "Diagnostic_Code": f"smtp; {reply}",
        **fields,
    }


def delayed(address, reply="450 4.2.2 Mailbox full", **fields):
    return failed(address, reply, **{"Action": "delayed", **fields})


def read_receipt(address, message_id, disposition="displayed", returned=""):
    return (
        (
            f"From: {address}\nTo: bounce@acme.test\nSubject: Read: Offer\n"
            f"Message-Id: <receipt.{disposition}@customer.test>\nMIME-Version: 1.0\n"
            "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n"
            "--b\nContent-Type: text/plain\n\nThe message was displayed.\n\n"
            "--b\nContent-Type: message/disposition-notification\n\n"
            f"Final-Recipient: rfc822; {address}\nOriginal-Message-ID: {message_id}\n"
            f"Disposition: manual-action/MDN-sent-manually; {disposition}\n\n"
            "--b\nContent-Type: text/rfc822-headers\n\n"
            f"Message-Id: {message_id}\n{returned}\n--b--\n"
        )
        .replace("\n", "\r\n")
        .encode()
    )


def complaint(address, message_id):
    return (
        (
            "From: staff@provider.test\nTo: bounce@acme.test\nSubject: FW: Offer\n"
            "Message-Id: <complaint@provider.test>\nMIME-Version: 1.0\n"
            "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n"
            "--b\nContent-Type: text/plain\n\nThis is an abuse report.\n\n"
            "--b\nContent-Type: message/feedback-report\n\n"
            f"Feedback-Type: abuse\nUser-Agent: P/1\nVersion: 1\nOriginal-Rcpt-To: {address}\n\n"
            f"--b\nContent-Type: message/rfc822\n\nMessage-Id: {message_id}\nTo: {address}\n\nHi\n"
            "--b--\n"
        )
        .replace("\n", "\r\n")
        .encode()
    )
