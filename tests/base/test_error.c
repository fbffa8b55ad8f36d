/* Errors: the sentence that people see. */
#include <errno.h>
#include <string.h>

#include "openbook/base/error.h"

#include "test.h"

TEST(set_returns_the_code_and_formats_the_sentence)
{
    struct ob_error e = OB_ERROR_INIT;
    CHECK_INT(ob_error_set(&e, OB_EIO, "cannot read %s: %d", "노트.md", 5), OB_EIO);
    CHECK_INT(e.code, OB_EIO);
    CHECK_STR(e.message, "cannot read 노트.md: 5");
    ob_error_clear(&e);
    CHECK_INT(e.code, 0);
    CHECK_STR(e.message, "");
}

TEST(a_missing_error_struct_is_legal)
{
    CHECK_INT(ob_error_set(NULL, OB_EBUSY, "nobody reads this"), OB_EBUSY);
    ob_error_clear(NULL);
}

/* Fills the sentence with 가 (three bytes each) behind PREFIX and looks at its end. */
static void check_cut_korean(const char *prefix)
{
    char text[1024];
    size_t len = strlen(prefix);
    memcpy(text, prefix, len);
    for (; len + 3 < sizeof text; len += 3)
        memcpy(text + len, "가", 3);
    text[len] = '\0';
    struct ob_error e = OB_ERROR_INIT;
    ob_error_set(&e, OB_EFAIL, "%s", text);
    size_t got = strlen(e.message);
    CHECK(got > sizeof e.message - 4);
    CHECK_INT((got - strlen(prefix)) % 3, 0);
    CHECK(memcmp(e.message + got - 3, "가", 3) == 0);
}

TEST(a_long_korean_sentence_is_cut_at_a_character)
{
    check_cut_korean("");
    check_cut_korean("a");
    check_cut_korean("ab");
}

TEST(a_sentence_that_just_fits_is_whole)
{
    struct ob_error e = OB_ERROR_INIT;
    char text[sizeof e.message];
    memset(text, 'x', sizeof text);
    memcpy(text + sizeof text - 4, "끝", 4);
    ob_error_set(&e, OB_EFAIL, "%s", text);
    CHECK_STR(e.message, text);
}

TEST(the_arguments_may_point_into_the_error)
{
    struct ob_error e = OB_ERROR_INIT;
    ob_error_set(&e, OB_EIO, "permission denied");
    ob_error_set(&e, e.code, "cannot open the index: %s", e.message);
    CHECK_STR(e.message, "cannot open the index: permission denied");
}

TEST(bytes_that_steer_a_terminal_or_are_no_utf8_are_replaced)
{
    struct ob_error e = OB_ERROR_INIT;
    ob_error_set(&e, OB_EIO, "no %s", "a\x1b[2J\nb\tc\x7f");
    CHECK_STR(e.message, "no a?[2J b c?");
    ob_error_set(&e, OB_EIO, "no %s", "\xb0\xa1 \xc0\xaf \xed\xa0\x80 \xf5\x80\x80\x80 한");
    CHECK_STR(e.message, "no ?? ?? ??? ???? 한");
    ob_error_set(&e, OB_EIO, "no %s", "한\xea\xb0");
    CHECK_STR(e.message, "no 한??");
    ob_error_set(&e, OB_EIO, "no %s",
                 "a\xc2\x9b"
                 "2J\xc2\xa0\xc3\x9b");
    CHECK_STR(e.message, "no a?2J\xc2\xa0\xc3\x9b");
}

TEST(every_code_has_a_name_of_its_own)
{
    for (int a = OB_EPROMPT; a <= OB_OK; a++)
        for (int b = OB_EPROMPT; b < a; b++)
            CHECK(strcmp(ob_err_name(a), ob_err_name(b)) != 0);
    CHECK_STR(ob_err_name(OB_ETIMEOUT), "timeout");
    CHECK_STR(ob_err_name(-1000), "failed");
    CHECK_STR(ob_err_name(7), "failed");
}

TEST(errno_values_become_codes)
{
    CHECK_INT(ob_err_from_errno(ENOENT), OB_ENOTFOUND);
    CHECK_INT(ob_err_from_errno(EACCES), OB_EDENIED);
    CHECK_INT(ob_err_from_errno(ECONNREFUSED), OB_ECONNECT);
    CHECK_INT(ob_err_from_errno(ENAMETOOLONG), OB_ETOOBIG);
    CHECK_INT(ob_err_from_errno(12345), OB_EIO);
}

TEST_MAIN(CASE(set_returns_the_code_and_formats_the_sentence),
          CASE(a_missing_error_struct_is_legal), CASE(a_long_korean_sentence_is_cut_at_a_character),
          CASE(a_sentence_that_just_fits_is_whole), CASE(the_arguments_may_point_into_the_error),
          CASE(bytes_that_steer_a_terminal_or_are_no_utf8_are_replaced),
          CASE(every_code_has_a_name_of_its_own), CASE(errno_values_become_codes))
