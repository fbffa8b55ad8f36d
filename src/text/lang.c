/* Languages by file name: one table of languages, one of extensions, one of whole names; the last
 * two are sorted and searched by halves.  A new language is one row, and its extensions. */
#include "openbook/text/lang.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum lang_id {
    L_C,
    L_CPP,
    L_OBJC,
    L_CSHARP,
    L_JAVA,
    L_DART,
    L_GROOVY,
    L_KOTLIN,
    L_SCALA,
    L_SWIFT,
    L_GO,
    L_RUST,
    L_ZIG,
    L_PYTHON,
    L_RUBY,
    L_CRYSTAL,
    L_PHP,
    L_JS,
    L_TS,
    L_VUE,
    L_SVELTE,
    L_LUA,
    L_VIM,
    L_SHELL,
    L_POWERSHELL,
    L_BATCH,
    L_HASKELL,
    L_ELM,
    L_ELIXIR,
    L_ERLANG,
    L_OCAML,
    L_FSHARP,
    L_CLOJURE,
    L_LISP,
    L_PERL,
    L_R,
    L_JULIA,
    L_NIM,
    L_D,
    L_V,
    L_VHDL,
    L_PASCAL,
    L_ADA,
    L_FORTRAN,
    L_COBOL,
    L_SQL,
    L_ASM,
    L_CSS,
    L_SCSS,
    L_HTML,
    L_TCL,
    L_AWK,
    L_PROTO,
    L_GRAPHQL,
    L_THRIFT,
    L_CMAKE,
    L_MAKE,
    L_NIX,
    L_TERRAFORM,
    L_SOLIDITY,
    L_GLSL,
    L_DOCKER,
    L_MARKDOWN,
    L_RST,
    L_ORG,
    L_ASCIIDOC,
    L_LATEX,
    L_TYPST,
    L_WIKI,
    L_NORG,
    L_ROFF,
    L_PLAIN,
    L_NOTEBOOK,
    L_JSON,
    L_YAML,
    L_TOML,
    L_XML,
    L_INI,
    L_ENV,
    L_CSV,
    L_DIFF,
    L_UNKNOWN
};

static const struct ob_lang langs[] = {
    [L_C] = {"c", OB_KIND_CODE, OB_SYNTAX_C, "//", "/*", "*/"},
    [L_CPP] = {"cpp", OB_KIND_CODE, OB_SYNTAX_C, "//", "/*", "*/"},
    [L_OBJC] = {"objc", OB_KIND_CODE, OB_SYNTAX_C, "//", "/*", "*/"},
    [L_CSHARP] = {"csharp", OB_KIND_CODE, OB_SYNTAX_JAVA, "//", "/*", "*/"},
    [L_JAVA] = {"java", OB_KIND_CODE, OB_SYNTAX_JAVA, "//", "/*", "*/"},
    [L_DART] = {"dart", OB_KIND_CODE, OB_SYNTAX_JAVA, "//", "/*", "*/"},
    [L_GROOVY] = {"groovy", OB_KIND_CODE, OB_SYNTAX_JAVA, "//", "/*", "*/"},
    [L_KOTLIN] = {"kotlin", OB_KIND_CODE, OB_SYNTAX_KOTLIN, "//", "/*", "*/"},
    [L_SCALA] = {"scala", OB_KIND_CODE, OB_SYNTAX_SCALA, "//", "/*", "*/"},
    [L_SWIFT] = {"swift", OB_KIND_CODE, OB_SYNTAX_SWIFT, "//", "/*", "*/"},
    [L_GO] = {"go", OB_KIND_CODE, OB_SYNTAX_GO, "//", "/*", "*/"},
    [L_RUST] = {"rust", OB_KIND_CODE, OB_SYNTAX_RUST, "//", "/*", "*/"},
    [L_ZIG] = {"zig", OB_KIND_CODE, OB_SYNTAX_ZIG, "//", NULL, NULL},
    [L_PYTHON] = {"python", OB_KIND_CODE, OB_SYNTAX_PYTHON, "#", NULL, NULL},
    [L_RUBY] = {"ruby", OB_KIND_CODE, OB_SYNTAX_RUBY, "#", "=begin", "=end"},
    [L_CRYSTAL] = {"crystal", OB_KIND_CODE, OB_SYNTAX_RUBY, "#", NULL, NULL},
    [L_PHP] = {"php", OB_KIND_CODE, OB_SYNTAX_PHP, "//", "/*", "*/"},
    [L_JS] = {"javascript", OB_KIND_CODE, OB_SYNTAX_JS, "//", "/*", "*/"},
    [L_TS] = {"typescript", OB_KIND_CODE, OB_SYNTAX_JS, "//", "/*", "*/"},
    [L_VUE] = {"vue", OB_KIND_CODE, OB_SYNTAX_JS, "//", "/*", "*/"},
    [L_SVELTE] = {"svelte", OB_KIND_CODE, OB_SYNTAX_JS, "//", "/*", "*/"},
    [L_LUA] = {"lua", OB_KIND_CODE, OB_SYNTAX_LUA, "--", "--[[", "]]"},
    [L_VIM] = {"vim", OB_KIND_CODE, OB_SYNTAX_VIM, "\"", NULL, NULL},
    [L_SHELL] = {"shell", OB_KIND_CODE, OB_SYNTAX_SHELL, "#", NULL, NULL},
    [L_POWERSHELL] = {"powershell", OB_KIND_CODE, OB_SYNTAX_GENERIC, "#", "<#", "#>"},
    [L_BATCH] = {"batch", OB_KIND_CODE, OB_SYNTAX_GENERIC, "::", NULL, NULL},
    [L_HASKELL] = {"haskell", OB_KIND_CODE, OB_SYNTAX_HASKELL, "--", "{-", "-}"},
    [L_ELM] = {"elm", OB_KIND_CODE, OB_SYNTAX_HASKELL, "--", "{-", "-}"},
    [L_ELIXIR] = {"elixir", OB_KIND_CODE, OB_SYNTAX_ELIXIR, "#", NULL, NULL},
    [L_ERLANG] = {"erlang", OB_KIND_CODE, OB_SYNTAX_GENERIC, "%", NULL, NULL},
    [L_OCAML] = {"ocaml", OB_KIND_CODE, OB_SYNTAX_GENERIC, NULL, "(*", "*)"},
    [L_FSHARP] = {"fsharp", OB_KIND_CODE, OB_SYNTAX_GENERIC, "//", "(*", "*)"},
    [L_CLOJURE] = {"clojure", OB_KIND_CODE, OB_SYNTAX_GENERIC, ";", NULL, NULL},
    [L_LISP] = {"lisp", OB_KIND_CODE, OB_SYNTAX_GENERIC, ";", "#|", "|#"},
    [L_PERL] = {"perl", OB_KIND_CODE, OB_SYNTAX_GENERIC, "#", "=pod", "=cut"},
    [L_R] = {"r", OB_KIND_CODE, OB_SYNTAX_GENERIC, "#", NULL, NULL},
    [L_JULIA] = {"julia", OB_KIND_CODE, OB_SYNTAX_GENERIC, "#", "#=", "=#"},
    [L_NIM] = {"nim", OB_KIND_CODE, OB_SYNTAX_GENERIC, "#", "#[", "]#"},
    [L_D] = {"d", OB_KIND_CODE, OB_SYNTAX_JAVA, "//", "/*", "*/"},
    [L_V] = {"verilog", OB_KIND_CODE, OB_SYNTAX_GENERIC, "//", "/*", "*/"},
    [L_VHDL] = {"vhdl", OB_KIND_CODE, OB_SYNTAX_GENERIC, "--", NULL, NULL},
    [L_PASCAL] = {"pascal", OB_KIND_CODE, OB_SYNTAX_GENERIC, "//", "{", "}"},
    [L_ADA] = {"ada", OB_KIND_CODE, OB_SYNTAX_GENERIC, "--", NULL, NULL},
    [L_FORTRAN] = {"fortran", OB_KIND_CODE, OB_SYNTAX_GENERIC, "!", NULL, NULL},
    [L_COBOL] = {"cobol", OB_KIND_CODE, OB_SYNTAX_GENERIC, "*", NULL, NULL},
    [L_SQL] = {"sql", OB_KIND_CODE, OB_SYNTAX_GENERIC, "--", "/*", "*/"},
    [L_ASM] = {"asm", OB_KIND_CODE, OB_SYNTAX_GENERIC, ";", "/*", "*/"},
    [L_CSS] = {"css", OB_KIND_CODE, OB_SYNTAX_DATA, NULL, "/*", "*/"},
    [L_SCSS] = {"scss", OB_KIND_CODE, OB_SYNTAX_DATA, "//", "/*", "*/"},
    [L_HTML] = {"html", OB_KIND_CODE, OB_SYNTAX_DATA, NULL, "<!--", "-->"},
    [L_TCL] = {"tcl", OB_KIND_CODE, OB_SYNTAX_GENERIC, "#", NULL, NULL},
    [L_AWK] = {"awk", OB_KIND_CODE, OB_SYNTAX_GENERIC, "#", NULL, NULL},
    [L_PROTO] = {"protobuf", OB_KIND_CODE, OB_SYNTAX_GENERIC, "//", "/*", "*/"},
    [L_GRAPHQL] = {"graphql", OB_KIND_CODE, OB_SYNTAX_GENERIC, "#", NULL, NULL},
    [L_THRIFT] = {"thrift", OB_KIND_CODE, OB_SYNTAX_GENERIC, "//", "/*", "*/"},
    [L_CMAKE] = {"cmake", OB_KIND_CODE, OB_SYNTAX_GENERIC, "#", NULL, NULL},
    [L_MAKE] = {"make", OB_KIND_CODE, OB_SYNTAX_DATA, "#", NULL, NULL},
    [L_NIX] = {"nix", OB_KIND_CODE, OB_SYNTAX_GENERIC, "#", "/*", "*/"},
    [L_TERRAFORM] = {"terraform", OB_KIND_CODE, OB_SYNTAX_GENERIC, "#", "/*", "*/"},
    [L_SOLIDITY] = {"solidity", OB_KIND_CODE, OB_SYNTAX_JAVA, "//", "/*", "*/"},
    [L_GLSL] = {"glsl", OB_KIND_CODE, OB_SYNTAX_C, "//", "/*", "*/"},
    [L_DOCKER] = {"dockerfile", OB_KIND_CODE, OB_SYNTAX_DATA, "#", NULL, NULL},
    [L_MARKDOWN] = {"markdown", OB_KIND_NOTE, OB_SYNTAX_MARKDOWN, NULL, "<!--", "-->"},
    [L_RST] = {"rst", OB_KIND_NOTE, OB_SYNTAX_RST, "..", NULL, NULL},
    [L_ORG] = {"org", OB_KIND_NOTE, OB_SYNTAX_ORG, "#", NULL, NULL},
    [L_ASCIIDOC] = {"asciidoc", OB_KIND_NOTE, OB_SYNTAX_ASCIIDOC, "//", "////", "////"},
    [L_LATEX] = {"latex", OB_KIND_NOTE, OB_SYNTAX_LATEX, "%", NULL, NULL},
    [L_TYPST] = {"typst", OB_KIND_NOTE, OB_SYNTAX_ASCIIDOC, "//", "/*", "*/"},
    [L_WIKI] = {"wiki", OB_KIND_NOTE, OB_SYNTAX_PLAIN, NULL, "<!--", "-->"},
    [L_NORG] = {"norg", OB_KIND_NOTE, OB_SYNTAX_ORG, NULL, NULL, NULL},
    [L_ROFF] = {"man", OB_KIND_NOTE, OB_SYNTAX_ROFF, ".\\\"", NULL, NULL},
    [L_PLAIN] = {"text", OB_KIND_NOTE, OB_SYNTAX_PLAIN, NULL, NULL, NULL},
    [L_NOTEBOOK] = {"notebook", OB_KIND_NOTE, OB_SYNTAX_MARKDOWN, NULL, NULL, NULL},
    [L_JSON] = {"json", OB_KIND_CONFIG, OB_SYNTAX_DATA, NULL, NULL, NULL},
    [L_YAML] = {"yaml", OB_KIND_CONFIG, OB_SYNTAX_DATA, "#", NULL, NULL},
    [L_TOML] = {"toml", OB_KIND_CONFIG, OB_SYNTAX_DATA, "#", NULL, NULL},
    [L_XML] = {"xml", OB_KIND_CONFIG, OB_SYNTAX_DATA, NULL, "<!--", "-->"},
    [L_INI] = {"ini", OB_KIND_CONFIG, OB_SYNTAX_DATA, "#", NULL, NULL},
    [L_ENV] = {"env", OB_KIND_CONFIG, OB_SYNTAX_DATA, "#", NULL, NULL},
    [L_CSV] = {"csv", OB_KIND_OTHER, OB_SYNTAX_DATA, NULL, NULL, NULL},
    [L_DIFF] = {"diff", OB_KIND_OTHER, OB_SYNTAX_DATA, NULL, NULL, NULL},
    [L_UNKNOWN] = {"text", OB_KIND_OTHER, OB_SYNTAX_GENERIC, NULL, NULL, NULL},
};

struct row {
    const char *key; /* lower case */
    enum lang_id lang;
};

/* By extension, without its dot. */
static const struct row extensions[] = {{"adb", L_ADA},
                                        {"adoc", L_ASCIIDOC},
                                        {"ads", L_ADA},
                                        {"asc", L_ASCIIDOC},
                                        {"asciidoc", L_ASCIIDOC},
                                        {"asm", L_ASM},
                                        {"astro", L_SVELTE},
                                        {"awk", L_AWK},
                                        {"bash", L_SHELL},
                                        {"bat", L_BATCH},
                                        {"bats", L_SHELL},
                                        {"bzl", L_PYTHON},
                                        {"c", L_C},
                                        {"c++", L_CPP},
                                        {"cbl", L_COBOL},
                                        {"cc", L_CPP},
                                        {"cfg", L_INI},
                                        {"cjs", L_JS},
                                        {"clj", L_CLOJURE},
                                        {"cljc", L_CLOJURE},
                                        {"cljs", L_CLOJURE},
                                        {"cls", L_LATEX},
                                        {"cmake", L_CMAKE},
                                        {"cmd", L_BATCH},
                                        {"cnf", L_INI},
                                        {"cob", L_COBOL},
                                        {"comp", L_GLSL},
                                        {"conf", L_INI},
                                        {"cpp", L_CPP},
                                        {"cr", L_CRYSTAL},
                                        {"cs", L_CSHARP},
                                        {"csproj", L_XML},
                                        {"css", L_CSS},
                                        {"csv", L_CSV},
                                        {"csx", L_CSHARP},
                                        {"cts", L_TS},
                                        {"cu", L_CPP},
                                        {"cuh", L_CPP},
                                        {"cxx", L_CPP},
                                        {"d", L_D},
                                        {"dart", L_DART},
                                        {"desktop", L_INI},
                                        {"diff", L_DIFF},
                                        {"dockerfile", L_DOCKER},
                                        {"dpr", L_PASCAL},
                                        {"editorconfig", L_INI},
                                        {"edn", L_CLOJURE},
                                        {"el", L_LISP},
                                        {"elm", L_ELM},
                                        {"env", L_ENV},
                                        {"erl", L_ERLANG},
                                        {"ex", L_ELIXIR},
                                        {"exs", L_ELIXIR},
                                        {"f", L_FORTRAN},
                                        {"f03", L_FORTRAN},
                                        {"f90", L_FORTRAN},
                                        {"f95", L_FORTRAN},
                                        {"fish", L_SHELL},
                                        {"fnl", L_LISP},
                                        {"for", L_FORTRAN},
                                        {"frag", L_GLSL},
                                        {"fs", L_FSHARP},
                                        {"fsi", L_FSHARP},
                                        {"fsx", L_FSHARP},
                                        {"gemspec", L_RUBY},
                                        {"geojson", L_JSON},
                                        {"gitconfig", L_INI},
                                        {"glsl", L_GLSL},
                                        {"go", L_GO},
                                        {"gql", L_GRAPHQL},
                                        {"gradle", L_GROOVY},
                                        {"graphql", L_GRAPHQL},
                                        {"groovy", L_GROOVY},
                                        {"h", L_C},
                                        {"h++", L_CPP},
                                        {"hcl", L_TERRAFORM},
                                        {"hh", L_CPP},
                                        {"hlsl", L_GLSL},
                                        {"hpp", L_CPP},
                                        {"hrl", L_ERLANG},
                                        {"hs", L_HASKELL},
                                        {"htm", L_HTML},
                                        {"html", L_HTML},
                                        {"hxx", L_CPP},
                                        {"ini", L_INI},
                                        {"inl", L_CPP},
                                        {"ino", L_CPP},
                                        {"ipp", L_CPP},
                                        {"ipynb", L_NOTEBOOK},
                                        {"java", L_JAVA},
                                        {"jl", L_JULIA},
                                        {"js", L_JS},
                                        {"json", L_JSON},
                                        {"json5", L_JSON},
                                        {"jsonc", L_JSON},
                                        {"jsonl", L_JSON},
                                        {"jsx", L_JS},
                                        {"ksh", L_SHELL},
                                        {"kt", L_KOTLIN},
                                        {"kts", L_KOTLIN},
                                        {"latex", L_LATEX},
                                        {"less", L_SCSS},
                                        {"lhs", L_HASKELL},
                                        {"lisp", L_LISP},
                                        {"lsp", L_LISP},
                                        {"ltx", L_LATEX},
                                        {"lua", L_LUA},
                                        {"luau", L_LUA},
                                        {"m", L_OBJC},
                                        {"mak", L_MAKE},
                                        {"man", L_ROFF},
                                        {"markdown", L_MARKDOWN},
                                        {"md", L_MARKDOWN},
                                        {"mdoc", L_ROFF},
                                        {"mdown", L_MARKDOWN},
                                        {"mdx", L_MARKDOWN},
                                        {"mediawiki", L_WIKI},
                                        {"metal", L_GLSL},
                                        {"mjs", L_JS},
                                        {"mk", L_MAKE},
                                        {"mkd", L_MARKDOWN},
                                        {"ml", L_OCAML},
                                        {"mli", L_OCAML},
                                        {"mm", L_CPP},
                                        {"mts", L_TS},
                                        {"nasm", L_ASM},
                                        {"ndjson", L_JSON},
                                        {"nim", L_NIM},
                                        {"nims", L_NIM},
                                        {"nix", L_NIX},
                                        {"norg", L_NORG},
                                        {"org", L_ORG},
                                        {"pas", L_PASCAL},
                                        {"patch", L_DIFF},
                                        {"php", L_PHP},
                                        {"php5", L_PHP},
                                        {"phtml", L_PHP},
                                        {"pl", L_PERL},
                                        {"plist", L_XML},
                                        {"pm", L_PERL},
                                        {"podspec", L_RUBY},
                                        {"pom", L_XML},
                                        {"pp", L_PASCAL},
                                        {"properties", L_INI},
                                        {"props", L_XML},
                                        {"proto", L_PROTO},
                                        {"ps1", L_POWERSHELL},
                                        {"psd1", L_POWERSHELL},
                                        {"psm1", L_POWERSHELL},
                                        {"purs", L_ELM},
                                        {"pxd", L_PYTHON},
                                        {"py", L_PYTHON},
                                        {"pyi", L_PYTHON},
                                        {"pyw", L_PYTHON},
                                        {"pyx", L_PYTHON},
                                        {"qmd", L_MARKDOWN},
                                        {"r", L_R},
                                        {"rake", L_RUBY},
                                        {"rb", L_RUBY},
                                        {"rest", L_RST},
                                        {"resx", L_XML},
                                        {"rkt", L_LISP},
                                        {"rmd", L_MARKDOWN},
                                        {"rs", L_RUST},
                                        {"rst", L_RST},
                                        {"ru", L_RUBY},
                                        {"s", L_ASM},
                                        {"sass", L_SCSS},
                                        {"sbt", L_SCALA},
                                        {"sc", L_SCALA},
                                        {"scala", L_SCALA},
                                        {"scm", L_LISP},
                                        {"scss", L_SCSS},
                                        {"service", L_INI},
                                        {"sh", L_SHELL},
                                        {"socket", L_INI},
                                        {"sol", L_SOLIDITY},
                                        {"sql", L_SQL},
                                        {"ss", L_LISP},
                                        {"star", L_PYTHON},
                                        {"sty", L_LATEX},
                                        {"styl", L_SCSS},
                                        {"sv", L_V},
                                        {"svelte", L_SVELTE},
                                        {"svg", L_XML},
                                        {"svh", L_V},
                                        {"swift", L_SWIFT},
                                        {"t", L_PERL},
                                        {"targets", L_XML},
                                        {"tcl", L_TCL},
                                        {"tex", L_LATEX},
                                        {"text", L_PLAIN},
                                        {"tf", L_TERRAFORM},
                                        {"tfvars", L_TERRAFORM},
                                        {"thrift", L_THRIFT},
                                        {"timer", L_INI},
                                        {"toml", L_TOML},
                                        {"tpp", L_CPP},
                                        {"ts", L_TS},
                                        {"tsv", L_CSV},
                                        {"tsx", L_TS},
                                        {"txt", L_PLAIN},
                                        {"typ", L_TYPST},
                                        {"v", L_V},
                                        {"vcxproj", L_XML},
                                        {"vert", L_GLSL},
                                        {"vhd", L_VHDL},
                                        {"vhdl", L_VHDL},
                                        {"vim", L_VIM},
                                        {"vimrc", L_VIM},
                                        {"vue", L_VUE},
                                        {"webmanifest", L_JSON},
                                        {"wgsl", L_GLSL},
                                        {"wiki", L_WIKI},
                                        {"xhtml", L_HTML},
                                        {"xml", L_XML},
                                        {"xsd", L_XML},
                                        {"xsl", L_XML},
                                        {"xslt", L_XML},
                                        {"yaml", L_YAML},
                                        {"yml", L_YAML},
                                        {"zig", L_ZIG},
                                        {"zon", L_ZIG},
                                        {"zsh", L_SHELL}};

/* By whole file name. */
static const struct row names[] = {{".babelrc", L_JSON},
                                   {".bash_profile", L_SHELL},
                                   {".bashrc", L_SHELL},
                                   {".clang-format", L_YAML},
                                   {".clang-tidy", L_YAML},
                                   {".dockerignore", L_INI},
                                   {".editorconfig", L_INI},
                                   {".eslintrc", L_JSON},
                                   {".gitattributes", L_INI},
                                   {".gitignore", L_INI},
                                   {".gitmodules", L_INI},
                                   {".gvimrc", L_VIM},
                                   {".luacheckrc", L_LUA},
                                   {".npmrc", L_INI},
                                   {".prettierrc", L_JSON},
                                   {".profile", L_SHELL},
                                   {".vimrc", L_VIM},
                                   {".zshenv", L_SHELL},
                                   {".zshrc", L_SHELL},
                                   {"_vimrc", L_VIM},
                                   {"authors", L_PLAIN},
                                   {"brewfile", L_RUBY},
                                   {"build", L_PYTHON},
                                   {"build.bazel", L_PYTHON},
                                   {"cargo.lock", L_TOML},
                                   {"changelog", L_PLAIN},
                                   {"changes", L_PLAIN},
                                   {"cmakelists.txt", L_CMAKE},
                                   {"codeowners", L_INI},
                                   {"configure", L_SHELL},
                                   {"configure.ac", L_SHELL},
                                   {"constraints.txt", L_INI},
                                   {"containerfile", L_DOCKER},
                                   {"contributing", L_PLAIN},
                                   {"contributors", L_PLAIN},
                                   {"copying", L_PLAIN},
                                   {"credits", L_PLAIN},
                                   {"dockerfile", L_DOCKER},
                                   {"faq", L_PLAIN},
                                   {"fastfile", L_RUBY},
                                   {"gemfile", L_RUBY},
                                   {"gnumakefile", L_MAKE},
                                   {"go.mod", L_INI},
                                   {"go.work", L_INI},
                                   {"gradlew", L_SHELL},
                                   {"hacking", L_PLAIN},
                                   {"history", L_PLAIN},
                                   {"install", L_PLAIN},
                                   {"jenkinsfile", L_GROOVY},
                                   {"justfile", L_MAKE},
                                   {"kbuild", L_MAKE},
                                   {"licence", L_PLAIN},
                                   {"license", L_PLAIN},
                                   {"maintainers", L_PLAIN},
                                   {"makefile", L_MAKE},
                                   {"meson.build", L_PYTHON},
                                   {"meson_options.txt", L_PYTHON},
                                   {"news", L_PLAIN},
                                   {"notice", L_PLAIN},
                                   {"pipfile", L_TOML},
                                   {"pkgbuild", L_SHELL},
                                   {"podfile", L_RUBY},
                                   {"poetry.lock", L_TOML},
                                   {"procfile", L_YAML},
                                   {"rakefile", L_RUBY},
                                   {"readme", L_PLAIN},
                                   {"readme.en", L_PLAIN},
                                   {"readme.ko", L_PLAIN},
                                   {"requirements.txt", L_INI},
                                   {"robots.txt", L_INI},
                                   {"sconscript", L_PYTHON},
                                   {"sconstruct", L_PYTHON},
                                   {"thanks", L_PLAIN},
                                   {"todo", L_PLAIN},
                                   {"vagrantfile", L_RUBY},
                                   {"vimrc", L_VIM},
                                   {"workspace", L_PYTHON},
                                   {"wscript", L_PYTHON}};

enum { NAME_MAX_BYTES = 32 }; /* longer than any key */

static int compare_row(const void *key, const void *row)
{
    return strcmp(key, ((const struct row *)row)->key);
}

/* The row of KEY in a table of N, or NULL.  ASCII case does not matter. */
static const struct row *find(const struct row *table, size_t n, const char *key, size_t len)
{
    char lower[NAME_MAX_BYTES];
    if (len == 0 || len >= sizeof lower || memchr(key, 0, len))
        return NULL;
    for (size_t i = 0; i < len; i++)
        lower[i] = (char)(key[i] >= 'A' && key[i] <= 'Z' ? key[i] + 32 : key[i]);
    lower[len] = 0;
    return bsearch(lower, table, n, sizeof *table, compare_row);
}

static const struct row *find_name(const char *name, size_t len)
{
    return find(names, sizeof names / sizeof *names, name, len);
}

/* The last of the bytes C in [TEXT, TEXT+LEN), or NULL. */
static const char *last_byte(const char *text, size_t len, char c)
{
    while (len > 0)
        if (text[--len] == c)
            return text + len;
    return NULL;
}

/* "Dockerfile.dev", "LICENSE-MIT", "README.ko": the name up to its first dot, hyphen or underscore
 * may decide. */
static const struct row *find_stem(const char *name, size_t len)
{
    size_t stem = 1;
    while (stem < len && !strchr(".-_", name[stem]))
        stem++;
    const struct row *row = stem < len ? find_name(name, stem) : NULL;
    bool wordy = row && (row->lang == L_PLAIN || row->lang == L_DOCKER || row->lang == L_MAKE);
    return wordy ? row : NULL;
}

/* "git-commit.1", "printf.3p": a page of the manual.  A number may also end a version, a rotated log or
 * a library. */
static bool is_man_page(const char *name, const char *dot, size_t len)
{
    static const char *const others[] = {"log", "so", "gz", "bak", "old", "txt", "out"};
    const char *end = name + len, *digits = dot;
    if (dot == name || end - dot < 2 || end - dot > 3 || dot[1] < '1' || dot[1] > '9' ||
        (end - dot == 3 && dot[2] != 'p' && dot[2] != 'x'))
        return false;
    while (digits > name && digits[-1] >= '0' && digits[-1] <= '9')
        digits--;
    if (digits < dot && (digits == name || strchr("-._v", digits[-1])))
        return false;
    const char *before = last_byte(name, (size_t)(dot - name), '.');
    for (size_t i = 0; before && i < sizeof others / sizeof *others; i++)
        if (strlen(others[i]) == (size_t)(dot - before - 1) &&
            memcmp(others[i], before + 1, strlen(others[i])) == 0)
            return false;
    return true;
}

const struct ob_lang *ob_lang_of_path(const char *path, size_t path_len)
{
    const char *slash = last_byte(path, path_len, '/');
    const char *name = slash ? slash + 1 : path;
    size_t len = path_len - (size_t)(name - path);
    const struct row *row = find_name(name, len);
    const char *dot = last_byte(name, len, '.');
    if (!row && dot)
        row = find(extensions, sizeof extensions / sizeof *extensions, dot + 1,
                   len - (size_t)(dot + 1 - name));
    if (!row && dot && is_man_page(name, dot, len))
        return &langs[L_ROFF];
    if (!row)
        row = find_stem(name, len);
    return &langs[row ? row->lang : L_UNKNOWN];
}

const char *ob_kind_name(enum ob_kind kind)
{
    switch (kind) {
    case OB_KIND_CODE: return "code";
    case OB_KIND_NOTE: return "note";
    case OB_KIND_CONFIG: return "config";
    case OB_KIND_OTHER: break;
    }
    return "other";
}
