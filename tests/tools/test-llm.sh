#!/bin/sh
# test-llm.sh: asks questions through a real llama.cpp server on 127.0.0.1 and looks at what comes:
# discovery, its window, its own token counts, its stream, a cancel, a prompt that it finds too long.
#
# The model is too small to answer well.  A grammar makes it write a sentence and a citation where
# the answer matters, so that everything between the question and the checked citation is exercised,
# with a real tokenizer, a real stream and real pauses.
set -eu
cd "$(dirname "$0")/../.."
. tests/tools/tally.sh

program=${OPENBOOK_BIN:-$PWD/build/openbook}
paths=$(tests/tools/llama.sh)
server=$(echo "$paths" | sed -n 's/^server=//p')
model=$(echo "$paths" | sed -n 's/^model=//p')

place=$(mktemp -d)
server_pid=
daemon_pid=
stop() { # PID: ends it and waits
    [ -n "$1" ] || return 0
    kill "$1" 2>/dev/null || :
    wait "$1" 2>/dev/null || :
}
finish() {
    stop "$daemon_pid"
    stop "$server_pid"
    rm -rf "$place"
}
trap finish EXIT
trap 'exit 130' INT TERM

# ---------------------------------------------------------------- a server
cat >"$place/cite.gbnf" <<'EOG'
root ::= " "? [^\n\[]{10,120} " [" [1-3] "]"
EOG
cat >"$place/plain.jinja" <<'EOJ'
{%- for m in messages -%}{{ m.content }}{{ '\n\n' }}{%- endfor -%}Answer:
EOJ
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')

fetch() { # PATH [CURL'S ARGUMENTS]
    path=$1
    shift
    curl -s -f --max-time 30 "$@" "http://127.0.0.1:$port$path"
}
start_server() { # WINDOW [ARGUMENTS]: in the place of the one before
    stop "$server_pid"
    window=$1
    shift
    # One thread: ggml's threads spin, and on a busy machine two are slower than one.
    "$server" -m "$model" --host 127.0.0.1 --port "$port" -c "$window" -t 1 -np 1 --no-warmup --no-ui \
        --metrics --alias gemma --chat-template-file "$place/plain.jinja" --temp 0 --seed 1 "$@" \
        >"$place/server.log" 2>&1 &
    server_pid=$!
    if fetch /health -o /dev/null --retry 60 --retry-delay 1 --retry-connrefused; then
        passes
    else
        tail -n 20 "$place/server.log" >&2
        fails "the server starts with a window of $window"
        tally
        exit 1
    fi
}
metric() { # NAME: a count since the server started
    fetch /metrics | sed -n "s/^llamacpp:$1 \([0-9]*\).*/\1/p"
}

# ---------------------------------------------------------------- projects and questions
mkdir -p "$place/home" "$place/config/openbook" "$place/run" "$place/notes" "$place/rules"
chmod 700 "$place/run"
export HOME="$place/home" XDG_CONFIG_HOME="$place/config" XDG_RUNTIME_DIR="$place/run"
export XDG_CACHE_HOME="$place/cache" XDG_STATE_HOME="$place/state"
export OLLAMA_HOST="127.0.0.1:$port" # where discovery looks first, whatever answers there
unset OPENBOOK_SOCKET http_proxy all_proxy
printf '# tmux\n\nThe prefix key is C-b by default. It is changed with set -g prefix C-a.\n' >"$place/notes/tmux.md"
printf '# 백업\n\n백업은 매일 새벽 세 시에 시작하고 열네 벌을 남긴다.\n' >"$place/notes/backup.md"
i=0
while [ $i -lt 40 ]; do # far more than fits into a small window
    {
        printf '# Retry rule %s 재시도 규칙\n\n' $i
        j=0
        while [ $j -lt 25 ]; do
            printf 'A failed request of kind %s-%s is retried after a pause of %s seconds.\n' $i $j $((i * 31 + j))
            printf '실패한 요청 %s-%s은 %s초 뒤에 다시 시도한다.\n' $i $j $((i * 17 + j))
            j=$((j + 1))
        done
    } >"$place/rules/retry-$i.md"
    i=$((i + 1))
done

configure() { # JSON of "llm", or nothing
    if [ -n "${1:-}" ]; then
        printf '{"llm": {"url": "http://127.0.0.1:%s/v1", %s}}\n' "$port" "$1" >"$place/config/openbook/config.json"
    else
        rm -f "$place/config/openbook/config.json"
    fi
}
ask() { # PROJECT QUESTION [ARGUMENTS]: sets $answer, $said (stderr) and $status
    root=$place/$1
    question=$2
    shift 2
    status=0
    answer=$(timeout 180 "$program" ask "$@" --root "$root" "$question" 2>"$place/said" </dev/null) || status=$?
    said=$(cat "$place/said")
}
answered() { # WHAT: the last ask ended well
    if [ "$status" -eq 0 ] && [ -n "$answer" ]; then passes; else fails "$1: status $status, $answer $said"; fi
}
says() { # WHAT PART: what was said on stderr
    case $said in *"$2"*) passes ;; *) fails "$1: said $said" ;; esac
}
silent() { # WHAT PART: what was not said
    case $said in *"$2"*) fails "$1: said $said" ;; *) passes ;; esac
}

# ---------------------------------------------------------------- an answer with its citation
start_server 8192 --grammar-file "$place/cite.gbnf"
configure '"model": "gemma", "max_tokens": 200'
for question in 'How do I change the prefix key in tmux?' '백업은 언제 시작하나요?'; do
    before=$(metric prompt_tokens_total)
    ask notes "$question" --no-daemon
    answered "$question"
    if [ "$(metric prompt_tokens_total)" -gt "$before" ]; then passes; else fails "$question: the model was not asked"; fi
    case $answer in *'['[1-3]']'*) passes ;; *) fails "$question: no citation in: $answer" ;; esac
done

# Without a configuration it is found by itself.
configure
before=$(metric prompt_tokens_total)
ask notes 'How do I change the prefix key in tmux?' --no-daemon
answered 'discovery'
if [ "$(metric prompt_tokens_total)" -gt "$before" ]; then passes; else fails 'discovery: the model was not asked'; fi
case $("$program" doctor 2>&1 || :) in *"127.0.0.1:$port"*) passes ;; *) fails 'doctor does not name the server' ;; esac

# ---------------------------------------------------------------- its window, by its own count
# The daemon asks: nobody told it the window, and the prompt that it packs fills it without overrun.
start_server 2048 --grammar-file "$place/cite.gbnf"
"$program" serve --log debug 2>"$place/daemon.log" &
daemon_pid=$!
"$program" index --root "$place/rules" >/dev/null 2>&1 || :
for question in 'After which pause is a failed request retried?' '실패한 요청의 재시도 규칙은 무엇인가요?'; do
    before=$(metric prompt_tokens_total)
    ask rules "$question"
    answered "$question"
    silent "$question" 'too long'
    read_tokens=$(($(metric prompt_tokens_total) - before))
    if [ "$read_tokens" -le 1434 ] && [ "$read_tokens" -ge 800 ]; then
        passes
    else
        fails "$question: the model read $read_tokens of 2048 tokens"
    fi
done

# ---------------------------------------------------------------- a stream, and a cancel
# Without a grammar the model rambles on until its window is full; the first words come before that,
# and an asker that ends frees the slot.
start_server 2048
for how in --no-daemon --root=daemon; do
    mkfifo "$place/stream"
    if [ $how = --no-daemon ]; then set -- --no-daemon; else set --; fi
    "$program" ask "$@" --root "$place/notes" 'How do I change the prefix key in tmux?' \
        >"$place/stream" 2>"$place/said" </dev/null &
    asker=$!
    exec 5<"$place/stream"
    first=$(dd bs=1 count=12 <&5 2>/dev/null) # blocks until so much was streamed
    case $(fetch /slots) in
    *'"is_processing":true'*) passes ;;
    *) fails "$how: \"$first\" came when the model had ended" ;;
    esac
    kill "$asker"
    wait "$asker" 2>/dev/null || :
    exec 5<&-
    rm -f "$place/stream"
    # 503 while no slot is free
    if fetch '/slots?fail_on_no_slot=1' -o /dev/null --retry 20 --retry-delay 1; then
        passes
    else
        fails "$how: the model goes on after the cancel"
    fi
done
if grep -q 'cancel task' "$place/server.log"; then passes; else fails 'the server saw no cancel'; fi

# ---------------------------------------------------------------- a prompt that is too long
start_server 2048 --grammar-file "$place/cite.gbnf"
configure '"model": "gemma", "window_tokens": 100000'
ask rules 'After which pause is a failed request retried?' --no-daemon
answered 'a window that is told too large'
says 'a window that is told too large' 'asked again with'

start_server 128 --grammar-file "$place/cite.gbnf"
ask rules 'After which pause is a failed request retried?' --no-daemon
if [ "$status" -eq 3 ]; then passes; else fails "a window for nothing: status $status, $answer $said"; fi
says 'a window for nothing' 'its window holds'

# ---------------------------------------------------------------- a server that goes away
stop "$server_pid"
server_pid=
ask notes 'How do I change the prefix key in tmux?' --no-daemon
case $status:$answer in
0:*'prefix C-a'*) passes ;;
*) fails "without its server: status $status, $answer $said" ;;
esac
says 'without its server' 'is the model server running?'
tally
