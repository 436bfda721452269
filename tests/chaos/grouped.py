"""`vidcore` in a process group of its own, as a shell starts it: for signals to all of the group."""

import os

from vidcore_app.__main__ import main

if __name__ == "__main__":
    os.setpgid(0, 0)
    main()
