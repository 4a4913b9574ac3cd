CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TYPE ormony_old_mood AS ENUM ('fine', 'awful');
CREATE TYPE aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee_ffffffff1 AS ENUM ('a', 'b');
CREATE TYPE aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee_ffffffff2 AS ENUM ('a', 'b');
CREATE TYPE "éééééééééééééééééééééééééééééé" AS ENUM ('a', 'b');
CREATE TYPE span AS RANGE (SUBTYPE = integer, MULTIRANGE_TYPE_NAME = ormony_old_span);
CREATE TABLE felt (
    id integer,
    now mood,
    before ormony_old_mood,
    x aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee_ffffffff1,
    y aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee_ffffffff2,
    z "éééééééééééééééééééééééééééééé",
    s span,
    t ormony_old_span
);
