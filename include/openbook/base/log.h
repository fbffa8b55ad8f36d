/* The log: `error` needs a person, `warn` was survived, `info` a few an hour, `debug` one a step.
 *
 * Lines go to a file descriptor (2 at first), never to stdout, which belongs to the channel.  Never
 * log file text, prompts or keys.  The only mutable global of the program.  Any thread. */
#ifndef OB_BASE_LOG_H
#define OB_BASE_LOG_H

enum ob_log_level { OB_LOG_ERROR, OB_LOG_WARN, OB_LOG_INFO, OB_LOG_DEBUG };

/* Sets the highest level that is written (OB_LOG_WARN at first) and the descriptor (2 at first). */
void ob_log_setup(enum ob_log_level level, int fd);

/* The level of NAME ("error" ... "debug"), or -1. */
int ob_log_level_parse(const char *name);

/* Writes one line "time level stage: text".  Line breaks and control bytes in it become blanks, a
 * line that does not fit 2 KiB is cut, a descriptor that cannot be written is ignored. */
void ob_log(enum ob_log_level level, const char *stage, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
