CREATE TABLE filled (
    a integer CONSTRAINT first NOT NULL,
    b integer NOT NULL,
    c integer CONSTRAINT third NOT NULL,
    d integer CONSTRAINT fourth NOT NULL,
    e integer CONSTRAINT fifth NOT NULL
);
COMMENT ON CONSTRAINT first ON filled IS 'keeps its words';
COMMENT ON CONSTRAINT filled_b_not_null ON filled IS 'loses its words';
COMMENT ON CONSTRAINT third ON filled IS 'gets other words';
COMMENT ON CONSTRAINT fourth ON filled IS 'made again';
COMMENT ON CONSTRAINT fifth ON filled IS 'another column''s';
CREATE DOMAIN whole AS integer NOT NULL;
COMMENT ON CONSTRAINT whole_not_null ON DOMAIN whole IS 'keeps its words';
CREATE DOMAIN half AS integer NOT NULL;
COMMENT ON CONSTRAINT half_not_null ON DOMAIN half IS 'made again';
