create foreign data wrapper w options (debug 'true', "Odd name" 'it''s');
comment on foreign data wrapper w is 'does nothing';
