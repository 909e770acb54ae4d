"""aiosmtplib, one client a connection: arguments are port, connections, messages, bytes of the body."""
import asyncio
import sys
from email.message import EmailMessage

import aiosmtplib

port, connections, messages, size = map(int, sys.argv[1:])
body = "This is a line of a newsletter, as long as such lines are.\n" * (size // 60)
people = iter(range(messages))


async def work():
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False) as client:
        for person in people:
            message = EmailMessage()
            message["From"], message["To"], message["Subject"] = "news@charity.example", f"p{person}@example.org", "News"
            message.set_content(f"Dear {person},\n{body}")
            await client.send_message(message)


async def main():
    await asyncio.gather(*(work() for _ in range(connections)))


asyncio.run(main())
