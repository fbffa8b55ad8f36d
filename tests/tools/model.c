/* model: a scripted model server for tests.
 *
 *     model [--log FILE] [--deadline SECONDS] [--stay] [-e LINE]... [SCRIPT]
 *
 * Listens on 127.0.0.1 at a port of the system's choice and prints the port as the first line on
 * stdout.  Ends when its stdin is closed (with --stay: does not look at stdin) or after SECONDS
 * (120).  A shell gives background jobs an empty stdin: use --stay there and kill it.
 *
 * Nothing happens by the clock.  A test holds an answer with `gate`, waits for the line "gate 1" on
 * stdout, looks at what the client shows, and lets it go on by writing "next" to stdin.
 *
 * SCRIPT is a file of lines; -e gives lines too; what comes on stdin are lines as well, so that
 * replies can be added while it runs.  "# ..." is a comment.
 *
 * The server (any time):
 *     server KIND         whose standing answers it gives: llama.cpp (at first), ollama, lmstudio,
 *                         vllm, openai, or web (a page of HTML on every path)
 *     model NAME [HOST]   one more model; HOST: it answers from there (Ollama's cloud models)
 *     window TOKENS       told as the context window; prompts over it are refused as llama.cpp does
 *     token BYTES         of text count as one token (4)
 *     key KEY             requests without "Authorization: Bearer KEY" get a 401; "": none
 *     loading on|off      chat, health and props answer 503 "Loading model"
 *     next [N]            lets the next gate, or N gates, go on (also before they are reached)
 *
 * Replies.  Each chat request (POST .../chat/completions) takes the next reply; the last one stays.
 *     reply [PATH]        begins a reply, to requests for PATH ("/v1/models") instead of chats
 *     times N             it serves N requests before the next one has its turn (1)
 *     status N, type MEDIA/TYPE, header NAME: VALUE   (status 0: no head, the body is all bytes)
 *     framing chunked|length|close   how the end of the body is told (streams are chunked)
 *     wire BYTES          the body goes out in writes, and chunks, of so many bytes, cut anywhere
 *     drip MS             the head goes out one byte every so many milliseconds
 *     piece CHARACTERS    of text in one event (4)
 *     cut BYTES           instead: so many bytes, cutting characters
 *     line-end lf|crlf|cr of events
 *     finish REASON|none  finish_reason of the last chunk (stop)
 *     usage PROMPT ANSWER|none   token counts of the chunk with empty choices (counted)
 *     done none           without [DONE]
 *     error KIND          a refusal as servers word it: unauthorized, forbidden, credit,
 *                         model-not-found, too-long PROMPT WINDOW, rate [RETRY_AFTER], quota,
 *                         server, overloaded, loading
 *     redirect STATUS URL
 * and its body, in order:
 *     text TEXT           streamed as chat events; the first and last events are added by us
 *     think TEXT          the same as reasoning_content
 *     text-file PATH
 *     event DATA          one event with DATA as it stands
 *     comment TEXT        an SSE comment
 *     raw BYTES           bytes of the body
 *     body TEXT           the body as it stands (for replies that are no stream)
 *     fill N              N times the letter a
 *     gate                waits for `next`
 *     close, reset        ends the connection here, with FIN or RST
 * TEXT and BYTES know \n \r \t \\ \xHH.  A reply without a body has none; without any reply the
 * chat answers "Scripted answer [1]."
 *
 * stdout, a line each: "request N METHOD PATH", "gate N", "replied N", "abandoned N" (the client
 * closed before the reply was whole); N counts each kind from 1.
 * --log FILE: one JSON object a line, before the reply begins: {n, connection, method, path,
 * version, headers: {lower-case name: value}, body}.
 *
 * For clients without a pipe to it (127.0.0.1 only, never logged or counted):
 *     POST /control/next[/N]        as the line `next`
 *     POST /control/script          its body is lines
 *     GET /control/wait/KIND/N      answers when so many of KIND (request, gate, ...) have been */
#include <errno.h>
#include <strings.h>
#include <unistd.h>

#include <getopt.h>
#include <uv.h>

#include "model_script.h"
#include "model_standing.h"

enum { EVENT_REQUEST, EVENT_GATE, EVENT_REPLIED, EVENT_ABANDONED, EVENTS };
static const char *const event_names[EVENTS] = {"request", "gate", "replied", "abandoned"};

struct client {
    uv_tcp_t tcp;
    uv_timer_t drip;
    uv_write_t write;
    struct client *next;
    unsigned number, open_handles;
    struct ob_buf in;
    char *path; /* of the request */
    bool busy, writing, closing, control;
    bool keep_alive, chunked, at_gate, chat;
    unsigned drip_ms;
    size_t head_len, wire_bytes; /* bytes of the head left to drip; a write's ceiling */
    struct rendered out;         /* head and body */
    size_t segment, offset;      /* of what is written next */
    struct ob_buf chunk;         /* being written */
    int wait_event;              /* of a /control/wait; -1: none */
    unsigned wait_count;
};

static uv_loop_t *loop;
static struct script script;
static struct client *clients;
static unsigned counts[EVENTS], connections;
static FILE *log_file;
static struct ob_buf stdin_line;

static void pump(struct client *c);
static void answer_waiting(void);

/* ------------------------------------------------------------ events */
static void tell(int event, const char *more)
{
    printf("%s %u%s%s\n", event_names[event], ++counts[event], *more ? " " : "", more);
    (void)fflush(stdout); /* who does not read them does not miss them */
    answer_waiting();
}

/* ------------------------------------------------------------ connections */
static void on_client_closed(uv_handle_t *handle)
{
    struct client *c = handle->data;
    if (--c->open_handles > 0)
        return;
    rendered_release(&c->out);
    ob_buf_release(&c->in);
    ob_buf_release(&c->chunk);
    ob_free(c->path);
    ob_free(c);
}

static void client_close(struct client *c, bool reset)
{
    if (c->closing)
        return;
    c->closing = true;
    for (struct client **link = &clients; *link; link = &(*link)->next)
        if (*link == c) {
            *link = c->next;
            break;
        }
    uv_close((uv_handle_t *)&c->drip, on_client_closed);
    if (!reset || uv_tcp_close_reset(&c->tcp, on_client_closed) != 0)
        uv_close((uv_handle_t *)&c->tcp, on_client_closed);
}

static void next_request(struct client *c);

static void reply_over(struct client *c)
{
    bool keep = c->keep_alive, counted = !c->control;
    rendered_release(&c->out);
    c->busy = false;
    if (!keep)
        client_close(c, false);
    if (counted)
        tell(EVENT_REPLIED, "");
    if (keep)
        next_request(c);
}

static void on_drip(uv_timer_t *timer)
{
    pump(timer->data);
}

static void on_written(uv_write_t *write, int status)
{
    struct client *c = write->data;
    c->writing = false;
    if (status != 0 || c->closing)
        return;
    if (c->head_len && c->drip_ms)
        uv_timer_start(&c->drip, on_drip, c->drip_ms, 0);
    else
        pump(c);
}

static void write_chunk(struct client *c)
{
    uv_buf_t buf = uv_buf_init(c->chunk.data, (unsigned)c->chunk.len);
    c->write.data = c;
    c->writing = true;
    if (uv_write(&c->write, (uv_stream_t *)&c->tcp, &buf, 1, on_written) != 0)
        client_close(c, false);
}

/* Writes the LEN next bytes of segment S, as a chunk of their own behind the head. */
static void write_some(struct client *c, const struct segment *s, size_t len)
{
    bool chunk = c->chunked && c->head_len == 0;
    ob_buf_clear(&c->chunk);
    if (chunk)
        must(ob_buf_appendf(&c->chunk, "%zx\r\n", len));
    must(ob_buf_append(&c->chunk, s->bytes.data + c->offset, len));
    if (chunk)
        must(ob_buf_append_str(&c->chunk, "\r\n"));
    c->offset += len;
    if (c->head_len)
        c->head_len -= len;
    write_chunk(c);
}

static void write_segment(struct client *c, const struct segment *s)
{
    size_t left = s->bytes.len - c->offset;
    size_t most = c->head_len ? (c->drip_ms ? 1 : c->head_len) : c->wire_bytes;
    write_some(c, s, most && most < left ? most : left);
}

static void write_last_chunk(struct client *c)
{
    c->chunked = false;
    ob_buf_clear(&c->chunk);
    must(ob_buf_append_str(&c->chunk, "0\r\n\r\n"));
    write_chunk(c);
}

/* True when the gate is open and was used up. */
static bool pass_gate(struct client *c)
{
    if (!c->at_gate) {
        c->at_gate = true;
        tell(EVENT_GATE, "");
    }
    if (script.gates_open == 0)
        return false;
    script.gates_open--;
    c->at_gate = false;
    return true;
}

/* Goes on with the reply as far as it can without waiting. */
static void pump(struct client *c)
{
    while (c->busy && !c->writing && !c->closing && !uv_is_active((uv_handle_t *)&c->drip)) {
        const struct segment *s = c->segment < c->out.len ? &c->out.list[c->segment] : NULL;
        if (!s && c->chunked) {
            write_last_chunk(c);
        } else if (!s) {
            reply_over(c);
        } else if (s->kind == SEGMENT_BYTES && c->offset < s->bytes.len) {
            write_segment(c, s);
        } else if (s->kind == SEGMENT_CLOSE || s->kind == SEGMENT_RESET) {
            client_close(c, s->kind == SEGMENT_RESET);
        } else if (s->kind == SEGMENT_GATE && !pass_gate(c)) {
            return;
        } else {
            c->segment++;
            c->offset = 0;
        }
    }
}

static void pump_all(void)
{
    for (struct client *c = clients, *next; c; c = next) {
        next = c->next;
        pump(c);
    }
}

/* ------------------------------------------------------------ starting a reply */
struct head {
    int status;
    const char *type, *headers;
    enum framing framing;
};

static size_t body_len(const struct rendered *body)
{
    size_t len = 0;
    for (size_t i = 0; i < body->len; i++)
        len += body->list[i].bytes.len;
    return len;
}

/* Sends BODY, which is taken. */
static void start_reply(struct client *c, const struct head *h, struct rendered *body)
{
    struct ob_buf text;
    ob_buf_init(&text, BYTES_MAX);
    if (h->status)
        must(ob_buf_appendf(&text, "HTTP/1.1 %d Scripted\r\n", h->status));
    if (h->status && h->type)
        must(ob_buf_appendf(&text, "Content-Type: %s\r\n", h->type));
    if (h->status)
        must(ob_buf_append_str(&text, h->headers));
    c->chunked = h->status && h->framing == FRAMING_CHUNKED;
    c->keep_alive = h->status && h->framing != FRAMING_CLOSE;
    if (!h->status)
        ; /* the body is all there is */
    else if (c->chunked)
        must(ob_buf_append_str(&text, "Transfer-Encoding: chunked\r\n\r\n"));
    else if (c->keep_alive)
        must(ob_buf_appendf(&text, "Content-Length: %zu\r\n\r\n", body_len(body)));
    else
        must(ob_buf_append_str(&text, "Connection: close\r\n\r\n"));
    c->out = (struct rendered){0};
    must(ob_buf_append(bytes_of(&c->out), ob_buf_str(&text), text.len));
    c->head_len = text.len;
    for (size_t i = 0; i < body->len; i++) {
        OB_GROW(c->out.list, c->out.len, c->out.cap);
        c->out.list[c->out.len++] = body->list[i];
    }
    ob_free(body->list);
    *body = (struct rendered){0};
    c->segment = c->offset = 0;
    ob_buf_release(&text);
}

static void reply_json(struct client *c, int status, const char *json)
{
    struct rendered body = {0};
    struct head h = {status, "application/json; charset=utf-8", "", FRAMING_LENGTH};
    must(ob_buf_append_str(bytes_of(&body), json));
    start_reply(c, &h, &body);
    pump(c);
}

static void reply_error(struct client *c, const char *kind, size_t a, size_t b)
{
    char first[32], second[32];
    struct ob_buf body;
    const struct error_kind *k = error_kind(kind, strlen(kind));
    ob_buf_init(&body, BYTES_MAX);
    snprintf(first, sizeof first, "%zu", a);
    snprintf(second, sizeof second, "%zu", b);
    fill_in(&body, k->body, first, second);
    reply_json(c, k->status, ob_buf_str(&body));
    ob_buf_release(&body);
}

/* The next reply for PATH (NULL: a chat), or NULL. */
static struct reply *take_reply(const char *path)
{
    struct reply *last = NULL;
    for (struct reply *r = script.replies; r; r = r->next) {
        if (path ? !r->path || strcmp(r->path, path) != 0 : r->path != NULL)
            continue;
        last = r;
        if (r->used < r->times)
            break;
    }
    if (last)
        last->used++;
    return last;
}

static void send_reply(struct client *c, const struct reply *r, size_t prompt_tokens)
{
    struct rendered body = {0};
    bool stream = is_chat_stream(r) || has_step(r, "event") || has_step(r, "gate");
    struct head h = {r->status, r->type, ob_buf_str(&r->headers), r->framing};
    if (!h.type)
        h.type = stream ? "text/event-stream" : "application/json";
    if (h.framing == FRAMING_AUTO)
        h.framing = stream ? FRAMING_CHUNKED : FRAMING_LENGTH;
    render(&body, r, prompt_tokens);
    start_reply(c, &h, &body);
    c->wire_bytes = r->wire_bytes;
    c->drip_ms = r->drip_ms;
    pump(c);
}

/* ------------------------------------------------------------ standing answers */
static bool reply_standing(struct client *c, const char *path, const char *body)
{
    bool processing = false;
    for (struct client *other = clients; other; other = other->next)
        processing |= other->busy && other->chat;
    cJSON *tree = standing_answer(&script, path, body, processing);
    if (!tree)
        return false;
    char *text = cJSON_PrintUnformatted(tree);
    reply_json(c, 200, text);
    cJSON_free(text);
    cJSON_Delete(tree);
    return true;
}

static void reply_page(struct client *c)
{
    struct rendered body = {0};
    struct head h = {200, "text/html", "", FRAMING_LENGTH};
    must(ob_buf_append_str(bytes_of(&body), "<!doctype html><title>My application</title>"));
    start_reply(c, &h, &body);
    pump(c);
}

/* ------------------------------------------------------------ requests */
static bool is_chat_path(const char *path)
{
    size_t n = strlen(path), m = strlen("/chat/completions");
    return n >= m && strcmp(path + n - m, "/chat/completions") == 0;
}

static bool has_key(const char *head)
{
    char line[300];
    if (!script.key)
        return true;
    snprintf(line, sizeof line, "\r\nAuthorization: Bearer %s\r\n", script.key);
    return strstr(head, line) != NULL;
}

static void answer_chat(struct client *c, const char *body)
{
    static struct reply *standing;
    size_t tokens = count_prompt(&script, body);
    if (script.window && tokens > script.window) {
        reply_error(c, "too-long", tokens, script.window);
        return;
    }
    struct reply *r = take_reply(NULL);
    if (!r && !standing) {
        struct script other;
        script_init(&other);
        standing = reply_begin(&other, "");
        add_step(standing, "text", "Scripted answer [1].");
        ob_free(other.server);
    }
    send_reply(c, r ? r : standing, tokens);
}

static void answer(struct client *c, const char *head, const char *body)
{
    const char *path = c->path;
    bool chat = c->chat = is_chat_path(path);
    struct reply *r = chat ? NULL : take_reply(path);
    bool loads = chat || strcmp(path, "/health") == 0 || strcmp(path, "/props") == 0;
    if (is_kind(&script, "web"))
        reply_page(c);
    else if (strcmp(path, "/health") != 0 && !has_key(head))
        reply_error(c, "unauthorized", 0, 0);
    else if (script.loading && loads)
        reply_error(c, "loading", 0, 0);
    else if (chat)
        answer_chat(c, body);
    else if (r)
        send_reply(c, r, 0);
    else if (!reply_standing(c, path, body))
        reply_json(c, 404,
                   "{\"error\":{\"message\":\"File Not Found\",\"type\":\"not_found_error\","
                   "\"code\":404}}");
}

static void feed_lines(const char *text)
{
    while (*text) {
        size_t len = strcspn(text, "\n");
        char *line = ob_strndup(text, len && text[len - 1] == '\r' ? len - 1 : len);
        script_line(&script, line);
        ob_free(line);
        text += len + (text[len] == '\n');
    }
    pump_all();
}

static void answer_waiting(void)
{
    for (struct client *c = clients, *next; c; c = next) {
        next = c->next;
        if (c->wait_event < 0 || counts[c->wait_event] < c->wait_count)
            continue;
        c->wait_event = -1;
        reply_json(c, 200, "{}");
    }
}

/* /control/...: PATH behind it. */
static void control(struct client *c, const char *path, const char *body)
{
    if (strncmp(path, "wait/", 5) == 0) {
        const char *slash = strchr(path + 5, '/');
        for (int i = 0; slash && i < EVENTS; i++)
            if (strncmp(path + 5, event_names[i], (size_t)(slash - path) - 5) == 0)
                c->wait_event = i;
        c->wait_count = slash ? (unsigned)number(slash + 1) : 0;
        answer_waiting();
        return;
    }
    reply_json(c, 200, "{}");
    if (strncmp(path, "next", 4) == 0) {
        script.gates_open += path[4] == '/' ? (unsigned)number(path + 5) : 1;
        pump_all();
    } else if (strcmp(path, "script") == 0) {
        feed_lines(body);
    }
}

static void add_headers(cJSON *to, const char *head)
{
    for (const char *line = strstr(head, "\r\n"); line && line[2];
         line = strstr(line + 2, "\r\n")) {
        char name[128];
        const char *start = line + 2, *end = strstr(start, "\r\n");
        size_t colon = strcspn(start, ":\r");
        if (start[colon] != ':' || colon >= sizeof name || !end)
            continue;
        for (size_t i = 0; i < colon; i++)
            name[i] = (char)(start[i] >= 'A' && start[i] <= 'Z' ? start[i] | 0x20 : start[i]);
        name[colon] = '\0';
        const char *value = start + colon + 1 + strspn(start + colon + 1, " ");
        char *copy = ob_strndup(value, (size_t)(end - value));
        cJSON_AddStringToObject(to, name, copy);
        ob_free(copy);
    }
}

static void record(const struct client *c, const char *method, const char *head, const char *body)
{
    char version[16] = "";
    if (!log_file)
        return;
    cJSON *entry = cJSON_CreateObject();
    cJSON_AddNumberToObject(entry, "n", counts[EVENT_REQUEST] + 1);
    cJSON_AddNumberToObject(entry, "connection", c->number);
    cJSON_AddStringToObject(entry, "method", method);
    cJSON_AddStringToObject(entry, "path", c->path);
    (void)sscanf(head, "%*s %*s %15s", version);
    cJSON_AddStringToObject(entry, "version", version);
    add_headers(cJSON_AddObjectToObject(entry, "headers"), head);
    cJSON_AddStringToObject(entry, "body", body);
    char *text = cJSON_PrintUnformatted(entry);
    fprintf(log_file, "%s\n", text);
    (void)fflush(log_file);
    cJSON_free(text);
    cJSON_Delete(entry);
}

/* Takes one whole request out of C's input, when there is one. */
static void next_request(struct client *c)
{
    const char *head = ob_buf_str(&c->in), *end = strstr(head, "\r\n\r\n");
    if (c->busy || c->closing || !end)
        return;
    size_t head_len = (size_t)(end - head) + 4, len = 0;
    for (const char *line = head; line && line < end;
         line = strstr(line, "\r\n"), line += line ? 2 : 0)
        if (strncasecmp(line, "content-length:", 15) == 0)
            len = number(line + 15);
    if (c->in.len < head_len + len)
        return;
    char *copy = ob_strndup(head, head_len), *body = ob_strndup(head + head_len, len);
    char method[16] = "", path[2048] = "", more[2100];
    (void)sscanf(copy, "%15s %2047s", method, path);
    ob_buf_consume(&c->in, head_len + len);
    ob_free(c->path);
    c->path = ob_strdup(path);
    c->busy = true;
    c->chat = false;
    c->wire_bytes = c->drip_ms = 0;
    c->control = strncmp(path, "/control/", 9) == 0;
    if (c->control) {
        control(c, path + 9, body);
    } else {
        record(c, method, copy, body);
        snprintf(more, sizeof more, "%s %s", method, path);
        tell(EVENT_REQUEST, more);
        answer(c, copy, body);
    }
    ob_free(copy);
    ob_free(body);
}

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
    static char room[65536];
    (void)handle;
    (void)size;
    *buf = uv_buf_init(room, sizeof room);
}

static void on_client_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct client *c = stream->data;
    if (n > 0) {
        must(ob_buf_append(&c->in, buf->base, (size_t)n));
        next_request(c);
    } else if (n < 0) {
        bool abandoned = c->busy && !c->control;
        client_close(c, false);
        if (abandoned)
            tell(EVENT_ABANDONED, "");
    }
}

static void on_connection(uv_stream_t *listener, int status)
{
    if (status < 0)
        return;
    struct client *c = ob_alloc(sizeof *c);
    c->number = ++connections;
    c->wait_event = -1;
    ob_buf_init(&c->in, BYTES_MAX);
    ob_buf_init(&c->chunk, BYTES_MAX);
    (void)uv_tcp_init(loop, &c->tcp);
    (void)uv_timer_init(loop, &c->drip);
    c->open_handles = 2;
    c->tcp.data = c->drip.data = c;
    c->next = clients;
    clients = c;
    if (uv_accept(listener, (uv_stream_t *)&c->tcp) != 0 ||
        uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_client_read) != 0) {
        client_close(c, false);
        return;
    }
    (void)uv_tcp_nodelay(&c->tcp, 1);
}

/* ------------------------------------------------------------ the program */
static void on_stdin(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    (void)stream;
    if (n < 0)
        exit(0);
    must(ob_buf_append(&stdin_line, buf->base, (size_t)n));
    char *end = stdin_line.len ? memrchr(stdin_line.data, '\n', stdin_line.len) : NULL;
    if (!end)
        return;
    size_t len = (size_t)(end - stdin_line.data) + 1;
    char *lines = ob_strndup(stdin_line.data, len);
    ob_buf_consume(&stdin_line, len);
    feed_lines(lines);
    ob_free(lines);
}

static void on_deadline(uv_timer_t *timer)
{
    (void)timer;
    fputs("model: its deadline is over\n", stderr);
    exit(1);
}

static void read_script(const char *path)
{
    struct ob_buf text;
    ob_buf_init(&text, BYTES_MAX);
    read_text_file(&text, path);
    feed_lines(ob_buf_str(&text));
    ob_buf_release(&text);
}

/* Returns whether stdin is to be watched. */
static bool read_arguments(int argc, char **argv, unsigned *deadline_s)
{
    static const struct option options[] = {{"log", required_argument, NULL, 'l'},
                                            {"deadline", required_argument, NULL, 'd'},
                                            {"stay", no_argument, NULL, 's'},
                                            {NULL, 0, NULL, 0}};
    bool watch = true;
    int c;
    while ((c = getopt_long(argc, argv, "e:", options, NULL)) != -1) {
        if (c == 'e')
            feed_lines(optarg);
        else if (c == 'd')
            *deadline_s = (unsigned)number(optarg);
        else if (c == 's')
            watch = false;
        else if (c != 'l' || !(log_file = fopen(optarg, "a")))
            script_fail("usage: model [--log FILE] [--deadline SECONDS] [--stay] [-e LINE]... "
                        "[SCRIPT]");
    }
    if (optind < argc)
        read_script(argv[optind]);
    if (script.n_models == 0)
        add_model(&script, "scripted");
    return watch;
}

static void listen_somewhere(uv_tcp_t *listener)
{
    struct sockaddr_in address;
    int len = sizeof address;
    (void)uv_ip4_addr("127.0.0.1", 0, &address);
    (void)uv_tcp_init(loop, listener);
    if (uv_tcp_bind(listener, (struct sockaddr *)&address, 0) != 0 ||
        uv_listen((uv_stream_t *)listener, 64, on_connection) != 0 ||
        uv_tcp_getsockname(listener, (struct sockaddr *)&address, &len) != 0)
        script_fail("cannot listen on 127.0.0.1");
    printf("%u\n", (unsigned)ntohs(address.sin_port));
    (void)fflush(stdout);
}

int main(int argc, char **argv)
{
    static uv_tcp_t listener;
    static uv_timer_t deadline;
    static uv_pipe_t in;
    unsigned deadline_s = 120;
    loop = uv_default_loop();
    (void)signal(SIGPIPE, SIG_IGN);
    script_init(&script);
    ob_buf_init(&stdin_line, BYTES_MAX);
    bool watch = read_arguments(argc, argv, &deadline_s);
    listen_somewhere(&listener);
    (void)uv_timer_init(loop, &deadline);
    uv_timer_start(&deadline, on_deadline, deadline_s * 1000ULL, 0);
    if (watch) {
        (void)uv_pipe_init(loop, &in, 0);
        if (uv_pipe_open(&in, STDIN_FILENO) != 0 ||
            uv_read_start((uv_stream_t *)&in, on_alloc, on_stdin) != 0)
            exit(0); /* no pipe: as good as closed */
    }
    return uv_run(loop, UV_RUN_DEFAULT);
}
