#!/bin/sh
# test-llm.sh: asks a question through a real llama.cpp server on 127.0.0.1 and looks at what comes.
#
# The model is too small to answer well.  A grammar makes it write a sentence and a citation, so
# that everything between the question and the checked citation is exercised, with a real tokenizer,
# a real stream and real pauses.
set -eu
cd "$(dirname "$0")/../.."
. tests/tools/tally.sh

program=${OPENBOOK_BIN:-$PWD/build/openbook}
paths=$(tests/tools/llama.sh)
server=$(echo "$paths" | sed -n 's/^server=//p')
model=$(echo "$paths" | sed -n 's/^model=//p')

place=$(mktemp -d)
server_pid=
stop() {
    [ -z "$server_pid" ] || kill "$server_pid" 2>/dev/null || :
    rm -rf "$place"
}
trap stop EXIT
trap 'exit 130' INT TERM

# ---------------------------------------------------------------- a server
cat >"$place/cite.gbnf" <<'EOG'
root ::= " "? [^\n\[]{10,120} " [" [1-3] "]"
EOG
cat >"$place/plain.jinja" <<'EOJ'
{%- for m in messages -%}{{ m.content }}{{ '\n\n' }}{%- endfor -%}Answer:
EOJ
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
# One thread: ggml's threads spin, and on a busy machine two are slower than one.
"$server" -m "$model" --host 127.0.0.1 --port "$port" -c 8192 -t 1 -np 1 --no-warmup --no-ui --metrics --alias gemma \
    --grammar-file "$place/cite.gbnf" --chat-template-file "$place/plain.jinja" --temp 0 --seed 1 \
    >"$place/server.log" 2>&1 &
server_pid=$!
if curl -s -f -o /dev/null --retry 60 --retry-delay 1 --retry-connrefused --max-time 5 "http://127.0.0.1:$port/health"; then
    passes 'the server starts'
else
    tail -n 20 "$place/server.log" >&2
    fails 'the server starts'
    tally
    exit 1
fi

# ---------------------------------------------------------------- a project and a question
mkdir -p "$place/home" "$place/config/openbook" "$place/run" "$place/notes"
chmod 700 "$place/run"
export HOME="$place/home" XDG_CONFIG_HOME="$place/config" XDG_RUNTIME_DIR="$place/run"
export XDG_CACHE_HOME="$place/cache" XDG_STATE_HOME="$place/state"
unset OPENBOOK_SOCKET
printf '{"llm": {"url": "http://127.0.0.1:%s/v1", "model": "gemma", "window_tokens": 8192, "max_tokens": 200}}\n' \
    "$port" >"$place/config/openbook/config.json"
printf '# tmux\n\nThe prefix key is C-b by default. It is changed with set -g prefix C-a.\n' >"$place/notes/tmux.md"
printf '# 백업\n\n백업은 매일 새벽 세 시에 시작하고 열네 벌을 남긴다.\n' >"$place/notes/backup.md"

ask() { # QUESTION: sets $answer and $status
    status=0
    answer=$(timeout 180 "$program" ask --no-daemon --root "$place/notes" "$1" 2>&1 </dev/null) || status=$?
}
tokens_read() { # by the model, since it started
    curl -s -f --max-time 10 "http://127.0.0.1:$port/metrics" | sed -n 's/^llamacpp:prompt_tokens_total \([0-9]*\).*/\1/p'
}

for question in 'How do I change the prefix key in tmux?' '백업은 언제 시작하나요?'; do
    before=$(tokens_read)
    ask "$question"
    if [ "$status" -eq 0 ]; then passes; else fails "$question: status $status, $answer"; fi
    if [ "$(tokens_read)" -gt "$before" ]; then passes; else fails "$question: the model was not asked: $answer"; fi
    case $answer in *'['[1-3]']'*) passes ;; *) fails "$question: no citation in: $answer" ;; esac
done

# ---------------------------------------------------------------- a server that goes away
kill "$server_pid"
wait "$server_pid" 2>/dev/null || :
server_pid=
ask 'How do I change the prefix key in tmux?'
case $status:$answer in
*'prefix C-a'*) passes ;; # the passage itself, or the refusal with what was found
*) fails "without its server: status $status, $answer" ;;
esac
tally
