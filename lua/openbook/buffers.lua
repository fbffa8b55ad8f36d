-- Unsaved text: what the user typed goes to the daemon before each question.
local M = {}

local MAX_BYTES = 4 * 1024 * 1024

---@type table<integer, integer> changedtick last sent, by buffer
local sent = {}

-- A file's buffer whose text may differ from the disk.
local function is_file(buf)
  return vim.api.nvim_buf_is_loaded(buf)
    and vim.bo[buf].buftype == ''
    and vim.api.nvim_buf_get_name(buf) ~= ''
end

--- The text of BUF as it would be written.
---@param buf integer
---@param first? integer 1-based
---@param last? integer
---@return string
function M.text(buf, first, last)
  local lines = vim.api.nvim_buf_get_lines(buf, (first or 1) - 1, last or -1, false)
  return table.concat(lines, '\n') .. '\n'
end

local function forget(buf)
  if sent[buf] then
    sent[buf] = nil
    require('openbook.rpc').tell('update', { path = vim.api.nvim_buf_get_name(buf), text = vim.NIL })
  end
end

--- Sends the text of every changed buffer that has not been sent as it is.
function M.flush()
  for _, buf in ipairs(vim.api.nvim_list_bufs()) do
    if is_file(buf) and vim.bo[buf].modified then
      local tick = vim.api.nvim_buf_get_changedtick(buf)
      local size = vim.api.nvim_buf_get_offset(buf, vim.api.nvim_buf_line_count(buf))
      if sent[buf] ~= tick and size <= MAX_BYTES then
        sent[buf] = tick
        require('openbook.rpc').tell('update', {
          path = vim.api.nvim_buf_get_name(buf),
          text = M.text(buf),
        })
      end
    elseif sent[buf] then
      forget(buf)
    end
  end
end

vim.api.nvim_create_autocmd({ 'BufWritePost', 'BufUnload' }, {
  group = vim.api.nvim_create_augroup('openbook.buffers', {}),
  desc = 'openbook: the file on disk counts again',
  callback = function(args)
    forget(args.buf)
  end,
})

return M
