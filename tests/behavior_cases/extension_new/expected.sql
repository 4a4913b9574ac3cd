-- functions
CREATE EXTENSION vector WITH SCHEMA extensions;
