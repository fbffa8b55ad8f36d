/* Which lines are shown: definitions whole, sections, long functions, lists of files and of passages;
 * and questions in other words than the text's. */
#include "openbook/base/buf.h"

#include "ask.h"

static const char queue[] = "#include \"queue.h\"\n"
                            "\n"
                            "/* Puts a job at the end of the line.\n"
                            " * Wakes a worker that waits. */\n"
                            "void queue_push(struct queue *q, struct job *j)\n"
                            "{\n"
                            "    q->items[q->len++] = j;\n"
                            "    wake_one(q);\n"
                            "}\n"
                            "\n"
                            "/* Ends all workers. */\n"
                            "void queue_close(struct queue *q)\n"
                            "{\n"
                            "    q->closed = 1;\n"
                            "}\n";

TEST(a_definition_is_shown_whole_with_its_comment)
{
    save("queue.c", queue);
    save("other.c", "int unrelated(void)\n{\n    return 1;\n}\n");
    open_all();
    search("which function wakes a waiting worker");
    CHECK_STR(first_path(), "queue.c");
    CHECK_STR(hits.items[0].symbol, "queue_push");
    CHECK(hits.items[0].first_line <= 3 && hits.items[0].last_line >= 9);
    close_view();
}

static void save_story(int chapters)
{
    struct ob_buf b;
    ob_buf_init(&b, 1 << 16);
    CHECK_INT(ob_buf_append_str(&b, "void long_story(void)\n{\n"), 0);
    for (int i = 0; i < chapters; i++)
        CHECK_INT(ob_buf_appendf(&b, "    tell_chapter(%d);\n", i), 0);
    CHECK_INT(ob_buf_append_str(&b, "}\n"), 0);
    save("story.c", ob_buf_str(&b));
    ob_buf_release(&b);
}

TEST(a_function_of_a_hundred_lines_is_shown_whole)
{
    save_story(97);
    open_all();
    search("tell chapter long story");
    CHECK(hits.len > 0);
    CHECK_INT(hits.items[0].first_line, 1);
    CHECK_INT(hits.items[0].last_line, 100);
    close_view();
}

TEST(a_long_function_is_cut_and_spans_do_not_lie_in_each_other)
{
    save_story(250);
    open_all();
    search("tell chapter long story");
    CHECK(hits.len > 1);
    for (size_t i = 0; i < hits.len; i++) {
        const struct ob_hit *h = &hits.items[i];
        CHECK(h->last_line - h->first_line < 120);
        for (size_t k = 0; k < i; k++) {
            const struct ob_hit *g = &hits.items[k];
            uint32_t a = h->first_line > g->first_line ? h->first_line : g->first_line;
            uint32_t z = h->last_line < g->last_line ? h->last_line : g->last_line;
            CHECK(z < a || (z - a + 1) * 2 <= h->last_line - h->first_line + 1);
        }
    }
    close_view();
}

TEST(a_list_of_files_begins_with_different_files)
{
    save("queue.c", queue);
    save("worker.c", "/* Wakes, runs a job of the queue, waits. */\nvoid worker_run(void)\n{\n}\n");
    open_all();
    search_bytes("wake a worker of the queue", 26, OB_BY_FILE);
    CHECK(hits.len >= 2);
    CHECK(strcmp(hits.items[0].path, hits.items[1].path) != 0);
    close_view();
}

TEST(sections_of_one_long_note_compete_on_equal_terms)
{
    save("faq.md", "# 자주 묻는 질문\n\n## 로그인이 안 돼요\n\n비밀번호를 다시 설정하세요.\n\n"
                   "## 비밀번호를 바꾸고 싶어요\n\n설정에서 비밀번호를 바꿉니다.\n\n"
                   "## 탈퇴\n\n고객 센터에 알려 주세요.\n");
    save("news.md", "# 소식\n\n새 사무실로 옮겼습니다.\n");
    open_all();
    search("비밀번호 설정을 바꾸는 방법");
    CHECK(hits.len >= 2);
    CHECK_STR(first_path(), "faq.md");
    CHECK_STR(hits.items[1].path, "faq.md");
    CHECK(strstr(hits.items[0].symbol, "비밀번호를 바꾸고 싶어요") != NULL);
    close_view();
}

TEST(a_korean_question_finds_english_code)
{
    save("session.c", "/* Deletes the session when its owner logs out. */\n"
                      "void session_delete(struct session *s)\n{\n}\n");
    save("render.c", "/* Draws the screen. */\nvoid render_screen(void)\n{\n}\n");
    save("cache.c",
         "/* Keeps answers for a minute. */\nint cache_get(void)\n{\n    return 0;\n}\n");
    open_all();
    search("세션을 삭제하는 함수는 어디에 있나요?");
    CHECK_STR(first_path(), "session.c");
    CHECK(hits.coverage_01 > 0.5);
    close_view();
}

TEST(a_word_that_is_in_use_here_needs_no_translation)
{
    save("세션.md", "# 세션 삭제\n\n로그아웃하면 세션을 삭제합니다.\n");
    save("menu.md", "# Menu\n\nDelete the session of the day from the menu.\n");
    open_all();
    search("세션 삭제");
    CHECK_STR(first_path(), "세션.md");
    close_view();
}

TEST(an_english_question_finds_a_korean_note)
{
    save("노트.md", "# 배포 순서\n\n먼저 서버를 멈추고 데이터베이스를 백업합니다.\n");
    save("기타.md", "# 점심\n\n김치찌개를 먹었습니다.\n");
    open_all();
    search("database backup before deployment");
    CHECK_STR(first_path(), "노트.md");
    close_view();
}

TEST(a_file_is_found_by_its_name_alone)
{
    save("한글.md", "# 소개\n\n글자에 대한 이야기.\n");
    save("english.md", "# Letters\n\nAbout an alphabet.\n");
    save("other.md", "# Other\n\nNothing of the kind.\n");
    open_all();
    search_bytes("english", 7, OB_BY_AUTO);
    CHECK(hit_of("english.md") != NULL);
    ob_hits_release(&hits);
    search("한글");
    CHECK(hit_of("한글.md") != NULL);
    close_view();
}

TEST(words_that_every_file_has_are_covered_all_the_same)
{
    char name[32];
    for (int i = 0; i < 12; i++) {
        (void)snprintf(name, sizeof name, "요청%d.md", i);
        save(name, "# 요청\n\n실패한 요청은 잠시 뒤에 다시 시도합니다.\n");
    }
    open_all();
    search("실패한 요청은 다시 시도하나요?");
    CHECK(hits.len > 0);
    CHECK(hits.coverage_01 > 0.5);
    ob_hits_release(&hits);
    search("quantum chromodynamics of gluons");
    CHECK(hits.coverage_01 < 0.2);
    close_view();
}

TEST(a_licence_stays_behind_what_does_the_thing)
{
    save("LICENSE", "You may copy, merge, publish and sell copies of the software.\n");
    save("parts.c", "/* Makes one part of two. */\nvoid parts_merge(struct part *a)\n{\n}\n");
    open_all();
    search("what merges two of them");
    CHECK_STR(first_path(), "parts.c");
    close_view();
}

TEST(a_synonym_finds_what_is_called_otherwise)
{
    save("auth.c", "/* Checks a password. */\nint auth_check(void)\n{\n    return 0;\n}\n");
    save("list.c", "/* Sorts a list. */\nvoid list_sort(void)\n{\n}\n");
    open_all();
    search("authentication of users");
    CHECK(hit_of("auth.c") != NULL);
    CHECK_STR(first_path(), "auth.c");
    close_view();
}

TEST(the_language_c_is_a_word_and_a_particle_behind_it_is_none)
{
    save("extend.md", "# 확장\n\nC 함수에서 파이썬을 부르는 방법을 적었다.\n");
    save("place.md", "# 장소\n\n서울에서 부산까지 에서 라는 말만 나온다.\n");
    open_all();
    search("C에서 호출하려면 어떻게 하나요?");
    CHECK_STR(first_path(), "extend.md");
    close_view();
}

/* Writes a note without headings: the pieces, parted by gaps and by so much else that no two of them
 * are shown together.  The I-th begins on line 1 + 48 * I. */
static void save_pieces(const char *name, const char *const *pieces)
{
    struct ob_buf b;
    ob_buf_init(&b, 1 << 16);
    for (; *pieces; pieces++) {
        CHECK_INT(ob_buf_appendf(&b, "%s\n\n\n", *pieces), 0);
        for (int i = 0; i < 15; i++)
            CHECK_INT(ob_buf_append_str(&b, "Something else altogether, 전혀 다른 글.\n\n\n"), 0);
    }
    save(name, ob_buf_str(&b));
    ob_buf_release(&b);
}

static bool shows_piece(const struct ob_hit *h, uint32_t i)
{
    return h->first_line <= 1 + 48 * i && h->last_line >= 1 + 48 * i;
}

/* Asks, and wants the second piece of NAME first. */
static void check_second_piece(const char *question, const char *name)
{
    search(question);
    CHECK_STR(first_path(), name);
    CHECK(hits.len > 0 && shows_piece(&hits.items[0], 1));
    ob_hits_release(&hits);
}

TEST(a_passage_that_begins_with_what_was_asked_is_about_it)
{
    static const char *const pieces[] = {
        "It renders one of several by a prop, so that names are mapped to what is shown below them "
        "and a small table is kept somewhere in the file, as for any switching component.",
        "A switching component is one that shows another by a prop, so that names are mapped to "
        "what is shown below them, and of which a small table is kept somewhere in the file.",
        "Give each item of a list a key.", NULL};
    save_pieces("answers.md", pieces);
    open_all();
    check_second_piece("What is a switching component?", "answers.md");
    close_view();
}

TEST(what_is_asked_what_it_is_is_defined_first)
{
    static const char *const english[] = {
        "Redux thunk hands over what comes late, as each of the rest waits for its turn until then, "
        "whatever happens in between.",
        "Redux is a container for the state of programs, often used with others, that behaves "
        "consistently and runs in several surroundings.",
        "Another text of another matter.", NULL};
    static const char *const korean[] = {
        "리덕스 썽크로 늦게 오는 것을 넘기고 나머지 모두가 그때까지 차례를 기다린다.",
        "리덕스는 프로그램의 상태를 담는 그릇으로, 여러 환경에서 한결같이 움직이며 시험하기 쉽다.",
        "다른 글이다.", NULL};
    save_pieces("notes.md", english);
    save_pieces("글.md", korean);
    open_all();
    check_second_piece("What is Redux?", "notes.md");
    check_second_piece("리덕스란 무엇인가요?", "글.md");
    close_view();
}

TEST(a_definition_goes_before_what_only_speaks_of_it_often)
{
    static const char *const english[] = {
        "Selectors of Redux are functions that take the state of Redux as an argument, and that give "
        "a part of it, as Redux has it, to the component which wants that part.",
        "Redux is a predictable container of state for programs, most often used with one library, "
        "that keeps all of it in a single place, where it is easily tested.",
        "Another text of another matter.", NULL};
    static const char *const korean[] = {
        "리덕스 셀렉터는 리덕스 상태를 인자로 받아 그 가운데 일부를 리덕스 스토어에서 넘긴다.",
        "리덕스란 상태를 한곳에 담아 두는 예측 가능한 그릇으로 여러 환경에서 한결같이 움직인다.",
        "다른 글이다.", NULL};
    save_pieces("notes.md", english);
    save_pieces("글.md", korean);
    open_all();
    check_second_piece("What is Redux?", "notes.md");
    check_second_piece("리덕스란 무엇인가요?", "글.md");
    close_view();
}

/* The first of the two would be found first for what it is about and for its many words. */
TEST(what_only_begins_with_a_word_does_not_define_it)
{
    static const char *const english[] = {
        "Redux is already told of in the chapter on Redux, and Redux again in the one on Redux tools "
        "for all who need it.",
        "Redux is a predictable container of state for programs, most often used with one library, "
        "that keeps all of it in a single place, where it is easily tested.",
        "Another text of another matter.", NULL};
    static const char *const korean[] = {
        "리덕스는 리덕스 장에서 이미 다루었고 리덕스 도구 장에서도 리덕스를 다시 다룬다.",
        "리덕스는 여러 환경에서 한결같이 움직이는, 프로그램의 상태를 한곳에 담아 두는 그릇이다.",
        "다른 글이다.", NULL};
    save_pieces("notes.md", english);
    save_pieces("글.md", korean);
    open_all();
    check_second_piece("What is Redux?", "notes.md");
    check_second_piece("리덕스란 무엇인가요?", "글.md");
    close_view();
}

TEST(where_something_is_need_not_be_said_where_it_is_defined)
{
    static const char *const questions[] = {"What is Redux in a browser?",
                                            "브라우저에서 Redux는 무엇인가요?"};
    save("a.md", "Redux is a container for the state of programs.\n");
    save("b.md", "A browser has Redux, and 브라우저에 있다.\n");
    open_all();
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        explain(questions[i], OB_BY_PASSAGE);
        CHECK(hit_of("a.md") && value_of(hit_of("a.md"), "span.defines") == 1);
        ob_hits_release(&hits);
    }
    close_view();
}

TEST(a_section_of_a_note_stands_for_itself_and_not_for_its_best_piece)
{
    save("a.md", "# Lamps\n\nA lamp burns oil.\n");
    save("b.md", "Oil is kept in a jar.\n");
    save("lamp.c", "/* Lights the lamp. */\nvoid lamp_light(void)\n{\n}\n");
    open_all();
    explain("where is oil of the lamp kept", OB_BY_PASSAGE);
    size_t sections = 0, pieces = 0, code = 0;
    for (size_t i = 0; i < hits.len; i++) {
        const struct ob_hit *h = &hits.items[i];
        bool piece = value_of(h, "span.plain") > 0, note = strcmp(h->path, "lamp.c") != 0;
        sections += note && !piece;
        pieces += note && piece;
        code += !note;
        CHECK((value_of(h, "span.window") > 0) == (piece || !note));
    }
    CHECK(sections && pieces && code);
    close_view();
}

TEST(a_name_is_found_where_it_is_written_as_one)
{
    static const char *const pieces[] = {
        "The state is set, and set once more, by whoever has a state to set; 상태를 설정한다.",
        "Call setState with what is to be kept, and with nothing else; 상태를 설정한다.",
        "Another text of another matter.", NULL};
    save_pieces("notes.md", pieces);
    open_all();
    check_second_piece("when is setState called", "notes.md");
    check_second_piece("setState는 언제 부르나요?", "notes.md");
    explain("when is setState called", OB_BY_PASSAGE);
    double with = 0, without = 0;
    for (size_t i = 0; i < hits.len; i++)
        *(shows_piece(&hits.items[i], 1) ? &with : &without) +=
            value_of(&hits.items[i], "span.compound");
    CHECK(with == 1 && without == 0);
    close_view();
}

TEST(a_part_of_a_name_is_not_what_a_text_is_about)
{
    static const char *const pieces[] = {
        "ReduxTestUtils are kept in a package of their own, and help you with whatever Redux does to "
        "a component in the tests that you write for it.",
        "Redux is a predictable container of state for programs, most often used with one library, "
        "that keeps all of it in a single place, where it is easily tested.",
        "다른 글이다.", NULL};
    save_pieces("notes.md", pieces);
    open_all();
    check_second_piece("What is Redux?", "notes.md");
    check_second_piece("Redux란?", "notes.md");
    close_view();
}

TEST(what_is_said_of_longer_names_is_not_said_of_a_word)
{
    static const char *const pieces[] = {
        "ReduxTools and useState are in a package of their own, and so are ReduxProvider and setState "
        "with all that belongs to them.",
        "Of what is written by hand in such a program, the redux part of its state is the one that is "
        "easily tested by itself.",
        "다른 글이다.", NULL};
    save_pieces("notes.md", pieces);
    open_all();
    check_second_piece("where is redux state tested", "notes.md");
    check_second_piece("redux의 state", "notes.md");
    close_view();
}

TEST(a_note_begins_with_its_first_line_that_is_not_blank)
{
    save("far.md",
         "\n\n\n\n\n\n\n\nA lodestone is a piece of ore that was magnetised by nature.\n");
    save("near.md", "The compass had its lodestone: a little dust stuck to the lodestone, too.\n");
    open_all();
    search("What is a lodestone?");
    CHECK_STR(first_path(), "far.md");
    CHECK_INT(hits.items[0].first_line, 9);
    close_view();
}

TEST(where_a_text_begins_goes_before_where_it_goes_on)
{
    static const char found[] = "요구르트 발효기 yogurt maker keeps its warmth overnight.\n";
    struct ob_buf b;
    ob_buf_init(&b, 1 << 16);
    /* Ten lines go on with a text that was cut for its length, and eleven begin one. */
    for (int i = 0; i < 111; i++) {
        const char *line = i == 40 || i == 100 ? found : "Something else altogether.\n";
        CHECK_INT(ob_buf_append_str(&b, line), 0);
        if (i >= 49 && i < 100)
            CHECK_INT(ob_buf_append_str(&b, "\n\n"), 0);
    }
    save("kitchen.md", ob_buf_str(&b));
    open_all();
    search("yogurt maker");
    CHECK(hits.len > 0);
    CHECK_INT(hits.items[0].snippet_line, 203);
    ob_hits_release(&hits);
    search("요구르트 발효기");
    CHECK(hits.len > 0);
    CHECK_INT(hits.items[0].snippet_line, 203);
    ob_buf_release(&b);
    close_view();
}

TEST(what_stands_apart_in_a_section_is_found_by_itself)
{
    struct ob_buf b;
    ob_buf_init(&b, 1 << 16);
    CHECK_INT(ob_buf_append_str(&b, "# 모음\n\n"), 0);
    for (int i = 0; i < 15; i++)
        CHECK_INT(ob_buf_append_str(&b, i == 8 ? "고래는 따뜻한 바다에서 새끼를 낳는다.\n\n\n"
                                               : "사과와 배와 감은 가을에 익고 겨울까지 남는 "
                                                 "과일이라 창고에 쌓아 둔다.\n\n\n"),
                  0);
    save("모음.md", ob_buf_str(&b));
    save("다른.md", "# 다른 글\n\n바다에서 새끼 거북을 보았고 사진을 찍어 두었다.\n");
    open_all();
    search("고래는 어느 바다에서 새끼를 낳나요?");
    CHECK_STR(first_path(), "모음.md");
    ob_buf_release(&b);
    close_view();
}

TEST(korean_words_that_open_a_passage_are_its_topic)
{
    static const char *const pieces[] = {
        "바깥 변수를 기억하는 함수라고 할 수 있는데 그 변수는 함수가 끝난 뒤에도 남아 있고 다음에 "
        "부를 때 다시 쓰이며 누구도 밖에서 바꾸지 못한다. 그것이 클로저다.",
        "클로저는 바깥 변수를 기억하는 함수라고 할 수 있는데 그 변수는 함수가 끝난 뒤에도 남아 있고 "
        "다음에 부를 때 다시 쓰이며 누구도 밖에서 바꾸지 못하고 이름도 따로 없으며 수명이 길다.",
        "반복문은 여러 번 도는 문장이다.", NULL};
    save_pieces("모음.md", pieces);
    open_all();
    check_second_piece("클로저는 무엇인가요?", "모음.md");
    close_view();
}

TEST(words_that_were_asked_side_by_side_are_looked_for_side_by_side)
{
    static const char *const pieces[] = {
        "When each of them has come, a dom event reaches the next virtual machine of that name.",
        "When each of them has come, a machine reaches the next virtual dom of that event name.",
        NULL};
    save_pieces("notes.md", pieces);
    open_all();
    search("virtual dom");
    CHECK(hits.len >= 2);
    CHECK(shows_piece(&hits.items[0], 1));
    ob_hits_release(&hits);
    search("virtual machine");
    CHECK(hits.len >= 1);
    CHECK(shows_piece(&hits.items[0], 0));
    close_view();
}

TEST(a_question_is_looked_up_among_questions_and_answers)
{
    save("guide/setup.md",
         "# Setup\n\nThe proxy of the client is set in the client's setup file.\n");
    save("faq/network.md", "# Network\n\nSet the proxy in the environment of the client.\n");
    open_all();
    search("How do I set the proxy of a client?");
    CHECK(hits.len == 2);
    CHECK_STR(first_path(), "faq/network.md");
    ob_hits_release(&hits);
    search("client proxy setup");
    CHECK_STR(first_path(), "guide/setup.md");
    close_view();
}

TEST(a_small_piece_of_a_long_section_is_shown_with_what_stands_around_it)
{
    struct ob_buf b;
    ob_buf_init(&b, 1 << 16);
    CHECK_INT(ob_buf_append_str(&b, "# 앞\n\n첫 글.\n\n# 긴 글\n\n"), 0);
    for (int i = 0; i < 40; i++)
        CHECK_INT(
            ob_buf_appendf(&b, "조각 %d은 짧다.\n%s\n\n", i, i == 20 ? "고래가 나온다.\n" : ""), 0);
    CHECK_INT(ob_buf_append_str(&b, "# 뒤\n\n끝 글.\n"), 0);
    save("글.md", ob_buf_str(&b));
    open_all();
    search("고래");
    CHECK(hits.len > 0);
    CHECK_INT(hits.items[0].last_line - hits.items[0].first_line + 1, 40);
    CHECK(strstr(hits.items[0].snippet, "고래") != NULL);
    ob_hits_release(&hits);
    search("조각 0");
    CHECK(hits.len > 0);
    for (size_t i = 0; i < hits.len; i++)
        CHECK(hits.items[i].first_line >= 5 && hits.items[i].last_line <= 128);
    ob_buf_release(&b);
    close_view();
}

TEST(many_files_of_code_bury_no_note)
{
    char name[32];
    size_t notes = 0;
    for (int i = 0; i < 40; i++) {
        snprintf(name, sizeof name, "src/release%d.c", i);
        save(name, "void buffer_release(struct buffer *b)\n{\n}\n");
    }
    save("모임.md",
         "# 결정\n\nThe release moves to the second Tuesday of the month, 화요일 출시.\n");
    open_all();
    search_bytes("when is the release", 19, OB_BY_AUTO);
    CHECK_INT(hits.len, 10);
    for (size_t i = 0; i < hits.len; i++)
        notes += hits.items[i].kind == OB_KIND_NOTE;
    CHECK_INT(notes, 1);
    close_view();
}

static const char *const siblings[] = {"unix/open.c", "win/open.c", "배/open.c"};

static void first_is(const char *question, const char *path)
{
    search_bytes(question, strlen(question), OB_BY_FILE);
    CHECK(hits.len >= 1);
    CHECK_STR(first_path(), path);
    ob_hits_release(&hits);
}

TEST(of_siblings_the_one_that_is_open_is_meant)
{
    for (int i = 0; i < 3; i++)
        save(siblings[i],
             "/* Opens a pipe for both ends. */\nint pipe_open(void)\n{\n    return 0;\n}\n");
    save("socket.c", "/* Closes the socket that listens. */\nint socket_close(void)\n{\n}\n");
    open_all();
    for (int i = 0; i < 3; i++) {
        struct ob_open_file open[] = {{0, siblings[i]}, {0, siblings[(i + 1) % 3]}, {0, "gone.c"}};
        at_hand.open = open;
        at_hand.n_open = 3;
        first_is("opens a pipe for both ends", siblings[i]);
        first_is("파이프를 여는 함수는 어디 있나요?", siblings[i]);
        first_is("closes the socket that listens", "socket.c"); /* closed, but it is about that */
    }
    at_hand = (struct ob_search_context){0};
    close_view();
}

TEST_MAIN(CASE(a_section_of_a_note_stands_for_itself_and_not_for_its_best_piece),
          CASE(where_something_is_need_not_be_said_where_it_is_defined),
          CASE(what_only_begins_with_a_word_does_not_define_it),
          CASE(a_name_is_found_where_it_is_written_as_one),
          CASE(a_definition_is_shown_whole_with_its_comment),
          CASE(a_function_of_a_hundred_lines_is_shown_whole),
          CASE(a_long_function_is_cut_and_spans_do_not_lie_in_each_other),
          CASE(a_list_of_files_begins_with_different_files),
          CASE(sections_of_one_long_note_compete_on_equal_terms),
          CASE(a_korean_question_finds_english_code),
          CASE(a_word_that_is_in_use_here_needs_no_translation),
          CASE(an_english_question_finds_a_korean_note),
          CASE(words_that_every_file_has_are_covered_all_the_same),
          CASE(a_file_is_found_by_its_name_alone), CASE(a_licence_stays_behind_what_does_the_thing),
          CASE(a_synonym_finds_what_is_called_otherwise),
          CASE(the_language_c_is_a_word_and_a_particle_behind_it_is_none),
          CASE(a_passage_that_begins_with_what_was_asked_is_about_it),
          CASE(what_is_asked_what_it_is_is_defined_first),
          CASE(a_definition_goes_before_what_only_speaks_of_it_often),
          CASE(a_part_of_a_name_is_not_what_a_text_is_about),
          CASE(what_is_said_of_longer_names_is_not_said_of_a_word),
          CASE(a_note_begins_with_its_first_line_that_is_not_blank),
          CASE(where_a_text_begins_goes_before_where_it_goes_on),
          CASE(what_stands_apart_in_a_section_is_found_by_itself),
          CASE(korean_words_that_open_a_passage_are_its_topic),
          CASE(words_that_were_asked_side_by_side_are_looked_for_side_by_side),
          CASE(a_question_is_looked_up_among_questions_and_answers),
          CASE(a_small_piece_of_a_long_section_is_shown_with_what_stands_around_it),
          CASE(of_siblings_the_one_that_is_open_is_meant), CASE(many_files_of_code_bury_no_note))
