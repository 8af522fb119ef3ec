"""Write what is generated in the guides anew: outputs of commands, tables, the picture of layers.

python docs/update.py          write what is out of date: about a minute
python docs/update.py --check  write nothing; exit code 1 if something would be written

The pages of the methods have a generator of their own, docs/methods/update.py.
"""

from __future__ import annotations

import sys

import update_layers
from update_outputs import PAGES, ROOT, readme_installs, rewritten
from update_parts import with_parts


def main() -> int:
    """Write what has changed, or say what would."""
    wanted = {update_layers.PICTURE: update_layers.svg()}
    skip = readme_installs()
    for path in PAGES:
        page = path.read_text(encoding="utf-8")
        wanted[path] = rewritten(with_parts(page), skip)
    is_check = "--check" in sys.argv[1:]
    changed = [
        path
        for path, text in wanted.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path in changed:
        if not is_check:
            path.write_text(wanted[path], encoding="utf-8")
        print(f"{'out of date' if is_check else 'wrote'}: {path.relative_to(ROOT)}")
    return int(is_check and bool(changed))


if __name__ == "__main__":
    sys.exit(main())
