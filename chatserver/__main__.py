"""`python -m chatserver` is the `chatserver` command."""

from chatserver.cli import main

if __name__ == "__main__":
    main()
