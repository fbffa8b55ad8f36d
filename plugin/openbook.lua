-- Defines :Openbook and the <Plug> maps; everything else is loaded when first used.
if vim.g.loaded_openbook then
  return
end
vim.g.loaded_openbook = true

if vim.fn.has('nvim-0.10.4') == 0 then
  -- An Ex command, which older editors know as well.
  vim.cmd([[command! -nargs=* -range -bang Openbook echohl ErrorMsg
    \ | echomsg 'openbook: this Neovim is too old, 0.10.4 or newer is needed' | echohl None]])
  return
end

vim.api.nvim_create_user_command('Openbook', function(args)
  require('openbook.command').run(args)
end, {
  nargs = '*',
  range = true,
  bang = true,
  desc = 'Ask and search the project (see :help openbook)',
  complete = function(lead, line, position)
    return require('openbook.command').complete(lead, line:sub(1, position))
  end,
})

local maps = { 'ask', 'explain', 'insert', 'search', 'notes', 'related', 'sources', 'stop' }
for _, name in ipairs(maps) do
  local plug, desc = ('<Plug>(openbook-%s)'):format(name), 'openbook: ' .. name
  vim.keymap.set('n', plug, ('<Cmd>Openbook %s<CR>'):format(name), { desc = desc })
  vim.keymap.set('x', plug, (':Openbook %s<CR>'):format(name), { desc = desc, silent = true })
end
