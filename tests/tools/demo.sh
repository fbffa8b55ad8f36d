#!/bin/sh
# demo.sh [QUESTION]: asks openbook about its own source, after `make`.
#
# On a terminal it opens Neovim with the plugin, the answer window filling; elsewhere Neovim runs
# headless and the answer is printed; where there is no Neovim, the program prints it.  Nothing of
# the user's setup is read or changed, and without a configured model the answer is the passages found.
set -eu
cd "$(dirname "$0")/../.."

question=${*:-How are snapshots kept consistent while files change?}
if [ ! -d lua/openbook ]; then
    exec build/openbook ask "$question"
fi
nvim=$(tests/tools/nvim.sh demo) || {
    echo 'openbook: the answer as the command line gives it' >&2
    exec build/openbook ask "$question"
}
export OPENBOOK_DEMO_QUESTION="$question"
if [ -t 0 ] && [ -t 1 ]; then
    exec "$nvim" --clean --cmd 'lua vim.opt.runtimepath:prepend(vim.fn.getcwd())' --cmd 'luafile tests/tools/demo.lua' README.md
fi
exec "$nvim" --headless --clean --cmd 'lua vim.opt.runtimepath:prepend(vim.fn.getcwd())' --cmd 'luafile tests/tools/demo.lua' README.md
