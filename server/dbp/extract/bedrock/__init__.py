"""Amazon Bedrock behind the port `dbp.ports.model`: one question, one checked answer.

It asks, and decides nothing: whether a file may be sent at all was decided before. Importing it
costs nothing; boto3, botocore and tenacity come with the first call. It never logs what is sent or
received, nor credentials.

`client` is the door: `BedrockModel`. `families` knows what models take, `request` makes the
parameters, `session` the one session and client, `credentials` finds the user's credentials, `wire`
and `flight` move the bytes within a deadline, `replies` and `errors` read what came back.
"""

from __future__ import annotations

from dbp.extract.bedrock.client import BedrockModel

__all__ = ["BedrockModel"]
