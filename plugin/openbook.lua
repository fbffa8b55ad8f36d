-- Defines :Openbook and the <Plug> maps; everything else is loaded when first used.
if vim.g.loaded_openbook then
  return
end
vim.g.loaded_openbook = true

vim.api.nvim_create_user_command('Openbook', function(args)
  require('openbook.command').run(args)
end, {
  nargs = '*',
  range = true,
  bang = true,
  desc = 'Ask and search the project (see :help openbook)',
  complete = function(lead, line)
    return require('openbook.command').complete(lead, line)
  end,
})

for _, name in ipairs({ 'ask', 'search', 'notes', 'stop' }) do
  vim.keymap.set({ 'n', 'x' }, '<Plug>(openbook-' .. name .. ')', function()
    local visual = vim.fn.mode():find('[vV\22]') ~= nil
    vim.api.nvim_feedkeys(
      vim.api.nvim_replace_termcodes(
        (visual and ":<C-u>'<,'>" or ':') .. 'Openbook ' .. name .. '<CR>',
        true,
        false,
        true
      ),
      'n',
      false
    )
  end, { desc = 'openbook: ' .. name })
end
