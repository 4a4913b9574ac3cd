CREATE TYPE mood AS ENUM ('good');
CREATE TYPE ormony_old_mood AS ENUM ('fine');
CREATE TYPE aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee_ffffffff1 AS ENUM ('b', 'a');
CREATE TYPE aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee_ffffffff2 AS ENUM ('b', 'a');
CREATE TYPE "éééééééééééééééééééééééééééééé" AS ENUM ('b', 'a');
CREATE TYPE ormony_old_mood_2 AS (a integer);
CREATE TYPE span AS RANGE (SUBTYPE = bigint, MULTIRANGE_TYPE_NAME = ormony_old_span);
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
