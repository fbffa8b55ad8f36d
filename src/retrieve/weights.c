/* Names of the features, and sums by the generated weights (weights_table.c). */
#include "weights.h"

const char *const ob__file_feature_names[OB__F_N] = {
    [OB__F_PASS] = "pass",       [OB__F_NPASS] = "npass",         [OB__F_FILE] = "file",
    [OB__F_DEFS] = "defs",       [OB__F_COMMENTS] = "comments",   [OB__F_UNIT] = "unit",
    [OB__F_HEAD] = "head",       [OB__F_STEMREV] = "stemrev",     [OB__F_STEMALL] = "stemall",
    [OB__F_PATHF] = "pathF",     [OB__F_DIRLAST] = "dirlast",     [OB__F_DIRCOV] = "dircov",
    [OB__F_FIRST] = "first",     [OB__F_RARE] = "rare",           [OB__F_FUZZY] = "fuzzy",
    [OB__F_PREFIX] = "prefix",   [OB__F_ACRO] = "acro",           [OB__F_EXDEF] = "exdef",
    [OB__F_EXDEFT] = "exdefT",   [OB__F_EXSTEM] = "exstem",       [OB__F_COMPQ] = "compq",
    [OB__F_JOINED] = "joined",   [OB__F_ANYDEF] = "anydef",       [OB__F_SYMT] = "symT",
    [OB__F_MENTION] = "mention", [OB__F_IMPORTERS] = "importers", [OB__F_IMPORTS] = "imports",
    [OB__F_LINES] = "lines",     [OB__F_NDEFS] = "ndefs",         [OB__F_ENTRY] = "entry",
    [OB__F_TEST] = "test",       [OB__F_EXAMPLE] = "example",     [OB__F_VENDORED] = "vendored",
    [OB__F_DOC] = "doc",         [OB__F_CONF] = "conf",           [OB__F_OTHER] = "other",
    [OB__F_HISTORY] = "history", [OB__F_SECTION] = "section",     [OB__F_ASKED] = "asked",
    [OB__F_OPEN] = "open"};

const char *const ob__span_feature_names[OB__S_N] = {
    [OB__S_FILE] = "span.file",       [OB__S_FILEBM] = "span.filebm",
    [OB__S_BM25] = "span.bm25",       [OB__S_COVER] = "span.cover",
    [OB__S_NAME] = "span.name",       [OB__S_NAMEF] = "span.nameF",
    [OB__S_SIGN] = "span.sign",       [OB__S_SIGNP] = "span.signp",
    [OB__S_SITES] = "span.sites",     [OB__S_EXACT] = "span.exact",
    [OB__S_JOINED] = "span.joined",   [OB__S_DOC] = "span.doc",
    [OB__S_ALIKE] = "span.alike",     [OB__S_ABOVE] = "span.above",
    [OB__S_REACH] = "span.reach",     [OB__S_WINDOW] = "span.window",
    [OB__S_DENSE] = "span.dense",     [OB__S_NEAR] = "span.near",
    [OB__S_HEAD] = "span.head",       [OB__S_LEAD] = "span.lead",
    [OB__S_TOPIC] = "span.topic",     [OB__S_FAQ] = "span.faq",
    [OB__S_PHRASE] = "span.phrase",   [OB__S_COMPOUND] = "span.compound",
    [OB__S_DEFINES] = "span.defines", [OB__S_FURTHER] = "span.further",
    [OB__S_WORDS] = "span.words",     [OB__S_PIECE] = "span.piece",
    [OB__S_LINES] = "span.lines",     [OB__S_TYPE] = "span.type",
    [OB__S_VALUE] = "span.value",     [OB__S_PLAIN] = "span.plain",
    [OB__S_TOP] = "span.top",         [OB__S_HISTORY] = "span.history",
    [OB__S_ASKED] = "span.asked"};

double ob__weigh_file(const double *value, enum ob__file_class class)
{
    double score = 0;
    for (int i = 0; i < OB__F_N; i++)
        score += ob__file_weights[i][class] * value[i];
    return score;
}

double ob__weigh_span(const float *value, enum ob__span_class class)
{
    double score = 0;
    for (int i = 0; i < OB__S_N; i++)
        score += ob__span_weights[i][class] * (double)value[i];
    return score;
}
