/* One sample a language: nested types, methods, generics, decorators, strings and comments that hold
 * braces and keywords.  What is expected is "KIND:name@first-named-last" for each definition. */
#include <string.h>

#include "openbook/base/buf.h"
#include "openbook/base/mem.h"
#include "openbook/text/outline.h"

#include "test.h"

static const struct sample {
    const char *path, *text, *outline;
} samples[] = {
    {"a.c",
     "/* 큰 쪽을 고른다. */\n"
     "#define MAX(a, b) \\\n"
     "    ((a) > (b) ? (a) : (b))\n"
     "#if X\n"
     "int f(void) {\n"
     "#else\n"
     "int f(int a) {\n"
     "#endif\n"
     "    char *s = \"} int g() {\";\n"
     "    return '}';\n"
     "}\n"
     "enum 색 { RED };\n",
     "D:MAX@1-2-3 F:f@5-5-11 T:색@12-12-12"},
    {"a.cpp",
     "namespace 집 {\n"
     "template <class T>\n"
     "class Box final : public Base {\n"
     "public:\n"
     "  Box() : a_{1}, b_(2) {\n"
     "    call(x);\n"
     "  }\n"
     "  int size() const noexcept override {\n"
     "    return R\"x(} class No {)x\"[0] + 1'000;\n"
     "  }\n"
     "};\n"
     "}\n"
     "TEST_F(Suite, 더한다) {\n"
     "}\n",
     "T:집@1-1-12 T:Box@2-3-11 F:Box@5-5-7 F:size@8-8-10 "
     "F:더한다@13-13-14"},
    {"A.cs",
     "namespace App.Core;\n"
     "/// <summary>가게</summary>\n"
     "[Serializable]\n"
     "public sealed record Store(int Id) : IStore {\n"
     "    public int Size { get; init; } = 3;\n"
     "    public string Path => @\"c:\\} void No() {\";\n"
     "    (int, string) Pick<T>(T a) where T : class =>\n"
     "        (1, \"\");\n"
     "    public new void Run() {\n"
     "        Debug.Assert(true);\n"
     "        int Local(int x) {\n"
     "            return x;\n"
     "        }\n"
     "    }\n"
     "}\n"
     "delegate void Done(int x);\n",
     "T:Core@1-1-1 T:Store@2-4-15 V:Size@5-5-5 V:Path@6-6-6 F:Pick@7-7-8 "
     "F:Run@9-9-14 F:Local@11-11-13 T:Done@16-16-16"},
    {"A.java",
     "package a.b;\n"
     "/** 상점. */\n"
     "@Entity(name = \"x\")\n"
     "public class Store<T extends A> {\n"
     "    interface Open {\n"
     "        void open(String a,\n"
     "                  int b) throws X;\n"
     "    }\n"
     "    String text = \"\"\"\n"
     "        class No {\n"
     "        \"\"\";\n"
     "    <R> R 열다(List<? extends T> a) {\n"
     "        return new R() {\n"
     "            public void run() {\n"
     "            }\n"
     "        };\n"
     "    }\n"
     "}\n",
     "T:b@1-1-1 T:Store@2-4-18 T:Open@5-5-8 F:open@6-6-7 F:열다@12-12-17 "
     "F:run@14-14-15"},
    {"a.kt",
     "package a\n"
     "/** 상자 */\n"
     "data class Box(\n"
     "    val x: Int,\n"
     ") : Base() {\n"
     "    companion object {\n"
     "        fun `이름이 길다`() = \"\"\" } fun no() { \"\"\"\n"
     "    }\n"
     "    fun <T> List<T>.pick(a: T): T? =\n"
     "        first { it == a }\n"
     "}\n"
     "interface Open {\n"
     "    fun open(): Int?\n"
     "    fun close()\n"
     "}\n",
     "T:a@1-1-1 T:Box@2-3-11 V:x@4-4-4 F:이름이 길다@7-7-7 "
     "F:pick@9-9-10 T:Open@12-12-15 F:open@13-13-13 F:close@14-14-14"},
    {"a.scala",
     "package a\n"
     "/* 밖 /* 안 */ def no = 1 */\n"
     "sealed trait Shape { self =>\n"
     "  def area: Double\n"
     "}\n"
     "case class Circle(r: Double) extends Shape {\n"
     "  override protected[a] def area: Double = {\n"
     "    \"}\".length\n"
     "  }\n"
     "  def `이름`(x: Int)(implicit y: Int) =\n"
     "    x + y\n"
     "}\n",
     "T:a@1-1-1 T:Shape@2-3-5 F:area@4-4-4 T:Circle@6-6-12 F:area@7-7-9 "
     "F:이름@10-10-11"},
    {"a.swift",
     "/// 상자\n"
     "@available(iOS 13, *)\n"
     "public struct Box<T: Equatable> {\n"
     "    let s = #\"} func no() {\"#\n"
     "    func open(_ a: T) -> T? {\n"
     "        return \"\"\"\n"
     "        } class No {\n"
     "        \"\"\"\n"
     "    }\n"
     "#if DEBUG\n"
     "    static func 닫다() {\n"
     "    }\n"
     "#endif\n"
     "}\n"
     "protocol Shape {\n"
     "    func area() -> Double\n"
     "    func name()\n"
     "}\n",
     "T:Box@1-3-14 V:s@4-4-4 F:open@5-5-9 F:닫다@11-11-12 "
     "T:Shape@15-15-18 F:area@16-16-16 F:name@17-17-17"},
    {"a.go",
     "package a\n"
     "\n"
     "// Store 는 가게다.\n"
     "type Store interface {\n"
     "\tGet(key string) (v []byte, err error)\n"
     "}\n"
     "type (\n"
     "\tKey struct {\n"
     "\t\ta int\n"
     "\t}\n"
     "\t값 = string\n"
     ")\n"
     "const (\n"
     "\tA = iota\n"
     "\tB\n"
     ")\n"
     "func (s *box[T]) Run(f func() interface{}) struct{ a int } {\n"
     "\tx := `} func no() {`\n"
     "\treturn nil\n"
     "}\n",
     "T:a@1-1-1 T:Store@3-4-6 F:Get@5-5-5 T:Key@8-8-10 T:값@11-11-11 "
     "V:A@14-14-14 V:B@15-15-15 F:Run@17-17-20"},
    {"a.rs",
     "/* 밖 /* 안 */ fn no() {} */\n"
     "/// 상자\n"
     "#[derive(\n"
     "    Debug,\n"
     ")]\n"
     "pub(crate) struct Box<'a> {\n"
     "    x: &'a str,\n"
     "}\n"
     "impl<'a> Show for Box<'a> {\n"
     "    fn show(&self) -> char {\n"
     "        let s = r#\"} fn no() { \"\"#;\n"
     "        '}'\n"
     "    }\n"
     "}\n"
     "macro_rules! 합 {\n"
     "    () => {};\n"
     "}\n"
     "pub trait T {\n"
     "    fn a(&self);\n"
     "}\n",
     "T:Box@1-6-8 T:Box@9-9-14 F:show@10-10-13 V:s@11-11-11 D:합@15-15-17 "
     "T:T@18-18-20 F:a@19-19-19"},
    {"a.zig",
     "/// 상자\n"
     "pub const Box = struct {\n"
     "    const text =\n"
     "        \\\\} fn no() {\n"
     "    ;\n"
     "    pub fn open(self: *Box) void {\n"
     "        _ = '}';\n"
     "    }\n"
     "};\n"
     "test \"x\" {\n"
     "}\n",
     "T:Box@1-2-9 V:text@3-3-5 F:open@6-6-8"},
    {"a.py",
     "# 서버\n"
     "@app.route(\n"
     "    \"/x\",\n"
     ")\n"
     "async def 열다(a,\n"
     "             b=\")\"):\n"
     "    \"\"\"문서.\n"
     "\n"
     "def no(): pass\n"
     "    \"\"\"\n"
     "    return {\n"
     "        \"a\": 1,\n"
     "    }\n"
     "\n"
     "\n"
     "class A(B):\n"
     "    x = '''\n"
     "class No:\n"
     "'''\n"
     "\n"
     "    @property\n"
     "    def size(self) -> int: return 1\n",
     "F:열다@1-5-13 T:A@16-16-22 F:size@21-22-22"},
    {"a.rb",
     "# 상자\n"
     "class Box < Base\n"
     "  def self.open(x)\n"
     "    y = <<~SQL\n"
     "def no\n"
     "    SQL\n"
     "    z = %w[end def]\n"
     "  rescue => e\n"
     "    /end def/ =~ x\n"
     "  end\n"
     "\n"
     "  def 닫다?\n"
     "    \"#{x} end\"\n"
     "  end\n"
     "end\n"
     "=begin\n"
     "def no\n"
     "=end\n",
     "T:Box@1-2-15 F:open@3-3-10 F:닫다@12-12-14"},
    {"a.php",
     "<p>it's</p>\n"
     "<?php\n"
     "namespace App\\Core;\n"
     "#[Route('/x')]\n"
     "final class 가게 {\n"
     "    private ?int $size = 3; # note\n"
     "    public static function &make(array $a = []): self {\n"
     "        $x = <<<EOT\n"
     "} function no() {\n"
     "EOT;\n"
     "        return '}';\n"
     "    }\n"
     "    abstract function b();\n"
     "}\n",
     "T:Core@3-3-3 T:가게@4-5-14 V:$size@6-6-6 F:make@7-7-12 F:b@13-13-13"},
    {"a.js",
     "/** 상자 */\n"
     "export default class Box extends Base {\n"
     "  static #count = 0\n"
     "  get #size () { return /[}\"]/.test(x) }\n"
     "  async *keys({ a, b }) {\n"
     "    items.push(`} class No { ${a.map(x => `${x}}`)}`)\n"
     "    log.info('x')\n"
     "  }\n"
     "  delete (x) {\n"
     "  }\n"
     "}\n"
     "const 고르다 = async (a) => {\n"
     "}\n"
     "module.exports = {\n"
     "  run() {\n"
     "  },\n"
     "  stop: function () {\n"
     "  },\n"
     "}\n",
     "T:Box@1-2-11 F:size@4-4-4 F:keys@5-5-8 F:delete@9-9-10 "
     "F:고르다@12-12-13 F:run@15-15-16 F:stop@17-17-18"},
    {"a.tsx",
     "import { type A } from \"a\";\n"
     "export type Key<T> =\n"
     "  | { a: T }\n"
     "  | string;\n"
     "interface Props {\n"
     "  onClose?(x: number): void;\n"
     "  name: (a: string) => void;\n"
     "}\n"
     "export function 보기<T extends { a: string }>({ a }: Props): { b: number } {\n"
     "  return <p>don't {a}</p>;\n"
     "}\n"
     "abstract class Box<T> {\n"
     "  abstract open(a: T): void;\n"
     "  private close = (e: T) => {\n"
     "  };\n"
     "}\n"
     "enum Kind { A }\n",
     "T:Key@2-2-4 T:Props@5-5-8 F:onClose@6-6-6 F:보기@9-9-11 "
     "T:Box@12-12-16 F:open@13-13-13 F:close@14-14-15 T:Kind@17-17-17"},
    {"a.lua",
     "--- 상자\n"
     "local M = {}\n"
     "--[==[ ]] function no() end ]==]\n"
     "function M.open(\n"
     "  a,\n"
     "  b\n"
     ")\n"
     "  local s = [[\n"
     "end\n"
     "function no()\n"
     "]]\n"
     "  return s\n"
     "end\n"
     "M.닫다 = function() end\n"
     "return M\n",
     "V:M@1-2-2 F:open@3-4-13 F:닫다@14-14-14"},
    {"a.vim",
     "\" 연다\n"
     "function! s:open(x) abort\n"
     "let y = \"endfunction\"\n"
     "if a:x\n"
     "endif\n"
     "for z in y\n"
     "endfor\n"
     "endfunction\n"
     "command! -nargs=* 열기 call s:open(<q-args>)\n"
     "def Run(a: number)\n"
     "enddef\n",
     "F:open@1-2-8 V:y@3-3-3 F:열기@9-9-9 F:Run@10-10-11"},
    {"a.sh",
     "#!/bin/sh\n"
     "# 연다\n"
     "open() {\n"
     "    x=$(printf \"%s\" \"$(echo '\"' | sed 's/}/\"/')\")\n"
     "    cat <<-'EOF'\n"
     "}\n"
     "no() {\n"
     "\tEOF\n"
     "    y=${x#*}} # }\n"
     "}\n"
     "function 닫다 {\n"
     "    echo \\' }\n"
     "}\n",
     "F:open@1-3-9 F:닫다@11-11-12"},
    {"a.hs",
     "{- 밖 {- 안 -} no :: Int -}\n"
     "-- | 더한다\n"
     "add' :: Int\n"
     "     -> Int\n"
     "add' 0 = 0\n"
     "add' n = n --> 1\n"
     "data Box a\n"
     "  = Box a\n"
     "class Monad m => Store m where\n"
     "  open :: m ()\n"
     "main = putStrLn \"x\"\n"
     "  where go '\"' = 1\n",
     "F:add@1-3-6 T:Box@7-7-8 T:Store@9-9-10 F:open@10-10-10 F:main@11-11-12"},
    {"b.hs",
     "-- | 저장소\n"
     "class (Monad m)\n"
     "    => Store m where\n"
     "  type Key m :: Type\n"
     "  -- | 연다\n"
     "  open, close :: Key m\n"
     "       -> m ()\n"
     "  더하기\n"
     "    :: Int -> m ()\n"
     "  더하기 n = open' n\n"
     "    where go :: Int\n"
     "          go = 1\n"
     "instance Store IO where\n"
     "  open Nothing = x\n"
     "  open k = y\n"
     "    where z = 1\n"
     "  close k\n"
     "    | k = 1\n"
     "  a <> b = c\n"
     "  a `plus` b = c\n"
     "deriving instance Show X\n"
     "x <+> y = 1\n"
     "main = z\n"
     "  where q :: Int\n"
     "        q = 1\n",
     "T:Store@3-3-12 T:Key@4-4-4 F:open@5-6-7 F:더하기@8-8-12 T:Store@13-13-20 "
     "F:open@14-14-16 F:close@17-17-18 F:plus@20-20-20 F:main@23-23-25"},
    {"a.ex",
     "defmodule App.Box do\n"
     "  @moduledoc \"\"\"\n"
     "  def no do\n"
     "  \"\"\"\n"
     "  @doc \"연다\"\n"
     "  @spec open(x) :: y\n"
     "  def open!(x), do: x\n"
     "\n"
     "  @doc ~S\"\"\"\n"
     "  def no\n"
     "  \"\"\"\n"
     "  defp 닫다(~s(end), ?\") do\n"
     "    :ok\n"
     "  rescue\n"
     "    e -> e\n"
     "  end\n"
     "  def left + right, do: left\n"
     "end\n",
     "T:Box@1-1-18 F:open@5-7-7 F:닫다@9-12-16"},
    {"a.pl",
     "package Box;\n"
     "=head1 NAME\n"
     "\n"
     "sub no {\n"
     "=cut\n"
     "sub open {\n"
     "    my $s = \"}\"; # }\n"
     "}\n"
     "sub 닫다 { 1 }\n",
     "T:Box@1-1-1 F:open@4-6-8 F:닫다@9-9-9"},
    {"a.clj",
     "; 연다\n"
     "(defn open [x]\n"
     "  (let [s \"(\"]\n"
     "    x))\n"
     "(defn 닫다 [] 1)\n",
     "F:open@1-2-4 F:닫다@5-5-5"},
};

enum { SAMPLES = sizeof samples / sizeof *samples };

static void check_sane(const struct ob_outline *o, size_t len)
{
    uint32_t last = 0;
    for (uint32_t i = 0; i < o->n_defs; i++) {
        const struct ob_def *d = &o->defs[i];
        CHECK(last < d->first_line_1based && d->first_line_1based <= d->line_1based);
        CHECK(d->line_1based <= d->end_line_1based && d->end_line_1based <= o->n_lines);
        CHECK(d->name_len > 0 && d->name_start + d->name_len <= len);
        CHECK(d->parent == OB_NO_DEF || d->parent < i);
        last = d->line_1based;
    }
}

static const char *outline_of(const char *path, const char *text, size_t len)
{
    static struct ob_buf out;
    struct ob_outline o;
    ob_buf_release(&out);
    ob_buf_init(&out, 1 << 16);
    CHECK_INT(ob_outline_scan(&o, ob_lang_of_path(path, strlen(path)), text, len), 0);
    check_sane(&o, len);
    for (size_t i = 0; i < o.n_defs; i++)
        CHECK_INT(ob_buf_appendf(&out, i ? " %c:%.*s@%u-%u-%u" : "%c:%.*s@%u-%u-%u", o.defs[i].kind,
                                 (int)o.defs[i].name_len, text + o.defs[i].name_start,
                                 o.defs[i].first_line_1based, o.defs[i].line_1based,
                                 o.defs[i].end_line_1based),
                  0);
    ob_outline_release(&o);
    return ob_buf_str(&out);
}

TEST(each_language_has_its_outline)
{
    for (size_t i = 0; i < SAMPLES; i++)
        CHECK_STR(outline_of(samples[i].path, samples[i].text, strlen(samples[i].text)),
                  samples[i].outline);
}

TEST(line_ends_of_windows_and_a_missing_last_one_change_nothing)
{
    for (size_t i = 0; i < SAMPLES; i++) {
        struct ob_buf crlf;
        ob_buf_init(&crlf, 1 << 16);
        for (const char *c = samples[i].text; *c; c++)
            CHECK_INT(ob_buf_append(&crlf, *c == '\n' ? "\r\n" : c, *c == '\n' ? 2 : 1), 0);
        CHECK_STR(outline_of(samples[i].path, crlf.data, crlf.len), samples[i].outline);
        CHECK_STR(outline_of(samples[i].path, samples[i].text, strlen(samples[i].text) - 1),
                  samples[i].outline);
        ob_buf_release(&crlf);
    }
}

TEST(every_prefix_has_a_sane_outline)
{
    for (size_t i = 0; i < SAMPLES; i++)
        for (size_t len = 0; len < strlen(samples[i].text); len++) {
            char *exact = ob_alloc(len + !len); /* reads beyond are seen, cut UTF-8 is met */
            memcpy(exact, samples[i].text, len);
            (void)outline_of(samples[i].path, exact, len);
            ob_free(exact);
        }
}

TEST(flipped_bytes_leave_a_sane_outline)
{
    uint64_t seed = 11;
    for (size_t round = 0; round < SAMPLES * 150; round++) {
        const struct sample *s = &samples[round % SAMPLES];
        size_t len = strlen(s->text);
        char *copy = ob_alloc(len);
        memcpy(copy, s->text, len);
        for (int i = 0; i < 3; i++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
            copy[(seed >> 33) % len] = (char)(seed >> 20);
        }
        (void)outline_of(s->path, copy, len);
        ob_free(copy);
    }
}

TEST(unclosed_braces_quotes_and_nesting_take_linear_time)
{
    static const char *const pieces[] = {"{",   "({[",   "\"\n",     "<<A\n", "/*",
                                         "`${", "R\"a(", "f(x) {\n", "\\"};
    enum { LEN = 1 << 18 };
    char *text = ob_alloc(LEN);
    for (size_t p = 0; p < sizeof pieces / sizeof *pieces; p++) {
        size_t n = strlen(pieces[p]);
        for (size_t i = 0; i < LEN; i++)
            text[i] = pieces[p][i % n];
        for (size_t i = 0; i < SAMPLES; i++) {
            struct ob_outline o;
            CHECK_INT(ob_outline_scan(&o, ob_lang_of_path(samples[i].path, strlen(samples[i].path)),
                                      text, LEN),
                      0);
            ob_outline_release(&o);
        }
    }
    ob_free(text);
}

TEST_MAIN(CASE(each_language_has_its_outline),
          CASE(line_ends_of_windows_and_a_missing_last_one_change_nothing),
          CASE(every_prefix_has_a_sane_outline), CASE(flipped_bytes_leave_a_sane_outline),
          CASE(unclosed_braces_quotes_and_nesting_take_linear_time))
