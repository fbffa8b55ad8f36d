/* What a file is, by its name: language, kind, and how its comments are written.  Pure; any thread.
 * Everything returned is static. */
#ifndef OB_TEXT_LANG_H
#define OB_TEXT_LANG_H

#include <stddef.h>

enum ob_kind {
    OB_KIND_CODE,
    OB_KIND_NOTE,   /* prose: Markdown, reST, org, AsciiDoc, LaTeX, plain text */
    OB_KIND_CONFIG, /* json, yaml, toml, xml, ini ... */
    OB_KIND_OTHER   /* text of no known kind */
};

/* Families of definition and comment syntax, for the outline scanner. */
enum ob_syntax {
    OB_SYNTAX_GENERIC,
    OB_SYNTAX_C,
    OB_SYNTAX_JAVA,
    OB_SYNTAX_GO,
    OB_SYNTAX_RUST,
    OB_SYNTAX_ZIG,
    OB_SYNTAX_PYTHON,
    OB_SYNTAX_RUBY,
    OB_SYNTAX_PHP,
    OB_SYNTAX_JS,
    OB_SYNTAX_LUA,
    OB_SYNTAX_VIM,
    OB_SYNTAX_SHELL,
    OB_SYNTAX_HASKELL,
    OB_SYNTAX_ELIXIR,
    OB_SYNTAX_SWIFT,
    OB_SYNTAX_KOTLIN,
    OB_SYNTAX_SCALA,
    OB_SYNTAX_MARKDOWN,
    OB_SYNTAX_RST,
    OB_SYNTAX_ORG,
    OB_SYNTAX_ASCIIDOC,
    OB_SYNTAX_LATEX,
    OB_SYNTAX_ROFF,
    OB_SYNTAX_PLAIN, /* wikis and help pages of Vim too */
    OB_SYNTAX_DATA
};

struct ob_lang {
    const char *name; /* "c", "python", "markdown"...; "text" when unknown */
    enum ob_kind kind;
    enum ob_syntax syntax;
    const char *line_comment; /* "//", "#", "--"...; NULL: none */
    const char *block_open;   /* opens a block comment; NULL: none */
    const char *block_close;
};

/* The language of PATH (any part of it may matter: "Makefile", ".github/x.yml").  Never NULL. */
const struct ob_lang *ob_lang_of_path(const char *path, size_t path_len);

/* "code", "note", "config", "other". */
const char *ob_kind_name(enum ob_kind kind);

#endif
