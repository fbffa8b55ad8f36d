/* The tokeniser.  Lines are walked by the class of their bytes; a word is looked up in a memo that
 * holds its terms ready, so that splitting, stemming and hashing are paid once a distinct word.
 *
 * Invariants: no term reaches over a line end; every span lies inside the scanned text and holds
 * whole characters; spans do not overlap and grow. */
#include "openbook/text/terms.h"

#include <string.h>

#include "openbook/base/arena.h"
#include "openbook/base/hash.h"
#include "openbook/base/mem.h"
#include "openbook/text/utf8.h"

#include "chars.h"

enum {
    LINE_MAX_BYTES = 16000,         /* a paragraph on one line has some thousand syllables */
    MEMO_WORD_MAX = 64,             /* longer words are rare and not remembered */
    MEMO_SLOTS = 1 << 15,           /* a power of two */
    MEMO_WORDS = MEMO_SLOTS / 4 * 3 /* then the memo starts anew: some 5 MB */
};

enum { SYLLABLE_BYTES = 3 /* of UTF-8 */ };

static const uint64_t COMPOUND_SEED = 0x636f6d706f756e64; /* "compound" */

/* A term as a word has it, apart from where the word stands. */
struct piece {
    const char *text, *part; /* in the same arena */
    uint64_t hash;
    uint16_t text_len, part_len;
    uint16_t word_terms;
    uint8_t kind;
};

struct word {
    uint64_t hash;
    const char *key; /* the normalised word */
    uint32_t key_len;
    uint32_t n_pieces;
    struct piece pieces[];
};

struct ob_terms {
    struct ob_arena memo;    /* the words in the slots */
    struct ob_arena scratch; /* one word that is too long for the memo */
    size_t n_words;
    struct word *slots[MEMO_SLOTS];
    char buffer[LINE_MAX_BYTES + 4]; /* the normalised word while it is collected */
};

/* One call of ob_terms_scan. */
struct scan {
    struct ob_terms *terms;
    const char *text;
    ob_term_cb cb;
    void *data;
    uint32_t line, word;
    size_t latin_end; /* where the last Latin word ended; SIZE_MAX: none */
};

struct ob_terms *ob_terms_new(void)
{
    return ob_alloc(sizeof(struct ob_terms));
}

void ob_terms_free(struct ob_terms *t)
{
    if (!t)
        return;
    ob_arena_release(&t->memo);
    ob_arena_release(&t->scratch);
    ob_free(t);
}

uint64_t ob_term_hash(enum ob_term_kind kind, const char *text, size_t len)
{
    return ob_hash_seed(text, len, kind == OB_TERM_COMPOUND ? COMPOUND_SEED : 0);
}

/* Composes TEXT up to MOST bytes of OUT, which has room for four more; returns their number. */
static size_t compose_some(char *out, size_t most, const char *text, size_t len)
{
    size_t n = 0;
    for (size_t at = 0; at < len && n < most;) {
        uint32_t code = 0;
        at += ob_utf8_fold(&code, text + at, len - at);
        n += ob_utf8_encode(out + n, code);
    }
    return n;
}

/* Whether the last character of a word, which ends at END, is a syllable as a whole and not that of
 * PARTICLE (N bytes): so it is for most words. */
static bool ends_otherwise(const char *end, const char *particle, size_t n)
{
    unsigned char lead = (unsigned char)end[-SYLLABLE_BYTES];
    return lead >= 0xEA && lead <= 0xED &&
           memcmp(end - SYLLABLE_BYTES, particle + n - SYLLABLE_BYTES, SYLLABLE_BYTES) != 0;
}

bool ob_term_has_particle(const char *text, size_t len, const struct ob_term *t,
                          const char *particle)
{
    enum { MOST = 64, DECOMPOSED = 9 /* bytes of a syllable */ };
    char out[3 * MOST + 4]; /* a malformed byte becomes three */
    size_t n = strlen(particle), first = t->start;
    if (t->kind != OB_TERM_HANGUL)
        return t->end < len && (unsigned char)text[t->end] >= 0x80 &&
               compose_some(out, n, text + t->end, len - t->end) >= n &&
               memcmp(out, particle, n) == 0;
    if (t->end - first < SYLLABLE_BYTES || ends_otherwise(text + t->end, particle, n))
        return false;
    size_t tail = (n / SYLLABLE_BYTES + 1) * DECOMPOSED; /* and what stands before it */
    if (t->end - first > tail)
        first += ob_utf8_floor(text + first, t->end - first - tail);
    size_t end = compose_some(out, sizeof out - 4, text + first, t->end - first);
    return end > n && memcmp(out + end - n, particle, n) == 0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool ob_compound_joins_words(const char *text, size_t len)
{
    int runs[2] = {0}; /* of letters, of digits */
    for (size_t i = 0; i < len; i++) {
        bool digit = is_digit(text[i]);
        runs[digit] += i == 0 || is_digit(text[i - 1]) != digit;
    }
    return runs[0] > 1 || (runs[0] == 1 && runs[1] == 0);
}

/* ------------------------------------------------------------ parts of a Latin word */
enum part_class { UNDERSCORE, UPPER, LOWER, DIGIT, END };

static enum part_class class_at(size_t *took, const char *key, size_t len)
{
    uint32_t code;
    if (len == 0)
        return END;
    *took = ob_utf8_decode(&code, key, len);
    if (code == '_')
        return UNDERSCORE;
    if (code >= '0' && code <= '9')
        return DIGIT;
    return ob__char_lower(code) != code ? UPPER : LOWER;
}

/* Bytes of the run of CLASS at the start; *LAST gets those of its last character. */
static size_t run_of(size_t *last, enum part_class class, const char *key, size_t len)
{
    size_t run = 0, took;
    *last = 0;
    while (class_at(&took, key + run, len - run) == class) {
        run += took;
        *last = took;
    }
    return run;
}

/* Bytes of the part at the start of KEY, which is no underscore: HTTP|Response, Response, HTTP,
 * v|2. */
static size_t part_length(const char *key, size_t len)
{
    size_t took, last;
    enum part_class class = class_at(&took, key, len);
    size_t run = run_of(&last, class, key, len);
    if (class != UPPER || class_at(&took, key + run, len - run) != LOWER)
        return run;
    if (run > last)
        return run - last;
    return run + run_of(&last, LOWER, key + run, len - run);
}

/* Writes the lower case of KEY to OUT (room for LEN); returns its bytes. */
static size_t lower_case(char *out, const char *key, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len;) {
        uint32_t code;
        char bytes[4];
        i += ob_utf8_decode(&code, key + i, len - i);
        size_t took = ob_utf8_encode(bytes, ob__char_lower(code));
        memcpy(out + n, bytes, took);
        n += took;
    }
    return n;
}

/* ------------------------------------------------------------ building words */
static void set_piece(struct piece *piece, enum ob_term_kind kind, const char *text, size_t len)
{
    piece->kind = (uint8_t)kind;
    piece->text = piece->part = text;
    piece->text_len = piece->part_len = (uint16_t)len;
    piece->hash = ob_term_hash(kind, text, len);
    piece->word_terms = 1;
}

static void set_part(struct ob_arena *arena, struct piece *piece, const char *part, size_t len)
{
    char *stem = ob_arena_strndup(arena, part, len);
    set_piece(piece, OB_TERM_WORD, stem, ob_stem(stem, len));
    piece->part = part;
    piece->part_len = (uint16_t)len;
}

static struct word *new_word(struct ob_arena *arena, size_t max_pieces, const char *key, size_t len)
{
    struct word *word = ob_arena_alloc(arena, sizeof *word + max_pieces * sizeof *word->pieces);
    word->key = ob_arena_strndup(arena, key, len);
    word->key_len = (uint32_t)len;
    return word;
}

static size_t count_parts(const char *key, size_t len)
{
    size_t parts = 0;
    for (size_t i = 0; i < len;) {
        if (key[i] == '_') {
            i++;
            continue;
        }
        i += part_length(key + i, len - i);
        parts++;
    }
    return parts;
}

static struct word *build_latin(struct ob_arena *arena, const char *key, size_t len)
{
    size_t parts = count_parts(key, len), n = 0, joined_len = 0;
    struct word *word = new_word(arena, parts + 1, key, len);
    char *joined = ob_arena_alloc(arena, len + 1); /* the parts, one behind the other */
    for (size_t i = 0; i < len;) {
        if (key[i] == '_') {
            i++;
            continue;
        }
        size_t took = part_length(key + i, len - i);
        size_t lower = lower_case(joined + joined_len, key + i, took);
        set_part(arena, &word->pieces[n], joined + joined_len, lower);
        word->pieces[n++].word_terms = (uint16_t)parts;
        joined_len += lower;
        i += took;
    }
    if (parts > 1)
        set_piece(&word->pieces[n++], OB_TERM_COMPOUND, joined, joined_len);
    word->n_pieces = (uint32_t)n;
    return word;
}

/* The bigrams of the stem, or the one syllable there is. */
static struct word *build_hangul(struct ob_arena *arena, const char *key, size_t len)
{
    size_t syllables = ob_hangul_stem(key, len) / SYLLABLE_BYTES;
    size_t n = syllables > 1 ? syllables - 1 : 1;
    size_t width = syllables > 1 ? 2 * SYLLABLE_BYTES : SYLLABLE_BYTES;
    struct word *word = new_word(arena, n, key, len);
    word->n_pieces = (uint32_t)n;
    for (size_t i = 0; i < n; i++) {
        set_piece(&word->pieces[i], OB_TERM_HANGUL, word->key + i * SYLLABLE_BYTES, width);
        word->pieces[i].word_terms = (uint16_t)n;
    }
    return word;
}

static struct word *build(struct ob_arena *arena, enum ob__char_kind kind, const char *key,
                          size_t len)
{
    if (kind == OB__CHAR_HANGUL)
        return build_hangul(arena, key, len);
    if (kind != OB__CHAR_CJK)
        return build_latin(arena, key, len);
    struct word *word = new_word(arena, 1, key, len);
    word->n_pieces = 1;
    set_piece(&word->pieces[0], OB_TERM_CJK, word->key, len);
    return word;
}

static void clear_memo(struct ob_terms *t)
{
    ob_arena_release(&t->memo);
    memset(t->slots, 0, sizeof t->slots);
    t->n_words = 0;
}

/* The word KEY, from the memo if it can be.  Borrowed, until the next call. */
static const struct word *lookup(struct ob_terms *t, enum ob__char_kind kind, const char *key,
                                 size_t len)
{
    if (len > MEMO_WORD_MAX) {
        ob_arena_release(&t->scratch);
        return build(&t->scratch, kind, key, len);
    }
    if (t->n_words >= MEMO_WORDS)
        clear_memo(t);
    uint64_t hash = ob_hash(key, len);
    size_t i = (size_t)hash & (MEMO_SLOTS - 1);
    for (; t->slots[i]; i = (i + 1) & (MEMO_SLOTS - 1)) {
        const struct word *word = t->slots[i];
        if (word->hash == hash && word->key_len == len && memcmp(word->key, key, len) == 0)
            return word;
    }
    struct word *word = build(&t->memo, kind, key, len);
    word->hash = hash;
    t->slots[i] = word;
    t->n_words++;
    return word;
}

/* ------------------------------------------------------------ scanning */
static void emit(struct scan *s, enum ob__char_kind kind, const char *key, size_t key_len,
                 size_t start, size_t end)
{
    const struct word *word = lookup(s->terms, kind, key, key_len);
    struct ob_term term = {.line_1based = s->line, .word = s->word, .start = start, .end = end};
    for (uint32_t i = 0; i < word->n_pieces; i++) {
        const struct piece *piece = &word->pieces[i];
        term.text = piece->text;
        term.text_len = piece->text_len;
        term.part = piece->part;
        term.part_len = piece->part_len;
        term.hash = piece->hash;
        term.kind = (enum ob_term_kind)piece->kind;
        term.word_terms = piece->word_terms;
        s->cb(&term, s->data);
    }
    s->word += word->n_pieces > 0;
}

/* Whether a character of KIND goes on with a word of FIRST's kind. */
static bool goes_on(enum ob__char_kind first, enum ob__char_kind kind)
{
    if (first == OB__CHAR_LETTER)
        return kind == OB__CHAR_LETTER || kind == OB__CHAR_DIGIT;
    return first != OB__CHAR_CJK && kind == first;
}

/* A word with characters beyond ASCII, normalised into the buffer.  Returns where it ends. */
static size_t scan_wide_word(struct scan *s, size_t start, size_t end)
{
    char *key = s->terms->buffer;
    size_t key_len = 0, at = start;
    enum ob__char_kind first = OB__CHAR_OTHER;
    while (at < end) {
        uint32_t code;
        size_t took = ob__char_next(&code, s->text + at, end - at);
        enum ob__char_kind kind = ob__char_kind(code);
        if (at == start)
            first = ob__is_mark(code) ? OB__CHAR_OTHER : kind; /* a mark of no letter */
        else if (!goes_on(first, kind))
            break;
        at += took;
        if (first == OB__CHAR_OTHER)
            return at;
        key_len += ob_utf8_encode(key + key_len, code);
    }
    bool particle = first == OB__CHAR_HANGUL && s->latin_end == start &&
                    (key_len == 3 || ob_hangul_particle(key, key_len));
    if (!particle)
        emit(s, first, key, key_len, start, at);
    if (first == OB__CHAR_LETTER)
        s->latin_end = at;
    return at;
}

enum byte_class { B_OTHER, B_LETTER, B_DIGIT, B_HIGH };

/* By ASCII byte, an enum byte_class. */
static const uint8_t byte_classes[256] = {
    ['0'] = 2, ['1'] = 2, ['2'] = 2, ['3'] = 2, ['4'] = 2, ['5'] = 2, ['6'] = 2, ['7'] = 2,
    ['8'] = 2, ['9'] = 2, ['_'] = 1, ['a'] = 1, ['b'] = 1, ['c'] = 1, ['d'] = 1, ['e'] = 1,
    ['f'] = 1, ['g'] = 1, ['h'] = 1, ['i'] = 1, ['j'] = 1, ['k'] = 1, ['l'] = 1, ['m'] = 1,
    ['n'] = 1, ['o'] = 1, ['p'] = 1, ['q'] = 1, ['r'] = 1, ['s'] = 1, ['t'] = 1, ['u'] = 1,
    ['v'] = 1, ['w'] = 1, ['x'] = 1, ['y'] = 1, ['z'] = 1, ['A'] = 1, ['B'] = 1, ['C'] = 1,
    ['D'] = 1, ['E'] = 1, ['F'] = 1, ['G'] = 1, ['H'] = 1, ['I'] = 1, ['J'] = 1, ['K'] = 1,
    ['L'] = 1, ['M'] = 1, ['N'] = 1, ['O'] = 1, ['P'] = 1, ['Q'] = 1, ['R'] = 1, ['S'] = 1,
    ['T'] = 1, ['U'] = 1, ['V'] = 1, ['W'] = 1, ['X'] = 1, ['Y'] = 1, ['Z'] = 1};

static enum byte_class byte_class(char c)
{
    unsigned char byte = (unsigned char)c;
    return byte >= 0x80 ? B_HIGH : (enum byte_class)byte_classes[byte];
}

/* A word that begins with an ASCII letter or digit.  Returns where it ends. */
static size_t scan_word(struct scan *s, enum byte_class first, size_t start, size_t end)
{
    size_t at = start + 1;
    enum byte_class class = B_OTHER;
    for (; at < end; at++) {
        class = byte_class(s->text[at]);
        if (class != first && !(first == B_LETTER && class == B_DIGIT))
            break;
    }
    if (at < end && class == B_HIGH) {
        uint32_t code;
        (void)ob__char_next(&code, s->text + at, end - at);
        enum ob__char_kind kind = ob__char_kind(code);
        if (goes_on(first == B_LETTER ? OB__CHAR_LETTER : OB__CHAR_DIGIT, kind))
            return scan_wide_word(s, start, end);
    }
    emit(s, OB__CHAR_LETTER, s->text + start, at - start, start, at);
    if (first == B_LETTER)
        s->latin_end = at;
    return at;
}

static void scan_line(struct scan *s, size_t start, size_t end)
{
    for (size_t at = start; at < end;) {
        enum byte_class class = byte_class(s->text[at]);
        if (class == B_OTHER)
            at++;
        else if (class == B_HIGH)
            at = scan_wide_word(s, at, end);
        else
            at = scan_word(s, class, at, end);
    }
}

/* Scans at most LINE_MAX_BYTES of [START, END), each time anew behind a lone CR: in a file whose lines
 * end so, all of it is one line to Neovim. */
static void scan_long_line(struct scan *s, size_t start, size_t end)
{
    while (start < end) {
        const char *cr = memchr(s->text + start, '\r', end - start);
        size_t piece = cr ? (size_t)(cr - s->text) - start : end - start;
        size_t shown = piece;
        if (shown > LINE_MAX_BYTES)
            shown = ob_utf8_floor(s->text + start, LINE_MAX_BYTES);
        scan_line(s, start, start + shown);
        start += piece + 1;
    }
}

void ob_terms_scan(struct ob_terms *t, const char *text, size_t len, ob_term_cb cb, void *data)
{
    struct scan s = {
        .terms = t, .text = text, .cb = cb, .data = data, .line = 1, .latin_end = SIZE_MAX};
    for (size_t start = 0; start < len; s.line++) {
        const char *feed = memchr(text + start, '\n', len - start);
        size_t line_len = feed ? (size_t)(feed - (text + start)) : len - start;
        if (line_len > LINE_MAX_BYTES)
            scan_long_line(&s, start, start + line_len);
        else
            scan_line(&s, start, start + line_len);
        start += line_len + 1;
    }
}
