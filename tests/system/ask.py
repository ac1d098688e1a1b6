# SPDX-License-Identifier: BSD-2-Clause
# Copyright The timeball authors
"""ask.py FROM SERVER COUNT SECONDS: so many requests at that distance from one address; prints what came back."""
import os
import socket
import sys
import time


def main():
    source, server, count, pause = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
    asker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    asker.bind((source, 0))
    times = kisses = 0
    start = time.monotonic()
    outstanding = set()

    def listen(until):
        nonlocal times, kisses
        while (left := until - time.monotonic()) > 0:
            asker.settimeout(left)
            try:
                reply, _ = asker.recvfrom(1024)
            except socket.timeout:
                return
            if len(reply) != 48 or reply[24:32] not in outstanding:
                print("strange reply", reply.hex(), file=sys.stderr)
                continue
            outstanding.discard(reply[24:32])
            if reply[1] == 0 and reply[12:16] == b"RATE":
                kisses += 1
            else:
                times += 1

    for n in range(count):
        nonce = os.urandom(8)
        outstanding.add(nonce)
        asker.sendto(b"\x23" + bytes(39) + nonce, (server, 123))
        listen(start + (n + 1) * pause)
    listen(time.monotonic() + 0.5)
    print("time", times, "kiss", kisses, "silence", count - times - kisses)


main()
