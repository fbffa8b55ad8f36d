/* BM25's part of a term (Robertson and Sparck Jones): tf (k1 + 1) / (tf + k1 (1 - b + b len / avg)),
 * k1 = 1.2. */
#ifndef OB_SRC_RETRIEVE_BM25_H
#define OB_SRC_RETRIEVE_BM25_H

static inline double ob__bm25(double tf, double len, double avg, double b)
{
    const double k1 = 1.2;
    return tf * (k1 + 1) / (tf + k1 * (1 - b + b * len / (avg > 0 ? avg : 1)));
}

#endif
