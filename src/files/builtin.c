/* The built-in lists, as plain tables.
 *
 * A name stands here only if a hand-written file can hardly bear it.  Names that people use for both
 * ("build", "target", "dist") count only beside the file of the tool that writes them.  Vendored
 * code ("vendor", "third_party") is taken: ranking puts it behind. */
#include "builtin.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "openbook/base/io.h"

#include "walker.h"
#include "wildmatch.h"

/* ------------------------------------------------------------ names that mark a directory */
static const struct {
    const char *name;
    unsigned special;
} specials_table[] = {
    {".openbookignore", OB__HAS_OPENBOOKIGNORE},
    {".gitignore", OB__HAS_GITIGNORE},
    {".ignore", OB__HAS_IGNORE},
    {".git", OB__HAS_GIT},
    {"CACHEDIR.TAG", OB__HAS_CACHEDIR_TAG},
    {"pyvenv.cfg", OB__HAS_PYVENV},
    {"CMakeCache.txt", OB__HAS_CMAKE_CACHE},
};
enum { N_SPECIALS = sizeof specials_table / sizeof *specials_table };

unsigned ob__special_of(const char *name)
{
    if (*name != '.' && *name != 'C' && *name != 'p')
        return 0;
    for (size_t i = 0; i < N_SPECIALS; i++)
        if (strcmp(name, specials_table[i].name) == 0)
            return specials_table[i].special;
    return 0;
}

unsigned ob__special_look(int dirfd)
{
    unsigned specials = 0;
    struct stat st;
    for (size_t i = 0; i < N_SPECIALS; i++)
        if (ob_io_fstatat(dirfd, specials_table[i].name, &st, AT_SYMLINK_NOFOLLOW) == 0)
            specials |= specials_table[i].special;
        else if (ob__skip_from_errno(errno) == OB_SKIP_REFUSED)
            specials |= OB__REFUSED;
    return specials;
}

const char *ob__builtin_inside(unsigned specials)
{
    if (specials & OB__HAS_CACHEDIR_TAG)
        return "a cache (it holds CACHEDIR.TAG)";
    if (specials & OB__HAS_PYVENV)
        return "a Python environment (it holds pyvenv.cfg)";
    if (specials & OB__HAS_CMAKE_CACHE)
        return "a CMake build folder (it holds CMakeCache.txt)";
    return NULL;
}

/* ------------------------------------------------------------ version control */
const char *ob__builtin_vcs(const char *name)
{
    static const char *const names[] = {".git", ".hg",    ".svn",   ".jj",
                                        ".bzr", "_darcs", ".pijul", "CVS"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return "version control data";
    return NULL;
}

/* ------------------------------------------------------------ secrets */
enum kind { FILES = 1, DIRS = 2, BOTH = 3 };

/* Patterns are lower case and compared without case.  The first that matches decides; a NULL reason
 * means that it is no secret. */
static const struct {
    enum kind kind;
    const char *parent; /* NULL: anywhere */
    const char *pattern;
    const char *why;
} secrets[] = {
    {FILES, NULL, ".env.example", NULL},
    {FILES, NULL, ".env.sample", NULL},
    {FILES, NULL, ".env.template", NULL},
    {FILES, NULL, ".env.dist", NULL},
    {FILES, NULL, ".env.defaults", NULL},
    {FILES, NULL, ".env", "environment settings often hold keys"},
    {FILES, NULL, ".env.*", "environment settings often hold keys"},
    {FILES, NULL, ".envrc", "environment settings often hold keys"},
    {FILES, NULL, "*.pub", NULL},
    {FILES, NULL, "*.pem", "a key or certificate"},
    {FILES, NULL, "*.key", "a private key"},
    {FILES, NULL, "*.p12", "a key store"},
    {FILES, NULL, "*.pfx", "a key store"},
    {FILES, NULL, "*.jks", "a key store"},
    {FILES, NULL, "*.keystore", "a key store"},
    {FILES, NULL, "*.ppk", "a private key"},
    {FILES, NULL, "*.gpg", "encrypted with a key"},
    {FILES, NULL, "*.kdbx", "a password store"},
    {FILES, NULL, "*.kdb", "a password store"},
    {FILES, NULL, "id_rsa*", "a private key"},
    {FILES, NULL, "id_dsa*", "a private key"},
    {FILES, NULL, "id_ecdsa*", "a private key"},
    {FILES, NULL, "id_ed25519*", "a private key"},
    {FILES, NULL, ".netrc", "login data"},
    {FILES, NULL, "_netrc", "login data"},
    {FILES, NULL, ".authinfo*", "login data"},
    {FILES, NULL, ".pgpass", "login data"},
    {FILES, NULL, ".my.cnf", "login data"},
    {FILES, NULL, ".npmrc", "may hold a registry token"},
    {FILES, NULL, ".yarnrc.yml", "may hold a registry token"},
    {FILES, NULL, ".pypirc", "may hold a registry token"},
    {FILES, NULL, ".dockercfg", "login data"},
    {FILES, ".docker", "config.json", "login data"},
    {FILES, ".kube", "config", "login data"},
    {FILES, ".cargo", "credentials*", "may hold a registry token"},
    {FILES, ".gem", "credentials", "may hold a registry token"},
    {FILES, "gh", "hosts.yml", "login data"},
    {FILES, NULL, ".git-credentials", "login data"},
    {FILES, NULL, ".htpasswd", "login data"},
    {FILES, NULL, ".vault-token", "login data"},
    {FILES, NULL, ".s3cfg", "login data"},
    {FILES, NULL, ".boto", "login data"},
    {FILES, NULL, "rclone.conf", "login data"},
    {FILES, NULL, "credentials*.json", "login data"},
    {FILES, NULL, "service-account*.json", "login data"},
    {FILES, NULL, "service_account*.json", "login data"},
    {FILES, NULL, "client_secret*.json", "login data"},
    {FILES, NULL, "*.tfstate", "Terraform state holds secrets"},
    {FILES, NULL, "*.tfstate.*", "Terraform state holds secrets"},
    {FILES, NULL, "*.tfvars", "Terraform variables often hold secrets"},
    {FILES, NULL, "*.tfvars.json", "Terraform variables often hold secrets"},
    {FILES, NULL, "secrets.yml", "named as secrets"},
    {FILES, NULL, "secrets.yaml", "named as secrets"},
    {FILES, NULL, "vault*.yml", "an Ansible vault"},
    {FILES, NULL, "vault*.yaml", "an Ansible vault"},
    {FILES, NULL, ".*_history", "a command history"},
    {FILES, NULL, ".histfile", "a command history"},
    {FILES, NULL, "*.sqlite", "a database"},
    {FILES, NULL, "*.sqlite3", "a database"},
    {FILES, NULL, "*.db", "a database"},
    {FILES, NULL, "*.mbox", "a mail store"},
    {FILES, NULL, "*.pst", "a mail store"},
    {DIRS, NULL, ".aws", "cloud login data"},
    {DIRS, NULL, ".azure", "cloud login data"},
    {DIRS, NULL, ".gcp", "cloud login data"},
    {DIRS, NULL, ".ssh", "keys"},
    {DIRS, NULL, ".gnupg", "keys"},
    {DIRS, NULL, ".password-store", "a password store"},
    {DIRS, NULL, ".mozilla", "a browser's store"},
    {DIRS, NULL, ".thunderbird", "a mail store"},
    {DIRS, ".config", "google-chrome", "a browser's store"},
    {DIRS, ".config", "chromium", "a browser's store"},
    {DIRS, ".config", "gcloud", "cloud login data"},
};

/* Compares without case; a pattern without a star needs no matcher. */
static bool matches(const char *pattern, const char *name, size_t name_len)
{
    size_t len = strlen(pattern);
    if (pattern[0] != '*' && pattern[0] != tolower((unsigned char)name[0]))
        return false;
    return ob__wildmatch(pattern, len, name, name_len, true);
}

const char *ob__builtin_secret(const char *name, const char *parent, bool is_dir)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
        if (!(secrets[i].kind & (is_dir ? DIRS : FILES)))
            continue;
        if (secrets[i].parent && strcasecmp(secrets[i].parent, parent) != 0)
            continue;
        if (matches(secrets[i].pattern, name, len))
            return secrets[i].why;
    }
    return NULL;
}

/* ------------------------------------------------------------ folders */
static const struct {
    const char *name;
    const char *beside; /* one of these, separated by blanks, must lie beside it; NULL: always */
    const char *why;
} folders[] = {
    {"node_modules", NULL, "installed packages"},
    {"bower_components", NULL, "installed packages"},
    {"jspm_packages", NULL, "installed packages"},
    {"site-packages", NULL, "installed packages"},
    {"elm-stuff", NULL, "installed packages"},
    {".pnpm-store", NULL, "installed packages"},
    {".yarn", NULL, "installed packages"},
    {".bundle", NULL, "installed packages"},
    {"Pods", "Podfile", "installed packages"},
    {"deps", "mix.exs rebar.config", "installed packages"},
    {".eggs", NULL, "installed packages"},
    {".venv", NULL, "a Python environment"},
    {".tox", NULL, "Python test environments"},
    {".nox", NULL, "Python test environments"},
    {".direnv", NULL, "a tool's cache"},
    {"__pycache__", NULL, "compiled Python"},
    {".mypy_cache", NULL, "a tool's cache"},
    {".pytest_cache", NULL, "a tool's cache"},
    {".ruff_cache", NULL, "a tool's cache"},
    {".hypothesis", NULL, "a tool's cache"},
    {".ipynb_checkpoints", NULL, "saved copies"},
    {".sass-cache", NULL, "a tool's cache"},
    {".parcel-cache", NULL, "a tool's cache"},
    {".turbo", NULL, "a tool's cache"},
    {".nyc_output", NULL, "a test report"},
    {"htmlcov", NULL, "a test report"},
    {"coverage", "package.json", "a test report"},
    {".next", NULL, "build output"},
    {".nuxt", NULL, "build output"},
    {".svelte-kit", NULL, "build output"},
    {".dart_tool", NULL, "build output"},
    {".gradle", NULL, "build output"},
    {".stack-work", NULL, "build output"},
    {"dist-newstyle", NULL, "build output"},
    {".zig-cache", NULL, "build output"},
    {"zig-cache", NULL, "build output"},
    {"zig-out", NULL, "build output"},
    {"DerivedData", NULL, "build output"},
    {"target", "Cargo.toml pom.xml build.sbt", "build output"},
    {"build", "build.gradle build.gradle.kts setup.py pubspec.yaml", "build output"},
    {"dist", "package.json setup.py pyproject.toml", "build output"},
    {"_build", "mix.exs dune-project rebar.config conf.py", "build output"},
    {".terraform", NULL, "downloaded providers"},
    {".idea", NULL, "an editor's settings"},
    {".vs", NULL, "an editor's settings"},
    {".obsidian", NULL, "an editor's settings"},
    {".Trash", NULL, "thrown away"},
    {".trash", NULL, "thrown away"},
};

static bool one_lies_beside(int dirfd, const char *names)
{
    char name[64];
    struct stat st;
    while (*names) {
        size_t len = strcspn(names, " ");
        memcpy(name, names, len);
        name[len] = '\0';
        if (ob_io_fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
            return true;
        names += len + (names[len] == ' ');
    }
    return false;
}

static const char *match_folder(const char *name, int dirfd)
{
    size_t len = strlen(name);
    if (len > 9 && strcmp(name + len - 9, ".egg-info") == 0)
        return "installed packages";
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        if (strcmp(folders[i].name, name) != 0)
            continue;
        return !folders[i].beside || one_lies_beside(dirfd, folders[i].beside) ? folders[i].why
                                                                               : NULL;
    }
    return NULL;
}

bool ob__builtin_beside(const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        for (const char *p = folders[i].beside; p && *p; p += strspn(p, " ")) {
            size_t n = strcspn(p, " ");
            if (n == len && memcmp(p, name, n) == 0)
                return true;
            p += n;
        }
    return false;
}

/* ------------------------------------------------------------ files */

/* Exact names and endings, each list separated by blanks and closed by one; endings are compared in
 * lower case. */
static const struct {
    const char *names;
    const char *why;
} file_names[] = {
    {" package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock bun.lockb deno.lock"
     " Cargo.lock poetry.lock Pipfile.lock pdm.lock uv.lock composer.lock Gemfile.lock go.sum"
     " go.work.sum flake.lock mix.lock packages.lock.json gradle.lockfile Podfile.lock pubspec.lock"
     " Package.resolved lazy-lock.json ",
     "a lock file"},
    {" .DS_Store Thumbs.db desktop.ini .coverage tags TAGS GPATH GRTAGS GTAGS ", "a tool's file"},
};

/* Endings of two or more parts, compared as they are. */
static const struct {
    const char *ending;
    const char *why;
} endings[] = {
    {"~", "an editor's copy"},     {".min.js", "minified"},     {".min.mjs", "minified"},
    {".min.css", "minified"},      {".bundle.js", "minified"},  {".js.map", "a source map"},
    {".css.map", "a source map"},  {".ts.map", "a source map"}, {".mjs.map", "a source map"},
    {".cjs.map", "a source map"},  {".pb.go", "generated"},     {".pb.h", "generated"},
    {".pb.cc", "generated"},       {"_pb2.py", "generated"},    {"_pb2.pyi", "generated"},
    {"_pb2_grpc.py", "generated"}, {".g.dart", "generated"},    {".freezed.dart", "generated"},
    {".tsbuildinfo", "generated"},
};

static const struct {
    const char *extensions;
    const char *why;
} extensions[] = {
    {" swp swo swn orig rej bak tmp crdownload part ", "an editor's copy"},
    {" map ", "a source map"},
    {" png jpg jpeg gif bmp ico icns webp avif heic heif tif tiff psd ai eps svg svgz xcf raw cr2"
     " nef dds tga ktx exr hdr fig sketch ",
     "an image"},
    {" mp3 wav flac ogg oga opus m4a aac wma aiff mid midi mp4 m4v mkv mov avi webm wmv flv mpg mpeg"
     " ogv 3gp ",
     "sound or video"},
    {" ttf otf woff woff2 eot fon pfb pcf ", "a font"},
    {" zip tar gz tgz bz2 tbz xz txz zst lz lz4 lzma 7z rar jar war ear whl egg gem nupkg deb rpm apk"
     " ipa dmg iso img crx vsix cab msi snap flatpak appimage ",
     "an archive"},
    {" o obj a lib so dylib dll exe pdb ilk exp lo la ko elf bin class pyc pyo pyd beam elc rlib"
     " rmeta wasm gch pch hi node ",
     "a compiled file"},
    {" pdf doc docx xls xlsx ppt pptx odt ods odp pages numbers hwp hwpx epub mobi djvu ",
     "a document that is not plain text"},
    {" dat pkl pickle npy npz h5 hdf5 parquet feather arrow onnx pt pth ckpt safetensors gguf tflite"
     " joblib mat rds rdata mdb accdb dbf shp lmdb ",
     "data"},
    {" stl glb fbx blend 3ds dwg dxf step ", "a drawing"},
};

/* Whether the list, separated by blanks, holds the word. */
static bool holds(const char *list, const char *word, size_t len)
{
    for (const char *p = list; (p = strstr(p, word)); p++)
        if (p[-1] == ' ' && p[len] == ' ')
            return true;
    return false;
}

static const char *match_extension(const char *name, size_t len)
{
    char lowered[16];
    const char *dot = memrchr(name, '.', len);
    size_t n = dot ? len - (size_t)(dot + 1 - name) : 0;
    if (!n || dot == name || n >= sizeof lowered || memchr(dot, ' ', n + 1))
        return NULL;
    for (size_t i = 0; i < n; i++)
        lowered[i] = (char)tolower((unsigned char)dot[1 + i]);
    lowered[n] = '\0';
    for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++)
        if (holds(extensions[i].extensions, lowered, n))
            return extensions[i].why;
    return NULL;
}

static const char *match_file(const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t n = strlen(endings[i].ending);
        if (len > n && memcmp(name + len - n, endings[i].ending, n) == 0)
            return endings[i].why;
    }
    if (!memchr(name, ' ', len))
        for (size_t i = 0; i < sizeof file_names / sizeof *file_names; i++)
            if (holds(file_names[i].names, name, len))
                return file_names[i].why;
    if ((name[0] == '.' && name[1] == '#') || (len > 2 && name[0] == '#' && name[len - 1] == '#'))
        return "an editor's copy";
    return match_extension(name, len);
}

const char *ob__builtin_match(const char *name, bool is_dir, int dirfd)
{
    return is_dir ? match_folder(name, dirfd) : match_file(name);
}
