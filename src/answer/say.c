/* Formats are literals at their call, so that the compiler checks both languages. */
#include "say.h"

static void gap(struct ob_buf *out)
{
    if (out->len > 0)
        (void)ob_buf_append_str(out, " ");
}

void ob__say_connect(struct ob_buf *out, bool korean, bool quoted, bool from_shell)
{
    const char *how = from_shell ? "--url" : "setup{ llm = { url = ..., model = ... } }";
    gap(out);
    if (korean)
        (void)ob_buf_appendf(
            out,
            "모델이 연결되지 않아 %s. llama.cpp나 Ollama를 이 컴퓨터에서 실행하거나 "
            "%s%s로 모델을 연결하세요.",
            quoted ? "찾은 줄을 그대로 보여 줍니다" : "아무것도 쓰지 못했습니다", how,
            from_shell ? "이나 config.json으" : "");
    else
        (void)ob_buf_appendf(out,
                             "No model is connected, so %s; start llama.cpp or Ollama on this "
                             "machine, or name one with %s%s.",
                             quoted ? "these are the lines themselves" : "nothing could be written",
                             how, from_shell ? " or in config.json" : "");
}

void ob__say_unreachable(struct ob_buf *out, bool korean, bool quoted, const char *why)
{
    gap(out);
    if (korean)
        (void)ob_buf_appendf(out, "모델에 묻지 못%s (%s).",
                             quoted ? "해 찾은 줄을 그대로 보여 줍니다" : "했습니다", why);
    else
        (void)ob_buf_appendf(out, "The model could not be asked%s (%s).",
                             quoted ? ", so these are the lines themselves" : "", why);
}

void ob__say_behind(struct ob_buf *out, bool korean)
{
    gap(out);
    (void)ob_buf_append_str(out, korean ? "색인이 아직 끝나지 않아 일부 파일이 빠졌을 수 있습니다."
                                        : "The index is not complete yet, so some files may be "
                                          "missing; ask again in a moment.");
}

void ob__say_not_sent(struct ob_buf *out, bool korean, const char *origin)
{
    gap(out);
    if (korean)
        (void)ob_buf_appendf(out, "허락하지 않아 %s(으)로 아무것도 보내지 않았습니다.", origin);
    else
        (void)ob_buf_appendf(out, "Nothing was sent to %s, because you did not allow it.", origin);
}

void ob__say_repacked(struct ob_buf *out, bool korean, size_t n_sources)
{
    gap(out);
    if (korean)
        (void)ob_buf_appendf(out, "모델의 문맥 창이 작아 발췌를 %zu개로 줄여 다시 물었습니다.",
                             n_sources);
    else
        (void)ob_buf_appendf(
            out,
            "The prompt was too long for the model, so it was asked again with %zu "
            "passage%s.",
            n_sources, n_sources == 1 ? "" : "s");
}

void ob__say_truncated(struct ob_buf *out, bool korean, size_t read, size_t sent)
{
    gap(out);
    if (korean)
        (void)ob_buf_appendf(
            out, "서버가 약 %zu 토큰 가운데 %zu개만 읽었습니다. 서버의 문맥 창을 늘리세요.", sent,
            read);
    else
        (void)ob_buf_appendf(
            out, "The server read only %zu of about %zu tokens; raise its context window.", read,
            sent);
}

void ob__say_question_cut(struct ob_buf *out, bool korean)
{
    gap(out);
    (void)ob_buf_append_str(out, korean ? "질문이 모델의 문맥 창보다 길어 잘랐습니다."
                                        : "The question was cut to fit the model's window.");
}

void ob__say_masked(struct ob_buf *out, bool korean, size_t n)
{
    gap(out);
    if (korean)
        (void)ob_buf_appendf(out, "비밀로 보이는 값 %zu개를 가리고 보냈습니다.", n);
    else
        (void)ob_buf_appendf(out, "%zu value%s that look%s like a secret %s masked before sending.",
                             n, n == 1 ? "" : "s", n == 1 ? "s" : "", n == 1 ? "was" : "were");
}

void ob__say_not_remembered(struct ob_buf *out, bool korean, const char *why)
{
    gap(out);
    if (korean)
        (void)ob_buf_appendf(out, "허락을 저장하지 못해 이번에만 유효합니다: %s.", why);
    else
        (void)ob_buf_appendf(out, "Your consent holds only until openbook ends: %s.", why);
}

void ob__say_nothing_found(struct ob_buf *out, bool korean, const char *nearest)
{
    gap(out);
    (void)ob_buf_append_str(out,
                            korean ? "파일에는 그 내용이 없습니다." : "Your files do not say.");
    if (nearest && nearest[0])
        (void)ob_buf_appendf(out, korean ? " 가장 가까운 이름: %s." : " Nearest names: %s.",
                             nearest);
}

void ob__say_nothing_indexed(struct ob_buf *out, bool korean, size_t left_out, bool from_shell)
{
    const char *status = from_shell ? "openbook status" : ":Openbook status";
    gap(out);
    if (!left_out)
        (void)ob_buf_append_str(out, korean ? "검색할 파일이 하나도 없습니다."
                                            : "There are no files to search.");
    else if (korean)
        (void)ob_buf_appendf(out,
                             "색인된 파일이 없습니다. 파일이나 폴더 %zu개가 모두 제외되었습니다. "
                             "이유는 `%s`로 볼 수 있습니다.",
                             left_out, status);
    else
        (void)ob_buf_appendf(out,
                             "No file is indexed: all there is, %zu file%s or folder%s, is left "
                             "out; `%s` tells why.",
                             left_out, left_out == 1 ? "" : "s", left_out == 1 ? "" : "s", status);
}
