/* The words that stand before a name where it is defined, a row for each word and meaning: in which
 * languages it introduces a type, a function or a value, or may be passed over on the way there. */
#include "keywords.h"

#include <stdint.h>
#include <string.h>

#include "words.h"

#define S(syntax) (1u << OB_SYNTAX_##syntax)

struct row {
    const char *word;
    enum ob__word_kind kind;
    uint32_t syntaxes; /* bits 1 << enum ob_syntax */
};

/* By word; a word may have several rows, of different languages. */
static const struct row rows[] = {
    {"abstract", OB__WORD_MODIFIER, S(JAVA) | S(PHP) | S(JS) | S(KOTLIN) | S(SCALA)},
    {"actor", OB__WORD_TYPE, S(GENERIC) | S(SWIFT)},
    {"actual", OB__WORD_MODIFIER, S(KOTLIN)},
    {"annotation", OB__WORD_MODIFIER, S(KOTLIN)},
    {"async", OB__WORD_MODIFIER, S(JAVA) | S(RUST) | S(PYTHON) | S(JS) | S(SWIFT)},
    {"case", OB__WORD_MODIFIER, S(SCALA)},
    {"class", OB__WORD_TYPE,
     S(GENERIC) | S(C) | S(JAVA) | S(PYTHON) | S(RUBY) | S(PHP) | S(JS) | S(HASKELL) | S(SWIFT) |
         S(KOTLIN) | S(SCALA)},
    {"command", OB__WORD_FUNCTION, S(VIM)},
    {"companion", OB__WORD_MODIFIER, S(KOTLIN)},
    {"comptime", OB__WORD_MODIFIER, S(ZIG)},
    {"const", OB__WORD_MODIFIER, S(C) | S(JAVA)},
    {"const", OB__WORD_VALUE, S(GENERIC) | S(GO) | S(RUST) | S(ZIG) | S(PHP) | S(JS)},
    {"constexpr", OB__WORD_MODIFIER, S(C)},
    {"contract", OB__WORD_TYPE, S(JAVA)},
    {"convenience", OB__WORD_MODIFIER, S(SWIFT)},
    {"data", OB__WORD_MODIFIER, S(KOTLIN)},
    {"data", OB__WORD_TYPE, S(GENERIC) | S(HASKELL)},
    {"declare", OB__WORD_MODIFIER, S(JS)},
    {"def", OB__WORD_FUNCTION,
     S(GENERIC) | S(JAVA) | S(PYTHON) | S(RUBY) | S(ELIXIR) | S(SCALA) | S(VIM)},
    {"default", OB__WORD_MODIFIER, S(JAVA) | S(RUST) | S(JS)},
    {"defdelegate", OB__WORD_FUNCTION, S(GENERIC) | S(ELIXIR)},
    {"defguard", OB__WORD_FUNCTION, S(GENERIC) | S(ELIXIR)},
    {"defguardp", OB__WORD_FUNCTION, S(GENERIC) | S(ELIXIR)},
    {"defimpl", OB__WORD_TYPE, S(GENERIC) | S(ELIXIR)},
    {"defmacro", OB__WORD_FUNCTION, S(GENERIC) | S(ELIXIR)},
    {"defmacrop", OB__WORD_FUNCTION, S(GENERIC) | S(ELIXIR)},
    {"defmodule", OB__WORD_TYPE, S(GENERIC) | S(ELIXIR)},
    {"defn", OB__WORD_FUNCTION, S(GENERIC)},
    {"defp", OB__WORD_FUNCTION, S(GENERIC) | S(ELIXIR)},
    {"defprotocol", OB__WORD_TYPE, S(GENERIC) | S(ELIXIR)},
    {"defun", OB__WORD_FUNCTION, S(GENERIC)},
    {"delegate", OB__WORD_TYPE, S(JAVA)},
    {"enum", OB__WORD_TYPE,
     S(GENERIC) | S(C) | S(JAVA) | S(RUST) | S(PHP) | S(JS) | S(SWIFT) | S(KOTLIN) | S(SCALA)},
    {"event", OB__WORD_VALUE, S(JAVA)},
    {"expect", OB__WORD_MODIFIER, S(KOTLIN)},
    {"explicit", OB__WORD_MODIFIER, S(C)},
    {"export", OB__WORD_MODIFIER, S(GENERIC) | S(JS) | S(VIM)},
    {"extension", OB__WORD_TYPE, S(GENERIC) | S(SWIFT)},
    {"extern", OB__WORD_MODIFIER, S(C) | S(JAVA) | S(RUST) | S(ZIG)},
    {"external", OB__WORD_MODIFIER, S(JAVA) | S(SWIFT) | S(KOTLIN)},
    {"file", OB__WORD_MODIFIER, S(JAVA)},
    {"fileprivate", OB__WORD_MODIFIER, S(SWIFT)},
    {"final", OB__WORD_MODIFIER, S(JAVA) | S(PHP) | S(SWIFT) | S(KOTLIN) | S(SCALA)},
    {"fn", OB__WORD_FUNCTION, S(GENERIC) | S(RUST) | S(ZIG)},
    {"friend", OB__WORD_MODIFIER, S(C)},
    {"fu", OB__WORD_FUNCTION, S(VIM)},
    {"fun", OB__WORD_FUNCTION, S(GENERIC) | S(VIM) | S(KOTLIN)},
    {"func", OB__WORD_FUNCTION, S(GENERIC) | S(GO) | S(VIM) | S(SWIFT)},
    {"function", OB__WORD_FUNCTION,
     S(GENERIC) | S(JAVA) | S(PHP) | S(JS) | S(LUA) | S(VIM) | S(SHELL)},
    {"get", OB__WORD_MODIFIER, S(JS)},
    {"impl", OB__WORD_TYPE, S(GENERIC) | S(RUST)},
    {"implicit", OB__WORD_MODIFIER, S(SCALA)},
    {"indirect", OB__WORD_MODIFIER, S(SWIFT)},
    {"infix", OB__WORD_MODIFIER, S(KOTLIN)},
    {"inline", OB__WORD_MODIFIER, S(C) | S(ZIG) | S(KOTLIN) | S(SCALA)},
    {"inner", OB__WORD_MODIFIER, S(KOTLIN)},
    {"instance", OB__WORD_TYPE, S(GENERIC) | S(HASKELL)},
    {"interface", OB__WORD_TYPE, S(GENERIC) | S(JAVA) | S(PHP) | S(JS) | S(KOTLIN)},
    {"internal", OB__WORD_MODIFIER, S(JAVA) | S(SWIFT) | S(KOTLIN)},
    {"lateinit", OB__WORD_MODIFIER, S(KOTLIN)},
    {"lazy", OB__WORD_MODIFIER, S(SWIFT) | S(SCALA)},
    {"let", OB__WORD_VALUE, S(GENERIC) | S(RUST) | S(JS) | S(VIM) | S(SWIFT)},
    {"library", OB__WORD_TYPE, S(JAVA)},
    {"local", OB__WORD_MODIFIER, S(GENERIC) | S(LUA)},
    {"macro", OB__WORD_FUNCTION, S(GENERIC)},
    {"macro_rules", OB__WORD_FUNCTION, S(RUST)},
    {"message", OB__WORD_TYPE, S(GENERIC)},
    {"mod", OB__WORD_TYPE, S(GENERIC) | S(RUST)},
    {"modifier", OB__WORD_FUNCTION, S(JAVA)},
    {"module", OB__WORD_TYPE, S(GENERIC) | S(RUBY) | S(JS) | S(HASKELL)},
    {"mut", OB__WORD_MODIFIER, S(RUST)},
    {"mutating", OB__WORD_MODIFIER, S(SWIFT)},
    {"namespace", OB__WORD_TYPE, S(GENERIC) | S(C) | S(JAVA) | S(PHP) | S(JS)},
    {"native", OB__WORD_MODIFIER, S(JAVA)},
    {"newtype", OB__WORD_TYPE, S(GENERIC) | S(HASKELL)},
    {"noinline", OB__WORD_MODIFIER, S(ZIG)},
    {"nonmutating", OB__WORD_MODIFIER, S(SWIFT)},
    {"object", OB__WORD_TYPE, S(GENERIC) | S(KOTLIN) | S(SCALA)},
    {"opaque", OB__WORD_MODIFIER, S(GENERIC) | S(SCALA)},
    {"open", OB__WORD_MODIFIER, S(SWIFT) | S(KOTLIN)},
    {"operator", OB__WORD_MODIFIER, S(KOTLIN)},
    {"override", OB__WORD_MODIFIER, S(JAVA) | S(JS) | S(SWIFT) | S(KOTLIN) | S(SCALA)},
    {"package", OB__WORD_TYPE, S(GENERIC) | S(JAVA) | S(GO) | S(KOTLIN) | S(SCALA)},
    {"partial", OB__WORD_MODIFIER, S(JAVA)},
    {"private", OB__WORD_MODIFIER,
     S(C) | S(JAVA) | S(PHP) | S(JS) | S(SWIFT) | S(KOTLIN) | S(SCALA)},
    {"proc", OB__WORD_FUNCTION, S(GENERIC)},
    {"protected", OB__WORD_MODIFIER,
     S(C) | S(JAVA) | S(PHP) | S(JS) | S(SWIFT) | S(KOTLIN) | S(SCALA)},
    {"protocol", OB__WORD_TYPE, S(GENERIC) | S(SWIFT)},
    {"pub", OB__WORD_MODIFIER, S(GENERIC) | S(RUST) | S(ZIG)},
    {"public", OB__WORD_MODIFIER,
     S(C) | S(JAVA) | S(PHP) | S(JS) | S(SWIFT) | S(KOTLIN) | S(SCALA)},
    {"readonly", OB__WORD_MODIFIER, S(JAVA) | S(PHP) | S(JS)},
    {"record", OB__WORD_TYPE, S(GENERIC) | S(JAVA)},
    {"ref", OB__WORD_MODIFIER, S(JAVA)},
    {"required", OB__WORD_MODIFIER, S(SWIFT) | S(JAVA)},
    {"rpc", OB__WORD_FUNCTION, S(GENERIC)},
    {"sealed", OB__WORD_MODIFIER, S(JAVA) | S(KOTLIN) | S(SCALA)},
    {"service", OB__WORD_TYPE, S(GENERIC)},
    {"set", OB__WORD_MODIFIER, S(JS)},
    {"static", OB__WORD_MODIFIER, S(C) | S(JAVA) | S(ZIG) | S(PHP) | S(JS) | S(SWIFT)},
    {"static", OB__WORD_VALUE, S(RUST)},
    {"strictfp", OB__WORD_MODIFIER, S(JAVA)},
    {"struct", OB__WORD_TYPE, S(GENERIC) | S(C) | S(JAVA) | S(RUST) | S(SWIFT)},
    {"sub", OB__WORD_FUNCTION, S(GENERIC)},
    {"suspend", OB__WORD_MODIFIER, S(KOTLIN)},
    {"synchronized", OB__WORD_MODIFIER, S(JAVA)},
    {"tailrec", OB__WORD_MODIFIER, S(KOTLIN)},
    {"threadlocal", OB__WORD_MODIFIER, S(ZIG)},
    {"trait", OB__WORD_TYPE, S(GENERIC) | S(JAVA) | S(RUST) | S(PHP) | S(SCALA)},
    {"transient", OB__WORD_MODIFIER, S(JAVA)},
    {"type", OB__WORD_TYPE,
     S(GENERIC) | S(GO) | S(RUST) | S(PYTHON) | S(JS) | S(HASKELL) | S(SCALA)},
    {"typealias", OB__WORD_TYPE, S(GENERIC) | S(SWIFT) | S(KOTLIN)},
    {"typedef", OB__WORD_MODIFIER, S(C)},
    {"union", OB__WORD_TYPE, S(GENERIC) | S(C) | S(RUST)},
    {"unsafe", OB__WORD_MODIFIER, S(JAVA) | S(RUST)},
    {"val", OB__WORD_VALUE, S(GENERIC) | S(KOTLIN) | S(SCALA)},
    {"value", OB__WORD_MODIFIER, S(KOTLIN)},
    {"var", OB__WORD_VALUE,
     S(GENERIC) | S(JAVA) | S(GO) | S(ZIG) | S(JS) | S(SWIFT) | S(KOTLIN) | S(SCALA)},
    {"virtual", OB__WORD_MODIFIER, S(C) | S(JAVA)},
    {"volatile", OB__WORD_MODIFIER, S(JAVA)},
    {"weak", OB__WORD_MODIFIER, S(SWIFT)}};
/* What may stand before a parenthesis and defines nothing, and is no name either. */
static const char *const control_words[] = {
    "alignof", "and",      "as",           "assert", "await",   "case",
    "catch",   "decltype", "defer",        "delete", "do",      "elif",
    "else",    "elsif",    "finally",      "fixed",  "for",     "foreach",
    "goto",    "if",       "import",       "in",     "include", "is",
    "lock",    "loop",     "match",        "new",    "not",     "or",
    "raise",   "require",  "return",       "self",   "sizeof",  "static_assert",
    "super",   "switch",   "synchronized", "then",   "this",    "throw",
    "try",     "typeid",   "typeof",       "unless", "until",   "using",
    "when",    "while",    "with",         "yield"};

enum ob__word_kind ob__word_kind(enum ob_syntax syntax, const char *word, size_t len)
{
    size_t n = sizeof rows / sizeof *rows;
    const struct row *first = ob__words_find(rows, n, sizeof *rows, word, len);
    for (const struct row *r = first; r && r < rows + n && strcmp(r->word, first->word) == 0; r++)
        if (r->syntaxes & (1u << syntax))
            return r->kind;
    return OB__WORD_NAME;
}

bool ob__is_control_word(const char *word, size_t len)
{
    size_t n = sizeof control_words / sizeof *control_words;
    return ob__words_find(control_words, n, sizeof *control_words, word, len) != NULL;
}
