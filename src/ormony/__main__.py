"""`python -m ormony`."""

from ormony.cli import run

if __name__ == "__main__":
    run()
