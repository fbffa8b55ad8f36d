/* docs/protocol.md promises what include/openbook/rpc/limits.h enforces: both are read here. */
#include <string.h>

#include "openbook/base/buf.h"
#include "openbook/base/io.h"
#include "openbook/retrieve/search.h"
#include "openbook/rpc/limits.h"
#include "openbook/shelf/list.h"

#include "test.h"

struct row {
    const char *what;    /* first cell */
    const char *between; /* what stands before the number in the second cell */
    unsigned long long value;
};

static const struct row rows[] = {
    {"message from a client", "", OB_RPC_MAX_IN_BYTES},
    {"message from a client", "depth ", OB_RPC_MAX_IN_DEPTH},
    {"message from a client", "depth 16, ", OB_RPC_MAX_IN_VALUES},
    {"message to a client", "", OB_RPC_MAX_OUT_BYTES},
    {"message to a client", "depth ", OB_RPC_MAX_OUT_DEPTH},
    {"method name", "", OB_RPC_MAX_METHOD_BYTES},
    {"path", "", OB_RPC_MAX_PATH_BYTES},
    {"question", "", OB_QUESTION_MAX},
    {"search limit", "", OB_SEARCH_LIMIT_MAX},
    {"waiting for the index (`wait_ms`)", "", OB_RPC_MAX_WAIT_MS},
    {"clients", "", OB_RPC_MAX_CLIENTS},
    {"requests of one client without an answer", "", OB_RPC_MAX_PENDING},
    {"questions of one client being answered", "", OB_RPC_MAX_ASKS},
    {"bytes a client has not read", "", OB_RPC_PAUSE_QUEUED_OUT},
    {"bytes a client has not read, in all", "", OB_RPC_MAX_QUEUED_OUT},
    {"shelves of one client", "", OB_RPC_MAX_SHELVES},
    {"shelves that the user added", "", OB_SHELF_LIST_MAX},
    {"shelves that the user added", "the file of them ", OB_SHELF_LIST_MAX_BYTES},
    {"unsaved texts of one client", "", OB_RPC_MAX_UNSAVED},
    {"unsaved texts that come in pieces", "", OB_RPC_MAX_DRAFTS},
    {"searches of one project that wait for a disk", "", OB_RPC_MAX_LATE},
    {"folders that do not answer, of all clients", "", OB_RPC_MAX_HUNG},
    {"one unsaved text", "", OB_RPC_MAX_UNSAVED_BYTES},
};
enum { N_ROWS = sizeof rows / sizeof *rows };

static const char *text;

static void read_page(struct ob_buf *page)
{
    struct ob_error e = OB_ERROR_INIT;
    ob_buf_init(page, 1024 * 1024);
    if (ob_io_read_file(page, "docs/protocol.md", &e) != 0)
        test_fail(__FILE__, __LINE__, "%s", e.message);
    text = ob_buf_str(page);
}

/* "32 MiB", "4,096 bytes" as a number. */
static unsigned long long number_at(const char *p)
{
    unsigned long long n = 0;
    for (; (*p >= '0' && *p <= '9') || *p == ','; p++)
        if (*p != ',')
            n = n * 10 + (unsigned long long)(*p - '0');
    if (strncmp(p, " KiB", 4) == 0)
        n *= 1024;
    if (strncmp(p, " MiB", 4) == 0)
        n *= 1024 * 1024;
    return n;
}

TEST(each_limit_of_the_table_is_the_one_in_the_header)
{
    struct ob_buf page;
    read_page(&page);
    for (size_t i = 0; i < N_ROWS; i++) {
        char head[128];
        snprintf(head, sizeof head, "\n| %s | ", rows[i].what);
        const char *row = strstr(text, head);
        if (!row)
            test_fail(__FILE__, __LINE__, "protocol.md has no row \"%s\"", rows[i].what);
        const char *cell = row + strlen(head);
        const char *at = *rows[i].between ? strstr(cell, rows[i].between) : cell;
        if (!at || number_at(at + strlen(rows[i].between)) != rows[i].value)
            test_fail(__FILE__, __LINE__, "%s: the page says %.40s, the header %llu", rows[i].what,
                      cell, rows[i].value);
    }
    ob_buf_release(&page);
}

TEST(the_table_has_no_row_that_nothing_checks)
{
    struct ob_buf page;
    read_page(&page);
    const char *from = strstr(text, "## Limits"), *end = strstr(text, "Toward a model server");
    size_t seen = 0;
    CHECK(from && end);
    for (const char *row = strstr(from, "|---|"); row && row < end; row = strchr(row + 1, '\n')) {
        if (row[0] != '\n' || row[1] != '|')
            continue;
        bool known = false;
        for (size_t i = 0; i < N_ROWS; i++)
            known |= strncmp(row + 3, rows[i].what, strlen(rows[i].what)) == 0;
        if (!known)
            test_fail(__FILE__, __LINE__, "no check for %.60s", row + 1);
        seen++;
    }
    CHECK(seen >= 15);
    ob_buf_release(&page);
}

TEST(the_version_of_the_protocol_is_the_one_of_the_page)
{
    struct ob_buf page;
    char line[64];
    read_page(&page);
    snprintf(line, sizeof line, "Version of the protocol: **%d**", OB_PROTOCOL_VERSION);
    CHECK(strstr(text, line) != NULL);
    ob_buf_release(&page);
}

TEST_MAIN(CASE(each_limit_of_the_table_is_the_one_in_the_header),
          CASE(the_table_has_no_row_that_nothing_checks),
          CASE(the_version_of_the_protocol_is_the_one_of_the_page))
