#include <string.h>

#include "../../src/text/words.h"
#include "test.h"

struct row {
    const char *word;
    int number;
};

static const struct row rows[] = {{"do", 0},  {"done", 1}, {"for", 2},  {"for", 3},
                                  {"for", 4}, {"가", 5},   {"가다", 6}, {"힣", 7}};
enum { ROWS = sizeof rows / sizeof *rows };

static int find(const char *word, size_t len)
{
    const struct row *row = ob__words_find(rows, ROWS, sizeof *rows, word, len);
    return row ? row->number : -1;
}

TEST(every_word_is_found_by_its_first_row)
{
    for (int i = 0; i < ROWS; i++)
        CHECK_INT(find(rows[i].word, strlen(rows[i].word)), i == 3 || i == 4 ? 2 : i);
}

TEST(what_is_not_listed_is_not_found)
{
    CHECK_INT(find("", 0), -1);
    CHECK_INT(find("d", 1), -1);
    CHECK_INT(find("don", 3), -1);
    CHECK_INT(find("do\0e", 4), -1);
    CHECK_INT(find("zzz", 3), -1);
    CHECK_INT(find("가닥", 6), -1);
    CHECK_INT(find("\xff", 1), -1);
    CHECK(!ob__words_find(NULL, 0, sizeof *rows, "do", 2));
}

TEST_MAIN(CASE(every_word_is_found_by_its_first_row), CASE(what_is_not_listed_is_not_found))
