" What is in the till.
function! s:Count(coins) abort
  let sum = 0
  for coin in a:coins
    let sum += coin.cents
  endfor
  return sum
endfunction

function! Total(coins) abort
  " Counted once.
  return s:Count(a:coins)
endfunction

command! Total echo Total([5])
