"""Makes every file and cases.json:  python cases/make/all.py  (Octave and R on the path; packages in ../README.md)"""

import importlib
import json
import subprocess

from common import CASES, FILES, HERE, steady

MAKERS = ["axes", "models", "pairing", "labels", "missing", "views", "headers", "figures", "ids", "integers", "matlab", "formats", "science"]


def main():
    for old in FILES.iterdir():
        old.unlink()
    octave = ["octave-cli", "--quiet", "--no-history", "--no-gui", str(HERE / "octave.m"), str(FILES)]
    subprocess.run(octave, check=True)
    for name in FILES.glob("*.mat"):
        steady(name.name)
    subprocess.run(["Rscript", "--vanilla", str(HERE / "tables.R"), str(FILES)], check=True)
    for maker in MAKERS:
        importlib.import_module(maker).main()
    assert len({each["name"] for each in CASES}) == len(CASES), "two cases of one name"
    lines = ",\n".join(json.dumps(each, ensure_ascii=False) for each in CASES)
    (HERE.parent / "cases.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
