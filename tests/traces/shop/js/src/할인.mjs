// 할인을 계산합니다.
export function discount(price) {
  if (price > 100) {
    throw new RangeError('할인 한도를 넘었습니다');
  }
  return price / 2;
}

discount(500);
