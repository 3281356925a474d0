"""Starts LocalStack in this process, and stops it when the process that started it is gone.

Standard input is a pipe whose other end the starter holds: its end is the sign that nobody needs the emulator any more.
"""

import os
import signal
import sys
import threading
import time


def stop_with_the_starter():
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)
    # It may hang while it shuts its services down.
    time.sleep(8)
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=stop_with_the_starter, daemon=True).start()
    import amendments  # noqa: F401
    from localstack.runtime.main import main

    main()
