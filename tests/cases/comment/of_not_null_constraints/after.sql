CREATE TABLE filled (
    a integer CONSTRAINT first_of_all NOT NULL,
    b integer CONSTRAINT second NOT NULL,
    c integer CONSTRAINT third_of_all NOT NULL,
    d text GENERATED ALWAYS AS (a::text) STORED CONSTRAINT fourth NOT NULL,
    e integer,
    f integer CONSTRAINT fifth NOT NULL
);
COMMENT ON CONSTRAINT first_of_all ON filled IS 'keeps its words';
COMMENT ON CONSTRAINT third_of_all ON filled IS 'other words';
COMMENT ON CONSTRAINT fourth ON filled IS 'made again';
COMMENT ON CONSTRAINT fifth ON filled IS 'another column''s';
CREATE DOMAIN whole AS integer CONSTRAINT all_of_it NOT NULL;
COMMENT ON CONSTRAINT all_of_it ON DOMAIN whole IS 'keeps its words';
CREATE DOMAIN half AS bigint NOT NULL;
COMMENT ON CONSTRAINT half_not_null ON DOMAIN half IS 'made again';
