#include <string.h>

#include "openbook/base/buf.h"
#include "openbook/text/synonyms.h"

#include "test.h"

/* What came back, "function:1.00 " for each word, with "/" between the alternatives' words. */
static struct ob_buf seen = {NULL, 0, 0, 1 << 20};
static uint32_t last_alternative;
static int wanted_kind = -1; /* -1: all */

static void note(const struct ob_synonym *s, void *data)
{
    (void)data;
    CHECK(s->len > 0 && s->len == strlen(s->text));
    CHECK(s->weight_01 > 0 && s->weight_01 <= 1);
    CHECK(s->source_words >= 1 && s->phrase_words >= 1 && s->start <= s->end);
    if (wanted_kind >= 0 && (int)s->kind != wanted_kind)
        return;
    bool same = seen.len && s->phrase_words > 1 && s->alternative == last_alternative;
    if (same)
        seen.len -= 1;
    CHECK_INT(ob_buf_appendf(&seen, "%s%s:%.2f ", same ? "+" : "", s->text, s->weight_01), 0);
    last_alternative = s->alternative;
}

/* What was seen, in one of four places, so that two calls can be compared. */
static const char *copy(void)
{
    static char copies[4][8192];
    static size_t next;
    char *to = copies[next++ % 4];
    (void)snprintf(to, sizeof *copies, "%s", ob_buf_str(&seen));
    return to;
}

static const char *korean(const char *run)
{
    ob_buf_clear(&seen);
    ob_english_of_korean(run, strlen(run), note, NULL);
    return copy();
}

static const char *english(const char *words)
{
    ob_buf_clear(&seen);
    ob_english_of_english(words, strlen(words), note, NULL);
    return copy();
}

static const char *reverse(const char *words)
{
    ob_buf_clear(&seen);
    ob_korean_of_english(words, strlen(words), note, NULL);
    return copy();
}

static const char *scan(const char *text, int kind)
{
    struct ob_terms *t = ob_terms_new();
    wanted_kind = kind;
    ob_buf_clear(&seen);
    ob_synonyms_scan(t, text, strlen(text), note, NULL);
    wanted_kind = -1;
    ob_terms_free(t);
    return copy();
}

static const char *english_in(const char *text)
{
    return scan(text, OB_SYNONYM_ENGLISH_OF_KOREAN);
}

TEST(a_term_gives_its_english_the_usual_word_first)
{
    CHECK_STR(korean("함수"), "function:1.00 ");
    CHECK_STR(korean("삭제"), "delete:1.00 remove:0.75 ");
    CHECK_STR(korean("가비지컬렉션"), "garbage:1.00+collection:1.00 gc:0.75 ");
    CHECK_STR(korean("없는낱말임"), "");
}

TEST(particles_and_light_verbs_stay_outside)
{
    static const char *const forms[] = {"함수를",       "함수에서",   "함수들의",
                                        "함수로부터는", "함수입니다", "함수인가요",
                                        "함수마다",     "함수이고",   "함수라는것은"};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        CHECK_STR(korean(forms[i]), "function:1.00 ");
    static const char *const deeds[] = {"삭제하는",     "삭제했습니다",   "삭제되었을때",
                                        "삭제하려면",   "삭제시키면서",   "삭제당했다",
                                        "삭제해주세요", "삭제할수있나요", "삭제하지않는"};
    for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++)
        CHECK_STR(korean(deeds[i]), "delete:1.00 remove:0.75 ");
}

TEST(verbs_are_found_in_every_form)
{
    static const char *const load[] = {"불러오다",      "불러오는", "불러오기", "불러온",
                                       "불러올까요",    "불러와서", "불러왔다", "불러옵니다",
                                       "불러오려면",    "불러오지", "불러오면", "불러왔습니다",
                                       "불러와야하는데"};
    for (size_t i = 0; i < sizeof load / sizeof *load; i++)
        CHECK(strstr(korean(load[i]), "load:1.00 import:0.75 "));
    static const char *const open[] = {"여는",       "열기",   "열고",  "열어서",
                                       "열었습니다", "엽니다", "열려면"};
    for (size_t i = 0; i < sizeof open / sizeof *open; i++)
        CHECK_STR(korean(open[i]), "open:1.00 ");
}

TEST(irregular_verbs_are_conjugated)
{
    CHECK_STR(korean("고릅니다"), korean("고르다"));
    CHECK_STR(korean("골라서"), "select:1.00 choose:0.75 pick:0.60 ");
    CHECK_STR(korean("쉬운"), "easy:1.00 simple:0.75 ");
    CHECK_STR(korean("쉽게"), "easy:1.00 simple:0.75 ");
    CHECK_STR(korean("빨라졌다"), "fast:1.00 quick:0.75 performance:0.60 ");
    CHECK_STR(korean("이어서"), korean("잇다"));
    CHECK(*korean("이어서"));
    CHECK_STR(korean("모아"), korean("모으다"));
    CHECK(*korean("모아"));
}

TEST(words_that_say_nothing_are_not_taken_for_others)
{
    CHECK_STR(english_in("그리고 함수를 알려 주세요. 알려줘"), "function:1.00 "); /* no drawing */
    CHECK(strstr(english_in("원을 그리는"), "draw:1.00 "));
}

TEST(words_of_one_syllable_want_all_the_rest_known)
{
    CHECK_STR(korean("값을"), "value:1.00 ");
    CHECK_STR(korean("큐에서"), "queue:1.00 ");
    CHECK_STR(korean("값비싼"), "");
    CHECK_STR(korean("열을"), "column:1.00 "); /* the noun: a verb takes no such particle */
}

TEST(a_compound_is_cut_into_known_words)
{
    CHECK_STR(korean("함수호출"), "function:1.00+call:1.00 "); /* is in the table */
    CHECK_STR(korean("함수삭제"), "function:1.00 delete:1.00 remove:0.75 ");
    CHECK_STR(korean("기본값캐시를"), "default:1.00+value:1.00 cache:1.00 ");
    const char *cut = korean("사용자인증서버"); /* no certificate */
    CHECK(strstr(cut, "authentication:1.00") && strstr(cut, "server:1.00"));
    CHECK(!strstr(cut, "certificate"));
    CHECK_STR(korean("입력값마다"), "input:1.00+value:1.00 input:0.75 ");
}

TEST(what_stays_unknown_lowers_the_weight)
{
    CHECK_STR(korean("함수쿵덕"), "function:0.50 ");
    CHECK_STR(korean("쿵덕함수"), "function:0.50 ");
}

TEST(a_term_of_several_words_is_found_with_and_without_blanks)
{
    static const char *const texts[] = {"가비지 컬렉션", "가비지컬렉션이", "가비지 컬렉션을",
                                        "가비지-컬렉션", "가비지  컬렉션"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        CHECK_STR(english_in(texts[i]), "garbage:1.00+collection:1.00 gc:0.75 ");
    CHECK_STR(english_in("자료 구조는"), english_in("자료구조"));
    CHECK_STR(english_in("이름을 바꾸려면"), "rename:1.00 ");
    CHECK_STR(english_in("파일을 여러 개"), "file:1.00 multiple:1.00 several:0.75 ");
    CHECK_STR(english_in("함수. 호출"), "function:1.00 call:1.00 invoke:0.75 "); /* not adjacent */
}

TEST(mixed_script_is_cut_where_the_script_changes)
{
    CHECK_STR(english_in("API를 호출하는"), "call:1.00 invoke:0.75 ");
    CHECK_STR(english_in("React컴포넌트의 props"), "component:1.00 ");
    CHECK_STR(english_in("HTTP 헤더를 보내는 함수"), "header:1.00 send:1.00 function:1.00 ");
}

TEST(decomposed_text_is_found_like_composed)
{
    /* 함수를, as macOS writes it */
    CHECK_STR(english_in("\u1112\u1161\u11B7\u1109\u116E\u1105\u1173\u11AF"), "function:1.00 ");
}

static void note_span(const struct ob_synonym *s, void *data)
{
    struct ob_synonym *last = data;
    *last = *s;
}

TEST(a_synonym_says_what_it_stands_for)
{
    const char *text = "the API 접근 제어자를";
    struct ob_terms *t = ob_terms_new();
    struct ob_synonym last;
    ob_synonyms_scan(t, text, strlen(text), note_span, &last);
    CHECK_STR(last.text, "modifier");
    CHECK_INT(last.word, 2);
    CHECK_INT(last.source_words, 2);
    CHECK_INT(last.start, strlen("the API "));
    CHECK_INT(last.end, strlen(text));
    CHECK_INT(last.kind, OB_SYNONYM_ENGLISH_OF_KOREAN);
    ob_terms_free(t);
}

TEST(english_words_are_found_in_any_form)
{
    CHECK_STR(english("rendering"), english("renders"));
    CHECK_STR(english("mapped"), english("map"));
    CHECK_STR(english("caching"), english("caches"));
    CHECK_STR(english("serialization"), english("serialize"));
    CHECK(*english("caching") && *english("map") && *english("serialize"));
    CHECK(strstr(english("render"), "draw:0.50"));
    CHECK(strstr(english("msg"), "message:0.90"));
    CHECK(strstr(english("message"), "msg:0.90"));
    CHECK_STR(english("qwertz"), "");
}

TEST(words_that_share_a_stem_are_told_apart_by_their_spelling)
{
    CHECK(strstr(english("statement"), "stmt:0.90"));
    CHECK(!strstr(english("state"), "stmt"));
    CHECK(!strstr(english("states"), "stmt"));
    CHECK(strstr(reverse("states"), "상태:1.00"));
    CHECK(!strstr(reverse("state"), "문:"));
    CHECK_STR(reverse("queries"), reverse("query"));
}

TEST(english_phrases_are_found)
{
    CHECK(strstr(english("garbage collection"), "gc:0.90"));
    CHECK(strstr(english("gc"), "garbage:0.90+collection:0.90"));
    CHECK(strstr(scan("the garbageCollector stops", OB_SYNONYM_ENGLISH_OF_ENGLISH), "gc:0.90"));
    CHECK(strstr(scan("how to log in here", OB_SYNONYM_ENGLISH_OF_ENGLISH), "login:0.90"));
    CHECK(strstr(scan("i18n", OB_SYNONYM_ENGLISH_OF_ENGLISH), "internationalization:0.90"));
}

TEST(an_english_question_gets_korean_words)
{
    CHECK(strstr(reverse("function"), "함수:1.00"));
    CHECK(strstr(reverse("errors"), "오류:1.00"));
    CHECK(strstr(reverse("garbage collection"), "가비지:1.00+컬렉션:1.00"));
    CHECK(strstr(scan("how does state change?", OB_SYNONYM_KOREAN_OF_ENGLISH), "상태:1.00"));
}

TEST(any_bytes_are_survived)
{
    const char *text = "가비지 컬렉션을 rename하는 함수 \xEA\xB0";
    size_t len = strlen(text);
    struct ob_terms *t = ob_terms_new();
    for (size_t from = 0; from < len; from++)
        for (size_t to = from; to <= len; to++)
            ob_synonyms_scan(t, text + from, to - from, note, NULL);
    for (size_t n = 0; n <= len; n++) {
        ob_english_of_korean(text, n, note, NULL);
        ob_english_of_english(text, n, note, NULL);
        ob_korean_of_english(text, n, note, NULL);
    }
    ob_terms_free(t);
}

TEST(long_runs_and_long_texts_end)
{
    char text[6000] = "";
    for (size_t n = 0; n + 10 < sizeof text; n += 9)
        memcpy(text + n, n % 81 ? "함수를" : "a 함수 ", 9);
    CHECK(*scan(text, -1));
    ob_english_of_korean(text, strlen(text), note, NULL);
}

static bool abbreviates(const char *a, const char *b)
{
    return ob_abbreviates(a, strlen(a), b, strlen(b));
}

TEST(abbreviations_are_prefixes_or_skeletons)
{
    CHECK(abbreviates("config", "configuration"));
    CHECK(abbreviates("msg", "message"));
    CHECK(abbreviates("cfg", "config"));
    CHECK(abbreviates("ctx", "context"));
    CHECK(abbreviates("btn", "button"));
    CHECK(abbreviates("db", "database"));
    CHECK(abbreviates("idx", "index"));
    CHECK(abbreviates("utf", "utf8"));
}

TEST(no_abbreviation_is_seen_where_there_is_none)
{
    CHECK(!abbreviates("message", "message"));
    CHECK(!abbreviates("message", "msg"));
    CHECK(!abbreviates("co", "config"));  /* two letters of a prefix say little */
    CHECK(!abbreviates("mes", "essage")); /* another first letter */
    CHECK(!abbreviates("cgf", "config")); /* another order */
    CHECK(!abbreviates("coe", "code"));   /* a vowel inside */
    CHECK(!abbreviates("m", "message"));
    CHECK(!abbreviates("", "message"));
    CHECK(!abbreviates("함", "함수"));
    CHECK(!abbreviates("in", "internationalization"));
}

TEST_MAIN(CASE(a_term_gives_its_english_the_usual_word_first),
          CASE(particles_and_light_verbs_stay_outside), CASE(verbs_are_found_in_every_form),
          CASE(irregular_verbs_are_conjugated),
          CASE(words_that_say_nothing_are_not_taken_for_others),
          CASE(words_of_one_syllable_want_all_the_rest_known),
          CASE(a_compound_is_cut_into_known_words), CASE(what_stays_unknown_lowers_the_weight),
          CASE(a_term_of_several_words_is_found_with_and_without_blanks),
          CASE(mixed_script_is_cut_where_the_script_changes),
          CASE(decomposed_text_is_found_like_composed), CASE(a_synonym_says_what_it_stands_for),
          CASE(english_words_are_found_in_any_form),
          CASE(words_that_share_a_stem_are_told_apart_by_their_spelling),
          CASE(english_phrases_are_found), CASE(an_english_question_gets_korean_words),
          CASE(any_bytes_are_survived), CASE(long_runs_and_long_texts_end),
          CASE(abbreviations_are_prefixes_or_skeletons),
          CASE(no_abbreviation_is_seen_where_there_is_none))
