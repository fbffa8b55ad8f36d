-- A model's words as text of a file: the file's comments, wrapped by what a screen shows, or prose
-- whose [n] are links.  Values in, values out: no buffer is looked at here.
local M = {}

local MIN_CELLS = 24 -- deep indentation leaves a comment at least that much

---@class (exact) openbook.CommentShape
---@field open string what begins the comment
---@field next string what begins its other lines; as wide as OPEN where there is a CLOSE
---@field close? string

-- Both kinds are C, and 'commentstring' names one of them, not the one that the file has.
local function as_in_file(commentstring, text)
  local has_block = text:find('/*', 1, true) ~= nil
  local has_line = text:find('^%s*//') ~= nil or text:find('\n%s*//') ~= nil
  if vim.startswith(commentstring, '//') and has_block and not has_line then
    return '/* %s */'
  elseif vim.startswith(commentstring, '/*') and has_line and not has_block then
    return '// %s'
  end
  return commentstring
end

--- The comments of a file by its 'commentstring' and by those in TEXT; nil when it has none.
---@param commentstring string
---@param text? string
---@return openbook.CommentShape?
function M.shape(commentstring, text)
  commentstring = as_in_file(commentstring, text or '')
  local at = commentstring:find('%s', 1, true)
  if not at then
    return nil
  end
  local open = vim.trim(commentstring:sub(1, at - 1))
  local close = vim.trim(commentstring:sub(at + 2))
  if open == '' then
    return nil
  elseif close == '' then
    return { open = open, next = open }
  elseif open == '/*' then
    return { open = open, next = ' *', close = close }
  end
  return { open = open, next = (' '):rep(#open), close = close }
end

-- ---------------------------------------------------------------- wrapping
local cells = vim.api.nvim_strwidth

-- Cuts WORD, which is wider than WIDTH, between characters: text without blanks is written in
-- some languages.  An ASCII word, as an address, stays whole.
local function cut(word, width)
  if not word:find('[\128-\255]') then
    return { word }
  end
  local parts, part = {}, ''
  for _, char in ipairs(vim.fn.split(word, '\\zs')) do
    if part ~= '' and cells(part .. char) > width then
      table.insert(parts, part)
      part = ''
    end
    part = part .. char
  end
  table.insert(parts, part)
  return parts
end

-- TEXT without line ends in lines of at most WIDTH cells; all but the first begin with HANG.
local function fill(text, width, hang)
  local lines, line = {}, nil
  for word in text:gmatch('%S+') do
    for i, part in ipairs(cells(word) > width and cut(word, width) or { word }) do
      local longer = line and (line .. (i == 1 and ' ' or '') .. part)
      if longer and cells(longer) <= width then
        line = longer
      else
        table.insert(lines, line)
        line = (line and hang or '') .. part
      end
    end
  end
  table.insert(lines, line)
  return lines
end

-- How far the text of a list's item is from its mark, or nil.
local function hang_of(line)
  local mark = line:match('^%s*[-*+•]%s+') or line:match('^%s*%d+[.)]%s+')
  return mark and (' '):rep(#vim.trim(mark) + 1)
end

--- The lines of TEXT filled to WIDTH cells: a paragraph is joined first, an item of a list begins
--- a line of its own, and blank lines stay between, never two.
---@param text string
---@param width integer
---@return string[]
function M.wrap(text, width)
  local lines, paragraph, hang = {}, {}, ''
  local function flush()
    vim.list_extend(lines, fill(table.concat(paragraph, ' '), width, hang))
    paragraph, hang = {}, ''
  end
  for _, line in ipairs(vim.split(text, '\n', { plain = true })) do
    local item = hang_of(line)
    if item or not line:find('%S') then
      flush()
      hang = item or ''
    end
    if line:find('%S') then
      table.insert(paragraph, line)
    elseif #lines > 0 and lines[#lines] ~= '' then
      table.insert(lines, '')
    end
  end
  flush()
  while lines[#lines] == '' do
    table.remove(lines)
  end
  return lines
end

-- ---------------------------------------------------------------- comments
-- Instead of a sign that is a comment's end or beginning in itself.
local harmless = { ['{'] = '(', ['}'] = ')', ['"'] = "'" }

-- TEXT without what would end the comment, or begin one inside of it.
local function defused(text, shape)
  text = text:gsub('\226\128[\168\169]', ' '):gsub('\194\133', ' ') -- lines end there in JavaScript
  for _, sign in ipairs(shape.close and { shape.close, shape.open } or {}) do
    text = text:gsub(vim.pesc(sign), function(found)
      return #found == 1 and (harmless[found] or ' ') or found:sub(1, 1) .. ' ' .. found:sub(2)
    end)
  end
  if shape.open == '<!--' then
    text = text:gsub('%-%-', '- -'):gsub('%-%-', '- -') -- forbidden in XML's comments
  end
  return text
end

-- What compilers would read as "the comment goes on in the next line".
local function unescaped_end(line)
  return (line:gsub('\\$', '\\.'))
end

local function without_fences(text)
  local lines = vim.tbl_filter(function(line)
    return not line:find('^%s*```[^`]*$')
  end, vim.split(text, '\n', { plain = true }))
  return table.concat(lines, '\n')
end

-- The kind of fence that LINE is: 'bare', 'named' (```c), or nil.  One that is indented belongs to what
-- stands around it, such as the comment of a function.
local function fence_of(line)
  local name = line:match('^```+([^`]*)$')
  return name and (name:find('%S') and 'named' or 'bare')
end

--- The blocks of code in TEXT, which is to stand in a program, without the words of a model before
--- and behind them; nil when there are no such words, or nothing else.
---@param text string
---@return string?
function M.code_of(text)
  local lines = vim.split(text, '\n', { plain = true })
  local fences = vim.tbl_filter(fence_of, lines)
  -- The daemon takes away a fence that TEXT begins with: the first one that is left ends a block.
  local inside = #fences % 2 == 1 and fence_of(fences[1]) == 'bare'
  local code, words = {}, false
  for _, line in ipairs(lines) do
    local fence = fence_of(line)
    if fence and (fence == 'bare' or not inside) then
      inside = not inside
    elseif inside then
      table.insert(code, line)
    elseif line:find('%S') then
      words = true
    end
  end
  local found = table.concat(code, '\n')
  return words and found:find('%S') and found or nil
end

--- TEXT as a comment at INDENT, no line wider than WIDTH cells, which counts INDENT as
--- INDENT_CELLS.
---@param text string
---@param shape openbook.CommentShape
---@param indent string
---@param indent_cells integer
---@param width integer
---@return string[]
function M.lines(text, shape, indent, indent_cells, width)
  local room = math.max(width - indent_cells - #shape.open - 1, MIN_CELLS)
  local words = M.wrap(defused(without_fences(text), shape), room)
  if #words == 0 then
    return {}
  end
  local lines = {}
  for i, line in ipairs(words) do
    local sign = indent .. (i == 1 and shape.open or shape.next)
    line = shape.close and line or unescaped_end(line)
    table.insert(lines, ((line == '' and sign or sign .. ' ' .. line):gsub('%s+$', '')))
  end
  if shape.close then
    local last = words[#words] .. ' ' .. shape.close
    if cells(last) <= room then
      lines[#lines] = lines[#lines] .. ' ' .. shape.close
    else
      local lead = shape.next:match('^ %*$') and ' ' or ''
      table.insert(lines, indent .. lead .. shape.close)
    end
  end
  return lines
end

-- ---------------------------------------------------------------- images
local FAR = 200 -- bytes; what is longer is no harmless image

-- Whether what follows "!", from "[" on, is no image, or one of a file beside the note.
local function is_near(rest)
  local past = rest:match('^%[[^%[%]\\`<!\n]*%]()')
  if not past or past > FAR then
    return false
  end
  local target = rest:match('^%(([%w_./%-\128-\255]*)[ )]', past)
  local near = target and #target < FAR and not vim.startswith(target, '//')
  return rest:sub(past, past) ~= '(' or near
end

-- Whether what follows "]:" makes a definition of elsewhere of it, to which "![r]" may refer.  LINE is
-- what stands before it: where nothing follows yet, an address still may.
local function is_far(line, rest)
  local target = rest:match('^%s*<?([^%s]*)')
  if target == '' then
    return line:find('^[ \t>*+-]*%[') ~= nil
  end
  return target:find('^%a[%w+.-]*:') or target:find('^//') or target:find('[&\\]')
end

--- TEXT in Markdown whose images of elsewhere are none any more.  Plugins fetch such images as soon
--- as they see them, and an address can say what the model has read.  Also in code: where that ends
--- is a matter of opinion.
---@param text string
---@param more_follows? boolean perhaps an image that a definition here is meant for
---@return string
function M.without_images(text, more_follows)
  local may_refer = more_follows or text:find('![', 1, true)
  text = text:gsub('!()%[', function(at)
    return not is_near(text:sub(at, at + 2 * FAR)) and '! [' or nil
  end)
  text = text:gsub('()%]:()', function(at, past)
    local line = text:sub(math.max(1, at - FAR), at):match('[^\n]*$')
    return may_refer and is_far(line, text:sub(past, past + FAR)) and '] :' or nil
  end)
  return (
    text:gsub('<([iI][mM][gG])()', function(tag, at)
      local rest = text:sub(at, at + FAR)
      local own = rest:match('^[^<>:&\n]*>')
      local near = rest:find('^%w') or own and not own:find('//', 1, true)
      return not near and ('< ' .. tag) or nil
    end)
  )
end

-- ---------------------------------------------------------------- citations
-- Calls FN(n) for each [n] of TEXT that names a source and puts what it returns there.  An index as
-- argv[1] is none: the word before it is followed by "[" in ABOUT, the text that is explained.
local function each_cite(text, sources, about, fn)
  local function is_index(before)
    local word = before:match('[%w_]+$')
    return word ~= nil and about:find(word .. '[', 1, true) ~= nil
  end
  local out, from = {}, 1
  while true do
    local a, b, n = text:find('%[(%d+)%]', from)
    if not a then
      break
    end
    local before = text:sub(from, a - 1)
    local got = not is_index(before) and sources[tonumber(n)] and fn(tonumber(n), before)
    vim.list_extend(out, got or { before, text:sub(a, b) })
    from = b + 1
  end
  table.insert(out, text:sub(from))
  return table.concat(out)
end

--- TEXT without the [n] of SOURCES and the blank before them.
---@param text string
---@param sources table<integer, openbook.Source>
---@param about string the text that is explained
---@return string
function M.without_cites(text, sources, about)
  return each_cite(text, sources, about, function(_, before)
    return { (before:gsub('[ \t]+$', '')), '' }
  end)
end

---@type table<string, fun(label: string, path: string, line: integer): string>
local links = {
  markdown = function(label, path, line)
    local target = '%s#L%d'
    if path:find('[%s()<>\\]') then
      path, target = path:gsub('[<>\\]', '\\%0'), '<%s#L%d>'
    end
    return ('[%s](%s)'):format(label:gsub('[%[%]]', '\\%0'), target:format(path, line))
  end,
  rst = function(label, path)
    return ('`%s <%s>`__'):format(label:gsub('[`<>]', '\\%0'), path)
  end,
  org = function(label, path, line)
    return ('[[file:%s::%d][%s]]'):format(path, line, label)
  end,
  text = function(label)
    return ('(%s)'):format(label)
  end,
}
links.pandoc, links.quarto, links.rmd = links.markdown, links.markdown, links.markdown

--- Whether files of this type are notes: prose, not programs.
---@param filetype string
---@return boolean
function M.is_notes(filetype)
  return links[filetype] ~= nil
end

-- Filetypes whose texts may hold fences of Markdown, or words that are no code.
local prose = {}
for _, name in ipairs({
  '',
  'asciidoc',
  'asciidoctor',
  'gitcommit',
  'help',
  'mail',
  'mdx',
  'norg',
  'plaintex',
  'tex',
  'typst',
  'vimwiki',
}) do
  prose[name] = true
end

--- Whether texts of FILETYPE ("a.b": of both) are programs.
---@param filetype string
---@return boolean
function M.is_program(filetype)
  return vim.iter(vim.split(filetype, '.', { plain = true })):all(function(name)
    return not prose[name] and not M.is_notes(name)
  end)
end

--- TEXT whose [n] are links to path:line, as FILETYPE writes them.  PATH_OF tells how a source is
--- reached from the file.
---@param text string
---@param filetype string
---@param sources table<integer, openbook.Source>
---@param about string
---@param path_of fun(source: openbook.Source): string
---@return string
function M.with_links(text, filetype, sources, about, path_of)
  local link = links[filetype] or links.text
  return each_cite(text, sources, about, function(n, before)
    local s = sources[n]
    local label = ('%s:%d'):format(s.path, s.line):gsub('%c', '?')
    local path = path_of(s):gsub('%c', '?')
    local blank = (before == '' or before:find('%s$')) and '' or ' '
    return { before, blank, link(label, path, s.line) }
  end)
end

return M
