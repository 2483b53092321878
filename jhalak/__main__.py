"""`python -m jhalak`: the same as the command `jhalak`."""

from jhalak.cli import main

if __name__ == "__main__":
    main()
