#!/usr/bin/env python3
"""outline.py TOOL LANGUAGE=DIR...: our outline against universal-ctags.

TOOL is build/release/tests/tools/outline (make tests VARIANT=release).  For each language the files
below DIR are outlined by both.  Recall: the share of ctags' functions, methods, types and macros for
which we have the same name on the same line.  Precision: the share of our definitions (values aside)
that ctags knows, of any kind, on that line.  End: of those that both have, the share with the same
last line.  -v prints what differs.
"""
import collections
import json
import os
import subprocess
import sys

# Extensions, ctags' language, and which of its kinds count.
LANGUAGES = {
    "c": ("c h", "C", "function struct union enum typedef macro"),
    "cpp": ("cc cpp hpp h", "C++", "function class struct union enum typedef macro namespace"),
    "csharp": ("cs", "C#", "class enum interface method namespace struct property"),
    "java": ("java", "Java", "class enum interface method annotation"),
    "kotlin": ("kt", "Kotlin", "class interface method object typealias"),
    "go": ("go", "Go", "func methodSpec struct interface type talias package"),
    "rust": ("rs", "Rust", "module struct interface implementation function typedef enum macro method"),
    "python": ("py", "Python", "class function member"),
    "ruby": ("rb", "Ruby", "class method module singletonMethod"),
    "php": ("php", "PHP", "class function interface trait namespace"),
    "javascript": ("js mjs cjs", "JavaScript", "function class method getter setter generator"),
    "typescript": ("ts tsx", "TypeScript", "function class method interface enum alias namespace generator"),
    "lua": ("lua", "Lua", "function"),
    "vim": ("vim", "Vim", "function command"),
    "shell": ("sh", "Sh", "function"),
    "elixir": ("ex exs", "Elixir", "module function macro protocol implementation delegate guard"),
    "perl": ("pm pl", "Perl", "subroutine package"),
}
MAX_FILES, MAX_BYTES = 400, 300_000


def files_below(folder, extensions):
    found = []
    for base, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if f not in (".git", "node_modules", "testdata"))
        for name in names:
            path = os.path.join(base, name)
            wanted = name.rsplit(".", 1)[-1] in extensions and ".min." not in name
            if wanted and not os.path.islink(path) and os.path.getsize(path) <= MAX_BYTES:
                found.append(path)
    found.sort()
    step = max(1, len(found) // MAX_FILES)
    return found[::step][:MAX_FILES]


def last_part(name):
    for sign in ("::", ".", ":", "\\", "#", "/"):
        name = name.rsplit(sign, 1)[-1]
    return name.strip("~!?='$`")


def by_ctags(files, language, kinds):
    command = ["ctags", "--output-format=json", "--fields=+neK", "--kinds-all=*",
               f"--language-force={language}", "-L", "-", "-f", "-"]
    out = subprocess.run(command, input="\n".join(files), capture_output=True, text=True,
                         errors="replace").stdout
    wanted, known = {}, set()
    for row in out.splitlines():
        try:
            tag = json.loads(row)
        except ValueError:
            continue
        if tag.get("_type") != "tag" or tag["name"].startswith(("__anon", "<")) or "line" not in tag:
            continue
        key = (tag["path"], tag["line"], last_part(tag["name"]))
        known.add(key)
        if tag.get("kind") in kinds and not ("anonymous" in tag["name"].lower()):
            wanted[key] = tag.get("end")
    return wanted, known


def by_us(tool, files):
    out = subprocess.run([tool], input="\n".join(files) + "\n", capture_output=True, text=True,
                         errors="replace").stdout
    ours = {}
    for row in out.split("\n"):
        cells = row.split("\t")
        if len(cells) == 6:
            ours[(cells[0], int(cells[4]), last_part(cells[2]))] = (cells[1], int(cells[5]))
    return ours


def compare(tool, name, folders, verbose):
    extensions, language, kinds = LANGUAGES[name]
    files = [f for folder in folders for f in files_below(folder, extensions.split())]
    wanted, known = by_ctags(files, language, set(kinds.split()))
    ours = by_us(tool, files)
    found = [k for k in wanted if k in ours]
    claimed = [k for k, v in ours.items() if v[0] != "V"]
    right = [k for k in claimed if k in known]
    ends = [k for k in found if wanted[k]]
    same = [k for k in ends if wanted[k] == ours[k][1]]
    part = lambda a, b: f"{len(a) / len(b):.3f}" if b else "  -  "
    print(f"{name:11} {len(files):5} {len(wanted):7} {part(found, wanted):>7} "
          f"{part(right, claimed):>9} {part(same, ends):>6} ({len(ends)})", flush=True)
    if verbose:
        for title, keys in (("missed", [k for k in wanted if k not in ours]),
                            ("invented", [k for k in claimed if k not in known]),
                            ("end", [k for k in ends if wanted[k] != ours[k][1]])):
            for k in sorted(keys)[::max(1, len(keys) // 40)]:
                line = open(k[0], errors="replace").read().split("\n")[k[1] - 1].strip()
                ends_at = f" ctags {wanted[k]} we {ours[k][1]}" if title == "end" else ""
                print(f"  {title} {k[0]}:{k[1]} {k[2]}{ends_at}: {line[:90]}")


def main():
    arguments = [a for a in sys.argv[1:] if a != "-v"]
    folders = collections.defaultdict(list)
    for argument in arguments[1:]:
        name, folder = argument.split("=", 1)
        folders[name].append(folder)
    if not folders or not set(folders) <= set(LANGUAGES):
        sys.exit(__doc__ + "\nLanguages: " + " ".join(LANGUAGES))
    print(f"{'language':11} {'files':>5} {'by ctags':>7} {'recall':>6} {'precision':>9} {'end':>6}")
    for name in folders:
        compare(arguments[0], name, folders[name], "-v" in sys.argv)


if __name__ == "__main__":
    main()
