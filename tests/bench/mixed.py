#!/usr/bin/env python3
"""Measures what a second shelf costs: code questions with notes added, and the reverse.

usage: mixed.py PROGRAM --trees DIR --retrieval DIR --notes DIR [--mirror DIR] [--every N] [--repos a,b]
                [--sets a,b] [--by-pair] [--worst N]

Every question is asked twice, of its own root alone and of both roots, and scored alike (NDCG@10, as
docs/evaluation.md says): code questions by file, notes questions by file or passage as they are
labelled, and once more in the list that the program chooses by itself (auto).  A hit of the other
root is never right, but it takes a place.  One pair of a repository and a set of notes in N is taken,
so that each repository and each set has its turn.  Prints the figures alone and together and their
difference, by set of notes and in all.  Notes are asked once more as the documents of a project: in a
folder of its code, with notes alone wanted, as for an answer.

--trees holds one source tree a repository, --retrieval the annotations (repos.json,
annotations/*.json), --notes the sets of questions over notes.  They are no part of this project.
Standard library only.  Exits with 1 when the mean loss is over .01 (code) or .03 (notes).
"""
import argparse, gzip, json, math, os, shutil, subprocess, sys, tempfile
from collections import defaultdict

NOTE_SETS = ["devsquad-ko", "react-ko", "pyfaq-ko", "react-ko2en", "pyfaq-ko2en", "nodebest-ko2en",
             "reactqa-en", "curlfaq-en", "pyfaq-en"]
ALLOWED = {"code": 0.01, "notes": 0.03}


def jsonl(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f if line.strip()]


class Program:
    """The program under test, with directories of its own."""

    def __init__(self, binary, home):
        self.binary, self.home, self.known = os.path.abspath(binary), home, {}
        self.env = dict(os.environ)
        for var in ("XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "HOME"):
            self.env[var] = os.path.join(home, var)
            os.makedirs(self.env[var], mode=0o700, exist_ok=True)

    def ask(self, roots, queries, by, kind="all"):
        """One list of (root, path, first, last) a query, best first."""
        key = (tuple(roots), by, tuple(queries), kind)
        if not queries or key in self.known:
            return self.known.get(key, [])
        path = os.path.join(self.home, "queries.jsonl")
        with open(path, "w", encoding="utf-8") as f:
            for i, q in enumerate(queries):
                f.write(json.dumps({"id": i, "query": q}, ensure_ascii=False) + "\n")
        args = [self.binary, "search", "--no-daemon", "--limit", "10", "--kind", kind, "--queries", path]
        args += [x for r in roots for x in ("--root", r)] + (["--by", by] if by else [])
        p = subprocess.run(args, env=self.env, capture_output=True, check=False)
        if p.returncode not in (0, 1):
            sys.exit("mixed.py: %s: %s" % (" ".join(roots), p.stderr.decode("utf-8", "replace")[-300:]))
        lists = [[] for _ in queries]
        for line in p.stdout.decode("utf-8", "replace").splitlines():
            o = json.loads(line)
            lists[o["id"]] = [(r["root"], r["path"], r["start_line"], r["end_line"]) for r in o["results"]]
        if len(roots) == 1:
            self.known[key] = lists
        return lists


# ---------------------------------------------------------------- questions with answers
class Shelf:
    """A root, and questions about it: [(text, by, targets)]; a target is (path, first, last)."""

    def __init__(self, name, root):
        self.name, self.root, self.questions = name, os.path.realpath(root), []

    def hits(self, result, target):
        root, path, a, b = result
        if root != self.root:
            return False
        if path != target[0] and not target[0].endswith("/" + path) and not path.endswith("/" + target[0]):
            return False
        return a <= target[2] and b >= target[1]

    def ndcg(self, results, targets):
        """Each target is hit once, by the first result that fits; a result counts once."""
        left, dcg = list(targets), 0.0
        for rank, r in enumerate(results[:10], 1):
            hit = [t for t in left if self.hits(r, t)]
            if hit:
                left = [t for t in left if t not in hit] if self.by_path else [t for t in left if t != hit[0]]
                dcg += 1 / math.log2(rank + 1)
        return dcg / sum(1 / math.log2(i + 2) for i in range(min(10, len(targets))))

    def scores(self, program, other, by, kind="all"):
        """{question: NDCG} with OTHER (None: alone); BY "auto" takes the program's own list."""
        out = {}
        roots = [self.root] + ([other.root] if other else [])
        for level in sorted({q[1] for q in self.questions}):
            mine = [q for q in self.questions if q[1] == level]
            lists = program.ask(roots, tuple(q[0] for q in mine), None if by == "auto" else level, kind)
            for (text, _, targets), results in zip(mine, lists):
                out[text] = self.ndcg(results, targets)
        return out


def code_shelf(repo, retrieval, trees):
    shelf = Shelf(repo["name"], os.path.join(trees, repo["name"], repo.get("benchmark_root") or "."))
    shelf.by_path = True
    items = os.path.join(retrieval, "annotations", repo["name"] + ".json")
    for x in json.load(open(items, encoding="utf-8")) if os.path.exists(items) else []:
        targets = [(t, 1, 1 << 30) if isinstance(t, str) else
                   (t["path"], int(t.get("start_line") or 1), int(t.get("end_line") or 1 << 30))
                   for t in x.get("relevant", []) + x.get("secondary", [])]
        shelf.questions.append((x["query"], "file", targets))
    return shelf


def commit_shelves(folder, mirror, work):
    """Korean questions about code: subjects of commits, and the files that they changed."""
    queries = jsonl(os.path.join(folder, "queries.jsonl"))
    for project in json.load(open(os.path.join(folder, "projects.json"), encoding="utf-8")):
        git = ["git", "-C", os.path.join(mirror, project["repo"].replace("/", "+"), "repo")]
        if not os.path.isdir(git[2]):
            continue
        shelf = Shelf(project["project"], os.path.join(work, "commits", project["project"]))
        shelf.by_path = True
        for f in project["files"]:
            p = subprocess.run(git + ["show", "%s:%s" % (project["rev"], f)], capture_output=True, check=False)
            if p.returncode == 0:
                os.makedirs(os.path.dirname(os.path.join(shelf.root, f)), exist_ok=True)
                with open(os.path.join(shelf.root, f), "wb") as o:
                    o.write(p.stdout)
        shelf.questions = [(q["text"], "file", [(t, 1, 1 << 30) for t in q["relevant"]])
                           for q in queries if q["project"] == project["project"]]
        yield shelf


def notes_shelf(name, folder, work):
    shelf = Shelf(name, os.path.join(work, name))
    shelf.by_path = False
    for line in gzip.open(os.path.join(folder, "files.jsonl.gz"), "rt", encoding="utf-8"):
        r = json.loads(line)
        p = os.path.join(shelf.root, r["path"])
        os.makedirs(os.path.dirname(p), exist_ok=True)
        with open(p, "w", encoding="utf-8", newline="") as f:
            f.write(r["text"])
    spans = {s["id"]: (s["path"], s["start"], s["end"]) for s in jsonl(os.path.join(folder, "sections.jsonl"))}
    for q in jsonl(os.path.join(folder, "queries.jsonl")):
        whole = q["level"] == "file"
        shelf.questions.append((q["text"], "file" if whole else "passage",
                                [(t, 1, 1 << 30) if whole else spans[t] for t in q["relevant"]]))
    return shelf


# ---------------------------------------------------------------- both
class Sums:
    """Figures alone and together, by group."""

    def __init__(self):
        self.rows = defaultdict(list)

    def add(self, group, alone, both):
        self.rows[group].append((alone, both))

    def loss(self, group):
        rows = self.rows[group]
        return sum(a - b for a, b in rows) / len(rows) if rows else 0.0

    def show(self, group):
        rows = self.rows[group]
        alone, both = (sum(x) / len(rows) for x in zip(*rows))
        print("%-44s %7d %8.4f %8.4f %8.4f" % (" ".join(group), len(rows), alone, both, alone - both))


def measure(program, code, notes, sums, losses, by):
    for kind, mine, other in (("code", code, notes), ("notes", notes, code)):
        alone, both = mine.scores(program, None, by), mine.scores(program, other, by)
        for text in alone:
            for group in ((by, kind), (by, kind, notes.name), (by, kind, code.name + "+" + notes.name)):
                sums.add(group, alone[text], both[text])
            losses.append((alone[text] - both[text], by, mine.name, other.name, text))


def measure_documents(program, code, notes, sums, work):
    project = Shelf(notes.name, os.path.join(work, "projects", notes.name))
    project.by_path = False
    shutil.copytree(code.root, project.root, symlinks=True)
    shutil.copytree(notes.root, os.path.join(project.root, "docs", "notes"))
    project.questions = [(q, by, [(os.path.join("docs", "notes", t[0]),) + tuple(t[1:]) for t in targets])
                         for q, by, targets in notes.questions]
    alone = notes.scores(program, None, "labelled")
    for text, score in project.scores(program, None, "labelled", "note").items():
        for group in (("documents", "notes"), ("documents", "notes", notes.name)):
            sums.add(group, alone[text], score)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    ap.add_argument("program")
    for name in ("trees", "retrieval", "notes"):
        ap.add_argument("--" + name, required=True)
    ap.add_argument("--mirror", help="fetched git directories: asks the commits of commits-ko2code, too")
    ap.add_argument("--repos")
    ap.add_argument("--sets", default=",".join(NOTE_SETS))
    ap.add_argument("--every", type=int, default=4)
    ap.add_argument("--by-pair", action="store_true")
    ap.add_argument("--worst", type=int, default=0, help="print the questions that lost most")
    a = ap.parse_args()
    work = tempfile.mkdtemp(prefix="openbook-mixed-")
    sums, losses = Sums(), []
    try:
        program = Program(a.program, work)
        repos = json.load(open(os.path.join(a.retrieval, "repos.json"), encoding="utf-8"))
        repos = [r for r in repos if not a.repos or r["name"] in a.repos.split(",")]
        shelves = [s for s in (code_shelf(r, a.retrieval, a.trees) for r in repos)
                   if s.questions and os.path.isdir(s.root)]
        if a.mirror:
            shelves += commit_shelves(os.path.join(a.notes, "commits-ko2code"), a.mirror, work)
        notes = [notes_shelf(n, os.path.join(a.notes, n), work) for n in a.sets.split(",")]
        for i, code in enumerate(shelves):
            for k, n in enumerate(notes):
                for by in ("labelled", "auto"):
                    if (i + k) % a.every == 0:
                        measure(program, code, n, sums, losses, by)
        for n in notes:
            measure_documents(program, shelves[0], n, sums, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print("%-44s %7s %8s %8s %8s" % ("", "asked", "alone", "both", "loss"))
    for group in sorted(sums.rows, key=lambda g: (g[0] == "auto", len(g), g)):
        if len(group) < 3 or a.by_pair or "+" not in group[2]:
            sums.show(group)
    for loss, by, mine, other, text in sorted(losses, reverse=True)[:a.worst]:
        print("%.3f  %s  %s with %s: %s" % (loss, by, mine, other, text))
    return any(sums.loss(("labelled", kind)) > most for kind, most in ALLOWED.items()) or \
        sums.loss(("documents", "notes")) > ALLOWED["notes"]


if __name__ == "__main__":
    sys.exit(main())
