/* Two tills that count one sum. */
#include <pthread.h>

static int sum;

static void *till(void *coins)
{
    sum += *(int *)coins;
    return NULL;
}

int main(void)
{
    int coins = 5;
    pthread_t other;
    pthread_create(&other, NULL, till, &coins);
    sum++;
    pthread_join(other, NULL);
    return sum;
}
