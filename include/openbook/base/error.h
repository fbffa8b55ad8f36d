/* Errors: a negative code to act on, and one sentence to show.
 *
 * Every function that can fail returns 0 or a negative enum ob_err.  The place that knows the cause
 * fills the struct ob_error ("cannot read notes/a.md: permission denied"); those above pass it on.
 * Any thread; the struct belongs to the caller. */
#ifndef OB_BASE_ERROR_H
#define OB_BASE_ERROR_H

enum ob_err {
    OB_OK = 0,
    OB_EFAIL = -1,     /* anything without a code of its own */
    OB_ENOMEM = -2,    /* the system has no memory for a size that came from outside */
    OB_ETOOBIG = -3,   /* over a named ceiling */
    OB_EINVAL = -4,    /* malformed input: arguments, messages, files */
    OB_ENOTFOUND = -5, /* no such file, path, method or term */
    OB_EIO = -6,       /* a read, write or connection failed */
    OB_ECANCELED = -7, /* the user or a closing owner stopped it */
    OB_ETIMEOUT = -8,  /* a deadline passed */
    OB_EDENIED = -9,   /* permission, consent or peer check refused it */
    OB_EAUTH = -10,    /* a model server refused the key */
    OB_EBUSY = -11,    /* try again: rate limit, overload, loading */
    OB_EPROTO = -12,   /* the peer does not speak the protocol */
    OB_EEXIST = -13,   /* there already */
    OB_ECONNECT = -14, /* nobody answers at the address */
    OB_EPROMPT = -15   /* the prompt is too long for the model's window */
};

struct ob_error {
    int code;          /* an enum ob_err; 0 while nothing failed */
    char message[504]; /* one sentence, UTF-8, always terminated; says what to do where it can */
};

#define OB_ERROR_INIT                                                                              \
    {                                                                                              \
        0, ""                                                                                      \
    }

/* Sets CODE and the formatted sentence in E (which may be NULL) and returns CODE, so that a caller
 * can write `return ob_error_set(e, OB_EIO, "...")`.  The arguments may point into E, to add words
 * to what it says.  A sentence that is too long is cut at a UTF-8 boundary; control bytes and
 * bytes that are no UTF-8, as a file name may hold, become blanks and "?". */
int ob_error_set(struct ob_error *e, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Empties E (may be NULL). */
void ob_error_clear(struct ob_error *e);

/* The name of a code as it stands in replies and logs: "timeout", "not_found"...  Static text;
 * "failed" for a code it does not know. */
const char *ob_err_name(int code);

/* The enum ob_err that fits an errno value (ENOENT: OB_ENOTFOUND, EACCES: OB_EDENIED...). */
int ob_err_from_errno(int errno_value);

#endif
