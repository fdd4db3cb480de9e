"""
[Source file intent]
Sends the newsletter.

[Source file design principles]
- Nobody gets it twice

[Source file constraints]
- 200 mails an hour

[Reference documentation]
doc/NEWSLETTER.md
"""
import smtplib
