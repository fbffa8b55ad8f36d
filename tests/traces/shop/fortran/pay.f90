! Payments.
module pay
contains
  subroutine charge_card(cents)
    integer, intent(in) :: cents(:)
    integer :: i, total
    total = 0
    do i = 1, 5
      total = total + cents(i)
    end do
    print *, total
  end subroutine
end module

program shop
  use pay
  integer :: items(2) = [1, 2]
  call charge_card(items)
end program
