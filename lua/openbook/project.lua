-- Which project a command is about: a directory; the daemon climbs from there to its root.
local M = {}

local last ---@type string? what the last ordinary buffer stood for

-- The nearest directory above PATH that exists: a new file may lie in a folder yet to be made.
local function existing(path)
  local dir = path
  while dir ~= '/' and vim.fn.isdirectory(dir) == 0 do
    dir = vim.fs.dirname(dir)
  end
  return dir
end

--- PATH as the daemon takes it: absolute, `~` and `$NAME` replaced, without a slash at its end.
--- Nothing in it is a pattern.
---@param path string
---@return string
function M.absolute(path)
  return (vim.fn.fnamemodify(vim.fs.normalize(path), ':p'):gsub('(.)/+$', '%1'))
end

--- Whether BUF shows a file of the disk, by that name.
---@param buf integer
---@return boolean
function M.is_file(buf)
  local name = vim.api.nvim_buf_get_name(buf)
  return vim.bo[buf].buftype == '' and name:sub(1, 1) == '/'
end

--- The directory for the buffer at hand: where its file lies; for an answer, where it was asked;
--- for lists, terminals and the like, what was used before; else the working directory.
---@return string
function M.current()
  local buf = vim.api.nvim_get_current_buf()
  local own = vim.b[buf].openbook_project
  if type(own) == 'string' then
    last = own
  elseif M.is_file(buf) then
    last = existing(vim.api.nvim_buf_get_name(buf))
  elseif vim.bo[buf].buftype == '' or not last then
    last = vim.fn.getcwd()
  end
  return last
end

return M
