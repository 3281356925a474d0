"""Starts MiniStack in this process, and stops it when the process that started it is gone: its standard input ends then."""

import os
import sys
import threading


def stop_with_the_starter():
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=stop_with_the_starter, daemon=True).start()
    from ministack.app import main

    main()
