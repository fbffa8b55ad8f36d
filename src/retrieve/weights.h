/* Features and their weights.  The weights are one generated table (weights.c). */
#ifndef OB_SRC_RETRIEVE_WEIGHTS_H
#define OB_SRC_RETRIEVE_WEIGHTS_H

/* Of a file.  "/max": divided by the largest value among the question's candidates. */
enum ob__feature {
    OB__F_PASS,      /* best passages, 1, 1/2, 1/4, 1/8; /max */
    OB__F_NPASS,     /* ln(1 + passages with a term) / 5 */
    OB__F_FILE,      /* BM25 of the whole file; /max */
    OB__F_DEFS,      /* BM25 of its definition names; /max */
    OB__F_COMMENTS,  /* BM25 of its comments; /max */
    OB__F_UNIT,      /* BM25 of its best definition; /max */
    OB__F_HEAD,      /* share of the question in the first 40 lines */
    OB__F_STEMREV,   /* share of the base name's letters that was asked for */
    OB__F_STEMALL,   /* all of the base name was asked for */
    OB__F_PATHF,     /* harmonic mean of question and path covered by each other */
    OB__F_DIRLAST,   /* share of the last folder's terms */
    OB__F_DIRCOV,    /* share of the question in the folders */
    OB__F_FIRST,     /* the first word is in the base name */
    OB__F_RARE,      /* rarity of the rarest word in the base name */
    OB__F_FUZZY,     /* the base name resembles a word */
    OB__F_PREFIX,    /* the base name begins a word or a word it, and nothing fits exactly */
    OB__F_ACRO,      /* the base name is the initials of the words */
    OB__F_EXDEF,     /* defines an identifier of the question */
    OB__F_EXDEFT,    /* the same, a type */
    OB__F_EXSTEM,    /* is named like an identifier of the question */
    OB__F_COMPQ,     /* share of the question's compound words that occur */
    OB__F_JOINED,    /* neighbouring words stand joined as one name */
    OB__F_ANYDEF,    /* defines something named like one word */
    OB__F_SYMT,      /* the name of a type is covered */
    OB__F_MENTION,   /* how much its names are spoken of */
    OB__F_IMPORTERS, /* files that import it match */
    OB__F_IMPORTS,   /* files that it imports match */
    OB__F_LINES,     /* ln(1 + lines) / 5 */
    OB__F_NDEFS,     /* ln(1 + definitions) / 5 */
    OB__F_ENTRY,     /* named index, main, types ... */
    OB__F_TEST,
    OB__F_EXAMPLE,
    OB__F_VENDORED,
    OB__F_DOC,
    OB__F_CONF,
    OB__F_OTHER,
    OB__F_HISTORY, /* a changelog: it has a word on everything and explains nothing */
    OB__F_SECTION, /* notes: score of the best section */
    OB__F_ASKED,   /* the question names this path */
    OB__F_OPEN,    /* open in the editor: 1 for the one used last */
    OB__F_N
};

/* Of a span: a definition, a section or a window of a file. */
enum ob__span_feature {
    OB__S_FILE, /* the file's score, below the best one's: 0 to -1, which is 12 or more; of code only
                     where the question is one identifier */
    OB__S_FILEBM, /* the file's BM25 /max */
    OB__S_BM25,   /* its own; /max over the spans of the question */
    OB__S_COVER, /* share of the question in it; of a note, by whole words (so REACH, DENSE, LEAD) */
    OB__S_NAME,  /* share of the question in its name or title */
    OB__S_NAMEF,  /* harmonic mean of that and the share of the name that was asked for */
    OB__S_SIGN,   /* share of the question in its signature */
    OB__S_SIGNP,  /* share of its signature that was asked for */
    OB__S_SITES,  /* a function: share of the question where it is used, and not in its signature */
    OB__S_EXACT,  /* is named as an identifier of the question */
    OB__S_JOINED, /* is named as neighbouring words joined */
    OB__S_DOC,    /* share of the question in its comments */
    OB__S_ABOVE,  /* share of the question in the names of what holds it, and in the path */
    OB__S_ALIKE, /* code: words of the question, each worth the same, in its signature, in the names
                     of what holds it or in the path; /max over the spans that are compared */
    OB__S_REACH, /* share of the question in it, above it or in the path; of a note, its cube */
    OB__S_WINDOW, /* BM25 of the best window it stands in; /max; none of a section of a note */
    OB__S_DENSE,  /* its BM25 with lengths counted in full (b = 1); /max */
    OB__S_NEAR,   /* share of the question on two neighbouring lines of it, at best */
    OB__S_HEAD,   /* share of the question in its first lines */
    OB__S_LEAD,   /* a note: share of the question in its lead */
    OB__S_TOPIC,  /* share of the first words of its lead that are asked for */
    OB__S_FAQ,    /* a question, and a page of questions and answers */
    OB__S_PHRASE, /* a note: share of the question's neighbouring words that are neighbours in it */
    OB__S_DEFINES,  /* a note: asked what something is, it begins by saying just that */
    OB__S_COMPOUND, /* a note: share of the question's compound words that it has as such */
    OB__S_FURTHER,  /* a window of a note: goes on with what the one before it says */
    OB__S_WORDS,    /* a note: BM25 of the question's whole words in it, of the most there can be */
    OB__S_LINES,    /* ln(1 + lines) / 5 */
    OB__S_PIECE,    /* a window of a note: the same */
    OB__S_TYPE,     /* a type */
    OB__S_VALUE,    /* a value or macro */
    OB__S_PLAIN,    /* a window, no definition */
    OB__S_TOP,      /* a section: at the outermost levels */
    OB__S_HISTORY,  /* of such a file */
    OB__S_ASKED,    /* holds the line that was asked for */
    OB__S_N
};

/* What the sum of a file's features is for: its place among files, or (OB__SPAN_FILE) what it adds to the
 * spans of code in it. */
enum ob__file_class {
    OB__TEXT_QUESTION,
    OB__SYMBOL_QUESTION,
    OB__NOTE_FILE,
    OB__SPAN_FILE,
    OB__FILE_CLASSES
};
enum ob__span_class { OB__CODE_SPAN, OB__NOTE_SPAN, OB__SPAN_CLASSES };

extern const double ob__file_weights[OB__F_N][OB__FILE_CLASSES];
extern const double ob__span_weights[OB__S_N][OB__SPAN_CLASSES];

extern const char *const ob__file_feature_names[OB__F_N];
extern const char *const ob__span_feature_names[OB__S_N];

double ob__weigh_file(const double *value, enum ob__file_class class);
double ob__weigh_span(const float *value, enum ob__span_class class);

#endif
