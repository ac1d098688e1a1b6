#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright The timeball authors
"""receiver.py PATH|tcp:PORT [LATE]: a receiver that speaks NMEA, on a pseudoterminal at PATH or to
whoever connects to PORT of 127.0.0.1. Its sentences leave LATE seconds after theirs."""

import os
import pty
import socket
import sys
import time
import tty


def sentence(body):
    checksum = 0
    for octet in body.encode():
        checksum ^= octet
    return f"${body}*{checksum:02X}\r\n"


def sentences(second):
    utc = time.gmtime(second)
    at = time.strftime("%H%M%S.00", utc)
    place = "4807.038,N,01131.000,E"
    return (
        sentence(f"GPRMC,{at},A,{place},000.0,000.0,{time.strftime('%d%m%y', utc)},,,A")
        + sentence(f"GPGGA,{at},{place},1,08,0.9,545.4,M,46.9,M,,")
        + sentence("GPGSA,A,3,04,05,09,12,24,25,29,31,,,,,1.8,0.9,1.5")
    ).encode()


def listener(where):
    if where.startswith("tcp:"):
        door = socket.create_server(("127.0.0.1", int(where[4:])))
        return door.accept()[0].sendall
    ours, theirs = pty.openpty()
    tty.setraw(theirs)  # kept open, so that it stays when whoever listens goes
    os.symlink(os.ttyname(theirs), where)
    os.set_blocking(ours, False)

    def say(text):
        try:
            os.write(ours, text)
        except BlockingIOError:
            pass  # nobody listens

    return say


say = listener(sys.argv[1])
late = float(sys.argv[2]) if len(sys.argv) > 2 else 0.15
while True:
    second = int(time.time() - late) + 1
    time.sleep(max(0, second + late - time.time()))
    say(sentences(second))
