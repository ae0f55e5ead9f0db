#!/usr/bin/env bash
# CPython (seen with 3.10 to 3.13), http.client and urllib.request, nothing to install.
#
# An answer in chunks that is cut off, because its server was killed: read() raises IncompleteRead. Reading it line by line, which is
# how one follows a build or a log, ends like a whole answer does, without any fault. So "it ended, and no line said that it had
# failed" is no success: a protocol of lines needs a last line that says so.
#
# Why: HTTPResponse has a peek() that answers nothing where an answer breaks off, and readline() asks peek() first.
#
# Seen: read() IncompleteRead, lines ['Collecting', 'Installing'] and no fault.
set -euo pipefail

python3 - <<'PYTHON'
import http.client
import platform
import socket
import threading
import urllib.request

CUT = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"b\r\nCollecting\n\r\n" + b"b\r\nInstalling\n\r\n"

server = socket.create_server(("127.0.0.1", 0))


def serve():
    for _ in range(2):
        connection, _ = server.accept()
        connection.recv(65536)
        connection.sendall(CUT)  # and no last chunk
        connection.close()


threading.Thread(target=serve, daemon=True).start()
url = f"http://127.0.0.1:{server.getsockname()[1]}/"

try:
    read = urllib.request.urlopen(url).read()
except http.client.IncompleteRead as fault:
    read = type(fault).__name__
lines = []
fault = "no fault"
try:
    for line in urllib.request.urlopen(url):
        lines.append(line.decode().strip())
except Exception as e:
    fault = type(e).__name__

print(f"Python {platform.python_version()}: read() {read}, lines {lines} and {fault}")
assert read == "IncompleteRead", "read() takes it for whole now"
assert (lines, fault) == (["Collecting", "Installing"], "no fault"), "reading lines tells it now"
PYTHON
