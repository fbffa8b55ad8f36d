/* How surely Korean code pages are told from UTF-8 and Latin-1: a corpus of Korean and English, the one this
 * source has, is encoded as old editors did and must be read as what it was.  At most one text in a
 * hundred may be taken for another encoding. */
#include <stdint.h>
#include <string.h>

#include <iconv.h>

#include "openbook/base/error.h"
#include "openbook/base/io.h"

#include "../../src/files/decode.h"
#include "test.h"

enum { MAX_BYTES = 1 << 20 };

static const char *const corpus[] = {"docs/README.ko.md",
                                     "docs/openbook.txt",
                                     "tests/golden/notes/일지/2026-03.md",
                                     "tests/golden/notes/meeting.txt",
                                     "tests/golden/notes/editor.org",
                                     "tests/golden/notes/infra/nginx.md",
                                     "src/text/ko-en.txt"};

struct score {
    size_t texts, wrong;
};

/* TEXT in CODE; false where it cannot be written so. */
static bool encode(struct ob_buf *out, const char *code, const char *text, size_t len)
{
    iconv_t table = iconv_open(code, "UTF-8");
    if (table == (iconv_t)-1)
        test_skip("the system has no table of the Korean code pages");
    char *from = (char *)(uintptr_t)text, *to;
    ob_buf_clear(out);
    to = ob_buf_reserve(out, len * 2 + 8);
    size_t room = len * 2 + 8, left = len;
    bool ok = to && iconv(table, &from, &left, &to, &room) == 0 && left == 0;
    (void)iconv_close(table);
    if (ok)
        ob_buf_commit(out, len * 2 + 8 - room);
    return ok;
}

static bool has_hangul(const char *text, size_t len)
{
    for (size_t i = 0; i + 2 < len; i++)
        if ((unsigned char)text[i] >= 0xEA && (unsigned char)text[i] <= 0xED)
            return true;
    return false;
}

/* Whether TEXT, encoded in CODE, is read as it is. */
static void judge(struct score *s, const char *code, const char *text, size_t len)
{
    struct ob_buf b;
    ob_buf_init(&b, 4 * MAX_BYTES);
    if (has_hangul(text, len) && encode(&b, code, text, len)) {
        enum ob__encoding found = ob__encoding_of(ob_buf_str(&b), b.len);
        CHECK_INT(ob__decode(&b, found), 0);
        s->texts++;
        s->wrong += b.len != len || memcmp(ob_buf_str(&b), text, len) != 0;
    }
    ob_buf_release(&b);
}

/* Cuts TEXT into texts of LINES lines. */
static void judge_pieces(struct score *s, const char *code, const char *text, size_t len, int lines)
{
    for (size_t from = 0, at = 0; from < len; from = at) {
        for (int i = 0; i < lines && at < len; i++) {
            const char *feed = memchr(text + at, '\n', len - at);
            at = feed ? (size_t)(feed - text) + 1 : len;
        }
        judge(s, code, text + from, at - from);
    }
}

static void read_corpus(struct ob_buf *b, const char *path)
{
    struct ob_error e = OB_ERROR_INIT;
    ob_buf_init(b, MAX_BYTES);
    if (ob_io_read_file(b, path, &e) != 0)
        test_fail(__FILE__, __LINE__, "%s", e.message);
}

static void check(const struct score *s, const char *code, int lines)
{
    printf("%s, %d lines: %zu of %zu texts wrong\n", code, lines, s->wrong, s->texts);
    CHECK(s->texts > 5);
    if (s->wrong * 100 > s->texts)
        test_fail(__FILE__, __LINE__, "%s, texts of %d lines: %zu of %zu are taken for another",
                  code, lines, s->wrong, s->texts);
}

TEST(texts_in_korean_code_pages_are_read_as_what_they_were)
{
    static const char *const codes[] = {"CP949", "EUC-KR"};
    static const int lines[] = {1, 3, 10, 100, 100000};
    for (int c = 0; c < 2; c++)
        for (size_t k = 0; k < sizeof lines / sizeof *lines; k++) {
            struct score s = {0, 0};
            for (size_t i = 0; i < sizeof corpus / sizeof *corpus; i++) {
                struct ob_buf b;
                read_corpus(&b, corpus[i]);
                judge_pieces(&s, codes[c], ob_buf_str(&b), b.len, lines[k]);
                ob_buf_release(&b);
            }
            check(&s, codes[c], lines[k]);
        }
}

/* Programs whose only Korean is one short comment: of every term of the table one. */
TEST(programs_with_one_comment_in_a_korean_code_page_are_read_as_what_they_were)
{
    struct score s = {0, 0};
    struct ob_buf b;
    char text[400];
    read_corpus(&b, "src/text/ko-en.txt");
    for (const char *line = ob_buf_str(&b), *feed; (feed = strchr(line, '\n')); line = feed + 1) {
        int n = (int)strcspn(line, "\t\n");
        if (*line == '#' || n > 100)
            continue;
        int len = snprintf(
            text, sizeof text,
            "#include <stdio.h>\n\n/* %.*s */\nint main(void)\n{\n    return 0;\n}\n", n, line);
        judge(&s, "CP949", text, (size_t)len);
    }
    ob_buf_release(&b);
    check(&s, "CP949", 1);
}

TEST(western_texts_in_latin_1_are_not_taken_for_korean)
{
    static const char *const texts[] = {
        "Le café est fermé à cause d'une réunion prévue à l'hôtel.\n",
        "Où êtes-vous né ? À Besançon, près de la forêt.\n",
        "Für größere Änderungen prüfen Sie bitte die Übersicht.\n",
        "Straße, Maß, Öl, Übermut, Ärger, schön, grün, süß.\n",
        "El niño comió piñas en la montaña; ¿cuántas? Según él, ocho.\n",
        "São Paulo não é a capital; a população é de milhões de pessoas.\n",
        "Blåbærsyltetøy på brød, æbler og pærer, så går vi hjem på søndag.\n",
        "Jag är så trött på att höra om vädret i Göteborg på våren.\n",
        "Hyvää päivää, tämä on pöytä ja äiti söi jäätelöä.\n",
        "Þetta er íslenska, og hún er örðug að lesa án æfingar.\n",
        "25°C ± 3°, ½ litre, © 2024 Société Générale, § 12, 100 µm.\n",
        "É È Ê Ë À Â Ç Î Ï Ô Û Ù Ü Ÿ é è ê ë à â ç î ï ô û ù ü.\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct ob_buf b;
        ob_buf_init(&b, 4096);
        if (encode(&b, "ISO-8859-1//TRANSLIT", texts[i], strlen(texts[i])) &&
            ob__encoding_of(ob_buf_str(&b), b.len) == OB__CP949)
            test_fail(__FILE__, __LINE__, "taken for Korean: %s", texts[i]);
        CHECK_INT(ob__encoding_of(texts[i], strlen(texts[i])), OB__UTF8);
        ob_buf_release(&b);
    }
}

TEST_MAIN(CASE(texts_in_korean_code_pages_are_read_as_what_they_were),
          CASE(programs_with_one_comment_in_a_korean_code_page_are_read_as_what_they_were),
          CASE(western_texts_in_latin_1_are_not_taken_for_korean))
