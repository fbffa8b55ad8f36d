/* typing: how long a long text that is typed holds up the daemon's loop, and so every other client.
 *
 * A server in this process; its client sends a text in pieces, as Neovim does, then lines here and there,
 * and for each the longest turn of the loop is noted: in CPU time of its thread, so that other work on the
 * machine counts little (interrupts do), and by the clock. */
#include <stdio.h>
#include <time.h>

#include "../rpc/house.h"

enum { EDITS = 200, PIECE = 64 * 1024, LINE = 50 };

static const size_t sizes[] = {1 << 20, 4 << 20, 15 << 20};

struct longest { /* turn of the loop */
    double cpu_ms, clock_ms;
};

struct series {
    struct longest of[EDITS * 2];
    size_t n;
};

static double now_ms(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* One turn of the loop. */
static void turn(struct longest *l, uv_loop_t *loop)
{
    double cpu = now_ms(CLOCK_THREAD_CPUTIME_ID), clock = now_ms(CLOCK_MONOTONIC);
    (void)uv_run(loop, UV_RUN_NOWAIT);
    cpu = now_ms(CLOCK_THREAD_CPUTIME_ID) - cpu;
    clock = now_ms(CLOCK_MONOTONIC) - clock;
    l->cpu_ms = cpu > l->cpu_ms ? cpu : l->cpu_ms;
    l->clock_ms = clock > l->clock_ms ? clock : l->clock_ms;
}

/* Sends BYTES and lets the loop turn until the answer, {} without an error, is among what comes. */
static void send_timed(struct longest *l, struct editor *e, uv_loop_t *loop,
                       const msgpack_sbuffer *bytes)
{
    static const char good[] = "\x94\x01\x07\xc0\x80";
    char answer[4096];
    size_t sent = 0;
    ssize_t n;
    while (sent < bytes->size) {
        n = send(e->fd, bytes->data + sent, bytes->size - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        sent += n > 0 ? (size_t)n : 0;
        turn(l, loop);
    }
    while ((n = recv(e->fd, answer, sizeof answer, MSG_DONTWAIT)) < 5 ||
           !memmem(answer, (size_t)n, good, sizeof good - 1))
        turn(l, loop);
}

static int by_cpu(const void *a, const void *b)
{
    double x = ((const struct longest *)a)->cpu_ms, y = ((const struct longest *)b)->cpu_ms;
    return (x > y) - (x < y);
}

static void show(const char *what, size_t size, struct series *s)
{
    double clock_ms = 0;
    qsort(s->of, s->n, sizeof *s->of, by_cpu);
    for (size_t i = 0; i < s->n; i++)
        clock_ms = s->of[i].clock_ms > clock_ms ? s->of[i].clock_ms : clock_ms;
    printf("  %2zu MB, %-12s %6.2f ms median %6.2f ms p99 %6.2f ms longest CPU, %6.2f ms clock\n",
           size >> 20, what, s->of[s->n / 2].cpu_ms, s->of[(s->n - 1) * 99 / 100].cpu_ms,
           s->of[s->n - 1].cpu_ms, clock_ms);
}

static void pack_update(msgpack_sbuffer *b, const char *path, const char *text, size_t len,
                        size_t line, size_t removed, bool more)
{
    msgpack_packer p;
    msgpack_sbuffer_clear(b);
    msgpack_packer_init(&p, b, msgpack_sbuffer_write);
    msgpack_pack_array(&p, 4);
    msgpack_pack_int(&p, 0);
    msgpack_pack_uint32(&p, 7);
    msgpack_pack_str_with_body(&p, "update", 6);
    msgpack_pack_array(&p, 1);
    msgpack_pack_map(&p, line ? 5 : 3);
    msgpack_pack_str_with_body(&p, "path", 4);
    msgpack_pack_str_with_body(&p, path, strlen(path));
    msgpack_pack_str_with_body(&p, "text", 4);
    msgpack_pack_str_with_body(&p, text, len);
    msgpack_pack_str_with_body(&p, "more", 4);
    more ? msgpack_pack_true(&p) : msgpack_pack_false(&p);
    if (!line)
        return;
    msgpack_pack_str_with_body(&p, "first_line", 10);
    msgpack_pack_uint64(&p, line);
    msgpack_pack_str_with_body(&p, "removed", 7);
    msgpack_pack_uint64(&p, removed);
}

static void measure(size_t size)
{
    struct house h;
    struct editor e;
    static struct series pieces, typed;
    pieces.n = typed.n = 0;
    char path[400], line[LINE + 1];
    msgpack_sbuffer b;
    msgpack_sbuffer_init(&b);
    start(&h);
    enter(&e, &h);
    (void)attach(&e, project());
    snprintf(path, sizeof path, "%s/long.md", project());
    char *text = malloc(PIECE);
    CHECK(text != NULL);
    for (size_t i = 0; i < PIECE; i++)
        text[i] = i % LINE == LINE - 1 ? '\n' : (char)('a' + i * 7 % 26);
    size_t lines = 0, piece = PIECE / LINE * LINE;
    for (size_t at = 0; at < size; at += piece) {
        pack_update(&b, path, text, piece, at ? lines + 1 : 0, 0, at + piece < size);
        pieces.of[pieces.n] = (struct longest){0, 0};
        send_timed(&pieces.of[pieces.n++], &e, &h.loop, &b);
        lines += piece / LINE;
    }
    for (size_t i = 0; i < EDITS; i++) {
        snprintf(line, sizeof line, "%49zu\n", i); /* as long as the one before it */
        pack_update(&b, path, line, LINE, i * 7919 % lines + 1, 1, false);
        typed.of[typed.n] = (struct longest){0, 0};
        send_timed(&typed.of[typed.n++], &e, &h.loop, &b);
    }
    show("a piece", size, &pieces);
    show("a line", size, &typed);
    msgpack_sbuffer_destroy(&b);
    free(text);
    editor_close(&e);
    finish(&h);
}

/* ------------------------------------------------------------ in one message */
enum { TIMES = 8 };

static void pack_key(msgpack_packer *p, const char *key)
{
    msgpack_pack_str_with_body(p, key, strlen(key));
}

/* A request with the text where METHOD has it. */
static void pack_whole(msgpack_sbuffer *b, const char *method, const char *path, const char *text,
                       size_t len)
{
    msgpack_packer p;
    bool update = strcmp(method, "update") == 0, ask = strcmp(method, "ask") == 0;
    msgpack_sbuffer_clear(b);
    msgpack_packer_init(&p, b, msgpack_sbuffer_write);
    msgpack_pack_array(&p, 4);
    msgpack_pack_int(&p, 0);
    msgpack_pack_uint32(&p, 7);
    pack_key(&p, method);
    msgpack_pack_array(&p, 1);
    msgpack_pack_map(&p, update ? 2 : ask ? 3 : 2);
    if (!update) {
        pack_key(&p, ask ? "question" : "query");
        pack_key(&p, ask ? "" : "merge_parts");
        if (ask) {
            pack_key(&p, "mode");
            pack_key(&p, "explain");
        }
        pack_key(&p, "context");
        msgpack_pack_map(&p, 2);
    }
    pack_key(&p, "path");
    pack_key(&p, path);
    pack_key(&p, "text");
    msgpack_pack_str_with_body(&p, text, len);
}

/* Sends BYTES and lets the loop turn until the server has nothing more to say for it. */
static void send_whole(struct longest *l, struct editor *e, uv_loop_t *loop,
                       const msgpack_sbuffer *bytes, const char *end)
{
    static char answer[1 << 20];
    size_t sent = 0, len = 0;
    ssize_t n;
    while (sent < bytes->size) {
        n = send(e->fd, bytes->data + sent, bytes->size - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        sent += n > 0 ? (size_t)n : 0;
        turn(l, loop);
    }
    while (!memmem(answer, len, end, strlen(end))) {
        n = recv(e->fd, answer + len, sizeof answer - len, MSG_DONTWAIT);
        len += n > 0 ? (size_t)n : 0;
        turn(l, loop);
    }
}

static void measure_whole(const char *method, const char *end, size_t size)
{
    struct house h;
    struct editor e;
    static struct series s;
    char path[400], what[64];
    msgpack_sbuffer b;
    msgpack_sbuffer_init(&b);
    start(&h);
    enter(&e, &h);
    (void)attach(&e, project());
    snprintf(path, sizeof path, "%s/긴 글.md", project());
    char *text = malloc(size);
    CHECK(text != NULL);
    static const char line[] = "색인을 병합하는 merge_parts 함수는 배포 전에 부른다.\n";
    for (size_t i = 0; i < size; i++)
        text[i] = line[i % (sizeof line - 1)]; /* its last character may be cut */
    pack_whole(&b, method, path, text, size);
    s.n = 0;
    for (int i = 0; i < TIMES; i++) {
        s.of[s.n] = (struct longest){0, 0};
        send_whole(&s.of[s.n++], &e, &h.loop, &b, end);
    }
    snprintf(what, sizeof what, "%s", method);
    show(what, size, &s);
    msgpack_sbuffer_destroy(&b);
    free(text);
    editor_close(&e);
    finish(&h);
}

TEST(a_long_text_comes_in_one_message)
{
    static const size_t whole[] = {1 << 20, 4 << 20, 16 << 20};
    puts("the longest turn of the daemon's loop for a text in one message");
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        measure_whole("update", "\x94\x01\x07\xc0\x80", whole[i]);
        measure_whole("search", "took_us", whole[i]);
        measure_whole("ask", "citations", whole[i]);
    }
}

TEST(a_long_text_is_typed)
{
    puts("the longest turn of the daemon's loop while a text is typed");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        measure(sizes[i]);
}

static const struct test_case cases[] = {CASE(a_long_text_is_typed),
                                         CASE(a_long_text_comes_in_one_message)};

int main(int argc, char **argv)
{
    return test_main(cases, sizeof cases / sizeof *cases, argc, argv);
}
