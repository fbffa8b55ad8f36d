# openbook: build, test and try it.  `make help` lists the targets, docs/building.md explains them.
#
# Objects live out of the tree, one folder a variant: build/release, build/debug, build/asan,
# build/tsan.  `make VARIANT=asan program` builds another one; `make` leaves build/openbook.
# Fetched programs for the tests lie in build/deps and outlive `make clean`.

comma   := ,
VARIANT ?= release
BUILD   := build/$(VARIANT)
DEPS    ?= build/deps
PREFIX  ?= /usr/local
CC      ?= cc
JOBS    ?= $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
T       ?=
.DEFAULT_GOAL := all
V       ?=
# A step is shown by its name; V=1 shows the command.
step = $(if $(V),,@printf '  %-5s %s\n' $1 $@; )
export OPENBOOK_DEPS := $(abspath $(DEPS))

# A target that may install libraries builds in a second make, which then sees them.
SUBMAKE = $(MAKE) --no-print-directory $(if $(filter -j%,$(MAKEFLAGS)),,-j$(JOBS))

# ---------------------------------------------------------------- libraries
MSGPACK := $(shell pkg-config --exists msgpack-c 2>/dev/null && echo msgpack-c || echo msgpack)
PKGS    := libuv libcurl libcjson libxxhash $(MSGPACK)
PKG_CF  := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LD  := $(shell pkg-config --libs $(PKGS) 2>/dev/null)

# ---------------------------------------------------------------- flags
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wundef -Wvla -Wformat=2 -Wwrite-strings -Wpointer-arith \
        -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wimplicit-fallthrough -fno-common
WARN += $(if $(DEV),-Werror)
OPT_release := -O2 -g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
OPT_debug   := -O0 -g3 -DOB_DEBUG
OPT_asan    := -O1 -g -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined -DOB_DEBUG
OPT_tsan    := -O1 -g -fsanitize=thread -fno-omit-frame-pointer -DOB_DEBUG
OPT_libfuzzer := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -DOB_LIBFUZZER
HARDEN := -fstack-protector-strong -fPIE
LINK   := -pthread $(if $(filter Linux,$(shell uname -s)),-pie -Wl$(comma)-z$(comma)relro$(comma)-z$(comma)now)
CFLAGS ?=
OB_CFLAGS  = -std=c11 -D_GNU_SOURCE -Iinclude $(PKG_CF) $(WARN) $(OPT_$(VARIANT)) $(HARDEN) -pthread $(CFLAGS)
OB_LDFLAGS = $(filter -fsanitize=%,$(OPT_$(VARIANT))) $(LINK) $(LDFLAGS)
OB_LIBS    = $(PKG_LD) -lm
# Sizes from outside pass through these stages.
CONVERT := text index rpc
stage_flags = $(if $(filter $(firstword $(subst /, ,$1)),$(CONVERT)),-Wconversion -Wno-sign-conversion)

# ---------------------------------------------------------------- sources
STAGES := base text files index llm shelf retrieve answer rpc cli
# Files are followed by inotify, and by what libuv has elsewhere.
NOT_HERE := $(if $(filter Linux,$(shell uname -s)),src/files/watch_other.c,\
            src/files/watch.c src/files/watch_add.c src/files/watcher.c src/files/mounts.c src/files/mount_table.c)
SRC    := $(filter-out $(NOT_HERE),$(foreach s,$(STAGES),$(wildcard src/$(s)/*.c)))
OBJ    := $(SRC:src/%.c=$(BUILD)/obj/%.o) $(BUILD)/obj/gen/synonyms.o
GEN    := $(BUILD)/gen
LIB    := $(BUILD)/libopenbook.a
BIN    := $(BUILD)/openbook
TESTS  := $(wildcard $(addprefix tests/,$(addsuffix /test_*.c,$(STAGES) faults fuzz daemon)))
TOOLS  := $(wildcard tests/tools/*.c)
TEST_BIN := $(TESTS:tests/%.c=$(BUILD)/tests/%)
TOOL_BIN := $(TOOLS:tests/%.c=$(BUILD)/tests/%)
C_FILES  := $(SRC) $(NOT_HERE) src/main.c $(wildcard src/*/*.h src/*/gen/*.[ch] include/openbook/*/*.h tests/*.[ch] tests/*/*.[ch])
LUA_DIRS := lua plugin tests/lua tests/tools/demo.lua

# ---------------------------------------------------------------- the program
.PHONY: all program libraries libraries-found deps docs install uninstall demo bench eval help \
        test tests test-build test-c test-lua test-daemon test-llm fuzz libfuzzer long asan ubsan tsan \
        check lint format format-check clean distclean compile_commands.json

## all: build the program (build/openbook) and the help pages
all: libraries
	@+$(SUBMAKE) program docs

program: $(BIN)
	@if [ "$(VARIANT)" = release ]; then ln -sf release/openbook build/openbook; fi

$(BIN): $(BUILD)/obj/main.o $(LIB)
	$(call step,LD)$(CC) $(OB_CFLAGS) $(OB_LDFLAGS) -o $@ $^ $(OB_LIBS)

$(LIB): $(OBJ)
	@rm -f $@
	$(call step,AR)ar rcs $@ $^

$(BUILD)/obj/%.o: src/%.c Makefile | libraries-found
	@mkdir -p $(@D)
	$(call step,CC)$(CC) $(OB_CFLAGS) $(call stage_flags,$*) -MMD -MP -c -o $@ $<

# The tables of src/text/*.txt, written by a program of our own, which needs a little of text and base.
TABLES_OBJ := $(patsubst src/text/gen/%.c,$(GEN)/%.o,$(wildcard src/text/gen/*.c)) \
              $(BUILD)/obj/text/english.o $(BUILD)/obj/text/words.o $(filter $(BUILD)/obj/base/%,$(OBJ))

$(GEN)/%.o: src/text/gen/%.c Makefile | libraries-found
	@mkdir -p $(@D)
	$(call step,CC)$(CC) $(OB_CFLAGS) -MMD -MP -c -o $@ $<

$(GEN)/tables: $(TABLES_OBJ)
	$(call step,LD)$(CC) $(OB_CFLAGS) $(OB_LDFLAGS) -o $@ $^ $(OB_LIBS)

$(GEN)/synonyms.c: $(GEN)/tables src/text/ko-en.txt src/text/synonyms.txt
	@$^ >$@.new
	@mv $@.new $@

$(BUILD)/obj/gen/%.o: $(GEN)/%.c
	@mkdir -p $(@D)
	$(call step,CC)$(CC) $(OB_CFLAGS) -Isrc/text -MMD -MP -c -o $@ $<

libraries-found:
	@$(if $(PKG_LD),:,echo "openbook: a library is missing ($(strip $(shell for p in $(PKGS); do \
	    pkg-config --exists $$p 2>/dev/null || echo $$p; done))): run make deps, which installs it" >&2; exit 1)

libraries:
	@tests/tools/deps.sh build

## deps: install the libraries and test tools that are missing (says what it runs)
deps:
	@tests/tools/deps.sh test

## docs: write doc/openbook.txt and its tags from docs/, where Neovim's :help looks
docs: $(if $(wildcard docs/openbook.txt),doc/tags)

doc/tags: docs/openbook.txt tests/tools/helptags.sh
	@mkdir -p doc && cp docs/openbook.txt doc/openbook.txt
	@tests/tools/helptags.sh doc/openbook.txt >$@.new && mv $@.new $@

## install: put program and plugin below PREFIX (/usr/local; DESTDIR is respected)
SITE = $(DESTDIR)$(PREFIX)/share/nvim/site/pack/openbook/start/openbook
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(SITE)
	install -m 755 build/release/openbook $(DESTDIR)$(PREFIX)/bin/openbook
	@for d in plugin lua doc; do if [ -d $$d ]; then cp -R $$d $(SITE)/; fi; done

## uninstall: remove what install put there
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/openbook
	rm -rf $(SITE)

## demo: build, then ask openbook about its own source in Neovim
demo: all
	@tests/tools/demo.sh $(Q)

# The scorer and its questions are no part of this source: docs/evaluation.md.
EVAL ?= ../shared/bench/eval.py
## eval: measure search quality; TREES=dir SPANS=dir WHOLE=1 MIRROR=dir say over what
eval: all
	@test -e $(EVAL) || { echo "openbook: no scorer at $(EVAL): name it with EVAL=path" >&2; exit 2; }
	python3 $(EVAL) build/openbook $(if $(TREES),--trees $(TREES)) $(if $(SPANS),--spans $(SPANS)) \
	    $(if $(WHOLE),--whole) $(if $(MIRROR),--mirror $(MIRROR))
	$(if $(TREES),python3 tests/bench/mixed.py build/openbook --trees $(TREES) \
	    --retrieval $(dir $(EVAL))retrieval --notes $(dir $(EVAL))korean)

## bench: time indexing and searching of DIR (this source), how soon a change is found, idling, a busy minute, Neovim
bench: all
	@+$(SUBMAKE) $(addprefix $(BUILD)/tests/bench/,fresh idle typing busy)
	@tests/bench/run.sh $(or $(DIR),.)
	@$(BUILD)/tests/bench/fresh
	@OPENBOOK_BIN=$(BIN) $(BUILD)/tests/bench/idle
	@$(BUILD)/tests/bench/typing
	@OPENBOOK_BIN=$(BIN) $(BUILD)/tests/bench/busy
	@tests/bench/editor.sh

# ---------------------------------------------------------------- tests
$(BUILD)/tests/test.o: tests/test.c Makefile
	@mkdir -p $(@D)
	$(call step,CC)$(CC) $(OB_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/tests/%: tests/%.c $(BUILD)/tests/test.o $(LIB)
	@mkdir -p $(@D)
	$(call step,CC)$(CC) $(OB_CFLAGS) -Itests -MMD -MP -MF $@.d $(OB_LDFLAGS) -o $@ $< $(BUILD)/tests/test.o $(LIB) $(OB_LIBS)

tests: $(TEST_BIN) $(TOOL_BIN)

# What a run of $(T) needs: one test program, or everything.
NEEDS_BIN = $(filter all c cli daemon lua cli/% daemon/% lua/%,$(or $(T),all))
test-build: $(filter $(addprefix $(BUILD)/tests/,$(T) $(addsuffix /%,$(T))),$(TEST_BIN)) \
            $(if $(filter all,$(or $(T),all)),$(TEST_BIN)) $(if $(filter c,$(T)),$(filter-out %/daemon/%,$(TEST_BIN))) \
            $(TOOL_BIN) $(if $(NEEDS_BIN),$(BIN))

# Each of these runs what WHAT names, built as variant UNDER.
UNDER = asan
## test: every check and test under ASan and UBSan; T=index/test_terms runs one program
test: WHAT = $(or $(T),all)
## test-c: the tests of the stages
test-c: WHAT = c
## test-lua: the plugin's tests, on the oldest and the newest Neovim
test-lua: WHAT = lua
## test-daemon: the tests that run the whole program
test-daemon: WHAT = daemon
## asan: C and daemon tests under AddressSanitizer and UBSan
asan ubsan: WHAT = c daemon
## tsan: tests that use threads, under ThreadSanitizer
tsan: WHAT = base files index shelf daemon
tsan: UNDER = tsan

test test-lua: deps
test-c test-daemon asan ubsan tsan: libraries
test test-c test-lua test-daemon asan ubsan tsan:
	@+$(SUBMAKE) VARIANT=$(UNDER) T="$(WHAT)" test-build
	@VARIANT=$(UNDER) tests/run.sh $(WHAT)

## long: what takes longer: a million paths asked of git, operations on files, entries of a folder
long: libraries
	@+$(SUBMAKE) VARIANT=asan T="files shelf faults" test-build
	@+$(SUBMAKE) VARIANT=release T=daemon/test_many test-build
	@VARIANT=asan OPENBOOK_LIMIT_S=7200 OPENBOOK_PATHS=1000000 OPENBOOK_OPERATIONS=1000000 \
	    OPENBOOK_ROUNDS=10000 OPENBOOK_SWAPS=100000 OPENBOOK_CHECKOUT=20000 \
	    tests/run.sh files/test_ignore_git files/test_watch files/test_read shelf/test_fresh faults/test_git faults/test_model
	@VARIANT=release OPENBOOK_LIMIT_S=3600 OPENBOOK_ENTRIES=1000000 tests/run.sh daemon/test_many

## fuzz: mutate the seeds of tests/fuzz for FUZZ_S seconds a target (60)
FUZZ_S ?= 60
fuzz: libraries
	@+$(SUBMAKE) VARIANT=asan T=fuzz test-build
	@OB_FUZZ_S=$(FUZZ_S) VARIANT=asan tests/run.sh fuzz

## libfuzzer: the same targets under clang's libFuzzer, which looks for new ways through the code
FUZZERS := $(patsubst tests/fuzz/test_%.c,%,$(wildcard tests/fuzz/test_*.c))
build/libfuzzer/tests/fuzz/%: private LDFLAGS += -fsanitize=fuzzer
libfuzzer: libraries
	@+$(SUBMAKE) CC=clang VARIANT=libfuzzer $(FUZZERS:%=build/libfuzzer/tests/fuzz/test_%)
	@for name in $(FUZZERS); do mkdir -p build/libfuzzer/corpus/$$name && build/libfuzzer/tests/fuzz/test_$$name \
	    -max_total_time=$(FUZZ_S) -max_len=65536 -artifact_prefix=build/libfuzzer/$$name- -print_final_stats=1 \
	    build/libfuzzer/corpus/$$name tests/fuzz/seeds/$$name || exit 1; done

## test-llm: ask a real model server (fetches llama.cpp and a small model, 260 MB)
test-llm: all
	@tests/tools/deps.sh llm
	@tests/tools/test-llm.sh

# ---------------------------------------------------------------- source hygiene
## check: test, then format-check and lint
check: test
	@+$(SUBMAKE) format-check lint

## lint: clang-tidy, cppcheck and luacheck, those that are installed
lint:
	@tests/tools/lint.sh $(SRC) src/main.c -- -std=c11 -D_GNU_SOURCE -Iinclude $(PKG_CF)

## format: lay out C and Lua by .clang-format and .stylua.toml
format:
	clang-format -i $(C_FILES)
	@if command -v stylua >/dev/null; then stylua $(LUA_DIRS); fi

## format-check: complain about what make format would change
format-check:
	clang-format --dry-run -Werror $(C_FILES)
	@if command -v stylua >/dev/null; then stylua --check $(LUA_DIRS); \
	else echo 'openbook: there is no stylua: the Lua files were not looked at' >&2; fi

## compile_commands.json: tell clangd how each file is compiled
compile_commands.json:
	@{ sep='['; for f in $(SRC) src/main.c $(TESTS) $(TOOLS) tests/test.c; do \
	    printf '%s\n{"directory": "%s", "file": "%s", "command": "%s"}' "$$sep" "$(CURDIR)" "$$f" \
	        "$(CC) $(OB_CFLAGS) -Itests -c $$f"; sep=,; done; printf '\n]\n'; } >$@

## clean: remove what was built, keep the programs fetched for tests
clean:
	@if [ -d build ]; then find build -mindepth 1 -maxdepth 1 ! -name deps -exec rm -rf {} +; fi
	rm -rf doc compile_commands.json

## distclean: remove everything that is not source
distclean: clean
	rm -rf build

## help: list the targets
help:
	@sed -n 's/^## \([^:]*\): \(.*\)/\1|\2/p' Makefile | awk -F'|' '{ printf "  make %-22s %s\n", $$1, $$2 }'

-include $(OBJ:.o=.d) $(wildcard $(GEN)/*.d) $(BUILD)/obj/main.d $(BUILD)/tests/test.d $(addsuffix .d,$(TEST_BIN) $(TOOL_BIN))
