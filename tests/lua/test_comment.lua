-- Text as comments and as notes, and what stands around a line.
package.path = vim.fn.getcwd() .. '/lua/?.lua;' .. package.path
local comment = require('openbook.comment')
local around = require('openbook.around')

local function as_comment(commentstring, text, width, indent)
  indent = indent or ''
  return comment.lines(text, comment.shape(commentstring), indent, #indent, width or 79)
end

local sources = {
  { n = 1, path = 'src/queue.c', file = '/p/src/queue.c', line = 4 },
  { n = 2, path = 'notes/회의 (1).md', file = '/p/notes/회의 (1).md', line = 12 },
  { n = 3, path = 'a>\\b.md', file = '/p/a>\\b.md', line = 1 },
}

local function linked(filetype, text)
  return comment.with_links(text, filetype, sources, 'argv[1] = q;', function(s)
    return '../' .. s.path
  end)
end

local function block(text, row, is_notes)
  return { around.block(vim.split(text, '\n', { plain = true }), row, is_notes or false) }
end

local C = [[
#include <stdio.h>

/* A queue. */
struct queue {
    int n;
};

/* Pops. */
static int
queue_pop(struct queue *q)
{
    if (q->n > 0) {

        return q->n--;
    }
    return 0;
}

int last;]]

local PYTHON = [[
import os

class Queue:
    """Jobs."""

    @property
    def size(self):
        for job in self.jobs:
            pass

        return len(self.jobs)

    def pop(
        self,
    ):
        return self.jobs.pop(0)

print(Queue().size)]]

return {
  {
    'a comment takes the signs of its language',
    function(t)
      t:eq(as_comment('// %s', 'Pops.'), { '// Pops.' })
      t:eq(as_comment('# %s', 'Pops.', 79, '    '), { '    # Pops.' })
      t:eq(as_comment('/*%s*/', 'Pops.'), { '/* Pops. */' })
      t:eq(as_comment('% %s', 'Pops.'), { '% Pops.' })
      t:eq(as_comment('<!-- %s -->', 'Pops.'), { '<!-- Pops. -->' })
      t:eq(comment.shape('// %s', '/* A. */\nint a; // b').open, '/*')
      t:eq(comment.shape('/*%s*/', '  // A.\nint a;').open, '//')
      t:eq(comment.shape('// %s', '/* A. */\n// b').open, '//')
      t:eq(comment.shape('// %s', 'int a;').open, '//')
      t:eq(comment.shape(''), nil)
      t:eq(comment.shape('%s'), nil)
    end,
  },
  {
    'a long comment has one closing sign, and every line is within the width',
    function(t)
      local text = 'Hands out the oldest job of the queue and forgets it.'
      t:eq(
        as_comment('/* %s */', text, 30, '  '),
        { '  /* Hands out the oldest job', '   * of the queue and forgets', '   * it. */' }
      )
      t:eq(
        as_comment('<!-- %s -->', text, 36),
        { '<!-- Hands out the oldest job of the', '     queue and forgets it. -->' }
      )
      t:eq(as_comment('/* %s */', 'Hands out the oldest job of', 30, ''), {
        '/* Hands out the oldest job of',
        ' */',
      })
    end,
  },
  {
    'Hangul is two cells wide, and a word too wide for a line is cut between characters',
    function(t)
      local text =
        '대기열에서 가장 오래된 작업을 꺼내 돌려주고 그 작업을 목록에서 지운다.'
      for _, line in ipairs(as_comment('# %s', text, 40, '  ')) do
        t:ok(vim.api.nvim_strwidth(line) <= 40, line)
        t:ok(vim.startswith(line, '  # '), line)
      end
      local lines = as_comment('# %s', ('가'):rep(50), 42)
      t:eq(lines, { '# ' .. ('가'):rep(20), '# ' .. ('가'):rep(20), '# ' .. ('가'):rep(10) })
      local url = 'https://example.com/' .. ('a'):rep(100)
      t:eq(as_comment('# %s', 'See ' .. url, 40), { '# See', '# ' .. url })
    end,
  },
  {
    'paragraphs and lists keep their shape, fences go',
    function(t)
      local text = '```text\nOne\ntwo.\n\n\n- a point that is really long\n- another\n```\n'
      t:eq(
        as_comment('# %s', text, 26),
        { '# One two.', '#', '# - a point that is really', '#   long', '# - another' }
      )
    end,
  },
  {
    'the code of a reply is told from the words around it',
    function(t)
      t:eq(comment.code_of('Sure:\n\n```c\nint a;\n```\nDone.'), 'int a;')
      t:eq(comment.code_of('int a;\n```\nDone.'), 'int a;')
      t:eq(
        comment.code_of('코드:\n```lua\nlocal a\n```\n그리고\n```lua\nlocal b\n```'),
        'local a\nlocal b'
      )
      t:eq(comment.code_of('Cut off:\n```c\nint a;'), 'int a;')
      t:eq(comment.code_of('Two:\n```\na\n\nb\n```'), 'a\n\nb')
      for _, whole in ipairs({
        'int a;',
        '',
        'a ``` b',
        '"""\n    ```\n    example\n    ```\n"""',
        '/// ```\n/// f();\n/// ```\nfn f() {}',
        '```\n```\nwords only',
      }) do
        t:eq(comment.code_of(whole), nil, whole)
      end
      t:eq({ comment.is_program('c'), comment.is_program('markdown.mdx') }, { true, false })
      t:eq({ comment.is_program(''), comment.is_program('gitcommit') }, { false, false })
    end,
  },
  {
    'nothing inside of a comment ends it',
    function(t)
      t:eq(as_comment('/* %s */', 'Ends with */ or /*.'), { '/* Ends with * / or / *. */' })
      t:eq(as_comment('<!-- %s -->', 'a --> b -- c ---'), { '<!-- a - -> b - - c - - - -->' })
      t:eq(as_comment('// %s', 'A path C:\\'), { '// A path C:\\.' })
      t:eq(as_comment('{ %s }', '{Ends} 여기.'), { '{ (Ends) 여기. }' })
      t:eq(as_comment('"%s"', 'Ends".'), { '" Ends\'. "' })
      t:eq(as_comment('// %s', 'One\u{2028}줄\u{2029}is\u{85}it.'), { '// One 줄 is it.' })
      for _, cut in ipairs({ '**/', '*/*/', '/*/', '* /*/' }) do
        local body = table.concat(as_comment('/* %s */', cut), '\n'):sub(3, -3)
        t:ok(not body:find('*/', 1, true), cut)
      end
    end,
  },
  {
    'numbers of sources go, indices of the code stay',
    function(t)
      local function bare(text)
        return comment.without_cites(text, sources, 'argv[1] = q;')
      end
      t:eq(bare('It pops [1]. Then [2][1], 끝났다[1].'), 'It pops. Then, 끝났다.')
      t:eq(bare('It takes argv[1] and word[1], [7].'), 'It takes argv[1] and word, [7].')
    end,
  },
  {
    'numbers become links in the way of the notes',
    function(t)
      t:eq(linked('markdown', 'Oldest [1].'), 'Oldest [src/queue.c:4](../src/queue.c#L4).')
      t:eq(linked('markdown', '먼저[1].'), '먼저 [src/queue.c:4](../src/queue.c#L4).')
      t:eq(
        linked('markdown', '금요일 [2]'),
        '금요일 [notes/회의 (1).md:12](<../notes/회의 (1).md#L12>)'
      )
      t:eq(linked('markdown', 'See [3].'), 'See [a>\\b.md:1](<../a\\>\\\\b.md#L1>).')
      t:eq(linked('rst', 'First [1].'), 'First `src/queue.c:4 <../src/queue.c>`__.')
      t:eq(linked('org', 'First [1].'), 'First [[file:../src/queue.c::4][src/queue.c:4]].')
      t:eq(linked('text', 'First [1], argv[1], [9].'), 'First (src/queue.c:4), argv[1], [9].')
    end,
  },
  {
    'images of elsewhere are none, whatever they look like',
    function(t)
      local same = {
        'See ![그림](그림/a_b-1.png "x") and vec![1, 2], `vec![]`; a[!1] !',
        '<img src="a.png"> <imgur> 1 < img',
        '[link](https://a.b/c)',
        '[ㄱ]: 그림/a.png\n![ㄱ] a[b[0]:c[1]:2], {m[0]: "x:y"}\nif a[0]:\n  [key: string]: any;',
      }
      for _, text in ipairs(same) do
        t:eq(comment.without_images(text), text)
      end
      for _, image in ipairs({
        '![x](https://a.b/?q=키)',
        '![x](<https://a.b>)',
        '![x](\nhttps://a.b)',
        '![x\ny](https://a.b)',
        '![x [y] \\] ](https://a.b)',
        '![`]`](https://a.b)',
        '![x](//a.b/c.png)',
        '![' .. ('x'):rep(9000) .. '](https://a.b)',
      }) do
        t:eq(comment.without_images('Ab ' .. image), 'Ab ! ' .. image:sub(2))
      end
      for _, target in ipairs({ ' https://a.b', '\n  <data:x>', ' //a.b', ' &#104;ttps://a.b', '' }) do
        t:eq(comment.without_images('![ㄱ]\n> [ㄱ]:' .. target), '![ㄱ]\n> [ㄱ] :' .. target)
        t:eq(comment.without_images('[ㄱ]:' .. target), '[ㄱ]:' .. target)
        t:eq(comment.without_images('[ㄱ]:' .. target, true), '[ㄱ] :' .. target)
      end
      local tags =
        { '<IMG src=https://a.b>', '<img\nsrc="x">', '<img src=a&#58;//b>', '<img src=//a.b>' }
      for _, image in ipairs(tags) do
        t:eq(comment.without_images(image), '< ' .. image:sub(2))
      end
    end,
  },
  {
    'around a line of C stands its function, with type and comment',
    function(t)
      t:eq(block(C, 11), { 8, 17 })
      t:eq(block(C, 14), { 8, 17 })
      t:eq(block(C, 13), { 8, 17 })
      t:eq(block(C, 10), { 8, 17 })
      t:eq(block(C, 8), { 8, 17 })
      t:eq(block(C, 17), { 8, 17 })
      t:eq(block(C, 5), { 3, 6 })
      t:eq(block(C, 3), { 3, 6 })
      t:eq(block(C, 19), { 19, 19 })
    end,
  },
  {
    'around a line of Python stands its method; around its head the class',
    function(t)
      t:eq(block(PYTHON, 8), { 6, 11 })
      t:eq(block(PYTHON, 11), { 6, 11 })
      t:eq(block(PYTHON, 16), { 13, 16 })
      t:eq(block(PYTHON, 14), { 13, 16 })
      t:eq(block(PYTHON, 3), { 3, 16 })
      t:eq(block(PYTHON, 18), { 18, 18 })
    end,
  },
  {
    'around a line of a note stands its paragraph, and around a blank one the next',
    function(t)
      local note = '# 제목\n\n하나\n둘\n\n\n셋\n'
      t:eq(block(note, 4, true), { 3, 4 })
      t:eq(block(note, 6, true), { 7, 7 })
      t:eq(block(note, 8, true), { 7, 7 })
      t:eq(block('\n\n', 1, true), {})
    end,
  },
}
