-- 결제 내역
CREATE TABLE receipt (
    id integer PRIMARY KEY,
    cents integer NOT NULL CHECK (cents >= 0)
);

CREATE FUNCTION refund(n integer) RETURNS integer AS $$
BEGIN
    INSERT INTO receipt VALUES (n, -n);
    RETURN n / 0;
END;
$$ LANGUAGE plpgsql;

SELECT total FORM receipt;
SELECT refund(3);
