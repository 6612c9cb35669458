"""The headers of a mail that mx.acme.test has received."""

import email

from core.incoming.fields import Fields

BORDER = (
    "Received: from mail.example.com (mail.example.com [198.51.100.7]) by mx.acme.test (Postfix) "
    "with ESMTPS id 1 for <sales@acme.test>; Tue, 3 Nov 2026 10:00:00 +0000\n"
)
INNER = (
    "Received: from localhost (localhost [127.0.0.1]) by mx.acme.test (Postfix) with ESMTP id 2\n"
)
OTHER = "Received: from pc (unknown [203.0.113.9]) by mail.example.com with ESMTPA id 3\n"
FROM = "From: Ada <ada@example.com>\nTo: sales@acme.test\nSubject: Hello\n"


def fields(text):
    return Fields.of(email.message_from_string(text + "\nHello\n"))
