# openbook: build, test and try it.  `make help` lists the targets.
#
# Objects live out of the tree, one folder a variant: build/release, build/debug, build/asan,
# build/tsan.  `make VARIANT=asan all` builds another one; `make` leaves build/openbook.

VARIANT ?= release
BUILD   := build/$(VARIANT)
CC      ?= cc
.DEFAULT_GOAL := all

# ---------------------------------------------------------------- libraries
PKGS   := libuv libcurl libcjson libxxhash $(shell pkg-config --exists msgpack-c 2>/dev/null && echo msgpack-c || echo msgpack)
PKG_CF  = $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LD  = $(shell pkg-config --libs $(PKGS) 2>/dev/null)

# ---------------------------------------------------------------- flags
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wundef -Wvla -Wformat=2 -Wwrite-strings -Wpointer-arith \
        -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wimplicit-fallthrough -fno-common
WARN += $(if $(DEV),-Werror)
OPT_release := -O2 -g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
OPT_debug   := -O0 -g3 -DOB_DEBUG
OPT_asan    := -O1 -g -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined -DOB_DEBUG
OPT_tsan    := -O1 -g -fsanitize=thread -fno-omit-frame-pointer -DOB_DEBUG
HARDEN := -fstack-protector-strong -fPIE
CFLAGS ?=
OB_CFLAGS = -std=c11 -D_GNU_SOURCE -Iinclude $(PKG_CF) $(WARN) $(OPT_$(VARIANT)) $(HARDEN) -pthread $(CFLAGS)
OB_LDFLAGS = $(filter -fsanitize=%,$(OPT_$(VARIANT))) -pie -Wl,-z,relro,-z,now -pthread $(LDFLAGS)
OB_LIBS = $(PKG_LD) -lm
# Sizes from outside pass through these stages.
CONVERT := text index rpc

# ---------------------------------------------------------------- sources
STAGES := base text files index llm shelf retrieve answer rpc cli
SRC    := $(foreach s,$(STAGES),$(wildcard src/$(s)/*.c))
OBJ    := $(SRC:src/%.c=$(BUILD)/obj/%.o)
LIB    := $(BUILD)/libopenbook.a
BIN    := $(BUILD)/openbook
TESTS  := $(wildcard $(addprefix tests/,$(addsuffix /test_*.c,$(STAGES) daemon)))
TEST_BIN := $(TESTS:tests/%.c=$(BUILD)/tests/%)

.PHONY: all tests clean help
all: $(BIN) ## all: build the program (build/openbook)
	@if [ "$(VARIANT)" = release ]; then ln -sf release/openbook build/openbook; fi

$(BIN): $(BUILD)/obj/main.o $(LIB)
	$(CC) $(OB_CFLAGS) $(OB_LDFLAGS) -o $@ $^ $(OB_LIBS)

$(LIB): $(OBJ)
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/obj/%.o: src/%.c Makefile
	@mkdir -p $(@D)
	$(CC) $(OB_CFLAGS) $(if $(filter $(firstword $(subst /, ,$*)),$(CONVERT)),-Wconversion -Wno-sign-conversion) -MMD -MP -c -o $@ $<

$(BUILD)/tests/%: tests/%.c tests/test.c tests/test.h $(LIB)
	@mkdir -p $(@D)
	$(CC) $(OB_CFLAGS) -Itests -MMD -MP -MF $@.d $(OB_LDFLAGS) -o $@ $< tests/test.c $(LIB) $(OB_LIBS)

tests: $(TEST_BIN)

clean: ## clean: remove everything that was built
	rm -rf build

help: ## help: list the targets
	@sed -n 's/^[a-z][a-z0-9_-]*:.*## /  make /p' Makefile

-include $(OBJ:.o=.d) $(BUILD)/obj/main.d $(TEST_BIN:=.d)
