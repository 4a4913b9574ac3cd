create function q() returns text language sql as $body$select 'it''s' || E'\\n' || "current_user"() || 'a\b'$body$;
