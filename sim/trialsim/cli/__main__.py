"""python -m trialsim.cli: the command line without the installed script."""

from trialsim.cli import main

if __name__ == "__main__":
    main()
