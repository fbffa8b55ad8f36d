/* A loop with a deadline, an ob_http on it, and grants in the scratch folder: what the tests of the
 * stage share.  A case ends with net_stop, which checks that nothing is left on the loop. */
#ifndef OB_TESTS_LLM_LOOP_H
#define OB_TESTS_LLM_LOOP_H

#include <uv.h>

#include "openbook/llm/grant.h"
#include "openbook/llm/http.h"

#include "test.h"

enum { NET_LIMIT_MS = 15000 };

struct net {
    uv_loop_t loop;
    uv_timer_t limit;
    uv_prepare_t before_sleep;
    const bool *awaited; /* by net_run */
    struct ob_grants *grants;
    struct ob_http *http;
    char grants_path[300];
};

static inline void net_on_limit(uv_timer_t *timer)
{
    (void)timer;
    test_fail(__FILE__, __LINE__, "what the test waits for did not come within %d ms",
              NET_LIMIT_MS);
}

/* libuv before 1.45 runs timers first in a turn: what one of them told would wait for the next event. */
static inline void net_on_prepare(uv_prepare_t *prepare)
{
    struct net *n = prepare->data;
    if (n->awaited && *n->awaited)
        uv_stop(&n->loop);
}

static inline void net_start(struct net *n)
{
    struct ob_error e = OB_ERROR_INIT;
    CHECK_INT(uv_loop_init(&n->loop), 0);
    CHECK_INT(uv_timer_init(&n->loop, &n->limit), 0);
    CHECK_INT(uv_timer_start(&n->limit, net_on_limit, NET_LIMIT_MS, 0), 0);
    CHECK_INT(uv_prepare_init(&n->loop, &n->before_sleep), 0);
    CHECK_INT(uv_prepare_start(&n->before_sleep, net_on_prepare), 0);
    uv_unref((uv_handle_t *)&n->before_sleep);
    n->before_sleep.data = n;
    n->awaited = NULL;
    snprintf(n->grants_path, sizeof n->grants_path, "%s/consents.json", test_scratch);
    CHECK_INT(ob_grants_open(&n->grants, n->grants_path, &e), 0);
    CHECK_INT(ob_http_new(&n->http, &n->loop, n->grants, &e), 0);
}

/* Runs the loop until *FLAG. */
static inline void net_run(struct net *n, const bool *flag)
{
    n->awaited = flag;
    while (!*flag)
        (void)uv_run(&n->loop, UV_RUN_ONCE);
    n->awaited = NULL;
}

static inline void net_on_closed(void *data)
{
    *(bool *)data = true;
}

static inline void net_stop(struct net *n)
{
    bool closed = false;
    ob_http_close(n->http, net_on_closed, &closed);
    net_run(n, &closed);
    uv_close((uv_handle_t *)&n->limit, NULL);
    uv_close((uv_handle_t *)&n->before_sleep, NULL);
    (void)uv_run(&n->loop, UV_RUN_DEFAULT);
    CHECK_INT(uv_loop_close(&n->loop), 0);
    ob_grants_free(n->grants);
}

#endif
