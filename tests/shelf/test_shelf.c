/* Shelves on real trees. */
#include "../../src/shelf/inside.h"
#include "project.h"

/* ------------------------------------------------------------ the disk */
TEST(shelf_indexes_a_project_once)
{
    save("src/main.c", "int main(void) { return 0; }\n");
    save("docs/안내.md", "# 설치\n바이너리를 내려받습니다.\n");
    save("blob.dat", "x");
    test_write_bytes("project/image.bin", "\x89PNG\0\0\0\0", 8);
    open_project();
    CHECK(sees(0, "src/main.c", "int main(void) { return 0; }\n"));
    CHECK(sees(0, "docs/안내.md", "# 설치\n바이너리를 내려받습니다.\n"));
    struct ob_shelf_status status;
    ob_shelf_status(&status, shelf);
    CHECK(!status.indexing);
    CHECK_INT(status.queued, 0);
    CHECK_STR(status.error, "");
    CHECK_STR(status.root, ob_shelf_root(shelf));
    CHECK(status.skipped[OB_SKIP_BINARY] + status.skipped[OB_SKIP_BUILTIN] >= 1);
    CHECK(status.wall_us > 0 && status.cpu_us > 0);
    struct ob_shelf *again = NULL;
    CHECK_INT(ob_shelf_open(&again, shelves, in_project("."), NULL), 0);
    CHECK(again == shelf);
    ob_shelf_unref(again);
    close_all();
}

TEST(shelf_of_an_empty_project_is_fresh_and_empty)
{
    open_project();
    CHECK_INT(files(), 0);
    save("first.md", "첫 노트\n");
    wait_seen(0, "first.md", "첫 노트\n");
    close_all();
}

TEST(shelf_indexes_many_files_on_several_threads)
{
    struct ob_shelf_options o = OB_SHELF_OPTIONS_INIT;
    char name[64], text[64];
    for (int i = 0; i < 600; i++) {
        snprintf(name, sizeof name, "d%d/f%d.c", i % 7, i);
        snprintf(text, sizeof text, "int number_%d;\n", i);
        save(name, text);
    }
    o.threads = 4;
    open_with(project(), &o);
    wait_fresh(0);
    CHECK_INT(files(), 600);
    for (int i = 0; i < 600; i += 37) {
        snprintf(name, sizeof name, "d%d/f%d.c", i % 7, i);
        snprintf(text, sizeof text, "int number_%d;\n", i);
        CHECK(sees(0, name, text));
    }
    close_all();
}

TEST(shelf_follows_saves_deletes_and_renames)
{
    save("a.md", "one\n");
    save("b.md", "two\n");
    open_project();
    save("a.md", "하나\n");
    wait_seen(0, "a.md", "하나\n");
    CHECK_INT(unlink(in_project("b.md")), 0);
    wait_seen(0, "b.md", NULL);
    CHECK_INT(rename(in_project("a.md"), in_project("옮김.md")), 0);
    wait_seen(0, "옮김.md", "하나\n");
    wait_seen(0, "a.md", NULL);
    CHECK_INT(files(), 1);
    close_all();
}

TEST(shelf_follows_directories_that_come_and_go)
{
    save("keep.md", "keep\n");
    save("old/deep/a.md", "a\n");
    open_project();
    CHECK_INT(rename(in_project("old"), in_project("new")), 0);
    wait_seen(0, "new/deep/a.md", "a\n");
    wait_seen(0, "old/deep/a.md", NULL);
    save("fresh/b.md", "b\n"); /* a directory and its file in one breath */
    wait_seen(0, "fresh/b.md", "b\n");
    CHECK_INT(files(), 3);
    close_all();
}

TEST(shelf_sees_two_saves_within_one_tick)
{
    save("a.md", "aaaa\n");
    open_project();
    for (int i = 0; i < 20; i++) { /* same length, perhaps the same mtime */
        char text[] = "bbbb\n";
        text[0] = (char)('a' + i);
        save("a.md", text);
    }
    wait_seen(0, "a.md", "tbbb\n");
    close_all();
}

TEST(shelf_keeps_korean_names_as_the_disk_has_them)
{
    const char *nfc = "\xed\x95\x9c.md";                         /* 한 */
    const char *nfd = "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab.md"; /* the same, decomposed */
    save(nfc, "composed\n");
    save(nfd, "decomposed\n");
    open_project();
    CHECK(sees(0, nfc, "composed\n"));
    CHECK(sees(0, nfd, "decomposed\n"));
    CHECK_INT(unlink(in_project(nfd)), 0);
    wait_seen(0, nfd, NULL);
    CHECK(sees(0, nfc, "composed\n"));
    close_all();
}

TEST(shelf_obeys_an_ignore_file_that_comes_later)
{
    save("build/out.md", "made\n");
    save("notes.md", "kept\n");
    open_project();
    size_t before = files();
    save(".openbookignore", "notes.md\n");
    wait_seen(0, "notes.md", NULL);
    CHECK_INT(unlink(in_project(".openbookignore")), 0);
    wait_seen(0, "notes.md", "kept\n");
    wait_fresh(0);
    CHECK_INT(files(), before);
    close_all();
}

TEST(shelf_counts_skips_exactly_after_updates)
{
    struct ob_shelf_status status;
    save("a.txt", "text\n");
    open_project();
    test_write_bytes("project/a.txt", "\0\0\0\0", 4);
    wait_seen(0, "a.txt", NULL);
    wait_fresh(0);
    ob_shelf_status(&status, shelf);
    CHECK_INT(status.skipped[OB_SKIP_BINARY], 1);
    save("a.txt", "text again\n");
    wait_seen(0, "a.txt", "text again\n");
    ob_shelf_status(&status, shelf);
    CHECK_INT(status.skipped[OB_SKIP_BINARY], 0);
    close_all();
}

TEST(shelf_without_a_watch_rescans_when_told)
{
    struct ob_shelf_options o = OB_SHELF_OPTIONS_INIT;
    o.watch = false;
    save("a.md", "one\n");
    save("b.md", "two\n");
    open_with(project(), &o);
    wait_fresh(0);
    save("a.md", "eins\n");
    save("c.md", "drei\n");
    CHECK_INT(unlink(in_project("b.md")), 0);
    wait_fresh(0);
    CHECK(sees(0, "a.md", "one\n"));
    ob_shelf_rescan(shelf);
    wait_fresh(0);
    CHECK(sees(0, "a.md", "eins\n"));
    CHECK(sees(0, "b.md", NULL));
    CHECK(sees(0, "c.md", "drei\n"));
    save("a.md", "uno.\n");
    ob_shelf_report_stale(shelf, "a.md");
    wait_fresh(0);
    CHECK(sees(0, "a.md", "uno.\n"));
    close_all();
}

TEST(shelf_says_why_a_root_cannot_be_opened)
{
    struct ob_error e = OB_ERROR_INIT;
    struct ob_shelf *s = NULL;
    open_project();
    CHECK_INT(ob_shelf_open(&s, shelves, in_project("none"), &e), OB_ENOTFOUND);
    CHECK(s == NULL && e.message[0]);
    close_all();
}

static void note_progress(struct ob_shelf *s, void *data)
{
    CHECK(s == shelf);
    *(bool *)data = true;
}

TEST(shelf_tells_progress)
{
    bool told = false;
    struct ob_shelf_options o = OB_SHELF_OPTIONS_INIT;
    save("a.md", "one\n");
    CHECK_INT(uv_loop_init(&loop), 0);
    shelves = ob_shelves_new(&loop, &o);
    ob_shelves_on_progress(shelves, note_progress, &told);
    CHECK_INT(ob_shelf_open(&shelf, shelves, project(), NULL), 0);
    run_until(is_set, &told, "progress");
    wait_fresh(0);
    close_all();
}

/* ------------------------------------------------------------ unsaved text */
TEST(unsaved_text_is_seen_by_its_client_alone)
{
    save("a.md", "disk\n");
    open_project();
    type(1, "a.md", "eins, 하나\n");
    type(2, "a.md", "zwei, 둘\n");
    type(2, "new.md", "not on disk yet\n");
    wait_fresh(1);
    wait_fresh(2);
    CHECK(sees(0, "a.md", "disk\n"));
    CHECK(sees(1, "a.md", "eins, 하나\n"));
    CHECK(sees(2, "a.md", "zwei, 둘\n"));
    CHECK(sees(1, "new.md", NULL));
    CHECK(sees(2, "new.md", "not on disk yet\n"));
    type(2, "new.md", NULL);
    wait_fresh(2);
    CHECK(sees(2, "new.md", NULL));
    ob_shelf_drop_client(shelf, 1);
    wait_fresh(1);
    CHECK(sees(1, "a.md", "disk\n"));
    CHECK(sees(2, "a.md", "zwei, 둘\n"));
    close_all();
}

TEST(unsaved_text_stands_over_what_the_disk_does_meanwhile)
{
    save("a.md", "disk\n");
    save("b.md", "b\n");
    open_project();
    type(1, "a.md", "typed\n");
    wait_fresh(1);
    save("b.md", "changed by another\n");
    save("a.md", "pulled\n");
    wait_seen(0, "a.md", "pulled\n");
    wait_seen(0, "b.md", "changed by another\n");
    wait_fresh(1);
    CHECK(sees(1, "a.md", "typed\n"));
    CHECK(sees(1, "b.md", "changed by another\n"));
    close_all();
}

TEST(unsaved_text_that_is_saved_gives_way_to_the_disk)
{
    save("a.md", "disk\n");
    open_project();
    type(1, "a.md", "typed\n");
    wait_fresh(1);
    save("a.md", "typed\n");
    wait_seen(0, "a.md", "typed\n");
    wait_fresh(1);
    save("a.md", "changed elsewhere\n");
    wait_seen(0, "a.md", "changed elsewhere\n");
    wait_fresh(1);
    CHECK(sees(1, "a.md", "changed elsewhere\n"));
    close_all();
}

TEST(unsaved_text_of_a_file_that_is_never_indexed_is_not)
{
    save("a.md", "disk\n");
    open_project();
    type(1, ".env", "TOKEN=geheim\n");
    type(1, "bin.md", "x");
    wait_fresh(1);
    CHECK(sees(1, ".env", NULL));
    struct ob_text *nul = ob_text_new("a\0b", 3);
    ob_shelf_set_unsaved(shelf, 1, "bin.md", nul);
    ob_text_unref(nul);
    wait_fresh(1);
    CHECK(sees(1, "bin.md", NULL));
    close_all();
}

TEST(unsaved_text_typed_quickly_ends_as_the_last)
{
    save("a.md", "disk\n");
    open_project();
    char text[32] = "";
    for (int i = 0; i < 200; i++) {
        snprintf(text, sizeof text, "글자 %d\n", i);
        type(1, "a.md", text);
        if (i % 10 == 0)
            uv_run(&loop, UV_RUN_NOWAIT);
    }
    wait_fresh(1);
    CHECK(sees(1, "a.md", "글자 199\n"));
    close_all();
}

TEST(reader_gives_unsaved_text_then_the_disk)
{
    struct ob_error e = OB_ERROR_INIT;
    struct ob_text *text = NULL;
    save("a.md", "disk\n");
    save("b.md", "둘\n");
    open_project();
    type(1, "a.md", "typed\n");
    struct ob_shelf_reader *mine = ob_shelf_reader_new(shelf, 1);
    struct ob_shelf_reader *disk = ob_shelf_reader_new(shelf, 0);
    CHECK_INT(ob_shelf_reader_text(&text, mine, "a.md", &e), 0);
    CHECK_STR(text->data, "typed\n");
    ob_text_unref(text);
    CHECK_INT(ob_shelf_reader_text(&text, mine, "b.md", &e), 0);
    CHECK_STR(text->data, "둘\n");
    ob_text_unref(text);
    CHECK_INT(ob_shelf_reader_text(&text, disk, "a.md", &e), 0);
    CHECK_STR(text->data, "disk\n");
    ob_text_unref(text);
    CHECK_INT(unlink(in_project("b.md")), 0);
    CHECK_INT(ob_shelf_reader_text(&text, disk, "b.md", &e), OB_ENOTFOUND);
    CHECK(text == NULL);
    CHECK(ob_shelf_reader_text(&text, disk, "../outside", &e) != 0);
    wait_fresh(0); /* the shelf has heard of it */
    CHECK(sees(0, "b.md", NULL));
    close_all(); /* readers may outlive the shelf */
    CHECK(ob_shelf_reader_text(&text, disk, "b.md", &e) != 0);
    ob_shelf_reader_free(mine);
    ob_shelf_reader_free(disk);
}

/* ------------------------------------------------------------ waiting and closing */
TEST(fresh_times_out_once)
{
    struct ob_shelf_options o = OB_SHELF_OPTIONS_INIT;
    char name[32];
    for (int i = 0; i < 300; i++) {
        snprintf(name, sizeof name, "f%d.c", i);
        save(name, "int x;\n");
    }
    open_with(project(), &o);
    struct wait w = {0};
    ob_shelf_when_fresh(shelf, 0, 0, on_fresh, &w); /* before the thread can have walked */
    run_until(was_called, &w, "the deadline");
    CHECK(w.status == OB_ETIMEOUT || w.status == 0);
    wait_fresh(0);
    CHECK_INT(w.calls, 1);
    close_all();
}

TEST(close_cancels_who_waits_and_does_not_freeze)
{
    struct ob_shelf_options o = OB_SHELF_OPTIONS_INIT;
    char name[32];
    for (int i = 0; i < 400; i++) {
        snprintf(name, sizeof name, "f%d.c", i);
        save(name, "int x;\n");
    }
    open_with(project(), &o);
    struct wait w[3] = {0};
    type(1, "f1.c", "typed\n");
    for (int i = 0; i < 3; i++)
        ob_shelf_when_fresh(shelf, (uint64_t)i, DEADLINE_MS, on_fresh, &w[i]);
    bool closed = false;
    uv_mutex_lock(
        &shelf->keeper.lock); /* the thread cannot leave: who waited for it would hang here */
    ob_shelves_close(shelves, on_closed, &closed);
    CHECK(!closed);
    uv_mutex_unlock(&shelf->keeper.lock);
    run_until(is_set, &closed, "closing");
    for (int i = 0; i < 3; i++) {
        CHECK_INT(w[i].calls, 1);
        CHECK(w[i].status == OB_ECANCELED);
    }
    struct ob_snapshot *snapshot = ob_shelf_snapshot(shelf, 1); /* a reference outlives the close */
    ob_snapshot_unref(snapshot);
    CHECK_INT(files(), 0); /* its thread has given the memory back, for the loop has better to do */
    CHECK_INT(ob__ledger_len(&shelf->keeper.ledger), 0);
    ob_shelf_unref(shelf);
    uv_run(&loop, UV_RUN_DEFAULT);
    CHECK_INT(uv_loop_close(&loop), 0);
}

TEST(shelf_explains_why_a_file_is_taken_or_left)
{
    struct ob_buf out;
    save("a.md", "text\n");
    test_write_bytes("project/odd.md", "a\0b", 3);
    open_project();
    ob_buf_init(&out, 4096);
    CHECK_INT(ob_shelf_why(&out, shelf, "odd.md"), 0);
    CHECK(strstr(ob_buf_str(&out), "not text"));
    ob_buf_clear(&out);
    CHECK_INT(ob_shelf_why(&out, shelf, in_project("a.md")), 0);
    CHECK(out.len > 0);
    ob_buf_clear(&out);
    CHECK_INT(ob_shelf_why(&out, shelf, "/elsewhere/b.md"), 0);
    CHECK(strstr(ob_buf_str(&out), "not below"));
    ob_buf_release(&out);
    close_all();
}

TEST_MAIN(CASE(shelf_indexes_a_project_once), CASE(shelf_of_an_empty_project_is_fresh_and_empty),
          CASE(shelf_indexes_many_files_on_several_threads),
          CASE(shelf_follows_saves_deletes_and_renames),
          CASE(shelf_follows_directories_that_come_and_go),
          CASE(shelf_sees_two_saves_within_one_tick),
          CASE(shelf_keeps_korean_names_as_the_disk_has_them),
          CASE(shelf_obeys_an_ignore_file_that_comes_later),
          CASE(shelf_counts_skips_exactly_after_updates),
          CASE(shelf_without_a_watch_rescans_when_told),
          CASE(shelf_says_why_a_root_cannot_be_opened), CASE(shelf_tells_progress),
          CASE(unsaved_text_is_seen_by_its_client_alone),
          CASE(unsaved_text_stands_over_what_the_disk_does_meanwhile),
          CASE(unsaved_text_that_is_saved_gives_way_to_the_disk),
          CASE(unsaved_text_of_a_file_that_is_never_indexed_is_not),
          CASE(unsaved_text_typed_quickly_ends_as_the_last),
          CASE(reader_gives_unsaved_text_then_the_disk), CASE(fresh_times_out_once),
          CASE(close_cancels_who_waits_and_does_not_freeze),
          CASE(shelf_explains_why_a_file_is_taken_or_left))
