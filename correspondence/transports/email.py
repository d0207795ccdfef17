"""By e-mail: SMTP, or the folder of the embedded installation."""

from __future__ import annotations

import smtplib

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from correspondence.bounces import TOKEN_HEADER, return_address
from correspondence.transports import Message, Receipt, Refused

PERMANENT = 500  # SMTP answers from here on will not change


def message_id(key: str) -> str:
    """The same in every attempt, so that a message handed over twice is known as one."""
    return f"<{key}@kesu>"


class Email:
    """One message to one address: plain text, the same as HTML where there is one, and files."""

    code = "email"

    def deliver(self, message: Message, key: str) -> Receipt:
        back = return_address(message.headers.get(TOKEN_HEADER, ""))
        mail = EmailMultiAlternatives(
            message.subject, message.text, back or settings.DEFAULT_FROM_EMAIL, [message.to]
        )
        if message.html:
            mail.attach_alternative(message.html, "text/html")
        for file in message.files:
            mail.attach(file.name, file.content, file.content_type)
        mail.extra_headers = {
            "From": settings.DEFAULT_FROM_EMAIL,
            "Message-ID": message_id(key),
            "Auto-Submitted": "auto-generated",
            **message.headers,
        }
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as refused:
            codes = [code for code, _words in refused.recipients.values()]
            if codes and min(codes) >= PERMANENT:
                raise Refused(f"SMTP {min(codes)}") from refused
            raise
        return Receipt()
