/* openbook doctor: looks at everything openbook needs and says one sentence about each. */
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <curl/curl.h>
#include <netdb.h>

#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

#include "openbook/base/mem.h"
#include "openbook/base/path.h"
#include "openbook/llm/http.h"
#include "openbook/rpc/limits.h"

#include "inside.h"

/* Linux gave 8,192 watches before 5.11: a large project and the editors beside it use them up.  Of instances
 * openbook takes one, and so does each other program that watches. */
enum { FEW_WATCHES = 16384, FEW_INSTANCES = 16, CALL_MS = 10000 };

struct doctor {
    bool trouble;
    struct ob__link link;
    struct ob__config config;
};

static void say(struct doctor *d, bool good, const char *what, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void say(struct doctor *d, bool good, const char *what, const char *format, ...)
{
    char text[PATH_MAX + 512]; /* a longer sentence is cut */
    va_list args;
    bool colours = ob__colours();
    d->trouble = d->trouble || !good;
    printf("%s%-4s%s %-9s ", colours ? (good ? "\033[32m" : "\033[33m") : "", good ? "ok" : "warn",
           colours ? "\033[0m" : "", what);
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    ob__print_line(stdout, text);
    putchar('\n');
}

static void check_versions(struct doctor *d)
{
    struct utsname system;
    bool known = uname(&system) == 0;
    say(d, true, "version", "openbook %s, protocol %d, on %s %s.", OB_VERSION, OB_PROTOCOL_VERSION,
        known ? system.sysname : "an unknown system", known ? system.machine : "");
    const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);
    unsigned xxh = XXH_versionNumber();
    say(d, true, "libraries", "libuv %s, msgpack-c %s, libcurl %s, cJSON %s, xxHash %u.%u.%u.",
        uv_version_string(), msgpack_version(), curl->version, cJSON_Version(), xxh / 10000,
        xxh / 100 % 100, xxh % 100);
}

static void check_dir(struct doctor *d, const char *what, int err, char *path,
                      const struct ob_error *e)
{
    if (err)
        say(d, false, what, "%s.", e->message);
    else if (access(path, W_OK | X_OK) != 0)
        say(d, false, what, "%s cannot be written: check its owner and mode.", path);
    else
        say(d, true, what, "%s is there and yours alone.", path);
    ob_free(path);
}

static void check_dirs(struct doctor *d)
{
    struct ob_error e = OB_ERROR_INIT;
    char *path = NULL;
    int err = ob_dir_runtime(&path, &e);
    check_dir(d, "runtime", err, err ? NULL : path, &e);
    path = NULL;
    err = ob_dir_state(&path, &e);
    check_dir(d, "state", err, err ? NULL : path, &e);
}

static void check_config(struct doctor *d)
{
    struct ob_error e = OB_ERROR_INIT;
    if (ob__config_load(&d->config, &e) != 0)
        say(d, false, "config", "%s.", e.message);
    else if (!d->config.json)
        say(d, true, "config", "There is no config.json; none is needed.");
    else
        say(d, true, "config", "config.json is valid%s.",
            d->config.llm ? " and names a model" : "");
}

/* The server that config.json names; NULL when it names none. */
static const char *named_url(const struct doctor *d)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(d->config.llm, "url"));
}

/* Only a model over https needs them, so it is no trouble without one. */
static void check_authorities(struct doctor *d)
{
    const char *list = curl_version_info(CURLVERSION_NOW)->cainfo, *url = named_url(d);
    if (!list)
        say(d, true, "https", "libcurl asks the system whom to trust.");
    else if (access(list, R_OK) == 0)
        say(d, true, "https", "%s says whom to trust.", list);
    else
        say(d, !url || strncasecmp(url, "https:", 6) != 0, "https",
            "There is no %s: a model over https needs it (install ca-certificates) or a ca_file.",
            list);
}

static void check_socket(struct doctor *d)
{
    struct ob_error e = OB_ERROR_INIT;
    struct stat st;
    char *path = NULL;
    if (ob_server_default_path(&path, &e) != 0)
        say(d, false, "socket", "%s.", e.message);
    else if (lstat(path, &st) != 0)
        say(d, true, "socket", "%s is free: no daemon runs.", path);
    else if (!S_ISSOCK(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 0077))
        say(d, false, "socket", "%s is not a socket of yours alone: remove it.", path);
    else
        say(d, true, "socket", "%s is a socket of yours alone.", path);
    ob_free(path);
}

static unsigned long read_limit(const char *name)
{
    char path[128], line[32] = "";
    (void)snprintf(path, sizeof path, "/proc/sys/fs/inotify/%s", name);
    FILE *f = fopen(path, "r");
    bool got = f && fgets(line, sizeof line, f);
    if (f)
        (void)fclose(f); /* only read */
    return got ? strtoul(line, NULL, 10) : 0;
}

static void check_inotify(struct doctor *d)
{
    unsigned long watches = read_limit("max_user_watches"),
                  instances = read_limit("max_user_instances");
    if (watches == 0)
        say(d, false, "inotify", "The limits cannot be read; saved files may be noticed late.");
    else if (watches < FEW_WATCHES || instances < FEW_INSTANCES)
        say(d, false, "inotify",
            "%lu watches and %lu instances are few: raise fs.inotify.max_user_watches to 65536 and "
            "max_user_instances to 128.",
            watches, instances);
    else
        say(d, true, "inotify", "%lu watches and %lu instances allowed.", watches, instances);
}

/* ------------------------------------------------------------ the model that is named */
/* Whether somebody listens at ORIGIN ("http://127.0.0.1:8080"), which is this machine. */
static bool listens(const char *origin)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *list = NULL;
    bool bracketed = strchr(origin, '[') != NULL, open = false;
    const char *port = strrchr(origin, ':');
    char *host = ob_strndup(strstr(origin, "//") + 2 + bracketed,
                            (size_t)(port - strstr(origin, "//")) - 2U - 2U * bracketed);
    if (getaddrinfo(host, port + 1, &hints, &list) != 0)
        list = NULL;
    for (const struct addrinfo *a = list; a && !open; a = a->ai_next) {
        int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
        open = fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) == 0; /* at once, or refused */
        if (fd >= 0)
            (void)close(fd); /* nothing was sent */
    }
    if (list)
        freeaddrinfo(list);
    ob_free(host);
    return open;
}

/* Another machine is not called: that is for who asks to allow. */
static void check_named(struct doctor *d, const char *url)
{
    struct ob_error e = OB_ERROR_INIT;
    char *origin = NULL;
    if (ob_http_origin(&origin, url, &e) != 0)
        say(d, false, "models", "config.json: llm.url: %s.", e.message);
    else if (!ob_http_is_loopback(origin))
        say(d, true, "models", "config.json names %s, another machine, which is not asked here.",
            origin);
    else if (listens(origin))
        say(d, true, "models", "Somebody listens at %s, which config.json names.", origin);
    else
        say(d, false, "models",
            "Nothing answers at %s, which config.json names: start that server, or correct llm.url.",
            origin);
    ob_free(origin);
}

/* ------------------------------------------------------------ by a server */
static void on_models(const msgpack_object *result, void *data)
{
    struct doctor *d = data;
    const msgpack_object *found;
    size_t n = ob__get_array(result, "found", &found);
    if (n == 0)
        say(d, true, "models",
            "No model server answers on this machine; `ask` quotes instead of "
            "wording. Start llama.cpp or Ollama, or name one in config.json (openbook help config).");
    for (size_t i = 0; i < n; i++) {
        char *kind = ob__get_text(&found[i], "kind"), *url = ob__get_text(&found[i], "url"),
             *model = ob__get_text(&found[i], "model");
        say(d, model[0] != '\0', "models", "%s at %s %s%s%s.", kind, url,
            model[0] ? "offers " : "has no model loaded", model,
            ob__get_bool(&found[i], "remote") ? " (answered by another machine)" : "");
        ob_free(kind);
        ob_free(url);
        ob_free(model);
    }
}

static void on_status(const msgpack_object *result, void *data)
{
    struct doctor *d = data;
    const msgpack_object *grants;
    size_t n = ob__get_array(result, "grants", &grants);
    if (d->link.own)
        say(d, true, "daemon", "None runs; the editor starts one, the command line does without.");
    else
        say(d, true, "daemon", "Version %.*s, pid %llu, %llu KB of memory.",
            (int)ob__get(result, "version")->via.str.size, ob__get(result, "version")->via.str.ptr,
            (unsigned long long)ob__get_uint(result, "pid"),
            (unsigned long long)ob__get_uint(result, "rss_kb"));
    if (n == 0)
        say(d, true, "grants", "No other machine may be sent anything.");
    for (size_t i = 0; i < n; i++) {
        char *origin = ob__get_text(&grants[i], "origin"),
             *project = ob__get_text(&grants[i], "project");
        say(d, true, "grants", "%s may be sent passages of %s.", origin, project);
        ob_free(origin);
        ob_free(project);
    }
}

static void on_shelves(const msgpack_object *result, void *data)
{
    struct doctor *d = data;
    const msgpack_object *shelves, *problems;
    size_t n = ob__get_array(result, "shelves", &shelves);
    for (size_t i = 0; i < n; i++) {
        char *error = ob__get_text(&shelves[i], "error"), *path = ob__get_text(&shelves[i], "path");
        if (error[0])
            say(d, false, "shelves", "%s: make it, or run openbook shelf remove.", error);
        else
            say(d, true, "shelves", "%s is searched beside every project.", path);
        ob_free(error);
        ob_free(path);
    }
    if (n == 0)
        say(d, true, "shelves", "None was added; openbook shelf add DIR adds one.");
    n = ob__get_array(result, "problems", &problems);
    for (size_t i = 0; i < n; i++)
        say(d, false, "shelves", "%.*s.", (int)problems[i].via.str.size, problems[i].via.str.ptr);
}

static int call(struct doctor *d, const char *method, ob__reply_cb cb, struct ob_error *e)
{
    msgpack_sbuffer b;
    msgpack_sbuffer_init(&b);
    ob__put_map(&b, 0);
    int err = ob__link_call(&d->link, method, &b, CALL_MS, cb, d, e);
    msgpack_sbuffer_destroy(&b);
    return err;
}

static void check_server(struct doctor *d)
{
    struct ob_error e = OB_ERROR_INIT;
    const struct ob__link_options o = {.bare = true};
    int err = ob__link_open(&d->link, &o, &e);
    if (!err)
        err = call(d, "status", on_status, &e);
    if (!err)
        err = call(d, "shelf", on_shelves, &e);
    if (named_url(d))
        check_named(d, named_url(d));
    else if (!err)
        err = call(d, "models", on_models, &e);
    if (err)
        say(d, false, "daemon", "%s.", e.message);
    ob__link_close(&d->link);
}

int ob__cli_doctor(int argc, char **argv)
{
    struct doctor *d = ob_alloc(sizeof *d);
    if (argc > 0) {
        ob_free(d);
        return ob__usage("doctor", "\"%s\": there are no options", argv[0]);
    }
    check_versions(d);
    check_dirs(d);
    check_socket(d);
    check_config(d);
    check_authorities(d);
    check_inotify(d);
    check_server(d);
    bool trouble = d->trouble;
    ob__config_release(&d->config);
    ob_free(d);
    return trouble ? OB__EXIT_NOTHING : OB__EXIT_OK;
}
