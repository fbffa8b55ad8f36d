--  A till that counts coins.
procedure Till is
   Sum : Natural := 0;
begin
   Sum := Sum + "5";
end Till;
