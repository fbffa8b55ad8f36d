/* Secrets by their shapes.  The samples are put together here so that no scanner takes this file for a
 * leak. */
#include <string.h>

#include "../../src/answer/mask.h"
#include "test.h"

static size_t masked;

static const char *mask(const char *text)
{
    static struct ob_buf out;
    ob_buf_release(&out);
    ob_buf_init(&out, 1024 * 1024);
    masked = 0;
    CHECK_INT(ob__mask(&out, &masked, text, strlen(text)), 0);
    return ob_buf_str(&out);
}

#define RANDOM_36 "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"

TEST(mask_hides_tokens_with_a_known_prefix)
{
    CHECK_STR(mask("t = ghp"
                   "_" RANDOM_36 ";"),
              "t = <secret:github>;");
    CHECK_STR(mask("id: AKIA"
                   "Q3EGRJ5XN2M7P4TB"),
              "id: <secret:aws>");
    CHECK_STR(mask("(sk-"
                   "ant-api03-" RANDOM_36 ")"),
              "(<secret:anthropic>)");
    CHECK_INT(masked, 1);
}

TEST(mask_hides_private_keys_but_not_public_ones)
{
    CHECK_STR(mask("before\n-----BEGIN RSA PRIVATE "
                   "KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----\nafter"),
              "before\n<secret:private-key>-----END RSA PRIVATE KEY-----\nafter");
    CHECK_STR(mask("-----BEGIN OPENSSH PRIVATE "
                   "KEY-----\nb3Bl\ncut off"),
              "<secret:private-key>");
    const char *public_key = "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----";
    CHECK_STR(mask(public_key), public_key);
}

TEST(mask_hides_assigned_values_that_look_random)
{
    CHECK_STR(mask("DB_PASSWORD=Xk29sLq0Vb83nTz7mQ\nHOST=db"),
              "DB_PASSWORD=<secret:value>\nHOST=db");
    CHECK_STR(mask("\"api_key\": \"Xk29sLq0Vb83nTz7mQ\","), "\"api_key\": \"<secret:value>\",");
    CHECK_STR(mask("client_secret := `Xk29sLq0Vb83nTz7mQ`"), "client_secret := `<secret:value>`");
    CHECK_STR(mask("비밀번호: Xk29sLq0Vb83nTz7mQ 입니다"), "비밀번호: <secret:value> 입니다");
}

TEST(mask_hides_passwords_in_addresses)
{
    CHECK_STR(mask("postgres://user:hunter2@db:5432/x"),
              "postgres://user:<secret:password>@db:5432/x");
    CHECK_STR(mask("http://host:8080/a@b"), "http://host:8080/a@b");
    CHECK_STR(mask("https://$USER:$PASS@host"), "https://$USER:$PASS@host");
}

TEST(mask_leaves_code_and_prose_readable)
{
    static const char *const plain[] = {
        "int token = next_token(scanner, position);",
        "The password is read from the environment.",
        "password = os.environ['DATABASE_PASSWORD']",
        "token: ${{ secrets.GITHUB_TOKEN }}",
        "sk-learn and task-force; dapibus; hf_model_name_without_digits_at_all",
        "secret = compute_hmac_sha256_digest_v2(key)",
        "max_tokens = 4096",
        "비밀번호는 여덟 글자 이상이어야 합니다.",
        "eyJ is how every JWT begins",
        "",
    };
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        CHECK_STR(mask(plain[i]), plain[i]);
        CHECK_INT(masked, 0);
    }
}

TEST(mask_counts_every_secret)
{
    (void)mask("a ghp"
               "_" RANDOM_36 " b xoxb"
               "-123456789012-abcdefghij\ntoken=Xk29sLq0Vb83nTz7mQ");
    CHECK_INT(masked, 3);
}

TEST_MAIN(CASE(mask_hides_tokens_with_a_known_prefix),
          CASE(mask_hides_private_keys_but_not_public_ones),
          CASE(mask_hides_assigned_values_that_look_random),
          CASE(mask_hides_passwords_in_addresses), CASE(mask_leaves_code_and_prose_readable),
          CASE(mask_counts_every_secret))
