/* The nearest names: those that a comparison with every name would tell. */
#include "openbook/text/letters.h"

#include "../chance.h"
#include "ask.h"

enum { NAMES = 600, WORDS = 400, LONGEST = 80, TOLD = 3 };

static char names[NAMES][LONGEST];

/* ------------------------------------------------------------ names and words */
static const char *const latin[] = {"ka", "zo", "mir", "tel", "shu", "qua", "vex",
                                    "po", "gn", "wib", "fro", "ul",  "dax"};
static const char *const hangul[] = {"갈", "뷁", "쟈", "뎌", "롭", "숯", "퀘", "흙", "닥", "묘"};

static bool is_there(size_t n)
{
    struct ob_letters a, b;
    ob_letters_of(&a, NULL, names[n], strlen(names[n]));
    for (size_t i = 0; i < n; i++) {
        ob_letters_of(&b, NULL, names[i], strlen(names[i]));
        if (a.n == b.n && memcmp(a.at, b.at, a.n) == 0)
            return true;
    }
    return false;
}

static void make_name(char *out, bool korean)
{
    *out = 0;
    for (unsigned n = 2 + any(4), i = 0; i < n; i++) {
        if (i && any(2))
            strcat(out, "_");
        strcat(out, korean ? PICK(hangul) : PICK(latin));
    }
}

static void save_names(void)
{
    static char text[NAMES * (LONGEST + 24)];
    size_t len = 0;
    for (size_t i = 0; i < NAMES; i++) {
        do
            make_name(names[i], i % 3 == 0);
        while (is_there(i));
        len +=
            (size_t)snprintf(text + len, sizeof text - len, "def %s():\n    pass\n\n\n", names[i]);
    }
    save("x.py", text);
}

/* A name with slips and without its signs. */
static void make_word(char *out)
{
    const char *name = PICK(names);
    bool korean = (unsigned char)*name >= 0x80;
    size_t n = 0, letter = korean ? 3 : 1;
    for (size_t i = 0; name[i];) {
        size_t len = name[i] == '_' ? 1 : letter;
        const char *from = any(6) ? name + i : korean ? PICK(hangul) : PICK(latin);
        if (name[i] != '_' && any(9)) {
            memcpy(out + n, from, len);
            n += len;
        }
        i += len;
    }
    out[n] = 0;
}

/* ------------------------------------------------------------ every name */
static double likeness(const struct ob_letters *word, const struct ob_letters *name)
{
    uint32_t longer = word->n > name->n ? word->n : name->n, k = 0;
    uint32_t shorter = word->n > name->n ? name->n : word->n;
    if (shorter < 2)
        return 0;
    while (k < shorter && word->at[k] == name->at[k])
        k++;
    double begins = k >= 3 && k * 3 >= shorter * 2 ? 0.6 + (0.8 - 0.6) * k / longer : 0;
    struct ob_letters_word w;
    ob_letters_word_init(&w, word);
    uint32_t n = ob_letters_edits(&w, name->at, name->n), most = longer / 3 ? longer / 3 : 1;
    double same = n <= most ? 1 - (double)n / longer + 0.001 * k : 0;
    return same > begins ? same : begins;
}

static double nearness(const char *word, const char *name)
{
    struct ob_letters w, whole, parts[OB_LETTERS_PARTS];
    ob_letters_of(&w, NULL, word, strlen(word));
    size_t n = ob_letters_of(&whole, parts, name, strlen(name));
    double best = likeness(&w, &whole);
    for (size_t i = 0; n > 1 && i < n; i++) {
        double part = likeness(&w, &parts[i]) * 0.9;
        best = part > best ? part : best;
    }
    return best;
}

/* The first of the nearest names but those in TOLD; NULL when none is near. */
static const char *nearest_but(const char *word, const char *const *told, size_t n)
{
    const char *best = NULL;
    double most = 0;
    for (size_t i = 0; i < NAMES; i++) {
        double near = nearness(word, names[i]);
        bool is_told = false;
        for (size_t k = 0; k < n; k++)
            is_told = is_told || told[k] == names[i];
        if (near >= 0.6 && near > most && !is_told) {
            best = names[i];
            most = near;
        }
    }
    return best;
}

static const char *nearest(const char *word)
{
    static char list[TOLD * (LONGEST + 2)];
    const char *told[TOLD];
    *list = 0;
    for (size_t n = 0; n < TOLD && (told[n] = nearest_but(word, told, n)); n++) {
        strcat(list, n ? ", " : "");
        strcat(list, told[n]);
    }
    return list;
}

TEST(nearest_names_are_those_of_a_comparison_with_every_name)
{
    char word[LONGEST];
    int compared = 0, none = 0;
    chance_begin(11);
    save_names();
    open_project();
    take_view(0);
    for (int i = 0; i < WORDS; i++) {
        make_word(word);
        search(word);
        if (*word && hits.len == 0) {
            test_check_str(__FILE__, __LINE__, word, hits.nearest, nearest(word));
            compared++;
            none += !*hits.nearest;
        }
        ob_hits_release(&hits);
    }
    CHECK(compared > WORDS / 2 && none < compared / 2);
    done();
    close_all();
}

static const char *told_for(const char *word)
{
    static char told[400];
    take_view(0);
    search(word);
    CHECK_INT(hits.len, 0);
    snprintf(told, sizeof told, "%s", hits.nearest);
    done();
    return told;
}

/* A spelling is known by the first file that has it, which may change. */
TEST(names_of_files_that_changed_are_told_only_where_they_still_are)
{
    save("a.py", "def take_snapshot():\n    pass\n\n\ndef 설정_파일():\n    pass\n");
    save("b.py", "def takeSnapshot():\n    pass\n");
    for (int i = 0; i < 12; i++) { /* enough that the part of the index is not made anew */
        char name[20];
        snprintf(name, sizeof name, "c%d.py", i);
        save(name, "pass\n");
    }
    open_project();
    CHECK_STR(told_for("snaphsot"), "take_snapshot");
    CHECK_STR(told_for("설졍"), "설정_파일");
    save("a.py", "def other():\n    pass\n");
    ob_shelf_rescan(shelf);
    wait_seen(0, "a.py", "def other():\n    pass\n");
    CHECK_STR(told_for("snaphsot"), "takeSnapshot");
    CHECK_STR(told_for("설졍"), "");
    close_all();
}

static const char *told_of_kind(const char *word, enum ob_search_kind kind)
{
    static char told[400];
    take_view(0);
    run((struct ob_search_request){
        .question = word, .question_len = strlen(word), .by = OB_BY_PASSAGE, .kind = kind});
    CHECK_INT(hits.len, 0);
    snprintf(told, sizeof told, "%s", hits.nearest);
    done();
    return told;
}

/* What stands first in the project are names of code, more of each than spellings are kept. */
TEST(names_are_told_of_the_kind_that_was_asked_for)
{
    for (int i = 0; i < 8; i++) {
        char name[40], text[80];
        snprintf(name, sizeof name, "code/%d/snapshot.py", i);
        snprintf(text, sizeof text, "def 설정_파일():\n    pass\n\n\ndef fence_%c():\n    pass\n",
                 'a' + i);
        save(name, text);
    }
    save("notes/snapshot.md", "# 설정 파일\n\n# Fence rules\n");
    save("notes/old.md", "# Snapshots\n");
    open_project();
    CHECK_STR(told_of_kind("snaphsot", OB_SEARCH_NOTE), "notes/snapshot.md, Snapshots");
    CHECK_STR(told_of_kind("snaphsot", OB_SEARCH_CODE), "code/0/snapshot.py, code/1/snapshot.py, "
                                                        "code/2/snapshot.py");
    CHECK_STR(told_of_kind("fennce", OB_SEARCH_NOTE), "Fence rules");
    CHECK_STR(told_of_kind("fennce", OB_SEARCH_CODE), "fence_a, fence_b, fence_c");
    CHECK_STR(told_of_kind("설졍", OB_SEARCH_NOTE), "설정 파일");
    CHECK_STR(told_of_kind("설졍", OB_SEARCH_CODE), "설정_파일");
    close_all();
}

TEST_MAIN(CASE(nearest_names_are_those_of_a_comparison_with_every_name),
          CASE(names_of_files_that_changed_are_told_only_where_they_still_are),
          CASE(names_are_told_of_the_kind_that_was_asked_for))
