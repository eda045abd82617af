"""Serve the built book on this machine only, and open a browser where there is one."""

import argparse
import errno
import os
import sys
import webbrowser
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer


class Handler(SimpleHTTPRequestHandler):
    """Serve files as they are now: a rebuilt page shows after a reload."""

    def end_headers(self):
        """Let the browser ask again each time."""
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, *args):
        """Keep the terminal quiet."""


def open_server(directory, port):
    """Return a server at `port`, or at one that is free if another program holds it."""
    handler = partial(Handler, directory=directory)
    try:
        return ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        return ThreadingHTTPServer(("127.0.0.1", 0), handler)


def has_browser():
    """Whether a window can be opened here: on Linux, only under a display."""
    return not sys.platform.startswith("linux") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def main():
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory")
    parser.add_argument("--port", type=int, default=8000)
    arguments = parser.parse_args()
    with open_server(arguments.directory, arguments.port) as server:
        address = f"http://127.0.0.1:{server.server_address[1]}/"
        print(f"The book is at {address} (stop with Ctrl-C)", flush=True)
        if has_browser():
            webbrowser.open(address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
