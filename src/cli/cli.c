/* The table of commands with their help pages, and the two commands that need no more: help, version. */
#include "openbook/cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "openbook/base/log.h"
#include "openbook/rpc/limits.h"

#include "inside.h"

/* The sentence is cleaned as an error's is: it quotes what was typed, and file names. */
void ob__complain(const char *command, const char *format, va_list args, const char *tail)
{
    char text[1024];
    struct ob_error clean = OB_ERROR_INIT;
    (void)vsnprintf(text, sizeof text, format, args); /* a longer one is cut */
    (void)ob_error_set(&clean, OB_EFAIL, "%s", text);
    (void)fprintf(stderr, "openbook %s: %s%s\n", command, clean.message, tail);
}

int ob__fail(const char *command, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    ob__complain(command, format, args, "");
    va_end(args);
    return OB__EXIT_FAILED;
}

static int run_help(int argc, char **argv);
static int run_version(int argc, char **argv);

static const struct ob__command commands[] = {
    {"search", ob__cli_search, "find the lines that answer, in code and notes",
     "usage: openbook search [options] WORDS...\n"
     "\n"
     "Searches the project that the working directory lies in, and your notes.  Words, a sentence,\n"
     "an identifier, a part of a path: anything goes, in English and in Korean.  Prints\n"
     "path:first-last with the line that fits best.\n"
     "\n"
     "  --root DIR        search this directory, taken as it is; may stand several times\n"
     "  --limit N         at most N results (1 to 200; default 10)\n"
     "  --kind KIND       all, code or note\n"
     "  --by HOW          file: the best passage of each file; passage: passages on equal terms;\n"
     "                    auto (default): files for code, sections for notes\n"
     "  --like FILE[:A-B] more like these lines; the words may then be left out\n"
     "  --json            one JSON object\n"
     "  --vimgrep         path:line:column:text, for 'grepprg'\n"
     "  --explain         show what each result's score is made of\n"
     "  --queries FILE    answer a batch: each line {\"id\":..., \"query\":...} gives one line of JSON\n"
     "  --one-file-system do not enter folders on other file systems\n"
     "  --no-daemon       do not use a running daemon\n"
     "\n"
     "Exit status: 0 found, 1 nothing found, 2 wrong usage, 3 failed.\n"
     "\n"
     "  openbook search where are snapshots merged\n"
     "  openbook search --kind note 배포 절차\n"
     "  openbook search --like src/main.c:10-40 --limit 5\n"},
    {"ask", ob__cli_ask, "answer a question with cited passages",
     "usage: openbook ask [options] QUESTION...\n"
     "\n"
     "Streams an answer in Markdown, with [1] marks that name the sources listed below it.  Without\n"
     "a model it quotes the fewest lines that cover the question.\n"
     "\n"
     "  --root DIR             ask about this directory, taken as it is; may stand several times\n"
     "  --file FILE[:A-B]      the question is about this file, or these lines of it\n"
     "  --no-llm               quote, even where a model is at hand\n"
     "  --url URL              the model server (OpenAI-compatible, Anthropic, Gemini, Ollama)\n"
     "  --model NAME           the model's name there\n"
     "  --key-env NAME         the environment variable that holds the key for --url\n"
     "  --allow-remote ORIGIN  passages may be sent to this host, for this question; nothing leaves\n"
     "                         the machine without it or a grant given in the editor\n"
     "  --one-file-system      do not enter folders on other file systems\n"
     "  --no-daemon            do not use a running daemon\n"
     "\n"
     "A key that is named with --key-env, or as key_env in config.json, is read in this process, and\n"
     "what --allow-remote allows ends with it: the question is then asked without the daemon.\n"
     "\n"
     "Exit status: 0 answered, 1 nothing found, 2 wrong usage, 3 failed.\n"
     "\n"
     "  openbook ask how does a saved file reach the index\n"
     "  openbook ask --file src/main.c:1-30 what happens here\n"
     "  openbook ask --no-llm 스냅샷은 언제 합쳐지나요\n"},
    {"index", ob__cli_index, "build or refresh the index",
     "usage: openbook index [--root DIR]... [--stats] [--one-file-system] [--no-daemon]\n"
     "\n"
     "Reads what changed and waits until all of it can be searched.  Searching does this by itself;\n"
     "the command is for scripts and for looking at numbers.\n"
     "\n"
     "  --root DIR   this directory, taken as it is (default: the project of the working directory)\n"
     "  --stats      print one JSON object: files, skipped, bytes, passages, terms, definitions,\n"
     "               index_bytes, cpu_ms, wall_ms, peak_rss_kb\n"
     "  --one-file-system\n"
     "               do not enter folders on other file systems than their root; one_file_system in\n"
     "               config.json says so for all commands.  A folder is indexed once for those who\n"
     "               want it so and once for those who do not\n"
     "  --no-daemon  do not use a running daemon\n"},
    {"status", ob__cli_status, "what is indexed, and why a file is not",
     "usage: openbook status [--root DIR]... [--files [-0] | --why PATH | --json]\n"
     "                       [--one-file-system] [--no-daemon]\n"
     "\n"
     "  --files      every indexed path, one a line, relative to its root; -0 ends each with NUL\n"
     "  --why PATH   the rule that takes or leaves this path\n"
     "  --json       one JSON object\n"
     "  --one-file-system\n"
     "               folders on other file systems than their root are not entered\n"
     "  --no-daemon  do not use a running daemon\n"
     "\n"
     "  openbook status --why build/generated.c\n"},
    {"shelf", ob__cli_shelf, "add folders that every project searches, such as notes",
     "usage: openbook shelf add DIR | remove DIR | list   [--json] [--no-daemon]\n"
     "\n"
     "A shelf is a folder that is searched beside every project: notes, a vault, a wiki.  It has one\n"
     "index of its own, whoever searches it.  What is added or removed counts at once, also in editors\n"
     "that are open.\n"
     "\n"
     "  add DIR      search this folder from now on\n"
     "  remove DIR   search it no more; the folder itself stays as it is\n"
     "  list         the shelves, one a line (also without a word)\n"
     "  --json       one JSON object\n"
     "  --no-daemon  do not use a running daemon; it hears of the change with its next client\n"
     "\n"
     "They stand in the file shelves in $XDG_STATE_HOME/openbook, one absolute path a line, which may\n"
     "be edited.  Exit status: 0 done, 1 list: there are none, 2 wrong usage, 3 failed.\n"
     "\n"
     "  openbook shelf add ~/notes\n"
     "  openbook shelf add \"내 노트\"\n"},
    {"serve", ob__cli_serve, "run the daemon that editors share",
     "usage: openbook serve [--socket PATH] [--idle SECONDS] [--log LEVEL] [--background]\n"
     "       openbook serve --stdio [--log LEVEL]\n"
     "\n"
     "Editors start it by themselves.  It listens at $OPENBOOK_SOCKET, else at openbook-1.sock in\n"
     "$XDG_RUNTIME_DIR/openbook, and leaves when no client came for a while.\n"
     "\n"
     "  --stdio         serve one client on stdin and stdout\n"
     "  --socket PATH   listen there; its directory must be yours alone (mode 700)\n"
     "  --idle SECONDS  leave after so long without clients (default 900; 0: never)\n"
     "  --log LEVEL     error, warn (default), info or debug, to stderr\n"
     "  --background    detach; the log goes to daemon.log in $XDG_STATE_HOME/openbook\n"},
    {"doctor", ob__cli_doctor, "check what openbook needs, one sentence each",
     "usage: openbook doctor\n"
     "\n"
     "Looks at versions, directories, the daemon, model servers on this machine, grants and the\n"
     "system's limits.  Exit status 0 when all is well, 1 when a line says warn.\n"},
    {"config", NULL, "what config.json may hold",
     "usage: openbook config\n"
     "\n"
     "config.json lies in $XDG_CONFIG_HOME/openbook (~/.config/openbook), is yours, and holds for all\n"
     "commands; an editor has its own options.  Everything in it may be left out:\n"
     "\n"
     "  {\n"
     "    \"llm\": {\n"
     "      \"url\": \"https://api.example.com/v1\",\n"
     "      \"model\": \"some-model\",\n"
     "      \"key_env\": \"EXAMPLE_API_KEY\"\n"
     "    },\n"
     "    \"notes\": [\"~/notes\"],\n"
     "    \"one_file_system\": false\n"
     "  }\n"
     "\n"
     "  llm    the model that `ask` asks; without it a server on this machine, if there is one.\n"
     "         url            where the server is\n"
     "         model          its name there; the first one without it\n"
     "         key_env        the environment variable that holds the key, or\n"
     "         key_file       a file with the key that only you can read, or\n"
     "         key_command    a command that prints it: [\"pass\", \"show\", \"name\"]\n"
     "         ca_file        certificates to trust, for a server of your own\n"
     "         window_tokens, max_tokens, temperature\n"
     "  notes  folders that are searched beside the project; `openbook shelf` adds them for editors too\n"
     "  one_file_system\n"
     "         whether folders on other file systems than their root are left out\n"},
    {"help", run_help, "this list, or the page of a command", "usage: openbook help [COMMAND]\n"},
    {"version", run_version, "print the version", "usage: openbook version\n"},
    {NULL, NULL, NULL, NULL},
};

static const struct ob__command *find(const char *name)
{
    for (const struct ob__command *c = commands; c->name; c++)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

static void print_list(FILE *out)
{
    (void)fputs("openbook finds the page: search and questions over your code and notes.\n\n"
                "usage: openbook COMMAND [options]\n\n",
                out);
    for (const struct ob__command *c = commands; c->name; c++)
        (void)fprintf(out, "  %-8s %s\n", c->name, c->summary);
    (void)fputs("\n`openbook help COMMAND` has the options and examples.\n", out);
}

static int no_command(const char *name)
{
    struct ob_error clean = OB_ERROR_INIT;
    (void)ob_error_set(&clean, OB_EINVAL, "there is no command %s", name);
    (void)fprintf(stderr, "openbook: %s; see `openbook help`\n", clean.message);
    return OB__EXIT_USAGE;
}

static int run_help(int argc, char **argv)
{
    if (argc == 0) {
        print_list(stdout);
        return OB__EXIT_OK;
    }
    const struct ob__command *c = find(argv[0]);
    if (!c)
        return no_command(argv[0]);
    if (argc > 1)
        return ob__usage("help", "help is about one command, not about %s too", argv[1]);
    printf("openbook %s: %s\n\n%s", c->name, c->summary, c->help);
    return OB__EXIT_OK;
}

static int run_version(int argc, char **argv)
{
    if (argc)
        return ob__usage("version", "\"%s\": there are no options", argv[0]);
    printf("openbook %s (protocol %d)\n", OB_VERSION, OB_PROTOCOL_VERSION);
    return OB__EXIT_OK;
}

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 2; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

static int run(int argc, char **argv)
{
    if (argc < 2) {
        print_list(stderr);
        return OB__EXIT_USAGE;
    }
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    else if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
        name = "version";
    const struct ob__command *c = find(name);
    if (!c)
        return no_command(name);
    if (!c->run && argc > 2 && !asks_for_help(argc, argv))
        return ob__usage(name, "\"%s\": there are no options", argv[2]);
    if (!c->run || asks_for_help(argc, argv)) {
        char *page[] = {(char *)c->name};
        return run_help(1, page);
    }
    return c->run(argc - 2, argv + 2);
}

/* A standard stream that is closed would be the number of the next file or socket, and what is meant
 * for the terminal would go there. */
static void open_missing_streams(void)
{
    int fd;
    do {
        fd = open("/dev/null", O_RDWR);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd > STDERR_FILENO)
        (void)close(fd); /* nothing was written */
}

int ob_cli_main(int argc, char **argv)
{
    open_missing_streams();
    (void)signal(SIGPIPE, SIG_IGN); /* a reader that left shows as a failed write */
    umask(077);
    ob_log_setup(OB_LOG_ERROR, 2);
    int exit_status = run(argc, argv);
    if ((fflush(stdout) != 0 || ferror(stdout)) && exit_status == OB__EXIT_OK) {
        exit_status = OB__EXIT_FAILED;
        if (errno != EPIPE) /* `| head` has seen enough and wants to hear nothing */
            (void)fprintf(stderr, "openbook: cannot write to stdout: %s\n", strerror(errno));
    }
    return exit_status;
}
