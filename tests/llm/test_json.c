#include <string.h>

#include "../../src/llm/json.h"
#include "test.h"

static bool parses(const char *text)
{
    cJSON *root = ob__json_parse(text, strlen(text));
    cJSON_Delete(root);
    return root != NULL;
}

TEST(a_value_is_read_to_the_end_of_its_bytes)
{
    CHECK(parses("{\"a\":[1,2]}") && parses(" null \n") && parses("\"한글\""));
    CHECK(!parses("") && !parses("{") && !parses("{} {}") && !parses("{\"a\":}") &&
          !parses("<html>"));
    CHECK(ob__json_parse("{}\0{}", 5) == NULL);
    CHECK(ob__json_parse(NULL, 0) == NULL);
}

TEST(nesting_is_bounded)
{
    static char deep[200001];
    memset(deep, '[', sizeof deep - 1);
    CHECK(!parses(deep));
}

TEST(members_are_got_by_name_and_type_or_not_at_all)
{
    const char *text =
        "{\"s\":\"값\",\"n\":12,\"neg\":-1,\"huge\":1e300,\"part\":2.9,\"o\":{\"s\":\"in\"},"
        "\"null\":null,\"S\":\"other case\"}";
    cJSON *root = ob__json_parse(text, strlen(text));
    CHECK_STR(ob__json_string(root, "s"), "값");
    CHECK_STR(ob__json_string(ob__json_get(root, "o"), "s"), "in");
    CHECK(ob__json_string(root, "n") == NULL && ob__json_string(root, "null") == NULL);
    CHECK(ob__json_string(NULL, "s") == NULL && ob__json_get(ob__json_get(root, "n"), "x") == NULL);
    CHECK_INT(ob__json_count(root, "n"), 12);
    CHECK_INT(ob__json_count(root, "part"), 2);
    CHECK_INT(ob__json_count(root, "neg"), 0);
    CHECK_INT(ob__json_count(root, "huge"), 0);
    CHECK_INT(ob__json_count(root, "s"), 0);
    cJSON_Delete(root);
}

static void writes(const char *text, size_t len, const char *want)
{
    struct ob_buf out;
    ob_buf_init(&out, 1000);
    CHECK_INT(ob__json_append_string(&out, text, len), 0);
    CHECK_STR(ob_buf_str(&out), want);
    ob_buf_release(&out);
}

TEST(any_bytes_become_a_string_that_reads_back)
{
    writes("a\"\\\n\t\x01\x7f", 7, "\"a\\\"\\\\\\n\\t\\u0001\\u007f\"");
    writes("a\0b", 3, "\"a\\u0000b\"");
    writes("한글 e\xCC\x81", 10, "\"한글 e\xCC\x81\"");
    writes("\xEA\xB0", 2, "\"\xEF\xBF\xBD\""); /* a cut character */
    writes("a\xFF"
           "b",
           3,
           "\"a\xEF\xBF\xBD"
           "b\"");
    writes("", 0, "\"\"");
}

TEST(a_string_over_the_ceiling_is_an_error)
{
    struct ob_buf out;
    ob_buf_init(&out, 4);
    CHECK(ob__json_append_string(&out, "long text", 9) != 0);
    ob_buf_release(&out);
}

TEST_MAIN(CASE(a_value_is_read_to_the_end_of_its_bytes), CASE(nesting_is_bounded),
          CASE(members_are_got_by_name_and_type_or_not_at_all),
          CASE(any_bytes_become_a_string_that_reads_back),
          CASE(a_string_over_the_ceiling_is_an_error))
