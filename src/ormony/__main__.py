"""`python -m ormony`."""

from ormony.cli import main

if __name__ == "__main__":
    main(prog_name="ormony")
