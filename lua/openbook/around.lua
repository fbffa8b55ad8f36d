-- The lines that belong together around a line: a paragraph of prose, a definition of a program.
-- Values in, values out.  It goes by words and indentation, which every language on the disk has.
local M = {}

local keywords = {}
for word in
  ([[def class function func fn fun sub proc struct enum union trait impl interface module object
  namespace type record macro method property test local static public private protected async
  export pub]]):gmatch('%S+')
do
  keywords[word] = true
end

local control = {}
for word in
  ('if for while switch else elseif elif catch return do try with match case'):gmatch('%S+')
do
  control[word] = true
end

local function is_blank(line)
  return not line:find('%S')
end

local function indent_of(line)
  local blanks = line:match('^[ \t]*')
  return #(blanks:gsub('\t', '        '))
end

-- What ends or continues a definition at its own indentation, as "}" and ") -> int:".
local function is_tail(line)
  return line:find('^%s*[%]})]') ~= nil
    or line:find('^%s*{') ~= nil
    or line:find('^%s*end%f[^%w_]') ~= nil
end

local function is_head(line)
  local word = line:match('^%s*([%a_]+)')
  if not word or control[word] then
    return false
  end
  return keywords[word] or line:find('[%w_]%s*%b()[^;]*{%s*$') ~= nil
end

-- From ROW to where nothing is blank, looking up or down.
local function run(lines, row, step)
  while lines[row + step] and not is_blank(lines[row + step]) do
    row = row + step
  end
  return row
end

-- The line where the definition around ROW begins: the nearest one above with less indentation
-- that looks like one, or else the outermost.
local function head_of(lines, row)
  local at, indent = row, indent_of(lines[row])
  if is_tail(lines[row]) then
    indent = indent + 1
  elseif is_head(lines[row]) or indent == 0 then
    return row
  end
  for r = row - 1, 1, -1 do
    local line = lines[r]
    if not is_blank(line) and indent_of(line) < indent and not is_tail(line) then
      at, indent = r, indent_of(line)
      if is_head(line) or indent == 0 then
        break
      end
    end
  end
  return at
end

-- A C function's type, its attributes and its comment may stand on lines of their own.
local function with_front(lines, head)
  local indent = indent_of(lines[head])
  while head > 1 do
    local above = lines[head - 1]
    if is_blank(above) or indent_of(above) < indent or above:find('[;}]%s*$') then
      break
    end
    head = head - 1
  end
  return head
end

local function end_of(lines, head)
  local indent, last = indent_of(lines[head]), head
  for r = head + 1, #lines do
    local line = lines[r]
    if not is_blank(line) then
      if indent_of(line) <= indent and not is_tail(line) then
        break
      end
      last = r
    end
  end
  return last
end

-- The nearest line with something on it; nil in an empty buffer.
local function something(lines, row)
  for distance = 0, #lines do
    for _, r in ipairs({ row + distance, row - distance }) do
      if lines[r] and not is_blank(lines[r]) then
        return r
      end
    end
  end
end

--- First and last line of what stands around line ROW of LINES; nil when all are blank.
---@param lines string[]
---@param row integer 1-based
---@param is_notes boolean prose: the paragraph
---@return integer? first
---@return integer? last
function M.block(lines, row, is_notes)
  row = something(lines, row)
  if not row then
    return nil
  end
  local first, last = run(lines, row, -1), run(lines, row, 1)
  if is_notes then
    return first, last
  end
  local head = head_of(lines, row)
  local definition_end = end_of(lines, head)
  if definition_end == head and row == head then
    -- The type or the comment above a function's name, or some lines that belong together.
    for r = head, last do
      definition_end = end_of(lines, r)
      if definition_end > r then
        break
      end
    end
    return first, definition_end
  end
  return with_front(lines, head), math.max(definition_end, row)
end

return M
