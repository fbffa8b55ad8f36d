#!/usr/bin/env python3
"""Fits the weights of the ranking (src/retrieve/weights_table.c) on questions with known answers.

usage: fit.py PROGRAM [--code TREES] [--whole TREES] [--spans DIR] [--notes DIR] [--retrieval DIR]
              [--model NAME]... [--without FEATURE,...] [--write] [--cache DIR]

The program itself dumps its features (`search --explain --queries`), so what is fitted is what
runs.  Models: text and symbol (files of code), notefile (files of notes), code (spans of code), note
(sections of notes).  Each is a listwise softmax: the cross-entropy between the share of the targets
and softmax(weights x features) over the candidates of a question, features standardised, L2, Adam,
signs fixed by meaning.  Prints the figure in sample and the one cross-validated by repository (by
set for notes): a group's questions are ranked by weights that never saw them.  --write renews the
column of the table; the first run after a feature changed should be repeated, because the dump holds
the best 200 by the weights that were in force.

The data are not part of this project: TREES holds one source tree a repository, --retrieval the
annotations (repos.json, annotations/*.json), --spans sets of doc comments with the lines of
their functions, --notes sets of questions over notes.  Needs numpy.
"""
import argparse, gzip, hashlib, json, math, os, pickle, re, subprocess, sys, tempfile
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
SRC = os.path.join(HERE, "..", "..", "src", "retrieve")
TABLE = os.path.join(SRC, "weights_table.c")
# The columns of the table that a model writes.
COLUMNS = {"text": [("file", 0)], "symbol": [("file", 1)], "notefile": [("file", 2)],
           "code": [("span", 0), ("file", 3)], "note": [("span", 1)]}
FREE = {"lines", "ndefs", "entry", "span.lines", "span.piece", "span.plain", "span.type", "span.value", "span.top",
        "span.kind", "mention"}
NEGATIVE = {"test", "example", "vendored", "doc", "conf", "other", "history", "span.history", "span.further"}
FIXED = {"asked": 20.0, "span.asked": 20.0}
# No set knows what is open, and none has a changelog: set by hand.
KEPT = {"open", "history", "span.history"}
# The sets of spans ask about one function a file at most and about no test or document, so that they know
# nothing of the size and the kind of files.  By hand: 0.7 of what the kinds weigh for files (documents
# 0.2), as the file's score brought it when that counted.  It still does where one identifier is asked for.
KEPT_OF_CODE = {"lines", "ndefs", "entry", "mention", "test", "example", "vendored", "doc", "conf", "other", "section",
                "asked", "span.file"}
# A function of a long file was the less likely to be asked about: each question stands for so many of
# its file's definitions as there are, up to here.
STANDS_FOR = 60
# A page of questions and answers is the better place to look where there is one; the sets with such a
# page would give it 4.4, which is theirs.
MOST = {"span.faq": 2.5}
# The questions about spans have the function's own name taken out; who asks often has it.
LEAST = {"code": {"span.nameF": 3.5}}
LIMIT = 200
# Spans of code fill a budget of lines: what counts is the chance to be right per line.  This much of
# the logarithm of their lines is taken off after fitting (1 would be all of it; 1.5 measured best).
LINE_COST = 1.5
NOTE_SETS = ["devsquad-ko", "react-ko", "pyfaq-ko", "react-ko2en", "pyfaq-ko2en", "nodebest-ko2en",
             "reactqa-en", "curlfaq-en", "pyfaq-en"]


def feature_names(kind):
    text = open(os.path.join(SRC, "weights.c"), encoding="utf-8").read()
    prefix = "OB__F_" if kind == "file" else "OB__S_"
    return [(e, n) for e, n in re.findall(r"\[(OB__[FS]_\w+)\] = \"([^\"]+)\"", text)
            if e.startswith(prefix)]


# ---------------------------------------------------------------- what the program says
class Program:
    def __init__(self, binary, cache):
        self.binary, self.cache = os.path.abspath(binary), cache
        self.home = tempfile.mkdtemp(prefix="openbook-fit-")
        self.env = dict(os.environ)
        for var in ("XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "HOME"):
            self.env[var] = os.path.join(self.home, var)
            os.makedirs(self.env[var], mode=0o700, exist_ok=True)
        self.stamp = hashlib.sha1(open(self.binary, "rb").read()).hexdigest()[:12]

    def ask(self, root, queries, by):
        """{id: [(path, first, last, {feature: value})]}, cached by program, root and questions."""
        key = hashlib.sha1(json.dumps([self.stamp, root, by, queries]).encode()).hexdigest()[:20]
        cached = self.cache and os.path.join(self.cache, key)
        if cached and os.path.exists(cached):
            return pickle.load(open(cached, "rb"))
        path = os.path.join(self.home, "queries.jsonl")
        with open(path, "w", encoding="utf-8") as f:
            for i, q in queries:
                f.write(json.dumps({"id": i, "query": q}, ensure_ascii=False) + "\n")
        p = subprocess.run([self.binary, "search", "--no-daemon", "--root", root, "--limit", str(LIMIT),
                            "--by", by, "--explain", "--queries", path], env=self.env,
                           capture_output=True, check=False)
        out = {}
        for line in p.stdout.decode("utf-8", "replace").splitlines():
            o = json.loads(line)
            out[str(o["id"])] = [(r["path"], r["start_line"], r["end_line"], r.get("values") or {})
                                 for r in o["results"]]
        if cached:
            pickle.dump(out, open(cached, "wb"))
        return out


# ---------------------------------------------------------------- questions with answers
def jsonl(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f if line.strip()]


def path_matches(a, b):
    return a == b or a.endswith("/" + b) or b.endswith("/" + a)


def is_symbol(query):
    return re.fullmatch(r"[A-Za-z0-9_:.>\-\\#$@!?~()&*]+", query.strip()) is not None


def code_questions(program, retrieval, trees, whole, model):
    for repo in json.load(open(os.path.join(retrieval, "repos.json"), encoding="utf-8")):
        notes = os.path.join(retrieval, "annotations", repo["name"] + ".json")
        root = os.path.join(trees, repo["name"], "." if whole else repo.get("benchmark_root") or ".")
        if not os.path.exists(notes) or not os.path.isdir(root):
            continue
        items = json.load(open(notes, encoding="utf-8"))
        got = program.ask(os.path.normpath(root), [(str(i), x["query"]) for i, x in enumerate(items)], "file")
        for i, x in enumerate(items):
            if is_symbol(x["query"]) != (model == "symbol"):
                continue
            targets = [t if isinstance(t, str) else t["path"]
                       for t in x.get("relevant", []) + x.get("secondary", [])]
            seen, rows, gain = set(), [], []
            for path, _, _, values in got.get(str(i), []):
                if path in seen:
                    continue
                seen.add(path)
                full = path if whole else os.path.normpath(os.path.join(repo.get("benchmark_root") or "", path))
                rows.append(values)
                gain.append(float(any(path_matches(full, t) for t in targets)))
            yield repo["name"], rows, gain, len(targets), "whole" if whole else "roots", 1.0


def shown_share(section, path, first, last):
    """The share of the section's lines that are shown: what is shown around a piece is but near it."""
    if section["path"] != path:
        return 0.0
    both = min(last, section["end"]) - max(first, section["start"]) + 1
    return max(both, 0) / (section["end"] - section["start"] + 1)


def note_questions(program, notes, work, model):
    level, by = ("file", "file") if model == "notefile" else ("section", "passage")
    for name in NOTE_SETS:
        folder = os.path.join(notes, name)
        root = os.path.join(work, name)
        if not os.path.isdir(root):
            for line in gzip.open(os.path.join(folder, "files.jsonl.gz"), "rt", encoding="utf-8"):
                r = json.loads(line)
                p = os.path.join(root, r["path"])
                os.makedirs(os.path.dirname(p), exist_ok=True)
                open(p, "w", encoding="utf-8", newline="").write(r["text"])
        spans = {s["id"]: s for s in jsonl(os.path.join(folder, "sections.jsonl"))}
        mine = [q for q in jsonl(os.path.join(folder, "queries.jsonl")) if q["level"] == level]
        got = program.ask(root, [(str(q["id"]), q["text"]) for q in mine], by) if mine else {}
        for q in mine:
            rows, gain, seen = [], [], set()
            for path, a, b, values in got.get(str(q["id"]), []):
                if level == "file":
                    if path in seen:
                        continue
                    seen.add(path)
                    hit = float(path in q["relevant"])
                else:
                    hit = max(shown_share(spans[t], path, a, b) for t in q["relevant"])
                rows.append(values)
                gain.append(hit)
            yield name, rows, gain, len(q["relevant"]), name, 1.0


def span_questions(program, spans):
    for name in sorted(os.listdir(spans)):
        folder = os.path.join(spans, name)
        if not os.path.exists(os.path.join(folder, "queries.jsonl")):
            continue
        queries = jsonl(os.path.join(folder, "queries.jsonl"))
        got = program.ask(os.path.join(folder, "tree"), [(str(q["id"]), q["text"]) for q in queries], "passage")
        for q in queries:
            path, lines = q["relevant"][0].rsplit("#", 1)
            first, last = (int(x[1:]) for x in lines.split("-"))
            rows, gain, stands_for = [], [], 1.0
            for p, a, b, values in got.get(str(q["id"]), []):
                both = min(b, last) - max(a, first) + 1 if p == path else 0
                if p == path:
                    stands_for = min(math.exp(5 * values.get("ndefs", 0)) - 1, STANDS_FOR)
                rows.append(values)
                gain.append(both / (max(b, last) - min(a, first) + 1) if both > 0 else 0.0)
            yield name, rows, gain, 1, name, stands_for


# ---------------------------------------------------------------- fitting
class Questions:
    """All questions as one matrix; `start` tells where each begins."""

    def __init__(self, items, names):
        index = {n: i for i, n in enumerate(names)}
        self.groups, self.views, self.n_targets, sizes, rows, gains = [], [], [], [], [], []
        self.weight = np.array([weight for *_, weight in items])
        for group, values, gain, n, view, _ in items:
            self.groups.append(group)
            self.views.append(view)
            self.n_targets.append(n)
            sizes.append(len(values))
            for v in values:
                row = np.zeros(len(names))
                for k, x in v.items():
                    if k in index:
                        row[index[k]] = x
                rows.append(row)
            gains += gain
        self.x = np.array(rows) if rows else np.zeros((0, len(names)))
        self.gain = np.array(gains)
        self.start = np.concatenate([[0], np.cumsum(sizes)]).astype(int)
        self.of = np.repeat(np.arange(len(sizes)), sizes)
        self.groups, self.views = np.array(self.groups), np.array(self.views)

    def ndcgs(self, w, which):
        """NDCG@10 of each question in WHICH."""
        score, out = self.x @ w, np.zeros(len(which))
        for k, i in enumerate(which):
            a, b = self.start[i], self.start[i + 1]
            g = self.gain[a:b][np.argsort(-score[a:b], kind="stable")][:10] > 0
            g = g & (np.cumsum(g) <= self.n_targets[i])  # a target is found once
            ideal = sum(1 / math.log2(r + 2) for r in range(min(10, self.n_targets[i])))
            out[k] = min(1.0, sum(x / math.log2(r + 2) for r, x in enumerate(g)) / ideal)
        return out


def fit(q, which, names, free, l2=0.01, steps=400):
    keep = np.isin(q.of, which)
    totals = np.bincount(q.of, weights=q.gain, minlength=len(q.groups))
    keep &= totals[q.of] > 0
    x, of, gain = q.x[keep], q.of[keep], q.gain[keep]
    if not len(x):
        return np.zeros(len(names))
    target = gain / totals[of]
    sd = x.std(axis=0)
    use = (sd > 1e-9) & free
    sd = np.where(sd > 1e-9, sd, 1)
    z = x / sd
    ids, inv = np.unique(of, return_inverse=True)
    weight = (q.weight[ids] / q.weight[ids].mean())[inv]
    sign = np.array([0 if n in FREE else -1 if n in NEGATIVE else 1 for n in names])
    w = np.where(sign < 0, -0.1, 0.1) * use
    most = np.array([MOST.get(n, np.inf) for n in names]) * sd
    m = v = np.zeros(len(names))
    for step in range(1, steps + 1):
        s = z @ w
        top = np.full(len(ids), -np.inf)
        np.maximum.at(top, inv, s)
        e = np.exp(s - top[inv])
        p = e / np.bincount(inv, weights=e)[inv]
        g = z.T @ ((p - target) * weight) / len(ids) + l2 * w
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g * g
        w = w - 0.05 * (m / (1 - 0.9 ** step)) / (np.sqrt(v / (1 - 0.999 ** step)) + 1e-8)
        w = np.where((sign > 0) & (w < 0) | (sign < 0) & (w > 0), 0, np.minimum(w, most)) * use
    return w / sd


def cross_validate(q, names, free, l2):
    """NDCG@10 of every question, by weights that did not see its group."""
    groups = sorted(set(q.groups))
    folds = 5 if len(groups) > 9 else len(groups)
    fold = np.array([groups.index(g) % folds for g in q.groups])
    out = np.zeros(len(q.groups))
    for f in range(folds):
        test = np.where(fold == f)[0]
        out[test] = q.ndcgs(fit(q, np.where(fold != f)[0], names, free, l2), test)
    return out


def kept(model):
    return KEPT | (KEPT_OF_CODE if model == "code" else set())


def write_column(model, kind, column, weights):
    text = open(TABLE, encoding="utf-8").read()
    for e, n in feature_names(kind):
        if n in kept(model):
            continue
        value = weights[n]
        value = max(value, LEAST.get(model, {}).get(n, value))
        value = FIXED.get(n, value)
        def renew(match):
            cells = [c.strip() for c in match.group(2).split(",")]
            cells[column] = "%.3g" % value if abs(value) > 5e-4 else "0"
            return "%s{%s}" % (match.group(1), ", ".join(cells))
        text = re.sub(r"(\[%s\] = )\{([^}]*)\}" % e, renew, text)
    open(TABLE, "w", encoding="utf-8").write(text)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    ap.add_argument("program")
    for name in ("code", "whole", "spans", "notes", "retrieval", "cache"):
        ap.add_argument("--" + name)
    ap.add_argument("--model", action="append", choices=sorted(COLUMNS))
    ap.add_argument("--without", default="", help="features to leave out, by commas")
    ap.add_argument("--l2", type=float, default=0.01)
    ap.add_argument("--write", action="store_true")
    a = ap.parse_args()
    program = Program(a.program, a.cache)
    work = os.path.join(a.cache or program.home, "notes")
    for model in a.model or sorted(COLUMNS):
        names = [n for kind, _ in COLUMNS[model] for _, n in feature_names(kind)]
        items = []
        if model in ("text", "symbol"):
            items += list(code_questions(program, a.retrieval, a.code, False, model)) if a.code else []
            items += list(code_questions(program, a.retrieval, a.whole, True, model)) if a.whole else []
        elif model in ("note", "notefile"):
            items += list(note_questions(program, a.notes, work, model)) if a.notes else []
        elif a.spans:
            items += list(span_questions(program, a.spans))
        if not items:
            continue
        q = Questions(items, names)
        free = np.array([n not in FIXED and n not in kept(model) and n not in a.without.split(",")
                         for n in names])
        every = np.arange(len(q.groups))
        w = fit(q, every, names, free, a.l2)
        inside, across = q.ndcgs(w, every), cross_validate(q, names, free, a.l2)
        print("%-24s %5s %9s %9s %9s" % (model, "n", "reachable", "in sample", "crossval"))
        for view in ["all"] + sorted(set(q.views)):
            mine = every if view == "all" else np.where(q.views == view)[0]
            reach = np.mean([q.gain[q.start[i]:q.start[i + 1]].sum() > 0 for i in mine])
            print("    %-20s %5d %9.3f %9.4f %9.4f" % (view, len(mine), reach, inside[mine].mean(),
                                                      across[mine].mean()))
        print("    " + "  ".join("%s %.3g" % (n, x) for n, x in zip(names, w) if abs(x) > 5e-4))
        if model == "code":
            w = w.copy()
            w[names.index("span.lines")] -= 5 * LINE_COST
        if a.write:
            for kind, column in COLUMNS[model]:
                write_column(model, kind, column, dict(zip(names, w)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
