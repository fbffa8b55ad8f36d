/* The index: versions, masks, merges, and what a document holds. */
#include <stdlib.h>
#include <string.h>

#include <uv.h>

#include "openbook/base/buf.h"
#include "openbook/base/mem.h"
#include "openbook/index/priors.h"
#include "openbook/index/snapshot.h"

#include "test.h"

static struct ob_doc *doc(const char *path, const char *text)
{
    struct ob_terms *t = ob_terms_new();
    struct ob_doc *d = NULL;
    struct ob_error e = OB_ERROR_INIT;
    if (ob_doc_new(&d, t, path, text, strlen(text), &e) != 0)
        test_fail(__FILE__, __LINE__, "%s", e.message);
    ob_terms_free(t);
    return d;
}

static void put(struct ob_index *x, const char *path, const char *text)
{
    struct ob_doc *d = doc(path, text);
    ob_index_apply(x, &d, 1, NULL, 0);
    ob_doc_unref(d);
}

static uint64_t word(const char *text)
{
    return ob_term_hash(OB_TERM_WORD, text, strlen(text));
}

/* How many live passages hold the term. */
static int live_passages(const struct ob_snapshot *s, uint64_t hash)
{
    int n = 0;
    for (size_t i = 0; i < ob_snapshot_parts(s); i++) {
        struct ob_snapshot_part p = ob_snapshot_part(s, i);
        struct ob_part_range r = ob_part_find(&p.part->terms, hash);
        for (uint32_t k = r.first; k < r.first + r.count; k++) {
            uint32_t d = p.part->passage_doc[p.part->postings[k].passage];
            n += !(p.dead && p.dead[d]);
        }
    }
    return n;
}

TEST(a_name_has_one_key_in_all_its_spellings)
{
    CHECK(ob_name_key("HttpServer", 10) == ob_name_key("http_server", 11));
    CHECK(ob_name_key("Café", 5) == ob_name_key("cafe\u0301", 6));
    CHECK(ob_name_key("회의 기록", 13) ==
          ob_name_key("\u1112\u116C\u110B\u1174 \u1100\u1175\u1105\u1169\u11A8", 28));
    CHECK(ob_name_key("회의", 6) != ob_name_key("회", 3));
    CHECK_INT(ob_name_key("--", 2), 0);
}

TEST(a_page_is_known_by_file_title_and_alias_and_a_tag_by_its_parts)
{
    uint64_t key = ob_page_key("회의 기록", 13);
    CHECK(key == ob_page_key("../Notes/회의%20기록.md", 27));
    CHECK(key != ob_name_key("회의 기록", 13)); /* names of code live apart */
    CHECK(ob_page_key("v1.2", 4) == ob_page_key("v1.2.md", 7));
    CHECK_INT(ob_page_key("..", 2), 0);
    CHECK(ob_tag_key("#area/sub", 9) == ob_tag_key("area/sub", 8));
    struct ob_doc *d = doc("Notes/mtg.md", "---\ntitle: 회의 기록\naliases: [minutes, mtg]\n"
                                           "tags: work/team\n---\ntext [[Page One|x]] #해\n");
    CHECK_INT(d->n_names, 3);
    CHECK_INT(d->n_aliases, 2);
    CHECK_STR(d->names[0].text, "회의 기록");
    CHECK(d->names[0].key == key && d->names[1].key == ob_page_key("minutes", 7));
    CHECK(d->page_key == ob_page_key("mtg", 3));
    CHECK_INT(d->n_imports, 1);
    CHECK(d->imports[0] == ob_page_key("page-one.md", 11));
    CHECK(ob_doc_has_key(d->compounds, d->n_compounds, ob_tag_key("work", 4)));
    CHECK(ob_doc_has_key(d->compounds, d->n_compounds, ob_tag_key("#work/team", 10)));
    CHECK(ob_doc_has_key(d->compounds, d->n_compounds, ob_tag_key("해", 3)));
    CHECK_INT(d->front_lines, 5);
    CHECK_INT(ob_doc_field_get(d, word("team"))->tf_def, 1); /* a tag weighs like a title */
    CHECK_INT(ob_doc_field_get(d, word("minut"))->tf_def, 1);
    struct ob_terms *t = ob_terms_new();
    struct ob_doc *moved = ob_doc_renamed(d, t, "회의 기록.md");
    ob_terms_free(t);
    CHECK(moved->page_key == key && moved->names[2].key == ob_page_key("mtg", 3));
    ob_doc_unref(moved);
    ob_doc_unref(d);
    d = doc("a.org", ":PROPERTIES:\n:SECRET: hidden\n:ROAM_ALIASES: shown\n:END:\nx\n");
    CHECK(ob_doc_field_get(d, word("hidden")) == NULL);
    CHECK(ob_doc_field_get(d, word("shown")) != NULL);
    ob_doc_unref(d);
    d = doc("a.org", ":PROPERTIES:\n:ID: zebra-1\n:END:\n* [[id:zebra-2][제목]] =x=\n"
                     ":PROPERTIES:\n:ID: zebra-2\n:END:\n");
    CHECK_INT(d->n_ids, 2);
    CHECK(ob_doc_has_key(d->ids, d->n_ids, ob_id_key("ZEBRA-1", 7)));
    CHECK(ob_id_key("zebra-1", 7) != ob_page_key("zebra-1", 7));
    CHECK(ob_doc_has_key(d->imports, d->n_imports, ob_id_key("zebra-2", 7)));
    CHECK_STR(d->defs[0].name, "제목 x");
    CHECK_INT(d->defs[0].n_name_terms, 2);
    ob_doc_unref(d);
    d = doc("a.md", "# [Foo Bar](x.md)s\n");
    CHECK(d->names[0].key == ob_page_key("foo bars", 8)); /* [[Foo Bars]] leads here */
    ob_doc_unref(d);
}

TEST(a_renamed_document_has_the_priors_of_its_new_path)
{
    struct ob_doc *d = doc("src/open.c", "int open_it(void);\n");
    struct ob_terms *t = ob_terms_new();
    CHECK_INT(d->priors, 0);
    struct ob_doc *moved = ob_doc_renamed(d, t, "tests/예제/open_test.c");
    CHECK_INT(moved->priors, OB_PRIOR_TEST);
    struct ob_doc *again = ob_doc_renamed(moved, t, "vendor/main.c");
    CHECK_INT(again->priors, OB_PRIOR_VENDORED | OB_PRIOR_ENTRY);
    ob_terms_free(t);
    ob_doc_unref(again);
    ob_doc_unref(moved);
    ob_doc_unref(d);
}

TEST(a_notebook_is_cut_at_its_cells_which_know_their_headings)
{
    struct ob_doc *d = doc("a.ipynb", "{\n \"cells\": [\n  {\n   \"cell_type\": \"markdown\",\n"
                                      "   \"source\": [\n    \"# 분석\"\n   ]\n  },\n  {\n"
                                      "   \"cell_type\": \"code\",\n   \"outputs\": [],\n"
                                      "   \"source\": [\n    \"first = 1\\n\",\n    \"# x\"\n"
                                      "   ]\n  },\n  {\n   \"cell_type\": \"code\",\n"
                                      "   \"outputs\": [],\n   \"source\": [\n"
                                      "    \"second = 2\"\n   ]\n  }\n ]\n}\n");
    CHECK_INT(d->n_defs, 1);
    CHECK_STR(d->defs[0].name, "분석");
    uint32_t first = ob_doc_passage_at(d, 14), second = ob_doc_passage_at(d, 21);
    CHECK(ob_doc_passage_at(d, 13) == first && first != second);
    CHECK(ob_doc_passage_at(d, 6) != first);
    CHECK(d->passages[first].def == 0 && d->passages[second].def == 0);
    ob_doc_unref(d);
}

static int found_now(struct ob_index *x, const char *term)
{
    struct ob_snapshot *s = ob_index_snapshot(x);
    int n = live_passages(s, word(term));
    ob_snapshot_unref(s);
    return n;
}

TEST(a_held_snapshot_keeps_the_old_version_of_a_file)
{
    struct ob_index *x = ob_index_new();
    put(x, "a.c", "int apple;\n");
    struct ob_snapshot *old = ob_index_snapshot(x);
    put(x, "a.c", "int banana;\n");
    CHECK_INT(live_passages(old, word("banana")), 0);
    CHECK_INT(live_passages(old, word("appl")), 1);
    CHECK_INT(found_now(x, "appl"), 0);
    CHECK_INT(found_now(x, "banana"), 1);
    ob_index_free(x);
    CHECK_INT(live_passages(old, word("appl")), 1); /* outlives its index */
    ob_snapshot_unref(old);
}

TEST(a_removed_file_is_not_found_any_more)
{
    struct ob_index *x = ob_index_new();
    put(x, "a.c", "int apple;\n");
    put(x, "b.c", "int apple;\n");
    const char *gone = "a.c";
    ob_index_apply(x, NULL, 0, &gone, 1);
    CHECK_INT(found_now(x, "appl"), 1);
    struct ob_snapshot *s = ob_index_snapshot(x);
    CHECK(ob_snapshot_doc(s, "a.c") == NULL);
    CHECK(ob_snapshot_doc(s, "b.c") != NULL);
    CHECK_INT(ob_snapshot_totals(s).docs, 1);
    ob_snapshot_unref(s);
    ob_index_free(x);
}

TEST(a_mask_changes_one_view_and_not_the_index)
{
    struct ob_index *x = ob_index_new();
    put(x, "노트.md", "# 저장한 글\n");
    struct ob_snapshot *base = ob_index_snapshot(x);
    struct ob_doc *typed = doc("노트.md", "# typed heading\n");
    struct ob_snapshot *mine = ob_snapshot_with(base, &typed, 1, NULL, 0);
    CHECK_INT(live_passages(mine, word("typ")) + live_passages(mine, word("type")), 1);
    CHECK_INT(live_passages(base, word("head")), 0);
    CHECK_INT(ob_snapshot_totals(mine).docs, 1);
    const char *gone = "노트.md";
    struct ob_snapshot *none = ob_snapshot_with(base, NULL, 0, &gone, 1);
    CHECK_INT(ob_snapshot_totals(none).docs, 0);
    CHECK_INT(ob_snapshot_totals(base).docs, 1);
    ob_snapshot_unref(none);
    ob_snapshot_unref(mine);
    ob_snapshot_unref(base);
    ob_doc_unref(typed);
    ob_index_free(x);
}

TEST(hangul_is_found_by_bigrams_whatever_the_particle)
{
    struct ob_index *x = ob_index_new();
    put(x, "a.md", "설정을 바꾼다\n");
    put(x, "b.md",
        "\xe1\x84\x89\xe1\x85\xa5\xe1\x86\xaf\xe1\x84\x8c\xe1\x85\xa5\xe1\x86\xbc\xe1\x84\x8b\xe1\x85\xb5 있다\n"); /* NFD 설정이 */
    struct ob_snapshot *s = ob_index_snapshot(x);
    CHECK_INT(live_passages(s, ob_term_hash(OB_TERM_HANGUL, "설정", strlen("설정"))), 2);
    ob_snapshot_unref(s);
    ob_index_free(x);
}

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

struct expected {
    char text[64];
    bool present;
};

static void check_same_as_fresh(struct ob_index *x, const struct expected *files, int n)
{
    struct ob_snapshot *s = ob_index_snapshot(x);
    size_t docs = 0;
    for (int i = 0; i < n; i++) {
        char path[16];
        snprintf(path, sizeof path, "f%d.c", i);
        const struct ob_doc *d = ob_snapshot_doc(s, path);
        CHECK((d != NULL) == files[i].present);
        docs += d != NULL;
        if (d)
            CHECK_INT(ob_doc_text_bytes(d), strlen(files[i].text));
    }
    CHECK_INT(ob_snapshot_totals(s).docs, docs);
    for (int k = 0; k < 20; k++) {
        char name[16];
        snprintf(name, sizeof name, "zq%c", 'a' + k);
        int want = 0;
        for (int i = 0; i < n; i++)
            want += files[i].present && strstr(files[i].text, name) != NULL;
        CHECK_INT(live_passages(s, word(name)), want);
    }
    ob_snapshot_unref(s);
}

TEST(after_random_changes_the_index_equals_a_fresh_one)
{
    enum { FILES = 40, ROUNDS = 600 };
    struct ob_index *x = ob_index_new();
    static struct expected files[FILES];
    uint32_t seed = 20261124;
    for (int round = 0; round < ROUNDS; round++) {
        int i = (int)(next_random(&seed) % FILES);
        char path[16];
        snprintf(path, sizeof path, "f%d.c", i);
        files[i].present = next_random(&seed) % 4 != 0;
        if (files[i].present) {
            snprintf(files[i].text, sizeof files[i].text, "int zq%c; int zq%c;\n",
                     (char)('a' + next_random(&seed) % 20), (char)('a' + next_random(&seed) % 20));
            put(x, path, files[i].text);
        } else {
            const char *gone = path;
            ob_index_apply(x, NULL, 0, &gone, 1);
        }
        if (round % 50 == 49)
            check_same_as_fresh(x, files, FILES);
    }
    struct ob_snapshot *s = ob_index_snapshot(x);
    CHECK(ob_snapshot_parts(s) <= 8); /* merged, not piled up */
    ob_snapshot_unref(s);
    ob_index_free(x);
}

struct race {
    struct ob_index *x;
    atomic_bool stop;
    int reads;
};

static void read_all_the_time(void *data)
{
    struct race *r = data;
    while (!atomic_load(&r->stop) || r->reads == 0) {
        struct ob_snapshot *s = ob_index_snapshot(r->x);
        /* Either version of the file, never none and never both. */
        int n = live_passages(s, word("appl")) + live_passages(s, word("banana"));
        if (n != 1)
            test_fail(__FILE__, __LINE__, "%d versions at once", n);
        ob_snapshot_unref(s);
        r->reads++;
    }
}

TEST(a_reader_sees_whole_versions_while_the_writer_works)
{
    struct race r = {.x = ob_index_new()};
    put(r.x, "a.c", "int apple;\n");
    uv_thread_t thread;
    CHECK(uv_thread_create(&thread, read_all_the_time, &r) == 0);
    for (int i = 0; i < 300; i++)
        put(r.x, "a.c", i % 2 ? "int apple;\n" : "int banana;\n");
    atomic_store(&r.stop, true);
    CHECK(uv_thread_join(&thread) == 0);
    CHECK(r.reads > 0);
    ob_index_free(r.x);
}

TEST(a_document_knows_its_names_fields_and_imports)
{
    struct ob_doc *d =
        doc("src/net/http_server.c", "#include \"sock_buf.h\"\n"
                                     "/* Opens the listener. */\n"
                                     "int open_listener(int port)\n{\n    return port;\n}\n");
    CHECK_INT(d->n_stem, 2);
    CHECK_INT(d->n_folders, 2);
    CHECK_INT(d->n_last_folder, 1);
    CHECK(d->stem_key == ob_name_key("HttpServer", 10));
    CHECK(ob_doc_has_key(d->imports, d->n_imports, ob_name_key("sock_buf", 8)));
    CHECK(ob_doc_has_key(d->compounds, d->n_compounds, ob_name_key("openListener", 12)));
    CHECK_INT(d->n_defs, 1);
    CHECK_STR(d->defs[0].name, "open_listener");
    CHECK_INT(d->defs[0].first_line_1based, 2);
    CHECK_INT(d->defs[0].line_1based, 3);
    CHECK_INT(d->defs[0].end_line_1based, 6);
    const struct ob_doc_field *f = ob_doc_field_get(d, word("listen"));
    CHECK(f != NULL);
    CHECK_INT(f[1].first - f->first, 2);
    CHECK_INT(f->tf_def, 1);
    CHECK_INT(f->tf_comment, 1);
    CHECK(ob_doc_field_get(d, word("absent")) == NULL);
    ob_doc_unref(d);
}

static uint32_t subject_of(const char *path, const char *text)
{
    struct ob_doc *d = doc(path, text);
    CHECK(d->n_passages > 0);
    uint32_t subject = d->passages[d->n_passages - 1].subject;
    ob_doc_unref(d);
    return subject;
}

TEST(a_passage_knows_how_many_words_it_begins_by_defining)
{
    static const struct {
        const char *text;
        uint32_t words;
    } cases[] = {
        {"The red panda is a small animal, and is shy.\n", 2},
        {"# Some title\n\nA panda lets you come near.\n", 1},
        {"Words.\n\n\nIt is the next piece that counts here.\n", 0},
        {"One two three four five six seven are the ones too many.\n", 0},
        {"No verb here.\n", 0},
        {"Red pandas (or fire foxes, as some call them) are small animals.\n", 2},
        {"It stays ( open.\n\nA panda is an animal.\n", 2},
        {"A panda is **simply\nthe** one that eats bamboo.\n", 1},
        {"A panda refers to what eats bamboo.\n", 1},
        {"A panda is shy.\n", 0},
        {"Red pandas are fed twice by their keepers.\n", 0},
        {"A panda is already in its house.\n", 0},
        {"A panda can climb the trees.\n", 0},
        {"A panda is", 0},
        {"A panda is \xff\x00", 0},
        {"# 제목\n\n너구리 판다는 작은 동물이다.\n", 2},
        {"\u1111\u1161\u11ab\u1103\u1161\u1102\u1173\u11ab "
         "\u1103\u1169\u11bc\u1106\u116e\u11af\u110b\u1175\u1103\u1161.\n",
         1}, /* NFD */
        {"React는 라이브러리다.\n", 1},
        {"React는 화면을 그리는 라이브러리입니다. 상태는 변한다.\n", 1},
        {"상태 관리 API란 무엇인가.\n", 3},
        {"너구리 판다(레서판다라고 하는 동물)는 작다. 곰은 크다.\n", 0},
        {"판다는 작은 동물로, 대나무를 먹는다.\n", 1},
        {"판다는 작은 곰을 의미합니다.\n", 1},
        {"판다는 작은 곰이라고 합니다.\n", 1},
        {"판다는 여러 곳에서 한결같이 움직이는, 대나무를 한곳에 담아 두는 동물이다.\n", 1},
        {"판다는 "
         "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
         "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
         "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
         "\xff\xff\xff\xff 이다.\n",
         1},
        {"판다는 작다.\n", 0},
        {"판다는 곰과 다르다.\n", 0},
        {"판다는 대나무를 먹는다.\n", 0},
        {"판다는 \xec\x9d", 0},
        {"은 값이 올랐다.\n", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (subject_of("a.md", cases[i].text) != cases[i].words)
            test_fail(__FILE__, __LINE__, "<%s> is %u, not %u", cases[i].text,
                      subject_of("a.md", cases[i].text), cases[i].words);
    CHECK_INT(subject_of("a.c", "/* The list is a sorted one. */\n"), 0);
}

/* Each syllable of such a word gives a term; to read the word for each took a minute for 60 lines, so that
 * this would not end in time. */
TEST(a_word_that_fills_its_line_is_read_once)
{
    struct ob_buf b;
    ob_buf_init(&b, 1 << 21);
    for (int line = 0; line < 60; line++) {
        for (int i = 0; i < 1060; i++)
            CHECK_INT(ob_buf_append_str(&b, "가나다라마"), 0);
        CHECK_INT(ob_buf_append_str(&b, "은\n"), 0);
    }
    struct ob_doc *d = doc("a.md", ob_buf_str(&b));
    CHECK(d->n_terms > 60 * 5000);
    ob_doc_unref(d);
    ob_buf_release(&b);
}

TEST(a_note_knows_the_lines_of_words_that_join_words)
{
    struct ob_doc *d = doc("a.md", "Call `useState` and use_state.\n\nES6, v4 and utf8.\n\n"
                                   "useState는 상태를 담는다. HTTPServer\n");
    uint64_t key = ob_name_key("useState", 8);
    uint32_t n = 0;
    for (uint32_t i = 0; i < d->n_written; i++) {
        CHECK(i == 0 || d->written[i - 1].key <= d->written[i].key);
        if (d->written[i].key == key)
            CHECK_INT(d->written[i].line_1based, n++ ? 5 : 1); /* once a line */
    }
    CHECK_INT(n, 2);
    CHECK_INT(d->n_written, 3);
    ob_doc_unref(d);
    d = doc("a.c", "int use_state(void);\n");
    CHECK_INT(d->n_written, 0);
    ob_doc_unref(d);
}

TEST(blank_lines_that_a_passage_begins_with_are_counted)
{
    struct ob_doc *d = doc("a.md", "\n\n  \nText.\n\n\nMore.\n");
    CHECK_INT(d->n_passages, 2);
    CHECK_INT(d->passages[0].blank, 3);
    CHECK_INT(d->passages[1].blank, 0);
    ob_doc_unref(d);
    char text[302];
    memset(text, '\n', 300);
    memcpy(text + 300, "x", 2);
    d = doc("a.md", text);
    uint32_t blank = 0, lines = 0;
    for (uint32_t i = 0; i < d->n_passages; i++) {
        blank += d->passages[i].blank;
        lines += d->passages[i].last_line - d->passages[i].first_line + 1;
    }
    CHECK_INT(lines, 301);
    CHECK(blank >= 255 && blank <= 300);
    ob_doc_unref(d);
}

TEST(parts_of_a_word_are_told_from_whole_words)
{
    struct ob_doc *d = doc("a.md", "useState keeps it.\nThe state is kept.\n");
    const struct ob_doc_field *f = ob_doc_field_get(d, word("stat"));
    CHECK_INT(f[1].first - f->first, 2);
    CHECK_INT(d->occurrences[f->first].part, 1);
    CHECK_INT(d->occurrences[f->first + 1].part, 0);
    ob_doc_unref(d);
}

/* Where WORD first stands among the words of its passage. */
static uint32_t place_in(const char *text, const char *w)
{
    struct ob_doc *d = doc("a.md", text);
    const struct ob_doc_field *f = ob_doc_field_get(d, word(w));
    CHECK(f != NULL);
    uint32_t place = d->occurrences[f->first].place;
    ob_doc_unref(d);
    return place;
}

TEST(stop_words_that_begin_a_passage_are_not_counted)
{
    CHECK_INT(place_in("The panda eats.\n", "panda"), 0);
    CHECK_INT(place_in("Before it.\n\n\nThe panda eats.\n", "panda"), 0);
    CHECK_INT(place_in("# Title\n\nThis is a panda.\n", "panda"), 0);
    CHECK_INT(place_in("The panda eats.\n", "eat"), 1);
}

TEST(a_signature_goes_up_to_where_its_parentheses_are_closed)
{
    struct ob_doc *d = doc("bill.c", "int pay(struct bill *bill,\n"
                                     "        enum currency in)\n"
                                     "{\n    return settle(bill, in);\n}\n"
                                     "\n"
                                     "#define open_for_ever ((((\n"
                                     "int x;\nint y;\n");
    CHECK_STR(d->defs[0].name, "pay");
    CHECK_INT(d->defs[0].signature_lines, 2);
    CHECK_INT(d->defs[0].n_signature_terms, 8);
    CHECK_STR(d->defs[1].name, "open_for_ever");
    CHECK_INT(d->defs[1].signature_lines, 1); /* no further than it goes */
    ob_doc_unref(d);
    struct ob_buf b;
    ob_buf_init(&b, 1 << 16);
    CHECK_INT(ob_buf_append_str(&b, "def many("), 0);
    for (int i = 0; i < 100; i++)
        CHECK_INT(ob_buf_appendf(&b, "alpha, beta, gamma%s", i % 2 ? ",\n    " : ", "), 0);
    CHECK_INT(ob_buf_append_str(&b, "last):\n    pass\n"), 0);
    d = doc("many.py", ob_buf_str(&b));
    CHECK_INT(d->defs[0].signature_lines, 8);
    CHECK_INT(d->defs[0].n_signature_terms, 50); /* 2, and 6 a line */
    ob_doc_unref(d);
    ob_buf_release(&b);
    d = doc("note.md", "# Pay (the bill)\n\nText.\n");
    CHECK_INT(d->defs[0].signature_lines, 0);
    CHECK_INT(d->defs[0].n_signature_terms, 0);
    ob_doc_unref(d);
}

/* Spread evenly, crowded at either end, or all but equal. */
static uint64_t nth_hash(int shape, uint64_t i, uint64_t n)
{
    switch (shape) {
    case 0: return i * (UINT64_MAX / (n + 1)) + 5;
    case 1: return i * 3 + 5;
    case 2: return UINT64_MAX - (n - i) * 3;
    default: return i < n / 2 ? i * 3 + 5 : UINT64_MAX - (n - i) * 3;
    }
}

TEST(a_hash_is_found_among_others_however_they_are_spread)
{
    enum { MOST = 300 };
    uint64_t keys[MOST];
    for (int shape = 0; shape < 4; shape++) {
        for (uint32_t n = 0; n <= MOST; n += n < 20 ? 1 : 35) {
            for (uint32_t i = 0; i < n; i++)
                keys[i] = nth_hash(shape, i, n);
            for (uint32_t i = 0; i < n; i++) {
                CHECK(ob_doc_has_key(keys, n, keys[i]));
                CHECK(!ob_doc_has_key(keys, n, keys[i] + 1));
                CHECK(!ob_doc_has_key(keys, n, keys[i] - 1));
            }
            CHECK(!ob_doc_has_key(keys, n, 0));
            CHECK(!ob_doc_has_key(keys, n, UINT64_MAX));
        }
    }
}

TEST(each_line_is_in_the_passage_that_a_walk_finds)
{
    struct ob_buf text;
    ob_buf_init(&text, 1 << 20);
    for (int i = 0; i < 2000; i++)
        CHECK_INT(ob_buf_appendf(&text, i % 7 ? "word%d and some more\n" : "\n", i), 0);
    struct ob_doc *d = doc("a.txt", ob_buf_str(&text));
    CHECK(d->n_passages > 10);
    uint32_t walked = 0;
    for (uint32_t line = 1; line <= d->n_lines; line++) {
        while (walked + 1 < d->n_passages && d->passages[walked + 1].first_line <= line)
            walked++;
        CHECK_INT(ob_doc_passage_at(d, line), walked);
        CHECK_INT(ob_doc_passage_from(d, walked / 2, line), walked);
        CHECK_INT(ob_doc_passage_from(d, walked, line), walked);
    }
    ob_doc_unref(d);
    ob_buf_release(&text);
}

TEST(a_notebook_is_found_by_its_cells_on_the_lines_of_the_file)
{
    struct ob_doc *d =
        doc("a.ipynb", "{\n\"cells\": [\n{\"cell_type\": \"markdown\",\n\"source\": [\n"
                       "\"# 소개\\n\",\n\"plotting\"]}],\n\"metadata\": {}}\n");
    CHECK_INT(d->n_defs, 1);
    CHECK_STR(d->defs[0].name, "소개");
    CHECK_INT(d->defs[0].line_1based, 5);
    CHECK(ob_doc_field_get(d, word("plot")) != NULL);
    CHECK(ob_doc_field_get(d, word("metadata")) == NULL);
    ob_doc_unref(d);
    d = doc("a.ipynb", "{ plotting");
    CHECK(ob_doc_field_get(d, word("plot")) != NULL);
    ob_doc_unref(d);
}

TEST(empty_and_broken_texts_become_documents)
{
    static const char *const texts[] = {"", "\n", "\xff\xfe\x80", "가\xea\xb0", "x"};
    struct ob_index *x = ob_index_new();
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        put(x, i % 2 ? "a.md" : "a.c", texts[i]);
    struct ob_index_stats stats;
    struct ob_snapshot *s = ob_index_snapshot(x);
    ob_snapshot_stats(&stats, s);
    CHECK_INT(stats.files, 2);
    ob_snapshot_unref(s);
    ob_index_free(x);
}

TEST(a_snapshot_that_is_let_go_lives_as_long_as_others_hold_it_and_a_worker_frees_the_last)
{
    uv_loop_t loop;
    struct ob_index *x = ob_index_new();
    CHECK_INT(uv_loop_init(&loop), 0);
    put(x, "가.md", "# 고래\n\n바다에 산다.\n");
    struct ob_snapshot *old = ob_index_snapshot(x);
    ob_snapshot_let_go(ob_index_snapshot(x), &loop);
    ob_snapshot_let_go(NULL, &loop);
    CHECK(!uv_loop_alive(&loop)); /* others have it: there is nothing to do */
    put(x, "가.md", "# 수달\n\n강에 산다.\n");
    CHECK(ob_snapshot_doc(old, "가.md") != NULL);
    CHECK_INT(live_passages(old, word("고래")), 1);
    ob_snapshot_let_go(old, &loop);
    CHECK(uv_loop_alive(&loop)); /* a worker has it */
    CHECK_INT(uv_run(&loop, UV_RUN_DEFAULT), 0);
    CHECK_INT(uv_loop_close(&loop), 0);
    ob_index_free(x);
}

TEST_MAIN(
    CASE(parts_of_a_word_are_told_from_whole_words),

    CASE(a_snapshot_that_is_let_go_lives_as_long_as_others_hold_it_and_a_worker_frees_the_last),
    CASE(a_notebook_is_cut_at_its_cells_which_know_their_headings),
    CASE(a_page_is_known_by_file_title_and_alias_and_a_tag_by_its_parts),
    CASE(a_name_has_one_key_in_all_its_spellings),
    CASE(a_held_snapshot_keeps_the_old_version_of_a_file),
    CASE(a_removed_file_is_not_found_any_more), CASE(a_mask_changes_one_view_and_not_the_index),
    CASE(hangul_is_found_by_bigrams_whatever_the_particle),
    CASE(after_random_changes_the_index_equals_a_fresh_one),
    CASE(a_reader_sees_whole_versions_while_the_writer_works),
    CASE(a_document_knows_its_names_fields_and_imports),
    CASE(a_renamed_document_has_the_priors_of_its_new_path),
    CASE(a_passage_knows_how_many_words_it_begins_by_defining),
    CASE(a_word_that_fills_its_line_is_read_once),
    CASE(a_note_knows_the_lines_of_words_that_join_words),
    CASE(blank_lines_that_a_passage_begins_with_are_counted),
    CASE(stop_words_that_begin_a_passage_are_not_counted),
    CASE(a_signature_goes_up_to_where_its_parentheses_are_closed),
    CASE(a_hash_is_found_among_others_however_they_are_spread),
    CASE(each_line_is_in_the_passage_that_a_walk_finds),
    CASE(a_notebook_is_found_by_its_cells_on_the_lines_of_the_file),
    CASE(empty_and_broken_texts_become_documents))
