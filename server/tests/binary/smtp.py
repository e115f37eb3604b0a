"""A mail server that stores each message in a file, with its recipients in the first line.

Usage: smtp.py PORT FOLDER. Port 0 picks a free one. Prints the port once it listens.
"""

import asyncio
import pathlib
import re
import sys

from aiosmtpd.smtp import SMTP


class Keep:
    def __init__(self, folder):
        self.folder = folder
        self.count = len(list(folder.iterdir()))

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("unknown@"):
            return "550 5.1.1 There is no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if envelope.rcpt_tos[0].startswith("filtered@"):
            # As filters do, it quotes what it objects to.
            text = envelope.content.decode().replace("=\r\n", "")
            return "554 5.7.1 Blocked address " + re.search(r"https?://\S+", text)[0]
        self.count += 1
        first = "To: " + ", ".join(envelope.rcpt_tos) + "\r\n"
        unfinished = self.folder / "unfinished"
        unfinished.write_bytes(first.encode() + envelope.content)
        unfinished.rename(self.folder / f"{self.count:03}.eml")
        return "250 OK"


async def main(port, folder):
    loop = asyncio.get_running_loop()
    keep = Keep(pathlib.Path(folder))
    server = await loop.create_server(lambda: SMTP(keep, hostname="mail.example.com"), "127.0.0.1", port)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
