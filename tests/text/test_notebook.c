#include <stdint.h>
#include <string.h>

#include "openbook/base/error.h"
#include "openbook/base/mem.h"
#include "openbook/text/notebook.h"

#include "test.h"

static const char *cells(const char *text, size_t len, int want)
{
    static struct ob_buf out;
    ob_buf_release(&out);
    ob_buf_init(&out, 1 << 16);
    CHECK_INT(ob_notebook_text(&out, text, len), want);
    return ob_buf_str(&out);
}

static const char notebook[] = "{\n"
                               " \"cells\": [\n"
                               "  {\n"
                               "   \"cell_type\": \"markdown\",\n"
                               "   \"metadata\": {\"source\": \"no\"},\n"
                               "   \"source\": [\n"
                               "    \"# 소개 \\uac00\\n\",\n"
                               "    \"a \\\"b\\\" \\ud83d\\ude00\"\n"
                               "   ]\n"
                               "  },\n"
                               "  {\n"
                               "   \"cell_type\": \"code\",\n"
                               "   \"outputs\": [{\"text\": [\"no\"]}],\n"
                               "   \"source\": \"# x\\ny = 1\"\n"
                               "  }\n"
                               " ],\n"
                               " \"nbformat\": 4\n"
                               "}\n";

TEST(cells_keep_their_lines_and_all_else_is_left_out)
{
    CHECK_STR(cells(notebook, sizeof notebook - 1, 0),
              "\n\n\n\n\n\n# 소개 가 \na \"b\" 😀\n\n\n\n\n\n    # x y = 1\n\n\n\n\n");
}

TEST(what_is_no_notebook_is_refused)
{
    static const char *const texts[] = {"",  "{",          "{}", "{\"cells\": [",
                                        "}", "{\"a\": 1}", "\"", "x"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        (void)cells(texts[i], strlen(texts[i]), OB_EINVAL);
    CHECK_STR(cells("{\"cells\": []}", 13, 0), "");
}

TEST(no_prefix_and_no_flipped_byte_does_harm)
{
    uint64_t seed = 5;
    for (size_t round = 0; round < 3000; round++) {
        size_t len = round < sizeof notebook ? round : sizeof notebook - 1;
        char *copy = ob_alloc(len + 1); /* exact but for one byte: reads beyond are seen */
        struct ob_buf out;
        memcpy(copy, notebook, len);
        for (int i = 0; len && round >= sizeof notebook && i < 4; i++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
            copy[(seed >> 33) % len] = (char)(seed >> 20);
        }
        size_t feeds = 0;
        for (size_t i = 0; i < len; i++)
            feeds += copy[i] == '\n';
        ob_buf_init(&out, 1 << 16);
        if (ob_notebook_text(&out, copy, len) == 0) {
            size_t lines = 0;
            for (size_t i = 0; i < out.len; i++)
                lines += out.data[i] == '\n';
            CHECK_INT(lines, feeds);
        }
        ob_buf_release(&out);
        ob_free(copy);
    }
}

TEST_MAIN(CASE(cells_keep_their_lines_and_all_else_is_left_out),
          CASE(what_is_no_notebook_is_refused), CASE(no_prefix_and_no_flipped_byte_does_harm))
