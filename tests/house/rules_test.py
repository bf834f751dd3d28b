"""The rules of the house: who may include whom, where foreign headers may be
seen, how long files get, and what no file may say. Run from the root."""

import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# folder -> folders of this project it may include, besides itself.
MAY_INCLUDE = {
    "base": {"edgeplane"},
    "storage": {"base", "edgeplane"},
    "storage/memory": {"storage", "base", "edgeplane"},
    "storage/transfer": {"storage", "base", "edgeplane"},
    "storage/sqlite": {"storage", "storage/transfer", "base", "edgeplane"},
    "storage/postgres": {"storage", "storage/transfer", "base", "edgeplane"},
    "services/rpc": {"base", "edgeplane", "google", "grpc"},
    "services/registry": {"services/rpc", "storage", "base", "edgeplane"},
    "services/admin": {"services/registry", "services/rpc", "storage", "base", "edgeplane"},
    "gateway": {"base", "edgeplane"},
    "cli": {"base", "edgeplane", "google", "gateway", "services/rpc", "services/registry",
            "services/admin", "storage", "storage/transfer", "storage/sqlite",
            "storage/postgres"},
    "cli/simulate": {"cli", "gateway", "base", "edgeplane"},
}

# What storage and base may see of the generated code: vocabularies, no messages.
VOCABULARY = {"edgeplane/v1/reason.pb.h", "edgeplane/v1/error_reason.pb.h"}

# foreign header -> where it may be included.
CONFINED = {
    r"sqlite3\.h": ("storage/sqlite",),
    r"libpq-fe\.h": ("storage/postgres",),
    r"grpcpp/": ("services", "gateway/registry_", "cli"),
    r"boost/beast/": ("gateway", "base/metrics_server", "base/metrics_", "cli/simulate"),
    r"CLI/": ("cli",),
}

LINES_MAX = 300
# Longer for a cause: {path: cause}.
LONGER = {}

FORBIDDEN_WORDS = [
    (r"\.detach\(\)", "a thread or coroutine without an owner"),
    (r"\bstd::(this_thread::)?sleep_(for|until)\b", "a sleep: wait for the thing itself"),
    (r"\bTODO\b|\bFIXME\b|\bXXX\b", "an unfinished thought"),
]
# file -> why a forbidden word is right there.
ALLOWED = {
    "cli/back_off.cc": "the back-off of a client that has nothing else to wait for",
    "tests/bench/store_bench.cc": "it calls at a rate",
}
FORBIDDEN_NAMES = {"utils.h", "util.h", "types.h", "common.h", "helpers.h", "misc.h"}


def tracked(*patterns):
    """Files git knows or would add, as paths relative to the root; the plain
    file tree where there is no git."""
    try:
        names = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard", *patterns],
            cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\n")
    except (OSError, subprocess.CalledProcessError):
        names = [str(p.relative_to(ROOT)) for pattern in patterns for p in ROOT.rglob(pattern)
                 if not {"build", "node_modules"} & set(p.relative_to(ROOT).parts)]
    return [pathlib.PurePosixPath(n) for n in names if n and (ROOT / n).is_file()]


def sources():
    return [p for p in tracked("*.cc", "*.h") if p.parts[0] != "tests"]


def folder_of(path):
    """The folder of the house a path such as storage/sqlite/x.h lies in."""
    for depth in (2, 1):
        name = "/".join(path.parts[:depth])
        if name in MAY_INCLUDE and len(path.parts) > depth:
            return name
    return path.parts[0]


def includes(path):
    text = (ROOT / path).read_text()
    return re.findall(r'^\s*#\s*include\s+[<"]([^>"]+)[>"]', text, re.MULTILINE)


class Rules(unittest.TestCase):
    def test_there_is_something_to_check(self):
        self.assertGreater(len(sources()), 50)

    def test_include_directions(self):
        for path in sources():
            here = folder_of(path)
            self.assertIn(here, MAY_INCLUDE, f"{path} lies in no folder of the house")
            for included in includes(path):
                target = pathlib.PurePosixPath(included)
                there = folder_of(target)
                ours = there in MAY_INCLUDE or there in {"edgeplane", "tests"}
                if not ours or there == here or included.endswith("_embedded.h"):
                    continue
                self.assertIn(there, MAY_INCLUDE[here], f"{path} includes {included}")

    def test_base_and_storage_see_vocabularies_only(self):
        for path in sources():
            if path.parts[0] in {"base", "storage"}:
                for included in includes(path):
                    if included.startswith("edgeplane/"):
                        self.assertIn(included, VOCABULARY, f"{path} includes {included}")

    def test_foreign_headers_stay_where_they_belong(self):
        for path in sources():
            for included in includes(path):
                for pattern, places in CONFINED.items():
                    if re.match(pattern, included):
                        self.assertTrue(str(path).startswith(places), f"{path} includes {included}")

    def test_no_file_grows_past_its_size(self):
        for path in tracked("*.cc", "*.h", "*.mjs", "*.py"):
            lines = len((ROOT / path).read_text().splitlines())
            if str(path) not in LONGER:
                self.assertLessEqual(lines, LINES_MAX, f"{path} has {lines} lines: split it")

    def test_headers_are_guarded(self):
        for path in tracked("*.h"):
            self.assertIn("#pragma once", (ROOT / path).read_text(), f"{path}")

    def test_forbidden_words_and_names(self):
        for path in tracked("*.cc", "*.h"):
            self.assertNotIn(path.name, FORBIDDEN_NAMES, f"{path} says nothing of what it holds")
            text = (ROOT / path).read_text()
            for pattern, why in FORBIDDEN_WORDS if str(path) not in ALLOWED else []:
                found = re.search(pattern, text)
                self.assertIsNone(found, f"{path}: {why}")


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=1))
