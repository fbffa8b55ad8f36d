/* Memory: what can fail does so when asked to, once. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "openbook/base/mem.h"

#include "test.h"

TEST(memory_is_zeroed_and_size_zero_is_legal)
{
    unsigned char *p = ob_alloc(300);
    for (size_t i = 0; i < 300; i++)
        CHECK_INT(p[i], 0);
    void *a = ob_alloc(0), *b = ob_alloc(0);
    CHECK(a && b && a != b);
    ob_free(a);
    ob_free(b);
    ob_free(p);
    ob_free(NULL);
}

TEST(copies_end_with_nul_and_keep_bytes_behind_a_nul)
{
    char *copy = ob_strndup("한\0글", 7);
    CHECK(memcmp(copy, "한\0글", 8) == 0);
    ob_free(copy);
    copy = ob_strndup(NULL, 0);
    CHECK_STR(copy, "");
    ob_free(copy);
    CHECK(ob_strdup(NULL) == NULL);
    copy = ob_asprintf("%s-%d", "쪽", 42);
    CHECK_STR(copy, "쪽-42");
    ob_free(copy);
}

TEST(a_product_that_overflows_fails_and_leaves_the_memory)
{
    char *p = ob_try_realloc(NULL, 3, 2);
    CHECK(p != NULL);
    memcpy(p, "hello", 6);
    volatile size_t huge = SIZE_MAX / 2 + 1; /* volatile: the compiler warns of what it can see */
    CHECK(ob_try_realloc(p, huge, 2) == NULL);
    CHECK(ob_try_alloc(huge, 4) == NULL);
    CHECK_STR(p, "hello");
    ob_free(p);
}

TEST(an_injected_failure_hits_the_nth_call_once)
{
    ob_mem_fail_at(2);
    void *first = ob_try_alloc(1, 1), *second = ob_try_alloc(1, 1), *third = ob_try_alloc(1, 1);
    CHECK(first && !second && third);
    ob_mem_fail_at(1);
    ob_mem_fail_at(0);
    CHECK((second = ob_try_realloc(NULL, 1, 1)));
    ob_free(first);
    ob_free(second);
    ob_free(third);
}

TEST(the_environment_injects_a_failure_too)
{
    setenv("OB_FAIL_ALLOC", "1", 1);
    CHECK(ob_try_alloc(1, 1) == NULL);
    void *p = ob_try_alloc(1, 1);
    CHECK(p != NULL);
    ob_free(p);
}

enum { THREADS = 4, ROUNDS = 2000 };
static atomic_int failures;

static void *allocate_often(void *unused)
{
    (void)unused;
    for (int i = 0; i < ROUNDS; i++) {
        void *p = ob_try_alloc(1, 16);
        if (!p)
            atomic_fetch_add(&failures, 1);
        ob_free(p);
    }
    return NULL;
}

TEST(many_threads_see_one_injected_failure)
{
    setenv("OB_FAIL_ALLOC", "100", 1);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        CHECK_INT(pthread_create(&threads[i], NULL, allocate_often, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        CHECK_INT(pthread_join(threads[i], NULL), 0);
    CHECK_INT(atomic_load(&failures), 1);
}

TEST(an_array_grows_by_one_element_at_a_time)
{
    int *items = NULL;
    size_t len = 0, cap = 0;
    for (int i = 0; i < 1000; i++) {
        OB_GROW(items, len, cap);
        items[len++] = i;
    }
    for (int i = 0; i < 1000; i++)
        CHECK_INT(items[i], i);
    CHECK(cap >= len);
    ob_free(items);
}

TEST_MAIN(CASE(memory_is_zeroed_and_size_zero_is_legal),
          CASE(copies_end_with_nul_and_keep_bytes_behind_a_nul),
          CASE(a_product_that_overflows_fails_and_leaves_the_memory),
          CASE(an_injected_failure_hits_the_nth_call_once),
          CASE(the_environment_injects_a_failure_too), CASE(many_threads_see_one_injected_failure),
          CASE(an_array_grows_by_one_element_at_a_time))
