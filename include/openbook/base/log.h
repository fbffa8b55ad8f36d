/* The log: `error` needs a person, `warn` was survived, `info` a few an hour, `debug` one a step.
 *
 * Lines go to a file descriptor (2 at first), never to stdout, which belongs to the channel.  Never
 * log file text, prompts or keys.  Beside the hooks of tests this is the program's only mutable global.  Any
 * thread, but for the functions that set it up. */
#ifndef OB_BASE_LOG_H
#define OB_BASE_LOG_H

enum ob_log_level { OB_LOG_ERROR, OB_LOG_WARN, OB_LOG_INFO, OB_LOG_DEBUG };

/* Sets the highest level that is written (OB_LOG_WARN at first) and the descriptor (2 at first). */
void ob_log_setup(enum ob_log_level level, int fd);

/* The level of NAME ("error" ... "debug"), or -1. */
int ob_log_level_parse(const char *name);

/* From now on a thread of its own writes, and ob_log does not wait, whatever the disk or the reader of a
 * pipe does.  OPEN (NULL: the descriptor stays) gives the descriptor; it is called on that thread and may
 * take as long as it likes; -1: the log goes nowhere.  Lines that wait are kept up to 256 KiB; of those
 * behind them the number is logged.  0, or OB_EFAIL when the system gives no thread: all is as it was.
 * Once, when no fork is to follow; one thread. */
int ob_log_start(int (*open)(void));

/* Ends the thread when it has written what was logged; after wait_ms (milliseconds) the rest is given up,
 * and the thread stays where it hangs, for the process to end.  Without a thread it does nothing. */
void ob_log_stop(unsigned wait_ms);

/* Writes one line "time level stage: text".  Line breaks and control bytes in it become blanks, a
 * line that does not fit 2 KiB is cut, a descriptor that cannot be written is ignored. */
void ob_log(enum ob_log_level level, const char *stage, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
