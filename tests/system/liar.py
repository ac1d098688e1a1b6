# SPDX-License-Identifier: BSD-2-Clause
# Copyright The timeball authors
"""liar.py ADDRESS SECONDS: an NTP server of stratum 1 whose time is off by so much."""
import socket
import struct
import sys
import time

SECONDS_TO_1970 = 2208988800


def stamp(seconds):
    return int((seconds + SECONDS_TO_1970) * 2**32) & (2**64 - 1)


def main():
    address, lie = sys.argv[1], float(sys.argv[2])
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((address, 123))
    while True:
        request, client = server.recvfrom(1024)
        if len(request) < 48 or request[0] & 7 != 3:
            continue
        now = time.time() + lie
        version = request[0] >> 3 & 7
        reply = struct.pack(
            ">BBbbII4sQ8sQQ", version << 3 | 4, 1, 6, -20, 0, 0x10, b"LIAR",
            stamp(now - 10), request[40:48], stamp(now), stamp(time.time() + lie))
        server.sendto(reply, client)


main()
