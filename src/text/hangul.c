/* Korean words by rule: particles and endings off the end, at most two, the longest first, and two
 * syllables always left.  Question and text are cut alike, so that a wrong cut does little harm;
 * the commonest nouns that end like a particle ("page", "file", "login") are kept whole by a list.
 *
 * Every table is sorted by its bytes and searched by halves.  A syllable is three bytes of UTF-8. */
#include <stdint.h>
#include <string.h>

#include "openbook/text/terms.h"
#include "openbook/text/utf8.h"

#include "chars.h"
#include "words.h"

enum { SYLLABLE = 3, SUFFIX_MAX = 5 * SYLLABLE, KEEP = 2 * SYLLABLE, ROUNDS = 2 };

/* What a particle asks of the syllable before it. */
enum before { ANY, CLOSED /* a final consonant */, OPEN /* none */ };

struct suffix {
    const char *text;
    enum before before;
};

static const struct suffix suffixes[] = {
    {"가", OPEN},      {"게", ANY},         {"고", ANY},         {"과", CLOSED},
    {"과는", ANY},     {"과의", ANY},       {"기", ANY},         {"까요", ANY},
    {"까지", ANY},     {"께", ANY},         {"께서", ANY},       {"나", ANY},
    {"나요", ANY},     {"는", OPEN},        {"는가요", ANY},     {"는다", ANY},
    {"다", ANY},       {"대로", ANY},       {"도", ANY},         {"돼", ANY},
    {"돼서", ANY},     {"돼요", ANY},       {"됐다", ANY},       {"됐던", ANY},
    {"됐습니다", ANY}, {"되거나", ANY},     {"되게", ANY},       {"되고", ANY},
    {"되기", ANY},     {"되나요", ANY},     {"되는", ANY},       {"되는가요", ANY},
    {"되는데", ANY},   {"되는지", ANY},     {"되는지를", ANY},   {"되다", ANY},
    {"되도록", ANY},   {"되려면", ANY},     {"되며", ANY},       {"되면", ANY},
    {"되면서", ANY},   {"되어", ANY},       {"되었습니다", ANY}, {"되지", ANY},
    {"된", ANY},       {"된다", ANY},       {"될", ANY},         {"될까요", ANY},
    {"됨", ANY},       {"됩니까", ANY},     {"됩니다", ANY},     {"들", ANY},
    {"들에", ANY},     {"들은", ANY},       {"들을", ANY},       {"들의", ANY},
    {"들이", ANY},     {"라고", ANY},       {"라는", ANY},       {"라도", ANY},
    {"라면", ANY},     {"란", ANY},         {"랑", ANY},         {"로", ANY},
    {"로는", ANY},     {"로도", ANY},       {"로부터", ANY},     {"로서", ANY},
    {"로써", ANY},     {"를", OPEN},        {"마다", ANY},       {"마저", ANY},
    {"만", ANY},       {"만큼", ANY},       {"며", ANY},         {"면", ANY},
    {"밖에", ANY},     {"보다", ANY},       {"부터", ANY},       {"서", ANY},
    {"세요", ANY},     {"습니까", ANY},     {"습니다", ANY},     {"아요", ANY},
    {"았다", ANY},     {"야", ANY},         {"어요", ANY},       {"없나요", ANY},
    {"었다", ANY},     {"에", ANY},         {"에게", ANY},       {"에게는", ANY},
    {"에게도", ANY},   {"에게서", ANY},     {"에게서는", ANY},   {"에는", ANY},
    {"에도", ANY},     {"에만", ANY},       {"에서", ANY},       {"에서는", ANY},
    {"에서도", ANY},   {"에서부터", ANY},   {"에서의", ANY},     {"에요", ANY},
    {"에의", ANY},     {"였다", ANY},       {"예요", ANY},       {"와", OPEN},
    {"와는", ANY},     {"와의", ANY},       {"요", ANY},         {"으로", CLOSED},
    {"으로는", ANY},   {"으로도", ANY},     {"으로부터", ANY},   {"으로서", ANY},
    {"으로써", ANY},   {"은", CLOSED},      {"은가요", ANY},     {"을", CLOSED},
    {"을까요", ANY},   {"의", ANY},         {"이", CLOSED},      {"이고", ANY},
    {"이나", ANY},     {"이나마", ANY},     {"이다", ANY},       {"이라고", ANY},
    {"이라는", ANY},   {"이라도", ANY},     {"이라면", ANY},     {"이란", ANY},
    {"이랑", ANY},     {"이며", ANY},       {"이에요", ANY},     {"인", ANY},
    {"인가요", ANY},   {"일", ANY},         {"일까요", ANY},     {"임", ANY},
    {"입니까", ANY},   {"입니다", ANY},     {"있나요", ANY},     {"조차", ANY},
    {"죠", ANY},       {"지", ANY},         {"처럼", ANY},       {"하거나", ANY},
    {"하게", ANY},     {"하겠습니다", ANY}, {"하고", ANY},       {"하기", ANY},
    {"하나요", ANY},   {"하는", ANY},       {"하는가요", ANY},   {"하는데", ANY},
    {"하는지", ANY},   {"하는지를", ANY},   {"하다", ANY},       {"하도록", ANY},
    {"하라", ANY},     {"하려고", ANY},     {"하려면", ANY},     {"하며", ANY},
    {"하면", ANY},     {"하면서", ANY},     {"하세요", ANY},     {"하시오", ANY},
    {"하여", ANY},     {"하여야", ANY},     {"하였습니다", ANY}, {"하자", ANY},
    {"하지", ANY},     {"하지만", ANY},     {"한", ANY},         {"한가요", ANY},
    {"한다", ANY},     {"한테", ANY},       {"할", ANY},         {"할까요", ANY},
    {"함", ANY},       {"합니까", ANY},     {"합니다", ANY},     {"합니다만", ANY},
    {"해", ANY},       {"해도", ANY},       {"해라", ANY},       {"해서", ANY},
    {"해야", ANY},     {"해야만", ANY},     {"해요", ANY},       {"했다", ANY},
    {"했던", ANY},     {"했습니다", ANY}};

/* Words, and ends of compounds, that are no stem and particle. */
static const char *const whole_words[] = {
    "가로",       "가비지",   "가산기",   "가속기",   "감시기",     "감지",           "강아지",
    "개요",       "개인",     "검사기",   "검색결과", "검색기",     "게이지",         "게임",
    "견적서",     "결함",     "결합도",   "경고",     "경로",       "계산기",         "계약서",
    "계획서",     "고양이",   "곰팡이",   "공지",     "관계도",     "관련도",         "관리기",
    "광고",       "구조도",   "권한",     "그레이들", "글쓴이",     "금지",           "기여도",
    "기획서",     "길이",     "깊이",     "껍데기",   "나머지",     "난수생성기",     "난이도",
    "넓이",       "네일",     "네임",     "높이",     "단일",       "달팽이",         "도메인",
    "도면",       "동일",     "되풀이",   "두께",     "디자인",     "라인",           "람다",
    "랭귀지",     "레인지",   "레일",     "렉서",     "로그인",     "로딩속도",       "로케일",
    "리듀서",     "마사지",   "만료기한", "만족도",   "망고",       "매크로",         "메세지",
    "메시지",     "메인",     "메일",     "명세서",   "모바일",     "모임",           "무게",
    "문서",       "미만",     "미정의",   "믹스인",   "민감도",     "민주주의",       "바나나",
    "반복기",     "발신함",   "방지",     "밸런서",   "번들",       "번역기",         "법인",
    "변환기",     "보고서",   "보관함",   "복사기",   "복잡도",     "복호기",         "부호기",
    "분류기",     "분석결과", "분석기",   "분야",     "불만",       "브리지",         "브릿지",
    "블록체인",   "비교결과", "비동기",   "비행기",   "빌드결과",   "빌리지",         "사랑",
    "사물함",     "사서함",   "사양서",   "사용빈도", "사용자정의", "산점도",         "샌들",
    "생명주기",   "생성기",   "생애주기", "생일",     "선명도",     "선택기",         "선호도",
    "설명서",     "세로",     "센서",     "소나기",   "소시지",     "속도제한",       "수명주기",
    "수신함",     "수집기",   "숙련도",   "순서",     "순서도",     "스코프체인",     "스타일",
    "스토리지",   "스펀지",   "승인",     "시간제한", "신뢰도",     "신청서",         "실행결과",
    "실행기",     "실행속도", "쓰레기",   "아레나",   "아버지",     "안내서",         "안드로메다",
    "안테나",     "알림함",   "알맹이",   "애자일",   "어드바이서", "어린이",         "언더플로",
    "에너지",     "엘릭서",   "역할",     "연산기",   "오렌지",     "오버플로",       "완성도",
    "요일",       "요청서",   "우편함",   "움직임",   "워크플로",   "원숭이",         "원인",
    "위임",       "위험도",   "유사도",   "유지",     "유효기한",   "응답결과",       "응답속도",
    "응집도",     "의존도",   "이력서",   "이미지",   "이야기",     "이해도",         "익스체인지",
    "인증서",     "인지도",   "자본주의", "장면",     "재고",       "재시도",         "재정의",
    "재현도",     "적합도",   "전송속도", "전화기",   "전후기",     "접근제한",       "정렬기",
    "정밀도",     "정지",     "정확도",   "제안서",   "제어기",     "조직도",         "조회결과",
    "중요도",     "증명서",   "지은이",   "지침서",   "지팡이",     "참고",           "참고서",
    "참여도",     "창고",     "책임",     "챌린지",   "처리결과",   "처리기",         "처리속도",
    "청구서",     "체인지",   "체크인",   "최대한",   "최소한",     "추가",           "추출기",
    "측면",       "친밀도",   "카트리지", "칵테일",   "캐나다",     "캔들",           "커버리지",
    "코로나",     "코인",     "크기",     "타일",     "타임",       "탐색기",         "탐지",
    "테스트결과", "테일",     "텐서플로", "투명도",   "툴체인",     "파서",           "파일",
    "파일분할",   "판별기",   "패키지",   "페이지",   "편지함",     "편집기",         "평면",
    "포함",       "표면",     "프레임",   "프로",     "프로세서",   "프로토타입체인", "플러그인",
    "필요",       "할당기",   "할인",     "할일",     "해상도",     "해석기",         "핸들",
    "허가",       "호랑이",   "화면",     "화면분할", "확인",       "활용도",         "회로",
    "회로도",     "횟수제한", "휴일",     "흐름도",   "히어로"};

/* What questions are made of, and says nothing about the answer. */
static const char *const stop_words[] = {
    "가",           "같은",     "같이",       "거기",     "것",       "경우",   "관하여",
    "관한",         "관해",     "궁금합니다", "궁금해요", "그",       "그거",   "그것",
    "그런",         "그런데",   "그럼",       "그리고",   "꼭",       "나",     "나의",
    "내",           "내가",     "누가",       "누구",     "는",       "대하여", "대한",
    "대해",         "대해서",   "더",         "도",       "되나요",   "되는",   "되는지",
    "됩니까",       "등",       "따로",       "때",       "때문",     "때문에", "또는",
    "라는",         "를",       "무슨",       "무엇",     "무엇이",   "무엇인", "뭐",
    "뭔가",         "뭔지",     "및",         "바로",     "방법",     "설명",   "설명해",
    "설명해주세요", "설명해줘", "수",         "싶습니다", "싶어요",   "싶은데", "않고",
    "않나요",       "않는",     "않다",       "않습니까", "않습니다", "않으면", "않을",
    "알려주세요",   "알려줘",   "어느",       "어디",     "어디서",   "어디에", "어디에서",
    "어떠한",       "어떤",     "어떻게",     "언제",     "얼마",     "얼마나", "없나요",
    "없는",         "없다",     "없습니까",   "없습니다", "없을",     "없이",   "에",
    "여기",         "왜",       "우리",       "위한",     "위해",     "은",     "을",
    "의",           "이",       "이거",       "이것",     "이라는",   "이런",   "이유",
    "인가요",       "일까요",   "입니까",     "있고",     "있나",     "있나요", "있는",
    "있는지",       "있다",     "있습니까",   "있습니다", "있어요",   "있으면", "있을",
    "있을까요",     "잘",       "저것",       "제",       "제가",     "좀",     "주세요",
    "중에",         "중에서",   "줘",         "차이",     "차이점",   "통해",   "하나요",
    "하는",         "하는지",   "하려고",     "하려면",   "하면",     "합니까", "해야",
    "해야만",       "혹은"};

enum { WHOLE_WORD_MAX = 7 * SYLLABLE };

static bool listed(const char *const *list, size_t n, const char *text, size_t len)
{
    return ob__words_find(list, n, sizeof *list, text, len) != NULL;
}

static const struct suffix *find_suffix(const char *text, size_t len)
{
    size_t n = sizeof suffixes / sizeof *suffixes;
    return ob__words_find(suffixes, n, sizeof *suffixes, text, len);
}

static bool ends_in_whole_word(const char *run, size_t len)
{
    for (size_t tail = KEEP; tail <= len && tail <= WHOLE_WORD_MAX; tail += SYLLABLE)
        if (listed(whole_words, sizeof whole_words / sizeof *whole_words, run + len - tail, tail))
            return true;
    return false;
}

/* Final consonant of the last syllable of RUN; 0 when it has none or is no syllable. */
static uint32_t final_of(const char *run, size_t len)
{
    uint32_t code;
    (void)ob_utf8_decode(&code, run + len - SYLLABLE, SYLLABLE);
    return ob__is_hangul(code) ? (code - OB__HANGUL_FIRST) % OB__HANGUL_FINALS : 0;
}

/* Whether SUFFIX may stand behind the REST of a run. */
static bool fits(const struct suffix *suffix, const char *rest, size_t len)
{
    enum { RIEUL = 8 }; /* after it "ro" is written, not "euro" */
    uint32_t final = final_of(rest, len);
    if (suffix->before == ANY)
        return true;
    if (final == RIEUL && strcmp(suffix->text, "으로") == 0)
        return false;
    return (final != 0) == (suffix->before == CLOSED);
}

/* The length without the longest suffix that fits, or LEN. */
static size_t strip_one(const char *run, size_t len)
{
    if (ends_in_whole_word(run, len))
        return len;
    size_t longest = len < KEEP ? 0 : len - KEEP;
    for (size_t tail = longest < SUFFIX_MAX ? longest : SUFFIX_MAX; tail > 0; tail -= SYLLABLE) {
        const struct suffix *suffix = find_suffix(run + len - tail, tail);
        if (suffix && fits(suffix, run, len - tail))
            return len - tail;
    }
    return len;
}

size_t ob_hangul_stem(const char *run, size_t len)
{
    if (len % SYLLABLE)
        return len; /* not a run of syllables */
    for (int round = 0; round < ROUNDS; round++) {
        size_t shorter = strip_one(run, len);
        if (shorter == len)
            break;
        len = shorter;
    }
    return len;
}

bool ob_hangul_particle(const char *run, size_t len)
{
    return find_suffix(run, len) != NULL;
}

/* What verbs in questions end with when no stem of two syllables is left: it says nothing. */
bool ob_hangul_question_ending(const char *bigram, size_t len)
{
    static const char *const endings[] = {"까요", "나요", "는가", "니까", "습니", "인가", "할까"};
    return listed(endings, sizeof endings / sizeof *endings, bigram, len);
}

bool ob_hangul_stop_word(const char *word, size_t len)
{
    size_t n = sizeof stop_words / sizeof *stop_words;
    return listed(stop_words, n, word, len) ||
           listed(stop_words, n, word, ob_hangul_stem(word, len));
}

/* Their first syllables, whatever ending follows: "차이점은", "장단점". */
bool ob_hangul_frame_word(const char *word, size_t len)
{
    static const char *const begin[] = {"차이", "장점", "단점", "장단", "목적", "역할", "용도",
                                        "이유", "예시", "의미", "개념", "특징", "특성", "종류",
                                        "과정", "비교", "정의", "활용", "필요"};
    for (size_t i = 0; i < sizeof begin / sizeof *begin; i++)
        if (len >= strlen(begin[i]) && memcmp(word, begin[i], strlen(begin[i])) == 0)
            return true;
    return false;
}
