/* The channel over a socket pair and over two pipes: messages whole whatever the pieces, a reader that
 * sleeps, one that is gone, and one that breaks a limit. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "openbook/base/clock.h"

#include "../../src/rpc/channel.h"
#include "test.h"

enum { WAIT_MS = 10000 };

struct end {
    struct ob__channel channel;
    uv_loop_t loop;
    size_t messages, bytes; /* delivered; bytes: of the string that each may hold */
    size_t refusals, losses, closings;
    char why[128];
    const char *answer;      /* sent when a message is refused */
    int peer;                /* the descriptor at the other end */
    bool echo;               /* each message is answered with 64 KiB */
    bool hold;               /* each message holds the next ones back */
    struct ob_text *kept[2]; /* the strings of the first message, when KEEP is set */
    bool keep, copied[2];
    char key[16]; /* of that message, read after the strings were kept */
};

static void send_text(struct end *t, const char *text, size_t len)
{
    struct ob_buf b;
    ob_buf_init(&b, 64 * 1024 * 1024);
    CHECK_INT(ob_buf_append(&b, text, len), 0);
    ob__channel_send(&t->channel, &b);
    CHECK_INT(b.len, 0);
}

static void keep_strings(struct end *t, const msgpack_object_array *a)
{
    for (int i = 0; i < 2; i++) {
        const msgpack_object_str *s = &a->ptr[i].via.str;
        t->kept[i] = ob__channel_text(&t->channel, s->ptr, s->size);
        t->copied[i] = t->kept[i]->data != s->ptr;
    }
    CHECK_INT(a->ptr[2].type, MSGPACK_OBJECT_STR);
    memcpy(t->key, a->ptr[2].via.str.ptr, a->ptr[2].via.str.size);
    t->keep = false;
}

static void on_message(const msgpack_object *m, void *data)
{
    static char block[65536];
    struct end *t = data;
    CHECK_INT(m->type, MSGPACK_OBJECT_ARRAY);
    t->messages++;
    if (t->keep)
        keep_strings(t, &m->via.array);
    if (m->via.array.size && m->via.array.ptr[0].type == MSGPACK_OBJECT_STR)
        t->bytes += m->via.array.ptr[0].via.str.size;
    if (t->echo)
        send_text(t, block, sizeof block);
    if (t->hold)
        ob__channel_hold(&t->channel);
}

static void on_refused(const char *reason, const struct ob_buf *head, void *data)
{
    struct end *t = data;
    CHECK(head->len > 0 && head->data != NULL);
    snprintf(t->why, sizeof t->why, "%s", reason);
    t->refusals++;
    if (t->answer)
        send_text(t, t->answer, strlen(t->answer));
}

static void on_lost(const char *why, void *data)
{
    struct end *t = data;
    snprintf(t->why, sizeof t->why, "%s", why);
    t->losses++;
}

static void on_closed(void *data)
{
    struct end *t = data;
    CHECK_INT(t->closings, 0);
    t->closings++;
}

static const struct ob__channel_events events = {on_message, on_refused, on_lost, on_closed};

static void start(struct end *t)
{
    int pair[2];
    memset(t, 0, sizeof *t);
    CHECK_INT(uv_loop_init(&t->loop), 0);
    CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    CHECK_INT(ob__channel_open(&t->channel, &t->loop, pair[0], pair[0], &events, t, NULL), 0);
    t->peer = pair[1];
    CHECK_INT(fcntl(t->peer, F_SETFL, O_NONBLOCK), 0);
    ob__channel_start(&t->channel);
}

/* Lets the loop go on until it has nothing to do at once. */
static void turn(struct end *t)
{
    for (int i = 0; i < 4; i++)
        (void)uv_run(&t->loop, UV_RUN_NOWAIT);
}

static void finish(struct end *t)
{
    ob__channel_close(&t->channel);
    ob__channel_close(&t->channel); /* twice is once */
    (void)uv_run(&t->loop, UV_RUN_DEFAULT);
    CHECK_INT(t->closings, 1);
    CHECK_INT(uv_loop_close(&t->loop), 0);
    close(t->peer);
}

/* Runs the loop until *COUNT is at least WANT. */
static void await(struct end *t, const size_t *count, size_t want)
{
    int64_t end = ob_clock_us() + WAIT_MS * 1000;
    while (*count < want && ob_clock_us() < end)
        (void)uv_run(&t->loop, UV_RUN_NOWAIT);
    CHECK(*count >= want);
}

static void write_peer(struct end *t, const char *bytes, size_t len)
{
    while (len) {
        ssize_t n = write(t->peer, bytes, len);
        if (n > 0) {
            bytes += n;
            len -= (size_t)n;
        } else {
            CHECK_INT(errno, EAGAIN);
            turn(t);
        }
    }
}

/* ------------------------------------------------------------ reading */
static const char two[] = "\x92\xa6\xec\x83\x89\xec\x9d\xb8\xc4\x02zz"
                          "\x94\x00\x01\xa4ping\x91\x81\xa1k\x01";
enum { TWO_BYTES = sizeof two - 1 };

TEST(two_messages_split_at_any_point_arrive_as_two)
{
    for (size_t cut = 0; cut <= TWO_BYTES; cut++) {
        struct end t;
        start(&t);
        write_peer(&t, two, cut);
        turn(&t);
        write_peer(&t, two + cut, TWO_BYTES - cut);
        await(&t, &t.messages, 2);
        CHECK_INT(t.bytes, 6);
        CHECK_INT(t.channel.inbox.len, 0);
        finish(&t);
        CHECK_INT(t.losses, 0);
    }
}

TEST(a_message_a_byte_at_a_time_arrives_when_its_last_byte_does)
{
    struct end t;
    start(&t);
    for (size_t i = 0; i < TWO_BYTES; i++) {
        CHECK_INT(t.messages, i >= 12 ? 1 : 0);
        write_peer(&t, two + i, 1);
        turn(&t);
    }
    CHECK_INT(t.messages, 2);
    finish(&t);
}

TEST(a_hundred_thousand_messages_in_one_stream_arrive_each_once)
{
    enum { COUNT = 100000 };
    struct end t;
    char *many = malloc(COUNT * 2);
    CHECK(many != NULL);
    for (size_t i = 0; i < COUNT; i++)
        memcpy(many + i * 2, "\x91\xc0", 2);
    start(&t);
    write_peer(&t, many, COUNT * 2);
    await(&t, &t.messages, COUNT);
    CHECK_INT(t.messages, COUNT);
    free(many);
    finish(&t);
}

TEST(a_message_of_the_largest_size_arrives_and_its_memory_is_given_back)
{
    struct end t;
    size_t len = OB_RPC_MAX_IN_BYTES - 6;
    char *text = malloc(OB_RPC_MAX_IN_BYTES);
    CHECK(text != NULL);
    memset(text, 'a', OB_RPC_MAX_IN_BYTES);
    memcpy(text, "\x91\xdb", 2);
    for (int i = 0; i < 4; i++)
        text[2 + i] = (char)(len >> (24 - 8 * i));
    start(&t);
    write_peer(&t, text, OB_RPC_MAX_IN_BYTES);
    await(&t, &t.messages, 1);
    CHECK_INT(t.bytes, len);
    CHECK(t.channel.inbox.cap <= 1024 * 1024);
    free(text);
    finish(&t);
}

TEST(a_message_cut_off_by_the_end_of_the_stream_does_nothing)
{
    for (size_t cut = 0; cut < 12; cut++) {
        struct end t;
        start(&t);
        write_peer(&t, two, cut);
        CHECK_INT(shutdown(t.peer, SHUT_WR), 0);
        await(&t, &t.closings, 1);
        CHECK_INT(t.messages, 0);
        CHECK_INT(t.losses, 1);
        CHECK_STR(t.why, "it closed the connection");
        (void)uv_run(&t.loop, UV_RUN_DEFAULT);
        CHECK_INT(uv_loop_close(&t.loop), 0);
        close(t.peer);
    }
}

TEST(what_breaks_a_limit_is_told_once_answered_and_closed)
{
    static const char *const bad[] = {"\x91\xdd\xff\xff\xff\xff", "GET / HTTP/1.1\r\n\r\n", "\xc1",
                                      "\x91\xc1",
                                      "\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91"
                                      "\x91\x91\x91"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct end t;
        char got[16];
        start(&t);
        t.answer = "sorry";
        write_peer(&t, "\x91\xc0", 2);
        write_peer(&t, bad[i], strlen(bad[i]));
        write_peer(&t, "\x91\xc0", 2); /* is never looked at */
        await(&t, &t.closings, 1);
        CHECK_INT(t.messages, 1);
        CHECK_INT(t.refusals, 1);
        CHECK_INT(t.losses, 0);
        CHECK_INT(read(t.peer, got, sizeof got), 5);
        (void)uv_run(&t.loop, UV_RUN_DEFAULT);
        CHECK_INT(uv_loop_close(&t.loop), 0);
        close(t.peer);
    }
}

/* ------------------------------------------------------------ writing */
TEST(what_the_other_side_reads_in_pieces_is_what_was_sent)
{
    enum { SIZE = 4 * 1024 * 1024 };
    struct end t;
    char *sent = malloc(SIZE), *got = malloc(SIZE);
    size_t n = 0;
    CHECK(sent != NULL && got != NULL);
    for (size_t i = 0; i < SIZE; i++)
        sent[i] = (char)(i * 2654435761u >> 13);
    start(&t);
    int small = 4096;
    CHECK_INT(setsockopt(t.peer, SOL_SOCKET, SO_RCVBUF, &small, sizeof small), 0);
    for (size_t i = 0; i < SIZE; i += SIZE / 8)
        send_text(&t, sent + i, SIZE / 8);
    while (n < SIZE) {
        ssize_t r = read(t.peer, got + n, 1 + (n * 7) % 3001);
        if (r > 0)
            n += (size_t)r;
        else
            turn(&t);
    }
    CHECK(memcmp(sent, got, SIZE) == 0);
    turn(&t);
    CHECK_INT(t.channel.queued_out, 0);
    CHECK_INT(t.losses, 0);
    free(sent);
    free(got);
    finish(&t);
}

TEST(a_reader_that_never_reads_is_dropped_over_sixteen_mebibytes)
{
    static char block[1024 * 1024];
    struct end t;
    size_t sent = 0;
    start(&t);
    while (!t.channel.closing && sent < 64) {
        send_text(&t, block, sizeof block);
        turn(&t);
        sent++;
        CHECK(t.channel.queued_out <= OB_RPC_MAX_QUEUED_OUT + sizeof block);
    }
    CHECK(sent >= 16 && sent <= 18); /* a little lies in the system's buffer */
    CHECK_STR(t.why, "it does not read what it is sent");
    send_text(&t, block, sizeof block); /* nothing happens */
    (void)uv_run(&t.loop, UV_RUN_DEFAULT);
    CHECK_INT(t.losses, 1);
    CHECK_INT(t.closings, 1);
    CHECK_INT(uv_loop_close(&t.loop), 0);
    close(t.peer);
}

/* One that floods and does not read: its messages wait, nothing grows, and none is lost when it reads. */
TEST(a_slow_reader_is_not_read_from_until_it_has_caught_up)
{
    enum { COUNT = 200 };
    struct end t;
    char bytes[COUNT * 2], drain[65536];
    size_t got = 0;
    for (size_t i = 0; i < COUNT; i++)
        memcpy(bytes + i * 2, "\x91\xc0", 2);
    start(&t);
    t.echo = true;
    write_peer(&t, bytes, sizeof bytes);
    for (int i = 0; i < 100; i++)
        turn(&t);
    CHECK(!t.channel.reading);
    CHECK(t.messages < 40);
    CHECK(t.channel.queued_out < 2 * OB_RPC_PAUSE_QUEUED_OUT);
    int64_t end = ob_clock_us() + WAIT_MS * 1000;
    while (got < (size_t)COUNT * 65536 && ob_clock_us() < end) {
        ssize_t r = read(t.peer, drain, sizeof drain);
        got += r > 0 ? (size_t)r : 0;
        turn(&t);
    }
    CHECK_INT(got, (size_t)COUNT * 65536);
    CHECK_INT(t.messages, COUNT);
    CHECK_INT(t.losses, 0);
    finish(&t);
}

TEST(a_reader_that_went_away_is_noticed_by_the_write_and_no_signal_ends_us)
{
    struct end t;
    start(&t);
    close(t.peer);
    send_text(&t, "\x91\xc0", 2);
    await(&t, &t.closings, 1);
    CHECK_INT(t.losses, 1);
    (void)uv_run(&t.loop, UV_RUN_DEFAULT);
    CHECK_INT(uv_loop_close(&t.loop), 0);
}

/* ------------------------------------------------------------ descriptors */
TEST(two_pipes_serve_as_well_as_a_socket)
{
    struct end t;
    int to_us[2], from_us[2];
    char got[8];
    memset(&t, 0, sizeof t);
    CHECK_INT(uv_loop_init(&t.loop), 0);
    CHECK(pipe2(to_us, O_CLOEXEC) == 0 && pipe2(from_us, O_CLOEXEC) == 0);
    CHECK_INT(ob__channel_open(&t.channel, &t.loop, to_us[0], from_us[1], &events, &t, NULL), 0);
    ob__channel_start(&t.channel);
    CHECK_INT(write(to_us[1], two, TWO_BYTES), TWO_BYTES);
    await(&t, &t.messages, 2);
    send_text(&t, "abc", 3);
    turn(&t);
    CHECK_INT(read(from_us[0], got, sizeof got), 3);
    close(to_us[1]); /* the end of what it sends is its end */
    await(&t, &t.closings, 1);
    CHECK_INT(t.losses, 1);
    (void)uv_run(&t.loop, UV_RUN_DEFAULT);
    CHECK_INT(uv_loop_close(&t.loop), 0);
    close(from_us[0]);
}

TEST(a_file_is_no_channel)
{
    struct end t;
    struct ob_error e = OB_ERROR_INIT;
    memset(&t, 0, sizeof t);
    CHECK_INT(uv_loop_init(&t.loop), 0);
    int fd = open(test_write_file("plain", "text"), O_RDONLY);
    CHECK_INT(ob__channel_open(&t.channel, &t.loop, fd, fd, &events, &t, &e), OB_EINVAL);
    CHECK(strstr(e.message, "neither a pipe nor a socket") != NULL);
    ob__channel_start(&t.channel); /* has no effect */
    (void)uv_run(&t.loop, UV_RUN_DEFAULT);
    CHECK_INT(t.closings, 1);
    CHECK_INT(t.losses, 0);
    CHECK_INT(fcntl(fd, F_GETFD), -1); /* it was taken and closed */
    CHECK_INT(uv_loop_close(&t.loop), 0);
}

/* ------------------------------------------------------------ holding messages back */
TEST(messages_wait_while_one_holds_them_and_arrive_one_by_one)
{
    struct end t;
    start(&t);
    t.hold = true;
    for (int i = 0; i < 3; i++)
        write_peer(&t, two, TWO_BYTES);
    for (size_t i = 1; i <= 5; i++) {
        await(&t, &t.messages, i);
        turn(&t);
        CHECK_INT(t.messages, i);
        ob__channel_go_on(&t.channel);
    }
    t.hold = false;
    await(&t, &t.messages, 6);
    ob__channel_hold(&t.channel); /* from outside, and what comes then */
    ob__channel_go_on(&t.channel);
    write_peer(&t, two, TWO_BYTES);
    await(&t, &t.messages, 8);
    finish(&t);
}

TEST(a_channel_that_is_held_takes_no_more_than_it_holds_and_can_be_closed)
{
    static char block[65536];
    struct end t;
    start(&t);
    t.hold = true;
    write_peer(&t, two, TWO_BYTES);
    await(&t, &t.messages, 1);
    size_t sent = 0;
    for (ssize_t n; (n = write(t.peer, block, sizeof block)) > 0; turn(&t))
        sent += (size_t)n;
    CHECK_INT(errno, EAGAIN); /* the system's buffer is full */
    CHECK(sent < 8 * 1024 * 1024 && t.channel.inbox.len < 1024 * 1024);
    CHECK_INT(t.messages, 1);
    finish(&t);
}

/* ------------------------------------------------------------ texts */
/* Korean, whose last character may be cut. */
static void append_korean(struct ob_buf *b, size_t len)
{
    static const char line[] = "고래가 바다에 산다.\n";
    char head[5] = {(char)0xdb, 0, (char)(len >> 16), (char)(len >> 8), (char)len};
    CHECK_INT(ob_buf_append(b, head, sizeof head), 0);
    for (size_t i = 0; i < len; i++)
        CHECK_INT(ob_buf_append(b, &line[i % (sizeof line - 1)], 1), 0);
}

static void check_korean(const struct ob_text *t, size_t len)
{
    static const char line[] = "고래가 바다에 산다.\n";
    CHECK_INT(t->len, len);
    CHECK(t->data[len] == '\0');
    for (size_t i = 0; i < len; i++)
        CHECK(t->data[i] == line[i % (sizeof line - 1)]);
}

TEST(a_long_string_is_kept_uncopied_and_what_stands_around_it_arrives)
{
    static const size_t sizes[][2] = {{300001, 200000}, {1000, 300001}, {7, 0}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct end t;
        struct ob_buf b;
        start(&t);
        t.keep = true;
        ob_buf_init(&b, 1 << 20);
        CHECK_INT(ob_buf_append(&b, "\x93", 1), 0);
        append_korean(&b, sizes[i][0]);
        append_korean(&b, sizes[i][1]);
        CHECK_INT(ob_buf_append(&b, "\xa3key", 4), 0);
        CHECK_INT(ob_buf_append(&b, two, TWO_BYTES), 0);  /* two whole messages */
        CHECK_INT(ob_buf_append(&b, "\x91\xa5wh", 4), 0); /* and the beginning of one */
        write_peer(&t, b.data, b.len);
        await(&t, &t.messages, 3);
        write_peer(&t, "ale", 3);
        await(&t, &t.messages, 4);
        CHECK_INT(t.bytes, sizes[i][0] + 6 + 5); /* the first strings */
        CHECK_STR(t.key, "key");
        check_korean(t.kept[0], sizes[i][0]);
        check_korean(t.kept[1], sizes[i][1]);
        CHECK(t.copied[0] == (sizes[i][0] < 200000) && t.copied[1] == (i != 1));
        CHECK_INT(t.losses + t.refusals, 0);
        finish(&t);
        check_korean(t.kept[0], sizes[i][0]); /* outlives the channel */
        ob_text_unref(t.kept[0]);
        ob_text_unref(t.kept[1]);
        ob_buf_release(&b);
    }
}

TEST_MAIN(CASE(a_long_string_is_kept_uncopied_and_what_stands_around_it_arrives),
          CASE(messages_wait_while_one_holds_them_and_arrive_one_by_one),
          CASE(a_channel_that_is_held_takes_no_more_than_it_holds_and_can_be_closed),
          CASE(two_messages_split_at_any_point_arrive_as_two),
          CASE(a_message_a_byte_at_a_time_arrives_when_its_last_byte_does),
          CASE(a_hundred_thousand_messages_in_one_stream_arrive_each_once),
          CASE(a_message_of_the_largest_size_arrives_and_its_memory_is_given_back),
          CASE(a_message_cut_off_by_the_end_of_the_stream_does_nothing),
          CASE(what_breaks_a_limit_is_told_once_answered_and_closed),
          CASE(what_the_other_side_reads_in_pieces_is_what_was_sent),
          CASE(a_reader_that_never_reads_is_dropped_over_sixteen_mebibytes),
          CASE(a_slow_reader_is_not_read_from_until_it_has_caught_up),
          CASE(a_reader_that_went_away_is_noticed_by_the_write_and_no_signal_ends_us),
          CASE(two_pipes_serve_as_well_as_a_socket), CASE(a_file_is_no_channel))
