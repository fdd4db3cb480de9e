-- [Source file intent]
-- Makes the tables of the library.
-- [Source file design principles]
-- - No cascades
-- [Source file constraints]
-- - PostgreSQL 14
CREATE TABLE book (id int);
